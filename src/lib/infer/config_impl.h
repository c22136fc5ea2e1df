/* config_impl.h - what the small files of a model folder say, checked. */
#ifndef ANC_INFER_CONFIG_IMPL_H
#define ANC_INFER_CONFIG_IMPL_H

#include "architecture_impl.h"

typedef enum inf_pooling { INF_POOL_MEAN, INF_POOL_CLS } inf_pooling;

/* A matrix that what was pooled goes through, in a folder of its own. */
typedef struct inf_dense_config {
    anc_str folder; /* below the model's, in the arena; empty: there is none */
    size_t outputs;
    bool bias, tanh;
} inf_dense_config;

typedef struct inf_config {
    const inf_architecture *architecture;
    anc_str
        place; /* below the folder, in the arena: config.json, tokenizer, weights; empty: itself */
    size_t hidden; /* width of a token; a multiple of heads */
    size_t heads;
    size_t layers;
    size_t inner; /* width inside the feed-forward part */
    size_t vocabulary;
    size_t positions;   /* rows of their table */
    size_t first_place; /* the row of a text's first token */
    uint32_t pad;       /* the id that has this row, and does not count; UINT32_MAX: none */
    size_t types;       /* 0: the architecture has none */
    size_t buckets;     /* of distances; 0: attention adds nothing by them */
    size_t window;      /* tokens of a text, special ones included; there are places for all */
    float epsilon;      /* of the layer norms */
    bool lower;         /* texts are made lower case before the tokenizer */
    bool scores;        /* a cross-encoder: a pair in, one number out */
    inf_pooling pooling;
    anc_str pooling_folder; /* below the model's; empty in a cross-encoder */
    inf_dense_config dense;
    bool unit_length;
    size_t dims;          /* of what comes out */
    anc_str query_prefix; /* in the arena */
    anc_str passage_prefix;
} inf_config;

/* Reads the folder's files. NOT_FOUND without config.json, CORRUPT, UNSUPPORTED where the model is
 * of a kind that bert.c does not compute. */
anc_status inf_config_read(anc_arena *mem, anc_str folder, inf_config *ret,
                           anc_err *err) ANC_MUST_CHECK;

#endif
