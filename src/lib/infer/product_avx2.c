/* product_avx2.c - int8 with AVX2, in tiles of rows by eight columns.
 *
 * Bytes would have to be multiplied by VPMADDUBSW, which adds two products in 16 bits and cuts them off where they do not
 * fit. So rows are wide here (products.h): weights are widened as they are read, once for all rows of a tile, and VPMADDWD
 * adds two products in 32 bits, sixteen multiplications an instruction and exact. Numbers of 16 bits for rows cost nothing
 * more than bytes then, and are nearer to what they stand for.
 *
 * Multiplications are dearer than additions, and half of them are saved (Winograd, 1968): with x, x' of a row and w, w' of a
 * column, in two neighbouring steps,
 *
 *     x w + x' w'  =  (x + w') (x' + w)  -  x x'  -  w w'
 *
 * where what is taken off is summed once a row and once a column. It is exact: sums in 16 bits fit (inf_wide_most), and those
 * in 32 bits are right but for multiples of 2^32, which what comes out is smaller than.
 *
 * The step of a row is an asm statement: gcc 12 puts the sums into memory when it is left to choose.
 */
#include <immintrin.h>
#include <string.h>

#include "products_impl.h"
#include "rows_impl.h"

enum { LANES = 8, HALF = INF_STEP_BYTES / INF_PANEL * LANES / 2 /* bytes of four columns */ };

/* What a step of a row is. */
typedef struct four {
    int16_t values[4];
} four;

/* The four weights of each of four columns. */
static inline __m256i weights_of(const unsigned char *step)
{
    return _mm256_cvtepi8_epi16(_mm_load_si128((const __m128i *)(const void *)step));
}

/* The eight columns from `j` on in their panel. */
static inline const unsigned char *panel_of(const inf_matrix *m, size_t j)
{
    return inf_panel_of(m, j / INF_PANEL * INF_PANEL) + j % INF_PANEL * 4;
}

/* Of eight columns, two steps: the weights of the first four columns and of the others. */
typedef struct weights {
    __m256i w0, w1, next0, next1;
} weights;

static inline weights two_steps(const unsigned char *panel)
{
    return (weights){weights_of(panel), weights_of(panel + HALF),
                     weights_of(panel + INF_STEP_BYTES), weights_of(panel + INF_STEP_BYTES + HALF)};
}

/* Adds to `p` and `q`, two sums a column, what two steps of a row give with those of four columns each. */
#define STEP(p, q, row, w)                                                                         \
    {                                                                                              \
        __m256i x, y, u, v;                                                                        \
        __asm__("vpbroadcastq %[first], %[x]\n\t"                                                  \
                "vpbroadcastq %[second], %[y]\n\t"                                                 \
                "vpaddw %[c], %[x], %[u]\n\t"                                                      \
                "vpaddw %[a], %[y], %[v]\n\t"                                                      \
                "vpaddw %[d], %[x], %[x]\n\t"                                                      \
                "vpaddw %[b], %[y], %[y]\n\t"                                                      \
                "vpmaddwd %[u], %[v], %[u]\n\t"                                                    \
                "vpmaddwd %[x], %[y], %[x]\n\t"                                                    \
                "vpaddd %[u], %[s], %[s]\n\t"                                                      \
                "vpaddd %[x], %[t], %[t]"                                                          \
                : [s] "+x"(p), [t] "+x"(q), [x] "=&x"(x), [y] "=&x"(y), [u] "=&x"(u), [v] "=&x"(v) \
                : [first] "m"(*(const four *)(const void *)(row)),                                 \
                  [second] "m"(*(const four *)(const void *)((row) + sizeof(four))),               \
                  [a] "x"((w).w0), [b] "x"((w).w1), [c] "x"((w).next0), [d] "x"((w).next1));       \
    }

/* Two sums a column, side by side in halves of vectors, as one. */
static inline __m256i sums_of(__m256i p, __m256i q)
{
    return _mm256_permute4x64_epi64(_mm256_hadd_epi32(p, q), 0xd8);
}

/* What is taken off of the sums of eight columns. */
static __m256i pairs_of_columns(const unsigned char *panel, size_t steps)
{
    __m256i p = _mm256_setzero_si256(), q = p;
    for (size_t at = 0; at < steps; at += 2, panel += 2 * INF_STEP_BYTES) {
        const weights w = two_steps(panel);
        p = _mm256_add_epi32(p, _mm256_madd_epi16(w.w0, w.next0));
        q = _mm256_add_epi32(q, _mm256_madd_epi16(w.w1, w.next1));
    }
    return sums_of(p, q);
}

/* And of those of a row; both halves of a lane have its sum. */
static int32_t pairs_of_row(const unsigned char *row, size_t steps)
{
    enum { AT_ONCE = 4 };
    __m256i sum = _mm256_setzero_si256();
    for (size_t at = 0; at < steps; at += AT_ONCE, row += AT_ONCE * sizeof(four)) {
        const __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)row);
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(x, _mm256_shuffle_epi32(x, 0x4e)));
    }
    const __m128i both =
        _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    return _mm_cvtsi128_si32(_mm_add_epi32(both, _mm_srli_epi64(both, 32)));
}

/* What is made of eight columns. */
typedef struct columns {
    const inf_matrix *m;
    size_t first;
    __m256i pairs;
    uintptr_t next; /* is asked for meanwhile, `ahead` bytes further at two steps */
    size_t ahead;
} columns;

/* Where a tile of rows is. */
typedef struct rows_of {
    const unsigned char *bytes;
    size_t stride;
    const float *scales;
    const int32_t *pairs;
} rows_of;

/* Eight floats of row `r`. */
static inline void put(const columns *of, const rows_of *a, size_t r, float *c, __m256i p,
                       __m256i q)
{
    const inf_matrix *m = of->m;
    const __m256i off = _mm256_add_epi32(of->pairs, _mm256_set1_epi32(a->pairs[r]));
    const __m256i sums = _mm256_sub_epi32(sums_of(p, q), off);
    const __m256 scale =
        _mm256_mul_ps(_mm256_loadu_ps(m->scale + of->first), _mm256_set1_ps(a->scales[r]));
    _mm256_storeu_ps(c, _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sums), scale),
                                      _mm256_loadu_ps(m->bias + of->first)));
}

#define ROW_FETCH(g, i) __builtin_prefetch(c + (3 * (g) + (i)) * ldc, 1, 3);
#define ROW_BEGIN(g, i) __m256i p##g##i = _mm256_setzero_si256(), q##g##i = _mm256_setzero_si256();
#define ROW_STEP(g, i)  STEP(p##g##i, q##g##i, a##g + (i)*stride, w)
#define ROW_END(g, i)   put(of, a, 3 * (g) + (i), c + (3 * (g) + (i)) * ldc, p##g##i, q##g##i);

/* Eight columns of `n` rows. The rows of the result may be far away: they are asked for before there is something to put
 * into them. */
#define TILE(n)                                                                     \
    static void tile_##n(const columns *of, const rows_of *a, float *c, size_t ldc) \
    {                                                                               \
        const size_t stride = a->stride, steps = of->m->steps, ahead = of->ahead;   \
        const unsigned char *a0 = a->bytes, *a1 ANC_UNUSED = a0 + 3 * stride;       \
        const unsigned char *panel = panel_of(of->m, of->first);                    \
        uintptr_t next = of->next;                                                  \
        ROWS_##n(ROW_FETCH);                                                        \
        ROWS_##n(ROW_BEGIN);                                                        \
        for (size_t at = 0; at < steps; at += 2, panel += 2 * INF_STEP_BYTES) {     \
            const weights w = two_steps(panel);                                     \
            __builtin_prefetch((const void *)next, 0, 2);                           \
            next += ahead;                                                          \
            ROWS_##n(ROW_STEP) a0 += 2 * sizeof(four);                              \
            a1 += 2 * sizeof(four);                                                 \
        }                                                                           \
        ROWS_##n(ROW_END)                                                           \
    }

TILE(1)
TILE(2)
TILE(3)
TILE(4)

/* Rows are shared out evenly among the tiles, and so is the next panel, which comes from memory meanwhile. */
static void multiply_columns(columns *of, rows_of a, size_t rows, float *c, size_t ldc)
{
    static void (*const run[])(const columns *, const rows_of *, float *,
                               size_t) = {NULL, tile_1, tile_2, tile_3, tile_4};
    enum { MOST = ANC_COUNT(run) - 1, SHARE = INF_STEP_BYTES / (INF_PANEL / LANES) };
    const size_t j = of->first, steps = of->m->steps;
    size_t tiles = (rows + MOST - 1) / MOST;
    of->ahead = (2 * SHARE + tiles - 1) / tiles;
    of->next = (uintptr_t)inf_panel_of(of->m, j / INF_PANEL * INF_PANEL + INF_PANEL) +
               j % INF_PANEL / LANES * SHARE * steps;
    for (size_t n; tiles > 0; tiles--, rows -= n, c += n * ldc) {
        n = (rows + tiles - 1) / tiles;
        run[n](of, &a, c, ldc);
        of->next += steps / 2 * of->ahead;
        a.bytes += n * a.stride;
        a.scales += n;
        a.pairs += n;
    }
}

static void multiply(const inf_matrix *m, const inf_rows *a, size_t rows, float *c, size_t ldc)
{
    enum { AT_ONCE = 256 };
    int32_t pairs[AT_ONCE];
    for (size_t r = 0, n; r < rows; r += n) {
        n = rows - r < AT_ONCE ? rows - r : AT_ONCE;
        const rows_of from = {(const unsigned char *)a->bytes + r * a->stride, a->stride,
                              a->scales + r, pairs};
        for (size_t i = 0; i < n; i++)
            pairs[i] = pairs_of_row(from.bytes + i * a->stride, m->steps);
        for (size_t j = 0; j < m->columns; j += LANES) {
            columns of = {.m = m, .first = j, .pairs = pairs_of_columns(panel_of(m, j), m->steps)};
            multiply_columns(&of, from, n, c + r * ldc + j, ldc);
        }
    }
}

static uint64_t exert(size_t rounds)
{
    enum { STEPS = 4, VALUES = 64 };
    static const four zeros[2];
    const unsigned char *row = (const unsigned char *)zeros;
    const __m256i w = _mm256_setzero_si256();
    const weights all = {w, w, w, w};
    /* Each another one: a compiler would make one of them. */
    __m256i s0 = w, s1 = w, s2 = _mm256_set1_epi32(1), s3 = w, s4 = _mm256_set1_epi32(2), s5 = w,
            s6 = _mm256_set1_epi32(3), s7 = w;
    for (size_t i = 0; i < rounds; i++) {
        STEP(s0, s1, row, all)
        STEP(s2, s3, row, all)
        STEP(s4, s5, row, all)
        STEP(s6, s7, row, all)
    }
    __asm__ volatile("" : : "x"(s0), "x"(s1), "x"(s2), "x"(s3), "x"(s4), "x"(s5), "x"(s6), "x"(s7));
    return (uint64_t)rounds * STEPS * VALUES * 2;
}

static bool supported(void)
{
    return __builtin_cpu_supports("avx2");
}

const inf_product inf_int8_avx2 = {.name = "avx2",
                                   .precision = INF_INT8,
                                   .wide = true,
                                   .supported = supported,
                                   .multiply = multiply,
                                   .exert = exert};
