/* library_service.h - opens the library of models; for the composition root and tests. */
#ifndef ANC_EMBEDDING_APP_LIBRARY_SERVICE_H
#define ANC_EMBEDDING_APP_LIBRARY_SERVICE_H

#include "embedding/app/keeper_service.h"
#include "embedding/library.h"
#include "embedding/ports/encoder_source.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/feed.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"

enum { EMB_LIBRARY_MOST = 16 };

typedef struct emb_library_options {
    emb_service *configured;   /* borrowed until emb_library_close */
    emb_encoder_source source; /* closed with the library */
    unsigned most;             /* models loaded beside the configured one, 1 to EMB_LIBRARY_MOST */
    uint64_t most_bytes;       /* of their weights together */
    uint64_t cache_bytes;      /* of each, for vectors of texts seen before */
    emb_keeper *keeper; /* of them, the configured one's too; borrowed; NULL: there is none */
    krn_clock clock;
    krn_log log; /* ops NULL: nothing is written */
    krn_metrics metrics;
    krn_feed feed; /* ops NULL: nobody watches */
} emb_library_options;

/* NO_MEMORY; the source is then still the caller's. */
anc_status emb_library_open(const emb_library_options *options, emb_library **ret,
                            anc_err *err) ANC_MUST_CHECK;
void emb_library_close(emb_library *library); /* nobody holds a model any more; NULL is a no-op */

#endif
