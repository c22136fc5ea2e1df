/* tracking_story.c - what happened, and the events that tell it: some twice, some never, in an order of chance. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "kernel/domain/document_events.h"
#include "kernel/domain/envelope.h"
#include "kernel/domain/query_events.h"
#include "support/test.h"
#include "tracking_world.h"

enum { ALL = TRK_HAS_REQUEST | TRK_HAS_RETRIEVALS | TRK_HAS_END, HOURS = 5, EVENT_BYTES = 1 << 16 };

static uint64_t chance(world *w, uint64_t below)
{
    return sim_chance(w->s, below);
}

anc_str sim_text(world *w, const char *what, unsigned number)
{
    const anc_str s = anc_arena_printf(w->mem, "%s%u", what, number);
    assert_non_null(s.ptr);
    return s;
}

/* ---- made ---- */

static void make_query(world *w, unsigned i)
{
    sim_query *q = &w->story.queries[i];
    const int64_t at_ms = w->story.start_ms + (int64_t)chance(w, HOURS * TRK_HOUR_MS);
    *q = (sim_query){.has = chance(w, 5) == 0 ? 1 + (unsigned)chance(w, ALL) : ALL,
                     .user = (unsigned)chance(w, 4),
                     .question = (unsigned)chance(w, SIM_QUESTIONS),
                     .collections = (unsigned)chance(w, 1 << SIM_COLLECTIONS),
                     .requested_ms = at_ms,
                     .retrieved_ms = at_ms + (int64_t)chance(w, 50),
                     .failed = chance(w, 6) == 0,
                     .cache_hit = chance(w, 3) == 0,
                     .duration_us = (int64_t)chance(w, UINT64_C(1) << (5 + chance(w, 22))),
                     .n_found = (unsigned)chance(w, SIM_FOUND + 1),
                     .model = (unsigned)chance(w, 2),
                     .input_tokens = (unsigned)chance(w, 2000),
                     .output_tokens = (unsigned)chance(w, 500),
                     .n_feedback = (unsigned)chance(w, 3),
                     .rating = chance(w, 2) == 0 ? -1 : 1};
    (void)snprintf(q->id, sizeof q->id, "q%03u", i);
    q->ended_ms = at_ms + (int64_t)chance(w, 100) + q->duration_us / 1000;
    q->feedback_ms = q->ended_ms + 1000 + (int64_t)chance(w, 100000);
    for (unsigned k = 0; k < q->n_found; k++) {
        q->found[k] = (unsigned)chance(w, SIM_DOCUMENTS);
        q->cited[k] = chance(w, 2) == 0;
    }
}

void sim_story_make(world *w)
{
    w->story.start_ms = INT64_C(1767225600000); /* 2026-01-01 */
    for (unsigned i = 0; i < SIM_QUERIES; i++)
        make_query(w, i);
    for (unsigned i = 0; i < SIM_DOCUMENTS; i++)
        w->story.lives[i] = (unsigned)chance(w, 4);
}

/* ---- told ---- */

/* An event with an id of its own. Numbers come when the order is known. */
static void tell(world *w, ev_type_id type, const void *payload, int64_t time_ms)
{
    anc_err err = {0};
    const ev_context context = {.component = ANC_STR("rag")};
    ANC_BUF(text, EVENT_BYTES);
    assert_true(w->n_events < SIM_EVENTS / 2);
    krn_kept_event *e = &w->events[w->n_events];
    e->id = sim_text(w, "event", (unsigned)w->n_events++);
    ASSERT_OK(ev_event_write(ev_type_of(type), payload, &context, e->id, time_ms, 1, &text, &err),
              &err);
    e->type = anc_str_of(ev_type_of(type)->name);
    e->time_ms = time_ms;
    e->envelope = anc_arena_copy(w->mem, anc_buf_view(&text));
}

static void tell_request(world *w, const sim_query *q)
{
    anc_str names[SIM_COLLECTIONS];
    size_t n = 0;
    for (unsigned c = 0; c < SIM_COLLECTIONS; c++)
        if ((q->collections >> c & 1) != 0)
            names[n++] = sim_text(w, "c", c);
    const ev_query_requested p = {.query_id = anc_str_of(q->id),
                                  .query_text = sim_text(w, "why ", q->question),
                                  .user_id =
                                      q->user > 0 ? sim_text(w, "user", q->user) : ANC_STR_NONE,
                                  .collections = {names, n}};
    tell(w, EV_QUERY_REQUESTED, &p, q->requested_ms);
}

/* A document d stands in collection d % SIM_COLLECTIONS. */
static void tell_retrievals(world *w, const sim_query *q)
{
    anc_str documents[SIM_FOUND], chunks[SIM_FOUND];
    double scores[SIM_FOUND];
    ANC_BUF(list, EVENT_BYTES);
    (void)anc_buf_add(&list, ANC_STR("["));
    for (unsigned k = 0; k < q->n_found; k++) {
        const unsigned d = q->found[k];
        documents[k] = sim_text(w, "d", d);
        chunks[k] = anc_arena_printf(w->mem, "d%u.1.%u", d, k);
        scores[k] = 1.0 / (1 + k);
        (void)anc_buf_printf(&list,
                             "%s{\"position\":%u,\"chunk_id\":\"d%u.1.%u\",\"document_id\":\"d%u\","
                             "\"version\":1,\"collection\":\"c%u\",\"score\":%.17g,\"cited\":%s}",
                             k > 0 ? "," : "", k + 1, d, k, d, d % SIM_COLLECTIONS, scores[k],
                             q->cited[k] ? "true" : "false");
    }
    (void)anc_buf_add(&list, ANC_STR("]"));
    const ev_documents_retrieved p = {.query_id = anc_str_of(q->id),
                                      .document_ids = {documents, q->n_found},
                                      .chunk_ids = {chunks, q->n_found},
                                      .scores = {scores, q->n_found},
                                      .count = q->n_found,
                                      .retrievals = {anc_buf_view(&list)}};
    tell(w, EV_DOCUMENTS_RETRIEVED, &p, q->retrieved_ms);
}

static void tell_end(world *w, const sim_query *q)
{
    const double seconds = (double)q->duration_us / 1e6;
    const ev_query_failed failed = {.query_id = anc_str_of(q->id),
                                    .error_type = ANC_STR("deadline"),
                                    .error_message = ANC_STR("too late"),
                                    .stage = ANC_STR("generate"),
                                    .processing_time = seconds};
    const ev_query_completed completed = {.query_id = anc_str_of(q->id),
                                          .response_text = ANC_STR("because"),
                                          .document_count = q->n_found,
                                          .processing_time = seconds,
                                          .model_used = sim_text(w, "m", q->model),
                                          .provider = ANC_STR("p"),
                                          .input_tokens = q->input_tokens,
                                          .output_tokens = q->output_tokens,
                                          .cache_hit = q->cache_hit};
    if (q->failed)
        tell(w, EV_QUERY_FAILED, &failed, q->ended_ms);
    else
        tell(w, EV_QUERY_COMPLETED, &completed, q->ended_ms);
}

/* The last one stands, whichever comes first. */
static void tell_feedback(world *w, const sim_query *q)
{
    for (unsigned k = 0; k < q->n_feedback; k++) {
        const bool last = k + 1 == q->n_feedback;
        const ev_feedback_given p = {.query_id = anc_str_of(q->id),
                                     .rating = last ? q->rating : -q->rating,
                                     .comment = ANC_STR("so")};
        tell(w, EV_FEEDBACK_GIVEN, &p, q->feedback_ms - (last ? 0 : 500));
    }
}

static void tell_life(world *w, unsigned d)
{
    for (unsigned k = 0; k < w->story.lives[d]; k++) {
        const ev_document_created p = {.document_id = sim_text(w, "d", d),
                                       .collection = sim_text(w, "c", d % SIM_COLLECTIONS),
                                       .title = ANC_STR("t"),
                                       .version = k + 1,
                                       .chunks = d,
                                       .bytes = k};
        tell(w, EV_DOCUMENT_CREATED, &p, w->story.start_ms + 1000 * (int64_t)k);
    }
}

static void swap(krn_kept_event *a, krn_kept_event *b)
{
    const krn_kept_event t = *a;
    *a = *b;
    *b = t;
}

/* Some come again, all come in another order, near or far from their place; one in a few does not fit. */
static void disturb(world *w)
{
    const uint64_t again = 1 + chance(w, 8), near = 1 + chance(w, 400);
    for (size_t i = 0, n = w->n_events; i < n; i++)
        if (chance(w, again) == 0)
            w->events[w->n_events++] = w->events[i];
    for (size_t i = 0; i + 1 < w->n_events; i++) {
        const size_t left = w->n_events - i;
        swap(&w->events[i], &w->events[i + chance(w, near < left ? near : left)]);
    }
    for (size_t i = 0; i < 3 && w->n_events < SIM_EVENTS; i++)
        w->events[w->n_events++] = (krn_kept_event){.id = ANC_STR("odd"),
                                                    .type = ANC_STR("query.failed"),
                                                    .envelope = ANC_STR("{\"id\":\"odd\"}")};
    swap(&w->events[0], &w->events[w->n_events - 1]);
    uint64_t seq = 0;
    for (size_t i = 0; i < w->n_events; i++)
        w->events[i].seq = seq += 1 + chance(w, 3);
}

void sim_story_tell(world *w)
{
    for (unsigned i = 0; i < SIM_QUERIES; i++) {
        const sim_query *q = &w->story.queries[i];
        if ((q->has & TRK_HAS_REQUEST) != 0)
            tell_request(w, q);
        if ((q->has & TRK_HAS_RETRIEVALS) != 0)
            tell_retrievals(w, q);
        if ((q->has & TRK_HAS_END) != 0)
            tell_end(w, q);
        tell_feedback(w, q);
    }
    for (unsigned d = 0; d < SIM_DOCUMENTS; d++)
        tell_life(w, d);
    disturb(w);
}
