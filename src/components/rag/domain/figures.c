/* figures.c - what a company takes in, earns or loses: a figure of the whole, which "cost of revenue" and the revenue
 * of "these fees" are none of.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/spoken.h"

static bool is_figure(anc_str word)
{
    static const char figures[] = "revenue revenues turnover income profit profits loss earnings "
                                  "umsatz gewinn revenu bénéfice";
    return rag_is_any_of(word, figures);
}

/* "What was the (total) revenue …": the key of the figure, or 0. */
static uint64_t figure_asked(const rag_terms *terms)
{
    static const char openings[] = "what is|what was|what were|how much|"
                                   "quel est|quel était|combien|was ist|wie hoch";
    const bool opens = rag_has_phrase_of(terms->question, openings);
    for (size_t i = 0; opens && i < terms->asked.n; i++)
        if (is_figure(rag_word_text(terms->question, &terms->asked.items[i])))
            return terms->asked.items[i].key;
    return 0;
}

static bool was_asked(const rag_terms *terms, uint64_t key)
{
    for (size_t i = 0; i < terms->asked.n; i++)
        if (terms->asked.items[i].key == key)
            return true;
    return false;
}

/* "these fees", which the question knows nothing of, from word `w` on. */
static bool points_at_other(const rag_extraction *x, const rag_unit *u, size_t w)
{
    static const char pointing[] = "these those such ces";
    const rag_words words = x->units.words[u->passage];
    return w + 1 < u->last && !words.items[w + 1].stop &&
           rag_is_any_of(rag_word_text(x->passages[u->passage].text, &words.items[w]), pointing) &&
           !was_asked(&x->terms, words.items[w + 1].key);
}

/* A note below a table: "(1) Totals may not foot due to rounding." */
static bool is_note(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const anc_str text = rag_unit_text(u, x->passages);
    return i > 0 && u->cells == 0 && u->line_start && x->units.items[i - 1].cells > 0 &&
           x->units.items[i - 1].passage == u->passage && text.len > 2 && text.ptr[0] == '(' &&
           text.ptr[1] >= '0' && text.ptr[1] <= '9' && text.ptr[2] == ')';
}

/* Whether the names of unit i's columns have the word of that key. */
static bool is_named_over(const rag_extraction *x, const rag_unit *u, uint64_t key)
{
    const rag_words over = x->over_words[u->passage][RAG_OVER_COLUMNS];
    const rag_unit *head = u->columns != RAG_NO_UNIT ? &x->units.items[u->columns] : NULL;
    const rag_words words = head != NULL ? x->units.words[u->passage] : over;
    const size_t last = head != NULL ? head->last : u->continues ? over.n : 0;
    for (size_t w = head != NULL ? head->first : 0; w < last; w++)
        if (words.items[w].key == key)
            return true;
    return false;
}

/* Whether a cell, or the name of a line, has ended before byte `at` of the unit's line. */
static bool is_behind_first(anc_str text, const rag_unit *u, size_t at)
{
    const char end = u->card ? ':' : '|';
    while (at > u->start && text.ptr[at - 1] != '\n' && text.ptr[at - 1] != end)
        at--;
    return at > u->start && text.ptr[at - 1] == end;
}

/* Of a row or a record: the word for the figure stands in the value of something else, which neither its first cell nor a name
 * of a column or of a line is. */
static bool is_in_value(const rag_extraction *x, size_t i, uint64_t figure)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    bool found = false;
    if (u->cells == 0 && !u->card)
        return false;
    for (size_t w = u->first; w < u->last; w++) {
        if (words.items[w].key != figure)
            continue;
        found = true;
        if (!is_behind_first(x->passages[u->passage].text, u, words.items[w].start))
            return false;
    }
    return found && !is_named_over(x, u, figure);
}

bool rag_is_part_of_figure(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const rag_spoken s = {x->passages[u->passage].text, x->read_as, words};
    const uint64_t figure = figure_asked(&x->terms);
    bool whole = false;
    bool part = false;
    if (figure == 0)
        return false;
    if (is_note(x, i) || is_in_value(x, i, figure))
        return true;
    for (size_t w = u->first; w < u->last; w++) {
        if (points_at_other(x, u, w))
            return true;
        if (words.items[w].key != figure)
            continue;
        const bool of = w >= u->first + 2 && rag_spoken_is_of(&s, w - 1) &&
                        !was_asked(&x->terms, words.items[w - 2].key);
        part |= of;
        whole |= !of;
    }
    return part && !whole;
}
