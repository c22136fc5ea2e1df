/* ingest.c - `anchorage ingest`: batches started and followed. */
#include "ingest.h"

#include <stdio.h>

#include "follow.h"
#include "os/file.h"

enum { BODY_BYTES = 1 << 20 };

int ingest_path(cli_client *client, anc_str path, const ingest_how *how)
{
    anc_err err = {0};
    CLI_JSON(doc);
    ANC_BUF(body, BODY_BYTES);
    json_writer w = json_writer_of(&body);
    json_open_object(&w);
    json_put_str(&w, "db_type", ANC_STR("folder"));
    json_name(&w, "connection_params");
    json_open_object(&w);
    json_put_str(&w, "path", path);
    if (how->glob.len > 0)
        json_put_str(&w, "glob", how->glob);
    json_close_object(&w);
    json_put_str(&w, "collection", how->collection);
    if (how->rows.len > 0)
        json_put_str(&w, "rows", how->rows);
    json_close_object(&w);
    const anc_status status =
        cli_call_json(client, "POST", ANC_STR("/v1/ingest"), anc_buf_view(&body), &doc, &err);
    if (status != ANC_OK)
        return cli_report(client->cx, status, &err);
    const anc_str id = json_str(json_member(json_root(doc), "batch_id"), ANC_STR(""));
    if (!how->wait) {
        (void)printf(client->cx->json ? "{\"batch_id\":\"%.*s\"}\n" : "%.*s\n", ANC_FMT(id));
        return CLI_OK;
    }
    return follow_files(client, id, path, how->glob);
}

static int ingest_words(cli_client *client)
{
    cli_context *cx = client->cx;
    const anc_str collection = cli_value(cx, "collection");
    const ingest_how how = {.collection = collection.ptr != NULL ? collection : ANC_STR("default"),
                            .glob = cli_value(cx, "glob"),
                            .rows = cli_value(cx, "rows"),
                            .wait = !cli_given(cx, "no-wait")};
    int worst = CLI_OK;
    for (size_t i = 0; i < cx->n_words; i++) {
        anc_err err = {0};
        anc_str path;
        const anc_status status = os_path_real(cx->mem, cx->words[i], &path, &err);
        const int code =
            status != ANC_OK ? cli_report(cx, status, &err) : ingest_path(client, path, &how);
        if (code != CLI_OK && (worst == CLI_OK || code == CLI_INTERRUPTED))
            worst = code;
        if (code == CLI_INTERRUPTED || code == CLI_USAGE) /* the next would be refused too */
            break;
    }
    return worst;
}

int cli_run_ingest(cli_context *cx)
{
    cli_client client;
    if (cx->n_words == 0)
        return cli_usage_error(cx, "a file or folder is missing");
    const int code = cli_client_open(&client, cx, false);
    if (code != CLI_OK)
        return code;
    if (client.embedded && cli_given(cx, "no-wait")) {
        cli_client_close(&client);
        return cli_usage_error(cx, "--no-wait needs a running server: start one with "
                                   "`anchorage serve`");
    }
    const int result = ingest_words(&client);
    cli_client_close(&client);
    return result;
}
