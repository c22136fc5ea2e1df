/* former.c - who it was before: "Who was director before Ruth Ellender?" is not answered by who Ruth Ellender is.
 *
 * A sentence tells of it by a word for what was before (previous, predecessor, formerly, until), by an earlier year, or, where a
 * name was given, by telling of another.
 */
#include "base/str.h"
#include "extract_impl.h"

static anc_str asked_word(const rag_terms *terms, size_t k)
{
    return rag_word_text(terms->question, &terms->asked.items[k]);
}

/* The first word behind "before", "antes de", "prior to", "vor dem Jahr", in six languages; asked.n: there is none. */
static size_t behind_before(const rag_terms *terms)
{
    static const char before[] =
        "before until till prior vor bis avant jusque antes hasta prima fino até";
    static const char linking[] =
        "to de di da do del della al à a en dem jahr the year l'année año "
        "anno ano M Mme Mr Mrs Ms Dr Frau Herr Herrn";
    const size_t n = terms->asked.n;
    for (size_t k = 1; k < n; k++) {
        size_t next = k + 1;
        if (!rag_is_any_of(asked_word(terms, k), before))
            continue;
        while (next < n && rag_is_any_of(asked_word(terms, next), linking))
            next++;
        if (next < n && (rag_year_of(asked_word(terms, next)) != 0 ||
                         (terms->asked.items[next].capital && !terms->asked.items[next].stop)))
            return next;
    }
    return n;
}

void rag_former_read(rag_terms *terms)
{
    const size_t at = behind_before(terms);
    terms->earlier_year = 0;
    terms->earlier_names = 0;
    if ((terms->cues & RAG_CUE_PERSON) == 0 || at == terms->asked.n)
        return;
    terms->earlier_year = rag_year_of(asked_word(terms, at));
    for (size_t k = at; k < terms->asked.n && terms->asked.items[k].capital; k++)
        terms->earlier_names |= rag_terms_in(terms, terms->asked, k, k + 1);
}

/* A word for what was before, or for the change. */
static bool says_before(anc_str word)
{
    static const char words[] = "before until till prior once then ex took "
                                "vorher zuvor bis einst damals folgte folgt "
                                "avant jusqu'en jusqu jusque auparavant "
                                "antes hasta prima fino até";
    static const char beginnings[] =
        "previous|predecess|former|earlier|succeed|successor|replac|preced|"
        "vorgäng|früher|ehemal|nachfolg|ablös|abgelös|übern|"
        "précéd|prédéc|ancien|succéd|remplac|"
        "anterior|antecesor|antigu|suced|sucesor|relev|reempla|predec|"
        "precedent|sostitu|subent|"
        "substitu|antig|sucess";
    return rag_is_any_of(word, words) || rag_begins_with_any(word, beginnings);
}

bool rag_is_of_later(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const uint64_t told = x->views[i].own | x->views[i].above;
    if (terms->earlier_year == 0 && terms->earlier_names == 0)
        return false;
    for (size_t w = u->first; w < u->last; w++) {
        const anc_str word = rag_word_text(x->passages[u->passage].text, &words.items[w]);
        const uint64_t year = rag_year_of(word);
        if (says_before(word) || (year != 0 && year < terms->earlier_year))
            return false;
    }
    return terms->earlier_year != 0 || (told & terms->earlier_names) != 0;
}
