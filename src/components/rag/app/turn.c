/* turn.c - a turn's memory: made with copies of everything that its question points at. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "rag/domain/frames.h"
#include "rag/domain/smalltalk.h"
#include "service_impl.h"

static anc_status copy_str(rag_turn *turn, anc_str s, anc_str *ret)
{
    const anc_str copy = anc_arena_copy(turn->mem, s);
    if (copy.ptr == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for a question");
    *ret = copy;
    return ANC_OK;
}

static anc_status copy_strs(rag_turn *turn, const anc_str *items, size_t n, const anc_str **ret)
{
    anc_str *copies = anc_arena_alloc(turn->mem, n, sizeof *copies);
    if (copies == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for a question");
    for (size_t i = 0; i < n; i++)
        ANC_TRY(copy_str(turn, items[i], &copies[i]));
    *ret = copies;
    return ANC_OK;
}

static anc_status copy_call(rag_turn *turn, const krn_call *call)
{
    turn->call = *call;
    turn->call.mem = turn->mem;
    turn->call.err = &turn->err;
    ANC_TRY(copy_str(turn, call->trace_id, &turn->call.trace_id));
    ANC_TRY(copy_str(turn, call->request_id, &turn->call.request_id));
    ANC_TRY(copy_str(turn, call->principal.user_id, &turn->call.principal.user_id));
    ANC_TRY(copy_str(turn, call->principal.asks_for, &turn->call.principal.asks_for));
    return copy_strs(turn, call->principal.labels, call->principal.n_labels,
                     &turn->call.principal.labels);
}

static anc_status new_id(rag_turn *turn, anc_str *ret)
{
    char id[ANC_UUID_TEXT + 1];
    krn_id_new(turn->rag->with.clock, id);
    return copy_str(turn, (anc_str){id, ANC_UUID_TEXT}, ret);
}

static anc_status fill(rag_turn *turn, const krn_call *call, const rag_question *q)
{
    ANC_TRY(copy_call(turn, call));
    ANC_TRY(copy_str(turn, q->question, &turn->question));
    turn->asked = rag_without_frame(rag_without_small_talk(turn->question));
    turn->query = turn->question;
    ANC_TRY(copy_strs(turn, q->collections, q->n_collections, &turn->collections.items));
    turn->collections.n = q->n_collections;
    turn->keep = q->keep;
    turn->whole = q->whole;
    turn->filters = q->filters;
    turn->rerank = q->rerank;
    ANC_TRY(copy_str(turn, q->system_prompt, &turn->system_prompt));
    turn->asked_top_k = q->top_k;
    turn->top_k = q->top_k != 0 ? q->top_k : turn->rag->with.config.top_k;
    ANC_TRY(new_id(turn, &turn->answer.query_id));
    turn->answer.trace_id = turn->call.trace_id;
    if (q->message_id.len == 0)
        return new_id(turn, &turn->answer.message_id);
    return copy_str(turn, q->message_id, &turn->answer.message_id);
}

anc_status rag_turn_new(rag_service *rag, krn_call *call, const rag_question *question,
                        rag_turn **ret)
{
    rag_turn *turn = calloc(1, sizeof *turn);
    if (turn == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory for a question");
    turn->rag = rag;
    atomic_init(&turn->refs, 1);
    turn->text = anc_buf_init(RAG_ANSWER_MAX_BYTES);
    turn->stage = "analyze";
    turn->started_ns = krn_now_ns(rag->with.clock);
    turn->asked_ms = krn_wall_ms(rag->with.clock);
    turn->mem = anc_arena_new(RAG_TURN_MEMORY_BYTES);
    const anc_status status = turn->mem == NULL
                                  ? ANC_FAIL(&turn->err, ANC_NO_MEMORY, "no memory for a question")
                                  : fill(turn, call, question);
    if (status != ANC_OK) {
        *call->err = turn->err;
        rag_turn_free(turn);
        return status;
    }
    *ret = turn;
    return ANC_OK;
}

rag_turn *rag_turn_ref(rag_turn *turn)
{
    atomic_fetch_add(&turn->refs, 1);
    return turn;
}

void rag_turn_free(rag_turn *turn)
{
    if (turn == NULL || atomic_fetch_sub(&turn->refs, 1) != 1)
        return;
    anc_buf_done(&turn->text);
    anc_arena_free(turn->mem);
    free(turn);
}

const rag_answer *rag_turn_sources(const rag_turn *turn)
{
    return &turn->answer;
}

const anc_err *rag_turn_error(const rag_turn *turn)
{
    return &turn->err;
}
