/* followup.h - a question that leans on the one before it, made fit to be searched for. */
#ifndef ANC_RAG_DOMAIN_FOLLOWUP_H
#define ANC_RAG_DOMAIN_FOLLOWUP_H

#include "base/arena.h"
#include "rag/domain/prompt.h"

/* Whether `question` needs the conversation to be understood: it begins like a continuation ("and in
 * France?", "et pour la Suisse ?"), or has few words of its own and a pronoun. */
bool rag_question_leans(anc_arena *mem, anc_str question);

/* What to search for: the question itself, or, where it leans on `history` [n] (oldest first), with
 * the content words of the questions it leans on behind it. Only retrieval sees this; prompt and
 * saved turn keep the question as it was asked. LIMIT or NO_MEMORY when `mem` is full. */
anc_status rag_retrieval_query(anc_arena *mem, anc_str question, const rag_exchange *history,
                               size_t n, anc_str *ret, anc_err *err) ANC_MUST_CHECK;

#endif
