/* documents.c - `anchorage documents`: list, show, text, chunks, versions, restore, delete. */
#include <stdio.h>

#include "documents.h"
#include "list.h"
#include "term.h"

enum { LISTED = 50, MOST_LISTED = 10000000, TEXT_BYTES = 512 << 20, COLUMNS = 100 };

anc_str cli_document_path(cli_context *cx, anc_str id, const char *rest)
{
    const anc_str collection = cli_value(cx, "collection");
    return anc_arena_printf(
        cx->mem, "/v1/knowledge/documents/%.*s%s?collection=%.*s", ANC_FMT(cli_encode(cx->mem, id)),
        rest, ANC_FMT(cli_encode(cx->mem, collection.len > 0 ? collection : ANC_STR("default"))));
}

/* ---- list, show, text ---- */

static void print_row(const json_value *d)
{
    (void)printf("%7llu  ", (unsigned long long)list_count(d, "chunks"));
    list_cell(anc_str_sub(list_text(d, "updated_at"), 0, 10), 10);
    list_cell(list_text(d, "collection"), 16);
    term_print_line(stdout, list_text(d, "document_id"), 2 * COLUMNS);
    (void)fprintf(stdout, "  %s", term_dim(stdout));
    term_print_line(stdout, list_text(d, "title"), COLUMNS);
    (void)fprintf(stdout, "%s\n", term_reset(stdout));
}

static anc_str list_path(cli_context *cx)
{
    const anc_str collection = cli_value(cx, "collection"), words = cli_value(cx, "text");
    return anc_arena_printf(cx->mem, "/v1/knowledge/documents?%s%.*s%s%.*s",
                            collection.len > 0 ? "&collection=" : "",
                            ANC_FMT(cli_encode(cx->mem, collection)), words.len > 0 ? "&q=" : "",
                            ANC_FMT(cli_encode(cx->mem, words)));
}

static int list(cli_client *client)
{
    static const list_view view = {" chunks  changed     collection        id and title", "(none)",
                                   print_row};
    uint64_t limit;
    const int code = cli_number(client->cx, "limit", 1, MOST_LISTED, LISTED, &limit);
    return code != CLI_OK ? code : list_print(client, list_path(client->cx), limit, &view);
}

static int show(cli_client *client)
{
    cli_context *cx = client->cx;
    return list_print_answer(client, "GET", cli_document_path(cx, cx->words[0], ""), ANC_STR_NONE);
}

/* The text as it is; to a terminal without what would drive it. */
static int text(cli_client *client)
{
    cli_context *cx = client->cx;
    ANC_ARENA(mem, TEXT_BYTES);
    ANC_BUF(out, TEXT_BYTES);
    anc_err err = {0};
    anc_str body;
    if (mem == NULL)
        return cli_report(cx, ANC_FAIL(&err, ANC_NO_MEMORY, "a text"), &err);
    const anc_status status = cli_call(client, "GET", cli_document_path(cx, cx->words[0], "/text"),
                                       ANC_STR_NONE, mem, &body, &err);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    if (cx->json) {
        json_writer w = json_writer_of(&out);
        json_open_object(&w);
        json_put_str(&w, "text", body);
        json_close_object(&w);
        (void)printf("%.*s\n", ANC_FMT(anc_buf_view(&out)));
    } else if (term_is_tty(stdout)) {
        term_print_wrapped(stdout, "", body, COLUMNS);
    } else {
        (void)fwrite(body.ptr, 1, body.len, stdout);
    }
    return CLI_OK;
}

/* ---- chunks, versions ---- */

static void print_chunk(const json_value *c)
{
    (void)printf("%s[%llu]", term_bold(stdout), (unsigned long long)list_count(c, "ordinal"));
    if (list_count(c, "page") > 0)
        (void)printf(" page %llu", (unsigned long long)list_count(c, "page"));
    (void)printf(" %llu tokens, %llu to %llu %s", (unsigned long long)list_count(c, "tokens"),
                 (unsigned long long)list_count(c, "start"),
                 (unsigned long long)list_count(c, "end"), term_reset(stdout));
    term_print_line(stdout, list_text(c, "heading"), COLUMNS);
    (void)fputc('\n', stdout);
    term_print_wrapped(stdout, "    ", list_text(c, "text"), COLUMNS);
    (void)fputc('\n', stdout);
}

static int chunks(cli_client *client)
{
    static const list_view view = {NULL, "(none: it has no text)", print_chunk};
    cli_context *cx = client->cx;
    uint64_t limit;
    const int code = cli_number(cx, "limit", 1, MOST_LISTED, LISTED, &limit);
    return code != CLI_OK
               ? code
               : list_print(client, cli_document_path(cx, cx->words[0], "/chunks"), limit, &view);
}

static void print_version(const json_value *v)
{
    const json_value *changed = json_member(v, "changed");
    (void)printf("%7llu  ", (unsigned long long)list_count(v, "version"));
    list_cell(list_text(v, "created_at"), 24);
    (void)printf("%10llu  ", (unsigned long long)list_count(v, "bytes"));
    for (size_t i = 0; i < json_count(changed); i++) {
        (void)fputs(i > 0 ? ", " : "", stdout);
        term_print_line(stdout, json_str(json_element(changed, i), ANC_STR("")), COLUMNS);
    }
    if (list_count(v, "restored_from") > 0)
        (void)printf(" (restored from %llu)", (unsigned long long)list_count(v, "restored_from"));
    (void)printf("%s\n", json_bool(json_member(v, "current"), false) ? " (current)" : "");
}

static int versions(cli_client *client)
{
    static const list_view view = {"version  from                           bytes  changed",
                                   "(none)", print_version};
    cli_context *cx = client->cx;
    uint64_t limit;
    const int code = cli_number(cx, "limit", 1, MOST_LISTED, LISTED, &limit);
    return code != CLI_OK
               ? code
               : list_print(client, cli_document_path(cx, cx->words[0], "/versions"), limit, &view);
}

static int restore(cli_client *client)
{
    cli_context *cx = client->cx;
    uint64_t version;
    if (!anc_str_to_u64(cx->words[1], &version) || version == 0 || version > UINT32_MAX)
        return cli_usage_error(cx, "'%.*s' is no version: a whole number from 1",
                               ANC_FMT(cx->words[1]));
    const anc_str rest =
        anc_arena_printf(cx->mem, "/versions/%llu/restore", (unsigned long long)version);
    return list_print_answer(client, "POST", cli_document_path(cx, cx->words[0], rest.ptr),
                             ANC_STR_NONE);
}

int cli_run_documents_list(cli_context *cx)
{
    return cli_with_server(cx, list);
}

int cli_run_documents_show(cli_context *cx)
{
    return cli_with_server(cx, show);
}

int cli_run_documents_text(cli_context *cx)
{
    return cli_with_server(cx, text);
}

int cli_run_documents_chunks(cli_context *cx)
{
    return cli_with_server(cx, chunks);
}

int cli_run_documents_versions(cli_context *cx)
{
    return cli_with_server(cx, versions);
}

int cli_run_documents_restore(cli_context *cx)
{
    return cli_with_server(cx, restore);
}
