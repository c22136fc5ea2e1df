/* rewrite.h - asking a language model what a follow-up means, and reading what it says. */
#ifndef ANC_RAG_DOMAIN_REWRITE_H
#define ANC_RAG_DOMAIN_REWRITE_H

#include "rag/domain/prompt.h"

/* The messages that ask for `question` to be put so that it stands alone after `history` [n], n > 0,
 * of which the last few turns are shown. `fence` as in rag_prompt_parts: what was said stands between
 * two lines of it. LIMIT or NO_MEMORY when `mem` is full. */
anc_status rag_rewrite_prompt(anc_arena *mem, anc_str fence, anc_str question,
                              const rag_exchange *history, size_t n, rag_prompt *ret,
                              anc_err *err) ANC_MUST_CHECK;

/* The question in what the model wrote (valid UTF-8), a view of it; empty where that is no question
 * of one line and a bearable length. */
anc_str rag_rewrite_read(anc_str written);

#endif
