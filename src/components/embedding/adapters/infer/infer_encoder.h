/* infer_encoder.h - the encoder port in this process, on lib/infer. */
#ifndef ANC_EMBEDDING_ADAPTERS_INFER_INFER_ENCODER_H
#define ANC_EMBEDDING_ADAPTERS_INFER_INFER_ENCODER_H

#include "embedding/ports/encoder.h"
#include "infer/turns.h"
#include "kernel/ports/clock.h"
#include "os/thread.h"

typedef struct emb_infer_options {
    anc_str folder;         /* of the model; its last part is the model's name */
    anc_str query_prefix;   /* ptr NULL: as the folder says */
    anc_str passage_prefix; /* likewise */
    anc_str precision;      /* f32, bf16, int8; "auto" or empty: what infer/choice.h says */
    /* Borrowed: shares out the check of the precision, and without turns all long work; NULL: the calling thread
     * alone. */
    os_pool *pool;
    inf_turns *turns; /* borrowed: the turns that all models of the process take; NULL: none */
    krn_clock clock;  /* for deadlines */
    /* Borrowed while it opens: its deadline and cancel end the check of the precision, with the error in it; NULL:
     * nobody's. */
    const krn_call *call;
} emb_infer_options;

/* The revision of the vectors does not tell precisions apart that are alike (infer/choice.h), so those of one stand
 * beside those of another; a precision that is too far from f32 has a revision of its own.
 * NOT_FOUND, CORRUPT, UNSUPPORTED, INVALID (a prefix, a precision), NO_MEMORY, CANCELLED, DEADLINE (of `call`;
 * nothing of a check is then kept), UNAVAILABLE (files of the folder were changed meanwhile; nothing is kept under the name
 * of the old ones, and another opening gives the new); the text names the file by its place below the folder of models. */
anc_status emb_infer_open(const emb_infer_options *options, emb_encoder *ret,
                          anc_err *err) ANC_MUST_CHECK;

#endif
