/* torture_outbox_crash.c - whatever instant the process dies at, no durable event is lost or doubled.
 *
 * A simulated world per seed: a producer commits facts of one to three events each, the relay carries
 * them to a bus that at times refuses, posted work is run, and after some operations of the disk the
 * process is killed (the write that was going on arrives by half). The next life opens the same file.
 * In the last life nothing fails, and when it has come to rest:
 *   - each fact whose writer said OK was delivered, all of its events;
 *   - a fact that was undone was not; one that was cut off by a death was delivered whole or not at all;
 *   - an event has one id and one seq however often it came, and came first in the order of seq.
 * To run one seed again: ANCHORAGE_SEED=<n>.
 */
#include "support/test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "kernel/adapters/relay/relay.h"
#include "kernel/adapters/sqlite/sqlite.h"
#include "kernel/domain/document_events.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/event_codec.h"
#include "os/file.h"
#include "support/call.h"
#include "support/fault_vfs.h"
#include "support/sim.h"

enum { SEEDS = 60, LIVES = 5, FACTS_MAX = 2000, EVENTS_MAX = 3, PICKS = 60, OPERATIONS = 120 };

typedef enum fate { CUT_OFF, SAID_OK, UNDONE } fate;

typedef struct fact {
    struct world *world;
    uint32_t number;
    uint32_t events;
    bool fails; /* the closure ends with a failure of its own */
    fate fate;
    uint64_t seqs[EVENTS_MAX]; /* as delivered; 0: not */
    char ids[EVENTS_MAX][ANC_UUID_TEXT + 1];
} fact;

typedef struct world {
    sim *sim;
    char path[128];
    bool prunes;
    krn_sqlite *k;
    krn_relay *relay;
    uint32_t relay_id;
    fact facts[FACTS_MAX];
    uint32_t n_facts;
    uint64_t newest_seq; /* of what was delivered */
    bool quiet;          /* the last life: nobody produces, nobody refuses */
} world;

/* ---- the producer -------------------------------------------------------------------------- */

static anc_status append_fact(void *arg, krn_tx *tx, anc_err *err)
{
    const fact *f = arg;
    char name[16];
    const int n = snprintf(name, sizeof name, "%u", f->number);
    for (uint32_t i = 0; i < f->events; i++) {
        const ev_document_deleted payload = {
            .document_id = {name, (size_t)n}, .collection = ANC_STR("c"), .version = i};
        const ev_context context = {.component = ANC_STR("test")};
        ANC_TRY(krn_outbox_append(krn_sqlite_outbox(f->world->k), tx, EV_DOCUMENT_DELETED, &payload,
                                  &context, err));
    }
    return f->fails ? ANC_FAIL(err, ANC_CONFLICT, "undone") : ANC_OK;
}

static void learn_fate(void *arg, anc_status status, const anc_err *err)
{
    fact *f = arg;
    (void)err;
    f->fate = status == ANC_OK ? SAID_OK : status == ANC_CONFLICT ? UNDONE : CUT_OFF;
}

static int64_t producer_step(void *arg, int64_t now_ns)
{
    world *w = arg;
    if (w->quiet || w->n_facts == FACTS_MAX)
        return INT64_MAX;
    fact *f = &w->facts[w->n_facts];
    *f = (fact){.world = w,
                .number = w->n_facts++,
                .events = 1 + (uint32_t)sim_chance(w->sim, EVENTS_MAX),
                .fails = sim_chance(w->sim, 6) == 0};
    if (sim_chance(w->sim, 3) == 0) {
        anc_err err = {0};
        if (krn_writer_post(krn_sqlite_writer(w->k), append_fact, f, learn_fate, &err) != ANC_OK)
            f->fate = UNDONE;
    } else {
        TEST_CALL(t);
        learn_fate(f, krn_writer_run(krn_sqlite_writer(w->k), &t.call, append_fact, f), &t.err);
    }
    return now_ns + (int64_t)sim_chance(w->sim, 5000000);
}

/* ---- the bus ------------------------------------------------------------------------------- */

static void note_delivery(world *w, const krn_announcement *a)
{
    TEST_CALL(t);
    ev_envelope e;
    ev_document_deleted payload;
    json_doc *doc = NULL;
    uint64_t number = 0;
    ASSERT_OK(ev_envelope_read(t.call.mem, a->envelope, &e, &t.err), &t.err);
    ASSERT_OK(json_parse(e.payload.text, &doc, &t.err), &t.err);
    ASSERT_OK(ev_payload_read(t.call.mem, a->type, json_root(doc), &payload, &t.err), &t.err);
    json_doc_free(doc);
    assert_true(anc_str_to_u64(payload.document_id, &number) && number < w->n_facts);
    assert_int_equal(e.seq, a->seq);
    fact *f = &w->facts[number];
    assert_true(payload.version < f->events);
    if (f->seqs[payload.version] == 0) {
        assert_true(a->seq > w->newest_seq);
        w->newest_seq = a->seq;
        f->seqs[payload.version] = a->seq;
        memcpy(f->ids[payload.version], e.id.ptr, ANC_UUID_TEXT);
    }
    assert_int_equal(f->seqs[payload.version], a->seq);
    assert_string_equal(f->ids[payload.version], e.id.ptr);
}

static anc_status take_or_refuse(void *self, const krn_announcement *events, size_t n,
                                 int64_t deadline_ns, size_t *ret_taken, anc_err *err)
{
    world *w = self;
    (void)deadline_ns;
    for (*ret_taken = 0; *ret_taken < n; ++*ret_taken) {
        if (!w->quiet && sim_chance(w->sim, 8) == 0)
            return ANC_FAIL(err, ANC_UNAVAILABLE, "full");
        note_delivery(w, &events[*ret_taken]);
    }
    return ANC_OK;
}

static krn_bus bus_of(world *w)
{
    static const krn_bus_ops ops = {.name = "test", .publish = take_or_refuse};
    return (krn_bus){&ops, w};
}

/* ---- lives --------------------------------------------------------------------------------- */

static void wake_relay(void *arg)
{
    const world *w = arg;
    const krn_scheduler s = sim_scheduler(w->sim);
    s.ops->wake(s.self, w->relay_id);
}

static void add_step(world *w, const char *name, krn_step_fn *step, void *arg, uint32_t *ret_id)
{
    anc_err err = {0};
    const krn_scheduler s = sim_scheduler(w->sim);
    ASSERT_OK(s.ops->add(s.self, name, step, arg, ret_id, &err), &err);
}

static bool open_life(world *w)
{
    anc_err err = {0};
    uint32_t id;
    const krn_sqlite_options o = {.path = anc_str_of(w->path),
                                  .clock = sim_clock(w->sim),
                                  .without_thread = true,
                                  .vfs = "fault"};
    if (krn_sqlite_open(&o, &w->k, &err) != ANC_OK)
        return false;
    const krn_relay_options r = {.outbox = krn_sqlite_outbox(w->k),
                                 .writer = krn_sqlite_writer(w->k),
                                 .bus = bus_of(w),
                                 .clock = sim_clock(w->sim),
                                 .prunes = true,
                                 .keep = w->prunes ? 5 : 0};
    w->relay = krn_relay_new(&r);
    assert_non_null(w->relay);
    add_step(w, "relay", krn_relay_step, w->relay, &w->relay_id);
    add_step(w, "writer", krn_sqlite_step, w->k, &id);
    add_step(w, "producer", producer_step, w, &id);
    const krn_outbox outbox = krn_sqlite_outbox(w->k);
    ASSERT_OK(outbox.ops->listen(w->k, wake_relay, w, &err), &err);
    const krn_scheduler s = sim_scheduler(w->sim);
    ASSERT_OK(s.ops->start(s.self, &err), &err);
    return true;
}

static void end_life(world *w)
{
    sim_forget_steps(w->sim);
    krn_relay_free(w->relay);
    krn_sqlite_close(w->k);
    w->relay = NULL;
    w->k = NULL;
}

static void live_and_die(world *w)
{
    fault_vfs_arm((long)sim_chance(w->sim, OPERATIONS), SQLITE_IOERR, false, true);
    if (open_life(w))
        for (int i = 0; i < PICKS && !fault_vfs_hit(); i++)
            (void)sim_run_one(w->sim);
    if (!fault_vfs_hit())
        fault_vfs_arm(0, SQLITE_IOERR, false, true); /* killed here, between two steps */
    end_life(w);
    fault_vfs_heal();
}

static void live_in_peace(world *w)
{
    w->quiet = true;
    assert_true(open_life(w));
    assert_true(sim_run_for(w->sim, 1000000000, 10000));
    TEST_CALL(t);
    uint64_t head = 0, cursor = 0;
    const krn_outbox outbox = krn_sqlite_outbox(w->k);
    ASSERT_OK(outbox.ops->head(w->k, &t.call, &head), &t.err);
    ASSERT_OK(outbox.ops->cursor_get(w->k, &t.call, ANC_STR("relay"), &cursor), &t.err);
    assert_true(cursor == head && head == w->newest_seq);
    end_life(w);
}

static void check_facts(const world *w)
{
    for (uint32_t i = 0; i < w->n_facts; i++) {
        const fact *f = &w->facts[i];
        uint32_t delivered = 0;
        for (uint32_t k = 0; k < f->events; k++)
            delivered += f->seqs[k] != 0;
        if (f->fate == SAID_OK)
            assert_int_equal(delivered, f->events);
        else if (f->fate == UNDONE)
            assert_int_equal(delivered, 0);
        else
            assert_true(delivered == 0 || delivered == f->events);
    }
}

static char folder[] = "/tmp/anc-crash-XXXXXX";

static uint32_t run_seed(uint64_t seed)
{
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    print_message("seed %llu\n", (unsigned long long)seed);
    w->sim = sim_new(seed);
    w->prunes = seed % 2 == 1;
    (void)snprintf(w->path, sizeof w->path, "%s/%llu.db", folder, (unsigned long long)seed);
    for (int life = 0; life < LIVES; life++)
        live_and_die(w);
    live_in_peace(w);
    check_facts(w);
    uint32_t ok = 0;
    for (uint32_t i = 0; i < w->n_facts; i++)
        ok += w->facts[i].fate == SAID_OK;
    sim_free(w->sim);
    free(w);
    return ok;
}

static void nothing_is_lost_and_nothing_is_doubled(void **state)
{
    (void)state;
    const char *one = getenv("ANCHORAGE_SEED");
    if (one != NULL) {
        (void)run_seed(strtoull(one, NULL, 10));
        return;
    }
    uint32_t ok = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        ok += run_seed(seed);
    assert_true(ok > SEEDS * 10); /* the world did something */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_lost_and_nothing_is_doubled)};
    anc_err err = {0};
    if (mkdtemp(folder) == NULL)
        return 1;
    fault_vfs_register();
    int failed = cmocka_run_group_tests_name("outbox and crashes", tests, NULL, NULL);
    failed += os_folder_remove(anc_str_of(folder), &err) != ANC_OK;
    return failed;
}
