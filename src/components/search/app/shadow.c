/* shadow.c - the index of a collection built anew for another model, while the one before is searched.
 *
 * What is to be done follows from the state alone: some collection's index is of another model than the
 * catalog says (kno_searched_model). Then a second index of it is filled, and shown when it has all of its
 * documents; the follower publishes what changes meanwhile to both.
 */
#include <string.h>

#include "base/str.h"
#include "service_impl.h"

enum { COLLECTIONS_A_PAGE = 100 };

static anc_str shadowed_of(const srch_follow_state *f)
{
    return (anc_str){f->shadowed, f->shadowed_len};
}

/* Whether the index of a collection is of another model; which one it is to be. */
static anc_status is_other(srch_service *srch, krn_call *call, anc_str collection, bool *ret,
                           anc_str *ret_model, uint32_t *ret_dims)
{
    const srch_index index = srch_built_index(srch);
    srch_index_models have;
    *ret = false;
    ANC_TRY(index.ops->models(index.self, call, collection, &have));
    if (!have.is_there)
        return ANC_OK;
    const anc_status status =
        kno_searched_model(srch->config.knowledge, call, collection, ret_model, ret_dims);
    if (status == ANC_NOT_FOUND) { /* it goes with a change that is still to come */
        anc_err_clear(call->err);
        return ANC_OK;
    }
    ANC_TRY(status);
    *ret = !anc_str_eq(have.model, *ret_model);
    return ANC_OK;
}

static anc_status begin(srch_service *srch, krn_call *call, anc_str collection, anc_str model,
                        uint32_t dims)
{
    const srch_index index = srch_built_index(srch);
    srch_follow_state *f = &srch->follow;
    if (collection.len > sizeof f->shadowed)
        return ANC_FAIL(call->err, ANC_BUG, "a collection's name of %zu bytes", collection.len);
    ANC_TRY(index.ops->prepare(index.self, call, collection, model, dims));
    memcpy(f->shadowed, collection.ptr, collection.len);
    f->shadowed_len = collection.len;
    srch_walk_begin(&f->shadow, f->cursor, collection);
    krn_log_write(srch->config.log, KRN_INFO, "search", "index of another model begun",
                  KRN_STR("collection", collection), KRN_STR("model", model));
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
        for (size_t i = 0; i < n; i++) {
            bool other = false;
            anc_str model = ANC_STR_NONE;
            uint32_t dims = 0;
            ANC_TRY(is_other(srch, call, rows[i].name, &other, &model, &dims));
            if (other)
                return begin(srch, call, rows[i].name, model, dims);
        }
        if (n < COLLECTIONS_A_PAGE)
            break;
        after = rows[n - 1].name;
    }
    srch->follow.unsure = false;
    return ANC_OK;
}

anc_status srch_shadow_step(srch_service *srch, krn_call *call)
{
    const srch_index index = srch_built_index(srch);
    srch_follow_state *f = &srch->follow;
    bool end = false;
    ANC_TRY(srch_walk_page(srch, call, &f->shadow, shadowed_of(f), SRCH_INTO_NEXT, &end));
    if (!end)
        return ANC_OK;
    ANC_TRY(index.ops->show(index.self, call, shadowed_of(f)));
    f->shadow.going = false;
    f->unsure = true; /* of others, or of this one again */
    krn_log_write(srch->config.log, KRN_INFO, "search", "index of another model shown",
                  KRN_STR("collection", shadowed_of(f)), KRN_INT("documents", f->shadow.done));
    return ANC_OK;
}
