/* rerank.c - documents of a request scored for its query, in the form that Cohere and Jina gave it. */
#include <stdio.h>
#include <stdlib.h>

#include "handlers.h"
#include "schemas.h"

enum { BAD_PLACE = 64 };

typedef struct ranked {
    size_t index;
    float score;
} ranked;

/* What is to be scored, and the scores. */
typedef struct reranking {
    http_rerank_in in;
    anc_str *texts; /* [n] */
    size_t n;
    ranked *ranks; /* [n] best first */
    emb_reranked done;
} reranking;

static anc_status refuse_place(http_request *rq, size_t at, const char *what)
{
    char pointer[BAD_PLACE];
    (void)snprintf(pointer, sizeof pointer, "/documents/%zu", at);
    return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, pointer, "%s: %s", pointer, what);
}

/* A text, or an object with one. */
static anc_status read_document(http_request *rq, const json_value *v, size_t at, anc_str *ret)
{
    const json_value *text = json_kind_of(v) == JSON_OBJECT ? json_member(v, "text") : v;
    if (json_kind_of(text) != JSON_STRING)
        return refuse_place(rq, at, "must be a string, or an object with a string \"text\"");
    *ret = json_str(text, ANC_STR(""));
    return ANC_OK;
}

static anc_status read_documents(http_request *rq, reranking *r)
{
    const json_kind kind = json_kind_of(r->in.documents);
    r->n = json_count(r->in.documents);
    if (kind != JSON_ARRAY)
        return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/documents",
                              "/documents: must be an array, not %s", json_kind_name(kind));
    if (r->n < 1 || r->n > HTTP_MOST_TEXTS)
        return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/documents",
                              "/documents: has %zu elements; 1 to %d are allowed", r->n,
                              (int)HTTP_MOST_TEXTS);
    r->texts = anc_arena_alloc(rq->mem, r->n, sizeof *r->texts);
    r->ranks = anc_arena_alloc(rq->mem, r->n, sizeof *r->ranks);
    if (r->texts == NULL || r->ranks == NULL)
        return http_no_memory(rq, "no room for the documents");
    for (size_t i = 0; i < r->n; i++)
        ANC_TRY(read_document(rq, json_element(r->in.documents, i), i, &r->texts[i]));
    return ANC_OK;
}

static anc_status check_asked(http_request *rq, const reranking *r, const emb_rerank_row *info)
{
    if (anc_str_trim(r->in.query).len == 0)
        return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/query", "the query is blank");
    const anc_str named = r->in.model;
    if (named.len > 0 && !anc_str_eq(named, info->model))
        return info->available
                   ? ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/model",
                                    "model \"%.*s\" is not known as a reranker; \"%.*s\" is "
                                    "configured",
                                    ANC_FMT(http_shown(named)), ANC_FMT(info->model))
                   : ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/model",
                                    "model \"%.*s\" is not known as a reranker; %.*s",
                                    ANC_FMT(http_shown(named)), ANC_FMT(info->detail));
    if (!info->available)
        return ANC_FAIL(&rq->err, ANC_UNAVAILABLE, "%.*s", ANC_FMT(info->detail));
    return ANC_OK;
}

/* Best first; of equal ones the first. */
static int by_score(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->score > y->score || x->score < y->score)
        return x->score > y->score ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

static anc_status score(http_request *rq, reranking *r)
{
    float *scores = anc_arena_alloc(rq->mem, r->n, sizeof *scores);
    if (scores == NULL)
        return http_no_memory(rq, "no room for the scores");
    ANC_TRY(emb_rerank(rq->edge->o.rerank, &rq->call, r->in.query, r->texts, r->n, INT64_MAX,
                       scores, &r->done));
    for (size_t i = 0; i < r->n; i++)
        r->ranks[i] = (ranked){i, scores[i]};
    qsort(r->ranks, r->n, sizeof *r->ranks, by_score);
    return ANC_OK;
}

static void put_result(json_writer *w, const reranking *r, const ranked *one)
{
    json_open_object(w);
    json_put_int(w, "index", (int64_t)one->index);
    json_name(w, "relevance_score");
    json_write_float(w, one->score);
    if (r->in.return_documents) {
        json_name(w, "document");
        json_open_object(w);
        json_put_str(w, "text", r->texts[one->index]);
        json_close_object(w);
    }
    json_close_object(w);
}

static void put_answer(http_request *rq, const reranking *r, anc_str model)
{
    const size_t wanted = r->in.top_n > 0 ? (size_t)r->in.top_n : r->n;
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "object", ANC_STR("list"));
    json_put_str(&w, "model", model);
    json_name(&w, "results");
    json_open_array(&w);
    for (size_t i = 0; i < r->n && i < wanted; i++)
        put_result(&w, r, &r->ranks[i]);
    json_close_array(&w);
    json_name(&w, "usage");
    json_open_object(&w);
    json_put_int(&w, "total_tokens", (int64_t)r->done.tokens);
    json_close_object(&w);
    json_put_int(&w, "truncated", (int64_t)r->done.truncated);
    json_close_object(&w);
}

anc_status http_rerank_run(http_request *rq)
{
    reranking r = {.n = 0};
    ANC_TRY(http_body(rq, &r.in));
    ANC_TRY(read_documents(rq, &r));
    const emb_rerank_row info = emb_rerank_info(rq->edge->o.rerank);
    ANC_TRY(check_asked(rq, &r, &info));
    ANC_TRY(score(rq, &r));
    put_answer(rq, &r, info.model);
    return ANC_OK;
}
