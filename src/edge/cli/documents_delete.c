/* documents_delete.c - `anchorage documents delete`: those named, or those whose file has gone. */
#include <stdio.h>
#include <string.h>

#include "documents.h"
#include "list.h"
#include "os/file.h"
#include "term.h"

enum { SHOWN = 20, MOST = 100000, LINE = 200 };

/* The documents of a collection that were read from a folder and whose file is there no more. */
typedef struct gone {
    anc_arena *mem;
    anc_str *ids; /* [MOST] */
    size_t n;     /* of them */
    size_t files; /* documents that are a file of a folder */
} gone;

/* A part of a file (a record, an attachment) goes with its file's document. */
static bool is_file(const json_value *d)
{
    return anc_str_eq(list_text(d, "source"), ANC_STR("folder")) &&
           list_text(d, "parent").len == 0 && anc_str_starts(list_text(d, "uri"), ANC_STR("/"));
}

static int hex_of(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

/* Whether the file is there, or one whose name is no text, which a uri tells with bytes as "%E9". */
static bool is_there(anc_arena *mem, anc_str uri)
{
    if (os_exists(uri) || anc_str_find(uri, ANC_STR("%")) == SIZE_MAX)
        return os_exists(uri);
    char *path = anc_arena_alloc(mem, uri.len, 1);
    size_t n = 0;
    if (path == NULL)
        return true;
    for (size_t i = 0; i < uri.len; i++) {
        const bool escape = uri.ptr[i] == '%' && i + 2 < uri.len && hex_of(uri.ptr[i + 1]) >= 0 &&
                            hex_of(uri.ptr[i + 2]) >= 0;
        path[n++] =
            escape ? (char)(hex_of(uri.ptr[i + 1]) * 16 + hex_of(uri.ptr[i + 2])) : uri.ptr[i];
        i += escape ? 2 : 0;
    }
    return os_exists((anc_str){path, n});
}

static bool take_gone(void *arg, const json_value *d)
{
    gone *g = arg;
    if (!is_file(d))
        return true;
    g->files++;
    if (!is_there(g->mem, list_text(d, "uri")))
        g->ids[g->n++] = anc_arena_copy(g->mem, list_text(d, "document_id"));
    return g->n < MOST;
}

static anc_status find_gone(cli_client *client, anc_str collection, gone *ret, anc_err *err)
{
    anc_arena *mem = client->cx->mem;
    *ret = (gone){.mem = mem, .ids = anc_arena_alloc(mem, MOST, sizeof *ret->ids)};
    if (ret->ids == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a list of documents");
    const anc_str path = anc_arena_printf(mem, "/v1/knowledge/documents?collection=%.*s",
                                          ANC_FMT(cli_encode(mem, collection)));
    ANC_TRY(list_each(client, path, UINT64_MAX, take_gone, ret, NULL, err));
    for (size_t i = 0; i < ret->n; i++)
        if (ret->ids[i].ptr == NULL)
            return ANC_FAIL(err, ANC_NO_MEMORY, "a list of documents");
    return ANC_OK;
}

static int delete_these(cli_client *client, const anc_str *ids, size_t n, size_t *deleted)
{
    cli_context *cx = client->cx;
    for (size_t i = 0; i < n; i++) {
        anc_err err = {0};
        anc_str ignored;
        const anc_status status = cli_call(client, "DELETE", cli_document_path(cx, ids[i], ""),
                                           ANC_STR_NONE, cx->mem, &ignored, &err);
        if (status != ANC_OK)
            return cli_report(cx, status, &err);
        (*deleted)++;
    }
    return CLI_OK;
}

static void print_gone(const gone *g)
{
    for (size_t i = 0; i < g->n && i < SHOWN; i++) {
        (void)fputs("  ", stderr);
        term_print_line(stderr, g->ids[i], LINE);
        (void)fputc('\n', stderr);
    }
    if (g->n > SHOWN)
        (void)fprintf(stderr, "  … and %zu more\n", g->n - SHOWN);
}

/* A file that is not on this machine may well be where the server is. */
static int delete_gone(cli_client *client, size_t *deleted)
{
    cli_context *cx = client->cx;
    const anc_str named = cli_value(cx, "collection");
    const anc_str collection = named.len > 0 ? named : ANC_STR("default");
    anc_err err = {0};
    gone g;
    if (cx->url.len > 0)
        return cli_usage_error(cx, "--gone looks for files on this machine, so it needs a server "
                                   "of a data folder on this machine: without --url");
    const anc_status status = find_gone(client, collection, &g, &err);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    if (g.n == 0)
        return CLI_OK;
    if (!cx->quiet && !cx->json)
        print_gone(&g);
    const int code = cli_confirm(cx,
                                 "Delete %zu of the %zu documents that were read from folders "
                                 "into %.*s: their files are gone?",
                                 g.n, g.files, ANC_FMT(collection));
    return code != CLI_OK ? code : delete_these(client, g.ids, g.n, deleted);
}

static int delete_chosen(cli_client *client)
{
    cli_context *cx = client->cx;
    size_t deleted = 0;
    const bool by_file = cli_given(cx, "gone");
    if (by_file == (cx->n_words > 0))
        return cli_usage_error(cx, by_file ? "ID… and --gone exclude one another"
                                           : "which ones? ID… or --gone");
    int code = CLI_OK;
    if (by_file)
        code = delete_gone(client, &deleted);
    else
        code = cli_confirm(cx, "Delete %zu document%s, with versions and original?", cx->n_words,
                           cx->n_words == 1 ? "" : "s");
    if (!by_file && code == CLI_OK)
        code = delete_these(client, cx->words, cx->n_words, &deleted);
    if (code == CLI_USAGE)
        return code;
    if (cx->json)
        (void)printf("{\"deleted\":%zu}\n", deleted);
    else if (!cx->quiet)
        (void)printf("%zu deleted\n", deleted);
    return code;
}

int cli_run_documents_delete(cli_context *cx)
{
    return cli_with_server(cx, delete_chosen);
}
