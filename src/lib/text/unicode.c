/* unicode.c - single code points, by utf8proc's tables. */
#include "text/unicode.h"

#include <string.h>
#include <utf8proc.h>

#include "base/utf8.h"

_Static_assert((int)TXT_CN == (int)UTF8PROC_CATEGORY_CN && (int)TXT_MN == (int)UTF8PROC_CATEGORY_MN,
               "the categories are numbered as utf8proc does");
_Static_assert((int)TXT_PC == (int)UTF8PROC_CATEGORY_PC && (int)TXT_PO == (int)UTF8PROC_CATEGORY_PO,
               "the categories are numbered as utf8proc does");
_Static_assert((int)TXT_ZS == (int)UTF8PROC_CATEGORY_ZS && (int)TXT_CO == (int)UTF8PROC_CATEGORY_CO,
               "the categories are numbered as utf8proc does");

enum { LAST_CODE_POINT = 0x10FFFF };

txt_category txt_category_of(uint32_t code_point)
{
    if (code_point > LAST_CODE_POINT)
        return TXT_CN;
    return (txt_category)utf8proc_category((utf8proc_int32_t)code_point);
}

uint32_t txt_lower(uint32_t code_point)
{
    if (code_point > LAST_CODE_POINT)
        return code_point;
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code_point);
}

size_t txt_decompose(uint32_t code_point, uint32_t out[TXT_DECOMPOSED])
{
    utf8proc_int32_t parts[TXT_DECOMPOSED];
    int boundary = 0;
    utf8proc_ssize_t n = -1;
    if (code_point <= LAST_CODE_POINT)
        n = utf8proc_decompose_char((utf8proc_int32_t)code_point, parts, TXT_DECOMPOSED,
                                    UTF8PROC_DECOMPOSE, &boundary);
    if (n <= 0 || n > TXT_DECOMPOSED) {
        out[0] = code_point;
        return 1;
    }
    for (utf8proc_ssize_t i = 0; i < n; i++)
        out[i] = (uint32_t)parts[i];
    return (size_t)n;
}

bool txt_cluster_ends(uint32_t before, uint32_t after, int32_t *state)
{
    return utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)after,
                                            state);
}

size_t txt_form_of(txt_form form, const uint32_t *run, size_t n, uint32_t out[TXT_RUN_FORMED])
{
    static const int options[] = {
        [TXT_NFC] = UTF8PROC_STABLE | UTF8PROC_COMPOSE,
        [TXT_NFD] = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE,
        [TXT_NFKC] = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE,
        [TXT_NFKD] = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE,
    };
    const utf8proc_option_t how = (utf8proc_option_t)options[form];
    char bytes[4 * TXT_RUN];
    utf8proc_int32_t points[TXT_RUN_FORMED];
    size_t len = 0;
    for (size_t i = 0; i < n && i < TXT_RUN; i++)
        len += anc_utf8_put(run[i], bytes + len);
    utf8proc_ssize_t got = utf8proc_decompose((const utf8proc_uint8_t *)bytes,
                                              (utf8proc_ssize_t)len, points, TXT_RUN_FORMED, how);
    if (got > TXT_RUN_FORMED)
        got = TXT_RUN_FORMED;
    if (got > 0)
        got = utf8proc_normalize_utf32(points, got, how);
    if (got <= 0)
        return 0;
    memcpy(out, points, (size_t)got * sizeof *out);
    return (size_t)got;
}

bool txt_form_begins(uint32_t code_point)
{
    utf8proc_int32_t parts[TXT_RUN_FORMED];
    const int how = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT;
    int boundary = 0;
    if (code_point < 0x300)
        return true;
    if (code_point > LAST_CODE_POINT ||
        utf8proc_decompose_char((utf8proc_int32_t)code_point, parts, TXT_RUN_FORMED,
                                (utf8proc_option_t)how, &boundary) < 1)
        return true;
    const uint32_t first = (uint32_t)parts[0];
    const txt_category category = txt_category_of(first);
    const bool jamo = first >= 0x1160 && first <= 0x11FF; /* vowels and finals */
    return !jamo && category != TXT_MN && category != TXT_MC && category != TXT_ME;
}
