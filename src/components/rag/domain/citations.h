/* citations.h - the markers of an answer checked, and each one's quote cut from its passage. */
#ifndef ANC_RAG_DOMAIN_CITATIONS_H
#define ANC_RAG_DOMAIN_CITATIONS_H

#include "base/arena.h"
#include "rag/domain/passage.h"

typedef struct rag_quote {
    uint32_t marker;     /* 1 to the number of passages */
    uint32_t start, end; /* bytes of that passage's text; start < end */
} rag_quote;

typedef struct rag_checked {
    anc_str text;            /* the answer without markers that point nowhere */
    const rag_quote *quotes; /* [n], in order of first appearance, none twice */
    size_t n;
} rag_checked;

/* Reads [1], [1, 2], [1][2] and [1-3] in `answer` (valid UTF-8), and what markers.h says stands for them. A number that is no passage's is
 * taken out of the text, the brackets too when nothing is left in them; so is one whose claim says much
 * of which its passage has nothing. The quote of a marker is
 * what the sentence before it says word for word where the passage has that, else the sentence of
 * the passage that shares most with it. An answer without any marker that plainly retells one
 * passage gets that passage's at its end. LIMIT or NO_MEMORY when `mem` is full. */
anc_status rag_citations_check(anc_arena *mem, anc_str answer, anc_str question,
                               const rag_passage *passages, size_t n, rag_checked *ret,
                               anc_err *err) ANC_MUST_CHECK;

#endif
