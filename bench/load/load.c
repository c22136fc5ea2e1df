/* load.c - hybrid searches over HTTP at a fixed rate: how long each takes from when it was due, and the Python stack beside it.
 *
 * The callers of load.py, in one process: PORT PATH CALLERS SECONDS RATE, and a body a line on standard input. Each body is
 * sent once. With a RATE, requests are due at even steps, or with RATE written "~250" at random ones of that mean, whatever
 * the server does; one that finds no caller free waits, and its time counts from when it was due. Without (0) each caller
 * asks again as soon as it has its answer. One line of JSON says what came of it.
 */
#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <time.h>

#include "common/bench.h"
#include "support/socket.h"

enum {
    CALLERS_MAX = 256,
    ANSWER_MAX = 4 << 20,
    INPUT_MAX = 1 << 30,
    GRACE_S = 60 /* for the answers that are still to come at the end */
};

typedef struct caller {
    int fd;
    bool busy;
    double due; /* of what it asks */
    anc_buf answer;
} caller;

typedef struct load {
    const char *path;
    uint16_t port;
    caller callers[CALLERS_MAX];
    size_t n_callers;
    double rate, seconds; /* rate 0: each asks again at once */
    bool random;
    anc_str *bodies; /* [n_bodies] */
    size_t n_bodies;
    size_t asked, answered, failed;
    double start, next; /* when the next one is due */
    double *ms;         /* [n_bodies] of those that were answered with 200 */
    uint64_t seed;
} load;

/* ---- what is asked ------------------------------------------------------------------------------ */

static void read_bodies(load *l)
{
    anc_buf all = anc_buf_init(INPUT_MAX);
    char bytes[65536];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, stdin)) > 0;)
        if (!anc_buf_add(&all, (anc_str){bytes, n}))
            bench_fail("more than %d bytes of requests", INPUT_MAX);
    size_t lines = 0;
    for (size_t i = 0; i < all.len; i++)
        lines += all.ptr[i] == '\n';
    l->bodies = bench_alloc(lines + 1, sizeof *l->bodies);
    l->ms = bench_alloc(lines + 1, sizeof *l->ms);
    anc_str rest = anc_buf_view(&all), line;
    while (anc_str_split(&rest, '\n', &line))
        if (line.len > 0)
            l->bodies[l->n_bodies++] = line;
    if (l->n_bodies == 0)
        bench_fail("no requests on standard input");
}

static void open_callers(load *l)
{
    const int yes = 1;
    for (size_t i = 0; i < l->n_callers; i++) {
        caller *c = &l->callers[i];
        c->answer = anc_buf_init(ANSWER_MAX);
        c->fd = sock_connect(l->port);
        if (c->fd < 0)
            bench_fail("cannot connect to port %u: %s", l->port, strerror(errno));
        (void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
}

static void ask(load *l, caller *c, double due)
{
    const anc_str body = l->bodies[l->asked++];
    anc_buf out = anc_buf_init(body.len + 1024);
    const bool fits = anc_buf_printf(&out,
                                     "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                     "application/json\r\nContent-Length: %zu\r\n\r\n",
                                     l->path, body.len) &&
                      anc_buf_add(&out, body);
    if (!fits || !sock_send(c->fd, anc_buf_view(&out)))
        bench_fail("the server took no request: %s", strerror(errno));
    anc_buf_done(&out);
    c->busy = true;
    c->due = due;
}

/* ---- what comes back ---------------------------------------------------------------------------- */

/* The bytes of the body, by the head's own word. */
static size_t length_of(anc_str head)
{
    static const char name[] = "content-length:";
    anc_str line;
    while (anc_str_split(&head, '\n', &line)) {
        uint64_t n;
        if (line.len > strlen(name) && strncasecmp(line.ptr, name, strlen(name)) == 0 &&
            anc_str_to_u64(anc_str_trim(anc_str_sub(line, strlen(name), line.len)), &n) &&
            n <= ANSWER_MAX)
            return (size_t)n;
    }
    bench_fail("an answer without its length: %.*s", ANC_FMT(head));
}

static void take_answer(load *l, caller *c)
{
    if (!sock_receive(c->fd, &c->answer))
        bench_fail("the server closed a connection, or an answer is too long");
    const anc_str got = anc_buf_view(&c->answer);
    const size_t head = anc_str_find(got, ANC_STR("\r\n\r\n"));
    if (head == SIZE_MAX || got.len < head + 4 + length_of(anc_str_sub(got, 0, head)))
        return;
    if (anc_str_starts(got, ANC_STR("HTTP/1.1 200 ")))
        l->ms[l->answered++] = (bench_seconds() - c->due) * 1e3;
    else if (l->failed++ == 0)
        (void)fprintf(stderr, "load: %.*s\n", ANC_FMT(anc_str_sub(got, 0, 500)));
    anc_buf_clear(&c->answer);
    c->busy = false;
}

/* ---- the clock ---------------------------------------------------------------------------------- */

/* From 0 to 1, without 0. */
static double any(load *l)
{
    l->seed ^= l->seed << 13;
    l->seed ^= l->seed >> 7;
    l->seed ^= l->seed << 17;
    return ((double)(l->seed >> 11) + 1) / 9007199254740993.0;
}

static double step(load *l)
{
    return (l->random ? -log(any(l)) : 1) / l->rate;
}

static bool has_next(const load *l, double now)
{
    return l->asked < l->n_bodies && (l->rate > 0 ? l->next : now) < l->start + l->seconds;
}

/* Asks what is due, as far as callers are free; seconds until something can be asked again. */
static double ask_due(load *l)
{
    double now = bench_seconds();
    for (size_t i = 0; i < l->n_callers && has_next(l, now); i++) {
        caller *c = &l->callers[i];
        if (c->busy)
            continue;
        if (l->rate > 0 && l->next > now)
            return l->next - now;
        ask(l, c, l->rate > 0 ? l->next : now);
        l->next += l->rate > 0 ? step(l) : 0;
        now = bench_seconds();
    }
    return 1; /* until an answer frees a caller */
}

static bool is_busy(const load *l)
{
    for (size_t i = 0; i < l->n_callers; i++)
        if (l->callers[i].busy)
            return true;
    return false;
}

static void run(load *l)
{
    struct pollfd polled[CALLERS_MAX];
    l->start = l->next = bench_seconds();
    while (is_busy(l) || has_next(l, bench_seconds())) {
        const double wait = ask_due(l);
        if (bench_seconds() > l->start + l->seconds + GRACE_S)
            bench_fail("no answers within %d s of the end", GRACE_S);
        for (size_t i = 0; i < l->n_callers; i++)
            polled[i] = (struct pollfd){.fd = l->callers[i].fd, .events = POLLIN};
        const struct timespec t = {(time_t)wait, (long)((wait - floor(wait)) * 1e9)};
        if (ppoll(polled, (nfds_t)l->n_callers, &t, NULL) <= 0)
            continue;
        for (size_t i = 0; i < l->n_callers; i++)
            if (polled[i].revents != 0)
                take_answer(l, &l->callers[i]);
    }
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tell(load *l)
{
    const double took = bench_seconds() - l->start;
    const size_t n = l->answered;
    qsort(l->ms, n, sizeof *l->ms, ascending);
    (void)printf("{\"answered\":%zu,\"failed\":%zu,\"rate\":%.6g,\"p50_ms\":%.6g,\"p99_ms\":%.6g,"
                 "\"max_ms\":%.6g}\n",
                 n, l->failed, (double)n / took, n > 0 ? l->ms[n / 2] : 0,
                 n > 0 ? l->ms[n * 99 / 100] : 0, n > 0 ? l->ms[n - 1] : 0);
}

int main(int argc, char **argv)
{
    static load l;
    if (argc != 6)
        bench_fail("usage: bench_load PORT PATH CALLERS SECONDS RATE (load.py runs it)");
    l.port = (uint16_t)atoi(argv[1]);
    l.path = argv[2];
    l.n_callers = (size_t)atol(argv[3]);
    l.seconds = atof(argv[4]);
    l.random = argv[5][0] == '~';
    l.rate = atof(argv[5] + l.random);
    l.seed = 0x9e3779b97f4a7c15;
    if (l.n_callers == 0 || l.n_callers > CALLERS_MAX)
        bench_fail("%zu callers: from 1 to %d", l.n_callers, CALLERS_MAX);
    (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL,
                0UL); /* what is due is sent then, not 50 us later */
    read_bodies(&l);
    open_callers(&l);
    run(&l);
    tell(&l);
    return 0;
}
