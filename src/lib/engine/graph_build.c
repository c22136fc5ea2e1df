/* graph_build.c - a graph grown vector by vector, on all threads of a pool.
 *
 * The number of levels of a vector is a hash of its number, and the one that stands highest goes in first: it is
 * the entry for ever. Every other vector walks from there to its nearest neighbours as a search does, keeps those
 * that are nearer to it than to one another, and is linked from each of them; a list that is full is chosen anew
 * by the same rule. Where a graph is there already that has half of the vectors, its links are taken over, and what
 * is new goes in. A few vectors of the ground go in last: the graph is measured with them first.
 *
 * Locks: a stripe of mutexes over the vectors, held while one list is written. Readers take none: a link is one
 * word, the old or the new one, and both lead somewhere. Codes are all there before the first link is.
 */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "codes.h"
#include "graph_measure.h"
#include "graph_seed.h"
#include "graph_walk.h"

enum {
    DEFAULT_BREADTH = 200,
    MAX_LEVEL = 12,
    STRIPES = 256,
    TASK_VECTORS = 128,
    ROUND_TASKS = 32, /* between two questions whether to go on */
    MAX_CANDIDATES = ENG_GRAPH_LINKS + 1,
    LEAST_HELD = 48, /* fewer tell less than the seed's own measure */
    HELD_FROM = 32   /* of as many vectors one at most is held back */
};

/* What one thread needs to put vectors in. */
typedef struct scratch {
    struct scratch *next;
    eng_walk walk;
    int8_t *q;      /* [code_bytes] of the vector that is put in */
    int8_t *other;  /* [code_bytes] of one whose list is chosen anew */
    uint32_t *kept; /* [MAX_CANDIDATES] */
} scratch;

typedef struct builder {
    eng_graph *g; /* owned */
    const eng_simd *simd;
    const uint16_t *halves;
    const uint64_t *has;
    const eng_graph_seed *seed; /* NULL: none */
    uint64_t *seeded;           /* [n] bits: came out of the seed */
    uint64_t *settled;          /* [n] bits: has all its links from it */
    uint8_t *levels;            /* [n] */
    uint32_t breadth;
    uint32_t entry_node;
    uint32_t from;                      /* first vector of the round */
    uint32_t held[ENG_GRAPH_MOST_HELD]; /* [n_held] ascending: what goes in last */
    uint32_t n_held;
    pthread_mutex_t stripes[STRIPES];
    pthread_mutex_t lock;
    scratch *idle; /* under lock */
    atomic_bool failed;
} builder;

static bool is_in(const builder *b, uint32_t node)
{
    return b->has == NULL || (b->has[node / 64] >> (node % 64) & 1) != 0;
}

static bool bit(const uint64_t *bits, uint32_t node)
{
    return (bits[node / 64] >> (node % 64) & 1) != 0;
}

/* ---- levels ----------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* One in 16 stands on level 1, one in 16 of those on level 2, and so on. */
static uint8_t level_of(uint32_t node)
{
    const uint64_t bits = mix(node);
    const int zeros = bits != 0 ? __builtin_ctzll(bits) : 63;
    const int level = zeros / 4;
    return (uint8_t)(level < MAX_LEVEL ? level : MAX_LEVEL);
}

/* The seed's entry and levels; nothing that is new stands higher. */
static void keep_entry(builder *b)
{
    const eng_graph *old = b->seed->graph;
    b->entry_node = b->seed->first + old->up_node[old->entry];
    eng_graph_seed_levels(b->seed, b->levels, b->seeded);
    const uint8_t top = b->levels[b->entry_node];
    for (uint32_t i = 0; i < b->g->n; i++)
        b->levels[i] = b->levels[i] < top ? b->levels[i] : top;
}

/* Fills levels, and finds the vector that stands highest; false when there is no vector at all. */
static bool raise_vectors(builder *b)
{
    bool any = false;
    for (uint32_t i = 0; i < b->g->n; i++) {
        if (!is_in(b, i))
            continue;
        b->levels[i] = level_of(i);
        if (b->seed == NULL && (!any || b->levels[i] > b->levels[b->entry_node]))
            b->entry_node = i;
        any = true;
    }
    if (b->seed != NULL)
        keep_entry(b);
    if (any && b->levels[b->entry_node] == 0)
        b->levels[b->entry_node] = 1;
    return any;
}

static bool may_be_held(const builder *b, uint32_t node)
{
    return is_in(b, node) && b->levels[node] == 0 && !bit(b->seeded, node);
}

/* Chooses what is held back, evenly among all vectors that go in. */
static void hold_back(builder *b)
{
    uint32_t n = 0, seen = 0;
    for (uint32_t i = 0; i < b->g->n; i++)
        n += may_be_held(b, i) ? 1 : 0;
    const uint32_t step = n / ENG_GRAPH_MOST_HELD > HELD_FROM ? n / ENG_GRAPH_MOST_HELD : HELD_FROM;
    for (uint32_t i = 0; i < b->g->n && b->n_held < ENG_GRAPH_MOST_HELD; i++)
        if (may_be_held(b, i) && seen++ % step == step / 2)
            b->held[b->n_held++] = i;
}

static bool is_held(const builder *b, uint32_t node)
{
    uint32_t low = 0, high = b->n_held;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (b->held[middle] < node)
            low = middle + 1;
        else
            high = middle;
    }
    return low < b->n_held && b->held[low] == node;
}

static bool make_upper(builder *b)
{
    eng_graph *g = b->g;
    uint64_t lists = 0;
    for (uint32_t i = 0; i < g->n; i++) {
        g->n_up += b->levels[i] > 0 ? 1 : 0;
        lists += b->levels[i];
    }
    g->n_up_links = lists * ENG_GRAPH_UP_LINKS;
    g->up_node = calloc(g->n_up + 1u, sizeof *g->up_node);
    g->up_first = calloc(g->n_up + 1u, sizeof *g->up_first);
    g->up_links = malloc((g->n_up_links + 1) * sizeof *g->up_links);
    if (g->up_node == NULL || g->up_first == NULL || g->up_links == NULL)
        return false;
    memset(g->up_links, 0xff, g->n_up_links * sizeof *g->up_links);
    uint32_t row = 0, first = 0;
    for (uint32_t i = 0; i < g->n; i++) {
        if (b->levels[i] == 0)
            continue;
        if (i == b->entry_node)
            g->entry = row;
        g->up_node[row] = i;
        g->up_first[row++] = first;
        first += (uint32_t)b->levels[i] * ENG_GRAPH_UP_LINKS;
    }
    g->top = b->levels[b->entry_node];
    return true;
}

/* ---- choosing --------------------------------------------------------------------------------- */

/* Of candidates [n], nearest first, those that are nearer to the vector than to any that was kept before, at most
 * `max` and not the vector itself: kept [*ret]. */
static inline __attribute__((always_inline)) uint32_t
choose(const builder *b, uint32_t level, const eng_graph_hit *candidates, uint32_t n, uint32_t self,
       uint32_t max, int8_t *as_query, uint32_t *kept)
{
    const eng_graph *g = b->g;
    uint32_t m = 0;
    for (uint32_t i = 0; i < n && m < max; i++) {
        const uint32_t id = candidates[i].node;
        if (id == self)
            continue;
        eng_codes_to_query(eng_walk_codes(g, level, id), g->code_bytes, as_query);
        uint32_t k = 0;
        while (k < m && b->simd->dot_codes(eng_walk_codes(g, level, kept[k]), as_query,
                                           g->code_bytes) < candidates[i].score)
            k++;
        if (k == m)
            kept[m++] = id;
    }
    return m;
}

static void write_links(uint32_t *links, uint32_t max, const uint32_t *ids, uint32_t n)
{
    for (uint32_t i = 0; i < max; i++)
        __atomic_store_n(&links[i], i < n ? ids[i] : ENG_GRAPH_NONE, __ATOMIC_RELAXED);
}

/* The neighbours of `id` and one more, nearest first. */
static inline __attribute__((always_inline)) void rank_list(const builder *b, uint32_t level,
                                                            const uint32_t *links, uint32_t n,
                                                            uint32_t more, const int8_t *q,
                                                            eng_graph_hit *ret)
{
    const eng_graph *g = b->g;
    eng_walk list = {.hits = ret, .depth = MAX_CANDIDATES};
    uint32_t nodes[MAX_CANDIDATES];
    int32_t scores[MAX_CANDIDATES];
    for (uint32_t i = 0; i <= n; i++) {
        nodes[i] = eng_walk_node(g, level, i < n ? links[i] : more);
        eng_walk_fetch(g, nodes[i]);
    }
    b->simd->dot_rows(g->records, g->stride, nodes, n + 1, q, g->code_bytes, scores);
    for (uint32_t i = 0; i <= n; i++)
        (void)eng_walk_put(&list, scores[i], i < n ? links[i] : more);
}

/* Adds a link from `id` to `more`. */
static inline __attribute__((always_inline)) void link_back(builder *b, scratch *s, uint32_t level,
                                                            uint32_t id, uint32_t more)
{
    const eng_graph *g = b->g;
    const uint32_t max = eng_walk_max_links(level);
    pthread_mutex_t *stripe = &b->stripes[(id * 31u + level) % STRIPES];
    (void)pthread_mutex_lock(stripe);
    uint32_t *links = eng_walk_links(g, level, id);
    uint32_t n = 0;
    while (n < max && links[n] != ENG_GRAPH_NONE && links[n] != more)
        n++;
    if (n < max && links[n] == more) {
        /* it has been there before */
    } else if (n < max) {
        __atomic_store_n(&links[n], more, __ATOMIC_RELAXED);
    } else {
        eng_graph_hit ranked[MAX_CANDIDATES];
        eng_codes_to_query(eng_walk_codes(g, level, id), g->code_bytes, s->other);
        rank_list(b, level, links, n, more, s->other, ranked);
        const uint32_t m = choose(b, level, ranked, n + 1, id, max, s->other, s->kept);
        write_links(links, max, s->kept, m);
    }
    (void)pthread_mutex_unlock(stripe);
}

/* Links `id` with kept [m]: its own list first, so that whoever comes by it can go on. */
static inline __attribute__((always_inline)) void
link_on(builder *b, scratch *s, uint32_t level, uint32_t id, const uint32_t *kept, uint32_t m)
{
    pthread_mutex_t *stripe = &b->stripes[(id * 31u + level) % STRIPES];
    (void)pthread_mutex_lock(stripe);
    write_links(eng_walk_links(b->g, level, id), eng_walk_max_links(level), kept, m);
    (void)pthread_mutex_unlock(stripe);
    for (uint32_t i = 0; i < m; i++)
        link_back(b, s, level, kept[i], id);
}

/* ---- putting in ------------------------------------------------------------------------------- */

/* The neighbours of a vector on one level, before it is linked with them. */
typedef struct neighbours {
    uint32_t kept[ENG_GRAPH_UP_LINKS];
    uint32_t n;
} neighbours;

static inline __attribute__((always_inline)) void find_neighbours(const builder *b, scratch *s,
                                                                  uint32_t level, uint32_t id,
                                                                  uint32_t start, neighbours *ret)
{
    eng_walk_begin(&s->walk);
    eng_walk_level(b->g, b->simd, level, s->q, start, &s->walk);
    ret->n = choose(b, level, s->walk.hits, s->walk.n, id, ENG_GRAPH_UP_LINKS, s->other, ret->kept);
}

/* The nearest that a walk found but for the vector itself, which may be linked already; else where it began. */
static uint32_t next_start(const eng_walk *walk, uint32_t row, uint32_t start)
{
    for (uint32_t i = 0; i < walk->n; i++)
        if (walk->hits[i].node != row)
            return walk->hits[i].node;
    return start;
}

/* Its neighbours are looked for from the top down, and it is linked with them from the ground up: a vector that a
 * thread comes by on a level has its links on all that are below it, or the walk would end there. */
static void insert(builder *b, scratch *s, uint32_t node)
{
    const eng_graph *g = b->g;
    neighbours up[MAX_LEVEL], ground;
    if (node == b->entry_node)
        return;
    eng_codes_to_query(eng_graph_codes(g, node), g->code_bytes, s->q);
    const uint32_t levels = b->levels[node];
    const uint32_t row = levels > 0 ? eng_graph_row(g, node) : 0;
    uint32_t start = eng_walk_down(g, b->simd, levels, s->q);
    for (uint32_t level = levels; level > 0; level--) {
        find_neighbours(b, s, level, row, start, &up[level - 1]);
        start = next_start(&s->walk, row, start);
    }
    if (levels > 0)
        start = g->up_node[start];
    find_neighbours(b, s, 0, node, start, &ground);
    link_on(b, s, 0, node, ground.kept, ground.n);
    for (uint32_t level = 1; level <= levels; level++)
        link_on(b, s, level, row, up[level - 1].kept, up[level - 1].n);
}

/* ---- threads ---------------------------------------------------------------------------------- */

static void scratch_free(scratch *s)
{
    if (s == NULL)
        return;
    free(s->walk.hits);
    free(s->walk.seen);
    free(s->q);
    free(s->other);
    free(s->kept);
    free(s);
}

static scratch *scratch_new(const builder *b)
{
    scratch *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->walk.depth = b->breadth;
    s->walk.slots = eng_walk_slots(b->breadth);
    s->walk.hits = calloc(b->breadth + 1u, sizeof *s->walk.hits);
    s->walk.seen = calloc(s->walk.slots, sizeof *s->walk.seen);
    s->q = calloc(b->g->code_bytes, 1);
    s->other = calloc(b->g->code_bytes, 1);
    s->kept = calloc(MAX_CANDIDATES, sizeof *s->kept);
    if (s->walk.hits != NULL && s->walk.seen != NULL && s->q != NULL && s->other != NULL &&
        s->kept != NULL)
        return s;
    scratch_free(s);
    return NULL;
}

static scratch *borrow(builder *b)
{
    (void)pthread_mutex_lock(&b->lock);
    scratch *s = b->idle;
    if (s != NULL)
        b->idle = s->next;
    (void)pthread_mutex_unlock(&b->lock);
    return s != NULL ? s : scratch_new(b);
}

static void give_back(builder *b, scratch *s)
{
    (void)pthread_mutex_lock(&b->lock);
    s->next = b->idle;
    b->idle = s;
    (void)pthread_mutex_unlock(&b->lock);
}

static uint32_t task_end(const builder *b, uint32_t from)
{
    return b->g->n - from < TASK_VECTORS ? b->g->n : from + TASK_VECTORS;
}

static void encode_task(void *arg, size_t i)
{
    builder *b = arg;
    const uint64_t from = b->from + i * TASK_VECTORS;
    if (from >= b->g->n)
        return;
    for (uint32_t v = (uint32_t)from; v < task_end(b, (uint32_t)from); v++) {
        unsigned char *record = b->g->records + (size_t)v * b->g->stride;
        eng_codes_of(b->halves + (size_t)v * b->g->dims, b->g->dims, b->g->scale, record);
        memset(record + b->g->code_bytes, 0xff, b->g->stride - b->g->code_bytes);
    }
}

static void insert_task(void *arg, size_t i)
{
    builder *b = arg;
    const uint64_t from = b->from + i * TASK_VECTORS;
    if (from >= b->g->n || atomic_load_explicit(&b->failed, memory_order_relaxed))
        return;
    scratch *s = borrow(b);
    if (s == NULL) {
        atomic_store_explicit(&b->failed, true, memory_order_relaxed);
        return;
    }
    for (uint32_t v = (uint32_t)from; v < task_end(b, (uint32_t)from); v++)
        if (is_in(b, v) && !bit(b->settled, v) && !is_held(b, v))
            insert(b, s, v);
    give_back(b, s);
}

static anc_status insert_held(builder *b, anc_err *err)
{
    scratch *s = borrow(b);
    if (s == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a graph");
    for (uint32_t i = 0; i < b->n_held; i++)
        insert(b, s, b->held[i]);
    give_back(b, s);
    return ANC_OK;
}

/* All vectors, a round at a time. */
static anc_status all_vectors(builder *b, const eng_graph_options *o,
                              void (*task)(void *arg, size_t i), anc_err *err)
{
    for (uint64_t from = 0; from < b->g->n; from += (uint64_t)TASK_VECTORS * ROUND_TASKS) {
        if (o->may_go_on != NULL)
            ANC_TRY(o->may_go_on(o->arg));
        b->from = (uint32_t)from;
        if (o->pool != NULL)
            os_pool_for(o->pool, ROUND_TASKS, task, b);
        else
            for (size_t i = 0; i < ROUND_TASKS; i++)
                task(b, i);
        if (atomic_load_explicit(&b->failed, memory_order_relaxed))
            return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a graph");
    }
    return ANC_OK;
}

/* Records are read here and there: large pages spare the processor most of the looking up of where they are. */
static unsigned char *room_for_records(const eng_graph *g)
{
    enum { LARGE_PAGE = 2 << 20, FROM_PAGES = 4, LINE = 64 };
    const size_t bytes = ((size_t)g->n + 1) * g->stride;
    const bool large = bytes >= (size_t)LARGE_PAGE * FROM_PAGES;
    const size_t align = large ? LARGE_PAGE : LINE;
    const size_t whole = (bytes + align - 1) / align * align;
    unsigned char *p = aligned_alloc(align, whole);
    if (p != NULL && large)
        (void)madvise(p, whole, MADV_HUGEPAGE); /* where there are none it is as it was */
    return p;
}

/* Codes of another scale are others: a seed is taken with its own where that fits the vectors. */
static void take_seed(builder *b, const eng_graph_options *o)
{
    const float ALIKE = 1.25f;
    eng_graph *g = b->g;
    if (o->seed == NULL || o->seed->graph == NULL || o->seed->graph->dims != g->dims)
        return;
    const float scale = o->seed->graph->scale;
    if (!(scale < g->scale * ALIKE && g->scale < scale * ALIKE) ||
        !eng_graph_seed_fits(o->seed, g->n))
        return;
    g->scale = scale;
    b->seed = o->seed;
}

static anc_status grow(builder *b, const eng_graph_options *o, anc_err *err)
{
    eng_graph *g = b->g;
    g->scale = eng_codes_scale(b->halves, g->n, g->dims);
    take_seed(b, o);
    b->levels = calloc(g->n + 1u, 1);
    b->seeded = calloc(g->n / 64 + 1u, sizeof *b->seeded);
    b->settled = calloc(g->n / 64 + 1u, sizeof *b->settled);
    g->records = room_for_records(g);
    if (b->levels == NULL || b->seeded == NULL || b->settled == NULL || g->records == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a graph of %u vectors", g->n);
    ANC_TRY(all_vectors(b, o, encode_task, err));
    if (!raise_vectors(b))
        return ANC_OK;
    if (!make_upper(b))
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a graph of %u vectors", g->n);
    if (b->seed != NULL)
        eng_graph_seed_links(b->seed, b->levels, g, b->settled);
    hold_back(b);
    ANC_TRY(all_vectors(b, o, insert_task, err));
    if (b->seed != NULL && b->n_held < LEAST_HELD)
        memcpy(g->recalls, b->seed->graph->recalls, sizeof g->recalls);
    else
        ANC_TRY(eng_graph_measure(g, b->halves, b->has, b->held, b->n_held, o, err));
    return insert_held(b, err);
}

static void builder_done(builder *b)
{
    while (b->idle != NULL) {
        scratch *s = b->idle;
        b->idle = s->next;
        scratch_free(s);
    }
    free(b->levels);
    free(b->seeded);
    free(b->settled);
    for (size_t i = 0; i < STRIPES; i++)
        (void)pthread_mutex_destroy(&b->stripes[i]);
    (void)pthread_mutex_destroy(&b->lock);
}

anc_status eng_graph_build(const uint16_t *halves, const uint64_t *has, uint32_t n, uint32_t dims,
                           const eng_graph_options *options, eng_graph **ret, anc_err *err)
{
    builder b = {.g = calloc(1, sizeof *b.g),
                 .simd = eng_simd_best(),
                 .halves = halves,
                 .has = has,
                 .breadth = options->breadth > 0 ? options->breadth : DEFAULT_BREADTH};
    if (b.g == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a graph");
    b.g->n = n;
    b.g->dims = dims;
    b.g->code_bytes = eng_codes_bytes(dims);
    b.g->stride = b.g->code_bytes + ENG_GRAPH_LINKS * (uint32_t)sizeof(uint32_t);
    for (size_t i = 0; i < STRIPES; i++)
        (void)pthread_mutex_init(&b.stripes[i], NULL);
    (void)pthread_mutex_init(&b.lock, NULL);
    const anc_status status = grow(&b, options, err);
    builder_done(&b);
    if (status != ANC_OK) {
        eng_graph_free(b.g);
        return status;
    }
    *ret = b.g;
    return ANC_OK;
}
