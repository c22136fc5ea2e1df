/* ellipsis_part.c - whether what was said is a part of a question, and none of its own. */
#include "rag/domain/ellipsis.h"
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
