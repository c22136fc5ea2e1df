/* stream.c - server-sent events of one request: begun once, numbered, kept alive, ended once.
 *
 * All of it on the loop's thread, so that the sweep's comments never meet an event half written.
 */
#include "net/sse.h"
#include "request.h"

void http_stream_begin(http_request *rq)
{
    net_header headers[HTTP_HEADERS_MAX];
    if (!http_claim(rq))
        return;
    size_t n = http_common_headers(rq, headers);
    headers[n++] = (net_header){ANC_STR("Content-Type"), ANC_STR("text/event-stream")};
    headers[n++] = (net_header){ANC_STR("Cache-Control"), ANC_STR("no-store")};
    headers[n++] = (net_header){ANC_STR("X-Accel-Buffering"), ANC_STR("no")};
    (void)net_exchange_begin(rq->ex, 200, headers, n);
    rq->streaming = true;
    rq->stream_ns = krn_now_ns(rq->edge->o.clock);
}

static void write_out(http_request *rq, anc_buf *bytes)
{
    if (rq->idem.held)
        (void)anc_buf_add(&rq->sent, anc_buf_view(bytes));
    (void)net_exchange_write(rq->ex, anc_buf_view(bytes));
    rq->stream_ns = krn_now_ns(rq->edge->o.clock);
}

void http_stream_event(http_request *rq, const char *event, anc_str data)
{
    if (!rq->streaming || rq->stream_over)
        return;
    ANC_BUF(out, data.len * 2 + 256);
    anc_buf number = anc_buf_init(24);
    (void)anc_buf_printf(&number, "%llu", (unsigned long long)++rq->stream_id);
    net_sse_put(&out, anc_buf_view(&number), anc_str_of(event), data);
    anc_buf_done(&number);
    write_out(rq, &out);
}

void http_stream_comment(http_request *rq)
{
    ANC_BUF(out, 64);
    if (!rq->streaming || rq->stream_over)
        return;
    net_sse_put_comment(&out, ANC_STR("still here"));
    write_out(rq, &out);
}

void http_stream_keep(http_request *rq)
{
    const http_idem_answer kept = {.status = 200, .body = anc_buf_view(&rq->sent)};
    if (rq->streaming && !rq->sent.refused)
        http_idem_end(rq->edge->idem, &rq->idem, &kept);
}

void http_stream_end(http_request *rq)
{
    if (rq->streaming && !rq->stream_over)
        (void)net_exchange_end(rq->ex);
    rq->stream_over = true;
}
