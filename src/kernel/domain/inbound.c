/* inbound.c - a foreign event, read leniently where another service may differ, checked where we act. */
#include "kernel/domain/inbound.h"

#include "base/id.h"
#include "base/str.h"
#include "kernel/domain/event_codec.h"

static void free_doc(json_doc **doc)
{
    json_doc_free(*doc);
}

static anc_status copy(anc_arena *mem, anc_str s, anc_str *ret, anc_err *err)
{
    *ret = anc_arena_copy(mem, s);
    if (ret->ptr == NULL && s.len > 0)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for an event from outside");
    return ANC_OK;
}

static bool is_exact(anc_str pattern)
{
    return !anc_str_ends(pattern, ANC_STR("*"));
}

anc_status ev_inbound_types_keep(anc_arena *mem, ev_strs types, ev_strs *ret, anc_err *err)
{
    if (types.n > EV_INBOUND_TYPES)
        return ANC_FAIL(err, ANC_INVALID, "%zu inbound types, at most %d are possible", types.n,
                        EV_INBOUND_TYPES);
    anc_str *kept = anc_arena_alloc(mem, types.n, sizeof *kept);
    if (kept == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for inbound types");
    for (size_t i = 0; i < types.n; i++) {
        if (!ev_pattern_valid(types.items[i]) || !is_exact(types.items[i]))
            return ANC_FAIL(err, ANC_INVALID,
                            "'%.*s' among the inbound types is no type of an event",
                            ANC_FMT(types.items[i]));
        ANC_TRY(copy(mem, types.items[i], &kept[i], err));
    }
    *ret = (ev_strs){kept, types.n};
    return ANC_OK;
}

anc_status ev_inbound_types_match(anc_arena *mem, anc_str pattern, ev_strs types, ev_strs *ret,
                                  anc_err *err)
{
    size_t n = 0;
    if (!ev_pattern_valid(pattern))
        return ANC_FAIL(err, ANC_INVALID, "'%.*s' is no type, prefix or *", ANC_FMT(pattern));
    anc_str *found = anc_arena_alloc(mem, types.n + 1, sizeof *found);
    if (found == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the types of a subscription");
    if (is_exact(pattern))
        ANC_TRY(copy(mem, pattern, &found[n++], err));
    for (size_t i = 0; !is_exact(pattern) && i < types.n; i++)
        if (ev_pattern_matches(pattern, types.items[i]))
            ANC_TRY(copy(mem, types.items[i], &found[n++], err));
    *ret = (ev_strs){found, n};
    return ANC_OK;
}

/* A text that may be absent; `pointer` is of its own place. */
static anc_status read_text(anc_arena *mem, const json_value *object, const char *name,
                            const char *pointer, anc_str *ret, anc_err *err)
{
    const json_value *v = json_member(object, name);
    const json_kind kind = json_kind_of(v);
    if (kind == JSON_ABSENT || kind == JSON_NULL)
        return ANC_OK;
    if (kind != JSON_STRING)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "%s is %s, a text is wanted", pointer,
                              json_kind_name(kind));
    return copy(mem, json_str(v, ANC_STR_NONE), ret, err);
}

static anc_status read_type(anc_arena *mem, const json_value *root, anc_str default_type,
                            ev_envelope *e, anc_err *err)
{
    ANC_TRY(read_text(mem, root, "event_type", "/event_type", &e->type_name, err));
    if (e->type_name.len == 0)
        ANC_TRY(copy(mem, default_type, &e->type_name, err));
    if (e->type_name.len == 0)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/event_type", "event_type is missing");
    if (default_type.len > 0 && !anc_str_eq(e->type_name, default_type))
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/event_type", "event_type is %.*s, not %.*s",
                              ANC_FMT(e->type_name), ANC_FMT(default_type));
    e->type = ev_type_by_name(e->type_name);
    if (e->type == NULL)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/event_type",
                              "%.*s is no type that is registered here", ANC_FMT(e->type_name));
    return ANC_OK;
}

static anc_status read_time(const json_value *root, int64_t *ret, anc_err *err)
{
    const json_value *v = json_member(root, "timestamp");
    const json_kind kind = json_kind_of(v);
    if (kind == JSON_ABSENT || kind == JSON_NULL)
        return ANC_OK;
    if (kind != JSON_STRING || !anc_time_parse(json_str(v, ANC_STR_NONE), ret))
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/timestamp",
                              "timestamp is not an RFC 3339 instant");
    return ANC_OK;
}

/* A later version of a type may mean something else by the same members. */
static anc_status read_version(const json_value *metadata, ev_envelope *e, anc_err *err)
{
    static const char pointer[] = "/metadata/schema_version";
    const json_value *v = json_member(metadata, "schema_version");
    const json_kind kind = json_kind_of(v);
    const int64_t version = json_int(v, 0);
    if (kind == JSON_ABSENT || kind == JSON_NULL)
        return ANC_OK;
    if (kind != JSON_INT || version < 1)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer,
                              "%s is no whole number from 1 on; version %u of %s is known here",
                              pointer, e->type->version, e->type->name);
    if (version > e->type->version)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer,
                              "%s is %lld; of %s version %u is the newest that is known here",
                              pointer, (long long)version, e->type->name, e->type->version);
    e->schema_version = (uint32_t)version;
    return ANC_OK;
}

/* The payload as text, and proof that it fits the type. */
static anc_status read_payload(anc_arena *mem, const json_value *payload, ev_envelope *e,
                               anc_err *err)
{
    void *fitting = anc_arena_alloc(mem, e->type->size, 1);
    ANC_BUF(text, EV_INBOUND_BYTES * 6); /* escapes may take more room than what was sent */
    if (fitting == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for an event from outside");
    if (json_kind_of(payload) != JSON_OBJECT)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/payload", "payload is %s, an object is wanted",
                              json_kind_name(json_kind_of(payload)));
    ANC_TRY(ev_payload_read(mem, e->type, payload, fitting, err));
    json_dump(payload, &text);
    ANC_TRY(anc_buf_status(&text, "an event from outside", err));
    ANC_TRY(copy(mem, anc_buf_view(&text), &e->payload.text, err));
    return copy(mem, ev_payload_key(e->type, fitting), &e->aggregate_id, err);
}

static anc_status read_members(anc_arena *mem, const json_value *root, anc_str default_type,
                               ev_envelope *e, anc_err *err)
{
    if (json_kind_of(root) != JSON_OBJECT)
        return ANC_FAIL(err, ANC_INVALID, "the event is %s, an object is wanted",
                        json_kind_name(json_kind_of(root)));
    const json_value *payload = json_member(root, "payload");
    const bool bare = json_kind_of(payload) == JSON_ABSENT &&
                      json_kind_of(json_member(root, "event_type")) == JSON_ABSENT;
    ANC_TRY(read_type(mem, root, default_type, e, err));
    if (bare)
        return read_payload(mem, root, e, err);
    const json_value *metadata = json_member(root, "metadata");
    ANC_TRY(read_version(metadata, e, err));
    ANC_TRY(read_text(mem, root, "id", "/id", &e->id, err));
    ANC_TRY(read_time(root, &e->time_ms, err));
    ANC_TRY(read_text(mem, metadata, "trace_id", "/metadata/trace_id", &e->trace_id, err));
    ANC_TRY(read_text(mem, metadata, "user_id", "/metadata/user_id", &e->user_id, err));
    ANC_TRY(read_text(mem, metadata, "component", "/metadata/component", &e->component, err));
    return read_payload(mem, payload, e, err);
}

anc_status ev_inbound_read(anc_arena *mem, anc_str json, anc_str default_type, ev_envelope *ret,
                           anc_err *err)
{
    ANC_CLEANUP(free_doc) json_doc *doc = NULL;
    ev_envelope e = {0};
    if (json.len > EV_INBOUND_BYTES)
        return ANC_FAIL(err, ANC_LIMIT, "the event has %zu bytes, at most %d are taken in",
                        json.len, EV_INBOUND_BYTES);
    ANC_TRY(json_parse(json, &doc, err));
    ANC_TRY(read_members(mem, json_root(doc), default_type, &e, err));
    *ret = e;
    return ANC_OK;
}

anc_status ev_inbound_payload(anc_arena *mem, const ev_envelope *event, ev_type_id wanted,
                              void *ret, anc_err *err)
{
    ANC_CLEANUP(free_doc) json_doc *doc = NULL;
    const ev_type *type = ev_type_of(wanted);
    if (event->type != type)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/event_type", "event_type is %.*s, not %s",
                              ANC_FMT(event->type_name), type->name);
    ANC_TRY(json_parse(event->payload.text, &doc, err));
    return ev_payload_read(mem, type, json_root(doc), ret, err);
}
