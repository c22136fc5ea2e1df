/* bounds.c - when something begins, ends, opens or closes, or is paid, told without the word: "the year runs from 1 April to 31
 * March", "the garden is open from 8 to 20", "Regatta: 14 June", "the rent is due on the 5th", and "closed on Sundays" to when it
 * opens on a Sunday.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/contrasts.h"

static anc_str word_of(const rag_extraction *x, const rag_unit *u, size_t w)
{
    return rag_word_text(x->passages[u->passage].text, &x->units.words[u->passage].items[w]);
}

/* A figure within a word behind word `w`: "from 1 April", "vom 1.", "du samedi 3". */
static bool has_figure_behind(const rag_extraction *x, const rag_unit *u, size_t w)
{
    enum { REACH = 2 };
    for (size_t k = w + 1; k <= w + REACH && k < u->last; k++)
        if (x->units.words[u->passage].items[k].digits)
            return true;
    return false;
}

static bool has_range(const rag_extraction *x, const rag_unit *u)
{
    static const char from[] = "from between du de entre von vom zwischen desde del dal dalle "
                               "dall da das do";
    static const char to[] = "to until till and au à et bis und al a hasta y alle às ao até e";
    size_t begun = SIZE_MAX;
    for (size_t w = u->first; w < u->last; w++) {
        const anc_str word = word_of(x, u, w);
        if (!has_figure_behind(x, u, w))
            continue;
        if (begun != SIZE_MAX && rag_is_any_of(word, to))
            return true;
        if (rag_is_any_of(word, from))
            begun = w;
    }
    return false;
}

/* Whether the question names a day of the week that unit i has too. */
static bool shares_day(const rag_extraction *x, const rag_unit *u)
{
    const rag_terms *terms = &x->terms;
    const unsigned days = rag_contrast_of(ANC_STR("sunday")).class;
    for (size_t k = 0; k < terms->asked.n; k++) {
        const rag_contrast asked =
            rag_contrast_of(rag_word_text(terms->question, &terms->asked.items[k]));
        for (size_t w = u->first; asked.class == days && w < u->last; w++) {
            const rag_contrast said = rag_contrast_of(word_of(x, u, w));
            if (said.class == days && said.member == asked.member)
                return true;
        }
    }
    return false;
}

bool rag_is_closed_then(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_contrast closed = rag_contrast_of(ANC_STR("closed"));
    for (size_t w = u->first; w < u->last; w++) {
        const rag_contrast said = rag_contrast_of(word_of(x, u, w));
        if (said.class == closed.class && said.member == closed.member)
            return shares_day(x, u);
    }
    return false;
}

void rag_bounds_read(rag_terms *terms)
{
    const rag_contrast open = rag_contrast_of(ANC_STR("open"));
    const rag_contrast begin = rag_contrast_of(ANC_STR("begin"));
    terms->bounds = terms->opening = terms->begins = 0;
    for (size_t t = 0; t < terms->n && (terms->cues & RAG_CUE_DATE) != 0; t++) {
        const rag_contrast asked = rag_contrast_of(rag_terms_text(terms, t));
        if (asked.class == open.class || asked.class == begin.class)
            terms->bounds |= rag_term_bit(t);
        if (asked.class == begin.class && asked.member == begin.member)
            terms->begins |= rag_term_bit(t);
        if (asked.class == open.class && asked.member == open.member)
            terms->opening |= rag_term_bit(t);
    }
}

bool rag_tells_due(const rag_extraction *x, size_t i, size_t t)
{
    static const char paying[] =
        "pay pays paid payer payé payée payés zahlen zahlt bezahlen bezahlt "
        "gezahlt pagar paga pagan pagado pagare pagato";
    static const char due[] = "due payable payables exigible exigibles dû due fällig zahlbar "
                              "pagadero pagadera pagaderos vence vencen pagabile pagabili scade "
                              "scadono pagável devido devida";
    const rag_unit *u = &x->units.items[i];
    if ((x->terms.cues & RAG_CUE_DATE) == 0 || !rag_is_any_of(rag_terms_text(&x->terms, t), paying))
        return false;
    for (size_t w = u->first; w < u->last; w++)
        if (rag_is_any_of(word_of(x, u, w), due))
            return true;
    return false;
}

/* "Regatta: 14 June" of a list of days: all that stands before the colon was asked about, and a figure behind it. */
bool rag_is_entry_of_day(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const anc_str text = rag_unit_text(u, x->passages);
    const size_t colon = anc_str_find(text, ANC_STR(": "));
    const rag_words words = x->units.words[u->passage];
    const size_t behind = colon == SIZE_MAX ? u->first : rag_words_at(words, u->start + colon);
    if (behind == u->first || behind >= u->last || !words.items[behind].digits)
        return false;
    for (size_t w = u->first; w < behind; w++)
        if (!words.items[w].stop && rag_terms_in(&x->terms, words, w, w + 1) == 0)
            return false;
    return true;
}

bool rag_tells_range(const rag_extraction *x, size_t i, size_t t)
{
    return rag_has_term(x->terms.bounds, t) && has_range(x, &x->units.items[i]);
}

bool rag_tells_bound(const rag_extraction *x, size_t i, size_t t)
{
    return rag_tells_range(x, i, t) ||
           (rag_has_term(x->terms.opening, t) && rag_is_closed_then(x, i));
}
