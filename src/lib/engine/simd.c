/* simd.c - halves converted by hand, the scalar kernel, and the choice of a level. */
#include "simd_impl.h"

#include <string.h>
#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

uint16_t eng_half_of(float f)
{
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    const uint32_t sign = (u >> 16) & 0x8000u;
    const uint32_t mag = u & 0x7fffffffu;
    if (mag > 0x7f800000u)
        return (uint16_t)(sign | 0x7e00u); /* NaN */
    if (mag >= 0x477ff000u)
        return (uint16_t)(sign | 0x7c00u); /* 65520 and more round to infinity */
    if (mag < 0x33000001u)
        return (uint16_t)sign; /* at most half of the smallest subnormal */
    const int exponent = (int)(mag >> 23) - 127;
    uint32_t mantissa = (mag & 0x7fffffu) | 0x800000u;
    /* bits to drop: 13 for a normal half, more for a subnormal one */
    const int drop = exponent >= -14 ? 13 : 13 + (-14 - exponent);
    const uint32_t half_way = 1u << (drop - 1);
    const uint32_t odd = (mantissa >> drop) & 1u;
    mantissa = (mantissa + half_way - 1u + odd) >> drop;
    if (exponent < -14)
        return (uint16_t)(sign | mantissa);
    /* the implicit bit adds one to the exponent field; a carry does it once more */
    return (uint16_t)(sign | (((uint32_t)(exponent + 14) << 10) + mantissa));
}

float eng_half_to_float(uint16_t h)
{
    const uint32_t sign = (uint32_t)(h & 0x8000u) << 16;
    const uint32_t exponent = (h >> 10) & 0x1fu;
    const uint32_t mantissa = h & 0x3ffu;
    uint32_t u;
    float f;
    if (exponent == 0) {
        f = (float)mantissa * 0x1p-24f;
        return sign != 0 ? -f : f;
    }
    if (exponent == 0x1f)
        u = sign | 0x7f800000u | (mantissa << 13);
    else
        u = sign | ((exponent + 112u) << 23) | (mantissa << 13);
    memcpy(&f, &u, sizeof f);
    return f;
}

static float dot_scalar(const uint16_t *half, const float *q, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += eng_half_to_float(half[i]) * q[i];
    return sum;
}

static int32_t dot_codes_scalar(const uint8_t *codes, const int8_t *q, size_t n)
{
    int32_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += ((int32_t)codes[i] - 128) * q[i];
    return sum;
}

static uint32_t differing_scalar(const uint64_t *a, const uint64_t *b, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (uint32_t)__builtin_popcountll(a[i] ^ b[i]);
    return sum;
}

static void dot_rows_scalar(const uint8_t *codes, size_t stride, const uint32_t *rows,
                            size_t n_rows, const int8_t *q, size_t n, int32_t *ret)
{
    for (size_t i = 0; i < n_rows; i++)
        ret[i] = dot_codes_scalar(codes + rows[i] * stride, q, n);
}

static uint64_t differing_rows_scalar(const uint64_t *rows, size_t n_rows, const uint64_t *q,
                                      size_t n, uint32_t limit, uint32_t *ret)
{
    uint64_t near = 0;
    for (size_t i = 0; i < n_rows; i++) {
        ret[i] = differing_scalar(rows + i * n, q, n);
        near |= (uint64_t)(ret[i] < limit) << i;
    }
    return near;
}

static uint64_t common_scalar(const uint64_t *a, const uint64_t *b, size_t n, uint64_t *ret)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        ret[i] = a[i] & b[i];
        sum += (uint64_t)__builtin_popcountll(ret[i]);
    }
    return sum;
}

typedef int32_t four __attribute__((vector_size(4 * sizeof(int32_t))));

/* A bit for each of 16 sums that are greater. */
static inline uint32_t greater(const uint32_t *sums, int32_t than)
{
    const four t = {than, than, than, than};
    four v[4], bits = {0};
    memcpy(v, sums, sizeof v);
    for (int i = 0; i < 4; i++)
        bits |= (v[i] > t) & (four){1 << 4 * i, 2 << 4 * i, 4 << 4 * i, 8 << 4 * i};
    return (uint32_t)(bits[0] | bits[1] | bits[2] | bits[3]);
}

size_t eng_reaching_plain(const uint32_t *sums, size_t n_words, uint32_t least,
                          const uint64_t *allowed, uint16_t *ret)
{
    size_t n = 0;
    for (size_t w = 0; w < n_words; w++) {
        uint64_t bits = 0;
        for (size_t i = 0; i < 64; i += 16)
            bits |= (uint64_t)greater(sums + w * 64 + i, (int32_t)(least - 1)) << i;
        for (bits &= allowed != NULL ? allowed[w] : UINT64_MAX; bits != 0; bits &= bits - 1)
            ret[n++] = (uint16_t)(w * 64 + (size_t)__builtin_ctzll(bits));
    }
    return n;
}

const eng_simd eng_simd_scalar = {"scalar",        dot_scalar,        dot_codes_scalar,
                                  dot_rows_scalar, differing_scalar,  differing_rows_scalar,
                                  common_scalar,   eng_reaching_plain};

size_t eng_simd_levels(const eng_simd **out, size_t max)
{
    size_t n = 0;
    if (n < max)
        out[n++] = &eng_simd_scalar;
#if defined(__x86_64__)
    /* every processor with AVX2 has F16C too */
    if (n < max && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        out[n++] = &eng_simd_avx2;
    if (n < max && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
        out[n++] = &eng_simd_avx512;
    if (n < max && __builtin_cpu_supports("avx512vnni") &&
        __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vbmi2"))
        out[n++] = &eng_simd_vnni;
#elif defined(__aarch64__)
    if (n < max)
        out[n++] = &eng_simd_neon;
    if (n < max && (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0)
        out[n++] = &eng_simd_neon_dot;
#endif
    return n;
}

const eng_simd *eng_simd_best(void)
{
    const eng_simd *levels[4];
    const size_t n = eng_simd_levels(levels, ANC_COUNT(levels));
    return levels[n - 1];
}
