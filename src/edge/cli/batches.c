/* batches.c - `anchorage batches`: list, show, watch, cancel, replay. */
#include <stdio.h>

#include "follow.h"
#include "list.h"
#include "term.h"

enum { LISTED = 20, MOST_LISTED = 1000000, SOURCE = 60 };

static anc_str path_of(cli_context *cx, anc_str id, const char *rest)
{
    return anc_arena_printf(cx->mem, "/v1/ingest/%.*s%s", ANC_FMT(cli_encode(cx->mem, id)), rest);
}

/* Those that documents are in; before there are any, that of documents that name none. */
static void print_collections(const json_value *b)
{
    const json_value *names = json_member(b, "collections");
    ANC_BUF(text, 16 << 10);
    for (size_t i = 0; i < json_count(names); i++) {
        (void)anc_buf_add(&text, i > 0 ? ANC_STR(",") : ANC_STR(""));
        (void)anc_buf_add(&text, json_str(json_element(names, i), ANC_STR("")));
    }
    list_cell(text.len > 0 ? anc_buf_view(&text) : list_text(b, "collection"), 16);
}

static void print_row(const json_value *b)
{
    list_cell(list_text(b, "batch_id"), 36);
    list_cell(list_text(b, "status"), 10);
    (void)printf("%8llu %8llu %8llu %8llu  ", (unsigned long long)list_count(b, "total_documents"),
                 (unsigned long long)list_count(b, "processed_documents"),
                 (unsigned long long)list_count(b, "skipped_documents"),
                 (unsigned long long)list_count(b, "failed_documents"));
    print_collections(b);
    term_print_line(stdout, list_text(b, "source"), SOURCE);
    (void)fputc('\n', stdout);
}

static int list(cli_client *client)
{
    static const list_view view = {
        "batch                                 status         total     read   skipped  failed"
        "  collection        source",
        "(none yet: anchorage ingest PATH)", print_row};
    uint64_t limit;
    const int code = cli_number(client->cx, "limit", 1, MOST_LISTED, LISTED, &limit);
    return code != CLI_OK ? code : list_print(client, ANC_STR("/v1/ingest"), limit, &view);
}

static int show(cli_client *client)
{
    cli_context *cx = client->cx;
    return list_print_answer(client, "GET", path_of(cx, cx->words[0], ""), ANC_STR_NONE);
}

static bool take_id(void *arg, const json_value *b)
{
    anc_buf *id = arg;
    (void)anc_buf_add(id, list_text(b, "batch_id"));
    return false;
}

/* The batch that was named, else the newest. */
static int watch(cli_client *client)
{
    cli_context *cx = client->cx;
    ANC_BUF(id, 4096);
    anc_err err = {0};
    if (cx->n_words > 0)
        return follow_batch(client, cx->words[0]);
    anc_status status = list_each(client, ANC_STR("/v1/ingest"), 1, take_id, &id, NULL, &err);
    if (status == ANC_OK && id.len == 0)
        status = ANC_FAIL(&err, ANC_NOT_FOUND, "there is no batch to watch");
    return status != ANC_OK ? cli_report(cx, status, &err)
                            : follow_batch(client, anc_buf_view(&id));
}

static int cancel(cli_client *client)
{
    cli_context *cx = client->cx;
    return list_print_answer(client, "POST", path_of(cx, cx->words[0], "/cancel"), ANC_STR_NONE);
}

/* A replay reads what failed and, of a batch that was stopped, what was never read; that may be nothing. */
static void hint_at_reading_again(cli_client *client, anc_str id)
{
    CLI_JSON(doc);
    anc_err ignored = {0};
    if (client->cx->json || cli_call_json(client, "GET", path_of(client->cx, id, ""), ANC_STR_NONE,
                                          &doc, &ignored) != ANC_OK)
        return;
    if (anc_str_eq(list_text(json_root(doc), "status"), ANC_STR("cancelled")))
        (void)fprintf(stderr,
                      "anchorage: nothing is left to take up of this batch, which was cancelled;\n"
                      "  anchorage ingest PATH passes over what it has read already\n");
}

/* How many documents were sent to a batch and went unread when it was cancelled: no replay reads those. */
static uint64_t lost_by_cancelling(cli_client *client, anc_str id)
{
    CLI_JSON(doc);
    anc_err ignored = {0};
    if (cli_call_json(client, "GET", path_of(client->cx, id, ""), ANC_STR_NONE, &doc, &ignored) !=
        ANC_OK)
        return 0;
    const json_value *batch = json_root(doc);
    const bool is_folder = anc_str_starts(list_text(batch, "source"), ANC_STR("/"));
    return !is_folder && anc_str_eq(list_text(batch, "status"), ANC_STR("cancelled"))
               ? list_count(batch, "unread_documents")
               : 0;
}

static int replay(cli_client *client)
{
    cli_context *cx = client->cx;
    CLI_JSON(doc);
    anc_err err = {0};
    const anc_status status = cli_call_json(client, "POST", path_of(cx, cx->words[0], "/replay"),
                                            ANC_STR_NONE, &doc, &err);
    if (status == ANC_CONFLICT)
        hint_at_reading_again(client, cx->words[0]);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    const uint64_t lost = lost_by_cancelling(client, cx->words[0]);
    if (lost > 0)
        (void)fprintf(
            stderr,
            "anchorage: only what failed is read again; %llu document%s sent to the batch "
            "and not read when it was cancelled: send %s again\n",
            (unsigned long long)lost, lost == 1 ? " was" : "s were", lost == 1 ? "it" : "them");
    const anc_str id = list_text(json_root(doc), "batch_id");
    if (!cli_given(cx, "no-wait"))
        return follow_batch(client, id);
    (void)printf(cx->json ? "{\"batch_id\":\"%.*s\"}\n" : "%.*s\n", ANC_FMT(id));
    return CLI_OK;
}

int cli_run_batches_list(cli_context *cx)
{
    return cli_with_server(cx, list);
}

int cli_run_batches_show(cli_context *cx)
{
    return cli_with_server(cx, show);
}

int cli_run_batches_watch(cli_context *cx)
{
    return cli_with_server(cx, watch);
}

int cli_run_batches_cancel(cli_context *cx)
{
    return cli_with_server(cx, cancel);
}

int cli_run_batches_replay(cli_context *cx)
{
    return cli_with_server(cx, replay);
}
