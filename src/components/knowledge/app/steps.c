/* steps.c - two of the background steps: sweep and backfill. */
#include "knowledge/domain/rules.h"
#include "service_impl.h"

enum {
    SWEEP_ARENA_BYTES = 64 << 20,
    SWEEP_VERSIONS = 16, /* a step */
    N_SHARDS = 256,
    BACKFILL_DOCUMENTS = 8 /* a step */
};
#define STEP_NS       ((int64_t)30 * 1000000000) /* a step's own deadline */
#define RETRY_NS      ((int64_t)30 * 1000000000) /* after many failures in a row */
#define FIRST_WAIT_NS ((int64_t)1000000000)      /* after the first */
#define EMBED_STEP_NS ((int64_t)600 * 1000000000)
#define WHEN_WOKEN    INT64_MAX
#define PIECE_ARENA   ((size_t)256 << 20)

int64_t kno_after_failure(kno_service *kno, const char *what, const anc_err *err, int64_t *wait_ns,
                          int64_t now_ns)
{
    *wait_ns = *wait_ns == 0 ? FIRST_WAIT_NS : 2 * *wait_ns;
    if (*wait_ns > RETRY_NS)
        *wait_ns = RETRY_NS;
    if (!atomic_load(&kno->stopping))
        krn_log_write(kno->with.log, KRN_WARN, "knowledge", what,
                      KRN_STR("error", anc_str_of(err->text)));
    return now_ns + *wait_ns;
}

/* ---- sweep --------------------------------------------------------------------------------- */

static anc_status sweep_shard(kno_service *kno, krn_call *call, unsigned shard)
{
    const kno_raw_store raw = kno->with.raw;
    const kno_garbage_store g = kno->with.catalog.garbage;
    kno_digest *digests = NULL;
    size_t n = 0, removed = 0;
    ANC_TRY(raw.ops->list(raw.self, shard, call->mem, &digests, &n, call->err));
    bool *named = anc_arena_alloc(call->mem, n, sizeof *named);
    if (named == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu objects", n);
    ANC_TRY(g.ops->named(g.self, call, digests, n, named));
    for (size_t i = 0; i < n; i++) {
        if (named[i])
            continue;
        ANC_TRY(kno_object_collect(kno, call, &digests[i]));
        removed++;
    }
    if (removed > 0)
        krn_log_write(kno->with.log, KRN_INFO, "knowledge", "unnamed objects swept",
                      KRN_INT("objects", removed));
    return ANC_OK;
}

static anc_status sweep_piece(kno_service *kno, krn_call *call)
{
    kno_sweep_state *s = &kno->sweep;
    if (!s->expired)
        return kno_versions_expire(kno, call);
    if (!s->rows_done) {
        bool dropped = false, garbage = false;
        ANC_TRY(kno_dropped_collect(kno, call, &dropped));
        if (!dropped)
            ANC_TRY(kno_garbage_collect(kno, call, 0, &s->after, SWEEP_VERSIONS, &garbage));
        s->rows_done = !dropped && !garbage;
        return ANC_OK;
    }
    ANC_TRY(sweep_shard(kno, call, s->shard));
    s->shard++;
    return ANC_OK;
}

int64_t kno_sweep_step(void *arg, int64_t now_ns)
{
    kno_service *kno = arg;
    if (atomic_load(&kno->stopping))
        return WHEN_WOKEN;
    if (kno->sweep.shard >= N_SHARDS)
        kno->sweep = (kno_sweep_state){.all_seen = kno->sweep.all_seen}; /* another round */
    if (atomic_exchange(&kno->sweep_asked, false))
        kno->sweep = (kno_sweep_state){.all_seen = kno->sweep.all_seen, .shard = kno->sweep.shard};
    anc_err err;
    anc_err_clear(&err);
    ANC_ARENA(mem, SWEEP_ARENA_BYTES);
    if (mem == NULL)
        return now_ns + RETRY_NS;
    krn_call call = kno_own_call(kno, mem, &err, now_ns + STEP_NS);
    if (sweep_piece(kno, &call) != ANC_OK)
        return kno_after_failure(kno, "the sweep stopped", &err, &kno->sweep.wait_ns, now_ns);
    kno->sweep.wait_ns = 0;
    return kno->sweep.shard >= N_SHARDS ? now_ns + KNO_SWEEP_EVERY_NS : now_ns;
}

/* ---- backfill ------------------------------------------------------------------------------ */

typedef struct backfill_work {
    kno_service *kno;
    const kno_lacking *row;
    const kno_vectors *vectors;
    bool last;
    uint64_t missing;
} backfill_work;

static anc_status write_backfill(void *arg, krn_tx *tx, anc_err *err)
{
    backfill_work *w = arg;
    const kno_vector_store v = w->kno->with.catalog.vectors;
    if (w->vectors->n > 0)
        ANC_TRY(v.ops->put(v.self, tx, w->vectors, err));
    if (!w->last)
        return ANC_OK;
    const anc_str model = emb_info(w->kno->with.embedding).revision;
    ANC_TRY(v.ops->complete(v.self, tx, model, w->row->version_id, &w->missing, err));
    if (w->missing > 0)
        return ANC_OK;
    const krn_change change = {.op = KRN_CHANGE_PUBLISH,
                               .collection = w->row->collection,
                               .document_id = w->row->document,
                               .version = w->row->number};
    uint64_t seq = 0;
    const krn_changes log = w->kno->with.changes;
    return log.ops->append(log.self, tx, &change, &seq, err);
}

/* Embeds and stores the vectors of at most KNO_PIECE chunks from ordinal `from` on. */
static anc_status backfill_piece(kno_service *kno, const krn_call *outer, const kno_lacking *row,
                                 anc_str text, uint32_t *from, bool *ret_done)
{
    ANC_ARENA(mem, PIECE_ARENA);
    if (mem == NULL)
        return ANC_FAIL(outer->err, ANC_NO_MEMORY, "no memory to embed a document");
    krn_call call = *outer;
    call.mem = mem;
    const kno_version_store d = kno->with.catalog.history;
    const kno_vector_store v = kno->with.catalog.vectors;
    kno_chunk_record *chunks = NULL;
    size_t n = 0;
    ANC_TRY(d.ops->chunks(d.self, &call, row->version_id, *from, KNO_PIECE, &chunks, &n));
    kno_digest *digests = anc_arena_alloc(mem, n, sizeof *digests);
    bool *known = anc_arena_alloc(mem, n, sizeof *known);
    if (digests == NULL || known == NULL)
        return ANC_FAIL(call.err, anc_arena_refusal(mem), "no room for %zu chunks", n);
    for (size_t i = 0; i < n; i++) {
        digests[i] = chunks[i].digest;
        if (chunks[i].end < chunks[i].start || chunks[i].end > text.len)
            return ANC_FAIL(call.err, ANC_CORRUPT, "a chunk of '%.*s' lies outside of its text",
                            ANC_FMT(row->document));
    }
    const anc_str model = emb_info(kno->with.embedding).revision;
    ANC_TRY(v.ops->known(v.self, &call, model, digests, n, known));
    kno_vectors vectors;
    ANC_TRY(kno_embed_chunks(kno, &call, row->title, text, chunks, known, n, &vectors));
    backfill_work work = {.kno = kno, .row = row, .vectors = &vectors, .last = n < KNO_PIECE};
    ANC_TRY(krn_writer_run(kno->with.writer, &call, write_backfill, &work));
    *from += (uint32_t)n;
    *ret_done = work.last;
    return ANC_OK;
}

static anc_status backfill_document(kno_service *kno, krn_call *call, const kno_lacking *row)
{
    const kno_raw_store raw = kno->with.raw;
    kno_raw_view view = {0};
    const anc_status opened =
        raw.ops->open(raw.self, &row->text, row->text_bytes, &view, call->err);
    if (opened == ANC_NOT_FOUND) { /* deleted since the list was read */
        anc_err_clear(call->err);
        return ANC_OK;
    }
    ANC_TRY(opened);
    anc_status status = ANC_OK;
    uint32_t from = 0;
    for (bool done = false; status == ANC_OK && !done;)
        status = backfill_piece(kno, call, row, view.bytes, &from, &done);
    raw.ops->close_view(raw.self, &view);
    return status;
}

static anc_status backfill_some(kno_service *kno, krn_call *call, bool *ret_more)
{
    const kno_vector_store v = kno->with.catalog.vectors;
    const anc_str model = emb_info(kno->with.embedding).revision;
    kno_lacking *rows = NULL;
    size_t n = 0;
    ANC_TRY(
        v.ops->lacking(v.self, call, model, kno->backfill.after, BACKFILL_DOCUMENTS, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        const anc_status status = backfill_document(kno, call, &rows[i]);
        if (status == ANC_CORRUPT) { /* one damaged document must not keep the others waiting */
            krn_log_write(kno->with.log, KRN_ERROR, "knowledge", "a document cannot be embedded",
                          KRN_STR("collection", rows[i].collection),
                          KRN_STR("document_id", rows[i].document),
                          KRN_STR("error", anc_str_of(call->err->text)));
            anc_err_clear(call->err);
        } else {
            ANC_TRY(status);
        }
        kno->backfill.after = rows[i].document_id;
    }
    *ret_more = n == BACKFILL_DOCUMENTS;
    return ANC_OK;
}

int64_t kno_backfill_step(void *arg, int64_t now_ns)
{
    kno_service *kno = arg;
    if (atomic_load(&kno->stopping))
        return WHEN_WOKEN;
    if (!emb_info(kno->with.embedding).available)
        return now_ns + KNO_BACKFILL_IDLE_NS;
    anc_err err;
    anc_err_clear(&err);
    ANC_ARENA(mem, SWEEP_ARENA_BYTES);
    if (mem == NULL)
        return now_ns + RETRY_NS;
    krn_call call = kno_own_call(kno, mem, &err, now_ns + EMBED_STEP_NS);
    bool more = false;
    if (backfill_some(kno, &call, &more) != ANC_OK)
        return kno_after_failure(kno, "filling in vectors stopped", &err, &kno->backfill.wait_ns,
                                 now_ns);
    kno->backfill.wait_ns = 0;
    if (!more)
        kno->backfill.after = 0;
    return more ? now_ns : now_ns + KNO_BACKFILL_IDLE_NS;
}
