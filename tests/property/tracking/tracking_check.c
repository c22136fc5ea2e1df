/* tracking_check.c - the story told by the file, row by row, and its numbers reckoned anew from the story. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "support/test.h"
#include "tracking_world.h"

#define EXPECT(w, what, condition)                   \
    do {                                             \
        if (!(condition))                            \
            SIM_FAIL(w, "%s: %s", what, #condition); \
    } while (0)

static bool has(const sim_query *q, unsigned what)
{
    return (q->has & what) != 0;
}

/* When it was asked: the earliest that any of its events says. */
static int64_t asked_ms(const sim_query *q)
{
    int64_t ms = INT64_MAX;
    const int64_t begun_ms = q->ended_ms - q->duration_us / 1000;
    if (has(q, TRK_HAS_REQUEST))
        ms = q->requested_ms;
    if (has(q, TRK_HAS_RETRIEVALS) && q->retrieved_ms < ms)
        ms = q->retrieved_ms;
    return has(q, TRK_HAS_END) && begun_ms < ms ? begun_ms : ms;
}

static bool completed(const sim_query *q)
{
    return has(q, TRK_HAS_END) && !q->failed;
}

/* ---- rows ---- */

static void check_request(world *w, const sim_query *q, const trk_query *k)
{
    const anc_str user = q->user > 0 ? sim_text(w, "user", q->user) : ANC_STR("");
    if (!has(q, TRK_HAS_REQUEST)) {
        EXPECT(w, q->id, k->user_id.len == 0 && k->question.len == 0 && k->n_collections == 0);
        return;
    }
    if (w->hashes_users && q->user > 0)
        EXPECT(w, q->id, anc_str_starts(k->user_id, ANC_STR("h:")));
    else
        EXPECT(w, q->id, anc_str_eq(k->user_id, user));
    if (w->keeps_texts)
        EXPECT(w, q->id, anc_str_eq(k->question, sim_text(w, "why ", q->question)));
    else
        EXPECT(w, q->id, k->question.ptr == NULL);
    EXPECT(w, q->id, k->n_collections == (size_t)__builtin_popcount(q->collections));
}

static void check_retrievals(world *w, const sim_query *q, const trk_query *k)
{
    const unsigned n = has(q, TRK_HAS_RETRIEVALS) ? q->n_found : 0;
    EXPECT(w, q->id, k->retrieved == n && k->n_retrievals == n);
    for (unsigned i = 0; i < n; i++) {
        const trk_retrieval *r = &k->retrievals[i];
        EXPECT(w, q->id, r->position == i + 1 && r->cited == q->cited[i]);
        EXPECT(w, q->id, anc_str_eq(r->document_id, sim_text(w, "d", q->found[i])));
        EXPECT(w, q->id, r->score == 1.0 / (1 + i));
    }
}

static void check_end(world *w, const sim_query *q, const trk_query *k)
{
    if (!has(q, TRK_HAS_END)) {
        EXPECT(w, q->id, k->status == TRK_REQUESTED && k->ended_ms == 0 && k->duration_us == -1);
        return;
    }
    EXPECT(w, q->id, k->status == (q->failed ? TRK_FAILED : TRK_COMPLETED));
    EXPECT(w, q->id, k->ended_ms == q->ended_ms && k->duration_us == q->duration_us);
    if (q->failed) {
        EXPECT(w, q->id, anc_str_eq(k->error_type, ANC_STR("deadline")));
        return;
    }
    EXPECT(w, q->id, anc_str_eq(k->model, sim_text(w, "m", q->model)));
    EXPECT(w, q->id, k->input_tokens == q->input_tokens && k->output_tokens == q->output_tokens);
    EXPECT(w, q->id, k->cache_hit == q->cache_hit);
    EXPECT(w, q->id, (k->answer.ptr != NULL) == w->keeps_texts);
}

static void check_query(world *w, const sim_query *q)
{
    anc_err err = {0};
    krn_call call = sim_call(w, &err);
    trk_query k;
    trk_feedback f;
    const trk_repository r = w->repository;
    const anc_status status = r.ops->find(r.self, &call, anc_str_of(q->id), &k, &f);
    if (status != ANC_OK)
        SIM_FAIL(w, "%s: %s", q->id, err.text);
    EXPECT(w, q->id, k.has == q->has && k.requested_ms == asked_ms(q));
    check_request(w, q, &k);
    check_retrievals(w, q, &k);
    check_end(w, q, &k);
    EXPECT(w, q->id, f.rating == (q->n_feedback > 0 ? q->rating : 0));
    if (q->n_feedback > 0)
        EXPECT(w, q->id, f.at_ms == q->feedback_ms);
}

static void check_list(world *w)
{
    anc_err err = {0};
    krn_call call = sim_call(w, &err);
    const trk_filter filter = {.limit = 1000};
    const trk_repository r = w->repository;
    trk_query *items;
    size_t n;
    ASSERT_OK(r.ops->list(r.self, &call, &filter, &items, &n), &err);
    EXPECT(w, "the list", n == SIM_QUERIES);
    for (size_t i = 1; i < n; i++)
        EXPECT(w, "the list", items[i - 1].requested_ms >= items[i].requested_ms);
}

static void check_document(world *w, unsigned d)
{
    anc_err err = {0};
    krn_call call = sim_call(w, &err);
    const anc_str id = sim_text(w, "d", d);
    const trk_repository r = w->repository;
    trk_life_story story = {0};
    uint64_t found = 0, cited = 0;
    for (unsigned i = 0; i < SIM_QUERIES; i++)
        for (unsigned k = 0; k < w->story.queries[i].n_found; k++) {
            const sim_query *q = &w->story.queries[i];
            const bool it = has(q, TRK_HAS_RETRIEVALS) && q->found[k] == d;
            found += it;
            cited += it && q->cited[k];
        }
    const anc_status status = r.ops->document(r.self, &call, id, ANC_STR(""), &story);
    if (found == 0 && w->story.lives[d] == 0) {
        EXPECT(w, id.ptr, status == ANC_NOT_FOUND);
        return;
    }
    if (status != ANC_OK)
        SIM_FAIL(w, "%s: %s", id.ptr, err.text);
    EXPECT(w, id.ptr, story.n == w->story.lives[d]);
    for (size_t i = 0; i < story.n; i++)
        EXPECT(w, id.ptr, story.items[i].version == i + 1);
    EXPECT(w, id.ptr, story.use.retrieved == found && story.use.cited == cited);
}

/* ---- numbers ---- */

typedef enum which { ANY, OF_MODEL, OF_COLLECTION } which;

static bool counts_for(const sim_query *q, which kind, unsigned number)
{
    if (kind == ANY)
        return true;
    if (kind == OF_MODEL)
        return completed(q) && q->model == number;
    if (!has(q, TRK_HAS_RETRIEVALS))
        return false; /* nothing was searched */
    if (has(q, TRK_HAS_REQUEST) && q->collections != 0)
        return (q->collections >> number & 1) != 0;
    for (unsigned k = 0; k < q->n_found; k++)
        if (q->found[k] % SIM_COLLECTIONS == number)
            return true;
    return false;
}

static int ascending(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static bool is_near(double ms, const int64_t *sorted, size_t n, double share)
{
    const double exact = n == 0 ? 0 : (double)sorted[(size_t)ceil(share * (double)n) - 1];
    return fabs(ms * 1000 - exact) <= exact / 32 + 0.5;
}

/* The numbers of a stretch of time, against those of the story. */
static void check_point(world *w, const char *name, const trk_point *p, int64_t until_ms,
                        which kind, unsigned number)
{
    trk_counts c = {0};
    int64_t durations[SIM_QUERIES];
    size_t n = 0;
    for (unsigned i = 0; i < SIM_QUERIES; i++) {
        const sim_query *q = &w->story.queries[i];
        if (asked_ms(q) < p->start_ms || asked_ms(q) >= until_ms || !counts_for(q, kind, number))
            continue;
        c.queries++;
        c.empty += has(q, TRK_HAS_RETRIEVALS) && q->n_found == 0;
        c.failed += has(q, TRK_HAS_END) && q->failed;
        c.completed += completed(q);
        c.cache_hits += completed(q) && q->cache_hit;
        c.input_tokens += completed(q) ? q->input_tokens : 0;
        c.output_tokens += completed(q) ? q->output_tokens : 0;
        if (completed(q))
            durations[n++] = q->duration_us;
    }
    EXPECT(w, name, p->counts.queries == c.queries && p->counts.empty == c.empty);
    EXPECT(w, name, p->counts.failed == c.failed && p->counts.completed == c.completed);
    EXPECT(w, name, p->counts.cache_hits == c.cache_hits);
    EXPECT(w, name, p->counts.input_tokens == c.input_tokens);
    EXPECT(w, name, p->counts.output_tokens == c.output_tokens);
    qsort(durations, n, sizeof *durations, ascending);
    EXPECT(w, name, is_near(p->p50, durations, n, 0.50));
    EXPECT(w, name, is_near(p->p95, durations, n, 0.95));
    EXPECT(w, name, is_near(p->p99, durations, n, 0.99));
}

static void check_named(world *w, const trk_named *named, const trk_span *span, which kind)
{
    char name[32];
    (void)snprintf(name, sizeof name, "%.*s", (int)anc_str_sub(named->name, 0, 31).len,
                   named->name.len > 0 ? named->name.ptr : "");
    const unsigned number = kind == ANY ? 0 : (unsigned)(name[1] - '0');
    int64_t queries = 0;
    trk_point total = named->total;
    total.start_ms = span->since_ms;
    check_point(w, kind == ANY ? "all" : name, &total, span->until_ms, kind, number);
    for (size_t i = 0; i < named->n_series; i++) {
        const trk_point *p = &named->series[i];
        check_point(w, kind == ANY ? "an hour" : name, p, p->start_ms + TRK_HOUR_MS, kind, number);
        queries += p->counts.queries;
    }
    EXPECT(w, name, queries == total.counts.queries);
}

static void check_questions(world *w, const trk_stats *stats)
{
    uint64_t times[SIM_QUESTIONS] = {0}, told = 0, due = 0;
    for (unsigned i = 0; i < SIM_QUERIES; i++)
        if (has(&w->story.queries[i], TRK_HAS_REQUEST) && w->keeps_texts)
            times[w->story.queries[i].question]++;
    for (size_t i = 0; i < stats->n_questions; i++) {
        const anc_str q = stats->questions[i].question;
        EXPECT(w, "questions", q.len == 5);
        EXPECT(w, "questions", stats->questions[i].times == times[q.ptr[4] - '0']);
        told += stats->questions[i].times;
    }
    for (size_t i = 0; i < SIM_QUESTIONS; i++)
        due += times[i];
    EXPECT(w, "questions", told == due);
}

static void check_numbers(world *w)
{
    anc_err err = {0};
    krn_call call = sim_call(w, &err);
    const trk_repository r = w->repository;
    const trk_span span = {.since_ms = w->story.start_ms - TRK_DAY_MS,
                           .until_ms = w->story.start_ms + 2 * (int64_t)TRK_DAY_MS,
                           .bucket_ms = TRK_HOUR_MS};
    trk_stats stats;
    ASSERT_OK(r.ops->stats(r.self, &call, &span, 20, &stats), &err);
    check_named(w, &stats.all, &span, ANY);
    for (size_t i = 0; i < stats.n_models; i++)
        check_named(w, &stats.models[i], &span, OF_MODEL);
    for (size_t i = 0; i < stats.n_collections; i++)
        check_named(w, &stats.collections[i], &span, OF_COLLECTION);
    check_questions(w, &stats);
}

void sim_check(world *w)
{
    for (unsigned i = 0; i < SIM_QUERIES; i++)
        check_query(w, &w->story.queries[i]);
    for (unsigned d = 0; d < SIM_DOCUMENTS; d++)
        check_document(w, d);
    check_list(w);
    check_numbers(w);
}
