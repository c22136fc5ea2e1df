/* user_chat.c - questions and turns under a user's name, as other designs ask for them.
 *
 * A name's turns are one conversation of the caller's, whose id is made of both: what one caller keeps
 * under a name is nobody else's. Who is not the owner has the own name alone. Events and the query log know what is
 * asked under a name as that user's.
 */
#include "base/utf8.h"

#include "handlers.h"
#include "schemas.h"

enum { ID_BYTES = 128 }; /* of a conversation's id */

static bool is_plain(anc_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7f)
            return false;
    return true;
}

static anc_status check_name(http_request *rq, anc_str name)
{
    const krn_principal *p = &rq->call.principal;
    if (name.len == 0 || anc_utf8_count(name) > HTTP_USER_NAME_MAX)
        http_fault_add(&rq->faults, ANC_STR("/user_name"), "1 to %d characters are allowed",
                       HTTP_USER_NAME_MAX);
    else if (!is_plain(name))
        http_fault_add(&rq->faults, ANC_STR("/user_name"), "holds control characters");
    ANC_TRY(http_faults_status(&rq->faults, &rq->err));
    if (!p->is_admin && !anc_str_eq(name, p->user_id))
        return ANC_FAIL(&rq->err, ANC_FORBIDDEN, "the history of \"%.*s\" is not yours",
                        ANC_FMT(name));
    return ANC_OK;
}

static anc_status has_conversation(http_request *rq, anc_str id, bool *ret)
{
    rag_conversation found;
    const anc_status status = rag_conversation_find(rq->edge->o.rag, &rq->call, id, &found);
    *ret = status == ANC_OK;
    if (status != ANC_NOT_FOUND)
        return status;
    anc_err_clear(&rq->err);
    return ANC_OK;
}

static anc_status check_length(http_request *rq, anc_str id, anc_str name)
{
    if (id.len > ID_BYTES)
        http_fault_add(&rq->faults, ANC_STR("/user_name"), "has %zu bytes; at most %zu are allowed",
                       name.len, ID_BYTES - (id.len - name.len));
    return http_faults_status(&rq->faults, &rq->err);
}

enum { FORMS = 3 };

/* What the conversation under a name may be called: first as one is called that is made now, then as it was before. */
typedef struct forms {
    anc_str items[FORMS];
    size_t n;
} forms;

/* "chat:5:admin:Bob": the length says where the caller ends and the name begins, colons or not; before there was none.
 * Where ids of users are hidden, or once were: a hash of that. */
static anc_status forms_of(http_request *rq, anc_str name, forms *ret)
{
    const anc_str user = rq->call.principal.user_id;
    const krn_veil *veil = &rq->edge->o.veil;
    char *room = anc_arena_alloc(rq->mem, KRN_VEILED_BYTES, 1);
    ANC_TRY(check_name(rq, name));
    rq->call.principal.asks_for = name;
    const anc_str now =
        anc_arena_printf(rq->mem, "chat:%zu:%.*s:%.*s", user.len, ANC_FMT(user), ANC_FMT(name));
    const anc_str old = anc_arena_printf(rq->mem, "chat:%.*s:%.*s", ANC_FMT(user), ANC_FMT(name));
    if (now.ptr == NULL || old.ptr == NULL || room == NULL)
        return http_no_memory(rq, "a conversation's id");
    ANC_TRY(check_length(rq, now, name));
    const anc_str hidden =
        veil->key.len > 0 ? krn_veil_conversation_hash(veil, now, room) : ANC_STR("");
    if (hidden.ptr == NULL)
        return http_no_memory(rq, "a conversation's id");
    *ret = veil->on ? (forms){{hidden, now, old}, 3} : (forms){{now, old, hidden}, 2};
    ret->n += !veil->on && hidden.len > 0;
    return ANC_OK;
}

static anc_status conversation_of(http_request *rq, anc_str name, anc_str *ret)
{
    forms f;
    bool there = false;
    ANC_TRY(forms_of(rq, name, &f));
    *ret = f.items[0];
    for (size_t i = 0; i < f.n && !there; i++) {
        ANC_TRY(has_conversation(rq, f.items[i], &there));
        if (there)
            *ret = f.items[i];
    }
    return ANC_OK;
}

/* ---- questions ---- */

/* Nobody waits any more: the question goes on to where that is told. */
static bool is_over(anc_status status)
{
    return status == ANC_CANCELLED || status == ANC_DEADLINE;
}

static anc_status start(http_request *rq, bool stream)
{
    http_user_chat_in in;
    ANC_TRY(http_body(rq, &in));
    rag_question question = http_question_of(&in.chat);
    const anc_status status = conversation_of(rq, in.user_name, &question.session_id);
    if (!is_over(status))
        ANC_TRY(status);
    else
        anc_err_clear(&rq->err);
    return http_chat_start(rq, &question, stream);
}

anc_status http_user_chat(http_request *rq)
{
    return start(rq, false);
}

anc_status http_user_chat_stream(http_request *rq)
{
    return start(rq, true);
}

/* ---- turns ---- */

anc_status http_history_get(http_request *rq)
{
    http_page page;
    anc_str id;
    uint64_t before;
    rag_message *turns = NULL;
    size_t n = 0;
    ANC_TRY(http_query(rq, &page));
    ANC_TRY(http_older_read(rq, page.cursor, &before));
    ANC_TRY(conversation_of(rq, rq->params[0], &id));
    const anc_status status =
        rag_message_list(rq->edge->o.rag, &rq->call, id, before, (size_t)page.limit, &turns, &n);
    if (status != ANC_OK && status != ANC_NOT_FOUND)
        return status;
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "user_name", rq->params[0]);
    http_put_messages(&w, "items", turns, n);
    ANC_TRY(http_put_older(rq, &w, turns, n, (size_t)page.limit));
    json_close_object(&w);
    return ANC_OK;
}

enum { LOOK_BACK = 200 }; /* turns among which one that may have been told is looked for */

/* Whether the turn was told before the server ended. */
static anc_status was_told(http_request *rq, anc_str conversation, bool *ret, rag_message *ret_turn)
{
    rag_message *turns = NULL;
    size_t n = 0;
    *ret = false;
    if (!rq->resumed)
        return ANC_OK;
    const anc_status status = rag_message_list(rq->edge->o.rag, &rq->call, conversation, UINT64_MAX,
                                               LOOK_BACK, &turns, &n);
    if (status == ANC_NOT_FOUND) {
        anc_err_clear(&rq->err);
        return ANC_OK;
    }
    ANC_TRY(status);
    for (size_t i = 0; i < n && !*ret; i++) {
        *ret = anc_str_eq(turns[i].id, rq->begun_as);
        *ret_turn = turns[i];
    }
    return ANC_OK;
}

anc_status http_history_add(http_request *rq)
{
    http_told_in in;
    anc_str id;
    rag_message made;
    bool told = false;
    ANC_TRY(http_body(rq, &in));
    ANC_TRY(conversation_of(rq, rq->params[0], &id));
    ANC_TRY(was_told(rq, id, &told, &made));
    if (!told)
        ANC_TRY(rag_message_add(rq->edge->o.rag, &rq->call, id, in.question,
                                in.answer.ptr != NULL ? in.answer : ANC_STR(""), &made));
    json_writer w = http_json(rq);
    http_put_message(&w, &made);
    rq->answer.status = 201;
    return ANC_OK;
}

/* Nothing to forget is as good as forgotten. */
static anc_status forget(http_request *rq, anc_str id)
{
    const anc_status status = rag_conversation_delete(rq->edge->o.rag, &rq->call, id);
    if (status != ANC_NOT_FOUND)
        return status;
    anc_err_clear(&rq->err);
    return ANC_OK;
}

anc_status http_history_delete(http_request *rq)
{
    forms f;
    ANC_TRY(forms_of(rq, rq->params[0], &f));
    for (size_t i = 0; i < f.n; i++)
        ANC_TRY(forget(rq, f.items[i]));
    rq->answer.status = 204;
    return ANC_OK;
}
