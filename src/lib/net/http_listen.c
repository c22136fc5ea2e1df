/* http_listen.c - addresses bound and listened on; a taken one is named.
 *
 * A host name is resolved here, once, while nothing else runs. IPv4 comes first, so that
 * "localhost" with port 0 gives the port of 127.0.0.1; the other addresses of the name then get the
 * same port and are left out when they cannot.
 */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http_impl.h"

enum { BACKLOG = 511, HOST_TEXT = 256 };

static anc_status failed(int rc, const char *where, anc_err *err)
{
    if (rc == UV_EADDRINUSE)
        return ANC_FAIL(err, ANC_CONFLICT, "cannot listen on %s: something else listens there",
                        where);
    if (rc == UV_EACCES || rc == UV_EPERM || rc == UV_EROFS)
        return ANC_FAIL(err, ANC_FORBIDDEN, "cannot listen on %s: %s", where, uv_strerror(rc));
    if (rc == UV_EADDRNOTAVAIL || rc == UV_ENOENT)
        return ANC_FAIL(err, ANC_INVALID, "cannot listen on %s: %s", where, uv_strerror(rc));
    return ANC_FAIL(err, ANC_IO, "cannot listen on %s: %s", where, uv_strerror(rc));
}

static net_listener *next_listener(net_server *server)
{
    if (server->n_listeners == LISTENERS_MAX)
        return NULL;
    net_listener *l = &server->listeners[server->n_listeners];
    *l = (net_listener){.server = server};
    return l;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    net_server_take(poll->data);
}

void net_listener_start(net_listener *l)
{
    (void)uv_poll_start(&l->poll, UV_READABLE, on_ready);
}

static void on_listener_closed(uv_handle_t *handle)
{
    const net_listener *l = handle->data;
    net_server_handle_closed(l->server);
}

void net_listener_close(net_listener *l)
{
    l->open = false;
    uv_close((uv_handle_t *)&l->poll, on_listener_closed);
    (void)close(l->fd);
    if (l->path != NULL)
        (void)remove(l->path);
}

/* Takes `fd` over. A libuv error, or 0: from now on the listener has to be closed. */
static int begin_listening(net_server *server, net_listener *l, int fd)
{
    int rc = listen(fd, BACKLOG) == 0 ? 0 : uv_translate_sys_error(errno);
    if (rc == 0)
        rc = uv_poll_init(net_loop_uv(server->loop), &l->poll, fd);
    if (rc != 0) {
        (void)close(fd);
        return rc;
    }
    l->fd = fd;
    l->poll.data = l;
    l->open = true;
    server->n_listeners++;
    server->handles++;
    net_listener_start(l);
    return 0;
}

static uint16_t bound_port(const net_listener *l)
{
    struct sockaddr_storage a;
    socklen_t len = sizeof a;
    if (getsockname(l->fd, (struct sockaddr *)&a, &len) != 0)
        return 0;
    return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port
                                         : ((struct sockaddr_in *)&a)->sin_port);
}

/* A socket bound to `address`; -1 with errno. */
static int bind_tcp(const struct sockaddr *address)
{
    const int on = 1;
    const bool v6 = address->sa_family == AF_INET6;
    const int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (!v6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0) &&
        bind(fd, address,
             v6 ? sizeof(struct sockaddr_in6) : (socklen_t)sizeof(struct sockaddr_in)) == 0)
        return fd;
    const int why = errno;
    (void)close(fd);
    errno = why;
    return -1;
}

/* A libuv error, or 0. */
static int listen_tcp_at(net_server *server, const struct sockaddr *address, uint16_t *ret_port)
{
    net_listener *l = next_listener(server);
    if (l == NULL)
        return UV_ENOBUFS;
    const int fd = bind_tcp(address);
    const int rc = fd < 0 ? uv_translate_sys_error(errno) : begin_listening(server, l, fd);
    if (rc == 0)
        *ret_port = l->port = bound_port(l);
    return rc;
}

static void set_port(struct sockaddr *address, uint16_t port)
{
    if (address->sa_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)address)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)(void *)address)->sin_port = htons(port);
}

static void free_addresses(struct addrinfo **list)
{
    if (*list != NULL)
        freeaddrinfo(*list);
}

/* All addresses of one family in `list`. Counts what listens; *ret_rc is the last failure. */
static size_t listen_family(net_server *server, const struct addrinfo *list, int family,
                            uint16_t *port, int *ret_rc)
{
    size_t n = 0;
    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        if (a->ai_family != family)
            continue;
        set_port(a->ai_addr, *port);
        const int rc = listen_tcp_at(server, a->ai_addr, port);
        n += rc == 0;
        if (rc != 0)
            *ret_rc = rc;
    }
    return n;
}

static bool is_soft(int rc)
{
    return rc == 0 || rc == UV_EADDRNOTAVAIL || rc == UV_EAFNOSUPPORT || rc == UV_EPROTONOSUPPORT;
}

static anc_status listen_tcp(net_server *server, const net_address *address, anc_err *err)
{
    char host[HOST_TEXT], where[HOST_TEXT + 16];
    anc_str name = address->host;
    if (name.len >= 2 && name.ptr[0] == '[')
        name = anc_str_sub(name, 1, name.len - 2);
    (void)snprintf(host, sizeof host, "%.*s", ANC_FMT(name));
    const bool is_v6 = strchr(host, ':') != NULL;
    (void)snprintf(where, sizeof where, is_v6 ? "[%s]:%u" : "%s:%u", host, address->port);
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    ANC_CLEANUP(free_addresses) struct addrinfo *list = NULL;
    const int found = getaddrinfo(host, NULL, &hints, &list);
    if (found != 0)
        return ANC_FAIL(err, ANC_INVALID, "cannot listen on %s: %s", where, gai_strerror(found));
    uint16_t port = address->port;
    int rc = 0;
    size_t n = listen_family(server, list, AF_INET, &port, &rc);
    n += listen_family(server, list, AF_INET6, &port, &rc);
    if (n == 0 || (!is_soft(rc) && address->port != 0))
        return failed(rc, where, err);
    return ANC_OK;
}

/* Whether somebody listens at `address`. One who takes no more connections at the moment does. */
static bool answers(int fd, const struct sockaddr_un *address)
{
    return connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN ||
           errno == EINPROGRESS;
}

/* Removes the socket of a server that is no more; CONFLICT when one answers or it is no socket. */
static anc_status clear_stale(const struct sockaddr_un *address, anc_err *err)
{
    struct stat st;
    const char *path = address->sun_path;
    if (lstat(path, &st) != 0)
        return ANC_OK;
    if (!S_ISSOCK(st.st_mode))
        return ANC_FAIL(err, ANC_CONFLICT, "cannot listen on %s: a file is there that is no socket",
                        path);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return ANC_FAIL(err, ANC_IO, "cannot listen on %s: %s", path, strerror(errno));
    const bool alive = answers(fd, address);
    (void)close(fd);
    if (alive)
        return failed(UV_EADDRINUSE, path, err);
    (void)unlink(path);
    return ANC_OK;
}

/* A socket there that is nobody else's from the first moment on; -1 with errno. Nothing else makes files
 * meanwhile. */
static int bind_unix(const struct sockaddr_un *address)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    const mode_t before = umask(S_IRWXG | S_IRWXO);
    const bool bound = bind(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    int why = errno;
    (void)umask(before);
    if (bound && chmod(address->sun_path, S_IRUSR | S_IWUSR) == 0)
        return fd;
    if (bound) {
        why = errno;
        (void)unlink(address->sun_path);
    }
    (void)close(fd);
    errno = why;
    return -1;
}

static anc_status listen_unix(net_server *server, anc_str path, anc_err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (path.len >= sizeof address.sun_path)
        return ANC_FAIL(err, ANC_INVALID,
                        "cannot listen on %.*s: the path of a socket has at most %zu bytes",
                        ANC_FMT(path), sizeof address.sun_path - 1);
    memcpy(address.sun_path, path.ptr, path.len);
    ANC_TRY(clear_stale(&address, err));
    net_listener *l = next_listener(server);
    char *copy = l != NULL ? strdup(address.sun_path) : NULL;
    if (copy == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to listen on %s", address.sun_path);
    const int fd = bind_unix(&address);
    const int rc = fd < 0 ? uv_translate_sys_error(errno) : begin_listening(server, l, fd);
    if (rc != 0) {
        if (fd >= 0)
            (void)unlink(copy);
        free(copy);
        return failed(rc, address.sun_path, err);
    }
    l->is_pipe = true;
    l->path = copy; /* ours from here on, and removed at the end */
    return ANC_OK;
}

anc_status net_server_listen(net_server *server, const net_address *address, anc_err *err)
{
    if (address->unix_path.len > 0)
        return listen_unix(server, address->unix_path, err);
    return listen_tcp(server, address, err);
}
