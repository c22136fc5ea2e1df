/* graph_measure.c - what a graph finds of what is there, and how deep a walk must therefore be. */
#include "graph_measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codes.h"
#include "simd.h"

const uint16_t eng_graph_depths[ENG_GRAPH_DEPTHS] = {16,  24,  32,  48,  64,  96,
                                                     128, 192, 256, 384, 512, 768};

enum { NEAREST = 10, TOGETHER = 8, WALK_BYTES = 4 << 20, WHOLE = 10000 };

typedef struct question {
    uint32_t node;
    float *v; /* [dims] */
    float scores[NEAREST];
    uint32_t nearest[NEAREST];
    uint32_t n;
    uint32_t found[ENG_GRAPH_DEPTHS]; /* of the nearest, at each depth */
} question;

typedef struct measure {
    const eng_graph *g;
    const uint16_t *halves;
    const uint64_t *has;
    const uint32_t *held; /* [n] */
    const eng_simd *simd;
    question *questions; /* [n] */
    uint32_t n;
    uint32_t from;     /* first question of the round */
    atomic_int status; /* the last that was not OK */
} measure;

/* Keeps the best of what is offered, greatest first; their number. */
static uint32_t offer(float *scores, uint32_t *ids, uint32_t n, float score, uint32_t id)
{
    if (n == NEAREST && score <= scores[n - 1])
        return n;
    uint32_t at = n < NEAREST ? n : n - 1;
    for (; at > 0 && scores[at - 1] < score; at--) {
        scores[at] = scores[at - 1];
        ids[at] = ids[at - 1];
    }
    scores[at] = score;
    ids[at] = id;
    return n < NEAREST ? n + 1 : n;
}

static float dot(const measure *m, const question *q, uint32_t id)
{
    return m->simd->dot(m->halves + (size_t)id * m->g->dims, q->v, m->g->dims);
}

/* Every vector is read once for some questions. */
static void compare_all(const measure *m, question *some, uint32_t n)
{
    uint32_t held = 0;
    for (uint32_t i = 0; i < m->g->n; i++) {
        if (held < m->n && m->held[held] == i) {
            held++;
            continue;
        }
        if (m->has != NULL && (m->has[i / 64] >> (i % 64) & 1) == 0)
            continue;
        for (uint32_t k = 0; k < n; k++)
            some[k].n = offer(some[k].scores, some[k].nearest, some[k].n, dot(m, &some[k], i), i);
    }
}

static uint32_t shared(const question *q, const uint32_t *ids, uint32_t n)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < q->n; i++)
        for (uint32_t k = 0; k < n; k++)
            found += q->nearest[i] == ids[k] ? 1 : 0;
    return found;
}

static anc_status walk(const measure *m, const question *q, const int8_t *codes, uint32_t depth,
                       anc_arena *mem, uint32_t *ret)
{
    eng_graph_hit *hits;
    size_t n;
    float scores[NEAREST];
    uint32_t ids[NEAREST], kept = 0;
    anc_err err = {0};
    ANC_TRY(eng_graph_search(m->g, codes, depth, mem, &hits, &n, NULL, &err));
    const size_t most = eng_graph_rescored(depth, NEAREST);
    for (size_t i = 0; i < n && i < most; i++)
        kept = offer(scores, ids, kept, dot(m, q, hits[i].node), hits[i].node);
    *ret = shared(q, ids, kept);
    return ANC_OK;
}

static anc_status walk_all(const measure *m, question *q, anc_arena *mem)
{
    int8_t *codes = malloc(m->g->code_bytes);
    anc_status status = codes != NULL ? ANC_OK : ANC_NO_MEMORY;
    if (codes != NULL)
        eng_codes_of_query(q->v, m->g->dims, codes);
    for (size_t d = 0; d < ENG_GRAPH_DEPTHS && status == ANC_OK; d++) {
        anc_arena_reset(mem);
        status = walk(m, q, codes, eng_graph_depths[d], mem, &q->found[d]);
    }
    free(codes);
    return status;
}

static anc_status ask(const measure *m, question *some, uint32_t n)
{
    const uint32_t dims = m->g->dims;
    ANC_ARENA(mem, WALK_BYTES);
    float *vectors = calloc((size_t)n * dims + 1, sizeof *vectors);
    anc_status status = mem != NULL && vectors != NULL ? ANC_OK : ANC_NO_MEMORY;
    for (uint32_t k = 0; k < n && status == ANC_OK; k++) {
        some[k].v = vectors + (size_t)k * dims;
        for (uint32_t d = 0; d < dims; d++)
            some[k].v[d] = eng_half_to_float(m->halves[(size_t)some[k].node * dims + d]);
    }
    if (status == ANC_OK)
        compare_all(m, some, n);
    for (uint32_t k = 0; k < n && status == ANC_OK; k++)
        status = walk_all(m, &some[k], mem);
    free(vectors);
    return status;
}

static void ask_task(void *arg, size_t i)
{
    measure *m = arg;
    const size_t from = m->from + i * TOGETHER;
    if (from >= m->n)
        return;
    const anc_status status =
        ask(m, m->questions + from, m->n - from < TOGETHER ? m->n - (uint32_t)from : TOGETHER);
    if (status != ANC_OK)
        atomic_store_explicit(&m->status, (int)status, memory_order_relaxed);
}

static anc_status ask_all(measure *m, const eng_graph_options *o, anc_err *err)
{
    enum { TASKS = 4 };
    for (; m->from < m->n; m->from += TASKS * TOGETHER) {
        if (o->may_go_on != NULL)
            ANC_TRY(o->may_go_on(o->arg));
        if (o->pool != NULL)
            os_pool_for(o->pool, TASKS, ask_task, m);
        else
            for (size_t i = 0; i < TASKS; i++)
                ask_task(m, i);
        const anc_status status = (anc_status)atomic_load(&m->status);
        if (status != ANC_OK)
            return ANC_FAIL(err, status, "no memory to measure a graph");
    }
    return ANC_OK;
}

static void sum_up(const measure *m, eng_graph *g)
{
    uint64_t wanted = 0;
    for (uint32_t i = 0; i < m->n; i++)
        wanted += m->questions[i].n;
    for (size_t d = 0; d < ENG_GRAPH_DEPTHS && wanted > 0; d++) {
        uint64_t found = 0;
        for (uint32_t i = 0; i < m->n; i++)
            found += m->questions[i].found[d];
        g->recalls[d] = (uint16_t)(found * WHOLE / wanted);
    }
}

anc_status eng_graph_measure(eng_graph *graph, const uint16_t *halves, const uint64_t *has,
                             const uint32_t *held, uint32_t n, const eng_graph_options *options,
                             anc_err *err)
{
    measure m = {.g = graph,
                 .halves = halves,
                 .has = has,
                 .held = held,
                 .simd = eng_simd_best(),
                 .questions = calloc(n + 1u, sizeof *m.questions),
                 .n = n};
    if (m.questions == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to measure a graph");
    for (uint32_t i = 0; i < n; i++)
        m.questions[i].node = held[i];
    const anc_status status = ask_all(&m, options, err);
    if (status == ANC_OK)
        sum_up(&m, graph);
    free(m.questions);
    return status;
}

/* ---- what follows from it ---------------------------------------------------------------------- */

/* Questions may stand a little farther from what is stored than those that were measured with: only this share of
 * what may be missed may have been. Nor may it be so much that it could be more by chance: two standard deviations of
 * what was counted, with four times the variance of single ones, since what is missed comes several a question. That is
 * the stricter of both from a share of 0.94 on. */
static const float MAY_BE_MISSED = 0.8f, DEVIATIONS = 2, HEAPED = 4;

/* A walk is never deeper than so many times the deepest that was measured. */
static const float FARTHEST = 4;

typedef struct point {
    float depth, recall; /* in 1/WHOLE */
} point;

/* What must have been measured, in 1/WHOLE, for a share that is asked for. */
static float least_for(float recall)
{
    const float missed = 1 - recall;
    const float doubt = DEVIATIONS * sqrtf(HEAPED / (ENG_GRAPH_MOST_HELD * NEAREST));
    /* root * root + doubt * root is `missed` */
    const float root = (sqrtf(doubt * doubt + 4 * missed) - doubt) / 2;
    return (1 - fminf(missed * MAY_BE_MISSED, root * root)) * (float)WHOLE;
}

/* Behind the deepest that was measured what is missed falls as a power of the depth, the one it fell with from a third
 * of it. Where it did not fall, walks find no more for being deeper, and none is. */
static float depth_beyond(const eng_graph *graph, float least)
{
    enum { LAST = ENG_GRAPH_DEPTHS - 1, THIRD = LAST - 3 };
    const float deepest = eng_graph_depths[LAST];
    const float missed = (float)(WHOLE - graph->recalls[LAST]);
    const float before = (float)(WHOLE - graph->recalls[THIRD]);
    if (graph->recalls[LAST] == 0 || before <= missed)
        return deepest;
    const float power = logf(before / missed) / logf(deepest / eng_graph_depths[THIRD]);
    const float times = powf(missed / ((float)WHOLE - least), 1 / power);
    return ceilf(deepest * fminf(times, FARTHEST));
}

/* The depth for a share, and what was measured for it: on the line between the two measured depths that it lies
 * between; where none was enough a greater one, and what the deepest found. Measured shares are taken not to fall,
 * which they do by chance. */
static point point_for(const eng_graph *graph, float recall)
{
    const float least = least_for(recall);
    point low = {0};
    for (size_t d = 0; d < ENG_GRAPH_DEPTHS; d++) {
        const point p = {eng_graph_depths[d], fmaxf(graph->recalls[d], low.recall)};
        if (p.recall >= least) {
            const float share = d > 0 ? (least - low.recall) / (p.recall - low.recall) : 1;
            return (point){ceilf(low.depth + share * (p.depth - low.depth)),
                           d > 0 ? least : p.recall};
        }
        low = p;
    }
    return (point){depth_beyond(graph, least), low.recall};
}

float eng_graph_recall(const eng_graph *graph, float recall)
{
    return point_for(graph, recall).recall / (float)WHOLE;
}

uint32_t eng_graph_depth(const eng_graph *graph, float recall, uint32_t k)
{
    const uint64_t depth = (uint64_t)point_for(graph, recall).depth;
    const uint64_t all = depth + (k > NEAREST ? (k - NEAREST) * UINT64_C(2) : 0);
    return all < ENG_GRAPH_MAX_DEPTH ? (uint32_t)all : ENG_GRAPH_MAX_DEPTH;
}

size_t eng_graph_rescored(uint32_t depth, uint32_t k)
{
    const size_t twice = (size_t)k * 2;
    return depth / 8 > twice ? depth / 8 : twice;
}
