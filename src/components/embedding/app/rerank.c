/* rerank.c - passages scored batch by batch, for as long as there is time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "embedding/app/rerank_service.h"

enum { PROBLEM_MAX = 1024, MOST = 30, BUDGET_MS = 300 };

struct emb_rerank_service {
    emb_reranker reranker; /* owned */
    char problem[PROBLEM_MAX];
    bool by_default;
    uint32_t most;
    int64_t budget_ms;
    krn_clock clock;
    krn_series *seconds, *passages, *ended, *failed;
};

static void name_series(emb_rerank_service *r, krn_metrics m)
{
    if (m.ops == NULL)
        return;
    r->seconds =
        m.ops->histogram(m.self, "anchorage_rerank_seconds", "", "Time of one batch of a reranking",
                         krn_latency_bounds, KRN_HISTOGRAM_BUCKETS);
    r->passages = m.ops->counter(m.self, "anchorage_rerank_passages_total", "",
                                 "Passages that the reranker has scored");
    r->ended = m.ops->counter(m.self, "anchorage_rerank_budget_ended_total", "",
                              "Rerankings whose time ended before all was scored");
    r->failed =
        m.ops->counter(m.self, "anchorage_rerank_errors_total", "", "Rerankings that failed");
}

anc_status emb_rerank_open(const emb_rerank_options *options, emb_rerank_service **ret,
                           anc_err *err)
{
    const anc_str problem = options->problem.len > 0
                                ? options->problem
                                : ANC_STR("no reranker is configured: set rerank.model or "
                                          "rerank.remote.url");
    emb_rerank_service *r = calloc(1, sizeof *r);
    if (r == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the reranker");
    (void)snprintf(r->problem, sizeof r->problem, "%.*s", ANC_FMT(problem));
    r->reranker = options->reranker;
    r->by_default = options->by_default;
    r->most = options->most > 0 ? options->most : MOST;
    r->budget_ms = options->budget_ms > 0 ? options->budget_ms : BUDGET_MS;
    r->clock = options->clock;
    name_series(r, options->metrics);
    *ret = r;
    return ANC_OK;
}

void emb_rerank_close(emb_rerank_service *r)
{
    if (r == NULL)
        return;
    emb_reranker_close(&r->reranker);
    free(r);
}

emb_rerank_row emb_rerank_info(const emb_rerank_service *r)
{
    const bool available = r->reranker.ops != NULL;
    return (emb_rerank_row){.available = available,
                            .model = available ? r->reranker.model : ANC_STR(""),
                            .detail = available ? r->reranker.detail : anc_str_of(r->problem),
                            .by_default = available && r->by_default,
                            .most = r->most,
                            .budget_ms = r->budget_ms};
}

/* One reranking on its way. */
typedef struct reranking {
    emb_rerank_service *r;
    krn_call *call;
    anc_str query;
    int64_t until_ns;
    int64_t last_ns; /* that the batch before took */
    bool ended;      /* the time for it, not that of the call */
} reranking;

static anc_status check_scores(const reranking *k, const float *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(out[i]))
            return ANC_FAIL(k->call->err, ANC_PROVIDER,
                            "the reranker %.*s gave a score that is no number",
                            ANC_FMT(k->r->reranker.model));
    return ANC_OK;
}

/* One batch; none where the one before took longer than there is time left. */
static anc_status run_batch(reranking *k, const anc_str *passages, size_t n, float *out,
                            emb_reranked *done)
{
    const emb_reranker *r = &k->r->reranker;
    const int64_t start_ns = krn_now_ns(k->r->clock);
    krn_call call = *k->call;
    emb_scored scored = {0};
    ANC_TRY(krn_call_check(k->r->clock, k->call));
    k->ended = k->until_ns != INT64_MAX && k->until_ns - start_ns <= k->last_ns;
    if (k->ended)
        return ANC_OK;
    call.deadline_ns = k->until_ns < call.deadline_ns ? k->until_ns : call.deadline_ns;
    const anc_status status = r->ops->score(r->self, &call, k->query, passages, n, out, &scored);
    const int64_t now_ns = krn_now_ns(k->r->clock);
    if (status == ANC_DEADLINE && k->until_ns < k->call->deadline_ns &&
        now_ns < k->call->deadline_ns) {
        k->ended = true;
        anc_err_clear(k->call->err);
        return ANC_OK;
    }
    ANC_TRY(status);
    ANC_TRY(check_scores(k, out, n));
    k->last_ns = now_ns - start_ns;
    done->n += n;
    done->tokens += scored.tokens;
    done->truncated += scored.truncated;
    krn_observe(k->r->seconds, (double)k->last_ns / 1e9);
    return ANC_OK;
}

static anc_status run(reranking *k, const anc_str *passages, size_t n, float *out,
                      emb_reranked *done)
{
    const size_t most = k->r->reranker.max_batch;
    while (done->n < n && !k->ended) {
        const size_t left = n - done->n;
        ANC_TRY(run_batch(k, passages + done->n, left < most ? left : most, out + done->n, done));
    }
    return ANC_OK;
}

anc_status emb_rerank(emb_rerank_service *r, krn_call *call, anc_str query, const anc_str *passages,
                      size_t n, int64_t until_ns, float *out, emb_reranked *ret)
{
    if (r->reranker.ops == NULL)
        return ANC_FAIL(call->err, ANC_UNAVAILABLE, "%s", r->problem);
    reranking k = {.r = r, .call = call, .query = query, .until_ns = until_ns};
    emb_reranked done = {0};
    const anc_status status = run(&k, passages, n, out, &done);
    krn_count(r->passages, done.n);
    krn_count(r->ended, k.ended);
    if (status != ANC_OK) {
        krn_count(r->failed, 1);
        return status;
    }
    *ret = done;
    return ANC_OK;
}
