/* chat_answer.c - what the JSON of an answer says, and what its statuses mean.
 *
 * An event of a stream has choices[0].delta, a whole answer choices[0].message; content may be null
 * in both. The last event of a stream with usage has no choices.
 */
#include <stdio.h>

#include "openai_impl.h"
#include "json/json.h"

enum { MESSAGE_SHOWN = 200 };

static void free_doc(json_doc **doc)
{
    json_doc_free(*doc);
}

static void copy_text(char *to, size_t size, const json_value *from)
{
    if (json_kind_of(from) == JSON_STRING)
        (void)snprintf(to, size, "%.*s",
                       ANC_FMT(anc_str_sub(json_str(from, ANC_STR("")), 0, size)));
}

/* The provider's message, cut and on one line; "" where there is none. */
static void problem_text(const json_value *root, char out[MESSAGE_SHOWN + 1])
{
    const json_value *error = json_member(root, "error");
    anc_str message = json_str(json_member(error, "message"), json_str(error, ANC_STR("")));
    if (message.len == 0)
        message = json_str(json_member(root, "message"), ANC_STR(""));
    message = anc_str_sub(message, 0, MESSAGE_SHOWN);
    size_t n = 0;
    for (; n < message.len; n++)
        out[n] = (char)((unsigned char)message.ptr[n] < ' ' ? ' ' : message.ptr[n]);
    out[n] = '\0';
}

static void read_usage(chat_answer *answer, const json_value *usage)
{
    if (json_kind_of(usage) != JSON_OBJECT)
        return;
    answer->input_tokens = json_int(json_member(usage, "prompt_tokens"), answer->input_tokens);
    answer->output_tokens =
        json_int(json_member(usage, "completion_tokens"), answer->output_tokens);
}

static anc_status read_choice(chat_answer *answer, const json_value *choice, const char *where,
                              void (*on_text)(void *arg, anc_str text), void *arg, anc_err *err)
{
    const json_value *delta = json_member(choice, "delta");
    const json_value *message = delta != NULL ? delta : json_member(choice, "message");
    const json_value *content = json_member(message, "content");
    const json_kind kind = json_kind_of(content);
    if (kind != JSON_STRING && kind != JSON_NULL && kind != JSON_ABSENT)
        return ANC_FAIL(err, ANC_PROVIDER, "%s: the content of the answer is of kind %s", where,
                        json_kind_name(kind));
    answer->refused |= json_str(json_member(message, "refusal"), ANC_STR("")).len > 0;
    const json_value *reason = json_member(choice, "finish_reason");
    if (json_kind_of(reason) == JSON_STRING) {
        copy_text(answer->finish_reason, sizeof answer->finish_reason, reason);
        answer->finished = true;
    }
    const anc_str text = json_str(content, ANC_STR(""));
    if (text.len > 0)
        on_text(arg, text);
    return ANC_OK;
}

anc_status clt_chat_answer_read(chat_answer *answer, anc_str json, const char *where,
                                void (*on_text)(void *arg, anc_str text), void *arg, anc_err *err)
{
    ANC_CLEANUP(free_doc) json_doc *doc = NULL;
    anc_err why = {0};
    if (json_parse(json, &doc, &why) != ANC_OK)
        return ANC_FAIL(err, ANC_PROVIDER, "%s: the answer is not JSON: %.200s", where, why.text);
    const json_value *root = json_root(doc);
    const json_value *choices = json_member(root, "choices");
    const json_kind error = json_kind_of(json_member(root, "error"));
    if (error == JSON_OBJECT || error == JSON_STRING) {
        char text[MESSAGE_SHOWN + 1];
        problem_text(root, text);
        return ANC_FAIL(err, ANC_PROVIDER, "%s: the provider reports an error: %s", where, text);
    }
    if (json_kind_of(choices) != JSON_ARRAY)
        return ANC_FAIL(err, ANC_PROVIDER, "%s: the answer has no choices", where);
    copy_text(answer->model, sizeof answer->model, json_member(root, "model"));
    read_usage(answer, json_member(root, "usage"));
    if (json_count(choices) == 0)
        return ANC_OK;
    return read_choice(answer, json_element(choices, 0), where, on_text, arg, err);
}

static anc_status meaning_of(int status)
{
    switch (status) {
    case 401:
        return ANC_UNAUTHENTICATED;
    case 403:
        return ANC_FORBIDDEN;
    case 429:
        return ANC_RATE_LIMITED;
    default:
        return ANC_PROVIDER;
    }
}

anc_status clt_chat_refusal(int status, anc_str body, const char *where, anc_str api_key,
                            anc_err *err)
{
    ANC_CLEANUP(free_doc) json_doc *doc = NULL;
    char text[MESSAGE_SHOWN + 1] = "";
    if (json_parse(body, &doc, NULL) == ANC_OK)
        problem_text(json_root(doc), text);
    /* what is said about a key may quote it */
    const bool about_key = status == 401 || status == 403 ||
                           (api_key.len > 0 && anc_str_find(anc_str_of(text), api_key) != SIZE_MAX);
    if (about_key || text[0] == '\0')
        return ANC_FAIL(err, meaning_of(status), "%s: the provider answered %d %s", where, status,
                        net_status_phrase(status));
    return ANC_FAIL(err, meaning_of(status), "%s: the provider answered %d: %s", where, status,
                    text);
}
