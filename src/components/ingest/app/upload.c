/* upload.c - documents that are sent along: spooled, then items, while more of them come.
 *
 *   begin/add/finish ──► segment of the spool        items in memory, at most PIECE_ITEMS
 *   flush:               sync the segment, then one commit with the items
 *
 * So an item in the catalog always has its bytes on the disk. A flush comes by itself after PIECE_BYTES or
 * PIECE_ITEMS; a segment past SEGMENT_BYTES is followed by a new one, so that the spool shrinks while
 * the batch is read. What was written and not committed belongs to nobody.
 */
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "rows.h"
#include "service_impl.h"
#include "json/json.h"

enum {
    PIECE_ITEMS = 256,
    PIECE_BYTES = 1 << 20,
    SEGMENT_BYTES = 4 << 20,
    NAMES_ARENA_BYTES = 4 << 20,
    BATCH_ARENA_BYTES = 2 << 20,
    NAME_BYTES = 4096,
    DISCARD_PIECE = 5000
};

struct ing_upload {
    ing_service *ing;
    ing_upload *next; /* of the service's open ones; under its lock, as the batch that it holds */
    int64_t holds;    /* key; 0: none yet */
    anc_arena *mem;   /* owned; of batch */
    ing_batch_record batch;
    bool begun;     /* the batch is stored, under batch.key */
    bool ended;     /* and no documents can come any more */
    uint64_t whole; /* documents that came whole */
    ing_segment *segment;
    int64_t segment_id;
    uint64_t segment_bytes;
    bool named;           /* the catalog knows the segment */
    int64_t full_segment; /* to be closed with the next commit; 0: none */

    anc_arena *names, *other_names; /* owned; of items; empty, for the next piece */
    ing_item items[PIECE_ITEMS];
    size_t n;
    uint64_t piece_bytes; /* written since the last commit */
    bool open;            /* items[n] is growing */
};

/* ---- which are open ------------------------------------------------------------------------ */

static void list_upload(ing_upload *u)
{
    pthread_mutex_lock(&u->ing->lock);
    u->next = u->ing->uploads;
    u->ing->uploads = u;
    pthread_mutex_unlock(&u->ing->lock);
}

static void unlist_upload(ing_upload *u)
{
    pthread_mutex_lock(&u->ing->lock);
    ing_upload **at = &u->ing->uploads;
    while (*at != NULL && *at != u)
        at = &(*at)->next;
    if (*at == u)
        *at = u->next;
    pthread_mutex_unlock(&u->ing->lock);
}

/* On the writer's thread, in the transaction that makes the batch, so that nobody finds it unheld. */
static void hold(ing_upload *u, int64_t key)
{
    pthread_mutex_lock(&u->ing->lock);
    u->holds = key;
    pthread_mutex_unlock(&u->ing->lock);
}

bool ing_uploads_hold(ing_service *ing, int64_t key)
{
    bool held = false;
    pthread_mutex_lock(&ing->lock);
    for (const ing_upload *u = ing->uploads; u != NULL && !held; u = u->next)
        held = u->holds == key;
    pthread_mutex_unlock(&ing->lock);
    return held;
}

/* ---- opened, closed ------------------------------------------------------------------------ */

static anc_status check(krn_call *call, const ing_service *ing, const ing_upload_request *r)
{
    if (ing->with.spool.ops == NULL)
        return ANC_FAIL(call->err, ANC_NOT_IMPLEMENTED, "there is no spool for documents");
    if (r->collection.len == 0)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/collection", "no collection is named");
    const kno_document_input settings = {
        .collection = r->collection, .metadata = r->metadata, .acl = r->acl, .n_acl = r->n_acl};
    ANC_TRY(ing_metadata_check(call, r->metadata));
    return kno_settings_check(call, &settings);
}

static anc_status keep_rows(ing_upload *u, const ing_rows *rows, anc_err *err)
{
    ANC_BUF(lines, ING_ROWS_BYTES);
    ANC_TRY(ing_rows_encode(rows, &lines, err));
    u->batch.rows = anc_arena_copy(u->mem, anc_buf_view(&lines));
    if (u->batch.rows.ptr == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for an upload");
    return ANC_OK;
}

static bool copy_request(ing_upload *u, const krn_call *call, const ing_upload_request *r)
{
    ing_batch_record *b = &u->batch;
    *b = (ing_batch_record){.source = ING_SOURCE_UPLOAD,
                            .held = r->held,
                            .collection = anc_arena_copy(u->mem, r->collection),
                            .path = anc_arena_copy(u->mem, r->name),
                            .metadata = anc_arena_copy(u->mem, r->metadata),
                            .user_id = anc_arena_copy(u->mem, call->principal.user_id),
                            .n_acl = r->n_acl,
                            .n_labels = call->principal.n_labels};
    anc_str *acl = anc_arena_alloc(u->mem, b->n_acl, sizeof *acl);
    anc_str *labels = anc_arena_alloc(u->mem, b->n_labels, sizeof *labels);
    bool room = b->collection.ptr != NULL && b->path.ptr != NULL && b->metadata.ptr != NULL &&
                b->user_id.ptr != NULL && acl != NULL && labels != NULL;
    for (size_t i = 0; room && i < b->n_acl; i++)
        room = (acl[i] = anc_arena_copy(u->mem, r->acl[i])).ptr != NULL;
    for (size_t i = 0; room && i < b->n_labels; i++)
        room = (labels[i] = anc_arena_copy(u->mem, call->principal.labels[i])).ptr != NULL;
    b->acl = acl;
    b->labels = labels;
    return room;
}

anc_status ing_upload_open(ing_service *ing, krn_call *call, const ing_upload_request *request,
                           ing_upload **ret)
{
    ANC_TRY(check(call, ing, request));
    ANC_TRY(ing_recover(ing, call));
    ing_upload *u = calloc(1, sizeof *u);
    if (u == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory for an upload");
    u->ing = ing;
    u->mem = anc_arena_new(BATCH_ARENA_BYTES);
    u->names = anc_arena_new(NAMES_ARENA_BYTES);
    u->other_names = anc_arena_new(NAMES_ARENA_BYTES);
    if (u->mem == NULL || u->names == NULL || u->other_names == NULL ||
        !copy_request(u, call, request)) {
        ing_upload_close(u);
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory for an upload");
    }
    anc_status status = keep_rows(u, request->rows, call->err);
    if (status == ANC_OK)
        status = kno_moment(ing->with.knowledge, call, &u->batch.asked);
    if (status != ANC_OK) {
        ing_upload_close(u);
        return status;
    }
    list_upload(u);
    *ret = u;
    return ANC_OK;
}

/* A segment that the catalog does not know is nobody's. */
static void drop_segment(ing_upload *u)
{
    const ing_spool spool = u->ing->with.spool;
    uint64_t bytes = 0;
    anc_err ignored;
    anc_err_clear(&ignored);
    if (u->segment == NULL)
        return;
    const uint64_t kept = spool.ops->close(u->segment);
    (void)atomic_fetch_sub(&u->ing->spooled, u->segment_bytes - kept);
    u->segment = NULL;
    if (!u->named && spool.ops->remove(spool.self, u->segment_id, &bytes, &ignored) == ANC_OK)
        (void)atomic_fetch_sub(&u->ing->spooled, bytes);
}

void ing_upload_close(ing_upload *u)
{
    if (u == NULL)
        return;
    drop_segment(u);
    unlist_upload(u);
    if (u->holds != 0 && !u->ended) /* its first commit may have come through all the same */
        ing_uploads_orphan(u->ing);
    anc_arena_free(u->names);
    anc_arena_free(u->other_names);
    anc_arena_free(u->mem);
    free(u);
}

uint64_t ing_upload_documents(const ing_upload *u)
{
    return u->whole;
}

bool ing_upload_room(const ing_service *ing)
{
    return atomic_load(&ing->spooled) < ing->with.spool_bytes;
}

/* ---- a piece, committed -------------------------------------------------------------------- */

typedef struct piece {
    ing_upload *u;
    anc_str id;
    bool ends;
    anc_str error; /* with `ends`; ptr NULL: none */
    int64_t key;
    bool added; /* its items, with the segment's name: not to a batch that was cancelled */
    ing_counts after;
} piece;

static anc_status begin_batch(piece *p, krn_tx *tx, anc_err *err)
{
    ing_service *ing = p->u->ing;
    const ing_batch_writer b = ing->with.batch_writer;
    ing_batch_record batch = p->u->batch;
    batch.id = p->id;
    ANC_TRY(b.ops->insert(b.self, tx, &batch, &p->key, err));
    hold(p->u, p->key);
    return ing_announce_state(ing, tx, &batch, &(ing_counts){.phase = ING_PHASE_QUEUED},
                              ANC_STR_NONE, err);
}

static anc_status refuse_ended(const piece *p, const ing_counts *now, anc_err *err)
{
    if (!ing_phase_ended(now->phase) || p->ends)
        return ANC_OK;
    return ANC_FAIL(err, ANC_CONFLICT, "the batch '%.*s' was %s while its documents arrived",
                    ANC_FMT(p->u->batch.id), ing_phase_name(now->phase));
}

static anc_status write_piece(void *arg, krn_tx *tx, anc_err *err)
{
    piece *p = arg;
    ing_upload *u = p->u;
    const ing_service_options *with = &u->ing->with;
    const ing_upload_writer up = with->uploads;
    p->key = u->batch.key;
    if (!u->begun)
        ANC_TRY(begin_batch(p, tx, err));
    ANC_TRY(with->items.ops->counts(with->items.self, tx, p->key, &p->after, err));
    ANC_TRY(refuse_ended(p, &p->after, err));
    p->added = u->n > 0 && !ing_phase_ended(p->after.phase);
    if (p->added)
        ANC_TRY(with->batch_writer.ops->list_add(with->batch_writer.self, tx, p->key, u->items,
                                                 u->n, err));
    if (u->full_segment != 0)
        ANC_TRY(up.ops->segment_close(up.self, tx, u->full_segment, err));
    if (!u->batch.held)
        ANC_TRY(up.ops->start(up.self, tx, p->key, err));
    if (p->ends)
        return up.ops->seal(up.self, tx, p->key, p->error, &p->after, err);
    return with->items.ops->counts(with->items.self, tx, p->key, &p->after, err);
}

/* The workers are told: of a batch that they do not know yet, or of further items. */
static void tell_workers(const ing_upload *u, const piece *p, bool is_new)
{
    ing_service *ing = u->ing;
    ing_saw(ing, p->key, &p->after);
    if (is_new) {
        pthread_mutex_lock(&ing->lock);
        ing->look = true;
        pthread_mutex_unlock(&ing->lock);
    }
    ing_wake(ing);
}

static anc_status name_item(ing_upload *u, ing_item *item, anc_str path, anc_str type, anc_err *err)
{
    item->path = anc_arena_copy(u->names, anc_str_sub(path, 0, NAME_BYTES));
    item->content_type = anc_arena_copy(u->names, anc_str_sub(type, 0, NAME_BYTES));
    if (item->path.ptr == NULL || item->content_type.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(u->names), "no room for a document's name");
    return ANC_OK;
}

/* Nothing but a document that is still growing goes on into the next piece. */
static anc_status next_piece(ing_upload *u, krn_call *call)
{
    ing_item growing = u->items[u->n < PIECE_ITEMS ? u->n : 0];
    anc_arena *names = u->names;
    u->names = u->other_names;
    u->other_names = names;
    u->n = 0;
    u->piece_bytes = 0;
    anc_status status = ANC_OK;
    if (u->open)
        status = name_item(u, &growing, growing.path, growing.content_type, call->err);
    u->items[0] = growing;
    anc_arena_reset(u->other_names);
    return status;
}

static anc_status commit(ing_upload *u, krn_call *call, bool ends, anc_str error, ing_counts *ret)
{
    char id[ANC_UUID_TEXT + 1];
    piece p = {.u = u, .ends = ends, .error = error};
    krn_call_id_new(u->ing->with.clock, call, id);
    p.id = u->begun ? u->batch.id : anc_arena_copy(u->mem, anc_str_of(id));
    if (p.id.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(u->mem), "no room for an upload");
    if (u->n > 0)
        ANC_TRY(u->ing->with.spool.ops->sync(u->segment, call->err));
    ANC_TRY(krn_writer_run(u->ing->with.writer, call, write_piece, &p));
    const bool is_new = !u->begun || (ends && u->batch.held);
    u->begun = true;
    u->ended = ends;
    u->batch.id = p.id;
    u->batch.key = p.key;
    u->full_segment = 0;
    u->named = u->named || p.added;
    ANC_TRY(next_piece(u, call));
    tell_workers(u, &p, is_new);
    if (ret != NULL)
        *ret = p.after;
    return ANC_OK;
}

anc_status ing_upload_flush(ing_upload *u, krn_call *call)
{
    return u->n > 0 ? commit(u, call, false, ANC_STR_NONE, NULL) : ANC_OK;
}

/* ---- a document ---------------------------------------------------------------------------- */

static anc_status next_segment(ing_upload *u, krn_call *call)
{
    const ing_spool spool = u->ing->with.spool;
    if (u->segment != NULL && u->segment_bytes < SEGMENT_BYTES)
        return ANC_OK;
    if (u->segment != NULL) {
        ANC_TRY(ing_upload_flush(u, call));
        u->full_segment = u->segment_id;
        drop_segment(u);
    }
    int64_t id = 0;
    const krn_clock clock = u->ing->with.clock;
    clock.ops->random(clock.self, &id, sizeof id);
    id &= INT64_MAX;
    u->segment_id = id != 0 ? id : 1;
    u->segment_bytes = 0;
    u->named = false;
    return spool.ops->create(spool.self, u->segment_id, &u->segment, call->err);
}

anc_status ing_upload_begin(ing_upload *u, krn_call *call, ing_upload_kind kind, anc_str name,
                            anc_str content_type)
{
    static const ing_item_kind kinds[] = {[ING_UPLOAD_RECORD] = ING_ITEM_RECORD,
                                          [ING_UPLOAD_FILE] = ING_ITEM_FILE,
                                          [ING_UPLOAD_ROW] = ING_ITEM_ROW};
    if (u->n == PIECE_ITEMS || u->piece_bytes >= PIECE_BYTES)
        ANC_TRY(ing_upload_flush(u, call));
    ANC_TRY(next_segment(u, call));
    ing_item *item = &u->items[u->n];
    *item = (ing_item){
        .ordinal = -1,
        .kind = kinds[kind],
        .payload = {.segment = u->segment_id, .at = u->ing->with.spool.ops->begin(u->segment)}};
    ANC_TRY(name_item(u, item, name, content_type, call->err));
    u->open = true;
    return ANC_OK;
}

/* Of a record that is too long the beginning is kept, as a dead letter shows it. */
anc_status ing_upload_add(ing_upload *u, krn_call *call, anc_str bytes)
{
    ing_item *item = &u->items[u->n];
    item->bytes += bytes.len;
    if (item->kind == ING_ITEM_RECORD && item->bytes > ING_RECORD_BYTES)
        return ANC_OK;
    const ing_spool_ops *spool = u->ing->with.spool.ops;
    ANC_TRY(spool->add(u->segment, bytes, call->err));
    const uint64_t before = u->segment_bytes;
    item->payload.bytes += bytes.len;
    u->segment_bytes = spool->bytes(u->segment);
    u->piece_bytes += bytes.len;
    (void)atomic_fetch_add(&u->ing->spooled, u->segment_bytes - before);
    return ANC_OK;
}

anc_status ing_upload_finish(ing_upload *u, krn_call *call)
{
    (void)call;
    u->open = false;
    u->n++;
    u->whole++;
    return ANC_OK;
}

anc_status ing_upload_row(ing_upload *u, krn_call *call, const kno_row *row)
{
    ANC_BUF(json, ING_ROW_BYTES);
    ANC_TRY(ing_row_encode(row, &json, call->err));
    ANC_TRY(ing_upload_begin(u, call, ING_UPLOAD_ROW, row->id, ANC_STR("")));
    ANC_TRY(ing_upload_add(u, call, anc_buf_view(&json)));
    return ing_upload_finish(u, call);
}

/* ---- the end ------------------------------------------------------------------------------- */

anc_status ing_upload_end(ing_upload *u, krn_call *call, anc_str broken, ing_batch *ret)
{
    if (u->whole == 0)
        drop_segment(u);
    if (u->whole == 0)
        return ANC_FAIL(call->err, ANC_INVALID, "%.*s",
                        ANC_FMT(broken.ptr != NULL ? broken : ANC_STR("there is no document")));
    u->open = false;
    ANC_TRY(commit(u, call, true, broken, NULL));
    drop_segment(u);
    krn_log_write(u->ing->with.log, broken.ptr != NULL ? KRN_WARN : KRN_INFO, "ingest",
                  broken.ptr != NULL ? "upload broke off" : "upload ended",
                  KRN_STR("batch_id", u->batch.id), KRN_INT("documents", u->whole),
                  KRN_STR("error", broken));
    return ing_batch_find(u->ing, call, u->batch.id, ret);
}

typedef struct discard_work {
    ing_upload *upload;
    bool more;
} discard_work;

static anc_status write_discard(void *arg, krn_tx *tx, anc_err *err)
{
    discard_work *w = arg;
    const ing_upload_writer up = w->upload->ing->with.uploads;
    return up.ops->discard(up.self, tx, w->upload->batch.key, DISCARD_PIECE, &w->more, err);
}

anc_status ing_upload_discard(ing_upload *u, krn_call *call)
{
    discard_work work = {.upload = u, .more = u->begun};
    while (work.more)
        ANC_TRY(krn_writer_run(u->ing->with.writer, call, write_discard, &work));
    u->ended = true;
    drop_segment(u);
    return ANC_OK;
}
