/* serve.c - `anchorage serve`, and what a first start shows: documents read, a question answered. */
#include <stdio.h>

#include "ask.h"
#include "ingest.h"
#include "models.h"
#include "os/file.h"
#include "term.h"

static const char first_question[] = "What was the first hive scale made of?";

typedef struct welcome {
    cli_context *cx;
    anc_str examples; /* folder; empty: none */
    bool has_key;
    char no_model[512]; /* why there is none; "" when there is one */
} welcome;

static bool is_empty(cli_client *client)
{
    anc_err err = {0};
    CLI_JSON(doc);
    return cli_call_json(client, "GET", ANC_STR("/v1/collections?limit=1"), ANC_STR_NONE, &doc,
                         &err) == ANC_OK &&
           json_count(json_member(json_root(doc), "items")) == 0;
}

static void print_next(const cli_endpoint *at)
{
    (void)printf(
        "\nWhat to try next:\n"
        "  anchorage ask \"Combien de temps la Balise peut-elle fonctionner sans soleil ?\"\n"
        "  anchorage ingest ~/papers              read your own documents\n"
        "  anchorage ask \"…\"                      and ask them\n"
        "  %s/docs             the HTTP interface\n"
        "(from a clone: ./run ask \"…\", ./run ingest ~/papers)\n",
        at->url);
}

static void show_first_answer(cli_client *client, anc_str examples, const cli_endpoint *at)
{
    ANC_BUF(body, 4096);
    json_writer w = json_writer_of(&body);
    (void)printf("Reading the examples into the collection `examples`:\n");
    (void)fflush(stdout);
    const ingest_how how = {.collection = ANC_STR("examples"), .wait = true};
    if (ingest_path(client, examples, &how) == CLI_UNREACHABLE)
        return;
    (void)printf("\n%sQ: %s%s\n", term_bold(stdout), first_question, term_reset(stdout));
    json_open_object(&w);
    json_put_str(&w, "question", anc_str_of(first_question));
    json_close_object(&w);
    if (ask_print(client, anc_buf_view(&body), true) == CLI_OK)
        print_next(at);
}

static void on_ready(void *arg, const cli_endpoint *endpoint)
{
    const welcome *w = arg;
    cli_client client = {.cx = w->cx, .at = *endpoint};
    anc_err err = {0};
    (void)printf("anchorage %s serves on %s\n", w->cx->host->version, endpoint->url);
    if (!w->has_key)
        (void)printf(
            "No API key is set, so it listens on this machine alone (ANCHORAGE_API_KEY)\n");
    if (w->no_model[0] != '\0')
        (void)printf("%s; search by words works, by meaning does not\n", w->no_model);
    (void)fflush(stdout);
    if (w->examples.len == 0 || endpoint->unix_path[0] == '\0' ||
        net_client_open(&client.net, &err) != ANC_OK)
        return;
    if (is_empty(&client))
        show_first_answer(&client, w->examples, endpoint);
    (void)fflush(stdout);
    net_client_close(client.net);
}

int cli_run_serve(cli_context *cx)
{
    welcome w = {.cx = cx, .examples = cli_value(cx, "examples")};
    anc_err err = {0};
    if (cli_given(cx, "print-config") || cli_given(cx, "print-defaults")) {
        const anc_status status = cx->host->print_config(
            cx->host->self, cli_given(cx, "print-config") ? &cx->settings : NULL, &err);
        return status == ANC_OK ? CLI_OK : cli_report(cx, status, &err);
    }
    cli_facts *facts = anc_arena_alloc(cx->mem, 1, sizeof *facts);
    if (facts == NULL)
        return CLI_FAILED;
    const anc_status known = cx->host->facts(cx->host->self, &cx->settings, facts, &err);
    if (known != ANC_OK)
        return cli_report(cx, known, &err);
    w.has_key = facts->has_key;
    anc_err why = {0};
    anc_str folder;
    if (cli_model_folder(cx, anc_str_of(facts->model), &folder, &why) != ANC_OK)
        (void)snprintf(w.no_model, sizeof w.no_model, "%s", why.text);
    if (w.examples.len > 0) {
        const anc_status status = os_path_real(cx->mem, w.examples, &w.examples, &err);
        if (status != ANC_OK)
            return cli_report(cx, status, &err);
    }
    return cx->host->serve(cx->host->self, &cx->settings, on_ready, &w);
}
