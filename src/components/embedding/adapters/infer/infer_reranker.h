/* infer_reranker.h - the reranker port in this process: a cross-encoder on lib/infer. */
#ifndef ANC_EMBEDDING_ADAPTERS_INFER_INFER_RERANKER_H
#define ANC_EMBEDDING_ADAPTERS_INFER_INFER_RERANKER_H

#include "embedding/ports/reranker.h"
#include "infer/turns.h"
#include "kernel/ports/clock.h"
#include "os/thread.h"

typedef struct emb_infer_reranker_options {
    anc_str folder;    /* of the model; its last part is the model's name */
    anc_str precision; /* f32, bf16, int8; "auto" or empty: what infer/choice.h says */
    os_pool *pool;     /* as in emb_infer_options */
    inf_turns *turns;  /* likewise */
    krn_clock clock;
} emb_infer_reranker_options;

/* NOT_FOUND, CORRUPT, INVALID (a precision), NO_MEMORY; UNSUPPORTED also for a model that gives vectors and no scores. The text names
 * the folder or the file. */
anc_status emb_infer_reranker_open(const emb_infer_reranker_options *options, emb_reranker *ret,
                                   anc_err *err) ANC_MUST_CHECK;

#endif
