/* which.c - see which.h. */
#include "rag/domain/which.h"

#include "base/str.h"
#include "rag/domain/recorded.h"

enum { NAMED_MAX = 4, KIND_MAX_BYTES = 80 };

typedef struct which_row {
    anc_str said; /* with its blank */
    const char *which;
    bool many; /* "ones" */
    bool them; /* of what was named */
} which_row;

/* Longer ones before those that they begin with. */
static const which_row rows[] = {
    {ANC_STR_INIT("which one of them "), "Which", false, true},
    {ANC_STR_INIT("which one of these "), "Which", false, true},
    {ANC_STR_INIT("which one of those "), "Which", false, true},
    {ANC_STR_INIT("which one of the two "), "Which", false, true},
    {ANC_STR_INIT("which one of the three "), "Which", false, true},
    {ANC_STR_INIT("which of them "), "Which", false, true},
    {ANC_STR_INIT("which of these "), "Which", false, true},
    {ANC_STR_INIT("which of those "), "Which", false, true},
    {ANC_STR_INIT("which of the two "), "Which", false, true},
    {ANC_STR_INIT("which of the three "), "Which", false, true},
    {ANC_STR_INIT("which ones "), "Which", true, false},
    {ANC_STR_INIT("which one "), "Which", false, false},
    {ANC_STR_INIT("lequel des deux "), "Quel", false, true},
    {ANC_STR_INIT("laquelle des deux "), "Quelle", false, true},
    {ANC_STR_INIT("lequel d'entre eux "), "Quel", false, true},
    {ANC_STR_INIT("lequel d’entre eux "), "Quel", false, true},
    {ANC_STR_INIT("laquelle d'entre elles "), "Quelle", false, true},
    {ANC_STR_INIT("laquelle d’entre elles "), "Quelle", false, true},
    {ANC_STR_INIT("lequel "), "Quel", false, false},
    {ANC_STR_INIT("laquelle "), "Quelle", false, false},
    {ANC_STR_INIT("lesquels "), "Quels", false, false},
    {ANC_STR_INIT("lesquelles "), "Quelles", false, false},
    {ANC_STR_INIT("welcher von ihnen "), "Welcher", false, true},
    {ANC_STR_INIT("welche von ihnen "), "Welche", false, true},
    {ANC_STR_INIT("welches von ihnen "), "Welches", false, true},
    {ANC_STR_INIT("welcher davon "), "Welcher", false, true},
    {ANC_STR_INIT("welche davon "), "Welche", false, true},
    {ANC_STR_INIT("welches davon "), "Welches", false, true},
    {ANC_STR_INIT("welcher von beiden "), "Welcher", false, true},
    {ANC_STR_INIT("welche von beiden "), "Welche", false, true},
    {ANC_STR_INIT("welches von beiden "), "Welches", false, true},
    {ANC_STR_INIT("cuál de ellos "), "Qué", false, true},
    {ANC_STR_INIT("cuál de ellas "), "Qué", false, true},
    {ANC_STR_INIT("cuál de los dos "), "Qué", false, true},
    {ANC_STR_INIT("cuál de las dos "), "Qué", false, true},
    {ANC_STR_INIT("quale di questi "), "Quale", false, true},
    {ANC_STR_INIT("quale di queste "), "Quale", false, true},
    {ANC_STR_INIT("quale di loro "), "Quale", false, true},
    {ANC_STR_INIT("quale dei due "), "Quale", false, true},
    {ANC_STR_INIT("quale delle due "), "Quale", false, true},
    {ANC_STR_INIT("qual deles "), "Qual", false, true},
    {ANC_STR_INIT("qual delas "), "Qual", false, true},
    {ANC_STR_INIT("qual dos dois "), "Qual", false, true},
    {ANC_STR_INIT("qual das duas "), "Qual", false, true},
};

static const char comparatives[] =
    "more less fewer cheaper dearer bigger larger smaller longer shorter older newer younger "
    "higher lower faster slower heavier lighter better worse earlier later taller";

/* "The oldest", "the most expensive". */
static bool is_superlative(anc_str word)
{
    enum { LETTERS_MIN = 5 };
    static const char most[] = "most least best worst last first";
    return rag_is_any_of(word, most) ||
           (word.len >= LETTERS_MIN && anc_str_ends(word, ANC_STR("est")));
}

/* "Which is the oldest?": the bytes up to the verb; 0: it is none such. */
static size_t superlative_bytes(const rag_spoken *s)
{
    static const char verbs[] = "is was has had are were";
    if (s->language != TXT_EN || s->words.n < 4 ||
        !anc_str_eq_nocase(rag_spoken_word(s, 0), ANC_STR("which")) ||
        !rag_is_any_of(rag_spoken_word(s, 1), verbs) ||
        !anc_str_eq_nocase(rag_spoken_word(s, 2), ANC_STR("the")) ||
        !is_superlative(rag_spoken_word(s, 3)))
        return 0;
    return s->words.items[1].start;
}

/* The bytes that ask which one, and how; 0: it asks for something else. */
static size_t asking_of(const rag_spoken *s, which_row *ret)
{
    const uint32_t from = s->words.n > 0 ? s->words.items[0].start : 0;
    const anc_str text = anc_str_sub(s->text, from, s->text.len);
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (anc_str_eq_nocase(anc_str_sub(text, 0, rows[i].said.len), rows[i].said)) {
            const size_t behind = from + rows[i].said.len;
            const size_t next = rag_words_at(s->words, behind);
            *ret = rows[i];
            return next < s->words.n && rag_spoken_is_of(s, next) ? 0
                                                                  : behind; /* it says the kind */
        }
    *ret = (which_row){.which = "Which"};
    return superlative_bytes(s);
}

bool rag_asks_which_one(const rag_spoken *s)
{
    which_row row;
    return asking_of(s, &row) > 0;
}

/* ---- the kind ----------------------------------------------------------------------------------- */

/* "Vehicles" of "which vehicles does the council have?"; empty: it asks for no kind. */
static anc_str asked_kind(const rag_spoken *s)
{
    static const char which[] = "which quel quelle quels quelles welche welcher welches welchen "
                                "quale quali qual quais qué";
    for (size_t i = 0; i < 2 && i + 1 < s->words.n; i++)
        if (rag_is_any_of(rag_spoken_word(s, i), which) && rag_spoken_is_noun(s, i + 1) &&
            !s->words.items[i + 1].digits)
            return rag_spoken_word(s, i + 1);
    return ANC_STR("");
}

/* "The smallest" of "which department has the smallest budget?" */
static bool is_of_superlative(anc_str meant)
{
    for (anc_str word; anc_str_split(&meant, ' ', &word);)
        if (is_superlative(word))
            return true;
    return false;
}

bool rag_which_value(const rag_told *turn, anc_str meant, anc_str *ret)
{
    rag_field field;
    const anc_str kind = asked_kind(&turn->asked);
    if (kind.len == 0 || !(anc_str_ends(meant, kind) || is_of_superlative(meant)) ||
        !rag_record_field(turn->answered.text, kind, &field))
        return false;
    *ret = field.value;
    return true;
}

/* "Loan" of "loan L1003", "plan" of "the Team plan". */
static anc_str noun_beside(const rag_spoken *s)
{
    size_t cursor = 0;
    rag_run name;
    for (size_t i = 1; i < s->words.n; i++)
        if ((s->words.items[i].digits || s->words.items[i].code != 0) &&
            rag_spoken_is_noun(s, i - 1) && rag_spoken_joined(s, i - 1) &&
            (!s->words.items[i - 1].capital || s->language == TXT_DE) &&
            !rag_spoken_is_calendar(s, i - 1))
            return rag_spoken_word(s, i - 1);
    while (s->language == TXT_EN && rag_spoken_name_next(s, &cursor, &name)) {
        const rag_run noun = rag_spoken_with_noun(s, name);
        if (noun.last > name.last && rag_spoken_with_article(s, name).first < name.first)
            return rag_spoken_word(s, noun.last - 1);
    }
    return ANC_STR("");
}

/* "Loan" of a column "loan_id". */
static anc_str without_number(anc_str name)
{
    static const char *const ends[] = {"_id",     " id",     "_no",   " no",
                                       "_number", " number", "_name", " name"};
    for (size_t i = 0; i < ANC_COUNT(ends); i++) {
        const anc_str end = anc_str_of(ends[i]);
        if (name.len > end.len &&
            anc_str_eq_nocase(anc_str_sub(name, name.len - end.len, end.len), end))
            return anc_str_sub(name, 0, name.len - end.len);
    }
    return name;
}

/* "Plan" of a column "Plan", within a sentence. */
static anc_str in_sentence(anc_arena *mem, anc_str name, txt_language language)
{
    const bool small = language == TXT_DE || name.len < 2 || name.ptr[0] < 'A' ||
                       name.ptr[0] > 'Z' || name.ptr[1] < 'a' || name.ptr[1] > 'z';
    return small ? name
                 : anc_arena_printf(mem, "%c%.*s", name.ptr[0] + ('a' - 'A'),
                                    ANC_FMT(anc_str_sub(name, 1, name.len)));
}

/* What a turn says of the kind; empty: nothing. */
static anc_str kind_of(anc_arena *mem, const rag_told *turn)
{
    rag_field key;
    anc_str kind = asked_kind(&turn->asked);
    if (kind.len == 0)
        kind = noun_beside(&turn->asked);
    if (kind.len == 0 && rag_record_key(turn->answered.text, &key))
        kind = in_sentence(mem, without_number(key.name), turn->asked.language);
    return kind;
}

static bool ends_any(anc_str word, const char *ends)
{
    anc_str all = anc_str_of(ends);
    for (anc_str end; anc_str_split(&all, ' ', &end);)
        if (word.len > end.len + 1 &&
            anc_str_eq_nocase(anc_str_sub(word, word.len - end.len, end.len), end))
            return true;
    return false;
}

/* "Plan", "plans", "category", "categories": an English noun as one or as many. Other languages keep theirs. */
static anc_str counted_as(anc_arena *mem, anc_str noun, bool many)
{
    const bool is_many = ends_any(noun, "s") && !ends_any(noun, "ss us is");
    const bool of_y =
        is_many ? ends_any(noun, "ies") : ends_any(noun, "y") && !ends_any(noun, "ay ey oy uy");
    if (many == is_many)
        return noun;
    if (of_y)
        return anc_arena_printf(mem, "%.*s%s",
                                ANC_FMT(anc_str_sub(noun, 0, noun.len - (many ? 1 : 3))),
                                many ? "ies" : "y");
    if (many)
        return anc_arena_printf(mem, "%.*s%s", ANC_FMT(noun),
                                ends_any(noun, "s x z ch sh") ? "es" : "s");
    return anc_str_sub(noun, 0, noun.len - (ends_any(noun, "sses xes zes ches shes") ? 2 : 1));
}

/* ---- what was named ------------------------------------------------------------------------------ */

typedef struct named {
    anc_str items[NAMED_MAX];
    size_t n;
} named;

/* What the rows of the turns are known by that have the key of the last one, oldest first. */
static void named_in(const rag_told *turns, size_t n, named *ret)
{
    rag_field key = {ANC_STR_NONE, ANC_STR_NONE};
    rag_field other;
    ret->n = 0;
    for (size_t t = n; t-- > 0 && key.name.len == 0;)
        if (!rag_record_key(turns[t].answered.text, &key))
            key.name = ANC_STR("");
    for (size_t t = 0; t < n && key.name.len > 0; t++) {
        bool is_new =
            rag_record_key(turns[t].answered.text, &other) && anc_str_eq(other.name, key.name);
        for (size_t i = 0; i < ret->n && is_new; i++)
            is_new = !anc_str_eq(ret->items[i], other.value);
        if (is_new && ret->n < NAMED_MAX)
            ret->items[ret->n++] = other.value;
    }
}

static const char *or_of(txt_language language)
{
    static const char *const words[TXT_LANGUAGE_COUNT] = {
        [TXT_FR] = "ou", [TXT_PT] = "ou", [TXT_DE] = "oder", [TXT_ES] = "o", [TXT_IT] = "o"};
    return words[language] != NULL ? words[language] : "or";
}

/* ", Starter, Team or Business". */
static anc_str list_of(anc_arena *mem, const named *all, txt_language language)
{
    anc_str text = ANC_STR("");
    for (size_t i = 0; i < all->n && text.ptr != NULL; i++) {
        const bool last = i > 0 && i + 1 == all->n;
        text = anc_arena_printf(mem, "%.*s%s%s %.*s", ANC_FMT(text), last ? " " : ",",
                                last ? or_of(language) : "", ANC_FMT(all->items[i]));
    }
    return text;
}

static bool compares_two(const rag_spoken *s)
{
    for (size_t i = 0; i < s->words.n; i++)
        if (rag_is_any_of(rag_spoken_word(s, i), comparatives))
            return true;
    return false;
}

/* "Which tickets did Blue Heron open?": of these alone something is asked. */
static bool is_of_some(const rag_spoken *s)
{
    rag_run name;
    size_t cursor = 0;
    bool some = rag_spoken_name_next(s, &cursor, &name);
    for (size_t i = 0; i < s->words.n; i++)
        some = some || s->words.items[i].digits || s->words.items[i].code != 0;
    return some && ends_any(asked_kind(s), "s");
}

static bool is_of_many(const rag_spoken *s)
{
    rag_run topic;
    return rag_spoken_topic(s, &topic) && ends_any(rag_spoken_run(s, topic), "s");
}

/* By the verb behind it: "which of them are closed?" */
static bool asks_many(const rag_spoken *s, size_t behind)
{
    static const char verbs[] = "are were have do";
    const size_t at = rag_words_at(s->words, behind);
    return at < s->words.n && rag_is_any_of(rag_spoken_word(s, at), verbs);
}

anc_status rag_which_fill(anc_arena *mem, const rag_spoken *s, const rag_told *turns, size_t n,
                          anc_str *ret, anc_err *err)
{
    which_row row;
    named all;
    anc_str kind = ANC_STR("");
    const size_t behind = asking_of(s, &row);
    const anc_str rest = anc_str_sub(s->text, behind, s->text.len);
    const rag_spoken *asked = &turns[n - 1].asked;
    named_in(turns, n, &all);
    if (all.n < 2 || !(row.them || compares_two(s)))
        all.n = 0;
    *ret = s->text;
    if (all.n == 0 && row.them && is_of_many(asked)) {
        *ret = ANC_STR("");
        return ANC_OK;
    }
    for (size_t t = n; t-- > 0 && kind.len == 0;)
        kind = kind_of(mem, &turns[t]);
    if (kind.len == 0 || kind.len > KIND_MAX_BYTES)
        return ANC_OK;
    const bool some = is_of_some(asked);
    if (s->language == TXT_EN)
        kind = counted_as(mem, kind, row.many || asks_many(s, behind));
    *ret = anc_arena_printf(mem, "%s %.*s %.*s%.*s?%s%.*s", row.which, ANC_FMT(kind), ANC_FMT(rest),
                            ANC_FMT(list_of(mem, &all, s->language)), some ? " " : "",
                            ANC_FMT(some ? asked->text : ANC_STR("")));
    if (kind.ptr == NULL || ret->ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
    return ANC_OK;
}
