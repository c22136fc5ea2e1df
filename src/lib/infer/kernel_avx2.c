/* kernel_avx2.c - eight floats at a time, with FMA. */
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

enum { LANES = 8 };
#define TILE_ROWS 6
#define VEC       __m256
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
