/* reranking.c - the row of the house for the reranker: one at an endpoint, else a model's folder. */
#include "reranking.h"
#include "config_table.h"
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
static anc_status open_remote(const srv_config *c, krn_clock clock, emb_reranker *ret, anc_err *err)
{
    const emb_remote_reranker_options options = {
        .client = {.form = form_of(c->rerank.remote.form),
                   .url = c->rerank.remote.url,
                   .api_key = c->rerank.remote.api_key,
                   .model = c->rerank.remote.model,
                   .parallel = (unsigned)c->rerank.remote.parallel,
                   .retries = c->rerank.remote.retries > 0 ? (int)c->rerank.remote.retries : -1,
                   .timeout_ms = c->rerank.remote.timeout_ms},
        .max_batch = (uint32_t)c->rerank.remote.batch,
        .clock = clock};
    anc_err why = {0};
    const anc_status status = emb_remote_reranker_open(&options, ret, &why);
    return status == ANC_OK ? ANC_OK : ANC_FAIL(err, status, "rerank.remote: %.400s", why.text);
}

anc_status srv_reranker_open(const srv_config *c, anc_arena *mem, os_pool *pool, inf_turns *turns,
                             krn_clock clock, emb_reranker *ret, anc_str *ret_absent, anc_err *err)
{
    const anc_str folder = os_path_join(mem, c->models_dir, c->rerank.model);
    const emb_infer_reranker_options options = {.folder = folder,
                                                .precision = c->model.precision,
                                                .pool = pool,
                                                .turns = turns,
                                                .clock = clock};
    if (folder.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "the reranker's folder");
    if (c->rerank.remote.url.len > 0)
        return open_remote(c, clock, ret, err);
    if (c->rerank.model.len > 0 && os_exists(folder))
        return emb_infer_reranker_open(&options, ret, err);
    *ret_absent = c->rerank.model.len == 0
                      ? ANC_STR("there is no reranker; set rerank.model or rerank.remote.url")
                      : anc_arena_printf(mem,
                                         "there is no reranker: no folder %.*s below models_dir; "
                                         "set rerank.model or rerank.remote.url",
                                         ANC_FMT(c->rerank.model));
    return ANC_OK;
}

/* Whether somebody named the model, which may be absent where nobody did. */
static bool is_named(const srv_config *c)
{
    const size_t row = (size_t)(srv_row_find(ANC_STR("rerank.model")) - srv_rows);
    return c->rerank.model.len > 0 && !anc_str_eq(c->origins[row], ANC_STR("default"));
}

/* A model that cannot be used is no failure: nothing is reranked then, and it is said why. */
static anc_status open_reranker(srv_house *h, emb_rerank_options *options, anc_err *err)
{
    const srv_config *c = h->o.config;
    anc_err why = {0};
    const anc_status status = srv_reranker_open(c, h->mem, h->cpu_pool, h->turns, h->clock,
                                                &options->reranker, &options->problem, &why);
    if (status == ANC_INVALID)
        return ANC_FAIL(err, status, "%s", why.text);
    options->broken = status != ANC_OK || (options->reranker.ops == NULL && is_named(c));
    if (status == ANC_OK)
        return ANC_OK;
    krn_log_write(h->log, KRN_ERROR, "server", "the reranker cannot be used",
                  KRN_STR("model", c->rerank.model), KRN_STR("error", anc_str_of(why.text)));
    options->problem = anc_arena_printf(h->mem, "%s", why.text);
    return ANC_OK;
}

anc_status srv_reranking_open(srv_house *h, anc_err *err)
{
    const srv_config *c = h->o.config;
    emb_rerank_options options = {.model = c->rerank.remote.url.len > 0 ? c->rerank.remote.model
                                                                        : c->rerank.model,
                                  .by_default = anc_str_eq(c->rerank.by_default, ANC_STR("true")),
                                  .most = (uint32_t)c->rerank.most,
                                  .budget_ms = c->rerank.budget_ms,
                                  .clock = h->clock,
                                  .metrics = h->metrics};
    ANC_TRY(open_reranker(h, &options, err));
    const anc_status status = emb_rerank_open(&options, &h->rerank, err);
    if (status != ANC_OK)
        emb_reranker_close(&options.reranker);
    return status;
}
