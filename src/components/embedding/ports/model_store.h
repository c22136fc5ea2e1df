/* model_store.h - port: the place where models are installed.
 *
 * Adapters: model_folders (folders below models_dir). Contract: one thread at a time. One file is
 * open at a time, from `resume` to the next `resume`, `commit` or `close`. What was added survives a
 * crash, perhaps cut short; the model shows up in `find` and `list` only after `commit`, and whole.
 * Failure: CONFLICT (another process installs that model), IO, DISK_FULL, FORBIDDEN, NO_MEMORY.
 */
#ifndef ANC_EMBEDDING_PORTS_MODEL_STORE_H
#define ANC_EMBEDDING_PORTS_MODEL_STORE_H

#include "embedding/ports/model_source.h"

typedef struct emb_model_store_ops {
    const char *name;
    /* The folder of an installed model in the call's arena; ptr NULL: not installed. */
    ANC_MUST_CHECK anc_status (*find)(void *self, krn_call *call, anc_str model, anc_str *ret);
    /* Names of what is installed, in byte order, in the call's arena. */
    ANC_MUST_CHECK anc_status (*list)(void *self, krn_call *call, anc_str **ret, size_t *ret_n);
    /* A small file of an installed model in the call's arena; ptr NULL: it is not there. LIMIT above `max` bytes. */
    ANC_MUST_CHECK anc_status (*read)(void *self, krn_call *call, anc_str model, const char *path,
                                      size_t max, anc_str *ret);
    /* Opens a file of a model that is being installed; what an earlier try has left of it goes to
     * `take`. */
    ANC_MUST_CHECK anc_status (*resume)(void *self, krn_call *call, anc_str model, const char *path,
                                        emb_take take);
    ANC_MUST_CHECK anc_status (*add)(void *self, krn_call *call, anc_str bytes);
    ANC_MUST_CHECK anc_status (*drop)(void *self,
                                      krn_call *call); /* the open file is empty again */
    /* Puts the installed files under the model's name, in place of what was there. */
    ANC_MUST_CHECK anc_status (*commit)(void *self, krn_call *call, anc_str model);
    void (*close)(void *self);
} emb_model_store_ops;

typedef struct emb_model_store {
    const emb_model_store_ops *ops;
    void *self;
} emb_model_store;

#endif
