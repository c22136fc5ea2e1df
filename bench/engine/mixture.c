/* mixture.c - see mixture.h. */
#include "mixture.h"

#include <math.h>
#include <string.h>

#include "common/bench.h"

enum { TOPICS = 4000, GROUPS = 50, DIRECTIONS = 64 };

typedef struct randomness {
    uint64_t state;
    double spare;
    int has_spare;
} randomness;

static double uniform(randomness *r)
{
    r->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = r->state;
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

/* Of the standard normal distribution (Box and Muller, 1958). */
static double normal(randomness *r)
{
    if (r->has_spare) {
        r->has_spare = 0;
        return r->spare;
    }
    const double radius = sqrt(-2 * log(uniform(r) + 1e-300)),
                 angle = 6.283185307179586 * uniform(r);
    r->spare = radius * sin(angle);
    r->has_spare = 1;
    return radius * cos(angle);
}

typedef struct mixture {
    float *topics;         /* [TOPICS * dims] */
    float *directions;     /* [GROUPS * DIRECTIONS * dims] */
    double shares[TOPICS]; /* summed up, the last one 1 */
    double spread[DIRECTIONS];
} mixture;

static void fill(randomness *r, float *v, size_t n, double scale)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (float)(normal(r) * scale);
}

static mixture prepare(uint32_t dims)
{
    randomness r = {.state = 20251};
    const double one = 1 / sqrt(dims);
    mixture m = {.topics = bench_alloc((size_t)TOPICS * dims, sizeof(float)),
                 .directions = bench_alloc((size_t)GROUPS * DIRECTIONS * dims, sizeof(float))};
    float *mean = bench_alloc(dims, sizeof *mean);
    float *groups = bench_alloc((size_t)GROUPS * dims, sizeof *groups);
    double sum = 0, energy = 0;
    fill(&r, mean, dims, 0.35 * one);
    fill(&r, groups, (size_t)GROUPS * dims, 0.7 * one);
    fill(&r, m.directions, (size_t)GROUPS * DIRECTIONS * dims, one);
    fill(&r, m.topics, (size_t)TOPICS * dims, 0.6 * one);
    for (size_t t = 0; t < TOPICS; t++) {
        for (uint32_t d = 0; d < dims; d++)
            m.topics[t * dims + d] += mean[d] + groups[t % GROUPS * dims + d];
        sum += pow((double)t + 10, -0.8);
        m.shares[t] = sum;
    }
    for (size_t t = 0; t < TOPICS; t++)
        m.shares[t] /= sum;
    for (size_t k = 0; k < DIRECTIONS; k++) {
        m.spread[k] = pow((double)k + 1, -0.4);
        energy += m.spread[k] * m.spread[k];
    }
    for (size_t k = 0; k < DIRECTIONS; k++)
        m.spread[k] *= 0.75 / sqrt(energy);
    return m;
}

static size_t topic_of(const mixture *m, double u)
{
    size_t low = 0, high = TOPICS - 1;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (m->shares[middle] < u)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void shake(randomness *r, uint32_t dims, double length, float *v)
{
    double square = 0;
    for (uint32_t d = 0; d < dims; d++) {
        v[d] += (float)(normal(r) * length / sqrt(dims));
        square += (double)v[d] * (double)v[d];
    }
    for (uint32_t d = 0; d < dims; d++)
        v[d] = (float)((double)v[d] / sqrt(square));
}

static void make_one(const mixture *m, randomness *r, uint32_t dims, float *v)
{
    const size_t topic = topic_of(m, uniform(r));
    memcpy(v, m->topics + topic * dims, dims * sizeof *v);
    for (size_t k = 0; k < DIRECTIONS; k++) {
        const float *direction = m->directions + (topic % GROUPS * DIRECTIONS + k) * dims;
        const float by = (float)(normal(r) * m->spread[k]);
        for (uint32_t d = 0; d < dims; d++)
            v[d] += by * direction[d];
    }
    shake(r, dims, 0.25, v);
}

static randomness begin(uint64_t seed)
{
    return (randomness){.state = seed * UINT64_C(0x2545f4914f6cdd1d)};
}

void mixture_make(uint64_t seed, size_t n, uint32_t dims, float *ret)
{
    const mixture m = prepare(dims);
    randomness r = begin(seed);
    for (size_t i = 0; i < n; i++)
        make_one(&m, &r, dims, ret + i * dims);
}

void mixture_shake(uint64_t seed, size_t n, uint32_t dims, double length, float *vectors)
{
    randomness r = begin(seed);
    for (size_t i = 0; i < n; i++)
        shake(&r, dims, length, vectors + i * dims);
}
