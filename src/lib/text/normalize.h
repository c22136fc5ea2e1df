/* normalize.h - the forms of a Unicode text (utf8proc behind this header).
 *
 * All take valid UTF-8 (the caller checked it) and work in pieces, so that memory stays small
 * whatever the length. ASCII takes a short way.
 */
#ifndef ANC_TEXT_NORMALIZE_H
#define ANC_TEXT_NORMALIZE_H

#include "base/str.h"

/* Appends the composed form (NFC) of `text`. LIMIT or NO_MEMORY when `out` cannot hold it; `out`
 * may then hold a part. */
anc_status txt_nfc(anc_str text, anc_buf *out, anc_err *err) ANC_MUST_CHECK;

/* Appends what two spellings of the same words have in common: compatibility forms unified,
 * case folded, composed, default-ignorable code points dropped (NFKC_Casefold). */
anc_status txt_fold(anc_str text, anc_buf *out, anc_err *err) ANC_MUST_CHECK;

/* White space of Unicode (category Z and the blank controls). */
bool txt_is_blank(uint32_t code_point);

/* A character of a script that puts no spaces between words (Han, kana, Hangul, Thai, …). */
bool txt_is_unspaced(uint32_t code_point);

/* `text` without white space at both ends, that of Unicode included. */
anc_str txt_trim(anc_str text);

#endif
