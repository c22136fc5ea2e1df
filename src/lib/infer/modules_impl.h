/* modules_impl.h - the steps of a folder of sentence-transformers: modules.json, and the folders that it names. */
#ifndef ANC_INFER_MODULES_IMPL_H
#define ANC_INFER_MODULES_IMPL_H

#include "config_impl.h"

/* Where below the model's folder its encoder is (`place` of inf_config), in `mem`: config.json, the tokenizer and the
 * weights are there. Empty, which is the folder itself, where modules.json says so or is absent. CORRUPT: modules.json is
 * no list of modules, or the path leaves the folder. */
anc_status inf_modules_place(anc_arena *mem, anc_str folder, anc_str *ret,
                             anc_err *err) ANC_MUST_CHECK;

/* "`folder`/`place`/`name`" in `mem`, without a `place` that is empty. */
anc_status inf_place_path(anc_arena *mem, anc_str folder, anc_str place, const char *name,
                          anc_str *ret, anc_err *err) ANC_MUST_CHECK;

/* Pooling, dense step, division by the length and what comes out, of a model whose `hidden` is known. */
anc_status inf_modules_read(anc_arena *mem, anc_str folder, inf_config *ret,
                            anc_err *err) ANC_MUST_CHECK;

#endif
