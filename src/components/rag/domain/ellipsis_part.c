/* ellipsis_part.c - whether what was said is a part of a question, and none of its own; and one that says whose it is. */
#include "rag/domain/ellipsis.h"

#include "base/str.h"
#include "rag/domain/ordinals.h"
#include "rag/domain/question_words.h"

enum { PART_CONTENT_MAX = 4 };

/* A question word as the first word or behind a preposition, in any language; an article behind a word that has none:
 * a verb and its subject. */
static bool is_question_of_its_own(const rag_spoken *s)
{
    for (size_t i = 0; i < s->words.n; i++) {
        const bool first = i == 0 || (i == 1 && rag_spoken_is_preposition(s, 0));
        if (first && rag_question_word(RAG_QUESTION_OPENS, rag_spoken_word(s, i)))
            return true;
        if (i > 0 && rag_spoken_is_noun(s, i - 1) && rag_spoken_is_article(s, i) &&
            !rag_spoken_is_of(s, i) && !rag_spoken_is_preposition(s, i))
            return true;
    }
    return false;
}

bool rag_is_part(const rag_spoken *rest)
{
    const size_t content = rag_spoken_content(rest, 0);
    if (content == 0 || content > PART_CONTENT_MAX || is_question_of_its_own(rest))
        return false;
    for (size_t i = 0; i < rest->words.n; i++)
        if ((rag_spoken_is_asking(rest, i) && !rag_spoken_is_article(rest, i)) ||
            rag_spoken_is_pronoun(rest, i))
            return false;
    return true;
}

bool rag_is_another(const rag_spoken *rest)
{
    size_t ordinals = 0;
    for (size_t i = 0; i < rest->words.n; i++) {
        const bool ordinal = rag_ordinal_of(rag_spoken_word(rest, i)) > 0;
        ordinals += ordinal;
        if (!ordinal && !rag_spoken_is_article(rest, i) &&
            !(rag_is_any_of(rag_spoken_word(rest, i), "one") && i + 1 == rest->words.n))
            return false;
    }
    return ordinals == 1;
}

/* The preposition behind what is asked: "for" of "what is the limit for theft?"; 0: it asks for no such thing. */
static size_t asked_of_what(const rag_spoken *s)
{
    static const char what[] = "what quel quelle was welches welche welcher cuál cual quale qual";
    static const char being[] = "is was est ist war es era è É é foi";
    static const char for_what[] = "for pour für para per";
    enum { FIRST = 3, LAST = 6 };
    if (s->words.n <= FIRST || !rag_is_any_of(rag_spoken_word(s, 0), what) ||
        !rag_is_any_of(rag_spoken_word(s, 1), being) || !rag_spoken_is_article(s, 2))
        return 0;
    for (size_t i = FIRST; i + 1 < s->words.n && i <= LAST; i++) {
        if (i > FIRST && (rag_spoken_is_of(s, i) || rag_is_any_of(rag_spoken_word(s, i), for_what)))
            return i;
        if (!rag_spoken_is_noun(s, i))
            return 0;
    }
    return 0;
}

anc_status rag_ellipsis_possessed(anc_arena *mem, const rag_spoken *part, const rag_spoken *before,
                                  anc_str *ret, anc_err *err)
{
    const size_t of = asked_of_what(before);
    *ret = ANC_STR("");
    if (of == 0)
        return ANC_OK;
    const bool english = before->language == TXT_EN;
    const uint32_t start = before->words.items[english ? 3 : 2].start;
    const uint32_t end = before->words.items[of].start;
    *ret = anc_arena_printf(mem, "%.*s%.*s %.*s", ANC_FMT(anc_str_sub(before->text, 0, start)),
                            ANC_FMT(rag_spoken_run(part, (rag_run){1, part->words.n})),
                            ANC_FMT(anc_str_sub(before->text, end, before->text.len)));
    if (ret->ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
    return ANC_OK;
}
