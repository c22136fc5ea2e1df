/* http_body.c - the body of a request: asked for, framed, bounded, delivered, overdue. */
#include <assert.h>

#include "http_impl.h"

static void ask(net_exchange *ex, body_mode mode, uint64_t max_bytes, void *arg)
{
    assert(net_loop_here(ex->loop) && ex->mode == BODY_UNASKED);
    ex->mode = mode;
    ex->max_body_bytes = max_bytes;
    ex->body_arg = arg;
    ex->body_since_ms = ex->body_byte_ms = net_loop_now_ms(ex->loop);
    net_exchange_want(ex, WANT_PUMP);
}

void net_exchange_read_body(net_exchange *ex, size_t max_bytes,
                            void (*done)(void *arg, net_exchange *ex, anc_status status,
                                         anc_buf *body),
                            void *arg)
{
    ex->whole = anc_buf_init(max_bytes);
    ex->on_whole = done;
    ask(ex, BODY_WHOLE, max_bytes, arg);
}

void net_exchange_stream_body(net_exchange *ex, uint64_t max_bytes,
                              void (*on_chunk)(void *arg, net_exchange *ex, anc_str bytes),
                              void (*on_end)(void *arg, net_exchange *ex, anc_status status),
                              void *arg)
{
    ex->on_chunk = on_chunk;
    ex->on_body_end = on_end;
    ask(ex, BODY_PIECES, max_bytes, arg);
}

void net_body_end(net_exchange *ex, anc_status status)
{
    if (ex->mode == BODY_UNASKED || ex->body_over)
        return;
    ex->body_over = true;
    if (ex->mode == BODY_PIECES) {
        ex->on_body_end(ex->body_arg, ex, status);
        return;
    }
    anc_buf body = ex->whole;
    ex->whole = anc_buf_init(0);
    if (status != ANC_OK)
        anc_buf_done(&body);
    ex->on_whole(ex->body_arg, ex, status, &body);
    anc_buf_done(&body);
}

static void too_large(net_conn *conn)
{
    net_conn_refuse(conn, 413, "the body of the request is larger than is taken here", ANC_LIMIT);
}

static void deliver(net_conn *conn, anc_str data)
{
    net_exchange *ex = conn->ex;
    ex->bytes_in += data.len;
    ex->body_byte_ms = net_loop_now_ms(conn->server->loop);
    if (ex->bytes_in > ex->max_body_bytes)
        too_large(conn);
    else if (ex->mode == BODY_PIECES)
        ex->on_chunk(ex->body_arg, ex, data);
    else if (!anc_buf_add(&ex->whole, data))
        net_conn_refuse(conn, 503, "out of memory for the body of the request", ANC_NO_MEMORY);
}

/* Before the first byte: is the declared length acceptable, and does the client wait for a word? */
static bool may_begin(net_conn *conn)
{
    net_exchange *ex = conn->ex;
    if (ex->head.has_length && ex->head.content_length > ex->max_body_bytes) {
        too_large(conn);
        return false;
    }
    if (ex->head.expect_continue && !ex->continue_sent && ex->bytes_in == 0) {
        ex->continue_sent = true;
        if (net_exchange_continue(ex))
            net_conn_flush(conn);
    }
    return conn->state == CONN_EXCHANGE;
}

bool net_body_take(net_conn *conn, anc_str *in)
{
    net_exchange *ex = conn->ex;
    if (ex->mode == BODY_UNASKED || ex->body_over || atomic_load(&ex->paused))
        return false;
    if (!may_begin(conn))
        return true;
    anc_str data;
    switch (net_body_feed(&ex->body, in, &data)) {
    case NET_CODEC_DATA:
        deliver(conn, data);
        return true;
    case NET_CODEC_DONE:
        atomic_store(&ex->body_complete, true);
        net_body_end(ex, ANC_OK);
        return true;
    case NET_CODEC_BAD:
        net_conn_refuse(conn, ex->body.fault_status, ex->body.fault, ANC_INVALID);
        return true;
    case NET_CODEC_MORE:
        break;
    }
    return false;
}

const char *net_body_overdue(const net_conn *conn, int64_t now_ms)
{
    const net_exchange *ex = conn->ex;
    const net_server_options *o = &conn->server->options;
    if (ex->mode == BODY_UNASKED || ex->body_over || atomic_load(&ex->paused))
        return NULL;
    if (now_ms - ex->body_byte_ms > o->body_timeout_ms)
        return "the body of the request stopped coming";
    const uint64_t elapsed_ms = (uint64_t)(now_ms - ex->body_since_ms);
    if (elapsed_ms > BODY_RATE_GRACE_MS &&
        ex->bytes_in * 1000 / elapsed_ms < o->body_min_bytes_per_s)
        return "the body of the request comes too slowly";
    return NULL;
}
