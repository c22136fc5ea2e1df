/* http_server.c - listening, the list of connections, deadlines, drain and end.
 *
 * One timer looks at every connection a few times within the shortest timeout; it runs only while
 * there are connections. The memory of the server goes when it was closed and the close callbacks
 * of all its handles have come.
 */
#include "net/http_server.h"

#include <stdlib.h>
#include <string.h>

#include "http_impl.h"

enum { SWEEP_MAX_MS = 1000, SWEEP_MIN_MS = 10 };

static void default_size(size_t *field, size_t value)
{
    if (*field == 0)
        *field = value;
}

static void default_ms(int64_t *field, int64_t value)
{
    if (*field <= 0)
        *field = value;
}

static void set_defaults(net_server_options *o)
{
    default_size(&o->max_head_bytes, 16 << 10);
    default_size(&o->max_fields, 100);
    if (o->max_fields > NET_CODEC_FIELDS_MAX)
        o->max_fields = NET_CODEC_FIELDS_MAX;
    default_size(&o->max_connections, 10000);
    default_size(&o->max_pipelined_bytes, 64 << 10);
    default_size(&o->max_output_bytes, 16 << 20);
    default_size(&o->max_buffered_bytes, (size_t)256 << 20);
    default_size(&o->output_min_bytes_per_s, 1000);
    default_size(&o->body_min_bytes_per_s, 1000);
    default_ms(&o->head_timeout_ms, 10000);
    default_ms(&o->body_timeout_ms, 30000);
    default_ms(&o->idle_timeout_ms, 60000);
    default_ms(&o->write_stall_ms, 30000);
}

static uint64_t sweep_interval(const net_server_options *o)
{
    int64_t least = o->head_timeout_ms;
    const int64_t others[] = {o->body_timeout_ms, o->idle_timeout_ms, o->write_stall_ms};
    for (size_t i = 0; i < ANC_COUNT(others); i++)
        least = others[i] < least ? others[i] : least;
    const int64_t ms = least / 8;
    return (uint64_t)(ms < SWEEP_MIN_MS ? SWEEP_MIN_MS : (ms > SWEEP_MAX_MS ? SWEEP_MAX_MS : ms));
}

/* ---- connections ---- */

static void on_sweep(uv_timer_t *timer)
{
    net_server *server = timer->data;
    const int64_t now_ms = net_loop_now_ms(server->loop);
    for (net_conn *c = server->conns; c != NULL; c = c->next)
        net_conn_sweep(c, now_ms);
}

static void on_poll(uv_timer_t *timer)
{
    net_server *server = timer->data;
    bool any = false;
    for (net_conn *c = server->conns; c != NULL; c = c->next) {
        if (c->state != CONN_EXCHANGE || c->reading)
            continue;
        if (net_conn_has_left(c))
            net_conn_close(c);
        else
            any = true;
    }
    if (!any && !server->closed) {
        (void)uv_timer_stop(&server->poll);
        server->polling = false;
    }
}

void net_server_poll_departures(net_server *server)
{
    if (server->polling || server->closed)
        return;
    server->polling = true;
    (void)uv_timer_start(&server->poll, on_poll, DEPARTURE_POLL_MS, DEPARTURE_POLL_MS);
}

static void on_stall(uv_timer_t *timer)
{
    net_server *server = timer->data;
    net_channels_look(server);
    if (server->blocked == NULL && !server->closed) {
        (void)uv_timer_stop(&server->stall);
        server->stalling = false;
    }
}

void net_server_watch_blocked(net_server *server)
{
    if (server->stalling || server->closed)
        return;
    server->stalling = true;
    (void)uv_timer_start(&server->stall, on_stall, STALL_LOOK_MS, STALL_LOOK_MS);
}

void net_server_update_sweep(net_server *server)
{
    const bool want = server->conns != NULL && !server->closed;
    if (want == server->sweeping || server->closed)
        return;
    server->sweeping = want;
    if (want)
        (void)uv_timer_start(&server->sweep, on_sweep, server->sweep_every_ms,
                             server->sweep_every_ms);
    else
        (void)uv_timer_stop(&server->sweep);
}

static void end_drain(net_server *server, bool all)
{
    void (*done)(void *, bool) = server->drain_done;
    server->drain_done = NULL;
    net_timer_stop(&server->drain_timer);
    if (done != NULL)
        done(server->drain_arg, all);
}

void net_server_conn_closed(net_server *server, net_conn *conn)
{
    if (conn->prev != NULL)
        conn->prev->next = conn->next;
    else
        server->conns = conn->next;
    if (conn->next != NULL)
        conn->next->prev = conn->prev;
    atomic_fetch_sub(&server->n_conns, 1);
    if (conn->past_limit)
        net_server_past_gone(server);
    net_server_update_sweep(server);
    if (server->draining && server->conns == NULL)
        end_drain(server, true);
}

void net_server_log(net_server *server, const net_exchange *ex, int status, net_end end)
{
    atomic_fetch_sub(&server->n_exchanges, 1);
    if (server->options.on_access == NULL)
        return;
    const net_access access = {.method = ex->head.method,
                               .target = ex->head.target,
                               .peer = anc_str_of(ex->peer),
                               .request_id = anc_str_of(ex->log_id),
                               .status = status,
                               .end = end,
                               .bytes_in = ex->bytes_in,
                               .bytes_out = ex->bytes_out,
                               .duration_us = (int64_t)(uv_hrtime() / 1000) - ex->begun_us};
    server->options.on_access(server->options.user, &access);
}

/* ---- the end ---- */

void net_server_handle_closed(net_server *server)
{
    if (--server->handles > 0 || !server->closed)
        return;
    for (size_t i = 0; i < server->n_listeners; i++)
        free(server->listeners[i].path);
    net_loop_unref(server->loop);
    net_output_unref(server->output);
    free(server);
}

static void on_server_handle_closed(uv_handle_t *handle)
{
    net_server_handle_closed(handle->data);
}

static void stop_listening(net_server *server)
{
    net_server_end_accepting(server);
    for (size_t i = 0; i < server->n_listeners; i++)
        if (server->listeners[i].open)
            net_listener_close(&server->listeners[i]);
}

static void on_drain_deadline(void *arg)
{
    net_server *server = arg;
    void (*done)(void *, bool) = server->drain_done;
    server->drain_done = NULL;
    for (net_conn *c = server->conns; c != NULL; c = c->next)
        net_conn_close(c);
    if (done != NULL)
        done(server->drain_arg, false);
}

/* In a later round than the call, as the caller expects of a callback. */
static void on_drained_already(void *arg)
{
    end_drain(arg, true);
}

void net_server_drain(net_server *server, int64_t deadline_ms, void (*done)(void *arg, bool all),
                      void *arg)
{
    server->draining = true;
    server->drain_done = done;
    server->drain_arg = arg;
    stop_listening(server);
    for (net_conn *c = server->conns; c != NULL; c = c->next) {
        if (c->state == CONN_HEAD && c->ex == NULL)
            net_conn_close(c);
        else if (c->state == CONN_EXCHANGE)
            atomic_store(&c->ex->must_close, true);
        else if (c->state == CONN_CHANNEL)
            net_channel_drain(c);
    }
    if (server->sweeping && server->sweep_every_ms > DRAIN_SWEEP_MS)
        (void)uv_timer_start(&server->sweep, on_sweep, DRAIN_SWEEP_MS, DRAIN_SWEEP_MS);
    const bool empty = server->conns == NULL;
    if (!net_timer_start(server->loop, empty ? 0 : deadline_ms,
                         empty ? on_drained_already : on_drain_deadline, server,
                         &server->drain_timer))
        on_drain_deadline(server);
}

void net_server_close(net_server *server)
{
    if (server == NULL || server->closed)
        return;
    server->drain_done = NULL;
    net_timer_stop(&server->drain_timer);
    stop_listening(server);
    for (net_conn *c = server->conns; c != NULL; c = c->next)
        net_conn_close(c);
    server->closed = true;
    uv_close((uv_handle_t *)&server->stall, on_server_handle_closed);
    uv_close((uv_handle_t *)&server->sweep, on_server_handle_closed);
    uv_close((uv_handle_t *)&server->poll, on_server_handle_closed);
    uv_close((uv_handle_t *)&server->pause, on_server_handle_closed);
    uv_close((uv_handle_t *)&server->first, on_server_handle_closed);
}

/* ---- the beginning ---- */

static net_server *server_new(net_loop *loop, const net_server_options *options)
{
    net_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return NULL;
    server->options = *options;
    server->options.listen = NULL; /* its views are the caller's */
    set_defaults(&server->options);
    server->output = net_output_new(server->options.max_buffered_bytes);
    if (server->output == NULL) {
        free(server);
        return NULL;
    }
    server->loop = net_loop_ref(loop);
    server->sweep_every_ms = sweep_interval(&server->options);
    (void)uv_timer_init(net_loop_uv(loop), &server->stall);
    (void)uv_timer_init(net_loop_uv(loop), &server->sweep);
    (void)uv_timer_init(net_loop_uv(loop), &server->poll);
    (void)uv_timer_init(net_loop_uv(loop), &server->pause);
    server->stall.data = server->sweep.data = server->poll.data = server->pause.data = server;
    (void)uv_tcp_init(net_loop_uv(loop), &server->first);
    server->first.data = server;
    server->handles = 5;
    return server;
}

anc_status net_server_open(net_loop *loop, const net_server_options *options, net_server **ret,
                           anc_err *err)
{
    net_server *server = server_new(loop, options);
    if (server == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the server");
    net_server_begin_accepting(server);
    anc_status status = ANC_OK;
    for (size_t i = 0; i < options->n_listen && status == ANC_OK; i++) {
        server->first_listener[i < LISTENERS_MAX ? i : 0] = server->n_listeners;
        status = net_server_listen(server, &options->listen[i], err);
    }
    if (status != ANC_OK) {
        net_server_close(server);
        return status;
    }
    *ret = server;
    return ANC_OK;
}

uint16_t net_server_port(const net_server *server, size_t i)
{
    return server->listeners[server->first_listener[i]].port;
}

net_server_stats net_server_stats_of(const net_server *server)
{
    return (net_server_stats){
        .connections = atomic_load(&server->n_conns),
        .exchanges = atomic_load(&server->n_exchanges),
        .accepted_total = atomic_load(&server->accepted),
        .refused_total = atomic_load(&server->refused),
        .requests_total = atomic_load(&server->requests),
        .bad_requests_total = atomic_load(&server->bad_requests),
        .answer_bytes = atomic_load(&server->output->bytes),
        .answers_refused_total = atomic_load(&server->output->refused),
    };
}
