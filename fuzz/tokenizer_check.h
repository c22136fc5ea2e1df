/* tokenizer_check.h - what holds of any tokenizer and text: as many ids as counting says, all of them known; a pair
 * fits, and fills what it is cut to. */
#ifndef ANC_FUZZ_TOKENIZER_CHECK_H
#define ANC_FUZZ_TOKENIZER_CHECK_H

#include <stdlib.h>

#include "infer/tokenizer.h"

enum { TOKENIZER_WINDOW = 64 };

static inline void tokenizer_check_pair(const inf_tokenizer *tok, anc_str a, anc_str b)
{
    uint32_t ids[TOKENIZER_WINDOW];
    uint8_t types[TOKENIZER_WINDOW];
    bool cut = false;
    const size_t n = inf_tokenizer_encode_pair(tok, a, b, TOKENIZER_WINDOW, ids, types, &cut);
    if (n < 2 || n > TOKENIZER_WINDOW || (cut && n != TOKENIZER_WINDOW))
        abort();
    for (size_t i = 0; i < n; i++)
        if (ids[i] >= inf_tokenizer_size(tok) || types[i] > 1)
            abort();
}

/* The ids in `ids`; how many. */
static inline size_t tokenizer_check(const inf_tokenizer *tok, anc_str text,
                                     uint32_t ids[TOKENIZER_WINDOW])
{
    bool cut = false;
    const size_t n = inf_tokenizer_encode(tok, text, TOKENIZER_WINDOW, ids, &cut);
    const size_t counted = inf_tokenizer_count(tok, text, TOKENIZER_WINDOW);
    if (n < 2 || n > TOKENIZER_WINDOW || cut != (counted > TOKENIZER_WINDOW - 2) ||
        (!cut && counted != n - 2))
        abort();
    for (size_t i = 0; i < n; i++)
        if (ids[i] >= inf_tokenizer_size(tok))
            abort();
    tokenizer_check_pair(tok, text, anc_str_sub(text, text.len / 2, text.len));
    tokenizer_check_pair(tok, anc_str_sub(text, 0, text.len / 3), text);
    return n;
}

#endif
