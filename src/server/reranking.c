/* reranking.c - the row of the house for the reranker: one at an endpoint, else a model's folder. */
#include "embedding/adapters/infer/infer_reranker.h"
#include "embedding/adapters/remote/remote_reranker.h"
#include "embedding/app/rerank_service.h"
#include "house_impl.h"

static clt_inference_form form_of(anc_str name)
{
    static const struct {
        const char *name;
        clt_inference_form form;
    } forms[] = {{"jina", CLT_SCORES_JINA}, {"llama", CLT_SCORES_LLAMA}, {"tei", CLT_SCORES_TEI}};
    for (size_t i = 0; i < ANC_COUNT(forms); i++)
        if (anc_str_eq(name, anc_str_of(forms[i].name)))
            return forms[i].form;
    return CLT_SCORES_COHERE;
}

/* Nobody is asked at the start: an endpoint that is away is asked again by the next search. */
static anc_status open_remote(srv_house *h, emb_reranker *ret, anc_err *err)
{
    const srv_config *c = h->o.config;
    const emb_remote_reranker_options options = {
        .client = {.form = form_of(c->rerank.remote.form),
                   .url = c->rerank.remote.url,
                   .api_key = c->rerank.remote.api_key,
                   .model = c->rerank.remote.model,
                   .parallel = (unsigned)c->rerank.remote.parallel,
                   .retries = c->rerank.remote.retries > 0 ? (int)c->rerank.remote.retries : -1,
                   .timeout_ms = c->rerank.remote.timeout_ms},
        .max_batch = (uint32_t)c->rerank.remote.batch,
        .clock = h->clock};
    anc_err why = {0};
    const anc_status status = emb_remote_reranker_open(&options, ret, &why);
    return status == ANC_OK ? ANC_OK : ANC_FAIL(err, status, "rerank.remote: %.400s", why.text);
}

/* A folder that is absent is no failure: nothing is reranked then, and it is said how it would be. */
static anc_status open_local(srv_house *h, emb_reranker *ret, anc_str *ret_problem, anc_err *err)
{
    const srv_config *c = h->o.config;
    const anc_str folder = os_path_join(h->mem, c->models_dir, c->rerank.model);
    anc_err why = {0};
    if (folder.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->mem), "the reranker's folder");
    if (c->rerank.model.len == 0)
        return ANC_OK;
    const emb_infer_reranker_options options = {
        .folder = folder, .pool = h->cpu_pool, .clock = h->clock};
    const bool is_there = os_exists(folder);
    if (is_there && emb_infer_reranker_open(&options, ret, &why) == ANC_OK)
        return ANC_OK;
    if (is_there)
        krn_log_write(h->log, KRN_ERROR, "server", "the reranker cannot be used",
                      KRN_STR("model", c->rerank.model), KRN_STR("error", anc_str_of(why.text)));
    *ret_problem = is_there
                       ? anc_arena_printf(h->mem, "%s", why.text)
                       : anc_arena_printf(h->mem,
                                          "there is no reranker: no folder %.*s below models_dir; "
                                          "set rerank.model or rerank.remote.url",
                                          ANC_FMT(c->rerank.model));
    return ANC_OK;
}

anc_status srv_reranking_open(srv_house *h, anc_err *err)
{
    const srv_config *c = h->o.config;
    emb_rerank_options options = {.by_default = anc_str_eq(c->rerank.by_default, ANC_STR("true")),
                                  .most = (uint32_t)c->rerank.most,
                                  .budget_ms = c->rerank.budget_ms,
                                  .clock = h->clock,
                                  .metrics = h->metrics};
    if (c->rerank.remote.url.len > 0)
        ANC_TRY(open_remote(h, &options.reranker, err));
    else
        ANC_TRY(open_local(h, &options.reranker, &options.problem, err));
    const anc_status status = emb_rerank_open(&options, &h->rerank, err);
    if (status != ANC_OK)
        emb_reranker_close(&options.reranker);
    return status;
}
