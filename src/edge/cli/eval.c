/* eval.c - `anchorage eval`: a test collection loaded, searched, asked, and the table of results. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval_run.h"
#include "os/file.h"
#include "term.h"

enum { ARENA_BYTES = 1 << 30, JSON_BYTES = 1 << 20 };

typedef struct evaluation {
    cli_context *cx;
    eval_data data;
    size_t limit;
    char folder[OS_PATH_MAX]; /* data folder of the server */
    bool temporary;
    const char *modes[EVAL_MAX_MODES];
    size_t n_modes;
    uint64_t documents;
    eval_mode_result results[EVAL_MAX_MODES];
    eval_answer_result answers;
    bool answered;
    FILE *run, *out;
} evaluation;

static int read_modes(evaluation *e)
{
    anc_str rest = cli_value(e->cx, "modes"), one;
    if (rest.ptr == NULL)
        rest = ANC_STR("keyword,semantic,hybrid");
    while (anc_str_split(&rest, ',', &one)) {
        const bool known = anc_str_eq(one, ANC_STR("keyword")) ||
                           anc_str_eq(one, ANC_STR("semantic")) ||
                           anc_str_eq(one, ANC_STR("hybrid"));
        if (!known || e->n_modes == EVAL_MAX_MODES)
            return cli_usage_error(e->cx, "--modes takes keyword, semantic, hybrid, not '%.*s'",
                                   ANC_FMT(one));
        e->modes[e->n_modes++] = anc_arena_copy(e->cx->mem, one).ptr;
    }
    return CLI_OK;
}

static int read_options(evaluation *e)
{
    const anc_str limit = cli_value(e->cx, "limit"), keep = cli_value(e->cx, "keep");
    uint64_t n = UINT32_MAX;
    if (limit.ptr != NULL && (!anc_str_to_u64(limit, &n) || n == 0))
        return cli_usage_error(e->cx, "--limit takes a number from 1, not '%.*s'", ANC_FMT(limit));
    e->limit = (size_t)n;
    if (keep.ptr != NULL) {
        (void)snprintf(e->folder, sizeof e->folder, "%.*s", ANC_FMT(keep));
    } else {
        const char *tmp = getenv("TMPDIR");
        (void)snprintf(e->folder, sizeof e->folder, "%s/anchorage-eval-XXXXXX",
                       tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp");
        if (mkdtemp(e->folder) == NULL) {
            (void)fprintf(stderr, "anchorage: %s: %s\n", e->folder, strerror(errno));
            return CLI_FAILED;
        }
        e->temporary = true;
    }
    const int code = read_modes(e);
    bool hybrid = false;
    for (size_t i = 0; i < e->n_modes; i++)
        hybrid = hybrid || strcmp(e->modes[i], "hybrid") == 0;
    if (code == CLI_OK && e->run != NULL && !hybrid)
        return cli_usage_error(e->cx, "--run writes the hybrid mode, which --modes leaves out");
    return code;
}

static int open_output(cli_context *cx, const char *option, FILE **ret)
{
    const anc_str path = cli_value(cx, option);
    if (path.ptr == NULL)
        return CLI_OK;
    *ret = fopen(anc_arena_copy(cx->mem, path).ptr, "w");
    if (*ret == NULL)
        return cli_usage_error(cx, "--%s %.*s: %s", option, ANC_FMT(path), strerror(errno));
    return CLI_OK;
}

/* A kept folder remembers what was read into it, so that it is not measured as something else. */
static anc_status check_kept(evaluation *e, anc_err *err)
{
    cli_context *cx = e->cx;
    anc_str real, there;
    ANC_TRY(os_path_real(cx->mem, e->data.folder, &real, err));
    const anc_str path = anc_arena_printf(cx->mem, "%s/eval-of", e->folder);
    const anc_str now = anc_arena_printf(cx->mem, "%.*s %s\n", ANC_FMT(real),
                                         cli_given(cx, "whole-document") ? "whole" : "chunks");
    ANC_TRY(os_folder_make(anc_str_of(e->folder), err));
    if (!os_exists(path))
        return os_file_replace(path, now, err);
    ANC_TRY(os_file_read(cx->mem, path, OS_PATH_MAX + 64, &there, err));
    if (!anc_str_eq(there, now))
        return ANC_FAIL(err, ANC_INVALID,
                        "%s holds another evaluation: %.*s; choose another folder", e->folder,
                        ANC_FMT(anc_str_trim(there)));
    return ANC_OK;
}

static anc_status measure(evaluation *e, cli_client *client, anc_err *err)
{
    const anc_str language = cli_value(e->cx, "language");
    ANC_TRY(eval_load(client, &e->data, cli_given(e->cx, "whole-document"), language, &e->documents,
                      err));
    cli_await_rebuild(client); /* a kept folder that was filled with other settings */
    for (size_t i = 0; i < e->n_modes; i++)
        ANC_TRY(eval_search(client, &e->data, e->modes[i], e->limit,
                            strcmp(e->modes[i], "hybrid") == 0 ? e->run : NULL, &e->results[i],
                            err));
    if (e->data.has_answers && !cli_given(e->cx, "no-answers")) {
        ANC_TRY(eval_answers(client, &e->data, e->limit, e->out, &e->answers, err));
        e->answered = true;
    }
    return ANC_OK;
}

static anc_str collection_name(const evaluation *e)
{
    anc_str name = e->data.folder;
    while (name.len > 1 && name.ptr[name.len - 1] == '/')
        name.len--;
    const char *slash = name.len > 0 ? memrchr(name.ptr, '/', name.len) : NULL;
    return slash != NULL ? anc_str_sub(name, (size_t)(slash + 1 - name.ptr), name.len) : name;
}

static size_t asked_queries(const evaluation *e)
{
    return e->limit < e->data.n ? e->limit : e->data.n;
}

static void print_json(const evaluation *e)
{
    ANC_BUF(out, JSON_BYTES);
    json_writer w = json_writer_of(&out);
    json_open_object(&w);
    json_put_str(&w, "collection", collection_name(e));
    json_put_int(&w, "documents", (int64_t)e->documents);
    json_put_int(&w, "queries", (int64_t)asked_queries(e));
    json_name(&w, "modes");
    json_open_object(&w);
    for (size_t i = 0; i < e->n_modes; i++) {
        const eval_mode_result *r = &e->results[i];
        json_name(&w, r->mode);
        json_open_object(&w);
        json_put_fixed(&w, "ndcg@10", r->mean.ndcg10, 4);
        json_put_fixed(&w, "p@5", r->mean.p5, 4);
        json_put_fixed(&w, "r@10", r->mean.r10, 4);
        json_put_fixed(&w, "mrr@10", r->mean.mrr10, 4);
        json_put_fixed(&w, "ms_p50", r->ms_p50, 2);
        json_put_fixed(&w, "ms_p99", r->ms_p99, 2);
        json_close_object(&w);
    }
    json_close_object(&w);
    if (e->answered) {
        json_name(&w, "answers");
        json_open_object(&w);
        json_put_int(&w, "asked", (int64_t)e->answers.asked);
        json_put_int(&w, "with_gold", (int64_t)e->answers.with_gold);
        json_put_int(&w, "citations", (int64_t)e->answers.citations);
        json_put_int(&w, "citations_true", (int64_t)e->answers.citations_true);
        json_close_object(&w);
    }
    json_close_object(&w);
    (void)printf("%.*s\n", ANC_FMT(anc_buf_view(&out)));
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

static void print_table(const evaluation *e)
{
    (void)printf("%.*s: %llu documents, %zu queries\n\n", ANC_FMT(collection_name(e)),
                 (unsigned long long)e->documents, asked_queries(e));
    (void)printf("%-10s %8s %8s %8s %8s %9s %9s\n", "mode", "NDCG@10", "P@5", "R@10", "MRR@10",
                 "ms p50", "ms p99");
    for (size_t i = 0; i < e->n_modes; i++) {
        const eval_mode_result *r = &e->results[i];
        (void)printf("%-10s %8.4f %8.4f %8.4f %8.4f %9.2f %9.2f\n", r->mode, r->mean.ndcg10,
                     r->mean.p5, r->mean.r10, r->mean.mrr10, r->ms_p50, r->ms_p99);
    }
    if (!e->answered)
        return;
    (void)printf(
        "\nanswers: %llu asked, %llu hold a gold answer (%.1f %%), %.2f ms p50, %.2f p99\n",
        (unsigned long long)e->answers.asked, (unsigned long long)e->answers.with_gold,
        percent(e->answers.with_gold, e->answers.asked), e->answers.ms_p50, e->answers.ms_p99);
    (void)printf("citations: %llu, %llu of them true (%.1f %%)\n",
                 (unsigned long long)e->answers.citations,
                 (unsigned long long)e->answers.citations_true,
                 percent(e->answers.citations_true, e->answers.citations));
}

/* The server's data folder, and no cache of vectors: a question that one mode has embedded would
 * else cost the next mode nothing. Whoever asks for a cache gets it. */
static bool set_up_server(evaluation *e)
{
    cli_settings *s = &e->cx->settings;
    bool has_cache = false;
    for (size_t i = 0; i < s->n; i++)
        has_cache = has_cache || anc_str_eq(s->items[i].key, ANC_STR("model.cache_mb"));
    if (s->n + 2 > CLI_MAX_SETTINGS)
        return false;
    s->items[s->n++] = (cli_setting){ANC_STR("data_dir"), anc_str_of(e->folder), "--keep"};
    if (!has_cache)
        s->items[s->n++] = (cli_setting){ANC_STR("model.cache_mb"), ANC_STR("0"), "eval"};
    return true;
}

static int evaluate(evaluation *e)
{
    cli_context *cx = e->cx;
    anc_err err = {0};
    cli_client client;
    ANC_ARENA(mem, ARENA_BYTES);
    if (mem == NULL)
        return CLI_FAILED;
    anc_status status = eval_data_read(cx->words[0], mem, &e->data, &err);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    if (cli_given(cx, "answers") && !e->data.has_answers)
        return cli_usage_error(cx, "--answers: %.*s holds no answers.jsonl",
                               ANC_FMT(e->data.folder));
    status = check_kept(e, &err);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    if (!set_up_server(e))
        return cli_usage_error(cx, "too many settings");
    const int code = cli_client_open(&client, cx, true);
    if (code != CLI_OK)
        return code;
    status = measure(e, &client, &err);
    cli_client_close(&client);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    if (cx->json)
        print_json(e);
    else
        print_table(e);
    return CLI_OK;
}

int cli_run_eval(cli_context *cx)
{
    evaluation *e = calloc(1, sizeof *e);
    if (e == NULL)
        return CLI_FAILED;
    e->cx = cx;
    int code = cx->n_words == 1 ? CLI_OK : cli_usage_error(cx, "one folder is expected");
    if (code == CLI_OK)
        code = open_output(cx, "run", &e->run);
    if (code == CLI_OK)
        code = open_output(cx, "answers", &e->out);
    if (code == CLI_OK)
        code = read_options(e);
    if (code == CLI_OK)
        code = evaluate(e);
    if ((e->run != NULL && fclose(e->run) != 0) || (e->out != NULL && fclose(e->out) != 0))
        code = cli_usage_error(cx, "writing failed: %s", strerror(errno));
    anc_err why = {0};
    if (e->temporary && os_folder_remove(anc_str_of(e->folder), &why) != ANC_OK)
        (void)fprintf(stderr, "anchorage: %s\n", why.text);
    free(e);
    return code;
}
