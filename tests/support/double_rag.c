/* double_rag.c - the rag component, answered from memory; it generates on the loop as the real one. */
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"
#include "support/service_doubles_impl.h"

struct rag_service {
    int nothing;
};

rag_service *double_rag(void)
{
    static rag_service one;
    return &one;
}

struct rag_turn {
    anc_arena *mem; /* owned */
    char question[64];
    rag_answer answer;
    srch_hit source;
    rag_citation citation;
    rag_sink sink;
    anc_status status;
    anc_err err;
    bool hanging; /* loop, as the next */
    atomic_bool stopped;
};

static anc_status check_question(krn_call *call, const rag_question *q)
{
    if (anc_str_trim(q->question).len == 0)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/question", "question is blank");
    if (double_is(q->conversation_id, "nope"))
        return ANC_FAIL_FIELD(call->err, ANC_NOT_FOUND, "/conversation_id",
                              "there is no conversation nope");
    ANC_TRY(double_check_collections(call, q->collections, q->n_collections));
    return double_is(q->question, "hold") ? double_hold(call) : ANC_OK;
}

static void fill_turn(rag_turn *turn, anc_str trace)
{
    turn->source = (srch_hit){.position = 1,
                              .collection = ANC_STR("default"),
                              .document_id = ANC_STR("hive"),
                              .chunk_id = ANC_STR("hive.3.0"),
                              .version = 3,
                              .title = ANC_STR("Hive care"),
                              .uri = ANC_STR(""),
                              .heading = ANC_STR("Winter"),
                              .page = 4,
                              .text = ANC_STR("Feed the bees."),
                              .end = 14,
                              .score = 0.8,
                              .semantic = 0.7};
    turn->citation = (rag_citation){.marker = 1,
                                    .chunk_id = ANC_STR("hive.3.0"),
                                    .end = 14,
                                    .quote = ANC_STR("Feed the bees."),
                                    .page = 5,
                                    .row = 7};
    turn->answer = (rag_answer){.query_id = ANC_STR("q-1"),
                                .conversation_id = ANC_STR("c-1"),
                                .message_id = ANC_STR("m-1"),
                                .text = ANC_STR("Feed the bees. [1]"),
                                .citations = &turn->citation,
                                .n_citations = 1,
                                .sources = &turn->source,
                                .n_sources = 1,
                                .intent = ANC_STR("semantic"),
                                .tier = ANC_STR("Q2"),
                                .route_reason = ANC_STR("short"),
                                .stages = 1,
                                .model_used = ANC_STR("anchorage/extractive"),
                                .provider = ANC_STR("extractive"),
                                .generated_at_ms = 1700000000000,
                                .trace_id = trace};
}

anc_status rag_prepare(rag_service *rag, krn_call *call, const rag_question *question,
                       rag_turn **ret)
{
    (void)rag;
    ANC_TRY(check_question(call, question));
    double_keep_filters(question->filters);
    atomic_store(&doubles.top_k, (int)question->top_k);
    (void)pthread_mutex_lock(&doubles.lock);
    double_keep(doubles.conversation, sizeof doubles.conversation, question->session_id);
    (void)pthread_mutex_unlock(&doubles.lock);
    rag_turn *turn = calloc(1, sizeof *turn);
    if (turn == NULL || (turn->mem = anc_arena_new(1 << 20)) == NULL)
        abort();
    double_keep(turn->question, sizeof turn->question, question->question);
    fill_turn(turn, anc_arena_copy(turn->mem, call->trace_id));
    atomic_fetch_add(&doubles.prepared, 1);
    *ret = turn;
    return ANC_OK;
}

anc_status rag_prompt_template_check(anc_str text, anc_err *err)
{
    if (text.len == 0 || anc_str_find(text, ANC_STR("{passages}")) != SIZE_MAX)
        return ANC_OK;
    return ANC_FAIL(err, ANC_INVALID, "it has no {passages}");
}

bool rag_turn_wants_rewrite(const rag_turn *turn)
{
    return strcmp(turn->question, "rewrite") == 0;
}

void rag_rewrite(rag_service *rag, rag_turn *turn, void (*done)(void *arg), void *arg)
{
    (void)rag;
    (void)turn;
    atomic_fetch_add(&doubles.rewritten, 1);
    if (!net_loop_post(doubles.loop, done, arg))
        abort();
}

anc_status rag_retrieve(rag_service *rag, rag_turn *turn)
{
    (void)rag;
    if (strcmp(turn->question, "seek") == 0) {
        atomic_fetch_add(&doubles.holding, 1);
        while (!atomic_load(&turn->stopped) && !atomic_load(&doubles.release))
            os_sleep_ns(1000000);
        atomic_fetch_sub(&doubles.holding, 1);
        if (atomic_load(&turn->stopped))
            return ANC_FAIL(&turn->err, ANC_CANCELLED, "the caller left");
    }
    if (strcmp(turn->question, "unfindable") == 0)
        return ANC_FAIL(&turn->err, ANC_UNAVAILABLE, "the search failed");
    return ANC_OK;
}

const rag_answer *rag_turn_sources(const rag_turn *turn)
{
    return &turn->answer;
}

const anc_err *rag_turn_error(const rag_turn *turn)
{
    return &turn->err;
}

static void end_turn(rag_turn *turn, anc_status status, const char *why)
{
    turn->status = status;
    if (status != ANC_OK)
        (void)ANC_FAIL(&turn->err, status, "%s", why);
    turn->sink.on_done(turn->sink.arg, status, &turn->err);
}

static void last_token(void *arg)
{
    rag_turn *turn = arg;
    turn->sink.on_token(turn->sink.arg, ANC_STR("the bees. [1]"));
    end_turn(turn, ANC_OK, "");
}

static void first_token(void *arg)
{
    rag_turn *turn = arg;
    if (strcmp(turn->question, "fail") == 0) {
        end_turn(turn, ANC_PROVIDER, "the provider said no");
        return;
    }
    if (turn->stopped) {
        end_turn(turn, ANC_CANCELLED, "the caller left");
        return;
    }
    turn->sink.on_token(turn->sink.arg, ANC_STR("Feed "));
    if (strcmp(turn->question, "hang") == 0)
        turn->hanging = true;
    else if (!net_loop_post(doubles.loop, last_token, turn))
        abort();
}

void rag_generate(rag_service *rag, rag_turn *turn, const rag_sink *sink)
{
    (void)rag;
    turn->sink = *sink;
    if (!net_loop_post(doubles.loop, first_token, turn))
        abort();
}

static void cancelled(void *arg)
{
    end_turn(arg, ANC_CANCELLED, "the caller left");
}

void rag_cancel(rag_service *rag, rag_turn *turn)
{
    (void)rag;
    atomic_fetch_add(&doubles.cancelled, 1);
    atomic_store(&turn->stopped, true);
    if (!turn->hanging)
        return;
    turn->hanging = false;
    if (!net_loop_post(doubles.loop, cancelled, turn))
        abort();
}

anc_status rag_finish(rag_service *rag, rag_turn *turn, const rag_answer **ret)
{
    (void)rag;
    atomic_fetch_add(&doubles.finished, 1);
    if (turn->status != ANC_OK)
        return turn->status;
    *ret = &turn->answer;
    return ANC_OK;
}

void rag_turn_free(rag_turn *turn)
{
    if (turn == NULL)
        return;
    anc_arena_free(turn->mem);
    free(turn);
}

static rag_conversation conversation_of(anc_str id, anc_str title)
{
    return (rag_conversation){.id = id,
                              .title = title,
                              .user_id = ANC_STR("admin"),
                              .created_ms = 1700000000000,
                              .updated_ms = 1700000001000,
                              .messages = 1};
}

anc_status rag_conversation_create(rag_service *rag, krn_call *call, anc_str id, anc_str title,
                                   rag_conversation *ret)
{
    (void)rag;
    if (double_is(id, "taken"))
        return ANC_FAIL(call->err, ANC_CONFLICT, "conversation taken exists");
    atomic_fetch_add(&doubles.puts, 1);
    *ret = conversation_of(id.len > 0 ? id : ANC_STR("c-new"), title);
    return ANC_OK;
}

anc_status rag_conversation_list(rag_service *rag, krn_call *call,
                                 const rag_conversation_mark *mark, size_t limit,
                                 rag_conversation **ret, size_t *ret_n)
{
    (void)rag;
    *ret = anc_arena_alloc(call->mem, 1, sizeof **ret);
    *ret_n = *ret != NULL && mark == NULL && limit > 0;
    if (*ret_n > 0)
        **ret = conversation_of(ANC_STR("c-1"), ANC_STR("Bees"));
    return ANC_OK;
}

anc_status rag_conversation_find(rag_service *rag, krn_call *call, anc_str id,
                                 rag_conversation *ret)
{
    (void)rag;
    if (double_is(id, "nope"))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no conversation nope");
    *ret = conversation_of(id, ANC_STR("Bees"));
    return ANC_OK;
}

static rag_message message_of(uint64_t position)
{
    return (rag_message){.id = ANC_STR("m-1"),
                         .query_id = ANC_STR("q-1"),
                         .question = ANC_STR("what do bees eat?"),
                         .answer = ANC_STR("Sugar. [1]"),
                         .answer_json =
                             position == 3 ? ANC_STR("{\"citations\":[{\"marker\":1}],\"sources\":["
                                                     "{\"position\":1}],\"model_used\":\"m\","
                                                     "\"provider\":\"p\",\"degraded\":true}")
                                           : ANC_STR("not JSON"),
                         .at_ms = 1700000000000,
                         .position = position,
                         .rating = position == 3 ? -1 : 0,
                         .comment = position == 3 ? ANC_STR("too short") : ANC_STR("")};
}

/* Four turns, of which the third is whole; none under "new". */
anc_status rag_message_list(rag_service *rag, krn_call *call, anc_str conversation_id,
                            uint64_t before, size_t limit, rag_message **ret, size_t *ret_n)
{
    (void)rag;
    if (anc_str_ends(conversation_id, ANC_STR(":new")))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no conversation");
    const size_t end = before > 5 ? 5 : (size_t)before;
    const size_t from = end > limit + 1 ? end - limit : 1;
    *ret = anc_arena_alloc(call->mem, 4, sizeof **ret);
    *ret_n = 0;
    for (size_t i = from; *ret != NULL && i < end; i++)
        (*ret)[(*ret_n)++] = message_of(i);
    return ANC_OK;
}

anc_status rag_message_add(rag_service *rag, krn_call *call, anc_str conversation_id,
                           anc_str question, anc_str answer, rag_message *ret)
{
    (void)rag;
    if (anc_str_trim(question).len == 0)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/question", "question is blank");
    atomic_fetch_add(&doubles.puts, 1);
    (void)pthread_mutex_lock(&doubles.lock);
    double_keep(doubles.conversation, sizeof doubles.conversation, conversation_id);
    (void)pthread_mutex_unlock(&doubles.lock);
    *ret = message_of(1);
    ret->question = question;
    ret->answer = answer;
    return ANC_OK;
}

anc_status rag_question_fits(const rag_service *rag, anc_str question, anc_err *err)
{
    (void)rag;
    return question.len > 0 ? ANC_OK
                            : ANC_FAIL_FIELD(err, ANC_INVALID, "/question", "question is empty");
}

anc_status rag_feedback_give(rag_service *rag, krn_call *call, anc_str query_id, int rating,
                             anc_str comment)
{
    (void)rag;
    (void)comment;
    if (double_is(query_id, "nope"))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no query nope");
    if (rating == 0)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/rating", "rating is 0");
    atomic_fetch_add(&doubles.puts, 1);
    return ANC_OK;
}

anc_status rag_feedback_tell(rag_service *rag, krn_call *call, anc_str query_id, int rating,
                             anc_str comment)
{
    return rag_feedback_give(rag, call, query_id, rating, comment);
}

anc_status rag_conversation_delete(rag_service *rag, krn_call *call, anc_str id)
{
    rag_conversation found;
    return rag_conversation_find(rag, call, id, &found);
}

/* As the test says. */
void rag_search_told(rag_service *rag, const krn_call *call, const srch_request *request,
                     const srch_result *result, anc_str query_id)
{
    (void)rag;
    (void)call;
    (void)request;
    (void)result;
    (void)query_id;
    atomic_fetch_add(&doubles.told, 1);
}

/* One that could not be counts as told, too. */
void rag_search_failed(rag_service *rag, const krn_call *call, const srch_request *request,
                       double took_ms, const anc_err *why, anc_str query_id)
{
    (void)rag;
    (void)call;
    (void)request;
    (void)took_ms;
    (void)why;
    (void)query_id;
    atomic_fetch_add(&doubles.told, 1);
}

bool rag_searches_write(rag_service *rag, const krn_call *call)
{
    (void)rag;
    (void)call;
    return !atomic_load(&doubles.searches_wait);
}

anc_status rag_sources_readable(rag_service *rag, krn_call *call, const json_value *sources,
                                bool *ret)
{
    (void)rag;
    (void)call;
    *ret = json_count(sources) > 0 && !atomic_load(&doubles.sources_gone);
    return ANC_OK;
}

size_t rag_providers(rag_service *rag, rag_provider_status *out, size_t max)
{
    (void)rag;
    if (max > 0)
        out[0] = (rag_provider_status){.name = ANC_STR("extractive"), .healthy = true};
    return max > 0;
}
