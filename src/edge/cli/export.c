/* export.c - `anchorage export`: collections, documents and versions written as NDJSON. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "export.h"
#include "list.h"
#include "os/clock.h"

enum { NAMES_BYTES = 16 << 20, PAGE_ROWS = 100, CURSOR_BYTES = 1 << 16 };

/* ---- the file ----------------------------------------------------------------------------- */

static anc_status write_head(exporting *x, uint64_t collections, uint64_t documents)
{
    char now[ANC_TIME_TEXT + 1];
    anc_time_text(os_wall_ms(), now);
    json_writer w = export_line(x, ARCHIVE_HEAD);
    json_put_int(&w, "format", ARCHIVE_FORMAT);
    json_put_str(&w, "program", anc_str_of(x->client->cx->host->version));
    json_put_str(&w, "created_at", anc_str_of(now));
    json_put_int(&w, "collections", (int64_t)collections);
    json_put_int(&w, "documents", (int64_t)documents);
    json_put_int(&w, "versions", (int64_t)x->total);
    return export_end_line(x, &w);
}

static anc_status write_end(exporting *x)
{
    json_writer w = export_line(x, "end");
    json_put_int(&w, "lines", (int64_t)x->lines + 1);
    json_put_int(&w, "collections", (int64_t)x->collections);
    json_put_int(&w, "documents", (int64_t)x->documents);
    json_put_int(&w, "versions", (int64_t)x->versions);
    return export_end_line(x, &w);
}

/* ---- collections --------------------------------------------------------------------------- */

static anc_status keep_name(exporting *x, anc_str name)
{
    (void)anc_buf_add(&x->names, name);
    (void)anc_buf_add_char(&x->names, '\n');
    return anc_buf_status(&x->names, "the names of the collections", x->err);
}

static bool take_name(void *arg, const json_value *collection)
{
    exporting *x = arg;
    x->status = keep_name(x, list_text(collection, "name"));
    return x->status == ANC_OK;
}

static bool is_named(const exporting *x, anc_str name)
{
    anc_str part;
    for (anc_str rest = anc_buf_view(&x->names); anc_str_split(&rest, '\n', &part);)
        if (anc_str_eq(part, name))
            return true;
    return false;
}

static anc_str collection_path(exporting *x, anc_str name)
{
    anc_arena *mem = x->client->cx->mem;
    return anc_arena_printf(mem, "/v1/collections/%.*s", ANC_FMT(cli_encode(mem, name)));
}

/* What is to be exported: all that there are, or those that were named. */
static anc_status find_names(exporting *x)
{
    anc_str name;
    cli_context *cx = x->client->cx;
    for (size_t at = 0; cli_next_value(cx, "collection", &at, &name);) {
        CLI_JSON(there);
        if (is_named(x, name))
            continue;
        ANC_TRY(cli_call_json(x->client, "GET", collection_path(x, name), ANC_STR_NONE, &there,
                              x->err));
        ANC_TRY(keep_name(x, name));
    }
    if (x->names.len == 0)
        ANC_TRY(list_each(x->client, ANC_STR("/v1/collections"), UINT64_MAX, take_name, x, NULL,
                          x->err));
    return x->status;
}

static anc_status begin(exporting *x)
{
    uint64_t collections = 0, documents = 0;
    ANC_TRY(cli_call_json(x->client, "GET", ANC_STR("/v1/knowledge/stats"), ANC_STR_NONE, &x->stats,
                          x->err));
    const json_value *items = json_member(json_root(x->stats), "items");
    for (size_t i = 0; i < json_count(items); i++) {
        const json_value *row = json_element(items, i);
        if (!is_named(x, list_text(row, "collection")))
            continue;
        collections++;
        documents += list_count(row, "documents");
        x->total += list_count(row, "versions");
    }
    return write_head(x, collections, documents);
}

/* How many versions a collection has, as it was asked at the beginning: for whoever imports that one alone. */
static uint64_t versions_in(const exporting *x, anc_str name)
{
    const json_value *items = json_member(json_root(x->stats), "items");
    for (size_t i = 0; i < json_count(items); i++)
        if (anc_str_eq(list_text(json_element(items, i), "collection"), name))
            return list_count(json_element(items, i), "versions");
    return 0;
}

static anc_status export_settings(exporting *x, anc_str name)
{
    static const char *const members[] = {
        "name", "description",   "language",        "chunking",
        "acl",  "system_prompt", "prompt_template", "embedding_model"};
    CLI_JSON(doc);
    ANC_TRY(cli_call_json(x->client, "GET", collection_path(x, name), ANC_STR_NONE, &doc, x->err));
    json_writer w = export_line(x, "collection");
    for (size_t i = 0; i < ANC_COUNT(members); i++)
        export_copy(&w, json_root(doc), members[i]);
    json_put_int(&w, "versions", (int64_t)versions_in(x, name));
    x->collections++;
    return export_end_line(x, &w);
}

static anc_status export_collection(exporting *x, anc_str name)
{
    ANC_BUF(cursor, CURSOR_BYTES);
    anc_arena *mem = x->client->cx->mem;
    const anc_str path = anc_arena_printf(mem, "/v1/knowledge/documents?collection=%.*s",
                                          ANC_FMT(cli_encode(mem, name)));
    do {
        CLI_JSON(page);
        ANC_TRY(list_page(x->client, path, PAGE_ROWS, &cursor, &page, x->err));
        ANC_TRY(export_documents(x, json_member(json_root(page), "items")));
    } while (cursor.len > 0);
    return ANC_OK;
}

static anc_status export_all(exporting *x)
{
    anc_str name;
    ANC_TRY(find_names(x));
    ANC_TRY(begin(x));
    for (anc_str rest = anc_buf_view(&x->names); anc_str_split(&rest, '\n', &name);)
        if (name.len > 0)
            ANC_TRY(export_settings(x, name));
    for (anc_str rest = anc_buf_view(&x->names); anc_str_split(&rest, '\n', &name);)
        if (name.len > 0)
            ANC_TRY(export_collection(x, name));
    return write_end(x);
}

/* ---- the command --------------------------------------------------------------------------- */

static void print_end(const exporting *x)
{
    const cli_context *cx = x->client->cx;
    FILE *out = x->file != NULL ? stdout : stderr;
    if (cx->json)
        (void)fprintf(out,
                      "{\"collections\":%llu,\"documents\":%llu,\"versions\":%llu,\"failed\":%llu,"
                      "\"bytes\":%llu}\n",
                      (unsigned long long)x->collections, (unsigned long long)x->documents,
                      (unsigned long long)x->versions, (unsigned long long)x->failed,
                      (unsigned long long)x->bytes);
    else if (!cx->quiet)
        (void)fprintf(out,
                      "exported: collections %llu, documents %llu, versions %llu; left out: %llu\n",
                      (unsigned long long)x->collections, (unsigned long long)x->documents,
                      (unsigned long long)x->versions, (unsigned long long)x->failed);
}

static anc_status open_output(exporting *x)
{
    const cli_context *cx = x->client->cx;
    x->path = cli_value(cx, "output");
    if (anc_str_eq(x->path, ANC_STR("-")))
        return ANC_OK;
    if (x->path.len == 0 && term_is_tty(stdout))
        return ANC_FAIL(x->err, ANC_INVALID,
                        "an export is not for a terminal to show: --output FILE, or a pipe");
    if (x->path.len == 0)
        return ANC_OK;
    os_stat there;
    if (os_stat_of(x->path, &there, NULL) == ANC_OK && !there.is_file)
        return ANC_FAIL(x->err, ANC_INVALID, "%.*s is no file; `-` writes to standard output",
                        ANC_FMT(x->path));
    if (os_exists(x->path) && !cli_given(cx, "force"))
        return ANC_FAIL(x->err, ANC_CONFLICT, "%.*s exists already: --force writes over it",
                        ANC_FMT(x->path));
    return os_writer_open(x->path, &x->file, x->err);
}

static anc_status close_output(exporting *x, anc_status status)
{
    const bool to_file = x->file != NULL;
    if (status != ANC_OK) {
        os_writer_abort(x->file);
        return status;
    }
    if (to_file)
        return os_writer_commit(x->file, ANC_STR_NONE, x->err);
    if (fflush(stdout) != 0)
        return ANC_FAIL(x->err, ANC_IO, "writing the export: %s", strerror(errno));
    return ANC_OK;
}

static int run(cli_client *client)
{
    anc_err err = {0};
    exporting x = {.client = client,
                   .names = anc_buf_init(NAMES_BYTES),
                   .line = anc_buf_init(ARCHIVE_LINE_BYTES),
                   .progress =
                       term_progress_start("exporting", client->cx->quiet || client->cx->json),
                   .err = &err};
    cli_interrupt_catch();
    anc_status status = open_output(&x);
    if (status == ANC_OK) {
        status = export_all(&x);
        if (status == ANC_OK) {
            const term_state state = term_count(x.versions, x.total);
            term_progress_end(&x.progress, &state);
        }
        status = close_output(&x, status);
    }
    anc_buf_done(&x.names);
    anc_buf_done(&x.line);
    json_doc_free(x.stats);
    if (status != ANC_OK)
        return cli_report(client->cx, status, &err);
    print_end(&x);
    return x.failed > 0 ? CLI_FAILED : CLI_OK;
}

int cli_run_export(cli_context *cx)
{
    return cli_with_server(cx, run);
}
