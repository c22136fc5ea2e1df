/* sheet.c - what a batch changes in the numbers of hours: one read and one write a row and batch. */
#include <stdio.h>

#include "base/str.h"
#include "tracking/domain/query.h"
#include "trk_sqlite_impl.h"

enum { BLOB_BYTES = 64 << 10 };

anc_status trk_sheet_open(trk_sheet *sheet, anc_arena *mem, db_sqlite *db, anc_err *err)
{
    *sheet = (trk_sheet){.mem = mem, .db = db, .err = err};
    sheet->hours = anc_map_new();
    return sheet->hours != NULL ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "a batch of the tracking");
}

void trk_sheet_close(trk_sheet *sheet)
{
    anc_map_free(sheet->hours);
}

static anc_status add_line(trk_sheet *sheet, anc_str key, trk_kind kind, anc_str name, int64_t hour,
                           struct trk_line **ret)
{
    void *lines = sheet->lines;
    struct trk_line *line = anc_arena_alloc(sheet->mem, 1, sizeof *line);
    if (line == NULL)
        return ANC_FAIL(sheet->err, anc_arena_refusal(sheet->mem), "no room for an hour's numbers");
    ANC_TRY(trk_grow(sheet->mem, &lines, sheet->n_lines, &sheet->room, sizeof *sheet->lines,
                     sheet->err));
    sheet->lines = lines;
    if (!anc_map_put(sheet->hours, key, sheet->n_lines))
        return ANC_FAIL(sheet->err, ANC_NO_MEMORY, "a batch of the tracking");
    line->kind = kind;
    line->name = name;
    line->hour = hour;
    sheet->lines[sheet->n_lines++] = line;
    *ret = line;
    return ANC_OK;
}

static anc_status line_of(trk_sheet *sheet, trk_kind kind, anc_str name, int64_t hour,
                          struct trk_line **ret)
{
    uint64_t at;
    const anc_str key =
        anc_arena_printf(sheet->mem, "%d %lld %.*s", (int)kind, (long long)hour, ANC_FMT(name));
    if (key.ptr == NULL)
        return ANC_FAIL(sheet->err, anc_arena_refusal(sheet->mem), "no room for an hour's name");
    if (!anc_map_find(sheet->hours, key, &at))
        return add_line(sheet, key, kind, name, hour, ret);
    *ret = sheet->lines[at];
    return ANC_OK;
}

/* Taken out is noted apart: it may have been counted in an earlier batch. */
static anc_status count_in(trk_sheet *sheet, trk_kind kind, anc_str name, const trk_query *q,
                           int sign)
{
    struct trk_line *line = NULL;
    trk_rollup one = {0};
    ANC_TRY(line_of(sheet, kind, name, q->requested_ms / TRK_HOUR_MS, &line));
    trk_rollup_count(&one, q, sign);
    trk_counts_add(&line->delta.counts, &one.counts);
    if (q->status != TRK_COMPLETED || q->duration_us < 0)
        return ANC_OK;
    trk_histogram_add(sign > 0 ? &line->delta.latency : &line->less, (uint64_t)q->duration_us);
    return ANC_OK;
}

anc_status trk_sheet_count(trk_sheet *sheet, const trk_query *q, int sign)
{
    const anc_str *names;
    size_t n;
    const anc_str kind = anc_str_of(trk_query_kind_name(q->kind));
    ANC_TRY(count_in(sheet, TRK_ALL, ANC_STR(""), q, sign));
    ANC_TRY(count_in(sheet, TRK_OF_KIND, kind, q, sign));
    if (q->model.len > 0)
        ANC_TRY(count_in(sheet, TRK_OF_MODEL, q->model, q, sign));
    if ((q->has & TRK_HAS_RETRIEVALS) == 0)
        return ANC_OK; /* nothing was searched: what it names may be no collection */
    ANC_TRY(trk_query_touched(q, sheet->mem, &names, &n, sheet->err));
    for (size_t i = 0; i < n; i++)
        ANC_TRY(count_in(sheet, TRK_OF_COLLECTION, names[i], q, sign));
    return ANC_OK;
}

static anc_status read_latency(const trk_sheet *sheet, const struct trk_line *line,
                               trk_histogram *ret)
{
    DB_STMT(s);
    bool row;
    ANC_TRY(db_prepare(sheet->db,
                       "SELECT latency FROM rollup WHERE kind = ?1 AND name = ?2 AND hour = ?3", &s,
                       sheet->err));
    db_bind_int(s, 1, line->kind);
    db_bind_str(s, 2, line->name);
    db_bind_int(s, 3, line->hour);
    ANC_TRY(db_step(s, &row, sheet->err));
    return row ? trk_histogram_read_add(db_col_blob(s, 0), ret, sheet->err) : ANC_OK;
}

static void take_away(trk_histogram *from, const trk_histogram *less)
{
    for (size_t i = 0; i < TRK_BUCKETS; i++) {
        const uint32_t n = less->counts[i] < from->counts[i] ? less->counts[i] : from->counts[i];
        from->counts[i] -= n;
        from->n -= n;
    }
}

static anc_status upsert(const trk_sheet *sheet, const struct trk_line *line, anc_str latency)
{
    const trk_counts *c = &line->delta.counts;
    DB_STMT(s);
    ANC_TRY(db_prepare(
        sheet->db,
        "INSERT INTO rollup VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)"
        " ON CONFLICT(kind, name, hour) DO UPDATE SET queries = queries + excluded.queries,"
        " completed = completed + excluded.completed, failed = failed + excluded.failed,"
        " empty = empty + excluded.empty, cache_hits = cache_hits + excluded.cache_hits,"
        " input_tokens = input_tokens + excluded.input_tokens,"
        " output_tokens = output_tokens + excluded.output_tokens,"
        " cost_nano = cost_nano + excluded.cost_nano, latency = excluded.latency",
        &s, sheet->err));
    db_bind_int(s, 1, line->kind);
    db_bind_str(s, 2, line->name);
    db_bind_int(s, 3, line->hour);
    db_bind_int(s, 4, c->queries);
    db_bind_int(s, 5, c->completed);
    db_bind_int(s, 6, c->failed);
    db_bind_int(s, 7, c->empty);
    db_bind_int(s, 8, c->cache_hits);
    db_bind_int(s, 9, c->input_tokens);
    db_bind_int(s, 10, c->output_tokens);
    db_bind_int(s, 11, c->cost_nano);
    db_bind_blob(s, 12, latency.ptr != NULL ? latency.ptr : "", latency.len);
    return db_run(s, sheet->err);
}

/* An hour that has nothing left is no row. */
static anc_status drop_empty(const trk_sheet *sheet, const struct trk_line *line)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(sheet->db,
                       "DELETE FROM rollup WHERE kind = ?1 AND name = ?2 AND hour = ?3 AND"
                       " queries <= 0",
                       &s, sheet->err));
    db_bind_int(s, 1, line->kind);
    db_bind_str(s, 2, line->name);
    db_bind_int(s, 3, line->hour);
    return db_run(s, sheet->err);
}

anc_status trk_sheet_write(trk_sheet *sheet)
{
    ANC_BUF(blob, BLOB_BYTES);
    for (size_t i = 0; i < sheet->n_lines; i++) {
        struct trk_line *line = sheet->lines[i];
        ANC_TRY(read_latency(sheet, line, &line->delta.latency));
        take_away(&line->delta.latency, &line->less);
        anc_buf_clear(&blob);
        trk_histogram_write(&line->delta.latency, &blob);
        ANC_TRY(anc_buf_status(&blob, "a histogram", sheet->err));
        ANC_TRY(upsert(sheet, line, anc_buf_view(&blob)));
        if (line->delta.counts.queries <= 0)
            ANC_TRY(drop_empty(sheet, line));
    }
    return ANC_OK;
}
