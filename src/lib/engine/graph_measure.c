/* graph_measure.c - what a graph finds of what is there, and how deep a walk must therefore be. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codes.h"
#include "graph.h"
#include "simd.h"

const uint16_t eng_graph_depths[ENG_GRAPH_DEPTHS] = {16,  24,  32,  48,  64,  96,
                                                     128, 192, 256, 384, 512, 768};

enum { QUESTIONS = 96, NEAREST = 10, RESCORED = 30, WALK_BYTES = 4 << 20, WHOLE = 10000 };

typedef struct question {
    float *v;      /* [dims] */
    int8_t *codes; /* [code_bytes] */
    float scores[NEAREST];
    uint32_t nearest[NEAREST];
    uint32_t n;
    uint32_t found[ENG_GRAPH_DEPTHS]; /* of the nearest, at each depth */
    anc_status status;
} question;

typedef struct measure {
    const eng_graph *g;
    const uint16_t *halves;
    const uint64_t *has;
    const eng_simd *simd;
    question *questions;
    uint32_t n;
} measure;

static bool is_in(const measure *m, uint32_t i)
{
    return m->has == NULL || (m->has[i / 64] >> (i % 64) & 1) != 0;
}

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

static void compare_all(const measure *m, question *q)
{
    for (uint32_t i = 0; i < m->g->n; i++)
        if (is_in(m, i))
            q->n = offer(q->scores, q->nearest, q->n, dot(m, q, i), i);
}

static uint32_t shared(const question *q, const uint32_t *ids, uint32_t n)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < q->n; i++)
        for (uint32_t k = 0; k < n; k++)
            found += q->nearest[i] == ids[k] ? 1 : 0;
    return found;
}

static anc_status walk(const measure *m, question *q, uint32_t depth, anc_arena *mem, uint32_t *ret)
{
    eng_graph_hit *hits;
    size_t n;
    float scores[NEAREST];
    uint32_t ids[NEAREST], kept = 0;
    anc_err err;
    ANC_TRY(eng_graph_search(m->g, q->codes, depth, mem, &hits, &n, NULL, &err));
    const size_t most = depth / 8 > RESCORED ? depth / 8 : RESCORED;
    for (size_t i = 0; i < n && i < most; i++)
        kept = offer(scores, ids, kept, dot(m, q, hits[i].node), hits[i].node);
    *ret = shared(q, ids, kept);
    return ANC_OK;
}

static void ask(void *arg, size_t i)
{
    const measure *m = arg;
    question *q = &m->questions[i];
    if (i >= m->n)
        return;
    anc_arena *mem = anc_arena_new(WALK_BYTES);
    q->status = mem != NULL ? ANC_OK : ANC_NO_MEMORY;
    compare_all(m, q);
    for (size_t d = 0; d < ENG_GRAPH_DEPTHS && q->status == ANC_OK; d++) {
        q->status = walk(m, q, eng_graph_depths[d], mem, &q->found[d]);
        anc_arena_reset(mem);
    }
    anc_arena_free(mem);
}

/* A point between the vector and one that a walk from it meets later on. */
static anc_status put(const measure *m, question *q, uint32_t node, anc_err *err)
{
    enum { DEPTH = 64 };
    const uint32_t dims = m->g->dims;
    eng_graph_hit *hits;
    size_t n;
    double square = 0;
    ANC_ARENA(mem, WALK_BYTES);
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to measure a graph");
    eng_codes_to_query(eng_graph_codes(m->g, node), m->g->code_bytes, q->codes);
    ANC_TRY(eng_graph_search(m->g, q->codes, DEPTH, mem, &hits, &n, NULL, err));
    const uint32_t other = n > 0 ? hits[n - 1].node : node;
    for (uint32_t d = 0; d < dims; d++) {
        q->v[d] = eng_half_to_float(m->halves[(size_t)node * dims + d]) +
                  eng_half_to_float(m->halves[(size_t)other * dims + d]);
        square += (double)q->v[d] * (double)q->v[d];
    }
    for (uint32_t d = 0; d < dims && square > 0; d++)
        q->v[d] = (float)((double)q->v[d] / sqrt(square));
    eng_codes_of_query(q->v, dims, q->codes);
    return ANC_OK;
}

static anc_status put_questions(measure *m, anc_err *err)
{
    const uint32_t n = m->g->n;
    const uint32_t step = n / QUESTIONS > 0 ? n / QUESTIONS : 1;
    for (uint32_t i = 0; i < n && m->n < QUESTIONS; i += step) {
        question *q = &m->questions[m->n];
        if (!is_in(m, i))
            continue;
        q->v = calloc(m->g->dims, sizeof *q->v);
        q->codes = calloc(m->g->code_bytes, 1);
        m->n++;
        if (q->v == NULL || q->codes == NULL)
            return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to measure a graph");
        ANC_TRY(put(m, q, i, err));
    }
    return ANC_OK;
}

static anc_status sum_up(const measure *m, eng_graph *g, anc_err *err)
{
    uint64_t wanted = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        wanted += m->questions[i].n;
        if (m->questions[i].status != ANC_OK)
            return ANC_FAIL(err, m->questions[i].status, "no memory to measure a graph");
    }
    for (size_t d = 0; d < ENG_GRAPH_DEPTHS && wanted > 0; d++) {
        uint64_t found = 0;
        for (uint32_t i = 0; i < m->n; i++)
            found += m->questions[i].found[d];
        g->recalls[d] = (uint16_t)(found * WHOLE / wanted);
    }
    return ANC_OK;
}

static anc_status ask_all(measure *m, const eng_graph_options *o)
{
    const size_t AT_ONCE = 8;
    for (size_t from = 0; from < m->n; from += AT_ONCE) {
        measure some = *m;
        some.questions += from;
        some.n -= (uint32_t)from;
        if (o->may_go_on != NULL)
            ANC_TRY(o->may_go_on(o->arg));
        if (o->pool != NULL)
            os_pool_for(o->pool, AT_ONCE, ask, &some);
        else
            for (size_t i = 0; i < AT_ONCE; i++)
                ask(&some, i);
    }
    return ANC_OK;
}

anc_status eng_graph_measure(eng_graph *graph, const uint16_t *halves, const uint64_t *has,
                             const eng_graph_options *options, anc_err *err)
{
    measure m = {.g = graph, .halves = halves, .has = has, .simd = eng_simd_best()};
    m.questions = calloc(QUESTIONS, sizeof *m.questions);
    anc_status status =
        m.questions != NULL ? ANC_OK : ANC_FAIL(err, ANC_NO_MEMORY, "no memory to measure a graph");
    if (status == ANC_OK)
        status = put_questions(&m, err);
    if (status == ANC_OK)
        status = ask_all(&m, options);
    if (status == ANC_OK)
        status = sum_up(&m, graph, err);
    for (uint32_t i = 0; i < m.n; i++) {
        free(m.questions[i].v);
        free(m.questions[i].codes);
    }
    free(m.questions);
    return status;
}

/* The first depth that gives the share, or the last one. Questions stand a little farther from what is stored than
 * those that were measured with: only three fifths of what may be missed may have been. */
static size_t depth_for(const eng_graph *graph, float recall)
{
    const float least = (1 - (1 - recall) * 0.6f) * (float)WHOLE;
    size_t d = 0;
    while (d + 1 < ENG_GRAPH_DEPTHS && (float)graph->recalls[d] < least)
        d++;
    return d;
}

float eng_graph_recall(const eng_graph *graph, float recall)
{
    return (float)graph->recalls[depth_for(graph, recall)] / (float)WHOLE;
}

uint32_t eng_graph_depth(const eng_graph *graph, float recall, uint32_t k)
{
    const uint64_t depth = eng_graph_depths[depth_for(graph, recall)];
    const uint64_t all = depth + (k > NEAREST ? (k - NEAREST) * UINT64_C(2) : 0);
    return all < ENG_GRAPH_MAX_DEPTH ? (uint32_t)all : ENG_GRAPH_MAX_DEPTH;
}
