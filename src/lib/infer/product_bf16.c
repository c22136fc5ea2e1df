/* product_bf16.c - bf16 by VDPBF16PS: 32 values at a time. */
#include "product_end_impl.h"

#define SUM                    __m512
#define DOT_VALUES             32
#define SUM_ZERO               _mm512_setzero_ps()
#define DOT(sum, row, weights) __asm__("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(row), "v"(weights))

static inline VEC floats_of(const inf_matrix *m, const inf_rows *a, size_t r, size_t j, SUM sum)
{
    (void)a;
    (void)r;
    return _mm512_add_ps(sum, _mm512_loadu_ps(m->bias + j));
}

#include "product_tile_impl.h"

static bool supported(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bf16");
}

const inf_product inf_bf16_avx512 = {.name = "avx512_bf16",
                                     .precision = INF_BF16,
                                     .supported = supported,
                                     .multiply = multiply,
                                     .multiply_halves = multiply_halves,
                                     .exert = exert};
