/* search.c - passages without an answer. */
#include "handlers.h"
#include "schemas.h"

static anc_status read_request(http_request *rq, srch_request *ret)
{
    http_search_in in;
    http_search_query params;
    ANC_TRY(http_query(rq, &params));
    ANC_TRY(http_body(rq, &in));
    *ret = (srch_request){.query = in.query,
                          .collections = in.collections.items,
                          .n_collections = in.collections.n,
                          .top_k = (uint32_t)in.top_k,
                          .filters = in.filters,
                          .rerank = in.rerank == HTTP_SAID_YES  ? SRCH_RERANK_YES
                                    : in.rerank == HTTP_SAID_NO ? SRCH_RERANK_NO
                                                                : SRCH_RERANK_AS_CONFIGURED,
                          .join_neighbours = in.join_neighbours,
                          .context_chunks = (uint32_t)in.context_chunks,
                          .highlight = in.highlight,
                          .explain = in.explain || params.explain};
    if (srch_mode_parse(in.mode, &ret->mode))
        return ANC_OK;
    return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/mode", "mode \"%.*s\" is not known",
                          ANC_FMT(in.mode));
}

static void put_timings(json_writer *w, const srch_result *result)
{
    json_name(w, "timings_ms");
    json_open_object(w);
    json_put_fixed(w, "analyze", result->analyze_ms, 3);
    json_put_fixed(w, "embed", result->embed_ms, 3);
    json_put_fixed(w, "search", result->search_ms, 3);
    json_put_fixed(w, "rerank", result->rerank_ms, 3);
    json_put_fixed(w, "fetch", result->fetch_ms, 3);
    json_put_fixed(w, "total", result->total_ms, 3);
    json_close_object(w);
}

static void put_reranked(json_writer *w, const srch_reranked *r)
{
    const rag_reranked told = {r->done, r->model, r->scored, r->wanted, r->problem};
    rag_put_reranked(w, &told, true);
}

anc_status http_search_run(http_request *rq)
{
    srch_request request;
    srch_result result;
    char id[ANC_UUID_TEXT + 1];
    ANC_TRY(read_request(rq, &request));
    const krn_clock clock = rq->edge->o.clock;
    const int64_t begun_ns = krn_now_ns(clock);
    const anc_status status = srch_query(rq->edge->o.srch, &rq->call, &request, &result);
    krn_id_new(clock, id);
    if (status != ANC_OK && status != ANC_INVALID)
        rag_search_failed(rq->edge->o.rag, &rq->call, &request,
                          (double)(krn_now_ns(clock) - begun_ns) / 1e6, &rq->err, anc_str_of(id));
    ANC_TRY(status);
    rag_search_told(rq->edge->o.rag, &rq->call, &request, &result, anc_str_of(id));
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "query_id", anc_str_of(id));
    json_name(&w, "results");
    json_open_array(&w);
    for (size_t i = 0; i < result.n; i++)
        http_put_hit(&w, &result.hits[i], request.highlight);
    json_close_array(&w);
    json_put_str(&w, "mode", anc_str_of(srch_mode_name(result.mode)));
    json_put_bool(&w, "relaxed", result.relaxed);
    json_put_int(&w, "duplicates", (int64_t)result.duplicates);
    put_timings(&w, &result);
    put_reranked(&w, &result.reranked);
    http_put_warnings(&w, result.warnings, result.n_warnings);
    json_close_object(&w);
    return ANC_OK;
}
