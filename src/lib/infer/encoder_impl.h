/* encoder_impl.h - what an open encoder holds. Private. */
#ifndef ANC_INFER_ENCODER_IMPL_H
#define ANC_INFER_ENCODER_IMPL_H

#include <pthread.h>

#include "bert_impl.h"
#include "infer/encoder.h"
#include "infer/tokenizer.h"
#include "os/file.h"

enum { INF_SPARES = 16 };

typedef struct inf_prefix {
    uint32_t *ids; /* owned; [n] */
    size_t n;
} inf_prefix;

struct inf_encoder {
    os_reader *file;      /* owned: of the weights */
    inf_tensors *tensors; /* owned; of the file */
    inf_tokenizer *tok;   /* owned */
    inf_bert bert;        /* owned; its tables are in the file */
    inf_levels levels;
    inf_precision precision;
    bool kept;              /* the packed weights are in a file beside the model */
    inf_prefix prefixes[2]; /* by inf_kind */
    size_t block_tokens;
    pthread_mutex_t lock;
    inf_scratch *spares[INF_SPARES]; /* owned; guarded by lock */
    size_t n_spares;                 /* guarded by lock */
};

#endif
