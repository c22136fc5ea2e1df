/* antecedent.c - persons, things and places of a conversation, the latest that fits a pronoun. */
#include "rag/domain/antecedent.h"

#include "base/str.h"
#include "rag/domain/kinds.h"
#include "rag/domain/referent.h"
#include "rag/domain/tongue.h"
#include "rag/domain/which.h"

/* The conversation, and what is known of the pronoun. */
typedef struct search {
    const rag_told *turns;
    size_t n;
    anc_str pronoun;
    rag_gender gender;
} search;

static bool has_key(const rag_spoken *s, uint64_t key)
{
    for (size_t i = 0; i < s->words.n; i++)
        if (s->words.items[i].key == key)
            return true;
    return false;
}

static bool all_in(const rag_spoken *s, rag_run run, const rag_spoken *other)
{
    for (size_t k = run.first; k < run.last; k++)
        if (!has_key(other, s->words.items[k].key))
            return false;
    return true;
}

/* ---- persons --------------------------------------------------------------------------------- */

/* 1 of he, -1 of she; 0: neither. */
static int sex_of(anc_str pronoun)
{
    static const char male[] = "he him his il";
    static const char female[] = "she her elle";
    return rag_is_any_of(pronoun, male) - rag_is_any_of(pronoun, female);
}

/* Whether somebody of that name was he where the pronoun is she, or the other way round. */
static bool is_of_other_sex(const search *f, anc_str name)
{
    const int sex = sex_of(f->pronoun);
    for (size_t t = 0; sex != 0 && t < f->n; t++) {
        const rag_spoken *s = &f->turns[t].asked;
        rag_run gloss;
        for (size_t i = 0; i < s->words.n; i++)
            if (sex_of(rag_spoken_word(s, i)) == -sex && rag_gloss_at(s, i, &gloss) &&
                anc_str_eq(rag_spoken_run(s, gloss), name))
                return true;
    }
    return false;
}

/* The last name of that kind in a question. */
static bool asked_person(const search *f, const rag_spoken *s, rag_kind kind, anc_str *ret)
{
    size_t cursor = 0;
    rag_run run;
    bool found = false;
    while (rag_spoken_name_next(s, &cursor, &run)) {
        const anc_str name = rag_spoken_run(s, run);
        if (rag_kind_asked(s, run) != kind || is_of_other_sex(f, name))
            continue;
        *ret = name;
        found = true;
    }
    return found;
}

/* "Cashier: Dana Moss" where the cashier was asked for. */
static bool is_of_asked_field(const rag_spoken *s, rag_run run, const rag_spoken *asked)
{
    if (run.first == 0)
        return false;
    const rag_word *before = &s->words.items[run.first - 1];
    const uint32_t start = s->words.items[run.first].start;
    const anc_str gap = anc_str_sub(s->text, before->end, start - before->end);
    return anc_str_find(gap, ANC_STR(":")) != SIZE_MAX && has_key(asked, before->key);
}

/* Whether word `i` of an answer is the last of its sentence. */
static bool ends_sentence(const rag_spoken *s, size_t i)
{
    const rag_word *w = s->words.items;
    const anc_str gap = i + 1 < s->words.n
                            ? anc_str_sub(s->text, w[i].end, w[i + 1].start - w[i].end)
                            : ANC_STR("\n");
    return anc_str_find(gap, ANC_STR(". ")) != SIZE_MAX ||
           anc_str_find(gap, ANC_STR("\n")) != SIZE_MAX;
}

/* How much of the question the sentence around the run speaks of; what is no name counts more. */
static size_t speaks_of(const rag_spoken *s, rag_run run, const rag_spoken *asked)
{
    enum { NAMED = 1, SAID = 3 };
    size_t first = run.first;
    size_t last = run.last;
    size_t spoken = 0;
    while (first > 0 && !ends_sentence(s, first - 1))
        first--;
    while (last < s->words.n && !ends_sentence(s, last - 1))
        last++;
    for (size_t k = 0; k < asked->words.n; k++)
        for (size_t i = first; i < last && rag_spoken_is_noun(asked, k); i++)
            if (s->words.items[i].key == asked->words.items[k].key) {
                spoken += asked->words.items[k].capital ? NAMED : SAID;
                break;
            }
    return spoken;
}

/* What speaks for that name of an answer being who is meant; 0: it is no person, or named in the question. */
static size_t worth_of(const search *f, const rag_told *turn, rag_run run)
{
    enum { FIELD = 1000, SPOKEN = 2, FULL = 1 };
    const rag_spoken *s = &turn->answered;
    const bool who = rag_asks_who(&turn->asked);
    if (all_in(s, run, &turn->asked) || !rag_kind_told_person(s, run, who) ||
        is_of_other_sex(f, rag_spoken_run(s, run)))
        return 0;
    return 1 + SPOKEN * speaks_of(s, run, &turn->asked) + (run.last - run.first > 1 ? FULL : 0) +
           (who && is_of_asked_field(s, run, &turn->asked) ? FIELD : 0);
}

/* The person of the answer that the question does not name: of the sentence that speaks most of what was asked, with
 * two names rather than one, the first. */
static bool told_person(const search *f, const rag_told *turn, anc_str *ret)
{
    const rag_spoken *s = &turn->answered;
    size_t cursor = 0;
    rag_run run = {0, 1};
    size_t best = 0;
    bool more = s->words.n > 1 && s->words.items[0].capital && !s->words.items[0].stop &&
                !(s->words.items[1].capital && rag_spoken_joined(s, 0));
    if (!more) /* a name that is one word at the beginning is no run of its own */
        more = rag_spoken_name_next(s, &cursor, &run);
    for (; more; more = rag_spoken_name_next(s, &cursor, &run)) {
        const size_t worth = worth_of(f, turn, run);
        if (worth > best) {
            *ret = rag_spoken_run(s, run);
            best = worth;
        }
    }
    return best > 0;
}

/* Who it is that holds what was asked for: "the cashier". */
static bool role(const rag_spoken *s, anc_str *ret)
{
    rag_run run;
    if (!rag_asks_who_is(s) || s->words.n < 3 || !rag_spoken_is_article(s, 2) ||
        !rag_spoken_topic(s, &run))
        return false;
    *ret = rag_spoken_run(s, rag_spoken_with_article(s, run));
    return true;
}

static bool person_of(const search *f, const rag_told *turn, anc_str *ret)
{
    const rag_spoken *asked = &turn->asked;
    if (rag_asks_who(asked)) {
        const bool by_name = rag_asks_who_is(asked) && asked->words.items[2].capital;
        if (!by_name && told_person(f, turn, ret))
            return true;
    }
    return asked_person(f, asked, RAG_KIND_PERSON, ret) ||
           asked_person(f, asked, RAG_KIND_EITHER, ret) || told_person(f, turn, ret) ||
           role(asked, ret);
}

/* ---- things ---------------------------------------------------------------------------------- */

static bool agrees(const search *f, const rag_spoken *s, rag_run run)
{
    const rag_gender gender = rag_gender_of(s, run);
    return f->gender == RAG_GENDER_ANY || gender == RAG_GENDER_ANY || gender == f->gender;
}

/* A named thing with the nouns around it: "the Skep 2 warranty", "le peson Calame", "le musée de Brest". */
static rag_run named_phrase(const rag_spoken *s, rag_run name)
{
    rag_run run = rag_spoken_with_noun(s, name);
    rag_run noun = run;
    while (noun.first > 0 && rag_spoken_is_noun(s, noun.first - 1) &&
           rag_spoken_joined(s, noun.first - 1))
        noun.first--;
    if (rag_spoken_with_article(s, noun).first < noun.first)
        run = noun;
    const size_t of = rag_spoken_with_article(s, run).first;
    if (of > 1 && rag_spoken_is_of(s, of - 1) &&
        (rag_is_thing_noun(s, of - 2) || (of > 2 && s->words.items[of - 2].capital)))
        run.first = of - 2; /* "the museum of Brest", "the Isle of Fulmar" */
    return rag_spoken_with_article(s, run);
}

/* What a pronoun of a thing stood for in the question. */
static bool glossed_thing(const search *f, const rag_spoken *s, anc_str *ret)
{
    for (size_t i = s->words.n; i-- > 0;) {
        rag_run gloss;
        if (!rag_spoken_is_pronoun(s, i) || rag_spoken_is_person(s, i) ||
            rag_spoken_is_plural(s, i) || !rag_gloss_at(s, i, &gloss))
            continue;
        rag_run name = gloss;
        while (name.first + 1 < name.last && rag_spoken_is_article(s, name.first))
            name.first++;
        const bool capital = s->words.items[name.first].capital;
        if ((!rag_spoken_is_thing(s, i) && capital && name.first == gloss.first &&
             rag_kind_asked(s, name) != RAG_KIND_THING) ||
            !agrees(f, s, gloss))
            continue;
        *ret = rag_spoken_run(s, gloss);
        return true;
    }
    return false;
}

/* The last name of that kind in a question; places only where `places`. */
static bool named_thing(const search *f, const rag_spoken *s, rag_kind kind, bool places,
                        anc_str *ret)
{
    size_t cursor = 0;
    rag_run run;
    bool found = false;
    while (rag_spoken_name_next(s, &cursor, &run)) {
        if (rag_kind_asked(s, run) != kind || rag_spoken_is_of_place(s, run) != places ||
            rag_spoken_is_calendar(s, run.first))
            continue;
        const rag_run phrase = named_phrase(s, run);
        if (!agrees(f, s, phrase))
            continue;
        *ret = rag_spoken_run(s, phrase);
        found = true;
    }
    return found;
}

static bool has_gloss(const rag_spoken *s)
{
    rag_run run;
    for (size_t i = 0; i < s->words.n; i++)
        if (rag_spoken_is_pronoun(s, i) && rag_gloss_at(s, i, &run))
            return true;
    return false;
}

/* "The Tidewater Observatory" of an answer: a name with an article and a noun of things that the question has not.
 * A question about what was spoken of before brings in nothing new. */
static bool told_thing(const search *f, const rag_told *turn, anc_str *ret)
{
    const rag_spoken *s = &turn->answered;
    size_t cursor = 0;
    rag_run run;
    if (has_gloss(&turn->asked))
        return false;
    while (rag_spoken_name_next(s, &cursor, &run)) {
        bool thing = false;
        while (rag_spoken_joined(s, run.last - 1) && rag_is_thing_noun(s, run.last))
            run.last++;
        for (size_t i = run.first; i < run.last; i++)
            thing |= rag_is_thing_noun(s, i);
        const rag_run whole = rag_spoken_with_article(s, run);
        if (!thing || whole.first == run.first || all_in(s, run, &turn->asked) ||
            !agrees(f, s, whole))
            continue;
        *ret = rag_spoken_run(s, whole);
        return true;
    }
    return false;
}

static bool holds_person(const rag_spoken *s, rag_run run)
{
    size_t cursor = 0;
    rag_run name;
    while (rag_spoken_name_next(s, &cursor, &name))
        if (name.first >= run.first && name.first < run.last &&
            rag_kind_asked(s, name) != RAG_KIND_THING)
            return true;
    return false;
}

/* What is counted or measured: "leave" of "days of leave". */
static rag_run without_measure(const rag_spoken *s, rag_run run)
{
    static const char measures[] =
        "days hours weeks months years number amount kind kinds type sort level jours "
        "heures mois nombre type genre";
    if (run.first + 2 < run.last && rag_spoken_is_of(s, run.first + 1) &&
        rag_is_any_of(rag_spoken_word(s, run.first), measures))
        run.first += 2;
    while (run.first + 1 < run.last && rag_spoken_is_article(s, run.first))
        run.first++;
    return run;
}

/* What has something: "the help desk" of "the phone number of the help desk". */
static rag_run owner(const rag_spoken *s, rag_run run)
{
    for (size_t i = run.first + 1; i + 2 < run.last; i++)
        if (rag_spoken_is_of(s, i) && rag_spoken_is_article(s, i + 1))
            run.first = i + 2;
    return run;
}

/* "Le Citroën Jumpy" of "quel est le kilométrage du Citroën Jumpy ?": what is asked of it is no answer to "qui le conduit ?".
 * An English "it" is no person, which a name of two words may be. */
static bool owner_by_name(const search *f, const rag_spoken *s, anc_str *ret)
{
    size_t cursor = 0;
    rag_run run;
    if (s->language != TXT_FR || rag_asks_who(s))
        return false;
    while (rag_spoken_name_next(s, &cursor, &run)) {
        if (run.first == 0 || !rag_spoken_is_of(s, run.first - 1) ||
            rag_kind_asked(s, run) != RAG_KIND_EITHER || !agrees(f, s, run))
            continue;
        *ret = rag_spoken_run(s, run);
        return true;
    }
    return false;
}

/* "Invoice 2003" of "which customer has invoice 2003?": what has a number, and not what is asked for. */
static bool numbered_thing(const rag_spoken *s, anc_str *ret)
{
    static const char asking[] = "which what";
    static const char being[] = "is are was were";
    if (s->language != TXT_EN || s->words.n < 4 || !rag_is_any_of(rag_spoken_word(s, 0), asking))
        return false;
    for (size_t i = 2; i + 1 < s->words.n; i++) {
        if (rag_spoken_is_preposition(s, i) || rag_is_any_of(rag_spoken_word(s, i), being))
            return false;
        if (i > 2 && rag_spoken_is_noun(s, i) && !s->words.items[i].digits &&
            s->words.items[i + 1].digits && rag_spoken_joined(s, i) &&
            !rag_spoken_is_calendar(s, i)) {
            *ret = rag_spoken_run(s, (rag_run){i, i + 2});
            return true;
        }
    }
    return false;
}

/* "Le ravalement" of "combien coûte le ravalement ?", whose topic is the verb behind the word that asks; false where nothing
 * stands behind that. A topic that is no such verb stays. */
static bool is_no_verb(const rag_spoken *s, rag_run *run)
{
    static const char asking[] = "combien quand où comment pourquoi";
    if (s->language != TXT_FR || run->first == 0 ||
        !rag_is_any_of(rag_spoken_word(s, run->first - 1), asking))
        return true;
    for (size_t i = run->first + 1; i + 1 < s->words.n; i++) {
        if (!rag_spoken_is_article(s, i) || !rag_spoken_is_noun(s, i + 1))
            continue;
        *run = (rag_run){i + 1, i + 2};
        while (run->last < s->words.n && rag_spoken_joined(s, run->last - 1) &&
               rag_spoken_is_noun(s, run->last))
            run->last++;
        return true;
    }
    return false;
}

static bool topic_thing(const search *f, const rag_spoken *s, anc_str *ret)
{
    rag_run run;
    if (!rag_spoken_topic(s, &run) || holds_person(s, run))
        return false;
    if (!is_no_verb(s, &run))
        return false;
    const bool has = anc_str_eq_nocase(f->pronoun, ANC_STR("its"));
    const rag_run bare = has ? owner(s, run) : without_measure(s, run);
    const rag_run whole = rag_spoken_with_article(s, bare);
    if (!agrees(f, s, whole) ||
        (whole.first == run.first && run.first > 0 && run.last == run.first + 1 &&
         rag_spoken_is_pronoun(s, run.first - 1)))
        return false; /* the verb of "did she open" */
    *ret = rag_spoken_run(s, whole);
    return true;
}

/* The last noun phrase behind an article that says what the pronoun says. */
static bool agreeing_thing(const search *f, const rag_spoken *s, anc_str *ret)
{
    for (size_t i = s->words.n; f->gender != RAG_GENDER_ANY && i-- > 0;) {
        rag_run run = {i + 1, i + 1};
        if (!rag_spoken_is_article(s, i) || i + 1 >= s->words.n ||
            rag_gender_of(s, (rag_run){i, i + 1}) != f->gender || !rag_spoken_is_noun(s, i + 1))
            continue;
        while (run.last < s->words.n && rag_spoken_joined(s, run.last - 1) &&
               (rag_spoken_is_noun(s, run.last) ||
                (rag_spoken_is_of(s, run.last) && run.last + 1 < s->words.n &&
                 rag_spoken_is_noun(s, run.last + 1))))
            run.last++;
        *ret = rag_spoken_run(s, (rag_run){i, run.last});
        return true;
    }
    return false;
}

static bool thing_of(const search *f, const rag_told *turn, anc_str *ret)
{
    const rag_spoken *s = &turn->asked;
    if (rag_tongue_knows(s->language))
        return rag_referent(s, rag_tongue_gender(s->language, f->pronoun), f->pronoun, ret);
    return glossed_thing(f, s, ret) || named_thing(f, s, RAG_KIND_THING, false, ret) ||
           owner_by_name(f, s, ret) || numbered_thing(s, ret) || topic_thing(f, s, ret) ||
           agreeing_thing(f, s, ret) || told_thing(f, turn, ret) ||
           named_thing(f, s, RAG_KIND_EITHER, false, ret) ||
           named_thing(f, s, RAG_KIND_THING, true, ret);
}

/* ---- places, and more than one --------------------------------------------------------------- */

static bool holds_thing_noun(anc_str phrase, const rag_spoken *s)
{
    const size_t at = (size_t)(phrase.ptr - s->text.ptr);
    for (size_t i = 0; i < s->words.n; i++)
        if (s->words.items[i].start >= at && s->words.items[i].end <= at + phrase.len &&
            rag_is_thing_noun(s, i))
            return true;
    return false;
}

/* "Whitby" of an answer to "where was she born?". */
static bool told_place(const rag_told *turn, anc_str *ret)
{
    static const char where[] = "where où wo dónde dove onde";
    const rag_spoken *s = &turn->answered;
    size_t cursor = 0;
    rag_run run;
    bool asked = false;
    for (size_t i = 0; i < turn->asked.words.n; i++)
        asked |= rag_is_any_of(rag_spoken_word(&turn->asked, i), where);
    while (asked && rag_spoken_name_next(s, &cursor, &run))
        if (rag_spoken_is_of_place(s, run) && !rag_spoken_is_calendar(s, run.first) &&
            !all_in(s, run, &turn->asked)) {
            *ret = rag_spoken_run(s, run);
            return true;
        }
    return false;
}

static bool place_of(const search *f, const rag_told *turn, anc_str *ret)
{
    const rag_spoken *s = &turn->asked;
    if (rag_tongue_knows(s->language))
        return told_place(turn, ret) || rag_referent_place(s, ret);
    if ((glossed_thing(f, s, ret) || named_thing(f, s, RAG_KIND_THING, false, ret)) &&
        holds_thing_noun(*ret, s))
        return true;
    return told_place(turn, ret) || named_thing(f, s, RAG_KIND_THING, true, ret);
}

/* "Non-conformities" of "how many non-conformities did the authority find?". */
static bool counted(const rag_spoken *s, rag_run *ret)
{
    static const char many[] = "many combien";
    for (size_t i = 0; i < 2 && i + 1 < s->words.n; i++) {
        if (!rag_is_any_of(rag_spoken_word(s, i), many))
            continue;
        const size_t of = i + 1 < s->words.n && rag_spoken_is_of(s, i + 1);
        if (of == 0 && s->language == TXT_FR)
            continue; /* the verb of "combien coûte …" */
        *ret = (rag_run){i + 1 + of, i + 1 + of};
        while (ret->last < s->words.n && rag_spoken_joined(s, ret->last - 1) &&
               (rag_spoken_is_noun(s, ret->last) ||
                (rag_spoken_is_of(s, ret->last) && ret->last > ret->first)))
            ret->last++;
        return ret->last > ret->first;
    }
    return false;
}

static bool many_of(const search *f, const rag_told *turn, anc_str *ret)
{
    const rag_spoken *s = &turn->asked;
    rag_run run;
    for (size_t i = s->words.n; i-- > 0;)
        if (rag_spoken_is_plural(s, i) && rag_gloss_at(s, i, &run)) {
            *ret = rag_spoken_run(s, run);
            return true;
        }
    if (counted(s, &run) && agrees(f, s, run)) {
        *ret = rag_spoken_run(s, run);
        return true;
    }
    if (!rag_spoken_topic(s, &run) || holds_person(s, run) || !is_no_verb(s, &run))
        return false;
    if (rag_asks_who(s) && !anc_str_ends(rag_spoken_run(s, run), ANC_STR("s")))
        return told_person(f, turn, ret); /* "who wrote the manual?", "when did they?" */
    *ret = rag_spoken_run(s, rag_spoken_with_article(s, rag_many_within(s, run)));
    return true;
}

/* "Il", "elle" and "son" may be either: a thing that agrees, but who was asked for where its kind is not said. */
static bool either_of(const search *f, const rag_told *turn, anc_str *ret)
{
    anc_str thing;
    if (rag_asks_who_is(&turn->asked) && person_of(f, turn, ret))
        return true;
    if (thing_of(f, turn, &thing)) {
        *ret = thing;
        return true;
    }
    return person_of(f, turn, ret);
}

typedef enum want { PERSON, THING, PLACE, MANY, EITHER } want;

static want want_of(const rag_spoken *s, size_t i)
{
    if (rag_spoken_is_there(s, i))
        return PLACE;
    if (rag_spoken_is_person(s, i))
        return PERSON;
    if (rag_spoken_is_thing(s, i) || anc_str_eq_nocase(rag_spoken_word(s, i), ANC_STR("one")))
        return THING;
    if (rag_spoken_is_plural(s, i))
        return MANY;
    return rag_has_word_of_life(s) ? PERSON : EITHER;
}

static bool fits(const search *f, want kind, const rag_told *turn, anc_str *ret)
{
    switch (kind) {
    case PERSON:
        return person_of(f, turn, ret);
    case THING:
        return thing_of(f, turn, ret);
    case PLACE:
        return place_of(f, turn, ret);
    case MANY:
        return many_of(f, turn, ret);
    case EITHER:
        return either_of(f, turn, ret);
    }
    return false;
}

/* "If an employee is ill, must she …": whoever it is was brought in by the question itself. */
static bool is_anyone(const rag_spoken *s, size_t pronoun)
{
    static const char words[] = "a an un une each every someone somebody anyone";
    for (size_t i = 0; i < pronoun; i++)
        if (rag_is_any_of(rag_spoken_word(s, i), words) &&
            !(s->language == TXT_FR && rag_is_any_of(rag_spoken_word(s, i), "a")))
            return true;
    return false;
}

/* What was asked for by its kind is what was told. */
static anc_str said_of(const rag_told *turn, anc_str found)
{
    anc_str value;
    return rag_which_value(turn, found, &value) ? value : found;
}

anc_str rag_antecedent(const rag_spoken *s, size_t i, const rag_told *turns, size_t n)
{
    const want kind = want_of(s, i);
    const search f = {turns, n, rag_spoken_word(s, i), rag_gender_of_pronoun(s, i)};
    anc_str found;
    if (kind == PERSON && is_anyone(s, i))
        return ANC_STR("");
    for (size_t t = n; t-- > 0;)
        if (fits(&f, kind, &turns[t], &found))
            return said_of(&turns[t], found);
    for (size_t t = n; (kind == PLACE || kind == THING) && t-- > 0;)
        if (kind == PLACE ? thing_of(&f, &turns[t], &found) : told_place(&turns[t], &found))
            return found;
    return ANC_STR("");
}

bool rag_is_counted(const rag_spoken *asked, anc_str meant)
{
    rag_run run;
    if (asked->language != TXT_EN || !counted(asked, &run) || run.last - run.first > 2)
        return false;
    for (size_t i = run.first; i < run.last; i++)
        if (rag_spoken_is_of(asked, i))
            return false;
    return anc_str_eq(rag_spoken_run(asked, run), meant);
}
