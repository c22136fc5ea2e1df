/* model_source.h - port: where the bytes of a model's files come from.
 *
 * Adapters: hub (HTTPS), folder, wheel (both in `local`). Contract: one thread at a time; the bytes
 * come in order and from `offset` on, whatever the source can do; no more than the source has, and
 * the caller counts them. A status of `take` other than OK ends the fetch with that status.
 * Failure: NOT_FOUND (no such file there), UNAVAILABLE, PROVIDER, DEADLINE (the network), CANCELLED,
 * IO, CORRUPT (an archive that does not unpack). What was taken before a failure is right.
 */
#ifndef ANC_EMBEDDING_PORTS_MODEL_SOURCE_H
#define ANC_EMBEDDING_PORTS_MODEL_SOURCE_H

#include "embedding/domain/model_table.h"
#include "kernel/domain/call.h"

typedef struct emb_take {
    anc_status (*bytes)(void *arg, anc_str bytes);
    void *arg;
} emb_take;

typedef struct emb_model_source_ops {
    const char *name;
    ANC_MUST_CHECK anc_status (*fetch)(void *self, krn_call *call, const emb_model_row *row,
                                       const emb_model_file *file, uint64_t offset, emb_take take);
    void (*close)(void *self);
} emb_model_source_ops;

typedef struct emb_model_source {
    const emb_model_source_ops *ops;
    void *self;
} emb_model_source;

/* `place` is the folder, the wheel, or for the hub the address of another one (empty: the usual). */
typedef anc_status emb_model_source_open_fn(anc_str place, emb_model_source *ret, anc_err *err);

#endif
