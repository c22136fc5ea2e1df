/* office.c - who holds an office or did something: "the chair is Ann Bell" names somebody, "it reports to the chair" and "I
 * wrote it" nobody.
 *
 * Where an office is asked about, or nothing but what somebody is, a sentence has to have a name: a person's, or one beside
 * the word for the office. Names of other offices and of bodies ("Board of Directors") are none.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/alike.h"
#include "rag/domain/kinds.h"
#include "rag/domain/spoken.h"

enum { NEAR_WORDS = 3 };

static const char offices[] =
    "chief officer officers general director directors board committee chair chairman chairwoman "
    "president "
    "vice secretary treasurer manager managers head executive counsel deputy minister council team "
    "department company parties auditor auditors "
    "directeur directrice directeurs conseil comité président présidente responsable chef "
    "director directora consejo comité presidente gerente direttore consiglio comitato diretor "
    "conselho";

static rag_spoken words_of(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    return (rag_spoken){
        x->passages[u->passage].text, x->read_as, {words.items + u->first, u->last - u->first}};
}

static bool is_role(const rag_extraction *x, const rag_spoken *s, size_t w)
{
    return (rag_terms_in(&x->terms, s->words, w, w + 1) & x->terms.role) != 0;
}

/* Whether the word for the office itself, not one of its stem ("insurance" for "insured"), stands within a few words of the
 * run. */
static bool is_near_role(const rag_extraction *x, const rag_spoken *s, rag_run run)
{
    const size_t from = run.first > NEAR_WORDS ? run.first - NEAR_WORDS : 0;
    const uint64_t asked = x->terms.role;
    const anc_str role =
        asked != 0 ? rag_terms_text(&x->terms, (size_t)__builtin_ctzll(asked)) : ANC_STR("");
    for (size_t w = from; w < s->words.n && w < run.last + NEAR_WORDS; w++)
        if (is_role(x, s, w) && anc_str_eq_nocase(rag_spoken_word(s, w), role))
            return true;
    return false;
}

/* What is left of a run of capitals behind the offices and the words of the question in it. */
static rag_run without_office(const rag_extraction *x, const rag_spoken *s, rag_run run)
{
    rag_run left = run;
    for (size_t w = run.first; w < run.last; w++)
        if (rag_is_any_of(rag_spoken_word(s, w), offices) ||
            rag_terms_in(&x->terms, s->words, w, w + 1) != 0)
            left.first = w + 1;
    return left;
}

/* Of a heading in capitals: more than a name in short ("CBS"). */
static bool is_shouted(const rag_spoken *s, rag_run run)
{
    enum { SHORT_MAX = 5 };
    const anc_str text = rag_spoken_run(s, run);
    for (size_t k = 0; k < text.len; k++)
        if (text.ptr[k] >= 'a' && text.ptr[k] <= 'z')
            return false;
    return text.len > SHORT_MAX;
}

static bool has_holder(const rag_extraction *x, const rag_spoken *s)
{
    size_t cursor = 0;
    rag_run run;
    while (rag_spoken_name_next(s, &cursor, &run)) {
        run = without_office(x, s, run);
        if (run.first < run.last && (rag_kind_told_person(s, run, false) ||
                                     (is_near_role(x, s, run) && !is_shouted(s, run))))
            return true;
    }
    return false;
}

/* Whether an office is asked about; of anything else that somebody is, it may be told in many ways. */
static bool asks_office(const rag_terms *terms)
{
    const rag_spoken s = {terms->question, TXT_UND, terms->asked};
    for (size_t k = 0; k < terms->asked.n; k++)
        if ((rag_terms_in(terms, terms->asked, k, k + 1) & terms->role) != 0 &&
            (rag_is_any_of(rag_spoken_word(&s, k), offices) ||
             rag_is_office_in_short(rag_spoken_word(&s, k))))
            return true;
    return false;
}

/* "Who do I ask?": a person, or where one is found. */
static bool asks_contact(const rag_terms *terms)
{
    return rag_begins_with_any(terms->question, "who do i |who should i |who can i |whom do i |"
                                                "whom should i |à qui dois-je |qui dois-je ");
}

/* A post or a place to turn to, an address, a number to ring. */
static bool has_contact(const rag_extraction *x, const rag_spoken *s, size_t i)
{
    static const char posts[] = "manager desk team office line department reception helpdesk "
                                "hotline supervisor colleague responsable service accueil bureau";
    if (anc_str_find(rag_unit_text(&x->units.items[i], x->passages), ANC_STR("@")) != SIZE_MAX)
        return true;
    for (size_t w = 0; w < s->words.n; w++)
        if (s->words.items[w].digits || rag_is_any_of(rag_spoken_word(s, w), posts))
            return true;
    return false;
}

/* Whether unit i names somebody, or goes on about the one before it that does. */
static bool names_holder(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_spoken s = words_of(x, i);
    if (has_holder(x, &s))
        return true;
    if (i == 0 || x->units.items[i - 1].passage != u->passage ||
        !rag_cues_points_back(rag_unit_text(u, x->passages)))
        return false;
    const rag_spoken before = words_of(x, i - 1);
    return has_holder(x, &before);
}

/* "The insured" where it only tells of insurance: another word of the stem, of which it is not known that it means the same. */
static bool has_only_stem(const rag_extraction *x, size_t i)
{
    const anc_str role = rag_terms_text(&x->terms, (size_t)__builtin_ctzll(x->terms.role));
    const rag_spoken s = words_of(x, i);
    size_t others = 0;
    for (size_t w = 0; w < s.words.n; w++) {
        const anc_str word = rag_spoken_word(&s, w);
        const size_t plural = word.len == role.len + 1 && anc_str_ends(word, ANC_STR("s"));
        if (!is_role(x, &s, w))
            continue;
        if (anc_str_eq_nocase(anc_str_sub(word, 0, word.len - plural), role))
            return false;
        others++;
    }
    return others > 0 && x->read_as == TXT_EN && rag_alike_lines(role) == 0;
}

/* Each noun has a capital in German (doubt.c has a rule of its own for that). */
bool rag_is_without_holder(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_spoken s = words_of(x, i);
    if (terms->cues != RAG_CUE_PERSON || x->read_as == TXT_DE || x->units.items[i].cells > 0)
        return false;
    if (asks_contact(terms))
        return !has_contact(x, &s, i) && !names_holder(x, i);
    const bool one = rag_is_one_term(rag_terms_real(terms));
    return terms->role != 0 && (asks_office(terms) || one) &&
           (!names_holder(x, i) || (one && has_only_stem(x, i)));
}

/* The content word behind "of" and an article behind word `w`; words.n: none. */
static size_t of_what(const rag_spoken *s, size_t w)
{
    if (w + 1 >= s->words.n || !rag_spoken_is_of(s, w + 1))
        return s->words.n;
    size_t k = w + 2;
    while (k < s->words.n && rag_spoken_is_article(s, k))
        k++;
    return k;
}

/* What the office is of in the question: a set of one term, or none. */
static uint64_t asked_of(const rag_terms *terms, txt_language language)
{
    const rag_spoken s = {terms->question, language, terms->asked};
    for (size_t k = 0; k < s.words.n; k++) {
        const size_t of = (rag_terms_in(terms, s.words, k, k + 1) & terms->role) != 0
                              ? of_what(&s, k)
                              : s.words.n;
        if (of < s.words.n)
            return rag_terms_in(terms, s.words, of, of + 1);
    }
    return 0;
}

/* "Head of people", "people manager": what the office is of, a few words behind it or right before. */
static bool stand_together(const rag_extraction *x, const rag_spoken *s, uint64_t asked)
{
    enum { FEW = 4 };
    bool role = false;
    for (size_t w = 0; w < s->words.n; w++) {
        if (!is_role(x, s, w))
            continue;
        const size_t last = w + 1 + FEW < s->words.n ? w + 1 + FEW : s->words.n;
        role = true;
        if ((rag_terms_in(&x->terms, s->words, w > 0 ? w - 1 : 0, last) & asked) != 0)
            return true;
    }
    return !role;
}

bool rag_is_of_other_office(const rag_extraction *x, size_t i)
{
    const uint64_t asked = x->terms.role != 0 ? asked_of(&x->terms, x->read_as) : 0;
    const rag_spoken s = words_of(x, i);
    size_t others = 0;
    size_t told = 0;
    const rag_view *v = &x->views[i];
    if (asked == 0 || x->read_as == TXT_DE || !asks_office(&x->terms))
        return false;
    if ((v->own & asked) != 0)
        return (asked & x->terms.names) == 0 && x->units.items[i].cells == 0 &&
               !stand_together(x, &s, asked);
    if ((asked & ~x->terms.names & ~(v->above | v->near | v->beside)) != 0)
        return true;
    for (size_t w = 0; w < s.words.n; w++) {
        const size_t of = is_role(x, &s, w) ? of_what(&s, w) : s.words.n;
        told += is_role(x, &s, w);
        others += of < s.words.n && s.words.items[of].capital &&
                  !rag_is_any_of(rag_spoken_word(&s, of), offices);
    }
    return others > 0 && others == told;
}

static bool is_of_speaker(const rag_extraction *x, size_t i)
{
    static const char speakers[] = "i we you je j nous ich wir yo nosotros io noi eu nós";
    enum { REACH = 2 };
    const rag_spoken s = words_of(x, i);
    size_t deeds = 0;
    size_t spoken = 0;
    for (size_t w = 0; w < s.words.n; w++) {
        if ((rag_terms_in(&x->terms, s.words, w, w + 1) & x->terms.deed) == 0)
            continue;
        bool self = false;
        for (size_t k = w > REACH ? w - REACH : 0; k < w; k++)
            self |= rag_is_any_of(rag_spoken_word(&s, k), speakers);
        deeds++;
        spoken += self;
    }
    return deeds > 0 && spoken == deeds;
}

bool rag_is_of_speaker(const rag_extraction *x, size_t i)
{
    const bool on = i > 0 && x->units.items[i - 1].passage == x->units.items[i].passage &&
                    (x->views[i].own & x->terms.deed) == 0 &&
                    rag_cues_points_back(rag_unit_text(&x->units.items[i], x->passages));
    return x->terms.deed != 0 && is_of_speaker(x, on ? i - 1 : i);
}
