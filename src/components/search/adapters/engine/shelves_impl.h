/* shelves_impl.h - which engine indexes there are of a collection: the one that is searched, and the next one.
 *
 * The table of collections is guarded by a lock that is held for a look-up and no longer. What is
 * found there is counted, so an index that was dropped or replaced is closed when its last search is
 * done.
 */
#ifndef ANC_SEARCH_ADAPTERS_ENGINE_SHELVES_IMPL_H
#define ANC_SEARCH_ADAPTERS_ENGINE_SHELVES_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/map.h"
#include "base/str.h"
#include "engine/engine.h"
#include "engine/pace.h"
#include "home.h"
#include "os/thread.h"

enum srch_purging { SRCH_NOT_PURGED, SRCH_PURGING, SRCH_PURGED };

/* Immutable but for the index, its count of languages and what tells saves that they are due. */
typedef struct srch_shelf {
    atomic_uint refs;
    eng_index *index;                          /* owned */
    srch_place place;                          /* owned: of the index */
    atomic_uint languages[TXT_LANGUAGE_COUNT]; /* its documents; the writer's to change */
    atomic_uint changes; /* publishes, removals and tidyings; the first save is one */
    atomic_bool removed; /* there may be chunks in its blocks of documents that are gone */
    atomic_int purging;  /* srch_purging: they are being taken out, or are out but for the files */
    unsigned saved;      /* of the changes; whoever saves, as the next one */
    bool is_placed;      /* the names of its folder are durable */
    _Atomic int64_t purge_from_ns; /* what was removed is taken out from then on */
    uint32_t dims;
    uint32_t title_weight;
    size_t model_len;
    char model[]; /* revision */
} srch_shelf;

/* What there is of a collection; under the store's lock. */
typedef struct srch_holding {
    srch_shelf *shown, *next; /* shared (ref); NULL: none */
} srch_holding;

typedef struct srch_shelves {
    anc_str model; /* owned: of documents that name none */
    uint32_t dims;
    float recall;          /* that searches ask for; 0: as the engine has it */
    uint32_t title_weight; /* of shelves that are made */
    pthread_mutex_t lock;
    anc_map *holdings; /* owned, under lock: collection to holding, owned */

    os_pool *
        helpers; /* owned: beside who does long work, where others leave them time; NULL: there is one core */

    pthread_mutex_t saving; /* held by a save, and by who forgets */
    srch_home *home;        /* borrowed; NULL: in memory */
    srch_index_mark mark;   /* under lock: of the follower */
    srch_index_kept kept;   /* under lock */
    bool written;           /* the ledger was, by this store; who saves */
    eng_pace pace;          /* of saves that nobody waits for; who saves, but for what comes */
    atomic_uint mending;    /* those who wait to take damaged parts out: long work ends */
    atomic_uint optimizing; /* those who want everything done now: other long work ends */
    atomic_uint hurried;    /* those who wait for `saving`: a save that nobody waits for ends */
    atomic_bool moved;      /* indexes came, went or were shown since it was written */
} srch_shelves;

static inline anc_str srch_shelf_model(const srch_shelf *s)
{
    return (anc_str){s->model, s->model_len};
}

void srch_shelf_unref(srch_shelf *s); /* NULL is a no-op */

/* Something of it is to be saved. */
static inline void srch_shelf_changed(srch_shelf *s)
{
    (void)atomic_fetch_add_explicit(&s->changes, 1, memory_order_relaxed);
}

/* Opens the index in `place`, whose owner the shelf is from here on (zeroed: in memory), with one count, the
 * caller's. What the engine says. */
anc_status srch_shelf_open(srch_place *place, anc_str model, uint32_t dims, uint32_t title_weight,
                           srch_shelf **ret, anc_err *err) ANC_MUST_CHECK;

/* Counts its languages anew; the writer's count may be one off by that. */
void srch_shelf_count(srch_shelf *s);

/* Puts a new shelf among those of the collection: as the one that is shown, or as the next one. The
 * caller's count is the table's from here on, or gone. */
anc_status srch_shelf_put(srch_shelves *store, anc_str collection, srch_shelf *s, bool as_next,
                          anc_err *err) ANC_MUST_CHECK;

/* A part of the shelf's index is damaged: it is taken out, and the store says so. */
void srch_shelf_mend(srch_shelves *store, srch_shelf *s, const char *what);
void srch_shelves_damaged(srch_shelves *store, const char *what);

/* All shelves that are shown, and with `next` the others too, each counted once for the caller, in call->mem. With
 * `rows`, what the ledger says of each. */
anc_status srch_shelves_list(srch_shelves *store, krn_call *call, bool next, srch_shelf ***ret,
                             size_t *ret_n, srch_ledger_row **rows) ANC_MUST_CHECK;

/* keeping.c: takes what was removed out of the blocks of a shelf that has some, where it is time to and nobody does it
 * already; the next save takes it out of the files. `small`: those that this takes no time in, or the others. OK also
 * where the work was ended. */
anc_status srch_shelf_purge(srch_shelf *s, bool small, const eng_tidy_options *options,
                            bool *ret_did, anc_err *err) ANC_MUST_CHECK;

/* keeping.c: what the home has of an earlier start. */
anc_status srch_shelves_load(srch_shelves *store, anc_err *err) ANC_MUST_CHECK;

/* Both shelves of a collection, each counted once for the caller; NULL where there is none. */
srch_holding srch_shelves_hold(srch_shelves *store, anc_str collection);
void srch_shelves_let_go(srch_holding *held);

/* The shelf that is searched, counted once for the caller; NULL when there is none. */
srch_shelf *srch_shelf_find(srch_shelves *store, anc_str collection);

/* The shelf for documents of a model, counted once for the caller; the first one of a collection is made.
 * INVALID where there are others alone. One thread at a time. */
anc_status srch_shelf_get(srch_shelves *store, anc_str collection, anc_str model, uint32_t dims,
                          srch_shelf **ret, anc_err *err) ANC_MUST_CHECK;

/* Takes the holding of `collection`, or any where it is empty, out of the table; NULL: none. */
srch_holding *srch_shelves_take_out(srch_shelves *store, anc_str collection);
void srch_shelves_drop(srch_holding *taken); /* NULL is a no-op */

/* Of the port; `self` is the srch_shelves. */
anc_status srch_shelves_models(void *self, krn_call *call, anc_str collection,
                               srch_index_models *ret) ANC_MUST_CHECK;
anc_status srch_shelves_prepare(void *self, krn_call *call, anc_str collection, anc_str model,
                                uint32_t dims) ANC_MUST_CHECK;
anc_status srch_shelves_show(void *self, krn_call *call, anc_str collection) ANC_MUST_CHECK;
anc_status srch_shelves_give_up(void *self, krn_call *call, anc_str collection) ANC_MUST_CHECK;
anc_status srch_shelves_tidy(void *self, krn_call *call, bool *ret_did) ANC_MUST_CHECK;
srch_index_kept srch_shelves_kept(void *self);
void srch_shelves_mark(void *self, const srch_index_mark *mark);
anc_status srch_shelves_forget(void *self, krn_call *call) ANC_MUST_CHECK;
anc_status srch_shelves_verify(void *self, krn_call *call, void (*found)(void *arg, anc_str what),
                               void *arg, uint64_t *ret_n) ANC_MUST_CHECK;
anc_status srch_shelves_optimize(void *self, krn_call *call) ANC_MUST_CHECK;
anc_status srch_shelves_save(void *self, krn_call *call, bool last,
                             srch_index_saved *ret) ANC_MUST_CHECK;
/* keeping.c: the same for who waits for it: as fast as the disk takes it. */
anc_status srch_shelves_save_now(srch_shelves *store, krn_call *call) ANC_MUST_CHECK;
srch_index_figures srch_shelves_figures(void *self, anc_str collection);

#endif
