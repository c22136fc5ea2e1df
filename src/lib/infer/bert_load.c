/* bert_load.c - from the tensors of a file to panels.
 *
 * First every tensor is looked up and its shape checked, so that no memory is taken for a model
 * that a config.json merely claims; then one block of memory is taken and filled. Its layout follows from
 * configuration and plan, so a block that was kept in a file (packed.c) is walked through in the same way.
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
    const inf_plan *plan;
    const char *prefix; /* of every tensor's name, "bert." or the like; may be empty */
    bool
        packed; /* the weights are there from before: they are walked through and nothing is written */
    unsigned char *next; /* free part of the weights */
    float *row;          /* owned: [widest row] */
    float *greatest;     /* owned: [widest row] of the weights that each value of a row meets */
} loader;

/* What old files call the tensor of a norm: gamma for weight and beta for bias. False where it is of none. */
static bool old_name(const char *name, char *ret, size_t bytes)
{
    static const char *const names[][2] = {{"LayerNorm.weight", "LayerNorm.gamma"},
                                           {"LayerNorm.bias", "LayerNorm.beta"}};
    for (size_t i = 0; i < ANC_COUNT(names); i++) {
        if (!anc_str_ends(anc_str_of(name), anc_str_of(names[i][0])))
            continue;
        const size_t before = strlen(name) - strlen(names[i][0]);
        (void)snprintf(ret, bytes, "%.*s%s", (int)before, name, names[i][1]);
        return true;
    }
    return false;
}

static anc_status get(const loader *l, const char *name, size_t rows, size_t cols, inf_tensor *ret,
                      anc_err *err)
{
    char full[NAME_MAX_BYTES + 16], old[NAME_MAX_BYTES + 16];
    (void)snprintf(full, sizeof full, "%.15s%s", l->prefix, name);
    if (inf_tensors_find(l->tensors, anc_str_of(full)) == NULL && old_name(full, old, sizeof old) &&
        inf_tensors_find(l->tensors, anc_str_of(old)) != NULL)
        return inf_tensors_get(l->tensors, anc_str_of(old), rows, cols, ret, err);
    return inf_tensors_get(l->tensors, anc_str_of(full), rows, cols, ret, err);
}

/* A tensor of layer `layer`: "encoder.layer.3.<part>.<what>". */
static anc_status get_part(const loader *l, size_t layer, const char *part, const char *what,
                           size_t rows, size_t cols, inf_tensor *ret, anc_err *err)
{
    char name[NAME_MAX_BYTES];
    (void)snprintf(name, sizeof name, "%s%zu.%s.%s", l->config->architecture->layer->before, layer,
                   part, what);
    return get(l, name, rows, cols, ret, err);
}

/* The same, which may be read from: all its elements are numbers. */
static anc_status get_sound(const loader *l, const char *name, size_t rows, size_t cols,
                            inf_tensor *ret, anc_err *err)
{
    ANC_TRY(get(l, name, rows, cols, ret, err));
    return l->packed ? ANC_OK : inf_tensors_check_finite(l->tensors, ret, err);
}

static anc_status get_sound_part(const loader *l, size_t layer, const char *part, const char *what,
                                 size_t rows, size_t cols, inf_tensor *ret, anc_err *err)
{
    ANC_TRY(get_part(l, layer, part, what, rows, cols, ret, err));
    return l->packed ? ANC_OK : inf_tensors_check_finite(l->tensors, ret, err);
}

/* Room of the weights, zeroed or filled from before. Every piece is whole panels long, so all stay aligned. */
static void *take_bytes(loader *l, size_t bytes)
{
    void *p = l->next;
    l->next += (bytes + INF_STEP_BYTES - 1) / INF_STEP_BYTES * INF_STEP_BYTES;
    return p;
}

static float *take(loader *l, size_t n)
{
    return take_bytes(l, n * sizeof(float));
}

static anc_status take_copy(loader *l, const inf_tensor *tensor, size_t n, const float **ret,
                            anc_err *err)
{
    float *p = take(l, n);
    *ret = p;
    return l->packed ? ANC_OK : inf_tensor_floats(tensor, 0, n, p, err);
}

typedef struct part {
    const char *name;
    size_t rows, cols; /* as stored: a row an output */
    float factor;
} part;

/* A matrix that is being filled. */
typedef struct packing {
    inf_precision precision;
    size_t steps, columns;
    unsigned char *panels;
    float *bias, *scale;
    int32_t *shift;
    float *factors; /* NULL: none */
} packing;

static void pack_f32(const float *row, size_t depth, float *to)
{
    for (size_t i = 0; i < depth; i++)
        to[i * INF_PANEL] = row[i];
}

static void pack_column(packing *p, const float *row, size_t depth, size_t column)
{
    unsigned char *panel = p->panels + column / INF_PANEL * p->steps * INF_STEP_BYTES;
    if (p->precision == INF_F32)
        pack_f32(row, depth, (float *)(void *)panel + column % INF_PANEL);
    else
        inf_pack_column(p->precision, row, depth, column % INF_PANEL, panel, p->scale + column,
                        p->shift + column);
}

/* Packs one stored matrix into the columns from `first` on. */
static anc_status pack_part(loader *l, size_t layer, const part *p, packing *to, size_t first,
                            anc_err *err)
{
    inf_tensor weight, shift;
    ANC_TRY(get_sound_part(l, layer, p->name, "weight", p->rows, p->cols, &weight, err));
    ANC_TRY(get_sound_part(l, layer, p->name, "bias", p->rows, 0, &shift, err));
    ANC_TRY(inf_tensor_floats(&shift, 0, p->rows, to->bias + first, err));
    for (size_t r = 0; r < p->rows; r++) {
        ANC_TRY(inf_tensor_floats(&weight, r * p->cols, p->cols, l->row, err));
        for (size_t i = 0; i < p->cols; i++)
            l->row[i] *= to->factors != NULL ? p->factor / to->factors[i] : p->factor;
        pack_column(to, l->row, p->cols, first + r);
        to->bias[first + r] *= p->factor;
    }
    return ANC_OK;
}

static anc_status find_greatest(loader *l, size_t layer, const part *parts, size_t n, anc_err *err)
{
    memset(l->greatest, 0, parts[0].cols * sizeof *l->greatest);
    for (size_t p = 0; p < n; p++) {
        inf_tensor weight;
        ANC_TRY(get_part(l, layer, parts[p].name, "weight", parts[p].rows, parts[p].cols, &weight,
                         err));
        for (size_t r = 0; r < parts[p].rows; r++) {
            ANC_TRY(inf_tensor_floats(&weight, r * parts[p].cols, parts[p].cols, l->row, err));
            for (size_t i = 0; i < parts[p].cols; i++)
                l->greatest[i] = fmaxf(l->greatest[i], fabsf(l->row[i] * parts[p].factor));
        }
    }
    return ANC_OK;
}

/* A few values of what a layer norm gives are much greater than the rest, and would leave these a few bits. How great
 * each is about, its scale and shift say; the weights take over half of that, as an exponent (SmoothQuant: Xiao and others,
 * ICML 2023). */
static void smooth(const loader *l, const inf_norm *from, size_t n, float *ret)
{
    enum { SPREAD = 3 }; /* of a value about its mean, in standard deviations */
    for (size_t i = 0; i < n; i++) {
        const float size = fabsf(from->shift[i]) + SPREAD * fabsf(from->scale[i]);
        const float factor = sqrtf(l->greatest[i] / size);
        ret[i] = isfinite(factor) && factor > 0 ? factor : 1;
    }
}

static anc_status fill(loader *l, size_t layer, const part *parts, size_t n, const inf_norm *from,
                       packing *to, anc_err *err)
{
    size_t first = 0;
    if (to->factors != NULL) {
        ANC_TRY(find_greatest(l, layer, parts, n, err));
        smooth(l, from, parts[0].cols, to->factors);
    }
    for (size_t i = 0; i < n; i++) {
        ANC_TRY(pack_part(l, layer, &parts[i], to, first, err));
        first += parts[i].rows;
    }
    return ANC_OK;
}

/* Several stored matrices of one depth side by side as one. `from`: the norm that their rows come from, NULL: from
 * elsewhere. */
static anc_status pack(loader *l, size_t layer, const part *parts, size_t n,
                       inf_precision precision, const inf_norm *from, inf_matrix *ret, anc_err *err)
{
    const size_t depth = parts[0].cols;
    size_t columns = 0;
    for (size_t i = 0; i < n; i++)
        columns += parts[i].rows;
    columns = inf_whole_panels(columns);
    packing to = {.precision = precision, .steps = inf_steps(precision, depth), .columns = columns};
    to.panels = take_bytes(l, columns * to.steps * 4);
    to.bias = take(l, columns);
    if (precision != INF_F32) {
        to.scale = take(l, columns);
        to.shift = take_bytes(l, columns * sizeof *to.shift);
    }
    if (precision == INF_INT8 && from != NULL)
        to.factors = take(l, depth);
    if (!l->packed)
        ANC_TRY(fill(l, layer, parts, n, from, &to, err));
    *ret = (inf_matrix){.precision = precision,
                        .depth = depth,
                        .steps = to.steps,
                        .columns = columns,
                        .panels = to.panels,
                        .bias = to.bias,
                        .scale = to.scale,
                        .shift = to.shift,
                        .factors = to.factors};
    return ANC_OK;
}

static anc_status load_norm(loader *l, size_t layer, const char *name, inf_norm *ret, anc_err *err)
{
    const size_t h = l->config->hidden;
    inf_tensor scale, shift;
    ANC_TRY(get_sound_part(l, layer, name, "weight", h, 0, &scale, err));
    ANC_TRY(get_sound_part(l, layer, name, "bias", h, 0, &shift, err));
    ANC_TRY(take_copy(l, &scale, h, &ret->scale, err));
    return take_copy(l, &shift, h, &ret->shift, err);
}

static anc_status load_layer(loader *l, size_t layer, const inf_norm *before, inf_layer *ret,
                             anc_err *err)
{
    const size_t h = l->config->hidden, f = l->config->inner;
    const inf_layer_names *names = l->config->architecture->layer;
    const float factor = 1.0f / sqrtf((float)(h / l->config->heads));
    const part qkv[] = {
        {names->query, h, h, factor}, {names->key, h, h, 1}, {names->value, h, h, 1}};
    const part out = {names->out, h, h, 1};
    const part up = {names->up, f, h, 1}, down = {names->down, h, f, 1};
    ANC_TRY(load_norm(l, layer, names->after_attention, &ret->after_attention, err));
    ANC_TRY(pack(l, layer, qkv, 3, l->plan->qkv, before, &ret->qkv, err));
    ANC_TRY(pack(l, layer, &out, 1, l->plan->out, NULL, &ret->out, err));
    ANC_TRY(pack(l, layer, &up, 1, l->plan->up, &ret->after_attention, &ret->up, err));
    ANC_TRY(pack(l, layer, &down, 1, l->plan->down, NULL, &ret->down, err));
    return load_norm(l, layer, names->after_feed, &ret->after_feed, err);
}

/* Whether the file has what config.json says of layer `layer`, before memory is taken for it. */
static anc_status check_layer(const loader *l, size_t layer, anc_err *err)
{
    const size_t h = l->config->hidden, f = l->config->inner;
    const inf_layer_names *names = l->config->architecture->layer;
    inf_tensor unused;
    ANC_TRY(get_part(l, layer, names->query, "weight", h, h, &unused, err));
    ANC_TRY(get_part(l, layer, names->out, "weight", h, h, &unused, err));
    ANC_TRY(get_part(l, layer, names->up, "weight", f, h, &unused, err));
    return get_part(l, layer, names->down, "weight", h, f, &unused, err);
}

/* The same of the tables, which the window and the buckets of distances follow from. */
static anc_status check_tables(const loader *l, anc_err *err)
{
    const inf_config *c = l->config;
    inf_tensor unused;
    ANC_TRY(get(l, "embeddings.word_embeddings.weight", c->vocabulary, c->hidden, &unused, err));
    ANC_TRY(get(l, "embeddings.position_embeddings.weight", c->positions, c->hidden, &unused, err));
    return c->buckets == 0 ? ANC_OK
                           : get(l, c->architecture->distances, c->buckets, c->heads, &unused, err);
}

/* Of a matrix with what belongs to its columns. */
static size_t matrix_bytes(inf_precision precision, size_t columns, size_t depth)
{
    const size_t whole = inf_whole_panels(columns), rows = precision == INF_F32 ? 1 : 3;
    return whole * inf_steps(precision, depth) * 4 +
           (rows * whole + inf_whole_panels(depth)) * sizeof(float);
}

size_t inf_bert_bytes(const inf_config *c, const inf_plan *plan)
{
    const size_t h = inf_whole_panels(c->hidden) * sizeof(float);
    const size_t layer = matrix_bytes(plan->qkv, 3 * c->hidden, c->hidden) +
                         matrix_bytes(plan->out, c->hidden, c->hidden) +
                         matrix_bytes(plan->up, c->inner, c->hidden) +
                         matrix_bytes(plan->down, c->hidden, c->inner) + 4 * h;
    const size_t distances = c->heads * 2 * inf_whole_panels(c->window) * sizeof(float);
    return c->layers * layer + 4 * h + (c->buckets > 0 ? distances : 0);
}

/* Where the system has large pages, few of them do for all, and the inner loops never wait for an address to be
 * translated. */
unsigned char *inf_weights_new(size_t needed)
{
    const size_t bytes = (needed + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    unsigned char *p = aligned_alloc(HUGE_PAGE_BYTES, bytes);
    if (p != NULL)
        (void)madvise(p, bytes, MADV_HUGEPAGE);
    return p;
}

/* The rows of token types 0 and 1, as far as there are any. */
static anc_status load_types(loader *l, inf_bert *bert, anc_err *err)
{
    const inf_config *c = l->config;
    const size_t width = inf_whole_panels(c->hidden);
    inf_tensor types;
    float *rows = take(l, 2 * width);
    bert->types = rows;
    if (c->types == 0 || l->packed)
        return ANC_OK;
    ANC_TRY(
        get_sound(l, "embeddings.token_type_embeddings.weight", c->types, c->hidden, &types, err));
    for (size_t i = 0; i < 2 && i < c->types; i++)
        ANC_TRY(inf_tensor_floats(&types, i * c->hidden, c->hidden, rows + i * width, err));
    return ANC_OK;
}

/* The bucket of a key that stands `distance` tokens behind its query: half of them for each direction, the first half
 * of these for small distances one each, the others for ever wider ranges of them (Raffel and others, JMLR 2020). */
static size_t bucket_of(ptrdiff_t distance, size_t buckets)
{
    enum { FARTHEST = 128 };
    const size_t half = buckets / 2, exact = half / 2;
    const size_t n = (size_t)(distance < 0 ? -distance : distance), first = distance > 0 ? half : 0;
    if (n < exact)
        return first + n;
    const float share = logf((float)n / (float)exact) / logf((float)FARTHEST / (float)exact);
    const size_t wide = exact + (size_t)(share * (float)(half - exact));
    return first + (wide < half ? wide : half - 1);
}

static anc_status load_distances(loader *l, inf_bert *bert, anc_err *err)
{
    const inf_config *c = l->config;
    inf_tensor table;
    if (c->buckets == 0)
        return ANC_OK;
    ANC_TRY(get_sound(l, c->architecture->distances, c->buckets, c->heads, &table, err));
    bert->reach = inf_whole_panels(c->window);
    float *to = take(l, c->heads * 2 * bert->reach);
    bert->distances = to;
    if (l->packed)
        return ANC_OK;
    for (size_t i = 0; i < 2 * bert->reach; i++) {
        const size_t bucket = bucket_of((ptrdiff_t)i - (ptrdiff_t)bert->reach, c->buckets);
        ANC_TRY(inf_tensor_floats(&table, bucket * c->heads, c->heads, l->row, err));
        for (size_t h = 0; h < c->heads; h++)
            to[h * 2 * bert->reach + i] = l->row[h];
    }
    return ANC_OK;
}

static anc_status load_embeddings(loader *l, inf_bert *bert, anc_err *err)
{
    const inf_config *c = l->config;
    inf_tensor scale, shift;
    ANC_TRY(get_sound(l, "embeddings.word_embeddings.weight", c->vocabulary, c->hidden,
                      &bert->words, err));
    ANC_TRY(get_sound(l, "embeddings.position_embeddings.weight", c->positions, c->hidden,
                      &bert->places, err));
    ANC_TRY(get_sound(l, "embeddings.LayerNorm.weight", c->hidden, 0, &scale, err));
    ANC_TRY(get_sound(l, "embeddings.LayerNorm.bias", c->hidden, 0, &shift, err));
    ANC_TRY(take_copy(l, &scale, c->hidden, &bert->embedding_norm.scale, err));
    ANC_TRY(take_copy(l, &shift, c->hidden, &bert->embedding_norm.shift, err));
    ANC_TRY(load_types(l, bert, err));
    return load_distances(l, bert, err);
}

/* The matrices by which a cross-encoder judges. */
static anc_status load_judge(const loader *l, inf_bert *bert, anc_err *err)
{
    const inf_config *c = l->config;
    const inf_judge_names *names = &c->architecture->judge;
    const inf_dense_of dense = {names->dense, c->hidden, c->hidden, .bias = true, .tanh = true};
    const inf_dense_of out = {names->out, c->hidden, 1, .bias = true};
    if (!c->scores)
        return ANC_OK;
    ANC_TRY(inf_head_add(&bert->head, l->tensors, &dense, err));
    return inf_head_add(&bert->head, l->tensors, &out, err);
}

/* Room for the weights, or those of before. */
static anc_status open_room(loader *l, inf_bert *bert, anc_err *err)
{
    const inf_config *c = l->config;
    const size_t needed = inf_bert_bytes(c, l->plan);
    const size_t widest = c->hidden > c->inner ? c->hidden : c->inner;
    bert->layers = calloc(c->layers, sizeof *bert->layers);
    if (!l->packed) {
        bert->weights = inf_weights_new(needed);
        l->row = malloc(widest * sizeof *l->row);
        l->greatest = malloc(widest * sizeof *l->greatest);
    }
    if (bert->layers == NULL || bert->weights == NULL ||
        (!l->packed && (l->row == NULL || l->greatest == NULL)))
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the %zu bytes of the model's weights",
                        needed);
    if (!l->packed)
        memset(bert->weights, 0, needed);
    l->next = bert->weights;
    return ANC_OK;
}

static anc_status load(loader *l, inf_bert *bert, anc_err *err)
{
    const inf_config *c = l->config;
    for (size_t i = 0; i < c->layers; i++)
        ANC_TRY(check_layer(l, i, err));
    ANC_TRY(check_tables(l, err));
    ANC_TRY(open_room(l, bert, err));
    ANC_TRY(load_embeddings(l, bert, err));
    ANC_TRY(load_judge(l, bert, err));
    for (size_t i = 0; i < c->layers; i++) {
        const inf_norm *before = i > 0 ? &bert->layers[i - 1].after_feed : &bert->embedding_norm;
        ANC_TRY(load_layer(l, i, before, &bert->layers[i], err));
    }
    return ANC_OK;
}

/* What stands before all names: nothing, or the architecture's prefix where only that fits. */
static const char *prefix_of(const inf_config *config, const inf_tensors *tensors)
{
    static const char marker[] = "embeddings.word_embeddings.weight";
    char name[NAME_MAX_BYTES];
    const char *prefix = config->architecture->prefix;
    (void)snprintf(name, sizeof name, "%s%s", prefix, marker);
    const bool plain = inf_tensors_find(tensors, anc_str_of(marker)) != NULL;
    return !plain && inf_tensors_find(tensors, anc_str_of(name)) != NULL ? prefix : "";
}

anc_status inf_bert_load(const inf_bert_from *from, inf_bert *ret, anc_err *err)
{
    loader l = {.config = from->config,
                .plan = from->plan,
                .tensors = from->tensors,
                .prefix = prefix_of(from->config, from->tensors),
                .packed = from->packed != NULL};
    inf_bert bert = {.config = *from->config, .weights = from->packed};
    const anc_status status = load(&l, &bert, err);
    free(l.row);
    free(l.greatest);
    if (status == ANC_OK)
        *ret = bert;
    else
        inf_bert_done(&bert);
    return status;
}

void inf_bert_done(inf_bert *bert)
{
    inf_head_done(&bert->head);
    free(bert->layers);
    free(bert->weights);
    *bert = (inf_bert){0};
}
