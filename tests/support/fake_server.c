/* fake_server.c - a blocking scripted server on a thread. */
#include "support/fake_server.h"

#include <pthread.h>
#include <stdlib.h>

#include "os/clock.h"
#include "os/thread.h"
#include "support/socket.h"

enum { POLL_MS = 5, KEPT_MAX = 1 << 20, NS_PER_MS = 1000000 };

struct fake_server {
    const fake_step *script; /* what the next client gets */
    bool silent;
    int fd;
    uint16_t port;
    os_thread *thread;
    atomic_bool stopping;
    atomic_int clients, left;
    pthread_mutex_t lock;
    anc_buf kept; /* requests; under the lock */
};

static int listen_anywhere(uint16_t *ret_port)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof a;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &len) != 0)
        abort();
    *ret_port = ntohs(a.sin_port);
    return fd;
}

uint16_t fake_closed_port(void)
{
    uint16_t port;
    (void)close(listen_anywhere(&port));
    return port;
}

static bool wait_readable(fake_server *s, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    while (!atomic_load(&s->stopping))
        if (poll(&p, 1, POLL_MS) > 0)
            return true;
    return false;
}

static size_t declared_length(anc_str request, size_t head_end)
{
    uint64_t n = 0;
    const size_t at = anc_str_find(request, ANC_STR("Content-Length: "));
    if (at == SIZE_MAX || at > head_end)
        return 0;
    const anc_str rest = anc_str_sub(request, at + 16, request.len);
    (void)anc_str_to_u64(anc_str_sub(rest, 0, anc_str_find(rest, ANC_STR("\r"))), &n);
    return (size_t)n;
}

static bool read_request(fake_server *s, int fd)
{
    ANC_BUF(request, KEPT_MAX);
    for (;;) {
        const size_t end = anc_str_find(anc_buf_view(&request), ANC_STR("\r\n\r\n"));
        if (end != SIZE_MAX &&
            request.len >= end + 4 + declared_length(anc_buf_view(&request), end))
            break;
        if (!wait_readable(s, fd) || !sock_receive(fd, &request))
            return false;
    }
    (void)pthread_mutex_lock(&s->lock);
    (void)anc_buf_add(&s->kept, anc_buf_view(&request));
    (void)pthread_mutex_unlock(&s->lock);
    return true;
}

static void hang(fake_server *s, int fd)
{
    ANC_BUF(ignored, KEPT_MAX);
    while (wait_readable(s, fd))
        if (!sock_receive(fd, &ignored)) {
            atomic_fetch_add(&s->left, 1);
            return;
        }
}

static void send_until_gone(fake_server *s, int fd, anc_str text)
{
    while (!atomic_load(&s->stopping))
        if (!sock_send(fd, text)) {
            atomic_fetch_add(&s->left, 1);
            return;
        }
}

static void wait_ms(fake_server *s, int ms)
{
    for (int i = 0; i < ms && !atomic_load(&s->stopping); i++)
        os_sleep_ns(NS_PER_MS);
}

static void follow(fake_server *s, int fd)
{
    const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    const fake_step *step = s->script;
    for (; step->kind != FAKE_END && step->kind != FAKE_NEXT; step++) {
        if (step->kind == FAKE_SEND)
            (void)sock_send(fd, anc_str_of(step->text));
        else if (step->kind == FAKE_WAIT_MS)
            wait_ms(s, step->number);
        else if (step->kind == FAKE_HANG)
            hang(s, fd);
        else if (step->kind == FAKE_SEND_UNTIL_GONE)
            send_until_gone(s, fd, anc_str_of(step->text));
        else
            (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    }
    s->script = step->kind == FAKE_NEXT ? step + 1 : s->script;
}

static void serve(void *arg)
{
    fake_server *s = arg;
    while (wait_readable(s, s->fd)) {
        const int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        atomic_fetch_add(&s->clients, 1);
        if (s->silent || read_request(s, fd))
            follow(s, fd);
        (void)close(fd);
    }
}

fake_server *fake_server_start(const fake_step *script, bool silent)
{
    fake_server *s = calloc(1, sizeof *s);
    anc_err err = {0};
    if (s == NULL)
        abort();
    s->script = script;
    s->silent = silent;
    s->fd = listen_anywhere(&s->port);
    s->kept = anc_buf_init(KEPT_MAX);
    (void)pthread_mutex_init(&s->lock, NULL);
    if (os_thread_start("fake", serve, s, &s->thread, &err) != ANC_OK)
        abort();
    return s;
}

void fake_server_stop(fake_server *s)
{
    atomic_store(&s->stopping, true);
    os_thread_join(s->thread);
    (void)close(s->fd);
    (void)pthread_mutex_destroy(&s->lock);
    anc_buf_done(&s->kept);
    free(s);
}

uint16_t fake_server_port(const fake_server *s)
{
    return s->port;
}

int fake_server_clients(const fake_server *s)
{
    return atomic_load(&s->clients);
}

int fake_server_left(const fake_server *s)
{
    return atomic_load(&s->left);
}

bool fake_server_got(fake_server *s, const char *text)
{
    (void)pthread_mutex_lock(&s->lock);
    const bool got = anc_str_find(anc_buf_view(&s->kept), anc_str_of(text)) != SIZE_MAX;
    (void)pthread_mutex_unlock(&s->lock);
    return got;
}
