/* events.c - what an event costs: published to subscribers of this process, and kept for good.
 *
 * Published: bursts of one live event (its envelope ready) to one subscriber, timed at the
 * publisher; the bus's own thread delivers meanwhile. The peer is the least that could be done: a
 * copy of the bytes pushed onto a queue under a mutex that nobody else wants.
 *
 * Live: feed.c.
 *
 * Kept: 1 and 16 threads that each append an event to the outbox and wait until it is durable. The
 * peer writes the same envelope to a table of the same shape with SQLite, one transaction each, in
 * WAL mode with synchronous=FULL as ours, its threads in line for one connection. Both files lie in
 * BENCH_CACHE, on a disk that syncs.
 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bench.h"
#include "feed.h"
#include "kernel/adapters/bus_memory/bus_memory.h"
#include "kernel/adapters/sqlite/sqlite.h"
#include "kernel/adapters/system/system.h"
#include "kernel/domain/document_events.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/feed_events.h"
#include "os/clock.h"
#include "os/file.h"

enum {
    BURST = 512,
    BURSTS = 40, /* a round */
    ROUNDS = 7,
    QUEUE = 1024,
    WRITERS_MAX = 16,
    COMMITS = 240, /* a round, over all writers */
    ENVELOPE_MAX = 1 << 16
};

/* ---- published ----------------------------------------------------------------------------- */

typedef struct publishing {
    krn_bus bus;
    krn_announcement event;
    pthread_mutex_t mutex; /* of the peer's queue */
    char *queue[QUEUE];
    size_t queued;
} publishing;

static anc_status ignore(void *arg, const krn_announcement *event, anc_err *err)
{
    (void)arg;
    (void)event;
    (void)err;
    return ANC_OK;
}

static double publish_ours(void *arg)
{
    publishing *p = arg;
    anc_err err = {0};
    size_t taken;
    double seconds = 0;
    for (unsigned burst = 0; burst < BURSTS; burst++) {
        const double start = bench_seconds();
        for (unsigned i = 0; i < BURST; i++)
            bench_must(p->bus.ops->publish(p->bus.self, &p->event, 1, INT64_MAX, &taken, &err),
                       &err);
        seconds += bench_seconds() - start;
        while (p->bus.ops->stats(p->bus.self).queued > 0)
            os_sleep_ns(20000);
    }
    return seconds * 1e9 / (BURST * BURSTS);
}

static void push(publishing *p)
{
    char *copy = malloc(p->event.envelope.len);
    if (copy == NULL)
        bench_fail("no memory for an event");
    memcpy(copy, p->event.envelope.ptr, p->event.envelope.len);
    (void)pthread_mutex_lock(&p->mutex);
    p->queue[p->queued++] = copy;
    (void)pthread_mutex_unlock(&p->mutex);
}

static double publish_peers(void *arg)
{
    publishing *p = arg;
    double seconds = 0;
    for (unsigned burst = 0; burst < BURSTS; burst++) {
        const double start = bench_seconds();
        for (unsigned i = 0; i < BURST; i++)
            push(p);
        seconds += bench_seconds() - start;
        while (p->queued > 0)
            free(p->queue[--p->queued]);
    }
    return seconds * 1e9 / (BURST * BURSTS);
}

static void run_publishing(void)
{
    anc_err err = {0};
    ANC_BUF(envelope, ENVELOPE_MAX);
    const ev_cache payload = {.cache = ANC_STR("embedding"),
                              .operation = ANC_STR("hit"),
                              .key_hash = ANC_STR("b9a0018dff090c14"),
                              .latency_ms = 0.042,
                              .size = 812};
    const ev_context context = {.component = ANC_STR("embedding"),
                                .trace_id = ANC_STR("4bf92f3577b34da6a3ce929d0e0e4736")};
    bench_must(ev_event_write(ev_type_of(EV_CACHE), &payload, &context,
                              ANC_STR("01890a5d-ac96-774b-bcce-b302099a8057"), os_wall_ms(), 0,
                              &envelope, &err),
               &err);
    krn_bus_memory *memory = krn_bus_memory_new(QUEUE);
    if (memory == NULL)
        bench_fail("no memory for a bus");
    static publishing p = {.mutex = PTHREAD_MUTEX_INITIALIZER};
    p.bus = krn_bus_memory_bus(memory);
    p.event = (krn_announcement){.type = ev_type_of(EV_CACHE),
                                 .type_name = anc_str_of(ev_type_of(EV_CACHE)->name),
                                 .envelope = anc_buf_view(&envelope)};
    uint64_t id;
    bench_must(p.bus.ops->subscribe(p.bus.self, ANC_STR("*"), ignore, NULL, &id, &err), &err);
    bench_must(p.bus.ops->start(p.bus.self, &err), &err);
    bench_run(&(bench_figure){.name = "events: publish, one subscriber",
                              .unit = "ns",
                              .less_is_better = true,
                              .peer = "mutex and queue, uncontended",
                              .run_ours = publish_ours,
                              .run_peers = publish_peers,
                              .arg = &p,
                              .rounds = ROUNDS});
    krn_bus_memory_free(memory);
}

/* ---- kept ---------------------------------------------------------------------------------- */

typedef struct keeping {
    krn_sqlite *catalog;
    sqlite3 *db;
    sqlite3_stmt *insert;
    pthread_mutex_t mutex; /* of the peer's connection */
    ev_document_created payload;
    ev_context context;
    anc_str envelope; /* what the peer writes */
    unsigned writers;
    atomic_int left; /* commits of this round */
} keeping;

static anc_status append(void *arg, krn_tx *tx, anc_err *err)
{
    const keeping *k = arg;
    return krn_outbox_append(krn_sqlite_outbox(k->catalog), tx, EV_DOCUMENT_CREATED, &k->payload,
                             &k->context, err);
}

static void *write_ours(void *arg)
{
    keeping *k = arg;
    anc_err err = {0};
    const atomic_bool cancelled = false;
    const anc_str label = ANC_STR("public");
    krn_call call = {.mem = anc_arena_new(1 << 20),
                     .err = &err,
                     .deadline_ns = INT64_MAX,
                     .cancelled = &cancelled,
                     .principal = {.labels = &label, .n_labels = 1}};
    while (atomic_fetch_sub(&k->left, 1) > 0)
        bench_must(krn_writer_run(krn_sqlite_writer(k->catalog), &call, append, k), &err);
    anc_arena_free(call.mem);
    return NULL;
}

static void must_sql(keeping *k, int rc)
{
    if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
        bench_fail("SQLite: %s", sqlite3_errmsg(k->db));
}

/* A statement outside BEGIN and COMMIT is a transaction of its own. */
static void *write_peers(void *arg)
{
    keeping *k = arg;
    while (atomic_fetch_sub(&k->left, 1) > 0) {
        (void)pthread_mutex_lock(&k->mutex);
        must_sql(k, sqlite3_bind_text(k->insert, 1, k->envelope.ptr, (int)k->envelope.len,
                                      SQLITE_STATIC));
        must_sql(k, sqlite3_step(k->insert));
        must_sql(k, sqlite3_reset(k->insert));
        (void)pthread_mutex_unlock(&k->mutex);
    }
    return NULL;
}

static double commits(keeping *k, void *(*writer)(void *arg))
{
    pthread_t threads[WRITERS_MAX];
    atomic_store(&k->left, COMMITS);
    const double start = bench_seconds();
    for (unsigned i = 0; i < k->writers; i++)
        if (pthread_create(&threads[i], NULL, writer, k) != 0)
            bench_fail("no thread %u", i);
    for (unsigned i = 0; i < k->writers; i++)
        (void)pthread_join(threads[i], NULL);
    return COMMITS / (bench_seconds() - start);
}

static double keep_ours(void *arg)
{
    return commits(arg, write_ours);
}

static double keep_peers(void *arg)
{
    return commits(arg, write_peers);
}

static void open_peer(keeping *k, const char *path)
{
    must_sql(k, sqlite3_open(path, &k->db));
    must_sql(k, sqlite3_exec(k->db,
                             "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                             "CREATE TABLE outbox(seq INTEGER PRIMARY KEY AUTOINCREMENT,"
                             " id TEXT NOT NULL, type TEXT NOT NULL, severity INTEGER NOT NULL,"
                             " time_ms INTEGER NOT NULL, envelope TEXT NOT NULL);"
                             "CREATE INDEX outbox_type ON outbox(type, seq)",
                             NULL, NULL, NULL));
    must_sql(k, sqlite3_prepare_v2(k->db,
                                   "INSERT INTO outbox(id, type, severity, time_ms, envelope)"
                                   " VALUES('01890a5d-ac96-774b-bcce-b302099a8057',"
                                   " 'document.created', 0, 1699468800123, ?1)",
                                   -1, &k->insert, NULL));
}

static void run_keeping(void)
{
    anc_err err = {0};
    const char *cache = getenv("BENCH_CACHE");
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(envelope, ENVELOPE_MAX);
    const anc_str folder = anc_arena_printf(mem, "%s/events", cache != NULL ? cache : ".");
    bench_must(os_folder_remove(folder, &err), &err);
    bench_must(os_folder_make(folder, &err), &err);
    keeping k = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                 .payload = {.document_id = ANC_STR("handbook/leave.md"),
                             .collection = ANC_STR("default"),
                             .title = ANC_STR("Annual leave and public holidays"),
                             .version = 1,
                             .chunks = 9,
                             .bytes = 6120,
                             .source = ANC_STR("folder")},
                 .context = {.component = ANC_STR("knowledge"),
                             .trace_id = ANC_STR("4bf92f3577b34da6a3ce929d0e0e4736")}};
    bench_must(ev_event_write(ev_type_of(EV_DOCUMENT_CREATED), &k.payload, &k.context,
                              ANC_STR("01890a5d-ac96-774b-bcce-b302099a8057"), os_wall_ms(), 1,
                              &envelope, &err),
               &err);
    k.envelope = anc_buf_view(&envelope);
    const krn_sqlite_options options = {.path =
                                            anc_arena_printf(mem, "%.*s/ours.db", ANC_FMT(folder)),
                                        .clock = krn_system_clock()};
    bench_must(krn_sqlite_open(&options, &k.catalog, &err), &err);
    open_peer(&k, anc_arena_printf(mem, "%.*s/peer.db", ANC_FMT(folder)).ptr);
    static const unsigned writers[] = {1, WRITERS_MAX};
    for (size_t i = 0; i < ANC_COUNT(writers); i++) {
        char name[64];
        k.writers = writers[i];
        (void)snprintf(name, sizeof name, "events: durable, %u writer%s", k.writers,
                       k.writers > 1 ? "s" : "");
        bench_run(&(bench_figure){.name = name,
                                  .unit = "commits/s",
                                  .peer = "SQLite, a transaction each",
                                  .run_ours = keep_ours,
                                  .run_peers = keep_peers,
                                  .arg = &k,
                                  .rounds = ROUNDS});
    }
    must_sql(&k, sqlite3_finalize(k.insert));
    (void)sqlite3_close(k.db);
    krn_sqlite_close(k.catalog);
    bench_must(os_folder_remove(folder, &err), &err);
}

int main(void)
{
    run_publishing();
    bench_feed_run();
    run_keeping();
    return 0;
}
