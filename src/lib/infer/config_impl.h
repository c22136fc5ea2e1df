/* config_impl.h - what the small files of a model folder say, checked. */
#ifndef ANC_INFER_CONFIG_IMPL_H
#define ANC_INFER_CONFIG_IMPL_H

#include "base/str.h"

typedef enum inf_pooling { INF_POOL_MEAN, INF_POOL_CLS } inf_pooling;

typedef struct inf_config {
    size_t hidden; /* length of a vector; a multiple of heads */
    size_t heads;
    size_t layers;
    size_t inner; /* width inside the feed-forward part */
    size_t vocabulary;
    size_t positions;
    size_t types;
    size_t window; /* tokens of a text, special ones included; at most positions */
    float epsilon; /* of the layer norms */
    inf_pooling pooling;
    bool unit_length;
    anc_str query_prefix; /* in the arena */
    anc_str passage_prefix;
} inf_config;

/* Reads the folder's files. NOT_FOUND without config.json, CORRUPT, UNSUPPORTED where the model is
 * of a kind that bert.c does not compute. */
anc_status inf_config_read(anc_arena *mem, anc_str folder, inf_config *ret,
                           anc_err *err) ANC_MUST_CHECK;

#endif
