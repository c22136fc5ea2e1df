/* tidying.c - the long work on the indexes of all collections, one after the other. */
#include "shelves_impl.h"

static anc_status may_go_on(void *arg)
{
    const krn_call *call = arg;
    return atomic_load_explicit(call->cancelled, memory_order_relaxed)
               ? ANC_FAIL(call->err, ANC_CANCELLED, "an index is not needed any more")
               : ANC_OK;
}

/* All shelves, each counted once for the caller, in call->mem. */
static anc_status list_shelves(srch_shelves *store, krn_call *call, srch_shelf ***ret,
                               size_t *ret_n)
{
    size_t cursor = 0, n = 0;
    anc_str key;
    uint64_t value;
    (void)pthread_mutex_lock(&store->lock);
    srch_shelf **list =
        anc_arena_alloc(call->mem, 2 * anc_map_count(store->holdings), sizeof *list);
    while (list != NULL && anc_map_next(store->holdings, &cursor, &key, &value)) {
        const srch_holding *h = (const srch_holding *)(uintptr_t)value;
        srch_shelf *const both[] = {h->shown, h->next};
        for (size_t i = 0; i < ANC_COUNT(both); i++) {
            if (both[i] == NULL)
                continue;
            atomic_fetch_add_explicit(&both[i]->refs, 1, memory_order_relaxed);
            list[n++] = both[i];
        }
    }
    (void)pthread_mutex_unlock(&store->lock);
    if (list == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a list of indexes");
    *ret = list;
    *ret_n = n;
    return ANC_OK;
}

anc_status srch_shelves_tidy(void *self, krn_call *call, bool *ret_did)
{
    const eng_tidy_options options = {.may_go_on = may_go_on, .arg = call};
    srch_shelf **shelves = NULL;
    size_t n = 0;
    anc_status status = list_shelves(self, call, &shelves, &n);
    *ret_did = false;
    for (size_t i = 0; i < n; i++) {
        if (status == ANC_OK && !*ret_did)
            status = eng_tidy(shelves[i]->index, &options, ret_did, call->err);
        srch_shelf_unref(shelves[i]);
    }
    return status;
}
