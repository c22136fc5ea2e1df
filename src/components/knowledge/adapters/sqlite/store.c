/* store.c - opening, and what the stores share: rows, labels, models, digests. */
#include <stdlib.h>
#include <string.h>

#include "store_impl.h"
#include "json/json.h"

anc_status kno_sqlite_open(db_readers *readers, kno_sqlite **ret, kno_catalog *ret_catalog,
                           anc_err *err)
{
    kno_sqlite *self = malloc(sizeof *self);
    if (self == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the catalog's stores");
    self->readers = readers;
    *ret = self;
    *ret_catalog = (kno_catalog){
        .collections = {&kno_sqlite_collections, self},
        .documents = {&kno_sqlite_documents, self},
        .history = {&kno_sqlite_history, self},
        .versions = {&kno_sqlite_versions, self},
        .vectors = {&kno_sqlite_vectors, self},
        .models = {&kno_sqlite_models, self},
        .garbage = {&kno_sqlite_garbage, self},
    };
    return ANC_OK;
}

void kno_sqlite_close(kno_sqlite *self)
{
    free(self);
}

/* Room for one more, counted in: the array doubles, its old place is left to the arena. */
static void *add_row(anc_arena *mem, size_t item_bytes, size_t *cap, kno_rows *rows)
{
    if (rows->n == *cap) {
        const size_t more = *cap == 0 ? 16 : 2 * *cap;
        void *items = anc_arena_alloc(mem, more, item_bytes);
        if (items == NULL)
            return NULL;
        if (rows->n > 0)
            memcpy(items, rows->items, rows->n * item_bytes);
        rows->items = items;
        *cap = more;
    }
    return (char *)rows->items + rows->n++ * item_bytes;
}

anc_status kno_rows_read(db_stmt *s, krn_call *call, size_t item_bytes, kno_row_fn *read,
                         kno_rows *ret)
{
    kno_rows rows = {0};
    size_t cap = 0;
    for (bool row = true;;) {
        ANC_TRY(db_step(s, &row, call->err));
        if (!row)
            break;
        void *item = add_row(call->mem, item_bytes, &cap, &rows);
        if (item == NULL)
            return ANC_FAIL(call->err, anc_arena_refusal(call->mem),
                            "no room for %zu rows of the catalog", rows.n + 1);
        ANC_TRY(read(s, call->mem, item, call->err));
    }
    *ret = rows;
    return ANC_OK;
}

anc_status kno_labels_read(anc_arena *mem, anc_str text, kno_labels *ret, anc_err *err)
{
    size_t n = 0;
    anc_str rest = text, part;
    while (anc_str_split(&rest, '\n', &part))
        n++;
    anc_str *items = anc_arena_alloc(mem, n, sizeof *items);
    const anc_str copy = anc_arena_copy(mem, text);
    if (items == NULL || copy.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu labels", n);
    rest = copy;
    for (size_t i = 0; i < n && anc_str_split(&rest, '\n', &part); i++)
        items[i] = part;
    *ret = (kno_labels){.items = n > 0 ? items : NULL, .n = n};
    return ANC_OK;
}

static anc_status labels_find(db_sqlite *db, anc_str joined, int64_t *ret, anc_err *err)
{
    DB_STMT(s);
    bool row = false;
    ANC_TRY(db_prepare(db, "SELECT id FROM kno_acl WHERE labels=?1", &s, err));
    db_bind_str(s, 1, joined);
    ANC_TRY(db_step(s, &row, err));
    *ret = row ? db_col_int(s, 0) : 0;
    return ANC_OK;
}

anc_status kno_labels_intern(db_sqlite *db, kno_labels labels, int64_t *ret, anc_err *err)
{
    ANC_BUF(joined, 64 << 10);
    for (size_t i = 0; i < labels.n; i++) {
        if (i > 0)
            (void)anc_buf_add_char(&joined, '\n');
        (void)anc_buf_add(&joined, labels.items[i]);
    }
    ANC_TRY(anc_buf_status(&joined, "access labels", err));
    int64_t id = 0;
    ANC_TRY(labels_find(db, anc_buf_view(&joined), &id, err));
    if (id == 0) {
        DB_STMT(set);
        ANC_TRY(db_prepare(db, "INSERT INTO kno_acl(labels) VALUES(?1)", &set, err));
        db_bind_str(set, 1, anc_buf_view(&joined));
        ANC_TRY(db_run(set, err));
        id = db_last_rowid(db);
        DB_STMT(each);
        ANC_TRY(
            db_prepare(db, "INSERT INTO kno_acl_label(label, acl_id) VALUES(?1, ?2)", &each, err));
        for (size_t i = 0; i < labels.n; i++) {
            db_bind_str(each, 1, labels.items[i]);
            db_bind_int(each, 2, id);
            ANC_TRY(db_run(each, err));
        }
    }
    *ret = id;
    return ANC_OK;
}

anc_status kno_labels_json(anc_arena *mem, const kno_labels *labels, anc_str *ret, anc_err *err)
{
    if (labels == NULL) {
        *ret = ANC_STR_NONE;
        return ANC_OK;
    }
    ANC_BUF(out, 256 << 10);
    json_writer w = json_writer_of(&out);
    json_open_array(&w);
    for (size_t i = 0; i < labels->n; i++)
        json_write_str(&w, labels->items[i]);
    json_close_array(&w);
    ANC_TRY(anc_buf_status(&out, "access labels", err));
    const anc_str copy = anc_arena_copy(mem, anc_buf_view(&out));
    if (copy.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the caller's labels");
    *ret = copy;
    return ANC_OK;
}

anc_status kno_digest_read(const db_stmt *s, int column, kno_digest *ret, anc_err *err)
{
    const anc_str blob = db_col_blob(s, column);
    if (blob.len != sizeof ret->bytes)
        return ANC_FAIL(err, ANC_CORRUPT, "a digest in the catalog has %zu bytes", blob.len);
    memcpy(ret->bytes, blob.ptr, sizeof ret->bytes);
    return ANC_OK;
}

anc_status kno_model_intern(db_sqlite *db, anc_str revision, uint32_t dims, int64_t *ret,
                            anc_err *err)
{
    DB_STMT(insert);
    ANC_TRY(db_prepare(db,
                       "INSERT INTO kno_model(revision, dims) VALUES(?1, ?2) ON CONFLICT(revision)"
                       " DO UPDATE SET dims = ?2 WHERE dims <> ?2",
                       &insert, err));
    db_bind_str(insert, 1, revision);
    db_bind_int(insert, 2, dims);
    ANC_TRY(db_run(insert, err));
    DB_STMT(find);
    bool row = false;
    ANC_TRY(db_prepare(db, "SELECT id FROM kno_model WHERE revision=?1", &find, err));
    db_bind_str(find, 1, revision);
    ANC_TRY(db_step(find, &row, err));
    if (!row)
        return ANC_FAIL(err, ANC_CORRUPT, "the model '%.*s' is not in the catalog after all",
                        ANC_FMT(revision));
    *ret = db_col_int(find, 0);
    return ANC_OK;
}
