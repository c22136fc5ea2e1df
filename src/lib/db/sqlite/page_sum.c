/* page_sum.c - one word after the other, each step a bijection of what it was before, so that a word
 * that differs cannot be made up for by itself. */
#include "page_sum.h"

#include <string.h>

#define STEP UINT64_C(0x9e3779b97f4a7c15)

bool db_page_size_fits(size_t n)
{
    return n >= 512 && n <= 65536 && (n & (n - 1)) == 0;
}

static uint64_t word_at(const unsigned char *p)
{
    uint64_t w = 0;
    for (int i = 7; i >= 0; i--)
        w = w << 8 | p[i];
    return w;
}

static uint64_t sum_of(const unsigned char *page, size_t n, uint32_t number)
{
    uint64_t h = (number + UINT64_C(1)) * STEP;
    for (size_t at = 0; at + DB_SUM_BYTES < n; at += DB_SUM_BYTES) {
        h = (h ^ word_at(page + at)) * STEP;
        h ^= h >> 29;
    }
    return h;
}

static bool is_blank(const unsigned char *page, size_t n)
{
    return page[0] == 0 && memcmp(page, page + 1, n - 1) == 0;
}

bool db_page_is_sound(const unsigned char *page, size_t n, uint32_t number)
{
    return word_at(page + n - DB_SUM_BYTES) == sum_of(page, n, number) || is_blank(page, n);
}

void db_page_seal(unsigned char *page, size_t n, uint32_t number)
{
    const uint64_t sum = sum_of(page, n, number);
    for (size_t i = 0; i < DB_SUM_BYTES; i++)
        page[n - DB_SUM_BYTES + i] = (unsigned char)(sum >> 8 * i);
}
