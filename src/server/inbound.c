/* inbound.c - the rows of the house for events of other services: what each type brings about here, and who is
 * told on which bus.
 *
 * A bus outside of this process reads the types that its `inbound` names. One that has an effect below is done with
 * when that is durable; of every other registered type there is nothing to do but to show it. In the memory bus nothing
 * comes from outside.
 */
#include "house_impl.h"
#include "kernel/domain/document_events.h"
#include "kernel/domain/envelope.h"
#include "os/clock.h"

#define WORK_BYTES  ((size_t)320 << 20) /* a file of 256 MiB, and room beside it */
#define ASIDE_BYTES ((size_t)1 << 20)
#define ASIDE_NS    ((int64_t)5 * 1000000000)
#define WORK_NS     ((int64_t)240 * 1000000000)

/* ---- what an event brings about ---- */

static anc_status on_document(srv_house *h, krn_call *call, const ev_envelope *event,
                              ev_arrival *ret)
{
    return ing_document_uploaded(h->ing, call, event, ret);
}

static anc_status on_entry(srv_house *h, krn_call *call, const ev_envelope *event, ev_arrival *ret)
{
    return ing_entry_created(h->ing, call, event, ret);
}

static anc_status on_user(srv_house *h, krn_call *call, const ev_envelope *event, ev_arrival *ret)
{
    return idn_user_created(h->idn, call, event, ret);
}

typedef anc_status effect_fn(srv_house *h, krn_call *call, const ev_envelope *event,
                             ev_arrival *ret);

static const struct effect_row {
    ev_type_id type;
    effect_fn *effect;
} effects[] = {
    {EV_DOCUMENT_UPLOADED, on_document},
    {EV_ACCOUNTING_ENTRY_CREATED, on_entry},
    {EV_USER_CREATED, on_user},
};

static effect_fn *effect_of(const ev_type *type)
{
    for (size_t i = 0; i < ANC_COUNT(effects); i++)
        if (ev_type_of(effects[i].type) == type)
            return effects[i].effect;
    return NULL;
}

/* ---- one event ---- */

/* Where ids of people are hidden, what came about a person is not shown. */
static bool is_veiled(const srv_house *h, const krn_announcement *event)
{
    return h->veil.on && (event->type == ev_type_of(EV_USER_CREATED) ||
                          anc_str_find(event->envelope, ANC_STR("\"user_id\"")) != SIZE_MAX);
}

/* What came is shown to those who watch, though nobody here told it to the outbox. */
static void show(const srv_house *h, const krn_announcement *event)
{
    anc_err ignored = {0};
    size_t taken = 0;
    const krn_announcement shown = {
        .type = event->type, .type_name = event->type_name, .envelope = event->envelope};
    if (h->bus.ops->publish(h->bus.self, &shown, 1, 0, &taken, &ignored) != ANC_OK)
        krn_log_write(h->log, KRN_WARN, "server", "an event from outside was not shown",
                      KRN_STR("type", event->type_name),
                      KRN_STR("reason", anc_str_of(ignored.text)));
}

static anc_status act(srv_house *h, const krn_announcement *event, ev_arrival *ret, anc_err *err)
{
    static const anc_str nobody[] = {ANC_STR_INIT("public")};
    ANC_ARENA(mem, WORK_BYTES);
    ev_envelope envelope;
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an event from outside");
    ANC_TRY(ev_envelope_read(mem, event->envelope, &envelope, err));
    krn_call call = {.mem = mem,
                     .err = err,
                     .deadline_ns = os_mono_ns() + WORK_NS,
                     .cancelled = &h->inbound_ends,
                     .trace_id = envelope.trace_id,
                     .principal = {.labels = nobody, .n_labels = 1, .is_admin = true}};
    effect_fn *effect = effect_of(event->type);
    return effect != NULL ? effect(h, &call, &envelope, ret) : ANC_OK;
}

/* A krn_bus_handler_fn. When the server stops, the event is left to the next start: CANCELLED tells the bus so, which is
 * stopped next. */
static anc_status on_event(void *arg, const krn_announcement *event, anc_err *err)
{
    srv_house *h = arg;
    ev_arrival arrival = EV_ARRIVED_NEW;
    anc_err why = {0};
    const anc_status status = act(h, event, &arrival, &why);
    if (status == ANC_CANCELLED)
        return ANC_FAIL(err, ANC_CANCELLED, "the server stops");
    krn_count(status == ANC_OK ? h->inbound[arrival] : h->inbound_failed, 1);
    if (status != ANC_OK) /* the reason goes to dead letters on the bus */
        return anc_fail_at(err, status, why.where, "%.*s", ANC_FMT(anc_err_told(&why, why.text)));
    if (arrival == EV_ARRIVED_NEW && !is_veiled(h, event))
        show(h, event);
    return ANC_OK;
}

/* ---- one that is set aside ---- */

typedef struct setting_aside {
    const srv_house *house;
    const krn_aside *what;
    anc_str id;
} setting_aside;

static anc_status write_aside(void *arg, krn_tx *tx, anc_err *err)
{
    const setting_aside *a = arg;
    const ev_context context = {.component = a->what->bus};
    const ev_deadletter_added event = {.dead_letter_id = a->id,
                                       .batch_id = ANC_STR_NONE,
                                       .stage = ANC_STR("event"),
                                       .reason = a->what->reason};
    return krn_outbox_append(a->house->outbox, tx, EV_DEADLETTER_ADDED, &event, &context, err);
}

void srv_inbound_aside(void *arg, const krn_aside *aside)
{
    srv_house *h = arg;
    anc_err err = {0};
    ANC_ARENA(mem, ASIDE_BYTES);
    krn_call call = {.mem = mem,
                     .err = &err,
                     .deadline_ns = os_mono_ns() + ASIDE_NS,
                     .cancelled = &h->inbound_ends};
    setting_aside a = {.house = h, .what = aside};
    if (mem != NULL)
        a.id = anc_arena_printf(mem, "%.*s:%.*s/%.*s", ANC_FMT(aside->bus), ANC_FMT(aside->place),
                                ANC_FMT(aside->id));
    if (a.id.ptr == NULL || krn_writer_run(h->writer, &call, write_aside, &a) != ANC_OK)
        krn_log_write(h->log, KRN_WARN, "server", "that an event was set aside is not announced",
                      KRN_STR("id", aside->id), KRN_STR("error", anc_str_of(err.text)));
}

/* ---- who is told ---- */

static anc_status subscribe(srv_house *h, const srv_outside *o, anc_str type, anc_err *err)
{
    uint64_t id;
    return o->bus.ops->subscribe(o->bus.self, type, on_event, h, &id, err);
}

static void name_series(srv_house *h)
{
    static const char *const results[] = {[EV_ARRIVED_NEW] = "result=\"new\"",
                                          [EV_ARRIVED_AGAIN] = "result=\"again\"",
                                          [EV_ARRIVED_LATE] = "result=\"late\""};
    const char *name = "anchorage_inbound_events_total";
    const char *help = "Events of other services, by what became of them; failed: once a try";
    const krn_metrics m = h->metrics;
    for (size_t i = 0; i < ANC_COUNT(results); i++)
        h->inbound[i] = m.ops->counter(m.self, name, results[i], help);
    h->inbound_failed = m.ops->counter(m.self, name, "result=\"failed\"", help);
}

anc_status srv_inbound_open(srv_house *h, anc_err *err)
{
    name_series(h);
    for (size_t i = 0; i < h->n_outside; i++) {
        const srv_strs *types = h->outside[i].inbound;
        for (size_t k = 0; k < types->n; k++)
            ANC_TRY(subscribe(h, &h->outside[i], types->items[k], err));
    }
    return ANC_OK;
}

void srv_inbound_stop(srv_house *h)
{
    atomic_store(&h->inbound_ends, true);
}
