/* bits.h - a bit a number: all vectors of a block looked at in the time of a few.
 *
 * The bit says whether the number lies above the mean of all vectors. The count of bits in which two vectors
 * differ orders them roughly; of the few hundred that differ least the best are found in full precision. Costs
 * nothing to build, takes any filter, and bounds what a search can cost.
 */
#ifndef ANC_ENGINE_BITS_H
#define ANC_ENGINE_BITS_H

#include "base/arena.h"
#include "pages.h"

typedef struct eng_bits {
    uint32_t n, dims;
    uint32_t words;         /* a vector */
    float *means;           /* [dims] */
    uint64_t *rows;         /* [n * words] */
    const eng_pages *pages; /* of `rows` where they stand in a file; NULL: in memory */
} eng_bits;

/* Of vectors [n * dims]; those for which `has` (a bit each, NULL: all) is not set have rows of no meaning. False
 * when memory is out. eng_bits_done frees what `ret` holds. */
bool eng_bits_make(const uint16_t *halves, const uint64_t *has, uint32_t n, uint32_t dims,
                   eng_bits *ret) ANC_MUST_CHECK;
void eng_bits_done(eng_bits *bits); /* zeroed is a no-op */

size_t eng_bits_bytes(const eng_bits *bits);

/* Up to `most` vectors that differ least from `q` [dims], the nearest first, of those in `among` (a bit each):
 * *ret [*ret_n] in `mem`; exactly that many where there are as many. LIMIT when `mem` is full, and what
 * may_go_on answered. */
anc_status eng_bits_nearest(const eng_bits *bits, const float *q, const uint64_t *among,
                            uint32_t most, anc_status (*may_go_on)(void *arg), void *arg,
                            anc_arena *mem, uint32_t **ret, size_t *ret_n,
                            anc_err *err) ANC_MUST_CHECK;

#endif
