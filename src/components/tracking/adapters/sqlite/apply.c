/* apply.c - a batch of changes and the place that it reaches, in one transaction.
 *
 * Changes of one query are put together first, so that a query whose events came together, which is the
 * rule, is written once. One that is known in part already is taken out of every count and put in anew:
 * what is counted is always what one look at the whole query would count.
 */
#include "base/str.h"
#include "tracking/domain/query.h"
#include "trk_sqlite_impl.h"

static void sheet_cleanup(trk_sheet *sheet)
{
    trk_sheet_close(sheet);
}

/* ---- queries ---- */

typedef struct gathered {
    trk_query *items; /* [n] */
    size_t n;
} gathered;

static anc_status gather(krn_call *call, const trk_change *changes, size_t n, gathered *ret)
{
    ANC_CLEANUP(trk_map_cleanup) anc_map *known = anc_map_new();
    ret->items = anc_arena_alloc(call->mem, n, sizeof *ret->items);
    ret->n = 0;
    if (known == NULL || ret->items == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "a batch of %zu events", n);
    for (size_t i = 0; i < n; i++) {
        const trk_query *told = &changes[i].query;
        uint64_t at = ret->n;
        if (changes[i].subject != TRK_QUERY)
            continue;
        if (!anc_map_find(known, told->query_id, &at)) {
            if (!anc_map_put(known, told->query_id, at))
                return ANC_FAIL(call->err, ANC_NO_MEMORY, "a batch of %zu events", n);
            ret->n++;
        }
        (void)trk_query_merge(&ret->items[at], told);
    }
    return ANC_OK;
}

static anc_status apply_query(trk_sheet *sheet, const trk_query *told)
{
    trk_query q = {0};
    bool found;
    ANC_TRY(trk_query_load(sheet->db, sheet->mem, told->query_id, &q, &found, sheet->err));
    if (found && (told->has & ~q.has) == 0)
        return ANC_OK;
    if (found) {
        ANC_TRY(trk_sheet_count(sheet, &q, -1));
        ANC_TRY(trk_day_count(sheet->db, &q, -1, sheet->err));
        ANC_TRY(trk_query_remove(sheet->db, sheet->mem, &q, sheet->err));
    }
    (void)trk_query_merge(&q, told);
    ANC_TRY(trk_query_insert(sheet->db, sheet->mem, &q, sheet->err));
    ANC_TRY(trk_day_count(sheet->db, &q, 1, sheet->err));
    return trk_sheet_count(sheet, &q, 1);
}

static anc_status apply_queries(db_sqlite *db, krn_call *call, const trk_change *changes, size_t n)
{
    ANC_CLEANUP(sheet_cleanup) trk_sheet sheet = {0};
    gathered all;
    ANC_TRY(gather(call, changes, n, &all));
    ANC_TRY(trk_sheet_open(&sheet, call->mem, db, call->err));
    for (size_t i = 0; i < all.n; i++)
        ANC_TRY(apply_query(&sheet, &all.items[i]));
    return trk_sheet_write(&sheet);
}

/* ---- feedback, documents ---- */

static anc_status apply_feedback(db_sqlite *db, const trk_feedback *f, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "INSERT INTO feedback VALUES(?1, ?2, ?3, ?4) ON CONFLICT(query_id) DO UPDATE"
                       " SET rating = excluded.rating, comment = excluded.comment,"
                       " at_ms = excluded.at_ms WHERE excluded.at_ms >= at_ms",
                       &s, err));
    db_bind_str(s, 1, f->query_id);
    db_bind_int(s, 2, f->rating);
    db_bind_str(s, 3, f->comment);
    db_bind_int(s, 4, f->at_ms);
    return db_run(s, err);
}

static anc_status apply_life(db_sqlite *db, const trk_life *l, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(
        db, "INSERT OR IGNORE INTO document_life VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)", &s, err));
    db_bind_str(s, 1, l->document_id);
    db_bind_int(s, 2, l->at_ms);
    db_bind_str(s, 3, l->collection);
    db_bind_int(s, 4, l->version);
    db_bind_int(s, 5, l->op);
    db_bind_str(s, 6, l->title);
    db_bind_int(s, 7, l->chunks);
    db_bind_int(s, 8, l->removed);
    db_bind_int(s, 9, (int64_t)l->bytes);
    db_bind_str(s, 10, l->changed);
    return db_run(s, err);
}

static anc_status apply_others(db_sqlite *db, const trk_change *changes, size_t n, anc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (changes[i].subject == TRK_FEEDBACK)
            ANC_TRY(apply_feedback(db, &changes[i].feedback, err));
        if (changes[i].subject == TRK_DOCUMENT)
            ANC_TRY(apply_life(db, &changes[i].life, err));
    }
    return ANC_OK;
}

/* ---- the place ---- */

static anc_status move_cursor(db_sqlite *db, uint64_t from, uint64_t to, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, "UPDATE place SET seq = ?2 WHERE seq = ?1", &s, err));
    db_bind_int(s, 1, (int64_t)from);
    db_bind_int(s, 2, (int64_t)to);
    ANC_TRY(db_run(s, err));
    if (db_changes(db) != 1)
        return ANC_FAIL(err, ANC_CONFLICT, "the tracking is not at event %llu any more",
                        (unsigned long long)from);
    return ANC_OK;
}

anc_status trk_sqlite_apply(void *self, krn_call *call, const trk_change *changes, size_t n,
                            uint64_t from, uint64_t to)
{
    TRK_WRITING(w);
    ANC_TRY(trk_writing_begin(&w, self, call->err));
    ANC_TRY(move_cursor(w.db, from, to, call->err));
    ANC_TRY(apply_queries(w.db, call, changes, n));
    ANC_TRY(apply_others(w.db, changes, n, call->err));
    return trk_writing_keep(&w, call->err);
}
