/* trk_sqlite.c - the file opened and closed, its place in the events, one query and one document. */
#include "trk_sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "db/sqlite/page_scan.h"
#include "trk_sqlite_impl.h"

enum { DEFAULT_READERS = 2, LIFE_MAX = 10000, COLLECTIONS_NAMED = 5, NAMES_BYTES = 1024 };

/* ---- writing ---- */

anc_status trk_writing_begin(trk_writing *w, trk_sqlite *self, anc_err *err)
{
    (void)pthread_mutex_lock(&self->mutex);
    w->self = self;
    w->db = self->db;
    return db_begin(w->db, err);
}

anc_status trk_writing_keep(trk_writing *w, anc_err *err)
{
    return db_commit(w->db, err);
}

void trk_writing_end(trk_writing *w)
{
    if (w->self == NULL)
        return;
    db_rollback(w->db);
    (void)pthread_mutex_unlock(&w->self->mutex);
}

anc_status trk_grow(anc_arena *mem, void **items, size_t n, size_t *room, size_t size, anc_err *err)
{
    if (n < *room)
        return ANC_OK;
    const size_t more = *room == 0 ? 16 : *room * 2;
    void *bigger = anc_arena_alloc(mem, more, size);
    if (bigger == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu rows", more);
    if (n > 0)
        memcpy(bigger, *items, n * size);
    *items = bigger;
    *room = more;
    return ANC_OK;
}

/* ---- the place ---- */

static anc_status cursor(void *self, krn_call *call, uint64_t *ret)
{
    DB_READING(r);
    ANC_TRY(trk_reading_begin(&r, self, call));
    DB_STMT(s);
    bool row;
    ANC_TRY(db_prepare(r.db, "SELECT seq FROM place", &s, call->err));
    ANC_TRY(db_step(s, &row, call->err));
    *ret = row ? (uint64_t)db_col_int(s, 0) : 0;
    return ANC_OK;
}

static anc_status key(void *self, krn_call *call, const unsigned char fresh[TRK_KEY_BYTES],
                      unsigned char ret[TRK_KEY_BYTES])
{
    TRK_WRITING(w);
    ANC_TRY(trk_writing_begin(&w, self, call->err));
    {
        DB_STMT(s);
        ANC_TRY(db_prepare(w.db, "UPDATE place SET key = coalesce(key, ?1)", &s, call->err));
        db_bind_blob(s, 1, fresh, TRK_KEY_BYTES);
        ANC_TRY(db_run(s, call->err));
    }
    {
        DB_STMT(s);
        bool row;
        ANC_TRY(db_prepare(w.db, "SELECT key FROM place", &s, call->err));
        ANC_TRY(db_step(s, &row, call->err));
        const anc_str kept = row ? db_col_blob(s, 0) : ANC_STR_NONE;
        if (kept.len != TRK_KEY_BYTES)
            return ANC_FAIL(call->err, ANC_CORRUPT, "the key of user ids has %zu bytes", kept.len);
        memcpy(ret, kept.ptr, TRK_KEY_BYTES);
    }
    return trk_writing_keep(&w, call->err);
}

/* ---- one query ---- */

static anc_status read_feedback(db_sqlite *db, krn_call *call, anc_str query_id, trk_feedback *ret)
{
    DB_STMT(s);
    bool row;
    *ret = (trk_feedback){.query_id = query_id, .comment = ANC_STR("")};
    ANC_TRY(db_prepare(db, "SELECT rating, at_ms, comment FROM feedback WHERE query_id = ?1", &s,
                       call->err));
    db_bind_str(s, 1, query_id);
    ANC_TRY(db_step(s, &row, call->err));
    if (!row)
        return ANC_OK;
    ret->rating = (int)db_col_int(s, 0);
    ret->at_ms = db_col_int(s, 1);
    return db_col_copy(s, 2, call->mem, &ret->comment, call->err);
}

static anc_status find(void *self, krn_call *call, anc_str query_id, trk_query *ret,
                       trk_feedback *ret_feedback)
{
    DB_READING(r);
    bool found;
    ANC_TRY(trk_reading_begin(&r, self, call));
    ANC_TRY(trk_query_load(r.db, call->mem, query_id, ret, &found, call->err));
    if (!found)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "the tracking knows no query \"%.*s\"",
                        ANC_FMT(anc_str_sub(query_id, 0, 200)));
    return read_feedback(r.db, call, query_id, ret_feedback);
}

/* ---- one document ---- */

static anc_status read_life(const db_stmt *s, krn_call *call, trk_life *ret)
{
    trk_life l = {.at_ms = db_col_int(s, 1),
                  .version = (uint32_t)db_col_int(s, 3),
                  .op = (trk_life_op)db_col_int(s, 4),
                  .chunks = (uint32_t)db_col_int(s, 6),
                  .removed = (uint32_t)db_col_int(s, 7),
                  .bytes = (uint64_t)db_col_int(s, 8)};
    ANC_TRY(db_col_copy(s, 0, call->mem, &l.document_id, call->err));
    ANC_TRY(db_col_copy(s, 2, call->mem, &l.collection, call->err));
    ANC_TRY(db_col_copy(s, 5, call->mem, &l.title, call->err));
    ANC_TRY(db_col_copy(s, 9, call->mem, &l.changed, call->err));
    *ret = l;
    return ANC_OK;
}

static anc_status read_lives(db_sqlite *db, krn_call *call, anc_str id, anc_str collection,
                             trk_life_story *ret)
{
    DB_STMT(s);
    void *items = NULL;
    size_t room = 0;
    ANC_TRY(db_prepare(db,
                       "SELECT document_id, at_ms, collection, version, op, title, chunks, removed,"
                       " bytes, changed FROM document_life WHERE document_id = ?1"
                       " AND collection = ?3 ORDER BY at_ms, version LIMIT ?2",
                       &s, call->err));
    db_bind_str(s, 1, id);
    db_bind_int(s, 2, LIFE_MAX);
    db_bind_str(s, 3, collection);
    for (ret->n = 0;; ret->n++) {
        bool row;
        ANC_TRY(db_step(s, &row, call->err));
        if (!row)
            break;
        ANC_TRY(trk_grow(call->mem, &items, ret->n, &room, sizeof *ret->items, call->err));
        ANC_TRY(read_life(s, call, (trk_life *)items + ret->n));
    }
    ret->items = items;
    return ANC_OK;
}

/* What an event did not say the collection of counts for whichever is asked for. */
static anc_status read_use(db_sqlite *db, krn_call *call, anc_str id, anc_str collection,
                           trk_use *ret)
{
    DB_STMT(s);
    bool row;
    *ret = (trk_use){.document_id = id, .collection = collection};
    ANC_TRY(db_prepare(db,
                       "SELECT coalesce(sum(retrieved), 0), coalesce(sum(cited), 0) FROM"
                       " document_day WHERE document_id = ?1 AND collection IN (?2, '')",
                       &s, call->err));
    db_bind_str(s, 1, id);
    db_bind_str(s, 2, collection);
    ANC_TRY(db_step(s, &row, call->err));
    ret->retrieved = row ? (uint64_t)db_col_int(s, 0) : 0;
    ret->cited = row ? (uint64_t)db_col_int(s, 1) : 0;
    return ANC_OK;
}

/* The collections that have, or had, a document of that id: INVALID where there are several. */
static anc_status only_collection(db_sqlite *db, krn_call *call, anc_str id, anc_str *ret)
{
    DB_STMT(s);
    ANC_BUF(names, NAMES_BYTES);
    size_t n = 0;
    *ret = ANC_STR("");
    ANC_TRY(db_prepare(db,
                       "SELECT collection FROM document_life WHERE document_id = ?1 UNION"
                       " SELECT collection FROM document_day WHERE document_id = ?1 AND"
                       " collection <> '' ORDER BY collection LIMIT ?2",
                       &s, call->err));
    db_bind_str(s, 1, id);
    db_bind_int(s, 2, COLLECTIONS_NAMED);
    for (bool row = true;; n++) {
        ANC_TRY(db_step(s, &row, call->err));
        if (!row)
            break;
        ANC_TRY(db_col_copy(s, 0, call->mem, ret, call->err));
        (void)anc_buf_printf(&names, "%s%.*s", n > 0 ? ", " : "", ANC_FMT(*ret));
    }
    if (n > 1)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "?collection",
                              "documents \"%.*s\" are in several collections (%.*s%s): say which",
                              ANC_FMT(anc_str_sub(id, 0, 200)), ANC_FMT(anc_buf_view(&names)),
                              n == COLLECTIONS_NAMED ? ", …" : "");
    return ANC_OK;
}

static anc_status document(void *self, krn_call *call, anc_str id, anc_str collection,
                           trk_life_story *ret)
{
    DB_READING(r);
    ANC_TRY(trk_reading_begin(&r, self, call));
    if (collection.len == 0)
        ANC_TRY(only_collection(r.db, call, id, &collection));
    ANC_TRY(read_lives(r.db, call, id, collection, ret));
    ANC_TRY(read_use(r.db, call, id, collection, &ret->use));
    if (ret->n == 0 && ret->use.retrieved == 0)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "the tracking knows no document \"%.*s\"%s%.*s",
                        ANC_FMT(anc_str_sub(id, 0, 200)), collection.len > 0 ? " in " : "",
                        ANC_FMT(anc_str_sub(collection, 0, 100)));
    return ANC_OK;
}

/* ---- opening ---- */

static const trk_repository_ops repository_ops = {
    .name = "sqlite",
    .cursor = cursor,
    .key = key,
    .apply = trk_sqlite_apply,
    .list = trk_sqlite_list,
    .find = find,
    .document = document,
    .stats = trk_sqlite_stats,
    .erase = trk_sqlite_erase,
    .scrub = trk_sqlite_scrub,
    .prune = trk_sqlite_prune,
};

static anc_status open_file(trk_sqlite *self, const trk_sqlite_options *o, anc_err *err)
{
    const db_options options = {.vfs = o->vfs, .cache_bytes = 16 << 20};
    ANC_TRY(db_wal_scan(o->path, err));
    ANC_TRY(db_open(o->path, &options, &self->db, err));
    ANC_TRY(db_migrate(self->db, trk_migrations, trk_n_migrations, o->now_ms, err));
    return db_readers_open(o->path, &options, o->readers > 0 ? o->readers : DEFAULT_READERS,
                           &self->readers, err);
}

anc_status trk_sqlite_open(const trk_sqlite_options *options, trk_sqlite **ret,
                           trk_repository *ret_repository, anc_err *err)
{
    trk_sqlite *self = calloc(1, sizeof *self);
    if (self == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the tracking's file");
    (void)pthread_mutex_init(&self->mutex, NULL);
    const anc_status status = open_file(self, options, err);
    if (status != ANC_OK) {
        trk_sqlite_close(self);
        return status;
    }
    *ret = self;
    *ret_repository = (trk_repository){&repository_ops, self};
    return ANC_OK;
}

void trk_sqlite_close(trk_sqlite *self)
{
    if (self == NULL)
        return;
    db_readers_close(self->readers);
    db_close(self->db);
    (void)pthread_mutex_destroy(&self->mutex);
    free(self);
}
