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

/* Those that differ least so far, and some that were among them before. */
typedef struct scan {
    const eng_bits *bits;
    uint64_t *q; /* [words] */
    near_one *rows;
    size_t n, cap;
    uint32_t most;
    uint32_t limit;   /* bits that the last of them differs in */
    uint32_t within;  /* rows that differ in no more; fewer than twice as many as are wanted */
    uint32_t *counts; /* [dims + 1] rows by how many bits they differ in */
} scan;

/* Drops what is not among them any more. */
static void drop(scan *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i].differing <= s->limit)
            s->rows[kept++] = s->rows[i];
    s->n = kept;
}

static void offer(scan *s, uint32_t id, uint32_t differing)
{
    if (differing >= s->limit && s->within >= s->most)
        return;
    s->rows[s->n++] = (near_one){id, differing};
    s->counts[differing]++;
    s->within++;
    while (s->within - s->counts[s->limit] >= s->most)
        s->within -= s->counts[s->limit--];
    if (s->n == s->cap)
        drop(s);
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
    const uint32_t limit = s->within >= s->most ? s->limit : UINT32_MAX;
    uint64_t near = simd->differing_rows(rows, s->bits->n - from < 64 ? s->bits->n - from : 64,
                                         s->q, words, limit, differing);
    for (near &= among; near != 0; near &= near - 1) {
        const uint32_t i = (uint32_t)__builtin_ctzll(near);
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
              .limit = bits->dims,
              .q = anc_arena_alloc(mem, bits->words, sizeof *s.q),
              .counts = anc_arena_alloc(mem, bits->dims + 1u, sizeof *s.counts)};
    s.cap = (size_t)s.most * 4 + 64;
    s.rows = anc_arena_alloc(mem, s.cap, sizeof *s.rows);
    if (s.q == NULL || s.counts == NULL || s.rows == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %u nearest vectors", s.most);
    for (uint32_t d = 0; d < bits->dims; d++)
        s.q[d / 64] |= (uint64_t)(q[d] > bits->means[d]) << (d % 64);
    *ret = s;
    return ANC_OK;
}

/* The numbers of the rows that are among them, those that differ least first; how many they are. */
static size_t sort(scan *s, uint32_t *ids)
{
    uint32_t at = 0;
    for (uint32_t d = 0; d <= s->limit; d++) {
        const uint32_t n = s->counts[d];
        s->counts[d] = at;
        at += n;
    }
    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i].differing <= s->limit)
            ids[s->counts[s->rows[i].differing]++] = s->rows[i].id;
    return s->within < s->most ? s->within : s->most;
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
    uint32_t *ids = anc_arena_alloc(mem, s.within, sizeof *ids);
    if (ids == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %u nearest vectors", s.within);
    *ret = ids;
    *ret_n = sort(&s, ids);
    return ANC_OK;
}
