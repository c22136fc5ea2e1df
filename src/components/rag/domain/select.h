/* select.h - which of the passages that a search gave are answered from. */
#ifndef ANC_RAG_DOMAIN_SELECT_H
#define ANC_RAG_DOMAIN_SELECT_H

#include "base/arena.h"
#include "rag/domain/passage.h"

typedef struct rag_selection {
    size_t n;
    double unread; /* share of what the question asks about that none of the passages has, 0..1 */
} rag_selection;

/* Of `passages` [n], best first, the first `top_k`, the last of which gives its place to one further
 * down when that has a sentence that answers better than any of the first: a price list is seldom the
 * passage that is most about a thing. A single one gives its place only where it has not the kind of thing that was
 * asked for. `keep` [top_k] gets their indices, ascending. `mem` is scratch;
 * LIMIT or NO_MEMORY when it is full. */
anc_status rag_select(anc_arena *mem, anc_str question, const rag_passage *passages, size_t n,
                      size_t top_k, size_t *keep, rag_selection *ret, anc_err *err) ANC_MUST_CHECK;

/* The passage whose row speaks best to the question, by its words; n: what speaks best is no row. Errors as above. */
anc_status rag_select_row(anc_arena *mem, anc_str question, const rag_passage *passages, size_t n,
                          size_t *ret, anc_err *err) ANC_MUST_CHECK;

#endif
