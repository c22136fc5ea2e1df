/* told.c - whether a sentence tells what was asked, and not something else in the same words.
 *
 * "Who composed the hymn?" is not answered by who founded it: the verb behind "who", or the noun behind "who is the",
 * needs a counterpart in the sentence or over it. "Where is the winter course?" is not answered by where the summer
 * course is: what excludes the word that was asked with takes its place.
 */
#include <math.h>

#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/alike.h"
#include "rag/domain/contrasts.h"
#include "rag/domain/kinds.h"
#include "rag/domain/tongue.h"

static const double NEAR_ENOUGH = 0.42; /* cosine of two words that mean nearly the same */
/* and where the model may not know the language, of which it then sees letters */
static const double NEAR_ENOUGH_ABROAD = 0.5;

/* ---- what is asked for ------------------------------------------------------------------------- */

/* Says too little for anything to be missed where it is not told. */
static bool is_vague(anc_str word)
{
    static const char vague[] =
        "hora horas ora uhr heure "
        "time ahead left happen happened occur occurred share shares shared handle handles "
        "handled registered "
        "current present new main actual real responsible allowed able charge involved considered "
        "known called said made needed get gets does take takes use uses provide provides "
        "provided give gives gave given serve serves served become became hold holds held work "
        "works help helps go goes come comes say says want need know tell ask contact call speak "
        "turn believe think believed "
        "actuel actuelle nouveau nouvelle responsable chargé chargée occupe peut doit va vient "
        "dit donne donnent "
        "gibt geben da dan dà danno dá dão "
        "venir aller prendre porter apporter emmener amener bring take come mitbringen mitnehmen "
        "kommen portare venire llevar traer venir levar trazer findet statt finden "
        "possono possiamo posso puedo pueden podemos puis peuvent können dürfen darf podem "
        "zuständig verantwortlich kümmert aktuelle neue derzeitige macht kann darf muss "
        "encargado encargada encarga ocupa nuevo nueva puede debe "
        "responsabile incaricato occupa nuovo nuova può "
        "responsável encarregado novo nova pode deve";
    return rag_is_any_of(word, vague);
}

/* The word that asks for a person, among the first; words.n: none does. */
static size_t who_at(const rag_spoken *s)
{
    enum { FIRST_WORDS = 3 };
    for (size_t i = 0; i < s->words.n && i < FIRST_WORDS; i++)
        if (rag_tongue_has(s->language, RAG_WORD_WHO, rag_spoken_word(s, i)) &&
            !rag_is_any_of(rag_spoken_word(s, i), "whose"))
            return i;
    return s->words.n;
}

static bool is_copula(const rag_spoken *s, size_t i)
{
    return rag_tongue_has(s->language, RAG_WORD_COPULA, rag_spoken_word(s, i)) ||
           rag_is_any_of(rag_spoken_word(s, i), "sont");
}

static bool is_named(const rag_spoken *s, size_t i)
{
    return s->words.items[i].capital && s->language != TXT_DE &&
           !rag_is_office_in_short(rag_spoken_word(s, i));
}

static bool is_romance(txt_language language)
{
    return language == TXT_FR || language == TXT_ES || language == TXT_IT || language == TXT_PT;
}

/* "Head" of "who is the head of …?": what somebody is, and "deputy" of "the deputy head". Of a name nothing but who it is is
 * asked. */
static rag_run role_of(const rag_spoken *s, size_t i)
{
    const rag_run none = {0, 0};
    const size_t from = i;
    while (i < s->words.n && rag_spoken_is_article(s, i))
        i++;
    rag_run run = {i, i};
    while (run.last < s->words.n && rag_spoken_is_noun(s, run.last) &&
           (run.last == run.first || rag_spoken_joined(s, run.last - 1)))
        run.last++;
    if (run.last == run.first || (s->language == TXT_DE && i == from))
        return none;
    const size_t head = is_romance(s->language) ? run.first : run.last - 1;
    if (is_named(s, head) || s->words.items[head].digits)
        return none;
    return head > run.first && rag_is_relation(rag_spoken_word(s, head - 1))
               ? (rag_run){head - 1, head + 1}
               : (rag_run){head, head + 1};
}

static bool is_english_participle(anc_str word)
{
    return anc_str_ends(word, ANC_STR("ed")) || anc_str_ends(word, ANC_STR("en"));
}

static bool is_english_adverb(anc_str word)
{
    return anc_str_ends(word, ANC_STR("ly"));
}

/* The verb of "who … ?" from word `i` on; with a helping verb it is German that puts it last. */
static rag_run deed_of(const rag_spoken *s, size_t i)
{
    enum { REACH = 3 };
    const rag_run none = {0, 0};
    const size_t last = s->words.n - 1;
    const anc_str first = rag_spoken_word(s, i);
    if (rag_is_any_of(first, "do does did") ||
        (i < last && rag_is_any_of(rag_spoken_word(s, i + 1), "up"))) /* "who makes up" */
        return none;
    const bool helped = rag_spoken_is_asking(s, i) || s->words.items[i].stop;
    if (helped && s->language == TXT_DE)
        return last > i && !s->words.items[last].capital ? (rag_run){last, last + 1} : none;
    for (size_t k = i; k <= last && k < i + REACH; k++)
        if (rag_spoken_is_noun(s, k) && !(k < last && is_english_adverb(rag_spoken_word(s, k))))
            return s->words.items[k].capital || s->words.items[k].digits ||
                           (rag_is_any_of(first, "has have had") &&
                            !is_english_participle(rag_spoken_word(s, k)))
                       ? none
                       : (rag_run){k, k + 1};
    return none;
}

/* "His (Jonas Weatherby) deputy", "the wife of": somebody else than who is named beside. */
static bool is_of_somebody(const rag_spoken *s, size_t i)
{
    const uint32_t start = s->words.items[i].start;
    const anc_str before = anc_str_sub(s->text, 0, start);
    return rag_is_relation(rag_spoken_word(s, i)) &&
           (anc_str_ends(before, ANC_STR(") ")) || (i > 0 && rag_spoken_is_pronoun(s, i - 1)) ||
            (i + 1 < s->words.n && rag_spoken_is_of(s, i + 1)));
}

/* What somebody is given is asked. */
static uint64_t granted_of(const rag_terms *terms)
{
    static const char verbs[] = "get gets bekomme bekommt bekommen";
    uint64_t set = 0;
    for (size_t t = 0; t < terms->n; t++)
        set |= rag_is_any_of(rag_terms_text(terms, t), verbs) ? rag_term_bit(t) : 0;
    return set;
}

static void add_focus(const rag_spoken *s, size_t i, rag_terms *terms)
{
    const size_t t = rag_terms_find(terms, s->words.items[i].key);
    const uint64_t may = rag_terms_real(terms) & ~rag_terms_codes(terms);
    if (rag_has_term(may, t) && !is_vague(rag_spoken_word(s, i)))
        terms->focus |= rag_term_bit(t);
}

/* Whether few words are asked with, of which each counts: in a longer question one may be put in other words. */
static bool is_brief(const rag_terms *terms)
{
    enum { FEW = 3 };
    return rag_term_count(rag_terms_real(terms)) <= FEW;
}

/* Of a brief question after who, when or where, or whether there is one or one may, all words but names and numbers. */
static uint64_t subject_of(const rag_terms *terms, txt_language language)
{
    const unsigned asked = RAG_CUE_PERSON | RAG_CUE_DATE | RAG_CUE_PLACE;
    const unsigned wanted = /* "at what time" */
        (terms->cues & RAG_CUE_DATE) != 0 ? terms->cues & ~(unsigned)RAG_CUE_NUMBER : terms->cues;
    uint64_t plain = rag_terms_real(terms) & ~rag_terms_digits(terms);
    for (size_t t = 0; t < terms->n; t++)
        plain &= ~(is_vague(rag_terms_text(terms, t)) ? rag_term_bit(t) : 0);
    plain &= ~(language == TXT_DE ? 0 : terms->names);
    if (terms->object != 0)
        return terms->object & plain & ~terms->focus;
    if (!terms->brief || (wanted & ~asked) != 0 || (wanted == 0 && !rag_asks_existence(terms)))
        return 0;
    return plain & ~terms->focus;
}

anc_status rag_focus_read(anc_arena *mem, txt_language language, rag_terms *terms, anc_err *err)
{
    rag_spoken s;
    terms->focus = 0;
    terms->granted = granted_of(terms);
    rag_bounds_read(terms);
    if (rag_terms_codes(terms) != 0)
        return ANC_OK; /* what has the code is about that one thing, in whatever words */
    ANC_TRY(rag_spoken_as(mem, terms->question, language, &s, err));
    const bool year = rag_asks_year(terms->question);
    for (size_t i = 0; i < s.words.n; i++)
        if (is_of_somebody(&s, i) || (year && rag_is_deed_of_year(rag_spoken_word(&s, i))))
            add_focus(&s, i, terms);
    const size_t who = who_at(&s);
    const uint64_t others = terms->focus;
    const bool role = who + 1 < s.words.n && is_copula(&s, who + 1);
    const rag_run run = who + 1 >= s.words.n ? (rag_run){0, 0}
                        : role               ? role_of(&s, who + 2)
                                             : deed_of(&s, who + 1);
    for (size_t i = run.first; i < run.last; i++)
        add_focus(&s, i, terms);
    terms->role = role ? terms->focus & ~others : 0;
    terms->deed = role ? 0 : terms->focus & ~others;
    terms->brief = is_brief(terms);
    const size_t may = rag_may_deed(&s);
    if (may < s.words.n) {
        const uint64_t all = terms->focus;
        add_focus(&s, may, terms);
        terms->may = terms->focus & ~all;
        terms->object = rag_may_object(terms, &s, may);
    } else {
        terms->object = rag_existing(terms);
    }
    terms->subject = subject_of(terms, language);
    return ANC_OK;
}

/* ---- whether it is told ------------------------------------------------------------------------ */

/* A word that has to be told, and its lines in the table of words alike. */
typedef struct wanted_word {
    anc_str text;
    uint64_t lines;
} wanted_word;

static wanted_word wanted_of(const rag_terms *terms, size_t t)
{
    const anc_str text = rag_terms_text(terms, t);
    return (wanted_word){text, rag_alike_lines(text)};
}

static bool any_alike(anc_str text, rag_words words, size_t first, size_t last,
                      const wanted_word *wanted)
{
    for (size_t w = first; w < last; w++)
        if (!words.items[w].stop &&
            rag_alike(wanted->text, wanted->lines, rag_word_text(text, &words.items[w])))
            return true;
    return false;
}

static bool points_back(const rag_extraction *x, size_t i)
{
    return rag_cues_points_back(rag_unit_text(&x->units.items[i], x->passages));
}

/* Whether unit i tells term `t` without a word for it: from when to when something goes, that it is due, or allowed. */
static bool tells_otherwise(const rag_extraction *x, size_t i, size_t t)
{
    return rag_tells_range(x, i, t) || rag_tells_due(x, i, t) ||
           (rag_has_term(x->terms.begins, t) && rag_is_entry_of_day(x, i)) ||
           ((x->terms.may >> t & 1) != 0 && rag_grants(x, i));
}

void rag_focus_find(rag_extraction *x)
{
    uint64_t known = 0;
    for (size_t i = 0; i < x->units.n; i++)
        known |= x->views[i].own;
    for (size_t t = 0; t < x->terms.n; t++) {
        for (size_t i = 0; i < x->units.n; i++)
            if ((x->views[i].own != 0 || points_back(x, i)) && tells_otherwise(x, i, t))
                x->views[i].near |= rag_term_bit(t) & ~x->views[i].own;
        if (!rag_has_term((x->terms.focus | x->terms.subject | x->terms.granted) & ~known, t))
            continue;
        const wanted_word wanted = wanted_of(&x->terms, t);
        for (size_t i = 0; i < x->units.n; i++) {
            const rag_unit *u = &x->units.items[i];
            if (any_alike(x->passages[u->passage].text, x->units.words[u->passage], u->first,
                          u->last, &wanted))
                x->views[i].near |= rag_term_bit(t);
        }
    }
}

/* Whether the unit, what heads it or its title has another word for it. Of one that the table does not know what is `near`
 * will do. */
static bool has_alike(const rag_extraction *x, size_t i, size_t t, bool near)
{
    const wanted_word word = wanted_of(&x->terms, t);
    const wanted_word *wanted = &word;
    const rag_unit *u = &x->units.items[i];
    const rag_passage *p = &x->passages[u->passage];
    const rag_words words = x->units.words[u->passage];
    const rag_words *over = x->over_words[u->passage];
    if (near && wanted->lines == 0)
        return true;
    if (any_alike(p->text, words, u->first, u->last, wanted) ||
        any_alike(p->title, over[RAG_OVER_TITLE], 0, over[RAG_OVER_TITLE].n, wanted) ||
        any_alike(p->heading, over[RAG_OVER_HEADING], 0, over[RAG_OVER_HEADING].n, wanted))
        return true;
    const uint32_t above[] = {u->head, u->columns};
    for (size_t k = 0; k < ANC_COUNT(above); k++)
        if (above[k] != RAG_NO_UNIT && any_alike(p->text, words, x->units.items[above[k]].first,
                                                 x->units.items[above[k]].last, wanted))
            return true;
    return u->columns == RAG_NO_UNIT && u->continues &&
           any_alike(p->columns, over[RAG_OVER_COLUMNS], 0, over[RAG_OVER_COLUMNS].n, wanted);
}

/* The first sentence of the passage of unit i: it says what the passage is about. */
static uint64_t topic_of(const rag_extraction *x, size_t i)
{
    size_t first = i;
    while (first > 0 && x->units.items[first - 1].passage == x->units.items[i].passage)
        first--;
    return x->views[first].own;
}

/* What the sentence before unit i has, where unit i goes on about it: "It was sold in 1990." */
static uint64_t before(const rag_extraction *x, size_t i)
{
    const rag_unit *items = x->units.items;
    return i > 0 && items[i - 1].passage == items[i].passage && points_back(x, i)
               ? x->views[i - 1].own
               : 0;
}

/* And the one behind it that goes on about unit i. */
static uint64_t behind(const rag_extraction *x, size_t i)
{
    const rag_unit *items = x->units.items;
    return i + 1 < x->units.n && items[i + 1].passage == items[i].passage && points_back(x, i + 1)
               ? x->views[i + 1].own
               : 0;
}

/* "The Azure migration was": of what begins with a name behind an article the noun behind that, before a verb of being, which
 * the question does not speak of. */
static bool has_named_subject(const rag_extraction *x, const rag_unit *u)
{
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    size_t w = u->first + 1;
    while (w < u->last && words.items[w].capital && !words.items[w].stop)
        w++;
    return w > u->first + 1 && w + 1 < u->last && !words.items[w].stop &&
           rag_tongue_has(x->read_as, RAG_WORD_COPULA, rag_word_text(text, &words.items[w + 1])) &&
           rag_terms_meant(&x->terms, words, u->first + 1, w + 1) == 0;
}

/* "Il bar chiude alle 18": it begins with a thing of its own, which the question does not speak of. */
static bool has_own_subject(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    if (u->first + 2 >= u->last || words.items[u->first + 1].stop)
        return false;
    if (words.items[u->first + 1].capital && x->read_as != TXT_DE && !has_named_subject(x, u))
        return false;
    return rag_tongue_has(x->read_as, RAG_WORD_ARTICLE,
                          rag_word_text(text, &words.items[u->first])) &&
           rag_terms_meant(&x->terms, words, u->first + 1, u->first + 2) == 0;
}

/* The term that unit i has no word for though the question turns on it; RAG_TERMS_MAX: there is none. */
static size_t missing_in(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_view *v = &x->views[i];
    const uint64_t said = v->own | v->above | before(x, i);
    const uint64_t topic = terms->focus == 0 && has_own_subject(x, i) ? 0 : topic_of(x, i);
    const uint64_t missing =
        (terms->focus & ~said) | (terms->subject & ~(said | v->near | behind(x, i) | topic));
    for (size_t t = 0; t < terms->n; t++)
        if ((missing >> t & 1) != 0 && !has_alike(x, i, t, (v->near >> t & 1) != 0) &&
            !tells_otherwise(x, i, t) && !rag_tells_bound(x, i, t))
            return t;
    return RAG_TERMS_MAX;
}

/* "His deputy, Ann Lisle, …" where the deputy was asked about: whose he is has been said, and need not be again. */
bool rag_focus_begins(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    return u->first + 1 < u->last &&
           rag_is_relation(rag_word_text(text, &words.items[u->first + 1])) &&
           (rag_terms_in(&x->terms, words, u->first + 1, u->first + 2) & x->terms.focus) != 0;
}

bool rag_is_of_relative(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    return u->first + 1 < u->last && x->terms.names != 0 &&
           rag_cues_points_back(rag_unit_text(u, x->passages)) &&
           rag_is_relation(rag_word_text(text, &words.items[u->first + 1])) &&
           rag_terms_in(&x->terms, words, u->first + 1, u->first + 2) == 0 &&
           (x->views[i].own & x->terms.names) == 0;
}

bool rag_focus_untold(const rag_extraction *x, size_t i)
{
    return missing_in(x, i) != RAG_TERMS_MAX &&
           !(x->near_unit == i &&
             x->near_cosine >= (x->language == TXT_EN ? NEAR_ENOUGH : NEAR_ENOUGH_ABROAD));
}

/* Whether word `w` of unit i may mean what is missing: it is neither a name nor a word of the question, nor one of which it is
 * known that it means something else. */
static bool may_mean(const rag_extraction *x, const rag_unit *u, size_t w,
                     const wanted_word *wanted)
{
    const rag_words words = x->units.words[u->passage];
    const rag_word *word = &words.items[w];
    const bool capital =
        wanted->text.len > 0 && wanted->text.ptr[0] >= 'A' && wanted->text.ptr[0] <= 'Z';
    const bool name = word->capital && (x->read_as == TXT_DE ? !capital : w > u->first);
    return !word->stop && !word->digits && !word->whole && !name &&
           rag_terms_in(&x->terms, words, w, w + 1) == 0 &&
           !rag_apart(wanted->text, wanted->lines,
                      rag_word_text(x->passages[u->passage].text, word));
}

size_t rag_focus_words(const rag_extraction *x, size_t i, size_t max, anc_str *ret_wanted,
                       anc_str *ret_words)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const size_t missing = missing_in(x, i);
    size_t n = 0;
    if (missing == RAG_TERMS_MAX)
        return 0;
    const wanted_word wanted = wanted_of(&x->terms, missing);
    *ret_wanted = wanted.text;
    for (size_t w = u->first; w < u->last && n < max; w++)
        if (may_mean(x, u, w, &wanted))
            ret_words[n++] = rag_word_text(x->passages[u->passage].text, &words.items[w]);
    return n;
}

/* ---- whether it is told of another ------------------------------------------------------------- */

/* What the words say of one class. */
typedef struct said {
    bool same, other;
    size_t members; /* words of the class */
} said;

/* "D'été" is no verb, which "été" is elsewhere. */
static bool is_content(anc_str text, const rag_word *w)
{
    const anc_str before = anc_str_sub(text, 0, w->start);
    return !w->whole && (!w->stop || anc_str_ends(before, ANC_STR("d'")) ||
                         anc_str_ends(before, ANC_STR("d\xe2\x80\x99")));
}

static void look(const rag_contrast *asked, anc_str text, rag_words words, size_t first,
                 size_t last, said *ret)
{
    for (size_t w = first; w < last; w++) {
        if (!is_content(text, &words.items[w]))
            continue;
        const rag_contrast c = rag_contrast_of(rag_word_text(text, &words.items[w]));
        if (c.class != asked->class)
            continue;
        ret->members++;
        ret->other |= rag_contrast_excludes(asked, &c);
        ret->same |= c.member == asked->member;
    }
}

/* "How old": no old one is asked about. "How long does it last", "the last time": nor a last one. */
static bool is_no_modifier(const rag_terms *terms, size_t k, const rag_contrast *c)
{
    const anc_str word = rag_word_text(terms->question, &terms->asked.items[k]);
    const anc_str before =
        k > 0 ? rag_word_text(terms->question, &terms->asked.items[k - 1]) : ANC_STR("");
    const anc_str next = k + 1 < terms->asked.n
                             ? rag_word_text(terms->question, &terms->asked.items[k + 1])
                             : ANC_STR("");
    const bool ends = k + 1 == terms->asked.n || terms->asked.items[k + 1].stop ||
                      rag_is_any_of(next, "time times fois mal vez volta");
    return (c->measures && rag_is_any_of(before, "how wie combien quanto cuánto tan qué")) ||
           (ends && rag_is_any_of(word, "last first left right dernière première letzte erste "
                                        "última primera ultima prima"));
}

static bool excludes(const rag_extraction *x, size_t i, const rag_contrast *asked)
{
    enum { SEVERAL = 2 };
    const rag_unit *u = &x->units.items[i];
    const rag_passage *p = &x->passages[u->passage];
    const rag_words words = x->units.words[u->passage];
    const rag_words *over = x->over_words[u->passage];
    said own = {.members = 0};
    said above = {.members = 0};
    size_t figures = 0;
    look(asked, p->text, words, u->first, u->last, &own);
    if (own.same || !own.other || rag_is_closed_then(x, i))
        return false;
    look(asked, p->title, over[RAG_OVER_TITLE], 0, over[RAG_OVER_TITLE].n, &above);
    look(asked, p->heading, over[RAG_OVER_HEADING], 0, over[RAG_OVER_HEADING].n, &above);
    if (u->head != RAG_NO_UNIT)
        look(asked, p->text, words, x->units.items[u->head].first, x->units.items[u->head].last,
             &above);
    for (size_t w = u->first; w < u->last; w++)
        figures += words.items[w].digits && !words.items[w].whole;
    return !above.same && !(asked->ranged && (own.members >= SEVERAL || figures >= SEVERAL));
}

bool rag_is_of_contrast(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    for (size_t k = 0; k < terms->asked.n; k++) {
        const rag_word *w = &terms->asked.items[k];
        const rag_contrast asked = is_content(terms->question, w)
                                       ? rag_contrast_of(rag_word_text(terms->question, w))
                                       : (rag_contrast){.class = RAG_CONTRAST_NONE};
        const bool name = w->capital && k > 0 && !asked.ranged && x->read_as != TXT_DE;
        if (asked.class != RAG_CONTRAST_NONE && !name && !is_no_modifier(terms, k, &asked) &&
            excludes(x, i, &asked))
            return true;
    }
    return false;
}
