/* gather.c - JSON bodies gathered in memory, within a budget that all requests share.
 *
 * A request is charged before the bytes are there: with its Content-Length when it comes, where there is none
 * (chunks) with what it grows to. A form is charged with what it may keep at most, the rest of it goes to disk. The
 * charge stays until the request ends, since what is made of a body lives as long. Who would go past the budget
 * gets 503 with Retry-After, and what it sends from then on is thrown away. All of it on the loop.
 */
#include "gather.h"

enum { STEP_BYTES = 256 << 10 };

bool http_charge(http_request *rq, uint64_t bytes, anc_err *err)
{
    http_edge *edge = rq->edge;
    if (bytes <= edge->o.max_gathered_bytes - edge->gathered) {
        edge->gathered += bytes;
        rq->charged += bytes;
        return true;
    }
    krn_count(edge->refused, 1);
    (void)ANC_FAIL(
        err, ANC_UNAVAILABLE,
        "the server is overloaded: bodies of requests take %llu MiB of memory, %llu more "
        "bytes would go past %llu MiB (http.body_memory_mb)",
        (unsigned long long)(edge->gathered >> 20), (unsigned long long)bytes,
        (unsigned long long)(edge->o.max_gathered_bytes >> 20));
    return false;
}

void http_uncharge(http_request *rq)
{
    rq->edge->gathered -= rq->charged;
    rq->charged = 0;
}

/* A body of known length is charged for already; another one grows by steps. */
static bool may_grow(http_request *rq, size_t by)
{
    const uint64_t wanted = rq->body.len + by;
    if (wanted <= rq->charged)
        return true;
    const uint64_t missing = wanted - rq->charged;
    return http_charge(rq, missing > STEP_BYTES ? missing : STEP_BYTES, &rq->err);
}

static void on_chunk(void *arg, net_exchange *ex, anc_str bytes)
{
    http_request *rq = arg;
    anc_status status = ANC_OK;
    (void)ex;
    if (rq->thrown_away)
        return;
    if (!may_grow(rq, bytes.len))
        status = ANC_UNAVAILABLE;
    else if (!anc_buf_add(&rq->body, bytes))
        status = anc_buf_status(&rq->body, "the body", &rq->err);
    if (status == ANC_OK)
        return;
    rq->thrown_away = true;
    anc_buf_done(&rq->body);
    http_uncharge(rq);
    http_answer_failure(rq, status);
}

static void on_end(void *arg, net_exchange *ex, anc_status status)
{
    http_request *rq = arg;
    (void)ex;
    if (status == ANC_OK && !rq->thrown_away) {
        http_start(rq);
        return;
    }
    (void)http_claim(rq); /* it was answered: here, or by the server */
    http_end(rq);
}

void http_gather(http_request *rq, size_t max_bytes)
{
    const int64_t length = net_exchange_content_length(rq->ex);
    const http_problem none = http_problem_of(ANC_NO_MEMORY, NULL, NULL);
    anc_err err = {0};
    if (length > 0 && !http_charge(rq, (uint64_t)length, &err)) {
        http_refuse(rq, http_problem_of(ANC_UNAVAILABLE, &err, NULL), NULL);
        return;
    }
    rq->body = anc_buf_init(max_bytes);
    if (length > 0 && !anc_buf_reserve(&rq->body, (size_t)length))
        http_refuse(rq, none, NULL);
    else
        net_exchange_stream_body(rq->ex, max_bytes, on_chunk, on_end, rq);
}
