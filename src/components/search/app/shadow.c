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
 * A second index that is not being filled is whole: what changes is published to both, and what is neither
 * announced nor to be searched by any more is given up.
 */
#include <string.h>

#include "base/str.h"
#include "service_impl.h"

enum { COLLECTIONS_A_PAGE = 100 };

/* The model that a collection's second index is to be of. */
typedef struct goal {
    bool is; /* there is to be one */
    bool at_once;
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

/* None for a collection that is gone: so is its index with a change that is still to come. */
static anc_status find_goal(srch_service *srch, krn_call *call, anc_str collection,
                            const srch_index_models *have, goal *ret)
{
    kno_service *kno = srch->config.knowledge;
    goal g = {0};
    anc_status status = kno_searched_model(kno, call, collection, &g.model, &g.dims);
    g.is = g.at_once = status == ANC_OK && have->is_there && !anc_str_eq(have->model, g.model);
    if (status == ANC_OK && !g.is) {
        status = kno_next_model(kno, call, collection, &g.model, &g.dims);
        g.is = status == ANC_OK && g.model.len > 0;
    }
    if (status != ANC_OK && status != ANC_NOT_FOUND)
        return status;
    anc_err_clear(call->err);
    *ret = status == ANC_OK ? g : (goal){0};
    return ANC_OK;
}

static anc_status begin(srch_service *srch, krn_call *call, anc_str collection, const goal *g)
{
    const srch_index index = srch_built_index(srch);
    srch_follow_state *f = &srch->follow;
    if (collection.len > sizeof f->shadowed)
        return ANC_FAIL(call->err, ANC_BUG, "a collection's name of %zu bytes", collection.len);
    ANC_TRY(index.ops->prepare(index.self, call, collection, g->model, g->dims));
    memcpy(f->shadowed, collection.ptr, collection.len);
    f->shadowed_len = collection.len;
    srch_walk_begin(&f->shadow, f->cursor, collection);
    krn_log_write(srch->config.log, KRN_INFO, "search", "index of another model begun",
                  KRN_STR("collection", collection), KRN_STR("model", g->model));
    return ANC_OK;
}

/* The second index of a collection, whole: is it to be shown, or to be waited with? */
static anc_status finish(srch_service *srch, krn_call *call, anc_str collection, const goal *g)
{
    const srch_index index = srch_built_index(srch);
    if (!g->at_once) {
        kno_index_prepared(srch->config.knowledge, collection, g->model);
        return ANC_OK;
    }
    ANC_TRY(index.ops->show(index.self, call, collection));
    krn_log_write(srch->config.log, KRN_INFO, "search", "index of another model shown",
                  KRN_STR("collection", collection), KRN_STR("model", g->model));
    return ANC_OK;
}

/* Does what there is to do for a collection, which may be to begin: then follow.shadow is going. */
static anc_status settle(srch_service *srch, krn_call *call, anc_str collection)
{
    const srch_index index = srch_built_index(srch);
    srch_index_models have;
    goal g;
    ANC_TRY(index.ops->models(index.self, call, collection, &have));
    ANC_TRY(find_goal(srch, call, collection, &have, &g));
    if (!g.is)
        return have.preparing ? index.ops->give_up(index.self, call, collection) : ANC_OK;
    if (have.preparing && anc_str_eq(have.next, g.model))
        return finish(srch, call, collection, &g);
    return begin(srch, call, collection, &g);
}

anc_status srch_shadow_find(srch_service *srch, krn_call *call)
{
    anc_str after = ANC_STR_NONE;
    for (;;) {
        kno_collection *rows = NULL;
        size_t n = 0;
        ANC_TRY(kno_collection_list(srch->config.knowledge, call, after, COLLECTIONS_A_PAGE, &rows,
                                    &n));
        for (size_t i = 0; i < n && !srch->follow.shadow.going; i++)
            ANC_TRY(settle(srch, call, rows[i].name));
        if (srch->follow.shadow.going)
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
    bool end = false;
    ANC_TRY(srch_walk_page(srch, call, &f->shadow, shadowed_of(f), SRCH_INTO_NEXT, &end));
    if (!end)
        return ANC_OK;
    f->shadow.going = false;
    f->unsure = true; /* of others, or of this one again */
    return settle(srch, call, shadowed_of(f));
}

anc_status srch_shadow_switched(srch_service *srch, krn_call *call, anc_str collection)
{
    const srch_targets targets = srch_targets_of(srch, SRCH_INTO_ALL);
    anc_str model;
    uint32_t dims;
    srch->follow.unsure = true;
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
