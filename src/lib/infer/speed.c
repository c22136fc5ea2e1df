/* speed.c - arithmetic on registers, one product, one text, many texts: each timed. */
#include "infer/speed.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "os/clock.h"

enum {
    ROWS = 128,
    DEPTH = 384,
    COLUMNS = 1536,
    MANY = 64,       /* texts at once */
    LEAST_TURNS = 3, /* of a thing that is timed */
    MOST_TURNS = 4096,
    ARENA_BYTES = 64 << 20
};

#define TURN_NS (INT64_C(300) * 1000000)

static double processor_seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double clock_seconds(void)
{
    return (double)os_mono_ns() / 1e9;
}

/* Something that is done again and again; the best time of it by `now`. */
typedef struct turns {
    anc_status (*once)(void *arg, anc_err *err);
    void *arg;
    double (*now)(void);
} turns;

static anc_status best_of(const turns *t, double *ret_seconds, anc_err *err)
{
    const int64_t end_ns = os_mono_ns() + TURN_NS;
    double best = 0;
    for (size_t i = 0; i < MOST_TURNS && (i < LEAST_TURNS || os_mono_ns() < end_ns); i++) {
        const double start = t->now();
        ANC_TRY(t->once(t->arg, err));
        const double took = t->now() - start;
        best = i == 0 || took < best ? took : best;
    }
    *ret_seconds = best > 0 ? best : 1e-9;
    return ANC_OK;
}

/* ---- arithmetic ---------------------------------------------------------------------------- */

typedef struct exertion {
    uint64_t (*run)(size_t rounds);
    uint64_t operations;
} exertion;

static anc_status exert_once(void *arg, anc_err *err)
{
    enum { ROUNDS = 20000 };
    exertion *e = arg;
    (void)err;
    e->operations = e->run(ROUNDS);
    return ANC_OK;
}

static anc_status measure_peak(const inf_product *product, double *ret, anc_err *err)
{
    exertion e = {.run = product != NULL ? product->exert : inf_kernels_best()->exert};
    const turns t = {exert_once, &e, processor_seconds};
    double seconds = 0;
    *ret = 0;
    if (e.run == NULL)
        return ANC_OK;
    ANC_TRY(best_of(&t, &seconds, err));
    *ret = (double)e.operations / seconds;
    return ANC_OK;
}

/* ---- one product --------------------------------------------------------------------------- */

typedef struct world {
    const inf_product *product; /* NULL: f32 */
    inf_matrix matrix;
    inf_rows rows;
    float *out; /* [ROWS * COLUMNS] */
} world;

static anc_status multiply_once(void *arg, anc_err *err)
{
    const world *w = arg;
    const inf_kernels *kernels = inf_kernels_best();
    (void)err;
    if (w->product != NULL) {
        w->product->multiply(&w->matrix, &w->rows, ROWS, w->out, COLUMNS);
        return ANC_OK;
    }
    for (size_t j = 0; j < COLUMNS; j += INF_PANEL)
        kernels->product(w->rows.bytes, DEPTH, ROWS, (const float *)w->matrix.panels + j * DEPTH,
                         DEPTH, w->matrix.bias + j, w->out + j, COLUMNS);
    return ANC_OK;
}

/* Memory of which every byte is `byte`, aligned as panels are; NULL when there is none. */
static void *filled(anc_arena *mem, size_t bytes, unsigned char byte)
{
    unsigned char *p = anc_arena_alloc(mem, bytes + INF_ALIGN, 1);
    if (p == NULL)
        return NULL;
    p += (INF_ALIGN - (uintptr_t)p % INF_ALIGN) % INF_ALIGN;
    memset(p, byte, bytes);
    return p;
}

static anc_status measure_products(const inf_speed_options *o, const inf_product *product,
                                   double *ret, anc_err *err)
{
    enum { BYTE = 0x3c }; /* as f32 and as bf16 about 0.01 */
    const size_t steps = inf_steps(o->precision, DEPTH);
    const bool wide = product != NULL && product->wide;
    const size_t row_bytes = steps * (wide ? 8 : 4);
    double seconds = 0;
    ANC_ARENA(mem, ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room to multiply");
    world w = {.product = product,
               .matrix = {.precision = o->precision,
                          .depth = DEPTH,
                          .steps = steps,
                          .columns = COLUMNS,
                          .panels = filled(mem, steps * 4 * COLUMNS, BYTE),
                          .bias = filled(mem, sizeof(float) * COLUMNS, 0),
                          .scale = filled(mem, sizeof(float) * COLUMNS, BYTE),
                          .shift = filled(mem, sizeof(int32_t) * COLUMNS, 0)},
               .rows = {.bytes = filled(mem, row_bytes * ROWS, BYTE),
                        .stride = row_bytes,
                        .wide = wide,
                        .scales = filled(mem, sizeof(float) * ROWS, BYTE)},
               .out = filled(mem, sizeof(float) * ROWS * COLUMNS, 0)};
    if (w.out == NULL || w.matrix.panels == NULL || w.rows.bytes == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room to multiply");
    const turns t = {multiply_once, &w, processor_seconds};
    ANC_TRY(best_of(&t, &seconds, err));
    *ret = 2.0 * ROWS * DEPTH * COLUMNS / seconds;
    return ANC_OK;
}

/* ---- texts --------------------------------------------------------------------------------- */

typedef struct reading {
    inf_encoder *encoder;
    anc_str texts[MANY];
    size_t n;
    float *out;
    os_pool *pool;
    inf_check check;
    uint64_t tokens; /* of the last turn */
} reading;

static anc_status encode_once(void *arg, anc_err *err)
{
    reading *r = arg;
    inf_usage usage = {0};
    ANC_TRY(inf_encoder_encode(r->encoder, INF_PASSAGE, r->texts, r->n, r->pool, r->check, r->out,
                               &usage, err));
    r->tokens = usage.tokens;
    return ANC_OK;
}

/* A text of about so many tokens, special ones included. */
static anc_str text_of(const inf_encoder *encoder, anc_arena *mem, size_t tokens)
{
    static const char word[] = "river ";
    char *text = anc_arena_alloc(mem, tokens + 1, sizeof word);
    size_t len = 0;
    if (text == NULL)
        return ANC_STR_NONE;
    for (size_t i = 0; i < tokens; i++) {
        memcpy(text + len, word, sizeof word - 1);
        const anc_str longer = {text, len + sizeof word - 1};
        if (inf_encoder_count_tokens(encoder, longer, tokens) + 2 > tokens)
            break;
        len = longer.len;
    }
    return (anc_str){text, len};
}

static anc_status measure_texts(const inf_speed_options *o, reading *r, anc_arena *mem,
                                inf_speed *ret, anc_err *err)
{
    const inf_encoder_info about = inf_encoder_about(r->encoder);
    const size_t tokens = o->tokens < about.max_tokens ? o->tokens : about.max_tokens;
    const turns alone = {encode_once, r, processor_seconds}, all = {encode_once, r, clock_seconds};
    const anc_str text = text_of(r->encoder, mem, tokens);
    double seconds = 0;
    r->out = anc_arena_alloc(mem, (size_t)MANY * about.dims, sizeof *r->out);
    if (text.ptr == NULL || r->out == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %d vectors", MANY);
    for (size_t i = 0; i < MANY; i++)
        r->texts[i] = text;
    r->n = 1;
    ANC_TRY(best_of(&alone, &ret->text_seconds, err));
    ret->tokens = (double)r->tokens;
    r->n = MANY;
    r->pool = o->pool;
    ANC_TRY(best_of(&all, &seconds, err));
    ret->texts_a_second = MANY / seconds;
    return ANC_OK;
}

static void encoder_cleanup(inf_encoder **enc)
{
    inf_encoder_close(*enc);
}

anc_status inf_measure_speed(const inf_speed_options *options, inf_speed *ret, anc_err *err)
{
    const inf_encoder_options with = {.precision = options->precision, .digest = options->digest};
    const inf_product *product =
        options->precision != INF_F32 ? inf_product_best(options->precision) : NULL;
    inf_speed speed = {.precision = options->precision};
    ANC_CLEANUP(encoder_cleanup) inf_encoder *enc = NULL;
    ANC_ARENA(mem, ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room to measure a model");
    ANC_TRY(inf_encoder_open(options->folder, &with, &enc, err));
    if (inf_encoder_about(enc).scores)
        return ANC_FAIL(err, ANC_INVALID, "%.*s scores pairs: only encoders are measured",
                        ANC_FMT(options->folder));
    speed.level = inf_encoder_about(enc).product;
    reading r = {.encoder = enc, .check = options->check};
    ANC_TRY(measure_texts(options, &r, mem, &speed, err));
    ANC_TRY(measure_peak(product, &speed.peak, err));
    ANC_TRY(measure_products(options, product, &speed.products, err));
    *ret = speed;
    return ANC_OK;
}
