/* feedback.c - what people say of answers, and turns that are told instead of asked. */
#include "base/str.h"
#include "base/utf8.h"
#include "kernel/domain/query_events.h"
#include "rag/domain/question.h"
#include "service_impl.h"

enum { COMMENT_MAX_CHARS = 4000, TOLD_MAX_BYTES = 1 << 20 };

static anc_status check_text(anc_str text, size_t max_chars, const char *pointer, anc_err *err)
{
    if (!anc_utf8_valid(text) || anc_utf8_count(text) > max_chars)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer,
                              "%s has %zu bytes; at most %zu characters of UTF-8 are allowed",
                              pointer + 1, text.len, max_chars);
    return ANC_OK;
}

/* ---- feedback -------------------------------------------------------------------------------- */

typedef struct rating {
    rag_service *rag;
    krn_call *call;
    anc_str query_id, comment;
    int value;
} rating;

static anc_status tell_rating(void *arg, krn_tx *tx, anc_err *err)
{
    const rating *r = arg;
    const bool told = r->comment.len > 0 && !r->rag->with.config.leave_texts_out;
    const ev_feedback_given event = {
        .query_id = r->query_id, .rating = r->value, .comment = told ? r->comment : ANC_STR_NONE};
    const ev_context context = rag_event_context(r->call);
    return krn_outbox_append(r->rag->with.outbox, tx, EV_FEEDBACK_GIVEN, &event, &context, err);
}

static anc_status rate(void *arg, krn_tx *tx, anc_err *err)
{
    const rating *r = arg;
    const rag_conversation_store store = r->rag->with.conversations;
    ANC_TRY(store.ops->rate(store.self, tx, r->query_id, r->call->principal.user_id, r->value,
                            r->comment, err));
    return tell_rating(arg, tx, err);
}

static anc_status give(rag_service *rag, krn_call *call, rating *r, krn_work_fn *work)
{
    ANC_TRY(rag_conversation_id_check(r->query_id, "/query_id", call->err));
    if (r->value != -1 && r->value != 1)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/rating", "rating is %d; -1 and 1 are known",
                              r->value);
    ANC_TRY(check_text(r->comment, COMMENT_MAX_CHARS, "/comment", call->err));
    return krn_writer_run(rag->with.writer, call, work, r);
}

anc_status rag_feedback_give(rag_service *rag, krn_call *call, anc_str query_id, int value,
                             anc_str comment)
{
    rating r = {rag, call, query_id, comment, value};
    return give(rag, call, &r, rate);
}

anc_status rag_feedback_tell(rag_service *rag, krn_call *call, anc_str query_id, int value,
                             anc_str comment)
{
    rating r = {rag, call, query_id, comment, value};
    return give(rag, call, &r, tell_rating);
}

/* ---- turns that are told --------------------------------------------------------------------- */

typedef struct telling {
    rag_service *rag;
    krn_call *call;
    anc_str conversation_id;
    bool begins;
    rag_message_record message;
} telling;

static anc_status tell(void *arg, krn_tx *tx, anc_err *err)
{
    telling *t = arg;
    const rag_conversation_store store = t->rag->with.conversations;
    const anc_str title = rag_question_title(t->message.question, RAG_TITLE_CHARS);
    t->message.at_ms = tx->wall_ms;
    if (t->begins)
        ANC_TRY(rag_conversation_ensure(t->rag, tx, t->call, t->conversation_id, title, err));
    const anc_status status = store.ops->append(
        store.self, tx, t->conversation_id, t->call->principal.user_id, title, &t->message, err);
    if (status != ANC_NOT_FOUND)
        return status;
    anc_err_clear(err);
    return ANC_FAIL(err, ANC_CONFLICT, "conversation \"%.*s\" is another user's",
                    ANC_FMT(t->conversation_id));
}

static anc_status new_id(rag_service *rag, krn_call *call, anc_str *ret)
{
    char made[ANC_UUID_TEXT + 1];
    krn_call_id_new(rag->with.clock, call, made);
    *ret = anc_arena_copy(call->mem, (anc_str){made, ANC_UUID_TEXT});
    if (ret->ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for an id");
    return ANC_OK;
}

anc_status rag_message_add(rag_service *rag, krn_call *call, anc_str conversation_id,
                           anc_str question, anc_str answer, rag_message *ret)
{
    rag_conversation_record found;
    rag_ownership whose;
    ANC_TRY(rag_conversation_id_check(conversation_id, "/conversation_id", call->err));
    ANC_TRY(rag_question_check(question, rag->with.config.max_question_chars, call->err));
    ANC_TRY(check_text(answer, TOLD_MAX_BYTES, "/answer", call->err));
    ANC_TRY(rag_conversation_look(rag, call, conversation_id, &found, &whose));
    telling t = {.rag = rag,
                 .call = call,
                 .conversation_id = conversation_id,
                 .begins = whose == RAG_NOBODYS,
                 .message = {.question = question, .answer = answer, .answer_json = ANC_STR("{}")}};
    ANC_TRY(new_id(rag, call, &t.message.id));
    ANC_TRY(new_id(rag, call, &t.message.query_id));
    ANC_TRY(krn_writer_run(rag->with.writer, call, tell, &t));
    *ret = (rag_message){.id = t.message.id,
                         .query_id = t.message.query_id,
                         .question = question,
                         .answer = answer,
                         .answer_json = t.message.answer_json,
                         .at_ms = t.message.at_ms};
    return ANC_OK;
}
