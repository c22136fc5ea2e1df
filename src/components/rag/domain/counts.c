/* counts.c - "61 people": a number that is bound to what "how many people" asks for. */
#include "base/str.h"
#include "extract_impl.h"

enum { NOUN_WORDS = 2, REACH = 3 };

static anc_str word_text(anc_str text, const rag_word *w)
{
    return anc_str_sub(text, w->start, w->end - w->start);
}

static bool is_one_of(anc_str word, anc_str a, anc_str b)
{
    return anc_str_eq_nocase(word, a) || anc_str_eq_nocase(word, b);
}

/* The first word of the question behind "how many" or "combien de", or asked.n. */
static size_t behind_how_many(const rag_terms *terms)
{
    const rag_words asked = terms->asked;
    for (size_t i = 0; i < asked.n; i++) {
        const anc_str word = word_text(terms->question, &asked.items[i]);
        if (i > 0 && anc_str_eq_nocase(word, ANC_STR("many")) &&
            anc_str_eq_nocase(word_text(terms->question, &asked.items[i - 1]), ANC_STR("how")))
            return i + 1;
        if (anc_str_eq_nocase(word, ANC_STR("combien")) && i + 1 < asked.n) {
            const anc_str next = word_text(terms->question, &asked.items[i + 1]);
            if (is_one_of(next, ANC_STR("de"), ANC_STR("d")))
                return i + 2;
            const anc_str gap = anc_str_sub(terms->question, asked.items[i].end,
                                            asked.items[i + 1].start - asked.items[i].end);
            if (anc_str_find(gap, ANC_STR("d'")) != SIZE_MAX ||
                anc_str_find(gap, ANC_STR("d\xe2\x80\x99")) != SIZE_MAX)
                return i + 1;
        }
    }
    return asked.n;
}

static bool is_dull(const rag_terms *terms, uint64_t key)
{
    for (size_t t = 0; t < terms->n; t++)
        if (terms->keys[t] == key)
            return terms->dull[t];
    return false;
}

uint64_t rag_counted_terms(const rag_terms *terms)
{
    const rag_words asked = terms->asked;
    uint64_t set = 0;
    size_t i = behind_how_many(terms);
    for (size_t n = 0; i < asked.n && n < NOUN_WORDS && !asked.items[i].stop; i++) {
        if (asked.items[i].whole)
            continue;
        set |= rag_terms_in(terms, asked, i, i + 1);
        if (is_dull(terms, asked.items[i].key))
            break; /* what people do, is a verb */
        n++;
    }
    return set;
}

bool rag_counts(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    const uint64_t counted = rag_counted_terms(&x->terms);
    for (size_t w = u->first; counted != 0 && w < u->last; w++) {
        const rag_word *number = &words.items[w];
        if (!number->digits && !rag_cues_is_number(word_text(text, number)))
            continue;
        for (size_t k = w + 1; k < u->last && words.items[k].position <= number->position + REACH;
             k++)
            if ((rag_terms_meant(&x->terms, words, k, k + 1) & counted) != 0)
                return true;
    }
    return false;
}
