/* vector_math_impl.h - functions of vectors of any width, for files that have VEC, IVEC, vec_splat and vec_max. */
#ifndef ANC_INFER_VECTOR_MATH_IMPL_H
#define ANC_INFER_VECTOR_MATH_IMPL_H

/* exp of -87 <= x <= 87: x = n ln 2 + r with |r| <= ln 2 / 2, the series of e^r to its seventh
 * power, times 2^n put together from its bits. Adding 1.5 * 2^23 rounds to a whole number and
 * leaves it in the low bits. */
static inline VEC vec_exp(VEC x)
{
    const VEC magic = vec_splat(0x1.8p23f);
    const VEC shifted = x * 1.44269504f + magic;
    const VEC n = shifted - magic;
    const VEC r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
    VEC sum = r * (1.0f / 5040) + 1.0f / 720;
    sum = sum * r + 1.0f / 120;
    sum = sum * r + 1.0f / 24;
    sum = sum * r + 1.0f / 6;
    sum = sum * r + 0.5f;
    sum = sum * r + 1.0f;
    sum = sum * r + 1.0f;
    const IVEC power = ((IVEC)shifted - (IVEC)magic + 127) << 23;
    return sum * (VEC)power;
}

static inline VEC vec_abs(VEC x)
{
    return (VEC)((IVEC)x & 0x7fffffff);
}

/* With y = |x| / sqrt 2 and t = 1 / (1 + 0.3275911 y), erf y = 1 - poly(t) e^(-y y) within 1.5e-7
 * (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26); erf is odd. */
static inline VEC vec_gelu(VEC x)
{
    const VEC size = vec_abs(x);
    const VEC y = size * 0.70710678f;
    const VEC t = 1.0f / (y * 0.3275911f + 1.0f);
    VEC poly = t * 1.061405429f - 1.453152027f;
    poly = poly * t + 1.421413741f;
    poly = poly * t - 0.284496736f;
    poly = poly * t + 0.254829592f;
    const VEC power = vec_exp(vec_max(-y * y, vec_splat(-87.0f)));
    const VEC erf = 1.0f - poly * t * power;
    return (x + size * erf) * 0.5f;
}

#endif
