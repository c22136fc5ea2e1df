/* names.c - names bind: what is told of the Skep 3 answers nothing about the Skep 2.
 *
 * A name with a number ("Skep 2", "Apollo 11") is found again word by word; where a unit says neither, its heading
 * says whose it is, then the section, then the title.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/ordinals.h"

enum { NUMBER_MAX_DIGITS = 3 }; /* four are a year */

static bool is_article(anc_str word)
{
    static const char articles[] = "the a le la une un der die das";
    return rag_is_any_of(word, articles);
}

/* Whether word `i` has a number behind it that belongs to it, with nothing but a blank between. */
static bool has_number(anc_str text, rag_words words, size_t i, size_t last)
{
    if (i + 1 >= last || words.items[i].digits || words.items[i].whole ||
        !words.items[i + 1].digits)
        return false;
    const rag_word *w = &words.items[i];
    const rag_word *n = &words.items[i + 1];
    const anc_str gap = anc_str_sub(text, w->end, n->start - w->end);
    return n->code == 0 && n->end - n->start <= NUMBER_MAX_DIGITS &&
           (anc_str_eq(gap, ANC_STR(" ")) || anc_str_eq(gap, ANC_STR("-")) ||
            anc_str_eq(gap, ANC_STR("\xc2\xa0")));
}

/* Whether word `k` of the question is a name that a number follows: it has a capital, or an article before it. */
static bool is_numbered_name(const rag_terms *terms, size_t k)
{
    const rag_word *w = &terms->asked.items[k];
    if (w->stop || !has_number(terms->question, terms->asked, k, terms->asked.n) ||
        rag_ordinal_of(rag_word_text(terms->question, w)) > 0)
        return false;
    const size_t t = rag_terms_find(terms, w->key);
    if (t != RAG_TERMS_MAX && terms->dull[t])
        return false; /* "the number 50" names nothing */
    return w->capital ||
           (k > 0 && is_article(rag_word_text(terms->question, &terms->asked.items[k - 1])));
}

/* 1: these words have the name with that number; -1: with another one only; 0: neither. */
static int number_in(anc_str text, rag_words words, size_t first, size_t last, uint64_t key,
                     anc_str number)
{
    int found = 0;
    for (size_t i = first; i < last; i++) {
        if (words.items[i].key != key || !has_number(text, words, i, last))
            continue;
        if (anc_str_eq(rag_word_text(text, &words.items[i + 1]), number))
            return 1;
        found = -1;
    }
    return found;
}

/* The same of unit `i`, and where it has neither of what stands over it, the nearest first. */
static int number_of(const rag_extraction *x, size_t i, uint64_t key, anc_str number)
{
    const rag_unit *u = &x->units.items[i];
    const rag_passage *p = &x->passages[u->passage];
    const rag_words words = x->units.words[u->passage];
    const rag_words *over = x->over_words[u->passage];
    int found = number_in(p->text, words, u->first, u->last, key, number);
    if (found == 0 && u->head != RAG_NO_UNIT) {
        const rag_unit *head = &x->units.items[u->head];
        found = number_in(p->text, words, head->first, head->last, key, number);
    }
    if (found == 0)
        found =
            number_in(p->heading, over[RAG_OVER_HEADING], 0, over[RAG_OVER_HEADING].n, key, number);
    if (found == 0)
        found = number_in(p->title, over[RAG_OVER_TITLE], 0, over[RAG_OVER_TITLE].n, key, number);
    return found;
}

void rag_names_bind(const rag_extraction *x, size_t i, rag_view *v)
{
    const rag_terms *terms = &x->terms;
    for (size_t k = 0; k + 1 < terms->asked.n; k++) {
        if (!is_numbered_name(terms, k))
            continue;
        const int found = number_of(x, i, terms->asked.items[k].key,
                                    rag_word_text(terms->question, &terms->asked.items[k + 1]));
        v->bound |= found > 0;
        v->rival |= found < 0;
    }
    v->rival &= !v->bound;
}

bool rag_names_numbered(const rag_terms *terms)
{
    for (size_t k = 0; k + 1 < terms->asked.n; k++)
        if (is_numbered_name(terms, k))
            return true;
    return false;
}

bool rag_names_rivals_only(const rag_extraction *x)
{
    bool rival = false;
    for (size_t i = 0; i < x->units.n; i++) {
        if (x->views[i].bound)
            return false;
        rival |= x->views[i].rival;
    }
    return rival;
}
