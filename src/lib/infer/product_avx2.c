/* product_avx2.c - int8 with AVX2.
 *
 * VPMADDUBSW adds two products in 16 bits and cuts them off where they do not fit. Here they always do: the row is taken
 * without its sign, at most 128 (of a product 127 at most is used), which goes to the weights: 2 * 127 * 127 < 2^15.
 */
#include <immintrin.h>
#include <string.h>

#include "products_impl.h"

enum { LANES = 8, VECTORS = INF_PANEL / LANES };

/* Four bytes of a row, signed, repeated. */
static inline __m256i row_step(const unsigned char *row)
{
    int32_t bytes;
    memcpy(&bytes, row, sizeof bytes);
    return _mm256_xor_si256(_mm256_set1_epi32(bytes), _mm256_set1_epi8((char)0x80));
}

static inline __m256i dot(__m256i sum, __m256i row, __m256i weights)
{
    const __m256i pairs =
        _mm256_maddubs_epi16(_mm256_abs_epi8(row), _mm256_sign_epi8(weights, row));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

static void panel_row(const inf_matrix *m, const inf_rows *a, size_t r, size_t j, float *c)
{
    const unsigned char *row = (const unsigned char *)a->bytes + r * a->stride;
    const unsigned char *panel = inf_panel_of(m, j);
    __m256i sums[VECTORS];
    for (size_t v = 0; v < VECTORS; v++)
        sums[v] = _mm256_setzero_si256();
    for (size_t at = 0; at < m->steps; at++, panel += INF_STEP_BYTES, row += 4) {
        const __m256i x = row_step(row);
        for (size_t v = 0; v < VECTORS; v++)
            sums[v] =
                dot(sums[v], x, _mm256_load_si256((const __m256i *)(const void *)(panel + v * 32)));
    }
    for (size_t v = 0; v < VECTORS; v++) {
        const size_t at = j + v * LANES;
        const __m256 scale =
            _mm256_mul_ps(_mm256_loadu_ps(m->scale + at), _mm256_set1_ps(a->scales[r]));
        _mm256_storeu_ps(c + v * LANES,
                         _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sums[v]), scale),
                                       _mm256_loadu_ps(m->bias + at)));
    }
}

static void multiply(const inf_matrix *m, const inf_rows *a, size_t rows, float *c, size_t ldc)
{
    for (size_t j = 0; j < m->columns; j += INF_PANEL)
        for (size_t r = 0; r < rows; r++)
            panel_row(m, a, r, j, c + r * ldc + j);
}

static bool supported(void)
{
    return __builtin_cpu_supports("avx2");
}

const inf_product inf_int8_avx2 = {"avx2", INF_INT8, supported, multiply, NULL, NULL, NULL};
