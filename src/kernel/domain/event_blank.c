/* event_blank.c - members of an event that are a person's. */
#include "event_blank.h"

#include "kernel/domain/event.h"
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

/* The envelope, its metadata marked, so that who reads it later knows what it is. */
static void write_envelope(blanking *b, const json_value *root)
{
    size_t cursor = 0;
    anc_str name;
    const json_value *v;
    json_writer *w = &b->w;
    json_open_object(w);
    while (json_each(root, &cursor, &name, &v)) {
        size_t inner = 0;
        anc_str member;
        const json_value *of;
        if (!anc_str_eq(name, ANC_STR("metadata"))) {
            write_member(b, name, v);
            continue;
        }
        json_name(w, "metadata");
        json_open_object(w);
        while (json_each(v, &inner, &member, &of))
            if (!anc_str_eq(member, ANC_STR("erased")))
                write_member(b, member, of);
        json_put_bool(w, "erased", true);
        json_close_object(w);
    }
    json_close_object(w);
}

static bool says(const json_value *object, const char *name, anc_str id)
{
    return id.len > 0 && anc_str_eq(json_str(json_member(object, name), ANC_STR("")), id);
}

static bool says_one(const json_value *object, const char *name, anc_str id,
                     const ev_person *person)
{
    bool one = says(object, name, id);
    for (size_t i = 0; i < person->n_also; i++)
        one |= says(object, name, person->also[i]);
    return one;
}

/* What somebody said of an answer that the person was given. */
static bool is_said_of(const json_value *root, const ev_person *person)
{
    uint64_t unused;
    const anc_str type = json_str(json_member(root, "event_type"), ANC_STR(""));
    const json_value *id = json_member(json_member(root, "payload"), "query_id");
    return person->queries != NULL &&
           anc_str_eq(type, anc_str_of(ev_type_of(EV_FEEDBACK_GIVEN)->name)) &&
           anc_map_find(person->queries, json_str(id, ANC_STR("")), &unused);
}

/* False when memory is out. */
static bool note_query(const json_value *root, const ev_person *person)
{
    const json_value *id = json_member(json_member(root, "payload"), "query_id");
    return person->queries == NULL || json_kind_of(id) != JSON_STRING ||
           anc_map_put(person->queries, json_str(id, ANC_STR("")), 1);
}

static bool is_of(const json_value *root, const ev_person *person)
{
    const json_value *payload = json_member(root, "payload");
    const anc_str user = person->user_id, conversation = person->conversation_id;
    return is_said_of(root, person) ||
           says_one(json_member(root, "metadata"), "user_id", user, person) ||
           says_one(payload, "user_id", user, person) ||
           says_one(json_member(payload, "data"), "user_id", user, person) ||
           says_one(payload, "conversation_id", conversation, person) ||
           says_one(json_member(payload, "metadata"), "conversation_id", conversation, person);
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
    const bool noted = !*ret_hit || note_query(root, person);
    if (*ret_hit) {
        blanking b = {json_writer_of(out), conversation_of(root)};
        write_envelope(&b, root);
    }
    json_doc_free(doc);
    if (!noted)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the queries of a user");
    return anc_buf_status(out, "an event", err);
}
