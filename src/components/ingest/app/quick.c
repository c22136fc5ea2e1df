/* quick.c - the worker that is kept for small items, so that long documents do not hold others up.
 *
 * It looks for batches, lists and closes them as the others do, and takes an item only where each of them has been at
 * its own for QUICK_NS, and the next item of the batch whose turn it is has at most ING_QUICK_BYTES. So a batch whose
 * next item is small waits for seconds, not for the end of another's long document, and the machine is no busier for it
 * otherwise. Turns among batches are counted apart from those of the others: nobody loses one.
 */
#include "service_impl.h"

#define QUICK_NS ((int64_t)5 * 1000000000)

bool ing_is_quick(const ing_worker *w)
{
    return w == &w->ing->workers[w->ing->with.workers];
}

/* When the last of the others will have been at its item for long; INT64_MAX: one has none. */
static int64_t busy_from_ns(const ing_service *ing)
{
    int64_t last_ns = 0;
    for (unsigned i = 0; i < ing->with.workers; i++) {
        const ing_place *here = &ing->workers[i].here;
        if (here->batch == 0)
            return INT64_MAX;
        last_ns = here->from_ns > last_ns ? here->from_ns : last_ns;
    }
    return last_ns + QUICK_NS;
}

static bool may_have_small(const ing_run *run)
{
    return ing_run_has_items(run) && run->not_small_at != run->now.revision;
}

ing_run *ing_quick_run(ing_service *ing, int64_t now_ns, int64_t *next_ns)
{
    const int64_t from_ns = busy_from_ns(ing);
    for (size_t i = 0; i < ing->n_runs; i++) {
        const size_t at = (ing->quick_turn + i) % ing->n_runs;
        if (!may_have_small(ing->runs[at]))
            continue;
        if (now_ns < from_ns) {
            *next_ns = from_ns < *next_ns ? from_ns : *next_ns;
            return NULL;
        }
        ing->quick_turn = at + 1;
        ing->runs[at]->holders++;
        return ing->runs[at];
    }
    return NULL;
}

void ing_quick_wake(const ing_worker *w)
{
    const ing_service *ing = w->ing;
    const krn_scheduler s = ing->with.scheduler;
    if (s.ops != NULL && !ing_is_quick(w))
        s.ops->wake(s.self, ing->workers[ing->with.workers].step_id);
}
