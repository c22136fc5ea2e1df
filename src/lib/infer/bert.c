/* bert.c - a block of texts through the encoder.
 *
 * Cost of a token: 2 * (4 h h + 2 h f) operations a layer in the matrices, 4 s h in attention over
 * s tokens. The matrices are walked panel by panel with a strip of rows below each, so a panel
 * comes from memory once a strip and stays in the nearer cache for all its rows.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bert_impl.h"

enum { STRIP_ROWS = 256, QUERY_ROWS = 48 };

static const float masked = -1e30f; /* the score of a key that is not there */

struct inf_scratch {
    size_t hidden, qkv_width, context_width, inner; /* row lengths, in floats */
    float *memory;                                  /* owned: everything below */
    float *x, *y, *qkv, *context, *feed;
    float *keys, *values; /* of one head, in panels */
    float *scores;        /* [QUERY_ROWS][whole panels of tokens] */
    float *mask;          /* [whole panels of tokens] */
    float *zeros;         /* [INF_PANEL] */
};

static size_t whole_panels(size_t n)
{
    return (n + INF_PANEL - 1) / INF_PANEL * INF_PANEL;
}

void inf_scratch_free(inf_scratch *s)
{
    if (s == NULL)
        return;
    free(s->memory);
    free(s);
}

inf_scratch *inf_scratch_new(const inf_bert *bert, size_t tokens)
{
    const inf_config *c = &bert->config;
    const size_t head = c->hidden / c->heads, places = whole_panels(tokens);
    inf_scratch *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->hidden = whole_panels(c->hidden);
    s->qkv_width = whole_panels(3 * c->hidden);
    s->context_width = s->hidden + INF_PANEL;
    s->inner = whole_panels(c->inner);
    const struct {
        float **to;
        size_t floats;
    } parts[] = {
        {&s->x, tokens * s->hidden},
        {&s->y, tokens * s->hidden},
        {&s->qkv, tokens * s->qkv_width},
        {&s->context, tokens * s->context_width},
        {&s->feed, STRIP_ROWS * s->inner},
        {&s->keys, places * head},
        {&s->values, places * whole_panels(head)},
        {&s->scores, QUERY_ROWS * places},
        {&s->mask, places},
        {&s->zeros, INF_PANEL},
    };
    size_t floats = 0;
    for (size_t i = 0; i < ANC_COUNT(parts); i++)
        floats += whole_panels(parts[i].floats);
    s->memory = aligned_alloc(INF_ALIGN, floats * sizeof(float));
    if (s->memory == NULL) {
        free(s);
        return NULL;
    }
    float *next = s->memory;
    for (size_t i = 0; i < ANC_COUNT(parts); i++) {
        *parts[i].to = next;
        next += whole_panels(parts[i].floats);
    }
    memset(s->zeros, 0, INF_PANEL * sizeof(float));
    return s;
}

/* c = a * matrix + bias, for as many rows as a strip has. */
static void multiply(const inf_kernels *kernels, const inf_matrix *m, const float *a, size_t lda,
                     size_t rows, float *c, size_t ldc)
{
    for (size_t j = 0; j < m->columns; j += INF_PANEL)
        kernels->product(a, lda, rows, m->panels + j * m->depth, m->depth, m->bias + j, c + j, ldc);
}

/* Rows of a strip when `rows` are cut into equal ones of at most STRIP_ROWS. */
static size_t strip_of(size_t rows)
{
    const size_t strips = (rows + STRIP_ROWS - 1) / STRIP_ROWS;
    return (rows + strips - 1) / strips;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void embed(const inf_bert *bert, const inf_kernels *kernels, inf_scratch *s,
                  const inf_block *block)
{
    const size_t h = bert->config.hidden;
    float *row = s->x, *place = s->y;
    for (size_t t = 0; t < block->n; t++)
        for (uint32_t i = block->start[t]; i < block->start[t + 1]; i++, row += s->hidden) {
            inf_tensor_floats(&bert->words, block->ids[i] * h, h, row);
            inf_tensor_floats(&bert->places, (i - block->start[t]) * h, h, place);
            for (size_t j = 0; j < h; j++)
                row[j] += place[j] + bert->type[j];
            kernels->layer_norm(row, NULL, bert->embedding_norm.scale, bert->embedding_norm.shift,
                                h, bert->config.epsilon);
        }
}

/* Keys of one head as panels of the scores' product (a column a token), values as panels of the
 * context's (a column a component). */
static void pack_head(inf_scratch *s, const float *qkv, size_t tokens, size_t hidden, size_t head)
{
    const size_t width = whole_panels(head), places = whole_panels(tokens);
    for (size_t t = 0; t < places; t++) {
        float *key = s->keys + t / INF_PANEL * INF_PANEL * head + t % INF_PANEL;
        const float *from = qkv + t * s->qkv_width + hidden;
        for (size_t j = 0; j < head; j++)
            key[j * INF_PANEL] = t < tokens ? from[j] : 0.0f;
    }
    for (size_t t = 0; t < tokens; t++) {
        const float *from = qkv + t * s->qkv_width + 2 * hidden;
        for (size_t j = 0; j < width; j++)
            s->values[j / INF_PANEL * INF_PANEL * tokens + t * INF_PANEL + j % INF_PANEL] =
                j < head ? from[j] : 0.0f;
    }
}

/* One head of one text. A head narrower than a panel also writes zeros into the columns behind it,
 * which belong to the next heads and are written after it, or to the spare panel of the row. */
static void attend_head(const inf_kernels *kernels, inf_scratch *s, const float *qkv,
                        float *context, size_t tokens, size_t head)
{
    const size_t places = whole_panels(tokens), width = whole_panels(head);
    for (size_t from = 0; from < tokens; from += QUERY_ROWS) {
        const size_t rows = least(tokens - from, QUERY_ROWS);
        for (size_t j = 0; j < places; j += INF_PANEL)
            kernels->product(qkv + from * s->qkv_width, s->qkv_width, rows, s->keys + j * head,
                             head, s->mask + j, s->scores + j, places);
        for (size_t r = 0; r < rows; r++)
            kernels->softmax(s->scores + r * places, places);
        for (size_t j = 0; j < width; j += INF_PANEL)
            kernels->product(s->scores, places, rows, s->values + j * tokens, tokens, s->zeros,
                             context + from * s->context_width + j, s->context_width);
    }
}

static void attend(const inf_bert *bert, const inf_kernels *kernels, inf_scratch *s, size_t first,
                   size_t tokens)
{
    const size_t hidden = bert->config.hidden, head = hidden / bert->config.heads;
    for (size_t i = 0; i < whole_panels(tokens); i++)
        s->mask[i] = i < tokens ? 0.0f : masked;
    for (size_t at = 0; at < hidden; at += head) {
        const float *qkv = s->qkv + first * s->qkv_width + at;
        pack_head(s, qkv, tokens, hidden, head);
        attend_head(kernels, s, qkv, s->context + first * s->context_width + at, tokens, head);
    }
}

/* y = norm(y + x), row by row. */
static void add_and_norm(const inf_bert *bert, const inf_kernels *kernels, const inf_norm *norm,
                         size_t width, float *y, const float *x, size_t rows)
{
    for (size_t r = 0; r < rows; r++)
        kernels->layer_norm(y + r * width, x + r * width, norm->scale, norm->shift,
                            bert->config.hidden, bert->config.epsilon);
}

/* From x to x by way of y. */
static void run_layer(const inf_bert *bert, const inf_kernels *kernels, inf_scratch *s,
                      const inf_layer *layer, const inf_block *block)
{
    const uint32_t first = block->start[0];
    const size_t tokens = block->start[block->n] - first, strip = strip_of(tokens);
    const size_t w = s->hidden;
    for (size_t at = 0; at < tokens; at += strip)
        multiply(kernels, &layer->qkv, s->x + at * w, w, least(strip, tokens - at),
                 s->qkv + at * s->qkv_width, s->qkv_width);
    for (size_t t = 0; t < block->n; t++)
        attend(bert, kernels, s, block->start[t] - first, block->start[t + 1] - block->start[t]);
    for (size_t at = 0; at < tokens; at += strip) {
        const size_t rows = least(strip, tokens - at);
        float *x = s->x + at * w, *y = s->y + at * w;
        multiply(kernels, &layer->out, s->context + at * s->context_width, s->context_width, rows,
                 y, w);
        add_and_norm(bert, kernels, &layer->after_attention, w, y, x, rows);
        multiply(kernels, &layer->up, y, w, rows, s->feed, s->inner);
        kernels->gelu(s->feed, rows * s->inner);
        multiply(kernels, &layer->down, s->feed, s->inner, rows, x, w);
        add_and_norm(bert, kernels, &layer->after_feed, w, x, y, rows);
    }
}

static void pool(const inf_bert *bert, const float *rows, size_t width, size_t tokens, float *out)
{
    const size_t h = bert->config.hidden;
    const size_t used = bert->config.pooling == INF_POOL_CLS ? 1 : tokens;
    memset(out, 0, h * sizeof *out);
    for (size_t r = 0; r < used; r++)
        for (size_t j = 0; j < h; j++)
            out[j] += rows[r * width + j];
    double squares = 0;
    for (size_t j = 0; j < h; j++) {
        out[j] /= (float)used;
        squares += (double)out[j] * (double)out[j];
    }
    if (!bert->config.unit_length || squares <= 0)
        return;
    const float factor = (float)(1.0 / sqrt(squares));
    for (size_t j = 0; j < h; j++)
        out[j] *= factor;
}

void inf_bert_run(const inf_bert *bert, const inf_kernels *kernels, inf_scratch *s,
                  const inf_block *block, float *out)
{
    embed(bert, kernels, s, block);
    for (size_t i = 0; i < bert->config.layers; i++)
        run_layer(bert, kernels, s, &bert->layers[i], block);
    for (size_t t = 0; t < block->n; t++) {
        const size_t first = block->start[t] - block->start[0];
        pool(bert, s->x + first * s->hidden, s->hidden, block->start[t + 1] - block->start[t],
             out + t * bert->config.hidden);
    }
}
