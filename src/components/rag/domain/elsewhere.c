/* elsewhere.c - the question's words, told of something else: "Who works in the workshop?" is not answered by when the workshop
 * opens, "Which suppliers are in Bath?" not by what else is in Bath, "When must I return it?" not by what is done after that.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/alike.h"
#include "rag/domain/ordinals.h"
#include "rag/domain/spoken.h"
#include "rag/domain/tongue.h"

static rag_spoken spoken_of(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    return (rag_spoken){x->passages[u->passage].text, x->read_as, x->units.words[u->passage]};
}

static rag_spoken question_of(const rag_extraction *x)
{
    return (rag_spoken){x->terms.question, x->read_as, x->terms.asked};
}

static bool is_prose(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    return u->cells == 0 && !u->card;
}

/* Whether unit i has a word that means nearly the same as term `t`. */
static bool has_alike(const rag_extraction *x, size_t i, size_t t)
{
    const rag_unit *u = &x->units.items[i];
    const rag_spoken s = spoken_of(x, i);
    const anc_str word = rag_terms_text(&x->terms, t);
    const uint64_t lines = rag_alike_lines(word);
    for (size_t w = u->first; w < u->last; w++)
        if (!s.words.items[w].stop && rag_alike(word, lines, rag_spoken_word(&s, w)))
            return true;
    return false;
}

/* ---- which they are ------------------------------------------------------------------------------ */

/* The noun of "which suppliers are …"; RAG_TERMS_MAX: nothing of that kind is asked. */
static size_t kind_asked(const rag_extraction *x)
{
    static const char which[] = "which welche quels quelles quali quais cuáles qué";
    static const char verbs[] = "are were sind waren sont étaient son están eran sono erano são "
                                "estão eram";
    enum { NOUN = 1, VERB = 2 };
    const rag_spoken q = question_of(x);
    return q.words.n > VERB && rag_is_any_of(rag_spoken_word(&q, 0), which) &&
                   rag_is_any_of(rag_spoken_word(&q, VERB), verbs)
               ? rag_terms_asked(&x->terms, NOUN)
               : RAG_TERMS_MAX;
}

/* "Which suppliers are in Bath?": all that it has is the name of where they are. */
static bool is_of_no_such_kind(const rag_extraction *x, size_t i)
{
    const rag_view *v = &x->views[i];
    const size_t kind = kind_asked(x);
    if (kind == RAG_TERMS_MAX || !is_prose(x, i))
        return false;
    const uint64_t rest = rag_terms_real(&x->terms) & ~rag_term_bit(kind);
    return rest != 0 && (rest & ~x->terms.names) == 0 &&
           !rag_has_term(v->own | v->above | v->near | v->beside, kind) && !has_alike(x, i, kind);
}

/* ---- who does it, and where ------------------------------------------------------------------------ */

/* The word behind the one that asks for a person; words.n: there is none. */
static size_t behind_who(const rag_spoken *q)
{
    enum { FIRST_WORDS = 2 };
    for (size_t k = 0; k < FIRST_WORDS && k + 1 < q->words.n; k++)
        if (rag_tongue_has(q->language, RAG_WORD_WHO, rag_spoken_word(q, k)))
            return k + 1;
    return q->words.n;
}

/* The verb of what somebody does, or may do; words.n: there is none. */
static size_t deed_behind_who(const rag_spoken *q)
{
    size_t verb = behind_who(q);
    if (verb + 1 < q->words.n && rag_is_any_of(rag_spoken_word(q, verb), "may can could should"))
        verb++;
    return verb;
}

/* It has nobody, nor a word of what somebody does: that of its heading may be of anything. */
static bool is_without_deed(const rag_extraction *x, size_t i)
{
    const rag_view *v = &x->views[i];
    const rag_spoken q = question_of(x);
    const size_t verb = deed_behind_who(&q);
    if (x->terms.cues != RAG_CUE_PERSON || v->features[RAG_F_NO_CUE] <= 0 ||
        v->features[RAG_F_DEFINES] > 0 || !is_prose(x, i) || verb == q.words.n ||
        q.words.items[verb].stop)
        return false;
    const size_t t = rag_terms_find(&x->terms, q.words.items[verb].key);
    return t != RAG_TERMS_MAX && !rag_has_term(v->own | v->near, t) && !has_alike(x, i, t);
}

/* Whether the names of the question are nothing but where somebody lives or works. */
static bool asks_who_dwells(const rag_extraction *x)
{
    static const char verbs[] = "live lives lived living reside resides work works worked working "
                                "habite habitent vit vivent travaille travaillent "
                                "wohnt wohnen lebt leben arbeitet arbeiten "
                                "vive viven trabaja trabajan abita abitano vivono lavora lavorano "
                                "mora moram vivem trabalha trabalham";
    const rag_spoken q = question_of(x);
    const size_t verb = behind_who(&q);
    size_t cursor = 0;
    rag_run name;
    bool any = false;
    if (verb == q.words.n || !rag_is_any_of(rag_spoken_word(&q, verb), verbs))
        return false;
    while (rag_spoken_name_next(&q, &cursor, &name)) {
        if (!rag_spoken_is_of_place(&q, name))
            return false;
        any = true;
    }
    return any;
}

/* "Who lives in Chicago?" of living somewhere else: neither it nor what stands over it has the name of the place. */
static bool is_of_other_place(const rag_extraction *x, size_t i)
{
    const rag_view *v = &x->views[i];
    return x->terms.names != 0 && is_prose(x, i) &&
           ((v->own | v->above | v->near) & x->terms.names) == 0 && asks_who_dwells(x);
}

/* Terms of a name of two words or more, first and last name of somebody; none: nobody is named so. */
static uint64_t full_name(const rag_extraction *x)
{
    const rag_spoken q = question_of(x);
    size_t cursor = 0;
    rag_run name;
    while (rag_spoken_name_next(&q, &cursor, &name))
        if (name.last > name.first + 1)
            return rag_terms_in(&x->terms, q.words, name.first, name.last) &
                   ~rag_terms_digits(&x->terms);
    return 0;
}

/* It has nothing of the full name that was asked about, where another has all of that and more of the question. */
static bool is_of_nobody_asked(const rag_extraction *x, size_t i)
{
    const rag_view *v = &x->views[i];
    const uint64_t name = full_name(x);
    const uint64_t rest = rag_terms_real(&x->terms) & ~name;
    if (rag_term_count(name) < 2 || !is_prose(x, i) ||
        ((v->own | v->above | v->near | v->beside) & name) != 0)
        return false;
    for (size_t k = 0; k < x->units.n; k++)
        if ((name & ~x->views[k].own) == 0 && (rest & (x->views[k].own | x->views[k].above)) != 0 &&
            (v->own & rest & ~(x->views[k].own | x->views[k].above)) == 0)
            return true;
    return false;
}

/* ---- when ------------------------------------------------------------------------------------------ */

/* Where a clause begins that says when all else is; `last`: there is none. */
static size_t clause_of_time(const rag_extraction *x, size_t i)
{
    static const char words[] = "after before until till once since when whenever "
                                "après avant dès lorsque quand "
                                "nachdem nach bevor vor sobald wenn seit "
                                "después antes cuando desde dopo prima quando depois";
    const rag_unit *u = &x->units.items[i];
    const rag_spoken s = spoken_of(x, i);
    size_t w = u->first;
    while (w < u->last && !rag_is_any_of(rag_spoken_word(&s, w), words))
        w++;
    return w;
}

/* "Released within three days after the bicycle has been returned": when something else is, told by what was asked about, of
 * which no time is told. */
static bool is_told_by_it(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_unit *u = &x->units.items[i];
    const rag_spoken s = spoken_of(x, i);
    const size_t clause = clause_of_time(x, i);
    const uint64_t real = rag_terms_real(terms);
    if (terms->cues != RAG_CUE_DATE || x->views[i].features[RAG_F_NO_CUE] <= 0 || !is_prose(x, i) ||
        clause == u->last || (x->views[i].own & real) == 0 ||
        (rag_terms_in(terms, s.words, u->first, clause) & real) != 0)
        return false;
    for (size_t w = clause; w < u->last; w++)
        if (s.words.items[w].digits || rag_cues_is_number(rag_spoken_word(&s, w)))
            return false;
    return true;
}

/* ---- of which kind, and how many ------------------------------------------------------------------- */

/* "The deposit is released …" to the deposit of a cargo bike, where a sentence beside it has all of that and more, and tells it
 * of bikes of other kinds. */
static bool is_of_any_kind(const rag_extraction *x, size_t i)
{
    const uint64_t real = rag_terms_real(&x->terms);
    const uint64_t said = x->views[i].own & real;
    if (said == 0 || !is_prose(x, i) || !x->terms.brief)
        return false;
    for (size_t k = 0; k < x->units.n; k++)
        if (k != i && x->units.items[k].passage == x->units.items[i].passage &&
            (said & ~x->views[k].own) == 0 && (x->views[k].own & real & ~said) != 0 &&
            rag_is_of_other_kind(x, k))
            return true;
    return false;
}

/* Whether unit i tells one of the terms of "the second" of it, of which the question says nothing. */
static bool is_numbered(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_spoken s = spoken_of(x, i);
    const uint64_t real = rag_terms_real(&x->terms);
    for (size_t w = u->first; w + 1 < u->last; w++)
        if (rag_ordinal_of(rag_spoken_word(&s, w)) > 0 && !s.words.items[w].digits &&
            rag_terms_in(&x->terms, s.words, w, w + 1) == 0 &&
            (rag_terms_in(&x->terms, s.words, w + 1, w + 2) & real) != 0)
            return true;
    return false;
}

/* "The second shop in Bath opens …" to when the shop opens, where another sentence says as much of the shop. */
static bool is_of_numbered_one(const rag_extraction *x, size_t i)
{
    const uint64_t said = x->views[i].own;
    if (!x->terms.brief || x->terms.names != 0 || said == 0 || !is_prose(x, i) ||
        !is_numbered(x, i))
        return false;
    for (size_t k = 0; k < x->units.n; k++)
        if (k != i && is_prose(x, k) && (said & ~x->views[k].own) == 0 &&
            x->units.items[k].kind == RAG_UNIT_PROSE &&
            x->views[k].features[RAG_F_NO_CUE] <= x->views[i].features[RAG_F_NO_CUE] &&
            !is_numbered(x, k))
            return true;
    return false;
}

/* "Le montant du loyer": it has neither a sum nor a number, or goes on about a sentence that is not about that. */
static bool is_without_amount(const rag_extraction *x, size_t i)
{
    const unsigned sums = RAG_CUE_MONEY | RAG_CUE_NUMBER;
    const rag_unit *u = &x->units.items[i];
    const rag_view *v = &x->views[i];
    uint64_t asked = 0;
    if (x->terms.cues == 0 || (x->terms.cues & ~sums) != 0 || !is_prose(x, i))
        return false;
    for (size_t t = 0; t < x->terms.n; t++)
        asked |= rag_asks_by_itself(&x->terms, t) ? rag_term_bit(t) : 0;
    const uint64_t rest = rag_terms_real(&x->terms) & ~asked;
    const bool back = i > 0 && x->units.items[i - 1].passage == u->passage &&
                      rag_cues_points_back(rag_unit_text(u, x->passages));
    return asked != 0 &&
           (v->features[RAG_F_NO_CUE] > 0 ||
            (back && rest != 0 && ((v->own | v->near | x->views[i - 1].own) & rest) == 0));
}

/* How many there are is asked, and the row is one of a list of prices. */
static bool is_row_of_prices(const rag_extraction *x, size_t i)
{
    return x->terms.how_many && x->units.items[i].cells > 0 && rag_columns_priced(x, i) &&
           !rag_columns_have(x, i, RAG_SYNONYM_PRICE, 1) &&
           !rag_columns_count(x, i, rag_counted_terms(&x->terms));
}

bool rag_is_told_of_other(const rag_extraction *x, size_t i)
{
    return is_of_no_such_kind(x, i) || is_without_deed(x, i) || is_of_other_place(x, i) ||
           is_of_nobody_asked(x, i) || is_told_by_it(x, i) || is_of_any_kind(x, i) ||
           is_of_numbered_one(x, i) || is_without_amount(x, i) || is_row_of_prices(x, i);
}
