/* unicode.h - single code points: category, canonical decomposition, lower case (utf8proc behind
 * this header).
 *
 * Pure functions of any 32-bit number; what is no scalar value is unassigned and maps to itself.
 * Unicode 14 or later, as the utf8proc that is linked.
 */
#ifndef ANC_TEXT_UNICODE_H
#define ANC_TEXT_UNICODE_H

#include "base/base.h"

/* General categories, in the order of the standard's table. */
typedef enum txt_category {
    TXT_CN, /* unassigned */
    TXT_LU,
    TXT_LL,
    TXT_LT,
    TXT_LM,
    TXT_LO,
    TXT_MN, /* marks without width */
    TXT_MC,
    TXT_ME,
    TXT_ND,
    TXT_NL,
    TXT_NO,
    TXT_PC, /* punctuation, to TXT_PO */
    TXT_PD,
    TXT_PS,
    TXT_PE,
    TXT_PI,
    TXT_PF,
    TXT_PO,
    TXT_SM, /* symbols, to TXT_SO */
    TXT_SC,
    TXT_SK,
    TXT_SO,
    TXT_ZS, /* separators, to TXT_ZP */
    TXT_ZL,
    TXT_ZP,
    TXT_CC, /* control */
    TXT_CF, /* format */
    TXT_CS,
    TXT_CO /* private use */
} txt_category;

txt_category txt_category_of(uint32_t code_point);

static inline bool txt_category_is_punctuation(txt_category c)
{
    return c >= TXT_PC && c <= TXT_PO;
}

static inline bool txt_category_is_separator(txt_category c)
{
    return c >= TXT_ZS && c <= TXT_ZP;
}

/* The lower case of one code point by itself (no final sigma, no locale). */
uint32_t txt_lower(uint32_t code_point);

/* The full canonical decomposition (NFD of this code point alone), at most TXT_DECOMPOSED code
 * points into `out`; their count, at least 1. */
enum { TXT_DECOMPOSED = 4 };
size_t txt_decompose(uint32_t code_point, uint32_t out[TXT_DECOMPOSED]);

/* Whether a grapheme cluster ends between two neighbours of a text. The pairs of a text are asked
 * one after the other with the same `state`, 0 at its start. */
bool txt_cluster_ends(uint32_t before, uint32_t after, int32_t *state);

/* Normal forms of a short run of scalar values, at most TXT_RUN of them and at most TXT_RUN_FORMED
 * into `out`; the count. What does not fit (no real text has it) is left out. */
typedef enum txt_form { TXT_NFC, TXT_NFD, TXT_NFKC, TXT_NFKD } txt_form;
enum { TXT_RUN = 48, TXT_RUN_FORMED = 256 };
size_t txt_form_of(txt_form form, const uint32_t *run, size_t n, uint32_t out[TXT_RUN_FORMED]);

/* Whether a run may begin with this code point: in no normal form does it join what is before it. */
bool txt_form_begins(uint32_t code_point);

#endif
