/* shelves_impl.h - which engine indexes there are of a collection: the one that is searched, and the next one.
 *
 * The table of collections is guarded by a lock that is held for a look-up and no longer. What is
 * found there is counted, so an index that was dropped or replaced is closed when its last search is
 * done.
 */
#ifndef ANC_SEARCH_ADAPTERS_ENGINE_SHELVES_IMPL_H
#define ANC_SEARCH_ADAPTERS_ENGINE_SHELVES_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/map.h"
#include "engine/engine.h"
#include "search/ports/index.h"

/* Immutable but for the index and its count of languages. */
typedef struct srch_shelf {
    atomic_uint refs;
    eng_index *index;                          /* owned */
    atomic_uint languages[TXT_LANGUAGE_COUNT]; /* its documents; the writer's to change */
    uint32_t dims;
    size_t model_len;
    char model[]; /* revision */
} srch_shelf;

/* What there is of a collection; under the store's lock. */
typedef struct srch_holding {
    srch_shelf *shown, *next; /* shared (ref); NULL: none */
} srch_holding;

typedef struct srch_shelves {
    anc_str model; /* owned: of documents that name none */
    uint32_t dims;
    pthread_mutex_t lock;
    anc_map *holdings; /* owned, under lock: collection to holding, owned */
} srch_shelves;

static inline anc_str srch_shelf_model(const srch_shelf *s)
{
    return (anc_str){s->model, s->model_len};
}

void srch_shelf_unref(srch_shelf *s); /* NULL is a no-op */

/* Both shelves of a collection, each counted once for the caller; NULL where there is none. */
srch_holding srch_shelves_hold(srch_shelves *store, anc_str collection);
void srch_shelves_let_go(srch_holding *held);

/* The shelf that is searched, counted once for the caller; NULL when there is none. */
srch_shelf *srch_shelf_find(srch_shelves *store, anc_str collection);

/* The shelf for documents of a model, counted once for the caller; the first one of a collection is made.
 * INVALID where there are others alone. One thread at a time. */
anc_status srch_shelf_get(srch_shelves *store, anc_str collection, anc_str model, uint32_t dims,
                          srch_shelf **ret, anc_err *err) ANC_MUST_CHECK;

/* Takes the holding of `collection`, or any where it is empty, out of the table; NULL: none. */
srch_holding *srch_shelves_take_out(srch_shelves *store, anc_str collection);
void srch_shelves_drop(srch_holding *taken); /* NULL is a no-op */

/* Of the port; `self` is the srch_shelves. */
anc_status srch_shelves_models(void *self, krn_call *call, anc_str collection,
                               srch_index_models *ret) ANC_MUST_CHECK;
anc_status srch_shelves_prepare(void *self, krn_call *call, anc_str collection, anc_str model,
                                uint32_t dims) ANC_MUST_CHECK;
anc_status srch_shelves_show(void *self, krn_call *call, anc_str collection) ANC_MUST_CHECK;
anc_status srch_shelves_give_up(void *self, krn_call *call, anc_str collection) ANC_MUST_CHECK;
anc_status srch_shelves_tidy(void *self, krn_call *call, bool *ret_did) ANC_MUST_CHECK;
srch_index_figures srch_shelves_figures(void *self, anc_str collection);

#endif
