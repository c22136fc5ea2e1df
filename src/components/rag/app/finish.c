/* finish.c - citations checked and the turn handed to the store. On a pool. */
#include "base/str.h"
#include "rag/domain/citations.h"
#include "service_impl.h"

static anc_status cut_quotes(rag_turn *turn, const rag_checked *checked)
{
    rag_citation *citations = anc_arena_alloc(turn->mem, checked->n, sizeof *citations);
    if (citations == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for %zu citations",
                        checked->n);
    for (size_t i = 0; i < checked->n; i++) {
        const rag_quote *q = &checked->quotes[i];
        const srch_hit *source = &turn->answer.sources[q->marker - 1];
        const srch_position place = srch_position_at(source, source->start + q->start);
        citations[i] = (rag_citation){
            .marker = q->marker,
            .chunk_id = source->chunk_id,
            .start = source->start + q->start,
            .end = source->start + q->end,
            .quote = anc_str_sub(source->text, q->start, q->end - q->start),
            .page = place.page,
            .row = place.row,
        };
    }
    turn->answer.citations = citations;
    turn->answer.n_citations = checked->n;
    return ANC_OK;
}

/* An answer that says that there is none cites nothing: it is checked against no passages. */
static anc_status check_answer(rag_turn *turn)
{
    rag_checked checked = {anc_buf_view(&turn->text), turn->quotes, turn->n_quotes};
    const size_t n = turn->answer.no_answer ? 0 : turn->answer.n_sources;
    if (!turn->quotes_itself)
        ANC_TRY(rag_citations_check(turn->mem, anc_buf_view(&turn->text), turn->query,
                                    turn->passages, n, &checked, &turn->err));
    turn->answer.text = checked.text;
    return cut_quotes(turn, &checked);
}

static void estimate_tokens(rag_turn *turn)
{
    if (turn->answer.input_tokens == 0)
        turn->answer.input_tokens = turn->prompt.tokens;
}

static void report(const rag_turn *turn)
{
    const rag_service *rag = turn->rag;
    const rag_answer *a = &turn->answer;
    const krn_veil *veil = &rag->with.config.veil;
    char user[KRN_VEILED_BYTES], session[KRN_VEILED_BYTES];
    krn_observe(rag->count.seconds, a->timings_ms.total / 1000);
    rte_measured(rag->with.routing, turn->route.tier, a->timings_ms.total);
    if (a->no_answer)
        krn_count(rag->count.nothing, 1);
    krn_log_write(rag->with.log, KRN_INFO, "rag", "question answered",
                  KRN_STR("query_id", a->query_id), KRN_STR("trace_id", a->trace_id),
                  KRN_STR("user_id", krn_veil_user(veil, turn->call.principal.user_id, user)),
                  KRN_STR("session_id", krn_veil_conversation(veil, a->conversation_id, session)),
                  KRN_INT("question_length", turn->question.len), KRN_STR("intent", a->intent),
                  KRN_STR("provider", a->provider), KRN_INT("sources", a->n_sources),
                  KRN_INT("citations", a->n_citations),
                  KRN_REAL("duration_ms", a->timings_ms.total));
}

static anc_status finish(rag_turn *turn)
{
    const krn_clock clock = turn->rag->with.clock;
    ANC_TRY(check_answer(turn));
    estimate_tokens(turn);
    turn->answer.generated_at_ms = krn_wall_ms(clock);
    turn->answer.timings_ms.total = krn_ms_since(clock, turn->started_ns);
    return turn->keep ? rag_kept_write(turn) : ANC_OK;
}

anc_status rag_finish(rag_service *rag, rag_turn *turn, const rag_answer **ret)
{
    (void)rag;
    anc_status status = turn->outcome;
    if (status == ANC_OK) {
        anc_err_clear(&turn->err);
        status = finish(turn);
    }
    if (status != ANC_OK) {
        rag_turn_failed(turn, status);
        return status;
    }
    report(turn);
    rag_turn_save(turn);
    *ret = &turn->answer;
    return ANC_OK;
}
