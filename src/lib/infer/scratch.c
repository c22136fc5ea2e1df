/* scratch.c - one piece of memory for all activations of a block. */
#include <stdlib.h>
#include <string.h>

#include "bert_impl.h"

void inf_scratch_free(inf_scratch *s)
{
    if (s == NULL)
        return;
    free(s->texts);
    free(s->memory);
    free(s);
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

typedef struct part {
    void **to;
    size_t bytes;
} part;

/* Each begins at a whole line. */
static bool share_out(inf_scratch *s, const part *parts, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += (parts[i].bytes + INF_ALIGN - 1) / INF_ALIGN * INF_ALIGN;
    s->memory = aligned_alloc(INF_ALIGN, bytes);
    if (s->memory == NULL)
        return false;
    unsigned char *next = (unsigned char *)s->memory;
    for (size_t i = 0; i < n; i++) {
        *parts[i].to = next;
        next += (parts[i].bytes + INF_ALIGN - 1) / INF_ALIGN * INF_ALIGN;
    }
    return true;
}

inf_scratch *inf_scratch_new(const inf_bert *bert, size_t tokens)
{
    enum { TILES = 2 * INF_TILE_ROWS }; /* read beyond the last row */
    _Static_assert((int)INF_QUERY_ROWS == (int)INF_SCORE_ROWS &&
                       (int)INF_QUERY_ROWS + (int)TILES == (int)INF_SHARE_ROWS,
                   "there is as much room as products.h says");
    const inf_config *c = &bert->config;
    const size_t head = c->hidden / c->heads;
    const size_t deepest = most(c->hidden, c->inner), f = sizeof(float);
    inf_scratch *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->hidden = inf_whole_panels(c->hidden);
    s->qkv_width = inf_whole_panels(3 * c->hidden);
    s->context_width = s->hidden + INF_PANEL;
    s->inner = inf_whole_panels(c->inner);
    s->places = inf_whole_panels(tokens);
    s->half_width = s->qkv_width + INF_PANEL;
    /* Of int8 rows may be wide. */
    const size_t operand = most(inf_steps(INF_BF16, deepest) * 4, inf_steps(INF_INT8, deepest) * 8);
    const size_t panel = most(head * f, inf_steps(INF_BF16, head) * 4);
    const size_t keys = s->places * panel, values = s->places * inf_whole_panels(head) * f;
    const size_t room = keys + values + INF_QUERY_ROWS * s->places * f; /* whole lines each */
    void *rooms = NULL;
    const part parts[] = {
        {(void **)&s->x, tokens * s->hidden * f},
        {(void **)&s->y, tokens * s->hidden * f},
        {(void **)&s->qkv, tokens * s->qkv_width * f},
        {(void **)&s->context, tokens * s->context_width * f},
        {(void **)&s->feed, (INF_STRIP_ROWS + TILES) * s->inner * f},
        {(void **)&s->operand, (INF_STRIP_ROWS + TILES) * operand},
        {(void **)&s->scales, INF_STRIP_ROWS * f},
        {(void **)&s->halves, (tokens + TILES) * s->half_width * sizeof(uint16_t)},
        {&rooms, INF_HANDS_MOST * room},
        {(void **)&s->shares, (INF_QUERY_ROWS + TILES) * s->places * sizeof(uint16_t)},
        {(void **)&s->mask, s->places * f},
        {(void **)&s->zeros, inf_whole_panels(head) * f},
        {(void **)&s->pooled, s->hidden * f},
        {(void **)&s->head, 2 * inf_head_width(&bert->head) * f},
    };
    s->texts = malloc((tokens / 2 + 1) * sizeof *s->texts); /* no text has less than two tokens */
    if (s->texts == NULL || !share_out(s, parts, ANC_COUNT(parts))) {
        inf_scratch_free(s);
        return NULL;
    }
    for (size_t i = 0; i < INF_HANDS_MOST; i++) {
        unsigned char *at = (unsigned char *)rooms + i * room;
        s->rooms[i] = (inf_room){at, at + keys, (float *)(void *)(at + keys + values)};
    }
    memset(s->zeros, 0, inf_whole_panels(head) * f);
    memset(s->operand, 0, (INF_STRIP_ROWS + TILES) * operand);
    memset(s->halves, 0, (tokens + TILES) * s->half_width * sizeof(uint16_t));
    memset(s->shares, 0, (INF_QUERY_ROWS + TILES) * s->places * sizeof(uint16_t));
    return s;
}
