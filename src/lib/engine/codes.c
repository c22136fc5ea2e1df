/* codes.c - numbers to bytes. */
#include "codes.h"

#include <math.h>
#include <string.h>

#include "simd.h"

enum { GREATEST = 127, ZERO = 128 };

float eng_codes_scale(const uint16_t *halves, size_t n, uint32_t dims)
{
    enum { MOST_SAMPLES = 1 << 20 };
    const double SIGMAS = 4.5;
    const size_t all = n * dims;
    /* an odd step, so that every number of a vector has its turn */
    const size_t step = all / MOST_SAMPLES / 2 * 2 + 1;
    double squares = 0, greatest = 0;
    size_t seen = 0;
    for (size_t i = 0; i < all; i += step) {
        const double x = fabs((double)eng_half_to_float(halves[i]));
        squares += x * x;
        greatest = x > greatest ? x : greatest;
        seen++;
    }
    if (!(greatest > 0))
        return 1;
    const double clip = SIGMAS * sqrt(squares / (double)seen);
    return (float)(GREATEST / (clip < greatest ? clip : greatest));
}

static int code(float x)
{
    const long v = lrintf(x);
    return v > GREATEST ? GREATEST : v < -GREATEST ? -GREATEST : (int)v;
}

void eng_codes_of(const uint16_t *half, uint32_t dims, float scale, uint8_t *ret)
{
    for (uint32_t i = 0; i < dims; i++)
        ret[i] = (uint8_t)(ZERO + code(eng_half_to_float(half[i]) * scale));
    memset(ret + dims, ZERO, eng_codes_bytes(dims) - dims);
}

void eng_codes_of_query(const float *q, uint32_t dims, int8_t *ret)
{
    float greatest = 0;
    for (uint32_t i = 0; i < dims; i++)
        greatest = fabsf(q[i]) > greatest ? fabsf(q[i]) : greatest;
    const float scale = greatest > 0 ? GREATEST / greatest : 0;
    for (uint32_t i = 0; i < dims; i++)
        ret[i] = (int8_t)code(q[i] * scale);
    memset(ret + dims, 0, eng_codes_bytes(dims) - dims);
}

void eng_codes_to_query(const uint8_t *codes, uint32_t bytes, int8_t *ret)
{
    for (uint32_t i = 0; i < bytes; i++)
        ret[i] = (int8_t)(codes[i] - ZERO);
}
