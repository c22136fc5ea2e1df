/* collections.c - `anchorage collections`: list, show, create, set, delete. */
#include <stdio.h>

#include "list.h"
#include "term.h"

enum { BODY_BYTES = 1 << 20, NAME_WIDTH = 24, ABOUT = 60 };

static anc_str path_of(cli_context *cx, anc_str name)
{
    return anc_arena_printf(cx->mem, "/v1/collections/%.*s", ANC_FMT(cli_encode(cx->mem, name)));
}

/* ---- list, show ---- */

static void print_row(const json_value *c)
{
    list_cell(list_text(c, "name"), NAME_WIDTH);
    (void)printf("%10llu  %10llu  ", (unsigned long long)list_count(c, "documents"),
                 (unsigned long long)list_count(c, "chunks"));
    list_cell(list_text(c, "language"), 8);
    term_print_line(stdout, list_text(c, "description"), ABOUT);
    (void)fputc('\n', stdout);
}

static bool print_name(void *arg, const json_value *c)
{
    (void)arg;
    term_print_line(stdout, list_text(c, "name"), NAME_WIDTH * 4);
    (void)fputc('\n', stdout);
    return true;
}

static int list(cli_client *client)
{
    static const list_view view = {
        "collection                 documents      chunks  language  description",
        "(none yet: anchorage ingest PATH)", print_row};
    const anc_str path = ANC_STR("/v1/collections");
    anc_err err = {0};
    if (!cli_given(client->cx, "names"))
        return list_print(client, path, UINT64_MAX, &view);
    const anc_status status = list_each(client, path, UINT64_MAX, print_name, NULL, NULL, &err);
    return status == ANC_OK ? CLI_OK : cli_report(client->cx, status, &err);
}

/* What /v1/knowledge/stats knows of one collection, beside what its settings say. */
static const json_value *stats_of(const json_doc *stats, anc_str name)
{
    const json_value *items = json_member(json_root(stats), "items");
    for (size_t i = 0; i < json_count(items); i++)
        if (anc_str_eq(list_text(json_element(items, i), "collection"), name))
            return json_element(items, i);
    return NULL;
}

static int show(cli_client *client)
{
    cli_context *cx = client->cx;
    CLI_JSON(collection);
    CLI_JSON(all);
    ANC_BUF(out, BODY_BYTES);
    anc_err err = {0};
    anc_status status =
        cli_call_json(client, "GET", path_of(cx, cx->words[0]), ANC_STR_NONE, &collection, &err);
    if (status == ANC_OK)
        status =
            cli_call_json(client, "GET", ANC_STR("/v1/knowledge/stats"), ANC_STR_NONE, &all, &err);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    const json_value *stats = stats_of(all, cx->words[0]);
    if (!cx->json) {
        list_print_fields(json_root(collection));
        (void)printf("\n");
        list_print_fields(stats);
        return CLI_OK;
    }
    (void)anc_buf_add(&out, ANC_STR("{\"collection\":"));
    json_dump(json_root(collection), &out);
    (void)anc_buf_add(&out, ANC_STR(",\"stats\":"));
    if (stats != NULL)
        json_dump(stats, &out);
    else
        (void)anc_buf_add(&out, ANC_STR("null"));
    (void)printf("%.*s}\n", ANC_FMT(anc_buf_view(&out)));
    return CLI_OK;
}

/* ---- create, set ---- */

static void put_texts(cli_context *cx, json_writer *w, const char *option, const char *member)
{
    anc_str value;
    if (!cli_given(cx, option))
        return;
    json_name(w, member);
    json_open_array(w);
    for (size_t at = 0; cli_next_value(cx, option, &at, &value);)
        json_write_str(w, value);
    json_close_array(w);
}

static void put_text(cli_context *cx, json_writer *w, const char *option, const char *member)
{
    if (cli_given(cx, option))
        json_put_str(w, member, cli_value(cx, option));
}

static int put_chunking(cli_context *cx, json_writer *w)
{
    uint64_t tokens, overlap;
    int code = cli_number(cx, "max-tokens", 0, 8192, 0, &tokens);
    if (code == CLI_OK)
        code = cli_number(cx, "overlap", 0, 10, 0, &overlap);
    if (code != CLI_OK ||
        !(cli_given(cx, "chunking") || cli_given(cx, "max-tokens") || cli_given(cx, "overlap")))
        return code;
    json_name(w, "chunking");
    json_open_object(w);
    put_text(cx, w, "chunking", "strategy");
    if (cli_given(cx, "max-tokens"))
        json_put_int(w, "max_tokens", (int64_t)tokens);
    if (cli_given(cx, "overlap"))
        json_put_int(w, "overlap_sentences", (int64_t)overlap);
    json_close_object(w);
    return CLI_OK;
}

static int put_settings(cli_context *cx, json_writer *w)
{
    put_text(cx, w, "description", "description");
    put_text(cx, w, "language", "language");
    put_text(cx, w, "model", "embedding_model");
    put_texts(cx, w, "acl", "acl");
    return put_chunking(cx, w);
}

static int send_settings(cli_client *client, bool create)
{
    cli_context *cx = client->cx;
    ANC_BUF(body, BODY_BYTES);
    json_writer w = json_writer_of(&body);
    json_open_object(&w);
    if (create)
        json_put_str(&w, "name", cx->words[0]);
    const int code = put_settings(cx, &w);
    json_close_object(&w);
    if (code != CLI_OK)
        return code;
    return create
               ? list_print_answer(client, "POST", ANC_STR("/v1/collections"), anc_buf_view(&body))
               : list_print_answer(client, "PATCH", path_of(cx, cx->words[0]), anc_buf_view(&body));
}

static int create(cli_client *client)
{
    return send_settings(client, true);
}

static int set(cli_client *client)
{
    if (client->cx->n_given == 0)
        return cli_usage_error(client->cx, "what is to be set?");
    return send_settings(client, false);
}

/* ---- delete ---- */

static int delete_one(cli_client *client, anc_str name)
{
    cli_context *cx = client->cx;
    CLI_JSON(doc);
    anc_err err = {0};
    anc_str ignored;
    anc_status status = cli_call_json(client, "GET", path_of(cx, name), ANC_STR_NONE, &doc, &err);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    const int code =
        cli_confirm(cx, "Delete the collection %.*s with %llu documents?", ANC_FMT(name),
                    (unsigned long long)list_count(json_root(doc), "documents"));
    if (code != CLI_OK)
        return code;
    if (!cx->json && !cx->quiet)
        (void)fprintf(stderr, "deleting %.*s (%llu documents) …\n", ANC_FMT(name),
                      (unsigned long long)list_count(json_root(doc), "documents"));
    status = cli_call(client, "DELETE", path_of(cx, name), ANC_STR_NONE, cx->mem, &ignored, &err);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    if (!cx->json && !cx->quiet)
        (void)printf("deleted %.*s\n", ANC_FMT(name));
    return CLI_OK;
}

static int delete_all(cli_client *client)
{
    int code = CLI_OK;
    for (size_t i = 0; i < client->cx->n_words && code == CLI_OK; i++)
        code = delete_one(client, client->cx->words[i]);
    if (code == CLI_OK && client->cx->json)
        (void)printf("{\"deleted\":%zu}\n", client->cx->n_words);
    return code;
}

int cli_run_collections_list(cli_context *cx)
{
    return cli_with_server(cx, list);
}

int cli_run_collections_show(cli_context *cx)
{
    return cli_with_server(cx, show);
}

int cli_run_collections_create(cli_context *cx)
{
    return cli_with_server(cx, create);
}

int cli_run_collections_set(cli_context *cx)
{
    return cli_with_server(cx, set);
}

int cli_run_collections_delete(cli_context *cx)
{
    return cli_with_server(cx, delete_all);
}
