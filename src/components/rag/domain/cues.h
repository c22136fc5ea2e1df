/* cues.h - what kind of answer a question asks for, and which kinds a text may hold.
 *
 * Both sides are bits of one set, so that "asks for a date" and "has a date" meet. Words of English
 * and French are known; in other languages figures, signs and capital letters still speak.
 */
#ifndef ANC_RAG_DOMAIN_CUES_H
#define ANC_RAG_DOMAIN_CUES_H

#include "rag/domain/words.h"

enum {
    RAG_CUE_NUMBER = 1 << 0,   /* how many */
    RAG_CUE_MONEY = 1 << 1,    /* how much does it cost */
    RAG_CUE_PERCENT = 1 << 2,  /* what percentage */
    RAG_CUE_DATE = 1 << 3,     /* when */
    RAG_CUE_YEAR = 1 << 4,     /* in which year */
    RAG_CUE_DURATION = 1 << 5, /* how long, how often */
    RAG_CUE_PERSON = 1 << 6,   /* who */
    RAG_CUE_PLACE = 1 << 7,    /* where */
    RAG_CUE_REASON = 1 << 8,   /* why */
    RAG_CUE_NAME = 1 << 9,     /* which, called what */
    RAG_CUE_MANNER = 1 << 10,  /* how do I */
    RAG_CUE_WEIGHT = 1 << 11,  /* how heavy */
    RAG_CUE_LENGTH = 1 << 12,  /* how far, how tall */
    RAG_CUE_HEAT = 1 << 13,    /* what temperature */
    RAG_CUE_AGE = 1 << 14,     /* how old */
};

/* The kinds that `question` asks for; 0 when no cue is known. */
unsigned rag_cues_asked(anc_str question);

/* Whether `phrase`, lower case, stands in `text` as whole words, ASCII letters of either case. */
bool rag_phrase_in(anc_str text, anc_str phrase);
/* The same of one of the phrases, which '|' parts. */
bool rag_has_phrase_of(anc_str text, const char *phrases);

/* Whether it is asked in so many words what something costs: nothing but a sum answers that. */
bool rag_cues_asks_sum(anc_str question);

/* Whether `word` alone asks for a kind ("minimum", "price"). */
bool rag_cues_is_asking(anc_str word);

/* Whether `word` only says which of `cues` is asked for: "old" of "how old", "located" of "where is it located". */
bool rag_cues_is_kind(unsigned cues, anc_str word);

/* The kinds that the words [first, last) of `text` may answer. A figure or a name that the question
 * has itself is no answer to it: `asked` are the question's words. */
unsigned rag_cues_held(anc_str text, rag_words words, size_t first, size_t last, rag_words asked);

/* Whether a word is a unit of measure, of time or of money, or a month: a figure beside it counts nothing else. */
bool rag_cues_is_unit(anc_str word);

/* Whether a word is a number that is written out ("twelve", "trois"). */
bool rag_cues_is_number(anc_str word);

/* The same of the signs in `text` that are no words (%, £, a quotation). */
unsigned rag_cues_signs(anc_str text);

/* Whether the word at the beginning of `text` points back at the sentence before (it, they, ce…). */
bool rag_cues_points_back(anc_str text);

#endif
