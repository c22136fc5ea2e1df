/* trie_impl.h - a set of texts, each with a number, as a double array: one look-up a byte.
 *
 * A node's children lie at its base XOR their byte, so all in one block of 256 units; no two nodes
 * have the same base, so the byte in a unit says whose child it is. The number of a text that ends
 * at a node lies at the base itself.
 */
#ifndef ANC_INFER_TRIE_IMPL_H
#define ANC_INFER_TRIE_IMPL_H

#include "base/base.h"
#include "base/status.h"

/* A unit: byte, whether a text ends here, base; or with INF_TRIE_NUMBER set: a number. */
#define INF_TRIE_NUMBER 0x80000000u
enum {
    INF_TRIE_BYTE = 0xFF,
    INF_TRIE_ENDS = 0x100,
    INF_TRIE_SHIFT = 9,
    INF_TRIE_BASE = (1 << 22) - 1, /* also the greatest number */
    INF_TRIE_BLOCK = 256,
};

typedef struct inf_trie {
    uint32_t *units; /* owned: whole blocks */
    size_t n;
    size_t longest; /* bytes of the longest text */
} inf_trie;

typedef struct inf_trie_key {
    anc_str text; /* not empty, without NUL */
    uint32_t number;
} inf_trie_key;

/* Sorts `keys`; of two equal texts the greater number counts. NO_MEMORY, LIMIT (more than 4 million
 * units). */
anc_status inf_trie_build(inf_trie_key *keys, size_t n, inf_trie *ret, anc_err *err) ANC_MUST_CHECK;
void inf_trie_done(inf_trie *trie);

/* Where every walk begins. */
static inline uint32_t inf_trie_root(const inf_trie *trie)
{
    return trie->units[0] >> INF_TRIE_SHIFT & INF_TRIE_BASE;
}

/* One byte (not 0) on from `base`. False when no text goes on so; else the next base, and whether a
 * text ends there. */
static inline bool inf_trie_step(const inf_trie *trie, uint32_t *base, unsigned char byte,
                                 bool *ret_ends)
{
    const uint32_t unit = trie->units[*base ^ byte];
    if ((unit & (INF_TRIE_NUMBER | INF_TRIE_BYTE)) != byte)
        return false;
    *base = unit >> INF_TRIE_SHIFT & INF_TRIE_BASE;
    *ret_ends = (unit & INF_TRIE_ENDS) != 0;
    return true;
}

static inline uint32_t inf_trie_number(const inf_trie *trie, uint32_t base)
{
    return trie->units[base] & INF_TRIE_BASE;
}

#endif
