/* service.c - opening and closing, and who may see what. */
#include <stdlib.h>

#include "base/map.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/names.h"
#include "knowledge/domain/rules.h"
#include "service_impl.h"

#define AFTER_NS ((int64_t)1000000000)

static void name_series(kno_service *kno)
{
    const krn_metrics m = kno->with.metrics;
    if (m.ops == NULL)
        return;
    const char *puts = "anchorage_document_puts_total";
    const char *help = "Documents put, by what came of it";
    kno->count.created = m.ops->counter(m.self, puts, "status=\"created\"", help);
    kno->count.updated = m.ops->counter(m.self, puts, "status=\"updated\"", help);
    kno->count.unchanged = m.ops->counter(m.self, puts, "status=\"unchanged\"", help);
    kno->count.failed = m.ops->counter(m.self, puts, "status=\"failed\"", help);
    kno->count.deleted =
        m.ops->counter(m.self, "anchorage_documents_deleted_total", "", "Documents deleted");
    kno->count.embedded = m.ops->counter(m.self, "anchorage_chunks_embedded_total", "",
                                         "Chunk texts that had to be embedded");
    kno->count.recut = m.ops->counter(m.self, "anchorage_documents_recut_total", "",
                                      "Documents cut again by other settings");
    kno->count.put_seconds =
        m.ops->histogram(m.self, "anchorage_document_put_seconds", "", "Time of one put",
                         krn_latency_bounds, KRN_HISTOGRAM_BUCKETS);
}

krn_call kno_own_call(kno_service *kno, anc_arena *mem, anc_err *err, int64_t deadline_ns)
{
    static const anc_str nobody[] = {ANC_STR_INIT("public")};
    return (krn_call){.mem = mem,
                      .err = err,
                      .deadline_ns = deadline_ns,
                      .cancelled = &kno->stopping,
                      .principal = {.labels = nobody, .n_labels = 1, .is_admin = true}};
}

anc_status kno_service_open(const kno_service_options *options, kno_service **ret, anc_err *err)
{
    kno_service *kno = calloc(1, sizeof *kno);
    if (kno == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the knowledge service");
    kno->with = *options;
    atomic_init(&kno->stopping, false);
    atomic_init(&kno->shown, options->is_followed ? 0 : UINT64_MAX);
    pthread_mutex_init(&kno->live_lock, NULL);
    pthread_mutex_init(&kno->moves.lock, NULL);
    pthread_mutex_init(&kno->unreadable.lock, NULL);
    kno->moves.rows = anc_map_new();
    kno->unreadable.names = anc_map_new();
    if (kno->moves.rows == NULL || kno->unreadable.names == NULL) {
        kno_service_close(kno);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the knowledge service");
    }
    name_series(kno);
    *ret = kno;
    return ANC_OK;
}

anc_status kno_service_start(kno_service *kno, krn_scheduler scheduler, anc_err *err)
{
    ANC_TRY(scheduler.ops->add(scheduler.self, "sweep", kno_sweep_step, kno, &kno->sweep_id, err));
    ANC_TRY(scheduler.ops->add(scheduler.self, "backfill", kno_backfill_step, kno,
                               &kno->backfill_id, err));
    ANC_TRY(scheduler.ops->add(scheduler.self, "recut", kno_recut_step, kno, &kno->recut_id, err));
    uint32_t unreadable;
    ANC_TRY(scheduler.ops->add(scheduler.self, "unreadable", kno_unreadable_step, kno, &unreadable,
                               err));
    kno->scheduler = scheduler;
    return ANC_OK;
}

void kno_recut_wake(kno_service *kno)
{
    if (kno->scheduler.ops != NULL)
        kno->scheduler.ops->wake(kno->scheduler.self, kno->recut_id);
}

void kno_sweep_wake(kno_service *kno)
{
    atomic_store(&kno->sweep_asked, true);
    if (kno->scheduler.ops != NULL)
        kno->scheduler.ops->wake(kno->scheduler.self, kno->sweep_id);
}

krn_call kno_call_after(const kno_service *kno, const krn_call *call, anc_err *err)
{
    const int64_t now_ns = krn_now_ns(kno->with.clock);
    const int64_t left_ns = call->deadline_ns > now_ns ? call->deadline_ns - now_ns : 0;
    krn_call after = *call;
    after.err = err;
    after.deadline_ns = now_ns + (left_ns / 4 < AFTER_NS ? left_ns / 4 : AFTER_NS);
    return after;
}

void kno_model_is_there(void *kno)
{
    kno_backfill_wake(kno);
}

void kno_backfill_wake(kno_service *kno)
{
    if (kno->scheduler.ops != NULL)
        kno->scheduler.ops->wake(kno->scheduler.self, kno->backfill_id);
}

void kno_service_stop(kno_service *kno)
{
    atomic_store(&kno->stopping, true);
}

void kno_service_close(kno_service *kno)
{
    if (kno == NULL)
        return;
    anc_map_free(kno->moves.rows);
    anc_map_free(kno->unreadable.names);
    pthread_mutex_destroy(&kno->unreadable.lock);
    pthread_mutex_destroy(&kno->moves.lock);
    pthread_mutex_destroy(&kno->live_lock);
    free(kno);
}

bool kno_may_open(const krn_call *call, kno_labels acl)
{
    return call->principal.is_admin ||
           kno_labels_meet(acl, call->principal.labels, call->principal.n_labels);
}

anc_status kno_collection_get(kno_service *kno, krn_call *call, anc_str name,
                              kno_collection_record *ret)
{
    ANC_TRY(kno_collection_name_check(name, "/collection", call->err));
    kno_collection_record record;
    const kno_collection_store c = kno->with.catalog.collections;
    ANC_TRY(c.ops->find(c.self, call, name, &record));
    if (record.id == 0 || !kno_may_open(call, record.acl))
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no collection '%.*s'", ANC_FMT(name));
    *ret = record;
    return ANC_OK;
}

/* A document may carry a label that its collection does not, so the collection's own is not asked. */
anc_status kno_document_get(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                            kno_document_record *ret)
{
    ANC_TRY(kno_collection_name_check(collection, "/collection", call->err));
    const kno_catalog *catalog = &kno->with.catalog;
    kno_collection_record in;
    ANC_TRY(catalog->collections.ops->find(catalog->collections.self, call, collection, &in));
    kno_document_record record = {0};
    if (in.id != 0 && id.len > 0)
        ANC_TRY(catalog->documents.ops->find(catalog->documents.self, call, in.id, id, &record));
    if (record.id == 0 || !kno_may_open(call, record.acl)) {
        const anc_str shown = anc_str_sub(id, 0, 200);
        return ANC_FAIL(call->err, ANC_NOT_FOUND,
                        "there is no document '%.*s' in the collection '%.*s'", ANC_FMT(shown),
                        ANC_FMT(collection));
    }
    *ret = record;
    return ANC_OK;
}
