/* service_impl.h - the service's fields and what its use cases share. */
#ifndef ANC_KNOWLEDGE_APP_SERVICE_IMPL_H
#define ANC_KNOWLEDGE_APP_SERVICE_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "knowledge/domain/records.h"
#include "knowledge_service.h"

/* Rows of chunks or documents that one closure of the writer touches at most. */
enum {
    KNO_PIECE = 512,
    KNO_GARBAGE_PIECE = 256,
    KNO_DROPPED_PIECE = 256,
    KNO_VECTORS_PIECE = 4096
};

typedef struct kno_sweep_state {
    int64_t after; /* version id */
    bool rows_done;
    bool models_done; /* vectors of models that nobody uses are removed */
    bool
        all_seen; /* versions past those to keep were looked for everywhere, once since the start */
    bool expired; /* and where some had to stay, in this round */
    int64_t expired_after; /* document id */
    unsigned shard;        /* of the raw store; 256: all seen */
    int64_t wait_ns;       /* kno_after_failure's, as in the other steps */
} kno_sweep_state;

typedef struct kno_backfill_state {
    bool within;                         /* a round over the wanted models is under way: */
    char wanted[EMB_MODEL_NAME_MAX + 1]; /* the one at hand */
    int64_t after;                       /* document id */
    uint64_t changing;                   /* collections seen in this round that are being changed */
    int64_t wait_ns;
} kno_backfill_state;

/* A version that somebody is building: the sweep leaves it alone. It becomes one inside the closure
 * that stages it, so that the sweep, whose closures run on the same thread, cannot see the row before
 * the mark. */
typedef struct kno_live {
    struct kno_live *next;
    int64_t version_id;
} kno_live;

typedef struct kno_recut_state {
    int64_t after;   /* document id */
    int64_t failing; /* version that failed last, in a way that may pass */
    unsigned tries;  /* how often in a row */
    bool settled;    /* the collections were looked at since the start */
    int64_t wait_ns;
} kno_recut_state;

struct kno_service {
    kno_service_options with; /* immutable after open */
    atomic_bool stopping;
    pthread_mutex_t live_lock;   /* a leaf */
    kno_live *live;              /* borrowed from their puts; under live_lock */
    kno_sweep_state sweep;       /* the sweep step's alone */
    kno_backfill_state backfill; /* the backfill step's alone */
    kno_recut_state recut;       /* the recut step's alone */
    krn_scheduler scheduler;     /* set by kno_service_start; ops NULL: steps are called by hand */
    uint32_t recut_id, sweep_id, backfill_id;
    atomic_bool sweep_asked;
    atomic_uint_least64_t discarded; /* versions whose rows went */
    atomic_uint taken; /* versions whose own vectors were tried and right, since one was wrong */
    atomic_uint taken_turn;      /* versions since these are trusted; 0: the next one is tried */
    atomic_uint_least64_t shown; /* change up to which all are shown */
    struct {
        pthread_mutex_t lock; /* a leaf */
        struct anc_map *rows; /* owned: by "collection\nrevision" */
        uint64_t nth;         /* the last announcement */
    } moves;                  /* changes to another model that wait for an index; the backfill's */
    struct {
        pthread_mutex_t lock;    /* a leaf */
        struct anc_map *names;   /* owned: "collection\nid"; under lock */
        atomic_uint_least64_t n; /* of them */
        size_t cursor;           /* the step's alone */
    } unreadable;
    struct {
        krn_series *created, *updated, *unchanged, *failed, *deleted, *embedded, *put_seconds,
            *recut;
    } count;
};

/* Whether who asks may see and manage what carries `acl`: by a label, or as the owner. */
bool kno_may_open(const krn_call *call, kno_labels acl);

/* The labels of who asks, in `space`; NULL: it may open everything. */
static inline const kno_labels *kno_held(const krn_call *call, kno_labels *space)
{
    *space = (kno_labels){.items = call->principal.labels, .n = call->principal.n_labels};
    return call->principal.is_admin ? NULL : space;
}

/* The collection, NOT_FOUND when it is not there or may not be read. */
anc_status kno_collection_get(kno_service *kno, krn_call *call, anc_str name,
                              kno_collection_record *ret) ANC_MUST_CHECK;

/* The document, NOT_FOUND when it is not there or may not be read. */
anc_status kno_document_get(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                            kno_document_record *ret) ANC_MUST_CHECK;

/* Removes the document with its parts (delete_document.c); `only_this`: CONFLICT where its current version is not that of
 * the record any more. NOT_FOUND when it is gone. */
anc_status kno_document_remove(kno_service *kno, krn_call *call,
                               const kno_document_record *document, bool only_this,
                               uint64_t *ret_seq) ANC_MUST_CHECK;

/* CONFLICT unless `expected` is 0 or the number of the document's current version. `d`->id 0: there is
 * no document; `name` is for the text. */
anc_status kno_expected_check(uint32_t expected, const kno_document_record *d, anc_str name,
                              anc_err *err) ANC_MUST_CHECK;

/* The version of a document, 0: the current one. NOT_FOUND. */
anc_status kno_version_get(kno_service *kno, krn_call *call, const kno_document_record *d,
                           uint32_t number, kno_version_record *ret) ANC_MUST_CHECK;

/* A version as the document, for the world: `v` in place of its current one. */
anc_status kno_document_to_public(krn_call *call, const kno_document_record *d,
                                  const kno_version_record *v, kno_document *ret) ANC_MUST_CHECK;

/* A collection's defaults, not stored. */
kno_collection_record kno_collection_defaults(anc_str name);

/* Stores it with all that `wanted` says; CONFLICT when the name exists. */
anc_status kno_collection_store_new(kno_service *kno, krn_call *call,
                                    const kno_collection_record *wanted) ANC_MUST_CHECK;

/* Removes the garbage versions of a document (0: all garbage) with chunks, vectors and objects, in
 * small transactions; at most `max` versions with ids after *after, which moves on. ret_more tells
 * whether some may be left. */
anc_status kno_garbage_collect(kno_service *kno, krn_call *call, int64_t document_id,
                               int64_t *after, size_t max, bool *ret_more) ANC_MUST_CHECK;

/* All of a document's. */
anc_status kno_garbage_collect_all(kno_service *kno, krn_call *call,
                                   int64_t document_id) ANC_MUST_CHECK;

/* What of a document's versions stays now. */
kno_keeping kno_keeping_now(kno_service *kno);

/* Makes garbage of a piece of the versions past those that are kept: puts see to their own document,
 * this to what was kept before the setting changed, and to what was still shown then. The sweep's. */
anc_status kno_versions_expire(kno_service *kno, krn_call *call) ANC_MUST_CHECK;

/* Removes a piece of the vectors of a model that no collection uses any more. *ret_done when there is none. */
anc_status kno_models_forget(kno_service *kno, krn_call *call, bool *ret_done) ANC_MUST_CHECK;

/* Retires a piece of the documents that still stand in dropped collections, that are gone by their mark, and
 * of the parts that a put which never ended has left, and removes the rows of the collections with the
 * last. Their versions are garbage then. */
anc_status kno_dropped_collect(kno_service *kno, krn_call *call, bool *ret_more) ANC_MUST_CHECK;

/* Removes an object of the raw store that no version names any more. */
anc_status kno_object_collect(kno_service *kno, krn_call *call,
                              const kno_digest *digest) ANC_MUST_CHECK;

/* Removes one garbage or building version; does nothing to one that is live or published. */
anc_status kno_version_discard(kno_service *kno, krn_call *call, int64_t version_id) ANC_MUST_CHECK;

void kno_live_begin(kno_service *kno, kno_live *live, int64_t version_id);
void kno_live_end(kno_service *kno, kno_live *live); /* one that never began is a no-op */

/* A chunk as the world sees it; `text` is the version's whole text. CORRUPT when it lies outside. */
anc_status kno_chunk_to_public(krn_call *call, const kno_document_record *d,
                               const kno_version_record *v, const kno_chunk_record *k, anc_str text,
                               kno_chunk *ret) ANC_MUST_CHECK;

/* unreadable.c: what became of an object of a version that could not be opened with `status`: CORRUPT, naming the
 * document, where its file is damaged or missing, NOT_FOUND where the document was deleted meanwhile, else `status`. */
typedef struct kno_object {
    anc_str collection, document;
    uint32_t version;
    kno_digest digest; /* of its original or its text */
} kno_object;
anc_status kno_unreadable_name(kno_service *kno, krn_call *call, const kno_object *o,
                               anc_status status) ANC_MUST_CHECK;

/* unreadable.c: the document was put or deleted, so nothing is said of it any more. */
void kno_unreadable_drop(kno_service *kno, anc_str collection, anc_str document);

void kno_recut_wake(kno_service *kno);
void kno_sweep_wake(kno_service *kno); /* it looks for rows that nobody needs from the beginning */
void kno_backfill_wake(kno_service *kno);

typedef struct kno_move {
    uint64_t nth; /* announcement; 0: it was not announced */
    bool prepared;
} kno_move;

/* moves.c: whether the change of a collection to that model was announced; whether its index is prepared. */
kno_move kno_move_find(kno_service *kno, anc_str collection, anc_str model);

/* Announces it, in the change log too. The backfill's. */
anc_status kno_move_announce(kno_service *kno, krn_call *call, anc_str collection,
                             anc_str model) ANC_MUST_CHECK;

/* It is over. The backfill's. */
void kno_move_drop(kno_service *kno, anc_str collection, anc_str model);

/* Takes back those whose collection is gone, or aims at another model now. The backfill's. */
anc_status kno_moves_tidy(kno_service *kno, krn_call *call) ANC_MUST_CHECK;

/* The model that a collection asks for by this name (empty: the configured one, there or not). INVALID
 * names those there are; UNAVAILABLE, CORRUPT, UNSUPPORTED: it cannot be used now. */
anc_status kno_model_wanted(kno_service *kno, krn_call *call, anc_str wanted,
                            emb_held *ret) ANC_MUST_CHECK;

/* The model that a collection asks for; UNAVAILABLE where it cannot be used now, whatever the reason. */
anc_status kno_model_of(kno_service *kno, krn_call *call, const kno_collection_record *of,
                        emb_held *ret) ANC_MUST_CHECK;

/* The model that a document of the collection is embedded with when it is put: the one that searches use,
 * where it still is what it was, else the wanted one. *ret_also is the wanted one then (emb NULL: it cannot be used now), so that
 * documents that keep coming put no change off. *ret_target is what `wanted` is now, its revision in
 * call->mem. */
anc_status kno_model_for_put(kno_service *kno, krn_call *call, const kno_collection_record *of,
                             emb_held *ret, emb_held *ret_also,
                             emb_info_row *ret_target) ANC_MUST_CHECK;

/* A call for what may be left to the sweep when the work of `call` is committed: it takes a part of the
 * time that is left, so that the answer is not late. */
krn_call kno_call_after(const kno_service *kno, const krn_call *call, anc_err *err);

/* Logs why a step stopped, and says when to try again: after `wait_ns`, which grows with every failure
 * from a second to half a minute and is set to 0 by what goes well. */
int64_t kno_after_failure(kno_service *kno, const char *what, const anc_err *err, int64_t *wait_ns,
                          int64_t now_ns);

/* A background step: what it does in a call of its own, and what is said when it fails. */
typedef struct kno_step {
    const char *stopped; /* "filling in vectors stopped" */
    size_t arena_bytes;
    int64_t most_ns; /* for one call of it */
    int64_t *wait_ns;
    anc_status (*some)(kno_service *kno, krn_call *call,
                       bool *ret_more); /* more: call again at once */
} kno_step;

/* Does one call of it: when to call again. *ret_done: it has nothing more to do, and what is given is `idle_ns`
 * behind now. */
int64_t kno_step_run(kno_service *kno, const kno_step *step, int64_t now_ns, int64_t idle_ns,
                     bool *ret_done);

/* Tells in the log and the feed, under `kind`, that the step left a document out for its own sake, and `advice`; clears the
 * error of the call, which says why. */
void kno_document_left_out(kno_service *kno, krn_call *call, anc_str collection, anc_str document,
                           const char *what, const char *kind, const char *advice);

/* A call of the component's own for a step: `mem` and `err` are the caller's. */
krn_call kno_own_call(kno_service *kno, anc_arena *mem, anc_err *err, int64_t deadline_ns);

/* Who is told after each block that was embedded that all before chunk `at` have their vectors, and may move the
 * deadline of the call; what it fails with ends the work. */
typedef struct kno_embed_watch {
    anc_status (*on_block)(void *arg, size_t at);
    void *arg;
    bool
        keeps; /* the vectors stay in the embedding cache, so that another try of a long document goes on */
} kno_embed_watch;

/* Vectors of `model` for those of the chunks [n] that are not `known`, as binary16 in call->mem, with their
 * digests. `text` is the version's, `title` the document's. Equal texts are embedded once. `watch` may be NULL. */
anc_status kno_embed_chunks(kno_service *kno, krn_call *call, emb_service *model, anc_str title,
                            anc_str text, const kno_chunk_record *chunks, const bool *known,
                            size_t n, const kno_embed_watch *watch,
                            kno_vectors *ret) ANC_MUST_CHECK;

#endif
