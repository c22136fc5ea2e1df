/* search.c - retrieval alone. */
#include "impl.h"

static void write_hit(json_writer *w, const srch_hit *h)
{
    const rag_source s = {.position = h->position,
                          .collection = h->collection,
                          .document_id = h->document_id,
                          .chunk_id = h->chunk_id,
                          .version = h->version,
                          .title = h->title,
                          .uri = h->uri,
                          .heading = h->heading,
                          .page = h->page,
                          .start = h->start,
                          .end = h->end,
                          .text = h->text,
                          .score = h->score,
                          .fused = h->fused,
                          .keyword = h->keyword,
                          .semantic = h->semantic};
    http_source_write(w, &s);
}

static anc_status read_request(http_ctx *cx, srch_request *r)
{
    const json_value *root = http_body_root(cx), *names = json_member(root, "collections");
    const size_t n = json_count(names);
    anc_str *list = anc_arena_alloc(cx->mem, n + 1, sizeof *list);
    if (list == NULL)
        return ANC_FAIL(&cx->err, anc_arena_refusal(cx->mem), "%zu collections", n);
    for (size_t i = 0; i < n; i++)
        list[i] = json_str(json_element(names, i), ANC_STR(""));
    *r = (srch_request){.query = json_str(json_member(root, "query"), ANC_STR("")),
                        .collections = list,
                        .n_collections = n,
                        .top_k = (uint32_t)json_int(json_member(root, "top_k"), 10)};
    if (json_kind_of(json_member(root, "filters")) == JSON_OBJECT)
        r->filters = json_member(root, "filters");
    (void)srch_mode_parse(json_str(json_member(root, "mode"), ANC_STR("auto")), &r->mode);
    return ANC_OK;
}

anc_status http_handle_search(http_ctx *cx)
{
    srch_request request;
    srch_result result = {0};
    char id[ANC_UUID_TEXT + 1];
    ANC_TRY(read_request(cx, &request));
    ANC_TRY(srch_query(cx->edge->o.srch, &cx->call, &request, &result));
    krn_id_new(cx->edge->o.clock, id);
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_put_str(&w, "query_id", anc_str_of(id));
    json_put_str(&w, "mode", anc_str_of(srch_mode_name(result.mode)));
    json_name(&w, "results");
    json_open_array(&w);
    for (size_t i = 0; i < result.n; i++)
        write_hit(&w, &result.hits[i]);
    json_close_array(&w);
    json_name(&w, "timings_ms");
    json_open_object(&w);
    json_put_fixed(&w, "embed", result.embed_ms, 3);
    json_put_fixed(&w, "search", result.search_ms, 3);
    json_put_fixed(&w, "total", result.total_ms, 3);
    json_close_object(&w);
    json_close_object(&w);
    return ANC_OK;
}
