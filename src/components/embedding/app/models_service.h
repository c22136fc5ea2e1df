/* models_service.h - opens the model folders' side of the component; for the composition root. */
#ifndef ANC_EMBEDDING_APP_MODELS_SERVICE_H
#define ANC_EMBEDDING_APP_MODELS_SERVICE_H

#include "embedding/models.h"
#include "embedding/ports/model_store.h"

typedef struct emb_models_options {
    emb_model_store store;                 /* closed with the service */
    emb_model_source_open_fn *open_hub;    /* borrowed */
    emb_model_source_open_fn *open_folder; /* borrowed */
    emb_model_source_open_fn *open_wheel;  /* borrowed */
    anc_str hub;                           /* another hub's address; copied; empty: the usual */
    const emb_model_row *(*model_at)(size_t i); /* the table; NULL: the built-in one */
} emb_models_options;

/* NO_MEMORY; the store is then still the caller's. */
anc_status emb_models_open(const emb_models_options *options, emb_models **ret,
                           anc_err *err) ANC_MUST_CHECK;
void emb_models_close(emb_models *models); /* NULL is a no-op */

#endif
