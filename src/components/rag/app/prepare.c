/* prepare.c - a question checked, its conversation found, and what it means there. On a pool. */
#include "base/str.h"
#include "base/utf8.h"
#include "rag/domain/followup.h"
#include "rag/domain/frames.h"
#include "rag/domain/intent.h"
#include "rag/domain/pointer.h"
#include "rag/domain/question.h"
#include "rag/domain/smalltalk.h"
#include "service_impl.h"

enum { SYSTEM_PROMPT_MAX_BYTES = 32768 };

/* ---- checks that need nothing but the question ---------------------------------------------- */

static anc_status check_optional_id(anc_str id, const char *pointer, anc_err *err)
{
    return id.len == 0 ? ANC_OK : rag_conversation_id_check(id, pointer, err);
}

static anc_status read_mode(anc_str mode, srch_mode *ret, anc_err *err)
{
    *ret = SRCH_AUTO;
    if (mode.len == 0 || srch_mode_parse(mode, ret))
        return ANC_OK;
    return ANC_FAIL_FIELD(err, ANC_INVALID, "/mode", "mode \"%.*s\" is not known",
                          ANC_FMT(anc_str_sub(mode, 0, 40)));
}

static anc_status check_question(rag_service *rag, const rag_question *q, srch_mode *ret_mode,
                                 anc_err *err)
{
    ANC_TRY(read_mode(q->mode, ret_mode, err));
    ANC_TRY(rag_question_fits(rag, q->question, err));
    if (q->top_k > RAG_TOP_K_MAX)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/top_k", "top_k is %u; 1 to %d are allowed",
                              q->top_k, RAG_TOP_K_MAX);
    if (q->system_prompt.len > SYSTEM_PROMPT_MAX_BYTES || !anc_utf8_valid(q->system_prompt))
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/system_prompt",
                              "system_prompt has %zu bytes; at most %d of UTF-8 are allowed",
                              q->system_prompt.len, SYSTEM_PROMPT_MAX_BYTES);
    ANC_TRY(check_optional_id(q->conversation_id, "/conversation_id", err));
    ANC_TRY(check_optional_id(q->session_id, "/session_id", err));
    return check_optional_id(q->message_id, "/message_id", err);
}

anc_status rag_question_fits(const rag_service *rag, anc_str question, anc_err *err)
{
    return rag_question_check(question, rag->with.config.max_question_chars, err);
}

/* ---- the conversation ------------------------------------------------------------------------ */

static anc_status read_history(rag_turn *turn)
{
    const rag_conversation_store store = turn->rag->with.conversations;
    rag_message_record *messages;
    size_t n;
    ANC_TRY(store.ops->messages(store.self, &turn->call, turn->answer.conversation_id, UINT64_MAX,
                                turn->rag->with.config.history_turns, &messages, &n));
    turn->history = anc_arena_alloc(turn->mem, n, sizeof *turn->history);
    if (turn->history == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for %zu turns", n);
    for (size_t i = 0; i < n; i++) {
        rag_message m;
        ANC_TRY(rag_kept_read(turn->rag, &turn->call, &messages[i], &m));
        turn->history[i] = (rag_exchange){rag_without_frame(rag_without_small_talk(m.question)),
                                          m.withheld ? ANC_STR("…") : m.answer};
    }
    turn->n_history = n;
    return ANC_OK;
}

static anc_status begin_conversation(rag_turn *turn, anc_str id)
{
    char made[ANC_UUID_TEXT + 1];
    if (id.len == 0) {
        krn_id_new(turn->rag->with.clock, made);
        id = (anc_str){made, ANC_UUID_TEXT};
    }
    turn->answer.conversation_id = anc_arena_copy(turn->mem, id);
    turn->new_conversation = true;
    if (turn->answer.conversation_id.ptr == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for an id");
    return ANC_OK;
}

/* Finds the conversation that the question belongs to, or begins one. A session that is another
 * user's conversation begins one under an id of its own: the name is taken, and no more is said. */
static anc_status join_conversation(rag_turn *turn, const rag_question *q)
{
    turn->title = rag_question_title(turn->question, RAG_TITLE_CHARS);
    const bool by_session = q->conversation_id.len == 0;
    const anc_str id = by_session ? q->session_id : q->conversation_id;
    if (id.len == 0)
        return begin_conversation(turn, id);
    rag_conversation_record found = {.id = ANC_STR_NONE};
    rag_ownership whose;
    ANC_TRY(rag_conversation_look(turn->rag, &turn->call, id, &found, &whose));
    if (whose == RAG_OWN) {
        turn->answer.conversation_id = found.id;
        return read_history(turn);
    }
    if (by_session)
        return begin_conversation(turn, whose == RAG_NOBODYS ? id : ANC_STR_NONE);
    return ANC_FAIL_FIELD(&turn->err, ANC_NOT_FOUND, "/conversation_id",
                          "there is no conversation \"%.*s\"", ANC_FMT(id));
}

/* Whether what ended the preparation is told as a question that failed: the caller's own fault is not one. */
static bool is_failure(anc_status status)
{
    return status != ANC_INVALID && status != ANC_NOT_FOUND && status != ANC_UNSUPPORTED;
}

/* ---- the step -------------------------------------------------------------------------------- */

static void take_route(rag_turn *turn)
{
    rte_assess(turn->rag->with.routing, turn->asked, turn->n_history, &turn->route);
    turn->answer.intent = rag_intent_of(turn->asked);
    turn->answer.complexity_score = turn->route.complexity;
    turn->answer.tier = turn->route.tier_id;
    turn->answer.route_parts = anc_str_of(turn->route.reason);
    turn->answer.route_reason = turn->answer.route_parts;
    turn->answer.stages = 1;
}

/* The turn before was answered with a question back, of which document: this one may say it. */
static anc_status complete(rag_turn *turn)
{
    const rag_exchange *last = turn->n_history > 0 ? &turn->history[turn->n_history - 1] : NULL;
    anc_str meant;
    if (last == NULL || !anc_str_eq(last->answer, RAG_INVENTORY_KEPT))
        return ANC_OK;
    ANC_TRY(rag_pointer_complete(turn->mem, last->question, turn->asked, &meant, &turn->err));
    turn->completes = meant.len > 0;
    if (turn->completes)
        turn->query = meant;
    return ANC_OK;
}

static anc_status analyze(rag_turn *turn)
{
    take_route(turn);
    ANC_TRY(rag_question_language(turn->mem, turn->question, turn->history, turn->n_history,
                                  &turn->language, &turn->err));
    const bool asks = rag_small_talk_reply(turn->question).ptr == NULL;
    if (asks) {
        turn->query = turn->asked;
        ANC_TRY(complete(turn));
    }
    turn->leans = asks && !turn->completes && turn->n_history > 0 &&
                  rag_question_leans(turn->mem, turn->query, &turn->history[turn->n_history - 1]);
    if (turn->leans)
        ANC_TRY(rag_stand_alone(turn->mem, turn->query, turn->history, turn->n_history,
                                &turn->query, &turn->err));
    if (asks)
        ANC_TRY(
            rag_pointer_sought(turn->mem, turn->query, &turn->seeks, &turn->sought, &turn->err));
    ANC_TRY(krn_call_check(turn->rag->with.clock, &turn->call));
    rag_tell_route(turn);
    turn->answer.timings_ms.analyze = krn_ms_since(turn->rag->with.clock, turn->started_ns);
    krn_observe(turn->rag->count.analyze, turn->answer.timings_ms.analyze / 1000);
    return ANC_OK;
}

anc_status rag_prepare(rag_service *rag, krn_call *call, const rag_question *question,
                       rag_turn **ret)
{
    rag_turn *turn;
    srch_mode mode;
    ANC_TRY(check_question(rag, question, &mode, call->err));
    ANC_TRY(rag_turn_new(rag, call, question, &turn));
    turn->mode = mode;
    anc_status status = rag_chain_choose(rag, question, turn, &turn->err);
    if (status == ANC_OK)
        status = krn_call_check(rag->with.clock, &turn->call);
    if (status == ANC_OK)
        status = join_conversation(turn, question);
    if (status == ANC_OK)
        status = analyze(turn);
    if (status != ANC_OK) {
        if (is_failure(status))
            rag_turn_failed(turn, status);
        *call->err = turn->err;
        rag_turn_free(turn);
        return status;
    }
    turn->call.cancelled = &turn->cancelled;
    *ret = turn;
    return ANC_OK;
}
