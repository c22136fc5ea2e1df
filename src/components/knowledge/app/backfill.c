/* backfill.c - the step that embeds what lacks vectors, and switches collections over to another model.
 *
 * A round goes over the models that collections want, each first told which revision it has now, then
 * over the documents that lack its vectors. Until every document of a collection has them, searches use
 * those of the model before; then one transaction makes the new ones the collection's, and what follows
 * the change log reads it again.
 *
 *   next model ──▶ its documents, a page a step ──▶ next model … ──▶ switch over what is ready ──▶ sleep
 *
 * How far it is, the catalog knows, so that a kill costs at most the piece at hand. A document whose text
 * is damaged is given up and named: it would keep its collection waiting for ever.
 */
#include <string.h>

#include "base/str.h"
#include "knowledge/domain/rules.h"
#include "service_impl.h"

enum { DOCUMENTS = 8 /* a step */, STEP_ARENA_BYTES = 64 << 20, READY = 16 };
#define STEP_NS     (INT64_C(600) * 1000000000)
#define PIECE_ARENA ((size_t)256 << 20)

/* ---- one document -------------------------------------------------------------------------- */

typedef struct backfill_work {
    kno_service *kno;
    const kno_lacking *row;
    const kno_vectors *vectors;
    bool last;
} backfill_work;

static anc_status write_backfill(void *arg, krn_tx *tx, anc_err *err)
{
    const backfill_work *w = arg;
    const kno_vector_store v = w->kno->with.catalog.vectors;
    kno_completion done = {0};
    uint64_t seq = 0;
    if (w->vectors->n > 0)
        ANC_TRY(v.ops->put(v.self, tx, w->vectors, err));
    if (!w->last)
        return ANC_OK;
    ANC_TRY(v.ops->complete(v.self, tx, w->vectors->model, w->vectors->dims, w->row->version_id,
                            &done, err));
    const bool shown =
        done.searched ||
        (done.wanted && kno_move_find(w->kno, w->row->collection, w->vectors->model).nth > 0);
    if (done.missing > 0 || !shown)
        return ANC_OK;
    const krn_change change = {.op = KRN_CHANGE_PUBLISH,
                               .collection = w->row->collection,
                               .document_id = w->row->document,
                               .version = w->row->number};
    const krn_changes log = w->kno->with.changes;
    return log.ops->append(log.self, tx, &change, &seq, err);
}

/* Embeds and stores the vectors of at most KNO_PIECE chunks from ordinal `from` on. */
static anc_status backfill_piece(kno_service *kno, const krn_call *outer, emb_service *model,
                                 const kno_lacking *row, anc_str text, uint32_t *from,
                                 bool *ret_done)
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
    ANC_TRY(v.ops->known(v.self, &call, emb_info(model).revision, digests, n, known));
    kno_vectors vectors;
    ANC_TRY(
        kno_embed_chunks(kno, &call, model, row->title, text, chunks, known, n, NULL, &vectors));
    backfill_work work = {.kno = kno, .row = row, .vectors = &vectors, .last = n < KNO_PIECE};
    ANC_TRY(krn_writer_run(kno->with.writer, &call, write_backfill, &work));
    *from += (uint32_t)n;
    *ret_done = work.last;
    return ANC_OK;
}

static anc_status backfill_document(kno_service *kno, krn_call *call, emb_service *model,
                                    const kno_lacking *row)
{
    const kno_raw_store raw = kno->with.raw;
    kno_raw_view view = {0};
    const anc_status opened =
        raw.ops->open(raw.self, &row->text, row->text_bytes, KNO_LOOK_ONCE, &view, call->err);
    if (opened == ANC_NOT_FOUND) { /* deleted since the list was read */
        anc_err_clear(call->err);
        return ANC_OK;
    }
    ANC_TRY(opened);
    anc_status status = ANC_OK;
    uint32_t from = 0;
    for (bool done = false; status == ANC_OK && !done;)
        status = backfill_piece(kno, call, model, row, view.bytes, &from, &done);
    raw.ops->close_view(raw.self, &view);
    return status;
}

static anc_status give_up_row(void *arg, krn_tx *tx, anc_err *err)
{
    const backfill_work *w = arg;
    const kno_model_store m = w->kno->with.catalog.models;
    return m.ops->give_up(m.self, tx, w->row->version_id, err);
}

/* One damaged document must not keep the others waiting. */
static anc_status give_up(kno_service *kno, krn_call *call, const kno_lacking *row)
{
    kno_document_left_out(kno, call, row->collection, row->document,
                          "a document cannot be embedded", "document_not_embedded",
                          "put the document again; until then words alone find it");
    backfill_work work = {.kno = kno, .row = row};
    return krn_writer_run(kno->with.writer, call, give_up_row, &work);
}

/* ---- one model ----------------------------------------------------------------------------- */

static anc_str wanted_of(const kno_backfill_state *s)
{
    return anc_str_of(s->wanted);
}

/* A page of the documents that lack vectors of the model at hand. */
static anc_status fill_some(kno_service *kno, krn_call *call, emb_service *model, bool *ret_more)
{
    const kno_vector_store v = kno->with.catalog.vectors;
    kno_backfill_state *s = &kno->backfill;
    kno_lacking *rows = NULL;
    size_t n = 0;
    ANC_TRY(v.ops->lacking(v.self, call, wanted_of(s), s->after, DOCUMENTS, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        const anc_status status = backfill_document(kno, call, model, &rows[i]);
        if (status == ANC_CORRUPT)
            ANC_TRY(give_up(kno, call, &rows[i]));
        else
            ANC_TRY(status);
        s->after = rows[i].document_id;
    }
    *ret_more = n == DOCUMENTS;
    return ANC_OK;
}

typedef struct aim_work {
    kno_service *kno;
    anc_str wanted;
    emb_info_row model;
} aim_work;

static anc_status write_aim(void *arg, krn_tx *tx, anc_err *err)
{
    const aim_work *w = arg;
    const kno_model_store m = w->kno->with.catalog.models;
    return m.ops->aim(m.self, tx, w->wanted, w->model.revision, w->model.dims, err);
}

/* Holds the model at hand; none where it cannot be used now, which is logged. */
static anc_status hold_wanted(kno_service *kno, krn_call *call, emb_held *ret)
{
    const anc_status status = kno_model_wanted(kno, call, wanted_of(&kno->backfill), ret);
    if (status == ANC_CANCELLED || status == ANC_DEADLINE || status == ANC_NO_MEMORY)
        return status;
    if (status != ANC_OK)
        krn_log_write(kno->with.log, KRN_WARN, "knowledge",
                      "a collection's embedding model cannot be used",
                      KRN_STR("model", wanted_of(&kno->backfill)),
                      KRN_STR("error", anc_str_of(call->err->text)));
    else if (!emb_info(ret->emb).available)
        emb_let_go(ret);
    anc_err_clear(call->err);
    return ANC_OK;
}

/* Goes to the wanted model behind the one at hand (the first at the start of a round), and says which
 * revision it has where that is news. */
static anc_status next_model(kno_service *kno, krn_call *call)
{
    const kno_model_store m = kno->with.catalog.models;
    kno_backfill_state *s = &kno->backfill;
    const anc_str after = wanted_of(s);
    kno_wanted wanted = {0};
    bool there = false;
    ANC_TRY(m.ops->next_wanted(m.self, call, s->within ? &after : NULL, &wanted, &there));
    if (!s->within)
        s->changing = 0;
    s->within = there && wanted.name.len < sizeof s->wanted;
    s->after = 0;
    if (!s->within)
        return ANC_OK;
    (void)memcpy(s->wanted, wanted.name.ptr, wanted.name.len);
    s->wanted[wanted.name.len] = '\0';
    s->changing += wanted.changing;
    ANC_CLEANUP(emb_let_go) emb_held held = {0};
    ANC_TRY(hold_wanted(kno, call, &held));
    if (held.emb == NULL)
        return ANC_OK;
    aim_work work = {kno, wanted.name, emb_info(held.emb)};
    if (anc_str_eq(wanted.least, work.model.revision) &&
        anc_str_eq(wanted.greatest, work.model.revision))
        return ANC_OK;
    ANC_TRY(krn_writer_run(kno->with.writer, call, write_aim, &work));
    s->changing++;
    kno_recut_wake(kno);
    return ANC_OK;
}

/* ---- switching over ------------------------------------------------------------------------ */

typedef struct switch_work {
    kno_service *kno;
    const kno_ready *row;
    bool done;
} switch_work;

static bool may_switch(kno_service *kno, const kno_ready *row)
{
    return !kno->with.is_followed || kno_move_find(kno, row->name, row->to).prepared;
}

static anc_status write_switch(void *arg, krn_tx *tx, anc_err *err)
{
    switch_work *w = arg;
    const kno_model_store m = w->kno->with.catalog.models;
    const krn_changes log = w->kno->with.changes;
    const krn_change change = {.op = KRN_CHANGE_MODEL, .collection = w->row->name, .version = 1};
    uint64_t seq = 0;
    if (!may_switch(w->kno, w->row))
        return ANC_OK;
    ANC_TRY(m.ops->switch_over(m.self, tx, w->row->id, &w->done, err));
    return w->done ? log.ops->append(log.self, tx, &change, &seq, err) : ANC_OK;
}

/* Switches a collection over, or first announces that it will be. */
static anc_status switch_one(kno_service *kno, krn_call *call, const kno_ready *row)
{
    if (kno->with.is_followed && kno_move_find(kno, row->name, row->to).nth == 0)
        return kno_move_announce(kno, call, row->name, row->to);
    switch_work work = {.kno = kno, .row = row};
    ANC_TRY(krn_writer_run(kno->with.writer, call, write_switch, &work));
    if (!work.done)
        return ANC_OK;
    kno_move_drop(kno, row->name, row->to);
    krn_log_write(kno->with.log, KRN_INFO, "knowledge", "collection has another model",
                  KRN_STR("collection", row->name), KRN_STR("from", row->from),
                  KRN_STR("to", row->to));
    return ANC_OK;
}

static anc_status switch_ready(kno_service *kno, krn_call *call)
{
    const kno_model_store m = kno->with.catalog.models;
    kno_ready *rows = NULL;
    size_t n = 0;
    ANC_TRY(kno_moves_tidy(kno, call));
    ANC_TRY(m.ops->ready(m.self, call, READY, &rows, &n));
    for (size_t i = 0; i < n; i++)
        ANC_TRY(switch_one(kno, call, &rows[i]));
    return ANC_OK;
}

/* ---- the step ------------------------------------------------------------------------------ */

/* *ret_more: call again at once. */
static anc_status backfill_some(kno_service *kno, krn_call *call, bool *ret_more)
{
    kno_backfill_state *s = &kno->backfill;
    bool more = false;
    if (!s->within) {
        ANC_TRY(next_model(kno, call));
        *ret_more = s->within;
        return ANC_OK;
    }
    ANC_CLEANUP(emb_let_go) emb_held held = {0};
    ANC_TRY(hold_wanted(kno, call, &held));
    if (held.emb != NULL)
        ANC_TRY(fill_some(kno, call, held.emb, &more));
    if (!more)
        ANC_TRY(next_model(kno, call));
    *ret_more = s->within;
    return s->within ? ANC_OK : switch_ready(kno, call);
}

int64_t kno_backfill_step(void *arg, int64_t now_ns)
{
    kno_service *kno = arg;
    const kno_step step = {.stopped = "filling in vectors stopped",
                           .arena_bytes = STEP_ARENA_BYTES,
                           .most_ns = STEP_NS,
                           .wait_ns = &kno->backfill.wait_ns,
                           .some = backfill_some};
    bool done;
    const int64_t next_ns = kno_step_run(kno, &step, now_ns, KNO_BACKFILL_IDLE_NS, &done);
    return done && kno->backfill.changing > 0 ? now_ns + KNO_CHANGING_NS : next_ns;
}
