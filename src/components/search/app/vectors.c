/* vectors.c - the question as a vector, once for each model among the collections that are asked. */
#include "base/str.h"
#include "query_impl.h"

static anc_status look_at(srch_asking *a, srch_scope *scope)
{
    const srch_index index = a->index;
    srch_index_models have;
    ANC_TRY(index.ops->models(index.self, a->call, scope->name, &have));
    scope->model = have.model;
    scope->dims = have.vectors ? have.dims : 0;
    scope->vector = NULL;
    return ANC_OK;
}

anc_status srch_vectors_choose(srch_asking *a)
{
    const srch_mode mode = a->request->mode;
    const emb_info_row model = emb_info(a->srch->config.embedding);
    a->words = mode != SRCH_SEMANTIC && mode != SRCH_METADATA;
    if (mode == SRCH_KEYWORD || mode == SRCH_METADATA)
        return ANC_OK;
    for (size_t i = 0; i < a->n_scopes; i++) {
        ANC_TRY(look_at(a, &a->scopes[i]));
        a->vectors = a->vectors || a->scopes[i].dims > 0;
    }
    if (mode == SRCH_SEMANTIC && !a->vectors && !model.available)
        return ANC_FAIL_FIELD(a->call->err, ANC_UNAVAILABLE, "/mode",
                              "semantic search needs an embedding model: %.*s",
                              ANC_FMT(model.detail));
    return ANC_OK;
}

/* The model of that revision: the configured one, or one of the library. */
static anc_status hold(const srch_asking *a, anc_str model, emb_held *ret)
{
    const srch_config *config = &a->srch->config;
    if (config->models != NULL)
        return emb_hold(config->models, a->call, model, ret);
    const emb_info_row there = emb_info(config->embedding);
    if (!there.available)
        return ANC_FAIL(a->call->err, ANC_UNAVAILABLE, "%.*s", ANC_FMT(there.detail));
    if (!anc_str_eq(model, there.revision))
        return ANC_FAIL(a->call->err, ANC_UNAVAILABLE, "the model %.*s is not there",
                        ANC_FMT(model));
    *ret = (emb_held){.emb = config->embedding};
    return ANC_OK;
}

static anc_status embed(srch_asking *a, srch_scope *scope, bool *ret_cached)
{
    float *vector = anc_arena_alloc(a->call->mem, scope->dims, sizeof *vector);
    emb_usage usage = {0};
    ANC_CLEANUP(emb_let_go) emb_held held = {0};
    if (vector == NULL)
        return srch_no_room(a->call);
    ANC_TRY(hold(a, scope->model, &held));
    if (emb_info(held.emb).dims != scope->dims)
        return ANC_FAIL(
            a->call->err, ANC_UNAVAILABLE, "the model %.*s has %u dimensions, the index of %.*s %u",
            ANC_FMT(scope->model), emb_info(held.emb).dims, ANC_FMT(scope->name), scope->dims);
    ANC_TRY(emb_embed(held.emb, a->call, EMB_QUERY, &a->marked.words, 1, vector, &usage));
    *ret_cached = usage.cache_hits > 0;
    scope->unrelated = emb_info(held.emb).unrelated;
    scope->vector = vector;
    return ANC_OK;
}

/* What a search by words can do without. */
static bool may_do_without(anc_status status)
{
    return status == ANC_UNAVAILABLE || status == ANC_PROVIDER || status == ANC_INVALID ||
           status == ANC_NOT_FOUND || status == ANC_CORRUPT || status == ANC_UNSUPPORTED;
}

static anc_status embed_or_do_without(srch_asking *a, srch_scope *scope)
{
    bool cached = false;
    const anc_status status = embed(a, scope, &cached);
    if (may_do_without(status) && a->words) {
        anc_err_clear(a->call->err);
        scope->dims = 0;
        return ANC_OK;
    }
    if (may_do_without(status)) {
        const anc_err why = *a->call->err;
        anc_err_clear(a->call->err);
        return ANC_FAIL_FIELD(a->call->err, ANC_UNAVAILABLE, "/mode",
                              "the collection %.*s cannot be searched by meaning: %s",
                              ANC_FMT(scope->name), why.text);
    }
    ANC_TRY(status);
    const bool first = a->result.query_vector == NULL;
    a->result.embedding_cached = cached && (first || a->result.embedding_cached);
    if (first) {
        a->result.query_vector = scope->vector;
        a->result.dims = scope->dims;
    }
    return ANC_OK;
}

/* A scope before this one with the same model: its vector is shared. */
static const srch_scope *alike(const srch_asking *a, const srch_scope *scope)
{
    for (const srch_scope *s = a->scopes; s < scope; s++)
        if (s->vector != NULL && s->dims == scope->dims && anc_str_eq(s->model, scope->model))
            return s;
    return NULL;
}

anc_status srch_vectors_make(srch_asking *a)
{
    for (size_t i = 0; i < a->n_scopes; i++) {
        srch_scope *scope = &a->scopes[i];
        const srch_scope *same = alike(a, scope);
        if (same != NULL) {
            scope->vector = same->vector;
            scope->unrelated = same->unrelated;
        } else if (scope->dims > 0)
            ANC_TRY(embed_or_do_without(a, scope));
    }
    return ANC_OK;
}

anc_status srch_vectors_again(srch_asking *a, srch_scope *scope)
{
    ANC_TRY(look_at(a, scope));
    return scope->dims > 0 ? embed_or_do_without(a, scope) : ANC_OK;
}

anc_status srch_expect(srch_service *srch, krn_call *call, anc_str question, bool *ret_known)
{
    emb_service *emb = srch->config.embedding;
    const emb_info_row info = emb_info(emb);
    srch_marked marked;
    emb_usage usage = {0};
    if (!info.available)
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "%.*s", ANC_FMT(info.detail));
    ANC_TRY(srch_marks_read(call->mem, question, &marked, call->err));
    float *vector = anc_arena_alloc(call->mem, info.dims, sizeof *vector);
    if (vector == NULL)
        return srch_no_room(call);
    ANC_TRY(emb_embed(emb, call, EMB_QUERY_AHEAD, &marked.words, 1, vector, &usage));
    *ret_known = usage.cache_hits > 0;
    return ANC_OK;
}
