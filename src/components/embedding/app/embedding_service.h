/* embedding_service.h - opens the embedding component; for the composition root and tests. */
#ifndef ANC_EMBEDDING_APP_EMBEDDING_SERVICE_H
#define ANC_EMBEDDING_APP_EMBEDDING_SERVICE_H

#include "embedding/app/keeper_service.h"
#include "embedding/embedding.h"
#include "embedding/ports/encoder.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/feed.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"
#include "kernel/ports/scheduler.h"

/* How a model is got that is not there yet. Blocks; `cancelled` ends it within a second. Any failure: it is asked again. */
typedef struct emb_opener {
    anc_status (*open)(void *arg, const atomic_bool *cancelled, emb_encoder *ret, anc_err *err);
    void *arg;
} emb_opener;

typedef struct emb_service_options {
    emb_encoder encoder; /* the service closes it; ops NULL: there is no model */
    /* Without an encoder: the step asks it until it gives one; open NULL: there will be none. */
    emb_opener opener;
    bool look_later;      /* the step looks at the model, not the opening */
    anc_str model;        /* the configured name; copied */
    anc_str problem;      /* why there is no model, for people; empty: how to get one; copied */
    uint64_t cache_bytes; /* for vectors that were asked for before; 0: none */
    /* What the cache learns of questions outlives the process; borrowed; NULL: it does not. */
    emb_keeper *keeper;
    krn_clock clock;
    krn_metrics metrics; /* ops NULL: nothing is counted */
    krn_feed feed;       /* ops NULL: nobody watches */
    krn_log log; /* where the model begins to fail, and answers; ops NULL: nothing is written */
    const krn_call
        *call; /* whose deadline and cancel end the look at the model; NULL: seconds alone do */
} emb_service_options;

/* Looks at the model for at most a few seconds; what was not there by then is looked at when it is. NO_MEMORY, what the
 * encoder gives, CANCELLED of `call`; the encoder is then still the caller's. */
anc_status emb_service_open(const emb_service_options *options, emb_service **ret,
                            anc_err *err) ANC_MUST_CHECK;
/* `on_there(arg)` is called each time that a model comes or answers after it failed, on the thread that found it, which it
 * must not hold up. Before anything is asked. */
void emb_service_listen(emb_service *emb, void (*on_there)(void *arg), void *arg);

/* Registers the step. Without it, call emb_service_step, or do without what it is for. */
anc_status emb_service_start(emb_service *emb, krn_scheduler scheduler,
                             anc_err *err) ANC_MUST_CHECK;

/* A krn_step_fn: asks for a model that is not there yet and looks at one that was not looked at, again and again with
 * pauses of a second to half a minute. `service` is an emb_service. */
int64_t emb_service_step(void *service, int64_t now_ns);

/* Whether the step has nothing more to do, or failed at it once. Any thread. */
bool emb_service_has_settled(const emb_service *emb);

void emb_service_stop(emb_service *emb);  /* ends what the step waits for; NULL is a no-op */
void emb_service_close(emb_service *emb); /* after the last call; NULL is a no-op */

#endif
