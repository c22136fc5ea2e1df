/* embedding.h - what others may ask of the embedding component: texts to unit vectors.
 *
 * One service holds one model. Without a model it still opens: emb_info then says so with the
 * sentence that mends it, emb_embed is UNAVAILABLE, and token counts are estimates, so that
 * documents can be cut and searched by words until a model is there.
 */
#ifndef ANC_EMBEDDING_EMBEDDING_H
#define ANC_EMBEDDING_EMBEDDING_H

#include "base/str.h"
#include "kernel/domain/call.h"

typedef struct emb_service emb_service;

/* Some models put a prefix before each. */
typedef enum emb_kind {
    EMB_PASSAGE,
    EMB_PASSAGE_NOW, /* a passage, for somebody who waits and can do without its vector: UNAVAILABLE in good time
                      * where a model elsewhere does not answer */
    EMB_PASSAGE_ONCE, /* a passage whose vector the caller keeps: the cache neither has it nor gets it, so that many of
                       * them push nothing out */
    EMB_QUERY,
    EMB_QUERY_AHEAD, /* a query that is not asked yet: the cache gets it, and nothing is counted or told but tokens */
    EMB_QUERY_AGAIN, /* a query whose vector was just asked for: that the cache has it is no news, so such
                      * a hit is neither counted nor told */
} emb_kind;

typedef struct emb_info_row {
    bool available;
    anc_str model;       /* "all-MiniLM-L6-v2"; empty when none is configured */
    anc_str revision;    /* names the vectors: model and digest of its weights; "" when none */
    uint32_t dims;       /* 0 when none */
    uint32_t max_tokens; /* of the model's window, special tokens included; 256 when none */
    anc_str precision;   /* in which it runs: "f32", "bf16", "int8"; empty: not known */
    anc_str detail;      /* for people: what is loaded, or how to get a model */
    double
        unrelated; /* cosine of texts that have nothing to do with each other, on the average; 0 for
                          * the model that scores were fitted on, and when none */
} emb_info_row;

/* Facts about the model; the views live as long as the service. Any thread. */
emb_info_row emb_info(const emb_service *emb);

typedef struct emb_usage {
    uint64_t tokens;     /* run through the model */
    uint64_t cache_hits; /* texts that the cache knew */
    uint64_t truncated;  /* texts longer than the window, cut there */
} emb_usage;

/* Vectors of `texts` [n], n >= 1 of any number, in `out` [n * dims], row-major, each of unit length.
 * `ret_usage` may be NULL. Blocks for milliseconds to minutes: a pool, never a loop. UNAVAILABLE
 * without a model; CANCELLED and DEADLINE are seen between batches. */
anc_status emb_embed(emb_service *emb, krn_call *call, emb_kind kind, const anc_str *texts,
                     size_t n, float *out, emb_usage *ret_usage) ANC_MUST_CHECK;

/* Whether the last try of the model failed for reasons of its own, and why, as it stood when that began, added to
 * `out`. Any thread. */
bool emb_is_failing(emb_service *emb, anc_buf *out);

/* Tokens of `text` without the special ones; counting stops at `max` + 1. Any thread. */
size_t emb_count_tokens(emb_service *emb, anc_str text, size_t max);

typedef struct emb_cache_stats {
    uint64_t hits, misses, evictions, entries, bytes;
} emb_cache_stats;

emb_cache_stats emb_cache(const emb_service *emb);

/* Forgets the vectors of passages; how many. Any thread. */
uint64_t emb_cache_clear_passages(emb_service *emb);

/* Forgets the vectors of all texts that were seen before; how many. Any thread. */
uint64_t emb_cache_clear(emb_service *emb);

#endif
