/* list.c - the query log by what narrows it.
 *
 * One of the filters leads: its index gives rows in the order of the list, so that a page costs what it
 * shows; the others are looked at row by row. Words lead first, then the user, the collection, what found
 * nothing, what did not go well, what was slow, and last the time.
 *
 * What was slow is indexed by classes of durations (four a doubling): the newest of each class from the
 * asked one upwards, of which the newest are the page.
 */
#include <stdio.h>

#include "base/str.h"
#include "tracking/domain/query.h"
#include "trk_sqlite_impl.h"

enum { SQL_BYTES = 4096, LIST_MAX = 1000, WORDS_BYTES = 16 << 10 };

/* parameters: 1 user, 2 collection, 3 words, 4 since, 5 until, 6 min_us, 7 status, 8 mark's time, 9 mark's
 * place, 10 limit, 11 lowest class, 12 highest class, 13 the user's other form */
static void add_conditions(const trk_filter *f, anc_buf *sql)
{
    if (f->user_id.len > 0)
        (void)anc_buf_add(sql, f->also_user_id.len > 0 ? ANC_STR(" AND q.user_id IN (?1, ?13)")
                                                       : ANC_STR(" AND q.user_id = ?1"));
    if (f->since_ms > 0)
        (void)anc_buf_add(sql, ANC_STR(" AND q.requested_ms >= ?4"));
    if (f->until_ms > 0)
        (void)anc_buf_add(sql, ANC_STR(" AND q.requested_ms < ?5"));
    if (f->min_us > 0)
        (void)anc_buf_add(sql, ANC_STR(" AND q.duration_us >= ?6"));
    if (f->empty)
        (void)anc_buf_add(sql, ANC_STR(" AND q.empty = 1"));
    if (f->with_status && f->status != TRK_COMPLETED)
        (void)anc_buf_add(sql, ANC_STR(" AND q.status = ?7 AND q.status <> 1"));
    else if (f->with_status)
        (void)anc_buf_add(sql, ANC_STR(" AND q.status = ?7"));
}

static void add_collection(const trk_filter *f, anc_buf *sql)
{
    if (f->collection.len > 0)
        (void)anc_buf_add(sql, ANC_STR(" AND EXISTS (SELECT 1 FROM query_collection c WHERE"
                                       " c.collection = ?2 AND c.requested_ms = q.requested_ms AND"
                                       " c.row = q.row)"));
}

#define MARK   " AND (q.requested_ms, q.row) < (?8, ?9)"
#define NEWEST " ORDER BY q.requested_ms DESC, q.row DESC LIMIT ?10"

static void by_words(const trk_filter *f, anc_buf *sql)
{
    (void)anc_buf_add(sql, ANC_STR("SELECT " TRK_QUERY_COLUMNS
                                   " FROM question_text t CROSS JOIN query q ON q.row = t.rowid"
                                   " WHERE question_text MATCH ?3 AND t.rowid < ?9"));
    add_conditions(f, sql);
    add_collection(f, sql);
    (void)anc_buf_add(sql, ANC_STR(" ORDER BY t.rowid DESC LIMIT ?10"));
}

static void by_collection(const trk_filter *f, anc_buf *sql)
{
    (void)anc_buf_add(sql, ANC_STR("SELECT " TRK_QUERY_COLUMNS
                                   " FROM query_collection c CROSS JOIN query q ON q.row = c.row"
                                   " WHERE c.collection = ?2 AND"
                                   " (c.requested_ms, c.row) < (?8, ?9)"));
    if (f->since_ms > 0)
        (void)anc_buf_add(sql, ANC_STR(" AND c.requested_ms >= ?4"));
    if (f->until_ms > 0)
        (void)anc_buf_add(sql, ANC_STR(" AND c.requested_ms < ?5"));
    add_conditions(f, sql);
    (void)anc_buf_add(sql, ANC_STR(" ORDER BY c.requested_ms DESC, c.row DESC LIMIT ?10"));
}

static void by_slowness(const trk_filter *f, anc_buf *sql)
{
    (void)anc_buf_add(sql, ANC_STR("WITH RECURSIVE class(n) AS (SELECT ?11 UNION ALL SELECT n + 1"
                                   " FROM class WHERE n < ?12), newest(row) AS (SELECT x.row FROM"
                                   " class CROSS JOIN query x ON x.row IN (SELECT q.row FROM query"
                                   " q INDEXED BY query_slow WHERE q.slow = class.n" MARK));
    add_conditions(f, sql);
    (void)anc_buf_add(sql, ANC_STR(NEWEST
                                   ")) SELECT " TRK_QUERY_COLUMNS
                                   " FROM newest CROSS JOIN query q ON q.row = newest.row" NEWEST));
}

static void by_time(const trk_filter *f, const char *index, anc_buf *sql)
{
    (void)anc_buf_printf(sql, "SELECT %s FROM query q INDEXED BY %s WHERE 1%s", TRK_QUERY_COLUMNS,
                         index, MARK);
    add_conditions(f, sql);
    add_collection(f, sql);
    (void)anc_buf_add(sql, ANC_STR(NEWEST));
}

/* The newest of each form, of which the newest are the page: each is read in the order of the index. */
static void by_forms(const trk_filter *f, anc_buf *sql)
{
    trk_filter rest = *f;
    rest.user_id = ANC_STR("");
    (void)anc_buf_add(sql,
                      ANC_STR("WITH form(id) AS (VALUES(?1), (?13)), newest(row) AS (SELECT x.row"
                              " FROM form CROSS JOIN query x ON x.row IN (SELECT q.row FROM"
                              " query q INDEXED BY query_user WHERE q.user_id = form.id" MARK));
    add_conditions(&rest, sql);
    add_collection(f, sql);
    (void)anc_buf_add(sql, ANC_STR(NEWEST
                                   ")) SELECT " TRK_QUERY_COLUMNS
                                   " FROM newest CROSS JOIN query q ON q.row = newest.row" NEWEST));
}

static void list_sql(const trk_filter *f, anc_buf *sql)
{
    if (f->text.len > 0)
        by_words(f, sql);
    else if (f->user_id.len > 0 && f->also_user_id.len > 0)
        by_forms(f, sql);
    else if (f->user_id.len > 0)
        by_time(f, "query_user", sql);
    else if (f->collection.len > 0)
        by_collection(f, sql);
    else if (f->empty)
        by_time(f, "query_empty", sql);
    else if (f->with_status && f->status != TRK_COMPLETED)
        by_time(f, "query_status", sql);
    else if (f->min_us > 0)
        by_slowness(f, sql);
    else
        by_time(f, "query_time", sql);
}

/* Each word as it stands, all of them wanted; nothing in it is an operator. */
static anc_status match_of(anc_str text, anc_buf *out, anc_err *err)
{
    anc_str rest = text;
    anc_str word;
    while (anc_str_split(&rest, ' ', &word)) {
        if (word.len == 0)
            continue;
        (void)anc_buf_add(out, out->len > 0 ? ANC_STR(" \"") : ANC_STR("\""));
        for (size_t i = 0; i < word.len; i++) {
            if (word.ptr[i] == '"')
                (void)anc_buf_add_char(out, '"');
            (void)anc_buf_add_char(out, word.ptr[i]);
        }
        (void)anc_buf_add_char(out, '"');
    }
    if (out->len == 0)
        (void)anc_buf_add(out, ANC_STR("\"\""));
    return anc_buf_status(out, "the words to look for", err);
}

/* Where the list begins: behind the mark, and before `until`, whichever is earlier, so that the index is
 * entered there. */
static void bind_mark(db_stmt *s, const trk_filter *f)
{
    int64_t ms = f->from_mark ? f->mark_ms : INT64_MAX;
    int64_t place = f->from_mark ? f->mark_place : INT64_MAX;
    if (f->text.len > 0) {
        db_bind_int(s, 9, place);
        return;
    }
    if (f->until_ms > 0 && f->until_ms <= ms) {
        ms = f->until_ms;
        place = 0; /* places begin with 1 */
    }
    db_bind_int(s, 8, ms);
    db_bind_int(s, 9, place);
}

static void bind(db_stmt *s, const trk_filter *f, anc_str match)
{
    if (f->user_id.len > 0)
        db_bind_str(s, 1, f->user_id);
    if (f->user_id.len > 0 && f->also_user_id.len > 0)
        db_bind_str(s, 13, f->also_user_id);
    if (f->collection.len > 0)
        db_bind_str(s, 2, f->collection);
    if (f->text.len > 0)
        db_bind_str(s, 3, match);
    if (f->since_ms > 0)
        db_bind_int(s, 4, f->since_ms);
    if (f->until_ms > 0)
        db_bind_int(s, 5, f->until_ms);
    if (f->min_us > 0)
        db_bind_int(s, 6, f->min_us);
    if (f->with_status)
        db_bind_int(s, 7, f->status);
    bind_mark(s, f);
    db_bind_int(s, 10, (int64_t)f->limit);
}

static void bind_classes(db_stmt *s, const trk_filter *f)
{
    const bool slow = f->min_us > 0 && f->text.len == 0 && f->user_id.len == 0 &&
                      f->collection.len == 0 && !f->empty &&
                      !(f->with_status && f->status != TRK_COMPLETED);
    if (!slow)
        return;
    db_bind_int(s, 11, trk_slow_class(f->min_us));
    db_bind_int(s, 12, TRK_SLOW_CLASSES);
}

anc_status trk_sqlite_list(void *self, krn_call *call, const trk_filter *f, trk_query **ret,
                           size_t *ret_n)
{
    ANC_BUF(sql, SQL_BYTES);
    ANC_BUF(match, WORDS_BYTES);
    if (f->limit < 1 || f->limit > LIST_MAX)
        return ANC_FAIL(call->err, ANC_INVALID, "limit is %zu, 1 to %d is wanted", f->limit,
                        LIST_MAX);
    trk_query *items = anc_arena_alloc(call->mem, f->limit, sizeof *items);
    if (items == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu queries",
                        f->limit);
    list_sql(f, &sql);
    ANC_TRY(anc_buf_status(&sql, "a list", call->err));
    ANC_TRY(match_of(f->text, &match, call->err));
    DB_READING(r);
    ANC_TRY(trk_reading_begin(&r, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db, sql.ptr, &s, call->err));
    bind(s, f, anc_buf_view(&match));
    bind_classes(s, f);
    size_t n = 0;
    for (bool row = true; n < f->limit; n++) {
        ANC_TRY(db_step(s, &row, call->err));
        if (!row)
            break;
        ANC_TRY(trk_query_read(s, call->mem, &items[n], call->err));
    }
    *ret = items;
    *ret_n = n;
    return ANC_OK;
}
