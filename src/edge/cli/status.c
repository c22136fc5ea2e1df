/* status.c - `anchorage status` and `anchorage version`. */
#include <stdio.h>

#include "list.h"
#include "term.h"

enum { COLUMNS = 100, OUT_BYTES = 16 << 20 };

static void print_health(const json_value *health)
{
    size_t cursor = 0;
    anc_str name;
    const json_value *check;
    (void)printf("%s%.*s%s, version %.*s, up %.0f s\n", term_bold(stdout),
                 ANC_FMT(json_str(json_member(health, "status"), ANC_STR("?"))), term_reset(stdout),
                 ANC_FMT(json_str(json_member(health, "version"), ANC_STR("?"))),
                 json_double(json_member(health, "uptime_s"), 0));
    while (json_each(json_member(health, "checks"), &cursor, &name, &check)) {
        (void)printf("  %-12.*s %-10.*s ", ANC_FMT(name),
                     ANC_FMT(json_str(json_member(check, "status"), ANC_STR("?"))));
        term_print_line(stdout, json_str(json_member(check, "detail"), ANC_STR("")), COLUMNS);
        (void)printf("\n");
    }
}

static void print_collections(const json_value *items)
{
    (void)printf("\n%-24s %10s %10s  %s\n", "collection", "documents", "chunks", "language");
    for (size_t i = 0; i < json_count(items); i++) {
        const json_value *c = json_element(items, i);
        (void)printf("%-24.*s %10lld %10lld  %.*s\n",
                     ANC_FMT(json_str(json_member(c, "name"), ANC_STR("?"))),
                     (long long)json_int(json_member(c, "documents"), 0),
                     (long long)json_int(json_member(c, "chunks"), 0),
                     ANC_FMT(json_str(json_member(c, "language"), ANC_STR(""))));
    }
    if (json_count(items) == 0)
        (void)printf("(none yet: anchorage ingest PATH)\n");
}

static void print_batches(const json_value *items)
{
    if (json_count(items) > 0)
        (void)printf("\n%-36s  %-10s %10s %10s %10s\n", "batch", "status", "total", "processed",
                     "failed");
    for (size_t i = 0; i < json_count(items); i++) {
        const json_value *b = json_element(items, i);
        (void)printf("%-36.*s  %-10.*s %10lld %10lld %10lld\n",
                     ANC_FMT(json_str(json_member(b, "batch_id"), ANC_STR("?"))),
                     ANC_FMT(json_str(json_member(b, "status"), ANC_STR("?"))),
                     (long long)json_int(json_member(b, "total_documents"), 0),
                     (long long)json_int(json_member(b, "processed_documents"), 0),
                     (long long)json_int(json_member(b, "failed_documents"), 0));
    }
}

/* The health answer, whatever its status: an unhealthy server answers 503 with the same body. */
static anc_status fetch_health(cli_client *client, json_doc **ret, anc_err *err)
{
    net_request request;
    net_response response;
    ANC_TRY(cli_request_make(client, "GET", ANC_STR("/health"), ANC_STR_NONE, client->cx->mem,
                             &request, err));
    ANC_TRY(net_http_fetch(client->net, &request, NULL, client->cx->mem, &response, err));
    return json_parse(response.body, ret, err);
}

static int show_all(cli_client *client)
{
    anc_err err = {0};
    CLI_JSON(health);
    CLI_JSON(collections);
    CLI_JSON(batches);
    anc_status status = fetch_health(client, &health, &err);
    if (status == ANC_OK)
        status = cli_call_json(client, "GET", ANC_STR("/v1/collections?limit=100"), ANC_STR_NONE,
                               &collections, &err);
    if (status == ANC_OK)
        status = cli_call_json(client, "GET", ANC_STR("/v1/ingest?limit=5"), ANC_STR_NONE, &batches,
                               &err);
    if (status != ANC_OK)
        return cli_report(client->cx, status, &err);
    const json_value *c = json_member(json_root(collections), "items");
    const json_value *b = json_member(json_root(batches), "items");
    if (client->cx->json) {
        ANC_BUF(out, OUT_BYTES);
        (void)anc_buf_add(&out, ANC_STR("{\"health\":"));
        json_dump(json_root(health), &out);
        (void)anc_buf_add(&out, ANC_STR(",\"collections\":"));
        json_dump(c, &out);
        (void)anc_buf_add(&out, ANC_STR(",\"batches\":"));
        json_dump(b, &out);
        (void)printf("%.*s}\n", ANC_FMT(anc_buf_view(&out)));
        return CLI_OK;
    }
    print_health(json_root(health));
    print_collections(c);
    print_batches(b);
    return CLI_OK;
}

static int show_batch(cli_client *client, anc_str id)
{
    const anc_str path = anc_arena_printf(client->cx->mem, "/v1/ingest/%.*s",
                                          ANC_FMT(cli_encode(client->cx->mem, id)));
    return list_print_raw(client, "GET", path, ANC_STR_NONE);
}

int cli_run_status(cli_context *cx)
{
    cli_client client;
    int code = cli_client_open(&client, cx, false);
    if (code != CLI_OK)
        return code;
    code = cli_given(cx, "batch") ? show_batch(&client, cli_value(cx, "batch")) : show_all(&client);
    cli_client_close(&client);
    return code;
}

int cli_run_version(cli_context *cx)
{
    if (cx->json)
        (void)printf("{\"name\":\"anchorage\",\"version\":\"%s\"}\n", cx->host->version);
    else
        (void)printf("anchorage %s\n", cx->host->version);
    return CLI_OK;
}
