/* order.c - documents of one id in one batch are put one after the other, so that the later one wins.
 *
 * Items are claimed in their order, so whatever comes before an item is either done or under way. A
 * claim is noted in its transaction, hence before any later claim; a worker says which document its
 * item is as soon as it knows; until then it may be any.
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

void ing_order_claim(ing_worker *w, const ing_run *run, const ing_item *item)
{
    ing_service *ing = w->ing;
    pthread_mutex_lock(&ing->lock);
    w->next = (ing_place){.batch = run->batch.key,
                          .ordinal = item->ordinal,
                          .until_ns = krn_now_ns(ing->with.clock) + ing->with.lease_ms * 1000000};
    pthread_mutex_unlock(&ing->lock);
}

void ing_order_next(ing_worker *w, bool taken)
{
    pthread_mutex_lock(&w->ing->lock);
    w->here = taken ? w->next : (ing_place){0};
    w->next = (ing_place){0};
    pthread_mutex_unlock(&w->ing->lock);
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

static bool may_be_before(const ing_place *other, const ing_place *own, int64_t now_ns)
{
    return other->batch == own->batch && other->ordinal < own->ordinal &&
           other->until_ns > now_ns && (other->document == 0 || other->document == own->document);
}

bool ing_order_must_wait(ing_worker *w, anc_str collection, anc_str document)
{
    ing_service *ing = w->ing;
    const uint64_t hash = hash_of(collection, document);
    const int64_t now_ns = krn_now_ns(ing->with.clock);
    bool wait = false;
    pthread_mutex_lock(&ing->lock);
    w->here.document = hash;
    for (unsigned i = 0; i < ing->with.workers && !wait; i++) {
        const ing_worker *other = &ing->workers[i];
        wait = other != w && (may_be_before(&other->here, &w->here, now_ns) ||
                              may_be_before(&other->next, &w->here, now_ns));
    }
    pthread_mutex_unlock(&ing->lock);
    return wait;
}
