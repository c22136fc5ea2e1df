/* exact.c - how much of the question a unit tells, and whether that is all of it.
 */
#include <math.h>

#include "base/str.h"
#include "extract_impl.h"

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
        missed |=
            x->terms.dull[t] || (x->terms.pairs[t] & RAG_SYNONYM_PRICE) != 0 ? rag_term_bit(t) : 0;
    return 1 - rag_terms_share(&x->terms, missed & ~(v->own | v->above));
}

/* The share of the question that a row has to have: of "how high", "wie hoch" nothing is missed. */
static double row_share(const rag_extraction *x)
{
    const rag_terms *terms = &x->terms;
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
        return f[RAG_F_OWN] >= ROW_OWN && told + f[RAG_F_NEAR] >= ROW_ALL * row_share(x);
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
