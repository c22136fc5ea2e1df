/* changes.c - the change log as rows of the catalog. */
#include "impl.h"

static anc_status changes_append(void *self, krn_tx *tx, const krn_change *change,
                                 uint64_t *ret_seq, anc_err *err)
{
    krn_sqlite *k = self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT INTO change_log(op,collection,document_id,version)"
                       " VALUES(?1,?2,?3,?4)",
                       &s, err));
    db_bind_int(s, 1, change->op);
    db_bind_str(s, 2, change->collection);
    db_bind_str(s, 3, change->document_id);
    db_bind_int(s, 4, change->version);
    ANC_TRY(db_run(s, err));
    *ret_seq = (uint64_t)db_last_rowid(tx->connection);
    k->changes_listeners.touched = true;
    return ANC_OK;
}

static anc_status read_row(const db_stmt *s, anc_arena *mem, krn_change *c, anc_err *err)
{
    const int64_t op = db_col_int(s, 1);
    c->seq = (uint64_t)db_col_int(s, 0);
    if (op < KRN_CHANGE_PUBLISH || op > KRN_CHANGE_MODEL)
        return ANC_FAIL(err, ANC_CORRUPT, "change %llu is of the kind %lld",
                        (unsigned long long)c->seq, (long long)op);
    c->op = (krn_change_op)op;
    c->version = (uint32_t)db_col_int(s, 4);
    ANC_TRY(db_col_copy(s, 2, mem, &c->collection, err));
    return db_col_copy(s, 3, mem, &c->document_id, err);
}

static anc_status read_rows(db_stmt *s, krn_call *call, krn_change *changes, size_t limit,
                            size_t *ret_n)
{
    for (*ret_n = 0; *ret_n < limit; ++*ret_n) {
        bool row;
        ANC_TRY(db_step(s, &row, call->err));
        if (!row)
            break;
        ANC_TRY(read_row(s, call->mem, &changes[*ret_n], call->err));
    }
    return ANC_OK;
}

static anc_status changes_read(void *self, krn_call *call, uint64_t after_seq, size_t limit,
                               krn_change **ret, size_t *ret_n)
{
    size_t n = 0;
    krn_change *changes = anc_arena_alloc(call->mem, limit, sizeof *changes);
    if (changes == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu changes", limit);
    READING(r);
    ANC_TRY(krn_reading_begin(&r, self, call));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db,
                       "SELECT seq,op,collection,document_id,version FROM change_log WHERE seq>?1"
                       " ORDER BY seq LIMIT ?2",
                       &s, call->err));
    db_bind_int(s, 1, after_seq < INT64_MAX ? (int64_t)after_seq : INT64_MAX);
    db_bind_int(s, 2, (int64_t)limit);
    ANC_TRY(read_rows(s, call, changes, limit, &n));
    *ret = changes;
    *ret_n = n;
    return ANC_OK;
}

static anc_status changes_head(void *self, krn_call *call, uint64_t *ret)
{
    READING(r);
    ANC_TRY(krn_reading_begin(&r, self, call));
    return krn_sqlite_head(r.db, "change_log", ret, call->err);
}

/* Numbers of transactions that were undone leave no gap here, so the newest `keep` are counted by
 * their numbers. */
static anc_status changes_prune(void *self, krn_tx *tx, uint64_t passed_seq, uint64_t keep,
                                size_t limit, size_t *ret_removed, anc_err *err)
{
    uint64_t head = 0;
    (void)self;
    ANC_TRY(krn_sqlite_head(tx->connection, "change_log", &head, err));
    const uint64_t beyond = head > keep ? head - keep : 0;
    const uint64_t last = passed_seq < beyond ? passed_seq : beyond;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "DELETE FROM change_log WHERE seq IN"
                       " (SELECT seq FROM change_log WHERE seq<=?1 ORDER BY seq LIMIT ?2)",
                       &s, err));
    db_bind_int(s, 1, (int64_t)last);
    db_bind_int(s, 2, limit < INT64_MAX ? (int64_t)limit : INT64_MAX);
    ANC_TRY(db_run(s, err));
    *ret_removed = (size_t)db_changes(tx->connection);
    return ANC_OK;
}

static anc_status changes_listen(void *self, void (*wake)(void *arg), void *arg, anc_err *err)
{
    krn_sqlite *k = self;
    return krn_listeners_add(&k->changes_listeners, wake, arg, err);
}

const krn_changes_ops krn_sqlite_changes_ops = {
    .name = "sqlite",
    .append = changes_append,
    .read = changes_read,
    .head = changes_head,
    .prune = changes_prune,
    .listen = changes_listen,
};
