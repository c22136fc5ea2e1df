/* envelope.c - the envelope as JSON and back. */
#include "kernel/domain/envelope.h"

#include <stdio.h>

#include "base/id.h"
#include "kernel/domain/event_codec.h"
#include "kernel/domain/veil.h"

/* ---- writing ------------------------------------------------------------------------------ */

static void put_some(json_writer *w, const char *name, anc_str s)
{
    if (s.len > 0)
        json_put_str(w, name, s);
}

static void write_extra(json_writer *w, ev_members extra)
{
    for (size_t i = 0; i < extra.n; i++) {
        json_name_str(w, extra.items[i].name);
        json_write_raw(w, extra.items[i].json);
    }
}

static void write_head(json_writer *w, const ev_envelope *e)
{
    char time[ANC_TIME_TEXT + 1];
    anc_time_text(e->time_ms, time);
    json_open_object(w);
    json_put_str(w, "id", e->id);
    json_put_str(w, "event_type", e->type_name);
    json_put_str(w, "timestamp", anc_str_of(time));
    json_name(w, "payload");
}

static anc_status write_tail(json_writer *w, const ev_envelope *e, anc_err *err)
{
    if (e->seq > INT64_MAX)
        return ANC_FAIL(err, ANC_INVALID, "the event %.*s has the seq %llu", ANC_FMT(e->id),
                        (unsigned long long)e->seq);
    json_name(w, "metadata");
    json_open_object(w);
    put_some(w, "component", e->component);
    put_some(w, "trace_id", e->trace_id);
    put_some(w, "user_id", e->user_id);
    put_some(w, "aggregate_id", e->aggregate_id);
    if (e->seq > 0)
        json_put_int(w, "seq", (int64_t)e->seq);
    if (e->schema_version > 0)
        json_put_int(w, "schema_version", e->schema_version);
    write_extra(w, e->metadata_extra);
    json_close_object(w);
    write_extra(w, e->extra);
    json_close_object(w);
    return anc_buf_status(w->out, "an event", err);
}

anc_status ev_envelope_write(const ev_envelope *envelope, anc_buf *out, anc_err *err)
{
    json_writer w = json_writer_of(out);
    write_head(&w, envelope);
    json_write_raw(&w, envelope->payload.text.len > 0 ? envelope->payload.text : ANC_STR("{}"));
    return write_tail(&w, envelope, err);
}

anc_status ev_event_write(const ev_type *type, const void *payload, const ev_context *context,
                          anc_str id, int64_t time_ms, uint64_t seq, anc_buf *out, anc_err *err)
{
    ev_veil_room hidden;
    char user[KRN_VEILED_BYTES], aggregate[KRN_VEILED_BYTES];
    const krn_veil none = {0}, *veil = context->veil != NULL ? context->veil : &none;
    const bool own = context->aggregate_id.len > 0;
    payload = ev_payload_veil(veil, type, payload, &hidden);
    const ev_envelope e = {
        .id = id,
        .type_name = anc_str_of(type->name),
        .time_ms = context->at_ms > 0 ? context->at_ms : time_ms,
        .component = context->component,
        .trace_id = context->trace_id,
        .user_id = krn_veil_user(veil, context->user_id, user),
        .aggregate_id = own ? krn_veil_conversation(veil, context->aggregate_id, aggregate)
                            : ev_payload_key(type, payload),
        .seq = seq,
        .schema_version = type->version,
    };
    json_writer w = json_writer_of(out);
    write_head(&w, &e);
    ANC_TRY(ev_payload_write(&w, type, payload, err));
    return write_tail(&w, &e, err);
}

/* ---- reading ------------------------------------------------------------------------------ */

static anc_status copy(anc_arena *mem, anc_str s, anc_str *ret, anc_err *err)
{
    const anc_str c = anc_arena_copy(mem, s);
    if (c.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for an event");
    *ret = c;
    return ANC_OK;
}

static anc_status wrong(const char *pointer, const json_value *v, const char *wanted, anc_err *err)
{
    return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "%s is %s, %s is wanted", pointer,
                          json_kind_name(json_kind_of(v)), wanted);
}

static anc_status read_text(anc_arena *mem, const json_value *v, const char *pointer, anc_str *ret,
                            anc_err *err)
{
    const anc_str s = json_str(v, ANC_STR_NONE);
    if (json_kind_of(v) != JSON_STRING || s.len == 0)
        return wrong(pointer, v, "a text", err);
    return copy(mem, s, ret, err);
}

static anc_status read_optional(anc_arena *mem, const json_value *object, const char *name,
                                anc_str *ret, anc_err *err)
{
    char pointer[64];
    const json_value *v = json_member(object, name);
    if (json_kind_of(v) == JSON_ABSENT || json_kind_of(v) == JSON_NULL)
        return ANC_OK;
    (void)snprintf(pointer, sizeof pointer, "/metadata/%s", name);
    if (json_kind_of(v) != JSON_STRING)
        return wrong(pointer, v, "a text", err);
    return copy(mem, json_str(v, ANC_STR_NONE), ret, err);
}

static anc_status read_number(const json_value *object, const char *name, int64_t max, int64_t *ret,
                              anc_err *err)
{
    char pointer[64];
    const json_value *v = json_member(object, name);
    if (json_kind_of(v) == JSON_ABSENT || json_kind_of(v) == JSON_NULL)
        return ANC_OK;
    const int64_t n = json_int(v, -1);
    (void)snprintf(pointer, sizeof pointer, "/metadata/%s", name);
    if (json_kind_of(v) != JSON_INT || n < 0 || n > max)
        return wrong(pointer, v, "a whole number in range", err);
    *ret = n;
    return ANC_OK;
}

static bool listed(const char *const *known, size_t n, anc_str name)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq(name, anc_str_of(known[i])))
            return true;
    return false;
}

/* The members of `object` that `known` [n] does not list. */
static anc_status read_extra(anc_arena *mem, const json_value *object, const char *const *known,
                             size_t n, ev_members *ret, anc_err *err)
{
    size_t cursor = 0, count = 0;
    anc_str name;
    const json_value *v;
    ev_member *items = anc_arena_alloc(mem, json_count(object), sizeof *items);
    if (items == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for an event");
    while (json_each(object, &cursor, &name, &v)) {
        if (listed(known, n, name))
            continue;
        ANC_BUF(text, SIZE_MAX / 2);
        json_dump(v, &text);
        ANC_TRY(anc_buf_status(&text, "an event", err));
        ANC_TRY(copy(mem, name, &items[count].name, err));
        ANC_TRY(copy(mem, anc_buf_view(&text), &items[count].json, err));
        count++;
    }
    *ret = (ev_members){items, count};
    return ANC_OK;
}

static anc_status read_metadata(anc_arena *mem, const json_value *m, ev_envelope *e, anc_err *err)
{
    static const char *const known[] = {"component",    "trace_id", "user_id",
                                        "aggregate_id", "seq",      "schema_version"};
    int64_t seq = 0, version = 0;
    if (json_kind_of(m) == JSON_ABSENT || json_kind_of(m) == JSON_NULL)
        return ANC_OK;
    if (json_kind_of(m) != JSON_OBJECT)
        return wrong("/metadata", m, "an object", err);
    ANC_TRY(read_optional(mem, m, "component", &e->component, err));
    ANC_TRY(read_optional(mem, m, "trace_id", &e->trace_id, err));
    ANC_TRY(read_optional(mem, m, "user_id", &e->user_id, err));
    ANC_TRY(read_optional(mem, m, "aggregate_id", &e->aggregate_id, err));
    ANC_TRY(read_number(m, "seq", INT64_MAX, &seq, err));
    ANC_TRY(read_number(m, "schema_version", UINT32_MAX, &version, err));
    e->seq = (uint64_t)seq;
    e->schema_version = (uint32_t)version;
    return read_extra(mem, m, known, ANC_COUNT(known), &e->metadata_extra, err);
}

static anc_status read_payload(anc_arena *mem, const json_value *v, ev_json *ret, anc_err *err)
{
    ANC_BUF(text, SIZE_MAX / 2);
    if (json_kind_of(v) != JSON_OBJECT)
        return wrong("/payload", v, "an object", err);
    json_dump(v, &text);
    ANC_TRY(anc_buf_status(&text, "an event", err));
    return copy(mem, anc_buf_view(&text), &ret->text, err);
}

static anc_status read_members(anc_arena *mem, const json_value *root, ev_envelope *e, anc_err *err)
{
    static const char *const known[] = {"id", "event_type", "timestamp", "payload", "metadata"};
    const json_value *time = json_member(root, "timestamp");
    if (json_kind_of(root) != JSON_OBJECT)
        return wrong("", root, "an object", err);
    ANC_TRY(read_text(mem, json_member(root, "id"), "/id", &e->id, err));
    ANC_TRY(read_text(mem, json_member(root, "event_type"), "/event_type", &e->type_name, err));
    if (!anc_time_parse(json_str(time, ANC_STR_NONE), &e->time_ms))
        return wrong("/timestamp", time, "an RFC 3339 instant", err);
    ANC_TRY(read_payload(mem, json_member(root, "payload"), &e->payload, err));
    ANC_TRY(read_metadata(mem, json_member(root, "metadata"), e, err));
    e->type = ev_type_by_name(e->type_name);
    return read_extra(mem, root, known, ANC_COUNT(known), &e->extra, err);
}

static void free_doc(json_doc **doc)
{
    json_doc_free(*doc);
}

anc_status ev_envelope_read(anc_arena *mem, anc_str json, ev_envelope *ret, anc_err *err)
{
    ANC_CLEANUP(free_doc) json_doc *doc = NULL;
    ev_envelope e = {0};
    ANC_TRY(json_parse(json, &doc, err));
    ANC_TRY(read_members(mem, json_root(doc), &e, err));
    *ret = e;
    return ANC_OK;
}
