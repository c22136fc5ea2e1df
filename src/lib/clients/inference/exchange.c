/* exchange.c - a request through one of the places, tried again where that may help. */
#include <stdio.h>

#include "base/utf8.h"
#include "inference_impl.h"
#include "os/clock.h"
#include "os/wait.h"

enum {
    MESSAGE_SHOWN = 200,
    PAUSE_MOST_MS = 8000,
    PAUSES_MOST_MS = 60000, /* all pauses of one exchange */
    RETRY_AFTER_MOST_S = 600,
    HEADERS_MAX = 4
};
#define NS_PER_MS   INT64_C(1000000)
#define SLICE_NS    (50 * NS_PER_MS)
#define ARENA_SPARE ((size_t)1 << 20)

/* One exchange, over all its tries. */
typedef struct exchange {
    clt_inference *c;
    const atomic_bool *cancelled; /* never NULL */
    int64_t end_ns;               /* monotonic; INT64_MAX: none */
    anc_str body;
    bool again;             /* the last try may be followed by another */
    int64_t retry_after_ms; /* that the server asks for; -1: it does not */
} exchange;

static anc_status look(const exchange *x, anc_err *err)
{
    if (atomic_load_explicit(x->cancelled, memory_order_relaxed))
        return ANC_FAIL(err, ANC_CANCELLED, "%s: the caller left", x->c->where);
    if (x->end_ns != INT64_MAX && os_mono_ns() >= x->end_ns)
        return ANC_FAIL(err, ANC_DEADLINE, "%s: the time for its answer is over", x->c->where);
    return ANC_OK;
}

/* ---- places ---- */

static size_t free_place(const clt_inference *c)
{
    for (size_t i = 0; i < c->options.parallel; i++)
        if (!c->taken[i])
            return i;
    return SIZE_MAX;
}

static void give_place(clt_inference *c, size_t at)
{
    (void)pthread_mutex_lock(&c->lock);
    c->taken[at] = false;
    (void)pthread_cond_signal(&c->freed);
    (void)pthread_mutex_unlock(&c->lock);
}

static anc_status take_place(exchange *x, size_t *ret, anc_err *err)
{
    clt_inference *c = x->c;
    anc_status status = ANC_OK;
    (void)pthread_mutex_lock(&c->lock);
    size_t at = free_place(c);
    while (at == SIZE_MAX && (status = look(x, err)) == ANC_OK) {
        (void)os_cond_wait(&c->freed, &c->lock, os_mono_ns() + SLICE_NS);
        at = free_place(c);
    }
    if (at != SIZE_MAX) {
        c->taken[at] = true;
        status = ANC_OK;
    }
    (void)pthread_mutex_unlock(&c->lock);
    if (at == SIZE_MAX)
        return status;
    *ret = at;
    if (c->clients[at] == NULL)
        status = net_client_open(&c->clients[at], err);
    if (status != ANC_OK)
        give_place(c, at);
    return status;
}

/* ---- what an answer means ---- */

/* The server's message, cut and on one line; "" where there is none. *ret_key: the key is in it, be it behind the cut. */
static void message_of(anc_str body, anc_str key, char out[MESSAGE_SHOWN + 1], bool *ret_key)
{
    ANC_CLEANUP(clt_inference_doc_cleanup) json_doc *doc = NULL;
    out[0] = '\0';
    *ret_key = false;
    if (json_parse(body, &doc, NULL) != ANC_OK)
        return;
    const json_value *root = json_root(doc), *error = json_member(root, "error");
    anc_str text = json_str(json_member(error, "message"), json_str(error, ANC_STR("")));
    text = text.len > 0 ? text : json_str(json_member(root, "message"), ANC_STR(""));
    text = text.len > 0 ? text : json_str(json_member(root, "detail"), ANC_STR(""));
    *ret_key = key.len > 0 && anc_str_find(text, key) != SIZE_MAX;
    const size_t shown = anc_utf8_floor(text, MESSAGE_SHOWN);
    for (size_t n = 0; n < shown; n++)
        out[n] = (char)((unsigned char)text.ptr[n] < ' ' ? ' ' : text.ptr[n]);
    out[shown] = '\0';
}

static anc_status refusal(const exchange *x, const net_response *r, anc_err *err)
{
    const int status = r->head.status;
    const anc_status code = x->again ? ANC_UNAVAILABLE : ANC_PROVIDER;
    const anc_str key = x->c->options.api_key;
    char text[MESSAGE_SHOWN + 1];
    bool has_key;
    message_of(r->body, key, text, &has_key);
    /* what is said about a key may quote it, or a part of it */
    const bool about_key = status == 401 || status == 403 || has_key;
    if (about_key || text[0] == '\0')
        return ANC_FAIL(err, code, "%s answered %d %s", x->c->where, status,
                        net_status_phrase(status));
    return ANC_FAIL(err, code, "%s answered %d: %s", x->c->where, status, text);
}

static int64_t retry_after(const net_response *r)
{
    uint64_t seconds = 0;
    const anc_str value = net_response_header(&r->head, "retry-after");
    if (!anc_str_to_u64(anc_str_trim(value), &seconds))
        return -1;
    return (int64_t)(seconds < RETRY_AFTER_MOST_S ? seconds : RETRY_AFTER_MOST_S) * 1000;
}

static anc_status judge(exchange *x, const net_response *r, json_doc **ret, anc_err *err)
{
    anc_err why = {0};
    if (r->head.status != 200) {
        x->again = r->head.status == 429 || r->head.status == 408 || r->head.status >= 500;
        x->retry_after_ms = retry_after(r);
        return refusal(x, r, err);
    }
    if (json_parse(r->body, ret, &why) != ANC_OK)
        return ANC_FAIL(err, ANC_PROVIDER, "%s: the answer is not JSON: %.200s", x->c->where,
                        why.text);
    return ANC_OK;
}

/* ---- one try ---- */

static int64_t try_ms(const exchange *x, bool *ret_own)
{
    const int64_t own = x->c->options.timeout_ms;
    const int64_t left =
        x->end_ns == INT64_MAX ? INT64_MAX : (x->end_ns - os_mono_ns()) / NS_PER_MS;
    *ret_own = own <= left;
    return *ret_own ? own : left > 0 ? left : 1;
}

static anc_status fetch(exchange *x, size_t place, anc_arena *mem, net_response *ret, anc_err *err)
{
    const clt_inference *c = x->c;
    const clt_inference_options *o = &c->options;
    bool own;
    net_header headers[HEADERS_MAX] = {
        {ANC_STR("content-type"), ANC_STR("application/json")},
        {ANC_STR("accept"), ANC_STR("application/json")},
    };
    size_t n = 2;
    if (c->bearer.len > 0)
        headers[n++] = (net_header){ANC_STR("authorization"), anc_buf_view(&c->bearer)};
    else if (o->api_key.len > 0)
        headers[n++] = (net_header){ANC_STR("x-goog-api-key"), o->api_key};
    const net_request request = {.method = ANC_STR("POST"),
                                 .url = o->url,
                                 .headers = headers,
                                 .n_headers = n,
                                 .body = x->body,
                                 .connect_timeout_ms = o->connect_timeout_ms,
                                 .total_timeout_ms = try_ms(x, &own),
                                 .max_body_bytes = o->max_answer_bytes};
    const net_take take = {.cancelled = x->cancelled};
    const anc_status status = net_http_fetch(c->clients[place], &request, &take, mem, ret, err);
    x->again =
        status == ANC_UNAVAILABLE || status == ANC_PROVIDER || (status == ANC_DEADLINE && own);
    return status;
}

static anc_status try_once(exchange *x, json_doc **ret, anc_err *err)
{
    net_response response = {0};
    size_t place = 0;
    x->again = false;
    x->retry_after_ms = -1;
    ANC_ARENA(mem, x->c->options.max_answer_bytes + ARENA_SPARE);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an answer of %s", x->c->where);
    ANC_TRY(take_place(x, &place, err));
    const anc_status status = fetch(x, place, mem, &response, err);
    give_place(x->c, place);
    ANC_TRY(status);
    return judge(x, &response, ret, err);
}

/* ---- all tries ---- */

/* Between half and the whole of a pause that doubles; as long as the server asks for where it does. */
static int64_t pause_ms(const exchange *x, int tries)
{
    int64_t ms = x->c->options.pause_ms;
    uint32_t lot;
    for (int i = 1; i < tries && ms < PAUSE_MOST_MS; i++)
        ms *= 2;
    ms = ms < PAUSE_MOST_MS ? ms : PAUSE_MOST_MS;
    os_random(&lot, sizeof lot);
    ms = ms / 2 + (int64_t)(lot % (uint32_t)(ms / 2 + 1));
    return ms > x->retry_after_ms ? ms : x->retry_after_ms;
}

static anc_status rest(const exchange *x, int64_t ms, anc_err *err)
{
    const int64_t until = os_mono_ns() + ms * NS_PER_MS;
    for (int64_t now; (now = os_mono_ns()) < until;) {
        ANC_TRY(look(x, err));
        os_sleep_ns(until - now < SLICE_NS ? until - now : SLICE_NS);
    }
    return ANC_OK;
}

/* A failure after all tries; what the caller's own time ended is DEADLINE. */
static anc_status give_up(const exchange *x, anc_status status, const anc_err *why, int tries,
                          anc_err *err)
{
    if (x->again)
        status = ANC_UNAVAILABLE;
    else if (status == ANC_LIMIT || status == ANC_INVALID) /* nothing that the caller gave */
        status = ANC_PROVIDER;
    if (tries > 1)
        return ANC_FAIL(err, status, "%.400s (%d tries)", why->text, tries);
    return ANC_FAIL(err, status, "%.400s", why->text);
}

anc_status clt_inference_exchange(clt_inference *c, clt_patience patience, anc_str body,
                                  json_doc **ret, anc_err *err)
{
    static const atomic_bool never;
    exchange x = {.c = c,
                  .cancelled = patience.cancelled != NULL ? patience.cancelled : &never,
                  .end_ns = patience.left_ms > 0 ? os_mono_ns() + patience.left_ms * NS_PER_MS
                                                 : INT64_MAX,
                  .body = body};
    int64_t paused_ms = 0;
    for (int tries = 1;; tries++) {
        anc_err why = {0};
        ANC_TRY(look(&x, err));
        const anc_status status = try_once(&x, ret, &why);
        if (status == ANC_OK)
            return ANC_OK;
        const int64_t ms = x.again ? pause_ms(&x, tries) : 0;
        const bool late = x.end_ns != INT64_MAX && os_mono_ns() + ms * NS_PER_MS >= x.end_ns;
        paused_ms += ms;
        if (!x.again || tries > c->options.retries || late || paused_ms > PAUSES_MOST_MS)
            return give_up(&x, status, &why, tries, err);
        ANC_TRY(rest(&x, ms, err));
    }
}
