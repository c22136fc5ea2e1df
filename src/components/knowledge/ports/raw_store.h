/* raw_store.h - port: originals and extracted texts, addressed by the SHA-256 of their bytes.
 *
 * Adapters: raw_files. An object is written once and never changed; two documents with the same
 * bytes share one. Who needs an object is known to the catalog alone, so an object is removed in two
 * steps which no concurrent put can slip between:
 *
 *   1. on the writer's thread, where the catalog says that no version names it: condemn (refused
 *      while a spool that made it is open);
 *   2. when that transaction is durable: remove, which does nothing when the object was spooled
 *      again after step 1.
 *
 * A put keeps its spool open until its rows are committed. Contract: any thread but the loop;
 * finish is durable. IO, DISK_FULL, NO_MEMORY anywhere.
 */
#ifndef ANC_KNOWLEDGE_PORTS_RAW_STORE_H
#define ANC_KNOWLEDGE_PORTS_RAW_STORE_H

#include "base/arena.h"
#include "knowledge/domain/records.h"

/* An object in the making; one thread at a time. */
typedef struct kno_spool_ops {
    ANC_MUST_CHECK anc_status (*add)(void *self, anc_str bytes, anc_err *err);
    /* Puts it in its place (or finds that it is there) and tells its name. Once, after the last
     * add; the object is then safe until close. */
    ANC_MUST_CHECK anc_status (*finish)(void *self, kno_digest *ret, anc_err *err);
    void (*close)(void *self); /* lets go; what was not finished is removed */
} kno_spool_ops;

typedef struct kno_spool {
    const kno_spool_ops *ops; /* NULL: none */
    void *self;
} kno_spool;

static inline void kno_spool_close(kno_spool *spool)
{
    if (spool->ops != NULL)
        spool->ops->close(spool->self);
    *spool = (kno_spool){0};
}

/* An object to be read: immutable, good until it is closed, also when the object is removed. */
typedef struct kno_raw_view {
    anc_str bytes;
    void *owner;
    bool
        mapped; /* the bytes are a mapping of a file, of which what was read may leave memory again */
} kno_raw_view;

typedef enum kno_raw_look { KNO_LOOK_ONCE, KNO_LOOK_ANEW } kno_raw_look;

typedef struct kno_raw_store_ops {
    const char *name;
    ANC_MUST_CHECK anc_status (*create)(void *self, kno_spool *ret, anc_err *err);

    /* NOT_FOUND when there is none; CORRUPT when it does not have `bytes` bytes, or others than its name says: each
     * object is looked at as a whole when it is opened first, and again when its file was changed. With KNO_LOOK_ANEW
     * it is looked at in any case, which takes as long as hashing all of it: a disk may change bytes without a trace. */
    ANC_MUST_CHECK anc_status (*open)(void *self, const kno_digest *digest, uint64_t bytes,
                                      kno_raw_look look, kno_raw_view *ret, anc_err *err);
    void (*close_view)(void *self, kno_raw_view *view); /* a zeroed one is a no-op */

    bool (*condemn)(void *self, const kno_digest *digest);
    ANC_MUST_CHECK anc_status (*remove)(void *self, const kno_digest *digest, anc_err *err);

    /* The objects of shard `shard` (0 to 255: their first byte), in `mem`, for the sweep. */
    ANC_MUST_CHECK anc_status (*list)(void *self, unsigned shard, anc_arena *mem, kno_digest **ret,
                                      size_t *ret_n, anc_err *err);

    void (*close)(void *self);
} kno_raw_store_ops;

typedef struct kno_raw_store {
    const kno_raw_store_ops *ops;
    void *self;
} kno_raw_store;

#endif
