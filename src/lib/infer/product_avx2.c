/* product_avx2.c - int8 with AVX2, in tiles of rows by eight columns.
 *
 * Bytes would have to be multiplied by VPMADDUBSW, which adds two products in 16 bits and cuts them off where they do not
 * fit. So rows are wide here (products.h): weights are widened as they are read, once for all rows of a tile, and VPMADDWD
 * adds two products in 32 bits, sixteen multiplications an instruction and exact. Numbers of 16 bits for rows cost nothing
 * more than bytes then, and are nearer to what they stand for.
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

/* Adds to `p` and `q`, two sums a column, what four values of a row give with the weights of four columns each. */
#define STEP(p, q, row, w0, w1)                                                              \
    {                                                                                        \
        __m256i x, y;                                                                        \
        __asm__("vpbroadcastq %[from], %[x]\n\t"                                             \
                "vpmaddwd %[x], %[a], %[y]\n\t"                                              \
                "vpmaddwd %[x], %[b], %[x]\n\t"                                              \
                "vpaddd %[y], %[s], %[s]\n\t"                                                \
                "vpaddd %[x], %[t], %[t]"                                                    \
                : [s] "+x"(p), [t] "+x"(q), [x] "=&x"(x), [y] "=&x"(y)                       \
                : [from] "m"(*(const four *)(const void *)(row)), [a] "x"(w0), [b] "x"(w1)); \
    }

#define ROW_BEGIN(g, i) __m256i p##g##i = _mm256_setzero_si256(), q##g##i = _mm256_setzero_si256();
#define ROW_STEP(g, i)  STEP(p##g##i, q##g##i, a##g + (i)*stride, w0, w1)
#define ROW_END(g, i)   put(m, a, r + 3 * (g) + (i), j, c + (3 * (g) + (i)) * ldc, p##g##i, q##g##i);

/* Eight floats of row `r` from column `j` on. */
static inline void put(const inf_matrix *m, const inf_rows *a, size_t r, size_t j, float *c,
                       __m256i p, __m256i q)
{
    const __m256i sums = _mm256_permute4x64_epi64(_mm256_hadd_epi32(p, q), 0xd8);
    const __m256 scale = _mm256_mul_ps(_mm256_loadu_ps(m->scale + j), _mm256_set1_ps(a->scales[r]));
    _mm256_storeu_ps(c, _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sums), scale),
                                      _mm256_loadu_ps(m->bias + j)));
}

#define ROW_FETCH(g, i) __builtin_prefetch(c + (3 * (g) + (i)) * ldc, 1, 3);

/* What is asked for while a tile is made: `ahead` bytes further at each step. */
typedef struct next_of {
    uintptr_t at;
    size_t ahead;
} next_of;

/* Eight columns from `j` on of `n` rows from `r` on. The rows of the result may be far away: they are asked for before
 * there is something to put into them. */
#define TILE(n)                                                                                \
    static void tile_##n(const inf_matrix *m, const inf_rows *a, size_t r, size_t j, float *c, \
                         size_t ldc, next_of next)                                             \
    {                                                                                          \
        const size_t stride = a->stride;                                                       \
        const unsigned char *a0 = (const unsigned char *)a->bytes + r * stride;                \
        const unsigned char *a1 ANC_UNUSED = a0 + 3 * stride;                                  \
        const unsigned char *panel =                                                           \
            inf_panel_of(m, j / INF_PANEL * INF_PANEL) + j % INF_PANEL * 4;                    \
        ROWS_##n(ROW_FETCH);                                                                   \
        ROWS_##n(ROW_BEGIN);                                                                   \
        for (size_t at = 0; at < m->steps; at++, panel += INF_STEP_BYTES) {                    \
            const __m256i w0 = weights_of(panel), w1 = weights_of(panel + HALF);               \
            __builtin_prefetch((const void *)next.at, 0, 2);                                   \
            next.at += next.ahead;                                                             \
            ROWS_##n(ROW_STEP) a0 += 8;                                                        \
            a1 += 8;                                                                           \
        }                                                                                      \
        ROWS_##n(ROW_END)                                                                      \
    }

TILE(1)
TILE(2)
TILE(3)
TILE(4)
TILE(5)
TILE(6)

/* Rows are shared out evenly among the tiles, and so is the next panel, which comes from memory meanwhile. */
static void multiply(const inf_matrix *m, const inf_rows *a, size_t rows, float *c, size_t ldc)
{
    static void (*const run[])(const inf_matrix *, const inf_rows *, size_t, size_t, float *,
                               size_t,
                               next_of) = {NULL, tile_1, tile_2, tile_3, tile_4, tile_5, tile_6};
    enum { MOST = ANC_COUNT(run) - 1, SHARE = INF_STEP_BYTES / (INF_PANEL / LANES) };
    const size_t tiles = (rows + MOST - 1) / MOST;
    for (size_t j = 0; j < m->columns; j += LANES) {
        next_of next = {.ahead = (SHARE + tiles - 1) / (tiles > 0 ? tiles : 1)};
        next.at = (uintptr_t)inf_panel_of(m, j / INF_PANEL * INF_PANEL + INF_PANEL) +
                  j % INF_PANEL / LANES * SHARE * m->steps;
        for (size_t r = 0, t = tiles, n; t > 0; t--, r += n, next.at += next.ahead * m->steps) {
            n = (rows - r + t - 1) / t;
            run[n](m, a, r, j, c + r * ldc + j, ldc, next);
        }
    }
}

static uint64_t exert(size_t rounds)
{
    enum { CHAINS = 10, VALUES = 16 };
    static const four zeros;
    const four *row = &zeros;
    const __m256i w = _mm256_setzero_si256();
    /* Each another one: a compiler would make one of them. */
    __m256i s0 = w, s1 = w, s2 = _mm256_set1_epi32(1), s3 = w, s4 = _mm256_set1_epi32(2), s5 = w,
            s6 = _mm256_set1_epi32(3), s7 = w, s8 = _mm256_set1_epi32(4), s9 = w;
    for (size_t i = 0; i < rounds; i++) {
        STEP(s0, s1, row, w, w)
        STEP(s2, s3, row, w, w)
        STEP(s4, s5, row, w, w)
        STEP(s6, s7, row, w, w)
        STEP(s8, s9, row, w, w)
    }
    __asm__ volatile("" : : "x"(s0), "x"(s1), "x"(s2), "x"(s3), "x"(s4));
    __asm__ volatile("" : : "x"(s5), "x"(s6), "x"(s7), "x"(s8), "x"(s9));
    return (uint64_t)rounds * CHAINS * VALUES * 2;
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
