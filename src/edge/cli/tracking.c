/* tracking.c - `anchorage tracking`: queries, show, stats, erase. */
#include <stdio.h>

#include "base/id.h"
#include "list.h"
#include "term.h"

enum {
    LISTED = 20,
    MOST_LISTED = 1000000,
    QUESTION = 70,
    TITLE = 40,
    DATE = 19,
    STATE = 12,
    HOLDER = 1000,
    USER = 12
};

/* ---- paths ---- */

static void add_value(cli_context *cx, const char *option, const char *name, anc_buf *path)
{
    const anc_str value = cli_value(cx, option);
    if (value.ptr == NULL)
        return;
    (void)anc_buf_printf(
        path, "%c%s=%.*s", anc_str_find(anc_buf_view(path), ANC_STR("?")) == SIZE_MAX ? '?' : '&',
        name, ANC_FMT(value.len > 0 ? cli_encode(cx->mem, value) : ANC_STR("true")));
}

/* ---- queries ---- */

static void print_number(const json_value *v, const char *unit)
{
    if (json_kind_of(v) == JSON_NULL || json_kind_of(v) == JSON_ABSENT)
        (void)printf("%10s  ", "-");
    else
        (void)printf("%8.1f%s  ", json_double(v, 0), unit);
}

/* A question that an answer was given to which says that there is none. */
static anc_str state_of(const json_value *q)
{
    const anc_str status = list_text(q, "status");
    const bool answered = !anc_str_eq(list_text(q, "kind"), ANC_STR("answer")) ||
                          !json_bool(json_member(q, "zero_results"), false);
    return answered || !anc_str_eq(status, ANC_STR("completed")) ? status : ANC_STR("not answered");
}

static void print_query(const json_value *q)
{
    list_cell(list_text(q, "query_id"), ANC_UUID_TEXT);
    list_cell(anc_str_sub(list_text(q, "requested_at"), 0, DATE), DATE);
    list_cell(state_of(q), STATE);
    print_number(json_member(q, "processing_time_ms"), "ms");
    (void)printf("%5llu  ", (unsigned long long)list_count(q, "document_count"));
    list_cell(list_text(q, "user_id"), USER);
    term_print_line(stdout, list_text(q, "query_text"), QUESTION);
    (void)fputc('\n', stdout);
}

static int queries(cli_client *client)
{
    static const list_view view = {
        "query                                 asked (UTC)          status              took  "
        "found  user          question",
        "(no such queries)", print_query};
    cli_context *cx = client->cx;
    uint64_t limit;
    ANC_BUF(path, 64 << 10);
    const int code = cli_number(cx, "limit", 1, MOST_LISTED, LISTED, &limit);
    if (code != CLI_OK)
        return code;
    (void)anc_buf_add(&path, ANC_STR("/v1/tracking/queries"));
    add_value(cx, "user", "user", &path);
    add_value(cx, "collection", "collection", &path);
    add_value(cx, "since", "since", &path);
    add_value(cx, "until", "until", &path);
    add_value(cx, "min-ms", "min_ms", &path);
    add_value(cx, "zero-results", "zero_results", &path);
    add_value(cx, "status", "status", &path);
    add_value(cx, "text", "q", &path);
    return list_print(client, anc_buf_view(&path), limit, &view);
}

/* ---- one query ---- */

static void print_score(const json_value *v)
{
    if (json_kind_of(v) == JSON_NULL || json_kind_of(v) == JSON_ABSENT)
        (void)printf("%8s  ", "-");
    else
        (void)printf("%8.4f  ", json_double(v, 0));
}

static void print_retrieval(const json_value *r)
{
    const json_value *s = json_member(r, "scores");
    (void)printf("%2llu%c  ", (unsigned long long)list_count(r, "position"),
                 json_bool(json_member(r, "cited"), false) ? '*' : ' ');
    print_score(json_member(r, "score"));
    print_score(json_member(s, "keyword"));
    print_score(json_member(s, "semantic"));
    print_score(json_member(s, "fused"));
    list_cell(list_text(r, "title"), TITLE);
    term_print_line(stdout, list_text(r, "chunk_id"), QUESTION);
    (void)fputc('\n', stdout);
}

/* All members but the list, which is a table of its own. */
static void print_whole(const json_value *q)
{
    size_t cursor = 0;
    anc_str name;
    const json_value *v;
    ANC_BUF(rest, 16 << 20);
    CLI_JSON(doc);
    json_writer w = json_writer_of(&rest);
    json_open_object(&w);
    while (json_each(q, &cursor, &name, &v)) {
        ANC_BUF(text, 16 << 20);
        if (anc_str_eq(name, ANC_STR("retrievals")))
            continue;
        json_dump(v, &text);
        json_name_str(&w, name);
        json_write_raw(&w, anc_buf_view(&text));
    }
    json_close_object(&w);
    if (json_parse(anc_buf_view(&rest), &doc, NULL) == ANC_OK)
        list_print_fields(json_root(doc));
    const json_value *list = json_member(q, "retrievals");
    if (json_count(list) > 0)
        (void)printf("\n     %8s  %8s  %8s  %8s  passage (* cited)\n", "score", "keyword",
                     "semantic", "fused");
    for (size_t i = 0; i < json_count(list); i++)
        print_retrieval(json_element(list, i));
}

static int show(cli_client *client)
{
    anc_arena *mem = client->cx->mem;
    const anc_str path = anc_arena_printf(mem, "/v1/tracking/queries/%.*s",
                                          ANC_FMT(cli_encode(mem, client->cx->words[0])));
    return list_print_by(client, "GET", path, ANC_STR_NONE, print_whole);
}

/* ---- numbers ---- */

static void print_numbers(const char *name, anc_str what, const json_value *n)
{
    (void)fputs(name, stdout);
    list_cell(what, 24);
    (void)printf("%8llu  %6llu  %9.1f  %9.1f  %9.1f  %5.1f %%  %10llu  %10llu  ",
                 (unsigned long long)list_count(n, "queries"),
                 (unsigned long long)list_count(n, "failed"),
                 json_double(json_member(n, "p50_ms"), 0), json_double(json_member(n, "p95_ms"), 0),
                 json_double(json_member(n, "p99_ms"), 0),
                 100 * json_double(json_member(n, "zero_result_rate"), 0),
                 (unsigned long long)list_count(n, "input_tokens"),
                 (unsigned long long)list_count(n, "output_tokens"));
    const double cost = json_double(json_member(n, "cost"), 0);
    if (cost > 0)
        (void)printf("%12.6f\n", cost);
    else
        (void)printf("%12s\n", "-"); /* no model that has a price */
}

/* Buckets in which nothing was are left out. */
static void print_list(const json_value *list, const char *name, const char *member)
{
    for (size_t i = 0; i < json_count(list); i++) {
        const json_value *n = json_element(list, i);
        if (list_count(n, "queries") == 0)
            continue;
        anc_str what = list_text(n, member);
        print_numbers(name,
                      anc_str_eq(anc_str_of(member), ANC_STR("start")) ? anc_str_sub(what, 0, DATE)
                                                                       : what,
                      n);
    }
}

static void print_tops(const json_value *root)
{
    const json_value *documents = json_member(root, "top_documents");
    const json_value *questions = json_member(root, "top_questions");
    if (json_count(documents) > 0)
        (void)printf("\nfound most  times  cited\n");
    for (size_t i = 0; i < json_count(documents); i++) {
        const json_value *d = json_element(documents, i);
        (void)printf("            %5llu  %5llu  ", (unsigned long long)list_count(d, "retrieved"),
                     (unsigned long long)list_count(d, "cited"));
        list_cell(list_text(d, "title"), TITLE);
        term_print_line(stdout, list_text(d, "document_id"), QUESTION);
        (void)fputc('\n', stdout);
    }
    if (json_count(questions) > 0)
        (void)printf("\nasked most  times\n");
    for (size_t i = 0; i < json_count(questions); i++) {
        const json_value *q = json_element(questions, i);
        (void)printf("            %5llu  ", (unsigned long long)list_count(q, "queries"));
        term_print_line(stdout, list_text(q, "query_text"), QUESTION);
        (void)fputc('\n', stdout);
    }
}

/* What a line of the series is. */
static const char *period_of(const json_value *root)
{
    const anc_str bucket = list_text(root, "bucket");
    if (anc_str_eq(bucket, ANC_STR("hour")))
        return "an hour (UTC)";
    return anc_str_eq(bucket, ANC_STR("day")) ? "a day (UTC)" : "a week from Monday on (UTC)";
}

static void print_stats(const json_value *root)
{
    (void)printf("%-12s%-24s  %8s  %6s  %9s  %9s  %9s  %7s  %10s  %10s  %12s\n", "numbers of",
                 period_of(root), "queries", "failed", "p50 ms", "p95 ms", "p99 ms", "nothing",
                 "tokens in", "out", "cost");
    print_numbers("all         ", ANC_STR(""), json_member(root, "total"));
    print_list(json_member(root, "series"), "from        ", "start");
    print_list(json_member(root, "models"), "model       ", "name");
    print_list(json_member(root, "collections"), "collection  ", "name");
    print_list(json_member(root, "kinds"), "kind        ", "name");
    print_tops(root);
}

static int stats(cli_client *client)
{
    ANC_BUF(path, 64 << 10);
    (void)anc_buf_add(&path, ANC_STR("/v1/tracking/stats"));
    add_value(client->cx, "since", "since", &path);
    add_value(client->cx, "bucket", "bucket", &path);
    return list_print_by(client, "GET", anc_buf_view(&path), ANC_STR_NONE, print_stats);
}

/* ---- one user ---- */

/* "tracking_queries" as "tracking queries". */
static void print_spaced(anc_str name)
{
    for (size_t i = 0; i < name.len; i++)
        (void)putchar(name.ptr[i] == '_' ? ' ' : name.ptr[i]);
}

/* Whether anything of the user was there; what does not tell whose it is does not count. */
static bool found_some(const json_value *answer)
{
    const json_value *n;
    anc_str name;
    size_t at = 0;
    while (json_each(json_member(answer, "erased"), &at, &name, &n))
        if (!anc_str_eq(name, ANC_STR("cached_vectors")) &&
            !anc_str_eq(name, ANC_STR("feed_history")) && json_int(n, 0) > 0)
            return true;
    return false;
}

static void print_erasure(const json_value *answer)
{
    const json_value *erased = json_member(answer, "erased");
    const json_value *holders = json_member(answer, "held_elsewhere");
    const json_value *n;
    anc_str name;
    size_t at = 0;
    (void)printf("gone from here:\n");
    while (json_each(erased, &at, &name, &n)) {
        (void)printf("%10lld  ", (long long)json_int(n, 0));
        print_spaced(name);
        (void)putchar('\n');
    }
    (void)printf(
        "cached vectors and the feed's history do not tell whose they are: all of them went\n");
    if (json_count(holders) > 0)
        (void)printf("out of this server's reach:\n");
    for (size_t i = 0; i < json_count(holders); i++) {
        (void)fputs("  ", stdout);
        print_spaced(list_text(json_element(holders, i), "name"));
        (void)fputs(": ", stdout);
        term_print_line(stdout, list_text(json_element(holders, i), "what"), HOLDER);
        (void)putchar('\n');
    }
}

static int erase(cli_client *client)
{
    cli_context *cx = client->cx;
    anc_err err = {0};
    anc_str text;
    CLI_JSON(doc);
    ANC_BUF(body, 64 << 10);
    const int code =
        cli_confirm(cx, "forget everything about the user %.*s?", ANC_FMT(cx->words[0]));
    if (code != CLI_OK)
        return code;
    json_writer w = json_writer_of(&body);
    json_open_object(&w);
    json_put_str(&w, "user_id", cx->words[0]);
    json_close_object(&w);
    anc_status status = cli_call(client, "POST", ANC_STR("/v1/tracking/erase"), anc_buf_view(&body),
                                 cx->mem, &text, &err);
    if (status == ANC_OK)
        status = json_parse(text, &doc, &err);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    if (cx->json)
        (void)printf("%.*s\n", ANC_FMT(text));
    else
        print_erasure(json_root(doc));
    if (found_some(json_root(doc)))
        return CLI_OK;
    (void)fprintf(stderr, "anchorage: nothing of a user \"%.*s\" was found here\n",
                  ANC_FMT(cx->words[0]));
    return CLI_NOT_FOUND;
}

int cli_run_tracking_queries(cli_context *cx)
{
    return cli_with_server(cx, queries);
}

int cli_run_tracking_show(cli_context *cx)
{
    return cli_with_server(cx, show);
}

int cli_run_tracking_stats(cli_context *cx)
{
    return cli_with_server(cx, stats);
}

int cli_run_tracking_erase(cli_context *cx)
{
    return cli_with_server(cx, erase);
}
