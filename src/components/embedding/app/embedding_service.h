/* embedding_service.h - opens the embedding component; for the composition root and tests. */
#ifndef ANC_EMBEDDING_APP_EMBEDDING_SERVICE_H
#define ANC_EMBEDDING_APP_EMBEDDING_SERVICE_H

#include "embedding/embedding.h"
#include "embedding/ports/encoder.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/feed.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"

typedef struct emb_service_options {
    emb_encoder encoder;  /* the service closes it; ops NULL: there is no model */
    anc_str model;        /* the configured name; copied */
    anc_str problem;      /* why there is no model, for people; empty: how to get one; copied */
    uint64_t cache_bytes; /* for vectors that were asked for before; 0: none */
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
void emb_service_close(emb_service *emb); /* after the last call; NULL is a no-op */

#endif
