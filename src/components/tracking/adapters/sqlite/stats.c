/* stats.c - numbers over time, from the rows of hours.
 *
 * A name's hours stand together in the table; only one histogram is open at a time beside the total's.
 */
#include <stdlib.h>

#include "base/str.h"
#include "trk_sqlite_impl.h"

enum { NAMES_MAX = 1000, DAY_TOP = 200 };

/* ---- series ---- */

typedef struct series {
    krn_call *call;
    db_sqlite *db;
    const trk_span *span;
    trk_rollup *total, *bucket; /* in call->mem */
    trk_named *named;
    size_t room;
    int64_t start_ms; /* of the open bucket; -1: none */
} series;

static anc_status close_bucket(series *s)
{
    void *points = s->named->series;
    if (s->start_ms < 0)
        return ANC_OK;
    ANC_TRY(trk_grow(s->call->mem, &points, s->named->n_series, &s->room, sizeof *s->named->series,
                     s->call->err));
    s->named->series = points;
    s->named->series[s->named->n_series++] = trk_point_of(s->start_ms, s->bucket);
    trk_counts_add(&s->total->counts, &s->bucket->counts);
    trk_histogram_merge(&s->total->latency, &s->bucket->latency);
    *s->bucket = (trk_rollup){0};
    s->start_ms = -1;
    return ANC_OK;
}

static anc_status add_row(series *s, const db_stmt *row)
{
    const int64_t at_ms = db_col_int(row, 0) * TRK_HOUR_MS;
    const int64_t start = trk_bucket_start(at_ms, s->span->bucket_ms);
    const trk_counts counts = {.queries = db_col_int(row, 1),
                               .completed = db_col_int(row, 2),
                               .failed = db_col_int(row, 3),
                               .empty = db_col_int(row, 4),
                               .cache_hits = db_col_int(row, 5),
                               .input_tokens = db_col_int(row, 6),
                               .output_tokens = db_col_int(row, 7),
                               .cost_nano = db_col_int(row, 8)};
    if (s->start_ms != start)
        ANC_TRY(close_bucket(s));
    s->start_ms = start;
    trk_counts_add(&s->bucket->counts, &counts);
    return trk_histogram_read_add(db_col_blob(row, 9), &s->bucket->latency, s->call->err);
}

static anc_status read_series(series *s, trk_kind kind, anc_str name, trk_named *ret)
{
    DB_STMT(q);
    *ret = (trk_named){.name = name};
    s->named = ret;
    s->room = 0;
    s->start_ms = -1;
    *s->total = (trk_rollup){0};
    ANC_TRY(db_prepare(s->db,
                       "SELECT hour, queries, completed, failed, empty, cache_hits, input_tokens,"
                       " output_tokens, cost_nano, latency FROM rollup WHERE kind = ?1 AND"
                       " name = ?2 AND hour >= ?3 AND hour < ?4 AND queries > 0 ORDER BY hour",
                       &q, s->call->err));
    db_bind_int(q, 1, kind);
    db_bind_str(q, 2, name);
    db_bind_int(q, 3, s->span->since_ms / TRK_HOUR_MS);
    db_bind_int(q, 4, (s->span->until_ms + TRK_HOUR_MS - 1) / TRK_HOUR_MS);
    for (bool row = true;;) {
        ANC_TRY(db_step(q, &row, s->call->err));
        if (!row)
            break;
        ANC_TRY(add_row(s, q));
    }
    ANC_TRY(close_bucket(s));
    ret->total = trk_point_of(s->span->since_ms, s->total);
    return ANC_OK;
}

static anc_status next_name(series *s, trk_kind kind, anc_str after, anc_str *ret, bool *ret_found)
{
    DB_STMT(q);
    ANC_TRY(db_prepare(
        s->db, "SELECT name FROM rollup WHERE kind = ?1 AND name > ?2 ORDER BY name LIMIT 1", &q,
        s->call->err));
    db_bind_int(q, 1, kind);
    db_bind_str(q, 2, after);
    ANC_TRY(db_step(q, ret_found, s->call->err));
    return *ret_found ? db_col_copy(q, 0, s->call->mem, ret, s->call->err) : ANC_OK;
}

static anc_status read_names(series *s, trk_kind kind, trk_named **ret, size_t *ret_n)
{
    void *items = NULL;
    size_t n = 0, room = 0;
    anc_str name = ANC_STR("");
    for (size_t seen = 0; seen < NAMES_MAX; seen++) {
        bool found;
        ANC_TRY(next_name(s, kind, name, &name, &found));
        if (!found)
            break;
        ANC_TRY(trk_grow(s->call->mem, &items, n, &room, sizeof **ret, s->call->err));
        trk_named *named = (trk_named *)items + n;
        ANC_TRY(read_series(s, kind, name, named));
        n += named->n_series > 0;
    }
    *ret = items;
    *ret_n = n;
    return ANC_OK;
}

/* ---- what was used most ---- */

typedef struct tally {
    anc_arena *mem;
    anc_map *known; /* owned */
    trk_use *items;
    size_t n, room;
} tally;

static void tally_cleanup(tally *t)
{
    anc_map_free(t->known);
}

static anc_status tally_add(tally *t, const db_stmt *s, bool of_documents, anc_err *err)
{
    void *items = t->items;
    uint64_t at;
    const anc_str key = of_documents
                            ? anc_arena_printf(t->mem, "%.*s\n%.*s", ANC_FMT(db_col_str(s, 1)),
                                               ANC_FMT(db_col_str(s, 2)))
                            : db_col_str(s, 1);
    if (!anc_map_find(t->known, key, &at)) {
        ANC_TRY(trk_grow(t->mem, &items, t->n, &t->room, sizeof *t->items, err));
        t->items = items;
        trk_use *u = &t->items[t->n];
        ANC_TRY(db_col_copy(s, 1, t->mem, &u->document_id, err));
        if (of_documents) {
            ANC_TRY(db_col_copy(s, 2, t->mem, &u->collection, err));
            ANC_TRY(db_col_copy(s, 3, t->mem, &u->title, err));
        }
        at = t->n;
        if (!anc_map_put(t->known, key, at))
            return ANC_FAIL(err, ANC_NO_MEMORY, "the most used");
        t->n++;
    }
    t->items[at].retrieved += (uint64_t)db_col_int(s, 0);
    t->items[at].cited += of_documents ? (uint64_t)db_col_int(s, 4) : 0;
    return ANC_OK;
}

static int more_first(const void *a, const void *b)
{
    const trk_use *x = a;
    const trk_use *y = b;
    if (x->retrieved != y->retrieved)
        return x->retrieved < y->retrieved ? 1 : -1;
    return anc_str_cmp(x->document_id, y->document_id);
}

static anc_status tally_days(tally *t, series *s, const char *sql, bool of_documents)
{
    const int64_t last = (s->span->until_ms - 1) / TRK_DAY_MS;
    t->mem = s->call->mem;
    t->known = anc_map_new();
    if (t->known == NULL)
        return ANC_FAIL(s->call->err, ANC_NO_MEMORY, "the most used");
    DB_STMT(q);
    ANC_TRY(db_prepare(s->db, sql, &q, s->call->err));
    for (int64_t day = s->span->since_ms / TRK_DAY_MS; day <= last; day++) {
        db_stmt_again(q);
        db_bind_int(q, 1, day);
        db_bind_int(q, 2, DAY_TOP);
        for (bool row = true;;) {
            ANC_TRY(db_step(q, &row, s->call->err));
            if (!row)
                break;
            ANC_TRY(tally_add(t, q, of_documents, s->call->err));
        }
    }
    if (t->n > 0)
        qsort(t->items, t->n, sizeof *t->items, more_first);
    return ANC_OK;
}

static anc_status read_documents(series *s, size_t top, trk_stats *ret)
{
    ANC_CLEANUP(tally_cleanup) tally t = {0};
    ANC_TRY(tally_days(&t, s,
                       "SELECT retrieved, document_id, collection, title, cited FROM document_day"
                       " WHERE day = ?1 AND retrieved > 0 ORDER BY retrieved DESC LIMIT ?2",
                       true));
    ret->documents = t.items;
    ret->n_documents = t.n < top ? t.n : top;
    return ANC_OK;
}

static anc_status read_questions(series *s, size_t top, trk_stats *ret)
{
    ANC_CLEANUP(tally_cleanup) tally t = {0};
    ANC_TRY(tally_days(&t, s,
                       "SELECT times, question FROM question_day WHERE day = ?1 AND times > 0"
                       " ORDER BY times DESC LIMIT ?2",
                       false));
    ret->n_questions = t.n < top ? t.n : top;
    ret->questions = anc_arena_alloc(s->call->mem, ret->n_questions, sizeof *ret->questions);
    if (ret->questions == NULL)
        return ANC_FAIL(s->call->err, anc_arena_refusal(s->call->mem), "the questions");
    for (size_t i = 0; i < ret->n_questions; i++)
        ret->questions[i] = (trk_asked){t.items[i].document_id, t.items[i].retrieved};
    return ANC_OK;
}

anc_status trk_sqlite_stats(void *self, krn_call *call, const trk_span *span, size_t top,
                            trk_stats *ret)
{
    DB_READING(r);
    ANC_TRY(trk_reading_begin(&r, self, call));
    ANC_TRY(db_begin_read(r.db, call->err));
    series s = {.call = call,
                .db = r.db,
                .span = span,
                .total = anc_arena_alloc(call->mem, 1, sizeof *s.total),
                .bucket = anc_arena_alloc(call->mem, 1, sizeof *s.bucket)};
    *ret = (trk_stats){0};
    if (s.total == NULL || s.bucket == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for statistics");
    ANC_TRY(read_series(&s, TRK_ALL, ANC_STR(""), &ret->all));
    ANC_TRY(read_names(&s, TRK_OF_MODEL, &ret->models, &ret->n_models));
    ANC_TRY(read_names(&s, TRK_OF_COLLECTION, &ret->collections, &ret->n_collections));
    ANC_TRY(read_names(&s, TRK_OF_KIND, &ret->kinds, &ret->n_kinds));
    ANC_TRY(read_documents(&s, top, ret));
    return read_questions(&s, top, ret);
}
