/* rerank.c - the best candidates looked at again by a reranker, which reads question and passage together.
 *
 * The best N of the fused order are scored in that order, within a budget of time for the whole search. What is
 * scored comes first, the best first; what is not stays behind it in the fused order, and the result says how far
 * it came. A reranker that fails takes nothing away: the fused order stays, and the result says why. A search that
 * is done again, deeper or because the index moved on, scores only what it had not scored before.
 */
#include <string.h>

#include "base/str.h"
#include "query_impl.h"

enum { KEPT_SCORES = 1000, NS_PER_MS = 1000000 };

/* Scores of this search so far; bounded, what does not fit is scored again. */
typedef struct srch_scored {
    anc_str collection, document_id;
    uint32_t version, ordinal;
    float score;
} srch_scored;

anc_status srch_rerank_choose(srch_asking *a)
{
    const srch_request *r = a->request;
    const srch_config *config = &a->srch->config;
    const emb_rerank_row info =
        config->rerank != NULL ? emb_rerank_info(config->rerank) : (emb_rerank_row){0};
    if (r->rerank == SRCH_RERANK_YES && r->mode == SRCH_METADATA)
        return ANC_FAIL_FIELD(a->call->err, ANC_INVALID, "/rerank",
                              "mode metadata rates nothing, so there is nothing to rerank");
    if (r->rerank == SRCH_RERANK_YES && !info.available)
        return ANC_FAIL_FIELD(
            a->call->err, ANC_INVALID, "/rerank", "rerank is true, and %.*s",
            ANC_FMT(info.detail.len > 0 ? info.detail : ANC_STR("there is no reranker")));
    const bool wanted =
        r->rerank == SRCH_RERANK_YES || (r->rerank == SRCH_RERANK_AS_CONFIGURED && info.by_default);
    if (!wanted || !info.available || r->mode == SRCH_METADATA)
        return ANC_OK;
    a->reranks = true;
    a->rerank_most = info.most;
    a->rerank_until_ns = INT64_MAX;
    a->result.reranked.model = anc_arena_copy(a->call->mem, info.model);
    a->scored = anc_arena_alloc(a->call->mem, KEPT_SCORES, sizeof *a->scored);
    if (a->scored == NULL || a->result.reranked.model.ptr == NULL)
        return srch_no_room(a->call);
    return ANC_OK;
}

/* ---- what was scored before ---- */

static const srch_scored *find_scored(const srch_asking *a, const srch_candidate *c)
{
    const anc_str collection = a->scopes[c->collection].name;
    for (size_t i = 0; i < a->n_scored; i++) {
        const srch_scored *s = &a->scored[i];
        if (s->ordinal == c->ordinal && s->version == c->version &&
            anc_str_eq(s->document_id, c->document_id) && anc_str_eq(s->collection, collection))
            return s;
    }
    return NULL;
}

static void keep_score(srch_asking *a, srch_candidate *c, float score)
{
    c->is_reranked = true;
    c->rerank = (double)score;
    if (a->n_scored < KEPT_SCORES)
        a->scored[a->n_scored++] = (srch_scored){.collection = a->scopes[c->collection].name,
                                                 .document_id = c->document_id,
                                                 .version = c->version,
                                                 .ordinal = c->ordinal,
                                                 .score = score};
}

/* ---- what is to be scored ---- */

typedef struct reranking {
    srch_asking *a;
    size_t n;                 /* candidates that are looked at */
    srch_candidate **missing; /* [n_missing] that have no score yet */
    anc_str *texts;           /* [n_missing] theirs */
    size_t n_missing;
} reranking;

/* Where it stands, then what stands there; ptr NULL: no room. */
static anc_str text_of(const srch_asking *a, const kno_chunk *chunk)
{
    if (chunk->title.len == 0)
        return chunk->text;
    return anc_arena_printf(a->call->mem, "%.*s\n%.*s", ANC_FMT(chunk->title),
                            ANC_FMT(chunk->text));
}

/* Fetches the texts of candidates without a score; those that are gone meanwhile are left out. */
static anc_status fetch_missing(reranking *k)
{
    srch_asking *a = k->a;
    krn_call *call = a->call;
    kno_chunk_ref *refs = anc_arena_alloc(call->mem, k->n, sizeof *refs);
    kno_chunk *chunks = anc_arena_alloc(call->mem, k->n, sizeof *chunks);
    size_t n = 0, kept = 0;
    k->missing = anc_arena_alloc(call->mem, k->n, sizeof *k->missing);
    k->texts = anc_arena_alloc(call->mem, k->n, sizeof *k->texts);
    if (refs == NULL || chunks == NULL || k->missing == NULL || k->texts == NULL)
        return srch_no_room(call);
    for (size_t i = 0; i < k->n; i++) {
        srch_candidate *c = &a->candidates[i];
        if (c->is_reranked)
            continue;
        k->missing[n] = c;
        refs[n++] = (kno_chunk_ref){.collection = a->scopes[c->collection].name,
                                    .document_id = c->document_id,
                                    .version = c->version,
                                    .ordinal = c->ordinal};
    }
    if (n > 0)
        ANC_TRY(kno_chunks_fetch(a->srch->config.knowledge, call, refs, n, chunks));
    for (size_t i = 0; i < n; i++) {
        if (chunks[i].text.ptr == NULL)
            continue;
        k->missing[kept] = k->missing[i];
        k->texts[kept] = text_of(a, &chunks[i]);
        if (k->texts[kept++].ptr == NULL)
            return srch_no_room(call);
    }
    k->n_missing = kept;
    return ANC_OK;
}

/* ---- the order ---- */

/* Scored ones first, the best first; else, and where scores are equal, as they stand. */
static void reorder(srch_candidate *c, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const srch_candidate one = c[i];
        size_t at = i;
        while (at > 0 && one.is_reranked &&
               (!c[at - 1].is_reranked || c[at - 1].rerank < one.rerank)) {
            c[at] = c[at - 1];
            at--;
        }
        c[at] = one;
    }
}

static void tell(srch_asking *a, size_t n, size_t gone)
{
    srch_reranked *told = &a->result.reranked;
    told->wanted = (uint32_t)(n - gone);
    told->scored = 0;
    for (size_t i = 0; i < n; i++)
        told->scored += a->candidates[i].is_reranked;
    if (told->scored < told->wanted && told->problem.len == 0)
        told->problem = ANC_STR("the time for it was over");
}

/* What a failure of the reranker's leaves: the fused order, and a reason, which goes to who asked. The log gets its kind
 * alone: a server's own words may quote the question and the passages. */
static anc_status note_failure(srch_asking *a, anc_status status)
{
    if (status == ANC_CANCELLED || status == ANC_DEADLINE)
        return status;
    a->result.reranked.problem =
        anc_arena_copy(a->call->mem, anc_err_told(a->call->err, a->call->err->text));
    if (a->result.reranked.problem.ptr == NULL)
        return srch_no_room(a->call);
    krn_log_write(a->srch->config.log, KRN_WARN, "search", "a search was not reranked",
                  KRN_STR("error", anc_str_of(anc_status_info(status)->name)));
    anc_err_clear(a->call->err);
    return ANC_OK;
}

static anc_status score_missing(reranking *k)
{
    srch_asking *a = k->a;
    emb_reranked done = {0};
    float *scores = anc_arena_alloc(a->call->mem, k->n_missing, sizeof *scores);
    if (scores == NULL)
        return srch_no_room(a->call);
    const anc_status status = emb_rerank(a->srch->config.rerank, a->call, a->request->query,
                                         k->texts, k->n_missing, a->rerank_until_ns, scores, &done);
    if (status != ANC_OK)
        return note_failure(a, status);
    for (size_t i = 0; i < done.n; i++)
        keep_score(a, k->missing[i], scores[i]);
    return ANC_OK;
}

/* No more than half of the time that the caller has left: the other half is for what comes after. */
static int64_t end_of_budget(const srch_asking *a)
{
    const int64_t now_ns = krn_now_ns(a->srch->config.clock);
    const int64_t deadline_ns = a->call->deadline_ns;
    const int64_t budget_ns =
        emb_rerank_info(a->srch->config.rerank).budget_ms * (int64_t)NS_PER_MS;
    const int64_t half_ns = deadline_ns != INT64_MAX ? (deadline_ns - now_ns) / 2 : INT64_MAX;
    return now_ns + (budget_ns < half_ns ? budget_ns : half_ns);
}

anc_status srch_rerank(srch_asking *a)
{
    reranking k = {.a = a, .n = a->n < a->rerank_most ? a->n : a->rerank_most};
    if (a->rerank_until_ns == INT64_MAX)
        a->rerank_until_ns = end_of_budget(a);
    a->result.reranked.done = true;
    for (size_t i = 0; i < k.n; i++) {
        const srch_scored *known = find_scored(a, &a->candidates[i]);
        a->candidates[i].is_reranked = known != NULL;
        a->candidates[i].rerank = known != NULL ? (double)known->score : 0;
    }
    if (k.n > 0)
        ANC_TRY(fetch_missing(&k));
    size_t gone = k.n - k.n_missing;
    for (size_t i = 0; i < k.n; i++)
        gone -= a->candidates[i].is_reranked;
    if (k.n_missing > 0 && a->result.reranked.problem.len == 0)
        ANC_TRY(score_missing(&k));
    tell(a, k.n, gone);
    reorder(a->candidates, k.n);
    return ANC_OK;
}
