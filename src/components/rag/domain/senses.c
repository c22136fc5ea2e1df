/* senses.c - a word of the question that stands in a sentence in another sense, or says nothing alone: "Where is it based?"
 * is not answered by "water-based paint", nor "Who runs it?" by what runs in a browser.
 *
 * What is said of the row or the price of something else is here too, where the words alone would fit.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/smalltalk.h"
#include "rag/domain/spoken.h"
#include "rag/domain/tables.h"
#include "rag/domain/tongue.h"

static rag_spoken spoken_of(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    return (rag_spoken){x->passages[u->passage].text, x->read_as, x->units.words[u->passage]};
}

static bool same_passage(const rag_extraction *x, size_t a, size_t b)
{
    return x->units.items[a].passage == x->units.items[b].passage;
}

/* ---- what says nothing alone ------------------------------------------------------------------- */

/* "What time is it?": no document knows what is now. */
static bool asks_of_now(const rag_terms *terms)
{
    static const char asking[] =
        "what time is it|what's the time|what day is it|what is the time|what date is it|"
        "quelle heure est-il|quel jour sommes-nous|quel jour est-on|quelle heure il est|"
        "wie spät ist es|wie viel uhr ist es|welcher tag ist heute|"
        "qué hora es|qué día es hoy|che ora è|che ore sono|che giorno è oggi|"
        "que horas são|que dia é hoje";
    return rag_has_phrase_of(terms->question, asking);
}

/* "What is it?": every word is a function word or only says which kind of thing is asked for. */
static bool has_no_content(const rag_terms *terms)
{
    for (size_t k = 0; k < terms->asked.n; k++) {
        const rag_word *w = &terms->asked.items[k];
        if (!w->stop && !rag_cues_is_kind(terms->cues, rag_word_text(terms->question, w)))
            return false;
    }
    return true;
}

/* "What is 2+2?": numbers of one or two figures are all that counts, and what they are of is not said. */
static bool has_only_small_numbers(const rag_terms *terms)
{
    enum { FIGURES = 2 };
    const uint64_t real = rag_terms_real(terms);
    if (real == 0 || (real & ~(rag_terms_digits(terms) & ~rag_terms_codes(terms))) != 0)
        return false;
    for (size_t t = 0; t < terms->n; t++)
        if (rag_has_term(real, t) && rag_terms_text(terms, t).len > FIGURES)
            return false;
    return true;
}

static bool asks_nothing_of_documents(const rag_terms *terms)
{
    return has_no_content(terms) || rag_is_aside(terms->question) ||
           has_only_small_numbers(terms) || (rag_terms_real(terms) == 0 && asks_of_now(terms));
}

/* ---- the same letters, another word ------------------------------------------------------------ */

/* "Water-based": word `w` ends a compound that begins with a small letter. A name may say where. */
static bool is_tail(const rag_spoken *s, size_t w)
{
    const rag_word *word = &s->words.items[w];
    if (w == 0 || word->start == 0 || word->whole || s->text.ptr[word->start - 1] != '-')
        return false;
    const rag_word *head = &s->words.items[w - 1];
    return head->end + 1 == word->start && !head->capital && !head->digits;
}

/* Where, who or when is asked in few words, and a word that has to be told is only there behind a hyphen. */
static bool is_only_tail(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_spoken s = spoken_of(x, i);
    const uint64_t asked = (terms->subject | terms->focus) & ~x->views[i].above;
    uint64_t tails = 0;
    uint64_t words = 0;
    for (size_t w = x->units.items[i].first; w < x->units.items[i].last; w++) {
        const uint64_t here = rag_terms_in(terms, s.words, w, w + 1) & asked;
        *(is_tail(&s, w) ? &tails : &words) |= here;
    }
    return (tails & ~words) != 0;
}

/* What the verb of "who runs the shop?" is done to, right behind it; none where something stands between them. */
static uint64_t object_of(const rag_terms *terms, txt_language language)
{
    const rag_spoken s = {terms->question, language, terms->asked};
    for (size_t k = 0; k < s.words.n; k++) {
        if ((rag_terms_in(terms, s.words, k, k + 1) & terms->deed) == 0)
            continue;
        size_t next = k + 1;
        while (next < s.words.n && rag_spoken_is_article(&s, next))
            next++;
        return next < s.words.n ? rag_terms_in(terms, s.words, next, next + 1) : 0;
    }
    return 0;
}

/* "It was built in 1798 by Ann Bell": who did it stands behind word `w`. */
static bool has_doer_behind(const rag_spoken *s, size_t w, size_t last)
{
    for (; w < last; w++)
        if (rag_is_any_of(rag_spoken_word(s, w), "by par por pelo pela da dal dalla"))
            return true;
    return false;
}

/* "Who runs the shop?" where it only tells what runs in, on or with something, and nothing of the shop: a verb without what
 * it is done to. German puts that before its verb. */
static bool is_deed_without_object(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_spoken s = spoken_of(x, i);
    const uint64_t object =
        x->terms.deed != 0 && x->read_as != TXT_DE ? object_of(&x->terms, x->read_as) : 0;
    size_t deeds = 0;
    if (object == 0 || u->cells > 0 || (x->views[i].own & object) != 0)
        return false;
    for (size_t w = u->first; w < u->last; w++) {
        if ((rag_terms_in(&x->terms, s.words, w, w + 1) & x->terms.deed) == 0)
            continue;
        if (w + 1 >= u->last || !rag_spoken_is_preposition(&s, w + 1) ||
            has_doer_behind(&s, w + 1, u->last))
            return false;
        deeds++;
    }
    return deeds > 0;
}

/* "Market" or "marketed" where Marketing is asked about: a name is written as it is, but for an ending of its plural. */
static bool is_name_itself(const rag_spoken *s, size_t w, anc_str name)
{
    enum { ENDING_MAX = 2 };
    const anc_str word = rag_spoken_word(s, w);
    const anc_str shorter = word.len < name.len ? word : name;
    const anc_str longer = word.len < name.len ? name : word;
    return s->words.items[w].capital ||
           (longer.len <= shorter.len + ENDING_MAX &&
            anc_str_eq_nocase(anc_str_sub(longer, 0, shorter.len), shorter));
}

/* One name is asked about, and the unit only has another word of its stem, with a small letter. */
static bool has_only_stem_of_name(const rag_extraction *x, size_t i)
{
    const uint64_t names = x->terms.names;
    const rag_unit *u = &x->units.items[i];
    const rag_view *v = &x->views[i];
    if (x->read_as != TXT_EN || !rag_is_one_term(names) || (v->own & names) == 0 ||
        (v->above & names) != 0)
        return false;
    const rag_spoken s = spoken_of(x, i);
    const anc_str name = rag_terms_text(&x->terms, (size_t)__builtin_ctzll(names));
    size_t others = 0; /* none where it is spelled otherwise */
    for (size_t w = u->first; w < u->last; w++) {
        if ((rag_terms_in(&x->terms, s.words, w, w + 1) & names) == 0)
            continue;
        if (is_name_itself(&s, w, name))
            return false;
        others++;
    }
    return others > 0;
}

/* ---- of something else --------------------------------------------------------------------------- */

/* The row of another: one beside it in the same table has the name that was asked about, and it has none. */
static bool is_row_beside_named(const rag_extraction *x, size_t i)
{
    const uint64_t names = x->terms.names;
    const rag_unit *u = &x->units.items[i];
    if (u->cells == 0 || names == 0 || (x->views[i].own & names) != 0 ||
        (u->columns == RAG_NO_UNIT && !u->continues))
        return false;
    for (size_t k = 0; k < x->units.n; k++)
        if (same_passage(x, k, i) && x->units.items[k].cells > 0 &&
            x->units.items[k].columns == u->columns && x->units.items[k].kind == RAG_UNIT_PROSE &&
            (x->views[k].own & names) != 0)
            return true;
    return false;
}

/* How many of something one who is named has is asked, and nothing around it tells of that. */
static bool counts_nothing_asked(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_view *v = &x->views[i];
    const uint64_t counted = rag_counted_terms(terms) & rag_terms_real(terms);
    return terms->how_many && terms->names != 0 && counted != 0 &&
           ((v->own | v->above | v->near | v->beside) & counted) == 0;
}

static bool is_verb_of_price(const rag_spoken *s, size_t w)
{
    return rag_is_any_of(rag_spoken_word(s, w), "costs coûte coûtent coute kostet kosten cuesta "
                                                "cuestan costa costano custa custam");
}

/* "The bundle Comet costs 40 €": what stands between the verb and the article before it has a name, and nothing that was
 * asked about. */
static bool names_other_before(const rag_extraction *x, const rag_spoken *s, size_t first, size_t w)
{
    enum { REACH = 4 };
    bool named = false;
    for (size_t k = w; k > first && w - k < REACH; k--) {
        if (rag_spoken_is_article(s, k - 1))
            return named;
        if (rag_terms_meant(&x->terms, s->words, k - 1, k) != 0)
            return false;
        named |= s->words.items[k - 1].capital && !s->words.items[k - 1].stop;
    }
    return false;
}

/* "Then it costs 18 €": whose price that is, the sentence before and the heading say, and neither has the name. */
static bool points_at_other(const rag_extraction *x, const rag_spoken *s, size_t i, size_t w)
{
    const uint64_t names = x->terms.names;
    const rag_view *v = &x->views[i];
    return v->heading.len > 0 && w > x->units.items[i].first && rag_spoken_is_pronoun(s, w - 1) &&
           ((v->own | v->headed) & names) == 0 && i > 0 && same_passage(x, i - 1, i) &&
           x->units.items[i - 1].kind == RAG_UNIT_PROSE && (x->views[i - 1].own & names) == 0 &&
           !rag_cues_points_back(rag_unit_text(&x->units.items[i - 1], x->passages));
}

/* "The SIM card is included": of something that is no more than a part of what was asked about, which has a price. */
static bool is_word_of_included(const rag_spoken *s, size_t w)
{
    return rag_is_any_of(
        rag_spoken_word(s, w),
        "included compris comprise comprises inclus incluse inbegriffen enthalten incluido "
        "incluida compreso compresa incluso inclusa incluído incluída");
}

/* What one who is named costs is asked, and the verb for it is said of something else. */
static bool is_price_said_of_other(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_spoken s = spoken_of(x, i);
    if (!x->terms.priced || x->terms.names == 0 || u->cells > 0 || x->read_as == TXT_DE)
        return false;
    const bool told_of_it = ((x->views[i].own | x->views[i].headed) & x->terms.names) != 0;
    for (size_t w = u->first; w < u->last; w++)
        if ((!told_of_it && is_word_of_included(&s, w)) ||
            (is_verb_of_price(&s, w) &&
             (names_other_before(x, &s, u->first, w) || points_at_other(x, &s, i, w))))
            return true;
    return false;
}

bool rag_is_in_other_sense(const rag_extraction *x, size_t i)
{
    return asks_nothing_of_documents(&x->terms) || is_only_tail(x, i) ||
           is_deed_without_object(x, i) || has_only_stem_of_name(x, i) ||
           is_row_beside_named(x, i) || counts_nothing_asked(x, i) || is_price_said_of_other(x, i);
}
