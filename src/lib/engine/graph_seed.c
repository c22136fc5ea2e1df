/* graph_seed.c - what a graph takes over from the one that it grows out of: levels and links, by new numbers.
 *
 * Only from one of which every vector is still there: what others lost with their neighbours is not mended by putting a
 * few in again, since nobody would link to those that nothing leads to any more.
 */
#include "graph_seed.h"

static void set(uint64_t *bits, uint32_t i)
{
    bits[i / 64] |= UINT64_C(1) << (i % 64);
}

bool eng_graph_seed_fits(const eng_graph_seed *seed, uint32_t n)
{
    const eng_graph *old = seed->graph;
    return old->n_up > 0 && old->n >= n / 2 && (uint64_t)seed->first + old->n <= n &&
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
    for (uint32_t i = 0; i < old->n; i++) {
        levels[seed->first + i] = 0;
        set(seeded, seed->first + i);
    }
    for (uint32_t row = 0; row < old->n_up; row++)
        levels[seed->first + old->up_node[row]] = (uint8_t)levels_of_row(old, row);
}

/* The list of one vector on the ground; false where it has none. */
static bool take_ground(const eng_graph_seed *seed, uint32_t from, eng_graph *g)
{
    const eng_graph *old = seed->graph;
    const uint32_t *links = eng_graph_links(old, from);
    uint32_t *ret = eng_graph_links(g, seed->first + from), n = 0;
    for (; n < ENG_GRAPH_LINKS && links[n] < old->n; n++)
        ret[n] = seed->first + links[n];
    return n > 0;
}

/* The same of a row above the ground, on one level. */
static void take_upper(const eng_graph_seed *seed, uint32_t from, uint32_t level, eng_graph *g)
{
    const eng_graph *old = seed->graph;
    const uint32_t *links = eng_graph_up_links(old, from, level);
    const uint32_t to = eng_graph_row(g, seed->first + old->up_node[from]);
    uint32_t *ret = eng_graph_up_links(g, to, level);
    for (uint32_t n = 0; n < ENG_GRAPH_UP_LINKS && links[n] < old->n_up; n++)
        ret[n] = eng_graph_row(g, seed->first + old->up_node[links[n]]);
}

void eng_graph_seed_links(const eng_graph_seed *seed, const uint8_t *levels, eng_graph *g,
                          uint64_t *settled)
{
    const eng_graph *old = seed->graph;
    for (uint32_t i = 0; i < old->n; i++)
        if (take_ground(seed, i, g))
            set(settled, seed->first + i);
    for (uint32_t row = 0; row < old->n_up; row++)
        for (uint32_t level = 1; level <= levels[seed->first + old->up_node[row]]; level++)
            take_upper(seed, row, level, g);
}
