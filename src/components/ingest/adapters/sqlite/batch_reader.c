/* batch_reader.c - batches, items and dead letters read. */
#include <stdio.h>
#include <string.h>

#include "batch_impl.h"
#include "os/clock.h"

/* ---- rows ---------------------------------------------------------------------------------- */

/* Lines as an array of views in `mem`. */
static anc_status read_lines(const db_stmt *s, int column, anc_arena *mem, const anc_str **ret,
                             size_t *ret_n, anc_err *err)
{
    anc_str text, part;
    ANC_TRY(db_col_copy(s, column, mem, &text, err));
    if (text.len == 0)
        text = ANC_STR_NONE; /* no line, not an empty one */
    size_t n = 0, i = 0;
    for (anc_str rest = text; anc_str_split(&rest, '\n', &part);)
        n++;
    anc_str *items = anc_arena_alloc(mem, n, sizeof *items);
    if (items == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu labels", n);
    for (anc_str rest = text; anc_str_split(&rest, '\n', &part);)
        items[i++] = part;
    *ret = items;
    *ret_n = n;
    return ANC_OK;
}

ing_counts ing_counts_read(const db_stmt *s)
{
    ing_counts c = {.phase = (ing_phase)db_col_int(s, 0),
                    .listed = db_col_int(s, 1) != 0,
                    .closed = db_col_int(s, 2) != 0,
                    .event_ms = db_col_int(s, 19),
                    .revision = (uint64_t)db_col_int(s, 20)};
    uint64_t *const numbers[] = {&c.total,      &c.waiting, &c.under_way, &c.processed,
                                 &c.failed,     &c.skipped, &c.unchanged, &c.bytes_total,
                                 &c.bytes_done, &c.max_seq};
    for (int i = 0; i < (int)ANC_COUNT(numbers); i++)
        *numbers[i] = (uint64_t)db_col_int(s, 3 + i);
    for (int i = 0; i < ING_STAGES; i++)
        c.stage_us[i] = (uint64_t)db_col_int(s, 13 + i);
    return c;
}

anc_status ing_batch_read(const db_stmt *s, anc_arena *mem, ing_batch_record *ret, anc_err *err)
{
    ing_batch_record b = {.key = db_col_int(s, 21),
                          .now = ing_counts_read(s),
                          .source = (ing_source_kind)db_col_int(s, 23),
                          .announced = db_col_int(s, 33),
                          .created_ms = db_col_int(s, 35),
                          .updated_ms = db_col_int(s, 36),
                          .completed_ms = db_col_int(s, 37),
                          .rate_from_ms = db_col_int(s, 38),
                          .rate_from_done = (uint64_t)db_col_int(s, 39),
                          .held = db_col_int(s, 40) != 0,
                          .asked = (uint64_t)db_col_int(s, 42),
                          .n_read_elsewhere = (uint64_t)db_col_int(s, 44)};
    const struct {
        int column;
        anc_str *to;
    } texts[] = {{22, &b.id},    {24, &b.origin},   {25, &b.letter}, {26, &b.collection},
                 {27, &b.path},  {28, &b.metadata}, {29, &b.globs},  {31, &b.user_id},
                 {34, &b.error}, {41, &b.rows}};
    for (size_t i = 0; i < ANC_COUNT(texts); i++)
        ANC_TRY(db_col_copy(s, texts[i].column, mem, texts[i].to, err));
    ANC_TRY(read_lines(s, 30, mem, &b.acl, &b.n_acl, err));
    ANC_TRY(read_lines(s, 32, mem, &b.labels, &b.n_labels, err));
    ANC_TRY(read_lines(s, 43, mem, &b.elsewhere, &b.n_elsewhere, err));
    *ret = b;
    return ANC_OK;
}

/* ---- a reading connection ------------------------------------------------------------------- */

typedef struct reader {
    db_readers *readers;
    db_sqlite *db; /* NULL: nothing is held */
} reader;

static void reader_give(reader *r)
{
    if (r->db != NULL)
        db_readers_give(r->readers, r->db);
}
#define READER(name) ANC_CLEANUP(reader_give) reader name = {0}

static anc_status may_go_on(void *arg)
{
    const krn_call *call = arg;
    if (atomic_load_explicit(call->cancelled, memory_order_relaxed))
        return ANC_CANCELLED;
    if (call->deadline_ns != INT64_MAX && os_mono_ns() >= call->deadline_ns)
        return ANC_DEADLINE;
    return ANC_OK;
}

static anc_status reader_take(void *self, krn_call *call, reader *ret)
{
    ret->readers = self;
    ANC_TRY(db_readers_take(ret->readers, call->deadline_ns, &ret->db, call->err));
    db_check_set(ret->db, may_go_on, call);
    return ANC_OK;
}

/* Room for `limit` rows at most, made as they come. */
typedef struct rows {
    krn_call *call;
    size_t item_bytes, n, cap;
    char *items;
} rows;

static void *rows_add(rows *r)
{
    if (r->n == r->cap) {
        const size_t cap = r->cap == 0 ? 16 : 2 * r->cap;
        char *items = anc_arena_alloc(r->call->mem, cap, r->item_bytes);
        if (items == NULL) {
            (void)ANC_FAIL(r->call->err, anc_arena_refusal(r->call->mem), "no room for %zu rows",
                           cap);
            return NULL;
        }
        if (r->n > 0)
            memcpy(items, r->items, r->n * r->item_bytes);
        r->items = items;
        r->cap = cap;
    }
    return r->items + r->n++ * r->item_bytes;
}

typedef anc_status read_row(const db_stmt *s, anc_arena *mem, void *out, anc_err *err);

static anc_status read_all(db_stmt *s, rows *out, read_row *read)
{
    krn_call *call = out->call;
    for (bool row = true;;) {
        ANC_TRY(db_step(s, &row, call->err));
        if (!row)
            return ANC_OK;
        void *item = rows_add(out);
        if (item == NULL)
            return call->err->code;
        ANC_TRY(read(s, call->mem, item, call->err));
    }
}

static anc_status read_batch_row(const db_stmt *s, anc_arena *mem, void *out, anc_err *err)
{
    return ing_batch_read(s, mem, out, err);
}

static anc_status read_item_row(const db_stmt *s, anc_arena *mem, void *out, anc_err *err)
{
    ing_item item = {.ordinal = db_col_int(s, 0),
                     .bytes = (uint64_t)db_col_int(s, 2),
                     .modified_ms = db_col_int(s, 3)};
    ANC_TRY(db_col_copy(s, 1, mem, &item.path, err));
    *(ing_item *)out = item;
    return ANC_OK;
}

static const char letter_columns[] =
    "SELECT f.id, b.id, coalesce(f.collection, b.collection), b.path, f.document, f.path, f.stage, "
    "f.reason, f.batch,"
    " f.passed_over, f.bytes, f.modified_ms, f.attempts, f.at_ms, f.content_type, f.kind,"
    " f.segment, f.at, f.len FROM ing_failure f"
    " JOIN ing_batch b ON b.key = f.batch";

static anc_status read_letter_row(const db_stmt *s, anc_arena *mem, void *out, anc_err *err)
{
    ing_letter l = {.batch = db_col_int(s, 8),
                    .passed_over = db_col_int(s, 9) != 0,
                    .bytes = (uint64_t)db_col_int(s, 10),
                    .modified_ms = db_col_int(s, 11),
                    .attempts = (uint32_t)db_col_int(s, 12),
                    .at_ms = db_col_int(s, 13),
                    .kind = (ing_item_kind)db_col_int(s, 15),
                    .payload = {.segment = db_col_int(s, 16),
                                .at = (uint64_t)db_col_int(s, 17),
                                .bytes = (uint64_t)db_col_int(s, 18)}};
    anc_str *texts[] = {&l.id,       &l.batch_id, &l.collection, &l.source,
                        &l.document, &l.path,     &l.stage,      &l.reason};
    for (int i = 0; i < (int)ANC_COUNT(texts); i++)
        ANC_TRY(db_col_copy(s, i, mem, texts[i], err));
    ANC_TRY(db_col_copy(s, 14, mem, &l.content_type, err));
    *(ing_letter *)out = l;
    return ANC_OK;
}

/* ---- the port ------------------------------------------------------------------------------ */

static anc_status find(void *self, krn_call *call, anc_str id, ing_batch_record *ret)
{
    READER(r);
    ANC_TRY(reader_take(self, call, &r));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(r.db, "SELECT " ING_BATCH_COLUMNS " FROM ing_batch WHERE id = ?1", &s,
                       call->err));
    db_bind_str(s, 1, id);
    ANC_TRY(db_step(s, &row, call->err));
    if (row)
        return ing_batch_read(s, call->mem, ret, call->err);
    *ret = (ing_batch_record){0};
    return ANC_OK;
}

static anc_status list(void *self, krn_call *call, anc_str before, unsigned phases, size_t limit,
                       ing_batch_record **ret, size_t *ret_n)
{
    READER(r);
    ANC_TRY(reader_take(self, call, &r));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db,
                       "SELECT " ING_BATCH_COLUMNS " FROM ing_batch WHERE (?1 = '' OR id < ?1)"
                       " AND (?3 = 0 OR (?3 >> phase) & 1) ORDER BY id DESC LIMIT ?2",
                       &s, call->err));
    db_bind_str(s, 1, before);
    db_bind_int(s, 2, (int64_t)limit);
    db_bind_int(s, 3, phases);
    rows out = {.call = call, .item_bytes = sizeof **ret};
    ANC_TRY(read_all(s, &out, read_batch_row));
    *ret = (ing_batch_record *)(void *)out.items;
    *ret_n = out.n;
    return ANC_OK;
}

static anc_status open_batches(void *self, krn_call *call, int64_t after, size_t limit,
                               ing_batch_record **ret, size_t *ret_n)
{
    READER(r);
    ANC_TRY(reader_take(self, call, &r));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db,
                       "SELECT " ING_BATCH_COLUMNS
                       " FROM ing_batch WHERE closed = 0 AND held = 0 AND key > ?1"
                       " ORDER BY key LIMIT ?2",
                       &s, call->err));
    db_bind_int(s, 1, after);
    db_bind_int(s, 2, (int64_t)limit);
    rows out = {.call = call, .item_bytes = sizeof **ret};
    ANC_TRY(read_all(s, &out, read_batch_row));
    *ret = (ing_batch_record *)(void *)out.items;
    *ret_n = out.n;
    return ANC_OK;
}

/* The items of a batch behind `after` that `sql` chooses. */
static anc_status
read_items(void *self, krn_call *call, const char *sql,
           anc_status (*read)(const db_stmt *s, anc_arena *mem, void *out, anc_err *err),
           int64_t key, int64_t after, size_t limit, ing_item **ret, size_t *ret_n)
{
    READER(r);
    ANC_TRY(reader_take(self, call, &r));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db, sql, &s, call->err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, after);
    db_bind_int(s, 3, (int64_t)limit);
    rows out = {.call = call, .item_bytes = sizeof **ret};
    ANC_TRY(read_all(s, &out, read));
    *ret = (ing_item *)(void *)out.items;
    *ret_n = out.n;
    return ANC_OK;
}

static anc_status done(void *self, krn_call *call, int64_t key, int64_t after, size_t limit,
                       ing_item **ret, size_t *ret_n)
{
    return read_items(self, call,
                      "SELECT ordinal, coalesce(document, path), bytes, modified_ms FROM ing_item"
                      " WHERE batch = ?1 AND ordinal > ?2 AND state = 1 ORDER BY ordinal LIMIT ?3",
                      read_item_row, key, after, limit, ret, ret_n);
}

static anc_status read_unread_row(const db_stmt *s, anc_arena *mem, void *out, anc_err *err)
{
    ANC_TRY(read_item_row(s, mem, out, err));
    return db_col_copy(s, 4, mem, &((ing_item *)out)->letter, err);
}

static anc_status unread(void *self, krn_call *call, int64_t key, int64_t after, size_t limit,
                         ing_item **ret, size_t *ret_n)
{
    return read_items(self, call,
                      "SELECT ordinal, path, bytes, modified_ms, letter FROM ing_item"
                      " WHERE batch = ?1 AND ordinal > ?2 AND state = 0 AND segment = 0"
                      " ORDER BY ordinal LIMIT ?3",
                      read_unread_row, key, after, limit, ret, ret_n);
}

static anc_status put_later(void *self, krn_call *call, int64_t key, int64_t ordinal,
                            anc_str collection, anc_str document, bool *ret)
{
    READER(r);
    ANC_TRY(reader_take(self, call, &r));
    DB_STMT(s);
    ANC_TRY(db_prepare(r.db,
                       "SELECT 1 FROM ing_item WHERE batch = ?1 AND ordinal > ?2 AND ordinal <="
                       " (SELECT claimed FROM ing_batch WHERE key = ?1) AND state IN (1, 2)"
                       " AND coalesce(document, path) = ?3 AND coalesce(collection, '') = ?4"
                       " LIMIT 1",
                       &s, call->err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, ordinal);
    db_bind_str(s, 3, document);
    db_bind_str(s, 4, collection);
    return db_step(s, ret, call->err);
}

static anc_status searchable(void *self, krn_call *call, int64_t key, uint64_t cursor,
                             uint64_t *ret)
{
    READER(r);
    ANC_TRY(reader_take(self, call, &r));
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(r.db,
                       "SELECT count(*) FROM ing_item WHERE batch = ?1 AND state IN (1, 2)"
                       " AND seq <= ?2",
                       &s, call->err));
    db_bind_int(s, 1, key);
    db_bind_int(s, 2, cursor > INT64_MAX ? INT64_MAX : (int64_t)cursor);
    ANC_TRY(db_step(s, &row, call->err));
    *ret = row ? (uint64_t)db_col_int(s, 0) : 0;
    return ANC_OK;
}

/* When an id was made (UUIDv7); 0 for another text. */
static int64_t made_ms(anc_str id)
{
    enum { DIGITS = 12, DASH_AT = 8 };
    int64_t ms = 0;
    for (size_t i = 0; i <= DIGITS; i++) {
        const char c = i < id.len ? id.ptr[i] : '\0';
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (i == DASH_AT)
            continue;
        if (digit < 0)
            return 0;
        ms = ms * 16 + digit;
    }
    return ms;
}

/* Those who look want the last tries first; who reads a batch again, an order that no try changes. A letter that
 * is gone stood where its first try was. */
static const char by_id[] = "(?2 = '' OR f.id < ?2) ORDER BY f.id DESC LIMIT ?3";
static const char by_time[] = "(?2 = '' OR (f.at_ms, f.id) < (coalesce((SELECT w.at_ms FROM "
                              "ing_failure w WHERE w.id = ?2), ?4), ?2))"
                              " ORDER BY f.at_ms DESC, f.id DESC LIMIT ?3";

static anc_status letters(void *self, krn_call *call, anc_str batch_id, bool tried, anc_str before,
                          size_t limit, ing_letter **ret, size_t *ret_n)
{
    READER(r);
    ANC_TRY(reader_take(self, call, &r));
    DB_STMT(s);
    static const char of_batch[] = "b.id = ?1 AND";
    static const char of_tried[] =
        "f.id IN (SELECT w.id FROM ing_batch t JOIN ing_failure w ON w.batch = t.key WHERE t.id = "
        "?1"
        " UNION ALL SELECT w.failure FROM ing_batch t JOIN ing_failed_before w ON w.batch = t.key"
        " WHERE t.id = ?1) AND";
    char sql[1024];
    const char *which = batch_id.len == 0 ? "" : tried ? of_tried : of_batch;
    (void)snprintf(sql, sizeof sql, "%s WHERE %s %s", letter_columns, which,
                   tried ? by_time : by_id);
    ANC_TRY(db_prepare(r.db, sql, &s, call->err));
    if (batch_id.len > 0)
        db_bind_str(s, 1, batch_id);
    db_bind_str(s, 2, before);
    db_bind_int(s, 3, (int64_t)limit);
    if (tried)
        db_bind_int(s, 4, made_ms(before));
    rows out = {.call = call, .item_bytes = sizeof **ret};
    ANC_TRY(read_all(s, &out, read_letter_row));
    *ret = (ing_letter *)(void *)out.items;
    *ret_n = out.n;
    return ANC_OK;
}

static anc_status letter(void *self, krn_call *call, anc_str id, ing_letter *ret)
{
    READER(r);
    ANC_TRY(reader_take(self, call, &r));
    DB_STMT(s);
    bool row = false;
    char sql[1024];
    (void)snprintf(sql, sizeof sql, "%s WHERE f.id = ?1", letter_columns);
    ANC_TRY(db_prepare(r.db, sql, &s, call->err));
    db_bind_str(s, 1, id);
    ANC_TRY(db_step(s, &row, call->err));
    if (row)
        return read_letter_row(s, call->mem, ret, call->err);
    *ret = (ing_letter){0};
    return ANC_OK;
}

static const ing_batch_store_ops ops = {
    .name = "sqlite",
    .find = find,
    .list = list,
    .open = open_batches,
    .done = done,
    .unread = unread,
    .put_later = put_later,
    .searchable = searchable,
    .letters = letters,
    .letter = letter,
};

ing_batch_store ing_sqlite_store(db_readers *readers)
{
    return (ing_batch_store){&ops, readers};
}
