/* service.c - the tracking opened and closed. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "service_impl.h"

enum { BATCH_BYTES = 256 << 20, OWN_BYTES = 1 << 20 };

static const int64_t DAY_MS = 86400000;
static const int64_t LINGER_NS = 1000000000;

static void complete(trk_service_options *o)
{
    o->keep_queries_ms = o->keep_queries_ms > 0 ? o->keep_queries_ms : 90 * DAY_MS;
    o->keep_documents_ms = o->keep_documents_ms > 0 ? o->keep_documents_ms : 730 * DAY_MS;
    o->keep_rollups_ms = o->keep_rollups_ms > 0 ? o->keep_rollups_ms : 730 * DAY_MS;
    o->linger_ns = o->linger_ns > 0 ? o->linger_ns : LINGER_NS;
}

static anc_status copy_tables(trk_service *s, anc_err *err)
{
    trk_service_options *o = &s->with;
    trk_price *prices = anc_arena_alloc(s->mem, o->n_prices, sizeof *prices);
    trk_place *places = anc_arena_alloc(s->mem, o->n_places, sizeof *places);
    if (prices == NULL || places == NULL)
        return ANC_FAIL(err, anc_arena_refusal(s->mem), "the tracking's tables");
    for (size_t i = 0; i < o->n_prices; i++) {
        prices[i] = o->prices[i];
        prices[i].model = anc_arena_copy(s->mem, o->prices[i].model);
        if (prices[i].model.ptr == NULL)
            return ANC_FAIL(err, anc_arena_refusal(s->mem), "the table of prices");
    }
    for (size_t i = 0; i < o->n_places; i++)
        places[i] = o->places[i];
    o->prices = prices;
    o->places = places;
    return ANC_OK;
}

static void name_series(trk_service *s)
{
    const krn_metrics m = s->with.metrics;
    if (m.ops == NULL || !trk_is_on(s))
        return;
    s->events = m.ops->counter(m.self, "anchorage_tracking_events_total", "",
                               "Events that the tracking has taken in");
    s->unfit = m.ops->counter(m.self, "anchorage_tracking_unfit_total", "",
                              "Events that the tracking could not read and passed over");
    s->failures = m.ops->counter(m.self, "anchorage_tracking_failures_total", "",
                                 "Batches of events that could not be written");
    s->place = m.ops->gauge(m.self, "anchorage_tracking_seq", "",
                            "Number of the last event that the tracking has taken in");
}

static anc_status open_service(trk_service *s, anc_err *err)
{
    ANC_TRY(copy_tables(s, err));
    s->reading = (trk_reading){.keep_texts = !s->with.leave_texts_out,
                               .veil = s->with.veil,
                               .prices = {s->with.prices, s->with.n_prices}};
    s->told_cursor = UINT64_MAX;
    name_series(s);
    return ANC_OK;
}

anc_status trk_service_open(const trk_service_options *options, trk_service **ret, anc_err *err)
{
    if (options->n_places > TRK_PLACES_MAX || options->n_prices > TRK_PRICES_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "%zu places and %zu prices; %d and %d are taken",
                        options->n_places, options->n_prices, TRK_PLACES_MAX, TRK_PRICES_MAX);
    trk_service *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the tracking");
    (void)pthread_mutex_init(&s->following, NULL);
    (void)pthread_mutex_init(&s->telling, NULL);
    s->with = *options;
    complete(&s->with);
    s->mem = anc_arena_new(OWN_BYTES);
    s->batch_mem = anc_arena_new(BATCH_BYTES);
    const anc_status status = s->mem == NULL || s->batch_mem == NULL
                                  ? ANC_FAIL(err, ANC_NO_MEMORY, "the tracking")
                                  : open_service(s, err);
    if (status != ANC_OK) {
        trk_service_close(s);
        return status;
    }
    *ret = s;
    return ANC_OK;
}

void trk_service_close(trk_service *s)
{
    if (s == NULL)
        return;
    (void)pthread_mutex_destroy(&s->following);
    (void)pthread_mutex_destroy(&s->telling);
    anc_arena_free(s->batch_mem);
    anc_arena_free(s->mem);
    free(s);
}
