/* ledger.c - the file that says which folders of the home count: a line with its kind, version and checksum, then JSON.
 */
#include <stdio.h>
#include <string.h>

#include "base/crc32c.h"
#include "engine/engine.h"
#include "home_impl.h"
#include "os/file.h"
#include "json/json.h"

enum { LEDGER_VERSION = 1, LEDGER_BYTES = 64 << 20, KIND_BYTES = 64 };
#define KIND      "anchorage-index "
#define TEMPORARY SRCH_LEDGER_NAME ".tmp"
#define ASIDE     "damaged-" SRCH_LEDGER_NAME

/* ---- reading ---------------------------------------------------------------------------------- */

static anc_status damaged(anc_err *err, const char *what)
{
    return ANC_FAIL(err, ANC_CORRUPT, "the index's ledger is damaged: %s", what);
}

/* The first line: of whatever version, its sum is that of the version's digits and all that follows the line. */
static void make_line(char out[KIND_BYTES], unsigned version, anc_str text)
{
    char digits[16];
    (void)snprintf(digits, sizeof digits, "%u", version);
    (void)snprintf(out, KIND_BYTES, KIND "%s %08x\n", digits,
                   anc_crc32c(anc_crc32c(0, anc_str_of(digits)), text));
}

/* Looks at the first line, and takes it off. */
static anc_status take_line(anc_str *text, anc_err *err)
{
    const size_t kind = sizeof KIND - 1;
    unsigned version = 0;
    char line[KIND_BYTES];
    anc_str whole = *text, first;
    if (!anc_str_split(text, '\n', &first) || !anc_str_starts(first, ANC_STR(KIND)))
        return damaged(err, "its first line");
    for (size_t i = kind; i < first.len && i < kind + 4 && first.ptr[i] != ' '; i++)
        version = version * 10 + ((unsigned)(unsigned char)first.ptr[i] - '0') % 10;
    make_line(line, version, *text);
    whole.len = first.len + 1;
    if (!anc_str_eq(whole, anc_str_of(line)))
        return damaged(err, "its checksum");
    if (version > LEDGER_VERSION)
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "the index was written by a newer version (ledger %u, known is %d)",
                        version, (int)LEDGER_VERSION);
    return ANC_OK;
}

static bool copy_str(anc_arena *mem, const json_value *row, const char *name, anc_str *ret)
{
    *ret = anc_arena_copy(mem, json_str(json_member(row, name), ANC_STR("")));
    return ret->ptr != NULL;
}

/* A folder of the home is one below one, and leads nowhere else. */
static bool is_folder_name(anc_str s)
{
    size_t slashes = 0;
    for (size_t i = 0; i < s.len; i++) {
        slashes += s.ptr[i] == '/' ? 1 : 0;
        if (s.ptr[i] == '.' && (i == 0 || s.ptr[i - 1] == '/'))
            return false;
    }
    return s.len > 2 && s.len < SRCH_FOLDER_BYTES && slashes == 1;
}

static anc_status read_rows(anc_arena *mem, const json_value *rows, srch_ledger *ret, anc_err *err)
{
    const size_t n = json_count(rows);
    ret->rows = anc_arena_alloc(mem, n, sizeof *ret->rows);
    if (ret->rows == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the index's ledger");
    for (size_t i = 0; i < n; i++) {
        const json_value *from = json_element(rows, i);
        srch_ledger_row *row = &ret->rows[i];
        if (!copy_str(mem, from, "collection", &row->collection) ||
            !copy_str(mem, from, "model", &row->model) ||
            !copy_str(mem, from, "folder", &row->folder))
            return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the index's ledger");
        row->dims = (uint32_t)json_int(json_member(from, "dims"), 0);
        const int64_t weight = json_int(json_member(from, "title_weight"), 1);
        row->title_weight = (uint32_t)weight;
        row->removed = json_bool(json_member(from, "removed"), false);
        if (row->collection.len == 0 || !is_folder_name(row->folder) || weight < 1 ||
            weight > ENG_MAX_TITLE_WEIGHT)
            return damaged(err, "a row of it");
    }
    ret->n = n;
    return ANC_OK;
}

static anc_status parse(anc_arena *mem, anc_str text, srch_ledger *ret, anc_err *err)
{
    json_doc *doc = NULL;
    ANC_TRY(take_line(&text, err));
    anc_status status = json_parse(text, &doc, err);
    if (status == ANC_NO_MEMORY)
        return status;
    if (status != ANC_OK)
        return damaged(err, "it is no JSON");
    const json_value *root = json_root(doc);
    ret->cursor = (uint64_t)json_int(json_member(root, "cursor"), 0);
    ret->whole = json_bool(json_member(root, "whole"), false);
    status = read_rows(mem, json_member(root, "indexes"), ret, err);
    json_doc_free(doc);
    return status;
}

/* Under the lock. */
static anc_status remember(srch_home *home, const srch_ledger *ledger, anc_err *err)
{
    anc_map *named = anc_map_new();
    bool ok = named != NULL;
    for (size_t i = 0; i < ledger->n && ok; i++)
        ok = anc_map_put(named, ledger->rows[i].folder, 1);
    if (!ok) {
        anc_map_free(named);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the index's ledger");
    }
    anc_map_free(home->named);
    home->named = named;
    return ANC_OK;
}

anc_status srch_ledger_read(srch_home *home, anc_arena *mem, srch_ledger *ret, anc_err *err)
{
    char space[OS_PATH_MAX], aside[OS_PATH_MAX];
    const eng_disk *disk = home->disk;
    const anc_str path = srch_home_join(home, ANC_STR(SRCH_LEDGER_NAME), space);
    os_map map;
    *ret = (srch_ledger){0};
    ANC_TRY(disk->map(disk->self, path, &map, err));
    anc_status status = map.len <= LEDGER_BYTES
                            ? parse(mem, (anc_str){(const char *)map.bytes, map.len}, ret, err)
                            : damaged(err, "its length");
    disk->unmap(disk->self, &map);
    if (status == ANC_CORRUPT)
        (void)!disk->rename(disk->self, path, srch_home_join(home, ANC_STR(ASIDE), aside), NULL);
    if (status != ANC_OK)
        return status;
    (void)pthread_mutex_lock(&home->lock);
    status = remember(home, ret, err);
    (void)pthread_mutex_unlock(&home->lock);
    return status;
}

/* ---- writing ---------------------------------------------------------------------------------- */

static void put_rows(json_writer *w, const srch_ledger *ledger)
{
    json_name(w, "indexes");
    json_open_array(w);
    for (size_t i = 0; i < ledger->n; i++) {
        const srch_ledger_row *row = &ledger->rows[i];
        json_open_object(w);
        json_put_str(w, "folder", row->folder);
        json_put_str(w, "collection", row->collection);
        json_put_str(w, "model", row->model);
        json_put_int(w, "dims", row->dims);
        json_put_int(w, "title_weight", row->title_weight);
        json_put_bool(w, "removed", row->removed);
        json_close_object(w);
    }
    json_close_array(w);
}

static anc_status compose(const srch_ledger *ledger, anc_buf *out, anc_err *err)
{
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    json_put_int(&w, "cursor", (int64_t)ledger->cursor);
    json_put_bool(&w, "whole", ledger->whole);
    put_rows(&w, ledger);
    json_close_object(&w);
    (void)anc_buf_add(out, ANC_STR("\n"));
    return anc_buf_status(out, "the index's ledger", err);
}

static anc_status put(const srch_home *home, anc_str path, anc_str kind, anc_str text, anc_err *err)
{
    const eng_disk *disk = home->disk;
    void *file;
    ANC_TRY(disk->create(disk->self, path, &file, err));
    anc_status status = disk->append(disk->self, file, kind, err);
    if (status == ANC_OK)
        status = disk->append(disk->self, file, text, err);
    if (status == ANC_OK)
        status = disk->sync(disk->self, file, err);
    disk->close(disk->self, file);
    return status;
}

anc_status srch_ledger_write(srch_home *home, const srch_ledger *ledger, anc_err *err)
{
    char space[OS_PATH_MAX], other[OS_PATH_MAX], kind[KIND_BYTES];
    const eng_disk *disk = home->disk;
    const anc_str temporary = srch_home_join(home, ANC_STR(TEMPORARY), space);
    ANC_BUF(text, LEDGER_BYTES);
    ANC_TRY(compose(ledger, &text, err));
    const anc_str view = anc_buf_view(&text);
    make_line(kind, LEDGER_VERSION, view);
    ANC_TRY(put(home, temporary, anc_str_of(kind), view, err));
    (void)pthread_mutex_lock(&home->lock);
    anc_status status = disk->rename(disk->self, temporary,
                                     srch_home_join(home, ANC_STR(SRCH_LEDGER_NAME), other), err);
    if (status == ANC_OK)
        status = disk->sync_folder(disk->self, home->folder, err);
    if (status == ANC_OK)
        status = remember(home, ledger, err);
    (void)pthread_mutex_unlock(&home->lock);
    return status;
}
