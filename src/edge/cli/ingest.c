/* ingest.c - `anchorage ingest`: batches started and followed. */
#include "ingest.h"

#include <stdio.h>

#include "os/file.h"
#include "term.h"

enum { BODY_BYTES = 1 << 20, SHOWN_FAILURES = 20, COLUMNS = 100 };

typedef struct follow {
    term_progress progress;
    json_doc *last; /* the newest state */
} follow;

static uint64_t count_of(const json_value *batch, const char *name)
{
    const int64_t n = json_int(json_member(batch, name), 0);
    return n > 0 ? (uint64_t)n : 0;
}

/* Documents that need no more work. */
static uint64_t done_of(const json_value *batch)
{
    return count_of(batch, "processed_documents") + count_of(batch, "failed_documents") +
           count_of(batch, "skipped_documents");
}

static bool has_ended(const json_value *batch)
{
    const anc_str status = json_str(json_member(batch, "status"), ANC_STR(""));
    return !anc_str_eq(status, ANC_STR("queued")) && !anc_str_eq(status, ANC_STR("processing"));
}

static bool on_progress(void *arg, anc_str event, anc_str data)
{
    follow *f = arg;
    json_doc *doc = NULL;
    (void)event;
    if (data.len == 0 || json_parse(data, &doc, NULL) != ANC_OK)
        return true;
    const json_value *batch = json_root(doc);
    if (json_member(batch, "batch_id") == NULL) {
        json_doc_free(doc);
        return true;
    }
    json_doc_free(f->last);
    f->last = doc;
    term_progress_show(&f->progress, done_of(batch), count_of(batch, "total_documents"),
                       json_double(json_member(batch, "rate_docs_per_s"), 0),
                       json_double(json_member(batch, "eta_s"), -1));
    return !has_ended(batch);
}

static size_t print_failures(cli_client *client, anc_str batch_id)
{
    anc_err err = {0};
    CLI_JSON(doc);
    const anc_str path =
        anc_arena_printf(client->cx->mem, "/v1/dead-letters?batch_id=%.*s&limit=%d",
                         ANC_FMT(batch_id), SHOWN_FAILURES);
    if (cli_call_json(client, "GET", path, ANC_STR_NONE, &doc, &err) != ANC_OK)
        return 0;
    const json_value *items = json_member(json_root(doc), "items");
    for (size_t i = 0; i < json_count(items); i++) {
        const json_value *item = json_element(items, i);
        (void)fprintf(stderr, "  ");
        term_print_line(stderr, json_str(json_member(item, "document"), ANC_STR("?")), COLUMNS);
        (void)fprintf(stderr, ": ");
        term_print_line(stderr, json_str(json_member(item, "reason"), ANC_STR("?")), 2 * COLUMNS);
        (void)fprintf(stderr, "\n");
    }
    return json_count(items);
}

static int print_end(cli_client *client, const json_value *batch)
{
    const anc_str status = json_str(json_member(batch, "status"), ANC_STR("?"));
    const uint64_t failed = count_of(batch, "failed_documents");
    const uint64_t skipped = count_of(batch, "skipped_documents");
    if (client->cx->json) {
        ANC_BUF(out, BODY_BYTES);
        json_dump(batch, &out);
        (void)printf("%.*s\n", ANC_FMT(anc_buf_view(&out)));
    } else if (!client->cx->quiet) {
        (void)printf("%llu documents read, %llu unchanged or not supported, %llu failed\n",
                     (unsigned long long)count_of(batch, "processed_documents"),
                     (unsigned long long)skipped, (unsigned long long)failed);
    }
    size_t listed = 0;
    if ((failed > 0 || skipped > 0) && !client->cx->json && !client->cx->quiet)
        listed = print_failures(client, json_str(json_member(batch, "batch_id"), ANC_STR("")));
    /* one file was named and it is of a kind that is not read: that is no success */
    const bool nothing = listed > 0 && count_of(batch, "total_documents") == 1;
    if (anc_str_eq(status, ANC_STR("completed")))
        return failed > 0 || nothing ? CLI_FAILED : CLI_OK;
    const anc_str why = json_str(json_member(batch, "error_message"), ANC_STR(""));
    (void)fprintf(stderr, "anchorage: the batch is %.*s%s%.*s\n", ANC_FMT(status),
                  why.len > 0 ? ": " : "", ANC_FMT(why));
    return CLI_FAILED;
}

static int follow_batch(cli_client *client, anc_str batch_id)
{
    anc_err err = {0};
    follow f = {.progress = term_progress_start("reading", client->cx->quiet || client->cx->json)};
    const anc_str path =
        anc_arena_printf(client->cx->mem, "/v1/ingest/%.*s/progress", ANC_FMT(batch_id));
    const anc_status status = cli_stream(client, path, ANC_STR_NONE, on_progress, &f, &err);
    const json_value *batch = json_root(f.last);
    int code;
    if (status != ANC_OK || batch == NULL) {
        if (status == ANC_OK)
            (void)ANC_FAIL(&err, ANC_UNAVAILABLE, "the server ended the progress of batch %.*s",
                           ANC_FMT(batch_id));
        code = cli_report(client->cx, status != ANC_OK ? status : ANC_UNAVAILABLE, &err);
    } else {
        term_progress_end(&f.progress, done_of(batch), count_of(batch, "total_documents"),
                          json_double(json_member(batch, "rate_docs_per_s"), 0));
        code = print_end(client, batch);
    }
    json_doc_free(f.last);
    return code;
}

int ingest_path(cli_client *client, anc_str path, anc_str collection, anc_str glob, bool wait)
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
    if (glob.len > 0)
        json_put_str(&w, "glob", glob);
    json_close_object(&w);
    json_put_str(&w, "collection", collection);
    json_close_object(&w);
    const anc_status status =
        cli_call_json(client, "POST", ANC_STR("/v1/ingest"), anc_buf_view(&body), &doc, &err);
    if (status != ANC_OK)
        return cli_report(client->cx, status, &err);
    const anc_str id = json_str(json_member(json_root(doc), "batch_id"), ANC_STR(""));
    if (!wait) {
        (void)printf("%.*s\n", ANC_FMT(id));
        return CLI_OK;
    }
    return follow_batch(client, id);
}

static int ingest_words(cli_client *client)
{
    cli_context *cx = client->cx;
    const anc_str collection = cli_value(cx, "collection");
    int worst = CLI_OK;
    for (size_t i = 0; i < cx->n_words; i++) {
        anc_err err = {0};
        anc_str path;
        const anc_status status = os_path_real(cx->mem, cx->words[i], &path, &err);
        const int code = status != ANC_OK
                             ? cli_report(cx, status, &err)
                             : ingest_path(client, path,
                                           collection.ptr != NULL ? collection : ANC_STR("default"),
                                           cli_value(cx, "glob"), !cli_given(cx, "no-wait"));
        if (code != CLI_OK && (worst == CLI_OK || code == CLI_INTERRUPTED))
            worst = code;
        if (code == CLI_USAGE) /* the next path would be refused for the same reason */
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
