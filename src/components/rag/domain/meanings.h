/* meanings.h - common words of six languages that mean the same, in one language or in two.
 *
 * A name alone, which is the same in all of them, says nothing of what is asked about it. Within one language the
 * words themselves are compared first; others of the same meaning are told apart from them (rag_view.near).
 */
#ifndef ANC_RAG_DOMAIN_MEANINGS_H
#define ANC_RAG_DOMAIN_MEANINGS_H

#include "rag/domain/words.h"

enum { RAG_MEANINGS_MAX = 192 }; /* lines of the table */

typedef struct rag_meanings {
    rag_words words[RAG_MEANINGS_MAX]; /* of each meaning */
    size_t n;
} rag_meanings;

/* A bit for each meaning; all zero: none. */
typedef struct rag_meaning_set {
    uint64_t bits[RAG_MEANINGS_MAX / 64];
} rag_meaning_set;

/* The table with its words read as `language`, as those that they are compared with. LIMIT or NO_MEMORY when
 * `mem` is full. */
anc_status rag_meanings_of(anc_arena *mem, txt_language language, rag_meanings *ret,
                           anc_err *err) ANC_MUST_CHECK;

/* Adds those that have the word of that key. */
void rag_meanings_add(const rag_meanings *m, uint64_t key, rag_meaning_set *set);
/* Whether one of the set has it. */
bool rag_meanings_have(const rag_meanings *m, const rag_meaning_set *set, uint64_t key);
bool rag_meanings_any(const rag_meaning_set *set);

#endif
