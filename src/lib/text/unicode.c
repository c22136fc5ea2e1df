/* unicode.c - single code points, by utf8proc's tables. */
#include "text/unicode.h"

#include <utf8proc.h>

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
