/* half.h - vectors as they are kept: IEEE 754 binary16, little-endian, two bytes a component.
 *
 * A unit vector's components lie in -1..1, where binary16 keeps 11 significant bits: the cosine of
 * two vectors moves by less than 1e-6. Written out by hand, since a compiler's half type is not
 * everywhere.
 */
#ifndef ANC_KNOWLEDGE_DOMAIN_HALF_H
#define ANC_KNOWLEDGE_DOMAIN_HALF_H

#include <stdbool.h>
#include <stddef.h>

/* `n` floats into 2 * n bytes; rounds to nearest, ties to even; past the range: infinity. */
void kno_half_pack(const float *values, size_t n, unsigned char *out);

/* 2 * n bytes into `n` floats, then scaled to unit length (all zero stays). */
void kno_half_unpack_unit(const unsigned char *bytes, size_t n, float *out);

/* Whether they are numbers and their length is 1, but for a hundredth: what a model made and kno_half_pack kept. */
bool kno_half_is_unit(const unsigned char *bytes, size_t n);

#endif
