/* wire.c - a non-blocking socket, and waits that end at a deadline or when another thread says so. */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"
#include "os/clock.h"
#include "redis_impl.h"

enum { NS_PER_MS = 1000000, LONGEST_POLL_MS = 60000, IDLE_S = 30, PROBE_S = 10, PROBES = 3 };

/* ---- waiting ---- */

static anc_status check(clt_redis_wire *w, int64_t deadline_ns, anc_err *err)
{
    if (atomic_load(&w->ended))
        return ANC_FAIL(err, ANC_CANCELLED, "the connection was given up");
    if (os_mono_ns() >= deadline_ns)
        return ANC_FAIL(err, ANC_DEADLINE, "no answer in time");
    return ANC_OK;
}

anc_status clt_redis_wait(clt_redis_wire *w, int fd, short events, int64_t deadline_ns,
                          anc_err *err)
{
    struct pollfd p[] = {{.fd = fd, .events = events}, {.fd = w->wake, .events = POLLIN}};
    for (;;) {
        ANC_TRY(check(w, deadline_ns, err));
        const int64_t left_ms = (deadline_ns - os_mono_ns()) / NS_PER_MS + 1;
        const int n = poll(p, 2, (int)(left_ms < LONGEST_POLL_MS ? left_ms : LONGEST_POLL_MS));
        if (n < 0 && errno != EINTR)
            return ANC_FAIL(err, ANC_IO, "poll: %s", strerror(errno));
        if (n > 0 && p[0].revents != 0 && !atomic_load(&w->ended))
            return ANC_OK;
    }
}

/* ---- connecting ---- */

static void set_options(int fd)
{
    const int on = 1, idle = IDLE_S, probe = PROBE_S, probes = PROBES;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &probe, sizeof probe);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

static anc_status finish_connect(clt_redis_wire *w, int64_t deadline_ns, anc_err *err)
{
    int error = 0;
    socklen_t len = sizeof error;
    ANC_TRY(clt_redis_wait(w, w->fd, POLLOUT, deadline_ns, err));
    if (getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        error = errno;
    return error == 0 ? ANC_OK : ANC_FAIL(err, ANC_UNAVAILABLE, "%s", strerror(error));
}

static anc_status connect_to(clt_redis_wire *w, const struct sockaddr *address, socklen_t len,
                             int64_t deadline_ns, anc_err *err)
{
    w->fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (w->fd < 0)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "socket: %s", strerror(errno));
    if (address->sa_family != AF_UNIX)
        set_options(w->fd);
    if (connect(w->fd, address, len) == 0)
        return ANC_OK;
    if (errno != EINPROGRESS && errno != EINTR)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "%s", strerror(errno));
    return finish_connect(w, deadline_ns, err);
}

static anc_status connect_socket(clt_redis_wire *w, anc_str path, int64_t deadline_ns, anc_err *err)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (path.len >= sizeof a.sun_path)
        return ANC_FAIL(err, ANC_INVALID, "the path of the socket has more than %zu bytes",
                        sizeof a.sun_path - 1);
    memcpy(a.sun_path, path.ptr, path.len);
    return connect_to(w, (const struct sockaddr *)&a, sizeof a, deadline_ns, err);
}

/* One address after another, each with its share of the time. */
static anc_status connect_network(clt_redis_wire *w, const clt_redis_place *place,
                                  int64_t deadline_ns, anc_err *err)
{
    clt_redis_address list[CLT_REDIS_ADDRESSES];
    anc_status status = ANC_UNAVAILABLE;
    anc_err why = {0};
    size_t n = 0;
    ANC_TRY(clt_redis_resolve(w, place->host, place->port, deadline_ns, list, &n, err));
    for (size_t i = 0; i < n; i++) {
        const int64_t now_ns = os_mono_ns();
        const int64_t share_ns = (deadline_ns - now_ns) / (int64_t)(n - i);
        anc_err_clear(&why);
        status = connect_to(w, (const struct sockaddr *)&list[i].bytes, list[i].len,
                            now_ns + share_ns, &why);
        if (status == ANC_OK || status == ANC_CANCELLED)
            break;
        clt_redis_wire_close(w, false);
    }
    return status == ANC_OK ? ANC_OK : ANC_FAIL(err, status, "%s", why.text);
}

anc_status clt_redis_wire_connect(clt_redis_wire *w, const clt_redis_place *place,
                                  const clt_redis_trust *trust, int64_t deadline_ns, anc_err *err)
{
    ANC_TRY(check(w, deadline_ns, err));
    if (place->unix_path.len > 0)
        return connect_socket(w, place->unix_path, deadline_ns, err);
    ANC_TRY(connect_network(w, place, deadline_ns, err));
    return place->tls ? clt_redis_tls_open(w, trust, deadline_ns, err) : ANC_OK;
}

void clt_redis_wire_close(clt_redis_wire *w, bool reset)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    clt_redis_tls_free(w->tls);
    w->tls = NULL;
    if (w->fd < 0)
        return;
    if (reset)
        (void)setsockopt(w->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    (void)close(w->fd);
    w->fd = -1;
}

/* ---- bytes ---- */

static bool may_wait(int error)
{
    return error == EAGAIN || error == EINTR;
}

anc_status clt_redis_wire_send(clt_redis_wire *w, anc_str bytes, int64_t deadline_ns, anc_err *err)
{
    if (w->tls != NULL)
        return clt_redis_tls_send(w, bytes, deadline_ns, err);
    while (bytes.len > 0) {
        const ssize_t n = send(w->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (n >= 0)
            bytes = anc_str_sub(bytes, (size_t)n, bytes.len);
        else if (may_wait(errno))
            ANC_TRY(clt_redis_wait(w, w->fd, POLLOUT, deadline_ns, err));
        else
            return ANC_FAIL(err, ANC_UNAVAILABLE, "sending: %s", strerror(errno));
    }
    return ANC_OK;
}

anc_status clt_redis_wire_receive(clt_redis_wire *w, char *out, size_t n, int64_t deadline_ns,
                                  size_t *ret_n, anc_err *err)
{
    if (w->tls != NULL)
        return clt_redis_tls_receive(w, out, n, deadline_ns, ret_n, err);
    for (;;) {
        ANC_TRY(check(w, deadline_ns, err));
        const ssize_t got = recv(w->fd, out, n, 0);
        if (got > 0) {
            *ret_n = (size_t)got;
            return ANC_OK;
        }
        if (got == 0)
            return ANC_FAIL(err, ANC_UNAVAILABLE, "the server closed the connection");
        if (!may_wait(errno))
            return ANC_FAIL(err, ANC_UNAVAILABLE, "receiving: %s", strerror(errno));
        ANC_TRY(clt_redis_wait(w, w->fd, POLLIN, deadline_ns, err));
    }
}
