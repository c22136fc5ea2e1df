/* sieve.h - which keys a block has certainly not: three bits a key, in two to four bytes a document.
 *
 * Who publishes many documents looks for each of their keys in every block, and nearly no block has one. A sieve says so
 * after one look at memory that stays in the cache; of a hundred keys that a block has not it lets fewer than two pass. It
 * is made when it is first worth it, and remembered for as long as the block is.
 */
#ifndef ANC_ENGINE_SIEVE_H
#define ANC_ENGINE_SIEVE_H

#include "block.h"

/* Makes the sieve of a block that is ready, unless it is there, or the block has few documents, or memory is out: keys
 * are found as well without. One thread at a time (under `writing`); others may look through it meanwhile. */
void eng_sieve_make(eng_block *b);

size_t eng_sieve_bytes(const eng_block *b); /* 0: none is there */

/* The word of a sieve that a key's hash falls into, of so many slots as the block has. */
static inline size_t eng_sieve_word(uint64_t hash, size_t slots)
{
    return hash & (slots / 8 - 1);
}

static inline uint64_t eng_sieve_bits(uint64_t hash)
{
    return UINT64_C(1) << (hash >> 58) | UINT64_C(1) << (hash >> 52 & 63) |
           UINT64_C(1) << (hash >> 46 & 63);
}

/* False: the block has no key with this hash (anc_hash64). Any thread. */
static inline bool eng_sieve_passes(const eng_block *b, uint64_t hash)
{
    const uint64_t *words = atomic_load_explicit(&b->sieve, memory_order_acquire);
    const uint64_t bits = eng_sieve_bits(hash);
    return words == NULL || (words[eng_sieve_word(hash, b->slots.n)] & bits) == bits;
}

#endif
