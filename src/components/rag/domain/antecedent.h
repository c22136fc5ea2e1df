/* antecedent.h - what a pronoun stands for in a conversation.
 *
 * He and she stand for a person, it for a thing, there for a place; the turns are looked through from the
 * last one back, its question before its answer, except that who was asked for stands in the answer. What fits
 * nothing stands for nothing.
 */
#ifndef ANC_RAG_DOMAIN_ANTECEDENT_H
#define ANC_RAG_DOMAIN_ANTECEDENT_H

#include "rag/domain/spoken.h"

/* A turn: its question made to stand alone, and the beginning of its answer. */
typedef struct rag_told {
    rag_spoken asked, answered;
} rag_told;

/* What the pronoun at word `i` of `s` stands for after `turns` [n], oldest first: words of one of them; empty where
 * nothing fits. */
anc_str rag_antecedent(const rag_spoken *s, size_t i, const rag_told *turns, size_t n);

/* Whether `meant` is what `asked` counts, without an article ("non-conformities" of "how many non-conformities"). */
bool rag_is_counted(const rag_spoken *asked, anc_str meant);

#endif
