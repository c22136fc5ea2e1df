/* question_words.h - the words that ask, in six languages, and what each may do. One table for all who need them. */
#ifndef ANC_RAG_DOMAIN_QUESTION_WORDS_H
#define ANC_RAG_DOMAIN_QUESTION_WORDS_H

#include "base/base.h"

enum {
    RAG_QUESTION_OPENS =
        1, /* a question that begins with it asks it itself, in whichever language */
    RAG_QUESTION_OF_THING = 2, /* it wants to be told things, not whether something is so */
    RAG_QUESTION_HEADS =
        4, /* a heading that begins with it says which question is answered below it */
    RAG_QUESTION_OF_ONE = 8, /* it asks who, when, where or how many: an answer is one thing */
};

/* Whether `word` (ASCII letters of either case) does that. */
bool rag_question_word(unsigned as, anc_str word);

#endif
