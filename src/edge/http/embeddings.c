/* embeddings.c - texts to vectors, in the form that OpenAI gave it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "handlers.h"
#include "schemas.h"

enum { BYTES_A_FLOAT = 4, SPECIAL_TOKENS = 2, BAD_PLACE = 64 };

/* What is to be embedded, and how it is given back. */
typedef struct embedding {
    http_embeddings_in in;
    emb_held held;
    emb_info_row info;
    anc_str *texts; /* [n] */
    size_t n;
    uint32_t dims;  /* of what is given back */
    float *vectors; /* [n * info.dims] */
    uint64_t tokens, truncated;
} embedding;

static anc_status refuse_place(http_request *rq, size_t at, const char *what)
{
    char pointer[BAD_PLACE];
    (void)snprintf(pointer, sizeof pointer, "/input/%zu", at);
    return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, pointer, "%s: %s", pointer, what);
}

static anc_status read_element(http_request *rq, embedding *e, const json_value *v, size_t at)
{
    const json_kind kind = json_kind_of(v);
    if (kind == JSON_INT || kind == JSON_ARRAY)
        return refuse_place(rq, at, "tokens are not taken, which are of no model here: send texts");
    if (kind != JSON_STRING)
        return refuse_place(rq, at, "must be a string");
    e->texts[at] = json_str(v, ANC_STR(""));
    return e->texts[at].len > 0 ? ANC_OK : refuse_place(rq, at, "is empty");
}

/* A text, or a list of them. */
static anc_status read_input(http_request *rq, embedding *e)
{
    const json_value *input = e->in.input;
    const json_kind kind = json_kind_of(input);
    if (kind != JSON_STRING && kind != JSON_ARRAY)
        return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/input",
                              "/input: must be a string or an array of strings, not %s",
                              json_kind_name(kind));
    e->n = kind == JSON_STRING ? 1 : json_count(input);
    if (e->n < 1 || e->n > HTTP_MOST_TEXTS)
        return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/input",
                              "/input: has %zu elements; 1 to %d are allowed", e->n,
                              (int)HTTP_MOST_TEXTS);
    e->texts = anc_arena_alloc(rq->mem, e->n, sizeof *e->texts);
    if (e->texts == NULL)
        return http_no_memory(rq, "no room for the texts");
    if (kind == JSON_ARRAY) {
        for (size_t i = 0; i < e->n; i++)
            ANC_TRY(read_element(rq, e, json_element(input, i), i));
        return ANC_OK;
    }
    e->texts[0] = json_str(input, ANC_STR(""));
    if (e->texts[0].len == 0)
        return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/input", "/input: is empty");
    return ANC_OK;
}

/* What cannot be a model is the asker's fault, wherever that is seen: in its name, or in its files. */
static anc_status hold_model(http_request *rq, embedding *e)
{
    anc_err why = {0};
    krn_call inner = rq->call;
    inner.err = &why;
    const anc_status status = emb_hold(rq->edge->o.library, &inner, e->in.model, &e->held);
    if (status == ANC_OK)
        return ANC_OK;
    if (status == ANC_INVALID)
        return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/model", "/model: %s", why.text);
    if (status == ANC_CORRUPT || status == ANC_UNSUPPORTED || status == ANC_NOT_FOUND ||
        status == ANC_FORBIDDEN)
        return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/model", "/model: %.*s cannot be used: %s",
                              ANC_FMT(anc_str_sub(e->in.model, 0, 120)), why.text);
    return ANC_FAIL(&rq->err, status, "%s", why.text);
}

static anc_status find_model(http_request *rq, embedding *e)
{
    ANC_TRY(hold_model(rq, e));
    e->info = emb_info(e->held.emb);
    if (!e->info.available)
        return ANC_FAIL(&rq->err, ANC_UNAVAILABLE, "%.*s", ANC_FMT(e->info.detail));
    e->dims = e->in.dimensions > 0 ? (uint32_t)e->in.dimensions : e->info.dims;
    if (e->dims > e->info.dims)
        return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/dimensions",
                              "/dimensions: is %u, and %.*s has %u", e->dims,
                              ANC_FMT(e->info.model), e->info.dims);
    return ANC_OK;
}

/* The first of the components, of unit length again. */
static void shorten(const embedding *e, float *vector)
{
    double squares = 0;
    for (uint32_t i = 0; i < e->dims; i++)
        squares += (double)vector[i] * (double)vector[i];
    const double scale = squares > 0 ? 1 / sqrt(squares) : 0;
    for (uint32_t i = 0; i < e->dims; i++)
        vector[i] = (float)((double)vector[i] * scale);
}

static anc_status make(http_request *rq, embedding *e)
{
    const bool query = anc_str_eq(e->in.input_type, ANC_STR("query"));
    const size_t window = e->info.max_tokens - SPECIAL_TOKENS;
    e->vectors = anc_arena_alloc(rq->mem, e->n * e->info.dims, sizeof *e->vectors);
    if (e->vectors == NULL)
        return http_no_memory(rq, "no room for the vectors");
    ANC_TRY(emb_embed(e->held.emb, &rq->call, query ? EMB_QUERY : EMB_PASSAGE, e->texts, e->n,
                      e->vectors, NULL));
    for (size_t i = 0; i < e->n; i++) {
        const size_t tokens = emb_count_tokens(e->held.emb, e->texts[i], window);
        e->truncated += tokens > window;
        e->tokens += tokens > window ? window : tokens;
        if (e->dims < e->info.dims)
            shorten(e, e->vectors + i * e->info.dims);
    }
    return ANC_OK;
}

/* Little-endian float32, as the clients unpack it. */
static void put_packed(const embedding *e, json_writer *w, const float *vector, anc_buf *packed)
{
    anc_buf_clear(packed);
    for (uint32_t i = 0; i < e->dims; i++) {
        uint32_t bits;
        memcpy(&bits, &vector[i], sizeof bits);
        for (int shift = 0; shift < BYTES_A_FLOAT * 8; shift += 8)
            (void)anc_buf_add_char(packed, (char)(bits >> shift & 0xFF));
    }
    ANC_BUF(text, SIZE_MAX / 4);
    anc_base64_put(&text, anc_buf_view(packed));
    json_write_str(w, anc_buf_view(&text));
}

static void put_vector(const embedding *e, json_writer *w, size_t at, anc_buf *packed)
{
    const float *vector = e->vectors + at * e->info.dims;
    json_open_object(w);
    json_put_str(w, "object", ANC_STR("embedding"));
    json_put_int(w, "index", (int64_t)at);
    json_name(w, "embedding");
    if (anc_str_eq(e->in.encoding_format, ANC_STR("base64"))) {
        put_packed(e, w, vector, packed);
    } else {
        json_open_array(w);
        for (uint32_t i = 0; i < e->dims; i++)
            json_write_float(w, vector[i]);
        json_close_array(w);
    }
    json_close_object(w);
}

static void put_answer(http_request *rq, const embedding *e)
{
    ANC_BUF(packed, (size_t)e->dims * BYTES_A_FLOAT);
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "object", ANC_STR("list"));
    json_name(&w, "data");
    json_open_array(&w);
    for (size_t i = 0; i < e->n; i++)
        put_vector(e, &w, i, &packed);
    json_close_array(&w);
    json_put_str(&w, "model", e->info.model);
    json_name(&w, "usage");
    json_open_object(&w);
    json_put_int(&w, "prompt_tokens", (int64_t)e->tokens);
    json_put_int(&w, "total_tokens", (int64_t)e->tokens);
    json_close_object(&w);
    json_put_int(&w, "truncated", (int64_t)e->truncated);
    json_close_object(&w);
}

anc_status http_embeddings_make(http_request *rq)
{
    embedding e = {.n = 0};
    ANC_TRY(http_body(rq, &e.in));
    ANC_TRY(read_input(rq, &e));
    anc_status status = find_model(rq, &e);
    if (status == ANC_OK)
        status = make(rq, &e);
    if (status == ANC_OK)
        put_answer(rq, &e);
    emb_let_go(&e.held);
    return status;
}
