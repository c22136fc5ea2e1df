/* choice.c - the check of a model's precision, and what follows from it. */
#include "infer/choice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "choice_impl.h"

extern const unsigned char inf_accuracy_texts[]; /* made from accuracy.txt */
extern const size_t inf_accuracy_texts_len;

/* The arena: vectors of every precision, as wide as a configuration may have them, and 1 MiB for all else. */
enum {
    TEXTS_MAX = 64,
    DIMS_MAX = 8192,
    ARENA_BYTES = (int)INF_PRECISIONS * TEXTS_MAX * DIMS_MAX * (int)sizeof(float) + (1 << 20)
};

static const struct {
    double worst, median;
} limits[INF_PRECISIONS] = {[INF_BF16] = {0.999, 0.999}, [INF_INT8] = {0.99, 0.995}};

/* One choosing. */
typedef struct choosing {
    const inf_choose_options *options;
    anc_arena *mem;
    anc_str texts[TEXTS_MAX];
    size_t n_texts;
    bool scores;      /* the model is a cross-encoder */
    size_t n, dims;   /* of what it gives: a vector a text, or a score a pair */
    float *reference; /* in mem: [n * dims], of f32; NULL: it was not run yet */
    inf_findings kept;
    bool news; /* kept has more than the file */
} choosing;

static void encoder_cleanup(inf_encoder **enc)
{
    inf_encoder_close(*enc);
}

/* A text a line. */
static void read_texts(choosing *c)
{
    anc_str rest = {(const char *)inf_accuracy_texts, inf_accuracy_texts_len}, line;
    while (c->n_texts < TEXTS_MAX && anc_str_split(&rest, '\n', &line))
        if (line.len > 0)
            c->texts[c->n_texts++] = line;
}

/* The vectors of all texts. */
static anc_status embed(choosing *c, inf_encoder *enc, float **ret, anc_err *err)
{
    c->n = c->n_texts;
    c->dims = inf_encoder_about(enc).dims;
    *ret = anc_arena_alloc(c->mem, c->n * c->dims, sizeof **ret);
    if (*ret == NULL)
        return ANC_FAIL(err, anc_arena_refusal(c->mem), "no room for %zu vectors", c->n);
    return inf_encoder_encode(enc, INF_PASSAGE, c->texts, c->n, c->options->pool, c->options->check,
                              *ret, NULL, err);
}

/* About the first half of a text, in whole words; all of it where that is one word. */
static anc_str first_half(anc_str text)
{
    for (size_t i = text.len / 2; i > 0; i--)
        if (text.ptr[i] == ' ')
            return anc_str_sub(text, 0, i);
    return text;
}

/* The scores of pairs: each text as an answer to its own first half, and to the text before it. */
static anc_status score(choosing *c, inf_encoder *enc, float **ret, anc_err *err)
{
    inf_pair pairs[2 * TEXTS_MAX];
    c->n = 2 * c->n_texts;
    c->dims = 1;
    *ret = anc_arena_alloc(c->mem, c->n, sizeof **ret);
    if (*ret == NULL)
        return ANC_FAIL(err, anc_arena_refusal(c->mem), "no room for %zu scores", c->n);
    for (size_t i = 0; i < c->n_texts; i++) {
        const anc_str text = c->texts[i], before = c->texts[(i + c->n_texts - 1) % c->n_texts];
        pairs[2 * i] = (inf_pair){first_half(text), text};
        pairs[2 * i + 1] = (inf_pair){before, text};
    }
    return inf_encoder_score(enc, pairs, c->n, c->options->pool, c->options->check, *ret, NULL,
                             err);
}

/* What the model gives in one precision. */
static anc_status run(choosing *c, inf_precision precision, float **ret, anc_err *err)
{
    const inf_encoder_options with = {.precision = precision};
    ANC_CLEANUP(encoder_cleanup) inf_encoder *enc = NULL;
    ANC_TRY(inf_encoder_open(c->options->folder, &with, &enc, err));
    c->scores = inf_encoder_about(enc).scores;
    return c->scores ? score(c, enc, ret, err) : embed(c, enc, ret, err);
}

static double cosine(const float *a, const float *b, size_t n)
{
    double dot = 0, x = 0, y = 0;
    for (size_t i = 0; i < n; i++) {
        dot += (double)a[i] * (double)b[i];
        x += (double)a[i] * (double)a[i];
        y += (double)b[i] * (double)b[i];
    }
    return dot / sqrt(x * y);
}

/* What is no number comes first. */
static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    if (isnan(x) || isnan(y))
        return (isnan(x) ? 0 : 1) - (isnan(y) ? 0 : 1);
    return (x > y) - (x < y);
}

static double correlation(const float *a, const float *b, size_t n)
{
    double mean_a = 0, mean_b = 0, ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < n; i++) {
        mean_a += (double)a[i] / (double)n;
        mean_b += (double)b[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        const double x = (double)a[i] - mean_a, y = (double)b[i] - mean_b;
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    return ab / sqrt(aa * bb);
}

static anc_status measure(choosing *c, inf_finding *f, anc_err *err)
{
    double found[TEXTS_MAX];
    size_t n = 1;
    float *other = NULL;
    if (c->reference == NULL)
        ANC_TRY(run(c, INF_F32, &c->reference, err));
    ANC_TRY(run(c, f->precision, &other, err));
    if (c->scores)
        found[0] = correlation(other, c->reference, c->n);
    else
        for (n = 0; n < c->n; n++)
            found[n] = cosine(other + n * c->dims, c->reference + n * c->dims, c->dims);
    qsort(found, n, sizeof *found, by_size);
    f->worst = isnan(found[0]) ? -1 : found[0];
    f->median = isnan(found[n / 2]) ? -1 : found[n / 2];
    return ANC_OK;
}

static const char *name_of(inf_precision precision)
{
    const inf_product *best = inf_product_best(precision);
    return best != NULL ? best->name : "none";
}

/* What was found for a precision on this CPU: kept, or measured now. */
static anc_status find(choosing *c, inf_precision precision, inf_finding *ret, anc_err *err)
{
    inf_finding f = {.precision = precision};
    (void)snprintf(f.levels, sizeof f.levels, "f32 %s, bf16 %s, int8 %s", inf_kernels_best()->name,
                   name_of(INF_BF16), name_of(INF_INT8));
    for (size_t i = 0; i < c->kept.n; i++) {
        const inf_finding *k = &c->kept.rows[i];
        if (k->precision == precision && anc_str_eq(anc_str_of(k->levels), anc_str_of(f.levels))) {
            *ret = *k;
            return ANC_OK;
        }
    }
    ANC_TRY(measure(c, &f, err));
    c->kept.rows[c->kept.n % INF_FINDINGS] = f;
    c->kept.n = c->kept.n % INF_FINDINGS + 1;
    c->news = true;
    *ret = f;
    return ANC_OK;
}

static bool passes(const inf_finding *f)
{
    return f->worst >= limits[f->precision].worst && f->median >= limits[f->precision].median;
}

static void say(inf_choice *ret, const char *before, const inf_finding *f)
{
    const anc_str said = anc_str_of(ret->why);
    (void)snprintf(ret->why + said.len, sizeof ret->why - said.len,
                   "%s%s%s: %.5f like f32 at worst, %.5f in the middle%s", said.len > 0 ? "; " : "",
                   before, inf_precision_name(f->precision), f->worst, f->median,
                   passes(f) ? "" : ", which is too far");
}

static void take(inf_choice *ret, const inf_finding *f)
{
    ret->precision = f->precision;
    ret->alike = passes(f);
    ret->worst = f->worst;
    ret->median = f->median;
}

/* Keeps f32 where no other precision is there or near enough. */
static anc_status try_fastest(choosing *c, inf_choice *ret, anc_err *err)
{
    for (inf_precision p = INF_INT8; p > INF_F32; p--) {
        inf_finding f;
        if (!inf_product_is_fast(p))
            continue;
        ANC_TRY(find(c, p, &f, err));
        say(ret, "", &f);
        if (!passes(&f))
            continue;
        take(ret, &f);
        return ANC_OK;
    }
    if (ret->why[0] == '\0')
        (void)snprintf(ret->why, sizeof ret->why,
                       "f32: the CPU has no fast products of bf16 or int8");
    return ANC_OK;
}

static anc_status choose(choosing *c, inf_choice *ret, anc_err *err)
{
    const inf_choose_options *o = c->options;
    inf_finding f;
    if (!o->fixed)
        return try_fastest(c, ret, err);
    if (o->precision == INF_F32) {
        (void)snprintf(ret->why, sizeof ret->why, "f32, as configured");
        return ANC_OK;
    }
    ANC_TRY(find(c, o->precision, &f, err));
    say(ret, "as configured, ", &f);
    take(ret, &f);
    return ANC_OK;
}

/* The model is still the one that the digest names. */
static bool is_unchanged(const inf_check *unchanged)
{
    return unchanged->ask == NULL || unchanged->ask(unchanged->arg) == ANC_OK;
}

anc_status inf_choose(const inf_choose_options *options, inf_choice *ret, anc_err *err)
{
    anc_err ignored = {0};
    inf_choice choice = {.precision = INF_F32, .alike = true, .worst = 1, .median = 1};
    ANC_ARENA(mem, ARENA_BYTES);
    choosing *c = mem != NULL ? anc_arena_alloc(mem, 1, sizeof *c) : NULL;
    if (c == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the check of a model");
    const bool keep = options->digest.len > 0 && options->digest.len <= INF_DIGEST_MAX;
    *c = (choosing){.options = options, .mem = mem};
    read_texts(c);
    if (keep)
        inf_findings_read(options->folder, options->digest, &c->kept);
    ANC_TRY(choose(c, &choice, err));
    choice.checked = c->news;
    if (c->news && keep && is_unchanged(&options->unchanged) &&
        inf_findings_write(options->folder, options->digest, &c->kept, &ignored) != ANC_OK)
        anc_err_clear(&ignored);
    *ret = choice;
    return ANC_OK;
}
