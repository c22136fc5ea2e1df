/* generate.c - the chain of providers, driven on the loop.
 *
 * One provider at a time. Until the first token its failure only means that the next one is tried;
 * after it a reader has seen words, and a failure ends the turn with its status. Where nobody reads
 * along, a failure in the middle is as good as one before. A provider that another one stands behind
 * gets a little less than the time that is left, so that the other may still answer. When all have
 * failed and passages were found, the answer says so in a sentence and the sources are the answer.
 *
 * What the sink is told always comes from a provider's own sink call or from a task of the loop, never
 * from inside rag_generate.
 */
#include "base/str.h"
#include "rag/domain/abstain.h"
#include "service_impl.h"

static const int64_t RESERVE_MAX_NS = 1500000000;

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

/* Models like to begin with blanks; an answer does not. */
static anc_str without_lead(const rag_turn *turn, anc_str text)
{
    size_t n = 0;
    while (turn->text.len == 0 && n < text.len && (unsigned char)text.ptr[n] <= ' ')
        n++;
    return anc_str_sub(text, n, text.len);
}

static void on_token(void *arg, anc_str token)
{
    rag_turn *turn = arg;
    const anc_str text = without_lead(turn, token);
    const size_t before = turn->text.len;
    if (text.len == 0 || turn->text.refused || turn->echoed || atomic_load(&turn->cancelled))
        return;
    turn->echoed = anc_buf_add(&turn->text, text) &&
                   rag_prompt_echoed(&turn->prompt, anc_buf_view(&turn->text), before);
    if (turn->text.refused || turn->echoed) {
        rag_try *t = &turn->tries[turn->at];
        t->link->provider.ops->cancel(t->link->provider.self, turn->job);
        return;
    }
    if (!turn->whole)
        turn->sink.on_token(turn->sink.arg, text);
}

/* What a provider's end means for the turn. */
static anc_status judge(rag_turn *turn, anc_status status, const anc_err *err)
{
    if (atomic_load(&turn->cancelled))
        return krn_call_check(turn->rag->with.clock, &turn->call); /* never OK: see there */
    if (turn->text.refused)
        return anc_buf_status(&turn->text, "answer", &turn->err);
    if (turn->echoed)
        return ANC_FAIL(&turn->err, ANC_PROVIDER, "the model repeated its instructions");
    if (status == ANC_OK && turn->text.len == 0)
        return ANC_FAIL(&turn->err, ANC_PROVIDER, "the provider answered nothing");
    if (status != ANC_OK && err != NULL)
        turn->err = *err;
    if (status == ANC_DEADLINE && krn_now_ns(turn->rag->with.clock) < turn->call.deadline_ns)
        status = turn->err.code = ANC_PROVIDER; /* its own time was over, not the question's */
    return status;
}

static void take_quotes(rag_turn *turn, const rag_usage *usage)
{
    turn->quotes_itself = usage->quotes_itself;
    turn->n_quotes = usage->n_quotes < RAG_OWN_QUOTES_MAX ? usage->n_quotes : RAG_OWN_QUOTES_MAX;
    for (size_t i = 0; i < turn->n_quotes; i++)
        turn->quotes[i] = usage->quotes[i];
}

static void on_done(void *arg, anc_status status, const anc_err *err, const rag_usage *usage)
{
    rag_turn *turn = arg;
    rag_link *link = turn->tries[turn->at].link;
    turn->job = NULL;
    anc_err_clear(&turn->err);
    status = judge(turn, status, err);
    if (status == ANC_OK) {
        rag_link_report(turn->rag, link, status, &turn->err);
        const rag_provider_info info = rag_provider_info_of(link->provider);
        const anc_str model =
            anc_arena_copy(turn->mem, usage->model.len != 0 ? usage->model : info.model);
        turn->answer.provider = info.name;
        turn->answer.model_used = model.ptr != NULL ? model : info.model;
        turn->answer.input_tokens = usage->input_tokens + turn->rewrite_input;
        turn->answer.output_tokens = usage->output_tokens + turn->rewrite_output;
        turn->answer.no_answer = usage->abstained;
        take_quotes(turn, usage);
        end_turn(turn, ANC_OK);
        return;
    }
    const bool stopped = status == ANC_CANCELLED || atomic_load(&turn->cancelled);
    if (stopped || (!turn->whole && turn->text.len != 0) || turn->text.refused) {
        if (!stopped) /* the provider's end was ours */
            rag_link_report(turn->rag, link, status, &turn->err);
        end_turn(turn, status);
        return;
    }
    krn_log_write(turn->rag->with.log, KRN_WARN, "rag", "provider failed, the next one is tried",
                  KRN_STR("provider", rag_provider_info_of(link->provider).name),
                  KRN_STR("status", anc_str_of(anc_status_info(status)->name)),
                  KRN_STR("query_id", turn->answer.query_id));
    rag_tell_provider_failed(turn, link, status, &turn->err);
    rag_link_report(turn->rag, link, status,
                    &turn->err); /* may open the circuit: told after its cause */
    anc_buf_clear(&turn->text);
    turn->echoed = false;
    turn->outcome = status;
    turn->answer.degraded = true;
    turn->at++;
    try_next(turn);
}

/* What a try may take of the time that is left: three quarters, but all of it where nobody stands
 * behind it. */
static int64_t deadline_of(const rag_turn *turn, int64_t now)
{
    const int64_t end = turn->call.deadline_ns;
    if (end == INT64_MAX || turn->at + 1 == turn->n_tries)
        return end;
    const int64_t quarter = (end - now) / 4;
    return end - (quarter < RESERVE_MAX_NS ? quarter : RESERVE_MAX_NS);
}

/* Starts the next provider that does not rest; false when there is none. */
static bool start_next(rag_turn *turn, int64_t now)
{
    const rag_provider_sink sink = {turn, on_token, on_done};
    for (; turn->at < turn->n_tries; turn->at++) {
        rag_try *t = &turn->tries[turn->at];
        if (!rag_link_usable(t->link, now)) {
            turn->answer.degraded = true;
            continue;
        }
        turn->request.model = t->model;
        turn->own_call = turn->call;
        turn->own_call.deadline_ns = deadline_of(turn, now);
        turn->request.call = &turn->own_call;
        anc_err_clear(&turn->err);
        turn->outcome = t->link->provider.ops->start(t->link->provider.self, &turn->request, &sink,
                                                     &turn->job, &turn->err);
        if (turn->outcome == ANC_OK)
            return true;
        rag_tell_provider_failed(turn, t->link, turn->outcome, &turn->err);
        rag_link_report(turn->rag, t->link, turn->outcome, &turn->err);
        turn->answer.degraded = true;
    }
    return false;
}

/* Nobody answered: a sentence that says so, and the sources. */
static void answer_by_sources(rag_turn *turn)
{
    const anc_str sentence = turn->answer.n_sources > 0
                                 ? rag_only_sources(turn->language)
                                 : rag_nothing_found(turn->language, turn->question, 0);
    if (!anc_buf_add(&turn->text, sentence))
        return;
    turn->outcome = ANC_OK;
    turn->answer.no_answer = true;
    turn->answer.degraded = true;
    turn->answer.provider = ANC_STR("anchorage");
    turn->answer.model_used = ANC_STR("anchorage/sources");
    if (!turn->whole)
        turn->sink.on_token(turn->sink.arg, sentence);
}

static void end_later(void *arg)
{
    rag_turn *turn = arg;
    if (turn->outcome != ANC_OK && turn->outcome != ANC_DEADLINE && turn->outcome != ANC_CANCELLED)
        answer_by_sources(turn);
    end_turn(turn, turn->outcome);
}

/* When no provider is left the end is told from a task of its own, because this may run inside
 * rag_generate. */
static void try_next(rag_turn *turn)
{
    rag_service *rag = turn->rag;
    anc_err stopped = {.code = ANC_OK};
    krn_call asking = turn->call;
    asking.err = &stopped;
    const anc_status status = krn_call_check(rag->with.clock, &asking);
    if (status != ANC_OK) {
        turn->err = stopped;
        turn->outcome = status;
    } else if (start_next(turn, krn_now_ns(rag->with.clock))) {
        return;
    } else if (turn->outcome == ANC_DEADLINE) {
        turn->outcome = ANC_PROVIDER; /* what start said of its own time */
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
