/* opening.c - a model's folder opened: its name and revision, the precision that is asked for or fits, what is kept
 * beside it. */
#include "opening_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "os/file.h"

enum { KEEP_FROM_BYTES = 4 << 20, SMALL_FILES_MAX_BYTES = 2 << 20, FOLDER_SHOWN = 300 };

/* The last part of a path. */
static anc_str name_of(anc_str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    for (size_t i = path.len; i-- > 0;)
        if (path.ptr[i] == '/')
            return anc_str_sub(path, i + 1, SIZE_MAX);
    return path;
}

/* What the configuration says of the precision. */
static anc_status read_precision(anc_str word, inf_choose_options *ret, anc_err *err)
{
    if (word.len == 0 || anc_str_eq(word, ANC_STR("auto")))
        return ANC_OK;
    ret->fixed = true;
    for (inf_precision p = INF_F32; p < INF_PRECISIONS; p++)
        if (anc_str_eq(word, anc_str_of(inf_precision_name(p)))) {
            ret->precision = p;
            return ANC_OK;
        }
    return ANC_FAIL(err, ANC_INVALID,
                    "the precision of a model is auto, f32, bf16 or int8, not \"%.*s\"",
                    ANC_FMT(anc_str_sub(word, 0, 40)));
}

/* Whether what is made of a model is kept beside it: of a small one it is made anew sooner than a file is written and
 * synced. */
static bool is_kept(anc_str folder)
{
    anc_err ignored = {0};
    anc_str path;
    os_stat stat;
    ANC_ARENA(mem, SMALL_FILES_MAX_BYTES);
    return mem != NULL && inf_encoder_weights(mem, folder, &path, &ignored) == ANC_OK &&
           os_stat_of(path, &stat, &ignored) == ANC_OK && stat.bytes >= KEEP_FROM_BYTES;
}

static anc_status ask(void *arg)
{
    const emb_asked *asked = arg;
    return krn_call_check(asked->clock, asked->call);
}

inf_check emb_asked_check(emb_asked *asked)
{
    return (inf_check){ask, asked};
}

static anc_status check_kind(anc_str folder, bool scores, anc_err *err)
{
    bool found = false;
    const anc_str shown = anc_str_sub(folder, 0, FOLDER_SHOWN);
    ANC_TRY(inf_encoder_scores(folder, &found, err));
    if (found && !scores)
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "model %.*s scores pairs of texts and gives no vectors of them",
                        ANC_FMT(shown));
    if (!found && scores)
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "%.*s holds a model that gives vectors; a reranker is a cross-encoder, "
                        "with a classification of one label",
                        ANC_FMT(shown));
    return ANC_OK;
}

/* A folder, as it was before its revision was made. */
typedef struct seen {
    anc_str folder;
    unsigned char state[EMB_STATE_BYTES];
} seen;

static anc_status is_as_seen(void *arg)
{
    const seen *before = arg;
    unsigned char now[EMB_STATE_BYTES];
    anc_err ignored = {0};
    ANC_TRY(emb_infer_state(before->folder, now, &ignored));
    return memcmp(before->state, now, sizeof now) == 0 ? ANC_OK : ANC_UNAVAILABLE;
}

static anc_status choose(const emb_infer_options *options, anc_str digest, inf_check unchanged,
                         inf_choice *ret, anc_err *err)
{
    emb_asked asked = {options->clock, options->call};
    inf_choose_options with = {
        .folder = options->folder, .digest = digest, .pool = options->pool, .unchanged = unchanged};
    if (options->call != NULL)
        with.check = emb_asked_check(&asked);
    ANC_TRY(read_precision(options->precision, &with, err));
    return inf_choose(&with, ret, err);
}

/* How a model runs, for people. */
static void describe(emb_opened *o, bool scores, const char *why)
{
    const inf_encoder_info *about = &o->about;
    char gives[48];
    if (scores)
        (void)snprintf(gives, sizeof gives, "cross-encoder of %u layers", about->layers);
    else
        (void)snprintf(gives, sizeof gives, "%u layers, %u dimensions", about->layers, about->dims);
    (void)snprintf(o->detail, sizeof o->detail, "%.100s: %s, %u tokens, %s by %s%s (%s)", o->model,
                   gives, about->max_tokens, inf_precision_name(about->precision), about->product,
                   about->kept ? ", packed beside it" : "", why);
}

/* Weights may be numbers each and still too great, or all nothing, for what comes of them: then no vector has a
 * direction. */
static bool is_of_use(const float *out, size_t n, bool scores)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (double)out[i] * (double)out[i];
    return isfinite(squares) && (scores || squares > 0);
}

/* One short text, or pair, goes through the model. */
static anc_status try_once(const emb_opened *o, bool scores, anc_err *err)
{
    const anc_str text = ANC_STR("a");
    const inf_pair pair = {text, text};
    const size_t n = scores ? 1 : o->about.dims;
    float *out = malloc(n * sizeof *out);
    if (out == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room to try the model");
    anc_status status =
        scores ? inf_encoder_score(o->encoder, &pair, 1, NULL, (inf_check){0}, out, NULL, err)
               : inf_encoder_encode(o->encoder, INF_PASSAGE, &text, 1, NULL, (inf_check){0}, out,
                                    NULL, err);
    if (status == ANC_OK && !is_of_use(out, n, scores))
        status =
            ANC_FAIL(err, ANC_CORRUPT,
                     "model %s: what comes out for a text is no number, or nothing: its weights "
                     "are too great, or 0",
                     o->model);
    free(out);
    return status;
}

static anc_status open_parts(emb_opened *o, const emb_infer_options *options, bool scores,
                             anc_err *err)
{
    inf_encoder_options with = {.query_prefix = options->query_prefix,
                                .passage_prefix = options->passage_prefix,
                                .unit_length = true};
    const anc_str model = name_of(options->folder);
    char digest[EMB_REVISION_MAX];
    inf_choice choice;
    seen before = {.folder = options->folder};
    ANC_TRY(check_kind(options->folder, scores, err));
    ANC_TRY(emb_infer_state(options->folder, before.state, err));
    with.unchanged = (inf_check){is_as_seen, &before};
    (void)snprintf(o->model, sizeof o->model, "%.*s", ANC_FMT(model));
    ANC_TRY(emb_infer_revision(options, model, o->revision, err));
    memcpy(digest, o->revision, sizeof digest);
    if (is_kept(options->folder))
        with.digest = anc_str_of(digest);
    ANC_TRY(choose(options, with.digest, with.unchanged, &choice, err));
    if (!choice.alike)
        ANC_TRY(emb_infer_revision_apart(inf_precision_name(choice.precision), o->revision, err));
    with.precision = choice.precision;
    ANC_TRY(inf_encoder_open(options->folder, &with, &o->encoder, err));
    o->about = inf_encoder_about(o->encoder);
    ANC_TRY(try_once(o, scores, err));
    describe(o, scores, choice.why);
    return ANC_OK;
}

/* What went wrong, with files by their names below the folder of models, whose own place is nobody's business. */
static anc_status tell_below(anc_str folder, anc_status status, const anc_err *why, anc_err *err)
{
    const anc_str dir = anc_str_sub(folder, 0, (size_t)(name_of(folder).ptr - folder.ptr));
    anc_str rest = anc_str_of(why->text);
    ANC_BUF(text, sizeof why->text);
    for (size_t at; dir.len > 1 && (at = anc_str_find(rest, dir)) != SIZE_MAX;) {
        (void)anc_buf_add(&text, anc_str_sub(rest, 0, at));
        rest = anc_str_sub(rest, at + dir.len, rest.len);
    }
    (void)anc_buf_add(&text, rest);
    return anc_fail_at(err, status, why->where, "%.*s", ANC_FMT(anc_buf_view(&text)));
}

anc_status emb_opened_init(emb_opened *o, const emb_infer_options *options, bool scores,
                           anc_err *err)
{
    anc_err why = {0};
    *o = (emb_opened){.pool = options->pool, .turns = options->turns, .clock = options->clock};
    const anc_status status = open_parts(o, options, scores, &why);
    if (status == ANC_OK)
        return ANC_OK;
    emb_opened_done(o);
    return tell_below(options->folder, status, &why, err);
}

void emb_opened_done(emb_opened *o)
{
    inf_encoder_close(o->encoder);
    o->encoder = NULL;
}
