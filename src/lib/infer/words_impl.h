/* words_impl.h - a text as the words that a BERT model was trained on, one at a time.
 *
 * Follows the reference step by step: clean (drop NUL, U+FFFD and control, format and private-use
 * code points; every blank is a space), set spaces around CJK ideographs, decompose and drop
 * marks, lower-case, cut at blanks, cut out each punctuation character. The steps work on one code
 * point after the other, so no copy of the text is made. One thing is left out: spacing marks with
 * a combining class, written in the wrong order, are not reordered.
 */
#ifndef ANC_INFER_WORDS_IMPL_H
#define ANC_INFER_WORDS_IMPL_H

#include "base/base.h"
#include "text/unicode.h"

enum { INF_WORD_MAX_CHARS = 100, INF_WORD_MAX_BYTES = 4 * INF_WORD_MAX_CHARS };

typedef struct inf_word_rules {
    bool clean;
    bool space_cjk;
    bool strip_marks;
    bool lower;
} inf_word_rules;

typedef struct inf_word {
    size_t chars;                     /* may pass INF_WORD_MAX_CHARS: then only it counts */
    uint16_t end[INF_WORD_MAX_CHARS]; /* end[i]: bytes up to and with character i */
    char bytes[INF_WORD_MAX_BYTES];   /* UTF-8 */
} inf_word;

/* What one code point of the text becomes, waiting to be put into words. */
enum { INF_WORD_QUEUE = 10 };

typedef struct inf_words {
    anc_str text;
    size_t at; /* next byte of text */
    inf_word_rules rules;
    unsigned queued, next; /* of queue */
    uint32_t queue[INF_WORD_QUEUE];
} inf_words;

/* The White_Space property: separators, tab to carriage return, next line. */
bool inf_is_blank(uint32_t c);

/* The category of a code point as of Unicode 8, which the reference knows. */
txt_category inf_word_category(uint32_t c);

/* Words of `text`; bytes that are not UTF-8 count as U+FFFD. */
inf_words inf_words_of(anc_str text, inf_word_rules rules);

/* The next word; false at the end. */
bool inf_words_next(inf_words *w, inf_word *ret);

#endif
