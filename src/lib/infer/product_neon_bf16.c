/* product_neon_bf16.c - bf16 on a 64-bit ARM that has dot products of two halves. */
#include <arm_neon.h>
#include <sys/auxv.h>

#include "products_impl.h"

#define SUMS                           float32x4_t
#define ROW                            bfloat16x8_t
#define WEIGHTS                        bfloat16x8_t
#define DOT(sums, weights, row, place) vbfdotq_laneq_f32(sums, weights, row, place)

static inline ROW row_at(const unsigned char *row)
{
    return vreinterpretq_bf16_u8(vld1q_u8(row));
}

static inline WEIGHTS weights_at(const unsigned char *panel)
{
    return vreinterpretq_bf16_u8(vld1q_u8(panel));
}

/* Four floats from column `j` on. */
static inline void put(const inf_matrix *m, const inf_rows *a, size_t r, size_t j, SUMS sums,
                       float *c)
{
    (void)a;
    (void)r;
    vst1q_f32(c, vaddq_f32(sums, vld1q_f32(m->bias + j)));
}

#include "product_neon_impl.h"

static bool supported(void)
{
    return (getauxval(AT_HWCAP2) & HWCAP2_BF16) != 0;
}

const inf_product inf_bf16_neon = {
    .name = "neonbf16", .precision = INF_BF16, .supported = supported, .multiply = multiply};
