/* http_client.c - requests that their caller waits for, one or several at a time.
 *
 * One multi handle keeps the connections. Its transfers are driven on the caller's thread by
 * curl_multi_poll, which returns often enough to look at the timers and the caller's flag.
 */
#include "net/http_client.h"

#include <stdlib.h>
#include <string.h>

#include "http_transfer.h"

enum { LOOK_EVERY_MS = 100, PARALLEL_MAX = 64, KEPT_BODY_MAX = 64 << 20, CONNECTIONS_KEPT = 64 };

struct net_client {
    CURLM *multi; /* owned */
};

/* One request and what became of it. */
typedef struct flight {
    bool busy;
    transfer transfer;
    net_job job;
    net_take take;
    anc_buf body; /* kept part of the answer */
    net_response response;
    bool to_taker; /* a 2xx whose body goes to take.on_data */
} flight;

anc_status net_client_open(net_client **ret, anc_err *err)
{
    ANC_TRY(net_transfer_global(err));
    net_client *client = calloc(1, sizeof *client);
    CURLM *multi = curl_multi_init();
    if (client == NULL || multi == NULL) {
        free(client);
        (void)curl_multi_cleanup(multi);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an HTTP client");
    }
    (void)curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    client->multi = multi;
    *ret = client;
    return ANC_OK;
}

void net_client_close(net_client *client)
{
    if (client == NULL)
        return;
    (void)curl_multi_cleanup(client->multi);
    free(client);
}

/* ---- one flight ---- */

static void flight_head(void *arg, const net_response_head *head)
{
    flight *f = arg;
    f->to_taker = f->take.on_data != NULL && head->status >= 200 && head->status < 300;
    if (!f->to_taker && f->transfer.max_body_bytes == 0)
        f->transfer.max_body_bytes = KEPT_BODY_MAX;
    if (f->take.on_head != NULL)
        f->take.on_head(f->take.arg, head);
}

static bool flight_data(void *arg, anc_str bytes)
{
    flight *f = arg;
    if (f->to_taker)
        return f->take.on_data(f->take.arg, bytes);
    return anc_buf_add(&f->body, bytes);
}

static anc_status flight_start(net_client *client, flight *f, const net_take *take, anc_err *err)
{
    const transfer_sink sink = {.on_head = flight_head, .on_data = flight_data, .arg = f};
    f->take = take != NULL ? *take : (net_take){0};
    f->response = (net_response){0};
    f->to_taker = false;
    f->body = anc_buf_init(SIZE_MAX - 1);
    ANC_TRY(net_transfer_open(&f->transfer, &f->job.request, false, &sink, err));
    if (curl_multi_add_handle(client->multi, f->transfer.easy) != CURLM_OK) {
        net_transfer_close(&f->transfer);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a request");
    }
    f->busy = true;
    return ANC_OK;
}

static void flight_end(net_client *client, flight *f)
{
    if (!f->busy)
        return;
    (void)curl_multi_remove_handle(client->multi, f->transfer.easy);
    net_transfer_close(&f->transfer);
    anc_buf_done(&f->body);
    f->busy = false;
}

/* Head and body into the job's arena. */
static anc_status flight_keep(flight *f, anc_err *err)
{
    anc_arena *mem = f->job.mem;
    const net_response_head *head = &f->transfer.head;
    net_header *headers = anc_arena_alloc(mem, head->n_headers, sizeof *headers);
    const anc_str body = anc_arena_copy(mem, anc_buf_view(&f->body));
    bool ok = headers != NULL && body.ptr != NULL;
    for (size_t i = 0; ok && i < head->n_headers; i++) {
        headers[i].name = anc_arena_copy(mem, head->headers[i].name);
        headers[i].value = anc_arena_copy(mem, head->headers[i].value);
        ok = headers[i].name.ptr != NULL && headers[i].value.ptr != NULL;
    }
    if (!ok)
        return ANC_FAIL(err, anc_arena_refusal(mem), "%s: no memory for an answer of %zu bytes",
                        f->transfer.where, f->body.len);
    f->response.head = (net_response_head){head->status, headers, head->n_headers};
    f->response.body = body;
    return ANC_OK;
}

static anc_status flight_result(flight *f, CURLcode code, anc_err *err)
{
    ANC_TRY(net_transfer_result(&f->transfer, code, err));
    return flight_keep(f, err);
}

/* ---- many ---- */

typedef struct swarm {
    net_client *client;
    flight *flights; /* [n] */
    unsigned n;
    bool (*next)(void *arg, net_job *job);
    bool (*done)(void *arg, void *tag, anc_status status, const net_response *response,
                 const anc_err *err);
    void *arg;
    const net_take *take;
    bool exhausted, stopped;
} swarm;

static void swarm_over(swarm *s, flight *f, anc_status status, const anc_err *err)
{
    void *tag = f->job.tag;
    const net_response response = f->response;
    flight_end(s->client, f);
    s->exhausted = false; /* what could not go before may go now */
    if (!s->stopped && !s->done(s->arg, tag, status, &response, err))
        s->stopped = true;
}

/* Fills the free places. False when nothing is under way any more. */
static bool swarm_fill(swarm *s)
{
    bool any = false;
    for (unsigned i = 0; i < s->n; i++) {
        flight *f = &s->flights[i];
        while (!f->busy && !s->exhausted && !s->stopped) {
            f->job = (net_job){0};
            if (!s->next(s->arg, &f->job)) {
                s->exhausted = true;
                break;
            }
            anc_err err = {0};
            const anc_status status = flight_start(s->client, f, s->take, &err);
            if (status != ANC_OK)
                swarm_over(s, f, status, &err);
        }
        any = any || f->busy;
    }
    return any && !s->stopped;
}

static void swarm_collect(swarm *s)
{
    int left = 0;
    for (CURLMsg *m; !s->stopped && (m = curl_multi_info_read(s->client->multi, &left)) != NULL;) {
        transfer *t = NULL;
        if (m->msg != CURLMSG_DONE ||
            curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t) != CURLE_OK)
            continue;
        const CURLcode code = m->data.result;
        flight *f = t->sink.arg;
        anc_err err = {0};
        const anc_status status = flight_result(f, code, &err);
        swarm_over(s, f, status, &err);
    }
}

/* Ends what is overdue or no longer wanted. */
static void swarm_check(swarm *s, int64_t now_ms)
{
    for (unsigned i = 0; i < s->n && !s->stopped; i++) {
        flight *f = &s->flights[i];
        if (!f->busy)
            continue;
        anc_err err = {0};
        anc_status status = net_transfer_overdue(&f->transfer, now_ms, &err);
        if (f->take.cancelled != NULL && atomic_load(f->take.cancelled))
            status = ANC_FAIL(&err, ANC_CANCELLED, "%s: stopped", f->transfer.where);
        if (status != ANC_OK)
            swarm_over(s, f, status, &err);
    }
}

/* How long to sleep at most: to the next deadline, or the next look at the flag. */
static int swarm_patience(const swarm *s)
{
    int64_t ms = LOOK_EVERY_MS;
    const int64_t now_ms = net_transfer_now_ms();
    for (unsigned i = 0; i < s->n; i++) {
        const int64_t at =
            s->flights[i].busy ? net_transfer_next_deadline(&s->flights[i].transfer) : INT64_MAX;
        if (at != INT64_MAX && at - now_ms < ms)
            ms = at > now_ms ? at - now_ms : 0;
    }
    return (int)ms;
}

static anc_status swarm_run(swarm *s, anc_err *err)
{
    while (swarm_fill(s)) {
        int running = 0;
        const CURLMcode code = curl_multi_perform(s->client->multi, &running);
        if (code != CURLM_OK)
            return ANC_FAIL(err, ANC_UNAVAILABLE, "libcurl: %s", curl_multi_strerror(code));
        swarm_collect(s);
        swarm_check(s, net_transfer_now_ms());
        if (running > 0)
            (void)curl_multi_poll(s->client->multi, NULL, 0, swarm_patience(s), NULL);
    }
    return s->stopped ? ANC_FAIL(err, ANC_CANCELLED, "stopped by the receiver") : ANC_OK;
}

anc_status net_client_run_many(net_client *client, unsigned parallel,
                               bool (*next)(void *arg, net_job *job),
                               bool (*done)(void *arg, void *tag, anc_status status,
                                            const net_response *response, const anc_err *err),
                               void *arg, anc_err *err)
{
    const unsigned n = parallel < 1 ? 1 : (parallel > PARALLEL_MAX ? PARALLEL_MAX : parallel);
    flight *flights = calloc(n, sizeof *flights);
    if (flights == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for %u requests", n);
    swarm s = {
        .client = client, .flights = flights, .n = n, .next = next, .done = done, .arg = arg};
    const anc_status status = swarm_run(&s, err);
    for (unsigned i = 0; i < n; i++)
        flight_end(client, &flights[i]);
    free(flights);
    return status;
}

/* ---- one ---- */

typedef struct single {
    const net_request *request;
    anc_arena *mem;
    bool given;
    anc_status status;
    net_response response;
    anc_err *err;
} single;

static bool give_single(void *arg, net_job *job)
{
    single *one = arg;
    if (one->given)
        return false;
    one->given = true;
    *job = (net_job){.request = *one->request, .mem = one->mem};
    return true;
}

static bool take_single(void *arg, void *tag, anc_status status, const net_response *response,
                        const anc_err *err)
{
    (void)tag;
    single *one = arg;
    one->status = status;
    one->response = *response;
    if (status != ANC_OK && one->err != NULL && one->err->code == ANC_OK)
        *one->err = *err;
    return true;
}

anc_status net_http_fetch(net_client *client, const net_request *request, const net_take *take,
                          anc_arena *mem, net_response *ret, anc_err *err)
{
    flight f = {0};
    single one = {.request = request, .mem = mem, .status = ANC_BUG, .err = err};
    swarm s = {.client = client,
               .flights = &f,
               .n = 1,
               .next = give_single,
               .done = take_single,
               .arg = &one,
               .take = take};
    const anc_status status = swarm_run(&s, err);
    flight_end(client, &f);
    ANC_TRY(status);
    if (one.status == ANC_OK)
        *ret = one.response;
    return one.status;
}
