/* vectors.c - texts asked for and vectors read, in the forms of OpenAI and Gemini.
 *
 * Each vector of OpenAI's form says which text it is of; where it does not, the place says it. Both are held
 * against what was asked: as many vectors as texts, one for each, of as many components as are wanted, all of
 * them numbers.
 */
#include <math.h>
#include <string.h>

#include "base/base64.h"
#include "inference_impl.h"

enum { FLOAT_BYTES = 4 };

/* What is to be found in an answer. */
typedef struct expected {
    const clt_inference *c;
    size_t n;
    uint32_t dims; /* 0: any, of the one vector there is */
    float *out;    /* [n * dims]; NULL: not wanted */
    uint32_t found_dims;
} expected;

/* ---- requests ---- */

static void put_openai(const clt_inference *c, const anc_str *texts, size_t n, json_writer *w)
{
    if (c->options.model.len > 0)
        json_put_str(w, "model", c->options.model);
    if (c->options.dims > 0)
        json_put_int(w, "dimensions", c->options.dims);
    json_put_str(w, "encoding_format", ANC_STR("float"));
    json_name(w, "input");
    json_open_array(w);
    for (size_t i = 0; i < n; i++)
        json_write_str(w, texts[i]);
    json_close_array(w);
}

static void put_gemini_one(const clt_inference *c, bool query, anc_str text, json_writer *w)
{
    ANC_BUF(model, 512);
    (void)(anc_buf_add(&model, ANC_STR("models/")) && anc_buf_add(&model, c->options.model));
    json_open_object(w);
    json_put_str(w, "model", anc_buf_view(&model));
    json_put_str(w, "taskType", query ? ANC_STR("RETRIEVAL_QUERY") : ANC_STR("RETRIEVAL_DOCUMENT"));
    if (c->options.dims > 0)
        json_put_int(w, "outputDimensionality", c->options.dims);
    json_name(w, "content");
    json_open_object(w);
    json_name(w, "parts");
    json_open_array(w);
    json_open_object(w);
    json_put_str(w, "text", text);
    json_close_object(w);
    json_close_array(w);
    json_close_object(w);
    json_close_object(w);
}

static void put_gemini(const clt_inference *c, bool query, const anc_str *texts, size_t n,
                       json_writer *w)
{
    json_name(w, "requests");
    json_open_array(w);
    for (size_t i = 0; i < n; i++)
        put_gemini_one(c, query, texts[i], w);
    json_close_array(w);
}

static anc_status write_request(const clt_inference *c, bool query, const anc_str *texts, size_t n,
                                anc_buf *out, anc_err *err)
{
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    if (c->options.form == CLT_VECTORS_GEMINI)
        put_gemini(c, query, texts, n, &w);
    else
        put_openai(c, texts, n, &w);
    json_close_object(&w);
    return anc_buf_status(out, "a request for vectors", err);
}

/* ---- answers ---- */

static anc_status check_dims(expected *e, size_t at, size_t components, anc_err *err)
{
    if (components == 0 || components > UINT16_MAX || (e->dims > 0 && components != e->dims))
        return ANC_FAIL(err, ANC_PROVIDER, "%s: vector %zu has %zu components, not %u", e->c->where,
                        at, components, e->dims);
    e->found_dims = (uint32_t)components;
    return ANC_OK;
}

static anc_status check_number(const expected *e, size_t at, double value, anc_err *err)
{
    if (!isfinite((float)value))
        return ANC_FAIL(err, ANC_PROVIDER, "%s: vector %zu has a component that is no number",
                        e->c->where, at);
    return ANC_OK;
}

static anc_status read_numbers(expected *e, const json_value *v, size_t at, anc_err *err)
{
    const size_t n = json_count(v);
    ANC_TRY(check_dims(e, at, n, err));
    for (size_t i = 0; i < n; i++) {
        const double value = json_double(json_element(v, i), (double)NAN);
        ANC_TRY(check_number(e, at, value, err));
        if (e->out != NULL)
            e->out[at * e->dims + i] = (float)value;
    }
    return ANC_OK;
}

/* Little-endian float32 in base64: what some servers give whatever is asked for. */
static anc_status read_packed(expected *e, anc_str text, size_t at, anc_err *err)
{
    anc_err why = {0};
    ANC_BUF(bytes, (size_t)UINT16_MAX * FLOAT_BYTES);
    if (anc_base64_read(text, &bytes, &why) != ANC_OK || bytes.len % FLOAT_BYTES != 0)
        return ANC_FAIL(err, ANC_PROVIDER, "%s: vector %zu is no base64 of numbers", e->c->where,
                        at);
    ANC_TRY(check_dims(e, at, bytes.len / FLOAT_BYTES, err));
    for (size_t i = 0; i < bytes.len / FLOAT_BYTES; i++) {
        uint32_t bits = 0;
        float value;
        for (size_t b = FLOAT_BYTES; b-- > 0;)
            bits = bits << 8 | (unsigned char)bytes.ptr[i * FLOAT_BYTES + b];
        memcpy(&value, &bits, sizeof value);
        ANC_TRY(check_number(e, at, (double)value, err));
        if (e->out != NULL)
            e->out[at * e->dims + i] = value;
    }
    return ANC_OK;
}

static anc_status read_vector(expected *e, const json_value *v, size_t at, anc_err *err)
{
    const json_kind kind = json_kind_of(v);
    if (kind == JSON_STRING)
        return read_packed(e, json_str(v, ANC_STR("")), at, err);
    if (kind != JSON_ARRAY)
        return ANC_FAIL(err, ANC_PROVIDER, "%s: vector %zu is missing", e->c->where, at);
    return read_numbers(e, v, at, err);
}

static anc_status check_count(const expected *e, const json_value *list, anc_err *err)
{
    if (json_kind_of(list) != JSON_ARRAY || json_count(list) != e->n)
        return ANC_FAIL(err, ANC_PROVIDER, "%s: the answer has %zu vectors for %zu texts",
                        e->c->where, json_count(list), e->n);
    return ANC_OK;
}

static anc_status read_openai(expected *e, const json_value *root, bool *seen, anc_err *err)
{
    const json_value *data = json_member(root, "data");
    ANC_TRY(check_count(e, data, err));
    for (size_t i = 0; i < e->n; i++) {
        const json_value *row = json_element(data, i);
        const int64_t index = json_int(json_member(row, "index"), (int64_t)i);
        if (index < 0 || (uint64_t)index >= e->n)
            return ANC_FAIL(err, ANC_PROVIDER, "%s: a vector is of text %lld, of %zu", e->c->where,
                            (long long)index, e->n);
        if (seen[index])
            return ANC_FAIL(err, ANC_PROVIDER, "%s: two vectors are of text %lld", e->c->where,
                            (long long)index);
        seen[index] = true;
        ANC_TRY(read_vector(e, json_member(row, "embedding"), (size_t)index, err));
    }
    return ANC_OK;
}

static anc_status read_gemini(expected *e, const json_value *root, anc_err *err)
{
    const json_value *list = json_member(root, "embeddings");
    ANC_TRY(check_count(e, list, err));
    for (size_t i = 0; i < e->n; i++)
        ANC_TRY(read_vector(e, json_member(json_element(list, i), "values"), i, err));
    return ANC_OK;
}

static anc_status ask(clt_inference *c, clt_patience patience, bool query, const anc_str *texts,
                      expected *e, uint64_t *ret_tokens, anc_err *err)
{
    ANC_BUF(body, INFERENCE_REQUEST_MAX);
    ANC_CLEANUP(clt_inference_doc_cleanup) json_doc *doc = NULL;
    ANC_TRY(write_request(c, query, texts, e->n, &body, err));
    ANC_TRY(clt_inference_exchange(c, patience, anc_buf_view(&body), &doc, err));
    const json_value *root = json_root(doc);
    const int64_t tokens = json_int(json_member(json_member(root, "usage"), "prompt_tokens"), 0);
    *ret_tokens = tokens > 0 ? (uint64_t)tokens : 0;
    if (c->options.form == CLT_VECTORS_GEMINI)
        return read_gemini(e, root, err);
    ANC_ARENA(mem, e->n + 4096);
    bool *seen = mem != NULL ? anc_arena_alloc(mem, e->n, sizeof *seen) : NULL;
    if (seen == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an answer of %s", c->where);
    return read_openai(e, root, seen, err);
}

anc_status clt_inference_vectors(clt_inference *c, clt_patience patience, bool query,
                                 const anc_str *texts, size_t n, uint32_t dims, float *out,
                                 uint64_t *ret_tokens, anc_err *err)
{
    expected e = {.c = c, .n = n, .dims = dims, .out = out};
    return ask(c, patience, query, texts, &e, ret_tokens, err);
}

anc_status clt_inference_dims(clt_inference *c, clt_patience patience, anc_str text, uint32_t *ret,
                              anc_err *err)
{
    expected e = {.c = c, .n = 1};
    uint64_t tokens;
    ANC_TRY(ask(c, patience, false, &text, &e, &tokens, err));
    *ret = e.found_dims;
    return ANC_OK;
}
