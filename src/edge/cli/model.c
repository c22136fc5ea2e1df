/* model.c - `anchorage model pull | list | path`. */
#include <stdio.h>

#include "models.h"
#include "os/file.h"
#include "term.h"
#include "json/json.h"

enum { LIST_BYTES = 1 << 20 };

/* A call of the command's own: its arena, no deadline. */
typedef struct own_call {
    krn_call call;
    atomic_bool never;
    anc_str label;
} own_call;

static void own_call_init(own_call *own, cli_context *cx, anc_err *err)
{
    atomic_init(&own->never, false);
    own->label = ANC_STR("public");
    own->call = (krn_call){.mem = cx->mem,
                           .err = err,
                           .deadline_ns = INT64_MAX,
                           .cancelled = &own->never,
                           .principal = {.labels = &own->label, .n_labels = 1, .is_admin = true}};
}

anc_status cli_model_folder(cli_context *cx, anc_str name, anc_str *ret, anc_err *err)
{
    own_call own;
    emb_models *models = NULL;
    own_call_init(&own, cx, err);
    ANC_TRY(cx->host->models_open(cx->host->self, &cx->settings, &models, err));
    const anc_status status = emb_model_get_folder(models, &own.call, name, ret);
    cx->host->models_close(cx->host->self, models);
    return status;
}

static void on_progress(void *arg, const emb_model_progress *p)
{
    term_progress *bar = arg;
    /* in MiB, so that the figures stay short */
    const term_state state = term_count(p->done_bytes >> 20, p->total_bytes >> 20);
    term_progress_show(bar, &state);
}

static void print_folder(const cli_context *cx, anc_str folder)
{
    ANC_BUF(out, LIST_BYTES);
    json_writer w = json_writer_of(&out);
    json_open_object(&w);
    json_put_str(&w, "folder", folder);
    json_close_object(&w);
    (void)printf("%.*s\n", ANC_FMT(cx->json ? anc_buf_view(&out) : folder));
}

/* A model that does not open is installed all the same: its files are what was asked for. */
static void prepare(cli_context *cx, anc_str folder)
{
    anc_err err = {0};
    anc_str detail = ANC_STR_NONE;
    const anc_status status =
        cx->host->model_prepare(cx->host->self, &cx->settings, cx->mem, folder, &detail, &err);
    if (status != ANC_OK) {
        (void)fputs("anchorage: it cannot be used: ", stderr);
        term_print_text(stderr, anc_str_of(err.text));
        (void)fputc('\n', stderr);
    } else if (!cx->json && !cx->quiet) {
        (void)printf("%.*s\n", ANC_FMT(detail));
    }
}

static int pull(cli_context *cx, emb_models *models, own_call *own, anc_str name)
{
    term_progress bar = term_progress_start("fetching (MiB)", cx->quiet || cx->json);
    const anc_str from = cli_value(cx, "from");
    emb_model_pulled pulled = {0};
    const emb_model_pull_request request = {.name = name,
                                            .from = from.ptr != NULL ? from : ANC_STR(""),
                                            .force = cli_given(cx, "force"),
                                            .on_progress = on_progress,
                                            .arg = &bar};
    const anc_status status = emb_model_pull(models, &own->call, &request, &pulled);
    if (bar.drawn && bar.tty)
        (void)fputc('\n', stderr);
    if (status != ANC_OK)
        return cli_report(cx, status, own->call.err);
    if (cx->json)
        print_folder(cx, pulled.folder);
    else
        (void)printf("installed in %.*s\n", ANC_FMT(pulled.folder));
    if (pulled.pinned > 0 && !cx->quiet)
        (void)fprintf(
            stderr,
            "the digests of %zu files were not known before: those that came are pinned in "
            "%.*s/SHA256SUMS\n",
            pulled.pinned, ANC_FMT(pulled.folder));
    prepare(cx, pulled.folder);
    return CLI_OK;
}

static void print_models_json(const emb_model_info *rows, size_t n)
{
    ANC_BUF(out, LIST_BYTES);
    json_writer w = json_writer_of(&out);
    json_open_object(&w);
    json_name(&w, "items");
    json_open_array(&w);
    for (size_t i = 0; i < n; i++) {
        json_open_object(&w);
        json_put_str(&w, "name", rows[i].name);
        json_put_str_or_null(&w, "licence",
                             rows[i].licence.len > 0 ? rows[i].licence : ANC_STR_NONE);
        json_put_int(&w, "bytes", (int64_t)rows[i].bytes);
        json_put_bool(&w, "installed", rows[i].installed);
        json_put_str_or_null(&w, "folder", rows[i].installed ? rows[i].folder : ANC_STR_NONE);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
    (void)printf("%.*s\n", ANC_FMT(anc_buf_view(&out)));
}

static int list(cli_context *cx, emb_models *models, own_call *own, anc_str name)
{
    (void)name;
    emb_model_info *rows = NULL;
    size_t n = 0;
    const anc_status status = emb_model_list(models, &own->call, &rows, &n);
    if (status != ANC_OK)
        return cli_report(cx, status, own->call.err);
    if (cx->json) {
        print_models_json(rows, n);
        return CLI_OK;
    }
    (void)printf("%-24s %-12s %8s  %s\n", "model", "licence", "MiB", "installed in");
    for (size_t i = 0; i < n; i++)
        (void)printf("%-24.*s %-12.*s %8llu  %.*s\n", ANC_FMT(rows[i].name),
                     ANC_FMT(rows[i].licence), (unsigned long long)(rows[i].bytes >> 20),
                     ANC_FMT(rows[i].installed ? rows[i].folder : ANC_STR("(not installed)")));
    return CLI_OK;
}

static int show_path(cli_context *cx, emb_models *models, own_call *own, anc_str name)
{
    anc_str folder;
    const anc_status status = emb_model_get_folder(models, &own->call, name, &folder);
    if (status != ANC_OK)
        return cli_report(cx, status, own->call.err);
    print_folder(cx, folder);
    return CLI_OK;
}

static int with_models(cli_context *cx, int (*work)(cli_context *cx, emb_models *models,
                                                    own_call *own, anc_str name))
{
    emb_models *models = NULL;
    anc_err err = {0};
    own_call own;
    own_call_init(&own, cx, &err);
    const anc_status status = cx->host->models_open(cx->host->self, &cx->settings, &models, &err);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    const int code = work(cx, models, &own, cx->n_words > 0 ? cx->words[0] : ANC_STR(""));
    cx->host->models_close(cx->host->self, models);
    return code;
}

int cli_run_model_pull(cli_context *cx)
{
    return with_models(cx, pull);
}

int cli_run_model_list(cli_context *cx)
{
    return with_models(cx, list);
}

int cli_run_model_path(cli_context *cx)
{
    return with_models(cx, show_path);
}
