/* test_unicode.c - single code points against what the standard says of them. */
#include "text/unicode.h"

#include "support/test.h"

static const struct row {
    const char *name;
    uint32_t c;
    txt_category category;
    uint32_t lower;
    size_t n;
    uint32_t parts[TXT_DECOMPOSED];
} rows[] = {
    {"letter", 'A', TXT_LU, 'a', 1, {'A'}},
    {"e acute", 0xC9, TXT_LU, 0xE9, 2, {'E', 0x301}},
    {"acute alone", 0x301, TXT_MN, 0x301, 1, {0x301}},
    {"four parts", 0x1F82, TXT_LL, 0x1F82, 4, {0x3B1, 0x313, 0x300, 0x345}},
    {"hangul", 0xD55C, TXT_LO, 0xD55C, 3, {0x1112, 0x1161, 0x11AB}},
    {"ligature is no canonical one", 0xFB01, TXT_LL, 0xFB01, 1, {0xFB01}},
    {"private use", 0xE000, TXT_CO, 0xE000, 1, {0xE000}},
    {"wide blank", 0x3000, TXT_ZS, 0x3000, 1, {0x3000}},
    {"zero width", 0x200B, TXT_CF, 0x200B, 1, {0x200B}},
    {"past the end", 0x110000, TXT_CN, 0x110000, 1, {0x110000}},
};

static void knows(void **state)
{
    const struct row *row = *state;
    uint32_t parts[TXT_DECOMPOSED] = {0};
    assert_int_equal(txt_category_of(row->c), row->category);
    assert_int_equal(txt_lower(row->c), row->lower);
    assert_int_equal(txt_decompose(row->c, parts), row->n);
    assert_memory_equal(parts, row->parts, sizeof parts);
}

int main(void)
{
    return RUN_TABLE("unicode", rows, knows);
}
