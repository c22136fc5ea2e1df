/* words.h - a token count for tests: a token a word, one more for each ten bytes of a long one, one
 * a character of three bytes or more. It adds up at white space, as real tokenizers do. */
#ifndef ANC_TESTS_SUPPORT_WORDS_H
#define ANC_TESTS_SUPPORT_WORDS_H

#include "base/base.h"

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
