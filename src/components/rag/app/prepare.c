/* prepare.c - from a question to a prompt: everything before a provider is asked. On a pool. */
#include <math.h>

#include "base/str.h"
#include "base/utf8.h"
#include "rag/domain/abstain.h"
#include "rag/domain/context.h"
#include "rag/domain/followup.h"
#include "rag/domain/question.h"
#include "rag/domain/select.h"
#include "rag/domain/smalltalk.h"
#include "service_impl.h"

enum {
    FENCE_TRIES = 8,
    SYSTEM_PROMPT_MAX_BYTES = 32768,
    READ_HITS = 24, /* passages that are read, however few are shown */
    SELECT_MEMORY_BYTES = 64 << 20,
};

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
    ANC_TRY(rag_question_check(q->question, rag->with.config.max_question_chars, err));
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

/* ---- the conversation ------------------------------------------------------------------------ */

static anc_status read_history(rag_turn *turn)
{
    const rag_conversation_store store = turn->rag->with.conversations;
    rag_message_record *messages;
    size_t n;
    ANC_TRY(store.ops->messages(store.self, &turn->call, turn->answer.conversation_id,
                                turn->rag->with.config.history_turns, &messages, &n));
    turn->history = anc_arena_alloc(turn->mem, n, sizeof *turn->history);
    if (turn->history == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for %zu turns", n);
    for (size_t i = 0; i < n; i++)
        turn->history[i] = (rag_exchange){messages[i].question, messages[i].answer};
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
    turn->title = rag_question_title(turn->question, RAG_TITLE_CHARS);
    turn->new_conversation = true;
    if (turn->answer.conversation_id.ptr == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for an id");
    return ANC_OK;
}

/* Finds the conversation that the question belongs to, or begins one. A session that is another
 * user's conversation begins one under an id of its own: the name is taken, and no more is said. */
static anc_status join_conversation(rag_turn *turn, const rag_question *q)
{
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

/* ---- retrieval ------------------------------------------------------------------------------- */

static rag_passage passage_of(const srch_hit *h)
{
    return (rag_passage){
        .text = h->text,
        .title = h->title,
        .heading = h->heading,
        .language = h->language,
        .start = h->start,
        .tokens = h->tokens,
        .score = h->score,
        .semantic = h->semantic,
        .coverage = h->coverage,
    };
}

/* Which of the hits are answered from; in `keep` [top_k], their number in `ret`. */
static anc_status select_hits(rag_turn *turn, const rag_passage *passages, size_t n, size_t *keep,
                              rag_selection *ret)
{
    ANC_ARENA(scratch, SELECT_MEMORY_BYTES);
    if (scratch == NULL)
        return ANC_FAIL(&turn->err, ANC_NO_MEMORY, "no memory for %zu passages", n);
    return rag_select(scratch, turn->query, passages, n, turn->top_k, keep, ret, &turn->err);
}

/* Turns the hits that are answered from and fit into the context into sources and passages, numbered
 * from 1. */
static anc_status keep_hits(rag_turn *turn, const srch_result *result)
{
    const size_t n = result->n;
    rag_passage *read = anc_arena_alloc(turn->mem, n, sizeof *read);
    rag_passage *passages = anc_arena_alloc(turn->mem, turn->top_k, sizeof *passages);
    srch_hit *sources = anc_arena_alloc(turn->mem, turn->top_k, sizeof *sources);
    size_t *chosen = anc_arena_alloc(turn->mem, turn->top_k, sizeof *chosen);
    size_t *kept = anc_arena_alloc(turn->mem, turn->top_k, sizeof *kept);
    rag_selection selection;
    if (read == NULL || passages == NULL || sources == NULL || chosen == NULL || kept == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for %zu passages", n);
    for (size_t i = 0; i < n; i++)
        read[i] = passage_of(&result->hits[i]);
    ANC_TRY(select_hits(turn, read, n, chosen, &selection));
    for (size_t i = 0; i < selection.n; i++)
        passages[i] = read[chosen[i]];
    const size_t n_kept = rag_context_pack(
        passages, selection.n, turn->rag->with.config.context_tokens, kept, &turn->context_tokens);
    for (size_t i = 0; i < n_kept; i++) {
        passages[i] = passages[kept[i]];
        sources[i] = result->hits[chosen[kept[i]]];
        sources[i].position = (uint32_t)i + 1;
    }
    turn->passages = passages;
    turn->unread = selection.unread;
    turn->answer.sources = sources;
    turn->answer.n_sources = n_kept;
    return ANC_OK;
}

static anc_status retrieve(rag_turn *turn, const rag_question *q)
{
    const int64_t began_ns = krn_now_ns(turn->rag->with.clock);
    const srch_request request = {
        .query = turn->query,
        .collections = turn->collections.items,
        .n_collections = turn->collections.n,
        .top_k = turn->top_k > READ_HITS ? turn->top_k : READ_HITS,
        .mode = turn->mode,
        .filters = q->filters,
    };
    srch_result result;
    turn->stage = "search";
    ANC_TRY(srch_query(turn->rag->with.search, &turn->call, &request, &result));
    turn->answer.embedding_cached = result.embedding_cached;
    turn->answer.timings_ms.embed = result.embed_ms;
    turn->answer.timings_ms.search = fmax(0.0, result.total_ms - result.embed_ms);
    krn_observe(turn->rag->count.search, rag_seconds_since(turn->rag, began_ns));
    return keep_hits(turn, &result);
}

/* ---- the prompt ------------------------------------------------------------------------------ */

/* 16 characters of 32, so 80 random bits. */
static void draw_fence(krn_clock clock, char out[RAG_FENCE_CHARS])
{
    static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
    unsigned char random[RAG_FENCE_CHARS];
    clock.ops->random(clock.self, random, sizeof random);
    for (size_t i = 0; i < RAG_FENCE_CHARS; i++)
        out[i] = letters[random[i] & 31];
}

static anc_status render_prompt(rag_turn *turn, const rag_question *q)
{
    const rag_config *c = &turn->rag->with.config;
    char fence[RAG_FENCE_CHARS];
    const rag_prompt_parts parts = {
        .instructions = q->system_prompt.len != 0 ? q->system_prompt : c->system_prompt,
        .layout = c->prompt_template,
        .fence = {fence, sizeof fence},
        .passages = turn->passages,
        .n_passages = turn->answer.n_sources,
        .history = turn->history,
        .n_history = turn->n_history,
        .question = turn->question,
    };
    for (int i = 0; i < FENCE_TRIES; i++) {
        draw_fence(turn->rag->with.clock, fence);
        if (rag_prompt_fence_fits(&parts))
            return rag_prompt_render(turn->mem, &parts, &turn->prompt, &turn->err);
    }
    return ANC_FAIL(&turn->err, ANC_UNAVAILABLE, "no fence was found that no passage holds");
}

/* ---- the step -------------------------------------------------------------------------------- */

static void take_route(rag_turn *turn)
{
    turn->route = rag_route_of(turn->question, turn->n_history);
    turn->answer.intent = turn->route.intent;
    turn->answer.complexity_score = turn->route.complexity;
    turn->answer.tier = turn->route.tier;
    turn->answer.route_reason = anc_str_of(turn->route.reason);
    turn->answer.stages = 1;
}

/* Where nothing relevant was found no outside model is asked to make something up, and none for small
 * talk. */
static void keep_extractive_alone(rag_turn *turn)
{
    turn->tries[0] = (rag_try){&turn->rag->links[turn->rag->n_links - 1], ANC_STR_NONE};
    turn->n_tries = 1;
}

static anc_status prepare(rag_turn *turn, const rag_question *q)
{
    rag_service *rag = turn->rag;
    const double threshold = rag->with.config.relevance_threshold;
    take_route(turn);
    ANC_TRY(rag_retrieval_query(turn->mem, turn->question, turn->history, turn->n_history,
                                &turn->query, &turn->err));
    ANC_TRY(krn_call_check(rag->with.clock, &turn->call));
    turn->answer.timings_ms.analyze = krn_ms_since(rag->with.clock, turn->started_ns);
    krn_observe(rag->count.analyze, turn->answer.timings_ms.analyze / 1000);
    const bool asks = rag_small_talk_reply(turn->question).ptr == NULL;
    if (asks)
        ANC_TRY(retrieve(turn, q));
    ANC_TRY(krn_call_check(rag->with.clock, &turn->call));
    ANC_TRY(render_prompt(turn, q));
    turn->request = (rag_request){
        .call = &turn->call,
        .question = turn->question,
        .passages = turn->passages,
        .n_passages = turn->answer.n_sources,
        .threshold = threshold,
        .unread = turn->unread,
        .prompt = &turn->prompt,
    };
    if (!asks || rag_best_score(turn->passages, turn->answer.n_sources) < threshold)
        keep_extractive_alone(turn);
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
        status = join_conversation(turn, question);
    if (status == ANC_OK) {
        status = prepare(turn, question);
        if (status != ANC_OK)
            rag_turn_failed(turn, status);
    }
    if (status != ANC_OK) {
        *call->err = turn->err;
        rag_turn_free(turn);
        return status;
    }
    turn->call.cancelled = &turn->cancelled;
    turn->stage = "generate";
    *ret = turn;
    return ANC_OK;
}
