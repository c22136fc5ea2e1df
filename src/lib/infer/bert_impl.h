/* bert_impl.h - the weights of a BERT encoder, made ready, and the way through them.
 *
 * One text is a run of tokens; a *block* is several texts one behind the other, [tokens] rows of
 * every activation, without padding. All layers work on whole blocks, only attention goes text by
 * text. Widths are rounded up to whole panels: what lies beyond the real width is zero.
 *
 *   x [tokens, hidden]   the residual stream
 *   y [tokens, hidden]   its successor; the two swap
 *   qkv [tokens, 3 hidden]   queries (already divided by the root of the head's width), keys, values
 *   context [tokens, hidden + a panel]   what attention gives
 *   inner [strip, inner]   the feed-forward part, a strip of rows at a time
 *
 * A matrix of bf16 or int8 reads its rows as such, or wide (products.h): a strip of them is made so just before (bert.c). Where a matrix
 * is not f32 and the CPU has fast products of bf16, attention goes in bf16, too (attention.c, attention_amx.c).
 */
#ifndef ANC_INFER_BERT_IMPL_H
#define ANC_INFER_BERT_IMPL_H

#include "config_impl.h"
#include "head_impl.h"
#include "infer/hands.h"
#include "infer/products.h"
#include "infer/safetensors.h"

typedef struct inf_norm {
    const float *scale, *shift; /* [hidden] */
} inf_norm;

/* What runs a model. */
typedef struct inf_levels {
    const inf_kernels *kernels;
    const inf_product *products[INF_PRECISIONS]; /* none for INF_F32 */
    bool
        half_attention; /* and what is between up and down, where down is bf16; all products that are asked for it give
                          * halves */
} inf_levels;

/* The precision of each matrix of a layer. */
typedef struct inf_plan {
    inf_precision qkv, out, up, down;
} inf_plan;

typedef struct inf_layer {
    inf_matrix qkv, out, up, down;
    inf_norm after_attention, after_feed;
} inf_layer;

typedef struct inf_bert {
    inf_config config;
    inf_layer *layers;        /* owned: [config.layers] */
    unsigned char *weights;   /* owned: everything that layers and norm point into */
    inf_norm embedding_norm;  /* in weights */
    inf_tensor words, places; /* in the open file */
    const float *types; /* in weights: [2][whole panels of hidden], zero where there is none */
    const float *
        distances; /* in weights: [heads][2 * reach], what a score gets where a key stands (i - reach)
                               * tokens behind its query; NULL: nothing */
    size_t reach;  /* whole panels of the window */
    inf_head head; /* owned */
} inf_bert;

/* Memory for weights, aligned to INF_ALIGN and more; NULL when memory is out. free() it. */
unsigned char *inf_weights_new(size_t bytes) ANC_OWNED_BY_CALLER(free);

/* Of the weights, once they are packed. */
size_t inf_bert_bytes(const inf_config *config, const inf_plan *plan);

typedef struct inf_bert_from {
    const inf_config *config;
    const inf_plan *plan;
    const inf_tensors *tensors; /* the words and positions are read from there for every text */
    unsigned char *packed; /* [inf_bert_bytes] what an earlier load of the same made of them, of
                            * inf_weights_new; the load takes it, also where it fails; NULL: is made now */
} inf_bert_from;

/* Reads and packs the weights, all but a head that has a file of its own. CORRUPT, IO, NO_MEMORY. */
anc_status inf_bert_load(const inf_bert_from *from, inf_bert *ret, anc_err *err) ANC_MUST_CHECK;
void inf_bert_done(inf_bert *bert); /* a zeroed one is a no-op */

/* Texts one behind the other: text t has ids[start[t]] to ids[start[t + 1] - 1]. */
typedef struct inf_block {
    const uint32_t *ids;
    const uint8_t *types;  /* of each id, 0 or 1; NULL: all 0 */
    const uint32_t *start; /* [n + 1], start[0] may be any */
    size_t n;
} inf_block;

/* A text among those that go through the layers together. */
typedef struct inf_span {
    size_t first, tokens; /* its rows */
    size_t queries;       /* of these, from the first on, attention is asked for */
    size_t to;            /* the row of the context that the first of them has */
} inf_span;

/* Where attention is while it goes on, for one hand. */
typedef struct inf_room {
    void *keys, *values; /* of one head, in panels */
    float *scores;       /* [INF_QUERY_ROWS][places] */
} inf_room;

/* Texts on their way through the layers, and their activations. */
typedef struct inf_scratch {
    inf_span *texts;                                /* owned: [n_texts], one behind the other */
    size_t n_texts, tokens;                         /* tokens of them all */
    size_t hidden, qkv_width, context_width, inner; /* row lengths, in floats */
    size_t places;                                  /* whole panels of tokens */
    size_t half_width;                              /* row length of `halves`, in halves */
    float *memory;                                  /* owned: everything below */
    float *x, *y, *qkv, *context, *feed;
    unsigned char *operand; /* a strip of rows as a product reads them */
    float *scales;          /* [INF_STRIP_ROWS] of those */
    uint16_t *halves;       /* [tokens, half_width] qkv in bf16 */
    inf_room rooms[INF_HANDS_MOST];
    uint16_t *shares; /* [INF_QUERY_ROWS][places] scores in bf16, of the leader */
    float *mask;      /* [places] */
    float *zeros;     /* [whole panels of a head] */
    float *pooled;    /* [whole panels of hidden] */
    float *head;      /* [2 * inf_head_width] */
    inf_hands *hands; /* borrowed: who takes part in the layers; NULL: the calling thread alone */
} inf_scratch;

enum { INF_STRIP_ROWS = 256, INF_QUERY_ROWS = 64 };

static inline size_t inf_whole_panels(size_t n)
{
    return (n + INF_PANEL - 1) / INF_PANEL * INF_PANEL;
}

/* scratch.c. Room for the activations of blocks of at most `tokens` tokens; NULL when memory is out. Free with
 * inf_scratch_free. One thread at a time. */
void inf_scratch_free(inf_scratch *s); /* NULL is a no-op */
inf_scratch *inf_scratch_new(const inf_bert *bert, size_t tokens)
    ANC_OWNED_BY_CALLER(inf_scratch_free);

/* attention.c. From s->qkv, or s->halves where attention is in bf16, to s->context, for one text. */
void inf_attend(const inf_bert *bert, const inf_levels *levels, inf_scratch *s,
                const inf_span *span);

/* bert.c. Texts go in, through one layer after the other, and vectors or scores come out. Every id is within the
 * vocabulary, every text at most as long as there are positions, all of them fit the scratch. What reads the tables fails
 * as os_reader_get does, and the scratch then has to begin again. */
void inf_bert_begin(inf_scratch *s); /* there are no texts */
/* Behind those that are there; the block may go. */
anc_status inf_bert_add(const inf_bert *bert, const inf_levels *levels, inf_scratch *s,
                        const inf_block *block, anc_err *err) ANC_MUST_CHECK;
/* Layer number i of 0 to config.layers - 1. */
void inf_bert_layer(const inf_bert *bert, const inf_levels *levels, inf_scratch *s, size_t i);
/* After the last layer, what comes of the texts from `first` on: of each config.dims values. */
void inf_bert_take(const inf_bert *bert, const inf_levels *levels, inf_scratch *s, size_t first,
                   size_t n, float *out);

/* All of that for one block. */
anc_status inf_bert_run(const inf_bert *bert, const inf_levels *levels, inf_scratch *s,
                        const inf_block *block, float *out, anc_err *err) ANC_MUST_CHECK;

#endif
