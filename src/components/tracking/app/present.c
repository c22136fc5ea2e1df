/* present.c - records as the interface has them. */
#include <math.h>

#include "base/id.h"
#include "base/str.h"
#include "service_impl.h"

enum { POINTS_MAX = 10000 }; /* of all names together, for their empty buckets to be said */

static void put_instant(json_writer *w, const char *name, int64_t ms)
{
    char text[ANC_TIME_TEXT + 1];
    anc_time_text(ms, text);
    json_put_str(w, name, anc_str_of(text));
}

/* null for 0, which is no time. */
static void put_time(json_writer *w, const char *name, int64_t ms)
{
    if (ms <= 0)
        json_put_null(w, name);
    else
        put_instant(w, name, ms);
}

static void put_unless_empty(json_writer *w, const char *name, anc_str s)
{
    json_put_str_or_null(w, name, s.len > 0 ? s : ANC_STR_NONE);
}

static void put_object(json_writer *w, const char *name, anc_str json)
{
    if (json.len > 0)
        json_put_raw(w, name, json);
    else
        json_put_null(w, name);
}

/* ---- queries ---- */

static void put_error(json_writer *w, const trk_query *q)
{
    if (q->status != TRK_FAILED) {
        json_put_null(w, "error");
        return;
    }
    json_name(w, "error");
    json_open_object(w);
    json_put_str(w, "type", q->error_type);
    json_put_str(w, "message", q->error_message);
    json_put_str(w, "stage", q->error_stage);
    json_close_object(w);
}

static void put_end(json_writer *w, const trk_query *q)
{
    json_put_str(w, "status", anc_str_of(trk_status_name(q->status)));
    json_put_str_or_null(w, "response_text", q->answer);
    put_unless_empty(w, "model_used", q->model);
    put_unless_empty(w, "provider", q->provider);
    json_put_int(w, "input_tokens", q->input_tokens);
    json_put_int(w, "output_tokens", q->output_tokens);
    if (q->cost_nano >= 0)
        json_put_real(w, "cost", (double)q->cost_nano / 1e9);
    else
        json_put_null(w, "cost");
    json_put_bool(w, "cache_hit", q->cache_hit);
    if (q->duration_us >= 0)
        json_put_fixed(w, "processing_time_ms", (double)q->duration_us / 1000, 3);
    else
        json_put_null(w, "processing_time_ms");
    put_object(w, "timings_ms", q->timings);
    put_object(w, "route", q->route);
    put_error(w, q);
}

static void put_members(json_writer *w, const trk_query *q)
{
    json_put_str(w, "query_id", q->query_id);
    json_put_str(w, "kind", anc_str_of(trk_query_kind_name(q->kind)));
    json_put_str_or_null(w, "query_text", q->question);
    put_unless_empty(w, "user_id", q->user_id);
    json_name(w, "collections");
    json_open_array(w);
    for (size_t i = 0; i < q->n_collections; i++)
        json_write_str(w, q->collections[i]);
    json_close_array(w);
    put_end(w, q);
    put_unless_empty(w, "conversation_id", q->conversation_id);
    put_unless_empty(w, "workflow_run_id", q->workflow_run_id);
    json_put_int(w, "document_count", q->retrieved);
    json_put_bool(w, "zero_results", trk_query_empty(q));
    put_time(w, "requested_at", q->requested_ms);
    put_time(w, "completed_at", q->ended_ms);
}

void trk_put_query(json_writer *w, const trk_query *q)
{
    json_open_object(w);
    put_members(w, q);
    json_close_object(w);
}

static void put_score(json_writer *w, const char *name, double v)
{
    if (isnan(v))
        json_put_null(w, name);
    else
        json_put_fixed(w, name, v, 6);
}

static void put_retrieval(json_writer *w, const trk_retrieval *r)
{
    json_open_object(w);
    json_put_int(w, "position", r->position);
    json_put_str(w, "chunk_id", r->chunk_id);
    json_put_str(w, "document_id", r->document_id);
    json_put_int(w, "version", r->version);
    json_put_str(w, "collection", r->collection);
    json_put_str(w, "title", r->title);
    put_score(w, "score", r->score);
    json_name(w, "scores");
    json_open_object(w);
    put_score(w, "keyword", r->keyword);
    put_score(w, "semantic", r->semantic);
    put_score(w, "fused", r->fused);
    put_score(w, "rerank", r->rerank);
    json_close_object(w);
    json_put_bool(w, "cited", r->cited);
    json_close_object(w);
}

static void put_feedback(json_writer *w, const trk_feedback *f)
{
    if (f->rating == 0) {
        json_put_null(w, "feedback");
        return;
    }
    json_name(w, "feedback");
    json_open_object(w);
    json_put_int(w, "rating", f->rating);
    json_put_str(w, "comment", f->comment);
    put_time(w, "given_at", f->at_ms);
    json_close_object(w);
}

void trk_put_whole_query(json_writer *w, const trk_query *q, const trk_feedback *f)
{
    json_open_object(w);
    put_members(w, q);
    put_feedback(w, f);
    json_name(w, "retrievals");
    json_open_array(w);
    for (size_t i = 0; i < q->n_retrievals; i++)
        put_retrieval(w, &q->retrievals[i]);
    json_close_array(w);
    json_close_object(w);
}

/* ---- documents ---- */

static void put_life(json_writer *w, const trk_life *l)
{
    json_open_object(w);
    json_put_str(w, "event", anc_str_of(trk_life_op_name(l->op)));
    put_time(w, "at", l->at_ms);
    json_put_str(w, "collection", l->collection);
    json_put_int(w, "version", l->version);
    put_unless_empty(w, "title", l->title);
    json_put_str(w, "changed", l->changed);
    json_put_int(w, "chunks_added", l->chunks);
    json_put_int(w, "chunks_removed", l->removed);
    json_put_int(w, "bytes", (int64_t)l->bytes);
    json_close_object(w);
}

void trk_put_story(json_writer *w, anc_str document_id, const trk_life_story *story)
{
    const trk_life *last = story->n > 0 ? &story->items[story->n - 1] : NULL;
    json_open_object(w);
    json_put_str(w, "document_id", document_id);
    json_put_str(w, "collection", story->use.collection);
    put_time(w, "created_at", story->n > 0 ? story->items[0].at_ms : 0);
    put_time(w, "deleted_at", last != NULL && last->op == TRK_DELETED ? last->at_ms : 0);
    json_put_int(w, "retrieved", (int64_t)story->use.retrieved);
    json_put_int(w, "cited", (int64_t)story->use.cited);
    json_name(w, "life");
    json_open_array(w);
    for (size_t i = 0; i < story->n; i++)
        put_life(w, &story->items[i]);
    json_close_array(w);
    json_close_object(w);
}

/* ---- numbers ---- */

static double share(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

static void put_numbers(json_writer *w, const trk_point *p)
{
    const trk_counts *c = &p->counts;
    json_put_int(w, "queries", c->queries);
    json_put_int(w, "completed", c->completed);
    json_put_int(w, "failed", c->failed);
    json_put_fixed(w, "p50_ms", p->p50, 3);
    json_put_fixed(w, "p95_ms", p->p95, 3);
    json_put_fixed(w, "p99_ms", p->p99, 3);
    json_put_int(w, "input_tokens", c->input_tokens);
    json_put_int(w, "output_tokens", c->output_tokens);
    json_put_real(w, "cost", (double)c->cost_nano / 1e9);
    json_put_int(w, "cache_hits", c->cache_hits);
    json_put_fixed(w, "cache_hit_rate", share(c->cache_hits, c->completed), 4);
    json_put_int(w, "zero_results", c->empty);
    json_put_fixed(w, "zero_result_rate", share(c->empty, c->queries), 4);
}

static void put_point(json_writer *w, const trk_point *p)
{
    json_open_object(w);
    put_instant(w, "start", p->start_ms);
    put_numbers(w, p);
    json_close_object(w);
}

/* Of the buckets of `span` (NULL: of none) those from `from_ms` up to `until_ms`, in which nothing was, as noughts. */
static void put_empty(json_writer *w, const trk_span *span, int64_t from_ms, int64_t until_ms)
{
    while (span != NULL && from_ms < until_ms) {
        put_point(w, &(trk_point){.start_ms = from_ms});
        from_ms = trk_bucket_start(from_ms + span->bucket_ms, span->bucket_ms);
    }
}

static void put_series(json_writer *w, const trk_span *span, const trk_named *n)
{
    int64_t at_ms = span != NULL ? span->since_ms : 0;
    json_name(w, "series");
    json_open_array(w);
    for (size_t i = 0; i < n->n_series; i++) {
        const int64_t start_ms = n->series[i].start_ms;
        put_empty(w, span, at_ms, start_ms);
        put_point(w, &n->series[i]);
        at_ms = span != NULL ? trk_bucket_start(start_ms + span->bucket_ms, span->bucket_ms) : 0;
    }
    put_empty(w, span, at_ms, span != NULL ? span->until_ms : 0);
    json_close_array(w);
}

/* The span whose empty buckets are said of `n` names; NULL where they would be too many. */
static const trk_span *span_of_names(const trk_span *span, size_t n)
{
    const uint64_t buckets = (uint64_t)((span->until_ms - span->since_ms) / span->bucket_ms) + 1;
    return buckets * n <= POINTS_MAX ? span : NULL;
}

static void put_named(json_writer *w, const trk_span *span, const char *name,
                      const trk_named *items, size_t n)
{
    json_name(w, name);
    json_open_array(w);
    for (size_t i = 0; i < n; i++) {
        json_open_object(w);
        json_put_str(w, "name", items[i].name);
        put_numbers(w, &items[i].total);
        put_series(w, span, &items[i]);
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_tops(json_writer *w, const trk_stats *s)
{
    json_name(w, "top_documents");
    json_open_array(w);
    for (size_t i = 0; i < s->n_documents; i++) {
        const trk_use *u = &s->documents[i];
        json_open_object(w);
        json_put_str(w, "document_id", u->document_id);
        json_put_str(w, "collection", u->collection);
        json_put_str(w, "title", u->title);
        json_put_int(w, "retrieved", (int64_t)u->retrieved);
        json_put_int(w, "cited", (int64_t)u->cited);
        json_close_object(w);
    }
    json_close_array(w);
    json_name(w, "top_questions");
    json_open_array(w);
    for (size_t i = 0; i < s->n_questions; i++) {
        json_open_object(w);
        json_put_str(w, "query_text", s->questions[i].question);
        json_put_int(w, "queries", (int64_t)s->questions[i].times);
        json_close_object(w);
    }
    json_close_array(w);
}

void trk_put_stats(json_writer *w, const trk_span *span, const char *bucket, const trk_stats *s)
{
    json_open_object(w);
    put_instant(w, "since", span->since_ms);
    put_instant(w, "until", span->until_ms);
    json_put_str(w, "bucket", anc_str_of(bucket));
    json_name(w, "total");
    json_open_object(w);
    put_numbers(w, &s->all.total);
    json_close_object(w);
    put_series(w, span, &s->all);
    const trk_span *of_names = span_of_names(span, s->n_models + s->n_collections + s->n_kinds);
    put_named(w, of_names, "models", s->models, s->n_models);
    put_named(w, of_names, "collections", s->collections, s->n_collections);
    put_named(w, of_names, "kinds", s->kinds, s->n_kinds);
    put_tops(w, s);
    json_close_object(w);
}
