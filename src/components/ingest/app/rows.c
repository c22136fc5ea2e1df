/* rows.c - a file whose records are documents: they become further items of its batch.
 *
 * While the file is read each record goes to segments of the spool, as JSON
 *
 *   {"id", "title", "uri", "parent", "made_for", "text", "metadata"}   and "source", where that is another's
 *
 * or, of a line that is broken and of what was left out of a mail, {"broken": why}, which fails as a document of its own when it is read;
 * and the items that point to them wait in memory. Of a long file they are stored a piece at a time, where
 * nobody sees them yet. The transaction that makes the file's version current counts it and those that are
 * stored, and adds the rest, so that all are there with it or none. From then on a row is an item like any
 * other: claimed, read, counted, tried again, a dead letter.
 */
#include <string.h>

#include "rows.h"
#include "json/json.h"

enum {
    ITEMS_ARENA_BYTES = 32 << 20,
    PATHS_BYTES = 4 << 20,
    SEGMENT_BYTES = 64 << 20,
    FAILED_NAME_BYTES = 2048
};

bool ing_wants_rows(const ing_worker *w)
{
    return w->run->batch.rows.len > 0 &&
           (w->item.kind == ING_ITEM_SOURCE || w->item.kind == ING_ITEM_FILE);
}

anc_status ing_rows_refuse(const ing_service *ing, anc_err *err)
{
    return ANC_FAIL(
        err, ANC_UNAVAILABLE,
        "the spool holds %llu MiB of documents that are not read yet, or that failed and "
        "are kept as dead letters, and %llu are allowed: its rows found no room",
        (unsigned long long)(atomic_load(&ing->spooled) >> 20),
        (unsigned long long)(ing->with.spool_bytes >> 20));
}

/* ---- what was asked for --------------------------------------------------------------------- */

static anc_status add_line(anc_buf *out, anc_str name, const char *pointer, anc_err *err)
{
    if (name.len > 0 && memchr(name.ptr, '\n', name.len) != NULL)
        return ANC_FAIL_FIELD(err, ANC_INVALID, pointer, "a column's name has no line end");
    (void)anc_buf_add(out, name);
    (void)anc_buf_add_char(out, '\n');
    return ANC_OK;
}

anc_status ing_rows_encode(const ing_rows *rows, anc_buf *out, anc_err *err)
{
    if (rows == NULL)
        return ANC_OK;
    ANC_TRY(add_line(out, rows->id_field, "/id_field", err));
    ANC_TRY(add_line(out, rows->title_field, "/title_field", err));
    for (size_t i = 0; i < rows->n_text_fields; i++)
        ANC_TRY(add_line(out, rows->text_fields[i], "/text_fields", err));
    return anc_buf_status(out, "the names of columns", err);
}

static anc_status decode(ing_expansion *x, anc_str lines, krn_call *call)
{
    size_t n = 0;
    for (size_t i = 0; i < lines.len; i++)
        n += lines.ptr[i] == '\n';
    if (n < 2)
        return ANC_FAIL(call->err, ANC_CORRUPT, "the columns of a batch do not decode");
    anc_str *fields = anc_arena_alloc(call->mem, n, sizeof *fields);
    if (fields == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu columns", n);
    for (size_t i = 0; i < n; i++)
        (void)anc_str_split(&lines, '\n', &fields[i]);
    x->wanted.id_field = fields[0];
    x->wanted.title_field = fields[1];
    x->wanted.text_fields = fields + 2;
    x->wanted.n_text_fields = n - 2;
    return ANC_OK;
}

/* ---- taken down ----------------------------------------------------------------------------- */

/* What was counted and did not come to the disk is taken off again. */
static void close_segment(ing_expansion *x)
{
    if (x->segment == NULL)
        return;
    const uint64_t kept = x->ing->with.spool.ops->close(x->segment);
    (void)atomic_fetch_sub(&x->ing->spooled, x->segment_bytes - kept);
    x->segment = NULL;
    x->segment_bytes = 0;
}

static anc_status sync_segment(ing_expansion *x, anc_err *err)
{
    if (x->segment == NULL)
        return ANC_OK;
    ANC_TRY(x->ing->with.spool.ops->sync(x->segment, err));
    close_segment(x);
    return ANC_OK;
}

static anc_status next_segment(ing_expansion *x, anc_err *err)
{
    const ing_spool spool = x->ing->with.spool;
    const krn_clock clock = x->ing->with.clock;
    int64_t id = 0;
    if (x->segment != NULL && x->segment_bytes < SEGMENT_BYTES)
        return ANC_OK;
    ANC_TRY(sync_segment(x, err));
    if (x->n_segments == ING_ROWS_SEGMENTS)
        return ANC_FAIL(err, ANC_LIMIT, "its rows take more than %lld MiB",
                        (long long)ING_ROWS_SEGMENTS * SEGMENT_BYTES >> 20);
    clock.ops->random(clock.self, &id, sizeof id);
    id &= INT64_MAX;
    ANC_TRY(spool.ops->create(spool.self, id != 0 ? id : 1, &x->segment, err));
    x->segments[x->n_segments++] = id != 0 ? id : 1;
    return ANC_OK;
}

anc_status ing_row_encode(const kno_row *row, anc_buf *out, anc_err *err)
{
    anc_buf_clear(out);
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    json_put_str(&w, "id", row->id);
    json_put_str(&w, "title", row->title);
    json_put_str(&w, "uri", row->uri);
    json_put_str(&w, "parent", row->parent);
    json_put_str(&w, "made_for", row->made_for);
    json_put_str(&w, "text", row->content);
    json_put_raw(&w, "metadata", row->metadata);
    if (row->source.len > 0)
        json_put_str(&w, "source", row->source);
    json_close_object(&w);
    return anc_buf_status(out, "a row", err);
}

/* ---- stored ahead --------------------------------------------------------------------------- */

static int64_t last_segment(const ing_expansion *x)
{
    return x->segments[x->n_segments - 1];
}

static anc_status write_piece(void *arg, krn_tx *tx, anc_err *err)
{
    ing_expansion *x = arg;
    const ing_item_writer w = x->ing->with.items;
    const ing_worker *holder = x->worker;
    const ing_lease lease = ing_lease_of(holder, &holder->item, holder->run, tx);
    if (x->stored.n == 0)
        ANC_TRY(w.ops->children_begin(w.self, tx, &lease, &x->stored.first, err));
    return w.ops->children_add(w.self, tx, &lease, x->stored.first, x->items, x->n, err);
}

/* The items at hand become rows of the catalog, and there is room for others. */
static anc_status store_piece(ing_expansion *x, anc_err *err)
{
    krn_call call = *x->call;
    call.err = err;
    if (x->n > 0)
        ANC_TRY(krn_writer_run(x->ing->with.writer, &call, write_piece, x));
    x->stored.n += x->n;
    for (size_t i = 0; i < x->n; i++)
        x->stored.bytes += x->items[i].bytes;
    if (x->n > 0) /* a segment for the row that comes next may have been begun */
        x->named = x->n_segments - (x->items[x->n - 1].payload.segment != last_segment(x));
    x->n = 0;
    x->paths = 0;
    anc_arena_reset(x->mem);
    x->items = anc_arena_alloc(x->mem, x->ing->with.rows_piece, sizeof *x->items);
    return x->items != NULL
               ? ANC_OK
               : ANC_FAIL(err, anc_arena_refusal(x->mem), "no room for the rows of a file");
}

/* `at`: where its bytes begin in the segment. */
static anc_status add_item(ing_expansion *x, anc_str id, uint64_t at, anc_err *err)
{
    if (x->items == NULL || x->n == x->ing->with.rows_piece || x->paths > PATHS_BYTES)
        ANC_TRY(store_piece(x, err));
    ing_item *item = &x->items[x->n];
    *item = (ing_item){.ordinal = -1,
                       .kind = ING_ITEM_ROW,
                       .path = anc_arena_copy(x->mem, id),
                       .content_type = ANC_STR(""),
                       .letter = ANC_STR(""),
                       .bytes = x->json.len,
                       .payload = {.segment = last_segment(x), .at = at, .bytes = x->json.len}};
    if (item->path.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(x->mem), "no room for the name of a row");
    x->paths += id.len;
    x->n++;
    return ANC_OK;
}

/* ---- handed out ----------------------------------------------------------------------------- */

/* Of files that are read side by side the last one goes on past the bound, so that one is read at all. */
static anc_status check_room(ing_expansion *x, anc_err *err)
{
    if (ing_upload_room(x->ing) || atomic_load(&x->ing->expansions) == 1)
        return ANC_OK;
    x->full = true;
    return ing_rows_refuse(x->ing, err);
}

/* Takes down what x->json holds. */
static anc_status take_down(ing_expansion *x, anc_str id, anc_err *err)
{
    ANC_TRY(next_segment(x, err));
    const ing_spool_ops *spool = x->ing->with.spool.ops;
    const uint64_t at = spool->begin(x->segment), before = x->segment_bytes;
    ANC_TRY(spool->add(x->segment, anc_buf_view(&x->json), err));
    x->segment_bytes = spool->bytes(x->segment);
    (void)atomic_fetch_add(&x->ing->spooled, x->segment_bytes - before);
    return add_item(x, id, at, err);
}

static anc_status on_row(void *arg, const kno_row *row, anc_err *err)
{
    ing_expansion *x = arg;
    ANC_TRY(check_room(x, err));
    ANC_TRY(ing_row_encode(row, &x->json, err));
    return take_down(x, row->id, err);
}

static anc_status on_broken(void *arg, const kno_broken_row *row, anc_err *err)
{
    ing_expansion *x = arg;
    ANC_TRY(check_room(x, err));
    anc_buf_clear(&x->json);
    json_writer w = json_writer_of(&x->json);
    json_open_object(&w);
    json_put_str(&w, "broken", row->why);
    json_close_object(&w);
    ANC_TRY(anc_buf_status(&x->json, "a broken row", err));
    return take_down(x, row->id, err);
}

static anc_status on_end(void *arg, anc_err *err)
{
    return sync_segment(arg, err);
}

anc_status ing_expansion_open(ing_expansion *x, const ing_worker *worker, krn_call *call,
                              const kno_rows_wanted **ret)
{
    ing_service *ing = worker->ing;
    *x = (ing_expansion){
        .ing = ing,
        .worker = worker,
        .call = call,
        .mem = anc_arena_new(ITEMS_ARENA_BYTES),
        .json = anc_buf_init(ING_ROW_BYTES),
        .wanted = {.on_row = on_row, .on_broken = on_broken, .on_end = on_end, .arg = x}};
    (void)atomic_fetch_add(&ing->expansions, 1);
    if (x->mem == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory for the rows of a file");
    if (ing->with.spool.ops == NULL)
        return ANC_FAIL(call->err, ANC_NOT_IMPLEMENTED, "there is no spool for rows");
    *ret = &x->wanted;
    return worker->run->batch.rows.len > 0 ? decode(x, worker->run->batch.rows, call) : ANC_OK;
}

anc_status ing_expansion_fail(ing_expansion *x, const ing_worker *worker, krn_call *call,
                              anc_str document, const char *what, anc_str why)
{
    const kno_rows_wanted *wanted = &x->wanted;
    ANC_BUF(id, FAILED_NAME_BYTES);
    if (x->ing == NULL)
        ANC_TRY(ing_expansion_open(x, worker, call, &wanted));
    (void)anc_buf_printf(&id, "%.*s#%s", ANC_FMT(document), what);
    ANC_TRY(anc_buf_status(&id, "the name of what was left out", call->err));
    const kno_broken_row row = {.parent = document, .id = anc_buf_view(&id), .why = why};
    ANC_TRY(wanted->on_broken(x, &row, call->err));
    return wanted->on_end(x, call->err);
}

void ing_expansion_close(ing_expansion *x, bool kept)
{
    if (x->ing == NULL)
        return;
    const ing_spool spool = x->ing->with.spool;
    anc_err ignored; /* what stays behind is removed at the next start */
    anc_err_clear(&ignored);
    close_segment(x);
    (void)atomic_fetch_sub(&x->ing->expansions, 1);
    for (size_t i = x->named; !kept && i < x->n_segments; i++) {
        uint64_t bytes = 0;
        if (spool.ops->remove(spool.self, x->segments[i], &bytes, &ignored) == ANC_OK)
            (void)atomic_fetch_sub(&x->ing->spooled, bytes);
    }
    anc_arena_free(x->mem);
    anc_buf_done(&x->json);
    *x = (ing_expansion){0};
}

/* ---- read back ------------------------------------------------------------------------------ */

static anc_status copy_member(krn_call *call, const json_value *root, const char *name,
                              anc_str *ret)
{
    *ret = anc_arena_copy(call->mem, json_str(json_member(root, name), ANC_STR("")));
    if (ret->ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a row");
    return ANC_OK;
}

static anc_status copy_metadata(krn_call *call, const json_value *root, anc_str *ret)
{
    ANC_BUF(text, ING_ROW_BYTES);
    json_dump(json_member(root, "metadata"), &text);
    ANC_TRY(anc_buf_status(&text, "the metadata of a row", call->err));
    *ret = anc_arena_copy(call->mem, anc_buf_view(&text));
    if (ret->ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a row");
    return ANC_OK;
}

anc_status ing_row_read(anc_str json, krn_call *call, kno_document_input *ret)
{
    json_doc *doc = NULL;
    ANC_TRY(json_parse(json, &doc, call->err));
    const json_value *root = json_root(doc);
    const struct {
        const char *name;
        anc_str *to;
    } members[] = {{"id", &ret->id},         {"title", &ret->title},       {"uri", &ret->uri},
                   {"parent", &ret->parent}, {"made_for", &ret->made_for}, {"text", &ret->content}};
    const anc_str broken = json_str(json_member(root, "broken"), ANC_STR(""));
    anc_status status = ANC_OK;
    if (broken.len > 0)
        status = ANC_FAIL(call->err, ANC_INVALID, "%.*s", ANC_FMT(broken));
    for (size_t i = 0; status == ANC_OK && i < ANC_COUNT(members); i++)
        status = copy_member(call, root, members[i].name, members[i].to);
    if (status == ANC_OK)
        status = copy_metadata(call, root, &ret->metadata);
    if (status == ANC_OK && json_member(root, "source") != NULL)
        status = copy_member(call, root, "source", &ret->source);
    json_doc_free(doc);
    ret->content_type = ANC_STR("application/json");
    return status;
}
