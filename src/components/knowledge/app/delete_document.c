/* delete_document.c - a document goes away: out of sight in one transaction, then its bytes.
 *
 * What has few parts is retired with them there; of one with many the parts are marked before and are gone
 * with it (going.c). What it leaves is cleared away as far as there is time, the rest is the sweep's.
 */
#include "retire.h"

enum { MAX_TRIES = 8 };

typedef struct delete_work {
    kno_retirement retirement;
    const kno_document_record *document;
    bool only_this;  /* version of it; CONFLICT where another one has come */
    kno_going going; /* token 0: its parts are retired with it */
    bool too_many;   /* parts for that, or some that are not marked; the closure was undone */
} delete_work;

static anc_status is_this(const delete_work *w, anc_err *err)
{
    if (!w->only_this || w->retirement.number == w->document->current.number)
        return ANC_OK;
    return ANC_FAIL(err, ANC_CONFLICT, "the document '%.*s' was changed meanwhile",
                    ANC_FMT(w->document->name));
}

static anc_status try_again(delete_work *w, anc_err *err)
{
    w->too_many = true;
    return ANC_FAIL(err, ANC_CONFLICT, "parts were added to '%.*s' meanwhile",
                    ANC_FMT(w->document->name));
}

/* With its parts, where they are few. */
static anc_status delete_rows(void *arg, krn_tx *tx, anc_err *err)
{
    delete_work *w = arg;
    kno_retirement *r = &w->retirement;
    const kno_part_row row = {.document_id = w->document->id, .name = w->document->name};
    r->n = 0;
    r->left = ANC_COUNT(r->ids);
    ANC_TRY(kno_retire(r, tx, &row, err));
    const bool done = r->n > 0 && r->ids[r->n - 1] == w->document->id;
    return done ? is_this(w, err) : try_again(w, err);
}

/* Alone: its parts are marked. */
static anc_status delete_marked(void *arg, krn_tx *tx, anc_err *err)
{
    delete_work *w = arg;
    kno_retirement *r = &w->retirement;
    const kno_version_writer versions = r->kno->with.catalog.versions;
    const kno_part_row row = {.document_id = w->document->id, .name = w->document->name};
    bool unmarked = false;
    ANC_TRY(versions.ops->unmarked(versions.self, tx, r->collection_id, row.name, w->going.token,
                                   &unmarked, err));
    if (unmarked)
        return try_again(w, err);
    r->n = 0;
    r->left = ANC_COUNT(r->ids);
    ANC_TRY(kno_retire_alone(r, tx, &row, err));
    ANC_TRY(is_this(w, err));
    return kno_going_go(&w->going, tx, err);
}

static anc_status delete_in_pieces(delete_work *w, krn_call *call)
{
    const krn_writer writer = w->retirement.kno->with.writer;
    anc_status status = ANC_CONFLICT;
    w->too_many = true;
    for (int tries = 0; status == ANC_CONFLICT && w->too_many && tries < MAX_TRIES; tries++) {
        anc_err_clear(call->err);
        w->too_many = false;
        ANC_TRY(kno_going_mark(&w->going, call, w->document->name, NULL));
        status = krn_writer_run(writer, call, delete_marked, w);
    }
    return status;
}

anc_status kno_document_remove(kno_service *kno, krn_call *call,
                               const kno_document_record *document, bool only_this,
                               uint64_t *ret_seq)
{
    delete_work work = {.retirement = {.kno = kno,
                                       .call = call,
                                       .collection_id = document->collection_id,
                                       .collection = document->collection},
                        .going = {.kno = kno, .collection_id = document->collection_id},
                        .only_this = only_this,
                        .document = document};
    anc_status status = krn_writer_run(kno->with.writer, call, delete_rows, &work);
    if (status == ANC_CONFLICT && work.too_many)
        status = delete_in_pieces(&work, call);
    ANC_TRY(status);
    kno_retired_collect(&work.retirement);
    kno_unreadable_drop(kno, document->collection, document->name);
    if (work.going.token != 0)
        kno_sweep_wake(kno);
    krn_count(kno->count.deleted, work.retirement.n);
    krn_log_write(
        kno->with.log, KRN_INFO, "knowledge", "document deleted",
        KRN_STR("collection", document->collection), KRN_STR("document_id", document->name),
        KRN_INT("version", document->current.number), KRN_INT("documents", work.retirement.n));
    *ret_seq = work.retirement.seq;
    return ANC_OK;
}

anc_status kno_document_delete(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                               uint64_t *ret_seq)
{
    kno_document_record document;
    ANC_TRY(kno_document_get(kno, call, collection, id, &document));
    return kno_document_remove(kno, call, &document, false, ret_seq);
}
