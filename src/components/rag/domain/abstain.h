/* abstain.h - when there is nothing to answer from, and how that is said. */
#ifndef ANC_RAG_DOMAIN_ABSTAIN_H
#define ANC_RAG_DOMAIN_ABSTAIN_H

#include "rag/domain/extract.h"

/* Whether the best passage's calibrated score reaches `threshold`. */
bool rag_passages_relevant(const rag_passage *passages, size_t n, double threshold);

/* Whether the choice is too weak to be given as an answer where the passages are not relevant. */
bool rag_choice_weak(const rag_choice *choice);

/* One sentence in the language of `question` that says that nothing was found; a literal. */
anc_str rag_nothing_found(anc_str question);

#endif
