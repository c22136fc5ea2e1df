/* spoken.c - function words of English and French by what they do, and runs found by them. */
#include "rag/domain/spoken.h"

#include "base/str.h"

#define WORD(text) ANC_STR_INIT(text)

static const anc_str articles[] = {
    WORD("the"), WORD("a"),  WORD("an"),  WORD("my"),  WORD("your"), WORD("our"),
    WORD("le"),  WORD("la"), WORD("les"), WORD("l"),   WORD("un"),   WORD("une"),
    WORD("mon"), WORD("ma"), WORD("mes"), WORD("vos"), WORD("nos"),
};

static const anc_str prepositions[] = {
    WORD("in"),   WORD("at"),     WORD("for"),  WORD("of"),   WORD("on"),     WORD("from"),
    WORD("to"),   WORD("with"),   WORD("by"),   WORD("per"),  WORD("during"), WORD("under"),
    WORD("over"), WORD("about"),  WORD("into"), WORD("en"),   WORD("à"),      WORD("au"),
    WORD("aux"),  WORD("dans"),   WORD("pour"), WORD("de"),   WORD("du"),     WORD("des"),
    WORD("d"),    WORD("chez"),   WORD("sur"),  WORD("avec"), WORD("par"),    WORD("sous"),
    WORD("sans"), WORD("depuis"),
};

static const anc_str genitives[] = {WORD("of"), WORD("de"), WORD("du"), WORD("des"), WORD("d")};

static const anc_str asking[] = {
    WORD("what"),  WORD("which"), WORD("who"),   WORD("whom"),     WORD("whose"),   WORD("when"),
    WORD("where"), WORD("why"),   WORD("how"),   WORD("is"),       WORD("are"),     WORD("was"),
    WORD("were"),  WORD("do"),    WORD("does"),  WORD("did"),      WORD("can"),     WORD("could"),
    WORD("may"),   WORD("must"),  WORD("shall"), WORD("should"),   WORD("will"),    WORD("would"),
    WORD("has"),   WORD("have"),  WORD("had"),   WORD("much"),     WORD("many"),    WORD("long"),
    WORD("often"), WORD("que"),   WORD("quel"),  WORD("quelle"),   WORD("quels"),   WORD("quelles"),
    WORD("qui"),   WORD("quand"), WORD("où"),    WORD("pourquoi"), WORD("comment"), WORD("combien"),
    WORD("est"),   WORD("sont"),  WORD("était"), WORD("a"),        WORD("ont"),     WORD("peut"),
    WORD("faut"),  WORD("doit"),  WORD("y"),     WORD("t"),        WORD("qu"),      WORD("quoi"),
    WORD("ce"),
};

static const anc_str pronouns[] = {
    WORD("it"),    WORD("its"),   WORD("they"),  WORD("them"),  WORD("their"), WORD("he"),
    WORD("him"),   WORD("his"),   WORD("she"),   WORD("her"),   WORD("this"),  WORD("that"),
    WORD("these"), WORD("those"), WORD("one"),   WORD("il"),    WORD("ils"),   WORD("elle"),
    WORD("elles"), WORD("lui"),   WORD("leur"),  WORD("leurs"), WORD("son"),   WORD("sa"),
    WORD("ses"),   WORD("celui"), WORD("celle"), WORD("ceux"),  WORD("cela"),  WORD("ça"),
};

static const anc_str persons[] = {
    WORD("he"), WORD("him"), WORD("his"), WORD("she"), WORD("her"), WORD("lui"),
};

static const anc_str plurals[] = {
    WORD("they"), WORD("them"),  WORD("their"), WORD("these"), WORD("those"),
    WORD("ils"),  WORD("elles"), WORD("leur"),  WORD("leurs"), WORD("ceux"),
};

/* What a verb at the end of a question goes with. */
static const anc_str auxiliaries[] = {
    WORD("do"),  WORD("does"),  WORD("did"),   WORD("can"),    WORD("could"),
    WORD("may"), WORD("must"),  WORD("shall"), WORD("should"), WORD("will"),
    WORD("has"), WORD("would"), WORD("have"),  WORD("had"),
};

/* Names of days and months, which have capitals in English. */
static const anc_str calendar[] = {
    WORD("January"),  WORD("February"), WORD("March"),     WORD("April"),     WORD("May"),
    WORD("June"),     WORD("July"),     WORD("August"),    WORD("September"), WORD("October"),
    WORD("November"), WORD("December"), WORD("Monday"),    WORD("Tuesday"),   WORD("Wednesday"),
    WORD("Thursday"), WORD("Friday"),   WORD("Saturday"),  WORD("Sunday"),    WORD("Janvier"),
    WORD("Février"),  WORD("Mars"),     WORD("Avril"),     WORD("Mai"),       WORD("Juin"),
    WORD("Juillet"),  WORD("Août"),     WORD("Septembre"), WORD("Octobre"),   WORD("Novembre"),
    WORD("Décembre"), WORD("Januar"),   WORD("Februar"),   WORD("März"),      WORD("Juni"),
    WORD("Juli"),     WORD("Oktober"),  WORD("Dezember"),  WORD("Easter"),    WORD("Christmas"),
};

static const anc_str of_place[] = {
    WORD("in"), WORD("at"), WORD("from"), WORD("en"),
    WORD("à"),  WORD("au"), WORD("aux"),  WORD("dans"),
};

static bool among(const anc_str *list, size_t n, anc_str word)
{
    for (size_t i = 0; i < n; i++)
        if (anc_str_eq_nocase(list[i], word))
            return true;
    return false;
}

anc_status rag_spoken_of(anc_arena *mem, anc_str text, rag_spoken *ret, anc_err *err)
{
    const txt_language language = txt_language_detect(text);
    rag_words all;
    ANC_TRY(rag_words_of(mem, text, language, &all, err));
    rag_word *plain = anc_arena_alloc(mem, all.n, sizeof *plain);
    size_t n = 0;
    if (plain == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu words", all.n);
    for (size_t i = 0; i < all.n; i++)
        if (!all.items[i].whole)
            plain[n++] = all.items[i];
    *ret = (rag_spoken){text, language, {plain, n}};
    return ANC_OK;
}

anc_str rag_spoken_word(const rag_spoken *s, size_t i)
{
    const rag_word *w = &s->words.items[i];
    return anc_str_sub(s->text, w->start, w->end - w->start);
}

anc_str rag_spoken_run(const rag_spoken *s, rag_run run)
{
    if (run.first == run.last)
        return ANC_STR("");
    const uint32_t start = s->words.items[run.first].start;
    return anc_str_sub(s->text, start, s->words.items[run.last - 1].end - start);
}

bool rag_spoken_joined(const rag_spoken *s, size_t i)
{
    if (i + 1 >= s->words.n)
        return false;
    const uint32_t from = s->words.items[i].end;
    const uint32_t to = s->words.items[i + 1].start;
    for (uint32_t at = from; at < to; at++) {
        const char c = s->text.ptr[at];
        if (c != ' ' && c != '-' && c != '\'' && (unsigned char)c < 0x80)
            return false;
    }
    return true;
}

#define IS(name, list)                                                \
    bool name(const rag_spoken *s, size_t i)                          \
    {                                                                 \
        return among((list), ANC_COUNT(list), rag_spoken_word(s, i)); \
    }
IS(rag_spoken_is_article, articles)
IS(rag_spoken_is_preposition, prepositions)
IS(rag_spoken_is_of, genitives)
IS(rag_spoken_is_asking, asking)
IS(rag_spoken_is_pronoun, pronouns)
IS(rag_spoken_is_plural, plurals)
IS(rag_spoken_is_person, persons)

static bool is_content(const rag_spoken *s, size_t i)
{
    return !s->words.items[i].stop && !rag_spoken_is_asking(s, i) && !rag_spoken_is_pronoun(s, i);
}

size_t rag_spoken_content(const rag_spoken *s, size_t first)
{
    size_t n = 0;
    for (size_t i = first; i < s->words.n; i++)
        n += is_content(s, i);
    return n;
}

static bool is_name(const rag_spoken *s, size_t i)
{
    return s->words.items[i].capital && is_content(s, i);
}

/* The run of a name that begins at word `i`; empty when none does. */
static rag_run name_at(const rag_spoken *s, size_t i)
{
    rag_run run = {i, i};
    if (!is_name(s, i))
        return run;
    run.last = i + 1;
    while (rag_spoken_joined(s, run.last - 1) &&
           (is_name(s, run.last) || s->words.items[run.last].digits ||
            s->words.items[run.last].code != 0))
        run.last++;
    if (i == 0 && run.last == 1)
        run.last = 0;
    return run;
}

bool rag_spoken_name_next(const rag_spoken *s, size_t *cursor, rag_run *ret)
{
    while (*cursor < s->words.n) {
        const rag_run run = name_at(s, *cursor);
        *cursor = run.last > *cursor ? run.last : *cursor + 1;
        if (run.last > run.first) {
            *ret = run;
            return true;
        }
    }
    return false;
}

bool rag_spoken_is_of_place(const rag_spoken *s, rag_run run)
{
    const size_t first = rag_spoken_with_article(s, run).first;
    return first > 0 && among(of_place, ANC_COUNT(of_place), rag_spoken_word(s, first - 1));
}

bool rag_spoken_last_name(const rag_spoken *s, rag_run *ret)
{
    bool found = false;
    bool thing = false;
    size_t cursor = 0;
    rag_run run;
    while (rag_spoken_name_next(s, &cursor, &run)) {
        const bool place = rag_spoken_is_of_place(s, run);
        if (thing && place)
            continue;
        *ret = run;
        found = true;
        thing = !place;
    }
    return found;
}

static bool holds_word(const rag_spoken *s, uint64_t key)
{
    for (size_t i = 0; i < s->words.n; i++)
        if (s->words.items[i].key == key)
            return true;
    return false;
}

static bool all_in(const rag_spoken *s, rag_run run, const rag_spoken *other)
{
    for (size_t k = run.first; k < run.last; k++)
        if (!holds_word(other, s->words.items[k].key))
            return false;
    return true;
}

static bool may_be_person(const rag_spoken *s, rag_run run)
{
    for (size_t k = run.first; k < run.last; k++)
        if (s->words.items[k].digits || s->words.items[k].code != 0 ||
            among(calendar, ANC_COUNT(calendar), rag_spoken_word(s, k)))
            return false;
    return !rag_spoken_is_of_place(s, run);
}

bool rag_spoken_other_person(const rag_spoken *s, const rag_spoken *but, rag_run *ret)
{
    bool found = false;
    size_t cursor = 0;
    rag_run run;
    while (rag_spoken_name_next(s, &cursor, &run)) {
        const bool full = run.last - run.first > 1;
        if (all_in(s, run, but) || !may_be_person(s, run) || (found && !full))
            continue;
        *ret = run;
        found = true;
        if (full)
            break;
    }
    return found;
}

/* Whether the verb of the question is its last word, or stands before the preposition that it ends with: "does …
 * cover?", "is … made of?". */
static bool ends_in_verb(const rag_spoken *s, rag_run run)
{
    const bool before_end = run.last + 1 == s->words.n && rag_spoken_is_preposition(s, run.last);
    if (before_end)
        return true;
    for (size_t i = 0; i < run.first; i++)
        if (among(auxiliaries, ANC_COUNT(auxiliaries), rag_spoken_word(s, i)))
            return true;
    return false;
}

rag_run rag_spoken_with_noun(const rag_spoken *s, rag_run run)
{
    rag_run whole = run;
    while (rag_spoken_joined(s, whole.last - 1) && is_content(s, whole.last))
        whole.last++;
    if (whole.last > run.last && ends_in_verb(s, whole))
        whole.last--;
    return whole;
}

bool rag_spoken_topic(const rag_spoken *s, rag_run *ret)
{
    bool article = false;
    *ret = (rag_run){0, 0};
    for (size_t i = 0; i < s->words.n; i++) {
        if (!is_content(s, i))
            continue;
        const bool behind_article = i > 0 && rag_spoken_is_article(s, i - 1);
        if (ret->last == 0 || (behind_article && !article))
            ret->first = i;
        article |= behind_article;
        ret->last = i + 1;
    }
    if (ret->last > ret->first + 1 && article && ends_in_verb(s, *ret))
        ret->last--;
    return ret->last > 0;
}

rag_run rag_spoken_with_article(const rag_spoken *s, rag_run run)
{
    if (run.first > 0 && run.last > run.first && rag_spoken_is_article(s, run.first - 1) &&
        rag_spoken_joined(s, run.first - 1))
        run.first--;
    return run;
}
