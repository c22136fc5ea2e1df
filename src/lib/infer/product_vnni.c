/* product_vnni.c - int8 by VPDPBUSD: 64 bytes at a time. */
#include "product_end_impl.h"

#define SUM                    __m512i
#define DOT_VALUES             64
#define SUM_ZERO               _mm512_setzero_si512()
#define DOT(sum, row, weights) __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(row), "v"(weights))

static inline VEC floats_of(const inf_matrix *m, const inf_rows *a, size_t r, size_t j, SUM sum)
{
    const __m512 scale = _mm512_mul_ps(_mm512_loadu_ps(m->scale + j), _mm512_set1_ps(a->scales[r]));
    const __m512i exact = _mm512_sub_epi32(sum, _mm512_loadu_si512(m->shift + j));
    return _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(exact), scale),
                         _mm512_loadu_ps(m->bias + j));
}

#include "product_tile_impl.h"

static bool supported(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vnni");
}

const inf_product inf_int8_vnni = {.name = "vnni",
                                   .precision = INF_INT8,
                                   .supported = supported,
                                   .multiply = multiply,
                                   .multiply_halves = multiply_halves,
                                   .exert = exert};
