/* half.c - binary32 to binary16 and back.
 *
 * binary16: 1 sign, 5 exponent (bias 15), 10 fraction. Below 2^-14 the numbers are denormal, with a
 * unit of 2^-24. Both directions go over the bit patterns; no floating-point mode plays a part.
 */
#include "knowledge/domain/half.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const double UNIT_SLACK = 0.01;

static uint16_t half_of(float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t sign = (bits >> 16) & 0x8000U;
    const uint32_t magnitude = bits & 0x7fffffffU;
    if (magnitude > 0x7f800000U)
        return (uint16_t)(sign | 0x7e00U); /* not a number */
    if (magnitude >= 0x477ff000U)
        return (uint16_t)(sign | 0x7c00U); /* rounds past 65504 */
    if (magnitude < 0x33000001U)
        return (uint16_t)sign; /* at most half of the smallest denormal */
    uint32_t kept, rest, half;
    if (magnitude < 0x38800000U) { /* denormal */
        const uint32_t fraction = (magnitude & 0x7fffffU) | 0x800000U;
        const uint32_t shift = 126U - (magnitude >> 23);
        kept = fraction >> shift;
        rest = fraction & ((1U << shift) - 1U);
        half = 1U << (shift - 1U);
    } else {
        kept = (magnitude - 0x38000000U) >> 13;
        rest = magnitude & 0x1fffU;
        half = 0x1000U;
    }
    if (rest > half || (rest == half && (kept & 1U) != 0))
        kept++; /* a carry into the exponent is the right next number */
    return (uint16_t)(sign | kept);
}

static float float_of(uint16_t bits)
{
    const uint32_t exponent = (bits >> 10) & 0x1fU;
    const uint32_t fraction = bits & 0x3ffU;
    const uint32_t sign = ((uint32_t)bits & 0x8000U) << 16;
    float value = 0;
    if (exponent == 0) {
        value = ldexpf((float)fraction, -24);
        return sign != 0 ? -value : value;
    }
    const uint32_t wide = exponent == 31 ? 0x7f800000U | (fraction << 13)
                                         : ((exponent + 112U) << 23) | (fraction << 13);
    const uint32_t out = sign | wide;
    memcpy(&value, &out, sizeof value);
    return value;
}

static float float_at(const unsigned char *bytes, size_t i)
{
    return float_of((uint16_t)(bytes[2 * i] | (unsigned)bytes[2 * i + 1] << 8));
}

void kno_half_pack(const float *values, size_t n, unsigned char *out)
{
    for (size_t i = 0; i < n; i++) {
        const uint16_t half = half_of(values[i]);
        out[2 * i] = (unsigned char)(half & 0xffU);
        out[2 * i + 1] = (unsigned char)(half >> 8);
    }
}

void kno_half_unpack_unit(const unsigned char *bytes, size_t n, float *out)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        out[i] = float_at(bytes, i);
        sum += (double)out[i] * (double)out[i];
    }
    if (sum <= 0)
        return;
    const float scale = (float)(1.0 / sqrt(sum));
    for (size_t i = 0; i < n; i++)
        out[i] *= scale;
}

bool kno_half_is_unit(const unsigned char *bytes, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double value = (double)float_at(bytes, i);
        sum += value * value;
    }
    return fabs(sqrt(sum) - 1) <= UNIT_SLACK; /* false for what is no number */
}
