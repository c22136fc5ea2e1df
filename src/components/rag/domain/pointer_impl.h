/* pointer_impl.h - what pointer.c and pointer_names.c share: a question as words with their points, hyphens and slashes. */
#ifndef ANC_RAG_DOMAIN_POINTER_IMPL_H
#define ANC_RAG_DOMAIN_POINTER_IMPL_H

#include "rag/domain/pointer.h"

enum { RAG_TOKENS_MAX = 200 };

typedef struct rag_token {
    size_t start, end; /* bytes, without full stops at the end */
    bool stopped;      /* a full stop was there */
    bool breaks;       /* a sign that parts clauses stands before it */
} rag_token;

typedef struct rag_tokens {
    anc_str text;
    rag_token items[RAG_TOKENS_MAX];
    size_t n;
} rag_tokens;

void rag_tokens_read(anc_str text, rag_tokens *ret);

/* Empty past the last. */
anc_str rag_token_text(const rag_tokens *all, size_t i);

/* "7", "#7", "n°7"; 0: none of these. */
uint32_t rag_token_number(anc_str word);

/* Whether token `i` is a word for rows or pages. */
rag_pointed rag_token_kind(const rag_tokens *all, size_t i);

#endif
