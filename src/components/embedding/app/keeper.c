/* keeper.c - vectors of questions, written behind the questions' back and read in at the start.
 *
 *   emb_embed ──note──▶ pending (bounded, full: the note is dropped) ──step──▶ writer ──▶ store
 *   emb_keeper_join ──▶ place, unread ──step, a page at a time──▶ cache
 *
 * One thread at a time is `busy` with the store: the step, for one page or one batch, or who forgets; so nothing that was
 * read or taken before an erasure comes back after it. That may last, so only an erasure waits for it, as long as its call
 * has time; the step gives way to one that waits. `lock` guards all that services share with who is busy, and is held for a
 * copy: services come and go under it alone. Who is busy has copies of what a place is, and looks whether the same service
 * still has the place before it touches anything of that. What it does is in keeper_work.c.
 *
 * Questions that are asked again and again would be noted each time: the last time that a key was noted is remembered
 * in a table of digests' first bytes, where one that falls on another's place is noted once more than it need be.
 */
#include <stdlib.h>
#include <string.h>

#include "keeper_parts.h"

enum { WAKE_AT = EMB_KEPT_AT_ONCE, FORGET_AT_ONCE = 500 };

static const int64_t AGAIN_MS = (int64_t)10 * 60000; /* uses of one vector told apart */
static const int64_t SLICE_NS = 20000000; /* an erasure's caller that leaves is noticed so soon */

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
    (void)pthread_mutex_init(&k->lock, NULL);
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&k->rested, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
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

/* Under `lock`. */
static void drop_pending(emb_keeper *k, size_t of_place)
{
    size_t kept = 0;
    for (size_t i = 0; i < k->n_pending; i++)
        if (of_place == PLACES || k->pending[i].place == of_place)
            emb_keeper_free_vector(k->pending[i].row.vector);
        else
            k->pending[kept++] = k->pending[i];
    k->n_pending = kept;
}

void emb_keeper_close(emb_keeper *k)
{
    if (k == NULL)
        return;
    drop_pending(k, PLACES);
    (void)pthread_cond_destroy(&k->rested);
    (void)pthread_mutex_destroy(&k->lock);
    free(k);
}

/* ---- services ---- */

emb_kept_by emb_keeper_join(emb_keeper *k, const emb_encoder *encoder, emb_vector_cache *cache)
{
    emb_kept_by by = {0};
    if (k == NULL)
        return by;
    (void)pthread_mutex_lock(&k->lock);
    for (size_t i = 0; i < PLACES && by.keeper == NULL; i++)
        if (k->places[i].cache == NULL) {
            k->places[i] = (place){.joined = ++k->n_joined, .cache = cache, .encoder = encoder};
            by = (emb_kept_by){k, i};
        }
    (void)pthread_mutex_unlock(&k->lock);
    wake(k);
    return by;
}

void emb_keeper_leave(const emb_kept_by *by)
{
    emb_keeper *k = by->keeper;
    if (k == NULL)
        return;
    (void)pthread_mutex_lock(&k->lock);
    drop_pending(k, by->place);
    k->places[by->place] = (place){0};
    (void)pthread_mutex_unlock(&k->lock);
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

bool emb_keeper_has_read(emb_keeper *k)
{
    bool all = true;
    (void)pthread_mutex_lock(&k->lock);
    for (size_t i = 0; i < PLACES && k->with.most_bytes > 0; i++)
        all = all && (k->places[i].cache == NULL || k->places[i].read);
    (void)pthread_mutex_unlock(&k->lock);
    return all;
}

/* ---- who is busy ---- */

bool emb_keeper_begin(emb_keeper *k)
{
    (void)pthread_mutex_lock(&k->lock);
    const bool begun = !k->busy && k->erasures == 0;
    k->busy = k->busy || begun;
    (void)pthread_mutex_unlock(&k->lock);
    return begun;
}

void emb_keeper_end(emb_keeper *k)
{
    (void)pthread_mutex_lock(&k->lock);
    k->busy = false;
    (void)pthread_cond_broadcast(&k->rested);
    (void)pthread_mutex_unlock(&k->lock);
}

/* Under `lock`: until who is busy ends, for a slice of the call's time. */
static void wait_a_while(emb_keeper *k, const krn_call *call)
{
    const int64_t now_ns = krn_now_ns(k->with.clock);
    const int64_t left_ns = call->deadline_ns - now_ns;
    const int64_t until_ns = now_ns + (left_ns < SLICE_NS ? left_ns : SLICE_NS);
    const struct timespec until = {.tv_sec = (time_t)(until_ns / 1000000000),
                                   .tv_nsec = (long)(until_ns % 1000000000)};
    (void)pthread_cond_timedwait(&k->rested, &k->lock, &until);
}

/* Waits for its turn as long as the call has time. */
static anc_status begin_erasure(emb_keeper *k, const krn_call *call)
{
    anc_status status = ANC_OK;
    (void)pthread_mutex_lock(&k->lock);
    k->erasures++;
    while (status == ANC_OK && k->busy) {
        status = krn_call_check(k->with.clock, call);
        if (status == ANC_OK)
            wait_a_while(k, call);
    }
    if (status == ANC_OK)
        k->busy = true;
    else
        k->erasures--;
    (void)pthread_mutex_unlock(&k->lock);
    return status;
}

static void end_erasure(emb_keeper *k)
{
    (void)pthread_mutex_lock(&k->lock);
    k->erasures--;
    (void)pthread_mutex_unlock(&k->lock);
    emb_keeper_end(k);
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
    for (size_t i = 0; i < PLACES; i++) {
        place *p = &k->places[i];
        if (p->cache != NULL) {
            (void)emb_vector_cache_clear(p->cache);
            p->read = true;
        }
    }
    (void)pthread_mutex_unlock(&k->lock);
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
    ANC_TRY(begin_erasure(k, call));
    const anc_status status = forget_all(k, call, ret_n);
    end_erasure(k);
    return status;
}
