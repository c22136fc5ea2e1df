/* tidying.c - the long work on the indexes of all collections, one after the other. */
#include "shelves_impl.h"

typedef struct tidying {
    srch_shelves *store;
    krn_call *call;
} tidying;

static anc_status may_go_on(void *arg)
{
    const tidying *t = arg;
    return atomic_load_explicit(t->call->cancelled, memory_order_relaxed) ||
                   atomic_load(&t->store->mending) > 0 || atomic_load(&t->store->optimizing) > 0
               ? ANC_FAIL(t->call->err, ANC_CANCELLED, "the index has something else to do")
               : ANC_OK;
}

static bool add(srch_shelf *s, srch_shelf **list, size_t *n)
{
    if (s == NULL)
        return false;
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    list[(*n)++] = s;
    return true;
}

/* Whether there was room. */
static bool describe(krn_call *call, const srch_shelf *s, anc_str collection, srch_ledger_row *ret)
{
    *ret = (srch_ledger_row){.collection = anc_arena_copy(call->mem, collection),
                             .model = anc_arena_copy(call->mem, srch_shelf_model(s)),
                             .folder = anc_arena_copy(call->mem, anc_str_of(s->place.name)),
                             .dims = s->dims,
                             .title_weight = s->title_weight};
    return ret->collection.ptr != NULL && ret->model.ptr != NULL && ret->folder.ptr != NULL;
}

/* Under the lock. Whether there was room. */
static bool gather(srch_shelves *store, krn_call *call, bool next, srch_shelf **list, size_t *n,
                   srch_ledger_row *rows)
{
    size_t cursor = 0;
    anc_str key;
    uint64_t value;
    while (anc_map_next(store->holdings, &cursor, &key, &value)) {
        const srch_holding *h = (const srch_holding *)(uintptr_t)value;
        if (add(h->shown, list, n) && rows != NULL && !describe(call, h->shown, key, &rows[*n - 1]))
            return false;
        if (next && add(h->next, list, n) && rows != NULL &&
            !describe(call, h->next, key, &rows[*n - 1]))
            return false;
    }
    return true;
}

anc_status srch_shelves_list(srch_shelves *store, krn_call *call, bool next, srch_shelf ***ret,
                             size_t *ret_n, srch_ledger_row **rows)
{
    size_t n = 0;
    srch_ledger_row *described = NULL;
    (void)pthread_mutex_lock(&store->lock);
    const size_t most = 2 * anc_map_count(store->holdings);
    srch_shelf **list = anc_arena_alloc(call->mem, most, sizeof *list);
    bool ok = list != NULL;
    if (ok && rows != NULL) {
        described = anc_arena_alloc(call->mem, most, sizeof *described);
        ok = described != NULL;
    }
    ok = ok && gather(store, call, next, list, &n, described);
    (void)pthread_mutex_unlock(&store->lock);
    if (!ok) {
        for (size_t i = 0; i < n; i++)
            srch_shelf_unref(list[i]);
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a list of indexes");
    }
    *ret = list;
    *ret_n = n;
    if (rows != NULL)
        *rows = described;
    return ANC_OK;
}

anc_status srch_shelves_tidy(void *self, krn_call *call, bool *ret_did)
{
    tidying t = {.store = self, .call = call};
    const eng_tidy_options options = {.pool = t.store->helpers, .may_go_on = may_go_on, .arg = &t};
    srch_shelf **shelves = NULL;
    size_t n = 0;
    anc_status status = srch_shelves_list(self, call, true, &shelves, &n, NULL);
    *ret_did = false;
    for (size_t i = 0; i < n; i++) {
        if (eng_stats(shelves[i]->index).damaged > 0)
            srch_shelf_mend(self, shelves[i], "a segment turned out to be damaged");
        if (status == ANC_OK && !*ret_did && t.store->home != NULL)
            status = srch_shelf_purge(shelves[i], false, &options, ret_did, call->err);
        if (status == ANC_OK && !*ret_did) {
            status = eng_tidy(shelves[i]->index, &options, ret_did, call->err);
            if (status == ANC_CORRUPT)
                srch_shelf_mend(self, shelves[i], call->err->text);
            if (*ret_did)
                srch_shelf_changed(shelves[i]);
        }
        srch_shelf_unref(shelves[i]);
    }
    return status;
}
