/* models.c - which model a collection's documents are cut for and embedded with. */
#include "base/str.h"
#include "service_impl.h"

anc_status kno_model_wanted(kno_service *kno, krn_call *call, anc_str wanted, emb_held *ret)
{
    const emb_info_row configured = emb_info(kno->with.embedding);
    if (kno->with.models != NULL)
        return emb_hold(kno->with.models, call, wanted, ret);
    if (wanted.len > 0 && !anc_str_eq(wanted, configured.model))
        return ANC_FAIL(call->err, ANC_INVALID,
                        "there is no embedding model \"%.*s\"; there is: %.*s", ANC_FMT(wanted),
                        ANC_FMT(configured.model));
    *ret = (emb_held){.emb = kno->with.embedding};
    return ANC_OK;
}

anc_status kno_model_of(kno_service *kno, krn_call *call, const kno_collection_record *of,
                        emb_held *ret)
{
    anc_err why = {0};
    krn_call inner = *call;
    inner.err = &why;
    const anc_status status = kno_model_wanted(kno, &inner, of->wanted_model, ret);
    if (status == ANC_OK)
        return ANC_OK;
    if (status == ANC_CANCELLED || status == ANC_DEADLINE || status == ANC_NO_MEMORY)
        return ANC_FAIL(call->err, status, "%s", why.text);
    return ANC_FAIL(call->err, ANC_UNAVAILABLE,
                    "the embedding model of the collection '%.*s' cannot be used: %s",
                    ANC_FMT(of->name), why.text);
}

static anc_status tell_target(krn_call *call, const emb_held *wanted, emb_info_row *ret)
{
    emb_info_row target = emb_info(wanted->emb);
    target.revision = anc_arena_copy(call->mem, target.available ? target.revision : ANC_STR(""));
    if (target.revision.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a model's name");
    *ret = target;
    return ANC_OK;
}

/* The model that searches use, where it can be had and is not the wanted one. */
static anc_status hold_searched(kno_service *kno, krn_call *call, anc_str searched, emb_held *ret)
{
    if (kno->with.models == NULL)
        return ANC_OK;
    const anc_status status = emb_hold(kno->with.models, call, searched, ret);
    if (status == ANC_CANCELLED || status == ANC_DEADLINE)
        return status;
    anc_err_clear(call->err);
    return ANC_OK;
}

anc_status kno_model_for_put(kno_service *kno, krn_call *call, const kno_collection_record *of,
                             emb_held *ret, emb_held *ret_also, emb_info_row *ret_target)
{
    ANC_CLEANUP(emb_let_go) emb_held wanted = {0};
    ANC_CLEANUP(emb_let_go) emb_held searched = {0};
    emb_info_row target;
    ANC_TRY(kno_model_of(kno, call, of, &wanted));
    ANC_TRY(tell_target(call, &wanted, &target));
    if (of->model.len > 0 && !anc_str_eq(of->model, target.revision))
        ANC_TRY(hold_searched(kno, call, of->model, &searched));
    const bool both = searched.emb != NULL && target.revision.len > 0;
    *ret = searched.emb != NULL ? searched : wanted;
    *ret_also = both ? wanted : (emb_held){0};
    *ret_target = target;
    if (both || searched.emb == NULL)
        wanted = (emb_held){0};
    searched = (emb_held){0};
    return ANC_OK;
}
