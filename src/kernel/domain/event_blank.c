/* event_blank.c - members of an event that are a person's. */
#include "event_blank.h"

#include "json/json.h"

static const char *const persons[] = {
    "user_id",         "username",   "user_name",  "session_id",
    "conversation_id", "message_id", "query_text", "response_text",
    "error_message",   "comment",    "question",   "system_prompt",
};

static bool is_persons(anc_str name)
{
    for (size_t i = 0; i < ANC_COUNT(persons); i++)
        if (anc_str_eq(name, anc_str_of(persons[i])))
            return true;
    return false;
}

static void write_blank(json_writer *w, const json_value *v);

static void write_member(json_writer *w, anc_str name, const json_value *v)
{
    json_name_str(w, name);
    if (json_kind_of(v) == JSON_STRING && is_persons(name))
        json_write_str(w, ANC_STR(""));
    else
        write_blank(w, v);
}

/* As deep as JSON is read, JSON_MAX_DEPTH. */
static void write_blank(json_writer *w, const json_value *v)
{
    size_t cursor = 0;
    anc_str name;
    const json_value *member;
    if (json_kind_of(v) == JSON_OBJECT) {
        json_open_object(w);
        while (json_each(v, &cursor, &name, &member))
            write_member(w, name, member);
        json_close_object(w);
    } else if (json_kind_of(v) == JSON_ARRAY) {
        json_open_array(w);
        for (size_t i = 0; i < json_count(v); i++)
            write_blank(w, json_element(v, i));
        json_close_array(w);
    } else {
        ANC_BUF(text, SIZE_MAX / 2);
        json_dump(v, &text);
        json_write_raw(w, anc_buf_view(&text));
    }
}

static bool says(const json_value *object, anc_str user_id)
{
    return anc_str_eq(json_str(json_member(object, "user_id"), ANC_STR("")), user_id);
}

anc_status ev_envelope_blank(anc_str json, anc_str user_id, bool *ret_hit, anc_buf *out,
                             anc_err *err)
{
    json_doc *doc = NULL;
    ANC_TRY(json_parse(json, &doc, err));
    const json_value *root = json_root(doc);
    const json_value *payload = json_member(root, "payload");
    *ret_hit =
        user_id.len > 0 && (says(json_member(root, "metadata"), user_id) ||
                            says(payload, user_id) || says(json_member(payload, "data"), user_id));
    if (*ret_hit) {
        json_writer w = json_writer_of(out);
        write_blank(&w, root);
    }
    json_doc_free(doc);
    return anc_buf_status(out, "an event", err);
}
