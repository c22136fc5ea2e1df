/* keeper.c - vectors of questions, written behind the questions' back and read in at the start.
 *
 *   emb_embed ──note──▶ pending (bounded, full: the note is dropped) ──step──▶ writer ──▶ store
 *   emb_keeper_join ──▶ place, unread ──step, a page at a time──▶ cache
 *
 * `working` is held for one page or one batch, by the step, by who forgets, and by a service that leaves; `lock` guards the
 * pending notes and is held for a copy. `working` is taken before `lock`. The store is asked and written under `working`
 * alone, so that nothing that was read or taken before an erasure comes back after it.
 *
 * Questions that are asked again and again would be noted each time: the last time that a key was noted is remembered
 * in a table of digests' first bytes, where one that falls on another's place is noted once more than it need be.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "keeper_impl.h"

enum {
    PLACES = 1 + 16,    /* the configured model, and those of a library */
    PENDING_MAX = 1024, /* notes that may wait */
    WAKE_AT = EMB_KEPT_AT_ONCE,
    SEEN = 4096,
    MARK_BYTES = 8,
    PAGE_ARENA_BYTES = 32 << 20, /* a page of the largest vectors */
    FORGET_AT_ONCE = 500,
};

static const int64_t EVERY_NS = 2000000000;          /* a batch, where few notes come */
static const int64_t CALL_NS = 10000000000;          /* what one piece may wait for the writer */
static const int64_t AGAIN_MS = (int64_t)10 * 60000; /* uses of one vector told apart */

typedef struct place {
    emb_vector_cache *cache; /* borrowed; NULL: free */
    const emb_encoder *encoder;
    bool read;    /* all that fits is in the cache */
    bool cleaned; /* no vectors of other revisions are left */
    bool paged;   /* `behind` is the last row of the page before */
    emb_kept behind;
    uint64_t rows;
} place;

typedef struct note {
    size_t place;
    emb_kept row; /* its vector is owned; NULL: a use */
} note;

typedef struct seen {
    unsigned char mark[MARK_BYTES];
    int64_t at_ms;
} seen;

struct emb_keeper {
    emb_keeper_options with;
    krn_scheduler scheduler;
    uint32_t step_id;
    atomic_bool started;
    atomic_bool never; /* cancelled of our own calls */

    pthread_mutex_t working;
    /* guarded by it; places are read under `lock` too */
    place places[PLACES];
    bool sized; /* `bytes` is what the store has */
    uint64_t bytes;
    bool failing;

    pthread_mutex_t lock;
    /* guarded by it */
    note pending[PENDING_MAX];
    size_t n_pending;
    seen table[SEEN];

    krn_series *read_in, *written, *dropped, *bytes_kept;
};

/* ---- opening ---- */

static void name_series(emb_keeper *k, krn_metrics m)
{
    if (m.ops == NULL)
        return;
    k->read_in = m.ops->counter(m.self, "anchorage_embedding_cache_read_in_total", "",
                                "Vectors of questions that an earlier start had kept");
    k->written = m.ops->counter(m.self, "anchorage_embedding_cache_kept_total", "",
                                "Vectors of questions written to the catalog");
    k->dropped = m.ops->counter(m.self, "anchorage_embedding_cache_not_kept_total", "",
                                "Vectors of questions that were not written: too many at once, or "
                                "the catalog took none");
    k->bytes_kept = m.ops->gauge(m.self, "anchorage_embedding_cache_kept_bytes", "",
                                 "Vectors of questions in the catalog");
}

anc_status emb_keeper_open(const emb_keeper_options *options, emb_keeper **ret, anc_err *err)
{
    emb_keeper *k = calloc(1, sizeof *k);
    if (k == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the keeper of vectors");
    k->with = *options;
    (void)pthread_mutex_init(&k->working, NULL);
    (void)pthread_mutex_init(&k->lock, NULL);
    name_series(k, options->metrics);
    *ret = k;
    return ANC_OK;
}

anc_status emb_keeper_start(emb_keeper *k, krn_scheduler scheduler, anc_err *err)
{
    k->scheduler = scheduler;
    ANC_TRY(scheduler.ops->add(scheduler.self, "vectors", emb_keeper_step, k, &k->step_id, err));
    atomic_store_explicit(&k->started, true, memory_order_release);
    return ANC_OK;
}

static void wake(emb_keeper *k)
{
    if (atomic_load_explicit(&k->started, memory_order_acquire))
        k->scheduler.ops->wake(k->scheduler.self, k->step_id);
}

static void free_vector(const float *vector)
{
    free((void *)(uintptr_t)vector);
}

/* Under `lock`. */
static void drop_pending(emb_keeper *k, size_t of_place)
{
    size_t kept = 0;
    for (size_t i = 0; i < k->n_pending; i++)
        if (of_place == PLACES || k->pending[i].place == of_place)
            free_vector(k->pending[i].row.vector);
        else
            k->pending[kept++] = k->pending[i];
    k->n_pending = kept;
}

void emb_keeper_close(emb_keeper *k)
{
    if (k == NULL)
        return;
    drop_pending(k, PLACES);
    (void)pthread_mutex_destroy(&k->working);
    (void)pthread_mutex_destroy(&k->lock);
    free(k);
}

/* ---- services ---- */

emb_kept_by emb_keeper_join(emb_keeper *k, const emb_encoder *encoder, emb_vector_cache *cache)
{
    emb_kept_by by = {0};
    if (k == NULL)
        return by;
    (void)pthread_mutex_lock(&k->working);
    (void)pthread_mutex_lock(&k->lock);
    for (size_t i = 0; i < PLACES && by.keeper == NULL; i++)
        if (k->places[i].cache == NULL) {
            k->places[i] = (place){.cache = cache, .encoder = encoder};
            by = (emb_kept_by){k, i};
        }
    (void)pthread_mutex_unlock(&k->lock);
    (void)pthread_mutex_unlock(&k->working);
    wake(k);
    return by;
}

void emb_keeper_leave(const emb_kept_by *by)
{
    emb_keeper *k = by->keeper;
    if (k == NULL)
        return;
    (void)pthread_mutex_lock(&k->working);
    (void)pthread_mutex_lock(&k->lock);
    drop_pending(k, by->place);
    k->places[by->place] = (place){0};
    (void)pthread_mutex_unlock(&k->lock);
    (void)pthread_mutex_unlock(&k->working);
}

/* Under `lock`: whether that a vector was used is news. */
static bool is_news(emb_keeper *k, const unsigned char key[EMB_KEY_BYTES], int64_t now_ms)
{
    uint32_t at;
    memcpy(&at, key + MARK_BYTES, sizeof at); /* a digest: any of its bits will do */
    seen *s = &k->table[at % SEEN];
    if (memcmp(s->mark, key, MARK_BYTES) == 0 && now_ms - s->at_ms < AGAIN_MS)
        return false;
    memcpy(s->mark, key, MARK_BYTES);
    s->at_ms = now_ms;
    return true;
}

/* Under `lock`. False: there is no room. */
static bool add(emb_keeper *k, const emb_kept_by *by, const unsigned char key[EMB_KEY_BYTES],
                const float *vector, int64_t now_ms)
{
    float *copy = NULL;
    const uint32_t dims = k->places[by->place].encoder->dims;
    if (k->n_pending == PENDING_MAX)
        return false;
    if (vector != NULL) {
        copy = calloc(dims, sizeof *copy);
        if (copy == NULL)
            return false;
        memcpy(copy, vector, dims * sizeof *copy);
    }
    note *n = &k->pending[k->n_pending++];
    *n = (note){.place = by->place, .row = {.used_ms = now_ms, .vector = copy}};
    memcpy(n->row.key, key, EMB_KEY_BYTES);
    return true;
}

void emb_keeper_note(const emb_kept_by *by, const unsigned char key[EMB_KEY_BYTES],
                     const float *vector)
{
    emb_keeper *k = by->keeper;
    if (k == NULL || k->with.most_bytes == 0)
        return;
    const int64_t now_ms = krn_wall_ms(k->with.clock);
    (void)pthread_mutex_lock(&k->lock);
    const bool news = is_news(k, key, now_ms) || vector != NULL;
    const bool added = news && add(k, by, key, vector, now_ms);
    const bool many = k->n_pending >= WAKE_AT;
    (void)pthread_mutex_unlock(&k->lock);
    if (news && !added)
        krn_count(k->dropped, 1);
    if (many)
        wake(k);
}

/* ---- a piece of work, under `working` ---- */

static krn_call own_call(emb_keeper *k, anc_arena *mem, anc_err *err)
{
    return (krn_call){.mem = mem,
                      .err = err,
                      .deadline_ns = krn_now_ns(k->with.clock) + CALL_NS,
                      .cancelled = &k->never};
}

static emb_kept_model model_of(const place *p)
{
    return (emb_kept_model){
        .name = p->encoder->model, .revision = p->encoder->revision, .dims = p->encoder->dims};
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

/* What is read was used before all that the cache was given since: it goes behind that, as long as there is room. */
static anc_status read_page(emb_keeper *k, krn_call *call, place *p)
{
    const emb_embedding_store store = k->with.store;
    const emb_kept_model model = model_of(p);
    emb_kept *rows = NULL;
    size_t n = 0, used = 0;
    ANC_TRY(store.ops->page(store.self, call, &model, p->paged ? &p->behind : NULL, &rows, &n));
    while (used < n && emb_vector_cache_put_behind(p->cache, rows[used].key, rows[used].vector))
        used++;
    p->rows += used;
    krn_count(k->read_in, used);
    p->read = n < EMB_KEPT_AT_ONCE || used < n;
    if (n > 0) {
        p->behind = rows[n - 1];
        p->paged = true;
    }
    return ANC_OK;
}

/* True: there may be more to read. */
static bool read_some(emb_keeper *k)
{
    place *p = k->places;
    while (p < k->places + PLACES && (p->cache == NULL || p->read))
        p++;
    if (p == k->places + PLACES || k->with.most_bytes == 0)
        return false;
    anc_err err = {0};
    ANC_ARENA(mem, PAGE_ARENA_BYTES);
    krn_call call = own_call(k, mem, &err);
    const anc_status status =
        mem != NULL ? read_page(k, &call, p) : ANC_FAIL(&err, ANC_NO_MEMORY, "no room for a page");
    if (status != ANC_OK) {
        p->read = true;
        tell(k, status, &err);
    } else if (p->read) {
        krn_log_write(k->with.log, KRN_INFO, "embedding", "vectors of questions read in",
                      KRN_STR("model", p->encoder->model), KRN_INT("vectors", p->rows));
    }
    return true;
}

/* Notes of one place. */
typedef struct batch {
    emb_keeper *k;
    place *p;
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
    const emb_kept_model model = model_of(b->p);
    uint64_t freed = 0;
    b->added = b->freed = 0;
    b->others = 0;
    if (!b->p->cleaned)
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

/* Takes notes of the place whose note waits longest. */
static void take(emb_keeper *k, batch *b)
{
    size_t kept = 0;
    b->n = 0;
    (void)pthread_mutex_lock(&k->lock);
    if (k->n_pending > 0)
        b->p = &k->places[k->pending[0].place];
    for (size_t i = 0; i < k->n_pending; i++) {
        const note *n = &k->pending[i];
        if (&k->places[n->place] == b->p && b->n < EMB_KEPT_AT_ONCE)
            b->rows[b->n++] = n->row;
        else
            k->pending[kept++] = *n;
    }
    k->n_pending = kept;
    (void)pthread_mutex_unlock(&k->lock);
}

/* A place for which something has to be removed: vectors of other revisions, or anybody's where there are too many. */
static place *find_unclean(emb_keeper *k)
{
    const bool too_many = k->sized && k->bytes > k->with.most_bytes;
    for (size_t i = 0; i < PLACES; i++)
        if (k->places[i].cache != NULL && (too_many || !k->places[i].cleaned))
            return &k->places[i];
    return NULL;
}

static anc_status write_taken(emb_keeper *k, batch *b, krn_call *call)
{
    const emb_embedding_store store = k->with.store;
    if (!k->sized)
        ANC_TRY(store.ops->size(store.self, call, &k->bytes));
    if (b->n == 0 && k->bytes == 0) {
        b->p->cleaned = k->sized = true;
        return ANC_OK;
    }
    k->sized = false; /* until the end of this is known */
    ANC_TRY(krn_writer_run(k->with.writer, call, write_batch, b));
    k->sized = true;
    k->bytes = k->bytes + b->added - b->freed;
    b->p->cleaned = b->p->cleaned || b->others < EMB_KEPT_AT_ONCE;
    krn_count(k->written, b->added / emb_kept_bytes(b->p->encoder->dims));
    krn_gauge_set(k->bytes_kept, (int64_t)k->bytes);
    return ANC_OK;
}

/* True: there is more to write, or to remove. */
static bool write_some(emb_keeper *k)
{
    batch b = {.k = k, .p = find_unclean(k)};
    anc_err err = {0};
    take(k, &b);
    if (b.p == NULL)
        return false;
    ANC_ARENA(mem, 1 << 20);
    krn_call call = own_call(k, mem, &err);
    const anc_status status = mem != NULL ? write_taken(k, &b, &call)
                                          : ANC_FAIL(&err, ANC_NO_MEMORY, "no room for a batch");
    for (size_t i = 0; i < b.n; i++)
        free_vector(b.rows[i].vector);
    if (status != ANC_OK)
        krn_count(k->dropped, b.n);
    tell(k, status, &err);
    return status == ANC_OK && (b.n == EMB_KEPT_AT_ONCE || b.others == EMB_KEPT_AT_ONCE ||
                                k->bytes > k->with.most_bytes);
}

int64_t emb_keeper_step(void *keeper, int64_t now_ns)
{
    emb_keeper *k = keeper;
    (void)pthread_mutex_lock(&k->working);
    const bool more = read_some(k) || write_some(k);
    (void)pthread_mutex_unlock(&k->working);
    return more ? now_ns : now_ns + EVERY_NS;
}

void emb_keeper_settle(emb_keeper *k)
{
    if (k == NULL)
        return;
    (void)pthread_mutex_lock(&k->working);
    for (size_t i = 0; i < PENDING_MAX / EMB_KEPT_AT_ONCE + 1 && write_some(k); i++) {
        /* what is more than that was not written in time */
    }
    (void)pthread_mutex_unlock(&k->working);
}

bool emb_keeper_has_read(emb_keeper *k)
{
    bool all = true;
    (void)pthread_mutex_lock(&k->working);
    for (size_t i = 0; i < PLACES && k->with.most_bytes > 0; i++)
        all = all && (k->places[i].cache == NULL || k->places[i].read);
    (void)pthread_mutex_unlock(&k->working);
    return all;
}

/* ---- forgetting ---- */

typedef struct forgetting {
    emb_embedding_store store;
    size_t removed;
} forgetting;

static anc_status forget_some(void *arg, krn_tx *tx, anc_err *err)
{
    forgetting *f = arg;
    return f->store.ops->clear(f->store.self, tx, FORGET_AT_ONCE, &f->removed, err);
}

static anc_status forget_all(emb_keeper *k, krn_call *call, uint64_t *ret_n)
{
    forgetting f = {.store = k->with.store};
    (void)pthread_mutex_lock(&k->lock);
    drop_pending(k, PLACES);
    memset(k->table, 0, sizeof k->table);
    (void)pthread_mutex_unlock(&k->lock);
    for (size_t i = 0; i < PLACES; i++) {
        place *p = &k->places[i];
        if (p->cache != NULL) {
            (void)emb_vector_cache_clear(p->cache);
            p->read = true;
        }
    }
    k->sized = false;
    do {
        ANC_TRY(krn_call_check(k->with.clock, call));
        ANC_TRY(krn_writer_run(k->with.writer, call, forget_some, &f));
        *ret_n += f.removed;
    } while (f.removed == FORGET_AT_ONCE);
    return ANC_OK;
}

anc_status emb_keeper_forget(emb_keeper *k, krn_call *call, uint64_t *ret_n)
{
    *ret_n = 0;
    if (k == NULL)
        return ANC_OK;
    (void)pthread_mutex_lock(&k->working);
    const anc_status status = forget_all(k, call, ret_n);
    (void)pthread_mutex_unlock(&k->working);
    return status;
}
