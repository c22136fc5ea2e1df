/* graph_walk.h - the walk that searching and building share: from a vector to its neighbours, always from the
 * nearest one that was not yet left.
 *
 * The `depth` nearest so far stand in one sorted array; the walk ends when it has gone on from each of them, or
 * when it has seen as many as it has room to remember. What was seen is a small open table, so that it stays in
 * the cache where a bit for every vector would not. The records of all neighbours of a vector are fetched at
 * once before the first is compared: memory answers many questions in the time of one.
 */
#ifndef ANC_ENGINE_GRAPH_WALK_H
#define ANC_ENGINE_GRAPH_WALK_H

#include <string.h>

#include "graph.h"
#include "simd.h"

#define ENG_WALK_LEFT UINT32_C(0x80000000) /* flag of a hit that the walk has gone on from */

typedef struct eng_walk {
    eng_graph_hit *hits; /* [depth] nearest first */
    uint32_t n, depth;
    uint32_t *seen; /* [slots] number + 1; 0: empty */
    uint32_t slots; /* a power of two */
    uint32_t n_seen;
    unsigned shift; /* 32 - log2(slots) */
} eng_walk;

/* Slots that a walk of this depth needs: a power of two. */
static inline uint32_t eng_walk_slots(uint32_t depth)
{
    uint32_t slots = 1024;
    while (slots < depth * 42u && slots < UINT32_C(1) << 30)
        slots *= 2;
    return slots;
}

static inline void eng_walk_begin(eng_walk *w)
{
    memset(w->seen, 0, w->slots * sizeof *w->seen);
    w->n = w->n_seen = 0;
    w->shift = 32u - (unsigned)__builtin_ctz(w->slots);
}

/* Whether `id` is new to the walk; it is not any more. */
static inline bool eng_walk_sees(eng_walk *w, uint32_t id)
{
    const uint32_t mask = w->slots - 1;
    for (uint32_t at = (id * UINT32_C(0x9e3779b1)) >> w->shift;; at = (at + 1) & mask) {
        if (w->seen[at] == id + 1)
            return false;
        if (w->seen[at] == 0) {
            w->seen[at] = id + 1;
            w->n_seen++;
            return true;
        }
    }
}

static inline bool eng_walk_is_full(const eng_walk *w)
{
    return w->n_seen > w->slots / 4 * 3 - 2 * ENG_GRAPH_LINKS;
}

/* Puts a hit where it belongs; its place, or depth where it is too far. */
static inline uint32_t eng_walk_put(eng_walk *w, int32_t score, uint32_t id)
{
    uint32_t low = 0, high = w->n;
    if (w->n == w->depth && score <= w->hits[w->n - 1].score)
        return w->depth;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (w->hits[middle].score >= score)
            low = middle + 1;
        else
            high = middle;
    }
    const uint32_t moved = (w->n < w->depth ? w->n++ : w->n - 1) - low;
    memmove(w->hits + low + 1, w->hits + low, moved * sizeof *w->hits);
    w->hits[low] = (eng_graph_hit){score, id};
    return low;
}

/* A vector on a level: on the ground its number, above the row of the upper table. */
static inline __attribute__((always_inline)) uint32_t eng_walk_node(const eng_graph *g,
                                                                    uint32_t level, uint32_t id)
{
    return level == 0 ? id : g->up_node[id];
}

static inline __attribute__((always_inline)) const uint8_t *
eng_walk_codes(const eng_graph *g, uint32_t level, uint32_t id)
{
    return eng_graph_codes(g, eng_walk_node(g, level, id));
}

static inline __attribute__((always_inline)) uint32_t *eng_walk_links(const eng_graph *g,
                                                                      uint32_t level, uint32_t id)
{
    return level == 0 ? eng_graph_links(g, id) : eng_graph_up_links(g, id, level);
}

static inline __attribute__((always_inline)) uint32_t eng_walk_max_links(uint32_t level)
{
    return level == 0 ? ENG_GRAPH_LINKS : ENG_GRAPH_UP_LINKS;
}

/* A link that another thread may be writing: the old one or the new one is read, both are good. */
static inline uint32_t eng_link(const uint32_t *link)
{
    return __atomic_load_n(link, __ATOMIC_RELAXED);
}

/* Into the second cache: more of them may be on their way than to the first one. */
static inline __attribute__((always_inline)) void eng_walk_fetch(const eng_graph *g, uint32_t node)
{
    const uint8_t *codes = eng_graph_codes(g, node);
    for (uint32_t i = 0; i < g->code_bytes; i += 64)
        __builtin_prefetch(codes + i, 0, 2);
}

/* How many there are on a level: a link to a greater number is none. */
static inline __attribute__((always_inline)) uint32_t eng_walk_count(const eng_graph *g,
                                                                     uint32_t level)
{
    return level == 0 ? g->n : g->n_up;
}

/* Whether the record is in memory, or its part of the file is what was written. */
static inline __attribute__((always_inline)) bool eng_walk_may_read(const eng_graph *g,
                                                                    uint32_t level, uint32_t id)
{
    if (g->pages == NULL)
        return true;
    const uint64_t node = level == 0 ? id : g->up_node[id];
    return eng_pages_good(g->pages, node * g->stride, g->stride);
}

/* Compares the unseen neighbours of `id`; the best place that one of them took, or depth. */
static inline __attribute__((always_inline)) uint32_t
eng_walk_leave(const eng_graph *g, const eng_simd *simd, uint32_t level, const int8_t *q,
               uint32_t id, eng_walk *w)
{
    const uint32_t *links = eng_walk_links(g, level, id);
    uint32_t fresh[ENG_GRAPH_LINKS], nodes[ENG_GRAPH_LINKS], n = 0, best = w->depth;
    int32_t scores[ENG_GRAPH_LINKS];
    for (uint32_t i = 0; i < eng_walk_max_links(level); i++) {
        const uint32_t link = eng_link(&links[i]);
        if (link >= eng_walk_count(g, level))
            break;
        if (!eng_walk_sees(w, link) || !eng_walk_may_read(g, level, link))
            continue;
        nodes[n] = eng_walk_node(g, level, link);
        eng_walk_fetch(g, nodes[n]);
        fresh[n++] = link;
    }
    simd->dot_rows(g->records, g->stride, nodes, n, q, g->code_bytes, scores);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t at = eng_walk_put(w, scores[i], fresh[i]);
        best = at < best ? at : best;
    }
    return best;
}

/* Walks one level from `start`. eng_walk_begin comes before. */
static inline __attribute__((always_inline)) void eng_walk_level(const eng_graph *g,
                                                                 const eng_simd *simd,
                                                                 uint32_t level, const int8_t *q,
                                                                 uint32_t start, eng_walk *w)
{
    if (!eng_walk_may_read(g, level, start))
        return;
    (void)eng_walk_sees(w, start);
    (void)eng_walk_put(w, simd->dot_codes(eng_walk_codes(g, level, start), q, g->code_bytes),
                       start);
    for (uint32_t at = 0; at < w->n && !eng_walk_is_full(w);) {
        const uint32_t id = w->hits[at].node;
        if ((id & ENG_WALK_LEFT) != 0) {
            at++;
            continue;
        }
        w->hits[at].node |= ENG_WALK_LEFT;
        const uint32_t best = eng_walk_leave(g, simd, level, q, id, w);
        at = best <= at ? best : at + 1;
        if (at < w->n) {
            const uint32_t *next = eng_walk_links(g, level, w->hits[at].node & ~ENG_WALK_LEFT);
            __builtin_prefetch(next);
            __builtin_prefetch(next + 16);
        }
    }
    for (uint32_t i = 0; i < w->n; i++)
        w->hits[i].node &= ~ENG_WALK_LEFT;
}

/* The neighbour of a row of the upper table that is nearest to q and nearer than *best, which becomes its score; or
 * the row itself. */
static inline uint32_t eng_walk_nearer(const eng_graph *g, const eng_simd *simd, uint32_t level,
                                       const int8_t *q, uint32_t row, int32_t *best)
{
    const uint32_t *links = eng_graph_up_links(g, row, level);
    uint32_t rows[ENG_GRAPH_UP_LINKS], nodes[ENG_GRAPH_UP_LINKS], n = 0;
    int32_t scores[ENG_GRAPH_UP_LINKS];
    for (uint32_t i = 0; i < ENG_GRAPH_UP_LINKS; i++) {
        const uint32_t link = eng_link(&links[i]);
        if (link >= g->n_up)
            break;
        if (!eng_walk_may_read(g, 1, link))
            continue;
        nodes[n] = g->up_node[link];
        eng_walk_fetch(g, nodes[n]);
        rows[n++] = link;
    }
    simd->dot_rows(g->records, g->stride, nodes, n, q, g->code_bytes, scores);
    for (uint32_t i = 0; i < n; i++)
        if (scores[i] > *best) {
            *best = scores[i];
            row = rows[i];
        }
    return row;
}

/* From the entry down to `level`, always to the nearest neighbour: a row of the upper table where `level` is
 * above the ground, else a vector. */
static inline uint32_t eng_walk_down(const eng_graph *g, const eng_simd *simd, uint32_t level,
                                     const int8_t *q)
{
    uint32_t at = g->entry;
    if (!eng_walk_may_read(g, 1, at))
        return level == 0 ? g->up_node[at] : at;
    int32_t best = simd->dot_codes(eng_walk_codes(g, 1, at), q, g->code_bytes);
    for (uint32_t l = g->top; l > level;) {
        const uint32_t next = eng_walk_nearer(g, simd, l, q, at, &best);
        l -= next == at ? 1 : 0;
        at = next;
    }
    return level == 0 ? g->up_node[at] : at;
}

#endif
