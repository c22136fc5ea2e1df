/* mixture.h - vectors made up like those of texts: topics of unequal size in groups, each group with a few directions
 * of its own in which its vectors differ, a mean that all share, and noise.
 */
#ifndef ANC_BENCH_ENGINE_MIXTURE_H
#define ANC_BENCH_ENGINE_MIXTURE_H

#include <stddef.h>
#include <stdint.h>

/* The same `n` unit vectors [n * dims] for the same seed and dims; those of another seed are of the same topics. */
void mixture_make(uint64_t seed, size_t n, uint32_t dims, float *ret);

/* Adds to each of the unit vectors [n * dims] a random one of about this length, and makes it a unit vector again. */
void mixture_shake(uint64_t seed, size_t n, uint32_t dims, double length, float *vectors);

#endif
