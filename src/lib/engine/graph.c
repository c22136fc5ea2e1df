/* graph.c - searching a graph, and giving it back. */
#include "graph.h"

#include <stdlib.h>

#include "graph_walk.h"

void eng_graph_free(eng_graph *graph)
{
    if (graph == NULL)
        return;
    free(graph->records);
    free(graph->up_node);
    free(graph->up_first);
    free(graph->up_links);
    free(graph);
}

size_t eng_graph_bytes(const eng_graph *graph)
{
    return sizeof *graph + (size_t)graph->n * graph->stride +
           (size_t)graph->n_up * 2 * sizeof(uint32_t) + graph->n_up_links * sizeof(uint32_t);
}

anc_status eng_graph_search(const eng_graph *g, const int8_t *q, uint32_t depth, anc_arena *mem,
                            eng_graph_hit **ret, size_t *ret_n, uint32_t *ret_seen, anc_err *err)
{
    const eng_simd *simd = eng_simd_best();
    const uint32_t most = depth < ENG_GRAPH_MAX_DEPTH ? depth : ENG_GRAPH_MAX_DEPTH;
    eng_walk w = {.depth = most < g->n ? most : g->n};
    if (w.depth == 0 || g->n_up == 0) {
        *ret = NULL;
        *ret_n = 0;
        return ANC_OK;
    }
    w.slots = eng_walk_slots(w.depth);
    w.hits = anc_arena_alloc(mem, w.depth + 1u, sizeof *w.hits);
    w.seen = anc_arena_alloc(mem, w.slots, sizeof *w.seen);
    if (w.hits == NULL || w.seen == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a walk of depth %u", w.depth);
    eng_walk_begin(&w);
    eng_walk_level(g, simd, 0, q, eng_walk_down(g, simd, 0, q), &w);
    *ret = w.hits;
    *ret_n = w.n;
    if (ret_seen != NULL)
        *ret_seen = w.n_seen;
    return ANC_OK;
}
