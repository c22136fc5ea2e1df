/* scores.c - documents asked about and scores read, in the forms of Jina, Cohere, llama-server and TEI.
 *
 * Answers come best first, each score with the index of its document: as many as were asked about, each document
 * once, all of them numbers.
 */
#include <math.h>

#include "inference_impl.h"

static void put_texts(json_writer *w, const char *name, const anc_str *texts, size_t n)
{
    json_name(w, name);
    json_open_array(w);
    for (size_t i = 0; i < n; i++)
        json_write_str(w, texts[i]);
    json_close_array(w);
}

static anc_status write_request(const clt_inference *c, anc_str query, const anc_str *documents,
                                size_t n, anc_buf *out, anc_err *err)
{
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    json_put_str(&w, "query", query);
    if (c->options.form == CLT_SCORES_TEI) {
        put_texts(&w, "texts", documents, n);
        json_put_bool(&w, "truncate", true);
    } else {
        if (c->options.model.len > 0)
            json_put_str(&w, "model", c->options.model);
        put_texts(&w, "documents", documents, n);
        json_put_int(&w, "top_n", (int64_t)n);
        if (c->options.form == CLT_SCORES_JINA)
            json_put_bool(&w, "return_documents", false);
    }
    json_close_object(&w);
    return anc_buf_status(out, "a request for scores", err);
}

static anc_status read_score(const clt_inference *c, const json_value *row, size_t n, float *out,
                             bool *seen, anc_err *err)
{
    const int64_t index = json_int(json_member(row, "index"), -1);
    const json_value *score = json_member(row, "relevance_score");
    score = score != NULL ? score : json_member(row, "score");
    const double value = json_double(score, (double)NAN);
    if (index < 0 || (uint64_t)index >= n)
        return ANC_FAIL(err, ANC_PROVIDER, "%s: a score is of document %lld, of %zu", c->where,
                        (long long)index, n);
    if (seen[index])
        return ANC_FAIL(err, ANC_PROVIDER, "%s: two scores are of document %lld", c->where,
                        (long long)index);
    if (!isfinite((float)value))
        return ANC_FAIL(err, ANC_PROVIDER, "%s: the score of document %lld is no number", c->where,
                        (long long)index);
    seen[index] = true;
    out[index] = (float)value;
    return ANC_OK;
}

/* TEI answers with the list itself, the others with an object that has it. */
static const json_value *list_of(const json_value *root)
{
    if (json_kind_of(root) == JSON_ARRAY)
        return root;
    const json_value *results = json_member(root, "results");
    return results != NULL ? results : json_member(root, "data");
}

static uint64_t tokens_of(const json_value *root)
{
    const json_value *usage = json_member(root, "usage");
    const json_value *told = json_member(usage, "total_tokens");
    const int64_t tokens = json_int(told, json_int(json_member(usage, "prompt_tokens"), 0));
    return tokens > 0 ? (uint64_t)tokens : 0;
}

anc_status clt_inference_scores(clt_inference *c, clt_patience patience, anc_str query,
                                const anc_str *documents, size_t n, float *out,
                                uint64_t *ret_tokens, anc_err *err)
{
    ANC_BUF(body, INFERENCE_REQUEST_MAX);
    ANC_CLEANUP(clt_inference_doc_cleanup) json_doc *doc = NULL;
    ANC_TRY(write_request(c, query, documents, n, &body, err));
    ANC_TRY(clt_inference_exchange(c, patience, anc_buf_view(&body), &doc, err));
    const json_value *list = list_of(json_root(doc));
    if (json_kind_of(list) != JSON_ARRAY || json_count(list) != n)
        return ANC_FAIL(err, ANC_PROVIDER, "%s: the answer has %zu scores for %zu documents",
                        c->where, json_count(list), n);
    ANC_ARENA(mem, n + 4096);
    bool *seen = mem != NULL ? anc_arena_alloc(mem, n, sizeof *seen) : NULL;
    if (seen == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an answer of %s", c->where);
    for (size_t i = 0; i < n; i++)
        ANC_TRY(read_score(c, json_element(list, i), n, out, seen, err));
    *ret_tokens = tokens_of(json_root(doc));
    return ANC_OK;
}
