/* question_words.c - see question_words.h. Words that are others in some language do less ("was", "que", "come"). */
#include "rag/domain/question_words.h"

#include "base/str.h"
#include "rag/domain/words.h"

typedef struct words_row {
    unsigned as;
    const char *words;
} words_row;

static const words_row rows[] = {
    {RAG_QUESTION_OPENS | RAG_QUESTION_OF_THING | RAG_QUESTION_HEADS, "what qué"},
    {RAG_QUESTION_OPENS | RAG_QUESTION_OF_THING | RAG_QUESTION_HEADS | RAG_QUESTION_OF_ONE,
     "which who qui quel quelle quels quelles wer"},
    {RAG_QUESTION_OPENS | RAG_QUESTION_OF_THING | RAG_QUESTION_OF_ONE,
     "whom whose welche welcher welches quién cuál cuáles chi quale quem qual"},
    {RAG_QUESTION_OPENS | RAG_QUESTION_HEADS | RAG_QUESTION_OF_ONE,
     "when where why how quand où pourquoi comment wann wo wie warum cuándo "
     "dónde cómo quando onde"},
    {RAG_QUESTION_OPENS | RAG_QUESTION_OF_ONE,
     "combien wen wem quiénes cuánto cuánta cuántos cuántas perché quanto "
     "quanta quanti quante quantos quantas"},
    {RAG_QUESTION_OPENS | RAG_QUESTION_OF_THING, "quoi lequel welchen quali quais"},
    {RAG_QUESTION_OPENS, "laquelle wessen woher wohin wieso weshalb wozu womit wofür wovon welchem "
                         "wieviel quien cuando donde adónde cual aonde porquê"},
    {RAG_QUESTION_OF_THING, "que qu che list name"},
    {RAG_QUESTION_OF_THING | RAG_QUESTION_HEADS, "cosa"},
    {RAG_QUESTION_HEADS, "ce was come como lo o"},
    {RAG_QUESTION_HEADS | RAG_QUESTION_OF_ONE, "dove"},
    {RAG_QUESTION_OF_ONE, "many much"},
};

bool rag_question_word(unsigned as, anc_str word)
{
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if ((rows[i].as & as) != 0 && rag_is_any_of(word, rows[i].words))
            return true;
    return false;
}
