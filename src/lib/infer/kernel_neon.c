/* kernel_neon.c - four floats at a time, as every 64-bit ARM has them; a tile is up to eight rows by eight columns. */
#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

enum { LANES = 4 };
#define VEC float32x4_t
typedef int IVEC __attribute__((vector_size(16)));
typedef uint16_t HALVES __attribute__((vector_size(8)));
typedef uint8_t BYTES __attribute__((vector_size(4)));

static inline VEC vec_load(const float *p)
{
    return vld1q_f32(p);
}

static inline void vec_store(float *p, VEC v)
{
    vst1q_f32(p, v);
}

static inline VEC vec_splat(float f)
{
    return vdupq_n_f32(f);
}

static inline VEC vec_max(VEC a, VEC b)
{
    return vmaxq_f32(a, b);
}

static inline float vec_sum(VEC v)
{
    return vaddvq_f32(v);
}

static inline float vec_greatest(VEC v)
{
    return vmaxvq_f32(v);
}

/* The low halves, the low bytes. */
static inline HALVES vec_halves(IVEC v)
{
    return (HALVES)vmovn_u32((uint32x4_t)v);
}

static inline BYTES vec_bytes(IVEC v)
{
    const uint16x4_t halves = vmovn_u32((uint32x4_t)v);
    const uint8x8_t packed = vmovn_u16(vcombine_u16(halves, halves));
    BYTES bytes;
    memcpy(&bytes, &packed, sizeof bytes);
    return bytes;
}

#include "kernel_vector_impl.h"

/* Four values of a row at a time: a multiplication takes one of them by its place. */
#define NEON_BEGIN(g, i) VEC s##g##i = b0, t##g##i = b1;
#define NEON_LOAD(g, i)  const VEC x##g##i = vld1q_f32(a + (3 * (g) + (i)) * lda + at);
#define NEON_STEP(g, i, place)                              \
    s##g##i = vfmaq_laneq_f32(s##g##i, w0, x##g##i, place); \
    t##g##i = vfmaq_laneq_f32(t##g##i, w1, x##g##i, place);
#define NEON_STEP_0(g, i) NEON_STEP(g, i, 0)
#define NEON_STEP_1(g, i) NEON_STEP(g, i, 1)
#define NEON_STEP_2(g, i) NEON_STEP(g, i, 2)
#define NEON_STEP_3(g, i) NEON_STEP(g, i, 3)
#define NEON_LAST(g, i)                                           \
    {                                                             \
        const VEC x = vdupq_n_f32(a[(3 * (g) + (i)) * lda + at]); \
        s##g##i = vfmaq_f32(s##g##i, w0, x);                      \
        t##g##i = vfmaq_f32(t##g##i, w1, x);                      \
    }
#define NEON_END(g, i)                             \
    vst1q_f32(c + (3 * (g) + (i)) * ldc, s##g##i); \
    vst1q_f32(c + (3 * (g) + (i)) * ldc + LANES, t##g##i);

/* What a step of the panel does to all rows of a tile. */
#define WITH_WEIGHTS(rows_and_step)                                     \
    {                                                                   \
        const VEC w0 = vld1q_f32(panel), w1 = vld1q_f32(panel + LANES); \
        rows_and_step panel += INF_PANEL;                               \
    }

#define NEON_TILE(n)                                                                    \
    static void neon_##n(const float *a, size_t lda, const float *panel, size_t k,      \
                         const float *bias, float *c, size_t ldc)                       \
    {                                                                                   \
        const VEC b0 = vld1q_f32(bias), b1 = vld1q_f32(bias + LANES);                   \
        size_t at = 0;                                                                  \
        ROWS_##n(NEON_BEGIN) for (; at + LANES <= k; at += LANES)                       \
        {                                                                               \
            ROWS_##n(NEON_LOAD) WITH_WEIGHTS(ROWS_##n(NEON_STEP_0))                     \
                WITH_WEIGHTS(ROWS_##n(NEON_STEP_1)) WITH_WEIGHTS(ROWS_##n(NEON_STEP_2)) \
                    WITH_WEIGHTS(ROWS_##n(NEON_STEP_3))                                 \
        }                                                                               \
        for (; at < k; at++)                                                            \
            WITH_WEIGHTS(ROWS_##n(NEON_LAST))                                           \
        ROWS_##n(NEON_END)                                                              \
    }

NEON_TILE(1)
NEON_TILE(2)
NEON_TILE(4)
NEON_TILE(8)

static void product_of_tiles(const float *a, size_t lda, size_t rows, const float *panel, size_t k,
                             const float *bias, float *c, size_t ldc)
{
    static const struct {
        size_t rows;
        void (*run)(const float *, size_t, const float *, size_t, const float *, float *, size_t);
    } tiles[] = {{8, neon_8}, {4, neon_4}, {2, neon_2}, {1, neon_1}};
    for (size_t j = 0; j < INF_PANEL; j += 2 * LANES)
        for (size_t r = 0, t = 0; r < rows; t++)
            for (; rows - r >= tiles[t].rows; r += tiles[t].rows)
                tiles[t].run(a + r * lda, lda, panel + j, k, bias + j, c + r * ldc + j, ldc);
}

static bool supported(void)
{
    return true;
}

const inf_kernels inf_kernels_neon = {
    .name = "neon",
    .supported = supported,
    .product = product_of_tiles,
    .gelu = gelu,
    .softmax = softmax,
    .softmax_narrow = softmax_narrow,
    .layer_norm = layer_norm,
    .narrow = narrow,
    .quantise = quantise,
    .quantise_wide = quantise_wide,
    .exert = exert,
};
