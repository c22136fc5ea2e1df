/* bert.c - a block of texts through the encoder.
 *
 * Cost of a token: 2 * (4 h h + 2 h f) operations a layer in the matrices, 4 s h in attention over
 * s tokens. The matrices are walked panel by panel with a strip of rows below each, so a panel
 * comes from memory once a strip and stays in the nearer cache for all its rows.
 */
#include <math.h>
#include <string.h>

#include "bert_impl.h"

/* ---- products, whose rows and columns are shared out ----------------------------------------------- */

enum { ROWS_A_PIECE = 4 /* at least */ };

/* Of as many rows as a strip has. */
typedef struct product {
    const inf_levels *levels;
    const inf_matrix *m;
    const float *a;
    size_t lda, rows;
    inf_scratch *s;
    inf_rows read;    /* `a` as the product reads it; of f32 not used */
    float *c;         /* NULL: rounded to bf16 */
    uint16_t *halves; /* NULL: floats */
    size_t ldc;
    bool gelu; /* of halves: of what comes out */
} product;

/* A row as a product of the matrix's precision reads it; the scale is of int8. */
static void ready_row(const product *p, size_t r, unsigned char *to)
{
    const inf_kernels *kernels = p->levels->kernels;
    const inf_matrix *m = p->m;
    const float *row = p->a + r * p->lda;
    if (m->precision == INF_INT8 && !p->read.wide) {
        p->s->scales[r] = kernels->quantise(row, m->factors, m->depth, to);
        return;
    }
    if (m->precision == INF_INT8)
        p->s->scales[r] = kernels->quantise_wide(row, m->factors, m->depth, inf_wide_most(m->depth),
                                                 (int16_t *)(void *)to);
    else
        kernels->narrow(row, m->depth, (uint16_t *)(void *)to);
    memset(to + 2 * m->depth, 0, p->read.stride - 2 * m->depth);
}

static void ready_rows(void *arg, size_t from, size_t to, unsigned hand)
{
    const product *p = arg;
    (void)hand;
    for (size_t r = from; r < to; r++)
        ready_row(p, r, p->s->operand + r * p->read.stride);
}

static void make_ready(product *p)
{
    const bool int8 = p->m->precision == INF_INT8,
               wide = int8 && p->levels->products[INF_INT8]->wide;
    const size_t stride = p->m->steps * (wide ? 8 : 4);
    p->read = (inf_rows){p->s->operand, stride, int8 ? p->s->scales : NULL, wide};
    inf_hands_share(p->s->hands, p->rows, ROWS_A_PIECE, ready_rows, p);
}

static void multiply_columns(void *arg, size_t from, size_t to, unsigned hand)
{
    const product *p = arg;
    const inf_product *level = p->levels->products[p->m->precision];
    const inf_matrix m = inf_columns(p->m, from, to - from);
    (void)hand;
    if (p->halves != NULL)
        level->multiply_halves(&m, &p->read, p->rows, p->gelu, p->halves + from, p->ldc);
    else
        level->multiply(&m, &p->read, p->rows, p->c + from, p->ldc);
}

static void multiply_floats(void *arg, size_t from, size_t to, unsigned hand)
{
    const product *p = arg;
    const inf_matrix *m = p->m;
    const float *panels = m->panels;
    (void)hand;
    for (size_t j = from; j < to; j += INF_PANEL)
        p->levels->kernels->product(p->a, p->lda, p->rows, panels + j * m->depth, m->depth,
                                    m->bias + j, p->c + j, p->ldc);
}

/* All columns of rows that are ready. */
static void multiply_ready(product *p)
{
    inf_hands_share(p->s->hands, p->m->columns, INF_PANEL,
                    p->m->precision == INF_F32 ? multiply_floats : multiply_columns, p);
}

/* c = a * matrix + bias. */
static void multiply(const inf_levels *levels, const inf_matrix *m, const float *a, size_t lda,
                     size_t rows, float *c, size_t ldc, inf_scratch *s)
{
    product p = {
        .levels = levels, .m = m, .a = a, .lda = lda, .rows = rows, .s = s, .c = c, .ldc = ldc};
    if (m->precision != INF_F32)
        make_ready(&p);
    multiply_ready(&p);
}

/* The same rounded to bf16. */
static void multiply_halves(const inf_levels *levels, const inf_matrix *m, const float *a,
                            size_t lda, size_t rows, bool gelu, uint16_t *c, size_t ldc,
                            inf_scratch *s)
{
    product p = {.levels = levels,
                 .m = m,
                 .a = a,
                 .lda = lda,
                 .rows = rows,
                 .s = s,
                 .halves = c,
                 .ldc = ldc,
                 .gelu = gelu};
    make_ready(&p);
    multiply_ready(&p);
}

/* ---- the other steps -------------------------------------------------------------------------------- */

/* Rows of a strip when `rows` are cut into equal ones of at most INF_STRIP_ROWS. */
static size_t strip_of(size_t rows)
{
    const size_t strips = (rows + INF_STRIP_ROWS - 1) / INF_STRIP_ROWS;
    return (rows + strips - 1) / strips;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Sums of the embeddings of a text's tokens, and their norm. The rows of the positions are one behind the other, so they
 * come at once; those of the words one by one. */
static anc_status embed(const inf_bert *bert, const inf_kernels *kernels, inf_scratch *s,
                        const inf_block *block, size_t t, anc_err *err)
{
    const inf_config *c = &bert->config;
    const size_t h = c->hidden, n = block->start[t + 1] - block->start[t];
    float *row = s->x + s->tokens * s->hidden;
    const float *place = s->y;
    ANC_TRY(inf_tensor_floats(&bert->places, c->first_place * h, n * h, s->y, err));
    for (uint32_t i = block->start[t]; i < block->start[t + 1]; i++, row += s->hidden) {
        const uint32_t id = block->ids[i];
        const bool second = block->types != NULL && block->types[i] != 0;
        const float *type = bert->types + (second ? s->hidden : 0), *added = place;
        ANC_TRY(inf_tensor_floats(&bert->words, id * h, h, row, err));
        if (id == c->pad) {
            ANC_TRY(inf_tensor_floats(&bert->places, c->pad * h, h, s->pooled, err));
            added = s->pooled;
        } else {
            place += h;
        }
        for (size_t j = 0; j < h; j++)
            row[j] += added[j] + type[j];
        kernels->layer_norm(row, NULL, bert->embedding_norm.scale, bert->embedding_norm.shift, h,
                            c->epsilon);
    }
    return ANC_OK;
}

void inf_bert_begin(inf_scratch *s)
{
    s->tokens = s->n_texts = 0;
    s->hands = NULL;
}

anc_status inf_bert_add(const inf_bert *bert, const inf_levels *levels, inf_scratch *s,
                        const inf_block *block, anc_err *err)
{
    for (size_t t = 0; t < block->n; t++) {
        const size_t n = block->start[t + 1] - block->start[t];
        ANC_TRY(embed(bert, levels->kernels, s, block, t, err));
        s->texts[s->n_texts++] = (inf_span){s->tokens, n, .queries = n, .to = s->tokens};
        s->tokens += n;
    }
    return ANC_OK;
}

typedef struct sum {
    const inf_bert *bert;
    const inf_kernels *kernels;
    const inf_norm *norm;
    size_t width;
    float *y;
    const float *x;
} sum;

static void add_and_norm_rows(void *arg, size_t from, size_t to, unsigned hand)
{
    const sum *of = arg;
    const inf_config *c = &of->bert->config;
    (void)hand;
    for (size_t r = from; r < to; r++)
        of->kernels->layer_norm(of->y + r * of->width, of->x + r * of->width, of->norm->scale,
                                of->norm->shift, c->hidden, c->epsilon);
}

/* y = norm(y + x), row by row. */
static void add_and_norm(const inf_bert *bert, const inf_kernels *kernels, const inf_norm *norm,
                         const inf_scratch *s, float *y, const float *x, size_t rows)
{
    sum of = {bert, kernels, norm, s->hidden, y, x};
    inf_hands_share(s->hands, rows, ROWS_A_PIECE, add_and_norm_rows, &of);
}

typedef struct curved {
    const inf_kernels *kernels;
    float *x;
    size_t width;
} curved;

static void gelu_rows(void *arg, size_t from, size_t to, unsigned hand)
{
    const curved *of = arg;
    (void)hand;
    of->kernels->gelu(of->x + from * of->width, (to - from) * of->width);
}

/* Queries, keys and values of all rows, where attention wants them. */
static void project(const inf_levels *levels, inf_scratch *s, const inf_matrix *qkv, size_t tokens)
{
    const size_t strip = strip_of(tokens), w = s->hidden;
    for (size_t at = 0; at < tokens; at += strip) {
        const size_t rows = least(strip, tokens - at);
        if (levels->half_attention)
            multiply_halves(levels, qkv, s->x + at * w, w, rows, false,
                            s->halves + at * s->half_width, s->half_width, s);
        else
            multiply(levels, qkv, s->x + at * w, w, rows, s->qkv + at * s->qkv_width, s->qkv_width,
                     s);
    }
}

/* The feed-forward part of some rows. What is between its matrices goes from one to the other in bf16 where the second
 * one reads that. */
static void feed(const inf_levels *levels, inf_scratch *s, const inf_layer *layer, const float *x,
                 size_t rows, float *y)
{
    const inf_matrix *up = &layer->up, *down = &layer->down;
    const size_t w = s->hidden;
    if (levels->half_attention && down->precision == INF_BF16) {
        uint16_t *inner = (uint16_t *)(void *)s->feed;
        const size_t stride =
            down->steps * 4 + INF_ALIGN; /* rows do not meet in the same places of a cache */
        product last = {.levels = levels,
                        .m = down,
                        .rows = rows,
                        .s = s,
                        .read = {inner, stride, NULL, false},
                        .c = y,
                        .ldc = w};
        multiply_halves(levels, up, x, w, rows, true, inner, stride / 2, s);
        multiply_ready(&last);
        return;
    }
    curved inner = {levels->kernels, s->feed, s->inner};
    multiply(levels, up, x, w, rows, s->feed, s->inner, s);
    inf_hands_share(s->hands, rows, ROWS_A_PIECE, gelu_rows, &inner);
    multiply(levels, down, s->feed, s->inner, rows, y, w, s);
}

/* From x and the context to x by way of y: what of a layer goes row by row. */
static void finish_layer(const inf_bert *bert, const inf_levels *levels, inf_scratch *s,
                         const inf_layer *layer, size_t tokens)
{
    const size_t strip = strip_of(tokens), w = s->hidden;
    for (size_t at = 0; at < tokens; at += strip) {
        const size_t rows = least(strip, tokens - at);
        float *x = s->x + at * w, *y = s->y + at * w;
        multiply(levels, &layer->out, s->context + at * s->context_width, s->context_width, rows, y,
                 w, s);
        add_and_norm(bert, levels->kernels, &layer->after_attention, s, y, x, rows);
        feed(levels, s, layer, y, rows, x);
        add_and_norm(bert, levels->kernels, &layer->after_feed, s, x, y, rows);
    }
}

static void run_layer(const inf_bert *bert, const inf_levels *levels, inf_scratch *s,
                      const inf_layer *layer)
{
    project(levels, s, &layer->qkv, s->tokens);
    for (size_t t = 0; t < s->n_texts; t++)
        inf_attend(bert, levels, s, &s->texts[t]);
    finish_layer(bert, levels, s, layer, s->tokens);
}

/* The last layer where only the first token of each text is asked for: these come out one below the other. */
static void run_layer_for_first(const inf_bert *bert, const inf_levels *levels, inf_scratch *s,
                                const inf_layer *layer)
{
    project(levels, s, &layer->qkv, s->tokens);
    for (size_t t = 0; t < s->n_texts; t++) {
        const inf_span *text = &s->texts[t];
        inf_attend(bert, levels, s,
                   &(const inf_span){text->first, text->tokens, .queries = 1, .to = t});
        memmove(s->x + t * s->hidden, s->x + text->first * s->hidden, s->hidden * sizeof *s->x);
    }
    finish_layer(bert, levels, s, layer, s->n_texts);
}

void inf_bert_layer(const inf_bert *bert, const inf_levels *levels, inf_scratch *s, size_t i)
{
    const inf_config *c = &bert->config;
    const bool for_first = c->pooling == INF_POOL_CLS && i + 1 == c->layers;
    (for_first ? run_layer_for_first : run_layer)(bert, levels, s, &bert->layers[i]);
}

static void mean_of(const float *rows, size_t width, size_t n, size_t hidden, float *out)
{
    memset(out, 0, hidden * sizeof *out);
    for (size_t r = 0; r < n; r++)
        for (size_t j = 0; j < hidden; j++)
            out[j] += rows[r * width + j];
    for (size_t j = 0; j < hidden; j++)
        out[j] /= (float)n;
}

/* As many values as are asked for, their length made 1 where that is. */
static void finish(const inf_config *c, const float *from, float *out)
{
    double squares = 0;
    for (size_t j = 0; j < c->dims; j++) {
        out[j] = from[j];
        squares += (double)out[j] * (double)out[j];
    }
    if (!c->unit_length || squares <= 0)
        return;
    const float factor = (float)(1.0 / sqrt(squares));
    for (size_t j = 0; j < c->dims; j++)
        out[j] *= factor;
}

void inf_bert_take(const inf_bert *bert, const inf_levels *levels, inf_scratch *s, size_t first,
                   size_t n, float *out)
{
    const inf_config *c = &bert->config;
    const bool cls = c->pooling == INF_POOL_CLS;
    for (size_t t = first; t < first + n; t++, out += c->dims) {
        const inf_span *text = &s->texts[t];
        const float *pooled = cls ? s->x + t * s->hidden : s->pooled;
        if (!cls)
            mean_of(s->x + text->first * s->hidden, s->hidden, text->tokens, c->hidden, s->pooled);
        finish(c, inf_head_run(&bert->head, levels->kernels, pooled, s->head), out);
    }
}

anc_status inf_bert_run(const inf_bert *bert, const inf_levels *levels, inf_scratch *s,
                        const inf_block *block, float *out, anc_err *err)
{
    inf_bert_begin(s);
    ANC_TRY(inf_bert_add(bert, levels, s, block, err));
    for (size_t i = 0; i < bert->config.layers; i++)
        inf_bert_layer(bert, levels, s, i);
    inf_bert_take(bert, levels, s, 0, block->n, out);
    return ANC_OK;
}
