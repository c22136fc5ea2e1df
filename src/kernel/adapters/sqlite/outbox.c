/* outbox.c - durable events as rows of the catalog.
 *
 * The seq stands in the envelope too, so it is known before the row is: the writer counts it up from
 * the greatest that was ever committed. Numbers of transactions that were undone may stay unused;
 * they ascend in commit order all the same, since there is one writer.
 */
#include <stdio.h>
#include <string.h>

#include "impl.h"
#include "kernel/domain/envelope.h"

enum { READ_MAX = 1000, ENVELOPE_MAX = 64 << 20 };

static anc_status insert(db_sqlite *db, uint64_t seq, const char *id, const ev_type *type,
                         int64_t time_ms, anc_str envelope, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, "INSERT INTO outbox VALUES(?1,?2,?3,?4,?5,?6)", &s, err));
    db_bind_int(s, 1, (int64_t)seq);
    db_bind_str(s, 2, anc_str_of(id));
    db_bind_str(s, 3, anc_str_of(type->name));
    db_bind_int(s, 4, type->severity);
    db_bind_int(s, 5, time_ms);
    db_bind_str(s, 6, envelope);
    return db_run(s, err);
}

static anc_status outbox_append(void *self, krn_tx *tx, ev_type_id type_id, const void *payload,
                                const ev_context *context, anc_err *err)
{
    krn_sqlite *k = self;
    const ev_type *type = ev_type_of(type_id);
    const uint64_t seq = k->outbox_seq + 1;
    char id[ANC_UUID_TEXT + 1];
    ANC_BUF(envelope, ENVELOPE_MAX);
    krn_id_new(k->clock, id);
    ev_context told = *context;
    told.veil = &k->veil;
    ANC_TRY(ev_event_write(type, payload, &told, anc_str_of(id), tx->wall_ms, seq, &envelope, err));
    ANC_TRY(insert(tx->connection, seq, id, type, tx->wall_ms, anc_buf_view(&envelope), err));
    k->outbox_seq = seq;
    k->outbox_listeners.touched = true;
    return ANC_OK;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* The statement of a filter: a few fixed texts, so that they stay prepared and use the index. */
static void filter_sql(const krn_event_filter *f, char out[512])
{
    const char *type = "";
    if (anc_str_ends(f->type, ANC_STR(".*")))
        type = " AND type>=?3 AND type<?4";
    else if (f->type.len > 0 && !anc_str_eq(f->type, ANC_STR("*")))
        type = " AND type=?3";
    (void)snprintf(out, 512,
                   "SELECT seq,id,type,time_ms,envelope FROM outbox WHERE seq>?1 AND seq<?2%s%s%s"
                   " ORDER BY seq%s LIMIT ?7",
                   type, f->with_severity ? " AND severity>=?5" : "",
                   f->since_ms > 0 ? " AND time_ms>=?6" : "", f->newest_first ? " DESC" : "");
}

/* "query.*" is all from "query." up to but without "query/", '/' coming after '.'. */
static anc_status bind_type(db_stmt *s, const krn_event_filter *f, anc_arena *mem, anc_err *err)
{
    if (!anc_str_ends(f->type, ANC_STR(".*"))) {
        if (f->type.len > 0 && !anc_str_eq(f->type, ANC_STR("*")))
            db_bind_str(s, 3, f->type);
        return ANC_OK;
    }
    const anc_str prefix = anc_str_sub(f->type, 0, f->type.len - 1);
    char *end = anc_arena_alloc(mem, prefix.len, 1);
    if (end == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the type %.*s", ANC_FMT(f->type));
    memcpy(end, prefix.ptr, prefix.len);
    end[prefix.len - 1] = '/';
    db_bind_str(s, 3, prefix);
    db_bind_str(s, 4, (anc_str){end, prefix.len});
    return ANC_OK;
}

static anc_status bind_filter(db_stmt *s, const krn_event_filter *f, anc_arena *mem, anc_err *err)
{
    const uint64_t before =
        f->before_seq > 0 && f->before_seq < INT64_MAX ? f->before_seq : INT64_MAX;
    db_bind_int(s, 1, f->after_seq < INT64_MAX ? (int64_t)f->after_seq : INT64_MAX);
    db_bind_int(s, 2, (int64_t)before);
    ANC_TRY(bind_type(s, f, mem, err));
    if (f->with_severity)
        db_bind_int(s, 5, f->severity);
    if (f->since_ms > 0)
        db_bind_int(s, 6, f->since_ms);
    db_bind_int(s, 7, (int64_t)f->limit);
    return ANC_OK;
}

static anc_status read_row(const db_stmt *s, anc_arena *mem, krn_kept_event *e, anc_err *err)
{
    e->seq = (uint64_t)db_col_int(s, 0);
    e->time_ms = db_col_int(s, 3);
    ANC_TRY(db_col_copy(s, 1, mem, &e->id, err));
    ANC_TRY(db_col_copy(s, 2, mem, &e->type, err));
    return db_col_copy(s, 4, mem, &e->envelope, err);
}

static anc_status read_rows(db_stmt *s, krn_call *call, krn_kept_event *events, size_t limit,
                            size_t *ret_n)
{
    for (*ret_n = 0; *ret_n < limit; ++*ret_n) {
        bool row;
        ANC_TRY(db_step(s, &row, call->err));
        if (!row)
            break;
        ANC_TRY(read_row(s, call->mem, &events[*ret_n], call->err));
    }
    return ANC_OK;
}

static anc_status outbox_read(void *self, krn_call *call, const krn_event_filter *filter,
                              krn_kept_event **ret, size_t *ret_n)
{
    char sql[512];
    size_t n = 0;
    if (filter->limit < 1 || filter->limit > READ_MAX)
        return ANC_FAIL(call->err, ANC_INVALID, "limit is %zu, 1 to %d is wanted", filter->limit,
                        READ_MAX);
    krn_kept_event *events = anc_arena_alloc(call->mem, filter->limit, sizeof *events);
    if (events == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu events",
                        filter->limit);
    filter_sql(filter, sql);
    READING(r);
    ANC_TRY(krn_reading_begin(&r, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db, sql, &s, call->err));
    ANC_TRY(bind_filter(s, filter, call->mem, call->err));
    ANC_TRY(read_rows(s, call, events, filter->limit, &n));
    *ret = events;
    *ret_n = n;
    return ANC_OK;
}

static anc_status outbox_head(void *self, krn_call *call, uint64_t *ret)
{
    READING(r);
    ANC_TRY(krn_reading_begin(&r, self, call));
    return krn_sqlite_head(r.db, "outbox", ret, call->err);
}

/* ---- cursors ------------------------------------------------------------------------------- */

static anc_status outbox_cursor_get(void *self, krn_call *call, anc_str consumer, uint64_t *ret)
{
    bool row;
    READING(r);
    ANC_TRY(krn_reading_begin(&r, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db, "SELECT seq FROM event_cursor WHERE consumer=?1", &s, call->err));
    db_bind_str(s, 1, consumer);
    ANC_TRY(db_step(s, &row, call->err));
    *ret = row ? (uint64_t)db_col_int(s, 0) : KRN_CURSOR_NONE;
    return ANC_OK;
}

static anc_status outbox_cursor_set(void *self, krn_tx *tx, anc_str consumer, uint64_t seq,
                                    anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       seq == KRN_CURSOR_NONE
                           ? "DELETE FROM event_cursor WHERE consumer=?1"
                           : "INSERT INTO event_cursor VALUES(?1,?2)"
                             " ON CONFLICT(consumer) DO UPDATE SET seq=excluded.seq",
                       &s, err));
    db_bind_str(s, 1, consumer);
    if (seq != KRN_CURSOR_NONE)
        db_bind_int(s, 2, (int64_t)seq);
    return db_run(s, err);
}

static anc_status read_gaps(db_sqlite *db, krn_call *call, anc_str consumer, krn_event_gap *out,
                            size_t max, size_t *ret_n)
{
    DB_STMT(s);
    *ret_n = 0;
    ANC_TRY(db_prepare(db,
                       "SELECT after_seq,last_seq FROM event_gap WHERE consumer=?1"
                       " ORDER BY after_seq",
                       &s, call->err));
    db_bind_str(s, 1, consumer);
    for (bool row = true;; ++*ret_n) {
        ANC_TRY(db_step(s, &row, call->err));
        if (!row || *ret_n == max)
            return ANC_OK;
        out[*ret_n] = (krn_event_gap){(uint64_t)db_col_int(s, 0), (uint64_t)db_col_int(s, 1)};
    }
}

static anc_status outbox_gaps(void *self, krn_call *call, anc_str consumer, krn_event_gap **ret,
                              size_t *ret_n)
{
    bool row;
    READING(r);
    ANC_TRY(krn_reading_begin(&r, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db, "SELECT count(*) FROM event_gap WHERE consumer=?1", &s, call->err));
    db_bind_str(s, 1, consumer);
    ANC_TRY(db_step(s, &row, call->err));
    const size_t n = row ? (size_t)db_col_int(s, 0) : 0;
    *ret = anc_arena_alloc(call->mem, n, sizeof **ret);
    if (*ret == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu gaps", n);
    return read_gaps(r.db, call, consumer, *ret, n, ret_n);
}

static anc_status outbox_gap_add(void *self, krn_tx *tx, anc_str consumer, krn_event_gap gap,
                                 anc_err *err)
{
    (void)self;
    DB_STMT(old);
    ANC_TRY(db_prepare(tx->connection,
                       "DELETE FROM event_gap WHERE last_seq<(SELECT min(seq) FROM outbox)", &old,
                       err));
    ANC_TRY(db_run(old, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT INTO event_gap VALUES(?1,?2,?3)"
                       " ON CONFLICT(consumer,after_seq) DO UPDATE SET last_seq=excluded.last_seq",
                       &s, err));
    db_bind_str(s, 1, consumer);
    db_bind_int(s, 2, (int64_t)gap.after_seq);
    db_bind_int(s, 3, (int64_t)gap.last_seq);
    return db_run(s, err);
}

/* Looks at the oldest `limit` rows only: age and number ascend together, so what may go stands at
 * the front, and a call costs the same however much is kept. */
static anc_status outbox_prune(void *self, krn_tx *tx, int64_t before_ms, uint64_t keep,
                               size_t limit, size_t *ret_removed, anc_err *err)
{
    const krn_sqlite *k = self;
    const uint64_t beyond = k->outbox_seq > keep ? k->outbox_seq - keep : 0;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "DELETE FROM outbox WHERE seq IN (SELECT seq FROM"
                       " (SELECT seq, time_ms FROM outbox ORDER BY seq LIMIT ?1)"
                       " WHERE (time_ms<?2 OR seq<=?3)"
                       " AND seq<=(SELECT coalesce(min(seq),?4) FROM event_cursor))",
                       &s, err));
    db_bind_int(s, 1, limit < INT64_MAX ? (int64_t)limit : INT64_MAX);
    db_bind_int(s, 2, before_ms);
    db_bind_int(s, 3, (int64_t)beyond);
    db_bind_int(s, 4, INT64_MAX);
    ANC_TRY(db_run(s, err));
    *ret_removed = (size_t)db_changes(tx->connection);
    return ANC_OK;
}

/* ---- one user -------------------------------------------------------------------------------- */

static anc_status replace(db_sqlite *db, uint64_t seq, anc_str envelope, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, "UPDATE outbox SET envelope=?2 WHERE seq=?1", &s, err));
    db_bind_int(s, 1, (int64_t)seq);
    db_bind_str(s, 2, envelope);
    return db_run(s, err);
}

/* An envelope that cannot be read says nothing to anybody and is left alone. */
static anc_status blank_row(db_sqlite *db, uint64_t seq, anc_str envelope, const ev_person *person,
                            size_t *changed, anc_err *err)
{
    ANC_BUF(blank, ENVELOPE_MAX);
    anc_err why = {0};
    bool hit = false;
    const anc_status status = ev_envelope_blank(envelope, person, &hit, &blank, &why);
    if (status != ANC_OK && status != ANC_INVALID)
        return anc_fail_at(err, status, why.where, "%s", why.text);
    if (status != ANC_OK || !hit)
        return ANC_OK;
    ++*changed;
    return replace(db, seq, anc_buf_view(&blank), err);
}

static anc_status outbox_blank(void *self, krn_tx *tx, const ev_person *person, uint64_t after_seq,
                               size_t limit, uint64_t *ret_last, size_t *ret_changed, anc_err *err)
{
    uint64_t last = 0;
    size_t changed = 0;
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "SELECT seq,envelope FROM outbox WHERE seq>?1 ORDER BY seq LIMIT ?2", &s,
                       err));
    db_bind_int(s, 1, (int64_t)after_seq);
    db_bind_int(s, 2, limit < INT64_MAX ? (int64_t)limit : INT64_MAX);
    for (bool row = true;;) {
        ANC_TRY(db_step(s, &row, err));
        if (!row)
            break;
        last = (uint64_t)db_col_int(s, 0);
        ANC_TRY(blank_row(tx->connection, last, db_col_str(s, 1), person, &changed, err));
    }
    *ret_last = last;
    *ret_changed = changed;
    return ANC_OK;
}

static anc_status outbox_listen(void *self, void (*wake)(void *arg), void *arg, anc_err *err)
{
    krn_sqlite *k = self;
    return krn_listeners_add(&k->outbox_listeners, wake, arg, err);
}

const krn_outbox_ops krn_sqlite_outbox_ops = {
    .name = "sqlite",
    .append = outbox_append,
    .read = outbox_read,
    .head = outbox_head,
    .cursor_get = outbox_cursor_get,
    .cursor_set = outbox_cursor_set,
    .gaps = outbox_gaps,
    .gap_add = outbox_gap_add,
    .prune = outbox_prune,
    .blank = outbox_blank,
    .listen = outbox_listen,
};
