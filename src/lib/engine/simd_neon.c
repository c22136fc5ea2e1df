/* simd_neon.c - the levels of 64-bit ARM: what every one has, and products of four bytes at a time where the
 * processor has them.
 */
#include "simd.h"
#include "simd_impl.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

static inline float16x4_t halves(const uint16_t *half)
{
    return vreinterpret_f16_u16(vld1_u16(half));
}

static float dot_neon(const uint16_t *half, const float *q, size_t n)
{
    float32x4_t a = vdupq_n_f32(0), b = a, c = a, d = a;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        a = vfmaq_f32(a, vcvt_f32_f16(halves(half + i)), vld1q_f32(q + i));
        b = vfmaq_f32(b, vcvt_f32_f16(halves(half + i + 4)), vld1q_f32(q + i + 4));
        c = vfmaq_f32(c, vcvt_f32_f16(halves(half + i + 8)), vld1q_f32(q + i + 8));
        d = vfmaq_f32(d, vcvt_f32_f16(halves(half + i + 12)), vld1q_f32(q + i + 12));
    }
    float sum = vaddvq_f32(vaddq_f32(vaddq_f32(a, b), vaddq_f32(c, d)));
    for (; i < n; i++)
        sum += eng_half_to_float(half[i]) * q[i];
    return sum;
}

/* Codes as signed numbers. */
static inline int8x16_t numbers(const uint8_t *codes)
{
    return vreinterpretq_s8_u8(veorq_u8(vld1q_u8(codes), vdupq_n_u8(128)));
}

/* Two products of bytes fit 16 bits, since both factors lie in -127 to 127: 2 * 127 * 127 < 2^15. */
static inline int32x4_t add_products(int32x4_t sum, int8x16_t x, int8x16_t y)
{
    const int16x8_t pairs = vmlal_high_s8(vmull_s8(vget_low_s8(x), vget_low_s8(y)), x, y);
    return vpadalq_s16(sum, pairs);
}

static int32_t dot_codes_neon(const uint8_t *codes, const int8_t *q, size_t n)
{
    int32x4_t a = vdupq_n_s32(0), b = a;
    for (size_t i = 0; i < n; i += 32) {
        a = add_products(a, numbers(codes + i), vld1q_s8(q + i));
        b = add_products(b, numbers(codes + i + 16), vld1q_s8(q + i + 16));
    }
    return vaddvq_s32(vaddq_s32(a, b));
}

static void dot_rows_neon(const uint8_t *codes, size_t stride, const uint32_t *rows, size_t n_rows,
                          const int8_t *q, size_t n, int32_t *ret)
{
    for (size_t i = 0; i < n_rows; i++)
        ret[i] = dot_codes_neon(codes + rows[i] * stride, q, n);
}

static inline uint32_t bits_of(uint64x2_t x)
{
    return vaddlvq_u8(vcntq_u8(vreinterpretq_u8_u64(x)));
}

static uint32_t differing_neon(const uint64_t *a, const uint64_t *b, size_t n)
{
    uint32_t sum = 0;
    size_t i = 0;
    for (; i + 2 <= n; i += 2)
        sum += bits_of(veorq_u64(vld1q_u64(a + i), vld1q_u64(b + i)));
    return i < n ? sum + (uint32_t)__builtin_popcountll(a[i] ^ b[i]) : sum;
}

static uint64_t differing_rows_neon(const uint64_t *rows, size_t n_rows, const uint64_t *q,
                                    size_t n, uint32_t limit, uint32_t *ret)
{
    uint64_t near = 0;
    for (size_t i = 0; i < n_rows; i++) {
        ret[i] = differing_neon(rows + i * n, q, n);
        near |= (uint64_t)(ret[i] < limit) << i;
    }
    return near;
}

static uint64_t common_neon(const uint64_t *a, const uint64_t *b, size_t n, uint64_t *ret)
{
    uint64_t sum = 0;
    size_t i = 0;
    for (; i + 2 <= n; i += 2) {
        const uint64x2_t both = vandq_u64(vld1q_u64(a + i), vld1q_u64(b + i));
        vst1q_u64(ret + i, both);
        sum += bits_of(both);
    }
    if (i < n) {
        ret[i] = a[i] & b[i];
        sum += (uint64_t)__builtin_popcountll(ret[i]);
    }
    return sum;
}

const eng_simd eng_simd_neon = {"neon",        dot_neon,          dot_codes_neon,
                                dot_rows_neon, differing_neon,    differing_rows_neon,
                                common_neon,   eng_reaching_plain};

/* ---- with dot products of bytes ----------------------------------------------------------------- */

/* As vdotq_s32, which compilers give only where the whole file may use it. */
static inline int32x4_t add_fours(int32x4_t sum, int8x16_t x, int8x16_t y)
{
    __asm__(".arch armv8.2-a+dotprod\n\tsdot %0.4s, %1.16b, %2.16b" : "+w"(sum) : "w"(x), "w"(y));
    return sum;
}

static int32_t dot_codes_neon_dot(const uint8_t *codes, const int8_t *q, size_t n)
{
    int32x4_t a = vdupq_n_s32(0), b = a, c = a, d = a;
    for (size_t i = 0; i < n; i += 64) {
        a = add_fours(a, numbers(codes + i), vld1q_s8(q + i));
        b = add_fours(b, numbers(codes + i + 16), vld1q_s8(q + i + 16));
        c = add_fours(c, numbers(codes + i + 32), vld1q_s8(q + i + 32));
        d = add_fours(d, numbers(codes + i + 48), vld1q_s8(q + i + 48));
    }
    return vaddvq_s32(vaddq_s32(vaddq_s32(a, b), vaddq_s32(c, d)));
}

static void dot_rows_neon_dot(const uint8_t *codes, size_t stride, const uint32_t *rows,
                              size_t n_rows, const int8_t *q, size_t n, int32_t *ret)
{
    for (size_t i = 0; i < n_rows; i++)
        ret[i] = dot_codes_neon_dot(codes + rows[i] * stride, q, n);
}

const eng_simd eng_simd_neon_dot = {"neondot",         dot_neon,          dot_codes_neon_dot,
                                    dot_rows_neon_dot, differing_neon,    differing_rows_neon,
                                    common_neon,       eng_reaching_plain};
#endif
