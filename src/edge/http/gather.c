/* gather.c - JSON bodies gathered in memory, within a budget that all requests share.
 *
 * A request is charged before the bytes are there: with its Content-Length when it comes, where there is none
 * (chunks) with what it grows to; and with what the tree of its JSON will take, by what came of it: three bytes of
 * "[]," make a value of two hundred. A form is charged with what it mostly keeps, and with what a large version in it
 * grows to; the rest of its file goes to disk. The charge stays until the request ends, since what is made of a body
 * lives as long. Who would go past the budget gets 503 with Retry-After, and what it sends from then on is thrown away.
 * All of it on the loop.
 */
#include "gather.h"

enum { STEP_BYTES = 256 << 10 };

/* About what a value takes in memory (lib/json), by the bytes that begin it or that stand between two. The
 * characters of texts are those of the body, whose place they take. */
enum {
    OBJECT_BYTES = 256,
    LIST_BYTES = 144,
    TEXT_BYTES = 80,      /* a value's or a name's */
    NAME_BYTES = 32,      /* more of a name */
    VALUE_BYTES = 48,     /* a number, and the place of each value */
    FREE_BYTES = 64 << 10 /* that any tree may take */
};

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

static uint64_t bytes_of(char c)
{
    switch (c) {
    case '{':
        return OBJECT_BYTES;
    case '[':
        return LIST_BYTES;
    case '"':
        return TEXT_BYTES;
    case ':':
        return NAME_BYTES;
    case ',':
        return VALUE_BYTES;
    default:
        return 0;
    }
}

static void weigh(http_request *rq, anc_str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        const char c = bytes.ptr[i];
        if (!rq->tree.in_string)
            rq->tree.bytes += bytes_of(c);
        if (c == '"' && !rq->tree.escaped)
            rq->tree.in_string = !rq->tree.in_string;
        rq->tree.escaped = rq->tree.in_string && c == '\\' && !rq->tree.escaped;
    }
}

/* A body of known length is charged for already; another one grows by steps. */
static anc_status may_grow(http_request *rq, anc_str by)
{
    const uint64_t most = rq->edge->o.max_gathered_bytes;
    const uint64_t step = net_exchange_content_length(rq->ex) >= 0 ? 0 : STEP_BYTES;
    weigh(rq, by);
    const uint64_t tree = rq->tree.bytes > FREE_BYTES ? rq->tree.bytes - FREE_BYTES : 0;
    const uint64_t wanted = rq->body.len + by.len + tree;
    if (wanted > most)
        return ANC_FAIL(&rq->err, ANC_LIMIT,
                        "the values of this JSON take more than %llu MiB of memory, which all "
                        "bodies may take together (http.body_memory_mb)",
                        (unsigned long long)(most >> 20));
    if (wanted <= rq->charged)
        return ANC_OK;
    const uint64_t missing = wanted - rq->charged;
    const uint64_t asked = missing > step ? missing : step;
    return http_charge(rq, asked, &rq->err) ? ANC_OK : ANC_UNAVAILABLE;
}

static void on_chunk(void *arg, net_exchange *ex, anc_str bytes)
{
    http_request *rq = arg;
    (void)ex;
    if (rq->thrown_away)
        return;
    anc_status status = may_grow(rq, bytes);
    if (status == ANC_OK && !anc_buf_add(&rq->body, bytes))
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
