/* remote_encoder.c - texts become requests, and what comes back becomes unit vectors.
 *
 * The endpoint's tokenizer is not known here, so tokens are guessed (domain/estimate.h), and a text over the
 * window by that guess is cut. A text of blanks alone, which many servers refuse together with all that stand
 * beside it, is sent as a full stop.
 *
 * One question, and the sentences that are compared with it, are of somebody who waits and can be served by words
 * alone: their request has a short time of its own, and an endpoint that failed one is left alone for a while. Other
 * passages wait as long as their caller does.
 */
#include "embedding/adapters/remote/remote_encoder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/id.h"
#include "base/str.h"
#include "base/utf8.h"
#include "embedding/domain/estimate.h"
#include "hash/sha256.h"
#include "remote_breaker.h"
#include "remote_impl.h"

enum {
    MAX_TOKENS = 512,
    MAX_BATCH = 64,
    PREFIX_MAX = 512,
    SPECIAL_TOKENS = 2,
    REVISION_MAX = 160,
    SHOWN_BYTES = 8,
    PROBE_MS = 10000,
    QUESTION_MS = 3000 /* or half of what its caller has left, where that is less */
};

typedef struct remote {
    clt_inference *client; /* owned */
    krn_clock clock;
    emb_breaker breaker;   /* of single questions */
    uint32_t dims, window; /* tokens of a text without the special ones */
    char query_prefix[PREFIX_MAX + 1], passage_prefix[PREFIX_MAX + 1];
    char model[EMB_REMOTE_MODEL_MAX + 1];
    char revision[REVISION_MAX];
    char detail[EMB_REMOTE_DETAIL_MAX];
} remote;

/* ---- texts ---- */

/* The longest beginning of `text` that fits the window by the guess. */
static anc_str cut(const remote *r, anc_str text, uint64_t *cuts)
{
    if (emb_estimate_tokens(text, r->window) <= r->window)
        return text;
    size_t fits = 0, over = text.len;
    ++*cuts;
    while (over - fits > 1) {
        const size_t middle = fits + (over - fits) / 2;
        if (emb_estimate_tokens(anc_str_sub(text, 0, middle), r->window) <= r->window)
            fits = middle;
        else
            over = middle;
    }
    return anc_str_sub(text, 0, anc_utf8_floor(text, fits));
}

static anc_status prepare(const remote *r, krn_call *call, emb_text_kind kind, anc_str text,
                          anc_str *ret, emb_encoded *encoded)
{
    const char *prefix = emb_text_is_query(kind) ? r->query_prefix : r->passage_prefix;
    *ret = cut(r, text, &encoded->truncated);
    encoded->tokens += emb_estimate_tokens(*ret, r->window);
    if (anc_str_trim(*ret).len == 0)
        *ret = ANC_STR(".");
    if (prefix[0] == '\0')
        return ANC_OK;
    *ret = anc_arena_printf(call->mem, "%s%.*s", prefix, ANC_FMT(*ret));
    return ret->ptr != NULL
               ? ANC_OK
               : ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a text");
}

/* ---- vectors ---- */

static anc_status make_unit(const remote *r, krn_call *call, float *row, size_t at)
{
    double squares = 0;
    for (uint32_t i = 0; i < r->dims; i++)
        squares += (double)row[i] * (double)row[i];
    if (!(squares > 0) || !isfinite(squares))
        return ANC_FAIL(call->err, ANC_PROVIDER, "%.*s: vector %zu has no direction",
                        ANC_FMT(clt_inference_where(r->client)), at);
    const double scale = 1 / sqrt(squares);
    for (uint32_t i = 0; i < r->dims; i++)
        row[i] = (float)((double)row[i] * scale);
    return ANC_OK;
}

/* ---- requests ---- */

static anc_status ask(remote *r, krn_call *call, clt_patience patience, emb_text_kind kind,
                      const anc_str *sent, size_t n, float *out, uint64_t *ret_tokens)
{
    ANC_TRY(clt_inference_vectors(r->client, patience, emb_text_is_query(kind), sent, n, r->dims,
                                  out, ret_tokens, call->err));
    for (size_t i = 0; i < n; i++)
        ANC_TRY(make_unit(r, call, out + i * r->dims, i));
    emb_breaker_answered(&r->breaker);
    return ANC_OK;
}

/* A failure whose time was cut short by its caller says nothing about the endpoint. */
static anc_status ask_soon(remote *r, krn_call *call, emb_text_kind kind, const anc_str *sent,
                           size_t n, float *out, uint64_t *ret_tokens)
{
    clt_patience patience = emb_remote_patience(r->clock, call);
    const emb_pass pass = emb_breaker_enter(&r->breaker, krn_now_ns(r->clock));
    const bool whole = patience.left_ms == 0 || patience.left_ms / 2 >= QUESTION_MS;
    if (pass == EMB_PASS_NONE)
        return ANC_FAIL(call->err, ANC_UNAVAILABLE,
                        "%.*s failed just now, questions leave it alone for a while",
                        ANC_FMT(clt_inference_where(r->client)));
    patience.left_ms = whole ? QUESTION_MS : patience.left_ms / 2;
    patience.left_ms = patience.left_ms > 0 ? patience.left_ms : 1;
    const anc_status status = ask(r, call, patience, kind, sent, n, out, ret_tokens);
    if (status == ANC_OK)
        return ANC_OK;
    const bool late = status == ANC_DEADLINE;
    if (status == ANC_UNAVAILABLE || (late && whole))
        emb_breaker_failed(&r->breaker, pass, krn_now_ns(r->clock));
    else
        emb_breaker_left(&r->breaker, pass);
    if (!late)
        return status;
    anc_err_clear(call->err);
    ANC_TRY(krn_call_check(r->clock, call));
    return ANC_FAIL(call->err, ANC_UNAVAILABLE, "%.*s gave no answer within %lld ms",
                    ANC_FMT(clt_inference_where(r->client)), (long long)patience.left_ms);
}

static anc_status encode(void *self, krn_call *call, emb_text_kind kind, const anc_str *texts,
                         size_t n, float *out, emb_encoded *ret)
{
    remote *r = self;
    emb_encoded encoded = {0};
    uint64_t told = 0;
    ANC_TRY(krn_call_check(r->clock, call));
    anc_str *sent = anc_arena_alloc(call->mem, n, sizeof *sent);
    if (sent == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu texts", n);
    for (size_t i = 0; i < n; i++)
        ANC_TRY(prepare(r, call, kind, texts[i], &sent[i], &encoded));
    if (kind == EMB_TEXT_PASSAGE_NOW || (kind == EMB_TEXT_QUERY && n == 1))
        ANC_TRY(ask_soon(r, call, kind, sent, n, out, &told));
    else
        ANC_TRY(ask(r, call, emb_remote_patience(r->clock, call), kind, sent, n, out, &told));
    encoded.tokens = told > 0 ? told : encoded.tokens;
    *ret = encoded;
    return ANC_OK;
}

static size_t count_tokens(void *self, anc_str text, size_t max)
{
    (void)self;
    return emb_estimate_tokens(text, max);
}

static void close_remote(void *self)
{
    remote *r = self;
    clt_inference_close(r->client);
    free(r);
}

static const emb_encoder_ops ops = {
    .name = "remote", .encode = encode, .count_tokens = count_tokens, .close = close_remote};

/* ---- opening ---- */

static void sha_cleanup(anc_sha256 **sha)
{
    anc_sha256_free(*sha);
}

/* "<model>@<16 hex digits>" of what the vectors depend on as far as it is known here: not of the address, so that
 * a server that moves costs nothing. */
static anc_status name_revision(remote *r, const emb_remote_encoder_options *o, anc_err *err)
{
    unsigned char digest[ANC_SHA256_BYTES];
    char shown[2 * SHOWN_BYTES + 1], head[128];
    ANC_CLEANUP(sha_cleanup) anc_sha256 *sha = anc_sha256_new();
    if (sha == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room to name the vectors");
    const int n = snprintf(head, sizeof head, "remote %d dims %u window %u prefixes %zu %zu\n",
                           (int)o->client.form, r->dims, r->window, o->query_prefix.len,
                           o->passage_prefix.len);
    anc_sha256_add(sha, (anc_str){head, (size_t)n});
    anc_sha256_add(sha, o->query_prefix);
    anc_sha256_add(sha, o->passage_prefix);
    anc_sha256_add(sha, anc_str_of(r->model));
    anc_sha256_end(sha, digest);
    anc_hex_text(digest, SHOWN_BYTES, shown);
    (void)snprintf(r->revision, sizeof r->revision, "%s@%s", r->model, shown);
    return ANC_OK;
}

static anc_status keep(const char *what, anc_str value, char *out, size_t max, anc_err *err)
{
    if (value.len > max)
        return ANC_FAIL(err, ANC_INVALID, "the %s has %zu bytes, at most %zu", what, value.len,
                        max);
    (void)snprintf(out, max + 1, "%.*s", ANC_FMT(value));
    return ANC_OK;
}

static anc_status open_parts(remote *r, const emb_remote_encoder_options *o, anc_err *err)
{
    const bool gemini = o->client.form == CLT_VECTORS_GEMINI;
    if (!gemini && o->client.form != CLT_VECTORS_OPENAI)
        return ANC_FAIL(err, ANC_INVALID, "form %d is none of encoders", (int)o->client.form);
    if (o->client.model.len == 0)
        return ANC_FAIL(err, ANC_INVALID, "the remote embedding model has no name");
    ANC_TRY(
        keep("name of the embedding model", o->client.model, r->model, EMB_REMOTE_MODEL_MAX, err));
    ANC_TRY(keep("query prefix", o->query_prefix, r->query_prefix, PREFIX_MAX, err));
    ANC_TRY(keep("passage prefix", o->passage_prefix, r->passage_prefix, PREFIX_MAX, err));
    ANC_TRY(clt_inference_open(&o->client, &r->client, err));
    r->clock = o->clock;
    r->window = (o->max_tokens > 0 ? o->max_tokens : MAX_TOKENS) - SPECIAL_TOKENS;
    r->dims = o->dims > 0 ? o->dims : o->client.dims;
    if (r->dims == 0)
        ANC_TRY(clt_inference_dims(r->client, (clt_patience){PROBE_MS, o->cancelled},
                                   ANC_STR("word"), &r->dims, err));
    ANC_TRY(name_revision(r, o, err));
    (void)snprintf(r->detail, sizeof r->detail, "%s at %.*s (%s): %u dimensions, %u tokens",
                   r->model, ANC_FMT(clt_inference_where(r->client)), gemini ? "gemini" : "openai",
                   r->dims, r->window + SPECIAL_TOKENS);
    return ANC_OK;
}

anc_status emb_remote_encoder_open(const emb_remote_encoder_options *options, emb_encoder *ret,
                                   anc_err *err)
{
    if (options->max_tokens > 0 && options->max_tokens < 8)
        return ANC_FAIL(err, ANC_INVALID, "a window of %u tokens is too short",
                        options->max_tokens);
    remote *r = calloc(1, sizeof *r);
    if (r == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for an encoder");
    const anc_status status = open_parts(r, options, err);
    if (status != ANC_OK) {
        close_remote(r);
        return status;
    }
    *ret = (emb_encoder){.ops = &ops,
                         .self = r,
                         .dims = r->dims,
                         .max_tokens = r->window + SPECIAL_TOKENS,
                         .max_batch = options->max_batch > 0 ? options->max_batch : MAX_BATCH,
                         .model = anc_str_of(r->model),
                         .revision = anc_str_of(r->revision),
                         .detail = anc_str_of(r->detail)};
    return ANC_OK;
}
