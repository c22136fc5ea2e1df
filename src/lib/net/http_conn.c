/* http_conn.c - one connection: heads in, exchanges out, one after another.
 *
 *   HEAD ──head complete──> EXCHANGE ──answer sent──> HEAD          (kept alive)
 *     │                        │ └──taken over──> CHANNEL (channel.c)
 *     └────head refused───────^   └───answer sent──> LINGER ──> closed
 *
 * net_conn_pump drives the machine over the bytes that are there; every callback of the handler
 * happens inside it, in a sweep, or in net_conn_serve, and the pump looks at what the callback
 * wanted before it goes on. Closing only marks and closes the handle: the memory lives until the
 * close callback, so a callback may close what called it.
 *
 * A client that left shows as the end of what is read. A connection is read all the time, except
 * when it has sent more than may wait; then the system is asked for the end every
 * DEPARTURE_POLL_MS.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http_impl.h"

static void update_reading(net_conn *conn);

static void on_closed(uv_handle_t *handle)
{
    net_conn *conn = handle->data;
    net_server *server = conn->server;
    anc_buf_done(&conn->in);
    if (conn->ex != NULL) {
        net_exchange_clear_out(conn->ex);
        net_exchange_release(conn->ex);
    }
    net_channel_free(conn->channel);
    net_server_conn_closed(server, conn);
    free(conn);
    net_server_handle_closed(server);
}

static net_end end_of(const net_exchange *ex)
{
    if (atomic_load(&ex->overflow))
        return NET_END_OVERFLOW;
    return ex->end != NET_END_WHOLE ? ex->end : NET_END_LEFT;
}

/* Closes for a reason of the server's own. */
static void cut(net_conn *conn, net_end why)
{
    if (conn->ex != NULL)
        conn->ex->end = why;
    net_conn_close(conn);
}

void net_conn_close(net_conn *conn)
{
    if (conn->state == CONN_CLOSED)
        return;
    const bool working = conn->state == CONN_EXCHANGE, channel = conn->state == CONN_CHANNEL;
    conn->state = CONN_CLOSED;
    uv_close(&conn->uv.handle, on_closed);
    if (channel)
        net_channel_closed(conn);
    if (!working) {
        if (conn->ex != NULL)
            conn->ex->conn = NULL;
        return;
    }
    net_server_log(conn->server, conn->ex, 499, end_of(conn->ex));
    net_exchange_part(conn->ex, true);
    net_body_end(conn->ex, ANC_CANCELLED);
}

static void on_shutdown(uv_shutdown_t *req, int status)
{
    net_conn *conn = req->data;
    if (status < 0)
        net_conn_close(conn);
}

void net_conn_linger(net_conn *conn)
{
    conn->state = CONN_LINGER;
    conn->since_ms = net_loop_now_ms(conn->server->loop);
    conn->lingered = 0;
    conn->shutdown_req.data = conn;
    if (uv_shutdown(&conn->shutdown_req, &conn->uv.stream, on_shutdown) != 0)
        net_conn_close(conn);
}

/* ---- answers of the server's own ---- */

static void render(net_conn *conn, int status, const char *detail, net_error_answer *ret)
{
    const net_server_options *o = &conn->server->options;
    if (o->render_error != NULL) {
        o->render_error(o->user, conn->ex, status, anc_str_of(detail), ret);
    } else {
        ret->headers[ret->n++] =
            (net_header){ANC_STR("content-type"), ANC_STR("text/plain; charset=utf-8")};
        (void)anc_buf_printf(ret->body, "%s\n", detail);
    }
}

/* An exchange begins: of a request, or of bytes that were none. */
static void enter_exchange(net_conn *conn)
{
    conn->state = CONN_EXCHANGE;
    conn->since_ms = net_loop_now_ms(conn->server->loop);
    atomic_fetch_add(&conn->server->n_exchanges, 1);
    atomic_store(&conn->ex->must_close, conn->server->draining || conn->past_limit);
}

void net_conn_refuse(net_conn *conn, int status, const char *detail, anc_status ended)
{
    net_server *server = conn->server;
    if (conn->ex == NULL)
        conn->ex = net_exchange_new(conn);
    if (conn->ex == NULL) {
        net_conn_close(conn);
        return;
    }
    if (conn->state == CONN_HEAD)
        enter_exchange(conn);
    net_exchange *ex = conn->ex;
    atomic_fetch_add(&server->bad_requests, 1);
    atomic_store(&ex->must_close, true);
    ANC_BUF(body, 16 << 10);
    net_error_answer own = {.body = &body};
    if (status == 503)
        own.headers[own.n++] = (net_header){ANC_STR("retry-after"), ANC_STR("1")};
    render(conn, status, detail, &own);
    /* an answer that has begun cannot be taken back: the client sees it cut */
    if (!net_exchange_answer(ex, status, own.headers, own.n, anc_buf_view(&body), NULL) &&
        net_exchange_phase(ex) == EX_BEGUN)
        net_exchange_want(ex, WANT_ABORT);
    net_body_end(ex, ended);
}

/* The handler let go of an exchange that has no whole answer. */
static void answer_for_handler(net_conn *conn)
{
    const ex_phase phase = net_exchange_phase(conn->ex);
    if (phase == EX_OPEN)
        net_conn_refuse(conn, 500, "the request was dropped without an answer", ANC_CANCELLED);
    else if (phase == EX_BEGUN)
        cut(conn, NET_END_CUT);
}

/* ---- requests ---- */

static void begin_request(net_conn *conn)
{
    net_server *server = conn->server;
    net_exchange *ex = conn->ex;
    enter_exchange(conn);
    net_body_init(&ex->body, ex->head.chunked, ex->head.content_length);
    atomic_store(&ex->body_complete, !ex->head.chunked && ex->head.content_length == 0);
    atomic_fetch_add(&server->requests, 1);
    net_exchange_ref(ex); /* the handler's */
    server->options.on_request(server->options.user, ex);
}

void net_conn_refuse_past_limit(net_conn *conn)
{
    net_conn_refuse(conn, 503, "the server has as many connections as it takes", ANC_LIMIT);
}

/* Whether the request is not answered because its connection is one too many. */
static bool is_too_much(const net_conn *conn)
{
    const net_server_options *o = &conn->server->options;
    return conn->past_limit && (o->is_vital == NULL || !o->is_vital(o->user, conn->ex));
}

/* False when the bytes ended before the head did. */
static bool take_head(net_conn *conn, anc_str *in)
{
    if (conn->ex == NULL) {
        conn->ex = net_exchange_new(conn);
        conn->since_ms = net_loop_now_ms(conn->server->loop);
        if (conn->ex == NULL) {
            net_conn_close(conn);
            return true;
        }
    }
    const net_codec_step step = net_head_feed(&conn->ex->head, in);
    if (step == NET_CODEC_MORE)
        return false;
    if (step == NET_CODEC_BAD)
        net_conn_refuse(conn, conn->ex->head.fault_status, conn->ex->head.fault, ANC_INVALID);
    else if (is_too_much(conn))
        net_conn_refuse_past_limit(conn);
    else
        begin_request(conn);
    return true;
}

/* Ends the exchange once its answer is with the system. False when it is not. */
static bool finish_exchange(net_conn *conn)
{
    net_exchange *ex = conn->ex;
    if (conn->writing > 0 || !net_exchange_is_out(ex))
        return false;
    net_server_log(conn->server, ex, ex->status, NET_END_WHOLE);
    const bool close = atomic_load(&ex->must_close) || conn->server->draining;
    net_exchange_part(ex, false);
    conn->ex = NULL;
    if (close) {
        net_conn_linger(conn);
    } else {
        conn->state = CONN_HEAD;
        conn->since_ms = net_loop_now_ms(conn->server->loop);
    }
    net_body_end(ex, ANC_CANCELLED);
    net_exchange_release(ex);
    return true;
}

/* Does all that the bytes at hand allow; leaves in *in what has to wait. */
static void consume(net_conn *conn, anc_str *in)
{
    for (;;) {
        if (conn->state == CONN_CLOSED)
            return;
        if (conn->state == CONN_LINGER) {
            conn->lingered += in->len;
            *in = ANC_STR_NONE;
            if (conn->lingered > LINGER_BYTES)
                net_conn_close(conn);
            return;
        }
        if (conn->state == CONN_CHANNEL) {
            if (in->len == 0)
                return;
            net_channel_take_bytes(conn, in);
        } else if (conn->state == CONN_HEAD) {
            if (in->len == 0 || !take_head(conn, in))
                return;
        } else if (atomic_load(&conn->ex->wanted) != 0) {
            net_conn_serve(conn->ex);
        } else if (!finish_exchange(conn) && !net_body_take(conn, in)) {
            return;
        }
    }
}

static void keep(net_conn *conn, anc_str rest)
{
    if (rest.len == 0 || conn->state == CONN_CLOSED)
        return;
    if (!anc_buf_add(&conn->in, rest))
        net_conn_close(conn);
}

/* Pumps over `fresh` bytes while none are waiting. */
static void pump_fresh(net_conn *conn, anc_str fresh)
{
    conn->pumping = true;
    consume(conn, &fresh);
    conn->pumping = false;
    keep(conn, fresh);
    update_reading(conn);
}

void net_conn_pump(net_conn *conn)
{
    if (conn->pumping || conn->state == CONN_CLOSED)
        return;
    ANC_CLEANUP(anc_buf_done) anc_buf waiting = conn->in;
    conn->in = anc_buf_init(waiting.max);
    pump_fresh(conn, anc_buf_view(&waiting));
}

static void note_pause(net_exchange *ex)
{
    const int64_t now_ms = net_loop_now_ms(ex->loop);
    const bool paused = atomic_load(&ex->paused);
    if (paused && ex->paused_since_ms == 0) {
        ex->paused_since_ms = now_ms;
    } else if (!paused && ex->paused_since_ms != 0) {
        ex->body_since_ms += now_ms - ex->paused_since_ms;
        ex->body_byte_ms = now_ms;
        ex->paused_since_ms = 0;
    }
}

void net_conn_serve(net_exchange *ex)
{
    const unsigned bits = atomic_exchange(&ex->wanted, 0);
    net_conn *conn = ex->conn;
    if (conn == NULL) {
        if ((bits & WANT_GONE_CALL) != 0)
            net_exchange_call_gone(ex);
        net_body_end(ex, ANC_CANCELLED);
        return;
    }
    if ((bits & WANT_ABORT) != 0) {
        cut(conn, NET_END_CUT);
        return;
    }
    note_pause(ex);
    if ((bits & WANT_ANSWER) != 0)
        answer_for_handler(conn);
    net_conn_flush(conn);
    net_conn_pump(conn);
}

/* ---- the handle ---- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    const net_conn *conn = handle->data;
    *buf = uv_buf_init(conn->server->read_buffer, READ_BUFFER_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    net_conn *conn = stream->data;
    if (n < 0) {
        net_conn_close(conn);
        return;
    }
    const anc_str bytes = {buf->base, (size_t)n};
    if (conn->in.len == 0) {
        pump_fresh(conn, bytes);
        return;
    }
    keep(conn, bytes);
    net_conn_pump(conn);
}

static void update_reading(net_conn *conn)
{
    if (conn->state == CONN_CLOSED)
        return;
    const bool want =
        conn->state != CONN_EXCHANGE || conn->in.len < conn->server->options.max_pipelined_bytes;
    if (want && !conn->reading && uv_read_start(&conn->uv.stream, on_alloc, on_read) != 0) {
        net_conn_close(conn);
        return;
    }
    if (!want && conn->reading)
        (void)uv_read_stop(&conn->uv.stream);
    conn->reading = want;
    if (!want)
        net_server_poll_departures(conn->server);
}

bool net_conn_has_left(net_conn *conn)
{
    uv_os_fd_t fd;
    if (uv_fileno(&conn->uv.handle, &fd) != 0)
        return true;
    struct pollfd p = {.fd = fd, .events = POLLRDHUP};
    return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* Whether the client has taken less than it must of what waited for it through one period of stalling. */
static bool is_stalled(net_conn *conn, int64_t now_ms)
{
    const net_server_options *o = &conn->server->options;
    if (conn->writing == 0) {
        conn->slow_since_ms = 0;
        return false;
    }
    const size_t queued = uv_stream_get_write_queue_size(&conn->uv.stream);
    const uint64_t taken =
        conn->ex->bytes_out + (queued < conn->writing ? conn->writing - queued : 0);
    const uint64_t elapsed_ms = (uint64_t)(now_ms - conn->slow_since_ms);
    if (conn->slow_since_ms != 0 && elapsed_ms <= (uint64_t)o->write_stall_ms)
        return false;
    const bool slow = conn->slow_since_ms != 0 &&
                      (taken - conn->slow_from) * 1000 / elapsed_ms < o->output_min_bytes_per_s;
    conn->slow_since_ms = now_ms;
    conn->slow_from = taken;
    return slow;
}

void net_conn_sweep(net_conn *conn, int64_t now_ms)
{
    const net_server_options *o = &conn->server->options;
    const int64_t age_ms = now_ms - conn->since_ms;
    if (conn->state == CONN_HEAD && conn->past_limit) {
        if (age_ms > SILENT_MS)
            net_conn_refuse_past_limit(conn);
    } else if (conn->state == CONN_HEAD && conn->ex == NULL) {
        if (age_ms > o->idle_timeout_ms)
            net_conn_close(conn);
    } else if (conn->state == CONN_HEAD) {
        if (age_ms > o->head_timeout_ms)
            net_conn_refuse(conn, 408, "the head of the request did not come in time",
                            ANC_TOO_SLOW);
    } else if (conn->state == CONN_CHANNEL) {
        net_channel_tick(conn, now_ms);
    } else if (conn->state == CONN_LINGER) {
        if (age_ms > (conn->server->draining ? DRAIN_LINGER_MS : LINGER_MS))
            net_conn_close(conn);
    } else if (conn->state == CONN_EXCHANGE) {
        const char *overdue = net_body_overdue(conn, now_ms);
        if (overdue != NULL)
            net_conn_refuse(conn, 408, overdue, ANC_TOO_SLOW);
        else if (is_stalled(conn, now_ms))
            cut(conn, NET_END_STALLED);
    }
}

/* Whether `a` is to go before `b`: one that says nothing before one that has begun a head, then the older. */
static bool goes_before(const net_conn *a, const net_conn *b)
{
    if ((a->ex == NULL) != (b->ex == NULL))
        return a->ex == NULL;
    return a->since_ms < b->since_ms;
}

bool net_conn_make_room(net_server *server)
{
    const int64_t now_ms = net_loop_now_ms(server->loop);
    net_conn *longest = NULL;
    for (net_conn *c = server->conns; c != NULL; c = c->next)
        if (c->state == CONN_HEAD && !c->past_limit && now_ms - c->since_ms >= SILENT_MS &&
            (longest == NULL || goes_before(c, longest)))
            longest = c;
    if (longest != NULL)
        net_conn_close(longest);
    return longest != NULL;
}

static void name_peer(net_conn *conn, bool is_pipe)
{
    struct sockaddr_storage address;
    int len = sizeof address;
    char host[48] = "";
    (void)snprintf(conn->peer, sizeof conn->peer, "unix");
    if (is_pipe || uv_tcp_getpeername(&conn->uv.tcp, (struct sockaddr *)&address, &len) != 0)
        return;
    if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&address;
        (void)uv_ip6_name(in6, host, sizeof host);
        (void)snprintf(conn->peer, sizeof conn->peer, "[%s]:%u", host, ntohs(in6->sin6_port));
    } else {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&address;
        (void)uv_ip4_name(in, host, sizeof host);
        (void)snprintf(conn->peer, sizeof conn->peer, "%s:%u", host, ntohs(in->sin_port));
    }
}

/* A libuv error, or 0. The handle has to be closed in either case, and `fd` where it is an error. */
static int open_handle(net_conn *conn, bool is_pipe, int fd)
{
    uv_loop_t *uv = net_loop_uv(conn->server->loop);
    if (is_pipe) {
        (void)uv_pipe_init(uv, &conn->uv.pipe, 0);
        conn->uv.handle.data = conn;
        return uv_pipe_open(&conn->uv.pipe, fd);
    }
    (void)uv_tcp_init(uv, &conn->uv.tcp);
    conn->uv.handle.data = conn;
    return uv_tcp_open(&conn->uv.tcp, fd);
}

bool net_conn_accept(net_server *server, const net_listener *listener, int fd, bool past_limit)
{
    net_conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL) {
        (void)close(fd);
        return false;
    }
    conn->server = server;
    conn->past_limit = past_limit;
    conn->in = anc_buf_init(server->options.max_pipelined_bytes + READ_BUFFER_BYTES);
    conn->since_ms = net_loop_now_ms(server->loop);
    conn->next = server->conns;
    if (server->conns != NULL)
        server->conns->prev = conn;
    server->conns = conn;
    server->handles++;
    atomic_fetch_add(&server->n_conns, 1);
    if (open_handle(conn, listener->is_pipe, fd) != 0) {
        (void)close(fd);
        net_conn_close(conn);
        return true;
    }
    if (!listener->is_pipe)
        (void)uv_tcp_nodelay(&conn->uv.tcp, 1);
    name_peer(conn, listener->is_pipe);
    update_reading(conn);
    return true;
}
