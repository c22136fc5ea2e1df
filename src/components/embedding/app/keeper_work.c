/* keeper_work.c - what a keeper does with the store: reads a page into a cache, writes a batch of notes. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "keeper_parts.h"

enum { PAGE_ARENA_BYTES = 32 << 20 /* a page of the largest vectors */ };

static const int64_t EVERY_NS = 2000000000; /* a batch, where few notes come */
static const int64_t CALL_NS = 10000000000; /* what one piece may wait for the writer */

/* ---- a piece of work, of who is busy ---- */

/* What it knows of a place: the service may leave meanwhile. */
typedef struct piece {
    size_t at;
    uint64_t joined;
    emb_kept_model model; /* once hold_model said so; texts in an arena */
    bool cleaned;
    bool paged;
    emb_kept behind;
} piece;

/* Under `lock`. */
static piece piece_of(const emb_keeper *k, size_t at)
{
    const place *p = &k->places[at];
    return (piece){.at = at,
                   .joined = p->joined,
                   .cleaned = p->cleaned,
                   .paged = p->paged,
                   .behind = p->behind};
}

/* Under `lock`: the place, where the service that had it has it still; NULL: it left. */
static place *still_there(emb_keeper *k, const piece *w)
{
    place *p = &k->places[w->at];
    return p->cache != NULL && p->joined == w->joined ? p : NULL;
}

/* False in `ret_there`: the service left. */
static anc_status hold_model(emb_keeper *k, piece *w, anc_arena *mem, bool *ret_there, anc_err *err)
{
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for a piece of work");
    (void)pthread_mutex_lock(&k->lock);
    const place *p = still_there(k, w);
    if (p != NULL)
        w->model = (emb_kept_model){.name = anc_arena_copy(mem, p->encoder->model),
                                    .revision = anc_arena_copy(mem, p->encoder->revision),
                                    .dims = p->encoder->dims};
    (void)pthread_mutex_unlock(&k->lock);
    *ret_there = p != NULL;
    if (p != NULL && (w->model.name.ptr == NULL || w->model.revision.ptr == NULL))
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the name of a model");
    return ANC_OK;
}

static krn_call own_call(emb_keeper *k, anc_arena *mem, anc_err *err)
{
    return (krn_call){.mem = mem,
                      .err = err,
                      .deadline_ns = krn_now_ns(k->with.clock) + CALL_NS,
                      .cancelled = &k->never};
}

/* Said when it begins and when it ends. */
static void tell(emb_keeper *k, anc_status status, const anc_err *err)
{
    if (status != ANC_OK && !k->failing)
        krn_log_write(k->with.log, KRN_WARN, "embedding",
                      "vectors of questions are not kept for the next start",
                      KRN_STR("reason", anc_str_of(err->text)));
    else if (status == ANC_OK && k->failing)
        krn_log_write(k->with.log, KRN_WARN, "embedding", "vectors of questions are kept again",
                      KRN_INT("bytes", k->bytes));
    k->failing = status != ANC_OK;
}

/* What is read was used before all that the cache was given since: it goes behind that, as long as there is room. False: it
 * has no more of it, or the service left. */
static bool put_behind(emb_keeper *k, const piece *w, const emb_kept *row)
{
    (void)pthread_mutex_lock(&k->lock);
    const place *p = still_there(k, w);
    const bool put = p != NULL && emb_vector_cache_put_behind(p->cache, row->key, row->vector);
    (void)pthread_mutex_unlock(&k->lock);
    return put;
}

/* Notes how far the reading came; `ret_rows`, all that were read, where that was the end of it. */
static void note_read(emb_keeper *k, const piece *w, const emb_kept *last, size_t used, bool all,
                      uint64_t *ret_rows)
{
    (void)pthread_mutex_lock(&k->lock);
    place *p = still_there(k, w);
    if (p != NULL) {
        p->rows += used;
        p->read = all;
        *ret_rows = p->rows;
        if (last != NULL) {
            p->behind = *last;
            p->behind.vector = NULL; /* it goes with the page */
            p->paged = true;
        }
    }
    (void)pthread_mutex_unlock(&k->lock);
}

/* True in `ret_all`: the place has what it is to have. */
static anc_status read_page(emb_keeper *k, krn_call *call, piece *w, bool *ret_all,
                            uint64_t *ret_rows)
{
    const emb_embedding_store store = k->with.store;
    emb_kept *rows = NULL;
    size_t n = 0, used = 0;
    bool there = false;
    ANC_TRY(hold_model(k, w, call->mem, &there, call->err));
    if (!there)
        return ANC_OK;
    ANC_TRY(store.ops->page(store.self, call, &w->model, w->paged ? &w->behind : NULL, &rows, &n));
    while (used < n && put_behind(k, w, &rows[used]))
        used++;
    krn_count(k->read_in, used);
    *ret_all = n < EMB_KEPT_AT_ONCE || used < n;
    note_read(k, w, n > 0 ? &rows[n - 1] : NULL, used, *ret_all, ret_rows);
    return ANC_OK;
}

static bool find_unread(emb_keeper *k, piece *ret)
{
    size_t at = 0;
    (void)pthread_mutex_lock(&k->lock);
    while (at < PLACES && (k->places[at].cache == NULL || k->places[at].read))
        at++;
    if (at < PLACES)
        *ret = piece_of(k, at);
    (void)pthread_mutex_unlock(&k->lock);
    return at < PLACES;
}

/* True: there may be more to read. */
static bool read_some(emb_keeper *k)
{
    piece w = {0};
    if (k->with.most_bytes == 0 || !find_unread(k, &w))
        return false;
    anc_err err = {0};
    bool all = false;
    uint64_t rows = 0;
    ANC_ARENA(mem, PAGE_ARENA_BYTES);
    krn_call call = own_call(k, mem, &err);
    const anc_status status = read_page(k, &call, &w, &all, &rows);
    if (status != ANC_OK) {
        note_read(k, &w, NULL, 0, true, &rows);
        tell(k, status, &err);
    } else if (all) {
        krn_log_write(k->with.log, KRN_INFO, "embedding", "vectors of questions read in",
                      KRN_STR("model", w.model.name), KRN_INT("vectors", rows));
    }
    return true;
}

/* Notes of one place. */
typedef struct batch {
    emb_keeper *k;
    bool any;  /* `of` is set */
    bool left; /* the service did: there is nobody to write for */
    piece of;
    emb_kept rows[EMB_KEPT_AT_ONCE];
    size_t n;
    /* what the transaction did */
    uint64_t added, freed;
    size_t others;
} batch;

static anc_status write_batch(void *arg, krn_tx *tx, anc_err *err)
{
    batch *b = arg;
    const emb_embedding_store store = b->k->with.store;
    const emb_kept_model model = b->of.model;
    uint64_t freed = 0;
    b->added = b->freed = 0;
    b->others = 0;
    if (!b->of.cleaned)
        ANC_TRY(store.ops->drop_others(store.self, tx, &model, EMB_KEPT_AT_ONCE, &b->others,
                                       &b->freed, err));
    if (b->n > 0)
        ANC_TRY(store.ops->put(store.self, tx, &model, b->rows, b->n, &b->added, err));
    const uint64_t have = b->k->bytes + b->added - b->freed;
    if (have > b->k->with.most_bytes)
        ANC_TRY(store.ops->drop_oldest(store.self, tx, have - b->k->with.most_bytes, &freed, err));
    b->freed += freed;
    return ANC_OK;
}

/* Under `lock`: a place for which something has to be removed: vectors of other revisions, or anybody's where there are too
 * many. PLACES: there is none. */
static size_t find_unclean(const emb_keeper *k)
{
    const bool too_many = k->sized && k->bytes > k->with.most_bytes;
    size_t at = 0;
    while (at < PLACES && (k->places[at].cache == NULL || (k->places[at].cleaned && !too_many)))
        at++;
    return at;
}

/* Takes notes of the place whose note waits longest; none where only something has to be removed. */
static void take(emb_keeper *k, batch *b)
{
    size_t kept = 0;
    (void)pthread_mutex_lock(&k->lock);
    const size_t at = k->n_pending > 0 ? k->pending[0].place : find_unclean(k);
    b->any = at < PLACES;
    if (b->any)
        b->of = piece_of(k, at);
    for (size_t i = 0; i < k->n_pending; i++) {
        const note *n = &k->pending[i];
        if (n->place == at && b->n < EMB_KEPT_AT_ONCE)
            b->rows[b->n++] = n->row;
        else
            k->pending[kept++] = *n;
    }
    k->n_pending = kept;
    (void)pthread_mutex_unlock(&k->lock);
}

static void note_cleaned(emb_keeper *k, const piece *w)
{
    (void)pthread_mutex_lock(&k->lock);
    place *p = still_there(k, w);
    if (p != NULL)
        p->cleaned = true;
    (void)pthread_mutex_unlock(&k->lock);
}

static anc_status write_taken(emb_keeper *k, batch *b, krn_call *call)
{
    const emb_embedding_store store = k->with.store;
    bool there = false;
    ANC_TRY(hold_model(k, &b->of, call->mem, &there, call->err));
    b->left = !there;
    if (b->left)
        return ANC_OK;
    if (!k->sized)
        ANC_TRY(store.ops->size(store.self, call, &k->bytes));
    if (b->n == 0 && k->bytes == 0) {
        k->sized = true;
        note_cleaned(k, &b->of);
        return ANC_OK;
    }
    k->sized = false; /* until the end of this is known */
    ANC_TRY(krn_writer_run(k->with.writer, call, write_batch, b));
    k->sized = true;
    k->bytes = k->bytes + b->added - b->freed;
    if (b->others < EMB_KEPT_AT_ONCE)
        note_cleaned(k, &b->of);
    krn_count(k->written, b->added / emb_kept_bytes(b->of.model.dims));
    krn_gauge_set(k->bytes_kept, (int64_t)k->bytes);
    return ANC_OK;
}

/* True: there is more to write, or to remove. */
static bool write_some(emb_keeper *k)
{
    batch b = {.k = k};
    anc_err err = {0};
    take(k, &b);
    if (!b.any)
        return false;
    ANC_ARENA(mem, 1 << 20);
    krn_call call = own_call(k, mem, &err);
    const anc_status status = write_taken(k, &b, &call);
    for (size_t i = 0; i < b.n; i++)
        emb_keeper_free_vector(b.rows[i].vector);
    if (status != ANC_OK)
        krn_count(k->dropped, b.n);
    if (!b.left)
        tell(k, status, &err);
    return status == ANC_OK && (b.n == EMB_KEPT_AT_ONCE || b.others == EMB_KEPT_AT_ONCE ||
                                k->bytes > k->with.most_bytes);
}

int64_t emb_keeper_step(void *keeper, int64_t now_ns)
{
    emb_keeper *k = keeper;
    if (!emb_keeper_begin(k))
        return now_ns + EVERY_NS;
    const bool more = read_some(k) || write_some(k);
    emb_keeper_end(k);
    return more ? now_ns : now_ns + EVERY_NS;
}

void emb_keeper_settle(emb_keeper *k)
{
    if (k == NULL || !emb_keeper_begin(k))
        return;
    for (size_t i = 0; i < PENDING_MAX / EMB_KEPT_AT_ONCE + 1 && write_some(k); i++) {
        /* what is more than that was not written in time */
    }
    emb_keeper_end(k);
}
