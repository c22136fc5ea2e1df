/* meanings.h - common words of English, French and German that mean the same, in one language or in two.
 *
 * A name alone, which is the same in all of them, says nothing of what is asked about it. Within one language the
 * words themselves are compared first; others of the same meaning are told apart from them (rag_view.near).
 */
#ifndef ANC_RAG_DOMAIN_MEANINGS_H
#define ANC_RAG_DOMAIN_MEANINGS_H

#include "rag/domain/words.h"

enum { RAG_MEANINGS_MAX = 64 }; /* so that a set of them is one number */

typedef struct rag_meanings {
    rag_words words[RAG_MEANINGS_MAX]; /* of each meaning */
    size_t n;
} rag_meanings;

/* The table with its words read as `language`, as those that they are compared with. LIMIT or NO_MEMORY when
 * `mem` is full. */
anc_status rag_meanings_of(anc_arena *mem, txt_language language, rag_meanings *ret,
                           anc_err *err) ANC_MUST_CHECK;

/* Those (a bit for each) of the meanings `among` that have the word of that key. */
uint64_t rag_meanings_with(const rag_meanings *m, uint64_t among, uint64_t key);

#endif
