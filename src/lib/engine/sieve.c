/* sieve.c - makes the sieve of a block's keys. */
#include "sieve.h"

#include <stdlib.h>

enum { MANY = 64 /* documents: fewer are not worth it */ };

static size_t words_of(const eng_block *b)
{
    return b->slots.n / 8;
}

void eng_sieve_make(eng_block *b)
{
    if (b->documents.n < MANY || atomic_load_explicit(&b->sieve, memory_order_relaxed) != NULL)
        return;
    uint64_t *words = calloc(words_of(b), sizeof *words);
    if (words == NULL)
        return;
    for (size_t row = 0; row < b->documents.n; row++) {
        const uint64_t hash = anc_hash64(eng_block_text(b, b->documents.ptr[row].key));
        words[eng_sieve_word(hash, b->slots.n)] |= eng_sieve_bits(hash);
    }
    atomic_store_explicit(&b->sieve, words, memory_order_release);
}

size_t eng_sieve_bytes(const eng_block *b)
{
    const bool there = atomic_load_explicit(&b->sieve, memory_order_relaxed) != NULL;
    return there ? words_of(b) * sizeof(uint64_t) : 0;
}
