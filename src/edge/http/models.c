/* models.c - what may be named as a model: the answers, language models, embedding models, the reranker. */
#include "handlers.h"
#include "schemas.h"

enum { PROVIDERS = 16, COLLECTIONS_A_PAGE = 100, MOST_PAGES = 100 };

typedef struct model_row {
    anc_str id, kind;
    int64_t created_ms;
    bool loaded;
    uint32_t dims;
    anc_str revision, precision;
} model_row;

static void put_model(json_writer *w, const model_row *row)
{
    json_open_object(w);
    json_put_str(w, "id", row->id);
    json_put_str(w, "object", ANC_STR("model"));
    json_put_int(w, "created", row->created_ms / 1000);
    json_put_str(w, "owned_by", ANC_STR("anchorage"));
    json_put_str(w, "kind", row->kind);
    json_put_bool(w, "loaded", row->loaded);
    if (row->dims > 0)
        json_put_int(w, "dimensions", row->dims);
    else
        json_put_null(w, "dimensions");
    json_put_str_or_null(w, "revision", row->dims > 0 ? row->revision : ANC_STR_NONE);
    json_put_str_or_null(w, "precision", row->precision.len > 0 ? row->precision : ANC_STR_NONE);
    json_close_object(w);
}

/* "<before>/<name>" in the request's arena. */
static anc_status joined(http_request *rq, anc_str before, anc_str name, anc_str *ret)
{
    *ret = anc_arena_printf(rq->call.mem, "%.*s/%.*s", ANC_FMT(before), ANC_FMT(name));
    if (ret->ptr == NULL)
        return ANC_FAIL(&rq->err, anc_arena_refusal(rq->call.mem),
                        "no room for the list of models");
    return ANC_OK;
}

static anc_status put_answers(http_request *rq, json_writer *w)
{
    const anc_str self = ANC_STR("anchorage"), kind = ANC_STR("answers");
    anc_str after = ANC_STR_NONE;
    put_model(w, &(model_row){.id = self, .kind = kind, .loaded = true});
    for (size_t page = 0; page < MOST_PAGES; page++) {
        kno_collection *rows = NULL;
        size_t n = 0;
        ANC_TRY(
            kno_collection_list(rq->edge->o.kno, &rq->call, after, COLLECTIONS_A_PAGE, &rows, &n));
        for (size_t i = 0; i < n; i++) {
            model_row row = {.kind = kind, .created_ms = rows[i].created_ms, .loaded = true};
            ANC_TRY(joined(rq, self, rows[i].name, &row.id));
            put_model(w, &row);
        }
        if (n < COLLECTIONS_A_PAGE)
            return ANC_OK;
        after = rows[n - 1].name;
    }
    return ANC_OK;
}

static anc_status put_providers(http_request *rq, json_writer *w)
{
    rag_provider_status rows[PROVIDERS];
    const size_t n = rag_providers(rq->edge->o.rag, rows, PROVIDERS);
    for (size_t i = 0; i < n; i++) {
        model_row row = {.id = rows[i].name, .kind = ANC_STR("language"), .loaded = true};
        if (rows[i].model.len > 0)
            ANC_TRY(joined(rq, rows[i].name, rows[i].model, &row.id));
        put_model(w, &row);
    }
    return ANC_OK;
}

static anc_status put_embedding(http_request *rq, json_writer *w)
{
    emb_listed *rows = NULL;
    size_t n = 0;
    ANC_TRY(emb_library_list(rq->edge->o.library, &rq->call, &rows, &n));
    for (size_t i = 0; i < n; i++)
        put_model(w, &(model_row){.id = rows[i].name,
                                  .kind = ANC_STR("embedding"),
                                  .loaded = rows[i].loaded,
                                  .dims = rows[i].dims,
                                  .revision = rows[i].revision,
                                  .precision = rows[i].precision});
    return ANC_OK;
}

static void put_reranker(http_request *rq, json_writer *w)
{
    const emb_rerank_row info = emb_rerank_info(rq->edge->o.rerank);
    if (info.available)
        put_model(w, &(model_row){.id = info.model,
                                  .kind = ANC_STR("reranker"),
                                  .loaded = true,
                                  .precision = info.precision});
}

anc_status http_models_list(http_request *rq)
{
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "object", ANC_STR("list"));
    json_name(&w, "data");
    json_open_array(&w);
    ANC_TRY(put_answers(rq, &w));
    ANC_TRY(put_providers(rq, &w));
    ANC_TRY(put_embedding(rq, &w));
    put_reranker(rq, &w);
    json_close_array(&w);
    json_close_object(&w);
    return ANC_OK;
}
