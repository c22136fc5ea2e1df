/* await.c - a server that starts is waited for: until it answers, and until its index is read. */
#include <stdio.h>

#include "client.h"
#include "os/clock.h"
#include "os/file.h"
#include "term.h"

#define STARTING ANC_STR("is starting")

enum { LOOK_MS = 100, AWAIT_MAX_MS = 1800000, PROBE_MS = 3000, ARENA_BYTES = 1 << 20 };

/* A server that starts says so in the lock on its folder, and from there in the text of the failure. */
static bool is_starting(anc_status status, const anc_err *err)
{
    return status == ANC_CONFLICT && anc_str_find(anc_str_of(err->text), STARTING) != SIZE_MAX;
}

anc_status cli_await_start(cli_client *client, const cli_facts *facts, anc_err *err)
{
    cli_context *cx = client->cx;
    for (int64_t ms = 0;; ms += LOOK_MS) {
        const anc_status status =
            cx->host->embed_start(cx->host->self, &cx->settings, &client->at, err);
        client->embedded = status == ANC_OK;
        if (!is_starting(status, err) || ms >= AWAIT_MAX_MS || facts->socket[0] == '\0')
            return status;
        if (ms == 0 && !cx->quiet && !cx->json)
            (void)fprintf(stderr, "anchorage: the server on %s is starting; waiting for it\n",
                          facts->data_dir);
        os_sleep_ns((int64_t)LOOK_MS * 1000000);
        if (os_exists(anc_str_of(facts->socket)) && cli_client_probe(client))
            return ANC_OK;
        anc_err_clear(err);
    }
}

/* Whether the index is being read, and how far that is. */
static bool is_reading(cli_client *client, term_state *ret)
{
    ANC_ARENA(mem, ARENA_BYTES);
    CLI_JSON(doc);
    net_request request;
    net_response response;
    if (mem == NULL || cli_request_make(client, "GET", ANC_STR("/readyz"), ANC_STR_NONE, mem,
                                        &request, NULL) != ANC_OK)
        return false;
    request.total_timeout_ms = PROBE_MS;
    if (net_http_fetch(client->net, &request, NULL, mem, &response, NULL) != ANC_OK ||
        response.head.status != 503 || json_parse(response.body, &doc, NULL) != ANC_OK)
        return false;
    const json_value *read = json_member(json_root(doc), "documents_read");
    const json_value *total = json_member(json_root(doc), "documents_total");
    *ret = term_count((uint64_t)json_int(read, 0), (uint64_t)json_int(total, 0));
    return read != NULL && total != NULL;
}

static bool is_rebuilding(cli_client *client)
{
    CLI_JSON(stats);
    anc_err err = {0};
    return cli_call_json(client, "GET", ANC_STR("/v1/knowledge/stats"), ANC_STR_NONE, &stats,
                         &err) == ANC_OK &&
           json_bool(json_member(json_member(json_root(stats), "index"), "rebuilding"), false);
}

void cli_await_rebuild(cli_client *client)
{
    for (int64_t ms = 0; ms < AWAIT_MAX_MS && is_rebuilding(client); ms += LOOK_MS)
        os_sleep_ns((int64_t)LOOK_MS * 1000000);
}

void cli_await_index(cli_client *client)
{
    term_progress progress =
        term_progress_start("reading the index", client->cx->quiet || client->cx->json);
    term_state state = term_count(0, 0);
    bool waited = false;
    for (int64_t ms = 0; ms < AWAIT_MAX_MS && is_reading(client, &state); ms += LOOK_MS) {
        term_progress_show(&progress, &state);
        os_sleep_ns((int64_t)LOOK_MS * 1000000);
        waited = true;
    }
    if (waited) {
        state.done = state.total;
        term_progress_end(&progress, &state);
    }
}
