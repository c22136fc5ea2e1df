/* infer_source.c - a model is a folder that holds model.safetensors, or whose modules.json says where below it that is. */
#include "embedding/adapters/infer/infer_source.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "embedding/adapters/infer/infer_encoder.h"
#include "infer/encoder.h"
#include "os/file.h"

enum { MAX_FOLDERS = 1000, PRECISION_BYTES = 16 };

typedef struct source {
    char dir[OS_PATH_MAX];
    char precision[PRECISION_BYTES];
    os_pool *pool;    /* borrowed */
    inf_turns *turns; /* borrowed */
    krn_clock clock;
} source;

static anc_status path_in(const source *s, krn_call *call, anc_str model, anc_str *ret)
{
    *ret = anc_arena_printf(call->mem, "%s/%.*s", s->dir, ANC_FMT(model));
    if (ret->ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a path");
    return ANC_OK;
}

/* A folder that is being fetched, or that was replaced: embedding/adapters/model_folders. */
static bool is_work(anc_str name)
{
    return anc_str_ends(name, ANC_STR(".part")) || anc_str_ends(name, ANC_STR(".old"));
}

static anc_status look(const source *s, krn_call *call, anc_str name, bool *ret_is, uint64_t *bytes)
{
    anc_str folder, weights;
    os_stat stat = {0};
    anc_err ignored = {0};
    ANC_TRY(path_in(s, call, name, &folder));
    const anc_status status = inf_encoder_weights(call->mem, folder, &weights, &ignored);
    const bool is_there = status == ANC_OK && os_stat_of(weights, &stat, &ignored) == ANC_OK;
    /* what cannot be read stays: whoever opens it is told why */
    *ret_is = !is_work(name) && (status != ANC_OK || (is_there && stat.is_file));
    *bytes = is_there ? stat.bytes : 0;
    return ANC_OK;
}

/* A cross-encoder embeds nothing. */
static bool is_cross_encoder(const source *s, krn_call *call, anc_str name)
{
    anc_str folder;
    anc_err ignored = {0};
    bool scores = false;
    return path_in(s, call, name, &folder) == ANC_OK &&
           inf_encoder_scores(folder, &scores, &ignored) == ANC_OK && scores;
}

static anc_status list(void *self, krn_call *call, emb_source_row **ret, size_t *ret_n)
{
    const source *s = self;
    anc_str *names = NULL;
    size_t n = 0, kept = 0;
    if (os_exists(anc_str_of(s->dir)))
        ANC_TRY(os_folder_list(call->mem, anc_str_of(s->dir), MAX_FOLDERS, &names, &n, call->err));
    emb_source_row *rows = anc_arena_alloc(call->mem, n, sizeof *rows);
    if (rows == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for the list of models");
    for (size_t i = 0; i < n; i++) {
        bool is = false;
        rows[kept] = (emb_source_row){.name = names[i]};
        ANC_TRY(look(s, call, names[i], &is, &rows[kept].bytes));
        kept += is && !is_cross_encoder(s, call, names[i]) ? 1 : 0;
    }
    *ret = rows;
    *ret_n = kept;
    return ANC_OK;
}

static anc_status open_model(void *self, krn_call *call, anc_str model, emb_encoder *ret)
{
    const source *s = self;
    emb_infer_options options = {.precision = anc_str_of(s->precision),
                                 .pool = s->pool,
                                 .turns = s->turns,
                                 .clock = s->clock,
                                 .call = call};
    bool is = false;
    uint64_t bytes = 0;
    ANC_TRY(look(s, call, model, &is, &bytes));
    if (!is)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "%.*s is no model folder below models_dir",
                        ANC_FMT(model));
    ANC_TRY(path_in(s, call, model, &options.folder));
    return emb_infer_open(&options, ret, call->err);
}

static const emb_encoder_source_ops ops = {
    .name = "infer", .list = list, .open = open_model, .close = free};

anc_status emb_infer_source_open(anc_str models_dir, anc_str precision, os_pool *pool,
                                 inf_turns *turns, krn_clock clock, emb_encoder_source *ret,
                                 anc_err *err)
{
    if (models_dir.len == 0 || models_dir.len > OS_PATH_MAX / 2)
        return ANC_FAIL(err, ANC_INVALID, "models_dir is a path of 1 to %d bytes, not %zu",
                        OS_PATH_MAX / 2, models_dir.len);
    source *s = calloc(1, sizeof *s);
    if (s == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the list of models");
    (void)snprintf(s->dir, sizeof s->dir, "%.*s", ANC_FMT(models_dir));
    (void)snprintf(s->precision, sizeof s->precision, "%.*s", ANC_FMT(precision));
    s->pool = pool;
    s->turns = turns;
    s->clock = clock;
    *ret = (emb_encoder_source){&ops, s};
    return ANC_OK;
}
