/* recut.c - the step that cuts documents again when the settings of their collection have changed.
 *
 * A document is read from its original as a put would, by the settings that hold now. Where that gives
 * the same chunks, it is noted and nothing else happens; else a new version is published, so that old
 * citations still find their passage. The old version is held while its objects are used. When
 * somebody puts the document meanwhile, theirs stands.
 *
 * How far it is, the catalog knows (kno_collection.outdated), so that a kill costs at most the
 * document at hand.
 */
#include "knowledge/domain/limits.h"
#include "knowledge/domain/rules.h"
#include "put_impl.h"

enum {
    DOCUMENTS = 4 /* a step */,
    MAX_TRIES = 10 /* over some minutes */,
    STEP_ARENA_BYTES = 16 << 20
};
#define STEP_NS (INT64_C(600) * 1000000000)

/* ---- one document -------------------------------------------------------------------------- */

static bool same_chunks(const kno_put *put, const kno_chunk_record *old, size_t n)
{
    bool same = n == put->n_chunks;
    for (size_t i = 0; same && i < n; i++) {
        const kno_chunk_record *k = &put->chunks[i];
        same = k->start == old[i].start && k->end == old[i].end &&
               kno_digest_eq(&k->digest, &old[i].digest);
    }
    return same;
}

static anc_status is_same(kno_put *put, const kno_version_record *old, bool *ret)
{
    const kno_version_store h = put->kno->with.catalog.history;
    kno_chunk_record *chunks = NULL;
    size_t n = 0;
    *ret = false;
    if (!kno_digest_eq(&old->text, &put->version.text) ||
        !anc_str_eq(old->language, put->version.language))
        return ANC_OK;
    ANC_TRY(h.ops->chunks(h.self, &put->call, old->id, 0, KNO_CHUNKS, &chunks, &n));
    *ret = same_chunks(put, chunks, n);
    return ANC_OK;
}

typedef struct accept_work {
    kno_service *kno;
    int64_t version_id;
    uint32_t cut;
    bool failed;
} accept_work;

static anc_status accept_cut(void *arg, krn_tx *tx, anc_err *err)
{
    const accept_work *w = arg;
    const kno_version_writer v = w->kno->with.catalog.versions;
    return v.ops->accept_cut(v.self, tx, w->version_id, w->cut, w->failed, err);
}

/* Publishes over `base` alone: what was put meanwhile is newer than what is at hand. */
static anc_status publish(kno_put *put, int64_t base)
{
    for (int tries = 1;; tries++) {
        bool again = false;
        const anc_status status = kno_put_publish(put, &again);
        if (status == ANC_OK || !again || tries == MAX_TRIES)
            return status;
        anc_err_clear(put->call.err);
        ANC_TRY(krn_call_check(put->kno->with.clock, &put->call));
        ANC_TRY(kno_put_read_present(put));
        if (put->present.current.id != base)
            return ANC_OK;
    }
}

static anc_status cut_again(kno_put *put, const kno_version_record *old)
{
    kno_service *kno = put->kno;
    const anc_status status = kno_put_read_present(put);
    if (status == ANC_NOT_FOUND) { /* the collection was deleted */
        anc_err_clear(put->call.err);
        return ANC_OK;
    }
    ANC_TRY(status);
    if (put->present.current.id != old->id || put->collection.cut == old->cut)
        return ANC_OK; /* somebody was faster */
    put->cut_for = put->collection;
    ANC_TRY(kno_parts_remember(put, old->found));
    ANC_TRY(kno_put_extract(put));
    ANC_TRY(kno_put_cut(put));
    bool same = false;
    ANC_TRY(is_same(put, old, &same));
    if (!same)
        return publish(put, old->id);
    accept_work work = {.kno = kno, .version_id = old->id, .cut = put->collection.cut};
    return krn_writer_run(kno->with.writer, &put->call, accept_cut, &work);
}

/* With the old version held and its original open. */
static anc_status cut_from(kno_service *kno, const krn_call *outer, const kno_document_record *d,
                           anc_str original)
{
    const kno_version_record *v = &d->current;
    ANC_ARENA(mem, KNO_PUT_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(outer->err, ANC_NO_MEMORY, "no memory to cut a document again");
    kno_rows_wanted rows;
    krn_call call = *outer;
    call.mem = mem;
    ANC_TRY(kno_rows_remember(&call, v->found, &rows));
    const kno_document_input input = {.collection = d->collection,
                                      .id = d->name,
                                      .title = v->title,
                                      .uri = v->uri,
                                      .source = v->source,
                                      .content_type = v->content_type,
                                      .name = v->name,
                                      .content = original};
    kno_put put = {.kno = kno,
                   .call = call,
                   .input = &input,
                   .rows = kno_is_rows(v->found) ? &rows : NULL,
                   .has_original = true,
                   .also_changed = KNO_CHANGED_CUT,
                   .of = {.parent = d->parent},
                   .results = mem,
                   .name = d->name,
                   .into = d->collection,
                   .acl = v->acl,
                   .metadata = v->given,
                   .content = v->content,
                   .fingerprint = v->fingerprint};
    const anc_status status = cut_again(&put, v);
    kno_put_done(&put);
    if (status == ANC_OK && put.published.document_id != 0)
        krn_count(kno->count.recut, 1);
    return status;
}

static anc_status cut_held(kno_service *kno, krn_call *call, const kno_document_record *d)
{
    const kno_raw_store raw = kno->with.raw;
    const kno_version_record *v = &d->current;
    kno_raw_view view = {0};
    const anc_status opened =
        raw.ops->open(raw.self, &v->content, v->bytes, KNO_LOOK_ONCE, &view, call->err);
    if (opened == ANC_NOT_FOUND) { /* deleted since the list was read, or lost */
        const kno_document_store documents = kno->with.catalog.documents;
        kno_document_record now;
        anc_err_clear(call->err);
        ANC_TRY(documents.ops->find(documents.self, call, d->collection_id, d->name, &now));
        if (now.current.id != v->id)
            return ANC_OK;
        return ANC_FAIL(call->err, ANC_CORRUPT, "the original of '%.*s' is not in the raw store",
                        ANC_FMT(d->name));
    }
    ANC_TRY(opened);
    const anc_status status = cut_from(kno, call, d, view.bytes);
    raw.ops->close_view(raw.self, &view);
    return status;
}

/* ---- what comes of failures ----------------------------------------------------------------- */

/* Whether a failure of this document may pass; counts how often it was hoped so. */
static bool try_again(kno_recut_state *s, int64_t version_id, anc_status status)
{
    if (!anc_status_info(status)->retry_may_help && status != ANC_CANCELLED)
        return false;
    if (status == ANC_CANCELLED || status == ANC_UNAVAILABLE || status == ANC_DISK_FULL)
        return true; /* not this document's */
    s->tries = s->failing == version_id ? s->tries + 1 : 1;
    s->failing = version_id;
    return s->tries < MAX_TRIES;
}

/* It stays as it is. */
static anc_status give_up(kno_service *kno, krn_call *call, const kno_document_record *d)
{
    kno_document_left_out(kno, call, d->collection, d->name, "a document cannot be cut again",
                          "document_not_cut",
                          "the document stays as it is cut; put it again to mend it");
    const kno_collection_store c = kno->with.catalog.collections;
    kno_collection_record in;
    ANC_TRY(c.ops->find(c.self, call, d->collection, &in));
    accept_work work = {.kno = kno, .version_id = d->current.id, .cut = in.cut, .failed = true};
    return krn_writer_run(kno->with.writer, call, accept_cut, &work);
}

static anc_status recut_document(kno_service *kno, krn_call *call, const kno_document_record *d)
{
    kno_live hold = {0};
    kno_live_begin(kno, &hold, d->current.id);
    anc_status status = cut_held(kno, call, d);
    if (status != ANC_OK && !try_again(&kno->recut, d->current.id, status))
        status = give_up(kno, call, d);
    kno_live_end(kno, &hold);
    return status;
}

/* ---- the step ------------------------------------------------------------------------------ */

static anc_status settle(void *arg, krn_tx *tx, anc_err *err)
{
    const kno_service *kno = arg;
    const kno_version_writer v = kno->with.catalog.versions;
    return v.ops->settle_cuts(v.self, tx, err);
}

static anc_status recut_some(kno_service *kno, krn_call *call, bool *ret_more)
{
    const kno_version_store h = kno->with.catalog.history;
    kno_recut_state *s = &kno->recut;
    kno_document_record *documents = NULL;
    size_t n = 0;
    ANC_TRY(h.ops->outdated(h.self, call, s->after, DOCUMENTS, &documents, &n));
    for (size_t i = 0; i < n; i++) {
        ANC_TRY(recut_document(kno, call, &documents[i]));
        s->after = documents[i].id;
    }
    *ret_more = n > 0 || s->after > 0;
    if (n > 0)
        return ANC_OK;
    if (s->after > 0 || !s->settled) /* the end of a round that found some, or a start */
        ANC_TRY(krn_writer_run(kno->with.writer, call, settle, kno));
    if (s->after > 0) /* what is cut again may be embedded by the wanted model now */
        kno_backfill_wake(kno);
    s->settled = true;
    s->after = 0;
    return ANC_OK;
}

int64_t kno_recut_step(void *arg, int64_t now_ns)
{
    kno_service *kno = arg;
    const kno_step step = {.stopped = "cutting documents again stopped",
                           .arena_bytes = STEP_ARENA_BYTES,
                           .most_ns = STEP_NS,
                           .wait_ns = &kno->recut.wait_ns,
                           .some = recut_some};
    bool done;
    return kno_step_run(kno, &step, now_ns, KNO_RECUT_IDLE_NS, &done);
}
