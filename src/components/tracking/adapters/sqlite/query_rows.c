/* query_rows.c - a query as rows: itself, its collections, its words, its retrievals, the day's counts. */
#include <math.h>

#include "base/str.h"
#include "tracking/domain/query.h"
#include "trk_sqlite_impl.h"
#include "json/json.h"

enum { LIST_BYTES = 1 << 20, RETRIEVALS_MAX = 1000, QUESTION_BYTES = 300 };

static void doc_cleanup(json_doc **doc)
{
    json_doc_free(*doc);
}

/* ---- reading ---- */

static anc_status read_collections(anc_str json, anc_arena *mem, trk_query *q, anc_err *err)
{
    ANC_CLEANUP(doc_cleanup) json_doc *doc = NULL;
    if (json.len <= 2)
        return ANC_OK;
    ANC_TRY(json_parse(json, &doc, err));
    const size_t n = json_count(json_root(doc));
    anc_str *names = anc_arena_alloc(mem, n, sizeof *names);
    for (size_t i = 0; names != NULL && i < n; i++) {
        names[i] = anc_arena_copy(mem, json_str(json_element(json_root(doc), i), ANC_STR("")));
        if (names[i].ptr == NULL)
            names = NULL;
    }
    if (names == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu collections", n);
    q->collections = names;
    q->n_collections = n;
    return ANC_OK;
}

anc_status trk_query_read(const db_stmt *s, anc_arena *mem, trk_query *ret, anc_err *err)
{
    trk_query q = {.place = db_col_int(s, 0),
                   .has = (unsigned)db_col_int(s, 2),
                   .requested_ms = db_col_int(s, 3),
                   .retrieved = (uint32_t)db_col_int(s, 9),
                   .status = (trk_status)db_col_int(s, 10),
                   .ended_ms = db_col_int(s, 11),
                   .duration_us = db_col_int(s, 12),
                   .input_tokens = (uint32_t)db_col_int(s, 16),
                   .output_tokens = (uint32_t)db_col_int(s, 17),
                   .cost_nano = db_col_int(s, 18),
                   .cache_hit = db_col_int(s, 19) != 0,
                   .kind = (trk_query_kind)db_col_int(s, 25),
                   .declined = db_col_int(s, 26) != 0};
    const struct {
        int column;
        anc_str *to;
    } texts[] = {{1, &q.query_id},        {4, &q.user_id},         {5, &q.question},
                 {7, &q.conversation_id}, {8, &q.workflow_run_id}, {13, &q.answer},
                 {14, &q.model},          {15, &q.provider},       {20, &q.timings},
                 {21, &q.route},          {22, &q.error_type},     {23, &q.error_message},
                 {24, &q.error_stage}};
    for (size_t i = 0; i < ANC_COUNT(texts); i++)
        ANC_TRY(db_col_copy(s, texts[i].column, mem, texts[i].to, err));
    ANC_TRY(read_collections(db_col_str(s, 6), mem, &q, err));
    *ret = q;
    return ANC_OK;
}

static double real_or_none(const db_stmt *s, int i)
{
    return db_col_is_null(s, i) ? (double)NAN : db_col_real(s, i);
}

static anc_status read_retrieval(const db_stmt *s, anc_arena *mem, trk_retrieval *ret, anc_err *err)
{
    trk_retrieval r = {.position = (uint32_t)db_col_int(s, 0),
                       .version = (uint32_t)db_col_int(s, 3),
                       .score = real_or_none(s, 6),
                       .keyword = real_or_none(s, 7),
                       .semantic = real_or_none(s, 8),
                       .fused = real_or_none(s, 9),
                       .rerank = real_or_none(s, 10),
                       .cited = db_col_int(s, 11) != 0};
    ANC_TRY(db_col_copy(s, 1, mem, &r.chunk_id, err));
    ANC_TRY(db_col_copy(s, 2, mem, &r.document_id, err));
    ANC_TRY(db_col_copy(s, 4, mem, &r.collection, err));
    ANC_TRY(db_col_copy(s, 5, mem, &r.title, err));
    *ret = r;
    return ANC_OK;
}

static anc_status read_retrievals(db_sqlite *db, anc_arena *mem, trk_query *q, anc_err *err)
{
    DB_STMT(s);
    void *items = NULL;
    size_t n = 0, room = 0;
    ANC_TRY(db_prepare(db,
                       "SELECT position, chunk_id, document_id, version, collection, title, score,"
                       " keyword, semantic, fused, rerank, cited FROM retrieval WHERE row = ?1"
                       " ORDER BY position LIMIT ?2",
                       &s, err));
    db_bind_int(s, 1, q->place);
    db_bind_int(s, 2, RETRIEVALS_MAX);
    for (;; n++) {
        bool row;
        ANC_TRY(db_step(s, &row, err));
        if (!row)
            break;
        ANC_TRY(trk_grow(mem, &items, n, &room, sizeof *q->retrievals, err));
        ANC_TRY(read_retrieval(s, mem, (trk_retrieval *)items + n, err));
    }
    q->retrievals = items;
    q->n_retrievals = n;
    return ANC_OK;
}

anc_status trk_query_load(db_sqlite *db, anc_arena *mem, anc_str query_id, trk_query *ret,
                          bool *ret_found, anc_err *err)
{
    {
        DB_STMT(s);
        ANC_TRY(db_prepare(db, "SELECT " TRK_QUERY_COLUMNS " FROM query q WHERE q.query_id = ?1",
                           &s, err));
        db_bind_str(s, 1, query_id);
        ANC_TRY(db_step(s, ret_found, err));
        if (!*ret_found)
            return ANC_OK;
        ANC_TRY(trk_query_read(s, mem, ret, err));
    }
    return read_retrievals(db, mem, ret, err);
}

/* ---- removing ---- */

static anc_status run_for(db_sqlite *db, const char *sql, int64_t row, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, sql, &s, err));
    db_bind_int(s, 1, row);
    return db_run(s, err);
}

/* The words are removed by the text that they were made of. */
static anc_status remove_words(db_sqlite *db, const trk_query *q, anc_err *err)
{
    DB_STMT(s);
    if (q->question.ptr == NULL)
        return ANC_OK;
    ANC_TRY(db_prepare(db,
                       "INSERT INTO question_text(question_text, rowid, question)"
                       " VALUES('delete', ?1, ?2)",
                       &s, err));
    db_bind_int(s, 1, q->place);
    db_bind_str(s, 2, q->question);
    return db_run(s, err);
}

static anc_status remove_collections(db_sqlite *db, anc_arena *mem, const trk_query *q,
                                     anc_err *err)
{
    const anc_str *names;
    size_t n;
    ANC_TRY(trk_query_touched(q, mem, &names, &n, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "DELETE FROM query_collection WHERE collection = ?1 AND requested_ms = ?2"
                       " AND row = ?3",
                       &s, err));
    for (size_t i = 0; i < n; i++) {
        db_bind_str(s, 1, names[i]);
        db_bind_int(s, 2, q->requested_ms);
        db_bind_int(s, 3, q->place);
        ANC_TRY(db_run(s, err));
    }
    return ANC_OK;
}

anc_status trk_query_remove(db_sqlite *db, anc_arena *mem, const trk_query *q, anc_err *err)
{
    ANC_TRY(remove_words(db, q, err));
    ANC_TRY(remove_collections(db, mem, q, err));
    ANC_TRY(run_for(db, "DELETE FROM retrieval WHERE row = ?1", q->place, err));
    return run_for(db, "DELETE FROM query WHERE row = ?1", q->place, err);
}

/* ---- writing ---- */

static void bind_end(db_stmt *s, const trk_query *q)
{
    db_bind_int(s, 11, trk_query_empty(q));
    db_bind_int(s, 12, q->status);
    db_bind_int(s, 13, q->ended_ms);
    db_bind_int(s, 14, q->duration_us);
    db_bind_int(s, 15, trk_slow_class(q->duration_us));
    db_bind_str_or_null(s, 16, q->answer);
    db_bind_str(s, 17, q->model);
    db_bind_str(s, 18, q->provider);
    db_bind_int(s, 19, q->input_tokens);
    db_bind_int(s, 20, q->output_tokens);
    db_bind_int(s, 21, q->cost_nano);
    db_bind_int(s, 22, q->cache_hit);
    db_bind_str(s, 23, q->timings);
    db_bind_str(s, 24, q->route);
    db_bind_str(s, 25, q->error_type);
    db_bind_str(s, 26, q->error_message);
    db_bind_str(s, 27, q->error_stage);
    db_bind_int(s, 28, q->kind);
    db_bind_int(s, 29, q->declined);
}

static anc_status insert_row(db_sqlite *db, trk_query *q, anc_str collections, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(
        db_prepare(db,
                   "INSERT INTO query VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,"
                   "?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?27,?28,?29)",
                   &s, err));
    if (q->place > 0)
        db_bind_int(s, 1, q->place);
    else
        db_bind_null(s, 1);
    db_bind_str(s, 2, q->query_id);
    db_bind_int(s, 3, q->has);
    db_bind_int(s, 4, q->requested_ms);
    db_bind_str(s, 5, q->user_id);
    db_bind_str_or_null(s, 6, q->question);
    db_bind_str(s, 7, collections);
    db_bind_str(s, 8, q->conversation_id);
    db_bind_str(s, 9, q->workflow_run_id);
    db_bind_int(s, 10, q->retrieved);
    bind_end(s, q);
    ANC_TRY(db_run(s, err));
    q->place = db_last_rowid(db);
    return ANC_OK;
}

static anc_status insert_collections(db_sqlite *db, anc_arena *mem, const trk_query *q,
                                     anc_err *err)
{
    const anc_str *names;
    size_t n;
    ANC_TRY(trk_query_touched(q, mem, &names, &n, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(db, "INSERT OR IGNORE INTO query_collection VALUES(?1, ?2, ?3)", &s, err));
    for (size_t i = 0; i < n; i++) {
        db_bind_str(s, 1, names[i]);
        db_bind_int(s, 2, q->requested_ms);
        db_bind_int(s, 3, q->place);
        ANC_TRY(db_run(s, err));
    }
    return ANC_OK;
}

static anc_status insert_words(db_sqlite *db, const trk_query *q, anc_err *err)
{
    DB_STMT(s);
    if (q->question.ptr == NULL)
        return ANC_OK;
    ANC_TRY(db_prepare(db, "INSERT INTO question_text(rowid, question) VALUES(?1, ?2)", &s, err));
    db_bind_int(s, 1, q->place);
    db_bind_str(s, 2, q->question);
    return db_run(s, err);
}

static void bind_score(db_stmt *s, int i, double score)
{
    if (isnan(score))
        db_bind_null(s, i);
    else
        db_bind_real(s, i, score);
}

static anc_status insert_retrievals(db_sqlite *db, const trk_query *q, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "INSERT OR REPLACE INTO retrieval VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,"
                       "?12,?13)",
                       &s, err));
    for (size_t i = 0; i < q->n_retrievals; i++) {
        const trk_retrieval *r = &q->retrievals[i];
        db_bind_int(s, 1, q->place);
        db_bind_int(s, 2, r->position);
        db_bind_str(s, 3, r->chunk_id);
        db_bind_str(s, 4, r->document_id);
        db_bind_int(s, 5, r->version);
        db_bind_str(s, 6, r->collection);
        db_bind_str(s, 7, r->title);
        bind_score(s, 8, r->score);
        bind_score(s, 9, r->keyword);
        bind_score(s, 10, r->semantic);
        bind_score(s, 11, r->fused);
        bind_score(s, 12, r->rerank);
        db_bind_int(s, 13, r->cited);
        ANC_TRY(db_run(s, err));
    }
    return ANC_OK;
}

anc_status trk_query_insert(db_sqlite *db, anc_arena *mem, trk_query *q, anc_err *err)
{
    ANC_BUF(collections, LIST_BYTES);
    json_writer w = json_writer_of(&collections);
    json_open_array(&w);
    for (size_t i = 0; i < q->n_collections; i++)
        json_write_str(&w, q->collections[i]);
    json_close_array(&w);
    ANC_TRY(anc_buf_status(&collections, "a query's collections", err));
    ANC_TRY(insert_row(db, q, anc_buf_view(&collections), err));
    ANC_TRY(insert_collections(db, mem, q, err));
    ANC_TRY(insert_words(db, q, err));
    return insert_retrievals(db, q, err);
}

/* ---- counts of a day ---- */

static int64_t day_of(const trk_query *q)
{
    return q->requested_ms / TRK_DAY_MS;
}

static anc_status count_documents(db_sqlite *db, const trk_query *q, int sign, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "INSERT INTO document_day VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
                       " ON CONFLICT(document_id, collection, day) DO UPDATE SET"
                       " title = excluded.title, retrieved = retrieved + excluded.retrieved,"
                       " cited = cited + excluded.cited",
                       &s, err));
    for (size_t i = 0; i < q->n_retrievals; i++) {
        const trk_retrieval *r = &q->retrievals[i];
        db_bind_str(s, 1, r->document_id);
        db_bind_str(s, 2, r->collection);
        db_bind_int(s, 3, day_of(q));
        db_bind_str(s, 4, r->title);
        db_bind_int(s, 5, sign);
        db_bind_int(s, 6, r->cited ? sign : 0);
        ANC_TRY(db_run(s, err));
    }
    return ANC_OK;
}

/* What makes two questions the same for the list of the most asked: blanks at the ends do not count. */
static anc_str question_key(const trk_query *q)
{
    return anc_str_trim(anc_str_sub(q->question, 0, QUESTION_BYTES));
}

anc_status trk_question_count(db_sqlite *db, const trk_query *q, int sign, anc_err *err)
{
    const anc_str question = question_key(q);
    if (question.len == 0 || q->kind == TRK_SEARCH)
        return ANC_OK;
    {
        DB_STMT(s);
        ANC_TRY(
            db_prepare(db,
                       "INSERT INTO question_day VALUES(?1, ?2, ?3)"
                       " ON CONFLICT(day, question) DO UPDATE SET times = times + excluded.times",
                       &s, err));
        db_bind_int(s, 1, day_of(q));
        db_bind_str(s, 2, question);
        db_bind_int(s, 3, sign);
        ANC_TRY(db_run(s, err));
    }
    if (sign > 0)
        return ANC_OK;
    DB_STMT(s);
    ANC_TRY(db_prepare(
        db, "DELETE FROM question_day WHERE day = ?1 AND question = ?2 AND times <= 0", &s, err));
    db_bind_int(s, 1, day_of(q));
    db_bind_str(s, 2, question);
    return db_run(s, err);
}

anc_status trk_day_count(db_sqlite *db, const trk_query *q, int sign, anc_err *err)
{
    ANC_TRY(count_documents(db, q, sign, err));
    return trk_question_count(db, q, sign, err);
}
