/* contrasts.h - words that exclude each other: of what is told of the summer course nothing is known about the winter
 * course.
 *
 * Seasons, days, ages, sides, colours, how often, first and last and more, in six languages. German writes them into its
 * nouns ("Sommerfest", "Winterfest"). */
#ifndef ANC_RAG_DOMAIN_CONTRASTS_H
#define ANC_RAG_DOMAIN_CONTRASTS_H

#include "base/base.h"

enum { RAG_CONTRAST_NONE }; /* class of a word that excludes none */

/* One of the words that exclude each other: equal for "summer" and "été". */
typedef struct rag_contrast {
    unsigned class;  /* from 1; RAG_CONTRAST_NONE: the word is none such */
    unsigned member; /* of the class, from 1 */
    anc_str rest;    /* "fest" of "Sommerfest"; empty: the word is nothing more */
    bool
        ranged; /* two figures or two members say more than one of them: "from Monday to Friday", "open 9 to 17" */
    bool measures; /* behind "how" it asks: "how old" */
} rag_contrast;

/* ASCII letters of either case. */
rag_contrast rag_contrast_of(anc_str word);

/* Whether they exclude each other. */
bool rag_contrast_excludes(const rag_contrast *a, const rag_contrast *b);

#endif
