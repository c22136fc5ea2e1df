/* keeper_service.h - keeps vectors of questions over a restart; for the composition root and tests.
 *
 * A service that is opened with a keeper hands it what its cache learns; a step writes that to the store in batches,
 * so that no question waits for the disk, and reads what the store has into the cache of a service that was opened.
 * The bytes in the store are bounded, those used longest ago go first. What a kill loses is of the last seconds.
 */
#ifndef ANC_EMBEDDING_APP_KEEPER_SERVICE_H
#define ANC_EMBEDDING_APP_KEEPER_SERVICE_H

#include "embedding/ports/embedding_store.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"
#include "kernel/ports/scheduler.h"
#include "kernel/ports/writer.h"

typedef struct emb_keeper emb_keeper;

typedef struct emb_keeper_options {
    emb_embedding_store store; /* borrowed */
    krn_writer writer;
    krn_clock clock;
    krn_log log;         /* ops NULL: nothing is written */
    krn_metrics metrics; /* ops NULL: nothing is counted */
    uint64_t most_bytes; /* in the store, of all models; 0: what is there goes, nothing is added */
} emb_keeper_options;

/* NO_MEMORY. */
anc_status emb_keeper_open(const emb_keeper_options *options, emb_keeper **ret,
                           anc_err *err) ANC_MUST_CHECK;

/* Registers the step. Without it, call emb_keeper_step. */
anc_status emb_keeper_start(emb_keeper *keeper, krn_scheduler scheduler,
                            anc_err *err) ANC_MUST_CHECK;

/* A krn_step_fn: reads a page in, or writes what came since. */
int64_t emb_keeper_step(void *keeper, int64_t now_ns);

/* Whether services that are open have in their caches what the store has for them. Any thread. */
bool emb_keeper_has_read(emb_keeper *keeper);

/* Writes what came last, when no step runs any more and the writer still does. NULL is a no-op. */
void emb_keeper_settle(emb_keeper *keeper);

void emb_keeper_close(emb_keeper *keeper); /* after the services that have it; NULL is a no-op */

#endif
