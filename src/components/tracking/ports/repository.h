/* repository.h - port: where the query log, retrievals and lives of documents are kept.
 *
 * Adapters: sqlite (a file of its own, beside the catalog). What is kept is made of events alone, with
 * the place up to which it has them, and both change in one transaction: after a crash it is as if the
 * rest of the events had not come yet. An event that comes again changes nothing.
 *
 * Any thread but the loop. Errors are those of the store (IO, CORRUPT, DISK_FULL, UNAVAILABLE) and
 * DEADLINE, CANCELLED of the call. Results are in call->mem.
 */
#ifndef ANC_TRACKING_PORTS_REPOSITORY_H
#define ANC_TRACKING_PORTS_REPOSITORY_H

#include "kernel/domain/call.h"
#include "tracking/domain/read.h"
#include "tracking/domain/records.h"
#include "tracking/domain/rollup.h"

enum { TRK_KEY_BYTES = 32 };

/* Every member that is set narrows the list. */
typedef struct trk_filter {
    anc_str user_id, collection; /* empty: any */
    anc_str also_user_id;        /* with user_id: another form of the same; empty: there is none */
    anc_str text;                /* words, all of which are in the question; empty: any */
    int64_t since_ms, until_ms;  /* of the request, until exclusive; 0: no bound */
    int64_t min_us;              /* took at least this; 0: any */
    bool empty;                  /* found nothing */
    bool with_status;
    trk_status status;
    bool from_mark; /* what comes behind a query that had this time and place */
    int64_t mark_ms, mark_place;
    size_t limit; /* 1 to 1000 */
} trk_filter;

/* A document's life: what happened, oldest first, and how it was used. */
typedef struct trk_life_story {
    trk_life *items; /* [n] */
    size_t n;
    trk_use use;
} trk_life_story;

typedef struct trk_named {
    anc_str name;
    trk_point total;
    trk_point *series; /* [n_series]; buckets in which something was */
    size_t n_series;
} trk_named;

typedef struct trk_asked {
    anc_str question;
    uint64_t times;
} trk_asked;

typedef struct trk_stats {
    trk_named all;
    trk_named *models, *collections, *kinds; /* [n_…] by name */
    size_t n_models, n_collections, n_kinds;
    /* The most used, best first: made of each day's 200 foremost, so that one left out of a day's misses that
     * day's count. Whole days. */
    trk_use *documents; /* [n_documents] */
    size_t n_documents;
    trk_asked *questions; /* [n_questions]; none where texts are not kept */
    size_t n_questions;
} trk_stats;

typedef struct trk_span {
    int64_t since_ms, until_ms; /* until exclusive */
    int64_t bucket_ms;          /* a multiple of an hour */
} trk_span;

typedef struct trk_erased {
    uint64_t queries, retrievals, feedback;
} trk_erased;

/* What may go: older than these, each 0 for nothing. */
typedef struct trk_limits {
    int64_t queries_ms, documents_ms, rollups_ms;
} trk_limits;

typedef struct trk_repository_ops {
    const char *name;

    /* The seq of the last event that was applied; 0: none. */
    ANC_MUST_CHECK anc_status (*cursor)(void *self, krn_call *call, uint64_t *ret);

    /* Random bytes that stay the same for the life of the store: what user ids are hashed with. */
    ANC_MUST_CHECK anc_status (*key)(void *self, krn_call *call,
                                     const unsigned char fresh[TRK_KEY_BYTES],
                                     unsigned char ret[TRK_KEY_BYTES]);

    /* Applies changes and moves the cursor, in one durable transaction. CONFLICT, and nothing is done,
     * when the cursor is not `from`: another one was there first. */
    ANC_MUST_CHECK anc_status (*apply)(void *self, krn_call *call, const trk_change *changes,
                                       size_t n, uint64_t from, uint64_t to);

    /* Newest first; with a text in the order in which they were noted. Retrievals are not read. */
    ANC_MUST_CHECK anc_status (*list)(void *self, krn_call *call, const trk_filter *filter,
                                      trk_query **ret, size_t *ret_n);

    /* With retrievals, in order of position. NOT_FOUND. */
    ANC_MUST_CHECK anc_status (*find)(void *self, krn_call *call, anc_str query_id, trk_query *ret,
                                      trk_feedback *ret_feedback);

    /* NOT_FOUND of a document of which nothing is known. `collection` empty: the one that has such a document;
     * INVALID at "?collection" where several have or had. */
    ANC_MUST_CHECK anc_status (*document)(void *self, krn_call *call, anc_str document_id,
                                          anc_str collection, trk_life_story *ret);

    ANC_MUST_CHECK anc_status (*stats)(void *self, krn_call *call, const trk_span *span, size_t top,
                                       trk_stats *ret);

    /* Removes queries of one user, or of a conversation under a user's name (its id begins with "chat:"; empty:
     * none), with all that hangs on them, at most `limit`; counts what went, and says whether there may be
     * more. Numbers of hours stay. `user_id` as it is kept. */
    ANC_MUST_CHECK anc_status (*erase)(void *self, krn_call *call, anc_str user_id,
                                       anc_str conversation_id, size_t limit, trk_erased *ret,
                                       bool *ret_more);

    /* After an erasure: nothing of what was removed is left in the store's files. */
    ANC_MUST_CHECK anc_status (*scrub)(void *self, krn_call *call);

    /* Removes at most `limit` rows of each kind that are past their time. */
    ANC_MUST_CHECK anc_status (*prune)(void *self, krn_call *call, const trk_limits *limits,
                                       size_t limit, bool *ret_more);
} trk_repository_ops;

typedef struct trk_repository {
    const trk_repository_ops *ops;
    void *self;
} trk_repository;

#endif
