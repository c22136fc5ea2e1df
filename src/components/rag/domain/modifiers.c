/* modifiers.c - of what kind of thing it is told: "the senior tournament" is not "the junior tournament".
 *
 * What says more of a noun stands before it in English and German, behind it in the others, there often with "of" between.
 * Where the sentence says something else of the same noun and nothing of what was asked, it is about another one: of a brief
 * question, for in a longer one what says more of a noun is often put in other words.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/ordinals.h"
#include "rag/domain/spoken.h"

/* A noun and what is said of it; indices of words. */
typedef struct phrase {
    size_t noun, modifier;
} phrase;

static bool is_behind(txt_language language)
{
    return language == TXT_FR || language == TXT_ES || language == TXT_IT || language == TXT_PT;
}

/* The next word that is no joined form, or `last`. */
static size_t next_of(rag_words words, size_t i, size_t last)
{
    do
        i++;
    while (i < last && words.items[i].whole);
    return i < last ? i : last;
}

static bool is_plain(const rag_spoken *s, size_t i)
{
    const rag_word *w = &s->words.items[i];
    const bool name = w->capital && s->language != TXT_DE;
    return !w->stop && !w->whole && !w->digits && w->code == 0 && !name &&
           !rag_spoken_is_asking(s, i) && rag_ordinal_of(rag_spoken_word(s, i)) == 0;
}

/* Nothing but a blank or a hyphen, or an elided article, between two words. */
static bool is_beside(const rag_spoken *s, size_t i, size_t k)
{
    enum { GAP_MAX = 4 };
    const uint32_t from = s->words.items[i].end;
    const anc_str gap = anc_str_sub(s->text, from, s->words.items[k].start - from);
    for (size_t c = 0; c < gap.len; c++)
        if (anc_str_find(ANC_STR(".,;:!?()|\n\t\""), anc_str_sub(gap, c, 1)) != SIZE_MAX)
            return false;
    return gap.len > 0 && gap.len <= GAP_MAX;
}

/* The phrase whose first word is word `i` of [.., last); false: none begins there. */
static bool phrase_at(const rag_spoken *s, size_t i, size_t last, phrase *ret)
{
    size_t next = next_of(s->words, i, last);
    if (next == last || !is_plain(s, i) || !is_beside(s, i, next))
        return false;
    const bool behind = is_behind(s->language);
    if (behind && rag_spoken_is_of(s, next)) {
        const size_t of = next;
        next = next_of(s->words, next, last);
        if (next == last || !is_beside(s, of, next))
            return false;
    }
    *ret = behind ? (phrase){i, next} : (phrase){next, i};
    return is_plain(s, next);
}

/* The term of that word; RAG_TERMS_MAX: it is none, or an asking word. */
static size_t term_of(const rag_terms *terms, uint64_t key)
{
    const size_t t = rag_terms_find(terms, key);
    return t == RAG_TERMS_MAX || terms->asks[t] ? RAG_TERMS_MAX : t;
}

/* Whether unit i has that noun with something else said of it, and never without. */
static bool has_other(const rag_extraction *x, size_t i, uint64_t noun)
{
    const rag_unit *u = &x->units.items[i];
    const rag_spoken s = {x->passages[u->passage].text, x->read_as, x->units.words[u->passage]};
    size_t nouns = 0;
    size_t others = 0;
    for (size_t w = u->first; w < u->last; w++) {
        phrase p;
        nouns += s.words.items[w].key == noun && !s.words.items[w].whole;
        if (!phrase_at(&s, w, u->last, &p) || s.words.items[p.noun].key != noun)
            continue;
        others += rag_terms_in(&x->terms, s.words, p.modifier, p.modifier + 1) == 0;
    }
    return others > 0 && others == nouns;
}

bool rag_is_of_other_kind(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_view *v = &x->views[i];
    const rag_spoken s = {terms->question, x->read_as, terms->asked};
    if (x->language == TXT_UND && is_behind(x->read_as))
        return false; /* too short to tell its language: its words are not looked at so closely */
    for (size_t k = 0; terms->brief && k < terms->asked.n; k++) {
        phrase p;
        if (!phrase_at(&s, k, terms->asked.n, &p))
            continue;
        const size_t noun = term_of(terms, terms->asked.items[p.noun].key);
        const size_t modifier = term_of(terms, terms->asked.items[p.modifier].key);
        if (noun != RAG_TERMS_MAX && !terms->dull[noun] && modifier != RAG_TERMS_MAX &&
            (v->own >> noun & 1) != 0 && ((v->own | v->near | v->above) >> modifier & 1) == 0 &&
            has_other(x, i, terms->keys[noun]))
            return true;
    }
    return false;
}
