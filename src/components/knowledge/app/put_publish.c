/* put_publish.c - vectors looked up and made, rows staged, the version published.
 *
 * Chunks go to the catalog in pieces of KNO_PIECE, each with the vectors it lacked; the last piece
 * shares its transaction with the publication, so that a document of up to KNO_PIECE chunks is one
 * commit. A piece that is committed stays when the publication has to be tried again.
 *
 * Between look-up and commit somebody may delete the last other document that shared a chunk, and
 * its vector with it. The publication therefore counts the vectors that are missing and asks for
 * another try, in which they are embedded.
 */
#include <string.h>

#include "kernel/domain/document_events.h"
#include "knowledge/domain/rules.h"
#include "put_impl.h"

typedef struct piece_work {
    kno_put *put;
    size_t from, n;            /* chunks; those before put->staged are there already */
    kno_vectors taken;         /* that came with the version, of put->embed_with */
    kno_vectors vectors, also; /* of put->embed_with, of put->also_with */
    bool publishes;
    bool again;         /* something moved; the closure was undone */
    int64_t version_id; /* told back; good once committed */
    kno_published published;
    uint64_t change_seq;
} piece_work;

/* ---- events -------------------------------------------------------------------------------- */

static ev_context event_context(const kno_put *put)
{
    return (ev_context){.component = ANC_STR("knowledge"),
                        .trace_id = put->call.trace_id,
                        .user_id = put->call.principal.user_id};
}

/* Whether a text is short enough as it stands in JSON, where a control character has six bytes. */
static bool is_short(anc_str text)
{
    enum { ESCAPE_BYTES = 6 };
    size_t bytes = text.len;
    for (size_t i = 0; i < text.len && bytes <= KNO_TOLD_BYTES; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t')
            bytes++;
        else if (c < ' ')
            bytes += ESCAPE_BYTES - 1;
    }
    return bytes <= KNO_TOLD_BYTES;
}

static anc_str told_content(const kno_put *put)
{
    return put->kno->with.tell_content && is_short(put->view.bytes) ? put->view.bytes
                                                                    : ANC_STR_NONE;
}

static anc_status announce_created(const piece_work *w, krn_tx *tx, anc_err *err)
{
    const kno_put *put = w->put;
    const ev_document_created event = {.document_id = put->name,
                                       .collection = put->collection.name,
                                       .title = put->version.title,
                                       .version = w->published.number,
                                       .chunks = (uint32_t)put->n_chunks,
                                       .bytes = put->version.bytes,
                                       .source = put->version.source,
                                       .metadata = {put->version.given},
                                       .content = told_content(put)};
    const ev_context context = event_context(put);
    return krn_outbox_append(put->kno->with.outbox, tx, EV_DOCUMENT_CREATED, &event, &context, err);
}

static anc_status announce_updated(const piece_work *w, krn_tx *tx, anc_err *err)
{
    const kno_put *put = w->put;
    const kno_version_record *now = &put->version;
    const unsigned changes = put->difference.changes;
    anc_str changed[3];
    size_t n = 0;
    if ((changes & KNO_CHANGED_TITLE) != 0)
        changed[n++] = ANC_STR("title");
    if ((changes & KNO_CHANGED_CONTENT) != 0)
        changed[n++] = ANC_STR("content");
    if ((changes & KNO_CHANGED_METADATA) != 0)
        changed[n++] = ANC_STR("metadata");
    ev_document_updated event = {.document_id = put->name,
                                 .collection = put->collection.name,
                                 .version = w->published.number,
                                 .changed = {changed, n},
                                 .chunks_added = put->difference.added,
                                 .chunks_removed = put->difference.removed,
                                 .bytes = put->version.bytes};
    if ((changes & KNO_CHANGED_TITLE) != 0)
        event.title = now->title;
    if ((changes & KNO_CHANGED_METADATA) != 0)
        event.metadata.text = now->given;
    if ((changes & KNO_CHANGED_CONTENT) != 0)
        event.content = told_content(put);
    const ev_context context = event_context(put);
    return krn_outbox_append(put->kno->with.outbox, tx, EV_DOCUMENT_UPDATED, &event, &context, err);
}

/* ---- the writer's closure ------------------------------------------------------------------ */

static anc_status stage_piece(piece_work *w, krn_tx *tx, anc_err *err)
{
    kno_put *put = w->put;
    const kno_catalog *catalog = &put->kno->with.catalog;
    const kno_version_writer versions = catalog->versions;
    w->version_id = put->version_id;
    if (w->version_id == 0) {
        ANC_TRY(versions.ops->stage(versions.self, tx, &put->version, &w->version_id, err));
        kno_live_end(put->kno, &put->live); /* of a try that was undone */
        kno_live_begin(put->kno, &put->live, w->version_id);
    }
    if (w->from >= put->staged && w->n > 0)
        ANC_TRY(versions.ops->stage_chunks(versions.self, tx, w->version_id, put->chunks + w->from,
                                           w->n, err));
    if (w->taken.n > 0)
        ANC_TRY(catalog->vectors.ops->put(catalog->vectors.self, tx, &w->taken, err));
    if (w->vectors.n > 0)
        ANC_TRY(catalog->vectors.ops->put(catalog->vectors.self, tx, &w->vectors, err));
    if (w->also.n > 0)
        ANC_TRY(catalog->vectors.ops->put(catalog->vectors.self, tx, &w->also, err));
    return ANC_OK;
}

/* What is lacking of them all the same is filled in in the background. */
static anc_status complete_also(const piece_work *w, krn_tx *tx, anc_err *err)
{
    const kno_put *put = w->put;
    const kno_vector_store v = put->kno->with.catalog.vectors;
    kno_completion ignored = {0};
    if (put->also_with.emb == NULL)
        return ANC_OK;
    const emb_info_row also = emb_info(put->also_with.emb);
    return v.ops->complete(v.self, tx, also.revision, also.dims, w->version_id, &ignored, err);
}

static anc_status publish_version(piece_work *w, krn_tx *tx, anc_err *err)
{
    const kno_put *put = w->put;
    const kno_catalog *catalog = &put->kno->with.catalog;
    const kno_past *past = put->input->past;
    const kno_publication publication = {
        .collection_id = put->collection.id,
        .document = put->name,
        .parent = put->of.parent,
        .made_for = put->of.has_version ? &put->of.version : NULL,
        .parent_at = put->of.bound ? &put->of.parent_at : NULL,
        .file = put->input->of_file ? put->input->uri : ANC_STR_NONE,
        .file_others = put->file_others,
        .base_id = put->present.current.id,
        .version_id = w->version_id,
        .chunks = (uint32_t)put->n_chunks,
        .difference = put->difference,
        .number = past != NULL ? past->number : 0,
        .created_ms = past != NULL ? past->created_ms : 0,
        .document_created_ms = past != NULL ? past->document_created_ms : 0};
    const anc_status status = catalog->versions.ops->publish(catalog->versions.self, tx,
                                                             &publication, &w->published, err);
    w->again = status == ANC_CONFLICT || status == ANC_NOT_FOUND;
    ANC_TRY(status);
    if (put->model.len == 0)
        return ANC_OK;
    const kno_model_store models = catalog->models;
    kno_completion done = {0};
    if (put->target.revision.len > 0 && !anc_str_eq(put->target.revision, put->collection.target))
        ANC_TRY(models.ops->aim(models.self, tx, put->collection.wanted_model, put->target.revision,
                                put->target.dims, err));
    ANC_TRY(catalog->vectors.ops->complete(catalog->vectors.self, tx, put->model,
                                           emb_info(put->embed_with.emb).dims, w->version_id, &done,
                                           err));
    w->again = done.missing > 0 || !(done.searched || done.wanted);
    if (done.missing > 0)
        return ANC_FAIL(err, ANC_CONFLICT, "vectors that '%.*s' shares were removed meanwhile",
                        ANC_FMT(put->name));
    if (w->again)
        return ANC_FAIL(err, ANC_CONFLICT, "the model of '%.*s' was changed meanwhile",
                        ANC_FMT(put->collection.name));
    return complete_also(w, tx, err);
}

/* What the caller wants to be one commit with the version. */
static anc_status tell_publish(const piece_work *w, krn_tx *tx, anc_err *err)
{
    const kno_put *put = w->put;
    if (put->input->on_publish == NULL)
        return ANC_OK;
    const kno_put_result result = {.collection = put->into,
                                   .document_id = put->name,
                                   .version = w->published.number,
                                   .chunks = (uint32_t)put->n_chunks,
                                   .status = put->present.id == 0 ? KNO_CREATED : KNO_UPDATED,
                                   .change_seq = w->change_seq,
                                   .embedded = put->embedded};
    return put->input->on_publish(put->input->on_publish_arg, tx, &result, err);
}

/* Parts that the document has no more go with its old version. */
static anc_status retire_vanished(const piece_work *w, krn_tx *tx, anc_err *err)
{
    kno_put *put = w->put;
    if (put->vanished == NULL)
        return ANC_OK;
    *put->vanished = (kno_retirement){.kno = put->kno,
                                      .call = &put->call,
                                      .collection_id = put->collection.id,
                                      .collection = put->collection.name,
                                      .left = SIZE_MAX};
    anc_str after = ANC_STR_NONE;
    return kno_retire_parts(put->vanished, tx, put->name, &put->parts, &after, err);
}

/* One of its name that is gone and waits for the sweep: its end is told before the beginning of this. */
static anc_status retire_left(const kno_put *put, krn_tx *tx, anc_err *err)
{
    const kno_version_writer versions = put->kno->with.catalog.versions;
    kno_part_row row = {.name = put->name};
    if (put->present.id != 0)
        return ANC_OK;
    for (;;) {
        ANC_TRY(versions.ops->left(versions.self, tx, put->collection.id, put->name,
                                   &row.document_id, err));
        if (row.document_id == 0)
            return ANC_OK;
        kno_retirement r = {.kno = put->kno,
                            .call = &put->call,
                            .collection_id = put->collection.id,
                            .collection = put->collection.name,
                            .left = 1};
        ANC_TRY(kno_retire_alone(&r, tx, &row, err));
    }
}

static anc_status write_piece(void *arg, krn_tx *tx, anc_err *err)
{
    piece_work *w = arg;
    const kno_put *put = w->put;
    ANC_TRY(stage_piece(w, tx, err));
    if (!w->publishes)
        return ANC_OK;
    ANC_TRY(retire_left(put, tx, err));
    ANC_TRY(publish_version(w, tx, err));
    ANC_TRY(retire_vanished(w, tx, err));
    ANC_TRY(kno_going_go(&put->going, tx, err));
    const krn_change change = {.op = KRN_CHANGE_PUBLISH,
                               .collection = put->collection.name,
                               .document_id = put->name,
                               .version = w->published.number};
    const krn_changes log = put->kno->with.changes;
    ANC_TRY(log.ops->append(log.self, tx, &change, &w->change_seq, err));
    const kno_version_writer versions = put->kno->with.catalog.versions;
    const kno_keeping keeping = kno_keeping_now(put->kno);
    ANC_TRY(versions.ops->announced(versions.self, tx, w->published.document_id, w->version_id,
                                    w->change_seq, &keeping, err));
    ANC_TRY(put->present.id == 0 ? announce_created(w, tx, err) : announce_updated(w, tx, err));
    return tell_publish(w, tx, err);
}

/* ---- the stage ----------------------------------------------------------------------------- */

/* Which of the chunks have a vector of `model` (empty: none has). */
static anc_status look_up_of(kno_put *put, anc_str model, bool **ret)
{
    const kno_vector_store v = put->kno->with.catalog.vectors;
    bool *known = anc_arena_alloc(put->call.mem, put->n_chunks, sizeof *known);
    kno_digest *digests = anc_arena_alloc(put->call.mem, put->n_chunks, sizeof *digests);
    if (known == NULL || digests == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem), "no room for %zu chunks",
                        put->n_chunks);
    *ret = known;
    if (model.len == 0 || put->n_chunks == 0)
        return ANC_OK;
    for (size_t i = 0; i < put->n_chunks; i++)
        digests[i] = put->chunks[i].digest;
    return v.ops->known(v.self, &put->call, model, digests, put->n_chunks, known);
}

static anc_status look_up(kno_put *put)
{
    emb_let_go(&put->embed_with);
    emb_let_go(&put->also_with);
    ANC_TRY(kno_model_for_put(put->kno, &put->call, &put->collection, &put->embed_with,
                              &put->also_with, &put->target));
    const emb_info_row info = emb_info(put->embed_with.emb);
    put->model = info.available ? info.revision : ANC_STR_NONE;
    ANC_TRY(look_up_of(put, put->model, &put->known));
    if (put->also_with.emb == NULL)
        return ANC_OK;
    return look_up_of(put, emb_info(put->also_with.emb).revision, &put->also_known);
}

static unsigned changes_of(const kno_put *put)
{
    const kno_version_record *old = &put->present.current, *now = &put->version;
    if (put->present.id == 0)
        return 0;
    return put->also_changed | (anc_str_eq(old->title, now->title) ? 0 : KNO_CHANGED_TITLE) |
           (kno_digest_eq(&old->content, &now->content) ? 0 : KNO_CHANGED_CONTENT) |
           (anc_str_eq(old->given, now->given) ? 0 : KNO_CHANGED_METADATA) |
           (kno_labels_eq(old->acl, now->acl) ? 0 : KNO_CHANGED_ACL) |
           (anc_str_eq(old->uri, now->uri) ? 0 : KNO_CHANGED_URI);
}

/* How the version differs from the one that it would follow. */
static anc_status compare(kno_put *put)
{
    const kno_version_store d = put->kno->with.catalog.history;
    kno_digest *before = NULL;
    size_t n_before = 0;
    if (put->present.id != 0)
        ANC_TRY(d.ops->digests(d.self, &put->call, put->present.current.id, &before, &n_before));
    kno_digest *now = anc_arena_alloc(put->call.mem, put->n_chunks, sizeof *now);
    if (now == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem), "no room for %zu chunks",
                        put->n_chunks);
    for (size_t i = 0; i < put->n_chunks; i++)
        now[i] = put->chunks[i].digest;
    put->difference = (kno_difference){.changes = changes_of(put), .counted = true};
    kno_digests_compare(before, n_before, now, put->n_chunks, &put->difference.added,
                        &put->difference.removed);
    kno_past_apply(put);
    return ANC_OK;
}

static anc_status on_block(void *arg, size_t at)
{
    const piece_work *w = arg;
    return kno_put_goes_on(w->put, w->from + at, w->put->n_chunks);
}

static anc_status embed_piece(kno_put *put, piece_work *w)
{
    const kno_embed_watch watch = {on_block, w, put->n_chunks > KNO_PIECE};
    if (put->model.len == 0 || w->n == 0)
        return ANC_OK;
    kno_put_stage_is(put, KNO_STAGE_EMBED);
    ANC_TRY(kno_put_take_vectors(put, w->from, w->n, &w->taken));
    ANC_TRY(kno_embed_chunks(put->kno, &put->call, put->embed_with.emb, put->version.title,
                             put->view.bytes, put->chunks + w->from, put->known + w->from, w->n,
                             &watch, &w->vectors));
    put->embedded += w->vectors.n;
    return ANC_OK;
}

typedef struct also_work {
    const piece_work *piece;
    krn_call *call; /* whose deadline is moved with the put's */
} also_work;

static anc_status on_also_block(void *arg, size_t at)
{
    (void)at;
    const also_work *w = arg;
    const piece_work *p = w->piece;
    ANC_TRY(kno_put_goes_on(p->put, p->from + p->n, p->put->n_chunks));
    w->call->deadline_ns = p->put->call.deadline_ns;
    return ANC_OK;
}

/* A model that fails is no reason to refuse a document that has its vectors of the one that is searched. */
static anc_status embed_also(kno_put *put, piece_work *w)
{
    if (put->also_with.emb == NULL || w->n == 0)
        return ANC_OK;
    anc_err why = {0};
    krn_call call = put->call;
    call.err = &why;
    also_work also = {.piece = w, .call = &call};
    const kno_embed_watch watch = {on_also_block, &also, put->n_chunks > KNO_PIECE};
    const anc_status status =
        kno_embed_chunks(put->kno, &call, put->also_with.emb, put->version.title, put->view.bytes,
                         put->chunks + w->from, put->also_known + w->from, w->n, &watch, &w->also);
    if (status == ANC_OK)
        return ANC_OK;
    if (status == ANC_CANCELLED || status == ANC_DEADLINE)
        return ANC_FAIL(put->call.err, status, "%s", why.text);
    w->also = (kno_vectors){0};
    emb_let_go(&put->also_with);
    return ANC_OK;
}

static anc_status expect_vanished(kno_put *put)
{
    if (!put->takes_parts || put->present.id == 0 || put->vanished != NULL)
        return ANC_OK;
    put->vanished = anc_arena_alloc(put->call.mem, 1, sizeof *put->vanished);
    if (put->vanished == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem),
                        "no room for the parts of '%.*s'", ANC_FMT(put->name));
    return ANC_OK;
}

anc_status kno_put_publish(kno_put *put, bool *ret_again)
{
    ANC_TRY(compare(put));
    ANC_TRY(look_up(put));
    ANC_TRY(expect_vanished(put));
    for (size_t from = 0;; from += KNO_PIECE) {
        const size_t left = put->n_chunks - from;
        piece_work work = {.put = put,
                           .from = from,
                           .n = left < KNO_PIECE ? left : KNO_PIECE,
                           .publishes = left <= KNO_PIECE};
        ANC_TRY(embed_piece(put, &work));
        ANC_TRY(embed_also(put, &work));
        kno_put_stage_is(put, KNO_STAGE_WRITE);
        if (!work.publishes && from < put->staged &&
            work.vectors.n + work.taken.n + work.also.n == 0)
            continue;
        const anc_status status =
            krn_writer_run(put->kno->with.writer, &put->call, write_piece, &work);
        *ret_again = work.again;
        ANC_TRY(status);
        put->version_id = work.version_id;
        if (work.publishes) {
            put->published = work.published;
            put->change_seq = work.change_seq;
            if (!anc_str_eq(put->model, put->target.revision))
                kno_backfill_wake(put->kno);
            return ANC_OK;
        }
        if (from + work.n > put->staged)
            put->staged = from + work.n;
        ANC_TRY(kno_put_goes_on(put, from + work.n, put->n_chunks));
    }
}
