/* delete_document.c - a document goes away: out of sight in one transaction, then its bytes.
 *
 * One with many parts goes in several: parts first, so that what is left after a kill is found and
 * deleted again.
 */
#include "retire.h"

typedef struct delete_work {
    kno_retirement retirement;
    const kno_document_record *document;
} delete_work;

static anc_status delete_rows(void *arg, krn_tx *tx, anc_err *err)
{
    delete_work *w = arg;
    const kno_part_row row = {.document_id = w->document->id, .name = w->document->name};
    w->retirement.n = 0;
    w->retirement.left = ANC_COUNT(w->retirement.ids);
    return kno_retire(&w->retirement, tx, &row, err);
}

anc_status kno_document_delete(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                               uint64_t *ret_seq)
{
    kno_document_record document;
    ANC_TRY(kno_document_get(kno, call, collection, id, &document));
    delete_work work = {.retirement = {.kno = kno,
                                       .call = call,
                                       .collection_id = document.collection_id,
                                       .collection = document.collection},
                        .document = &document};
    uint64_t parts = 0;
    do {
        ANC_TRY(krn_call_check(kno->with.clock, call));
        ANC_TRY(krn_writer_run(kno->with.writer, call, delete_rows, &work));
        parts += work.retirement.n;
        kno_retired_collect(&work.retirement);
    } while (work.retirement.n > 0 && work.retirement.ids[work.retirement.n - 1] != document.id);
    krn_count(kno->count.deleted, parts);
    krn_log_write(kno->with.log, KRN_INFO, "knowledge", "document deleted",
                  KRN_STR("collection", collection), KRN_STR("document_id", id),
                  KRN_INT("version", document.current.number), KRN_INT("documents", parts));
    *ret_seq = work.retirement.seq;
    return ANC_OK;
}
