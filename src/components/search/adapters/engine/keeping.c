/* keeping.c - the indexes of all collections in their home: loaded at the start, saved now and then.
 *
 * A save takes the mark first, then saves each index that changed, then writes the ledger: so whatever the ledger says
 * was kept before it says so. An index whose own mark is 0 lost something (eng_mend), or was never whole; the ledger is
 * not believed then when it says that everything is there.
 *
 * What was removed leaves the files with a save too, after it was taken out of the blocks: at once where an index is
 * small, else by the long work, beside the saves. That rewrites an index, so it may take a twentieth of the time.
 */
#include <stdio.h>
#include <stdlib.h>

#include "os/clock.h"
#include "shelves_impl.h"

#define LAST_NS INT64_C(10000000000)

enum {
    MARK = 1, /* an index that is whole: how far it has come says the ledger, for all of them */
    PURGE_SHARE = 20,
    SMALL_CHUNKS = 16384, /* an index of fewer is rewritten at once */
    LOAD_BYTES = 256 << 20
};

/* ---- damage ----------------------------------------------------------------------------------- */

void srch_shelves_damaged(srch_shelves *store, const char *what)
{
    (void)pthread_mutex_lock(&store->lock);
    store->kept.damages++;
    (void)snprintf(store->kept.text, sizeof store->kept.text, "%s", what);
    (void)pthread_mutex_unlock(&store->lock);
}

void srch_shelf_mend(srch_shelves *store, srch_shelf *s, const char *what)
{
    uint32_t n = 0;
    srch_shelves_damaged(store, what); /* before: no save that begins now believes in the mark */
    (void)atomic_fetch_add(&store->mending, 1);
    (void)!eng_mend(s->index, &n, NULL); /* without it the index answers as before */
    (void)atomic_fetch_sub(&store->mending, 1);
    srch_shelf_count(s);
    srch_shelf_changed(s);
}

/* ---- loading ---------------------------------------------------------------------------------- */

static bool is_lost(anc_status status)
{
    return status == ANC_CORRUPT || status == ANC_INVALID || status == ANC_NOT_FOUND;
}

static anc_status load_one(srch_shelves *store, const srch_ledger_row *row, bool *whole,
                           anc_err *err)
{
    srch_place place = {0};
    srch_shelf *s = NULL;
    anc_err why = {0};
    ANC_TRY(srch_place_enter(store->home, row->folder, &place, err));
    const anc_status status =
        srch_shelf_open(&place, row->model, row->dims, row->title_weight, &s, &why);
    if (is_lost(status)) {
        srch_shelves_damaged(store, why.text);
        *whole = false;
        return ANC_OK;
    }
    if (status != ANC_OK)
        return ANC_FAIL(err, status, "%s", why.text);
    const eng_opened opened = eng_index_opened(s->index);
    if (opened.damaged > 0)
        srch_shelves_damaged(store, opened.text);
    if (eng_stats(s->index).damaged > 0)
        srch_shelf_mend(store, s, "a segment's documents are damaged");
    const bool sound = opened.damaged == 0 && eng_stats(s->index).cursor != 0;
    *whole = *whole && sound;
    s->is_placed = true;
    s->saved = sound ? atomic_load(&s->changes) : 0;
    atomic_store(&s->removed, row->removed);
    return srch_shelf_put(store, row->collection, s, false, err);
}

anc_status srch_shelves_load(srch_shelves *store, anc_err *err)
{
    anc_err why = {0};
    srch_ledger ledger;
    ANC_ARENA(mem, LOAD_BYTES);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the index's ledger");
    const anc_status status = srch_ledger_read(store->home, mem, &ledger, &why);
    if (status == ANC_CORRUPT)
        srch_shelves_damaged(store, why.text);
    else if (status != ANC_OK && status != ANC_NOT_FOUND)
        return ANC_FAIL(err, status, "%s", why.text);
    bool whole = ledger.whole;
    for (size_t i = 0; i < ledger.n; i++)
        ANC_TRY(load_one(store, &ledger.rows[i], &whole, err));
    store->kept.is_there = status == ANC_OK;
    store->kept.mark = (srch_index_mark){ledger.cursor, whole, store->kept.damages};
    store->mark = store->kept.mark;
    store->written = status == ANC_OK && store->kept.damages == 0;
    atomic_store(&store->moved, false);
    srch_home_sweep(store->home);
    return ANC_OK;
}

/* ---- what is known ---------------------------------------------------------------------------- */

srch_index_kept srch_shelves_kept(void *self)
{
    srch_shelves *store = self;
    (void)pthread_mutex_lock(&store->lock);
    const srch_index_kept kept = store->kept;
    (void)pthread_mutex_unlock(&store->lock);
    return kept;
}

void srch_shelves_mark(void *self, const srch_index_mark *mark)
{
    srch_shelves *store = self;
    (void)pthread_mutex_lock(&store->lock);
    store->mark = *mark;
    (void)pthread_mutex_unlock(&store->lock);
}

/* The mark as it may be kept. */
static srch_index_mark mark_now(srch_shelves *store)
{
    (void)pthread_mutex_lock(&store->lock);
    srch_index_mark mark = store->mark;
    mark.whole = mark.whole && mark.damages == store->kept.damages;
    (void)pthread_mutex_unlock(&store->lock);
    return mark;
}

/* ---- saving ----------------------------------------------------------------------------------- */

typedef struct saving {
    srch_shelves *store;
    krn_call *call;
    eng_pace *pace; /* the store's: nobody waits for this save */
    srch_index_mark mark;
    bool last;
    int64_t end_ns;
    bool did;
} saving;

static anc_status may_go_on(void *arg)
{
    const saving *s = arg;
    const bool gives_way = s->pace == &s->store->pace && atomic_load(&s->store->hurried) > 0;
    if (atomic_load_explicit(s->call->cancelled, memory_order_relaxed) || gives_way ||
        atomic_load(&s->store->mending) > 0)
        return ANC_FAIL(s->call->err, ANC_CANCELLED, "the index has something else to do");
    if (os_mono_ns() > s->end_ns)
        return ANC_FAIL(s->call->err, ANC_DEADLINE, "an index could not be saved in time");
    return ANC_OK;
}

/* An index is whole unless something was found damaged since the mark was taken. */
static anc_status believe(saving *s, srch_shelf *shelf)
{
    anc_status status = ANC_OK;
    (void)pthread_mutex_lock(&s->store->lock);
    if (s->mark.damages == s->store->kept.damages)
        status = eng_mark(shelf->index, MARK, s->call->err);
    (void)pthread_mutex_unlock(&s->store->lock);
    return status;
}

/* Where the time is not enough, what was removed stays for the next time. */
static anc_status purge(srch_shelf *shelf, const eng_tidy_options *options, bool *ret_did,
                        anc_err *err)
{
    const eng_tidy_options all = {
        .pool = options->pool, .all = true, .may_go_on = options->may_go_on, .arg = options->arg};
    const int64_t start_ns = os_mono_ns();
    atomic_store(&shelf->removed, false);
    const anc_status status = eng_tidy(shelf->index, &all, ret_did, err);
    const int64_t end_ns = os_mono_ns();
    atomic_store(&shelf->purge_from_ns, end_ns + (end_ns - start_ns) * PURGE_SHARE);
    if (status != ANC_OK)
        atomic_store(&shelf->removed, true);
    else
        srch_shelf_changed(
            shelf); /* also where the blocks were clean already, and the files may not be */
    atomic_store(&shelf->purging, status == ANC_OK ? SRCH_PURGED : SRCH_NOT_PURGED);
    if (status == ANC_CANCELLED || status == ANC_DEADLINE || status == ANC_NO_MEMORY) {
        anc_err_clear(err);
        return ANC_OK;
    }
    return status;
}

static anc_status purge_once(srch_shelf *shelf, const eng_tidy_options *options, bool *ret_did,
                             anc_err *err)
{
    int idle = SRCH_NOT_PURGED;
    if (!atomic_load(&shelf->removed) ||
        !atomic_compare_exchange_strong(&shelf->purging, &idle, SRCH_PURGING))
        return ANC_OK;
    return purge(shelf, options, ret_did, err);
}

anc_status srch_shelf_purge(srch_shelf *s, bool small, const eng_tidy_options *options,
                            bool *ret_did, anc_err *err)
{
    if (!atomic_load(&s->removed))
        return ANC_OK;
    const bool is_small = eng_stats(s->index).chunks < SMALL_CHUNKS;
    if (is_small != small || os_mono_ns() < atomic_load(&s->purge_from_ns))
        return ANC_OK;
    return purge_once(s, options, ret_did, err);
}

/* A large index is purged by the long work, which a save does not wait for; at the end there is none beside it. */
static anc_status purge_before_save(const saving *s, srch_shelf *shelf,
                                    const eng_tidy_options *options)
{
    bool did = false;
    return s->last ? purge_once(shelf, options, &did, s->call->err)
                   : srch_shelf_purge(shelf, true, options, &did, s->call->err);
}

static anc_status save_one(saving *s, srch_shelf *shelf)
{
    const eng_tidy_options options = {
        .pool = s->store->helpers, .may_go_on = may_go_on, .arg = s, .pace = s->pace};
    const bool grows_whole = s->mark.whole && eng_stats(shelf->index).cursor == 0;
    if (grows_whole)
        ANC_TRY(believe(s, shelf));
    ANC_TRY(purge_before_save(s, shelf, &options));
    if (!grows_whole && atomic_load(&shelf->changes) == shelf->saved)
        return ANC_OK;
    int purged = atomic_load(&shelf->purging);
    const unsigned changes = atomic_load(&shelf->changes);
    ANC_TRY(eng_save(shelf->index, &options, s->call->err));
    if (purged == SRCH_PURGED)
        (void)atomic_compare_exchange_strong(&shelf->purging, &purged, SRCH_NOT_PURGED);
    if (!shelf->is_placed)
        ANC_TRY(srch_place_sync(&shelf->place, s->call->err));
    shelf->is_placed = true;
    shelf->saved = changes;
    s->did = true;
    return ANC_OK;
}

static anc_status write_ledger(saving *s, srch_ledger *ledger, bool moved)
{
    srch_shelves *store = s->store;
    const srch_index_mark before = srch_shelves_kept(store).mark;
    if (!s->did && !moved && store->written && before.cursor == s->mark.cursor &&
        before.whole == s->mark.whole)
        return ANC_OK;
    ledger->cursor = s->mark.cursor;
    ledger->whole = s->mark.whole;
    store->written = false;
    ANC_TRY(srch_ledger_write(store->home, ledger, s->call->err));
    store->written = true;
    s->did = true;
    (void)pthread_mutex_lock(&store->lock);
    store->kept.mark = s->mark;
    store->kept.is_there = true;
    (void)pthread_mutex_unlock(&store->lock);
    return ANC_OK;
}

static anc_status save_all(saving *s, bool moved)
{
    srch_shelf **shelves = NULL;
    srch_ledger ledger = {0};
    anc_status status =
        srch_shelves_list(s->store, s->call, false, &shelves, &ledger.n, &ledger.rows);
    for (size_t i = 0; i < ledger.n; i++) {
        if (status == ANC_OK)
            status = save_one(s, shelves[i]);
        if (status == ANC_CORRUPT)
            srch_shelf_mend(s->store, shelves[i], s->call->err->text);
        ledger.rows[i].removed = atomic_load(&shelves[i]->removed) ||
                                 atomic_load(&shelves[i]->purging) != SRCH_NOT_PURGED;
        srch_shelf_unref(shelves[i]);
    }
    return status == ANC_OK ? write_ledger(s, &ledger, moved) : status;
}

/* `pace`: NULL: somebody waits for it. */
static anc_status save_at(srch_shelves *store, krn_call *call, bool last, eng_pace *pace,
                          srch_index_saved *ret)
{
    eng_pace unbounded = {0};
    *ret = (srch_index_saved){0};
    if (store->home == NULL)
        return ANC_OK;
    (void)pthread_mutex_lock(&store->saving);
    saving s = {.store = store,
                .call = call,
                .pace = pace != NULL ? pace : &unbounded,
                .mark = mark_now(store),
                .last = last,
                .end_ns = last ? os_mono_ns() + LAST_NS : INT64_MAX};
    eng_pace_begin(s.pace);
    const bool moved = atomic_exchange(&store->moved, false);
    const anc_status status = save_all(&s, moved);
    if (status == ANC_OK)
        srch_home_sweep(store->home);
    else if (moved)
        atomic_store(&store->moved, true);
    *ret = (srch_index_saved){s.did, s.pace->written, s.pace->waited_ns};
    (void)pthread_mutex_unlock(&store->saving);
    return status;
}

anc_status srch_shelves_save(void *self, krn_call *call, bool last, srch_index_saved *ret)
{
    srch_shelves *store = self;
    return save_at(store, call, last, last ? NULL : &store->pace, ret);
}

anc_status srch_shelves_save_now(srch_shelves *store, krn_call *call)
{
    srch_index_saved saved;
    (void)atomic_fetch_add(&store->hurried, 1);
    const anc_status status = save_at(store, call, false, NULL, &saved);
    (void)atomic_fetch_sub(&store->hurried, 1);
    return status;
}

static anc_status forget(srch_shelves *store, anc_err *err)
{
    const srch_ledger none = {0};
    for (srch_holding *h; (h = srch_shelves_take_out(store, ANC_STR_NONE)) != NULL;)
        srch_shelves_drop(h);
    (void)pthread_mutex_lock(&store->lock);
    store->mark = (srch_index_mark){.damages = store->kept.damages};
    (void)pthread_mutex_unlock(&store->lock);
    if (store->home == NULL)
        return ANC_OK;
    store->written = false;
    ANC_TRY(srch_ledger_write(store->home, &none, err));
    store->written = true;
    (void)pthread_mutex_lock(&store->lock);
    store->kept.mark = store->mark;
    store->kept.is_there = false;
    (void)pthread_mutex_unlock(&store->lock);
    srch_home_sweep(store->home);
    return ANC_OK;
}

anc_status srch_shelves_forget(void *self, krn_call *call)
{
    srch_shelves *store = self;
    (void)atomic_fetch_add(&store->hurried, 1);
    (void)pthread_mutex_lock(&store->saving);
    const anc_status status = forget(store, call->err);
    (void)pthread_mutex_unlock(&store->saving);
    (void)atomic_fetch_sub(&store->hurried, 1);
    return status;
}
