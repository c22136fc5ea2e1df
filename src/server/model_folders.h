/* model_folders.h - the model folders of a configuration, for commands. Private to the server. */
#ifndef ANC_SERVER_MODEL_FOLDERS_H
#define ANC_SERVER_MODEL_FOLDERS_H

#include "embedding/models.h"
#include "server/config.h"

/* Closed with emb_models_close (embedding/app). */
anc_status srv_models_open(anc_str models_dir, emb_models **ret, anc_err *err) ANC_MUST_CHECK;
void srv_models_close(emb_models *models);

/* How the model in `folder` runs here, in `mem`. What is made of it when it is first opened is then there. What
 * emb_infer_open gives, and emb_infer_reranker_open of a cross-encoder. */
anc_status srv_model_prepare(const srv_config *config, anc_arena *mem, anc_str folder, anc_str *ret,
                             anc_err *err) ANC_MUST_CHECK;

/* What mends a model of that name whose folder cannot be used, which `why` was said of, for people; ptr NULL: no room. */
anc_str srv_model_mending(anc_arena *mem, anc_str name, anc_status why);

#endif
