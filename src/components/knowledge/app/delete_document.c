/* delete_document.c - a document goes away: out of sight in one transaction, then its bytes. */
#include "kernel/domain/document_events.h"
#include "service_impl.h"

typedef struct delete_work {
    kno_service *kno;
    const krn_call *call;
    const kno_document_record *document;
    uint64_t seq;
} delete_work;

static anc_status delete_rows(void *arg, krn_tx *tx, anc_err *err)
{
    delete_work *w = arg;
    const kno_service_options *with = &w->kno->with;
    const kno_document_record *d = w->document;
    uint32_t number = 0;
    const kno_version_writer versions = with->catalog.versions;
    ANC_TRY(versions.ops->retire(versions.self, tx, d->id, &number, err));
    const krn_change change = {.op = KRN_CHANGE_DELETE,
                               .collection = d->collection,
                               .document_id = d->name,
                               .version = number};
    ANC_TRY(with->changes.ops->append(with->changes.self, tx, &change, &w->seq, err));
    const ev_document_deleted event = {
        .document_id = d->name, .collection = d->collection, .version = number};
    const ev_context context = {.component = ANC_STR("knowledge"),
                                .trace_id = w->call->trace_id,
                                .user_id = w->call->principal.user_id};
    return krn_outbox_append(with->outbox, tx, EV_DOCUMENT_DELETED, &event, &context, err);
}

anc_status kno_document_delete(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                               uint64_t *ret_seq)
{
    kno_document_record document;
    ANC_TRY(kno_document_get(kno, call, collection, id, &document));
    delete_work work = {.kno = kno, .call = call, .document = &document};
    ANC_TRY(krn_writer_run(kno->with.writer, call, delete_rows, &work));
    krn_count(kno->count.deleted, 1);
    krn_log_write(kno->with.log, KRN_INFO, "knowledge", "document deleted",
                  KRN_STR("collection", collection), KRN_STR("document_id", id),
                  KRN_INT("version", document.current.number));
    *ret_seq = work.seq;
    anc_err ignored; /* it is gone; what could not be cleared away now is the sweep's */
    anc_err_clear(&ignored);
    krn_call after = *call;
    after.err = &ignored;
    (void)!kno_garbage_collect_all(kno, &after, document.id);
    return ANC_OK;
}
