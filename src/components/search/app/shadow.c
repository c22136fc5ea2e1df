/* shadow.c - the index of a collection built anew for another model, while the one before is searched.
 *
 * What is to be done follows from the state alone:
 *
 *   a change to another model is announced (kno_next_model) ──▶ a second index is filled, and said to be
 *   ready (kno_index_prepared); with the switch in the change log it takes the place of the first
 *
 *   the index is of another model than searches are to use (kno_searched_model), since the switch did not wait
 *   for it ──▶ a second one is filled and shown at once
 *
 * A second index that is not being filled is whole: what changes is published to both. It is so for the one
 * announcement that it was filled for (follow.announced); what is neither announced nor to be searched by any
 * more is given up.
 */
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "service_impl.h"

enum { COLLECTIONS_A_PAGE = 100 };

/* The model that a collection's second index is to be of. */
typedef struct goal {
    bool is; /* there is to be one */
    bool at_once;
    uint64_t nth; /* else: the announcement */
    anc_str model;
    uint32_t dims;
} goal;

static anc_str shadowed_of(const srch_follow_state *f)
{
    return (anc_str){f->shadowed, f->shadowed_len};
}

static bool is_filling(const srch_follow_state *f, anc_str collection)
{
    return f->shadow.going && anc_str_eq(shadowed_of(f), collection);
}

/* None for a collection that is gone: so is its index with a change that is still to come. What is announced is
 * read first: a switch in between is seen by the other one. */
static anc_status find_goal(srch_service *srch, krn_call *call, anc_str collection,
                            const srch_index_models *have, goal *ret)
{
    kno_service *kno = srch->config.knowledge;
    kno_next next = {0};
    goal g = {0};
    *ret = g;
    anc_status status = kno_next_model(kno, call, collection, &next);
    if (status == ANC_OK)
        status = kno_searched_model(kno, call, collection, &g.model, &g.dims);
    if (status == ANC_NOT_FOUND) {
        anc_err_clear(call->err);
        return ANC_OK;
    }
    ANC_TRY(status);
    g.is = g.at_once = have->is_there && !anc_str_eq(have->model, g.model);
    *ret =
        g.is ? g
             : (goal){.is = next.nth > 0, .nth = next.nth, .model = next.model, .dims = next.dims};
    return ANC_OK;
}

static anc_status begin(srch_service *srch, krn_call *call, anc_str collection, const goal *g)
{
    const srch_index index = srch_built_index(srch);
    srch_follow_state *f = &srch->follow;
    if (collection.len > sizeof f->shadowed)
        return ANC_FAIL(call->err, ANC_BUG, "a collection's name of %zu bytes", collection.len);
    ANC_TRY(index.ops->prepare(index.self, call, collection, g->model, g->dims));
    memmove(f->shadowed, collection.ptr, collection.len); /* it may be that one */
    f->shadowed_len = collection.len;
    f->shadow_nth = g->nth;
    srch_walk_begin(&f->shadow, f->cursor, collection);
    krn_log_write(srch->config.log, KRN_INFO, "search", "index of another model begun",
                  KRN_STR("collection", collection), KRN_STR("model", g->model));
    return ANC_OK;
}

/* Whether the second index of a collection, which has the right model, is whole for what it is to be; `filled`: it
 * was filled just now. */
static bool is_good(const srch_follow_state *f, anc_str collection, const goal *g, bool filled)
{
    uint64_t nth = 0;
    if (g->at_once)
        return true;
    if (filled)
        return f->shadow_nth == g->nth;
    return anc_map_find(f->announced, collection, &nth) && nth == g->nth;
}

/* Says that it is ready, or shows it. One that was ready before is shown by the change that is still to come:
 * before it the log may have documents of which this index lacks the vectors. */
static anc_status finish(srch_service *srch, krn_call *call, anc_str collection, const goal *g,
                         bool filled)
{
    const srch_index index = srch_built_index(srch);
    if (!g->at_once) {
        if (!anc_map_put(srch->follow.announced, collection, g->nth))
            return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory for the index of %.*s",
                            ANC_FMT(collection));
        kno_index_prepared(srch->config.knowledge, collection, g->nth);
        return ANC_OK;
    }
    if (!filled)
        return ANC_OK;
    ANC_TRY(index.ops->show(index.self, call, collection));
    krn_log_write(srch->config.log, KRN_INFO, "search", "index of another model shown",
                  KRN_STR("collection", collection), KRN_STR("model", g->model));
    return ANC_OK;
}

static anc_status give_up(srch_service *srch, krn_call *call, anc_str collection)
{
    const srch_index index = srch_built_index(srch);
    (void)anc_map_remove(srch->follow.announced, collection);
    return index.ops->give_up(index.self, call, collection);
}

/* Does what there is to do for a collection; *ret_begun: it has begun to fill an index. */
static anc_status settle(srch_service *srch, krn_call *call, anc_str collection, bool filled,
                         bool *ret_begun)
{
    const srch_index index = srch_built_index(srch);
    srch_index_models have;
    goal g;
    *ret_begun = false;
    ANC_TRY(index.ops->models(index.self, call, collection, &have));
    ANC_TRY(find_goal(srch, call, collection, &have, &g));
    if (!g.is)
        return have.preparing ? give_up(srch, call, collection) : ANC_OK;
    if (have.preparing && anc_str_eq(have.next, g.model) &&
        is_good(&srch->follow, collection, &g, filled))
        return finish(srch, call, collection, &g, filled);
    ANC_TRY(begin(srch, call, collection, &g));
    *ret_begun = true;
    return ANC_OK;
}

anc_status srch_shadow_find(srch_service *srch, krn_call *call)
{
    anc_str after = ANC_STR_NONE;
    for (;;) {
        kno_collection *rows = NULL;
        size_t n = 0;
        ANC_TRY(kno_collection_list(srch->config.knowledge, call, after, COLLECTIONS_A_PAGE, &rows,
                                    &n));
        bool begun = false;
        for (size_t i = 0; i < n && !begun; i++)
            ANC_TRY(settle(srch, call, rows[i].name, false, &begun));
        if (begun)
            return ANC_OK;
        if (n < COLLECTIONS_A_PAGE)
            break;
        after = rows[n - 1].name;
    }
    srch->follow.unsure = false;
    return ANC_OK;
}

anc_status srch_shadow_step(srch_service *srch, krn_call *call)
{
    srch_follow_state *f = &srch->follow;
    bool end = false, begun = false;
    ANC_TRY(srch_walk_page(srch, call, &f->shadow, shadowed_of(f), SRCH_INTO_NEXT, &end));
    srch_detail_set(srch, "preparing %.*s for another model: %llu documents",
                    ANC_FMT(shadowed_of(f)), (unsigned long long)f->shadow.done);
    if (!end)
        return ANC_OK;
    f->unsure = true; /* of others, or of this one again */
    ANC_TRY(settle(srch, call, shadowed_of(f), true, &begun));
    f->shadow.going = begun;
    return ANC_OK;
}

anc_status srch_shadow_switched(srch_service *srch, krn_call *call, anc_str collection)
{
    const srch_targets targets = srch_targets_of(srch, SRCH_INTO_ALL);
    anc_str model;
    uint32_t dims;
    if (is_filling(&srch->follow, collection)) /* it is shown when it is whole */
        return ANC_OK;
    const anc_status status =
        kno_searched_model(srch->config.knowledge, call, collection, &model, &dims);
    if (status == ANC_NOT_FOUND) {
        anc_err_clear(call->err);
        return ANC_OK;
    }
    ANC_TRY(status);
    for (size_t i = 0; i < targets.n; i++) {
        const srch_index index = targets.items[i];
        srch_index_models have;
        ANC_TRY(index.ops->models(index.self, call, collection, &have));
        if (have.preparing && anc_str_eq(have.next, model))
            ANC_TRY(index.ops->show(index.self, call, collection));
    }
    return ANC_OK;
}

void srch_shadow_dropped(srch_service *srch, anc_str collection)
{
    if (is_filling(&srch->follow, collection))
        srch->follow.shadow.going = false;
    (void)anc_map_remove(srch->follow.announced, collection);
    kno_index_unprepared(srch->config.knowledge); /* one of its name may have come since */
    srch->follow.unsure = true;
}

anc_status srch_shadow_stop(srch_service *srch, krn_call *call)
{
    const srch_index index = srch->slots[atomic_load(&srch->shown)].index;
    srch_follow_state *f = &srch->follow;
    kno_index_unprepared(srch->config.knowledge);
    if (f->shadow.going)
        ANC_TRY(index.ops->give_up(index.self, call, shadowed_of(f)));
    f->shadow.going = false;
    return ANC_OK;
}
