/* feed.c - the live feed's line of an event. */
#include "kernel/domain/feed.h"

#include <stdio.h>

#include "base/id.h"
#include "base/str.h"
#include "base/utf8.h"
#include "kernel/domain/envelope.h"

enum { VALUE_BYTES = 120, DEFAULT_DECIMALS = 3, MESSAGE_BYTES = 1024 };

static void add_text(anc_buf *out, anc_str s)
{
    const bool cut = s.len > VALUE_BYTES;
    (void)anc_buf_add(out, cut ? anc_str_sub(s, 0, anc_utf8_floor(s, VALUE_BYTES)) : s);
    if (cut)
        (void)anc_buf_add(out, ANC_STR("\xe2\x80\xa6"));
}

/* With `decimals`, or up to three without trailing zeros when that is negative. */
static void add_number(anc_buf *out, double n, int decimals)
{
    char text[400];
    const int wanted = decimals >= 0 ? decimals : DEFAULT_DECIMALS;
    int len = snprintf(text, sizeof text, "%.*f", wanted, n);
    while (decimals < 0 && len > 1 && text[len - 1] == '0')
        len--;
    if (decimals < 0 && len > 1 && text[len - 1] == '.')
        len--;
    (void)anc_buf_add(out, (anc_str){text, (size_t)len});
}

static void add_value(anc_buf *out, const json_value *v, int decimals)
{
    switch (json_kind_of(v)) {
    case JSON_STRING:
        add_text(out, json_str(v, ANC_STR_NONE));
        break;
    case JSON_INT:
    case JSON_REAL:
        add_number(out, json_double(v, 0.0), decimals);
        break;
    case JSON_BOOL:
        (void)anc_buf_add(out, json_bool(v, false) ? ANC_STR("true") : ANC_STR("false"));
        break;
    case JSON_ABSENT:
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
}

/* `slot` is what stands between the braces. */
static void add_slot(anc_buf *out, anc_str slot, const json_value *payload)
{
    char name[64];
    const size_t question = anc_str_find(slot, ANC_STR("?"));
    const size_t colon = anc_str_find(slot, ANC_STR(":"));
    const size_t end = question != SIZE_MAX ? question : colon;
    const anc_str bare = anc_str_sub(slot, 0, end);
    (void)snprintf(name, sizeof name, "%.*s", ANC_FMT(bare));
    const json_value *v = json_member(payload, name);
    if (question != SIZE_MAX) {
        if (json_bool(v, false))
            (void)anc_buf_add(out, anc_str_sub(slot, question + 1, SIZE_MAX));
        return;
    }
    add_value(out, v, colon != SIZE_MAX ? slot.ptr[colon + 1] - '0' : -1);
}

/* What was past its threshold is so no more. */
static bool is_well(const ev_type *type, const json_value *payload)
{
    return type == ev_type_of(EV_PERFORMANCE) &&
           json_double(json_member(payload, "value"), 0.0) <=
               json_double(json_member(payload, "threshold"), -1.0);
}

static bool is_search(const json_value *payload)
{
    const json_value *kind = json_member(json_member(payload, "metadata"), "kind");
    return anc_str_eq(json_str(kind, ANC_STR("")), ANC_STR("search"));
}

static anc_str of_completed(const ev_type *type, const json_value *payload)
{
    const bool one = json_int(json_member(payload, "document_count"), 0) == 1;
    if (is_search(payload))
        return one ? ANC_STR("Search found passages of one document in {processing_time:3}s")
                   : ANC_STR("Search found passages of {document_count} documents in "
                             "{processing_time:3}s");
    if (json_bool(json_member(json_member(payload, "metadata"), "no_answer"), false))
        return ANC_STR("Query not answered: nothing in the documents answers it "
                       "({processing_time:2}s)");
    return one ? ANC_STR("Query answered by {model_used} from one document in "
                         "{processing_time:2}s{cache_hit? (cached)}")
               : anc_str_of(type->feed);
}

/* Texts may be left out of events. */
static anc_str of_requested(const ev_type *type, const json_value *payload)
{
    const bool told = json_str(json_member(payload, "query_text"), ANC_STR("")).len > 0;
    if (is_search(payload))
        return told ? ANC_STR("Search received: {query_text}") : ANC_STR("Search received");
    return told ? anc_str_of(type->feed) : ANC_STR("Query received");
}

/* The template of the type's row, or what is said instead where that would not be true. */
static anc_str template_of(const ev_type *type, const json_value *payload)
{
    if (is_well(type, payload))
        return ANC_STR("{metric} is well again: {value} (threshold {threshold})");
    if (type == ev_type_of(EV_QUERY_COMPLETED))
        return of_completed(type, payload);
    if (type == ev_type_of(EV_QUERY_REQUESTED))
        return of_requested(type, payload);
    if (type == ev_type_of(EV_DOCUMENTS_RETRIEVED) &&
        json_int(json_member(payload, "total_tokens"), 0) == 0)
        return ANC_STR("Retrieved {count} chunks in {retrieval_time_ms:0}ms{cache_hit? (cached)}");
    return anc_str_of(type->feed);
}

void ev_feed_message(const ev_type *type, const json_value *payload, anc_buf *out)
{
    anc_str rest = template_of(type, payload);
    while (rest.len > 0) {
        const size_t open = anc_str_find(rest, ANC_STR("{"));
        (void)anc_buf_add(out, anc_str_sub(rest, 0, open));
        if (open == SIZE_MAX)
            return;
        rest = anc_str_sub(rest, open + 1, SIZE_MAX);
        const size_t close = anc_str_find(rest, ANC_STR("}"));
        add_slot(out, anc_str_sub(rest, 0, close), payload);
        rest = anc_str_sub(rest, close + 1, SIZE_MAX);
    }
}

/* That something is back below its threshold is no warning. */
static ev_severity severity_of(const ev_type *type, const json_value *payload)
{
    if (type == NULL)
        return EV_INFO;
    return is_well(type, payload) ? EV_INFO : type->severity;
}

/* A payload as it came is what is shown, but where it would break a line in two. */
static void write_payload(json_writer *w, const json_value *payload, anc_str as_it_came)
{
    if (as_it_came.len > 0 && anc_str_find(as_it_came, ANC_STR("\n")) == SIZE_MAX &&
        anc_str_find(as_it_came, ANC_STR("\r")) == SIZE_MAX) {
        json_write_raw(w, as_it_came);
    } else if (payload != NULL) {
        ANC_BUF(text, SIZE_MAX / 2);
        json_dump(payload, &text);
        json_write_raw(w, anc_buf_view(&text));
    } else {
        json_write_raw(w, ANC_STR("{}"));
    }
}

static anc_status write_feed(anc_str name, int64_t time_ms, const json_value *payload,
                             anc_str as_it_came, anc_buf *out, ev_severity *ret, anc_err *err)
{
    const ev_type *type = ev_type_by_name(name);
    const ev_severity severity = severity_of(type, payload);
    ANC_BUF(message, MESSAGE_BYTES);
    if (type != NULL)
        ev_feed_message(type, payload, &message);
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    json_put_fixed(&w, "timestamp", (double)time_ms / 1000.0, 3);
    json_put_str(&w, "type", name);
    json_put_str(&w, "message", type != NULL ? anc_buf_view(&message) : name);
    json_put_str(&w, "severity", anc_str_of(ev_severity_name(severity)));
    json_name(&w, "metadata");
    write_payload(&w, payload, as_it_came);
    json_close_object(&w);
    ANC_TRY(anc_buf_status(out, "the feed's form of an event", err));
    *ret = severity;
    return ANC_OK;
}

static void free_doc(json_doc **doc)
{
    json_doc_free(*doc);
}

/* Of an envelope that a glance does not understand. */
static anc_status tell_whole(anc_str envelope, anc_buf *out, ev_severity *ret, anc_err *err)
{
    ANC_CLEANUP(free_doc) json_doc *doc = NULL;
    int64_t time_ms = 0;
    ANC_TRY(json_parse(envelope, &doc, err));
    const json_value *root = json_root(doc);
    const json_value *payload = json_member(root, "payload");
    if (json_kind_of(json_member(root, "event_type")) != JSON_STRING ||
        !anc_time_parse(json_str(json_member(root, "timestamp"), ANC_STR_NONE), &time_ms) ||
        (payload != NULL && json_kind_of(payload) != JSON_OBJECT))
        return ANC_FAIL(err, ANC_INVALID, "this is no event's envelope");
    return write_feed(json_str(json_member(root, "event_type"), ANC_STR_NONE), time_ms, payload,
                      ANC_STR_NONE, out, ret, err);
}

anc_status ev_feed_tell(anc_str envelope, anc_buf *out, ev_severity *ret, anc_err *err)
{
    ANC_CLEANUP(free_doc) json_doc *doc = NULL;
    ev_envelope e;
    if (!ev_envelope_glance(envelope, &e))
        return tell_whole(envelope, out, ret, err);
    ANC_TRY(json_parse(e.payload.text, &doc, err));
    return write_feed(e.type_name, e.time_ms, json_root(doc), e.payload.text, out, ret, err);
}

anc_status ev_feed_write(anc_str envelope, anc_buf *out, anc_err *err)
{
    ev_severity unasked;
    return ev_feed_tell(envelope, out, &unasked, err);
}
