/* examine_buses.c - whether the buses that are configured can be reached, and whether we may do there what the server
 * does. All are looked at at once, each on a thread of its own; what was found is told in their order.
 */
#include "examine_impl.h"
#include "house_impl.h"
#include "os/clock.h"
#include "os/pem.h"

static const int64_t REACH_NS = 5000000000;

enum { MISSING_BYTES = 64 << 10, LOOK_BYTES = 4 << 20 };

#define UNTIL_THEN "until then events wait in the outbox, and questions go on"

/* A bus to look at, and what was found. */
typedef struct bus_look {
    const struct bus_part *part;
    const srv_config *c;
    anc_arena *mem;    /* owned */
    os_thread *thread; /* owned; NULL: looked at on the caller's */
    cli_verdict verdict;
    anc_str text;
} bus_look;

/* What differs between two. */
struct bus_part {
    const char *check; /* line of the report */
    const char *key;   /* of its certificates */
    /* Whether it is configured at all, and how. */
    bool (*is_wanted)(const srv_config *c);
    anc_str (*certificates)(const srv_config *c); /* empty: none are named, or no TLS is spoken */
    const char *correct;                          /* which settings, where it cannot be reached */
    /* Appends to *missing what we may not do; *ret_name is how it is called. */
    anc_status (*look)(bus_look *l, anc_str *ret_name, anc_buf *missing, anc_err *err);
};

/* ---- Redis ---- */

static bool wants_redis(const srv_config *c)
{
    return c->bus.redis.url.len > 0;
}

static anc_str certificates_of_redis(const srv_config *c)
{
    const bool tls = anc_str_starts(c->bus.redis.url, ANC_STR("rediss:"));
    return tls ? c->bus.redis.tls_ca : ANC_STR_NONE;
}

static anc_status look_at_redis(bus_look *l, anc_str *ret_name, anc_buf *missing, anc_err *err)
{
    krn_bus_redis *bus = NULL;
    krn_bus_redis_options options = srv_redis_options(l->c);
    options.source = ANC_STR("doctor");
    ANC_TRY(krn_bus_redis_new(&options, &bus, err));
    *ret_name = anc_arena_copy(l->mem, krn_bus_redis_name(bus));
    const anc_status status = krn_bus_redis_rights(bus, os_mono_ns() + REACH_NS, missing, err);
    krn_bus_redis_free(bus);
    return status;
}

/* ---- Kafka ---- */

static bool wants_kafka(const srv_config *c)
{
    return c->bus.kafka.brokers.len > 0;
}

static anc_str certificates_of_kafka(const srv_config *c)
{
    anc_err ignored = {0};
    os_stat found;
    const anc_str path = c->bus.kafka.tls_ca;
    const bool tls = anc_str_ends(c->bus.kafka.security, ANC_STR("ssl"));
    const bool folder = /* of certificates: as good */
        tls && path.len > 0 && os_stat_of(path, &found, &ignored) == ANC_OK && found.is_folder;
    return tls && !folder ? path : ANC_STR_NONE;
}

static anc_status look_at_kafka(bus_look *l, anc_str *ret_name, anc_buf *missing, anc_err *err)
{
    krn_bus_kafka *bus = NULL;
    krn_bus_kafka_options options = srv_kafka_options(l->c);
    options.source = ANC_STR("doctor");
    *ret_name = l->c->bus.kafka.brokers;
    ANC_TRY(krn_bus_kafka_new(&options, &bus, err));
    const anc_status status = krn_bus_kafka_rights(bus, os_mono_ns() + REACH_NS, missing, err);
    krn_bus_kafka_free(bus);
    return status;
}

static const struct bus_part parts[] = {
    {"redis", "bus.redis.tls_ca", wants_redis, certificates_of_redis, "bus.redis.url (REDIS_URL)",
     look_at_redis},
    {"kafka", "bus.kafka.tls_ca", wants_kafka, certificates_of_kafka,
     "bus.kafka.* (KAFKA_BOOTSTRAP_SERVERS)", look_at_kafka},
};

/* ---- what is said ---- */

static const char *whose_fault(anc_status status)
{
    return status == ANC_UNAVAILABLE || status == ANC_DEADLINE ? "start it or correct" : "correct";
}

static void look(void *arg)
{
    bus_look *l = arg;
    anc_err err = {0};
    anc_str name = ANC_STR_NONE;
    ANC_BUF(missing, MISSING_BYTES);
    const anc_str file = l->part->certificates(l->c);
    l->verdict = CLI_WRONG;
    if (file.len > 0 && os_certificates_check(file, &err) != ANC_OK) {
        l->text = anc_arena_printf(l->mem,
                                   "%s: %s; name a file with the certificates to trust in PEM, or "
                                   "none for the system's; the server does not start with it",
                                   l->part->key, err.text);
        return;
    }
    anc_err_clear(&err);
    const anc_status status = l->part->look(l, &name, &missing, &err);
    if (status != ANC_OK)
        l->text = anc_arena_printf(l->mem, "%s; %s %s, %s", err.text, whose_fault(status),
                                   l->part->correct, UNTIL_THEN);
    else if (missing.len > 0)
        l->text = anc_arena_printf(l->mem, "%.*s answers, but: %.*s; mend that there, %s",
                                   ANC_FMT(name), ANC_FMT(anc_buf_view(&missing)), UNTIL_THEN);
    else
        l->text = anc_arena_printf(l->mem, "%.*s answers, and lets us do all we do", ANC_FMT(name));
    l->verdict = status == ANC_OK && missing.len == 0 ? CLI_FINE : CLI_WRONG;
}

static void begin(bus_look *l, const examination *x, const struct bus_part *part)
{
    anc_err ignored = {0};
    *l = (bus_look){.part = part, .c = x->c, .mem = anc_arena_new(LOOK_BYTES)};
    if (l->mem != NULL && part->is_wanted(x->c) &&
        os_thread_start("anc-doctor", look, l, &l->thread, &ignored) != ANC_OK)
        look(l);
}

void srv_examine_buses(examination *x)
{
    bus_look looks[ANC_COUNT(parts)];
    for (size_t i = 0; i < ANC_COUNT(parts); i++)
        begin(&looks[i], x, &parts[i]);
    for (size_t i = 0; i < ANC_COUNT(parts); i++) {
        os_thread_join(looks[i].thread);
        if (looks[i].mem == NULL)
            srv_tell(x, parts[i].check, CLI_WRONG, ANC_STR("there is no memory left to look"));
        else if (parts[i].is_wanted(x->c))
            srv_tell(x, parts[i].check, looks[i].verdict, looks[i].text);
        anc_arena_free(looks[i].mem);
    }
}
