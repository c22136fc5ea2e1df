/* codes.h - a byte a number: vectors made small enough for a graph to fetch at random.
 *
 * x becomes round(x * scale) + 128, between 1 and 255. The scale is that of all vectors together: it takes 4.5
 * standard deviations, or the greatest number where that is less, to 127. The dot product of codes orders
 * vectors as the product of the numbers does, up to an error that rescoring in full precision takes out.
 * Codes are padded to a multiple of 64 with 128, which is worth nothing.
 */
#ifndef ANC_ENGINE_CODES_H
#define ANC_ENGINE_CODES_H

#include "base/base.h"

enum { ENG_CODES_ALIGN = 64 };

/* Bytes of the codes of one vector. */
static inline uint32_t eng_codes_bytes(uint32_t dims)
{
    return (dims + ENG_CODES_ALIGN - 1) / ENG_CODES_ALIGN * ENG_CODES_ALIGN;
}

/* The scale for these vectors, halves [n * dims]; looks at a sample of them. 1 where all are zero. */
float eng_codes_scale(const uint16_t *halves, size_t n, uint32_t dims);

/* Codes of one vector: `ret` [eng_codes_bytes(dims)]. */
void eng_codes_of(const uint16_t *half, uint32_t dims, float scale, uint8_t *ret);

/* A query's signed codes, its greatest number at 127: `ret` [eng_codes_bytes(dims)]. */
void eng_codes_of_query(const float *q, uint32_t dims, int8_t *ret);

/* Codes as a query's: what is compared when a stored vector looks for its neighbours. */
void eng_codes_to_query(const uint8_t *codes, uint32_t bytes, int8_t *ret);

#endif
