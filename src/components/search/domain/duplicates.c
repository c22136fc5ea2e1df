/* duplicates.c - MinHash over runs of three words. */
#include "search/domain/duplicates.h"

#include "base/utf8.h"
#include "text/unicode.h"

/* FIRST_ALIKE: of 16 functions that agree with a chance of 0.9 each, nine or fewer do so once in two thousand times */
enum { RUN = 3, FIRST_ALIKE = 10 };

static bool is_word(uint32_t c)
{
    const txt_category k = txt_category_of(c);
    return k >= TXT_LU && k <= TXT_NO; /* letters, marks, numbers */
}

/* Of ASCII: the letter or number in lower case; 0 for anything else. */
static uint32_t plain_word_byte(unsigned char c)
{
    const unsigned char lower = c | 0x20;
    if (lower >= 'a' && lower <= 'z')
        return lower;
    return c >= '0' && c <= '9' ? c : 0;
}

static bool word_at(anc_str text, size_t at, uint32_t *ret, size_t *ret_bytes)
{
    if (at >= text.len)
        return false;
    *ret = anc_utf8_at(text, at, ret_bytes);
    return is_word(*ret);
}

/* The character of a word at `at`, in lower case; 0 for what stands between words, and at the end. */
static uint32_t lower_at(anc_str text, size_t at, size_t *ret_bytes)
{
    uint32_t c;
    *ret_bytes = 1;
    if (at < text.len && (unsigned char)text.ptr[at] < 0x80)
        return plain_word_byte((unsigned char)text.ptr[at]);
    return word_at(text, at, &c, ret_bytes) ? txt_lower(c) : 0;
}

/* The hash of the next word in lower case; false at the end. */
static bool next_word(anc_str text, size_t *at, uint64_t *ret)
{
    uint64_t h = 0xcbf29ce484222325u;
    size_t bytes;
    uint32_t c = 0;
    for (; *at < text.len && (c = lower_at(text, *at, &bytes)) == 0; *at += bytes)
        ;
    if (*at >= text.len)
        return false;
    for (; c != 0; c = lower_at(text, *at, &bytes)) {
        h = (h ^ c) * 0x100000001b3u;
        *at += bytes;
    }
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
    const uint32_t n = (uint32_t)sketch->n;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t x = low + i * high;
        x = (x ^ (x >> 16)) * 0x45d9f3bu;
        x ^= x >> 16;
        if (x < sketch->minima[i])
            sketch->minima[i] = x;
    }
}

static void fill(anc_str text, size_t n, srch_sketch *ret)
{
    uint64_t last[RUN] = {0}, word;
    size_t at = 0, words = 0;
    ret->n = n;
    for (size_t i = 0; i < n; i++)
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

void srch_sketch_of(anc_str text, srch_sketch *ret)
{
    fill(text, SRCH_SKETCH_SIZE, ret);
}

void srch_sketch_begin(anc_str text, srch_sketch *ret)
{
    fill(text, SRCH_SKETCH_FIRST, ret);
}

bool srch_may_be_alike(const srch_sketch *a, const srch_sketch *b)
{
    size_t equal = 0;
    for (size_t i = 0; i < SRCH_SKETCH_FIRST; i++)
        equal += a->minima[i] == b->minima[i] ? 1 : 0;
    return equal >= FIRST_ALIKE;
}

double srch_likeness(const srch_sketch *a, const srch_sketch *b)
{
    size_t equal = 0;
    for (size_t i = 0; i < SRCH_SKETCH_SIZE; i++)
        equal += a->minima[i] == b->minima[i] ? 1 : 0;
    return (double)equal / SRCH_SKETCH_SIZE;
}
