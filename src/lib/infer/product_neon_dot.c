/* product_neon_dot.c - int8 on a 64-bit ARM that has dot products of four bytes. */
#include <arm_neon.h>
#include <sys/auxv.h>

#include "products_impl.h"

#define SUMS                           int32x4_t
#define ROW                            int8x16_t
#define WEIGHTS                        int8x16_t
#define DOT(sums, weights, row, place) vdotq_laneq_s32(sums, weights, row, place)

/* Bytes less 128, so that nothing has to be taken off the sums again. */
static inline ROW row_at(const unsigned char *row)
{
    return vreinterpretq_s8_u8(veorq_u8(vld1q_u8(row), vdupq_n_u8(128)));
}

static inline WEIGHTS weights_at(const unsigned char *panel)
{
    return vreinterpretq_s8_u8(vld1q_u8(panel));
}

/* Four floats of row `r` from column `j` on. */
static inline void put(const inf_matrix *m, const inf_rows *a, size_t r, size_t j, SUMS sums,
                       float *c)
{
    const float32x4_t scale = vmulq_n_f32(vld1q_f32(m->scale + j), a->scales[r]);
    vst1q_f32(c, vaddq_f32(vmulq_f32(vcvtq_f32_s32(sums), scale), vld1q_f32(m->bias + j)));
}

#include "product_neon_impl.h"

static bool supported(void)
{
    return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
}

const inf_product inf_int8_neon = {
    .name = "neondot", .precision = INF_INT8, .supported = supported, .multiply = multiply};
