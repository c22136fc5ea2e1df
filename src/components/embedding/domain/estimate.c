/* estimate.c - tokens guessed from the shape of the words. */
#include "embedding/domain/estimate.h"

enum { WORD_BYTES = 5, FOREIGN_BYTES = 3 };

typedef enum shape { SHAPE_BLANK, SHAPE_WORD, SHAPE_SIGN, SHAPE_FOREIGN } shape;

static shape shape_of(unsigned char c)
{
    if (c >= 0x80)
        return SHAPE_FOREIGN;
    if (c <= ' ' || c == 0x7f)
        return SHAPE_BLANK;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return SHAPE_WORD;
    return SHAPE_SIGN;
}

static size_t rounded_up(size_t bytes, size_t each)
{
    return (bytes + each - 1) / each;
}

size_t emb_estimate_tokens(anc_str text, size_t max)
{
    size_t tokens = 0;
    for (size_t i = 0; i < text.len && tokens <= max;) {
        const shape s = shape_of((unsigned char)text.ptr[i]);
        const size_t from = i;
        while (i < text.len && shape_of((unsigned char)text.ptr[i]) == s)
            i++;
        if (s == SHAPE_WORD)
            tokens += rounded_up(i - from, WORD_BYTES);
        else if (s == SHAPE_FOREIGN)
            tokens += rounded_up(i - from, FOREIGN_BYTES);
        else if (s == SHAPE_SIGN)
            tokens += i - from;
    }
    return tokens <= max ? tokens : max + 1;
}
