/* encoder_source.h - port: which models could be encoders, and one of them opened.
 *
 * Adapters: infer (folders below models_dir). Contract: any thread, several at once. `open` blocks for
 * up to seconds. Failure: of `list` IO, FORBIDDEN, NO_MEMORY; of `open` NOT_FOUND, CORRUPT, UNSUPPORTED,
 * NO_MEMORY, with a text that names file and reason, and no path of this machine: whoever asks may read it.
 */
#ifndef ANC_EMBEDDING_PORTS_ENCODER_SOURCE_H
#define ANC_EMBEDDING_PORTS_ENCODER_SOURCE_H

#include "embedding/ports/encoder.h"

typedef struct emb_source_row {
    anc_str name;
    uint64_t bytes; /* of the weights */
} emb_source_row;

typedef struct emb_encoder_source_ops {
    const char *name;
    /* What is there, in byte order of names, in the call's arena; some may not open. */
    ANC_MUST_CHECK anc_status (*list)(void *self, krn_call *call, emb_source_row **ret,
                                      size_t *ret_n);
    ANC_MUST_CHECK anc_status (*open)(void *self, krn_call *call, anc_str model, emb_encoder *ret);
    void (*close)(void *self);
} emb_encoder_source_ops;

typedef struct emb_encoder_source {
    const emb_encoder_source_ops *ops; /* NULL: there are no models but the configured one */
    void *self;
} emb_encoder_source;

#endif
