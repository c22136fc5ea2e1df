/* rerank.c - documents of the command line, or lines of standard input, in the order of a reranker. */
#include <stdio.h>

#include "list.h"
#include "os/lines.h"
#include "term.h"

enum { LINE_BYTES = 1 << 20, BODY_BYTES = 4 << 20, COLUMNS = 100 };

static void lines_cleanup(os_lines **lines)
{
    os_lines_close(*lines);
}

static anc_status put_lines(json_writer *w, anc_err *err)
{
    ANC_CLEANUP(lines_cleanup) os_lines *lines = NULL;
    bool end = false;
    anc_str line;
    ANC_TRY(os_lines_open(ANC_STR("/dev/stdin"), LINE_BYTES, &lines, err));
    while (!w->out->refused) {
        ANC_TRY(os_lines_next(lines, &line, &end, err));
        if (end)
            break;
        if (line.len > 0 && line.ptr[line.len - 1] == '\r')
            line.len--;
        json_write_str(w, line);
    }
    return anc_buf_status(w->out, "the documents", err);
}

/* The query, then the documents: words, or lines where there are none. */
static anc_status write_request(const cli_context *cx, uint64_t top_n, anc_buf *out, anc_err *err)
{
    const bool lines =
        cx->n_words == 1 || (cx->n_words == 2 && anc_str_eq(cx->words[1], ANC_STR("-")));
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    json_put_str(&w, "query", cx->words[0]);
    if (cli_given(cx, "model"))
        json_put_str(&w, "model", cli_value(cx, "model"));
    if (top_n > 0)
        json_put_int(&w, "top_n", (int64_t)top_n);
    json_put_bool(&w, "return_documents", true);
    json_name(&w, "documents");
    json_open_array(&w);
    if (lines)
        ANC_TRY(put_lines(&w, err));
    for (size_t i = 1; i < cx->n_words && !lines; i++)
        json_write_str(&w, cx->words[i]);
    json_close_array(&w);
    json_close_object(&w);
    return anc_buf_status(out, "the documents", err);
}

static void print_results(const json_value *answer)
{
    const json_value *results = json_member(answer, "results");
    for (size_t i = 0; i < json_count(results); i++) {
        const json_value *r = json_element(results, i);
        (void)printf("%s%3lld%s  %8.4f  ", term_dim(stdout),
                     (long long)json_int(json_member(r, "index"), 0) + 1, term_reset(stdout),
                     json_double(json_member(r, "relevance_score"), 0));
        term_print_line(stdout,
                        json_str(json_member(json_member(r, "document"), "text"), ANC_STR("")),
                        COLUMNS);
        (void)fputc('\n', stdout);
    }
}

int cli_run_rerank(cli_context *cx)
{
    cli_client client;
    anc_err err = {0};
    uint64_t top_n = 0;
    ANC_BUF(body, BODY_BYTES);
    if (cx->n_words == 0)
        return cli_usage_error(cx, "a query is missing");
    int code = cli_number(cx, "top-n", 1, UINT16_MAX, 0, &top_n);
    if (code != CLI_OK)
        return code;
    const anc_status status = write_request(cx, top_n, &body, &err);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    code = cli_client_open(&client, cx, false);
    if (code != CLI_OK)
        return code;
    code =
        list_print_by(&client, "POST", ANC_STR("/v1/rerank"), anc_buf_view(&body), print_results);
    cli_client_close(&client);
    return code;
}
