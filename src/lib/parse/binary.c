/* binary.c - whether bytes are a text in any encoding.
 *
 * Of random bytes one in ten is a control that no text has, which is many times what a text of single bytes holds.
 * What is valid UTF-8 by a length is no chance, and may hold more of them, as output of programs does.
 */
#include "parse_impl.h"

#include "base/utf8.h"

enum {
    PERCENT_OF_UTF8 = 10, /* controls in it at most */
    PERCENT_OF_BYTES = 1,
    PERCENT_OF_UNITS = 5,
    MIN_HIGH = 32
};

static bool is_control(unsigned c)
{
    return c < 0x20 && (c < '\t' || c > '\r') && c != 0x1B;
}

static uint32_t unit_at(const unsigned char *p, size_t unit, bool big)
{
    uint32_t u = 0;
    for (size_t i = 0; i < unit; i++)
        u = u << 8 | p[big ? i : unit - 1 - i];
    return u;
}

/* Controls, characters of private use, halves of pairs that stand alone, and what is no character. NUL is a blank to
 * those who read it. */
static bool is_strange(uint32_t u, uint32_t before, uint32_t after)
{
    const bool first = u >= 0xD800 && u <= 0xDBFF, second = u >= 0xDC00 && u <= 0xDFFF;
    if (first || second)
        return !(first && after >= 0xDC00 && after <= 0xDFFF) &&
               !(second && before >= 0xD800 && before <= 0xDBFF);
    return (u != 0 && is_control(u)) || (u >= 0x7F && u <= 0x9F) || (u >= 0xE000 && u <= 0xF8FF) ||
           (u >= 0xFDD0 && u <= 0xFDEF) || (u & 0xFFFE) == 0xFFFE || u > 0x10FFFF;
}

static bool are_no_characters(anc_str s, size_t unit, bool big)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    const size_t n = s.len / unit;
    size_t strange = 0;
    uint32_t before = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t u = unit_at(p + i * unit, unit, big);
        const uint32_t after = i + 1 < n ? unit_at(p + (i + 1) * unit, unit, big) : 0;
        strange += is_strange(u, before, after);
        before = u;
    }
    return strange * 100 > n * PERCENT_OF_UNITS;
}

/* Without controls too: high bytes as many as others, in no words, and some that Windows-1252 has nothing for. */
static bool is_noise(anc_str s)
{
    size_t high = 0, runs = 0, holes = 0;
    bool doubtful = false, in_run = false;
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.ptr[i];
        high += c >= 0x80;
        runs += c >= 0x80 && !in_run;
        holes += c == 0x81 || c == 0x8D || c == 0x8F || c == 0x90 || c == 0x9D;
        in_run = c >= 0x80;
    }
    return high >= MIN_HIGH && high * 4 > s.len && high < 3 * runs && holes * 50 > high &&
           prs_guess_charset(s, &doubtful) == NULL;
}

/* What old systems fill the end of a file with. */
static size_t padding_of(anc_str s)
{
    size_t n = 0;
    while (n < s.len && (s.ptr[s.len - 1 - n] == '\0' || s.ptr[s.len - 1 - n] == 0x1A))
        n++;
    return n;
}

static bool are_bytes_of_no_text(anc_str s)
{
    const bool utf8 = anc_utf8_valid_prefix(s) + 4 > s.len; /* whole, or cut inside a character */
    const size_t padding = padding_of(s);
    size_t controls = 0, deleted = 0;
    for (size_t i = 0; i < s.len; i++) {
        controls += is_control((unsigned char)s.ptr[i]);
        deleted += s.ptr[i] == 0x7F;
    }
    if (controls * 100 > s.len * PERCENT_OF_UTF8)
        return true;
    if (utf8 || prs_is_rtf(s)) /* which may hold pictures as they are */
        return false;
    return (controls - padding + deleted) * 100 > (s.len - padding) * PERCENT_OF_BYTES ||
           is_noise(s);
}

bool prs_is_binary(anc_str head)
{
    const prs_order_mark *mark = prs_order_mark_of(head);
    const char *guess = mark == NULL ? prs_guess_utf16(head) : NULL;
    if (mark != NULL)
        head = anc_str_sub(head, mark->bytes.len, head.len);
    if (mark != NULL && mark->unit > 1)
        return are_no_characters(head, mark->unit,
                                 anc_str_ends(anc_str_of(mark->encoding), ANC_STR("BE")));
    if (guess != NULL)
        return are_no_characters(head, 2, anc_str_ends(anc_str_of(guess), ANC_STR("BE")));
    return are_bytes_of_no_text(head);
}
