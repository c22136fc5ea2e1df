/* ask.c - `anchorage ask`: the stream of an answer on a terminal; in a pipe or a file the answer as a whole, so that
 * a line of the log that goes to the same file does not stand in the middle of it. */
#include "ask.h"

#include <stdio.h>

#include "base/utf8.h"
#include "condition.h"
#include "explain.h"
#include "list.h"
#include "subject.h"
#include "term.h"

enum {
    BODY_BYTES = 1 << 20,
    KEPT_BYTES = 16 << 20,
    COLUMNS = 90,
    MOST_ANSWERED_FROM = 50,
    MOST_FOUND = 1000,
    MOST_NEAREST = 3
};

static const double NEAR = 0.5; /* of a source's score: more likely about the question than not */

typedef struct answer {
    cli_client *client;
    json_doc *sources; /* of the first event */
    json_doc *done;    /* of the last */
    bool began;
    anc_buf kept; /* what was streamed and not printed yet */
    anc_status status;
    anc_err err;
} answer;

static bool take_error(answer *a, anc_str data)
{
    CLI_JSON(doc);
    a->status = ANC_UNAVAILABLE;
    if (json_parse(data, &doc, &a->err) == ANC_OK)
        a->status = ANC_FAIL(
            &a->err, ANC_UNAVAILABLE, "%.*s",
            ANC_FMT(json_str(json_member(json_root(doc), "detail"), ANC_STR("the answer failed"))));
    return false;
}

static void print_text(anc_str text)
{
    for (size_t i = 0, n; i < text.len; i += n) {
        const uint32_t c = anc_utf8_at(text, i, &n);
        if (c >= 0x20 || c == '\n')
            (void)fwrite(text.ptr + i, 1, n, stdout);
    }
    (void)fflush(stdout);
}

static bool on_event(void *arg, anc_str event, anc_str data)
{
    answer *a = arg;
    CLI_JSON(doc);
    if (anc_str_eq(event, ANC_STR("error")))
        return take_error(a, data);
    if (anc_str_eq(event, ANC_STR("sources")))
        return json_parse(data, &a->sources, &a->err) == ANC_OK;
    if (anc_str_eq(event, ANC_STR("done")))
        return json_parse(data, &a->done, &a->err) == ANC_OK;
    if (anc_str_eq(event, ANC_STR("token")) && json_parse(data, &doc, NULL) == ANC_OK) {
        const anc_str text = json_str(json_member(json_root(doc), "text"), ANC_STR(""));
        a->began = true;
        if (term_is_tty(stdout))
            print_text(text);
        else
            (void)anc_buf_add(&a->kept, text);
    }
    return true;
}

static const json_value *source_at(const answer *a, int64_t position)
{
    const json_value *sources = json_member(json_root(a->sources), "sources");
    for (size_t i = 0; i < json_count(sources); i++)
        if (json_int(json_member(json_element(sources, i), "position"), -1) == position)
            return json_element(sources, i);
    return NULL;
}

/* " › " and the sections of a passage, less the title of its document, which stands before. */
static void print_sections(const json_value *source)
{
    static const char below[] = " > ";
    const anc_str title = json_str(json_member(source, "title"), ANC_STR(""));
    anc_str heading = json_str(json_member(source, "heading"), ANC_STR(""));
    if (title.len > 0 && anc_str_starts(heading, title)) {
        const anc_str rest = anc_str_sub(heading, title.len, heading.len);
        if (rest.len == 0)
            return;
        if (anc_str_starts(rest, anc_str_of(below)))
            heading = anc_str_sub(rest, sizeof below - 1, rest.len);
    }
    if (heading.len == 0)
        return;
    (void)printf(" › ");
    term_print_line(stdout, heading, COLUMNS);
}

/* "leave.md › Annual leave (p. 3)", and in a line below where it is from. */
static void print_place(const json_value *source, int64_t page, int64_t row)
{
    const anc_str uri = json_str(json_member(source, "uri"), ANC_STR(""));
    term_print_line(stdout, json_str(json_member(source, "title"), ANC_STR("?")), COLUMNS);
    print_sections(source);
    if (page > 0)
        (void)printf(" (p. %lld)", (long long)page);
    if (row > 0)
        (void)printf(" (row %lld)", (long long)row);
    (void)printf("\n%s", term_dim(stdout));
    if (uri.len > 0) {
        (void)printf("    ");
        term_print_line(stdout, uri, 2 * COLUMNS);
        (void)printf("\n");
    }
}

/* The place with its marker, then what is quoted. */
static void print_citation(const answer *a, const json_value *citation)
{
    const int64_t marker = json_int(json_member(citation, "marker"), 0);
    (void)printf("%s[%lld]%s ", term_bold(stdout), (long long)marker, term_reset(stdout));
    print_place(source_at(a, marker), json_int(json_member(citation, "page"), 0),
                json_int(json_member(citation, "row"), 0));
    (void)printf("    “");
    term_print_line(stdout, json_str(json_member(citation, "quote"), ANC_STR("")), 3 * COLUMNS);
    (void)printf("”%s\n", term_reset(stdout));
}

/* Of a question that nothing answers clearly: where a reader may look. */
static void print_nearest(const answer *a)
{
    const json_value *sources = json_member(json_root(a->sources), "sources");
    for (size_t i = 0; i < json_count(sources) && i < MOST_NEAREST; i++) {
        const json_value *source = json_element(sources, i);
        if (json_double(json_member(source, "score"), 0) < NEAR)
            return;
        (void)printf("%s", i == 0 ? "\nNearest:\n" : "");
        print_place(source, json_int(json_member(source, "page"), 0), 0);
        (void)printf("%s", term_reset(stdout));
    }
}

/* What a follow-up was taken for, as the answer's route says it. */
static void print_meaning(const json_value *done)
{
    const anc_str sign = ANC_STR("read as: ");
    const anc_str reason = json_str(json_member(json_member(done, "route"), "reason"), ANC_STR(""));
    const size_t at = anc_str_find(reason, sign);
    if (at == SIZE_MAX)
        return;
    (void)printf("\n%sRead as: ", term_dim(stdout));
    term_print_line(stdout, anc_str_sub(reason, at + sign.len, reason.len), 3 * COLUMNS);
    (void)printf("%s\n", term_reset(stdout));
}

/* Of a reranking that did not come to its end: the order of what it did not reach is that of the search. */
static void tell_reranked(const cli_context *cx, const json_value *answered)
{
    const json_value *r = json_member(answered, "rerank");
    if (cx->quiet || json_kind_of(r) != JSON_OBJECT || json_bool(json_member(r, "complete"), true))
        return;
    (void)fprintf(stderr, "anchorage: reranked %lld of %lld passages: ",
                  (long long)json_int(json_member(r, "scored"), 0),
                  (long long)json_int(json_member(r, "wanted"), 0));
    term_print_line(stderr, json_str(json_member(r, "problem"), ANC_STR("it broke off")),
                    3 * COLUMNS);
    (void)fputc('\n', stderr);
}

/* What can hardly have been meant so, or was left out. */
static void tell_warnings(const cli_context *cx, const json_value *answered)
{
    const json_value *warnings = json_member(answered, "warnings");
    for (size_t i = 0; i < json_count(warnings) && !cx->quiet; i++) {
        ANC_BUF(subject, BODY_BYTES);
        const json_value *one = json_element(warnings, i);
        (void)fputs("anchorage: ", stderr);
        if (cli_subject(cx, json_str(json_member(one, "pointer"), ANC_STR("")), &subject)) {
            term_print_line(stderr, anc_buf_view(&subject), 2 * COLUMNS);
            (void)fputs(": ", stderr);
        }
        term_print_line(stderr, json_str(json_member(one, "message"), ANC_STR("")), 4 * COLUMNS);
        (void)fputc('\n', stderr);
    }
}

static void print_end(const answer *a, bool with_sources)
{
    const json_value *done = json_root(a->done);
    const json_value *citations = json_member(done, "citations");
    if (!a->began)
        term_print_wrapped(stdout, "", json_str(json_member(done, "answer"), ANC_STR("")), COLUMNS);
    (void)printf("\n");
    tell_warnings(a->client->cx, done);
    if (!with_sources)
        return;
    print_meaning(done);
    if (json_count(citations) > 0)
        (void)printf("\n");
    for (size_t i = 0; i < json_count(citations); i++)
        print_citation(a, json_element(citations, i));
    if (json_bool(json_member(done, "no_answer"), false))
        print_nearest(a);
    if (json_bool(json_member(done, "degraded"), false))
        (void)printf(
            "\nThe configured language model failed; these are sentences of the documents.\n");
    (void)printf("\n%s%.*s, %.0f ms%s\n", term_dim(stdout),
                 ANC_FMT(json_str(json_member(done, "model_used"), ANC_STR("?"))),
                 json_double(json_member(json_member(done, "timings_ms"), "total"), 0),
                 term_reset(stdout));
    tell_reranked(a->client->cx, done);
}

int ask_print(cli_client *client, anc_str body, bool with_sources)
{
    answer a = {.client = client, .kept = anc_buf_init(KEPT_BYTES)};
    anc_status status = cli_stream(client, ANC_STR("/v1/chat/stream"), body, on_event, &a, &a.err);
    if (status == ANC_OK)
        status = a.status;
    if (status == ANC_OK && a.done == NULL)
        status = ANC_FAIL(&a.err, ANC_UNAVAILABLE, "the answer was cut off");
    print_text(anc_buf_view(&a.kept));
    if (a.began && status != ANC_OK)
        (void)printf("\n");
    if (status == ANC_OK)
        print_end(&a, with_sources);
    anc_buf_done(&a.kept);
    json_doc_free(a.sources);
    json_doc_free(a.done);
    return status == ANC_OK ? CLI_OK : cli_report(client->cx, status, &a.err);
}

/* The tree of --filters by itself, or below the conditions of --filter. */
static int put_filters(cli_context *cx, json_writer *w)
{
    const anc_str tree = cli_value(cx, "filters");
    const bool conditions = cli_given(cx, "filter");
    anc_err err = {0};
    anc_str text;
    CLI_JSON(doc);
    if (tree.ptr != NULL && json_parse(tree, &doc, &err) != ANC_OK)
        return cli_usage_error(cx, "--filters is no JSON: %s", err.text);
    if (tree.ptr == NULL && !conditions)
        return CLI_OK;
    json_name(w, "filters");
    if (conditions) {
        json_open_object(w);
        json_name(w, "and");
        json_open_array(w);
    }
    for (size_t at = 0; cli_next_value(cx, "filter", &at, &text);)
        if (cli_condition_write(text, w, &err) != ANC_OK)
            return cli_usage_error(cx, "--filter '%.*s': %s", ANC_FMT(text), err.text);
    if (tree.ptr != NULL)
        json_write_raw(w, tree);
    if (conditions) {
        json_close_array(w);
        json_close_object(w);
    }
    return CLI_OK;
}

/* Members that `ask` and `search` share. */
static int put_options(cli_context *cx, uint64_t most, json_writer *w)
{
    const anc_str mode = cli_value(cx, "mode");
    anc_str name;
    uint64_t k;
    const int code = cli_number(cx, "top-k", 1, most, 0, &k);
    if (code != CLI_OK)
        return code;
    if (cli_given(cx, "collection")) {
        json_name(w, "collections");
        json_open_array(w);
        for (size_t at = 0; cli_next_value(cx, "collection", &at, &name);)
            json_write_str(w, name);
        json_close_array(w);
    }
    if (k > 0)
        json_put_int(w, "top_k", (int64_t)k);
    if (mode.ptr != NULL)
        json_put_str(w, "mode", mode);
    if (cli_given(cx, "rerank"))
        json_put_bool(w, "rerank", anc_str_eq(cli_value(cx, "rerank"), ANC_STR("yes")));
    return put_filters(cx, w);
}

int cli_run_ask(cli_context *cx)
{
    ANC_BUF(body, BODY_BYTES);
    json_writer w = json_writer_of(&body);
    cli_client client;
    if (cx->n_words == 0)
        return cli_usage_error(cx, "a question is missing");
    json_open_object(&w);
    json_put_str(&w, "question", cli_joined_words(cx));
    int code = put_options(cx, MOST_ANSWERED_FROM, &w);
    if (code != CLI_OK)
        return code;
    if (cli_given(cx, "model"))
        json_put_str(&w, "model", cli_value(cx, "model"));
    if (cli_given(cx, "conversation"))
        json_put_str(&w, "conversation_id", cli_value(cx, "conversation"));
    json_close_object(&w);
    code = cli_client_open(&client, cx, false);
    if (code != CLI_OK)
        return code;
    cli_await_index(&client);
    code = cx->json
               ? list_print_raw(&client, "POST", ANC_STR("/v1/chat/query"), anc_buf_view(&body))
               : ask_print(&client, anc_buf_view(&body), !cli_given(cx, "no-sources"));
    cli_client_close(&client);
    return code;
}

static void print_result(const json_value *r, bool full)
{
    const anc_str text = json_str(json_member(r, "text"), ANC_STR(""));
    (void)printf("%s%2lld. ", term_bold(stdout),
                 (long long)json_int(json_member(r, "position"), 0));
    term_print_line(stdout, json_str(json_member(r, "title"), ANC_STR("?")), COLUMNS);
    (void)printf("%s  %.2f  %s", term_reset(stdout), json_double(json_member(r, "score"), 0),
                 term_dim(stdout));
    term_print_line(stdout, json_str(json_member(r, "collection"), ANC_STR("")), COLUMNS);
    (void)printf("/");
    term_print_line(stdout, json_str(json_member(r, "document_id"), ANC_STR("")), COLUMNS);
    print_sections(r);
    (void)printf("%s\n", term_reset(stdout));
    if (full) {
        term_print_wrapped(stdout, "    ", text, COLUMNS);
    } else {
        (void)printf("    ");
        term_print_line(stdout, text, 2 * COLUMNS);
        (void)printf("\n");
    }
}

static int print_results(cli_client *client, anc_str body)
{
    anc_err err = {0};
    CLI_JSON(doc);
    const anc_status status =
        cli_call_json(client, "POST", ANC_STR("/v1/search"), body, &doc, &err);
    if (status != ANC_OK)
        return cli_report(client->cx, status, &err);
    const json_value *results = json_member(json_root(doc), "results");
    if (json_count(results) == 0)
        (void)printf("nothing found\n");
    else if (json_bool(json_member(json_root(doc), "relaxed"), false) && !client->cx->quiet)
        (void)fprintf(stderr, "anchorage: nothing has the phrase as it stands; its words were "
                              "searched (+\"…\" insists)\n");
    for (size_t i = 0; i < json_count(results); i++) {
        print_result(json_element(results, i), cli_given(client->cx, "full"));
        cli_print_explanation(json_element(results, i));
    }
    tell_reranked(client->cx, json_root(doc));
    tell_warnings(client->cx, json_root(doc));
    return CLI_OK;
}

int cli_run_search(cli_context *cx)
{
    ANC_BUF(body, BODY_BYTES);
    json_writer w = json_writer_of(&body);
    cli_client client;
    if (cx->n_words == 0)
        return cli_usage_error(cx, "words to search for are missing");
    json_open_object(&w);
    json_put_str(&w, "query", cli_joined_words(cx));
    int code = put_options(cx, MOST_FOUND, &w);
    if (code == CLI_OK && cli_given(cx, "explain"))
        json_put_bool(&w, "explain", true);
    if (code != CLI_OK)
        return code;
    json_close_object(&w);
    code = cli_client_open(&client, cx, false);
    if (code != CLI_OK)
        return code;
    cli_await_index(&client);
    code = cx->json ? list_print_raw(&client, "POST", ANC_STR("/v1/search"), anc_buf_view(&body))
                    : print_results(&client, anc_buf_view(&body));
    cli_client_close(&client);
    return code;
}
