/* misspelt.h - words of a question that stand in nothing that was found for it, and are nearly words that do. */
#ifndef ANC_RAG_DOMAIN_MISSPELT_H
#define ANC_RAG_DOMAIN_MISSPELT_H

#include "rag/domain/passage.h"
#include "rag/domain/words.h"

enum { RAG_MISSPELT_MAX = 4 };

/* A word of the question and what it is taken for: a word of a passage, or a function word. */
typedef struct rag_misspelling {
    anc_str word;  /* of the question */
    anc_str meant; /* in `mem` */
} rag_misspelling;

/* At most RAG_MISSPELT_MAX of them, in order. A word with figures, a name (but in German, where every noun looks like one) and
 * a word that a passage has in any form is none, nor one whose stem it has ("leitet", where "Leitung" stands). Of up to seven letters one may be wrong, of more two, never one of the first two;
 * two letters in the wrong order are one. What does not stand in an English passage may have one wrong that is left out, or too
 * much, inside of it, since its words are nearer to each other. A word of a passage that is known to be in another language than
 * the question is never meant. Where two words are as near, it is neither. LIMIT or NO_MEMORY
 * when `mem` is full. */
anc_status rag_misspelt_find(anc_arena *mem, anc_str question, txt_language language,
                             const rag_passage *passages, size_t n,
                             rag_misspelling out[RAG_MISSPELT_MAX], size_t *ret,
                             anc_err *err) ANC_MUST_CHECK;

/* The question with what was meant; in `mem`. Errors as above. */
anc_status rag_misspelt_mend(anc_arena *mem, anc_str question, const rag_misspelling *found,
                             size_t n, anc_str *ret, anc_err *err) ANC_MUST_CHECK;

#endif
