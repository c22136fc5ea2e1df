/* matches.h - where the words of a query stand in a text. */
#ifndef ANC_SEARCH_DOMAIN_MATCHES_H
#define ANC_SEARCH_DOMAIN_MATCHES_H

#include "base/arena.h"
#include "text/analyze.h"

/* How texts are analysed for an index, and so the questions that are asked of it. */
extern const txt_analyze_options srch_analysis;

typedef struct srch_spot {
    uint32_t term;       /* which of the query's terms */
    uint32_t start, end; /* bytes of the text */
} srch_spot;

/* A term, or (`begins`) all words that begin so. An empty text is nowhere. */
typedef struct srch_sought {
    anc_str text;
    bool begins;
} srch_sought;

/* All mentions of `terms` [n_terms], distinct, in `text` as it is read in `language`, by their start.
 * A joined form and its parts may both be there, so spots may overlap. In `mem`; LIMIT or NO_MEMORY. */
anc_status srch_spots_find(anc_arena *mem, anc_str text, txt_language language,
                           const srch_sought *terms, size_t n_terms, srch_spot **ret, size_t *ret_n,
                           anc_err *err) ANC_MUST_CHECK;

/* Whether a passage's heading is worth terms of its own: neither title nor text says it already. */
bool srch_heading_counts(anc_str title, anc_str heading, anc_str text);

#endif
