/* words.h - words at white space, and tokens counted without a model. */
#ifndef ANC_TESTS_SUPPORT_WORDS_H
#define ANC_TESTS_SUPPORT_WORDS_H

#include "base/str.h"

/* The word at or behind *at, which moves behind it; false: there is none. */
static inline bool next_word(anc_str text, size_t *at, anc_str *ret)
{
    while (*at < text.len && (unsigned char)text.ptr[*at] <= ' ')
        ++*at;
    const size_t from = *at;
    while (*at < text.len && (unsigned char)text.ptr[*at] > ' ')
        ++*at;
    *ret = anc_str_sub(text, from, *at - from);
    return *at > from;
}

/* A token a word, one more for each ten bytes of a long one, one a character of three bytes or more. It adds up at
 * white space, as real tokenizers do. */
static inline size_t count_words(void *self, anc_str text)
{
    (void)self;
    size_t n = 0, run = 0;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        const bool wide = c >= 0xE0;
        run = c <= ' ' || wide ? 0 : run + 1;
        n += wide || (c < 0xE0 && run % 10 == 1);
    }
    return n;
}

#endif
