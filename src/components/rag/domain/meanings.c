/* meanings.c - see meanings.h. The words are in meanings_table.c. */
#include "rag/domain/meanings.h"

#include "meanings_impl.h"

enum { BITS = 64 };

anc_status rag_meanings_of(anc_arena *mem, txt_language language, rag_meanings *ret, anc_err *err)
{
    ret->n = 0;
    for (size_t i = 0; i < rag_meaning_lines_n; i++) {
        ANC_TRY(rag_words_of(mem, rag_meaning_lines[i], language, &ret->words[i], err));
        ret->n = i + 1;
    }
    return ANC_OK;
}

static bool has_key(rag_words words, uint64_t key)
{
    for (size_t k = 0; k < words.n; k++)
        if (words.items[k].key == key)
            return true;
    return false;
}

void rag_meanings_add(const rag_meanings *m, uint64_t key, rag_meaning_set *set)
{
    for (size_t i = 0; i < m->n; i++)
        if (has_key(m->words[i], key))
            set->bits[i / BITS] |= UINT64_C(1) << (i % BITS);
}

bool rag_meanings_have(const rag_meanings *m, const rag_meaning_set *set, uint64_t key)
{
    for (size_t i = 0; i < ANC_COUNT(set->bits); i++)
        for (uint64_t rest = set->bits[i]; rest != 0; rest &= rest - 1)
            if (has_key(m->words[i * BITS + (size_t)__builtin_ctzll(rest)], key))
                return true;
    return false;
}

bool rag_meanings_any(const rag_meaning_set *set)
{
    uint64_t any = 0;
    for (size_t i = 0; i < ANC_COUNT(set->bits); i++)
        any |= set->bits[i];
    return any != 0;
}
