/* rag_sqlite.c - conversations in the catalog's file. */
#include "rag_sqlite.h"

#include <stdlib.h>

#include "db/sqlite/reading.h"

struct rag_sqlite {
    db_readers *readers; /* borrowed */
};

static anc_status reading_begin(rag_sqlite *self, krn_call *call, db_reading *ret)
{
    return db_reading_begin(ret, self->readers, call->deadline_ns, call->cancelled, call->err);
}

/* ---- writers --------------------------------------------------------------------------------- */

static anc_status has_conversation(db_sqlite *db, anc_str id, bool *ret, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db, "SELECT 1 FROM rag_conversation WHERE id = ?1", &s, err));
    db_bind_str(s, 1, id);
    return db_step(s, ret, err);
}

static anc_status store_create(void *self, krn_tx *tx, const rag_conversation_record *c,
                               anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    bool there;
    ANC_TRY(has_conversation(db, c->id, &there, err));
    if (there)
        return ANC_FAIL_FIELD(err, ANC_CONFLICT, "/id", "conversation \"%.*s\" exists already",
                              ANC_FMT(c->id));
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "INSERT INTO rag_conversation (id, title, user_id, created_ms, updated_ms)"
                       " VALUES (?1, ?2, ?3, ?4, ?5)",
                       &s, err));
    db_bind_str(s, 1, c->id);
    db_bind_str(s, 2, c->title);
    db_bind_str(s, 3, c->user_id);
    db_bind_int(s, 4, c->created_ms);
    db_bind_int(s, 5, c->updated_ms);
    return db_run(s, err);
}

static anc_status no_conversation(anc_str id, anc_err *err)
{
    return ANC_FAIL(err, ANC_NOT_FOUND, "there is no conversation \"%.*s\"", ANC_FMT(id));
}

static anc_status count_message(db_sqlite *db, anc_str conversation_id, anc_str user_id,
                                anc_str title, int64_t at_ms, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "UPDATE rag_conversation SET messages = messages + 1,"
                       " updated_ms = max(updated_ms, ?2),"
                       " title = CASE WHEN title = '' THEN ?4 ELSE title END"
                       " WHERE id = ?1 AND user_id = ?3",
                       &s, err));
    db_bind_str(s, 1, conversation_id);
    db_bind_int(s, 2, at_ms);
    db_bind_str(s, 3, user_id);
    db_bind_str(s, 4, title);
    ANC_TRY(db_run(s, err));
    return db_changes(db) == 1 ? ANC_OK : no_conversation(conversation_id, err);
}

static anc_status store_append(void *self, krn_tx *tx, anc_str conversation_id, anc_str user_id,
                               anc_str title, const rag_message_record *m, anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    ANC_TRY(count_message(db, conversation_id, user_id, title, m->at_ms, err));
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "INSERT INTO rag_message (conversation_id, position, id, query_id, question,"
                       " answer, answer_json, at_ms) SELECT id, messages, ?2, ?3, ?4, ?5, ?6, ?7"
                       " FROM rag_conversation WHERE id = ?1",
                       &s, err));
    db_bind_str(s, 1, conversation_id);
    db_bind_str(s, 2, m->id);
    db_bind_str(s, 3, m->query_id);
    db_bind_str(s, 4, m->question);
    db_bind_str(s, 5, m->answer);
    db_bind_str(s, 6, m->answer_json);
    db_bind_int(s, 7, m->at_ms);
    return db_run(s, err);
}

static anc_status store_remove(void *self, krn_tx *tx, anc_str id, anc_str user_id, anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    DB_STMT(s);
    ANC_TRY(db_prepare(db, "DELETE FROM rag_conversation WHERE id = ?1 AND user_id = ?2", &s, err));
    db_bind_str(s, 1, id);
    db_bind_str(s, 2, user_id);
    ANC_TRY(db_run(s, err));
    return db_changes(db) == 1 ? ANC_OK : no_conversation(id, err);
}

static anc_status store_rate(void *self, krn_tx *tx, anc_str query_id, anc_str user_id, int rating,
                             anc_str comment, anc_err *err)
{
    (void)self;
    db_sqlite *db = tx->connection;
    DB_STMT(s);
    ANC_TRY(db_prepare(db,
                       "UPDATE rag_message SET rating = ?3, comment = ?4, rated_ms = ?5"
                       " WHERE query_id = ?1 AND conversation_id IN"
                       " (SELECT id FROM rag_conversation WHERE user_id = ?2)",
                       &s, err));
    db_bind_str(s, 1, query_id);
    db_bind_str(s, 2, user_id);
    db_bind_int(s, 3, rating);
    db_bind_str(s, 4, comment);
    db_bind_int(s, 5, tx->wall_ms);
    ANC_TRY(db_run(s, err));
    if (db_changes(db) == 0)
        return ANC_FAIL(err, ANC_NOT_FOUND, "there is no query \"%.*s\"", ANC_FMT(query_id));
    return ANC_OK;
}

/* ---- readers --------------------------------------------------------------------------------- */

#define CONVERSATION_COLUMNS "id, title, user_id, created_ms, updated_ms, messages"

static anc_status read_conversation(db_stmt *s, krn_call *call, rag_conversation_record *ret)
{
    rag_conversation_record r = {
        .created_ms = db_col_int(s, 3),
        .updated_ms = db_col_int(s, 4),
        .messages = (uint64_t)db_col_int(s, 5),
    };
    ANC_TRY(db_col_copy(s, 0, call->mem, &r.id, call->err));
    ANC_TRY(db_col_copy(s, 1, call->mem, &r.title, call->err));
    ANC_TRY(db_col_copy(s, 2, call->mem, &r.user_id, call->err));
    *ret = r;
    return ANC_OK;
}

static anc_status store_find(void *self, krn_call *call, anc_str id, rag_conversation_record *ret)
{
    DB_READING(r);
    ANC_TRY(reading_begin(self, call, &r));
    DB_STMT(s);
    bool row;
    ANC_TRY(db_prepare(r.db, "SELECT " CONVERSATION_COLUMNS " FROM rag_conversation WHERE id = ?1",
                       &s, call->err));
    db_bind_str(s, 1, id);
    ANC_TRY(db_step(s, &row, call->err));
    return row ? read_conversation(s, call, ret) : no_conversation(id, call->err);
}

static anc_status grow(krn_call *call, void **items, size_t n, size_t *room, size_t limit,
                       size_t size)
{
    if (n < *room)
        return ANC_OK;
    size_t more = *room == 0 ? 16 : *room * 2;
    if (more > limit)
        more = limit;
    unsigned char *bigger = anc_arena_alloc(call->mem, more, size);
    if (bigger == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu rows", more);
    const unsigned char *old = *items;
    for (size_t i = 0; i < n * size; i++)
        bigger[i] = old[i];
    *items = bigger;
    *room = more;
    return ANC_OK;
}

static anc_status store_list(void *self, krn_call *call, anc_str user_id, int64_t before_ms,
                             anc_str before_id, size_t limit, rag_conversation_record **ret,
                             size_t *ret_n)
{
    DB_READING(r);
    ANC_TRY(reading_begin(self, call, &r));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db,
                       "SELECT " CONVERSATION_COLUMNS " FROM rag_conversation WHERE user_id = ?1"
                       " AND (updated_ms, id) < (?2, ?3)"
                       " ORDER BY updated_ms DESC, id DESC LIMIT ?4",
                       &s, call->err));
    db_bind_str(s, 1, user_id);
    db_bind_int(s, 2, before_ms);
    db_bind_str(s, 3, before_id);
    db_bind_int(s, 4, (int64_t)limit);
    void *items = NULL;
    size_t n = 0;
    size_t room = 0;
    for (;;) {
        bool row;
        ANC_TRY(db_step(s, &row, call->err));
        if (!row || n == limit)
            break;
        ANC_TRY(grow(call, &items, n, &room, limit, sizeof **ret));
        ANC_TRY(read_conversation(s, call, (rag_conversation_record *)items + n));
        n++;
    }
    *ret = items;
    *ret_n = n;
    return ANC_OK;
}

static anc_status read_message(db_stmt *s, krn_call *call, rag_message_record *ret)
{
    rag_message_record m = {.at_ms = db_col_int(s, 5),
                            .position = (uint64_t)db_col_int(s, 6),
                            .rating = (int)db_col_int(s, 7)};
    ANC_TRY(db_col_copy(s, 0, call->mem, &m.id, call->err));
    ANC_TRY(db_col_copy(s, 1, call->mem, &m.query_id, call->err));
    ANC_TRY(db_col_copy(s, 2, call->mem, &m.question, call->err));
    ANC_TRY(db_col_copy(s, 3, call->mem, &m.answer, call->err));
    ANC_TRY(db_col_copy(s, 4, call->mem, &m.answer_json, call->err));
    ANC_TRY(db_col_copy(s, 8, call->mem, &m.comment, call->err));
    *ret = m;
    return ANC_OK;
}

static void turn_round(rag_message_record *items, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        const rag_message_record swap = items[i];
        items[i] = items[n - 1 - i];
        items[n - 1 - i] = swap;
    }
}

static anc_status store_messages(void *self, krn_call *call, anc_str conversation_id,
                                 uint64_t before, size_t limit, rag_message_record **ret,
                                 size_t *ret_n)
{
    DB_READING(r);
    ANC_TRY(reading_begin(self, call, &r));
    DB_STMT(s);
    ANC_TRY(
        db_prepare(r.db,
                   "SELECT id, query_id, question, answer, answer_json, at_ms, position, rating,"
                   " comment FROM rag_message WHERE conversation_id = ?1 AND position < ?2"
                   " ORDER BY position DESC LIMIT ?3",
                   &s, call->err));
    db_bind_str(s, 1, conversation_id);
    db_bind_int(s, 2, before > INT64_MAX ? INT64_MAX : (int64_t)before);
    db_bind_int(s, 3, (int64_t)limit);
    void *items = NULL;
    size_t n = 0;
    size_t room = 0;
    for (;;) {
        bool row;
        ANC_TRY(db_step(s, &row, call->err));
        if (!row || n == limit)
            break;
        ANC_TRY(grow(call, &items, n, &room, limit, sizeof **ret));
        ANC_TRY(read_message(s, call, (rag_message_record *)items + n));
        n++;
    }
    turn_round(items, n);
    *ret = items;
    *ret_n = n;
    return ANC_OK;
}

anc_status rag_sqlite_open(db_readers *readers, rag_sqlite **ret, rag_conversation_store *ret_store,
                           anc_err *err)
{
    static const rag_conversation_store_ops ops = {
        .name = "sqlite",
        .create = store_create,
        .append = store_append,
        .remove = store_remove,
        .find = store_find,
        .list = store_list,
        .messages = store_messages,
        .rate = store_rate,
    };
    rag_sqlite *self = calloc(1, sizeof *self);
    if (self == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the conversation store");
    self->readers = readers;
    *ret = self;
    *ret_store = (rag_conversation_store){&ops, self};
    return ANC_OK;
}

void rag_sqlite_close(rag_sqlite *self)
{
    free(self);
}
