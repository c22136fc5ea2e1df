/* semantic.c - the nearest chunks of each block, by the way that is the fastest for what may be seen there.
 *
 *   few may be seen, or the block is small   each is compared in full precision: those of a block without a graph,
 *                                            of which there are many, are few sooner
 *   many may be seen, and there is a graph   a walk over the graph; deeper where some of what it meets may not
 *                                            be seen
 *   else                                     the bits of all that may be seen, and the best of them in full
 *                                            precision
 *
 * Whatever the way, a list is shorter than asked only where there is nothing more.
 */
#include <math.h>
#include <string.h>

#include "codes.h"
#include "search.h"
#include "simd.h"

enum {
    RESCORED_OF_BITS = 256, /* times k / 10 where k is greater than 10; of fewer vectors */
    LEAST_RESCORED = 96,    /* fewer, but so many, */
    RESCORED_SHARE = 32,    /* or one of so many */
    PATIENCE = 32,          /* and as many as the list is long */
    FEWER_WITHOUT_GRAPH = 4,
    FETCH_BYTES = 64
};

/* Below this share of a block the walk would meet too many that it must pass over. */
static const double WALK_FROM_SHARE = 0.3;

typedef struct part_run {
    eng_run *run;
    const eng_simd *simd;
    const eng_block *block;
    const uint64_t *among; /* [chunks / 64 + 1] vectors that may be seen */
    uint32_t part;
    uint32_t n; /* of them */
} part_run;

static double clamp(double cosine)
{
    return cosine > 1 ? 1 : cosine < -1 ? -1 : cosine;
}

double eng_run_cosine(const eng_run *run, eng_place_of at)
{
    const eng_block *b = run->snapshot->parts[at.part].block;
    if (run->query->vector == NULL || !eng_block_has_vector(b, at.chunk))
        return (double)NAN;
    const uint16_t *vector = eng_block_vector(b, at.chunk);
    if (vector == NULL)
        return (double)NAN;
    return clamp((double)eng_simd_best()->dot(vector, run->query->vector, b->dims));
}

/* Whether the chunk gets into the list, as it is by now. */
static bool compare(const part_run *p, uint32_t chunk)
{
    eng_best *best = &p->run->semantic;
    const uint16_t *vector = eng_block_vector(p->block, chunk);
    if (vector == NULL)
        return false;
    const float dot = p->simd->dot(vector, p->run->query->vector, p->block->dims);
    const eng_found row = {.at = {p->part, chunk}, .score = clamp((double)dot)};
    const bool enters = best->n < best->k || row.score > best->rows[0].score;
    eng_best_offer(best, &row);
    return enters;
}

/* Fetches the vectors of some chunks before the first of them is compared. Ends where so many in a row (`patience`)
 * were not near enough. */
static void compare_some(const part_run *p, const uint32_t *chunks, size_t n, size_t patience)
{
    size_t in_vain = 0;
    enum { AT_ONCE = 16 };
    const size_t bytes = p->block->dims * sizeof(uint16_t);
    for (size_t from = 0; from < n && in_vain < patience; from += AT_ONCE) {
        const size_t end = n - from < AT_ONCE ? n : from + AT_ONCE;
        for (size_t i = from; i < end; i++) {
            const char *v =
                (const char *)(p->block->vectors.ptr + (size_t)chunks[i] * p->block->dims);
            for (size_t k = 0; k < bytes; k += FETCH_BYTES)
                __builtin_prefetch(v + k);
        }
        for (size_t i = from; i < end; i++)
            in_vain = compare(p, chunks[i]) ? 0 : in_vain + 1;
    }
}

/* ---- the three ways --------------------------------------------------------------------------- */

static anc_status compare_all(const part_run *p)
{
    enum { WORDS_A_CHECK = 64 };
    for (size_t w = 0; w < p->block->has_vector.n; w++) {
        if (w % WORDS_A_CHECK == 0)
            ANC_TRY(eng_run_may_go_on(p->run));
        for (uint64_t left = p->among[w]; left != 0; left &= left - 1)
            (void)compare(p, (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(left));
    }
    return ANC_OK;
}

/* How many of `n` vectors are compared in full for the ten nearest. */
static size_t most_of(uint32_t n)
{
    const size_t share = n / RESCORED_SHARE;
    return share > RESCORED_OF_BITS ? RESCORED_OF_BITS
           : share > LEAST_RESCORED ? share
                                    : LEAST_RESCORED;
}

static anc_status scan(const part_run *p)
{
    const eng_run *run = p->run;
    const size_t k = run->semantic.k;
    const size_t most = most_of(p->n) * (k > 10 ? k : 10) / 10;
    uint32_t *chunks;
    size_t n;
    if (most >= p->n / 2)
        return compare_all(p);
    ANC_TRY(eng_bits_nearest(&p->block->bits, run->query->vector, p->among, (uint32_t)most,
                             run->query->may_go_on, run->query->arg, run->mem, &chunks, &n,
                             run->err));
    compare_some(p, chunks, n, PATIENCE + k);
    return ANC_OK;
}

/* How deep to walk, when only this share of what is met may be seen. */
static uint32_t depth_of(const part_run *p, double share)
{
    const eng_query *q = p->run->query;
    const uint32_t k = (uint32_t)p->run->semantic.k;
    const double depth =
        (double)eng_graph_depth(p->block->graph, q->recall > 0 ? q->recall : ENG_RECALL, k) / share;
    return depth < ENG_GRAPH_MAX_DEPTH ? (uint32_t)depth : ENG_GRAPH_MAX_DEPTH;
}

/* *ret_enough is false where the walk met fewer than asked that may be seen. */
static anc_status walk(const part_run *p, double share, bool *ret_enough)
{
    const eng_run *run = p->run;
    const size_t k = run->semantic.k;
    const uint32_t depth = depth_of(p, share);
    const size_t most = eng_graph_rescored(depth, (uint32_t)k);
    eng_graph_hit *hits;
    size_t met, n = 0;
    int8_t *codes = anc_arena_alloc(run->mem, eng_codes_bytes(p->block->dims), 1);
    uint32_t *chunks = anc_arena_alloc(run->mem, most, sizeof *chunks);
    if (codes == NULL || chunks == NULL)
        return ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for a walk");
    eng_codes_of_query(run->query->vector, p->block->dims, codes);
    ANC_TRY(eng_graph_search(p->block->graph, codes, depth, run->mem, &hits, &met, NULL, run->err));
    for (size_t i = 0; i < met && n < most; i++)
        if (eng_bit(p->among, hits[i].node))
            chunks[n++] = hits[i].node;
    *ret_enough = n >= k || n >= p->n;
    if (*ret_enough)
        compare_some(p, chunks, n, SIZE_MAX);
    return ANC_OK;
}

/* ---- the plan --------------------------------------------------------------------------------- */

/* Fills among and n. */
static anc_status see(part_run *p)
{
    const eng_block *b = p->block;
    const uint64_t *allowed = p->run->allowed[p->part];
    p->among = b->has_vector.ptr;
    p->n = (uint32_t)b->n_vectors;
    if (allowed == NULL)
        return ANC_OK;
    uint64_t *among = anc_arena_alloc(p->run->mem, b->has_vector.n, sizeof *among);
    if (among == NULL)
        return ANC_FAIL(p->run->err, anc_arena_refusal(p->run->mem), "no room for a search");
    p->n = (uint32_t)p->simd->common(allowed, b->has_vector.ptr, b->has_vector.n, among);
    p->among = among;
    return ANC_OK;
}

static anc_status search_part(eng_run *run, uint32_t part)
{
    part_run p = {.run = run,
                  .simd = eng_simd_best(),
                  .block = run->snapshot->parts[part].block,
                  .part = part};
    const eng_block *b = p.block;
    bool enough = false;
    if (b->has_vector.n == 0)
        return ANC_OK;
    ANC_TRY(eng_run_may_go_on(run));
    ANC_TRY(see(&p));
    const uint32_t exact = run->snapshot->from.exact / (b->graph != NULL ? 1 : FEWER_WITHOUT_GRAPH);
    if (p.n <= exact || b->bits.n == 0)
        return compare_all(&p);
    const double share = (double)p.n / (double)b->n_vectors;
    if (b->graph != NULL && share >= WALK_FROM_SHARE)
        ANC_TRY(walk(&p, share, &enough));
    return enough ? ANC_OK : scan(&p);
}

anc_status eng_run_semantic(eng_run *run)
{
    if (run->query->vector == NULL || run->semantic.k == 0)
        return ANC_OK;
    for (uint32_t i = 0; i < run->snapshot->n_parts; i++)
        ANC_TRY(search_part(run, i));
    eng_best_sort(&run->semantic);
    return ANC_OK;
}
