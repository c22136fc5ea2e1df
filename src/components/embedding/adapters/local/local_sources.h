/* local_sources.h - model files from this machine: a folder, or a Python wheel (libzip inside). */
#ifndef ANC_EMBEDDING_ADAPTERS_LOCAL_LOCAL_SOURCES_H
#define ANC_EMBEDDING_ADAPTERS_LOCAL_LOCAL_SOURCES_H

#include "embedding/ports/model_source.h"

/* The files of a model folder, by their paths below it. NOT_FOUND: there is no such folder. */
anc_status emb_folder_source_open(anc_str folder, emb_model_source *ret,
                                  anc_err *err) ANC_MUST_CHECK;

/* The files beside the one model.safetensors that the archive holds, at whatever depth. NOT_FOUND,
 * CORRUPT: no archive, or none with a model.safetensors. */
anc_status emb_wheel_source_open(anc_str file, emb_model_source *ret, anc_err *err) ANC_MUST_CHECK;

#endif
