/* ordinals.c - see ordinals.h. */
#include "rag/domain/ordinals.h"

#include <limits.h>

#include "base/str.h"
#include "rag/domain/words.h"

typedef struct ordinal {
    anc_str word;
    unsigned number;
} ordinal;

#define ROW(text, number)            \
    {                                \
        ANC_STR_INIT(text), (number) \
    }

static const ordinal ordinals[] = {
    ROW("first", 1),     ROW("second", 2),    ROW("third", 3),     ROW("fourth", 4),
    ROW("fifth", 5),     ROW("sixth", 6),     ROW("seventh", 7),   ROW("eighth", 8),
    ROW("ninth", 9),     ROW("tenth", 10),    ROW("premier", 1),   ROW("première", 1),
    ROW("premiers", 1),  ROW("premières", 1), ROW("seconde", 2),   ROW("deuxième", 2),
    ROW("troisième", 3), ROW("quatrième", 4), ROW("cinquième", 5), ROW("sixième", 6),
    ROW("septième", 7),  ROW("huitième", 8),  ROW("neuvième", 9),  ROW("dixième", 10),
    ROW("erste", 1),     ROW("ersten", 1),    ROW("erster", 1),    ROW("erstes", 1),
    ROW("zweite", 2),    ROW("zweiten", 2),   ROW("zweiter", 2),   ROW("zweites", 2),
    ROW("dritte", 3),    ROW("dritten", 3),   ROW("dritter", 3),   ROW("drittes", 3),
    ROW("vierte", 4),    ROW("vierten", 4),   ROW("fünfte", 5),    ROW("fünften", 5),
};

unsigned rag_ordinal_of(anc_str word)
{
    for (size_t i = 0; i < ANC_COUNT(ordinals); i++)
        if (anc_str_eq_nocase(ordinals[i].word, word))
            return ordinals[i].number;
    size_t digits = 0;
    while (digits < word.len && word.ptr[digits] >= '0' && word.ptr[digits] <= '9')
        digits++;
    uint64_t number;
    return digits > 0 && digits < word.len &&
                   rag_is_any_of(anc_str_sub(word, digits, word.len), "st nd rd th e er re ème") &&
                   anc_str_to_u64(anc_str_sub(word, 0, digits), &number) && number < UINT_MAX
               ? (unsigned)number
               : 0;
}
