/* model_bench.c - `anchorage model bench`: what a model reaches on this machine in each precision. */
#include <stdio.h>

#include "models.h"
#include "json/json.h"

enum { PRECISIONS_MAX = 8, OUT_BYTES = 1 << 16 };

typedef struct speeds {
    cli_model_speed rows[PRECISIONS_MAX];
    size_t n;
} speeds;

static void take(void *arg, const cli_model_speed *speed)
{
    speeds *s = arg;
    if (s->n < PRECISIONS_MAX)
        s->rows[s->n++] = *speed;
}

static void put_share(json_writer *w, const cli_model_speed *r)
{
    if (r->peak > 0) {
        json_put_fixed(w, "peak_gops", r->peak / 1e9, 1);
        json_put_fixed(w, "products_share", r->products / r->peak, 4);
    } else {
        json_put_null(w, "peak_gops");
        json_put_null(w, "products_share");
    }
}

static void print_json(anc_str folder, const speeds *s)
{
    ANC_BUF(out, OUT_BYTES);
    json_writer w = json_writer_of(&out);
    json_open_object(&w);
    json_put_str(&w, "folder", folder);
    json_name(&w, "precisions");
    json_open_array(&w);
    for (size_t i = 0; i < s->n; i++) {
        const cli_model_speed *r = &s->rows[i];
        json_open_object(&w);
        json_put_str(&w, "precision", anc_str_of(r->precision));
        json_put_str(&w, "level", anc_str_of(r->level));
        json_put_fixed(&w, "products_gops", r->products / 1e9, 1);
        put_share(&w, r);
        json_put_fixed(&w, "tokens_per_text", r->tokens, 0);
        json_put_fixed(&w, "ms_per_text", r->text_seconds * 1e3, 3);
        json_put_int(&w, "threads", r->threads);
        json_put_fixed(&w, "texts_per_second", r->texts_a_second, 1);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
    (void)printf("%.*s\n", ANC_FMT(anc_buf_view(&out)));
}

static void print_table(anc_str folder, const speeds *s)
{
    (void)printf("%.*s\n", ANC_FMT(folder));
    (void)printf("%-10s %-12s %14s %12s %7s %10s %14s\n", "precision", "level", "products Gop/s",
                 "peak Gop/s", "share", "ms/text", "texts/s");
    for (size_t i = 0; i < s->n; i++) {
        const cli_model_speed *r = &s->rows[i];
        (void)printf("%-10s %-12s %14.0f ", r->precision, r->level, r->products / 1e9);
        if (r->peak > 0)
            (void)printf("%12.0f %5.0f %% ", r->peak / 1e9, 100 * r->products / r->peak);
        else
            (void)printf("%12s %7s ", "-", "-");
        (void)printf("%10.2f %14.1f\n", r->text_seconds * 1e3, r->texts_a_second);
    }
    if (s->n > 0)
        (void)printf(
            "A text has %.0f tokens; ms/text and Gop/s are of one thread, texts/s of %u.\n",
            s->rows[0].tokens, s->rows[0].threads);
}

int cli_run_model_bench(cli_context *cx)
{
    anc_err err = {0};
    anc_str folder;
    speeds s = {0};
    anc_status status =
        cli_model_folder(cx, cx->n_words > 0 ? cx->words[0] : ANC_STR(""), &folder, &err);
    if (status == ANC_OK)
        status = cx->host->model_bench(cx->host->self, folder, take, &s, &err);
    if (status != ANC_OK)
        return cli_report(cx, status, &err);
    if (cx->json)
        print_json(folder, &s);
    else
        print_table(folder, &s);
    return CLI_OK;
}
