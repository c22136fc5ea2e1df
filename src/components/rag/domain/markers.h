/* markers.h - finding [n] in an answer. */
#ifndef ANC_RAG_DOMAIN_MARKERS_H
#define ANC_RAG_DOMAIN_MARKERS_H

#include "base/str.h"

enum { RAG_MARKERS_MAX = 256, RAG_GROUP_MAX = 16 };

typedef struct rag_marker {
    uint32_t number;
    uint32_t start, end; /* its brackets in the cleaned text */
} rag_marker;

typedef struct rag_markers {
    rag_marker items[RAG_MARKERS_MAX];
    size_t n;
} rag_markers;

/* Copies `answer` to `out` without the numbers that are not 1 to `n_passages`, and notes where the
 * others stand in it. What models write for [1] becomes [1]: 【1†source】, [^1], [passage 1], (passage 1).
 * Numbers of more than three digits are taken for something else ([2024]) and left alone, and so is what
 * stands between backticks. */
void rag_markers_clean(anc_str answer, size_t n_passages, anc_buf *out, rag_markers *ret);

/* Copies `text` to `out` without those of its `markers` whose number was set to 0, the brackets too when
 * nothing is left in them. What is left may have to be cleaned again. */
void rag_markers_drop(anc_str text, const rag_markers *markers, anc_buf *out);

#endif
