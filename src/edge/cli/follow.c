/* follow.c - the progress stream of a batch, and its dead letters in plain words. */
#include "follow.h"

#include "list.h"
#include "partly.h"
#include "term.h"

enum { SHOWN_FAILURES = 20, COUNTED_FAILURES = 100000, COLUMNS = 100, OUT_BYTES = 1 << 20 };

typedef struct follow {
    term_progress progress;
    json_doc *last; /* the newest state */
} follow;

/* Where the files of a batch come from. */
typedef struct follow_files_of {
    anc_str path, glob;
} follow_files_of;

/* What could not be done, by the stage at which a document failed. */
static const struct {
    const char *stage, *words;
} stages[] = {
    {"check", "is refused"},
    {"read", "cannot be opened"},
    {"parse", "cannot be read"},
    {"chunk", "cannot be cut into passages"},
    {"embed", "cannot be embedded"},
    {"write", "cannot be stored"},
    {"index", "cannot be made searchable"},
};

static const char *words_of(anc_str stage)
{
    for (size_t i = 0; i < ANC_COUNT(stages); i++)
        if (anc_str_eq(stage, anc_str_of(stages[i].stage)))
            return stages[i].words;
    return "failed";
}

/* The reason without the name that the line before it has. */
static anc_str reason_of(const json_value *letter)
{
    const anc_str reason = list_text(letter, "reason"), name = list_text(letter, "document");
    const size_t quoted = name.len + 4; /* 'name':_ */
    const bool named = name.len > 0 && reason.len > quoted && reason.ptr[0] == '\'' &&
                       anc_str_starts(anc_str_sub(reason, 1, reason.len), name) &&
                       anc_str_starts(anc_str_sub(reason, name.len + 1, 3), ANC_STR("': "));
    return named ? anc_str_sub(reason, quoted, reason.len) : reason;
}

void follow_print_letter(FILE *out, const json_value *letter, bool with_ids)
{
    const anc_str reason = reason_of(letter);
    const uint64_t attempts = list_count(letter, "attempts");
    (void)fprintf(out, "  ");
    term_print_line(out, list_text(letter, "document"), 2 * COLUMNS);
    (void)fprintf(out, "\n      %s%s", words_of(list_text(letter, "stage")),
                  reason.len > 0 ? ": " : "");
    term_print_line(out, reason, 4 * COLUMNS);
    (void)fputc('\n', out);
    if (!with_ids)
        return;
    (void)fprintf(out, "      %s", term_dim(out));
    term_print_line(out, list_text(letter, "id"), COLUMNS);
    (void)fputs(", batch ", out);
    term_print_line(out, list_text(letter, "batch_id"), COLUMNS);
    (void)fputs(", ", out);
    term_print_line(out, list_text(letter, "failed_at"), COLUMNS);
    if (attempts > 1)
        (void)fprintf(out, ", tried %llu times", (unsigned long long)attempts);
    (void)fprintf(out, "%s\n", term_reset(out));
}

/* Documents that need no more work. */
static uint64_t done_of(const json_value *batch)
{
    return list_count(batch, "processed_documents") + list_count(batch, "failed_documents") +
           list_count(batch, "skipped_documents");
}

static bool has_ended(const json_value *batch)
{
    const anc_str status = list_text(batch, "status");
    return !anc_str_eq(status, ANC_STR("queued")) && !anc_str_eq(status, ANC_STR("processing"));
}

static term_state state_of(const json_value *batch)
{
    return (term_state){.done = done_of(batch),
                        .total = list_count(batch, "total_documents"),
                        .rate = json_double(json_member(batch, "rate_docs_per_s"), 0),
                        .left_s = json_double(json_member(batch, "eta_s"), -1),
                        .slowest = list_text(batch, "slowest_stage")};
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
    const term_state state = state_of(batch);
    term_progress_show(&f->progress, &state);
    return !has_ended(batch);
}

static bool print_failure(void *arg, const json_value *letter)
{
    size_t *n = arg;
    if ((*n)++ < SHOWN_FAILURES)
        follow_print_letter(stderr, letter, false);
    return true;
}

/* Prints the first of the batch's letters. */
static void print_failures(cli_client *client, anc_str batch_id)
{
    anc_err err = {0};
    size_t n = 0;
    const anc_str path = anc_arena_printf(client->cx->mem, "/v1/dead-letters?batch_id=%.*s",
                                          ANC_FMT(cli_encode(client->cx->mem, batch_id)));
    if (list_each(client, path, COUNTED_FAILURES, print_failure, &n, NULL, &err) != ANC_OK)
        (void)fprintf(stderr, "anchorage: %s\n", err.text);
    if (n > SHOWN_FAILURES)
        (void)fprintf(stderr, "  … and %zu more: anchorage dead-letters --batch %.*s --limit %zu\n",
                      n - SHOWN_FAILURES, ANC_FMT(batch_id), n);
}

/* What was passed over is unchanged, or of a kind that is not read: that is a dead letter, as what failed. */
static void print_counts(const json_value *batch, size_t in_part)
{
    const uint64_t failed = list_count(batch, "failed_documents");
    const uint64_t skipped = list_count(batch, "skipped_documents");
    const uint64_t refused = list_count(batch, "unsupported_documents");
    const uint64_t done = list_count(batch, "processed_documents");
    (void)printf("%llu document%s read, %llu unchanged, %llu not supported, %llu failed",
                 (unsigned long long)done, done == 1 ? "" : "s",
                 (unsigned long long)(skipped > refused ? skipped - refused : 0),
                 (unsigned long long)refused, (unsigned long long)failed);
    if (in_part > 0)
        (void)printf("; %zu read in part", in_part);
    (void)fputc('\n', stdout);
}

static int print_end(cli_client *client, const json_value *batch)
{
    const anc_str status = list_text(batch, "status");
    const uint64_t failed = list_count(batch, "failed_documents");
    const uint64_t refused = list_count(batch, "unsupported_documents");
    /* one file was named and it is of a kind that is not read: that is no success */
    const bool nothing = refused > 0 && list_count(batch, "total_documents") == 1;
    if (client->cx->json) {
        ANC_BUF(out, OUT_BYTES);
        json_dump(batch, &out);
        (void)printf("%.*s\n", ANC_FMT(anc_buf_view(&out)));
    }
    const bool named = failed > 0 || nothing || (refused > 0 && !client->cx->quiet);
    if (named && !client->cx->json)
        print_failures(client, list_text(batch, "batch_id"));
    size_t in_part = 0;
    if (!client->cx->json && !client->cx->quiet) {
        if (list_count(batch, "processed_documents") > 0)
            cli_print_partly(client, batch, &in_part);
        print_counts(batch, in_part);
    }
    if (anc_str_eq(status, ANC_STR("completed")))
        return failed > 0 || nothing ? CLI_FAILED : CLI_OK;
    const anc_str why = list_text(batch, "error_message");
    (void)fprintf(stderr, "anchorage: the batch is %.*s%s%.*s\n", ANC_FMT(status),
                  why.len > 0 ? ": " : "", ANC_FMT(why));
    return CLI_FAILED;
}

/* Nobody watches the batch any more; it is not stopped. */
static int interrupted(cli_client *client, term_progress *progress, anc_str batch_id)
{
    if (progress->drawn && progress->tty)
        (void)fputc('\n', stderr);
    (void)fprintf(stderr, "anchorage: interrupted; the batch goes on %s\n",
                  client->embedded ? "as soon as a server runs on the data folder"
                                   : "in the server");
    (void)fprintf(stderr, "  to watch it: anchorage batches watch %.*s\n", ANC_FMT(batch_id));
    (void)fprintf(stderr, "  to stop it:  anchorage batches cancel %.*s\n", ANC_FMT(batch_id));
    return CLI_INTERRUPTED;
}

/* What it was told to read, and found nothing of. */
static int nothing_found(const follow_files_of *files)
{
    (void)fprintf(stderr, "anchorage: nothing in %.*s ", ANC_FMT(files->path));
    if (files->glob.len > 0)
        (void)fprintf(stderr, "matches '%.*s'\n", ANC_FMT(files->glob));
    else
        (void)fputs("is a file to read\n", stderr);
    return files->glob.len > 0 ? CLI_FAILED : CLI_OK;
}

static int follow_to_end(cli_client *client, anc_str batch_id, const follow_files_of *files)
{
    anc_err err = {0};
    follow f = {.progress = term_progress_start("reading", client->cx->quiet || client->cx->json)};
    const anc_str path = anc_arena_printf(client->cx->mem, "/v1/ingest/%.*s/progress",
                                          ANC_FMT(cli_encode(client->cx->mem, batch_id)));
    cli_interrupt_catch();
    const anc_status status = cli_stream(client, path, ANC_STR_NONE, on_progress, &f, &err);
    const json_value *batch = json_root(f.last);
    int code;
    if (status == ANC_CANCELLED && cli_interrupted()) {
        code = interrupted(client, &f.progress, batch_id);
    } else if (status != ANC_OK || batch == NULL || !has_ended(batch)) {
        if (status == ANC_OK)
            (void)ANC_FAIL(&err, ANC_UNAVAILABLE, "the server ended the progress of batch %.*s",
                           ANC_FMT(batch_id));
        code = cli_report(client->cx, status != ANC_OK ? status : ANC_UNAVAILABLE, &err);
    } else {
        const term_state state = state_of(batch);
        term_progress_end(&f.progress, &state);
        code = print_end(client, batch);
        if (code == CLI_OK && files != NULL && list_count(batch, "total_documents") == 0)
            code = nothing_found(files);
    }
    json_doc_free(f.last);
    return code;
}

int follow_batch(cli_client *client, anc_str batch_id)
{
    return follow_to_end(client, batch_id, NULL);
}

int follow_files(cli_client *client, anc_str batch_id, anc_str path, anc_str glob)
{
    const follow_files_of files = {path, glob};
    return follow_to_end(client, batch_id, &files);
}
