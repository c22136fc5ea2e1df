/* ingest_service.h - opens the ingest component; for the composition root and tests. */
#ifndef ANC_INGEST_APP_INGEST_SERVICE_H
#define ANC_INGEST_APP_INGEST_SERVICE_H

#include "ingest/ingest.h"
#include "ingest/ports/batch_store.h"
#include "ingest/ports/batch_writer.h"
#include "ingest/ports/item_writer.h"
#include "ingest/ports/source.h"
#include "ingest/ports/spool.h"
#include "ingest/ports/upload_writer.h"
#include "ingest/ports/web.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/feed.h"
#include "kernel/ports/inbox.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"
#include "kernel/ports/outbox.h"
#include "kernel/ports/scheduler.h"
#include "kernel/ports/writer.h"
#include "knowledge/knowledge.h"
#include "search/search.h"

enum { ING_MAX_WORKERS = 16 };

/* Everything is borrowed until ing_service_close. */
typedef struct ing_service_options {
    ing_batch_store batches;
    ing_batch_writer batch_writer;
    ing_item_writer items;
    ing_upload_writer uploads;
    ing_source folder;
    ing_spool spool;
    krn_writer writer;
    krn_outbox outbox;
    krn_inbox inbox; /* for events of other services */
    krn_clock clock;
    krn_log log;             /* ops NULL: nothing is written */
    krn_metrics metrics;     /* ops NULL: nothing is counted */
    krn_feed feed;           /* ops NULL: nobody watches */
    krn_scheduler scheduler; /* its steps are added in open; ops NULL: tests call the steps */
    kno_service *knowledge;
    const anc_str
        *event_folders; /* [n_event_folders] in which such an event may name files; absolute */
    size_t n_event_folders;
    ing_web web;          /* ops NULL: such an event names no document of the web */
    srch_service *search; /* NULL: what is in the catalog counts as searchable */
    unsigned workers;     /* 1 to ING_MAX_WORKERS: documents read side by side */
    /* 0: the value in brackets */
    int64_t standstill_ms; /* [600,000] a document that comes no further for so long is given up */
    int64_t
        lease_ms; /* [half as long again] after which the item of a worker that hangs is taken over */
    int64_t keep_ms;       /* [30 days] closed batches and their dead letters go after it */
    uint64_t keep_batches; /* [1,000] and all but the newest so many */
    size_t rows_piece;     /* [500] rows of a file that one commit stores */
    uint64_t spool_bytes;  /* [4 GiB] of what was sent and is not read yet; more has to wait */
} ing_service_options;

/* Adds one step for each worker to the scheduler, one for small documents while those are at long ones, and one that looks
 * after what is kept; batches that
 * a kill interrupted are taken up again when it starts. */
anc_status ing_service_open(const ing_service_options *options, ing_service **ret,
                            anc_err *err) ANC_MUST_CHECK;

/* Makes workers give up soon: documents under way are stopped and read again
 * after the next start. Before the scheduler stops. Any thread. */
void ing_service_stop(ing_service *ing);

/* After the scheduler stopped and callers ended. NULL is a no-op. */
void ing_service_close(ing_service *ing);

/* Worker number `i`, the argument of ing_worker_step; options.workers is the one for small documents. */
void *ing_worker_of(ing_service *ing, unsigned i);

/* One piece of work (krn_step_fn): a folder listed, an item claimed, a document read, or documents
 * announced. */
int64_t ing_worker_step(void *worker, int64_t now_ns);

/* Takes over items whose lease is over, and removes what need not be kept (krn_step_fn; the argument
 * is the service). */
int64_t ing_keeper_step(void *ing, int64_t now_ns);

#endif
