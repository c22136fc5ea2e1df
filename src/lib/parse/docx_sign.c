/* docx_sign.c - signs of fonts that have pictures or Greek letters where others have the alphabet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "docx_impl.h"

static const struct {
    uint32_t code;
    const char *sign;
} pictures[] = {{0xFC, "\u2713"}, {0xFB, "\u2717"}, {0xFE, "\u2611"}, {0xFD, "\u2612"},
                {0xA8, "\u2610"}, {0x6F, "\u2610"}, {0x78, "\u2612"}, {0xE0, "\u2192"},
                {0xE8, "\u2794"}, {0xDF, "\u2190"}, {0xF0, "\u21E8"}, {0xA7, "\u2022"},
                {0xB7, "\u2022"}, {0x6C, "\u25CF"}, {0x6E, "\u25A0"}};

/* Two bytes a letter, in the order of the alphabet's places that they stand at. */
static const char *const greek =
    "\u0391\u0392\u03A7\u0394\u0395\u03A6\u0393\u0397\u0399\u03D1\u039A\u039B\u039C\u039D\u039F"
    "\u03A0\u0398\u03A1\u03A3\u03A4\u03A5\u03C2\u03A9\u039E\u03A8\u0396";
static const char *const small_greek =
    "\u03B1\u03B2\u03C7\u03B4\u03B5\u03C6\u03B3\u03B7\u03B9\u03D5\u03BA\u03BB\u03BC\u03BD\u03BF"
    "\u03C0\u03B8\u03C1\u03C3\u03C4\u03C5\u03D6\u03C9\u03BE\u03C8\u03B6";

static size_t copy(const char *sign, size_t n, char out[PRS_DOCX_SIGN])
{
    memcpy(out, sign, n);
    return n;
}

size_t prs_docx_sign(anc_str hex, anc_str font, char out[PRS_DOCX_SIGN])
{
    char text[8];
    if (hex.len == 0 || hex.len > 6)
        return 0;
    (void)snprintf(text, sizeof text, "%.*s", ANC_FMT(hex));
    const uint32_t code = (uint32_t)strtoul(text, NULL, 16) & 0xFFFF;
    if (code < 0xF000 || code >= 0xF100)
        return anc_utf8_put(code, out);
    const uint32_t at = code - 0xF000, letter = at | 0x20;
    if (anc_str_eq_nocase(font, ANC_STR("Symbol")) && letter >= 'a' && letter <= 'z')
        return copy((at < 'a' ? greek : small_greek) + (letter - 'a') * 2, 2, out);
    for (size_t i = 0; i < ANC_COUNT(pictures); i++)
        if (pictures[i].code == at)
            return copy(pictures[i].sign, strlen(pictures[i].sign), out);
    return 0;
}
