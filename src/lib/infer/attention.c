/* attention.c - what each token of a text takes from the others, head by head, in f32 or in bf16; in f32 the heads are
 * shared out.
 *
 * Scores are a product of queries and keys, a column a token; the context one of what softmax makes of them and of the
 * values, a column a component. In bf16 both take their rows as they stand in `halves`: what follows a head's columns there
 * meets zeros.
 */
#include <string.h>

#include "bert_impl.h"

static const float masked = -1e30f; /* the score of a key that is not there */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Which head of which text, and where its attention is made. */
typedef struct place {
    const inf_room *room;
    size_t tokens, queries; /* of the text */
    size_t number;          /* of the head */
    size_t width;           /* of a head */
} place;

/* Adds to the scores of the queries from `from` on what the model gives for how far a key is away. */
static void add_distances(const inf_bert *bert, const place *p, size_t from, size_t rows)
{
    const size_t places = inf_whole_panels(p->tokens);
    if (bert->distances == NULL)
        return;
    const float *middle = bert->distances + (2 * p->number + 1) * bert->reach;
    for (size_t r = 0; r < rows; r++) {
        float *score = p->room->scores + r * places;
        const float *added = middle - (from + r);
        for (size_t j = 0; j < places; j++)
            score[j] += added[j];
    }
}

/* ---- f32 ---------------------------------------------------------------------------------------- */

/* A head's part of a row is far from that of the next row: those of queries, keys and values are asked for before. */
static void fetch_head(const float *row, size_t hidden, size_t head)
{
    for (size_t part = 0; part < 3; part++)
        for (size_t j = 0; j < head; j += INF_ALIGN / sizeof *row)
            __builtin_prefetch(row + part * hidden + j);
}

/* Keys of one head as panels of the scores' product (a column a token), values as panels of the
 * context's (a column a component). */
static void pack_head(const inf_scratch *s, const float *qkv, const place *p, size_t hidden)
{
    enum { AHEAD = 8 /* rows */ };
    const size_t tokens = p->tokens, head = p->width, places = inf_whole_panels(tokens);
    float *keys = p->room->keys, *values = p->room->values;
    if (places > tokens)
        memset(keys + (places - INF_PANEL) * head, 0, INF_PANEL * head * sizeof *keys);
    for (size_t t = 0; t < tokens; t++, qkv += s->qkv_width) {
        const float *key = qkv + hidden, *value = key + hidden;
        float *to = keys + t / INF_PANEL * INF_PANEL * head + t % INF_PANEL;
        if (t + AHEAD < tokens)
            fetch_head(qkv + AHEAD * s->qkv_width, hidden, head);
        for (size_t j = 0; j < head; j++)
            to[j * INF_PANEL] = key[j];
        for (size_t at = 0; at < head; at += INF_PANEL) {
            const size_t n = least(head - at, INF_PANEL);
            to = values + at * tokens + t * INF_PANEL;
            memcpy(to, value + at, n * sizeof *to);
            memset(to + n, 0, (INF_PANEL - n) * sizeof *to);
        }
    }
}

/* One head of one text. A head narrower than a panel also writes zeros into the columns behind it,
 * which belong to the next heads and are written after it, or to the spare panel of the row. */
static void attend_head(const inf_bert *bert, const inf_kernels *kernels, const inf_scratch *s,
                        const float *qkv, float *context, const place *p)
{
    const size_t tokens = p->tokens, head = p->width;
    const size_t places = inf_whole_panels(tokens), width = inf_whole_panels(head);
    const float *keys = p->room->keys, *values = p->room->values;
    float *scores = p->room->scores;
    for (size_t from = 0; from < p->queries; from += INF_QUERY_ROWS) {
        const size_t rows = least(p->queries - from, INF_QUERY_ROWS);
        for (size_t j = 0; j < places; j += INF_PANEL)
            kernels->product(qkv + from * s->qkv_width, s->qkv_width, rows, keys + j * head, head,
                             s->mask + j, scores + j, places);
        add_distances(bert, p, from, rows);
        for (size_t r = 0; r < rows; r++)
            kernels->softmax(scores + r * places, places);
        for (size_t j = 0; j < width; j += INF_PANEL)
            kernels->product(scores, places, rows, values + j * tokens, tokens, s->zeros,
                             context + from * s->context_width + j, s->context_width);
    }
}

/* The heads of a text. */
typedef struct heads {
    const inf_bert *bert;
    const inf_kernels *kernels;
    const inf_scratch *s;
    const inf_span *span;
} heads;

static void attend_heads(void *arg, size_t from, size_t to, unsigned hand)
{
    const heads *of = arg;
    const inf_scratch *s = of->s;
    const inf_span *span = of->span;
    const size_t hidden = of->bert->config.hidden, head = hidden / of->bert->config.heads;
    for (size_t i = from; i < to; i++) {
        const float *qkv = s->qkv + span->first * s->qkv_width + i * head;
        const place p = {&s->rooms[hand], span->tokens, span->queries, i, head};
        pack_head(s, qkv, &p, hidden);
        attend_head(of->bert, of->kernels, s, qkv,
                    s->context + span->to * s->context_width + i * head, &p);
    }
}

/* Heads that write into the columns of others go one after the other. */
static void attend(const inf_bert *bert, const inf_levels *levels, const inf_scratch *s,
                   const inf_span *span)
{
    const size_t n = bert->config.heads;
    const bool apart = bert->config.hidden / n % INF_PANEL == 0;
    heads of = {bert, levels->kernels, s, span};
    inf_hands_share(apart ? s->hands : NULL, n, 1, attend_heads, &of);
}

/* ---- bf16 --------------------------------------------------------------------------------------- */

/* Two neighbours of a row as one number, as a step has them. */
static inline uint32_t two(const uint16_t *from)
{
    uint32_t both;
    memcpy(&both, from, sizeof both);
    return both;
}

/* Columns are tokens, a step is two components of a key. */
static void pack_keys(const inf_scratch *s, const uint16_t *qkv, size_t tokens, size_t hidden,
                      size_t head)
{
    const size_t steps = inf_steps(INF_BF16, head), places = inf_whole_panels(tokens);
    uint32_t *keys = s->rooms[0].keys;
    memset(keys, 0, places * steps * 4);
    for (size_t t = 0; t < tokens; t++) {
        const uint16_t *key = qkv + t * s->half_width + hidden;
        uint32_t *to = keys + t / INF_PANEL * steps * INF_PANEL + t % INF_PANEL;
        for (size_t i = 0; i < head / 2; i++)
            to[i * INF_PANEL] = two(key + 2 * i);
        if (head % 2 != 0)
            to[head / 2 * INF_PANEL] = key[head - 1];
    }
}

/* Columns are components, a step is two tokens: of the last one the second may be none. */
static void pack_values(const inf_scratch *s, const uint16_t *qkv, size_t tokens, size_t hidden,
                        size_t head)
{
    const size_t steps = inf_whole_panels(tokens) / 2;
    uint32_t *values = s->rooms[0].values;
    memset(values, 0, steps * 4 * inf_whole_panels(head));
    for (size_t t = 0; t < tokens; t += 2) {
        const uint16_t *first = qkv + t * s->half_width + 2 * hidden;
        const uint16_t *second = t + 1 < tokens ? first + s->half_width : NULL;
        for (size_t at = 0; at < head; at += INF_PANEL) {
            uint32_t *to = values + (at * steps + t / 2 * INF_PANEL);
            for (size_t j = 0; j < least(head - at, INF_PANEL); j++)
                to[j] = first[at + j] | (second != NULL ? (uint32_t)second[at + j] << 16 : 0);
        }
    }
}

static void attend_head_in_half(const inf_bert *bert, const inf_levels *levels, inf_scratch *s,
                                const uint16_t *qkv, float *context, const place *p)
{
    const size_t tokens = p->tokens, head = p->width;
    const size_t places = inf_whole_panels(tokens);
    const inf_product *product = levels->products[INF_BF16];
    float *scores = p->room->scores;
    const inf_matrix keys = {.precision = INF_BF16,
                             .depth = head,
                             .steps = inf_steps(INF_BF16, head),
                             .columns = places,
                             .panels = p->room->keys,
                             .bias = s->mask};
    const inf_matrix values = {.precision = INF_BF16,
                               .depth = places,
                               .steps = places / 2,
                               .columns = inf_whole_panels(head),
                               .panels = p->room->values,
                               .bias = s->zeros};
    for (size_t from = 0; from < p->queries; from += INF_QUERY_ROWS) {
        const size_t rows = least(p->queries - from, INF_QUERY_ROWS);
        const inf_rows queries = {qkv + from * s->half_width, s->half_width * 2, NULL, false};
        const inf_rows shares = {s->shares, places * 2, NULL, false};
        product->multiply(&keys, &queries, rows, scores, places);
        add_distances(bert, p, from, rows);
        for (size_t r = 0; r < rows; r++)
            levels->kernels->softmax_narrow(scores + r * places, places, s->shares + r * places);
        product->multiply(&values, &shares, rows, context + from * s->context_width,
                          s->context_width);
    }
}

static void attend_in_half(const inf_bert *bert, const inf_levels *levels, inf_scratch *s,
                           const inf_span *span)
{
    const size_t hidden = bert->config.hidden, head = hidden / bert->config.heads;
    for (size_t at = 0; at < hidden; at += head) {
        const uint16_t *qkv = s->halves + span->first * s->half_width + at;
        const place p = {&s->rooms[0], span->tokens, span->queries, at / head, head};
        pack_keys(s, qkv, span->tokens, hidden, head);
        pack_values(s, qkv, span->tokens, hidden, head);
        attend_head_in_half(bert, levels, s, qkv, s->context + span->to * s->context_width + at,
                            &p);
    }
}

static void attend_at_once(const inf_bert *bert, const inf_levels *levels, inf_scratch *s,
                           const inf_span *span)
{
    const inf_attention all = {.queries = s->halves + span->first * s->half_width,
                               .stride = s->half_width,
                               .tokens = span->tokens,
                               .rows = span->queries,
                               .heads = bert->config.heads,
                               .width = bert->config.hidden / bert->config.heads,
                               .distances = bert->distances,
                               .reach = bert->reach,
                               .context = s->context + span->to * s->context_width,
                               .context_stride = s->context_width,
                               .keys_room = s->rooms[0].keys,
                               .values_room = s->rooms[0].values,
                               .scores = s->rooms[0].scores,
                               .shares = s->shares};
    levels->products[INF_BF16]->attend(&all);
}

void inf_attend(const inf_bert *bert, const inf_levels *levels, inf_scratch *s,
                const inf_span *span)
{
    if (levels->half_attention && levels->products[INF_BF16]->attend != NULL) {
        attend_at_once(bert, levels, s, span);
        return;
    }
    for (size_t i = 0; i < inf_whole_panels(span->tokens); i++)
        s->mask[i] = i < span->tokens ? 0.0f : masked;
    if (levels->half_attention)
        attend_in_half(bert, levels, s, span);
    else
        attend(bert, levels, s, span);
}
