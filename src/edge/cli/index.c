/* index.c - `anchorage index`: status, verify, rebuild, optimize. */
#include <stdio.h>

#include "list.h"
#include "os/clock.h"
#include "term.h"

enum { LOOK_MS = 200, OUT_BYTES = 1 << 20 };

#define BASE "/v1/knowledge"

static const list_note notes[] = {
    {"rebuilding", "a new one is made beside it, which will take its place"},
    {"cursor", "change of the catalog that it has reached"},
    {"bytes", "memory that it holds; its files are not in it"},
    {"saved_cursor", "change up to which it is in files: a start goes on from there"},
    {"lag", "changes that are committed and not shown yet"},
    {"segments", "parts of it that are files"},
    {"stored_bytes", "size of its files, which the system maps into memory as they are read"},
    {"unsaved_chunks", "in memory alone until the next save"},
    {"dead_chunks", "replaced or removed, and not merged away yet"},
    {"graphs", "parts with so many vectors that not each is compared"},
    {"recall", "share of the nearest that the worst of them was measured to find"},
    {"semantic_share", "of the sum that orders a hybrid search; search.semantic_share"},
    {"title_weight", "a word of a title counts as so many of the text; search.title_weight"},
    {"damages", "parts found damaged since the start, set aside and indexed again"},
    {"left_out", "documents that could not be read for it"},
    {NULL, NULL}};

/* The index of an answer to people, or as JSON. */
static int print(cli_client *client, const json_value *index)
{
    ANC_BUF(out, OUT_BYTES);
    if (!client->cx->json) {
        list_print_noted(index, notes);
        return CLI_OK;
    }
    json_dump(index, &out);
    (void)printf("%.*s\n", ANC_FMT(anc_buf_view(&out)));
    return CLI_OK;
}

static int status(cli_client *client)
{
    CLI_JSON(stats);
    anc_err err = {0};
    const anc_status got =
        cli_call_json(client, "GET", ANC_STR(BASE "/stats"), ANC_STR_NONE, &stats, &err);
    return got == ANC_OK ? print(client, json_member(json_root(stats), "index"))
                         : cli_report(client->cx, got, &err);
}

static void print_verified(const json_value *verified)
{
    const json_value *found = json_member(verified, "found");
    const uint64_t damaged = list_count(verified, "damaged");
    for (size_t i = 0; i < json_count(found); i++) {
        term_print_line(stdout, json_str(json_element(found, i), ANC_STR("")), OUT_BYTES);
        (void)fputc('\n', stdout);
    }
    if (damaged == 0)
        (void)printf("the index is sound\n");
    else
        (void)printf("%llu %s wrong; a part that is damaged is set aside, and its documents are "
                     "indexed again by themselves\n",
                     (unsigned long long)damaged, damaged == 1 ? "thing is" : "things are");
}

static int verify(cli_client *client)
{
    CLI_JSON(doc);
    anc_err err = {0};
    const anc_status got =
        cli_call_json(client, "POST", ANC_STR(BASE "/index/verify"), ANC_STR_NONE, &doc, &err);
    if (got != ANC_OK)
        return cli_report(client->cx, got, &err);
    if (client->cx->json)
        (void)print(client, json_root(doc));
    else
        print_verified(json_root(doc));
    return list_count(json_root(doc), "damaged") == 0 ? CLI_OK : CLI_FAILED;
}

static int optimize(cli_client *client)
{
    CLI_JSON(doc);
    anc_err err = {0};
    const anc_status got =
        cli_call_json(client, "POST", ANC_STR(BASE "/index/optimize"), ANC_STR_NONE, &doc, &err);
    return got == ANC_OK ? print(client, json_root(doc)) : cli_report(client->cx, got, &err);
}

/* Follows a rebuild to its end; *ret: as it is then. */
static anc_status await(cli_client *client, anc_str id, json_doc **ret, anc_err *err)
{
    const anc_str path = anc_arena_printf(client->cx->mem, BASE "/sync/%.*s", ANC_FMT(id));
    term_progress progress = term_progress_start("indexing", client->cx->quiet || client->cx->json);
    for (;;) {
        ANC_TRY(cli_call_json(client, "GET", path, ANC_STR_NONE, ret, err));
        const json_value *sync = json_root(*ret);
        const term_state state =
            term_count(list_count(sync, "processed"), list_count(sync, "total"));
        if (anc_str_eq(list_text(sync, "status"), ANC_STR("completed"))) {
            term_progress_end(&progress, &state);
            return ANC_OK;
        }
        term_progress_show(&progress, &state);
        json_doc_free(*ret);
        *ret = NULL;
        os_sleep_ns((int64_t)LOOK_MS * 1000000);
    }
}

static int rebuild(cli_client *client)
{
    CLI_JSON(started);
    CLI_JSON(ended);
    anc_err err = {0};
    anc_status got = cli_call_json(client, "POST", ANC_STR(BASE "/sync"),
                                   ANC_STR("{\"rebuild\":true}"), &started, &err);
    if (got == ANC_OK)
        got = await(client, list_text(json_root(started), "batch_id"), &ended, &err);
    if (got != ANC_OK)
        return cli_report(client->cx, got, &err);
    if (client->cx->json)
        return print(client, json_root(ended));
    const uint64_t n = list_count(json_root(ended), "processed");
    (void)printf("%llu %s indexed anew\n", (unsigned long long)n,
                 n == 1 ? "document is" : "documents are");
    return CLI_OK;
}

int cli_run_index_status(cli_context *cx)
{
    return cli_with_server(cx, status);
}

int cli_run_index_verify(cli_context *cx)
{
    return cli_with_server(cx, verify);
}

int cli_run_index_rebuild(cli_context *cx)
{
    return cli_with_server(cx, rebuild);
}

int cli_run_index_optimize(cli_context *cx)
{
    return cli_with_server(cx, optimize);
}
