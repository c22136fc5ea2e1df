/* letters.c - `anchorage dead-letters`: what is wrong with each document that failed, and what to do
 * about it. */
#include <stdio.h>

#include "base/map.h"
#include "follow.h"
#include "list.h"

enum { LISTED = 50, MOST_LISTED = 1000000, MOST_BATCHES = 4096, MOST_COUNTED = 10000 };

static anc_str list_path(cli_context *cx)
{
    const anc_str batch = cli_value(cx, "batch");
    if (batch.len == 0)
        return ANC_STR("/v1/dead-letters");
    return anc_arena_printf(cx->mem, "/v1/dead-letters?batch_id=%.*s",
                            ANC_FMT(cli_encode(cx->mem, batch)));
}

static anc_str path_of(cli_context *cx, anc_str id, const char *rest)
{
    return anc_arena_printf(cx->mem, "/v1/dead-letters/%.*s%s", ANC_FMT(cli_encode(cx->mem, id)),
                            rest);
}

static void print_row(const json_value *letter)
{
    follow_print_letter(stdout, letter, true);
}

/* ---- events of other services ---- */

typedef struct set_aside {
    uint64_t events, redis; /* redis: of these, from there; the others are from Kafka */
} set_aside;

static bool count_event(void *arg, const json_value *event)
{
    set_aside *n = arg;
    const json_value *payload = json_member(event, "payload");
    if (anc_str_eq(list_text(payload, "stage"), ANC_STR("event"))) {
        n->events++;
        n->redis += anc_str_starts(list_text(payload, "dead_letter_id"), ANC_STR("redis:"));
    }
    return true;
}

/* They are no documents, and lie on the bus that brought them. */
static void print_set_aside(cli_client *client)
{
    set_aside n = {0};
    anc_err unsaid = {0};
    if (client->cx->json || client->cx->quiet || cli_given(client->cx, "batch"))
        return;
    if (list_each(client, ANC_STR("/v1/events?type=deadletter.added"), MOST_COUNTED, count_event,
                  &n, NULL, &unsaid) != ANC_OK ||
        n.events == 0)
        return;
    (void)printf("\n%llu events of other services were set aside, on the bus:%s%s%s; `anchorage "
                 "events list --type deadletter.added` names each\n",
                 (unsigned long long)n.events, n.redis > 0 ? " stream events.dlq (Redis)" : "",
                 n.redis > 0 && n.redis < n.events ? "," : "",
                 n.redis < n.events ? " topics <type>.dlq (Kafka)" : "");
}

static int list(cli_client *client)
{
    static const list_view view = {"Documents that could not be read, newest first:",
                                   "(none: every document was read)", print_row};
    uint64_t limit;
    int code = cli_number(client->cx, "limit", 1, MOST_LISTED, LISTED, &limit);
    if (code == CLI_OK)
        code = list_print(client, list_path(client->cx), limit, &view);
    if (code == CLI_OK)
        print_set_aside(client);
    return code;
}

typedef struct search {
    cli_context *cx;
    anc_str id;
    bool found;
} search;

static bool show_if_it(void *arg, const json_value *letter)
{
    search *s = arg;
    ANC_BUF(out, 1 << 20);
    if (!anc_str_eq(list_text(letter, "id"), s->id))
        return true;
    s->found = true;
    json_dump(letter, &out);
    if (s->cx->json)
        (void)printf("%.*s\n", ANC_FMT(anc_buf_view(&out)));
    else
        list_print_fields(letter);
    return false;
}

/* The interface has no route for one dead letter, so it is looked for in the list. */
static int show(cli_client *client)
{
    search s = {.cx = client->cx, .id = client->cx->words[0]};
    anc_err err = {0};
    anc_status status =
        list_each(client, ANC_STR("/v1/dead-letters"), UINT64_MAX, show_if_it, &s, NULL, &err);
    if (status == ANC_OK && !s.found)
        status = ANC_FAIL(&err, ANC_NOT_FOUND, "there is no dead letter %.*s", ANC_FMT(s.id));
    return status == ANC_OK ? CLI_OK : cli_report(s.cx, status, &err);
}

/* ---- which ones: those named, those of a batch, all ---- */

/* Exactly one of the three ways to say it. */
static int check_choice(cli_context *cx)
{
    const int ways = (cx->n_words > 0) + cli_given(cx, "batch") + cli_given(cx, "all");
    if (ways == 1)
        return CLI_OK;
    return cli_usage_error(cx, ways == 0 ? "which ones? ID…, --batch ID or --all"
                                         : "ID…, --batch and --all exclude one another");
}

typedef struct ids {
    anc_arena *mem;
    anc_map *known; /* owned */
    anc_str *items;
    size_t n;
    const char *member; /* "id" or "batch_id" */
} ids;

static bool take_id(void *arg, const json_value *letter)
{
    ids *all = arg;
    const anc_str id = list_text(letter, all->member);
    uint64_t seen;
    if (id.len == 0 || anc_map_find(all->known, id, &seen) || !anc_map_put(all->known, id, 1))
        return true;
    all->items[all->n++] = anc_arena_copy(all->mem, id);
    return all->n < MOST_BATCHES;
}

/* Different values of one member over a page of the list, at most MOST_BATCHES of them. */
static anc_status collect(cli_client *client, const char *member, ids *ret, anc_err *err)
{
    *ret = (ids){.mem = client->cx->mem, .member = member, .known = anc_map_new()};
    ret->items = anc_arena_alloc(ret->mem, MOST_BATCHES, sizeof *ret->items);
    if (ret->known == NULL || ret->items == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "the list of dead letters");
    return list_each(client, list_path(client->cx), UINT64_MAX, take_id, ret, NULL, err);
}

/* ---- replay ---- */

static int replay_one(cli_client *client, anc_str path)
{
    cli_context *cx = client->cx;
    CLI_JSON(doc);
    anc_err err = {0};
    const anc_status status = cli_call_json(client, "POST", path, ANC_STR_NONE, &doc, &err);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    const anc_str id = list_text(json_root(doc), "batch_id");
    if (!cli_given(cx, "no-wait"))
        return follow_batch(client, id);
    (void)printf(cx->json ? "{\"batch_id\":\"%.*s\"}\n" : "%.*s\n", ANC_FMT(id));
    return CLI_OK;
}

static int worse(int a, int b)
{
    return a != CLI_OK ? a : b;
}

static int replay_batches(cli_client *client)
{
    cli_context *cx = client->cx;
    ids batches;
    anc_err err = {0};
    int code = CLI_OK;
    const anc_status status = collect(client, "batch_id", &batches, &err);
    if (status != ANC_OK)
        code = cli_report(cx, status, &err);
    else if (batches.n == 0 && !cx->quiet)
        (void)fprintf(stderr, "there are no dead letters\n");
    for (size_t i = 0; status == ANC_OK && i < batches.n; i++)
        code = worse(code, replay_one(client, anc_arena_printf(
                                                  cx->mem, "/v1/ingest/%.*s/replay",
                                                  ANC_FMT(cli_encode(cx->mem, batches.items[i])))));
    anc_map_free(batches.known);
    return code;
}

static int replay(cli_client *client)
{
    cli_context *cx = client->cx;
    int code = check_choice(cx);
    if (code != CLI_OK)
        return code;
    if (cx->n_words == 0)
        return replay_batches(client);
    for (size_t i = 0; i < cx->n_words; i++)
        code = worse(code, replay_one(client, path_of(cx, cx->words[i], "/replay")));
    return code;
}

/* ---- delete ---- */

static int delete_these(cli_client *client, const anc_str *items, size_t n, size_t *deleted)
{
    cli_context *cx = client->cx;
    for (size_t i = 0; i < n; i++) {
        anc_err err = {0};
        anc_str ignored;
        const anc_status status = cli_call(client, "DELETE", path_of(cx, items[i], ""),
                                           ANC_STR_NONE, cx->mem, &ignored, &err);
        if (status != ANC_OK)
            return cli_report(cx, status, &err);
        (*deleted)++;
    }
    return CLI_OK;
}

/* Round after round, since a round takes only so many. */
static int delete_listed(cli_client *client, size_t *deleted)
{
    for (;;) {
        ids letters;
        anc_err err = {0};
        const anc_status status = collect(client, "id", &letters, &err);
        int code = status == ANC_OK ? CLI_OK : cli_report(client->cx, status, &err);
        if (code == CLI_OK && *deleted == 0 && letters.n > 0)
            code = cli_confirm(client->cx, "Forget %zu%s dead letters?", letters.n,
                               letters.n == MOST_BATCHES ? " or more" : "");
        if (code == CLI_OK)
            code = delete_these(client, letters.items, letters.n, deleted);
        anc_map_free(letters.known);
        if (code != CLI_OK || letters.n == 0)
            return code;
    }
}

static int delete_chosen(cli_client *client)
{
    cli_context *cx = client->cx;
    size_t deleted = 0;
    int code = check_choice(cx);
    if (code != CLI_OK)
        return code;
    code = cx->n_words > 0 ? delete_these(client, cx->words, cx->n_words, &deleted)
                           : delete_listed(client, &deleted);
    if (cx->json)
        (void)printf("{\"deleted\":%zu}\n", deleted);
    else if (!cx->quiet)
        (void)printf("%zu forgotten\n", deleted);
    return code;
}

int cli_run_letters_list(cli_context *cx)
{
    return cli_with_server(cx, list);
}

int cli_run_letters_show(cli_context *cx)
{
    return cli_with_server(cx, show);
}

int cli_run_letters_replay(cli_context *cx)
{
    return cli_with_server(cx, replay);
}

int cli_run_letters_delete(cli_context *cx)
{
    return cli_with_server(cx, delete_chosen);
}
