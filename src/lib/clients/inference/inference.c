/* inference.c - an endpoint's address, key and name, opened and closed. */
#include "clients/inference/inference.h"

#include <stdlib.h>

#include "inference_impl.h"
#include "os/wait.h"

enum { URL_MAX = 4096, KEY_MAX = 4096, MODEL_MAX = 256 };

static void default_ms(int64_t *field, int64_t value)
{
    if (*field <= 0)
        *field = value;
}

static bool is_printable(anc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || (unsigned char)s.ptr[i] == 0x7f)
            return false;
    return true;
}

static bool put_url(clt_inference *c, anc_str base)
{
    const anc_str model = c->options.model;
    while (anc_str_ends(base, ANC_STR("/")))
        base.len--;
    if (!anc_buf_add(&c->url, base))
        return false;
    if (c->options.form == CLT_VECTORS_OPENAI)
        return anc_buf_add(&c->url, ANC_STR("/embeddings"));
    if (c->options.form == CLT_VECTORS_GEMINI)
        return anc_buf_add(&c->url, ANC_STR("/models/")) && anc_buf_add(&c->url, model) &&
               anc_buf_add(&c->url, ANC_STR(":batchEmbedContents"));
    return true;
}

static anc_status check(const clt_inference_options *o, anc_err *err)
{
    if (!anc_str_starts(o->url, ANC_STR("http://")) && !anc_str_starts(o->url, ANC_STR("https://")))
        return ANC_FAIL(err, ANC_INVALID, "the URL does not begin with http:// or https://");
    if (!is_printable(o->url))
        return ANC_FAIL(err, ANC_INVALID, "the URL has a blank or a control character");
    if (!is_printable(o->api_key))
        return ANC_FAIL(err, ANC_INVALID, "the API key has a blank or a control character");
    if (!is_printable(o->model) || o->model.len > MODEL_MAX)
        return ANC_FAIL(err, ANC_INVALID,
                        "model \"%.*s\" is longer than %d bytes, or has a blank or a control "
                        "character",
                        ANC_FMT(anc_str_sub(o->model, 0, 200)), (int)MODEL_MAX);
    if (o->form == CLT_VECTORS_GEMINI && o->model.len == 0)
        return ANC_FAIL(err, ANC_INVALID, "the model to ask for is not named");
    return ANC_OK;
}

static anc_status take_options(clt_inference *c, const clt_inference_options *options, anc_err *err)
{
    clt_inference_options *o = &c->options;
    ANC_TRY(check(options, err));
    *o = *options;
    default_ms(&o->connect_timeout_ms, 5000);
    default_ms(&o->timeout_ms, 30000);
    default_ms(&o->pause_ms, 250);
    o->retries = o->retries == 0 ? 3 : o->retries;
    o->parallel = o->parallel == 0 ? 4 : o->parallel;
    if (o->parallel > INFERENCE_PARALLEL_MAX)
        o->parallel = INFERENCE_PARALLEL_MAX;
    if (o->max_answer_bytes == 0)
        o->max_answer_bytes = (size_t)64 << 20;
    bool ok = put_url(c, options->url) && anc_buf_add(&c->key, options->api_key) &&
              anc_buf_add(&c->model, options->model);
    if (options->api_key.len > 0 && o->form != CLT_VECTORS_GEMINI)
        ok = ok && anc_buf_add(&c->bearer, ANC_STR("Bearer ")) &&
             anc_buf_add(&c->bearer, options->api_key);
    if (!ok)
        return ANC_FAIL(err, ANC_INVALID, "the URL or the API key is too long");
    o->url = anc_buf_view(&c->url);
    o->api_key = anc_buf_view(&c->key);
    o->model = anc_buf_view(&c->model);
    return net_url_where(o->url, c->where, sizeof c->where, err);
}

anc_status clt_inference_open(const clt_inference_options *options, clt_inference **ret,
                              anc_err *err)
{
    clt_inference *c = calloc(1, sizeof *c);
    if (c == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a client of a model's server");
    c->url = anc_buf_init(URL_MAX);
    c->key = anc_buf_init(KEY_MAX);
    c->bearer = anc_buf_init(KEY_MAX + 8);
    c->model = anc_buf_init(MODEL_MAX);
    (void)pthread_mutex_init(&c->lock, NULL);
    os_cond_init(&c->freed);
    const anc_status status = take_options(c, options, err);
    if (status != ANC_OK) {
        clt_inference_close(c);
        return status;
    }
    *ret = c;
    return ANC_OK;
}

anc_str clt_inference_where(const clt_inference *c)
{
    return anc_str_of(c->where);
}

void clt_inference_close(clt_inference *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < INFERENCE_PARALLEL_MAX; i++)
        net_client_close(c->clients[i]);
    (void)pthread_cond_destroy(&c->freed);
    (void)pthread_mutex_destroy(&c->lock);
    anc_buf_done(&c->url);
    anc_buf_done(&c->key);
    anc_buf_done(&c->bearer);
    anc_buf_done(&c->model);
    free(c);
}
