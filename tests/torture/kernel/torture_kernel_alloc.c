/* torture_kernel_alloc.c - events, catalog, relay, bus, metrics and scheduler with every allocation
 * failing once. What the catalog said OK to is there afterwards; nothing leaks. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "kernel/adapters/bus_memory/bus_memory.h"
#include "kernel/adapters/log_json/log_json.h"
#include "kernel/adapters/prometheus/prometheus.h"
#include "kernel/adapters/relay/relay.h"
#include "kernel/adapters/sqlite/sqlite.h"
#include "kernel/adapters/threads/threads.h"
#include "kernel/domain/document_events.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/event_codec.h"
#include "kernel/domain/feed.h"
#include "os/file.h"
#include "support/call.h"
#include "support/fail_alloc.h"
#include "support/sim.h"

static sim *world; /* made before anything may fail */

static const ev_document_deleted deleted = {
    .document_id = ANC_STR_INIT("d"), .collection = ANC_STR_INIT("c"), .version = 1};

/* ---- events -------------------------------------------------------------------------------- */

static void use_events(bool may_fail)
{
    static const ev_context context = {.component = ANC_STR_INIT("test")};
    const ev_type *type = ev_type_of(EV_DOCUMENT_DELETED);
    anc_err err = {0};
    ev_envelope e;
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(text, 1 << 16);
    ANC_BUF(feed, 1 << 16);
    if (mem == NULL)
        return;
    anc_status status = ev_event_write(type, &deleted, &context, ANC_STR("i"), 1, 1, &text, &err);
    if (status == ANC_OK)
        status = ev_envelope_read(mem, anc_buf_view(&text), &e, &err);
    if (status == ANC_OK)
        status = ev_feed_write(anc_buf_view(&text), &feed, &err);
    (void)fail_alloc_went_well(status, may_fail, &err, "events");
}

/* ---- catalog and relay --------------------------------------------------------------------- */

typedef struct stage {
    krn_sqlite *k;
    size_t heard;
    uint64_t newest;
} stage;

static anc_status append(void *arg, krn_tx *tx, anc_err *err)
{
    static const ev_context context = {.component = ANC_STR_INIT("test")};
    const stage *s = arg;
    const krn_changes changes = krn_sqlite_changes(s->k);
    const krn_change change = {.op = KRN_CHANGE_DELETE,
                               .collection = ANC_STR("c"),
                               .document_id = ANC_STR("d"),
                               .version = 1};
    uint64_t seq;
    ANC_TRY(changes.ops->append(changes.self, tx, &change, &seq, err));
    return krn_outbox_append(krn_sqlite_outbox(s->k), tx, EV_DOCUMENT_DELETED, &deleted, &context,
                             err);
}

static anc_status take(void *self, const krn_announcement *events, size_t n, int64_t deadline_ns,
                       size_t *ret_taken, anc_err *err)
{
    stage *s = self;
    (void)deadline_ns;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        s->heard += events[i].seq > s->newest;
        s->newest = events[i].seq;
    }
    *ret_taken = n;
    return ANC_OK;
}

/* Some changes and the relay; how many changes were said to be durable. */
static size_t play(stage *s, const char *path, bool may_fail)
{
    static const krn_bus_ops bus_ops = {.name = "test", .publish = take};
    anc_err err = {0};
    size_t ok = 0;
    const krn_sqlite_options o = {
        .path = anc_str_of(path), .clock = sim_clock(world), .without_thread = true};
    const anc_status opened = krn_sqlite_open(&o, &s->k, &err);
    (void)fail_alloc_went_well(opened, may_fail, &err, "open");
    if (opened != ANC_OK)
        return 0;
    for (int i = 0; i < 3; i++) {
        TEST_CALL(t);
        const anc_status status = krn_writer_run(krn_sqlite_writer(s->k), &t.call, append, s);
        (void)fail_alloc_went_well(status, may_fail, &t.err, "run");
        ok += status == ANC_OK;
    }
    const krn_relay_options r = {.outbox = krn_sqlite_outbox(s->k),
                                 .writer = krn_sqlite_writer(s->k),
                                 .bus = {&bus_ops, s},
                                 .prunes = true,
                                 .clock = sim_clock(world)};
    krn_relay *relay = krn_relay_new(&r);
    fail_alloc_expect(relay != NULL || may_fail, "relay");
    for (int i = 0; relay != NULL && i < 4; i++) {
        const int64_t next = krn_relay_step(relay, krn_now_ns(o.clock));
        sim_pass(world, next > krn_now_ns(o.clock) ? next - krn_now_ns(o.clock) : 0);
    }
    if (relay != NULL)
        fail_alloc_expect(s->heard == ok, "every committed event was relayed");
    krn_relay_free(relay);
    krn_sqlite_close(s->k);
    return ok;
}

static void use_catalog(bool may_fail)
{
    char folder[] = "/tmp/anc-alloc-XXXXXX", path[64];
    stage s = {.k = NULL};
    if (mkdtemp(folder) == NULL)
        return;
    (void)snprintf(path, sizeof path, "%s/c.db", folder);
    (void)play(&s, path, may_fail);
    fail_alloc_expect(os_folder_remove(anc_str_of(folder), NULL) == ANC_OK, "folder");
}

/* ---- the rest ------------------------------------------------------------------------------ */

static anc_status hear(void *arg, const krn_announcement *a, anc_err *err)
{
    (void)arg;
    (void)a;
    (void)err;
    return ANC_OK;
}

static void use_bus(bool may_fail)
{
    anc_err err = {0};
    uint64_t id;
    krn_bus_memory *bus = krn_bus_memory_new(8);
    if (bus == NULL) {
        fail_alloc_expect(may_fail, "bus");
        return;
    }
    const krn_bus b = krn_bus_memory_bus(bus);
    const krn_announcement a = {.type_name = ANC_STR("cache"), .envelope = ANC_STR("{}"), .seq = 1};
    size_t taken;
    anc_status status = b.ops->subscribe(b.self, ANC_STR("*"), hear, NULL, &id, &err);
    if (status == ANC_OK)
        status = b.ops->start(b.self, &err);
    if (status == ANC_OK)
        status = b.ops->publish(b.self, &a, 1, INT64_MAX, &taken, &err);
    (void)fail_alloc_went_well(status, may_fail, &err, "bus");
    krn_bus_memory_free(bus);
}

static void use_metrics(bool may_fail)
{
    krn_prometheus *p = krn_prometheus_new(0);
    if (p == NULL) {
        fail_alloc_expect(may_fail, "metrics");
        return;
    }
    const krn_metrics m = krn_prometheus_metrics(p);
    ANC_BUF(out, 1 << 16);
    krn_count(m.ops->counter(m.self, "a", "", "A"), 1);
    krn_count(m.ops->counter(m.self, "a", "k=\"1\"", "A"), 1);
    krn_gauge_set(m.ops->gauge(m.self, "b", "", "B"), 1);
    m.ops->render(m.self, &out);
    krn_prometheus_free(p);
}

static int64_t rest(void *arg, int64_t now_ns)
{
    (void)arg;
    (void)now_ns;
    return INT64_MAX;
}

static void use_threads(bool may_fail)
{
    anc_err err = {0};
    uint32_t id;
    krn_threads *t = krn_threads_new();
    if (t == NULL) {
        fail_alloc_expect(may_fail, "threads");
        return;
    }
    const krn_scheduler s = krn_threads_scheduler(t);
    anc_status status = s.ops->add(s.self, "one", rest, NULL, &id, &err);
    if (status == ANC_OK)
        status = s.ops->add(s.self, "two", rest, NULL, &id, &err);
    if (status == ANC_OK)
        status = s.ops->start(s.self, &err);
    (void)fail_alloc_went_well(status, may_fail, &err, "threads");
    krn_threads_free(t);
}

static void use_log(bool may_fail)
{
    int ends[2];
    krn_log_json self;
    if (pipe(ends) == 0) {
        const krn_log log = krn_log_json_init(&self, ends[1], KRN_INFO, sim_clock(world));
        krn_log_write(log, KRN_INFO, "test", "a line", KRN_INT("n", 1));
        fail_alloc_expect(krn_log_json_lost(&self) == 0 || may_fail, "log");
        (void)close(ends[0]);
        (void)close(ends[1]);
    }
}

typedef struct {
    const char *name;
    void (*scenario)(bool may_fail);
    long at_least; /* allocations that it makes */
} row;

static const row rows[] = {
    {"events", use_events, 5},   {"catalog", use_catalog, 30}, {"bus", use_bus, 4},
    {"metrics", use_metrics, 8}, {"threads", use_threads, 3},  {"log", use_log, 1},
};

static void every_allocation_fails_once(void **state)
{
    const row *r = *state;
    assert_true(fail_alloc_torture(r->scenario) >= r->at_least);
}

int main(void)
{
    world = sim_new(1);
    const int failed = RUN_TABLE("allocations", rows, every_allocation_fails_once);
    sim_free(world);
    return failed;
}
