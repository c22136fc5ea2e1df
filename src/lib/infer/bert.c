/* bert.c - a block of texts through the encoder.
 *
 * Cost of a token: 2 * (4 h h + 2 h f) operations a layer in the matrices, 4 s h in attention over
 * s tokens. The matrices are walked panel by panel with a strip of rows below each, so a panel
 * comes from memory once a strip and stays in the nearer cache for all its rows.
 */
#include <math.h>
#include <string.h>

#include "bert_impl.h"

static inf_rows as_int8(const inf_levels *levels, const inf_matrix *m, const float *x, size_t ldx,
                        size_t rows, inf_scratch *s)
{
    const bool wide = levels->products[INF_INT8]->wide;
    const size_t stride = m->steps * (wide ? 8 : 4);
    for (size_t r = 0; r < rows; r++) {
        unsigned char *to = s->operand + r * stride;
        if (!wide) {
            s->scales[r] = levels->kernels->quantise(x + r * ldx, m->factors, m->depth, to);
            continue;
        }
        s->scales[r] = levels->kernels->quantise_wide(
            x + r * ldx, m->factors, m->depth, inf_wide_most(m->depth), (int16_t *)(void *)to);
        memset(to + 2 * m->depth, 0, stride - 2 * m->depth);
    }
    return (inf_rows){s->operand, stride, s->scales, wide};
}

/* A strip of rows as a product of the matrix's precision reads them. */
static inf_rows as_read(const inf_levels *levels, const inf_matrix *m, const float *x, size_t ldx,
                        size_t rows, inf_scratch *s)
{
    const size_t stride = m->steps * 4;
    if (m->precision == INF_INT8)
        return as_int8(levels, m, x, ldx, rows, s);
    for (size_t r = 0; r < rows; r++) {
        unsigned char *to = s->operand + r * stride;
        levels->kernels->narrow(x + r * ldx, m->depth, (uint16_t *)(void *)to);
        memset(to + 2 * m->depth, 0, stride - 2 * m->depth);
    }
    return (inf_rows){s->operand, stride, NULL, false};
}

/* c = a * matrix + bias, for as many rows as a strip has. */
static void multiply(const inf_levels *levels, const inf_matrix *m, const float *a, size_t lda,
                     size_t rows, float *c, size_t ldc, inf_scratch *s)
{
    const float *panels = m->panels;
    if (m->precision != INF_F32) {
        const inf_rows read = as_read(levels, m, a, lda, rows, s);
        levels->products[m->precision]->multiply(m, &read, rows, c, ldc);
        return;
    }
    for (size_t j = 0; j < m->columns; j += INF_PANEL)
        levels->kernels->product(a, lda, rows, panels + j * m->depth, m->depth, m->bias + j, c + j,
                                 ldc);
}

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

/* The same rounded to bf16. */
static void multiply_halves(const inf_levels *levels, const inf_matrix *m, const float *a,
                            size_t lda, size_t rows, bool gelu, uint16_t *c, size_t ldc,
                            inf_scratch *s)
{
    const inf_rows read = as_read(levels, m, a, lda, rows, s);
    levels->products[m->precision]->multiply_halves(m, &read, rows, gelu, c, ldc);
}

/* y = norm(y + x), row by row. */
static void add_and_norm(const inf_bert *bert, const inf_kernels *kernels, const inf_norm *norm,
                         size_t width, float *y, const float *x, size_t rows)
{
    for (size_t r = 0; r < rows; r++)
        kernels->layer_norm(y + r * width, x + r * width, norm->scale, norm->shift,
                            bert->config.hidden, bert->config.epsilon);
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
        const inf_rows read = {inner, stride, NULL, false};
        multiply_halves(levels, up, x, w, rows, true, inner, stride / 2, s);
        levels->products[INF_BF16]->multiply(down, &read, rows, y, w);
        return;
    }
    multiply(levels, up, x, w, rows, s->feed, s->inner, s);
    levels->kernels->gelu(s->feed, rows * s->inner);
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
        add_and_norm(bert, levels->kernels, &layer->after_attention, w, y, x, rows);
        feed(levels, s, layer, y, rows, x);
        add_and_norm(bert, levels->kernels, &layer->after_feed, w, x, y, rows);
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
