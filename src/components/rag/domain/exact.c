/* exact.c - how much of the question a unit tells, and whether that is all of it.
 */
#include <math.h>

#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/spoken.h"

/* Kinds that are known by their looks alone. */
enum {
    TELLING = RAG_CUE_DATE | RAG_CUE_MONEY | RAG_CUE_WEIGHT | RAG_CUE_LENGTH | RAG_CUE_HEAT |
              RAG_CUE_PERCENT | RAG_CUE_NUMBER
};

static const double ROW_OWN =
    0.2; /* of the question's weight that the cells of an exact row have */
static const double ROW_ALL = 0.95;  /* and that they have with title and columns' names */
static const double NEAR_TOLD = 0.8; /* of what it has in other words */
static const double FAQ_TOLD = 0.25; /* of what the question above it has, besides */

static bool is_row(const rag_unit *unit)
{
    return unit->cells > 0 || unit->card;
}

/* How much of the question unit i speaks to. Words for the kind of thing that is asked for stand in few answers:
 * those that it has not are not missed. */
double rag_told_of(const rag_extraction *x, size_t i)
{
    const rag_view *v = &x->views[i];
    const double *f = v->features;
    uint64_t missed = 0;
    for (size_t t = 0; t < x->terms.n; t++)
        missed |= x->terms.dull[t] ? rag_term_bit(t) : 0;
    missed &= ~(v->own | v->above | v->beside | v->near);
    const double told = f[RAG_F_OWN] + f[RAG_F_HEADED] + NEAR_TOLD * f[RAG_F_NEAR] +
                        FAQ_TOLD * f[RAG_F_FAQ] + 0.5 * f[RAG_F_AROUND];
    const double asked = 1 - rag_terms_share(&x->terms, missed);
    return asked > 0 ? fmin(1.0, told / asked) : 0;
}

/* The share of the question that is missed where a unit has it not: all but words for the kind of thing that is asked for. */
static double counted_share(const rag_extraction *x, size_t i)
{
    const rag_view *v = &x->views[i];
    uint64_t missed = 0;
    for (size_t t = 0; t < x->terms.n; t++)
        missed |= x->terms.dull[t] || (x->terms.pairs[t] & RAG_SYNONYM_PRICE) != 0 ||
                          (x->terms.priced && x->terms.asks[t])
                      ? rag_term_bit(t)
                      : 0;
    return 1 - rag_terms_share(&x->terms, missed & ~(v->own | v->above));
}

/* "Montant", "Frist": it asks for a sum or a day, and that tells it. */
bool rag_asks_by_itself(const rag_terms *terms, size_t t)
{
    return rag_is_any_of(rag_terms_text(terms, t), "amount montant betrag höhe importe importo "
                                                   "deadline frist stichtag scadenza");
}

/* "What is the amount of the rent?": it has the sum, or the day, and of the rest of the question all, in its own words or those
 * of the sentence that it goes on about. */
static bool is_exact_but_for_kind(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_view *v = &x->views[i];
    const unsigned kinds = RAG_CUE_MONEY | RAG_CUE_NUMBER | RAG_CUE_DATE;
    const uint64_t before = v->features[RAG_F_BACK] > 0 ? x->views[i - 1].own : 0;
    uint64_t kind = rag_is_entry_of_day(x, i) ? terms->begins : 0;
    for (size_t t = 0; t < terms->n; t++)
        kind |= rag_asks_by_itself(terms, t) ? rag_term_bit(t) : 0;
    const uint64_t rest = rag_terms_real(terms) & ~kind;
    const uint64_t sum = (terms->cues & RAG_CUE_MONEY) != 0 ? RAG_CUE_MONEY : RAG_CUE_DATE;
    const rag_unit *u = &x->units.items[i];
    const anc_str own = rag_unit_text(u, x->passages);
    const unsigned held = rag_cues_signs(own) | rag_cues_held(x->passages[u->passage].text,
                                                              x->units.words[u->passage], u->first,
                                                              u->last, terms->asked);
    return kind != 0 && (terms->cues & ~kinds) == 0 && (held & sum) != 0 && rest != 0 &&
           (rest & ~(v->own | before)) == 0;
}

/* "Was passiert bei Zahlungsverzug?" of a sentence that begins with "Bei Zahlungsverzug": the question's last words, from the
 * last preposition on, and nothing but what happens is asked of them. */
static bool begins_as_asked(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    const rag_spoken q = {terms->question, x->read_as, terms->asked};
    size_t at = q.words.n;
    while (at > 0 && !rag_spoken_is_preposition(&q, at - 1))
        at--;
    if (at == 0 || at == q.words.n || terms->cues != 0 ||
        (rag_terms_real(terms) & ~rag_terms_in(terms, q.words, at, q.words.n)) != 0)
        return false;
    for (size_t k = at - 1, w = u->first; k < q.words.n; k++, w++)
        if (w >= u->last ||
            !anc_str_eq_nocase(rag_word_text(text, &words.items[w]), rag_spoken_word(&q, k)))
            return false;
    return u->last - u->first > 2 * (q.words.n - at + 1); /* it tells something of it */
}

/* The share of the question that a row has to have: of "how high", "wie hoch" nothing is missed, nor of "cost" where it has
 * the price. */
static double row_share(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    if (terms->priced && rag_columns_priced(x, i))
        return counted_share(x, i);
    if (terms->asked.n < 2 ||
        !rag_is_any_of(rag_word_text(terms->question, &terms->asked.items[0]), "how wie"))
        return 1;
    const size_t t = rag_terms_find(terms, terms->asked.items[1].key);
    return t != RAG_TERMS_MAX && terms->dull[t] ? 1 - rag_terms_share(terms, rag_term_bit(t)) : 1;
}

/* A row that, with its columns' names, has all that was asked; a sentence that, with its heading, has all of it, and the day,
 * the sum or the measure; or one that has somebody, and what he is or does, in whatever words. */
bool rag_is_exact(const rag_extraction *x, size_t i)
{
    const double *f = x->views[i].features;
    const double told = f[RAG_F_OWN] + f[RAG_F_HEADED];
    const unsigned cues = x->terms.cues;
    if (is_row(&x->units.items[i]))
        return f[RAG_F_OWN] >= ROW_OWN && told + f[RAG_F_NEAR] >= ROW_ALL * row_share(x, i);
    if (begins_as_asked(x, i) || is_exact_but_for_kind(x, i))
        return true;
    if (cues == RAG_CUE_PERSON)
        return x->terms.focus != 0 && f[RAG_F_CUE] > 0 && told + f[RAG_F_NEAR] >= ROW_ALL;
    if (cues == RAG_CUE_DURATION || cues == RAG_CUE_MONEY)
        return f[RAG_F_CUE] > 0 && told >= ROW_ALL * counted_share(x, i) &&
               (cues == RAG_CUE_MONEY || rag_has_span(x, i));
    return cues != 0 && (cues & ~(unsigned)TELLING) == 0 && f[RAG_F_CUE] > 0 && told >= ROW_ALL;
}

/* A sentence of another language than the question, of which a model of one language knows little: it has the names that
 * were asked about, all else by words that mean the same, and the kind of thing. */
bool rag_is_told_abroad(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_view *v = &x->views[i];
    const uint64_t rest = rag_terms_plain(terms);
    return v->features[RAG_F_FOREIGN] > 0 && v->features[RAG_F_CUE] > 0 && terms->names != 0 &&
           rest != 0 && (terms->names & ~v->own) == 0 && (rest & ~(v->own | v->near)) == 0;
}
