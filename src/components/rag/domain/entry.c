/* entry.c - the row of a list that is the entry of what was asked about: "Skep 2 hive scale | £349".
 *
 * A cell names the thing, and a column says what was asked of it. "Spare battery for the Skep 2" is the entry of
 * another thing, "Skep 2 Twin" and "Murmur, box of ten" are those of a variant.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/spoken.h"
#include "rag/domain/tables.h"

static const double VARIANT = 0.6;

/* Whether "d'" stands before word `i`, which is no word of its own. */
static bool is_elided(const rag_spoken *s, size_t i)
{
    const uint32_t end = s->words.items[i - 1].end;
    const anc_str gap = anc_str_sub(s->text, end, s->words.items[i].start - end);
    return anc_str_find(gap, ANC_STR(" d'")) != SIZE_MAX ||
           anc_str_find(gap, ANC_STR(" d\xe2\x80\x99")) != SIZE_MAX;
}

/* Whether the word at `first` of words [from, …) depends on one before it: "for the Skep", "d'un Murmur". */
static bool depends(const rag_spoken *s, size_t from, size_t first)
{
    while (first > from && !is_elided(s, first) && rag_spoken_is_article(s, first - 1))
        first--;
    return first > from && (is_elided(s, first) || rag_spoken_is_preposition(s, first - 1));
}

/* Whether more of a name follows word `last`, or what kind of it ("…, box of ten"). */
static bool goes_on(const rag_spoken *s, size_t last, size_t end)
{
    if (last + 1 >= end)
        return false;
    const rag_word *next = &s->words.items[last + 1];
    const bool apart = anc_str_find(anc_str_sub(s->text, s->words.items[last].end,
                                                next->start - s->words.items[last].end),
                                    ANC_STR(",")) != SIZE_MAX;
    return apart || next->digits || next->capital;
}

/* How much the words [from, end) name the subject: 1, VARIANT, or 0. */
static double names_it(const rag_extraction *x, const rag_spoken *s, size_t from, size_t end,
                       uint64_t subject)
{
    size_t first = SIZE_MAX;
    size_t last = 0;
    for (size_t i = from; i < end; i++)
        if (rag_has_term(subject, rag_terms_find(&x->terms, s->words.items[i].key))) {
            first = first == SIZE_MAX ? i : first;
            last = i;
        }
    if (first == SIZE_MAX || depends(s, from, first))
        return 0;
    return goes_on(s, last, end) ? VARIANT : 1;
}

/* Whether a column of unit i has a sum, and nothing but what something costs is asked. */
static bool has_price(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words over = x->over_words[u->passage][RAG_OVER_COLUMNS];
    const rag_unit *head = u->columns != RAG_NO_UNIT ? &x->units.items[u->columns] : NULL;
    const rag_words words = head != NULL ? x->units.words[u->passage] : over;
    const size_t first = head != NULL ? head->first : 0;
    const size_t last = head != NULL ? head->last : u->continues ? over.n : 0;
    for (size_t w = first; x->terms.cues == RAG_CUE_MONEY && w < last; w++)
        if ((rag_synonyms_named(&x->terms.synonyms, words.items[w].key) & RAG_SYNONYM_PRICE) != 0)
            return true;
    return false;
}

/* Terms of the question that the names of unit i's columns have, or mean. */
static uint64_t asked_of_it(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words names = x->over_words[u->passage][RAG_OVER_COLUMNS];
    uint64_t set = rag_columns_meant(x, i);
    if (u->columns != RAG_NO_UNIT)
        set |= x->views[u->columns].own;
    else if (u->continues)
        set |= rag_terms_in(&x->terms, names, 0, names.n);
    return set;
}

/* "What does A03 mean?": the row that begins with that code, and no sentence that only names it. */
static bool is_row_of_code(const rag_extraction *x, size_t i)
{
    static const char meaning[] = "mean|means|meaning|stand for|stands for|signifie|veut dire|"
                                  "bedeutet|heißt|significa|quiere decir|vuol dire|quer dizer";
    const rag_unit *u = &x->units.items[i];
    const uint64_t codes = rag_terms_codes(&x->terms);
    const rag_words words = x->units.words[u->passage];
    size_t cursor = 0;
    anc_str cell;
    if (codes == 0 || !rag_has_phrase_of(x->terms.question, meaning) ||
        !rag_cell_next(rag_unit_text(u, x->passages), &cursor, &cell))
        return false;
    const size_t end = (size_t)(cell.ptr - x->passages[u->passage].text.ptr) + cell.len;
    return (rag_terms_in(&x->terms, words, u->first, rag_words_at(words, end)) & codes) != 0;
}

double rag_entry_of(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_unit *u = &x->units.items[i];
    const rag_view *v = &x->views[i];
    if (u->cells == 0 || v->rival || u->kind != RAG_UNIT_PROSE)
        return 0;
    if (is_row_of_code(x, i))
        return 1;
    const uint64_t asked = asked_of_it(x, i);
    const uint64_t subject = rag_terms_real(terms) & ~asked;
    if ((asked == 0 && !has_price(x, i)) || (subject & v->own) == 0 ||
        (subject & ~(v->own | v->above)) != 0)
        return 0;
    const anc_str text = x->passages[u->passage].text;
    const rag_spoken spoken = {text, x->read_as, x->units.words[u->passage]};
    const anc_str row = rag_unit_text(u, x->passages);
    double best = 0;
    size_t cursor = 0;
    anc_str cell;
    while (rag_cell_next(row, &cursor, &cell)) {
        const size_t start = (size_t)(cell.ptr - text.ptr);
        const double named = names_it(x, &spoken, rag_words_at(spoken.words, start),
                                      rag_words_at(spoken.words, start + cell.len), subject);
        best = named > best ? named : best;
    }
    return best;
}
