/* figures.c - what a company takes in, earns or loses: a figure of the whole, which "cost of revenue" and the revenue
 * of "these fees" are none of.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/spoken.h"

static bool is_among(const anc_str *list, size_t n, anc_str word)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq_nocase(list[i], word))
            return true;
    return false;
}

static bool is_figure(anc_str word)
{
    static const anc_str figures[] = {
        ANC_STR_INIT("revenue"), ANC_STR_INIT("revenues"), ANC_STR_INIT("turnover"),
        ANC_STR_INIT("income"),  ANC_STR_INIT("profit"),   ANC_STR_INIT("profits"),
        ANC_STR_INIT("loss"),    ANC_STR_INIT("earnings"), ANC_STR_INIT("umsatz"),
        ANC_STR_INIT("gewinn"),  ANC_STR_INIT("revenu"),   ANC_STR_INIT("bénéfice")};
    return is_among(figures, ANC_COUNT(figures), word);
}

/* "What was the (total) revenue …": the key of the figure, or 0. */
static uint64_t figure_asked(const rag_terms *terms)
{
    static const char *const openings[] = {"what is",  "what was", "what were",
                                           "how much", "quel est", "was ist",
                                           "wie hoch", "combien",  "quel était"};
    bool opens = false;
    for (size_t i = 0; i < ANC_COUNT(openings); i++)
        opens |= rag_phrase_in(terms->question, anc_str_of(openings[i]));
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
    static const anc_str pointing[] = {ANC_STR_INIT("these"), ANC_STR_INIT("those"),
                                       ANC_STR_INIT("such"), ANC_STR_INIT("ces")};
    const rag_words words = x->units.words[u->passage];
    return w + 1 < u->last && !words.items[w + 1].stop &&
           is_among(pointing, ANC_COUNT(pointing),
                    rag_word_text(x->passages[u->passage].text, &words.items[w])) &&
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

bool rag_is_part_of_figure(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const rag_spoken s = {x->passages[u->passage].text, x->language, words};
    const uint64_t figure = figure_asked(&x->terms);
    bool whole = false;
    bool part = false;
    if (figure == 0)
        return false;
    if (is_note(x, i))
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
