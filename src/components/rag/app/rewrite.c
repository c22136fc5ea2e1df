/* rewrite.c - a follow-up put in other words by a language model, before anything is searched for.
 *
 * One short call of the first outside provider that does not rest, with a time of its own. Whatever goes
 * wrong leaves the rule's meaning in its place, and says nothing about the provider: it may be slow for
 * this and good enough for the answer.
 */
#include "rag/domain/rewrite.h"
#include "base/str.h"
#include "service_impl.h"

enum { WRITTEN_MAX_BYTES = 4096 };

static size_t outside_try(const rag_turn *turn)
{
    const rag_service *rag = turn->rag;
    const int64_t now = krn_now_ns(rag->with.clock);
    for (size_t i = 0; i < turn->n_tries; i++)
        if (turn->tries[i].link != &rag->links[rag->n_links - 1] &&
            rag_link_usable(turn->tries[i].link, now))
            return i;
    return turn->n_tries;
}

bool rag_turn_wants_rewrite(const rag_turn *turn)
{
    return turn->leans && turn->rag->with.config.rewrite_timeout_ms > 0 &&
           outside_try(turn) < turn->n_tries;
}

static void end_rewrite(rag_turn *turn)
{
    turn->job = NULL;
    anc_buf_clear(&turn->text);
    anc_err_clear(&turn->err);
    turn->answer.timings_ms.analyze = krn_ms_since(turn->rag->with.clock, turn->started_ns);
    turn->rewritten(turn->rewritten_arg);
}

static void on_token(void *arg, anc_str text)
{
    rag_turn *turn = arg;
    const rag_provider provider = turn->tries[turn->at].link->provider;
    if (turn->text.refused)
        return;
    if (turn->text.len + text.len <= WRITTEN_MAX_BYTES && anc_buf_add(&turn->text, text))
        return;
    turn->text.refused = true;
    provider.ops->cancel(provider.self, turn->job);
}

static void on_done(void *arg, anc_status status, const anc_err *err, const rag_usage *usage)
{
    rag_turn *turn = arg;
    const rag_service *rag = turn->rag;
    const bool whole = status == ANC_OK && !turn->text.refused;
    const anc_str line = whole ? rag_rewrite_read(anc_buf_view(&turn->text)) : ANC_STR("");
    const anc_str query = line.len > 0 ? anc_arena_copy(turn->mem, line) : ANC_STR_NONE;
    turn->rewrite_input = usage->input_tokens;
    turn->rewrite_output = usage->output_tokens;
    if (query.ptr != NULL)
        turn->query = query;
    else
        krn_log_write(rag->with.log, KRN_INFO, "rag", "a follow-up was not rewritten",
                      KRN_STR("query_id", turn->answer.query_id),
                      KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                      KRN_STR("error", anc_str_of(err != NULL ? err->text : "")));
    end_rewrite(turn);
}

static void end_later(void *arg)
{
    end_rewrite(arg);
}

static anc_status start(rag_turn *turn)
{
    const rag_service *rag = turn->rag;
    const rag_provider_sink sink = {turn, on_token, on_done};
    const int64_t own_ns =
        krn_now_ns(rag->with.clock) + (int64_t)rag->with.config.rewrite_timeout_ms * 1000000;
    char fence[RAG_FENCE_CHARS];
    turn->at = outside_try(turn);
    if (turn->at == turn->n_tries || atomic_load(&turn->cancelled))
        return ANC_FAIL(&turn->err, ANC_UNAVAILABLE, "there is nobody to ask");
    rag_fence_draw(rag->with.clock, fence);
    ANC_TRY(rag_rewrite_prompt(turn->mem, (anc_str){fence, sizeof fence}, turn->question,
                               turn->history, turn->n_history, &turn->prompt, &turn->err));
    turn->own_call = turn->call;
    if (own_ns < turn->own_call.deadline_ns)
        turn->own_call.deadline_ns = own_ns;
    turn->request = (rag_request){.call = &turn->own_call,
                                  .question = turn->question,
                                  .prompt = &turn->prompt,
                                  .model = turn->tries[turn->at].model};
    const rag_provider provider = turn->tries[turn->at].link->provider;
    return provider.ops->start(provider.self, &turn->request, &sink, &turn->job, &turn->err);
}

void rag_rewrite(rag_service *rag, rag_turn *turn, void (*done)(void *arg), void *arg)
{
    turn->rewritten = done;
    turn->rewritten_arg = arg;
    if (start(turn) == ANC_OK)
        return;
    turn->job = NULL;
    if (krn_submit(rag->with.loop, end_later, turn, NULL) != ANC_OK)
        end_rewrite(turn);
}
