/* polarity.h - whether a text says that something is so, or that it is not.
 *
 * Words of negation and of exclusion in the six languages are known; how far one reaches is not looked at.
 */
#ifndef ANC_RAG_DOMAIN_POLARITY_H
#define ANC_RAG_DOMAIN_POLARITY_H

#include "base/base.h"

/* "What is not covered", "n'est pas", "isn't", "Exclusions". "ne … que" and "without" say that something is. */
bool rag_negates(anc_str text);

/* Whether a question wants to be told things ("What is …", "Quels frais …"), not whether something is so: to
 * the latter what is so and what is not are both an answer. */
bool rag_asks_which(anc_str question);

/* "How to claim", "Ce que la garantie ne couvre pas": a heading that says which question is answered below it. */
bool rag_heads_like_question(anc_str heading);

#endif
