/* bits.c - making the bits, and the scan that keeps those that differ least. */
#include "bits.h"

#include <stdlib.h>
#include <string.h>

#include "simd.h"

static bool is_in(const uint64_t *has, uint32_t i)
{
    return has == NULL || (has[i / 64] >> (i % 64) & 1) != 0;
}

/* Of a sample: a mean need not be exact. */
static bool find_means(const uint16_t *halves, const uint64_t *has, eng_bits *b)
{
    enum { MOST_SAMPLES = 16384 };
    const uint32_t step = b->n / MOST_SAMPLES + 1;
    double *sums = calloc(b->dims + 1u, sizeof *sums);
    uint32_t seen = 0;
    if (sums == NULL)
        return false;
    for (uint32_t i = 0; i < b->n; i += step) {
        if (!is_in(has, i))
            continue;
        for (uint32_t d = 0; d < b->dims; d++)
            sums[d] += (double)eng_half_to_float(halves[(size_t)i * b->dims + d]);
        seen++;
    }
    for (uint32_t d = 0; d < b->dims && seen > 0; d++)
        b->means[d] = (float)(sums[d] / seen);
    free(sums);
    return true;
}

bool eng_bits_make(const uint16_t *halves, const uint64_t *has, uint32_t n, uint32_t dims,
                   eng_bits *ret)
{
    eng_bits b = {.n = n, .dims = dims, .words = (dims + 63) / 64};
    b.means = calloc(dims + 1u, sizeof *b.means);
    b.rows = calloc((size_t)n * b.words + 1, sizeof *b.rows);
    if (b.means == NULL || b.rows == NULL || !find_means(halves, has, &b)) {
        eng_bits_done(&b);
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint16_t *half = halves + (size_t)i * dims;
        uint64_t *row = b.rows + (size_t)i * b.words;
        for (uint32_t d = 0; d < dims; d++)
            row[d / 64] |= (uint64_t)(eng_half_to_float(half[d]) > b.means[d]) << (d % 64);
    }
    *ret = b;
    return true;
}

void eng_bits_done(eng_bits *bits)
{
    free(bits->means);
    free(bits->rows);
    *bits = (eng_bits){0};
}

size_t eng_bits_bytes(const eng_bits *bits)
{
    return bits->dims * sizeof(float) + (size_t)bits->n * bits->words * sizeof(uint64_t);
}

/* ---- the scan --------------------------------------------------------------------------------- */

typedef struct near_one {
    uint32_t id;
    uint32_t differing;
} near_one;

/* Those that differ least so far: a buffer of twice what is kept, cut down when it is full. */
typedef struct scan {
    const eng_bits *bits;
    uint64_t *q; /* [words] */
    near_one *rows;
    size_t n, cap;
    uint32_t most;
    uint32_t below;   /* what differs in as many bits or more is not among the best any more */
    uint32_t *counts; /* [dims + 1] scratch */
} scan;

/* Keeps the `most` rows that differ least. */
static void cut(scan *s)
{
    uint32_t limit = 0;
    size_t n = 0, kept = 0;
    if (s->n <= s->most)
        return;
    memset(s->counts, 0, (s->bits->dims + 1u) * sizeof *s->counts);
    for (size_t i = 0; i < s->n; i++)
        s->counts[s->rows[i].differing]++;
    while (n + s->counts[limit] < s->most)
        n += s->counts[limit++];
    /* all below the limit are kept, and of those at it as many as there is room for */
    size_t at_limit = s->most - n;
    for (size_t i = 0; i < s->n; i++) {
        const bool is_at = s->rows[i].differing == limit;
        if (s->rows[i].differing > limit || (is_at && at_limit == 0))
            continue;
        at_limit -= is_at ? 1 : 0;
        s->rows[kept++] = s->rows[i];
    }
    s->n = kept;
    s->below = limit;
}

static void offer(scan *s, uint32_t id, uint32_t differing)
{
    if (differing >= s->below)
        return;
    s->rows[s->n++] = (near_one){id, differing};
    if (s->n == s->cap)
        cut(s);
}

/* Looks at those of 64 vectors that are `among`; at all of them in one go where they are many. */
static void look_at(scan *s, const eng_simd *simd, uint32_t word, uint64_t among)
{
    enum { MANY = 12 };
    const uint32_t from = word * 64, words = s->bits->words;
    const uint64_t *rows = s->bits->rows + (size_t)from * words;
    uint32_t differing[64];
    if (__builtin_popcountll(among) < MANY) {
        for (; among != 0; among &= among - 1) {
            const uint32_t i = (uint32_t)__builtin_ctzll(among);
            offer(s, from + i, simd->differing(rows + (size_t)i * words, s->q, words));
        }
        return;
    }
    simd->differing_rows(rows, s->bits->n - from < 64 ? s->bits->n - from : 64, s->q, words,
                         differing);
    for (; among != 0; among &= among - 1) {
        const uint32_t i = (uint32_t)__builtin_ctzll(among);
        offer(s, from + i, differing[i]);
    }
}

/* Whether the rows of 64 vectors may be read. */
static bool may_read(const eng_bits *bits, uint32_t word)
{
    if (bits->pages == NULL)
        return true;
    const uint64_t row_bytes = bits->words * sizeof(uint64_t), from = (uint64_t)word * 64;
    const uint64_t n = bits->n - from < 64 ? bits->n - from : 64;
    return eng_pages_good(bits->pages, from * row_bytes, n * row_bytes);
}

static anc_status scan_open(const eng_bits *bits, const float *q, uint32_t most, anc_arena *mem,
                            scan *ret, anc_err *err)
{
    scan s = {.bits = bits,
              .most = most < bits->n ? most : bits->n,
              .below = UINT32_MAX,
              .q = anc_arena_alloc(mem, bits->words, sizeof *s.q),
              .counts = anc_arena_alloc(mem, bits->dims + 1u, sizeof *s.counts)};
    s.cap = (size_t)s.most * 2 + 64;
    s.rows = anc_arena_alloc(mem, s.cap, sizeof *s.rows);
    if (s.q == NULL || s.counts == NULL || s.rows == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %u nearest vectors", s.most);
    for (uint32_t d = 0; d < bits->dims; d++)
        s.q[d / 64] |= (uint64_t)(q[d] > bits->means[d]) << (d % 64);
    *ret = s;
    return ANC_OK;
}

anc_status eng_bits_nearest(const eng_bits *bits, const float *q, const uint64_t *among,
                            uint32_t most, anc_status (*may_go_on)(void *arg), void *arg,
                            anc_arena *mem, uint32_t **ret, size_t *ret_n, anc_err *err)
{
    enum { WORDS_A_CHECK = 256 };
    const eng_simd *simd = eng_simd_best();
    scan s = {0};
    ANC_TRY(scan_open(bits, q, most, mem, &s, err));
    for (uint32_t w = 0; w < (bits->n + 63) / 64 && s.most > 0; w++) {
        if (w % WORDS_A_CHECK == 0 && may_go_on != NULL)
            ANC_TRY(may_go_on(arg));
        if (among[w] == 0 || !may_read(bits, w))
            continue;
        look_at(&s, simd, w, among[w]);
    }
    cut(&s);
    uint32_t *ids = anc_arena_alloc(mem, s.n, sizeof *ids);
    if (ids == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu nearest vectors", s.n);
    for (size_t i = 0; i < s.n; i++)
        ids[i] = s.rows[i].id;
    *ret = ids;
    *ret_n = s.n;
    return ANC_OK;
}
