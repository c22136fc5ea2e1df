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

#ifdef __AVX512F__

/* x = 0.32 (n + d), |d| <= 1/2: what GELU lacks to max(x, 0) at |x| is a polynomial in d, one for each n, within 2e-7 (and
 * beyond n = 15 below 2e-6). [power][n], by least squares of the greatest error. */
static const _Alignas(64) float gelu_lack[5][16] = {
    {0.0f, 0.119834922f, 0.167095229f, 0.161786512f, 0.128348887f, 0.087678872f, 0.0526635833f,
     0.0281018317f, 0.0133980345f, 0.00572652137f, 0.00219884096f, 0.000759522431f, 0.000236226042f,
     6.61956292e-05f, 1.67201088e-05f, 3.80800361e-06f},
    {0.160000071f, 0.0810233206f, 0.0169764087f, -0.0233751629f, -0.03993956f, -0.03925604f,
     -0.0300267171f, -0.0192534477f, -0.0106623182f, -0.0051760436f, -0.00222138036f,
     -0.000847248011f, -0.000288186828f, -8.76327686e-05f, -2.38643188e-05f, -5.8275964e-06f},
    {-0.0408528298f, -0.0368251465f, -0.0264693312f, -0.0138946176f, -0.00325598195f,
     0.00318011735f, 0.00545315631f, 0.00501524145f, 0.00351116573f, 0.00203254889f, 0.0010058363f,
     0.000432780362f, 0.000163512464f, 5.45901676e-05f, 1.61741518e-05f, 4.26582437e-06f},
    {6.03843682e-06f, 0.00256397109f, 0.00405457942f, 0.00404311717f, 0.00289778435f,
     0.00140124757f, 0.000217135661f, -0.000396465766f, -0.000533899001f, -0.000425274106f,
     -0.000260662433f, -0.000132096451f, -5.70838965e-05f, -2.13833864e-05f, -7.01267572e-06f,
     -2.02657588e-06f},
    {0.000686522806f, 0.000542248657f, 0.000184763485f, -0.000173471068f, -0.000364499923f,
     -0.000355222786f, -0.000226573116f, -8.51515215e-05f, 6.19293087e-06f, 4.00907411e-05f,
     3.85690109e-05f, 2.51916827e-05f, 1.30170138e-05f, 5.6074955e-06f, 2.06486425e-06f,
     6.59235354e-07f},
};

static inline VEC vec_gelu(VEC x)
{
    const VEC magic = vec_splat(0x1.8p23f); /* rounds, and leaves n in the low bits */
    const VEC size = _mm512_min_ps(vec_abs(x) * 3.125f, vec_splat(15.49f));
    const VEC shifted = size + magic;
    const __m512i n = (__m512i)shifted;
    const VEC d = size - (shifted - magic);
    VEC lack = _mm512_permutexvar_ps(n, vec_load(gelu_lack[4]));
    lack = _mm512_fmadd_ps(lack, d, _mm512_permutexvar_ps(n, vec_load(gelu_lack[3])));
    lack = _mm512_fmadd_ps(lack, d, _mm512_permutexvar_ps(n, vec_load(gelu_lack[2])));
    lack = _mm512_fmadd_ps(lack, d, _mm512_permutexvar_ps(n, vec_load(gelu_lack[1])));
    lack = _mm512_fmadd_ps(lack, d, _mm512_permutexvar_ps(n, vec_load(gelu_lack[0])));
    return _mm512_max_ps(vec_splat(0.0f), x) - lack;
}

#else

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

#endif
