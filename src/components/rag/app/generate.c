/* generate.c - the chain of providers, driven on the loop.
 *
 * One provider at a time. Until the first token its failure only means that the next one is tried;
 * after it the reader has seen words, and a failure ends the turn with its status. What the sink is
 * told always comes from a provider's own sink call or from a task of the loop, never from inside
 * rag_generate.
 */
#include "base/str.h"
#include "rag/domain/abstain.h"
#include "service_impl.h"

static void try_next(rag_turn *turn);

/* The last word to the sink; the turn is the caller's again and may be gone afterwards. */
static void end_turn(rag_turn *turn, anc_status status)
{
    rag_service *rag = turn->rag;
    turn->outcome = status;
    turn->job = NULL;
    turn->answer.timings_ms.generate = krn_ms_since(rag->with.clock, turn->generate_ns);
    krn_observe(rag->count.generate, turn->answer.timings_ms.generate / 1000);
    turn->sink.on_done(turn->sink.arg, status, &turn->err);
}

static void end_later(void *arg)
{
    rag_turn *turn = arg;
    end_turn(turn, turn->outcome);
}

static void on_token(void *arg, anc_str text)
{
    rag_turn *turn = arg;
    if (turn->text.refused || atomic_load(&turn->cancelled))
        return;
    if (!anc_buf_add(&turn->text, text)) {
        rag_try *t = &turn->tries[turn->at];
        t->link->provider.ops->cancel(t->link->provider.self, turn->job);
        return;
    }
    turn->sink.on_token(turn->sink.arg, text);
}

/* What a provider's end means for the turn. */
static anc_status judge(rag_turn *turn, anc_status status, const anc_err *err)
{
    if (atomic_load(&turn->cancelled))
        return ANC_FAIL(&turn->err, ANC_CANCELLED, "the caller left");
    if (turn->text.refused)
        return anc_buf_status(&turn->text, "answer", &turn->err);
    if (status == ANC_OK && turn->text.len == 0)
        return ANC_FAIL(&turn->err, ANC_PROVIDER, "the provider answered nothing");
    if (status != ANC_OK && err != NULL)
        turn->err = *err;
    return status;
}

static void on_done(void *arg, anc_status status, const anc_err *err, const rag_usage *usage)
{
    rag_turn *turn = arg;
    rag_link *link = turn->tries[turn->at].link;
    turn->job = NULL;
    anc_err_clear(&turn->err);
    status = judge(turn, status, err);
    rag_link_report(turn->rag, link, status, &turn->err);
    if (status == ANC_OK) {
        const rag_provider_info info = rag_provider_info_of(link->provider);
        const anc_str model =
            anc_arena_copy(turn->mem, usage->model.len != 0 ? usage->model : info.model);
        turn->answer.provider = info.name;
        turn->answer.model_used = model.ptr != NULL ? model : info.model;
        turn->answer.input_tokens = usage->input_tokens;
        turn->answer.output_tokens = usage->output_tokens;
        turn->answer.no_answer = usage->abstained;
        end_turn(turn, ANC_OK);
        return;
    }
    if (status == ANC_CANCELLED || turn->text.len != 0 || turn->text.refused) {
        end_turn(turn, status);
        return;
    }
    krn_log_write(turn->rag->with.log, KRN_WARN, "rag", "provider failed before its first token",
                  KRN_STR("provider", rag_provider_info_of(link->provider).name),
                  KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                  KRN_STR("query_id", turn->answer.query_id));
    turn->outcome = status;
    turn->answer.degraded = true;
    turn->at++;
    try_next(turn);
}

/* Starts the next provider that does not rest. When none is left the last failure is the outcome,
 * told from a task of its own because this may run inside rag_generate. */
static void try_next(rag_turn *turn)
{
    rag_service *rag = turn->rag;
    const rag_provider_sink sink = {turn, on_token, on_done};
    const int64_t now = krn_now_ns(rag->with.clock);
    if (now >= turn->call.deadline_ns) {
        anc_err_clear(&turn->err);
        turn->outcome = ANC_FAIL(&turn->err, ANC_DEADLINE, "the deadline passed");
        turn->at = turn->n_tries;
    }
    for (; turn->at < turn->n_tries; turn->at++) {
        rag_try *t = &turn->tries[turn->at];
        if (!rag_link_usable(t->link, now)) {
            turn->answer.degraded = true;
            continue;
        }
        turn->request.model = t->model;
        anc_err_clear(&turn->err);
        turn->outcome = t->link->provider.ops->start(t->link->provider.self, &turn->request, &sink,
                                                     &turn->job, &turn->err);
        if (turn->outcome == ANC_OK)
            return;
        rag_link_report(rag, t->link, turn->outcome, &turn->err);
        turn->answer.degraded = true;
    }
    if (krn_submit(rag->with.loop, end_later, turn, NULL) != ANC_OK)
        end_later(turn);
}

void rag_generate(rag_service *rag, rag_turn *turn, const rag_sink *sink)
{
    turn->sink = *sink;
    turn->generate_ns = krn_now_ns(rag->with.clock);
    turn->outcome = ANC_UNAVAILABLE;
    turn->at = 0;
    try_next(turn);
}

void rag_cancel(rag_service *rag, rag_turn *turn)
{
    (void)rag;
    if (atomic_exchange(&turn->cancelled, true) || turn->job == NULL)
        return;
    const rag_provider provider = turn->tries[turn->at].link->provider;
    provider.ops->cancel(provider.self, turn->job);
}
