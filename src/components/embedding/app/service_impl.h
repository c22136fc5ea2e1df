/* service_impl.h - a service from inside: one model, its cache, and how it comes. Private to the component. */
#ifndef ANC_EMBEDDING_APP_SERVICE_IMPL_H
#define ANC_EMBEDDING_APP_SERVICE_IMPL_H

#include "cache.h"
#include "embedding/app/embedding_service.h"
#include "keeper_impl.h"
#include "trouble_impl.h"

/* What looking at a model may take of a start, or of the call that finds it there again. */
#define EMB_MEASURE_NS (INT64_C(5) * 1000000000)

struct emb_service {
    /* of the model, and of one that came: written before `ready`, never after it */
    emb_encoder encoder; /* owned */
    emb_vector_cache *queries,
        *passages; /* owned: half of the room each, so that neither pushes the other out */
    emb_kept_by kept_by;
    atomic_bool ready;      /* they are there */
    anc_arena *names;       /* owned */
    anc_str model, problem; /* in names */
    _Atomic double unrelated;
    atomic_bool unmeasured; /* the encoder was away: as soon as it is there */
    krn_clock clock;
    krn_feed feed;
    emb_trouble trouble;
    emb_opener opener;
    emb_keeper *keeper;
    uint64_t cache_bytes;
    krn_scheduler scheduler;
    uint32_t step_id;
    atomic_bool started;         /* by the scheduler, which is there then */
    atomic_bool stopping;        /* cancelled of what the step asks */
    atomic_bool tried;           /* the step ended a try */
    int64_t pause_ns;            /* the step's alone: before its next try */
    void (*on_there)(void *arg); /* set before anything is asked; NULL: nobody */
    void *there_arg;
    krn_log log;
    krn_series *hits, *misses, *evictions, *tokens, *truncated, *seconds;
};

static inline bool emb_is_ready(const emb_service *emb)
{
    return atomic_load_explicit(&emb->ready, memory_order_acquire);
}

/* Takes the encoder, which is the service's from here on where it succeeds. NO_MEMORY: the service is as it was. */
anc_status emb_install(emb_service *emb, const emb_encoder *encoder, anc_err *err) ANC_MUST_CHECK;

/* arrival.c: notes how a try of the model ended, and tells who listens where it came back. */
void emb_note(emb_service *emb, anc_status status, const anc_err *err);

/* arrival.c: has the step look at the model soon, where it runs; false: it does not. */
bool emb_look_soon(emb_service *emb);

#endif
