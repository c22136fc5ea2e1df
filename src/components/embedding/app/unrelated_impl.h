/* unrelated_impl.h - how alike unrelated texts are to a model. */
#ifndef ANC_EMBEDDING_APP_UNRELATED_IMPL_H
#define ANC_EMBEDDING_APP_UNRELATED_IMPL_H

#include "embedding/ports/encoder.h"
#include "kernel/ports/clock.h"

/* The mean cosine of sentences that have nothing to do with each other; 0 without an encoder and for the
 * model that is the default of the table, which scores were fitted on. Takes as long as a dozen short texts.
 * It ends after `most_ns`, and where `whose` (NULL: nobody's) ends. What the encoder gives, NO_MEMORY. */
anc_status emb_measure_unrelated(const emb_encoder *encoder, krn_clock clock, int64_t most_ns,
                                 const krn_call *whose, double *ret, anc_err *err) ANC_MUST_CHECK;

#endif
