/* spoken.c - runs of words of a question, found by its function words (tongue.h). */
#include "rag/domain/spoken.h"

#include "base/str.h"
#include "base/utf8.h"
#include "rag/domain/tongue.h"

enum { APOSTROPHE = 0x2019, NO_BREAK_SPACE = 0xa0, NARROW_SPACE = 0x202f, HYPHEN = 0x2010 };

/* "Is there", "there are", "il y a": they say that something is there, and point at no place. */
static const char being[] = "is are was were be been a avait";

/* How a French question begins, and none in another language. */
static const char french[] = "qui quel quelle quels quelles combien pourquoi où est";

/* What a verb at the end of a question goes with. */
static const char auxiliaries[] =
    "do does did can could may must shall should will has would have had";

/* Names of days and months, which have capitals in English. */
static const char calendar[] =
    "January February March April May June July August September October November "
    "December "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday "
    "Janvier Février Mars Avril Mai Juin Juillet Août Septembre Octobre Novembre Décembre "
    "Januar Februar März Juni Juli Oktober Dezember "
    "Easter Christmas "
    "lundi mardi mercredi jeudi vendredi samedi dimanche "
    "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag "
    "enero febrero marzo abril mayo junio julio septiembre octubre noviembre diciembre "
    "lunes martes miércoles jueves viernes sábado domingo "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre "
    "lunedì martedì mercoledì giovedì venerdì sabato domenica "
    "janeiro fevereiro março maio junho julho setembro outubro dezembro "
    "agosto novembre";

/* English and French count as one language here, and so does one that is not known. */
static txt_language tongue_of(txt_language language)
{
    return rag_tongue_knows(language) ? language : TXT_UND;
}

static bool is_closed(const rag_spoken *s, size_t i, txt_language tongue)
{
    const anc_str word = rag_spoken_word(s, i);
    return rag_tongue_has(tongue, RAG_WORD_ARTICLE, word) ||
           rag_tongue_has(tongue, RAG_WORD_PREPOSITION, word) ||
           rag_tongue_has(tongue, RAG_WORD_ASKING, word) ||
           rag_tongue_has(tongue, RAG_WORD_PRONOUN, word);
}

/* The language that has most of the words as function words; of equals that of `hint`, else what it is written like. */
static txt_language spoken_in(const rag_spoken *s, txt_language hint)
{
    static const txt_language all[] = {TXT_UND, TXT_DE, TXT_ES, TXT_IT, TXT_PT};
    const txt_language seems = tongue_of(s->language);
    size_t most = 0;
    txt_language best = TXT_UND;
    for (size_t k = 0; k < ANC_COUNT(all); k++) {
        size_t n = 0;
        for (size_t i = 0; i < s->words.n; i++)
            n += (size_t)is_closed(s, i, all[k]) +
                 rag_tongue_has(all[k], RAG_WORD_TELLING, rag_spoken_word(s, i));
        const bool likelier = all[k] == hint || (best != hint && all[k] == seems);
        if (n > most || (n == most && (likelier || k == 0))) {
            most = n;
            best = all[k];
        }
    }
    return best;
}

anc_status rag_spoken_of(anc_arena *mem, anc_str text, rag_spoken *ret, anc_err *err)
{
    const txt_language language = txt_language_detect(text);
    ANC_TRY(rag_spoken_as(mem, text, language, ret, err));
    if (language != TXT_FR && ret->words.n > 0 && rag_is_any_of(rag_spoken_word(ret, 0), french))
        return rag_spoken_as(mem, text, TXT_FR, ret, err);
    return ANC_OK;
}

anc_status rag_spoken_after(anc_arena *mem, anc_str text, txt_language before, rag_spoken *ret,
                            anc_err *err)
{
    ANC_TRY(rag_spoken_of(mem, text, ret, err));
    const txt_language tongue =
        spoken_in(ret, before == TXT_UND ? tongue_of(ret->language) : tongue_of(before));
    if (tongue == tongue_of(ret->language))
        return ANC_OK;
    const txt_language other = rag_tongue_knows(before) || before == TXT_UND ? TXT_EN : before;
    return rag_spoken_as(mem, text, tongue == TXT_UND ? other : tongue, ret, err);
}

anc_status rag_spoken_as(anc_arena *mem, anc_str text, txt_language language, rag_spoken *ret,
                         anc_err *err)
{
    rag_words plain;
    ANC_TRY(rag_plain_words(mem, text, language, &plain, err));
    *ret = (rag_spoken){text, language, plain};
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
    anc_str gap = anc_str_sub(s->text, from, to - from);
    while (gap.len > 0) {
        size_t bytes;
        const uint32_t c = anc_utf8_at(gap, 0, &bytes);
        if (c != ' ' && c != '-' && c != '\'' && c != APOSTROPHE && c != NO_BREAK_SPACE &&
            c != NARROW_SPACE && c != HYPHEN)
            return false;
        gap = anc_str_sub(gap, bytes, gap.len);
    }
    return true;
}

#define IS(name, role)                                                     \
    bool name(const rag_spoken *s, size_t i)                               \
    {                                                                      \
        return rag_tongue_has(s->language, (role), rag_spoken_word(s, i)); \
    }
IS(rag_spoken_is_preposition, RAG_WORD_PREPOSITION)
IS(rag_spoken_is_of, RAG_WORD_GENITIVE)
IS(rag_spoken_is_article, RAG_WORD_ARTICLE)
IS(rag_spoken_is_plural, RAG_WORD_PLURAL)
IS(rag_spoken_is_person, RAG_WORD_PERSON)
IS(rag_spoken_is_thing, RAG_WORD_THING)

bool rag_spoken_is_asking(const rag_spoken *s, size_t i)
{
    const anc_str word = rag_spoken_word(s, i);
    const bool month = anc_str_eq(word, ANC_STR("May")) && (i > 0 || s->words.n == 1);
    return !month && rag_tongue_has(s->language, RAG_WORD_ASKING, word);
}

bool rag_spoken_is_calendar(const rag_spoken *s, size_t i)
{
    return rag_is_any_of(rag_spoken_word(s, i), calendar);
}

/* An article of a question: the French "a" is a verb. */
static bool is_its_article(const rag_spoken *s, size_t i)
{
    return rag_spoken_is_article(s, i) &&
           !(s->language == TXT_FR && anc_str_eq_nocase(rag_spoken_word(s, i), ANC_STR("a")));
}

/* The question words that a pronoun may follow which is written like an article: "qui le conduit ?", "¿quién la fundó?". */
static bool asks_of_verb(anc_str word)
{
    static const char words[] = "qui quand où comment pourquoi "
                                "quién quien cuándo cuando dónde donde cómo "
                                "chi quando dove come perché "
                                "quem onde quiénes";
    return rag_is_any_of(word, words);
}

/* An article that stands before the only other word, a verb: a pronoun. */
static bool is_clitic(const rag_spoken *s, size_t i)
{
    const anc_str word = rag_spoken_word(s, i);
    if (i == 0 || i + 1 == s->words.n || !asks_of_verb(rag_spoken_word(s, i - 1)) ||
        s->words.items[i + 1].capital)
        return false;
    if (!rag_tongue_has(s->language, RAG_WORD_CLITIC, word))
        return false;
    size_t content = 0;
    for (size_t k = i + 1; k < s->words.n; k++)
        content += !s->words.items[k].stop && !rag_spoken_is_asking(s, k);
    return content <= 1 && s->words.n <= i + 3;
}

/* "Sie" is who is spoken to, "sein" at the end a verb, "das" at the end no article. */
static bool is_other_pronoun(const rag_spoken *s, size_t i)
{
    const anc_str word = rag_spoken_word(s, i);
    const bool last = i + 1 == s->words.n;
    if (s->language == TXT_DE && last && rag_is_any_of(word, "das die den dem"))
        return true;
    if (s->language == TXT_DE && ((i > 0 && s->words.items[i].capital) ||
                                  (last && anc_str_eq_nocase(word, ANC_STR("sein")))))
        return false;
    return rag_tongue_has(s->language, RAG_WORD_PRONOUN, word);
}

bool rag_spoken_is_there(const rag_spoken *s, size_t i)
{
    if (rag_tongue_knows(s->language))
        return i > 0 && rag_tongue_has(s->language, RAG_WORD_THERE, rag_spoken_word(s, i));
    const bool last = i + 1 == s->words.n;
    const anc_str next = last ? ANC_STR("") : rag_spoken_word(s, i + 1);
    if (i == 0 || rag_is_any_of(next, being))
        return false;
    if (anc_str_eq_nocase(rag_spoken_word(s, i), ANC_STR("there")))
        return !rag_is_any_of(rag_spoken_word(s, i - 1), being);
    return !last && s->language == TXT_FR && anc_str_eq_nocase(rag_spoken_word(s, i), ANC_STR("y"));
}

bool rag_spoken_is_pronoun(const rag_spoken *s, size_t i)
{
    if (is_clitic(s, i))
        return true;
    if (rag_tongue_knows(s->language))
        return is_other_pronoun(s, i);
    return rag_tongue_has(s->language, RAG_WORD_PRONOUN, rag_spoken_word(s, i)) ||
           rag_spoken_is_there(s, i);
}

bool rag_spoken_is_having(const rag_spoken *s, size_t i)
{
    static const char having[] = "tiene tienen ha hanno tem têm";
    return rag_tongue_knows(s->language) && rag_is_any_of(rag_spoken_word(s, i), having);
}

bool rag_spoken_has_no_subject(const rag_spoken *s)
{
    static const char being_there[] = "hay c há ci";
    static const char being_where[] = "está están es son fica è";
    size_t content = 0;
    bool asks = false;
    if (s->words.n == 0 || !rag_tongue_knows(s->language) || s->language == TXT_DE)
        return false;
    const size_t opening = rag_is_any_of(rag_spoken_word(s, 0), "e y");
    for (size_t i = opening; i < s->words.n; i++) {
        const anc_str word = rag_spoken_word(s, i);
        const bool when =
            i + 1 < s->words.n && rag_spoken_is_preposition(s, i) &&
            rag_is_any_of(rag_spoken_word(s, i + 1), "que qué che"); /* "a que horas" */
        if ((rag_spoken_is_article(s, i) && !when) || rag_spoken_is_pronoun(s, i) ||
            rag_tongue_has(s->language, RAG_WORD_WHO, word) || rag_is_any_of(word, being_there) ||
            s->words.items[i].digits)
            return false;
        asks = asks || rag_spoken_is_asking(s, i);
        content += rag_spoken_is_noun(s, i);
    }
    const size_t last = s->words.n - 1;
    const bool is =
        content == 0 && s->words.n > 1 && rag_is_any_of(rag_spoken_word(s, last), being_where);
    const bool has = content == 1 && s->words.n == opening + 3 &&
                     rag_spoken_is_having(s, last); /* "quantos lugares tem?" */
    return asks && s->words.n <= opening + 4 &&
           (is || has ||
            (content == 1 && rag_spoken_is_noun(s, last) && !s->words.items[last].capital));
}

bool rag_spoken_is_noun(const rag_spoken *s, size_t i)
{
    return !s->words.items[i].stop && !rag_spoken_is_asking(s, i) && !rag_spoken_is_pronoun(s, i);
}

size_t rag_spoken_content(const rag_spoken *s, size_t first)
{
    size_t n = 0;
    for (size_t i = first; i < s->words.n; i++)
        n += rag_spoken_is_noun(s, i);
    return n;
}

static bool is_name(const rag_spoken *s, size_t i)
{
    return s->words.items[i].capital && rag_spoken_is_noun(s, i);
}

/* "Anne Le Goff": a function word with a capital, or a particle, between two words of a name. */
static bool is_particle(const rag_spoken *s, size_t i)
{
    static const char particles[] = "van von der den";
    return i + 1 < s->words.n && rag_spoken_joined(s, i) && is_name(s, i + 1) &&
           !rag_spoken_is_asking(s, i) && !rag_spoken_is_pronoun(s, i) &&
           ((s->words.items[i].capital && s->words.items[i].stop) ||
            rag_is_any_of(rag_spoken_word(s, i), particles));
}

/* The run of a name that begins at word `i`; empty when none does. */
static rag_run name_at(const rag_spoken *s, size_t i)
{
    rag_run run = {i, i};
    if (!is_name(s, i))
        return run;
    run.last = i + 1;
    /* "der Leiter von Chronotec" is no name, for every noun has a capital there */
    const bool noun = s->language == TXT_DE && i > 0 && rag_spoken_is_article(s, i - 1);
    while (rag_spoken_joined(s, run.last - 1) &&
           (is_name(s, run.last) || s->words.items[run.last].digits ||
            s->words.items[run.last].code != 0 || (!noun && is_particle(s, run.last))))
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
    if (first == 0)
        return false;
    return rag_tongue_has(s->language, RAG_WORD_OF_PLACE, rag_spoken_word(s, first - 1));
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

static bool is_participle(anc_str word)
{
    static const char irregular[] =
        "made built held kept sold born known open free found sent paid done due sung "
        "taken given written";
    return anc_str_ends(word, ANC_STR("ed")) || rag_is_any_of(word, irregular);
}

/* Whether the last word of the run, which is no name, is the verb of the question: "does … cover?", "is … made of?",
 * "was … founded?". */
static bool ends_in_verb(const rag_spoken *s, rag_run run)
{
    if (run.last + 1 == s->words.n && rag_spoken_is_preposition(s, run.last))
        return true;
    while (run.first > 0 && rag_spoken_is_noun(s, run.first - 1) &&
           rag_spoken_joined(s, run.first - 1))
        run.first--;
    const size_t first = rag_spoken_with_article(s, run).first;
    if (first == 0 || rag_tongue_knows(s->language))
        return false;
    const anc_str before = rag_spoken_word(s, first - 1);
    if (rag_is_any_of(before, auxiliaries))
        return true;
    return rag_is_any_of(before, being) && is_participle(rag_spoken_word(s, run.last - 1));
}

rag_run rag_spoken_with_noun(const rag_spoken *s, rag_run run)
{
    rag_run whole = run;
    while (rag_spoken_joined(s, whole.last - 1) && rag_spoken_is_noun(s, whole.last))
        whole.last++;
    if (whole.last > run.last && ends_in_verb(s, whole))
        whole.last--;
    return whole;
}

/* Where a topic begins: behind the first article, else at the first content word; words.n: nowhere. */
static size_t topic_start(const rag_spoken *s)
{
    size_t first = s->words.n;
    for (size_t i = 0; i < s->words.n; i++) {
        if (!rag_spoken_is_noun(s, i))
            continue;
        if (i > 0 && is_its_article(s, i - 1))
            return i;
        if (first == s->words.n)
            first = i;
    }
    return first;
}

bool rag_spoken_topic(const rag_spoken *s, rag_run *ret)
{
    size_t first = topic_start(s);
    *ret = (rag_run){0, 0};
    if (first == s->words.n)
        return false;
    if (first == 1 && s->words.n > 2 && rag_spoken_is_noun(s, 2) &&
        anc_str_eq_nocase(rag_spoken_word(s, 0), ANC_STR("who")))
        first++; /* "who approves requests" */
    *ret = (rag_run){first, first + 1};
    for (size_t i = first + 1; i < s->words.n && rag_spoken_joined(s, i - 1); i++) {
        if ((rag_spoken_is_asking(s, i) && !is_its_article(s, i)) || rag_spoken_is_pronoun(s, i))
            break;
        if (rag_spoken_is_noun(s, i))
            ret->last = i + 1;
    }
    if (ret->last > ret->first + 1 && ends_in_verb(s, *ret))
        ret->last--;
    return true;
}

bool rag_spoken_subject(const rag_spoken *s, rag_run *ret)
{
    for (size_t i = 0; i < s->words.n && !rag_tongue_knows(s->language); i++) {
        const bool helps = rag_is_any_of(rag_spoken_word(s, i), auxiliaries);
        const bool is = rag_is_any_of(rag_spoken_word(s, i), being) && s->language != TXT_FR;
        size_t first = i + 1;
        if ((!helps && !is) || first >= s->words.n)
            continue;
        const bool article = is_its_article(s, first);
        first += article;
        rag_run run = {first, first};
        while (run.last < s->words.n && rag_spoken_is_noun(s, run.last) &&
               (run.last == first || rag_spoken_joined(s, run.last - 1)))
            run.last++;
        if (helps && run.last > first && run.last < s->words.n &&
            rag_is_any_of(rag_spoken_word(s, run.last), being)) {
            *ret = run; /* "must invoices be paid" */
            return true;
        }
        if (run.last < first + 2 || (is && !is_participle(rag_spoken_word(s, run.last - 1))))
            continue;
        *ret = (rag_run){first, run.last - 1};
        for (size_t k = first; !article && k + 1 < run.last; k++)
            if (anc_str_ends(rag_spoken_word(s, k), ANC_STR("s"))) {
                ret->last = k + 1; /* "students" of "can students borrow books" */
                break;
            }
        return true;
    }
    return false;
}

rag_run rag_spoken_with_article(const rag_spoken *s, rag_run run)
{
    if (run.first > 0 && run.last > run.first && is_its_article(s, run.first - 1) &&
        rag_spoken_joined(s, run.first - 1))
        run.first--;
    return run;
}
