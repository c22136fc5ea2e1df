/* meanings_impl.h - the table that meanings.c reads. Private. */
#ifndef ANC_RAG_DOMAIN_MEANINGS_IMPL_H
#define ANC_RAG_DOMAIN_MEANINGS_IMPL_H

#include "rag/domain/meanings.h"

extern const anc_str rag_meaning_lines[]; /* [rag_meaning_lines_n] words that a space parts */
extern const size_t rag_meaning_lines_n;  /* at most RAG_MEANINGS_MAX */

#endif
