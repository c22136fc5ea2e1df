/* item_writer.c - items added, claimed, finished and given back, inside the writer's transaction. */
#include <assert.h>

#include "batch_impl.h"
#include "kernel/ports/writer.h"

enum { ANNOUNCE_EVERY_MS = 1000 };

anc_status ing_counts_get(db_sqlite *db, int64_t key, ing_counts *ret, anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(db, "SELECT " ING_COUNT_COLUMNS " FROM ing_batch WHERE key = ?1", &s, err));
    db_bind_int(s, 1, key);
    ANC_TRY(db_step(s, &row, err));
    if (!row)
        return ANC_FAIL(err, ANC_NOT_FOUND, "the batch is gone");
    *ret = ing_counts_read(s);
    assert(ing_counts_fit(ret));
    return ANC_OK;
}

/* `n` items stopped waiting and are under way, or (n negative) the other way round. */
static anc_status move_counts(krn_tx *tx, int64_t key, int64_t n, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_batch SET waiting = waiting - ?2, under_way = under_way + ?2,"
                       " updated_ms = ?3, revision = revision + 1 WHERE key = ?1",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, n);
    db_bind_int(s, 3, tx->wall_ms);
    return db_run(s, err);
}

/* ---- added --------------------------------------------------------------------------------- */

/* The segment is needed by `n` items more. */
static anc_status use_segment(krn_tx *tx, int64_t key, int64_t segment, int64_t n, anc_err *err)
{
    DB_STMT(s);
    if (segment == 0)
        return ANC_OK;
    ANC_TRY(db_prepare(tx->connection,
                       "INSERT INTO ing_segment(id, batch, users) VALUES(?1, ?2, ?3)"
                       " ON CONFLICT(id) DO UPDATE SET users = users + ?3",
                       &s, err));
    db_bind_int(s, 1, segment);
    db_bind_int(s, 2, key);
    db_bind_int(s, 3, n);
    return db_run(s, err);
}

anc_status ing_next_ordinal(krn_tx *tx, int64_t key, int64_t *ret, anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(tx->connection,
                       "SELECT max(coalesce((SELECT max(ordinal) FROM ing_item WHERE batch = ?1),"
                       " -1), coalesce((SELECT max(last) FROM ing_children WHERE batch = ?1), -1))"
                       " + 1",
                       &s, err));
    db_bind_int(s, 1, key);
    ANC_TRY(db_step(s, &row, err));
    *ret = row ? db_col_int(s, 0) : 0;
    return ANC_OK;
}

static anc_status add_item(krn_tx *tx, int64_t key, const ing_item *item, int64_t ordinal,
                           anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(
        db_prepare(tx->connection,
                   "INSERT INTO ing_item(batch, ordinal, path, bytes, modified_ms, letter, kind,"
                   " content_type, segment, at, len)"
                   " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                   &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, item->ordinal >= 0 ? item->ordinal : ordinal);
    db_bind_str(s, 3, item->path);
    db_bind_int(s, 4, (int64_t)item->bytes);
    db_bind_int(s, 5, item->modified_ms);
    db_bind_str(s, 6, item->letter);
    db_bind_int(s, 7, item->kind);
    db_bind_str(s, 8, item->content_type);
    db_bind_int(s, 9, item->payload.segment);
    db_bind_int(s, 10, (int64_t)item->payload.at);
    db_bind_int(s, 11, (int64_t)item->payload.bytes);
    return db_run(s, err);
}

/* The segment that an item needs; 0: none, since the dead letter that it tries again keeps it. */
static int64_t segment_of(const ing_item *item)
{
    return item->letter.len > 0 ? 0 : item->payload.segment;
}

anc_status ing_items_store(krn_tx *tx, int64_t key, int64_t next, const ing_item *items, size_t n,
                           uint64_t *bytes, anc_err *err)
{
    int64_t segment = 0, users = 0; /* neighbours mostly lie in one segment */
    for (size_t i = 0; i < n; i++) {
        ANC_TRY(add_item(tx, key, &items[i], next + (int64_t)i, err));
        *bytes += items[i].bytes;
        if (segment_of(&items[i]) != segment) {
            ANC_TRY(use_segment(tx, key, segment, users, err));
            segment = segment_of(&items[i]);
            users = 0;
        }
        users++;
    }
    return use_segment(tx, key, segment, users, err);
}

anc_status ing_items_count(krn_tx *tx, int64_t key, size_t n, uint64_t bytes, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_batch SET total = total + ?2, waiting = waiting + ?2,"
                       " bytes_total = bytes_total + ?3, updated_ms = ?4,"
                       " revision = revision + 1 WHERE key = ?1",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, (int64_t)n);
    db_bind_int(s, 3, (int64_t)bytes);
    db_bind_int(s, 4, tx->wall_ms);
    return db_run(s, err);
}

anc_status ing_items_add(krn_tx *tx, int64_t key, const ing_item *items, size_t n, anc_err *err)
{
    uint64_t bytes = 0;
    int64_t next = 0;
    ANC_TRY(ing_next_ordinal(tx, key, &next, err));
    ANC_TRY(ing_items_store(tx, key, next, items, n, &bytes, err));
    return ing_items_count(tx, key, n, bytes, err);
}

/* ---- claimed ------------------------------------------------------------------------------- */

#define WAITING                                                                              \
    "SELECT ordinal, path, bytes, modified_ms, letter, claims, kind, content_type, segment," \
    " at, len, (SELECT claimed FROM ing_batch WHERE key = ?1)"                               \
    " FROM ing_item WHERE batch = ?1 AND state = 0 AND "

/* The first one behind `from`, or (lease->last) the last one before it. */
static anc_status waiting_from(krn_tx *tx, const ing_lease *lease, int64_t from, anc_arena *mem,
                               ing_item *ret, anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(tx->connection,
                       lease->last ? WAITING "ordinal < ?2 ORDER BY ordinal DESC LIMIT 1"
                                   : WAITING "ordinal > ?2 ORDER BY ordinal LIMIT 1",
                       &s, err));
    db_bind_int(s, 1, lease->batch);
    db_bind_int(s, 2, from);
    ANC_TRY(db_step(s, &row, err));
    *ret = (ing_item){.ordinal = -1};
    if (!row)
        return ANC_OK;
    ing_item item = {.ordinal = db_col_int(s, 0),
                     .bytes = (uint64_t)db_col_int(s, 2),
                     .modified_ms = db_col_int(s, 3),
                     .claims = (uint32_t)db_col_int(s, 5) + 1,
                     .kind = (ing_item_kind)db_col_int(s, 6),
                     .payload = {.segment = db_col_int(s, 8),
                                 .at = (uint64_t)db_col_int(s, 9),
                                 .bytes = (uint64_t)db_col_int(s, 10)},
                     .late = db_col_int(s, 11) > db_col_int(s, 0)};
    ANC_TRY(db_col_copy(s, 1, mem, &item.path, err));
    ANC_TRY(db_col_copy(s, 4, mem, &item.letter, err));
    ANC_TRY(db_col_copy(s, 7, mem, &item.content_type, err));
    *ret = item;
    return ANC_OK;
}

/* Those that are not counted yet are passed by, range by range: a worker has one at the most. */
static anc_status next_waiting(krn_tx *tx, const ing_lease *lease, anc_arena *mem, ing_item *ret,
                               anc_err *err)
{
    int64_t from = lease->last ? INT64_MAX : -1;
    for (;;) {
        int64_t first = 0, last = 0;
        bool held = false;
        ANC_TRY(waiting_from(tx, lease, from, mem, ret, err));
        if (ret->ordinal < 0)
            return ANC_OK;
        ANC_TRY(ing_children_hold(tx, lease->batch, ret->ordinal, &first, &last, &held, err));
        if (!held)
            return ANC_OK;
        from = lease->last ? first : last;
    }
}

static anc_status note_claimed(krn_tx *tx, int64_t key, int64_t ordinal, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_batch SET claimed = ?2 WHERE key = ?1 AND claimed < ?2", &s,
                       err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, ordinal);
    return db_run(s, err);
}

static anc_status claim(void *self, krn_tx *tx, const ing_lease *lease, anc_arena *mem,
                        ing_item *ret, ing_counts *ret_counts, anc_err *err)
{
    (void)self;
    ing_item item = {.ordinal = -1};
    ANC_TRY(ing_counts_get(tx->connection, lease->batch, ret_counts, err));
    if (ret_counts->phase == ING_PHASE_PROCESSING)
        ANC_TRY(next_waiting(tx, lease, mem, &item, err));
    if (lease->most_bytes > 0 && item.bytes > lease->most_bytes)
        item = (ing_item){.ordinal = -1};
    if (item.ordinal >= 0) {
        DB_STMT(s);
        ANC_TRY(db_prepare(tx->connection,
                           "UPDATE ing_item SET state = 5, owner = ?3, until_ms = ?4, claims = ?5"
                           " WHERE batch = ?1 AND ordinal = ?2",
                           &s, err));
        db_bind_int(s, 1, lease->batch);
        db_bind_int(s, 2, item.ordinal);
        db_bind_int(s, 3, lease->owner);
        db_bind_int(s, 4, lease->until_ms);
        db_bind_int(s, 5, item.claims);
        ANC_TRY(db_run(s, err));
        ANC_TRY(note_claimed(tx, lease->batch, item.ordinal, err));
        ANC_TRY(move_counts(tx, lease->batch, 1, err));
        ANC_TRY(ing_counts_get(tx->connection, lease->batch, ret_counts, err));
    }
    *ret = item;
    return ANC_OK;
}

/* Binds ?1 to ?4: batch, ordinal, owner, claims. */
static void bind_lease(db_stmt *s, const ing_lease *lease)
{
    db_bind_int(s, 1, lease->batch);
    db_bind_int(s, 2, lease->ordinal);
    db_bind_int(s, 3, lease->owner);
    db_bind_int(s, 4, lease->claims);
}

#define HELD " WHERE batch = ?1 AND ordinal = ?2 AND owner = ?3 AND claims = ?4 AND state = 5"

static anc_status not_held(const ing_lease *lease, anc_err *err)
{
    return ANC_FAIL(err, ANC_CONFLICT, "item %lld of the batch is not held any more",
                    (long long)lease->ordinal);
}

/* Runs a statement that ends with HELD. */
static anc_status run_held(krn_tx *tx, db_stmt *s, const ing_lease *lease, anc_err *err)
{
    ANC_TRY(db_run(s, err));
    return db_changes(tx->connection) == 1 ? ANC_OK : not_held(lease, err);
}

anc_status ing_lease_check(krn_tx *tx, const ing_lease *lease, anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(tx->connection, "SELECT 1 FROM ing_item" HELD, &s, err));
    bind_lease(s, lease);
    ANC_TRY(db_step(s, &row, err));
    return row ? ANC_OK : not_held(lease, err);
}

static anc_status renew(void *self, krn_tx *tx, const ing_lease *lease, anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection, "UPDATE ing_item SET until_ms = ?5" HELD, &s, err));
    bind_lease(s, lease);
    db_bind_int(s, 5, lease->until_ms);
    return run_held(tx, s, lease, err);
}

static anc_status release(void *self, krn_tx *tx, const ing_lease *lease, ing_counts *ret_counts,
                          anc_err *err)
{
    (void)self;
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_item SET state = 0, owner = 0, claims = claims - 1" HELD, &s,
                       err));
    bind_lease(s, lease);
    ANC_TRY(run_held(tx, s, lease, err));
    ANC_TRY(move_counts(tx, lease->batch, -1, err));
    return ing_counts_get(tx->connection, lease->batch, ret_counts, err);
}

static anc_status take_back(void *self, krn_tx *tx, int64_t now_ms, int64_t owner, size_t limit,
                            size_t *ret_n, anc_err *err)
{
    (void)self;
    size_t n = 0;
    for (bool row = true; n < limit; n++) {
        DB_STMT(s);
        ANC_TRY(db_prepare(tx->connection,
                           "SELECT batch, ordinal FROM ing_item WHERE state = 5 AND"
                           " (until_ms <= ?1 OR (?2 <> 0 AND owner <> ?2)) LIMIT 1",
                           &s, err));
        db_bind_int(s, 1, now_ms);
        db_bind_int(s, 2, owner);
        ANC_TRY(db_step(s, &row, err));
        if (!row)
            break;
        const int64_t batch = db_col_int(s, 0), ordinal = db_col_int(s, 1);
        DB_STMT(u);
        ANC_TRY(db_prepare(tx->connection,
                           "UPDATE ing_item SET state = 0, owner = 0 WHERE batch = ?1"
                           " AND ordinal = ?2",
                           &u, err));
        db_bind_int(u, 1, batch);
        db_bind_int(u, 2, ordinal);
        db_stmt_again(s);
        ANC_TRY(db_run(u, err));
        ANC_TRY(move_counts(tx, batch, -1, err));
    }
    *ret_n = n;
    return ANC_OK;
}

/* ---- finished ------------------------------------------------------------------------------ */

static anc_status mark_item(krn_tx *tx, const ing_lease *lease, const ing_item_result *r,
                            anc_err *err)
{
    DB_STMT(s);
    const bool other = r->document.len > 0 && !anc_str_eq(r->document, r->path);
    ANC_TRY(db_prepare(
        tx->connection,
        "UPDATE ing_item SET state = ?5, seq = ?6, document = ?7, collection = ?8" HELD, &s, err));
    bind_lease(s, lease);
    db_bind_int(s, 5, r->outcome);
    db_bind_int(s, 6, (int64_t)r->seq);
    db_bind_str_or_null(s, 7, other ? r->document : ANC_STR_NONE);
    db_bind_str_or_null(s, 8, r->collection.len > 0 ? r->collection : ANC_STR_NONE);
    return run_held(tx, s, lease, err);
}

static anc_status count_item(krn_tx *tx, int64_t key, const ing_item_result *r, anc_err *err)
{
    DB_STMT(s);
    ANC_TRY(db_prepare(tx->connection,
                       "UPDATE ing_batch SET processed = processed + ?2, failed = failed + ?3,"
                       " skipped = skipped + ?4, unchanged = unchanged + ?5,"
                       " bytes_done = bytes_done + ?6, max_seq = max(max_seq, ?7),"
                       " event_ms = CASE WHEN ?8 - event_ms >= ?9 THEN ?8 ELSE event_ms END,"
                       " under_way = under_way - 1, read_us = read_us + ?10,"
                       " parse_us = parse_us + ?11, chunk_us = chunk_us + ?12,"
                       " embed_us = embed_us + ?13, write_us = write_us + ?14,"
                       " index_us = index_us + ?15,"
                       " updated_ms = ?8, revision = revision + 1 WHERE key = ?1",
                       &s, err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, r->outcome == ING_DONE);
    db_bind_int(s, 3, r->outcome == ING_ITEM_FAILED);
    db_bind_int(s, 4, r->outcome == ING_UNCHANGED || r->outcome == ING_PASSED_OVER);
    db_bind_int(s, 5, r->outcome == ING_UNCHANGED);
    db_bind_int(s, 6, (int64_t)r->bytes);
    db_bind_int(s, 7, (int64_t)r->seq);
    db_bind_int(s, 8, tx->wall_ms);
    db_bind_int(s, 9, ANNOUNCE_EVERY_MS);
    for (int i = 0; i < ING_STAGES; i++)
        db_bind_int(s, 10 + i, (int64_t)r->stage_us[i]);
    return db_run(s, err);
}

/* It named a collection of its own. */
static anc_status note_elsewhere(krn_tx *tx, int64_t key, const ing_item_result *r, anc_err *err)
{
    DB_STMT(s);
    if (r->collection.len == 0 || (r->outcome != ING_DONE && r->outcome != ING_UNCHANGED))
        return ANC_OK;
    ANC_TRY(
        db_prepare(tx->connection,
                   "INSERT INTO ing_elsewhere(batch, collection, documents) VALUES(?1, CASE WHEN"
                   " EXISTS(SELECT 1 FROM ing_elsewhere WHERE batch = ?1 AND collection = ?2)"
                   " OR (SELECT count(*) FROM ing_elsewhere WHERE batch = ?1) < ?3"
                   " THEN ?2 ELSE '' END, 1)"
                   " ON CONFLICT(batch, collection) DO UPDATE SET documents = documents + 1",
                   &s, err));
    db_bind_int(s, 1, key);
    db_bind_str(s, 2, r->collection);
    db_bind_int(s, 3, ING_ELSEWHERE);
    return db_run(s, err);
}

static anc_status finish(void *self, krn_tx *tx, const ing_lease *lease,
                         const ing_item_result *result, ing_counts *ret_counts, bool *ret_announce,
                         anc_err *err)
{
    (void)self;
    const int64_t key = lease->batch;
    ing_counts before;
    ANC_TRY(ing_counts_get(tx->connection, key, &before, err));
    ANC_TRY(mark_item(tx, lease, result, err));
    ANC_TRY(count_item(tx, key, result, err));
    ANC_TRY(note_elsewhere(tx, key, result, err));
    ANC_TRY(ing_letter_keep(tx, key, result, err));
    if (result->stored.n > 0)
        ANC_TRY(ing_children_count(tx, lease, &result->stored, err));
    if (result->n_children > 0)
        ANC_TRY(ing_items_add(tx, key, result->children, result->n_children, err));
    ANC_TRY(ing_counts_get(tx->connection, key, ret_counts, err));
    *ret_announce = ret_counts->event_ms != before.event_ms;
    return ANC_OK;
}

static anc_status counts(void *self, krn_tx *tx, int64_t key, ing_counts *ret, anc_err *err)
{
    (void)self;
    return ing_counts_get(tx->connection, key, ret, err);
}

static const ing_item_writer_ops ops = {
    .name = "sqlite",
    .claim = claim,
    .children_begin = ing_children_begin,
    .children_add = ing_children_add,
    .letter_of = ing_letter_of,
    .finish = finish,
    .renew = renew,
    .release = release,
    .take_back = take_back,
    .counts = counts,
};

ing_item_writer ing_sqlite_items(void)
{
    return (ing_item_writer){&ops, NULL};
}
