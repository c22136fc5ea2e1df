/* service_impl.h - what the use cases of this folder share.
 *
 * Threads: the follower runs its step on one thread at a time and owns `follow` and the writing side
 * of the index; queries run on any thread. They meet in atomics and in the index itself.
 */
#ifndef ANC_SEARCH_APP_SERVICE_IMPL_H
#define ANC_SEARCH_APP_SERVICE_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/id.h"
#include "search/app/service.h"
#include "search/domain/duplicates.h"
#include "search/domain/relevance.h"
#include "text/language.h"

/* ---- languages: which languages a collection's documents are in ------------------------------ */

typedef struct srch_languages {
    uint32_t documents[TXT_LANGUAGE_COUNT];
} srch_languages;

/* Of what the index has now. */
srch_languages srch_languages_of(srch_index index, anc_str collection);

/* What to read a document or a question in: `declared` where it is known, else the one language
 * that nearly all documents of the collection are in, else what `text` seems to be, else the most
 * frequent one, else English. */
txt_language srch_language_of(const srch_languages *languages, txt_language declared, anc_str text);

/* `first`, then the other languages that documents of the collection were read in; how many. */
size_t srch_languages_in(const srch_languages *languages, txt_language first,
                         txt_language ret[TXT_LANGUAGE_COUNT]);

/* ---- indexes: the one that is searched, and the one that is built ------------------------------ */

/* A searcher holds the slot that is shown: it counts itself in and looks whether the slot is still
 * the one that is shown; if not, it counts itself out and tries again. A slot that is not shown and
 * has no readers can get none any more, and may be closed. */
typedef struct srch_slot {
    srch_index index;
    bool open; /* the follower's */
    atomic_uint readers;
    atomic_bool
        leaving; /* no long work on it any more: another one is shown, or the service stops */
} srch_slot;

srch_slot *srch_slot_hold(srch_service *srch); /* with its index, until let go */
void srch_slot_let_go(srch_slot *slot);

/* The follower's. Opens an index that is not shown; *ret_wait when the one before it still has
 * readers. */
anc_status srch_slot_begin(srch_service *srch, bool *ret_wait, anc_err *err) ANC_MUST_CHECK;
void srch_slot_show(srch_service *srch);      /* shows what was built */
void srch_slot_close_old(srch_service *srch); /* closes what nobody reads any more */

/* ---- the service ----------------------------------------------------------------------------- */

enum { SRCH_DETAILS = 64 };

typedef struct srch_walk {
    bool going;
    uint64_t target; /* head of the change log when the walk began */
    uint64_t done, total;
    char collection[80], document[520]; /* last row handled */
    size_t collection_len, document_len;
} srch_walk;

typedef struct srch_follow_state {
    anc_arena *mem;     /* owned: one document or page at a time */
    anc_arena *scratch; /* owned: one chunk at a time */
    srch_walk catalog;  /* all documents, after a start or a rebuild */
    srch_walk members;  /* those of one collection, whose settings changed */
    char only[80];      /* that collection */
    size_t only_len;
    srch_walk shadow;  /* those of one collection, for another model; its first row names it */
    char shadowed[80]; /* that collection */
    size_t shadowed_len;
    uint64_t shadow_nth; /* the announcement that it is for; 0: none */
    struct anc_map
        *announced; /* owned: collection to the announcement that its second index is for */
    bool unsure; /* some collection may want an index of another model, or not want it any more */
    bool known;  /* the catalog was walked since the start or the last rebuild, or was kept */
    bool again; /* a walk was finished once, or there is what was kept: the next one is a rebuild */
    srch_walk mending;  /* of all documents, for those that the index lacks */
    uint64_t damages;   /* of the index, that it is mended for */
    bool lacks;         /* at the start an index was of another model, and was dropped */
    uint64_t awaited;   /* change that was the newest at the start: with it the index is ready */
    uint64_t cursor;    /* change that was handled last */
    int64_t backoff_ns; /* 0: the last step went well */
    uint64_t failing;   /* hash of the document that failed last, in a way that may pass */
    unsigned tries;     /* how often in a row */
    uint64_t taken;     /* the rebuild that the walk at hand, or the last one, is for */
    struct anc_map *left_out; /* owned: "collection\ndocument" to whether it may pass */
    size_t left_out_cursor;   /* where the next try goes on */
    int64_t left_out_at_ns;   /* when they are tried again */
} srch_follow_state;

/* ---- saves --------------------------------------------------------------------------------------- */

/* What is shown of them. */
typedef struct srch_saving {
    pthread_mutex_t lock;            /* a leaf */
    char problem[SRCH_DETAIL_BYTES]; /* why the last one failed; "" */
} srch_saving;

/* tidy.c: saves what is shown; `last`: at the end, in some seconds. */
anc_status srch_save(srch_service *srch, srch_slot *slot, bool last) ANC_MUST_CHECK;

/* ---- documents that were given up --------------------------------------------------------------- */

/* What is shown of them. */
typedef struct srch_left_out {
    pthread_mutex_t lock; /* a leaf */
    size_t n;
    char text[SRCH_DETAIL_BYTES]; /* the last one with its reason */
    char last[640];               /* its key; the names themselves change under the lock too */
} srch_left_out;

/* left_out.c. A line for each, under the lock; how many. Any thread. */
uint64_t srch_left_out_tell(srch_service *srch, void (*tell)(void *arg, anc_str what), void *arg);
/* The follower's. Takes a name down; `may_pass`: it is tried again by itself. */
void srch_left_out_add(srch_service *srch, anc_str collection, anc_str document_id, bool may_pass,
                       const char *why);
/* It is in the index as the catalog has it. */
void srch_left_out_drop(srch_service *srch, anc_str collection, anc_str document_id);
void srch_left_out_drop_collection(srch_service *srch, anc_str collection);
/* Tries some again when it is time. */
void srch_left_out_retry(srch_service *srch, const krn_call *call, int64_t now_ns);

/* ---- syncs: what was asked to be brought up to date ------------------------------------------- */

enum { SRCH_SYNCS = 64 };

typedef struct srch_sync_row {
    char id[ANC_UUID_TEXT + 1]; /* "": free */
    bool rebuild;
    uint64_t ticket;       /* of the rebuild */
    uint64_t from, target; /* changes: where the index was, where it has to come */
    uint64_t total;        /* of the rebuild's walk, once it ended */
    bool begun, done;
    int64_t created_ms, completed_ms;
} srch_sync_row;

typedef struct srch_syncs {
    pthread_mutex_t lock; /* a leaf */
    srch_sync_row rows[SRCH_SYNCS];
    size_t next;
    atomic_size_t open; /* not completed */
} srch_syncs;

/* The follower's: completes what is done. */
void srch_syncs_note(srch_service *srch, bool walk_ended);

typedef struct srch_series {
    krn_series *queries[SRCH_MODES]; /* by mode that was done */
    krn_series *errors;
    krn_series *analyze, *embed, *index, *rerank, *hydrate, *total;
    krn_series *documents, *chunks, *bytes, *cursor, *failed, *indexed;
    krn_series *segments, *stored, *unsaved, *dead, *graphs, *recall, *kept;
    krn_series *saves, *save_failures, *save, *save_wait, *written, *merges, *damages;
} srch_series;

struct srch_service {
    srch_config config;
    srch_series series;
    krn_scheduler scheduler;
    uint32_t step_id;
    uint32_t keep_id, tidy_id;
    int64_t saved_ns; /* the saving step's: when it tried to last */
    srch_saving saving;
    atomic_bool started; /* scheduler and step_id are set */
    atomic_bool stopping;
    atomic_bool ready;
    atomic_bool
        begun; /* the follower has said how far the index is: before that nothing is saved */
    atomic_uint_least64_t busy_ns;               /* spent by the follower */
    atomic_uint_least64_t head;                  /* newest change, as the follower saw last */
    atomic_uint_least64_t rebuild_asked;         /* how often, */
    atomic_uint_least64_t rebuild_done;          /* and which one is the last that is done */
    atomic_uint_least64_t walk_done, walk_total; /* documents of the catalog's walk, for people */
    atomic_uint_least64_t mended; /* damages of the shown index whose documents are there again */
    srch_syncs syncs;
    srch_slot slots[2];
    atomic_uint shown; /* slot that is searched */
    unsigned building; /* slot that a walk fills: the shown one but while rebuilding */
    srch_follow_state follow;
    srch_left_out left_out;
    char details[SRCH_DETAILS][SRCH_DETAIL_BYTES]; /* written in turn by the follower */
    atomic_uint detail;                            /* the row that is shown */
};

/* The index that a walk fills. */
static inline srch_index srch_built_index(const srch_service *srch)
{
    return srch->slots[srch->building].index;
}

/* What of a document's indexes the follower writes to. */
typedef enum srch_into {
    SRCH_INTO_BUILT, /* those in the slot that is built: a walk over the catalog */
    SRCH_INTO_ALL,   /* in both slots: what changes */
    SRCH_INTO_NEXT   /* only the second one of its collection, that is of another model */
} srch_into;

/* Slots of it. */
typedef struct srch_targets {
    srch_index items[2]; /* [n] */
    size_t n;
} srch_targets;

static inline srch_targets srch_targets_of(const srch_service *srch, srch_into into)
{
    const unsigned shown = atomic_load(&srch->shown);
    srch_targets t = {.items = {srch_built_index(srch)}, .n = 1};
    if (into == SRCH_INTO_ALL && shown != srch->building)
        t.items[t.n++] = srch->slots[shown].index;
    return t;
}

/* A call for background work: no deadline, all labels of nobody, ended by `stopping`. */
krn_call srch_background_call(srch_service *srch, anc_arena *mem, anc_err *err);

/* Calls the follower soon; `arg` is the service. Any thread. */
void srch_wake(void *arg);

/* Shows a line in srch_status; the follower's. */
void srch_detail_set(srch_service *srch, const char *fmt, ...) ANC_PRINTF(2, 3);

/* indexing.c: brings one document of the indexes to the state that the catalog has now. Notes in
 * follow.unsure that an index is of another model than searches are to use. */
anc_status srch_sync_document(srch_service *srch, krn_call *call, srch_into into,
                              anc_str collection, anc_str document_id) ANC_MUST_CHECK;

/* indexing.c: takes a document out of them; of SRCH_INTO_NEXT, out of both of its collection. */
anc_status srch_remove_document(srch_service *srch, krn_call *call, srch_into into,
                                anc_str collection, anc_str document_id) ANC_MUST_CHECK;

/* follow_walk.c: begins a walk over all documents, or those of one collection; its next page. */
void srch_walk_begin(srch_walk *walk, uint64_t target, anc_str collection);
anc_status srch_walk_page(srch_service *srch, krn_call *call, srch_walk *walk, anc_str only,
                          srch_into into, bool *ret_end) ANC_MUST_CHECK;

/* follow_walk.c: likewise over all documents, passing by those that the index has in their version. */
anc_status srch_mending_page(srch_service *srch, krn_call *call, bool *ret_end) ANC_MUST_CHECK;

/* follow_kept.c: goes on from where the kept index is, where that can be; *ret_done: it does. Else nothing is kept
 * any more, and a walk is due. */
anc_status srch_go_on(srch_service *srch, krn_call *call, bool *ret_done) ANC_MUST_CHECK;
void srch_note_mark(srch_service *srch); /* how far the index is, for the next save */
void srch_look_at_damage(srch_service *srch,
                         krn_call *call); /* begins to mend where there is new one */
anc_status srch_mending_step(srch_service *srch, krn_call *call) ANC_MUST_CHECK;
void srch_look_whether_ready(srch_service *srch);

/* follow.c: the index shows what was changed up to `cursor`. */
void srch_reached(srch_service *srch, uint64_t cursor);
/* follow.c: how many documents there are, for people. */
uint64_t srch_documents_there(srch_service *srch, krn_call *call);

/* follow_walk.c: brings a document up to date, or counts and names what keeps it from being indexed. */
anc_status srch_handle_document(srch_service *srch, krn_call *call, srch_into into,
                                anc_str collection, anc_str document_id) ANC_MUST_CHECK;

/* shadow.c: looks for a collection that wants an index of another model, and begins to prepare it; clears
 * follow.unsure where there is none. */
anc_status srch_shadow_find(srch_service *srch, krn_call *call) ANC_MUST_CHECK;

/* shadow.c: a page of the documents for the index that is prepared. */
anc_status srch_shadow_step(srch_service *srch, krn_call *call) ANC_MUST_CHECK;

/* shadow.c: the collection's model was changed. */
anc_status srch_shadow_switched(srch_service *srch, krn_call *call,
                                anc_str collection) ANC_MUST_CHECK;

/* shadow.c: the collection was dropped. */
void srch_shadow_dropped(srch_service *srch, anc_str collection);

/* shadow.c: before a rebuild, which fills an index without second ones. */
anc_status srch_shadow_stop(srch_service *srch, krn_call *call) ANC_MUST_CHECK;

#endif
