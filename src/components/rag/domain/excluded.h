/* excluded.h - a part of a question that says another of a kind: "and for children?" after "how much is an adult ticket?". */
#ifndef ANC_RAG_DOMAIN_EXCLUDED_H
#define ANC_RAG_DOMAIN_EXCLUDED_H

#include "rag/domain/spoken.h"

/* The word of the question `before` that one of `part` excludes ("annuale" for "mensile"); false: there is none. `bare`: the
 * part without the preposition and the articles that it begins with. */
bool rag_find_excluded(const rag_spoken *part, rag_run bare, const rag_spoken *before,
                       rag_run *ret);

/* The question with the part in its place: "how much is a ticket for children?". */
anc_status rag_fill_excluded(anc_arena *mem, const rag_spoken *part, rag_run bare,
                             const rag_spoken *before, rag_run old, anc_str *ret,
                             anc_err *err) ANC_MUST_CHECK;

#endif
