/* followup.c - rules for questions that lean on earlier ones.
 *
 * A pronoun alone proves nothing ("how long does it take to…"), so it counts only where few other
 * words are there to search for. Being wrong costs little: what is added is what the conversation was
 * about.
 */
#include "rag/domain/followup.h"

#include "base/str.h"
#include "base/utf8.h"
#include "rag/domain/abstain.h"
#include "rag/domain/alike.h"
#include "rag/domain/antecedent.h"
#include "rag/domain/contrasts.h"
#include "rag/domain/cues.h"
#include "rag/domain/ellipsis.h"
#include "rag/domain/openings.h"
#include "rag/domain/recorded.h"
#include "rag/domain/tongue.h"
#include "rag/domain/vacancy.h"
#include "rag/domain/which.h"
#include "text/normalize.h"

enum {
    FEW_WORDS = 3,
    MORE_WORDS = 8,
    BARE_WORDS = 2,
    GLOSSES_MAX = 2,
    ANSWER_READ_BYTES = 2000,
    QUESTION_MAX_BYTES = 1 << 16,
};

/* What asks for more of the same. */
static const char repeats[] =
    "more|tell me more|more details|go on|continue|explain|what else|anything else|and then|"
    "plus|dis-m'en plus|dites-m'en plus|plus de détails|explique|expliquez|quoi d'autre|et ensuite|"
    "mehr|mehr dazu|erzähl mir mehr|mehr details|weiter|"
    "más|más detalles|cuéntame más|"
    "dimmi di più|di più|più dettagli|"
    "mais|mais detalhes|conte-me mais";

typedef enum leaning {
    STANDS,  /* alone */
    REPEATS, /* the question before it */
    ASKS,    /* nothing but "why?": of the question before it */
    IS_PART, /* takes a part's place in it */
    OF_IT,   /* asks another field of the record that was answered with */
    SELECTS, /* asks for another of a kind: "which one is the cheapest?" */
    COUNTS,  /* names another of the same kind: "the second one" */
    POINTS,  /* has a pronoun for something in it */
    GOES_ON  /* begins like a continuation, and is neither of the above */
} leaning;

static anc_str bare_text(anc_str question)
{
    anc_str text = txt_trim(question);
    while (text.len > 0) {
        const char last = text.ptr[text.len - 1];
        if (last != '?' && last != '.' && last != '!')
            break;
        text = txt_trim(anc_str_sub(text, 0, text.len - 1));
    }
    return text;
}

static bool asks_for_more(anc_str bare)
{
    return rag_is_phrase_of(bare, repeats);
}

/* "Y a-t-il…", "is it possible…": a way to say that something is there or is so, no pronoun to look up. */
static bool is_there_is(anc_str question)
{
    static const char phrases[] =
        "y a-t-il|il y a|faut-il|il faut|est-il possible|est-il permis|est-il interdit|"
        "est-il obligatoire|"
        "is it possible|is it allowed|"
        "gibt es|es gibt|ist es möglich|ist es erlaubt|ist es verboten|dauert es";
    return rag_has_phrase_of(question, phrases);
}

/* "Il fait beau", "es regnet": nobody and nothing does it. */
static bool is_impersonal(const rag_spoken *s, size_t i)
{
    static const char phrases[] =
        "il fait beau|il fait froid|il fait chaud|il fait mauvais|il fait nuit|il pleut|il neige|"
        "il est tard|il est tôt|"
        "es regnet|es schneit|es ist spät|es ist kalt|es ist warm|es ist heiß|"
        "it is late|it is raining|it is snowing|it is sunny|it's late|it's raining|it's sunny";
    return rag_begins_with_any(anc_str_sub(s->text, s->words.items[i].start, s->text.len), phrases);
}

static bool has_pronoun(const rag_spoken *s)
{
    for (size_t i = 0; i < s->words.n; i++)
        if (rag_spoken_is_pronoun(s, i) && !is_impersonal(s, i))
            return true;
    return false;
}

/* Whether he or she is asked about who is not named in the question itself. */
static bool has_person(const rag_spoken *s)
{
    size_t cursor = 0;
    rag_run name;
    const bool named = rag_spoken_name_next(s, &cursor, &name);
    for (size_t i = 0; i < s->words.n; i++)
        if (rag_spoken_is_person(s, i))
            return !named;
    return false;
}

static bool has_asking(const rag_spoken *s)
{
    for (size_t i = 0; i < s->words.n; i++)
        if (rag_spoken_is_asking(s, i) && !rag_spoken_is_article(s, i))
            return true;
    return false;
}

/* "Annuale", "for children": of the things that exclude each other. */
static bool says_which(const rag_spoken *s, size_t i)
{
    return i < s->words.n && rag_contrast_of(rag_spoken_word(s, i)).class != RAG_CONTRAST_NONE;
}

/* "Et celui de Brest", "and the one in Hamburg", "¿y el de Lima?": another of the kind, and only of which it is is said.
 * The word where that begins; 0: it is none such. */
static size_t is_that_of(const rag_spoken *rest)
{
    static const char words[] = "celui celle ceux celles that those quello quella quelli quelle";
    if (rest->words.n < 2)
        return 0;
    const anc_str second = rag_spoken_word(rest, 1);
    if (rest->words.n > 2 && rag_spoken_is_article(rest, 0) && rag_spoken_is_preposition(rest, 2) &&
        rag_is_any_of(second, "one ones"))
        return 2;
    if (rest->words.n > 2 && rag_tongue_knows(rest->language) && rag_spoken_is_article(rest, 0) &&
        rag_spoken_is_preposition(rest, 1) && !rag_spoken_is_article(rest, 1))
        return 1;
    return rag_is_any_of(rag_spoken_word(rest, 0), words) &&
           ((rest->words.n > 2 && rag_spoken_is_preposition(rest, 1)) || says_which(rest, 1));
}

/* The part without "one" behind what says which: "the annual one". */
static anc_str without_one(const rag_spoken *rest)
{
    const size_t n = rest->words.n;
    const bool one =
        n > 1 && says_which(rest, n - 2) && rag_is_any_of(rag_spoken_word(rest, n - 1), "one ones");
    return one ? anc_str_sub(rest->text, 0, rest->words.items[n - 2].end) : rest->text;
}

/* "In which year?", "à quelle heure ?": nothing but which of a kind. */
static bool asks_which(const rag_spoken *s)
{
    static const char which[] =
        "which what quel quelle quels quelles welchem welcher welches welche welchen qué "
        "che quale que qual";
    const size_t first = s->words.n > 0 && rag_spoken_is_preposition(s, 0);
    if (s->words.n != first + 2 || (!rag_spoken_is_noun(s, first + 1) && first == 0))
        return false;
    return rag_is_any_of(rag_spoken_word(s, first), which);
}

/* `rest` is what follows an opening; the whole where there is none. `last`: the turn before; NULL: there is none. */
static anc_status lean_of(anc_arena *mem, anc_str question, const rag_told *last, rag_spoken *rest,
                          leaning *ret, anc_err *err)
{
    const anc_str bare = bare_text(question);
    const size_t opening = rag_opening_bytes(bare);
    const bool marked = anc_str_ends(txt_trim(question), ANC_STR("?"));
    rag_spoken whole;
    ANC_TRY(
        rag_spoken_after(mem, bare, last != NULL ? last->asked.language : TXT_UND, &whole, err));
    const txt_language language = whole.language;
    ANC_TRY(rag_spoken_as(mem, anc_str_sub(bare, opening, bare.len), language, rest, err));
    const size_t that = opening > 0 ? is_that_of(rest) : 0;
    if (that > 0)
        ANC_TRY(rag_spoken_as(
            mem, anc_str_sub(rest->text, rest->words.items[that].start, rest->text.len), language,
            rest, err));
    if (opening > 0)
        ANC_TRY(rag_spoken_as(mem, without_one(rest), language, rest, err));
    const size_t content = rag_spoken_content(rest, 0);
    *ret = STANDS;
    if (rest->words.n == 0)
        return ANC_OK;
    if (asks_for_more(bare))
        *ret = REPEATS;
    else if (last != NULL && rag_asks_which_one(rest))
        *ret = SELECTS;
    else if (rag_is_another(rest) && (opening > 0 || marked))
        *ret = COUNTS;
    else if (asks_which(rest))
        *ret = ASKS;
    else if (has_pronoun(rest) && !is_there_is(bare) &&
             (content <= FEW_WORDS || (content <= MORE_WORDS && has_person(rest))))
        *ret = POINTS;
    else if (rag_spoken_has_no_subject(rest))
        *ret = POINTS;
    else if (content == 0 && has_asking(rest))
        *ret = ASKS;
    else if (last != NULL && opening == 0 && rag_recorded(rest, &last->answered).len > 0)
        *ret = OF_IT;
    else if (rag_is_part(rest) && (opening > 0 || (content <= BARE_WORDS &&
                                                   (marked || rag_spoken_is_preposition(rest, 0)))))
        *ret = IS_PART;
    else if (opening > 0 && !has_asking(rest) && !rag_tongue_knows(rest->language))
        *ret = GOES_ON;
    return ANC_OK;
}

/* The question with what its first pronouns stand for behind them, no thing twice. */
static anc_status gloss(anc_arena *mem, anc_str question, txt_language language,
                        const rag_told *turns, size_t n, anc_str *ret, anc_err *err)
{
    ANC_BUF(out, QUESTION_MAX_BYTES);
    rag_spoken s;
    anc_str said = ANC_STR("");
    size_t at = 0;
    size_t glosses = 0;
    ANC_TRY(rag_spoken_as(mem, question, language, &s, err));
    const bool left_out = rag_spoken_has_no_subject(&s);
    for (size_t i = 0; i < s.words.n && glosses < GLOSSES_MAX; i++) {
        const bool points = (rag_spoken_is_pronoun(&s, i) && !is_impersonal(&s, i)) ||
                            (left_out && i + 1 == s.words.n);
        const anc_str meant = points ? rag_antecedent(&s, i, turns, n) : ANC_STR("");
        if (meant.len == 0 || anc_str_eq(meant, said))
            continue;
        anc_buf_add(&out, anc_str_sub(question, at, s.words.items[i].end - at));
        bool counted = false;
        for (size_t t = 0; t < n; t++)
            counted = counted || rag_is_counted(&turns[t].asked, meant);
        anc_buf_printf(&out, " (%s%.*s)", counted ? "the " : "", ANC_FMT(meant));
        at = s.words.items[i].end;
        said = meant;
        glosses++;
    }
    anc_buf_add(&out, anc_str_sub(question, at, question.len));
    ANC_TRY(anc_buf_status(&out, "question", err));
    *ret = anc_arena_copy(mem, anc_buf_view(&out));
    if (ret->ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
    return ANC_OK;
}

static anc_status behind(anc_arena *mem, anc_str question, anc_str before, anc_str *ret,
                         anc_err *err)
{
    *ret = anc_arena_printf(mem, "%.*s %.*s", ANC_FMT(question), ANC_FMT(before));
    if (ret->ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
    return ANC_OK;
}

/* "Who is the customer of INV-2010?" */
static anc_status of_record(anc_arena *mem, const rag_spoken *asked, const rag_spoken *answered,
                            anc_str *ret, anc_err *err)
{
    const bool spaced = asked->language == TXT_FR;
    *ret = anc_arena_printf(mem, "%.*s %s %.*s%s", ANC_FMT(bare_text(asked->text)),
                            spaced ? "de" : rag_tongue_of(asked->language),
                            ANC_FMT(rag_recorded(asked, answered)), spaced ? " ?" : "?");
    if (ret->ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
    return ANC_OK;
}

/* "His deputy": somebody by who he is to whom was spoken of, and nothing else. */
static bool is_relation(const rag_spoken *rest)
{
    return rest->words.n == 2 && rag_spoken_is_pronoun(rest, 0) &&
           rag_is_relation(rag_spoken_word(rest, 1));
}

/* "And its deductible": whose something else is asked of, and nothing besides. */
static bool is_possession(const rag_spoken *rest)
{
    static const char words[] =
        "its their su sus suo sua suoi sue seu seus suas son sa ses leur leurs "
        "sein seine ihr ihre";
    if (rest->words.n < 2 || rest->words.n > 3 || !rag_is_any_of(rag_spoken_word(rest, 0), words))
        return false;
    for (size_t i = 1; i < rest->words.n; i++)
        if (!rag_spoken_is_noun(rest, i))
            return false;
    return true;
}

/* What `question` means after `turns` [n], of which there is one at least. */
static anc_status meaning_of(anc_arena *mem, anc_str question, const rag_told *turns, size_t n,
                             anc_str *ret, anc_err *err)
{
    const rag_spoken *asked = &turns[n - 1].asked;
    rag_spoken rest;
    leaning how;
    ANC_TRY(lean_of(mem, question, &turns[n - 1], &rest, &how, err));
    *ret = how == REPEATS ? asked->text : question;
    if (how == STANDS || how == REPEATS)
        return ANC_OK;
    if (how == ASKS || how == GOES_ON)
        return behind(mem, txt_trim(question), asked->text, ret, err);
    if (how == OF_IT)
        return of_record(mem, &rest, &turns[n - 1].answered, ret, err);
    if (how == SELECTS)
        ANC_TRY(rag_which_fill(mem, &rest, turns, n, ret, err));
    if (how == SELECTS && ret->len > 0) {
        *ret = anc_str_eq(*ret, rest.text) ? question : *ret;
        return ANC_OK;
    }
    if (how == COUNTS && asked->words.n > 0)
        return rag_ellipsis_count(mem, &rest, asked, ret, err);
    if (how == IS_PART && asked->words.n > 0) {
        ANC_TRY(rag_spoken_as(mem, rest.text, asked->language, &rest, err));
        return rag_ellipsis_fill(mem, question, &rest, asked, ret, err);
    }
    if (is_possession(&rest)) {
        ANC_TRY(rag_ellipsis_possessed(mem, &rest, asked, ret, err));
        if (ret->len > 0)
            return ANC_OK;
    }
    ANC_TRY(gloss(mem, question, rest.language, turns, n, ret, err));
    if (!is_relation(&rest))
        return ANC_OK;
    const anc_str glossed = *ret;
    ANC_TRY(gloss(mem, rest.text, rest.language, turns, n, ret, err));
    ANC_TRY(rag_spoken_as(mem, *ret, asked->language, &rest, err));
    return rag_ellipsis_person(mem, glossed, &rest, asked, ret, err);
}

static anc_status tell(anc_arena *mem, anc_str meant, anc_str answer, txt_language before,
                       rag_told *ret, anc_err *err)
{
    const size_t bytes = rag_is_refusal(answer) ? 0 : anc_utf8_floor(answer, ANSWER_READ_BYTES);
    const anc_str read = anc_str_sub(answer, 0, bytes);
    ANC_TRY(rag_spoken_after(mem, meant, before, &ret->asked, err));
    return rag_spoken_of(mem, read, &ret->answered, err);
}

bool rag_question_leans(anc_arena *mem, anc_str question, const rag_exchange *last)
{
    rag_told turn;
    rag_spoken rest;
    leaning how;
    if (last != NULL && tell(mem, last->question, last->answer, TXT_UND, &turn, NULL) != ANC_OK)
        return false;
    return lean_of(mem, question, last != NULL ? &turn : NULL, &rest, &how, NULL) == ANC_OK &&
           how != STANDS;
}

anc_status rag_stand_alone(anc_arena *mem, anc_str question, const rag_exchange *history, size_t n,
                           anc_str *ret, anc_err *err)
{
    rag_told *turns = anc_arena_alloc(mem, n, sizeof *turns);
    *ret = question;
    if (n == 0)
        return ANC_OK;
    if (turns == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for %zu turns", n);
    for (size_t i = 0; i < n; i++) {
        anc_str meant = history[i].question;
        if (i > 0)
            ANC_TRY(meaning_of(mem, meant, turns, i, &meant, err));
        ANC_TRY(tell(mem, meant, history[i].answer, i > 0 ? turns[i - 1].asked.language : TXT_UND,
                     &turns[i], err));
    }
    return meaning_of(mem, question, turns, n, ret, err);
}

static anc_status stops_of(anc_arena *mem, anc_str text, txt_language language, size_t *ret,
                           anc_err *err)
{
    rag_spoken s;
    ANC_TRY(rag_spoken_as(mem, text, language, &s, err));
    *ret = 0;
    for (size_t i = 0; i < s.words.n; i++)
        *ret += s.words.items[i].stop;
    return ANC_OK;
}

/* English or French, which rag_spoken_after does not part. */
static anc_status part_of(anc_arena *mem, anc_str text, txt_language before, txt_language *ret,
                          anc_err *err)
{
    size_t english;
    size_t french;
    ANC_TRY(stops_of(mem, text, TXT_EN, &english, err));
    ANC_TRY(stops_of(mem, text, TXT_FR, &french, err));
    *ret = english > french ? TXT_EN : french > english ? TXT_FR : before;
    return ANC_OK;
}

/* Of a first question, by the words of its language; one that English has too ("all") speaks for no other. */
static anc_status language_alone(anc_arena *mem, anc_str text, txt_language *ret, anc_err *err)
{
    size_t english;
    size_t own;
    rag_spoken plain;
    rag_spoken s;
    ANC_TRY(rag_spoken_of(mem, text, &plain, err));
    ANC_TRY(rag_spoken_after(mem, text, TXT_UND, &s, err));
    ANC_TRY(stops_of(mem, text, TXT_EN, &english, err));
    ANC_TRY(stops_of(mem, text, s.language, &own, err));
    *ret = english == 0 || own > english ? s.language : plain.language;
    return ANC_OK;
}

anc_status rag_question_language(anc_arena *mem, anc_str question, const rag_exchange *history,
                                 size_t n, txt_language *ret, anc_err *err)
{
    txt_language before = TXT_UND;
    for (size_t i = 0; i <= n; i++) {
        const anc_str text = i < n ? history[i].question : question;
        rag_spoken s;
        if (i == 0) {
            ANC_TRY(language_alone(mem, text, &before, err));
            continue;
        }
        ANC_TRY(rag_spoken_after(mem, text, before, &s, err));
        const bool known = rag_tongue_knows(s.language);
        if (known || rag_tongue_knows(before) || before == TXT_UND)
            before = s.language;
        else
            ANC_TRY(part_of(mem, text, before, &before, err));
    }
    *ret = before;
    return ANC_OK;
}
