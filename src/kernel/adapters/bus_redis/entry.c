/* entry.c - one entry of a stream: checked, handled, acknowledged, or set aside.
 *
 * An entry ends in one of three ways: the handler said OK; it went to the dead letters; it is left
 * unfinished because the subscription ends or the connection failed, and will be read again. So none
 * goes round for ever, and none is lost.
 */
#include <stdio.h>

#include "bus_redis_impl.h"
#include "kernel/ports/handling.h"
#include "os/clock.h"
#include "json/json.h"

enum { LETTER_BYTES = EV_INBOUND_BYTES, JSON_MAX = EV_INBOUND_BYTES * 8 };

/* What was found in the fields. */
typedef struct content {
    anc_str json;
    bool bare; /* the fields are the payload */
    anc_str source;
    size_t bytes; /* that were sent: of the envelope, else of all fields */
} content;

/* ---- fields ---- */

static anc_str field(const clt_redis_reply *fields, const char *name, bool *ret_found)
{
    for (size_t i = 0; i + 1 < fields->n; i += 2)
        if (anc_str_eq(clt_redis_item(fields, i)->text, anc_str_of(name))) {
            *ret_found = true;
            return clt_redis_item(fields, i + 1)->text;
        }
    *ret_found = false;
    return ANC_STR_NONE;
}

static const ev_field *row_of(const ev_type *type, anc_str name)
{
    for (size_t i = 0; type != NULL && i < type->n_fields; i++)
        if (anc_str_eq(anc_str_of(type->fields[i].name), name))
            return &type->fields[i];
    return NULL;
}

/* Redis knows texts alone: what the type's row wants to be something else stands there as JSON. A text
 * that is none is written as a text, and the check of the payload then says what was wanted. */
static void write_value(json_writer *w, const ev_field *row, anc_str value)
{
    json_doc *doc = NULL;
    const bool is_text = row == NULL || row->kind == EV_STR;
    if (is_text || json_parse(value, &doc, NULL) != ANC_OK)
        json_write_str(w, value);
    else
        json_write_raw(w, value);
    json_doc_free(doc);
}

static anc_status make_payload(krn_redis_subscription *s, const krn_redis_entry *e, anc_str *ret,
                               anc_err *err)
{
    ANC_BUF(out, JSON_MAX);
    json_writer w = json_writer_of(&out);
    const ev_type *type = ev_type_by_name(e->source->type);
    json_open_object(&w);
    for (size_t i = 0; i + 1 < e->fields->n; i += 2) {
        const anc_str name = clt_redis_item(e->fields, i)->text;
        json_name_str(&w, name);
        write_value(&w, row_of(type, name), clt_redis_item(e->fields, i + 1)->text);
    }
    json_close_object(&w);
    ANC_TRY(anc_buf_status(&out, "an entry", err));
    *ret = anc_arena_copy(s->turn, anc_buf_view(&out));
    return ret->ptr != NULL ? ANC_OK
                            : ANC_FAIL(err, anc_arena_refusal(s->turn), "no room for an entry");
}

static size_t size_of(const clt_redis_reply *fields)
{
    size_t n = 0;
    for (size_t i = 0; i < fields->n; i++)
        n += clt_redis_item(fields, i)->text.len;
    return n;
}

static anc_status read_content(krn_redis_subscription *s, const krn_redis_entry *e, content *ret,
                               anc_err *err)
{
    bool enveloped, sourced;
    ret->json = field(e->fields, "envelope", &enveloped);
    ret->source = field(e->fields, "source", &sourced);
    ret->bare = !enveloped;
    ret->bytes = enveloped ? ret->json.len : size_of(e->fields);
    return enveloped ? ANC_OK : make_payload(s, e, &ret->json, err);
}

/* ---- ends ---- */

static anc_status acknowledge(krn_redis_subscription *s, const krn_redis_entry *e, anc_err *err)
{
    const clt_redis_reply *r = NULL;
    const anc_str ack[] = {ANC_STR("XACK"), e->source->key, s->group, e->id};
    return krn_redis_tell(s, ack, ANC_COUNT(ack), &r, err);
}

/* The letter is on its stream before the entry is acknowledged. */
static anc_status set_aside(krn_redis_subscription *s, const krn_redis_entry *e, const content *c,
                            anc_status why, const char *reason, anc_err *err)
{
    krn_bus_redis *bus = s->bus;
    char bytes[24];
    const clt_redis_reply *r = NULL;
    (void)snprintf(bytes, sizeof bytes, "%zu", c->bytes);
    const anc_str letter[] = {ANC_STR("XADD"),
                              bus->letters,
                              ANC_STR("MAXLEN"),
                              ANC_STR("~"),
                              anc_str_of(bus->max_letters),
                              ANC_STR("*"),
                              ANC_STR("reason"),
                              anc_str_of(reason),
                              ANC_STR("status"),
                              anc_str_of(anc_status_info(why)->name),
                              ANC_STR("stream"),
                              e->source->key,
                              ANC_STR("id"),
                              e->id,
                              ANC_STR("type"),
                              e->source->type,
                              ANC_STR("group"),
                              s->group,
                              ANC_STR("source"),
                              c->source,
                              ANC_STR("bytes"),
                              anc_str_of(bytes),
                              c->bare ? ANC_STR("payload") : ANC_STR("envelope"),
                              anc_str_sub(c->json, 0, LETTER_BYTES)};
    ANC_TRY(krn_redis_tell(s, letter, ANC_COUNT(letter), &r, err));
    (void)pthread_mutex_lock(&bus->mutex);
    bus->stats.refused++;
    (void)pthread_mutex_unlock(&bus->mutex);
    krn_log_write(bus->o.log, KRN_WARN, "redis", "an event from outside was set aside",
                  KRN_STR("stream", e->source->key), KRN_STR("id", e->id),
                  KRN_STR("reason", anc_str_of(reason)));
    const krn_aside told = {ANC_STR("redis"), e->source->key, e->id, anc_str_of(reason)};
    if (bus->o.on_aside != NULL)
        bus->o.on_aside(bus->o.on_aside_arg, &told);
    return acknowledge(s, e, err);
}

anc_status krn_redis_entry_refuse(krn_redis_subscription *s, const krn_redis_entry *e,
                                  const char *reason, anc_err *err)
{
    content c = {.json = ANC_STR(""), .bytes = e->bytes};
    anc_err unsaid = {0};
    if (e->fields != NULL && e->fields->kind == CLT_REDIS_LIST &&
        read_content(s, e, &c, &unsaid) != ANC_OK)
        c.json = ANC_STR("");
    return set_aside(s, e, &c, ANC_LIMIT, reason, err);
}

/* ---- handling ---- */

/* Milliseconds since 1970, which an entry's id begins with. */
static int64_t time_of(anc_str id)
{
    uint64_t ms = 0;
    const size_t dash = anc_str_find(id, ANC_STR("-"));
    return anc_str_to_u64(anc_str_sub(id, 0, dash == SIZE_MAX ? id.len : dash), &ms) &&
                   ms < INT64_MAX / 1000000
               ? (int64_t)ms
               : os_wall_ms();
}

/* The event as ours are, with an id that is the same when it comes again. */
static anc_status announce(krn_redis_subscription *s, const krn_redis_entry *e, ev_envelope *env,
                           anc_buf *out, anc_err *err)
{
    if (env->id.len == 0)
        env->id = anc_arena_printf(s->turn, "%.*s/%.*s", ANC_FMT(e->source->key), ANC_FMT(e->id));
    if (env->id.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(s->turn), "no room for an entry");
    if (env->time_ms == 0)
        env->time_ms = time_of(e->id);
    return ev_envelope_write(env, out, err);
}

static void on_error(void *self)
{
    const krn_redis_subscription *s = self;
    (void)pthread_mutex_lock(&s->bus->mutex);
    s->bus->stats.handler_errors++;
    (void)pthread_mutex_unlock(&s->bus->mutex);
}

static bool pause_for(void *self, int64_t pause_ns)
{
    krn_redis_subscription *s = self;
    return os_member_pause(&s->member, os_mono_ns() + pause_ns);
}

static anc_status try_handler(krn_redis_subscription *s, const krn_announcement *event,
                              anc_err *err)
{
    const krn_handling handling = {.handler = s->handler,
                                   .arg = s->arg,
                                   .tries = s->bus->o.tries,
                                   .pause_ns = s->bus->o.pause_ns,
                                   .pause = pause_for,
                                   .on_error = on_error,
                                   .self = s};
    return krn_handle(&handling, event, err);
}

/* The end of an event that fits: what the handler made of it. */
static anc_status handle(krn_redis_subscription *s, const krn_redis_entry *e, const content *c,
                         ev_envelope *env, anc_err *err)
{
    anc_err why = {0};
    ANC_BUF(envelope, JSON_MAX);
    ANC_TRY(announce(s, e, env, &envelope, err));
    const krn_announcement event = {
        .type = env->type, .type_name = env->type_name, .envelope = anc_buf_view(&envelope)};
    const anc_status status = try_handler(s, &event, &why);
    if (status == ANC_OK)
        return acknowledge(s, e, err);
    if (status == ANC_CANCELLED && os_member_over(&s->member))
        return ANC_FAIL(err, ANC_CANCELLED, "the subscription ends");
    return set_aside(s, e, c, status, why.text, err);
}

anc_status krn_redis_entry_handle(krn_redis_subscription *s, const krn_redis_entry *e, anc_err *err)
{
    content c = {0};
    ev_envelope env;
    anc_err why = {0};
    if (e->fields->kind != CLT_REDIS_LIST) /* trimmed away before it was read */
        return acknowledge(s, e, err);
    anc_status status = read_content(s, e, &c, &why);
    if (status == ANC_OK && c.source.len > 0 && anc_str_eq(c.source, s->bus->o.source))
        return acknowledge(s, e, err);
    if (status == ANC_OK)
        status = ev_inbound_read(s->turn, c.json, e->source->type, &env, &why);
    if (status == ANC_NO_MEMORY)
        return anc_fail_at(err, status, why.where, "%s", why.text);
    if (status != ANC_OK)
        return set_aside(s, e, &c, status, why.text, err);
    return handle(s, e, &c, &env, err);
}
