/* graph_seed.c - what a graph takes over from the one that it grows out of: levels and links, by new numbers. */
#include "graph_seed.h"

static uint32_t node_of(const eng_graph_seed *seed, uint32_t old)
{
    return eng_graph_seed_node(seed, old);
}

static void set(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= UINT64_C(1) << (i % 64);
}

bool eng_graph_seed_fits(const eng_graph_seed *seed, uint32_t n)
{
    enum { MOST_GONE = 5 }; /* one in so many */
    const eng_graph *old = seed->graph;
    uint32_t gone = 0;
    if (old->n_up == 0 || node_of(seed, old->up_node[old->entry]) == UINT32_MAX)
        return false;
    for (uint32_t i = 0; i < old->n; i++)
        gone += node_of(seed, i) == UINT32_MAX ? 1 : 0;
    return gone <= old->n / MOST_GONE && old->n - gone >= n / 2 &&
           (old->pages == NULL || eng_pages_good(old->pages, 0, (uint64_t)old->n * old->stride));
}

static uint32_t levels_of_row(const eng_graph *g, uint32_t row)
{
    const uint64_t end = row + 1 < g->n_up ? g->up_first[row + 1] : g->n_up_links;
    return (uint32_t)((end - g->up_first[row]) / ENG_GRAPH_UP_LINKS);
}

void eng_graph_seed_levels(const eng_graph_seed *seed, uint8_t *levels, uint64_t *seeded)
{
    const eng_graph *old = seed->graph;
    for (uint32_t i = 0; i < old->n; i++)
        if (node_of(seed, i) != UINT32_MAX) {
            levels[node_of(seed, i)] = 0;
            set(seeded, node_of(seed, i));
        }
    for (uint32_t row = 0; row < old->n_up; row++) {
        const uint32_t node = node_of(seed, old->up_node[row]);
        if (node != UINT32_MAX)
            levels[node] = (uint8_t)levels_of_row(old, row);
    }
}

/* The list of one vector on the ground; false where it has lost a neighbour. */
static bool take_ground(const eng_graph_seed *seed, uint32_t from, eng_graph *g, uint32_t to)
{
    const eng_graph *old = seed->graph;
    const uint32_t *links = eng_graph_links(old, from);
    uint32_t *ret = eng_graph_links(g, to), n = 0, i = 0;
    for (; i < ENG_GRAPH_LINKS && links[i] < old->n; i++)
        if (node_of(seed, links[i]) != UINT32_MAX)
            ret[n++] = node_of(seed, links[i]);
    return n == i && n > 0;
}

/* The same of a row above the ground, on one level. */
static bool take_upper(const eng_graph_seed *seed, const uint8_t *levels, uint32_t from,
                       uint32_t level, eng_graph *g, uint32_t to)
{
    const eng_graph *old = seed->graph;
    const uint32_t *links = eng_graph_up_links(old, from, level);
    uint32_t *ret = eng_graph_up_links(g, to, level), n = 0, i = 0;
    for (; i < ENG_GRAPH_UP_LINKS && links[i] < old->n_up; i++) {
        const uint32_t node = node_of(seed, old->up_node[links[i]]);
        if (node != UINT32_MAX && levels[node] >= level)
            ret[n++] = eng_graph_row(g, node);
    }
    return n == i;
}

void eng_graph_seed_links(const eng_graph_seed *seed, const uint8_t *levels, eng_graph *g,
                          uint64_t *settled)
{
    const eng_graph *old = seed->graph;
    for (uint32_t i = 0; i < old->n; i++) {
        const uint32_t node = node_of(seed, i);
        if (node != UINT32_MAX && take_ground(seed, i, g, node))
            set(settled, node);
    }
    for (uint32_t row = 0; row < old->n_up; row++) {
        const uint32_t node = node_of(seed, old->up_node[row]);
        bool whole = true;
        if (node == UINT32_MAX)
            continue;
        for (uint32_t level = 1; level <= levels[node]; level++)
            whole = take_upper(seed, levels, row, level, g, eng_graph_row(g, node)) && whole;
        if (!whole)
            settled[node / 64] &= ~(UINT64_C(1) << (node % 64));
    }
}
