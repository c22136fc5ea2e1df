/* service_impl.h - the tracking from inside.
 *
 * The mutex `following` guards what says so: the step holds it for a batch, and so does who asks and lets
 * the tracking catch up first.
 */
#ifndef ANC_TRACKING_APP_SERVICE_IMPL_H
#define ANC_TRACKING_APP_SERVICE_IMPL_H

#include <pthread.h>

#include "tracking/domain/query.h"
#include "tracking_service.h"

struct trk_service {
    trk_service_options with; /* completed; immutable */
    anc_arena *mem;           /* owned: prices, places */
    trk_reading reading;      /* immutable */
    krn_event_gap
        *gaps; /* [n_gaps] of the outbox: while the tracking was off; known since the beginning */
    size_t n_gaps;

    pthread_mutex_t following;
    /* guarded by it */
    anc_arena *batch_mem; /* owned; of one batch */
    bool cursor_known;
    uint64_t cursor;
    size_t batch;       /* events read at once; one when a whole batch did not fit */
    int64_t applied_ns; /* when a batch was last written */
    /* the step's alone */
    uint64_t told_cursor; /* as the outbox knows it; UINT64_MAX: it does not yet */
    int64_t tell_at_ns, prune_at_ns, try_at_ns, pause_ns;

    pthread_mutex_t telling; /* never held for long, so that /health can ask */
    /* guarded by it; empty: nothing is wrong */
    char waiting[TRK_TROUBLE_BYTES]; /* until events are taken in again */
    char damage[TRK_TROUBLE_BYTES];  /* of the repository; stays */

    krn_series *events, *unfit, *failures, *place;
};

static inline bool trk_is_on(const trk_service *s)
{
    return s->with.repository.ops != NULL;
}

/* follow.c: takes in what happened until now, as far as a bounded piece of work reaches. */
anc_status trk_catch_up(trk_service *s, krn_call *call) ANC_MUST_CHECK;

/* trouble.c: hands on what the repository answered, and remembers where it is CORRUPT. Any thread. */
anc_status trk_of_repository(trk_service *s, anc_status status, const anc_err *err) ANC_MUST_CHECK;
/* Why events wait; NULL: they do not. */
void trk_waiting(trk_service *s, const char *why);

/* present.c: records as the interface has them. */
void trk_put_query(json_writer *w, const trk_query *q);
void trk_put_whole_query(json_writer *w, const trk_query *q, const trk_feedback *f);
void trk_put_story(json_writer *w, anc_str document_id, const trk_life_story *story);
void trk_put_stats(json_writer *w, const trk_span *span, const char *bucket,
                   const trk_stats *stats);

#endif
