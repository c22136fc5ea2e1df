/* valued.c - whose price or measure it is: "What does the soup cost?" is not answered by what the ticket costs.
 *
 * The thing, and for whom it is, have to stand in the sentence, over it, or before it where it goes on about that.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/contrasts.h"
#include "rag/domain/question_words.h"
#include "rag/domain/tongue.h"

static anc_str word_of(const rag_extraction *x, size_t i, size_t w)
{
    const rag_unit *u = &x->units.items[i];
    return rag_word_text(x->passages[u->passage].text, &x->units.words[u->passage].items[w]);
}

/* What asks for a sum or a measure and is no word of the thing: "mide", "dura". */
static bool is_verb_of_measure(const rag_terms *terms, size_t k)
{
    return rag_is_any_of(rag_word_text(terms->question, &terms->asked.items[k]),
                         "mide dura pesa misura mede mesure pèse lang tief warm cuesta cuestan "
                         "costó costaron costa costato costata costati costate custa custou "
                         "coûté kostete");
}

/* "Pro Tag": what the price is of is said before it. */
static bool is_rate(const rag_terms *terms, size_t k)
{
    return rag_is_any_of(rag_word_text(terms->question, &terms->asked.items[k]), "per pro je par");
}

/* "To take a car": a verb between "to" and an article. */
static bool is_infinitive(const rag_terms *terms, size_t k)
{
    return k > 0 && k + 1 < terms->asked.n && terms->asked.items[k + 1].stop &&
           rag_is_any_of(rag_word_text(terms->question, &terms->asked.items[k - 1]), "to");
}

/* The term of word k, also where it says little elsewhere: a "city bike" is no other bike. */
static uint64_t said_of_thing(const rag_terms *terms, size_t k)
{
    const size_t t = rag_terms_find(terms, terms->asked.items[k].key);
    const anc_str word = rag_word_text(terms->question, &terms->asked.items[k]);
    return t != RAG_TERMS_MAX && !terms->asks[t] && !rag_is_any_of(word, "much many viel mucho")
               ? rag_term_bit(t)
               : 0;
}

/* The noun of what something is asked about: of the first run of words that count, which are *ret_all, the last, as in
 * English, or the first in languages that say more of a noun behind it. */
static size_t head_from(const rag_terms *terms, size_t from, bool first, uint64_t *ret_all)
{
    size_t head = RAG_TERMS_MAX;
    *ret_all = 0;
    for (size_t k = from; k < terms->asked.n; k++) {
        const bool none = is_rate(terms, k) || terms->asked.items[k].stop ||
                          is_verb_of_measure(terms, k) || is_infinitive(terms, k);
        const size_t t = none ? RAG_TERMS_MAX : rag_terms_asked(terms, k);
        *ret_all |= none ? 0 : said_of_thing(terms, k);
        if (t != RAG_TERMS_MAX)
            head = first && head != RAG_TERMS_MAX ? head : t;
        else if (head != RAG_TERMS_MAX)
            break;
    }
    return head;
}

/* "In the rental terms, what does a tandem cost?": behind the word that asks, where there is anything. */
static size_t head_of(const rag_terms *terms, bool first, uint64_t *ret_all)
{
    size_t from = 0;
    while (from < terms->asked.n &&
           !rag_question_word(RAG_QUESTION_OPENS,
                              rag_word_text(terms->question, &terms->asked.items[from])))
        from++;
    const size_t head = head_from(terms, from, first, ret_all);
    return head != RAG_TERMS_MAX ? head : head_from(terms, 0, first, ret_all);
}

/* "The price is £4", "La participation coûte 22 euros": it names no thing of its own. */
static bool has_no_thing(const rag_extraction *x, size_t i)
{
    static const char words[] =
        "price prices cost costs fee fees charge admission entry participation rate rates "
        "prix tarif tarifs entrée "
        "preis preise gebühr eintritt teilnahme kosten "
        "precio precios tarifa entrada participación "
        "prezzo tariffa ingresso partecipazione "
        "preço";
    enum { REACH = 3 };
    const rag_unit *u = &x->units.items[i];
    for (size_t w = u->first; w < u->last && w < u->first + REACH; w++) {
        const bool verb = w > u->first && rag_is_any_of(word_of(x, i, w), "cost costs kosten") &&
                          !x->units.words[u->passage].items[w - 1].stop;
        if (!verb && rag_is_any_of(word_of(x, i, w), words))
            return true;
    }
    return false;
}

/* What unit i says of, with what stands over it, and before it where it goes on about that; of a row or an item of a list also
 * what stands around it. */
static uint64_t things_of(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_view *v = &x->views[i];
    const uint64_t set = v->own | v->above | v->near;
    if (u->cells > 0 || u->card || u->item)
        return set | v->beside;
    const bool on = i > 0 && x->units.items[i - 1].passage == u->passage &&
                    (rag_cues_points_back(rag_unit_text(u, x->passages)) || has_no_thing(x, i));
    return set | (on ? x->views[i - 1].own | x->views[i - 1].near : 0);
}

/* "Electric bike | 42" for "a mountain bike": of what is asked about, the row has the noun, and over the figures nothing has the
 * rest. */
static bool is_row_of_other_kind(const rag_extraction *x, size_t i, uint64_t all)
{
    const rag_view *v = &x->views[i];
    const uint64_t plain = all & ~rag_terms_digits(&x->terms) & ~x->terms.names;
    return x->terms.priced && x->units.items[i].cells > 0 &&
           (plain & ~(v->own | v->above | v->near)) != 0;
}

/* What a thing costs, or how long it is, is asked, and neither the sentence nor what stands over it names that thing. */
static bool is_value_of_other(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const bool behind = x->read_as == TXT_FR || x->read_as == TXT_ES || x->read_as == TXT_IT ||
                        x->read_as == TXT_PT;
    if (!terms->priced && !terms->measured)
        return false;
    uint64_t all;
    const size_t head = head_of(terms, behind, &all);
    if (head == RAG_TERMS_MAX || terms->code[head] != 0)
        return false;
    return (things_of(x, i) >> head & 1) == 0 || is_row_of_other_kind(x, i, all);
}

/* Whether unit i has another word for the same of children, adults, students. */
static bool has_same_kind(const rag_extraction *x, size_t i, anc_str word)
{
    const rag_contrast asked = rag_contrast_of(word);
    const rag_unit *u = &x->units.items[i];
    for (size_t w = u->first; asked.class != RAG_CONTRAST_NONE && w < u->last; w++) {
        const rag_contrast c = rag_contrast_of(word_of(x, i, w));
        if (c.class == asked.class && c.member == asked.member)
            return true;
    }
    return false;
}

/* What it costs "for children" is asked, and it says nothing of them. */
static bool is_price_for_others(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const anc_str link = anc_str_of(rag_tongue_for(x->read_as));
    for (size_t k = 0; terms->priced && k + 1 < terms->asked.n; k++) {
        const anc_str word = rag_word_text(terms->question, &terms->asked.items[k]);
        size_t noun = k + 1;
        if (k == 0 || !anc_str_eq_nocase(word, link))
            continue;
        while (noun + 1 < terms->asked.n && terms->asked.items[noun].stop)
            noun++;
        const size_t t = rag_terms_asked(terms, noun);
        if (t != RAG_TERMS_MAX && !terms->digits[t] && (terms->names >> t & 1) == 0 &&
            (things_of(x, i) >> t & 1) == 0 &&
            !has_same_kind(x, i, rag_word_text(terms->question, &terms->asked.items[noun])))
            return true;
    }
    return false;
}

/* "Le vol est couvert jusqu'à 8 000 euros" of a contract of insurance: it begins with a thing of its own, and nothing in it says
 * that the sum is a price; what was asked about only stands over it. */
static bool is_sum_of_own_thing(const rag_extraction *x, size_t i)
{
    static const char words[] =
        "price prices cost costs fee fees fare fares charge charged rate pay pays paid payable "
        "prix coût coûte coûtent tarif tarifs prime cotisation élève payer payé payable facturé "
        "precio cuesta cuestan tarifa prima cuota pagar paga prezzo costa costano tariffa premio "
        "preço custa custam";
    const rag_unit *u = &x->units.items[i];
    const rag_view *v = &x->views[i];
    const rag_words items = x->units.words[u->passage];
    const uint64_t real = rag_terms_real(&x->terms);
    if (!x->terms.priced || u->cells > 0 || u->card || u->item || u->first + 2 >= u->last ||
        x->read_as == TXT_DE || real == 0 || ((v->own | v->near) & real) != 0 ||
        !rag_tongue_has(x->read_as, RAG_WORD_ARTICLE, word_of(x, i, u->first)) ||
        items.items[u->first + 1].stop || rag_cues_is_unit(word_of(x, i, u->first + 1)))
        return false;
    for (size_t w = u->first; w < u->last; w++)
        if (rag_is_any_of(word_of(x, i, w), words))
            return false;
    return true;
}

bool rag_is_value_of_other(const rag_extraction *x, size_t i)
{
    return is_value_of_other(x, i) || is_price_for_others(x, i) || is_sum_of_own_thing(x, i);
}
