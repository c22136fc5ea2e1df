/* label.c - the row of a list of properties that says what was asked of the thing that the list is of.
 *
 * "Weight of the instrument | 6.4 kg" below "Skep 2: manual" answers "How heavy is the Skep 2?". The first cell names
 * the property: its noun has to be asked for, itself or in other words. "Temperature sensor" is a sensor, and says
 * nothing of a temperature.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/spoken.h"
#include "rag/domain/tables.h"

static const double VARIANT = 0.7; /* "Operating temperature", where a temperature was asked for */

enum { ROWS_AROUND = 12 }; /* of a list of properties, to either side */

/* The noun of a name, and the words around it that go with it. */
typedef struct noun {
    size_t head;
    size_t first, last; /* [first, last) */
    size_t end;         /* of the whole name */
} noun;

/* Whether nouns come before what says more of them, as in French. */
static bool is_noun_first(const rag_extraction *x, size_t passage)
{
    txt_language language;
    return txt_language_find(x->passages[passage].language, &language) &&
           (language == TXT_FR || language == TXT_ES || language == TXT_IT || language == TXT_PT);
}

static bool ends_noun(const rag_spoken *s, size_t i)
{
    return s->words.items[i].stop || rag_spoken_is_preposition(s, i) || rag_spoken_is_article(s, i);
}

/* Of the name in words [from, end): what stands before "of …"; false where there is no noun. */
static bool noun_of(const rag_spoken *s, size_t from, size_t end, bool noun_first, noun *ret)
{
    while (from < end && ends_noun(s, from))
        from++;
    size_t last = from;
    while (last < end && !ends_noun(s, last))
        last++;
    *ret = (noun){.head = noun_first ? from : last - 1, .first = from, .last = last, .end = end};
    return last > from;
}

/* "VIN" in "the VIN of the car": capitals, and yet what is asked of something. */
static uint64_t asked_of(const rag_terms *terms)
{
    static const char links[] = "of de du des von";
    const rag_words words = terms->asked;
    uint64_t set = 0;
    for (size_t w = 0; w + 1 < words.n; w++) {
        const rag_word *next = &words.items[w + 1];
        const anc_str link = anc_str_sub(terms->question, next->start, next->end - next->start);
        if (rag_is_any_of(link, links))
            set |= rag_terms_in(terms, words, w, w + 1);
    }
    return set;
}

/* Terms of the question that word `w` is, or means as the name of something. */
static uint64_t named_by(const rag_terms *terms, rag_words words, size_t w)
{
    const uint32_t pairs = rag_synonyms_named(&terms->synonyms, words.items[w].key);
    uint64_t set = rag_terms_meant(terms, words, w, w + 1);
    for (size_t t = 0; t < terms->n; t++)
        set |= (terms->pairs[t] & pairs) != 0 ? rag_term_bit(t) : 0;
    return set & ~(terms->names & ~asked_of(terms));
}

/* "Protection rating", "Indice de protection": the noun says only that it is a figure, and of what stands beside it. */
static bool is_figure(const rag_spoken *s, size_t w)
{
    static const char figures[] = "rating value class index "
                                  "indice valeur classe taux";
    return rag_is_any_of(rag_spoken_word(s, w), figures);
}

/* Terms of the question that the noun of a name says. */
static uint64_t said_by(const rag_terms *terms, const rag_spoken *s, const noun *name)
{
    enum { BEHIND = 2 };
    uint64_t set = named_by(terms, s->words, name->head);
    if (!is_figure(s, name->head))
        return set;
    for (size_t w = name->first; w < name->end && w < name->last + BEHIND; w++)
        set |= named_by(terms, s->words, w);
    return set;
}

/* The first cell of unit i and its noun; false: it is no row of two, or its name has none. */
static bool name_of(const rag_extraction *x, size_t i, rag_spoken *s, noun *ret)
{
    const rag_unit *u = &x->units.items[i];
    const anc_str text = x->passages[u->passage].text;
    size_t cursor = 0;
    anc_str name;
    anc_str value;
    if (u->cells != 2 || u->kind != RAG_UNIT_PROSE)
        return false;
    const anc_str row = rag_unit_text(u, x->passages);
    if (!rag_cell_next(row, &cursor, &name) || !rag_cell_next(row, &cursor, &value) ||
        name.len == 0 || value.len == 0)
        return false;
    const size_t start = (size_t)(name.ptr - text.ptr);
    *s = (rag_spoken){text, x->read_as, x->units.words[u->passage]};
    return noun_of(s, rag_words_at(s->words, start), rag_words_at(s->words, start + name.len),
                   is_noun_first(x, u->passage), ret);
}

/* What the rows around row i have, of a list of properties whose columns have no names: they are of one thing. */
static uint64_t listed_around(const rag_extraction *x, size_t i)
{
    const rag_unit *items = x->units.items;
    uint64_t set = 0;
    if (items[i].columns != RAG_NO_UNIT || items[i].continues)
        return 0;
    for (size_t k = i; k > 0 && i - k < ROWS_AROUND && items[k - 1].cells > 1 &&
                       items[k - 1].passage == items[i].passage;
         k--)
        set |= x->views[k - 1].own;
    for (size_t k = i + 1; k < x->units.n && k - i <= ROWS_AROUND && items[k].cells > 1 &&
                           items[k].passage == items[i].passage;
         k++)
        set |= x->views[k].own;
    return set;
}

/* "Founded | April 4, 1975 in New Mexico", where somebody was asked for. */
static bool has_day_for_person(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    return x->terms.cues == RAG_CUE_PERSON &&
           (rag_cues_held(x->passages[u->passage].text, x->units.words[u->passage], u->first,
                          u->last, x->terms.asked) &
            (RAG_CUE_DATE | RAG_CUE_YEAR)) != 0;
}

double rag_label_of(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_view *v = &x->views[i];
    const uint64_t has = v->own | v->above | v->near;
    rag_spoken s;
    noun name;
    if (v->rival || !name_of(x, i, &s, &name) || has_day_for_person(x, i))
        return 0;
    const uint64_t asked = said_by(terms, &s, &name);
    const uint64_t subject = rag_terms_real(terms) & ~asked;
    if (asked == 0 || subject == 0 || (subject & ~(has | listed_around(x, i))) != 0)
        return 0;
    for (size_t w = name.first; w < name.last; w++)
        if (w != name.head && rag_terms_meant(terms, s.words, w, w + 1) == 0)
            return VARIANT;
    return 1;
}

bool rag_label_is_beside(const rag_extraction *x, size_t i)
{
    rag_spoken s;
    noun name;
    uint64_t around = 0;
    if (!name_of(x, i, &s, &name) || said_by(&x->terms, &s, &name) != 0)
        return false;
    for (size_t w = name.first; w < name.last; w++)
        around |= named_by(&x->terms, s.words, w);
    return around != 0;
}
