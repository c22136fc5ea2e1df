/* spool.h - port: bytes of items that were sent along, until they are documents.
 *
 * A segment is appended to by one thread, synced, and read by others from where it was synced; it is
 * removed as a whole. Which segments are needed is known to the catalog (ports/upload_writer.h).
 *
 * Adapters: spool_files. Contract: any thread but the loop. IO, DISK_FULL (also while a part of the disk
 * is kept free), NO_MEMORY anywhere;
 * what was synced survives a crash and a loss of power.
 */
#ifndef ANC_INGEST_PORTS_SPOOL_H
#define ANC_INGEST_PORTS_SPOOL_H

#include "ingest/domain/batch.h"
#include "kernel/domain/call.h"

typedef struct ing_segment ing_segment; /* being written; the adapter's */

typedef struct ing_segment_row {
    int64_t id;
    uint64_t bytes;
} ing_segment_row;

typedef struct ing_spool_ops {
    const char *name;

    /* DISK_FULL, with the figures, while the disk has no room to spare: then nothing that is new is
     * written, and what is read would find no room either. */
    ANC_MUST_CHECK anc_status (*room)(void *self, anc_err *err);

    /* A new, empty segment; CONFLICT when the id exists. */
    ANC_MUST_CHECK anc_status (*create)(void *self, int64_t id, ing_segment **ret, anc_err *err);
    /* A payload begins; where it stands in the segment. Its bytes follow. */
    uint64_t (*begin)(ing_segment *segment);
    /* After a failure this payload is broken; those before it are kept by the next sync. */
    ANC_MUST_CHECK anc_status (*add)(ing_segment *segment, anc_str bytes, anc_err *err);
    /* That the segment takes, or will take with the next sync: more than was added. */
    uint64_t (*bytes)(const ing_segment *segment);
    ANC_MUST_CHECK anc_status (*sync)(ing_segment *segment, anc_err *err);
    /* What was not synced may be lost. Gives the bytes that its file has; NULL is a no-op. */
    uint64_t (*close)(ing_segment *segment);

    /* NOT_FOUND when the segment is gone, CORRUPT, naming its file, when it is too short or not as it
     * was written. */
    ANC_MUST_CHECK anc_status (*read)(void *self, krn_call *call, const ing_payload *payload,
                                      anc_str *ret);
    /* ret_bytes: what it had; 0 when it was gone. */
    ANC_MUST_CHECK anc_status (*remove)(void *self, int64_t id, uint64_t *ret_bytes, anc_err *err);
    ANC_MUST_CHECK anc_status (*list)(void *self, krn_call *call, ing_segment_row **ret,
                                      size_t *ret_n);
} ing_spool_ops;

typedef struct ing_spool {
    const ing_spool_ops *ops; /* NULL: nothing can be sent along */
    void *self;
} ing_spool;

#endif
