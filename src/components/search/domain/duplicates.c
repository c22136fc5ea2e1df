/* duplicates.c - MinHash over runs of three words. */
#include "search/domain/duplicates.h"

#include "base/utf8.h"
#include "text/unicode.h"

enum { RUN = 3 };

static bool is_word(uint32_t c)
{
    const txt_category k = txt_category_of(c);
    return k >= TXT_LU && k <= TXT_NO; /* letters, marks, numbers */
}

static bool word_at(anc_str text, size_t at, uint32_t *ret, size_t *ret_bytes)
{
    if (at >= text.len)
        return false;
    *ret = anc_utf8_at(text, at, ret_bytes);
    return is_word(*ret);
}

/* The hash of the next word in lower case; false at the end. */
static bool next_word(anc_str text, size_t *at, uint64_t *ret)
{
    uint64_t h = 0xcbf29ce484222325u;
    uint32_t c;
    size_t bytes;
    while (*at < text.len && !word_at(text, *at, &c, &bytes))
        *at += bytes;
    if (*at == text.len)
        return false;
    for (; word_at(text, *at, &c, &bytes); *at += bytes)
        h = (h ^ txt_lower(c)) * 0x100000001b3u;
    *ret = h;
    return true;
}

static uint64_t mix(uint64_t h)
{
    h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93u;
    h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93u;
    return h ^ (h >> 32);
}

/* Hash function i is (low + i * high) of one good 64-bit hash, mixed again. */
static void add_run(srch_sketch *sketch, uint64_t run)
{
    const uint64_t h = mix(run);
    const uint32_t low = (uint32_t)h, high = (uint32_t)(h >> 32) | 1u;
    for (uint32_t i = 0; i < SRCH_SKETCH_SIZE; i++) {
        uint32_t x = low + i * high;
        x = (x ^ (x >> 16)) * 0x45d9f3bu;
        x ^= x >> 16;
        if (x < sketch->minima[i])
            sketch->minima[i] = x;
    }
}

void srch_sketch_of(anc_str text, srch_sketch *ret)
{
    uint64_t last[RUN] = {0}, word;
    size_t at = 0, words = 0;
    for (size_t i = 0; i < SRCH_SKETCH_SIZE; i++)
        ret->minima[i] = UINT32_MAX;
    for (; next_word(text, &at, &word); words++) {
        last[0] = last[1];
        last[1] = last[2];
        last[2] = word;
        if (words + 1 >= RUN)
            add_run(ret, last[0] * 31 * 31 + last[1] * 31 + last[2]);
    }
    if (words < RUN) /* too short for a run: its words as one */
        add_run(ret, last[0] * 31 * 31 + last[1] * 31 + last[2]);
}

double srch_likeness(const srch_sketch *a, const srch_sketch *b)
{
    size_t equal = 0;
    for (size_t i = 0; i < SRCH_SKETCH_SIZE; i++)
        equal += a->minima[i] == b->minima[i] ? 1 : 0;
    return (double)equal / SRCH_SKETCH_SIZE;
}
