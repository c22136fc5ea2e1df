/* tracking_service.h - opening the tracking; for the composition root. */
#ifndef ANC_TRACKING_APP_TRACKING_SERVICE_H
#define ANC_TRACKING_APP_TRACKING_SERVICE_H

#include "kernel/ports/clock.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"
#include "kernel/ports/outbox.h"
#include "kernel/ports/writer.h"
#include "tracking/domain/prices.h"
#include "tracking/ports/repository.h"
#include "tracking/tracking.h"

enum { TRK_PLACES_MAX = 8 };

/* A place that knows users, apart from the tracking itself. */
typedef struct trk_place {
    const char *name; /* "conversations" */
    /* Removes what is there of one user and counts it. */
    anc_status (*erase)(void *arg, krn_call *call, anc_str user_id, uint64_t *ret_n);
    void *arg;
    bool
        shared; /* does not know whose what is: all goes, and only where another place knew the user */
} trk_place;

/* Who holds events that cannot be taken back from here. */
typedef struct trk_holder {
    anc_str name, what; /* "redis", "the stream's newest 100,000 entries" */
} trk_holder;

enum { TRK_USER_FORMS = 2, TRK_CHAT_FORMS = 4 };

/* Every form in which a user's id stands somewhere, and every one of the conversation that the caller has under that
 * user's name. The hashes are among them where ids are hidden or once were. */
typedef struct trk_forms {
    anc_str users[TRK_USER_FORMS], chats[TRK_CHAT_FORMS];
    size_t n_users, n_chats;
} trk_forms;

/* They are in call->mem. */
anc_status trk_forms_of(const krn_call *call, const krn_veil *veil, anc_str user_id,
                        trk_forms *ret) ANC_MUST_CHECK;

/* A number that is 0 takes the value in brackets. */
typedef struct trk_service_options {
    trk_repository repository; /* ops NULL: the tracking is off */
    krn_outbox outbox;
    krn_writer
        writer; /* where the place is told to the outbox, so that it keeps what is not read yet */
    krn_clock clock;
    krn_log log;             /* ops NULL: none */
    krn_metrics metrics;     /* ops NULL: none */
    const trk_price *prices; /* [n_prices]; copied */
    size_t n_prices;
    bool leave_texts_out; /* no questions, answers, comments and texts of errors */
    krn_veil veil;        /* on: ids of users as hashes; its key is borrowed */
    int64_t keep_queries_ms, keep_documents_ms, keep_rollups_ms; /* [90 days, 2 years, 2 years] */
    int64_t
        linger_ns; /* [1 s] what happened within this is written at once; who asks waits for none of it */
    const trk_place *places; /* [n_places] at most TRK_PLACES_MAX; copied */
    size_t n_places;
    const trk_holder *holders; /* [n_holders] borrowed */
    size_t n_holders;
    /* Where the tracking is off: the store of a time when it was on, opened for one erasure, and closed after it. *ret
     * with ops NULL: there is none, and close is not called. NULL: there never is. One erasure at a time. */
    anc_status (*open_left)(void *arg, trk_repository *ret, anc_err *err);
    void (*close_left)(void *arg);
    void *left_arg;
    /* Called each time the repository is found damaged, on the thread that found it. NULL: nobody. */
    void (*on_damage)(void *arg);
    void *damage_arg;
} trk_service_options;

/* NO_MEMORY, and what the repository gives. */
anc_status trk_service_open(const trk_service_options *options, trk_service **ret,
                            anc_err *err) ANC_MUST_CHECK;
void trk_service_close(trk_service *service); /* NULL is a no-op */

/* Once, before the first step, where the tracking is on: if the outbox does not know it, it was off until now, and begins
 * behind the events there are; what happened meanwhile is not its to tell. Then the outbox knows its place. */
anc_status trk_service_begin(trk_service *service, anc_err *err) ANC_MUST_CHECK;

/* A krn_step_fn: takes in a batch of events; now and then removes what is past its time. */
int64_t trk_step(void *service, int64_t now_ns);

/* Tells the outbox its place, when no step runs any more and the writer still does. NULL is a no-op. */
void trk_service_settle(trk_service *service);

#endif
