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
 */
#ifndef ANC_INFER_BERT_IMPL_H
#define ANC_INFER_BERT_IMPL_H

#include "config_impl.h"
#include "infer/kernels.h"
#include "infer/safetensors.h"

/* A matrix in panels, with its bias; `columns` and the bias are rounded up to whole panels. */
typedef struct inf_matrix {
    const float *panels; /* [columns / INF_PANEL][depth][INF_PANEL] */
    const float *bias;   /* [columns] */
    size_t depth;
    size_t columns;
} inf_matrix;

typedef struct inf_norm {
    const float *scale, *shift; /* [hidden] */
} inf_norm;

typedef struct inf_layer {
    inf_matrix qkv, out, up, down;
    inf_norm after_attention, after_feed;
} inf_layer;

typedef struct inf_bert {
    inf_config config;
    inf_layer *layers;        /* owned: [config.layers] */
    float *weights;           /* owned: everything that layers and norm point into */
    inf_norm embedding_norm;  /* in weights */
    inf_tensor words, places; /* in the mapped file */
    const float *type;        /* in weights: the row of token type 0 */
} inf_bert;

/* Reads and packs the weights; the words and positions stay views into the bytes of `tensors`.
 * `forget(arg)` is called whenever a layer has been packed. CORRUPT, NO_MEMORY. */
anc_status inf_bert_load(const inf_config *config, const inf_tensors *tensors,
                         void (*forget)(void *arg), void *arg, inf_bert *ret,
                         anc_err *err) ANC_MUST_CHECK;
void inf_bert_done(inf_bert *bert); /* a zeroed one is a no-op */

/* Texts one behind the other: text t has ids[start[t]] to ids[start[t + 1] - 1]. */
typedef struct inf_block {
    const uint32_t *ids;
    const uint32_t *start; /* [n + 1], start[0] may be any */
    size_t n;
} inf_block;

/* Room for the activations of blocks of at most `tokens` tokens; NULL when memory is out. Free with
 * inf_scratch_free. One thread at a time. */
typedef struct inf_scratch inf_scratch;
void inf_scratch_free(inf_scratch *s); /* NULL is a no-op */
inf_scratch *inf_scratch_new(const inf_bert *bert, size_t tokens)
    ANC_OWNED_BY_CALLER(inf_scratch_free);

/* The vectors of a block's texts: text t to out + t * hidden. Every id is within the
 * vocabulary, every text at most as long as there are positions, the block fits the scratch. */
void inf_bert_run(const inf_bert *bert, const inf_kernels *kernels, inf_scratch *s,
                  const inf_block *block, float *out);

#endif
