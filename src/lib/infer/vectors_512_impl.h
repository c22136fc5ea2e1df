/* vectors_512_impl.h - sixteen floats at a time. */
#ifndef ANC_INFER_VECTORS_512_IMPL_H
#define ANC_INFER_VECTORS_512_IMPL_H

#include <immintrin.h>
#include <stdint.h>

enum { LANES = 16 };
#define VEC __m512
typedef int IVEC __attribute__((vector_size(64)));
typedef uint16_t HALVES __attribute__((vector_size(32)));
typedef uint8_t BYTES __attribute__((vector_size(16)));

static inline VEC vec_load(const float *p)
{
    return _mm512_loadu_ps(p);
}

static inline void vec_store(float *p, VEC v)
{
    _mm512_storeu_ps(p, v);
}

static inline VEC vec_splat(float f)
{
    return _mm512_set1_ps(f);
}

static inline VEC vec_max(VEC a, VEC b)
{
    return _mm512_max_ps(a, b);
}

static inline float vec_sum(VEC v)
{
    return _mm512_reduce_add_ps(v);
}

static inline float vec_greatest(VEC v)
{
    return _mm512_reduce_max_ps(v);
}

/* The low halves, the low bytes. */
static inline HALVES vec_halves(IVEC v)
{
    return (HALVES)_mm512_cvtepi32_epi16((__m512i)v);
}

static inline BYTES vec_bytes(IVEC v)
{
    return (BYTES)_mm512_cvtepi32_epi8((__m512i)v);
}

#endif
