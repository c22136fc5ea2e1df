/* tell.c - what those who watch see of a question while it runs. */
#include <math.h>

#include "base/str.h"
#include "kernel/domain/feed_events.h"
#include "service_impl.h"

enum { MESSAGE_MAX_BYTES = 512 };

static void tell(const rag_turn *turn, ev_type_id type, const void *payload)
{
    const ev_context context = rag_event_context(&turn->call);
    krn_feed_publish(turn->rag->with.feed, type, payload, &context);
}

void rag_tell_route(const rag_turn *turn)
{
    const ev_query_route event = {
        .query_id = turn->answer.query_id,
        .complexity_score = turn->route.complexity,
        .selected_tier = turn->route.tier_id,
        .estimated_latency_ms = turn->route.estimated_latency_ms,
        .routing_reason = anc_str_of(turn->route.reason),
    };
    if (turn->keep)
        tell(turn, EV_QUERY_ROUTE, &event);
}

void rag_tell_retrieved(const rag_turn *turn)
{
    const rag_answer *a = &turn->answer;
    const ev_cgrag event = {
        .query_id = a->query_id,
        .chunks_retrieved = (uint32_t)a->n_sources,
        .relevance_threshold = fmax(0, turn->rag->with.config.relevance_threshold),
        .retrieval_time_ms = a->timings_ms.embed + a->timings_ms.search + a->timings_ms.rerank,
        .total_tokens = turn->context_tokens,
        .cache_hit = a->query_cached,
    };
    if (turn->keep)
        tell(turn, EV_CGRAG, &event);
}

anc_str rag_failure_text(const rag_service *rag, anc_status status, const anc_err *err,
                         char room[ANC_ERR_BYTES])
{
    const bool own = err->text[0] != '\0' && !rag->with.config.leave_texts_out;
    return own ? anc_err_told(err, room) : anc_str_of(anc_status_info(status)->text);
}

void rag_tell_provider_failed(const rag_turn *turn, const rag_link *link, anc_status status,
                              const anc_err *err)
{
    ANC_BUF(message, MESSAGE_MAX_BYTES);
    char room[ANC_ERR_BYTES];
    const anc_str name = rag_provider_info_of(link->provider).name;
    if (status == ANC_CANCELLED)
        return;
    (void)anc_buf_printf(&message, "provider %.*s failed: %.*s", ANC_FMT(name),
                         ANC_FMT(rag_failure_text(turn->rag, status, err, room)));
    const ev_context context = rag_event_context(&turn->call);
    krn_feed_error(turn->rag->with.feed, &context, ANC_STR("provider_failed"),
                   anc_buf_view(&message), ANC_STR("the next provider of the chain is tried"));
}

void rag_tell_circuit_open(const rag_service *rag, const rag_link *link, unsigned failures)
{
    ANC_BUF(message, MESSAGE_MAX_BYTES);
    ANC_BUF(recovery, MESSAGE_MAX_BYTES);
    const anc_str name = rag_provider_info_of(link->provider).name;
    const ev_context context = {.component = ANC_STR("rag")};
    (void)anc_buf_printf(&message, "provider %.*s rests after %u failures in a row", ANC_FMT(name),
                         failures);
    (void)anc_buf_printf(&recovery, "it is tried again in %u s; others answer meanwhile",
                         rag->with.config.breaker_open_ms / 1000);
    krn_feed_error(rag->with.feed, &context, ANC_STR("circuit_open"), anc_buf_view(&message),
                   anc_buf_view(&recovery));
}
