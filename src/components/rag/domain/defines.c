/* defines.c - "a lorry, called Rosalind": what says who or what the one thing is that was asked about, or where. */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/spoken.h"

bool rag_asks_definition(const rag_terms *terms)
{
    static const char openings[] = "who is |who was |what is |what's |"
                                   "qui est |qui était |qu'est-ce qu|qu’est-ce qu";
    size_t content = 0;
    size_t first = SIZE_MAX;
    size_t last = 0;
    const bool opens = rag_begins_with_any(terms->question, openings);
    for (size_t i = 0; opens && i < terms->asked.n; i++)
        if (!terms->asked.items[i].stop && !terms->asked.items[i].whole) {
            content++;
            first = first == SIZE_MAX ? i : first;
            last = i;
        }
    /* one name, its words side by side */
    return content > 0 && last - first < content && terms->cues != RAG_CUE_MONEY;
}

/* "L'atelier occupe un moulin": a verb of place behind it. */
static bool is_placed(const rag_spoken *s, size_t k, size_t to)
{
    static const char verbs[] = "located situated stands lies occupies occupe situé située trouve";
    enum { REACH = 3 };
    for (size_t on = 1; on <= REACH && k + on < to; on++)
        if (rag_is_any_of(rag_spoken_word(s, k + on), verbs))
            return true;
    return false;
}

/* The last content word of the question. */
static uint64_t thing_of(const rag_terms *terms)
{
    uint64_t key = 0;
    for (size_t i = 0; i < terms->asked.n; i++)
        if (!terms->asked.items[i].stop && !terms->asked.items[i].whole)
            key = terms->asked.items[i].key;
    return key;
}

/* "called Deborah", "called a grey goose": up to three words before word `k` say that it is a name. */
static bool is_called(const rag_spoken *s, size_t from, size_t k)
{
    static const char verbs[] =
        "called named nicknamed appelé appelée nommé nommée baptisé baptisée";
    enum { REACH = 3 };
    for (size_t back = 1; back <= REACH && back <= k - from; back++)
        if (rag_is_any_of(rag_spoken_word(s, k - back), verbs))
            return true;
    return false;
}

/* "Skep is a basket", "Mr Pym was the first": a form of "to be" and an article follow. */
static bool is_told(const rag_spoken *s, size_t k, size_t to)
{
    static const char verbs[] = "is are was were est était";
    return k + 2 < to && rag_is_any_of(rag_spoken_word(s, k + 1), verbs) &&
           rag_spoken_is_article(s, k + 2);
}

bool rag_defines(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_spoken s = {x->passages[u->passage].text, x->read_as, x->units.words[u->passage]};
    const bool where = x->terms.cues == RAG_CUE_PLACE;
    if ((!where && !rag_asks_definition(&x->terms)) || u->kind != RAG_UNIT_PROSE)
        return false;
    const uint64_t key = thing_of(&x->terms);
    for (size_t k = u->first; k < u->last; k++)
        if (s.words.items[k].key == key &&
            (where ? is_placed(&s, k, u->last)
                   : is_called(&s, u->first, k) || is_told(&s, k, u->last)))
            return true;
    return false;
}
