/* architecture_impl.h - in what the encoders of the BERT family differ: names, and a few options.
 *
 * All of them are the same computation: embeddings and their norm; layers of attention and of two matrices with a
 * GELU between, each added to what went in and followed by a norm. A row of the table says how a published folder
 * names that. What no row describes is refused by its name.
 */
#ifndef ANC_INFER_ARCHITECTURE_IMPL_H
#define ANC_INFER_ARCHITECTURE_IMPL_H

#include "base/str.h"

/* Members of config.json. */
typedef struct inf_size_names {
    const char *hidden, *heads, *layers, *inner, *activation;
} inf_size_names;

/* Of a layer's tensors, what stands between its number and ".weight". */
typedef struct inf_layer_names {
    const char *before; /* the number: "encoder.layer." */
    const char *query, *key, *value, *out, *after_attention, *up, *down, *after_feed;
} inf_layer_names;

/* Of the two matrices by which a cross-encoder judges a pair; complete. NULL: none is known. */
typedef struct inf_judge_names {
    const char *dense, *out;
} inf_judge_names;

typedef enum inf_places {
    INF_PLACES_FROM_0,
    INF_PLACES_PAST_PAD, /* from the id of the padding + 1 on; a padding has its own, and does not count */
    INF_PLACES_PAST_1 /* the same with the id 1, whatever config.json says of the padding */
} inf_places;

typedef struct inf_architecture {
    const char *model_type; /* in config.json */
    const char
        *prefix; /* of the tensors' names where the file holds more than the encoder: "bert." */
    const inf_size_names *sizes;
    const inf_layer_names *layer;
    inf_judge_names judge;
    inf_places places;
    bool types;            /* has embeddings of token types */
    const char *distances; /* the tensor of what attention adds by distance; NULL: nothing */
    const char *buckets;   /* how many it tells apart, in config.json; NULL where there is none */
} inf_architecture;

/* NULL: none of that name. */
const inf_architecture *inf_architecture_find(anc_str model_type);

/* "bert, distilbert, …", as many as `out` has room for. */
void inf_architecture_list(anc_buf *out);

#endif
