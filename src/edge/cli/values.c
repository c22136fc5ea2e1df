/* values.c - `anchorage completion values KIND`: what may stand at a place of the command line, one a line.
 *
 * The scripts of completion.c ask for it at the press of a key, so it takes no longer than a second, starts no
 * server, and shows the newest of what there is.
 */
#include <stdio.h>

#include "client.h"
#include "kernel/domain/event.h"
#include "term.h"

enum { PATIENCE_MS = 1000, ANSWER_BYTES = 8 << 20, VALUE_BYTES = 1024 };

typedef struct kind {
    const char *name;
    const char *path;
    const char *list, *member; /* of the answer, and of its items */
    const char *sort;          /* the `kind` that an item has to be of; NULL: any */
} kind;

static const kind kinds[] = {
    {"collections", "/v1/collections?limit=1000", "items", "name", NULL},
    {"documents", "/v1/knowledge/documents?limit=100", "items", "document_id", NULL},
    {"batches", "/v1/ingest?limit=100", "items", "batch_id", NULL},
    {"dead-letters", "/v1/dead-letters?limit=100", "items", "id", NULL},
    {"conversations", "/v1/chat/conversations?limit=100", "items", "id", NULL},
    {"queries", "/v1/tracking/queries?limit=100", "items", "query_id", NULL},
    {"models", "/v1/models", "data", "id", "language"},
    {"embedding-models", "/v1/models", "data", "id", "embedding"},
};

const char *const cli_value_kinds[] = {"collections",   "documents", "batches", "dead-letters",
                                       "conversations", "queries",   "models",  "embedding-models",
                                       "event-types",   NULL};

static void print_value(anc_str value)
{
    term_print_line(stdout, value, VALUE_BYTES);
    (void)fputc('\n', stdout);
}

static int print_event_types(void)
{
    for (int i = 0; i < EV_TYPE_COUNT; i++)
        print_value(anc_str_of(ev_type_of((ev_type_id)i)->name));
    return CLI_OK;
}

static void print_items(const json_value *answer, const kind *k)
{
    const json_value *items = json_member(answer, k->list);
    for (size_t i = 0; i < json_count(items); i++) {
        const json_value *item = json_element(items, i);
        const anc_str sort = json_str(json_member(item, "kind"), ANC_STR(""));
        if (k->sort == NULL || anc_str_eq(sort, anc_str_of(k->sort)))
            print_value(json_str(json_member(item, k->member), ANC_STR("")));
    }
}

static anc_status fetch(cli_client *client, const kind *k, anc_err *err)
{
    ANC_ARENA(mem, ANSWER_BYTES);
    net_request request;
    net_response response = {0};
    CLI_JSON(answer);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a request to %s", k->path);
    ANC_TRY(cli_request_make(client, "GET", anc_str_of(k->path), ANC_STR_NONE, mem, &request, err));
    request.total_timeout_ms = PATIENCE_MS;
    ANC_TRY(net_http_fetch(client->net, &request, NULL, mem, &response, err));
    ANC_TRY(cli_problem(&response, err));
    ANC_TRY(json_parse(response.body, &answer, err));
    print_items(json_root(answer), k);
    return ANC_OK;
}

static int print_kind(cli_context *cx, const kind *k)
{
    cli_client client;
    anc_err err = {0};
    cx->no_start = true;
    const int code = cli_client_open(&client, cx, false);
    if (code != CLI_OK)
        return code;
    const anc_status status = fetch(&client, k, &err);
    cli_client_close(&client);
    return status == ANC_OK ? CLI_OK : cli_report(cx, status, &err);
}

int cli_run_completion_values(cli_context *cx)
{
    const anc_str name = cx->words[0];
    if (anc_str_eq(name, ANC_STR("event-types")))
        return print_event_types();
    for (size_t i = 0; i < ANC_COUNT(kinds); i++)
        if (anc_str_eq(name, anc_str_of(kinds[i].name)))
            return print_kind(cx, &kinds[i]);
    ANC_BUF(known, 512);
    for (size_t i = 0; cli_value_kinds[i] != NULL; i++) {
        (void)anc_buf_add(&known, i > 0 ? ANC_STR(", ") : ANC_STR(""));
        (void)anc_buf_add(&known, anc_str_of(cli_value_kinds[i]));
    }
    return cli_usage_error(cx, "'%.*s' is no kind of values; there are %.*s", ANC_FMT(name),
                           ANC_FMT(anc_buf_view(&known)));
}
