/* relay.c - durable events a second, from the outbox into the streams of a real broker.
 *
 * The outbox is a catalog on disk with RELAY_EVENTS events of about 600 bytes. Each round a relay that
 * was never here before carries all of them: it reads a batch, publishes it, and keeps its cursor as
 * the server does. The peer is the broker's plain client in a loop: one and the same envelope, from
 * memory, with as many under way at once as a batch of ours has.
 */
#include "relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bench.h"
#include "kernel/adapters/relay/relay.h"
#include "kernel/adapters/system/system.h"
#include "kernel/domain/document_events.h"
#include "kernel/domain/envelope.h"
#include "os/clock.h"
#include "os/file.h"

enum { A_TRANSACTION = 1000, ENVELOPE_MAX = 1 << 16 };

static const int64_t SAVE_NS = 1000000000;

static const ev_document_created payload = {
    .document_id = ANC_STR_INIT("handbook/leave/annual-leave-and-public-holidays.md"),
    .collection = ANC_STR_INIT("default"),
    .title =
        ANC_STR_INIT("Annual leave and public holidays, as of this year, for all who work here"),
    .version = 1,
    .chunks = 9,
    .bytes = 6120,
    .source = ANC_STR_INIT("folder"),
    .metadata = {ANC_STR_INIT("{\"author\":\"People and Culture\",\"language\":\"en\",\"reviewed\":"
                              "\"2026-03-01\",\"tags\":[\"leave\",\"holidays\",\"handbook\"]}")}};
static const ev_context context = {.component = ANC_STR_INIT("knowledge"),
                                   .trace_id = ANC_STR_INIT("4bf92f3577b34da6a3ce929d0e0e4736")};

static anc_status append_some(void *arg, krn_tx *tx, anc_err *err)
{
    const relaying *r = arg;
    for (int i = 0; i < A_TRANSACTION; i++)
        ANC_TRY(krn_outbox_append(krn_sqlite_outbox(r->catalog), tx, EV_DOCUMENT_CREATED, &payload,
                                  &context, err));
    return ANC_OK;
}

static void fill(relaying *r)
{
    anc_err err = {0};
    const atomic_bool never = false;
    ANC_ARENA(mem, 1 << 20);
    krn_call call = {.mem = mem, .err = &err, .deadline_ns = INT64_MAX, .cancelled = &never};
    for (int i = 0; i < RELAY_EVENTS / A_TRANSACTION; i++)
        bench_must(krn_writer_run(krn_sqlite_writer(r->catalog), &call, append_some, r), &err);
}

double relay_carry(const relaying *r, krn_bus bus)
{
    static int round;
    char consumer[32];
    (void)snprintf(consumer, sizeof consumer, "%s-%d", bus.ops->name, ++round);
    const krn_relay_options options = {.outbox = krn_sqlite_outbox(r->catalog),
                                       .writer = krn_sqlite_writer(r->catalog),
                                       .bus = bus,
                                       .clock = krn_system_clock(),
                                       .consumer = anc_str_of(consumer),
                                       .batch = RELAY_BATCH,
                                       .save_ns = SAVE_NS};
    krn_relay *relay = krn_relay_new(&options);
    if (relay == NULL)
        bench_fail("no memory for a relay");
    const double start = bench_seconds();
    while (krn_relay_look(relay).delivered < RELAY_EVENTS) {
        (void)krn_relay_step(relay, os_mono_ns());
        if (krn_relay_look(relay).failing)
            bench_fail("%s: %s", bus.ops->name, krn_relay_look(relay).problem);
    }
    const double seconds = bench_seconds() - start;
    krn_relay_settle(relay);
    krn_relay_free(relay);
    return RELAY_EVENTS / seconds;
}

int main(void)
{
    anc_err err = {0};
    const char *cache = getenv("BENCH_CACHE");
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(envelope, ENVELOPE_MAX);
    const anc_str folder = anc_arena_printf(mem, "%s/relay", cache != NULL ? cache : ".");
    bench_must(os_folder_remove(folder, &err), &err);
    bench_must(os_folder_make(folder, &err), &err);
    bench_must(ev_event_write(ev_type_of(EV_DOCUMENT_CREATED), &payload, &context,
                              ANC_STR("01890a5d-ac96-774b-bcce-b302099a8057"), os_wall_ms(), 1,
                              &envelope, &err),
               &err);
    relaying r = {.envelope = anc_buf_view(&envelope)};
    const krn_sqlite_options options = {
        .path = anc_arena_printf(mem, "%.*s/catalog.db", ANC_FMT(folder)),
        .clock = krn_system_clock()};
    bench_must(krn_sqlite_open(&options, &r.catalog, &err), &err);
    fill(&r);
    relay_redis(&r);
    relay_kafka(&r);
    krn_sqlite_close(r.catalog);
    bench_must(os_folder_remove(folder, &err), &err);
    return 0;
}
