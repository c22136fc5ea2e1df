/* embed.c - texts of the command line, or lines of standard input, as vectors: a line each.
 *
 * Lines are sent so many at a time, so that a file of any length takes no more memory than they do.
 */
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "os/lines.h"

enum { LINE_BYTES = 1 << 20, MOST_TEXTS = 64, MOST_BYTES = 1 << 20, BATCH_BYTES = 16 << 20 };

/* Texts that wait to be sent, as the members of the request's list. */
typedef struct embedding {
    cli_client *client;
    anc_buf list; /* owned: "\"text\",\"text\"" */
    size_t n, bytes;
    uint64_t sent, truncated;
    uint64_t dimensions; /* 0: all */
} embedding;

static void write_request(embedding *e, anc_buf *out)
{
    const cli_context *cx = e->client->cx;
    const anc_str kind = cli_value(cx, "kind");
    json_writer w = json_writer_of(out);
    ANC_BUF(list, BATCH_BYTES);
    (void)(anc_buf_add_char(&list, '[') && anc_buf_add(&list, anc_buf_view(&e->list)) &&
           anc_buf_add_char(&list, ']'));
    json_open_object(&w);
    json_put_raw(&w, "input", anc_buf_view(&list));
    if (kind.ptr != NULL)
        json_put_str(&w, "input_type", kind);
    if (cli_given(cx, "model"))
        json_put_str(&w, "model", cli_value(cx, "model"));
    if (e->dimensions > 0)
        json_put_int(&w, "dimensions", (int64_t)e->dimensions);
    json_close_object(&w);
}

static void print_vector(const json_value *vector)
{
    for (size_t i = 0; i < json_count(vector); i++)
        (void)printf("%s%.9g", i > 0 ? " " : "", json_double(json_element(vector, i), 0));
}

static void print_row(const embedding *e, const json_value *answer, size_t at, anc_str text)
{
    const json_value *row = json_element(json_member(answer, "data"), at);
    const json_value *vector = json_member(row, "embedding");
    if (!e->client->cx->json) {
        print_vector(vector);
        (void)fputc('\n', stdout);
        return;
    }
    ANC_BUF(line, BATCH_BYTES);
    json_writer w = json_writer_of(&line);
    json_open_object(&w);
    json_put_int(&w, "index", (int64_t)(e->sent + at));
    json_put_str(&w, "model", json_str(json_member(answer, "model"), ANC_STR("")));
    json_put_str(&w, "text", text);
    json_name(&w, "embedding");
    json_open_array(&w);
    for (size_t i = 0; i < json_count(vector); i++)
        json_write_float(&w, (float)json_double(json_element(vector, i), 0));
    json_close_array(&w);
    json_close_object(&w);
    (void)printf("%.*s\n", ANC_FMT(anc_buf_view(&line)));
}

/* Sends what waits, and prints what comes back. */
static anc_status send_batch(embedding *e, anc_err *err)
{
    CLI_JSON(asked);
    CLI_JSON(answer);
    ANC_BUF(body, BATCH_BYTES);
    if (e->n == 0)
        return ANC_OK;
    write_request(e, &body);
    ANC_TRY(anc_buf_status(&body, "the texts", err));
    ANC_TRY(cli_call_json(e->client, "POST", ANC_STR("/v1/embeddings"), anc_buf_view(&body),
                          &answer, err));
    ANC_TRY(json_parse(anc_buf_view(&body), &asked, err));
    const json_value *texts = json_member(json_root(asked), "input");
    const size_t given = json_count(json_member(json_root(answer), "data"));
    if (given != e->n)
        return ANC_FAIL(err, ANC_PROVIDER, "the server gave %zu vectors for %zu texts", given,
                        e->n);
    for (size_t i = 0; i < e->n; i++)
        print_row(e, json_root(answer), i, json_str(json_element(texts, i), ANC_STR("")));
    e->truncated += (uint64_t)json_int(json_member(json_root(answer), "truncated"), 0);
    e->sent += e->n;
    e->n = e->bytes = 0;
    anc_buf_clear(&e->list);
    return ANC_OK;
}

static anc_status add_text(embedding *e, anc_str text, anc_err *err)
{
    json_writer w = json_writer_of(&e->list);
    if (text.len == 0)
        return ANC_FAIL(err, ANC_INVALID, "text %llu is empty",
                        (unsigned long long)(e->sent + e->n + 1));
    if (e->n > 0)
        (void)anc_buf_add_char(&e->list, ',');
    json_write_str(&w, text);
    ANC_TRY(anc_buf_status(&e->list, "the texts", err));
    e->n++;
    e->bytes += text.len;
    return e->n == MOST_TEXTS || e->bytes >= MOST_BYTES ? send_batch(e, err) : ANC_OK;
}

static void lines_cleanup(os_lines **lines)
{
    os_lines_close(*lines);
}

static anc_status add_lines(embedding *e, anc_err *err)
{
    ANC_CLEANUP(lines_cleanup) os_lines *lines = NULL;
    bool end = false;
    anc_str line;
    ANC_TRY(os_lines_open(ANC_STR("/dev/stdin"), LINE_BYTES, &lines, err));
    for (;;) {
        ANC_TRY(os_lines_next(lines, &line, &end, err));
        if (end)
            return ANC_OK;
        if (line.len > 0 && line.ptr[line.len - 1] == '\r')
            line.len--;
        ANC_TRY(add_text(e, line, err));
    }
}

static anc_status add_all(embedding *e, anc_err *err)
{
    const cli_context *cx = e->client->cx;
    const bool lines =
        cx->n_words == 0 || (cx->n_words == 1 && anc_str_eq(cx->words[0], ANC_STR("-")));
    if (lines)
        ANC_TRY(add_lines(e, err));
    for (size_t i = 0; i < cx->n_words && !lines; i++)
        ANC_TRY(add_text(e, cx->words[i], err));
    return send_batch(e, err);
}

int cli_run_embed(cli_context *cx)
{
    cli_client client;
    anc_err err = {0};
    embedding e = {.client = &client, .list = anc_buf_init(BATCH_BYTES)};
    int code = cli_number(cx, "dimensions", 1, UINT16_MAX, 0, &e.dimensions);
    if (code == CLI_OK)
        code = cli_client_open(&client, cx, false);
    if (code != CLI_OK)
        return code;
    const anc_status status = add_all(&e, &err);
    if (status != ANC_OK)
        code = cli_report(cx, status, &err);
    else if (e.truncated > 0 && !cx->quiet)
        (void)fprintf(
            stderr,
            "anchorage: %llu of the texts are longer than the model's window, and were cut there\n",
            (unsigned long long)e.truncated);
    cli_client_close(&client);
    anc_buf_done(&e.list);
    return code;
}
