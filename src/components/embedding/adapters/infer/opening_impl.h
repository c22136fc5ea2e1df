/* opening_impl.h - what encoders and rerankers of this process do alike when they are opened. */
#ifndef ANC_EMBEDDING_ADAPTERS_INFER_OPENING_IMPL_H
#define ANC_EMBEDDING_ADAPTERS_INFER_OPENING_IMPL_H

#include "embedding/adapters/infer/infer_encoder.h"
#include "infer/choice.h"

/* The last part of a path. */
anc_str emb_infer_model_name(anc_str folder);

/* Whether what is made of a model is kept beside it: of a small one it is made anew sooner than a file is written and
 * synced. */
bool emb_infer_keeps(anc_str folder);

/* The precision that a model runs in; `digest` as in infer/choice.h. INVALID for an unknown precision, and what
 * inf_choose gives. */
anc_status emb_infer_choose(const emb_infer_options *options, anc_str digest, inf_choice *ret,
                            anc_err *err) ANC_MUST_CHECK;

#endif
