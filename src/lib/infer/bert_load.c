/* bert_load.c - from the tensors of a file to panels.
 *
 * First every tensor is looked up and its shape checked, so that no memory is taken for a model
 * that a config.json merely claims; then one block of memory is taken and filled.
 *
 * The queries' weights are divided by the square root of a head's width here, once, in place of
 * every score later.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bert_impl.h"

enum { NAME_MAX_BYTES = 128, HUGE_PAGE_BYTES = 2 << 20 };

typedef struct loader {
    const inf_config *config;
    const inf_tensors *tensors;
    const char *prefix; /* of every tensor's name: "" or "bert." */
    float *next;        /* free part of the weights */
    float *row;         /* owned: [widest row] */
} loader;

static size_t whole_panels(size_t columns)
{
    return (columns + INF_PANEL - 1) / INF_PANEL * INF_PANEL;
}

static anc_status get(const loader *l, const char *name, size_t rows, size_t cols, inf_tensor *ret,
                      anc_err *err)
{
    char full[NAME_MAX_BYTES + 8];
    (void)snprintf(full, sizeof full, "%.7s%s", l->prefix, name);
    return inf_tensors_get(l->tensors, anc_str_of(full), rows, cols, ret, err);
}

/* A tensor of layer `layer`: "encoder.layer.3.<part>.<what>". */
static anc_status get_part(const loader *l, size_t layer, const char *part, const char *what,
                           size_t rows, size_t cols, inf_tensor *ret, anc_err *err)
{
    char name[NAME_MAX_BYTES];
    (void)snprintf(name, sizeof name, "encoder.layer.%zu.%s.%s", layer, part, what);
    return get(l, name, rows, cols, ret, err);
}

/* Zeroed room for `n` floats of the weights. Every piece is whole panels long, so all stay aligned. */
static float *take(loader *l, size_t n)
{
    float *p = l->next;
    l->next += whole_panels(n);
    return p;
}

static const float *take_copy(loader *l, const inf_tensor *tensor, size_t n)
{
    float *p = take(l, n);
    inf_tensor_floats(tensor, 0, n, p);
    return p;
}

typedef struct part {
    const char *name;
    size_t rows, cols; /* as stored: a row an output */
    float factor;
} part;

/* Packs one stored matrix into the columns from `first` on. */
static anc_status pack_part(loader *l, size_t layer, const part *p, float *panels, float *bias,
                            size_t first, anc_err *err)
{
    inf_tensor weight, shift;
    ANC_TRY(get_part(l, layer, p->name, "weight", p->rows, p->cols, &weight, err));
    ANC_TRY(get_part(l, layer, p->name, "bias", p->rows, 0, &shift, err));
    inf_tensor_floats(&shift, 0, p->rows, bias + first);
    for (size_t r = 0; r < p->rows; r++) {
        const size_t column = first + r;
        float *to = panels + column / INF_PANEL * INF_PANEL * p->cols + column % INF_PANEL;
        inf_tensor_floats(&weight, r * p->cols, p->cols, l->row);
        for (size_t i = 0; i < p->cols; i++)
            to[i * INF_PANEL] = l->row[i] * p->factor;
        bias[column] *= p->factor;
    }
    return ANC_OK;
}

/* Several stored matrices of one depth side by side as one. */
static anc_status pack(loader *l, size_t layer, const part *parts, size_t n, inf_matrix *ret,
                       anc_err *err)
{
    size_t columns = 0;
    for (size_t i = 0; i < n; i++)
        columns += parts[i].rows;
    columns = whole_panels(columns);
    float *panels = take(l, columns * parts[0].cols);
    float *bias = take(l, columns);
    size_t first = 0;
    for (size_t i = 0; i < n; i++) {
        ANC_TRY(pack_part(l, layer, &parts[i], panels, bias, first, err));
        first += parts[i].rows;
    }
    *ret = (inf_matrix){panels, bias, parts[0].cols, columns};
    return ANC_OK;
}

static anc_status load_norm(loader *l, size_t layer, const char *name, inf_norm *ret, anc_err *err)
{
    const size_t h = l->config->hidden;
    inf_tensor scale, shift;
    ANC_TRY(get_part(l, layer, name, "weight", h, 0, &scale, err));
    ANC_TRY(get_part(l, layer, name, "bias", h, 0, &shift, err));
    ret->scale = take_copy(l, &scale, h);
    ret->shift = take_copy(l, &shift, h);
    return ANC_OK;
}

static anc_status load_layer(loader *l, size_t layer, inf_layer *ret, anc_err *err)
{
    const size_t h = l->config->hidden, f = l->config->inner;
    const float factor = 1.0f / sqrtf((float)(h / l->config->heads));
    const part qkv[] = {{"attention.self.query", h, h, factor},
                        {"attention.self.key", h, h, 1},
                        {"attention.self.value", h, h, 1}};
    ANC_TRY(pack(l, layer, qkv, 3, &ret->qkv, err));
    ANC_TRY(pack(l, layer, &(part){"attention.output.dense", h, h, 1}, 1, &ret->out, err));
    ANC_TRY(pack(l, layer, &(part){"intermediate.dense", f, h, 1}, 1, &ret->up, err));
    ANC_TRY(pack(l, layer, &(part){"output.dense", h, f, 1}, 1, &ret->down, err));
    ANC_TRY(load_norm(l, layer, "attention.output.LayerNorm", &ret->after_attention, err));
    return load_norm(l, layer, "output.LayerNorm", &ret->after_feed, err);
}

/* Whether the file has what config.json says of layer `layer`, before memory is taken for it. */
static anc_status check_layer(const loader *l, size_t layer, anc_err *err)
{
    const size_t h = l->config->hidden, f = l->config->inner;
    inf_tensor unused;
    ANC_TRY(get_part(l, layer, "attention.self.query", "weight", h, h, &unused, err));
    ANC_TRY(get_part(l, layer, "attention.output.dense", "weight", h, h, &unused, err));
    ANC_TRY(get_part(l, layer, "intermediate.dense", "weight", f, h, &unused, err));
    return get_part(l, layer, "output.dense", "weight", h, f, &unused, err);
}

/* Floats of everything that `take` will be asked for. */
static size_t floats_needed(const inf_config *c)
{
    const size_t h = whole_panels(c->hidden), f = whole_panels(c->inner);
    const size_t qkv = whole_panels(3 * c->hidden);
    const size_t matrices = qkv * c->hidden + h * c->hidden + f * c->hidden + h * c->inner;
    return c->layers * (matrices + qkv + h + f + h + 4 * h) + 3 * h;
}

/* Zeroed and aligned. Where the system has large pages, few of them do for all, and the inner loops
 * never wait for an address to be translated. */
static float *weights_new(size_t floats)
{
    const size_t bytes =
        (floats * sizeof(float) + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    float *p = aligned_alloc(HUGE_PAGE_BYTES, bytes);
    if (p == NULL)
        return NULL;
    (void)madvise(p, bytes, MADV_HUGEPAGE);
    memset(p, 0, floats * sizeof(float));
    return p;
}

static anc_status load_embeddings(loader *l, inf_bert *bert, anc_err *err)
{
    const inf_config *c = l->config;
    inf_tensor types, scale, shift;
    ANC_TRY(
        get(l, "embeddings.word_embeddings.weight", c->vocabulary, c->hidden, &bert->words, err));
    ANC_TRY(get(l, "embeddings.position_embeddings.weight", c->positions, c->hidden, &bert->places,
                err));
    ANC_TRY(get(l, "embeddings.token_type_embeddings.weight", c->types, c->hidden, &types, err));
    ANC_TRY(get(l, "embeddings.LayerNorm.weight", c->hidden, 0, &scale, err));
    ANC_TRY(get(l, "embeddings.LayerNorm.bias", c->hidden, 0, &shift, err));
    bert->type = take_copy(l, &types, c->hidden);
    bert->embedding_norm.scale = take_copy(l, &scale, c->hidden);
    bert->embedding_norm.shift = take_copy(l, &shift, c->hidden);
    return ANC_OK;
}

static anc_status load(loader *l, inf_bert *bert, void (*forget)(void *arg), void *arg,
                       anc_err *err)
{
    const inf_config *c = l->config;
    for (size_t i = 0; i < c->layers; i++)
        ANC_TRY(check_layer(l, i, err));
    bert->layers = calloc(c->layers, sizeof *bert->layers);
    bert->weights = weights_new(floats_needed(c));
    l->row = malloc((c->hidden > c->inner ? c->hidden : c->inner) * sizeof *l->row);
    l->next = bert->weights;
    if (bert->layers == NULL || bert->weights == NULL || l->row == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the %zu bytes of the model's weights",
                        floats_needed(c) * sizeof(float));
    ANC_TRY(load_embeddings(l, bert, err));
    for (size_t i = 0; i < c->layers; i++) {
        ANC_TRY(load_layer(l, i, &bert->layers[i], err));
        forget(arg);
    }
    return ANC_OK;
}

anc_status inf_bert_load(const inf_config *config, const inf_tensors *tensors,
                         void (*forget)(void *arg), void *arg, inf_bert *ret, anc_err *err)
{
    const char *marker = "embeddings.word_embeddings.weight";
    loader l = {.config = config, .tensors = tensors, .prefix = ""};
    inf_bert bert = {.config = *config};
    if (inf_tensors_find(tensors, anc_str_of(marker)) == NULL &&
        inf_tensors_find(tensors, ANC_STR("bert.embeddings.word_embeddings.weight")) != NULL)
        l.prefix = "bert.";
    const anc_status status = load(&l, &bert, forget, arg, err);
    free(l.row);
    if (status == ANC_OK)
        *ret = bert;
    else
        inf_bert_done(&bert);
    return status;
}

void inf_bert_done(inf_bert *bert)
{
    free(bert->layers);
    free(bert->weights);
    *bert = (inf_bert){0};
}
