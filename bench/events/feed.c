/* feed.c - what a transient event costs who publishes it: 8 threads at once, nobody or a thousand watching.
 *
 * All that stands behind the feed's ring in the server stands here too: the step that hands on, the bus in
 * memory, the live feed, and for each subscriber an outlet that takes the frames and lets them go. Each
 * thread publishes bursts that fit into the ring together, and waits until it is empty again, so that
 * nothing is dropped. What counts is the processor time of the publishing threads, since eight of them do
 * not fit on two cores. The peer is a copy of the same payload pushed onto a queue under one mutex.
 */
#include "feed.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/bench.h"
#include "kernel/adapters/bus_memory/bus_memory.h"
#include "kernel/adapters/feed_ring/feed_ring.h"
#include "kernel/adapters/system/system.h"
#include "kernel/adapters/threads/threads.h"
#include "kernel/domain/feed_events.h"
#include "live/app/live_service.h"
#include "net/websocket.h"
#include "os/clock.h"

enum { THREADS = 8, BURST = 128, BURSTS = 60, ROUNDS = 5, MANY = 1000 };

typedef struct house {
    krn_feed_ring *ring;
    krn_feed feed;
    krn_bus_memory *memory;
    krn_threads *threads;
    krn_scheduler scheduler;
    uint32_t step;
    os_pool *loop; /* one thread */
    liv_service *live;
    liv_subscriber **subscribers; /* [n] */
    size_t n;
    atomic_uint_fast64_t frames;
    pthread_barrier_t together;
    pthread_mutex_t mutex; /* of the peer's queue */
    char *queue[THREADS * BURST];
    size_t queued;
} house;

static const ev_cache payload = {.cache = ANC_STR_INIT("embedding"),
                                 .operation = ANC_STR_INIT("hit"),
                                 .key_hash = ANC_STR_INIT("b9a0018dff090c14"),
                                 .latency_ms = 0.042,
                                 .size = 812};
static const ev_context context = {.component = ANC_STR_INIT("embedding"),
                                   .trace_id = ANC_STR_INIT("4bf92f3577b34da6a3ce929d0e0e4736")};

/* ---- the house ---- */

static void wake(void *arg)
{
    house *h = arg;
    h->scheduler.ops->wake(h->scheduler.self, h->step);
}

static void *make(anc_str json, uint64_t seq)
{
    (void)seq;
    return net_ws_frame_text(json);
}

static void let_go(void *made)
{
    net_block_unref(made);
}

static void outlet(void *arg, const liv_event *const *events, size_t n, bool replayed)
{
    house *h = arg;
    (void)events;
    (void)replayed;
    atomic_fetch_add(&h->frames, n);
}

static void open_feed(house *h, krn_bus bus)
{
    anc_err err = {0};
    const krn_feed_ring_options options = {
        .clock = krn_system_clock(), .buses = {bus}, .n_buses = 1, .wake = wake, .arg = h};
    h->threads = krn_threads_new();
    h->ring = krn_feed_ring_new(&options);
    if (h->threads == NULL || h->ring == NULL)
        bench_fail("no memory for the feed");
    h->feed = krn_feed_ring_feed(h->ring);
    h->scheduler = krn_threads_scheduler(h->threads);
    bench_must(h->scheduler.ops->add(h->scheduler.self, "feed", krn_feed_ring_step, h->ring,
                                     &h->step, &err),
               &err);
}

static void open_house(house *h, size_t subscribers)
{
    anc_err err = {0};
    *h = (house){.n = subscribers, .mutex = PTHREAD_MUTEX_INITIALIZER};
    h->memory = krn_bus_memory_new(0);
    if (h->memory == NULL)
        bench_fail("no memory for a bus");
    const krn_bus bus = krn_bus_memory_bus(h->memory);
    bench_must(os_pool_open("loop", 1, 4096, &h->loop, &err), &err);
    const liv_service_options options = {
        .bus = bus, .loop = krn_pool_executor(h->loop), .wire = {make, let_go}};
    bench_must(liv_service_open(&options, &h->live, &err), &err);
    h->subscribers = bench_alloc(subscribers + 1, sizeof(liv_subscriber *));
    const liv_start start = {.replay = 0};
    for (size_t i = 0; i < subscribers; i++) {
        bench_must(liv_join(h->live, outlet, h, &h->subscribers[i], &err), &err);
        bench_must(liv_begin(h->live, h->subscribers[i], &start, &err), &err);
    }
    open_feed(h, bus);
    bench_must(bus.ops->start(bus.self, &err), &err);
    bench_must(h->scheduler.ops->start(h->scheduler.self, &err), &err);
    (void)pthread_barrier_init(&h->together, NULL, THREADS);
}

static void close_house(house *h)
{
    h->scheduler.ops->stop(h->scheduler.self);
    liv_service_stop(h->live);
    os_pool_stop(h->loop);
    for (size_t i = 0; i < h->n; i++)
        liv_unsubscribe(h->live, h->subscribers[i], false);
    liv_service_close(h->live);
    os_pool_free(h->loop);
    krn_threads_free(h->threads);
    krn_bus_memory_free(h->memory);
    krn_feed_ring_free(h->ring);
    (void)pthread_barrier_destroy(&h->together);
}

/* ---- publishing ---- */

static double thread_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

typedef struct publisher {
    house *house;
    void (*burst)(house *h);
    bool (*is_empty)(house *h);
    double seconds; /* of its processor time */
} publisher;

static void burst_ours(house *h)
{
    for (unsigned i = 0; i < BURST; i++)
        krn_feed_publish(h->feed, EV_CACHE, &payload, &context);
}

static bool ring_is_empty(house *h)
{
    return h->feed.ops->stats(h->feed.self).queued == 0;
}

static void burst_peers(house *h)
{
    for (unsigned i = 0; i < BURST; i++) {
        char *copy = malloc(sizeof payload + sizeof context);
        if (copy == NULL)
            bench_fail("no memory for an event");
        memcpy(copy, &payload, sizeof payload);
        memcpy(copy + sizeof payload, &context, sizeof context);
        (void)pthread_mutex_lock(&h->mutex);
        h->queue[h->queued++] = copy;
        (void)pthread_mutex_unlock(&h->mutex);
    }
}

static bool queue_is_emptied(house *h)
{
    (void)pthread_mutex_lock(&h->mutex);
    while (h->queued > 0)
        free(h->queue[--h->queued]);
    (void)pthread_mutex_unlock(&h->mutex);
    return true;
}

static void *publish(void *arg)
{
    publisher *p = arg;
    for (unsigned i = 0; i < BURSTS; i++) {
        (void)pthread_barrier_wait(&p->house->together);
        const double start = thread_seconds();
        p->burst(p->house);
        p->seconds += thread_seconds() - start;
        (void)pthread_barrier_wait(&p->house->together);
        while (!p->is_empty(p->house))
            os_sleep_ns(50000);
    }
    return NULL;
}

/* Nanoseconds a call. */
static double all_publish(house *h, void (*burst)(house *h), bool (*is_empty)(house *h))
{
    pthread_t threads[THREADS];
    publisher list[THREADS];
    double seconds = 0;
    for (size_t i = 0; i < THREADS; i++) {
        list[i] = (publisher){h, burst, is_empty, 0};
        if (pthread_create(&threads[i], NULL, publish, &list[i]) != 0)
            bench_fail("no thread");
    }
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        seconds += list[i].seconds;
    }
    return seconds * 1e9 / (THREADS * BURSTS * BURST);
}

static double run_ours(void *arg)
{
    house *h = arg;
    const double ns = all_publish(h, burst_ours, ring_is_empty);
    if (h->feed.ops->stats(h->feed.self).dropped > 0)
        bench_fail("the ring dropped events");
    return ns;
}

static double run_peers(void *arg)
{
    return all_publish(arg, burst_peers, queue_is_emptied);
}

static void measure(const char *name, size_t subscribers)
{
    static house h;
    open_house(&h, subscribers);
    bench_run(&(bench_figure){.name = name,
                              .unit = "ns",
                              .less_is_better = true,
                              .peer = "mutex and queue, 8 threads",
                              .run_ours = run_ours,
                              .run_peers = run_peers,
                              .arg = &h,
                              .rounds = ROUNDS});
    close_house(&h);
}

void bench_feed_run(void)
{
    measure("events: live, 8 threads, nobody watches", 0);
    measure("events: live, 8 threads, 1,000 watch", MANY);
}
