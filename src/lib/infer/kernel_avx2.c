/* kernel_avx2.c - eight floats at a time, with FMA; a tile is up to six rows by half a panel. */
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

enum { LANES = 8 };
#define VEC __m256
typedef int IVEC __attribute__((vector_size(32)));
typedef uint16_t HALVES __attribute__((vector_size(16)));
typedef uint8_t BYTES __attribute__((vector_size(8)));

static inline VEC vec_load(const float *p)
{
    return _mm256_loadu_ps(p);
}

static inline void vec_store(float *p, VEC v)
{
    _mm256_storeu_ps(p, v);
}

static inline VEC vec_splat(float f)
{
    return _mm256_set1_ps(f);
}

static inline VEC vec_max(VEC a, VEC b)
{
    return _mm256_max_ps(a, b);
}

static inline float vec_sum(VEC v)
{
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

static inline float vec_greatest(VEC v)
{
    __m128 m = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    m = _mm_max_ps(m, _mm_movehl_ps(m, m));
    return _mm_cvtss_f32(_mm_max_ss(m, _mm_movehdup_ps(m)));
}

/* The low halves, the low bytes. */
static inline HALVES vec_halves(IVEC v)
{
    const __m256i low = _mm256_and_si256((__m256i)v, _mm256_set1_epi32(0xffff));
    const __m256i packed = _mm256_packus_epi32(low, low);
    return (HALVES)_mm256_castsi256_si128(_mm256_permute4x64_epi64(packed, 0x08));
}

static inline BYTES vec_bytes(IVEC v)
{
    const __m128i halves = (__m128i)vec_halves(v & 0xff);
    const __m128i packed = _mm_packus_epi16(halves, halves);
    BYTES bytes;
    memcpy(&bytes, &packed, sizeof bytes);
    return bytes;
}

#include "kernel_vector_impl.h"

/* What a tile of rows needs beside its rows. */
typedef struct tile_of {
    const float *panel; /* its first two vectors of columns */
    size_t k;           /* steps */
    uintptr_t next;     /* is asked for meanwhile, `ahead` bytes further at each step */
    size_t ahead;
    const float *bias; /* [2 * LANES] what sums begin with; NULL: with what is there */
} tile_of;

#define ROW_FETCH(g, i) __builtin_prefetch(c + (3 * (g) + (i)) * ldc, 1, 3);
#define ROW_BEGIN(g, i)                                                                    \
    const float *const from##g##i = t->bias != NULL ? t->bias : c + (3 * (g) + (i)) * ldc; \
    VEC p##g##i = vec_load(from##g##i), q##g##i = vec_load(from##g##i + LANES);

/* The rows of the result may be far away: they are asked for before there is something to put into them. */
#define TILE(n)                                                                              \
    static void tile_##n(const tile_of *t, const float *a, size_t lda, float *c, size_t ldc) \
    {                                                                                        \
        const float *panel = t->panel;                                                       \
        const float *const a0 = a;                                                           \
        const float *const a1 ANC_UNUSED = a + 3 * lda;                                      \
        const size_t k = t->k, ahead = t->ahead;                                             \
        uintptr_t next = t->next;                                                            \
        ROWS_##n(ROW_FETCH);                                                                 \
        ROWS_##n(ROW_BEGIN);                                                                 \
        for (size_t at = 0; at < k; at++, panel += INF_PANEL) {                              \
            const VEC w0 = vec_load(panel), w1 = vec_load(panel + LANES);                    \
            __builtin_prefetch((const void *)next, 0, 2);                                    \
            next += ahead;                                                                   \
            ROWS_##n(ROW_STEP)                                                               \
        }                                                                                    \
        ROWS_##n(ROW_END)                                                                    \
    }

TILE(1)
TILE(2)
TILE(3)
TILE(4)
TILE(5)
TILE(6)

/* Adds to a panel's columns of `rows` rows what some steps of it give. Rows are shared out evenly: a tile of one or two
 * waits for its own sums. What lies behind those steps is asked for meanwhile, a part by each tile: all of it by the first
 * one would be more than memory gives in that time. */
static void product_piece(const float *a, size_t lda, size_t rows, const float *panel, size_t k,
                          const float *bias, float *c, size_t ldc)
{
    static void (*const run[])(const tile_of *, const float *, size_t, float *,
                               size_t) = {NULL, tile_1, tile_2, tile_3, tile_4, tile_5, tile_6};
    enum { MOST = ANC_COUNT(run) - 1, HALF = 2 * LANES };
    size_t tiles = (rows + MOST - 1) / MOST;
    tile_of t = {.k = k, .next = (uintptr_t)(panel + k * INF_PANEL)};
    t.ahead = (HALF * sizeof *panel + tiles - 1) / (tiles > 0 ? tiles : 1);
    for (; tiles > 0; tiles--) {
        const size_t n = (rows + tiles - 1) / tiles;
        for (size_t j = 0; j < INF_PANEL; j += HALF, t.next += k * t.ahead) {
            t.panel = panel + j;
            t.bias = bias != NULL ? bias + j : NULL;
            run[n](&t, a, lda, c + j, ldc);
        }
        rows -= n;
        a += n * lda;
        c += n * ldc;
    }
}

/* The depth goes in pieces of which a panel's share and a tile's rows are in the nearest cache. */
static void product(const float *a, size_t lda, size_t rows, const float *panel, size_t k,
                    const float *bias, float *c, size_t ldc)
{
    enum { PIECE = 192 };
    size_t at = 0;
    do {
        const size_t n = k - at < PIECE ? k - at : PIECE;
        product_piece(a + at, lda, rows, panel + at * INF_PANEL, n, at == 0 ? bias : NULL, c, ldc);
        at += n;
    } while (at < k);
}

static bool supported(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const inf_kernels inf_kernels_avx2 = {
    .name = "avx2",
    .supported = supported,
    .product = product,
    .gelu = gelu,
    .softmax = softmax,
    .softmax_narrow = softmax_narrow,
    .layer_norm = layer_norm,
    .narrow = narrow,
    .quantise = quantise,
    .quantise_wide = quantise_wide,
    .exert = exert,
};
