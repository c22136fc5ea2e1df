/* numbers.c - numbers of list items as they are written: 3, c, iii. */
#include "flow_impl.h"

static void add_roman(uint32_t n, bool upper, anc_buf *out)
{
    static const struct {
        uint32_t value;
        const char *lower, *upper;
    } rows[] = {{1000, "m", "M"}, {900, "cm", "CM"}, {500, "d", "D"}, {400, "cd", "CD"},
                {100, "c", "C"},  {90, "xc", "XC"},  {50, "l", "L"},  {40, "xl", "XL"},
                {10, "x", "X"},   {9, "ix", "IX"},   {5, "v", "V"},   {4, "iv", "IV"},
                {1, "i", "I"}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        for (; n >= rows[i].value; n -= rows[i].value)
            (void)anc_buf_add(out, anc_str_of(upper ? rows[i].upper : rows[i].lower));
}

void prs_number_add(prs_number_form how, uint32_t n, anc_buf *out)
{
    const bool upper = how == PRS_NUMBER_UPPER_LETTER || how == PRS_NUMBER_UPPER_ROMAN;
    if ((how == PRS_NUMBER_LOWER_LETTER || how == PRS_NUMBER_UPPER_LETTER) && n >= 1 &&
        n <= 26 * 9) {
        for (uint32_t i = 0; i <= (n - 1) / 26; i++)
            (void)anc_buf_add_char(out, (char)((upper ? 'A' : 'a') + (char)((n - 1) % 26)));
    } else if ((how == PRS_NUMBER_LOWER_ROMAN || how == PRS_NUMBER_UPPER_ROMAN) && n >= 1 &&
               n < 4000) {
        add_roman(n, upper, out);
    } else {
        (void)anc_buf_printf(out, how == PRS_NUMBER_PADDED ? "%02u" : "%u", n);
    }
}
