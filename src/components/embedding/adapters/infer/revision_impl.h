/* revision_impl.h - a name for everything that a model's vectors depend on. */
#ifndef ANC_EMBEDDING_ADAPTERS_INFER_REVISION_IMPL_H
#define ANC_EMBEDDING_ADAPTERS_INFER_REVISION_IMPL_H

#include "embedding/adapters/infer/infer_encoder.h"

enum { EMB_REVISION_MAX = 128 };

/* "<model>@<16 hex digits>" terminated in `out`: the start of the SHA-256 over the files of the
 * folder that the encoder reads, and the prefixes. A name that is longer is cut. IO, NO_MEMORY. */
anc_status emb_infer_revision(const emb_infer_options *options, anc_str model,
                              char out[EMB_REVISION_MAX], anc_err *err) ANC_MUST_CHECK;

enum { EMB_STATE_BYTES = 32 };

/* What tells the files of the folder that the encoder reads apart from those that take their places: their sizes and times.
 * Costs no reading of them. IO, NO_MEMORY. */
anc_status emb_infer_state(anc_str folder, unsigned char out[EMB_STATE_BYTES],
                           anc_err *err) ANC_MUST_CHECK;

/* Makes of a revision that of a precision whose vectors are not like those of the others. NO_MEMORY. */
anc_status emb_infer_revision_apart(const char *precision, char revision[EMB_REVISION_MAX],
                                    anc_err *err) ANC_MUST_CHECK;

#endif
