/* model_folders.h - installed models as folders below one folder.
 *
 *   <models_dir>/<name>/          an installed model
 *   <models_dir>/<name>.part/     one that is being installed, or was
 *   <models_dir>/<name>.lock      held while it is being installed
 *
 * Installing ends with a rename of the second to the first; an old one is moved aside before and
 * removed after. A folder is a model when it holds config.json.
 */
#ifndef ANC_EMBEDDING_ADAPTERS_MODEL_FOLDERS_MODEL_FOLDERS_H
#define ANC_EMBEDDING_ADAPTERS_MODEL_FOLDERS_MODEL_FOLDERS_H

#include "embedding/ports/model_store.h"

/* The folder is made when something is installed. INVALID (the path), NO_MEMORY. */
anc_status emb_model_folders_open(anc_str models_dir, emb_model_store *ret,
                                  anc_err *err) ANC_MUST_CHECK;

#endif
