/* chars_impl.h - code points sorted into the few classes that the rules of this folder speak of. */
#ifndef ANC_TEXT_CHARS_IMPL_H
#define ANC_TEXT_CHARS_IMPL_H

#include "base/base.h"

typedef enum txt_class {
    TXT_CHAR_OTHER, /* punctuation, symbols, controls */
    TXT_CHAR_BLANK,
    TXT_CHAR_LETTER,
    TXT_CHAR_DIGIT,
    TXT_CHAR_MARK,    /* combining and invisible: belongs to the word it stands in */
    TXT_CHAR_UNSPACED /* a letter of a script that puts no spaces between words */
} txt_class;

txt_class txt_class_of(uint32_t code_point);

bool txt_is_upper(uint32_t code_point); /* upper or title case */
bool txt_is_lower(uint32_t code_point);

static inline bool txt_is_word(txt_class c)
{
    return c == TXT_CHAR_LETTER || c == TXT_CHAR_DIGIT || c == TXT_CHAR_MARK;
}

/* What NFKC_Casefold, NFC and the removal of marks make of at most TXT_PIECE_BYTES bytes. The
 * result is at most TXT_MAPPED_BYTES long. */
enum { TXT_PIECE_BYTES = 512, TXT_MAPPED_BYTES = 4 * 4096 };
typedef enum txt_mapping { TXT_MAP_NFC, TXT_MAP_FOLD, TXT_MAP_UNMARK } txt_mapping;

/* Writes the mapped form to `out` and gives its length; no more than `cap` bytes, cut at a code
 * point. */
size_t txt_map(txt_mapping mapping, anc_str piece, char *out, size_t cap);

#endif
