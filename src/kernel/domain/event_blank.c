/* event_blank.c - members of an event that are a person's. */
#include "event_blank.h"

#include "json/json.h"

static const char *const persons[] = {
    "user_id",         "username",   "user_name",  "session_id",
    "conversation_id", "message_id", "query_text", "response_text",
    "error_message",   "comment",    "question",   "system_prompt",
};

typedef struct blanking {
    json_writer w;
    const char *also; /* a further member that is a person's; "": none */
} blanking;

static bool is_persons(const blanking *b, anc_str name)
{
    if (anc_str_eq(name, anc_str_of(b->also)))
        return true;
    for (size_t i = 0; i < ANC_COUNT(persons); i++)
        if (anc_str_eq(name, anc_str_of(persons[i])))
            return true;
    return false;
}

static void write_blank(blanking *b, const json_value *v);

static void write_member(blanking *b, anc_str name, const json_value *v)
{
    json_writer *w = &b->w;
    json_name_str(w, name);
    if (json_kind_of(v) == JSON_STRING && is_persons(b, name))
        json_write_str(w, ANC_STR(""));
    else
        write_blank(b, v);
}

/* As deep as JSON is read, JSON_MAX_DEPTH. */
static void write_blank(blanking *b, const json_value *v)
{
    json_writer *w = &b->w;
    size_t cursor = 0;
    anc_str name;
    const json_value *member;
    if (json_kind_of(v) == JSON_OBJECT) {
        json_open_object(w);
        while (json_each(v, &cursor, &name, &member))
            write_member(b, name, member);
        json_close_object(w);
    } else if (json_kind_of(v) == JSON_ARRAY) {
        json_open_array(w);
        for (size_t i = 0; i < json_count(v); i++)
            write_blank(b, json_element(v, i));
        json_close_array(w);
    } else {
        ANC_BUF(text, SIZE_MAX / 2);
        json_dump(v, &text);
        json_write_raw(w, anc_buf_view(&text));
    }
}

static bool says(const json_value *object, const char *name, anc_str id)
{
    return id.len > 0 && anc_str_eq(json_str(json_member(object, name), ANC_STR("")), id);
}

static bool is_of(const json_value *root, const ev_person *person)
{
    const json_value *payload = json_member(root, "payload");
    return says(json_member(root, "metadata"), "user_id", person->user_id) ||
           says(payload, "user_id", person->user_id) ||
           says(json_member(payload, "data"), "user_id", person->user_id) ||
           says(payload, "conversation_id", person->conversation_id) ||
           says(json_member(payload, "metadata"), "conversation_id", person->conversation_id);
}

/* The id of an aggregate is a person's where that is a conversation. */
static const char *conversation_of(const json_value *root)
{
    const json_value *payload = json_member(root, "payload");
    const anc_str id = json_str(json_member(payload, "conversation_id"), ANC_STR(""));
    return says(json_member(root, "metadata"), "aggregate_id", id) ? "aggregate_id" : "";
}

anc_status ev_envelope_blank(anc_str json, const ev_person *person, bool *ret_hit, anc_buf *out,
                             anc_err *err)
{
    json_doc *doc = NULL;
    ANC_TRY(json_parse(json, &doc, err));
    const json_value *root = json_root(doc);
    *ret_hit = is_of(root, person);
    if (*ret_hit) {
        blanking b = {json_writer_of(out), conversation_of(root)};
        write_blank(&b, root);
    }
    json_doc_free(doc);
    return anc_buf_status(out, "an event", err);
}
