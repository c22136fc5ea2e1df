/* doubt.c - what takes confidence from the unit that was chosen, however much of the question it has.
 */
#include "base/str.h"
#include "extract_impl.h"

static const double HALF = 0.5;

/* Terms that count: neither the kind of thing asked for nor asking words. */
static uint64_t real_terms(const rag_terms *terms)
{
    uint64_t set = 0;
    for (size_t t = 0; t < terms->n; t++)
        set |= terms->dull[t] || terms->asks[t] ? 0 : UINT64_C(1) << t;
    return set;
}

/* A name is asked about, and neither the unit nor what stands around and over it has any of the names. */
static bool misses_name(const rag_extraction *x, const rag_view *v)
{
    return x->terms.names != 0 && ((v->own | v->above | v->beside) & x->terms.names) == 0;
}

/* It is of another language, and a name is all that it has of more that was asked. */
static bool is_foreign(const rag_extraction *x, size_t i)
{
    const rag_view *v = &x->views[i];
    const anc_str language = x->passages[x->units.items[i].passage].language;
    const uint64_t real = real_terms(&x->terms) & ~x->terms.names;
    txt_language own;
    return x->language != TXT_UND && txt_language_find(language, &own) && own != TXT_UND &&
           own != x->language && real != 0 && ((v->own | v->above) & real) == 0;
}

/* The second of something is asked about, of which the first is known, and it has not the second. */
static bool is_of_another(const rag_extraction *x, size_t i)
{
    bool known = false;
    for (size_t k = 0; k < x->units.n; k++)
        known |= x->views[k].another;
    return known && !x->views[i].numbered;
}

double rag_doubt(const rag_extraction *x, size_t i)
{
    if (is_foreign(x, i) || is_of_another(x, i))
        return 0;
    return x->views[i].features[RAG_F_POLARITY] < 0 || x->views[i].features[RAG_F_OTHER] > 0 ||
                   misses_name(x, &x->views[i])
               ? HALF
               : 1;
}
