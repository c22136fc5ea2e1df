/* context.h - which passages fit into the prompt. */
#ifndef ANC_RAG_DOMAIN_CONTEXT_H
#define ANC_RAG_DOMAIN_CONTEXT_H

#include "rag/domain/passage.h"

/* Tokens that `text` costs where nobody has counted them: a quarter of its bytes, rounded up. */
uint32_t rag_tokens_estimate(anc_str text);

/* Chooses, best first, the passages that together fit into `budget_tokens` with their frames; one
 * that does not fit is passed over, a smaller one after it may still fit. The first is always
 * taken: a context without any passage answers nothing. `keep` [n] gets the chosen indices,
 * ascending; their number is returned. `ret_tokens` (may be NULL) gets what they cost. */
size_t rag_context_pack(const rag_passage *passages, size_t n, uint32_t budget_tokens, size_t *keep,
                        uint32_t *ret_tokens);

#endif
