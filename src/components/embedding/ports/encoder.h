/* encoder.h - port: texts in, vectors out.
 *
 * Adapters: infer (in process). Contract, run against each of them and the fakes by
 * tests/contract/encoder:
 *   thread   `encode` blocks for milliseconds to seconds: a pool, never a loop thread. Many threads
 *            may be inside one adapter at once. `count_tokens` is quick, any thread. `close` runs
 *            once, after the last call.
 *   memory   `texts` is borrowed for the call. `out` belongs to the caller; after a failure its
 *            content means nothing.
 *   values   each row of `out` has unit L2 norm within 1e-4; one text of one kind always gives one
 *            row, whatever stands beside it (within rounding). Bytes that are no UTF-8 do no harm.
 *   failure  CANCELLED, DEADLINE of the call, seen within a second; NO_MEMORY; UNAVAILABLE: the
 *            caller may retry. The error stands in the call.
 */
#ifndef ANC_EMBEDDING_PORTS_ENCODER_H
#define ANC_EMBEDDING_PORTS_ENCODER_H

#include "kernel/domain/call.h"

typedef enum emb_text_kind {
    EMB_TEXT_PASSAGE,
    EMB_TEXT_PASSAGE_NOW, /* as EMB_TEXT_PASSAGE, of somebody who waits and can do without */
    EMB_TEXT_QUERY,
    EMB_TEXT_QUERY_AHEAD /* as EMB_TEXT_QUERY, that nobody waits for */
} emb_text_kind;         /* some models put a prefix before each */

static inline bool emb_text_is_query(emb_text_kind kind)
{
    return kind == EMB_TEXT_QUERY || kind == EMB_TEXT_QUERY_AHEAD;
}

typedef struct emb_encoded {
    uint64_t tokens;    /* run through the model */
    uint64_t truncated; /* texts that were cut at the window */
} emb_encoded;

typedef struct emb_encoder_ops {
    const char *name; /* as in the configuration; literal */

    /* texts [n], 1 <= n <= max_batch. out [n * dims], row-major float32. */
    ANC_MUST_CHECK anc_status (*encode)(void *self, krn_call *call, emb_text_kind kind,
                                        const anc_str *texts, size_t n, float *out,
                                        emb_encoded *ret);

    /* Tokens of `text` without the special ones; counting stops at `max` + 1. */
    size_t (*count_tokens)(void *self, anc_str text, size_t max);

    void (*close)(void *self); /* frees self */
} emb_encoder_ops;

/* A handle: two words of identity and what a caller must know without asking. Copied freely. */
typedef struct emb_encoder {
    const emb_encoder_ops *ops; /* NULL: there is none */
    void *self;
    uint32_t dims;       /* components of a vector, fixed for life */
    uint32_t max_tokens; /* of the window, special tokens included */
    uint32_t max_batch;
    anc_str model;    /* lives as long as self */
    anc_str revision; /* names the vectors: equal ones come from equal weights and settings */
    anc_str
        precision;  /* in which the model runs: "f32", "bf16", "int8"; empty: not known. Literal */
    anc_str detail; /* for people */
} emb_encoder;

static inline void emb_encoder_close(emb_encoder *e)
{
    if (e->ops != NULL)
        e->ops->close(e->self);
    *e = (emb_encoder){0};
}

#endif
