/* sentence.h - where sentences begin and end.
 *
 * Rules, not a model: terminators, the quotes and notes that close behind them, abbreviations,
 * initials, ordinals, ellipses, list items and lines. Made for answers that quote whole sentences,
 * so a doubtful full stop is no boundary. Nothing is allocated.
 */
#ifndef ANC_TEXT_SENTENCE_H
#define ANC_TEXT_SENTENCE_H

#include "base/base.h"

typedef struct txt_span {
    size_t start; /* byte offset */
    size_t end;   /* one past the last byte */
} txt_span;

/* Walks the sentences of valid UTF-8 in order: start with *cursor = 0; false at the end. Spans do
 * not overlap, begin and end with something that is not white space, and together hold every byte
 * that is none. Linear in the length of the text over a whole walk. */
bool txt_sentence_next(anc_str text, size_t *cursor, txt_span *ret);

#endif
