/* feed.c - the live feed with a thousand that watch, some that stall, and ten thousand that idle.
 *
 * The clients of feed.py, in one process: PORT READERS STALLED SECONDS. Readers take every event of the
 * WebSocket and note how long it was under way: now, less the event's own timestamp, which is taken when
 * it is written, so that the commit and the relay are in it. Stalled ones shake hands and never read.
 * "ready" is said when all are connected. After SECONDS (0: when standard input ends) one line of JSON
 * says what was seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/bench.h"
#include "os/clock.h"
#include "support/socket.h"

enum {
    HEAD_MAX = 8192,
    BUFFER = 64 << 10,
    SMALL_BUFFER = 4096,
    EVENTS_AT_ONCE = 256,
    DELAYS_MS = 60000 /* delays are counted by the millisecond */
};

typedef struct client {
    int fd;
    size_t len;  /* bytes in `bytes` */
    char *bytes; /* owned; NULL while nothing waits */
    uint64_t events;
    bool gone;
} client;

typedef struct watch {
    client *clients; /* [n] */
    size_t n, readers;
    int epoll;
    uint64_t delays[DELAYS_MS];
    uint64_t events, gone;
    char buffer[BUFFER];
} watch;

static void open_client(client *c, uint16_t port, bool stalled)
{
    static const char request[] =
        "GET /v1/events/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
        "Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const int small = SMALL_BUFFER;
    ANC_BUF(head, HEAD_MAX);
    c->fd = sock_connect(port);
    if (c->fd < 0)
        bench_fail("cannot connect: %s", strerror(errno));
    if (stalled)
        (void)setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    if (!sock_send(c->fd, ANC_STR(request)) || !sock_wait_for(c->fd, &head, "\r\n\r\n", 1) ||
        !anc_str_starts(anc_buf_view(&head), ANC_STR("HTTP/1.1 101")))
        bench_fail("no WebSocket: %.*s", ANC_FMT(anc_buf_view(&head)));
}

/* The event's own time in milliseconds; 0 where there is none. */
static int64_t time_of(anc_str text)
{
    const anc_str name = ANC_STR("{\"timestamp\":");
    double seconds = 0;
    const anc_str rest = anc_str_sub(text, name.len, text.len);
    if (!anc_str_starts(text, name) ||
        !anc_str_to_double(anc_str_sub(rest, 0, anc_str_find(rest, ANC_STR(","))), &seconds))
        return 0;
    return (int64_t)(seconds * 1000 + 0.5);
}

static void take_text(watch *w, client *c, anc_str text)
{
    const int64_t sent = time_of(text);
    if (sent == 0)
        bench_fail("no event: %.*s", ANC_FMT(text));
    const int64_t delay = os_wall_ms() - sent;
    w->delays[delay < 0 ? 0 : delay < DELAYS_MS ? delay : DELAYS_MS - 1]++;
    w->events++;
    c->events++;
}

static void answer_ping(const client *c)
{
    static const char pong[] = {(char)0x8a, (char)0x80, 0, 0, 0, 0};
    (void)sock_send(c->fd, (anc_str){pong, sizeof pong});
}

/* Takes whole frames off the front; gives what is left. */
static anc_str take_frames(watch *w, client *c, anc_str in)
{
    for (;;) {
        if (in.len < 2)
            return in;
        const unsigned char *b = (const unsigned char *)in.ptr;
        size_t head = 2, len = b[1] & 0x7f;
        if (len == 126 && in.len >= 4) {
            head = 4;
            len = (size_t)b[2] << 8 | b[3];
        } else if (len >= 126) {
            if (len == 127)
                bench_fail("an event of more than 64 KiB");
            return in;
        }
        if (in.len < head + len)
            return in;
        if ((b[0] & 0x0f) == 1)
            take_text(w, c, anc_str_sub(in, head, len));
        else if ((b[0] & 0x0f) == 9)
            answer_ping(c);
        in = anc_str_sub(in, head + len, in.len);
    }
}

static void keep(client *c, anc_str rest)
{
    char *bytes = rest.len > 0 ? malloc(rest.len) : NULL;
    if (rest.len > 0 && bytes == NULL)
        bench_fail("no memory");
    if (rest.len > 0)
        memcpy(bytes, rest.ptr, rest.len);
    free(c->bytes);
    c->bytes = bytes;
    c->len = rest.len;
}

static void read_client(watch *w, client *c)
{
    if (c->len > 0)
        memcpy(w->buffer, c->bytes, c->len);
    const ssize_t n = recv(c->fd, w->buffer + c->len, sizeof w->buffer - c->len, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        c->gone = true;
        w->gone++;
        (void)epoll_ctl(w->epoll, EPOLL_CTL_DEL, c->fd, NULL);
        return;
    }
    keep(c, take_frames(w, c, (anc_str){w->buffer, c->len + (size_t)n}));
}

static bool input_ended(void)
{
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    char byte;
    return poll(&p, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) == 0;
}

static void run(watch *w, double seconds)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    const double until = bench_seconds() + seconds;
    while (seconds > 0 ? bench_seconds() < until : !input_ended()) {
        const int n = epoll_wait(w->epoll, events, EVENTS_AT_ONCE, 50);
        for (int i = 0; i < n; i++)
            read_client(w, events[i].data.ptr);
    }
}

static unsigned delay_at(const watch *w, double share)
{
    uint64_t seen = 0;
    for (unsigned ms = 0; ms < DELAYS_MS; ms++) {
        seen += w->delays[ms];
        if ((double)seen >= share * (double)w->events)
            return ms;
    }
    return DELAYS_MS;
}

static void tell(const watch *w)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (size_t i = 0; i < w->readers; i++) {
        least = w->clients[i].events < least ? w->clients[i].events : least;
        most = w->clients[i].events > most ? w->clients[i].events : most;
    }
    (void)printf("{\"events\":%llu,\"least\":%llu,\"most\":%llu,\"gone\":%llu,\"p50_ms\":%u,"
                 "\"p99_ms\":%u,\"max_ms\":%u}\n",
                 (unsigned long long)w->events, (unsigned long long)least, (unsigned long long)most,
                 (unsigned long long)w->gone, delay_at(w, 0.5), delay_at(w, 0.99), delay_at(w, 1));
}

static void raise_descriptors(size_t wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted)
        bench_skip("%zu descriptors are needed (ulimit -n)", wanted);
}

int main(int argc, char **argv)
{
    static watch w;
    if (argc != 5)
        bench_fail("usage: bench_feed PORT READERS STALLED SECONDS (feed.py runs it)");
    const uint16_t port = (uint16_t)atoi(argv[1]);
    w.readers = (size_t)atol(argv[2]);
    w.n = w.readers + (size_t)atol(argv[3]);
    raise_descriptors(w.n + 64);
    w.clients = bench_alloc(w.n, sizeof *w.clients);
    w.epoll = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < w.n; i++) {
        client *c = &w.clients[i];
        open_client(c, port, i >= w.readers);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        if (i < w.readers && epoll_ctl(w.epoll, EPOLL_CTL_ADD, c->fd, &event) != 0)
            bench_fail("epoll: %s", strerror(errno));
    }
    (void)printf("ready\n");
    (void)fflush(stdout);
    run(&w, atof(argv[4]));
    tell(&w);
    return 0;
}
