/* inbox.c - events of other services that took effect, as rows of the catalog: hashes and times. */
#include "hash/sha256.h"
#include "impl.h"

enum { PRUNE_AT_ONCE = 4, HASHED_MAX = 4096 };

typedef struct names {
    unsigned char event[ANC_SHA256_BYTES], subject[ANC_SHA256_BYTES];
} names;

/* Parts with their lengths, so that no two lists of parts look alike. */
static anc_status hash_parts(const anc_str *parts, size_t n, unsigned char out[ANC_SHA256_BYTES],
                             anc_err *err)
{
    ANC_BUF(text, EV_INBOUND_BYTES * 2 + HASHED_MAX);
    for (size_t i = 0; i < n; i++) {
        (void)anc_buf_printf(&text, "%zu:", parts[i].len);
        (void)anc_buf_add(&text, parts[i]);
    }
    ANC_TRY(anc_buf_status(&text, "the name of an event from outside", err));
    return anc_sha256_of(anc_buf_view(&text), out, err);
}

static anc_status hash_subject(anc_str kind, anc_str key, unsigned char out[ANC_SHA256_BYTES],
                               anc_err *err)
{
    const anc_str parts[] = {kind, key};
    return hash_parts(parts, ANC_COUNT(parts), out, err);
}

static anc_status make_names(const krn_inbox_event *e, names *ret, anc_err *err)
{
    const anc_str parts[] = {e->event->type_name, e->event->component, e->event->id};
    ANC_TRY(hash_parts(parts, ANC_COUNT(parts), ret->event, err));
    return hash_subject(e->kind, e->key, ret->subject, err);
}

static anc_status is_there(db_sqlite *db, const char *sql, const unsigned char *name,
                           int64_t time_ms, bool *ret, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, sql, &s, err));
    db_bind_blob(s, 1, name, ANC_SHA256_BYTES);
    db_bind_int(s, 2, time_ms);
    return db_step(s, ret, err);
}

static anc_status look_up(db_sqlite *db, const names *n, int64_t time_ms, ev_arrival *ret,
                          anc_err *err)
{
    bool again = false, late = false;
    ANC_TRY(is_there(db, "SELECT ?2 FROM inbox WHERE event=?1", n->event, 0, &again, err));
    if (!again)
        ANC_TRY(is_there(db, "SELECT 1 FROM inbox WHERE subject=?1 AND time_ms>?2 LIMIT 1",
                         n->subject, time_ms, &late, err));
    *ret = again ? EV_ARRIVED_AGAIN : late ? EV_ARRIVED_LATE : EV_ARRIVED_NEW;
    return ANC_OK;
}

static int64_t time_of(const krn_inbox_event *e, int64_t now_ms)
{
    return e->event->time_ms < now_ms ? e->event->time_ms : now_ms;
}

static anc_status inbox_look(void *self, krn_call *call, const krn_inbox_event *event,
                             ev_arrival *ret)
{
    const krn_sqlite *k = self;
    names n;
    ANC_TRY(make_names(event, &n, call->err));
    READING(r);
    ANC_TRY(krn_reading_begin(&r, self, call));
    return look_up(r.db, &n, time_of(event, krn_wall_ms(k->clock)), ret, call->err);
}

/* A few of the oldest rows for each that is added: there are never many too many. */
static anc_status prune(krn_tx *tx, int64_t newest, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox ORDER BY seq"
                       " LIMIT ?1) AND (seq<=?2 OR taken_ms<?3)",
                       &s, err));
    db_bind_int(s, 1, PRUNE_AT_ONCE);
    db_bind_int(s, 2, newest - KRN_INBOX_KEEP);
    db_bind_int(s, 3, tx->wall_ms - KRN_INBOX_KEEP_MS);
    return db_run(s, err);
}

static anc_status write_down(krn_tx *tx, const names *n, int64_t time_ms, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT INTO inbox(event,subject,time_ms,taken_ms) VALUES(?1,?2,?3,?4)", &s,
                       err));
    db_bind_blob(s, 1, n->event, sizeof n->event);
    db_bind_blob(s, 2, n->subject, sizeof n->subject);
    db_bind_int(s, 3, time_ms);
    db_bind_int(s, 4, tx->wall_ms);
    ANC_TRY(db_run(s, err));
    return prune(tx, db_last_rowid(tx->connection), err);
}

static anc_status inbox_take(void *self, krn_tx *tx, const krn_inbox_event *event, ev_arrival *ret,
                             anc_err *err)
{
    names n;
    ev_arrival arrival;
    const int64_t time_ms = time_of(event, tx->wall_ms);
    (void)self;
    ANC_TRY(make_names(event, &n, err));
    ANC_TRY(look_up(tx->connection, &n, time_ms, &arrival, err));
    if (arrival != EV_ARRIVED_AGAIN)
        ANC_TRY(write_down(tx, &n, time_ms, err));
    *ret = arrival;
    return ANC_OK;
}

static anc_status inbox_forget(void *self, krn_tx *tx, anc_str kind, anc_str key, anc_err *err)
{
    unsigned char subject[ANC_SHA256_BYTES];
    (void)self;
    ANC_TRY(hash_subject(kind, key, subject, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, "UPDATE inbox SET subject=x'' WHERE subject=?1", &s, err));
    db_bind_blob(s, 1, subject, sizeof subject);
    return db_run(s, err);
}

const krn_inbox_ops krn_sqlite_inbox_ops = {
    .name = "sqlite",
    .look = inbox_look,
    .take = inbox_take,
    .forget = inbox_forget,
};
