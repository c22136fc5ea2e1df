/* graph.h - the nearest few of a million vectors, found by looking at a thousand.
 *
 * A hierarchical navigable small world (Malkov and Yashunin, IEEE TPAMI 42:4, 2020) over codes (codes.h). Every
 * vector is a record: its codes, then the numbers of its neighbours, so that what is compared and where to go
 * from there lie side by side. Distances are products of codes, greater is nearer; the caller rescores the best
 * in full precision.
 *
 *   records   [n] of `stride` bytes: codes [code_bytes], then links uint32 [ENG_GRAPH_LINKS]; ENG_GRAPH_NONE
 *             ends them where there are fewer
 *   upper     the few vectors (one in 16) that stand on levels above the ground as well: `up_node` is the
 *             vector, `up_first` the first of its lists in `up_links`; list l - 1 is that of level l. These links
 *             are rows of this table, not vectors
 *   entry     row of the upper table where a search begins, on level `top`; where the table is empty there is no
 *             vector in the graph, and a search finds nothing
 *
 * Everything is flat, without pointers inside, as it stands in a file. A finished graph never changes; any
 * number of threads may search it.
 */
#ifndef ANC_ENGINE_GRAPH_H
#define ANC_ENGINE_GRAPH_H

#include "base/arena.h"
#include "os/thread.h"
#include "pages.h"

enum {
    ENG_GRAPH_LINKS = 32,    /* of a vector on the ground */
    ENG_GRAPH_UP_LINKS = 16, /* on every level above */
    ENG_GRAPH_MAX_DEPTH = 1 << 16
};
#define ENG_GRAPH_NONE UINT32_MAX

/* Depths at which a graph is measured, ascending. */
enum { ENG_GRAPH_DEPTHS = 12 };
extern const uint16_t eng_graph_depths[ENG_GRAPH_DEPTHS];

typedef struct eng_graph {
    uint32_t n;
    uint32_t dims;
    uint32_t code_bytes;
    uint32_t stride;
    float scale; /* of the codes */
    uint32_t entry;
    uint32_t top;
    uint32_t n_up;
    uint64_t n_up_links;
    /* Share of the ten true nearest that a walk finds, in 1/10,000, one a depth; 0: not measured. */
    uint16_t recalls[ENG_GRAPH_DEPTHS];
    unsigned char *records;
    uint32_t *up_node;      /* [n_up] ascending */
    uint32_t *up_first;     /* [n_up] */
    uint32_t *up_links;     /* [n_up_links] */
    const eng_pages *pages; /* of `records` where they stand in a file; NULL: in memory */
} eng_graph;

static inline const uint8_t *eng_graph_codes(const eng_graph *g, uint32_t node)
{
    return g->records + (size_t)node * g->stride;
}

static inline uint32_t *eng_graph_links(const eng_graph *g, uint32_t node)
{
    return (uint32_t *)(void *)(g->records + (size_t)node * g->stride + g->code_bytes);
}

/* The list of one row of the upper table on `level`, from 1. */
static inline uint32_t *eng_graph_up_links(const eng_graph *g, uint32_t row, uint32_t level)
{
    return g->up_links + g->up_first[row] + (size_t)(level - 1) * ENG_GRAPH_UP_LINKS;
}

/* The row of the upper table of a vector that stands there. */
static inline uint32_t eng_graph_row(const eng_graph *g, uint32_t node)
{
    uint32_t low = 0, high = g->n_up;
    while (low + 1 < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (g->up_node[middle] <= node)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* A graph whose links another one takes over; all of its vectors are in the other. */
typedef struct eng_graph_seed {
    const eng_graph *graph; /* borrowed; NULL: none */
    uint32_t first;         /* the number of its first vector in the other, where the rest follow */
} eng_graph_seed;

typedef struct eng_graph_options {
    uint32_t breadth;           /* candidates looked at for every vector that is put in; 0: 200 */
    os_pool *pool;              /* threads that help; NULL: the caller alone */
    const eng_graph_seed *seed; /* what it grows out of where that is worth while; NULL: nothing */
    /* Asked now and then by one thread; another answer than OK ends the building with it. NULL: never. */
    anc_status (*may_go_on)(void *arg);
    void *arg;
} eng_graph_options;

/* Builds the graph of vectors [n * dims] given as halves of unit length, and measures it. Vectors for which `has` (a
 * bit each, NULL: all) is not set are not in it. The caller owns the graph: eng_graph_free. NO_MEMORY; what may_go_on
 * answered. */
anc_status eng_graph_build(const uint16_t *halves, const uint64_t *has, uint32_t n, uint32_t dims,
                           const eng_graph_options *options, eng_graph **ret,
                           anc_err *err) ANC_MUST_CHECK;
void eng_graph_free(eng_graph *graph); /* NULL is a no-op */

size_t eng_graph_bytes(const eng_graph *graph);

/* What walks of the depth that eng_graph_depth gives for this share were measured to find; of one that is deeper than
 * what was measured, what the deepest of those found. */
float eng_graph_recall(const eng_graph *graph, float recall);

/* The depth of a walk that finds this share of the `k` nearest: by what was measured, beyond the deepest of it by how
 * fast less was missed, at most four times as deep; and more where k is greater than what was measured for. */
uint32_t eng_graph_depth(const eng_graph *graph, float recall, uint32_t k);

/* How many of the nearest that a walk of this depth finds are compared in full precision for the best `k`. */
size_t eng_graph_rescored(uint32_t depth, uint32_t k);

typedef struct eng_graph_hit {
    int32_t score; /* product of codes */
    uint32_t node;
} eng_graph_hit;

/* The `depth` vectors nearest to the query that a walk of this depth finds, nearest first: *ret [*ret_n] in
 * `mem`. `q` [code_bytes] are the query's codes. *ret_seen, where it is not NULL, gets how many vectors were
 * compared. LIMIT when `mem` is full. */
anc_status eng_graph_search(const eng_graph *g, const int8_t *q, uint32_t depth, anc_arena *mem,
                            eng_graph_hit **ret, size_t *ret_n, uint32_t *ret_seen,
                            anc_err *err) ANC_MUST_CHECK;

#endif
