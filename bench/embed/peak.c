/* peak.c - twelve independent chains of fused multiply-adds, so that only the units limit them. */
#include "embed/peak.h"

#include "common/bench.h"

#ifdef __x86_64__
#include <immintrin.h>

enum { CHAINS = 12, STEPS = 400000 };

#define PEAK_KERNEL(NAME, TARGET, VEC, SET1, FMA, ADD, FIRST, LANES)            \
    __attribute__((target(TARGET))) static double NAME(void)                    \
    {                                                                           \
        VEC sums[CHAINS];                                                       \
        const VEC a = SET1(0.999f), b = SET1(0.001f);                           \
        for (int c = 0; c < CHAINS; c++)                                        \
            sums[c] = SET1((float)c);                                           \
        const double start = bench_cpu_seconds();                               \
        for (int i = 0; i < STEPS; i++)                                         \
            _Pragma("GCC unroll 12") for (int c = 0; c < CHAINS; c++) sums[c] = \
                FMA(sums[c], a, b);                                             \
        const double seconds = bench_cpu_seconds() - start;                     \
        for (int c = 1; c < CHAINS; c++)                                        \
            sums[0] = ADD(sums[0], sums[c]);                                    \
        bench_keep((double)FIRST(sums[0]));                                     \
        return 2.0 * (LANES)*CHAINS * STEPS / seconds / 1e9;                    \
    }

PEAK_KERNEL(peak_avx512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_add_ps,
            _mm512_cvtss_f32, 16)
PEAK_KERNEL(peak_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_add_ps,
            _mm256_cvtss_f32, 8)

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f");
}

double peak_gflops(void)
{
    if (has_avx512())
        return peak_avx512();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? peak_avx2() : 0;
}

const char *peak_name(void)
{
    return has_avx512() ? "AVX-512 FMA peak of a core" : "AVX2 FMA peak of a core";
}

#else

double peak_gflops(void)
{
    return 0;
}

const char *peak_name(void)
{
    return "FMA peak of a core";
}

#endif
