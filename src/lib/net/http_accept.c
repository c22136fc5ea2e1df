/* http_accept.c - who comes in: connections taken from the system, and what becomes of one too many.
 *
 * A connection is one too many when there are max_connections and none of them is silent, or when the
 * number of its descriptor says that the process has few left (the system gives the lowest free
 * number). It is heard all the same, so that its client reads a 503 and not a reset, in one of a few
 * places; while those are taken the others wait in the system's queue, and who holds a place for
 * nothing loses it soon.
 *
 * Without a descriptor one that was kept spare is given up for the connection, which is then one too
 * many; when it ends, the spare is taken again. So nobody is closed without a word there either, and
 * a listening socket that cannot be served does not spin.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http_impl.h"

/* PAST_MS: how long a connection too many may hold its place while others wait for it, as long as it
 * asks for nothing; ANSWER_MS: as long as it does not take its answer. */
enum { ROUND = 64, PAST_MS = 30, ANSWER_MS = 2000, PAUSE_MS = 10 };

size_t net_server_past_limit(size_t max_connections)
{
    enum { FEWEST = 8, FEW = 16, MOST = 256, SHARE = 8 };
    const size_t n = max_connections / SHARE, least = max_connections < 2 * FEW ? FEWEST : FEW;
    return n < least ? least : n > MOST ? MOST : n;
}

/* ---- spare descriptors ---- */

static void take_spares(net_server *server)
{
    while (server->n_spares < SPARES) {
        const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return;
        server->spares[server->n_spares++] = fd;
    }
}

static void drop_spares(net_server *server)
{
    while (server->n_spares > 0)
        (void)close(server->spares[--server->n_spares]);
}

/* ---- waiting in the system's queue ---- */

/* Those who hold the places of the ones too many for nothing let go of them. */
static void hasten(net_server *server)
{
    const int64_t now_ms = net_loop_now_ms(server->loop);
    for (net_conn *c = server->conns; c != NULL; c = c->next) {
        const int64_t age_ms = now_ms - c->since_ms;
        if (!c->past_limit || age_ms < PAST_MS)
            continue;
        if (c->state == CONN_HEAD)
            net_conn_refuse_past_limit(c);
        else if (c->state == CONN_LINGER || age_ms >= ANSWER_MS)
            net_conn_close(c);
    }
}

static void resume(net_server *server)
{
    if (server->draining || server->closed)
        return; /* its spare descriptors were given back */
    take_spares(server);
    if (!server->paused)
        return;
    server->paused = false;
    (void)uv_timer_stop(&server->pause);
    for (size_t i = 0; i < server->n_listeners; i++)
        if (server->listeners[i].open)
            net_listener_start(&server->listeners[i]);
}

static void on_pause(uv_timer_t *timer)
{
    net_server *server = timer->data;
    hasten(server);
    if (server->past < net_server_past_limit(server->options.max_connections))
        resume(server);
}

static void pause_accepting(net_server *server)
{
    if (server->paused)
        return;
    server->paused = true;
    for (size_t i = 0; i < server->n_listeners; i++)
        if (server->listeners[i].open)
            (void)uv_poll_stop(&server->listeners[i].poll);
    (void)uv_timer_start(&server->pause, on_pause, PAUSE_MS, PAUSE_MS);
}

void net_server_past_gone(net_server *server)
{
    server->past--;
    resume(server);
}

/* ---- taking ---- */

static int take_from_system(const net_listener *listener)
{
    for (int tries = 0; tries < ROUND; tries++) {
        const int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0 || (errno != EINTR && errno != ECONNABORTED))
            return fd;
    }
    return -1;
}

/* With a spare descriptor where there is no other. *ret_last: it was the last one. */
static int take_next(net_listener *listener, bool *ret_last)
{
    net_server *server = listener->server;
    const int fd = take_from_system(listener);
    *ret_last = false;
    if (fd >= 0 || (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM))
        return fd;
    *ret_last = true;
    if (server->n_spares == 0)
        return -1;
    (void)close(server->spares[--server->n_spares]);
    return take_from_system(listener);
}

static bool is_too_many(net_server *server, int fd)
{
    const net_server_options *o = &server->options;
    const bool few = o->max_descriptor > 0 && (uint64_t)fd >= o->max_descriptor;
    const bool full = atomic_load(&server->n_conns) >= o->max_connections;
    return (few || full) && !net_conn_make_room(server);
}

/* False where nobody waits, or there is no room until somebody has left. */
static bool take_one(net_listener *listener)
{
    net_server *server = listener->server;
    bool last;
    const int fd = take_next(listener, &last);
    if (fd < 0 && last)
        pause_accepting(server);
    if (fd < 0)
        return false;
    const bool too_many = last || is_too_many(server, fd);
    atomic_fetch_add(&server->accepted, 1);
    atomic_fetch_add(&server->refused, too_many);
    server->past += too_many;
    if (!net_conn_accept(server, listener, fd, too_many)) {
        server->past -= too_many;
        return true;
    }
    net_server_update_sweep(server);
    if (!too_many)
        return true;
    if (server->past < net_server_past_limit(server->options.max_connections))
        return true;
    pause_accepting(server);
    return false;
}

void net_server_take(net_listener *listener)
{
    for (int i = 0; i < ROUND && listener->open; i++)
        if (!take_one(listener))
            return;
}

void net_server_begin_accepting(net_server *server)
{
    take_spares(server);
}

void net_server_end_accepting(net_server *server)
{
    (void)uv_timer_stop(&server->pause);
    drop_spares(server);
}
