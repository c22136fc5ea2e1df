/* rerank.c - passages scored batch by batch, for as long as there is time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "embedding/app/rerank_service.h"

/* A batch that is cut off counts for nothing, so the first one within a budget is small. */
enum { PROBLEM_MAX = 1024, NAMED_MAX = 256, MOST = 30, BUDGET_MS = 300, FIRST_BATCH = 4 };

struct emb_rerank_service {
    emb_reranker reranker; /* owned */
    char problem[PROBLEM_MAX];
    char named[NAMED_MAX]; /* that is configured, for as long as there is none */
    bool broken, by_default;
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
    (void)snprintf(r->named, sizeof r->named, "%.*s", ANC_FMT(options->model));
    r->reranker = options->reranker;
    r->broken = options->broken;
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
                            .broken = !available && r->broken,
                            .precision = available ? r->reranker.precision : ANC_STR(""),
                            .model = available ? r->reranker.model : anc_str_of(r->named),
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
    int64_t pair_ns; /* that one of the batch before took, its share of all else included */
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

/* How many of `left` passages go into the next batch: as many as three quarters of the time that is left are enough
 * for, by those of the batch before; 0: there is no time for one more. */
static size_t batch_size(const reranking *k, size_t left)
{
    const size_t max = k->r->reranker.max_batch, most = left < max ? left : max;
    if (k->until_ns == INT64_MAX)
        return most;
    const int64_t rest_ns = k->until_ns - krn_now_ns(k->r->clock);
    if (rest_ns <= k->pair_ns)
        return 0;
    if (k->pair_ns == 0)
        return most < FIRST_BATCH ? most : FIRST_BATCH;
    const uint64_t fit = (uint64_t)(rest_ns / 4 * 3 / k->pair_ns);
    if (fit == 0)
        return 1;
    return fit < most ? (size_t)fit : most;
}

/* One batch; what is cut off by the budget leaves no score. */
static anc_status run_batch(reranking *k, const anc_str *passages, size_t n, float *out,
                            emb_reranked *done)
{
    const emb_reranker *r = &k->r->reranker;
    const int64_t start_ns = krn_now_ns(k->r->clock);
    krn_call call = *k->call;
    emb_scored scored = {0};
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
    const int64_t took_ns = now_ns - start_ns;
    k->pair_ns = took_ns > (int64_t)n ? took_ns / (int64_t)n : 1;
    done->n += n;
    done->tokens += scored.tokens;
    done->truncated += scored.truncated;
    krn_observe(k->r->seconds, (double)took_ns / 1e9);
    return ANC_OK;
}

static anc_status run(reranking *k, const anc_str *passages, size_t n, float *out,
                      emb_reranked *done)
{
    while (done->n < n && !k->ended) {
        ANC_TRY(krn_call_check(k->r->clock, k->call));
        const size_t size = batch_size(k, n - done->n);
        k->ended = size == 0;
        if (!k->ended)
            ANC_TRY(run_batch(k, passages + done->n, size, out + done->n, done));
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
