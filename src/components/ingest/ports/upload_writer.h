/* upload_writer.h - port: batches whose documents are sent along, and the segments of their payloads,
 * inside the writer's transaction.
 *
 * Adapters: sqlite. Contract: as of the batch writer (ports/batch_writer.h).
 */
#ifndef ANC_INGEST_PORTS_UPLOAD_WRITER_H
#define ANC_INGEST_PORTS_UPLOAD_WRITER_H

#include "base/arena.h"
#include "ingest/domain/batch.h"

typedef struct krn_tx krn_tx; /* kernel/ports/writer.h */

typedef struct ing_upload_writer_ops {
    const char *name;

    /* Reading begins while further items come: queued becomes processing. */
    ANC_MUST_CHECK anc_status (*start)(void *self, krn_tx *tx, int64_t key, anc_err *err);

    /* No further items come: total is final, segments are closed. `error` (ptr NULL: it came whole)
     * makes it a failed batch once what came was read. */
    ANC_MUST_CHECK anc_status (*seal)(void *self, krn_tx *tx, int64_t key, anc_str error,
                                      ing_counts *ret, anc_err *err);

    /* The same for every batch that still receives. ret_n: how many those were. */
    ANC_MUST_CHECK anc_status (*seal_all)(void *self, krn_tx *tx, anc_str error, size_t *ret_n,
                                          anc_err *err);

    /* Removes a held batch with its items, as if it had never come, at most about `limit` rows at once;
     * ret_more: call again. From the first call on nobody reads it, and what a crash leaves of it is a
     * cancelled batch that is pruned in time. CONFLICT for one that is not held. */
    ANC_MUST_CHECK anc_status (*discard)(void *self, krn_tx *tx, int64_t key, size_t limit,
                                         bool *ret_more, anc_err *err);

    /* Nothing more is added to a segment. */
    ANC_MUST_CHECK anc_status (*segment_close)(void *self, krn_tx *tx, int64_t id, anc_err *err);

    /* At most `limit` batches that were not sealed, also such as were cancelled before, with a key greater than `after`, ascending. ret [limit]. */
    ANC_MUST_CHECK anc_status (*receiving)(void *self, krn_tx *tx, int64_t after, size_t limit,
                                           int64_t *ret, size_t *ret_n, anc_err *err);

    /* At most `limit` segments that nobody needs nor will, with an id greater than `after`, ascending: their
     * files are to be removed, then they are to be forgotten. ret [limit]. */
    ANC_MUST_CHECK anc_status (*segments_unused)(void *self, krn_tx *tx, int64_t after,
                                                 size_t limit, int64_t *ret, size_t *ret_n,
                                                 anc_err *err);
    ANC_MUST_CHECK anc_status (*segment_forget)(void *self, krn_tx *tx, int64_t id, anc_err *err);

    /* Whether the catalog knows a segment. */
    ANC_MUST_CHECK anc_status (*segment_known)(void *self, krn_tx *tx, int64_t id, bool *ret,
                                               anc_err *err);
} ing_upload_writer_ops;

typedef struct ing_upload_writer {
    const ing_upload_writer_ops *ops;
    void *self;
} ing_upload_writer;

#endif
