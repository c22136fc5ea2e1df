/* inbound.c - a subscription: its groups, and the entries that come for it.
 *
 * A turn reads, in this order: what this consumer took in an earlier life and did not finish; what
 * another consumer left lying; what is new, waiting for it. Entries are copied out of the answer, since
 * each is acknowledged, over the same connection, before the next is handled.
 *
 * An answer that is too large ends the connection. The entries in it are then ours and unfinished, and
 * are read one by one; the one that is too large by itself is set aside unread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus_redis_impl.h"
#include "os/clock.h"

enum {
    AT_ONCE = 16,
    ANSWER_BYTES = 24 * EV_INBOUND_BYTES, /* AT_ONCE of the largest, and some */
    TURN_BYTES = ANSWER_BYTES + 64 * EV_INBOUND_BYTES,
    OWN_BYTES = 64 << 10,
    WORDS_MAX = 12 + 2 * EV_INBOUND_TYPES,
    NS_PER_MS = 1000000
};

static const int64_t BLOCK_NS = 5000000000;

/* ---- making and ending ---- */

static anc_status add_source(krn_redis_subscription *s, anc_str type, anc_err *err)
{
    krn_redis_source *source = &s->sources[s->n];
    source->type = anc_arena_copy(s->mem, type);
    source->key = anc_arena_printf(s->mem, "%.*s%.*s", ANC_FMT(s->bus->channel), ANC_FMT(type));
    if (source->type.ptr == NULL || source->key.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(s->mem), "no memory for a subscription");
    s->n++;
    return ANC_OK;
}

static anc_status add_sources(krn_redis_subscription *s, anc_str pattern, anc_err *err)
{
    const krn_bus_redis_options *o = &s->bus->o;
    ev_strs types;
    ANC_TRY(
        ev_inbound_types_match(s->mem, pattern, (ev_strs){o->inbound, o->n_inbound}, &types, err));
    for (size_t i = 0; i < types.n; i++)
        ANC_TRY(add_source(s, types.items[i], err));
    return ANC_OK;
}

anc_status krn_redis_subscription_new(krn_bus_redis *bus, anc_str pattern,
                                      krn_bus_handler_fn *handler, void *arg,
                                      krn_redis_subscription **ret, anc_err *err)
{
    krn_redis_subscription *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a subscription");
    os_member_init(&s->member, &bus->crew, krn_redis_subscription_thread, s);
    s->bus = bus;
    s->handler = handler;
    s->arg = arg;
    s->mem = anc_arena_new(OWN_BYTES);
    s->turn = anc_arena_new(TURN_BYTES);
    anc_status status = ANC_OK;
    if (s->mem != NULL)
        s->pattern = anc_arena_copy(s->mem, pattern);
    if (s->turn == NULL || s->pattern.ptr == NULL)
        status = ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a subscription");
    if (status == ANC_OK)
        status = add_sources(s, pattern, err);
    if (status == ANC_OK)
        status = krn_redis_link_open(bus, &s->link, "inbound", ANSWER_BYTES, err);
    if (status == ANC_OK)
        *ret = s;
    else
        krn_redis_subscription_free(s);
    return status;
}

void krn_redis_subscription_free(krn_redis_subscription *s)
{
    krn_redis_link_close(&s->link);
    anc_arena_free(s->turn);
    anc_arena_free(s->mem);
    os_member_done(&s->member);
    free(s);
}

/* ---- asking ---- */

static anc_status ask(krn_redis_subscription *s, const anc_str *args, size_t n, int64_t longer_ns,
                      const clt_redis_reply **ret, anc_err *err)
{
    const int64_t deadline_ns = os_mono_ns() + s->bus->o.step_ns + longer_ns;
    return clt_redis_ask(s->link.client, args, n, deadline_ns, ret, err);
}

anc_status krn_redis_tell(krn_redis_subscription *s, const anc_str *args, size_t n,
                          const clt_redis_reply **ret, anc_err *err)
{
    ANC_TRY(ask(s, args, n, 0, ret, err));
    if ((*ret)->kind == CLT_REDIS_ERROR)
        return clt_redis_refusal(s->link.client, *ret, args[0].ptr, err);
    return ANC_OK;
}

/* A group that is there already is as good. */
static anc_status make_groups(krn_redis_subscription *s, anc_err *err)
{
    for (size_t i = 0; i < s->n; i++) {
        const clt_redis_reply *r = NULL;
        const anc_str create[] = {ANC_STR("XGROUP"), ANC_STR("CREATE"), s->sources[i].key,
                                  s->group,          ANC_STR("0"),      ANC_STR("MKSTREAM")};
        ANC_TRY(ask(s, create, ANC_COUNT(create), 0, &r, err));
        if (r->kind == CLT_REDIS_ERROR && !anc_str_starts(r->text, ANC_STR("BUSYGROUP")))
            return clt_redis_refusal(s->link.client, r, "XGROUP CREATE", err);
    }
    s->grouped = true;
    return ANC_OK;
}

/* An error of a read; a stream or group that somebody removed is made again. */
static anc_status read_refused(krn_redis_subscription *s, const clt_redis_reply *r,
                               const char *wanted, anc_err *err)
{
    if (r->kind == CLT_REDIS_ERROR && anc_str_starts(r->text, ANC_STR("NOGROUP"))) {
        s->grouped = false;
        return ANC_OK;
    }
    return clt_redis_refusal(s->link.client, r, wanted, err);
}

/* ---- entries ---- */

/* A copy in the turn's memory; NULL where it has no room. */
static const clt_redis_reply *keep(anc_arena *mem, const clt_redis_reply *r)
{
    clt_redis_reply *kept = anc_arena_alloc(mem, 1, sizeof *kept);
    if (kept == NULL)
        return NULL;
    *kept = (clt_redis_reply){.kind = r->kind, .number = r->number, .n = r->n};
    kept->text = anc_arena_copy(mem, r->text);
    kept->items = anc_arena_alloc(mem, r->n, sizeof *kept->items);
    bool whole = kept->text.ptr != NULL && kept->items != NULL;
    for (size_t i = 0; whole && i < r->n; i++) {
        kept->items[i] = keep(mem, r->items[i]);
        whole = kept->items[i] != NULL;
    }
    return whole ? kept : NULL;
}

/* How often an entry was handed out; 0 where it is nobody's any more. */
static anc_status count_deliveries(krn_redis_subscription *s, const krn_redis_entry *e,
                                   int64_t *ret, anc_err *err)
{
    const clt_redis_reply *r = NULL;
    const anc_str pending[] = {ANC_STR("XPENDING"), e->source->key, s->group, e->id, e->id,
                               ANC_STR("1")};
    ANC_TRY(krn_redis_tell(s, pending, ANC_COUNT(pending), &r, err));
    *ret = clt_redis_item(clt_redis_item(r, 0), 3)->number;
    return ANC_OK;
}

/* Handles the entries [[id, fields], …] of one stream. Those that were handed out `before` may be what
 * this process does not survive. */
static anc_status handle_list(krn_redis_subscription *s, const krn_redis_source *source,
                              const clt_redis_reply *list, bool before, anc_err *err)
{
    enum { DELIVERIES_MAX = 20 };
    for (size_t i = 0; i < list->n; i++) {
        const clt_redis_reply *item = clt_redis_item(list, i);
        const krn_redis_entry e = {.source = source,
                                   .id = clt_redis_item(item, 0)->text,
                                   .fields = clt_redis_item(item, 1)};
        int64_t deliveries = 0;
        if (os_member_over(&s->member))
            return ANC_FAIL(err, ANC_CANCELLED, "the subscription ends");
        if (before)
            ANC_TRY(count_deliveries(s, &e, &deliveries, err));
        if (deliveries > DELIVERIES_MAX)
            ANC_TRY(krn_redis_entry_refuse(s, &e, "it was handed out too often and never finished",
                                           err));
        else
            ANC_TRY(krn_redis_entry_handle(s, &e, err));
    }
    return ANC_OK;
}

/* ---- what is unfinished ---- */

/* The size of an entry that is too large to be read, said by the server; where it runs no scripts for us, what is known:
 * the least that it can be. */
static size_t size_of_largest(krn_redis_subscription *s, const krn_redis_source *source, anc_str id)
{
    static const char script[] = "local e = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])\n"
                                 "local n = 0\n"
                                 "for i = 1, #e > 0 and #e[1][2] or 0, 2 do\n"
                                 "  if e[1][2][i] == 'envelope' then return #e[1][2][i + 1] end\n"
                                 "  n = n + #e[1][2][i] + #e[1][2][i + 1]\n"
                                 "end\n"
                                 "return n";
    const anc_str eval[] = {ANC_STR("EVAL"), ANC_STR(script), ANC_STR("1"), source->key, id};
    const clt_redis_reply *r = NULL;
    anc_err unsaid = {0};
    const bool said = ask(s, eval, ANC_COUNT(eval), 0, &r, &unsaid) == ANC_OK &&
                      r->kind == CLT_REDIS_NUMBER && r->number > ANSWER_BYTES;
    return said ? (size_t)r->number : (size_t)ANSWER_BYTES;
}

/* The first unfinished entry is too large to be read. */
static anc_status refuse_largest(krn_redis_subscription *s, const krn_redis_source *source,
                                 anc_err *err)
{
    char reason[96], id[KRN_REDIS_ID_MAX + 1];
    const clt_redis_reply *r = NULL;
    const anc_str pending[] = {ANC_STR("XPENDING"), source->key,  s->group,          ANC_STR("-"),
                               ANC_STR("+"),        ANC_STR("1"), s->bus->o.consumer};
    ANC_TRY(krn_redis_link_connect(s->bus, &s->link, INT64_MAX, err));
    ANC_TRY(krn_redis_tell(s, pending, ANC_COUNT(pending), &r, err));
    const anc_str first = clt_redis_item(clt_redis_item(r, 0), 0)->text;
    if (first.len == 0 || first.len > KRN_REDIS_ID_MAX)
        return ANC_OK;
    memcpy(id, first.ptr, first.len);
    const size_t bytes = size_of_largest(s, source, (anc_str){id, first.len});
    (void)snprintf(reason, sizeof reason, "the entry has %s%zu bytes, at most %d are taken in",
                   bytes > ANSWER_BYTES ? "" : "more than ", bytes, EV_INBOUND_BYTES);
    const krn_redis_entry e = {.source = source, .id = {id, first.len}, .bytes = bytes};
    return krn_redis_entry_refuse(s, &e, reason, err);
}

static anc_status read_unfinished(krn_redis_subscription *s, krn_redis_source *source, anc_err *err)
{
    const clt_redis_reply *r = NULL;
    anc_err why = {0};
    const anc_str read[] = {
        ANC_STR("XREADGROUP"), ANC_STR("GROUP"), s->group,
        s->bus->o.consumer,    ANC_STR("COUNT"), s->one_by_one ? ANC_STR("1") : ANC_STR("16"),
        ANC_STR("STREAMS"),    source->key,      ANC_STR("0")};
    const anc_status status = ask(s, read, ANC_COUNT(read), 0, &r, &why);
    if (status == ANC_LIMIT && s->one_by_one)
        return refuse_largest(s, source, err);
    if (status != ANC_OK)
        return anc_fail_at(err, status, why.where, "%s", why.text);
    if (r->kind == CLT_REDIS_ERROR)
        return read_refused(s, r, "XREADGROUP", err);
    const clt_redis_reply *list = clt_redis_item(clt_redis_item(r, 0), 1);
    source->unfinished = list->n > 0;
    list = keep(s->turn, list);
    if (list == NULL)
        return ANC_FAIL(err, anc_arena_refusal(s->turn), "no room for entries of Redis");
    return handle_list(s, source, list, true, err);
}

/* ---- what others left, and what is new ---- */

static anc_status claim(krn_redis_subscription *s, const krn_redis_source *source, anc_err *err)
{
    char idle[24];
    const clt_redis_reply *r = NULL;
    (void)snprintf(idle, sizeof idle, "%lld", (long long)s->bus->o.claim_ms);
    const anc_str command[] = {ANC_STR("XAUTOCLAIM"), source->key,      s->group,
                               s->bus->o.consumer,    anc_str_of(idle), ANC_STR("0"),
                               ANC_STR("COUNT"),      ANC_STR("16")};
    ANC_TRY(ask(s, command, ANC_COUNT(command), 0, &r, err));
    if (r->kind != CLT_REDIS_LIST)
        return read_refused(s, r, "XAUTOCLAIM", err);
    const clt_redis_reply *list = keep(s->turn, clt_redis_item(r, 1));
    if (list == NULL)
        return ANC_FAIL(err, anc_arena_refusal(s->turn), "no room for entries of Redis");
    return handle_list(s, source, list, true, err);
}

static const krn_redis_source *source_of(const krn_redis_subscription *s, anc_str key)
{
    for (size_t i = 0; i < s->n; i++)
        if (anc_str_eq(s->sources[i].key, key))
            return &s->sources[i];
    return NULL;
}

static anc_status handle_streams(krn_redis_subscription *s, const clt_redis_reply *streams,
                                 anc_err *err)
{
    for (size_t i = 0; i < streams->n; i++) {
        const clt_redis_reply *stream = clt_redis_item(streams, i);
        const krn_redis_source *source = source_of(s, clt_redis_item(stream, 0)->text);
        if (source != NULL)
            ANC_TRY(handle_list(s, source, clt_redis_item(stream, 1), false, err));
    }
    return ANC_OK;
}

static anc_status read_new(krn_redis_subscription *s, anc_err *err)
{
    anc_str words[WORDS_MAX];
    char block[24];
    size_t n = 0;
    const clt_redis_reply *r = NULL;
    int64_t wait_ns = s->claim_at_ns - os_mono_ns();
    wait_ns = wait_ns > BLOCK_NS ? BLOCK_NS : wait_ns;
    const int64_t wait_ms = wait_ns > NS_PER_MS ? wait_ns / NS_PER_MS : 1; /* 0 would be for ever */
    (void)snprintf(block, sizeof block, "%lld", (long long)wait_ms);
    const anc_str head[] = {ANC_STR("XREADGROUP"), ANC_STR("GROUP"),  s->group,
                            s->bus->o.consumer,    ANC_STR("COUNT"),  ANC_STR("16"),
                            ANC_STR("BLOCK"),      anc_str_of(block), ANC_STR("STREAMS")};
    for (; n < ANC_COUNT(head); n++)
        words[n] = head[n];
    for (size_t i = 0; i < s->n; i++) {
        words[n + i] = s->sources[i].key;
        words[n + s->n + i] = ANC_STR(">");
    }
    ANC_TRY(ask(s, words, n + 2 * s->n, wait_ms * NS_PER_MS, &r, err));
    if (r->kind == CLT_REDIS_NIL)
        return ANC_OK;
    if (r->kind != CLT_REDIS_LIST)
        return read_refused(s, r, "XREADGROUP", err);
    const clt_redis_reply *streams = keep(s->turn, r);
    if (streams == NULL)
        return ANC_FAIL(err, anc_arena_refusal(s->turn), "no room for entries of Redis");
    return handle_streams(s, streams, err);
}

/* ---- a turn ---- */

static void begin_anew(krn_redis_subscription *s)
{
    s->grouped = false;
    s->untrimmed = false;
    s->claim_at_ns = 0;
    for (size_t i = 0; i < s->n; i++)
        s->sources[i].unfinished = true;
}

static anc_status claim_all(krn_redis_subscription *s, anc_err *err)
{
    const int64_t every_ns = s->bus->o.claim_ms * NS_PER_MS / 2;
    for (size_t i = 0; i < s->n && s->grouped; i++)
        ANC_TRY(claim(s, &s->sources[i], err));
    for (size_t i = 0; i < s->n && s->grouped; i++)
        ANC_TRY(krn_redis_trim_handled(s, &s->sources[i], err));
    s->claim_at_ns = os_mono_ns() + every_ns;
    return ANC_OK;
}

static anc_status turn(krn_redis_subscription *s, anc_err *err)
{
    if (!clt_redis_connected(s->link.client)) {
        begin_anew(s);
        ANC_TRY(krn_redis_link_connect(s->bus, &s->link, INT64_MAX, err));
    }
    if (!s->grouped)
        ANC_TRY(make_groups(s, err));
    for (size_t i = 0; i < s->n; i++)
        if (s->sources[i].unfinished)
            return read_unfinished(s, &s->sources[i], err);
    s->one_by_one = false;
    if (os_mono_ns() >= s->claim_at_ns)
        return claim_all(s, err);
    return read_new(s, err);
}

void krn_redis_subscription_thread(void *arg)
{
    krn_redis_subscription *s = arg;
    int64_t next_ns = 0;
    if (s->n == 0) /* a pattern that no inbound type matches */
        next_ns = INT64_MAX;
    while (os_member_pause(&s->member, next_ns)) {
        anc_err err = {0};
        const anc_status status = turn(s, &err);
        anc_arena_reset(s->turn);
        s->one_by_one = s->one_by_one || status == ANC_LIMIT;
        if (status != ANC_OK)
            clt_redis_close(s->link.client);
        (void)krn_redis_link_note(s->bus, &s->link, status, &err);
        next_ns = krn_redis_link_next(&s->link, status);
    }
    clt_redis_close(s->link.client);
}
