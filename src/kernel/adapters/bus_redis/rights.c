/* rights.c - what the bus asks of the server, queued in a transaction that is given up: whether a user may ask for it is
 * looked at when a command is queued. */
#include "bus_redis_impl.h"

enum { COMMANDS = 8, TRIES_MAX = COMMANDS * (EV_INBOUND_TYPES + 1) };

typedef struct tries {
    krn_bus_redis *bus;
    struct {
        anc_str command, on;
    } list[TRIES_MAX];
    size_t n;
} tries;

/* `args` [n] begins with the command; the word at `named` is the key or channel that it is about. */
static anc_status add(tries *t, const anc_str *args, size_t n, size_t named, anc_err *err)
{
    if (t->n == TRIES_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "redis: more than %d commands to try", TRIES_MAX);
    t->list[t->n].command = args[0];
    t->list[t->n].on = args[named];
    t->n++;
    return clt_redis_add(t->bus->durable.client, args, n, err);
}

static anc_status add_writing(tries *t, anc_str stream, anc_err *err)
{
    const anc_str write[] = {ANC_STR("XADD"), stream,       ANC_STR("NOMKSTREAM"),
                             ANC_STR("*"),    ANC_STR("a"), ANC_STR("b")};
    return add(t, write, ANC_COUNT(write), 1, err);
}

static anc_status add_reading(tries *t, anc_str stream, anc_err *err)
{
    const krn_bus_redis_options *o = &t->bus->o;
    const anc_str make[] = {ANC_STR("XGROUP"), ANC_STR("CREATE"), stream,
                            o->group,          ANC_STR("0"),      ANC_STR("MKSTREAM")};
    const anc_str read[] = {ANC_STR("XREADGROUP"), ANC_STR("GROUP"), o->group,    o->consumer,
                            ANC_STR("STREAMS"),    stream,           ANC_STR(">")};
    const anc_str claim[] = {ANC_STR("XAUTOCLAIM"), stream,           o->group,
                             o->consumer,           ANC_STR("60000"), ANC_STR("0")};
    const anc_str pending[] = {ANC_STR("XPENDING"), stream, o->group};
    const anc_str done[] = {ANC_STR("XACK"), stream, o->group, ANC_STR("0-1")};
    const anc_str groups[] = {ANC_STR("XINFO"), ANC_STR("GROUPS"), stream};
    const anc_str trim[] = {ANC_STR("XTRIM"), stream, ANC_STR("MINID"), ANC_STR("0-0")};
    ANC_TRY(add(t, make, ANC_COUNT(make), 2, err));
    ANC_TRY(add(t, read, ANC_COUNT(read), 5, err));
    ANC_TRY(add(t, claim, ANC_COUNT(claim), 1, err));
    ANC_TRY(add(t, pending, ANC_COUNT(pending), 1, err));
    ANC_TRY(add(t, done, ANC_COUNT(done), 1, err));
    ANC_TRY(add(t, groups, ANC_COUNT(groups), 2, err));
    return add(t, trim, ANC_COUNT(trim), 1, err);
}

static anc_status add_all(tries *t, anc_arena *mem, anc_err *err)
{
    const krn_bus_redis *bus = t->bus;
    const anc_str discard[] = {ANC_STR("DISCARD")};
    const anc_str channel = anc_arena_printf(mem, "%.*squery.completed", ANC_FMT(bus->channel));
    const anc_str publish[] = {ANC_STR("PUBLISH"), channel, ANC_STR("")};
    if (channel.ptr == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the names of streams");
    ANC_TRY(add_writing(t, bus->o.stream_a_type ? channel : bus->stream, err));
    ANC_TRY(add(t, publish, ANC_COUNT(publish), 1, err));
    for (size_t i = 0; i < bus->o.n_inbound; i++) {
        const anc_str stream =
            anc_arena_printf(mem, "%.*s%.*s", ANC_FMT(bus->channel), ANC_FMT(bus->o.inbound[i]));
        if (stream.ptr == NULL)
            return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the names of streams");
        ANC_TRY(add_reading(t, stream, err));
    }
    if (bus->o.n_inbound > 0)
        ANC_TRY(add_writing(t, bus->letters, err));
    return clt_redis_add(bus->durable.client, discard, 1, err);
}

static bool same(const tries *t, const clt_redis_reply *const *replies, size_t i, size_t k)
{
    return anc_str_eq(t->list[i].on, t->list[k].on) && replies[k]->kind == CLT_REDIS_ERROR;
}

/* "XADD, XACK on events: NOPERM …": the commands about one key, and what the server says of the first. */
static void say(const tries *t, const clt_redis_reply *const *replies, anc_buf *missing)
{
    for (size_t i = 0; i < t->n; i++) {
        const clt_redis_reply *first = replies[i];
        if (first->kind != CLT_REDIS_ERROR)
            continue;
        (void)anc_buf_printf(missing, "%s%.*s", missing->len > 0 ? "; " : "",
                             ANC_FMT(t->list[i].command));
        for (; i + 1 < t->n && same(t, replies, i, i + 1); i++)
            (void)anc_buf_printf(missing, ", %.*s", ANC_FMT(t->list[i + 1].command));
        (void)anc_buf_printf(missing, " on %.*s: %.*s", ANC_FMT(t->list[i].on),
                             ANC_FMT(first->text));
    }
}

/* Alone, so that nothing that follows is done in earnest. *ret_refused: the user may not. */
static anc_status begin(clt_redis *c, int64_t deadline_ns, bool *ret_refused, anc_buf *missing,
                        anc_err *err)
{
    const anc_str multi[] = {ANC_STR("MULTI")};
    const clt_redis_reply *const *replies = NULL;
    size_t n = 0;
    *ret_refused = false;
    ANC_TRY(clt_redis_add(c, multi, 1, err));
    ANC_TRY(clt_redis_run(c, deadline_ns, &replies, &n, err));
    if (replies[0]->kind != CLT_REDIS_ERROR)
        return ANC_OK;
    *ret_refused = anc_str_starts(replies[0]->text, ANC_STR("NOPERM"));
    if (!*ret_refused)
        return clt_redis_refusal(c, replies[0], "MULTI", err);
    (void)anc_buf_printf(missing, "MULTI, EXEC, DISCARD: %.*s", ANC_FMT(replies[0]->text));
    return ANC_OK;
}

/* "; without these it was not tried whether it may XADD on events, …": all that is needed. */
static void say_untried(const tries *t, anc_buf *missing)
{
    (void)anc_buf_printf(missing, "; without these it cannot be tried whether the user may");
    for (size_t i = 0; i < t->n; i++) {
        (void)anc_buf_printf(missing, "%s %.*s", i > 0 ? "," : "", ANC_FMT(t->list[i].command));
        if (i + 1 == t->n || !anc_str_eq(t->list[i].on, t->list[i + 1].on))
            (void)anc_buf_printf(missing, " on %.*s", ANC_FMT(t->list[i].on));
    }
    (void)anc_buf_printf(missing, ", which it has to as well");
}

anc_status krn_bus_redis_rights(krn_bus_redis *bus, int64_t deadline_ns, anc_buf *missing,
                                anc_err *err)
{
    enum { NAMES_BYTES = 64 << 10 };
    ANC_ARENA(mem, NAMES_BYTES);
    clt_redis *c = bus->durable.client;
    const clt_redis_reply *const *replies = NULL;
    size_t n = 0;
    tries t = {.bus = bus};
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the names of streams");
    ANC_TRY(clt_redis_connect(c, deadline_ns, err));
    bool refused = false;
    anc_status status = begin(c, deadline_ns, &refused, missing, err);
    if (status == ANC_OK)
        status = add_all(&t, mem, err);
    if (status == ANC_OK && refused)
        say_untried(&t, missing); /* what was added is never sent */
    else if (status == ANC_OK)
        status = clt_redis_run(c, deadline_ns, &replies, &n, err);
    if (status == ANC_OK && !refused)
        say(&t, replies, missing);
    clt_redis_close(c);
    return status;
}
