/* remove.c - what goes: a user's queries, and what is past its time. */
#include "base/str.h"
#include "trk_sqlite_impl.h"

/* Queries that a statement names, at most `limit`: their ids, so that it is done before they go. */
static anc_status read_some(db_stmt *s, krn_call *call, size_t limit, trk_query **ret,
                            size_t *ret_n)
{
    trk_query *items = anc_arena_alloc(call->mem, limit, sizeof *items);
    size_t n = 0;
    if (items == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu queries", limit);
    for (bool row = true; n < limit; n++) {
        ANC_TRY(db_step(s, &row, call->err));
        if (!row)
            break;
        ANC_TRY(db_col_copy(s, 0, call->mem, &items[n].query_id, call->err));
    }
    *ret = items;
    *ret_n = n;
    return ANC_OK;
}

static anc_status run_of(db_sqlite *db, const char *sql, anc_str id, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, sql, &s, err));
    db_bind_str(s, 1, id);
    return db_run(s, err);
}

/* ---- one user ---- */

static anc_status erase_query(db_sqlite *db, krn_call *call, anc_str query_id, trk_erased *ret)
{
    trk_query q;
    bool found;
    ANC_TRY(trk_query_load(db, call->mem, query_id, &q, &found, call->err));
    if (!found)
        return ANC_OK;
    ANC_TRY(trk_question_count(db, &q, -1, call->err));
    ANC_TRY(trk_query_remove(db, call->mem, &q, call->err));
    ANC_TRY(run_of(db, "DELETE FROM feedback WHERE query_id = ?1", query_id, call->err));
    ret->feedback += (uint64_t)db_changes(db);
    ret->retrievals += q.n_retrievals;
    ret->queries++;
    return ANC_OK;
}

anc_status trk_sqlite_erase(void *self, krn_call *call, anc_str user_id, anc_str conversation_id,
                            size_t limit, trk_erased *ret, bool *ret_more)
{
    trk_query *items;
    size_t n;
    trk_erased erased = {0};
    TRK_WRITING(w);
    ANC_TRY(trk_writing_begin(&w, self, call->err));
    {
        DB_STMT(s);
        ANC_TRY(db_prepare(w.db,
                           "SELECT query_id FROM query WHERE user_id = ?1 UNION ALL"
                           " SELECT query_id FROM query WHERE conversation_id = ?2 AND"
                           " substr(conversation_id, 1, 5) = 'chat:' LIMIT ?3",
                           &s, call->err));
        db_bind_str(s, 1, user_id);
        db_bind_str(s, 2, conversation_id);
        db_bind_int(s, 3, (int64_t)limit);
        ANC_TRY(read_some(s, call, limit, &items, &n));
    }
    for (size_t i = 0; i < n; i++)
        ANC_TRY(erase_query(w.db, call, items[i].query_id, &erased));
    ANC_TRY(trk_writing_keep(&w, call->err));
    *ret = erased;
    *ret_more = n == limit;
    return ANC_OK;
}

/* The words' index keeps what was removed until its parts are joined, and the log its pages until they
 * are copied back. */
anc_status trk_sqlite_scrub(void *self, krn_call *call)
{
    {
        TRK_WRITING(w);
        ANC_TRY(trk_writing_begin(&w, self, call->err));
        ANC_TRY(db_exec(w.db, "INSERT INTO question_text(question_text) VALUES('optimize')",
                        call->err));
        ANC_TRY(trk_writing_keep(&w, call->err));
    }
    trk_sqlite *t = self;
    (void)pthread_mutex_lock(&t->mutex);
    const anc_status status = db_exec(t->db, "PRAGMA wal_checkpoint(TRUNCATE)", call->err);
    (void)pthread_mutex_unlock(&t->mutex);
    return status;
}

/* ---- past its time ---- */

static anc_status prune_queries(db_sqlite *db, krn_call *call, int64_t before_ms, size_t limit,
                                bool *more)
{
    trk_query *items;
    size_t n;
    {
        DB_STMT(s);
        ANC_TRY(db_prepare(db,
                           "SELECT query_id FROM query WHERE requested_ms < ?1"
                           " ORDER BY requested_ms LIMIT ?2",
                           &s, call->err));
        db_bind_int(s, 1, before_ms);
        db_bind_int(s, 2, (int64_t)limit);
        ANC_TRY(read_some(s, call, limit, &items, &n));
    }
    for (size_t i = 0; i < n; i++) {
        trk_query q;
        bool found;
        ANC_TRY(trk_query_load(db, call->mem, items[i].query_id, &q, &found, call->err));
        if (found)
            ANC_TRY(trk_query_remove(db, call->mem, &q, call->err));
    }
    *more |= n == limit;
    return ANC_OK;
}

static anc_status prune_rows(db_sqlite *db, const char *sql, int64_t before, size_t limit,
                             bool *more, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, sql, &s, err));
    db_bind_int(s, 1, before);
    db_bind_int(s, 2, (int64_t)limit);
    ANC_TRY(db_run(s, err));
    *more |= (size_t)db_changes(db) == limit;
    return ANC_OK;
}

anc_status trk_sqlite_prune(void *self, krn_call *call, const trk_limits *limits, size_t limit,
                            bool *ret_more)
{
    bool more = false;
    const struct {
        const char *sql;
        int64_t before;
    } rows[] = {
        {"DELETE FROM feedback WHERE query_id IN"
         " (SELECT query_id FROM feedback WHERE at_ms < ?1 ORDER BY at_ms LIMIT ?2)",
         limits->queries_ms},
        {"DELETE FROM question_day WHERE (day, question) IN"
         " (SELECT day, question FROM question_day WHERE day < ?1 LIMIT ?2)",
         limits->queries_ms / TRK_DAY_MS},
        {"DELETE FROM document_life WHERE (document_id, at_ms, collection, version, op) IN"
         " (SELECT document_id, at_ms, collection, version, op FROM document_life"
         " WHERE at_ms < ?1 LIMIT ?2)",
         limits->documents_ms},
        {"DELETE FROM document_day WHERE (document_id, collection, day) IN"
         " (SELECT document_id, collection, day FROM document_day WHERE day < ?1 LIMIT ?2)",
         limits->documents_ms / TRK_DAY_MS},
        {"DELETE FROM rollup WHERE (kind, name, hour) IN"
         " (SELECT kind, name, hour FROM rollup WHERE hour < ?1 LIMIT ?2)",
         limits->rollups_ms / TRK_HOUR_MS},
    };
    TRK_WRITING(w);
    ANC_TRY(trk_writing_begin(&w, self, call->err));
    ANC_TRY(prune_queries(w.db, call, limits->queries_ms, limit, &more));
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        ANC_TRY(prune_rows(w.db, rows[i].sql, rows[i].before, limit, &more, call->err));
    ANC_TRY(trk_writing_keep(&w, call->err));
    *ret_more = more;
    return ANC_OK;
}
