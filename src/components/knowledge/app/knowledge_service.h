/* knowledge_service.h - opens the knowledge component; for the composition root and tests. */
#ifndef ANC_KNOWLEDGE_APP_KNOWLEDGE_SERVICE_H
#define ANC_KNOWLEDGE_APP_KNOWLEDGE_SERVICE_H

#include "embedding/library.h"
#include "kernel/ports/changes.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/feed.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"
#include "kernel/ports/outbox.h"
#include "kernel/ports/scheduler.h"
#include "kernel/ports/writer.h"
#include "knowledge/knowledge.h"
#include "knowledge/ports/catalog.h"
#include "knowledge/ports/parser.h"
#include "knowledge/ports/raw_store.h"

/* Everything is borrowed until kno_service_close. */
enum { KNO_TOLD_BYTES = 256 << 10 };

typedef struct kno_service_options {
    kno_catalog catalog;
    kno_raw_store raw;
    kno_parser parser;
    krn_writer writer;
    krn_outbox outbox;
    krn_changes changes;
    krn_clock clock;
    krn_log log;            /* ops NULL: nothing is written */
    krn_metrics metrics;    /* ops NULL: nothing is counted */
    krn_feed feed;          /* ops NULL: nobody watches */
    emb_service *embedding; /* the configured model */
    emb_library *models;    /* NULL: no collection may ask for another one */
    uint32_t keep_versions; /* of a document, the current one included; 0: all */
    bool
        tell_content; /* events have the text of a document, up to KNO_TOLD_BYTES of JSON; longer ones none */
    /* Something shows versions and tells how far it is (kno_shown): what it may still show stays beside
     * those that are kept, and a collection is switched over to another model when its index is ready
     * (kno_index_prepared). */
    bool is_followed;
} kno_service_options;

/* NO_MEMORY. */
anc_status kno_service_open(const kno_service_options *options, kno_service **ret,
                            anc_err *err) ANC_MUST_CHECK;

/* Steps and callers must have ended. NULL is a no-op. */
void kno_service_close(kno_service *kno);

/* Makes steps that are running give up soon; before the scheduler stops. Any thread. */
void kno_service_stop(kno_service *kno);

/* Registers the steps, before the scheduler starts. Without it call them. */
anc_status kno_service_start(kno_service *kno, krn_scheduler scheduler,
                             anc_err *err) ANC_MUST_CHECK;

/* Steps for the scheduler (krn_step_fn); `kno` is the kno_service.
 * sweep: removes what a crash, a deletion or a failed put left, first rows, then objects of the raw
 * store; again every KNO_SWEEP_EVERY_NS.
 * backfill: embeds chunks of current documents that lack vectors of the model that their collection wants,
 * appends a change for each such document that was found by words alone, so that projections read it again, and
 * switches a collection over to another model once every document has its vectors, and its index where it is
 * followed; again every KNO_BACKFILL_IDLE_NS when all have them: a document may come to lack one whose put found
 * the model gone.
 * recut: cuts documents again whose collection has other settings than they were cut by.
 * unreadable: looks whether a document of which a file was damaged or missing was mended, one each time. */
#define KNO_SWEEP_EVERY_NS (INT64_C(600) * 1000000000)
int64_t kno_sweep_step(void *kno, int64_t now_ns);
#define KNO_BACKFILL_IDLE_NS (INT64_C(600) * 1000000000)
int64_t kno_backfill_step(void *kno, int64_t now_ns);
/* A model is there that was not: the backfill looks soon. A function of (kno_service *). Any thread. */
void kno_model_is_there(void *kno);
#define KNO_CHANGING_NS \
    (INT64_C(2) * 1000000000) /* between rounds while a model is being changed */
#define KNO_RECUT_IDLE_NS (INT64_C(60) * 1000000000) /* a wake that was lost costs at most this */
int64_t kno_recut_step(void *kno, int64_t now_ns);
#define KNO_UNREADABLE_EVERY_NS (INT64_C(10) * 1000000000)
int64_t kno_unreadable_step(void *kno, int64_t now_ns);

#endif
