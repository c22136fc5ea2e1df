/* pack.c - 128 numbers in as many bits as the greatest needs, four side by side. */
#include <string.h>

#include "postings.h"

enum { LANES = 4, ROWS = ENG_PACK / LANES, WORD_BITS = 32 };

typedef uint32_t row __attribute__((vector_size(LANES * sizeof(uint32_t))));

static inline row load(const unsigned char *bytes)
{
    row r;
    memcpy(&r, bytes, sizeof r);
    return r;
}

unsigned eng_pack_bits(const uint32_t *numbers)
{
    uint32_t all = 0;
    for (size_t i = 0; i < ENG_PACK; i++)
        all |= numbers[i];
    return all == 0 ? 0 : WORD_BITS - (unsigned)__builtin_clz(all);
}

void eng_pack(const uint32_t *numbers, unsigned bits, unsigned char *ret)
{
    row word = {0};
    unsigned filled = 0;
    for (size_t r = 0; r < ROWS && bits > 0; r++) {
        row x;
        memcpy(&x, numbers + r * LANES, sizeof x);
        word |= x << filled;
        filled += bits;
        if (filled < WORD_BITS)
            continue;
        memcpy(ret, &word, sizeof word);
        ret += sizeof word;
        filled -= WORD_BITS;
        word = filled > 0 ? x >> (bits - filled) : (row){0};
    }
}

/* Each number with all before it in its row. */
static inline row sums(row x)
{
    const row none = {0};
    x += __builtin_shufflevector(none, x, 0, 4, 5, 6);
    return x + __builtin_shufflevector(none, x, 0, 1, 4, 5);
}

/* The row's numbers less 1 are steps from the last one of `before`, and `before` goes on. */
static inline void step(row x, row *before, uint32_t *ret)
{
    const row one = {1, 1, 1, 1};
    const row at = *before + sums(x + one);
    memcpy(ret, &at, sizeof at);
    *before = __builtin_shufflevector(at, at, 3, 3, 3, 3);
}

/* Rows of numbers as they stand, or, where `last` is not NULL, as steps from it. */
static inline __attribute__((always_inline)) void unpack(const unsigned char *bytes, unsigned bits,
                                                         row *last, uint32_t *ret)
{
    const uint32_t ones = bits == WORD_BITS ? UINT32_MAX : (UINT32_C(1) << bits) - 1;
    const row mask = {ones, ones, ones, ones};
    row word = load(bytes);
    unsigned used = 0;
#pragma GCC unroll 32
    for (size_t r = 0; r < ROWS; r++) {
        row x = word >> used;
        used += bits;
        if (used >= WORD_BITS && r + 1 < ROWS) {
            used -= WORD_BITS;
            bytes += sizeof word;
            word = load(bytes);
            if (used > 0)
                x |= word << (bits - used);
        }
        x &= mask;
        if (last != NULL)
            step(x, last, ret + r * LANES);
        else
            memcpy(ret + r * LANES, &x, sizeof x);
    }
}

/* Most packs have few bits: where their number is known, so is what is shifted where. */
#define STEPS_OF(bits)                   \
    case bits:                           \
        unpack(bytes, bits, &last, ret); \
        break;

void eng_unpack_steps(const unsigned char *bytes, unsigned bits, uint32_t before, uint32_t *ret)
{
    row last = {before, before, before, before};
    switch (bits) {
    case 0:
        for (size_t r = 0; r < ROWS; r++)
            step((row){0}, &last, ret + r * LANES);
        break;
        STEPS_OF(1)
        STEPS_OF(2)
        STEPS_OF(3)
        STEPS_OF(4)
        STEPS_OF(5)
        STEPS_OF(6)
        STEPS_OF(7)
        STEPS_OF(8)
        STEPS_OF(9)
        STEPS_OF(10)
        STEPS_OF(11)
        STEPS_OF(12)
    default:
        unpack(bytes, bits, &last, ret);
    }
}

#define NUMBERS_OF(bits)                \
    case bits:                          \
        unpack(bytes, bits, NULL, ret); \
        break;

void eng_unpack(const unsigned char *bytes, unsigned bits, uint32_t *ret)
{
    switch (bits) {
    case 0:
        memset(ret, 0, ENG_PACK * sizeof *ret);
        break;
        NUMBERS_OF(1)
        NUMBERS_OF(2)
        NUMBERS_OF(3)
        NUMBERS_OF(4)
    default:
        unpack(bytes, bits, NULL, ret);
    }
}
