/* eval_search.c - every query searched in one mode and measured. */
#include <stdlib.h>
#include <string.h>

#include "eval_run.h"
#include "term.h"

enum { RANKED = 100, FIRST_TOP_K = 60, MOST_TOP_K = 480, ARENA_BYTES = 256 << 20 };

/* One ranking of documents: the best chunk of each speaks for it. */
typedef struct ranking {
    anc_str documents[RANKED];
    double scores[RANKED];
    size_t n;
    double ms;
    size_t chunks; /* results that the server gave */
} ranking;

static bool has_document(const ranking *r, anc_str id)
{
    for (size_t i = 0; i < r->n; i++)
        if (anc_str_eq(r->documents[i], id))
            return true;
    return false;
}

static anc_str make_body(anc_arena *mem, const eval_query *query, const char *mode, size_t top_k)
{
    ANC_BUF(body, 1 << 20);
    json_writer w = json_writer_of(&body);
    json_open_object(&w);
    json_put_str(&w, "query", query->text);
    json_name(&w, "collections");
    json_open_array(&w);
    json_write_str(&w, ANC_STR(EVAL_COLLECTION));
    json_close_array(&w);
    json_put_int(&w, "top_k", (int64_t)top_k);
    json_put_str(&w, "mode", anc_str_of(mode));
    json_close_object(&w);
    return anc_arena_copy(mem, anc_buf_view(&body));
}

static void read_ranking(const json_value *answer, anc_arena *mem, ranking *ret)
{
    const json_value *results = json_member(answer, "results");
    double last = 0;
    *ret = (ranking){.ms = json_double(json_member(json_member(answer, "timings_ms"), "total"), 0),
                     .chunks = json_count(results)};
    for (size_t i = 0; i < ret->chunks && ret->n < RANKED; i++) {
        const json_value *hit = json_element(results, i);
        const anc_str id = json_str(json_member(hit, "document_id"), ANC_STR(""));
        double score = json_double(json_member(json_member(hit, "scores"), "fused"), 0);
        if (has_document(ret, id))
            continue;
        if (ret->n > 0 && score >= last) /* the order given is what counts: keep it in the file */
            score = last - 1e-7;
        last = score;
        ret->documents[ret->n] = anc_arena_copy(mem, id);
        ret->scores[ret->n++] = score;
    }
}

/* Asks for more chunks until there are ten documents or no more chunks. */
static anc_status rank(cli_client *client, const eval_query *query, const char *mode,
                       anc_arena *mem, ranking *ret, anc_err *err)
{
    for (size_t top_k = FIRST_TOP_K;; top_k *= 2) {
        CLI_JSON(doc);
        anc_str text;
        ANC_TRY(cli_call(client, "POST", ANC_STR("/v1/search"), make_body(mem, query, mode, top_k),
                         mem, &text, err));
        ANC_TRY(json_parse(text, &doc, err));
        const double ms = top_k > FIRST_TOP_K ? ret->ms : -1;
        read_ranking(json_root(doc), mem, ret);
        if (ms >= 0)
            ret->ms = ms; /* the first request is what a caller would have sent */
        if (ret->n >= 10 || ret->chunks < top_k || top_k >= MOST_TOP_K)
            return ANC_OK;
    }
}

static void write_run(FILE *run, const eval_query *query, const ranking *r)
{
    for (size_t i = 0; i < r->n; i++)
        (void)fprintf(run, "%.*s Q0 %.*s %zu %.9f anchorage\n", ANC_FMT(query->id),
                      ANC_FMT(r->documents[i]), i + 1, r->scores[i]);
}

static void add(eval_measures *sum, eval_measures m)
{
    sum->ndcg10 += m.ndcg10;
    sum->p5 += m.p5;
    sum->r10 += m.r10;
    sum->mrr10 += m.mrr10;
}

static anc_status search_all(cli_client *client, const eval_data *data, size_t n, double *ms,
                             FILE *run, eval_mode_result *ret, anc_err *err)
{
    ANC_ARENA(mem, ARENA_BYTES);
    ANC_CLEANUP(anc_arena_cleanup) anc_arena *kept = anc_arena_new(1 << 20);
    term_progress progress = term_progress_start(ret->mode, client->cx->quiet);
    ranking *r = kept != NULL ? anc_arena_alloc(kept, 1, sizeof *r) : NULL;
    if (mem == NULL || r == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the evaluation");
    for (size_t i = 0; i < n; i++) {
        anc_arena_reset(mem);
        ANC_TRY(rank(client, &data->queries[i], ret->mode, mem, r, err));
        add(&ret->mean, eval_measure(&data->queries[i], r->documents, r->n));
        ms[i] = r->ms;
        if (run != NULL)
            write_run(run, &data->queries[i], r);
        const term_state state = term_count(i + 1, n);
        term_progress_show(&progress, &state);
    }
    const term_state state = term_count(n, n);
    term_progress_end(&progress, &state);
    return ANC_OK;
}

anc_status eval_search(cli_client *client, const eval_data *data, const char *mode, size_t limit,
                       FILE *run, eval_mode_result *ret, anc_err *err)
{
    const size_t n = limit < data->n ? limit : data->n;
    double *ms = calloc(n, sizeof *ms);
    eval_mode_result result = {.mode = mode};
    if (ms == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the evaluation");
    const anc_status status = search_all(client, data, n, ms, run, &result, err);
    if (status == ANC_OK) {
        const double share = 1.0 / (double)n;
        result.mean.ndcg10 *= share;
        result.mean.p5 *= share;
        result.mean.r10 *= share;
        result.mean.mrr10 *= share;
        result.ms_p50 = eval_percentile(ms, n, 0.5);
        result.ms_p99 = eval_percentile(ms, n, 0.99);
        *ret = result;
    }
    free(ms);
    return status;
}
