/* shelves.c - engine indexes by collection, two of them while a model is changed. */
#include "shelves_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

void srch_shelf_unref(srch_shelf *s)
{
    if (s == NULL || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    eng_index_close(s->index);
    srch_place_let_go(&s->place);
    free(s);
}

static srch_shelf *shelf_ref(srch_shelf *s)
{
    if (s != NULL)
        atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void srch_shelf_count(srch_shelf *s)
{
    uint64_t counts[ENG_MAX_LANGUAGES];
    eng_snapshot *snapshot = eng_snapshot_acquire(s->index);
    eng_languages(snapshot, counts);
    eng_snapshot_release(snapshot);
    for (int l = 0; l < TXT_LANGUAGE_COUNT; l++)
        atomic_store_explicit(&s->languages[l], (unsigned)counts[l], memory_order_relaxed);
}

anc_status srch_shelf_open(srch_place *place, anc_str model, uint32_t dims, uint32_t title_weight,
                           srch_shelf **ret, anc_err *err)
{
    char path[OS_PATH_MAX];
    eng_options options = {.dims = dims};
    srch_shelf *s = calloc(1, sizeof *s + model.len + 1);
    if (s == NULL) {
        srch_place_let_go(place);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an index");
    }
    if (place->home != NULL) {
        options.folder = srch_place_path(place, path);
        options.disk = srch_home_disk(place->home);
        options.reserve_bytes = srch_home_reserve(place->home);
    }
    atomic_init(&s->refs, 1);
    atomic_init(&s->changes, 1);
    s->place = *place;
    s->dims = dims;
    s->title_weight = title_weight;
    s->model_len = model.len;
    if (model.len > 0)
        memcpy(s->model, model.ptr, model.len);
    const anc_status status = eng_index_open(&options, &s->index, err);
    if (status != ANC_OK) {
        srch_place_let_go(place);
        free(s);
        return status;
    }
    srch_shelf_count(s);
    *place = (srch_place){0};
    *ret = s;
    return ANC_OK;
}

/* An empty one, with one count, the caller's. */
static anc_status shelf_new(srch_shelves *store, anc_str collection, anc_str model, uint32_t dims,
                            srch_shelf **ret, anc_err *err)
{
    srch_place place = {0};
    if (store->home != NULL)
        ANC_TRY(srch_place_take(store->home, collection, model, &place, err));
    return srch_shelf_open(&place, model, dims, store->title_weight, ret, err);
}

/* Under the lock. */
static srch_holding *holding_find(srch_shelves *store, anc_str collection)
{
    uint64_t value;
    return anc_map_find(store->holdings, collection, &value) ? (srch_holding *)(uintptr_t)value
                                                             : NULL;
}

/* Both shelves of a collection, each counted once for the caller; NULL where there is none. */
srch_holding srch_shelves_hold(srch_shelves *store, anc_str collection)
{
    (void)pthread_mutex_lock(&store->lock);
    const srch_holding *h = holding_find(store, collection);
    const srch_holding held = {.shown = shelf_ref(h != NULL ? h->shown : NULL),
                               .next = shelf_ref(h != NULL ? h->next : NULL)};
    (void)pthread_mutex_unlock(&store->lock);
    return held;
}

/* The shelf that is searched, counted once for the caller; NULL when there is none. */
srch_shelf *srch_shelf_find(srch_shelves *store, anc_str collection)
{
    (void)pthread_mutex_lock(&store->lock);
    const srch_holding *h = holding_find(store, collection);
    srch_shelf *s = shelf_ref(h != NULL ? h->shown : NULL);
    (void)pthread_mutex_unlock(&store->lock);
    return s;
}

void srch_shelves_let_go(srch_holding *held)
{
    srch_shelf_unref(held->shown);
    srch_shelf_unref(held->next);
}

/* Under the lock. NULL when memory is out. */
static srch_holding *holding_make(srch_shelves *store, anc_str collection)
{
    srch_holding *h = holding_find(store, collection);
    if (h != NULL)
        return h;
    h = calloc(1, sizeof *h);
    if (h != NULL && !anc_map_put(store->holdings, collection, (uintptr_t)h)) {
        free(h);
        return NULL;
    }
    return h;
}

anc_status srch_shelf_put(srch_shelves *store, anc_str collection, srch_shelf *s, bool as_next,
                          anc_err *err)
{
    srch_shelf *before = s;
    (void)pthread_mutex_lock(&store->lock);
    srch_holding *h = holding_make(store, collection);
    if (h != NULL) {
        srch_shelf **at = as_next ? &h->next : &h->shown;
        before = *at;
        *at = s;
    }
    (void)pthread_mutex_unlock(&store->lock);
    srch_shelf_unref(before);
    atomic_store(&store->moved, true);
    if (h == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for collection %.*s", ANC_FMT(collection));
    return ANC_OK;
}

/* The shelf for documents of a model, counted once for the caller; the first one of a collection is made.
 * One thread at a time. */
anc_status srch_shelf_get(srch_shelves *store, anc_str collection, anc_str model, uint32_t dims,
                          srch_shelf **ret, anc_err *err)
{
    srch_holding held = srch_shelves_hold(store, collection);
    srch_shelf **fit =
        held.next != NULL && anc_str_eq(srch_shelf_model(held.next), model)     ? &held.next
        : held.shown != NULL && anc_str_eq(srch_shelf_model(held.shown), model) ? &held.shown
                                                                                : NULL;
    *ret = fit != NULL ? shelf_ref(*fit) : NULL;
    const bool first = held.shown == NULL;
    srch_shelves_let_go(&held);
    if (fit != NULL)
        return ANC_OK;
    if (!first)
        return ANC_FAIL(err, ANC_INVALID, "collection %.*s has no index of model %.*s",
                        ANC_FMT(collection), ANC_FMT(model));
    srch_shelf *s = NULL;
    ANC_TRY(shelf_new(store, collection, model, dims, &s, err));
    (void)shelf_ref(s);
    const anc_status status = srch_shelf_put(store, collection, s, false, err);
    if (status != ANC_OK) {
        srch_shelf_unref(s);
        return status;
    }
    *ret = s;
    return ANC_OK;
}

/* Takes the holding of `collection`, or any where it is empty, out of the table; NULL: none. */
srch_holding *srch_shelves_take_out(srch_shelves *store, anc_str collection)
{
    size_t cursor = 0;
    anc_str key = collection;
    uint64_t value = 0;
    (void)pthread_mutex_lock(&store->lock);
    const bool found = collection.len > 0 ? anc_map_find(store->holdings, collection, &value)
                                          : anc_map_next(store->holdings, &cursor, &key, &value);
    if (found)
        anc_map_remove(store->holdings, key);
    (void)pthread_mutex_unlock(&store->lock);
    atomic_store(&store->moved, true);
    return found ? (srch_holding *)(uintptr_t)value : NULL;
}

void srch_shelves_drop(srch_holding *h)
{
    if (h == NULL)
        return;
    srch_shelves_let_go(h);
    free(h);
}

/* ---- models --------------------------------------------------------------------------------- */

static anc_status keep_model(krn_call *call, const srch_shelf *s, anc_str *ret)
{
    *ret = anc_arena_copy(call->mem, srch_shelf_model(s));
    if (ret->ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for the name of a model");
    return ANC_OK;
}

anc_status srch_shelves_models(void *self, krn_call *call, anc_str collection,
                               srch_index_models *ret)
{
    srch_holding held = srch_shelves_hold(self, collection);
    srch_index_models m = {.is_there = held.shown != NULL, .preparing = held.next != NULL};
    anc_status status = ANC_OK;
    if (m.is_there) {
        status = keep_model(call, held.shown, &m.model);
        m.dims = held.shown->dims;
        m.vectors = eng_stats(held.shown->index).vectors > 0;
    }
    if (status == ANC_OK && m.preparing) {
        status = keep_model(call, held.next, &m.next);
        m.next_dims = held.next->dims;
    }
    srch_shelves_let_go(&held);
    if (status == ANC_OK)
        *ret = m;
    return status;
}

anc_status srch_shelves_prepare(void *self, krn_call *call, anc_str collection, anc_str model,
                                uint32_t dims)
{
    srch_shelf *s = NULL;
    ANC_TRY(shelf_new(self, collection, model, dims, &s, call->err));
    return srch_shelf_put(self, collection, s, true, call->err);
}

/* Takes the second shelf away, and where it is to be shown puts it in the place of the first. */
static void end_next(srch_shelves *store, anc_str collection, bool shown)
{
    srch_shelf *before = NULL;
    (void)pthread_mutex_lock(&store->lock);
    srch_holding *h = holding_find(store, collection);
    if (h != NULL && h->next != NULL) {
        before = shown ? h->shown : h->next;
        h->shown = shown ? h->next : h->shown;
        h->next = NULL;
    }
    (void)pthread_mutex_unlock(&store->lock);
    atomic_store(&store->moved, true);
    srch_shelf_unref(before);
}

anc_status srch_shelves_show(void *self, krn_call *call, anc_str collection)
{
    (void)call;
    end_next(self, collection, true);
    return ANC_OK;
}

anc_status srch_shelves_give_up(void *self, krn_call *call, anc_str collection)
{
    (void)call;
    end_next(self, collection, false);
    return ANC_OK;
}

static eng_figures add_memory(srch_index_figures *sum, eng_index *index, float share)
{
    const eng_figures f = eng_stats(index);
    const float recall = eng_recall(index, share);
    sum->bytes += f.bytes;
    sum->stored_bytes += f.stored_bytes;
    sum->segments += f.segments;
    sum->graphs += f.graphs;
    sum->recall = recall < sum->recall ? recall : sum->recall;
    return f;
}

static void add_figures(const srch_shelves *store, const srch_holding *h, srch_index_figures *sum)
{
    if (h->shown != NULL) {
        const eng_figures f = add_memory(sum, h->shown->index, store->recall);
        if (h->shown->title_weight != store->title_weight)
            sum->title_weight = h->shown->title_weight;
        sum->documents += f.documents;
        sum->chunks += f.chunks;
        sum->vectors += f.vectors;
        sum->dead_chunks += f.dead_chunks;
        sum->unsaved_chunks += f.unsaved_chunks;
    }
    if (h->next != NULL)
        (void)add_memory(sum, h->next->index, store->recall);
}

srch_index_figures srch_shelves_figures(void *self, anc_str collection)
{
    srch_shelves *store = self;
    srch_index_figures sum = {.recall = 1, .title_weight = store->title_weight};
    size_t cursor = 0;
    anc_str key;
    uint64_t value;
    (void)pthread_mutex_lock(&store->lock);
    while (anc_map_next(store->holdings, &cursor, &key, &value))
        if (collection.len == 0 || anc_str_eq(collection, key))
            add_figures(store, (const srch_holding *)(uintptr_t)value, &sum);
    (void)pthread_mutex_unlock(&store->lock);
    return sum;
}
