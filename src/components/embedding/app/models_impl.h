/* models_impl.h - what the two files of the model folders' use cases share. */
#ifndef ANC_EMBEDDING_APP_MODELS_IMPL_H
#define ANC_EMBEDDING_APP_MODELS_IMPL_H

#include "base/str.h"
#include "embedding/app/models_service.h"

struct emb_models {
    emb_models_options with;
    char *hub; /* owned: with.hub */
};

/* INVALID for what cannot be a folder below models_dir. */
anc_status emb_models_check_name(anc_str name, anc_err *err) ANC_MUST_CHECK;

anc_str emb_models_name_or_default(const emb_models *m, anc_str name);

#endif
