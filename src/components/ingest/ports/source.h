/* source.h - port: where documents come from.
 *
 * Adapters: folder (a folder or a file of this machine). Contract: any thread but the loop; the same
 * content is walked in the same order.
 */
#ifndef ANC_INGEST_PORTS_SOURCE_H
#define ANC_INGEST_PORTS_SOURCE_H

#include "ingest/domain/batch.h"
#include "kernel/domain/call.h"

typedef struct ing_item_sink {
    void *arg;
    anc_status (*on_item)(void *arg, const ing_item *item, anc_err *err); /* ordinal not set */
} ing_item_sink;

typedef struct ing_content {
    anc_str bytes; /* in call->mem */
    anc_str uri;   /* in call->mem */
    int64_t modified_ms;
} ing_content;

typedef struct ing_source_ops {
    const char *name;

    /* Whether `path` is there and may be read; NOT_FOUND, FORBIDDEN, INVALID name it. */
    ANC_MUST_CHECK anc_status (*check)(void *self, krn_call *call, anc_str path);

    /* Hands over what is in `path`, by path. A sink's failure ends it and is given back. LIMIT names
     * the bound that was passed. */
    ANC_MUST_CHECK anc_status (*walk)(void *self, krn_call *call, anc_str path,
                                      const ing_item_sink *sink);

    /* The bytes of one item; LIMIT past `max_bytes`. NOT_FOUND when it went away. */
    ANC_MUST_CHECK anc_status (*read)(void *self, krn_call *call, anc_str path, anc_str item,
                                      size_t max_bytes, ing_content *ret);

    /* The same of an item whose name a stranger gave: NOT_FOUND too for what a walk of `path`, a folder, passes
     * over. */
    ANC_MUST_CHECK anc_status (*pick)(void *self, krn_call *call, anc_str path, anc_str item,
                                      size_t max_bytes, ing_content *ret);
} ing_source_ops;

typedef struct ing_source {
    const ing_source_ops *ops;
    void *self;
} ing_source;

#endif
