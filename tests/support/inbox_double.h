/* inbox_double.h - the inbox as a table of the knowledge fixture's file, so that what is taken is undone with its
 * transaction. Times that lie ahead and old rows are not looked at. */
#ifndef ANC_TESTS_SUPPORT_INBOX_DOUBLE_H
#define ANC_TESTS_SUPPORT_INBOX_DOUBLE_H

#include "db/sqlite/readers.h"
#include "kernel/ports/inbox.h"

#define INBOX_DOUBLE_TABLE \
    "CREATE TABLE IF NOT EXISTS test_inbox(id TEXT PRIMARY KEY, subject TEXT, time_ms INTEGER)"

static inline anc_status inbox_double_find(db_sqlite *db, const krn_inbox_event *e, ev_arrival *ret,
                                           anc_err *err)
{
    bool row;
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "SELECT EXISTS(SELECT 1 FROM test_inbox WHERE id=?1),"
                       " EXISTS(SELECT 1 FROM test_inbox WHERE subject=?2 AND time_ms>?3)",
                       &s, err));
    db_bind_str(s, 1, e->event->id);
    db_bind_str(s, 2, e->key);
    db_bind_int(s, 3, e->event->time_ms);
    ANC_TRY(db_step(s, &row, err));
    *ret = db_col_int(s, 0) != 0   ? EV_ARRIVED_AGAIN
           : db_col_int(s, 1) != 0 ? EV_ARRIVED_LATE
                                   : EV_ARRIVED_NEW;
    return ANC_OK;
}

static inline anc_status inbox_double_look(void *self, krn_call *call, const krn_inbox_event *e,
                                           ev_arrival *ret)
{
    db_sqlite *db = NULL;
    ANC_TRY(db_readers_take(self, INT64_MAX, &db, call->err));
    const anc_status status = inbox_double_find(db, e, ret, call->err);
    db_readers_give(self, db);
    return status;
}

static inline anc_status inbox_double_take(void *self, krn_tx *tx, const krn_inbox_event *e,
                                           ev_arrival *ret, anc_err *err)
{
    (void)self;
    ANC_TRY(inbox_double_find(tx->connection, e, ret, err));
    DB_STMT(s);
    ANC_TRY(
        db_prepare(tx->connection, "INSERT OR IGNORE INTO test_inbox VALUES(?1,?2,?3)", &s, err));
    db_bind_str(s, 1, e->event->id);
    db_bind_str(s, 2, e->key);
    db_bind_int(s, 3, e->event->time_ms);
    return db_run(s, err);
}

static inline krn_inbox inbox_double(db_readers *readers)
{
    static const krn_inbox_ops ops = {
        .name = "table", .look = inbox_double_look, .take = inbox_double_take};
    return (krn_inbox){&ops, readers};
}

#endif
