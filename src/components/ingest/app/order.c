/* order.c - documents of one id in one batch are put one after the other, so that the later one wins.
 *
 * Items are claimed in their order, so what comes before an item is done or under way, or it was given or
 * taken back and is claimed late. A claim is noted in its transaction, hence before any later claim; a
 * worker says which document its item is as soon as it knows; until then it may be any.
 *
 *   in order   an item waits for earlier ones under way that may be the same document
 *   late       it waits also for later ones that are being put already; and what a later one has put by
 *              then is not replaced (read_item.c)
 */
#include "base/map.h"
#include "service_impl.h"

enum { NAMES_BYTES = 8 << 10 };

static uint64_t hash_of(anc_str collection, anc_str document)
{
    ANC_BUF(both, NAMES_BYTES);
    (void)anc_buf_add(&both, collection);
    (void)anc_buf_add_char(&both, '\n');
    (void)anc_buf_add(&both, document);
    const uint64_t hash = anc_hash64(anc_buf_view(&both));
    return hash != 0 ? hash : 1;
}

/* Those who wait look again. */
static void wake_waiting(ing_service *ing)
{
    const krn_scheduler s = ing->with.scheduler;
    uint32_t ids[ING_MAX_WORKERS];
    size_t n = 0;
    pthread_mutex_lock(&ing->lock);
    for (unsigned i = 0; i < ing->n_workers; i++) {
        if (ing->workers[i].waits)
            ids[n++] = ing->workers[i].step_id;
        ing->workers[i].waits = false;
    }
    pthread_mutex_unlock(&ing->lock);
    for (size_t i = 0; s.ops != NULL && i < n; i++)
        s.ops->wake(s.self, ids[i]);
}

void ing_order_claim(ing_worker *w, const ing_run *run, const ing_item *item)
{
    ing_service *ing = w->ing;
    const int64_t now_ns = krn_now_ns(ing->with.clock);
    const bool named = item->kind == ING_ITEM_FILE;
    pthread_mutex_lock(&ing->lock);
    w->next = (ing_place){.batch = run->batch.key,
                          .ordinal = item->ordinal,
                          .bytes = item->bytes,
                          .document = named ? hash_of(run->batch.collection, item->path) : 0,
                          .late = item->late,
                          .from_ns = now_ns,
                          .until_ns = now_ns + ing->with.lease_ms * 1000000};
    pthread_mutex_unlock(&ing->lock);
}

void ing_order_next(ing_worker *w, bool taken)
{
    pthread_mutex_lock(&w->ing->lock);
    w->here = taken ? w->next : (ing_place){0};
    w->next = (ing_place){0};
    w->chunks = 0;
    w->waits = false;
    pthread_mutex_unlock(&w->ing->lock);
    wake_waiting(w->ing);
}

void ing_order_leave(ing_worker *w)
{
    ing_order_next(w, false);
}

void ing_order_keep(ing_worker *w)
{
    ing_service *ing = w->ing;
    pthread_mutex_lock(&ing->lock);
    w->here.until_ns = krn_now_ns(ing->with.clock) + ing->with.lease_ms * 1000000;
    pthread_mutex_unlock(&ing->lock);
}

void ing_order_name(ing_worker *w, anc_str collection, anc_str document)
{
    const uint64_t hash = hash_of(collection, document);
    pthread_mutex_lock(&w->ing->lock);
    const bool news = w->here.document != hash;
    w->here.document = hash;
    pthread_mutex_unlock(&w->ing->lock);
    if (news)
        wake_waiting(w->ing);
}

static bool goes_first(const ing_place *other, const ing_place *own, int64_t now_ns)
{
    if (other->batch != own->batch || other->until_ns <= now_ns ||
        (other->document != 0 && other->document != own->document))
        return false;
    return other->ordinal < own->ordinal || (own->late && other->goes_on);
}

/* Under lock. */
static bool waits_for(ing_worker *w, const ing_place *other, int64_t now_ns, int64_t *until_ns)
{
    if (!goes_first(other, &w->here, now_ns))
        return false;
    *until_ns = other->until_ns < *until_ns ? other->until_ns : *until_ns;
    return true;
}

bool ing_order_must_wait(ing_worker *w, int64_t *ret_until_ns)
{
    ing_service *ing = w->ing;
    const int64_t now_ns = krn_now_ns(ing->with.clock);
    bool waits = false;
    *ret_until_ns = INT64_MAX;
    pthread_mutex_lock(&ing->lock);
    const bool went_on = w->here.goes_on;
    for (unsigned i = 0; w->here.document != 0 && i < ing->n_workers; i++) {
        const ing_worker *other = &ing->workers[i];
        if (other == w)
            continue;
        waits = waits_for(w, &other->here, now_ns, ret_until_ns) || waits;
        waits = waits_for(w, &other->next, now_ns, ret_until_ns) || waits;
    }
    w->here.goes_on = w->here.document != 0 && !waits;
    w->waits = waits;
    pthread_mutex_unlock(&ing->lock);
    if (went_on && waits)
        wake_waiting(ing);
    return waits;
}
