/* passage.h - a retrieved passage as the rooms of this domain see it. */
#ifndef ANC_RAG_DOMAIN_PASSAGE_H
#define ANC_RAG_DOMAIN_PASSAGE_H

#include "base/base.h"

/* From byte `at` of the document's extracted text up to the next place: row of a table, from 1 behind the row
 * that names the columns; 0: none. */
typedef struct rag_place {
    uint64_t at;
    uint32_t row;
} rag_place;

/* Passage i of a list is what the marker [i + 1] points at. All views are borrowed. */
typedef struct rag_passage {
    anc_str text;    /* exactly what stands in the document's extracted text */
    anc_str title;   /* of the document */
    anc_str heading; /* "A > B"; may be empty */
    anc_str
        columns; /* of a passage that begins inside a table: the row that names its columns, which
                         stands further up in the document; may be empty */
    anc_str language;        /* "en", "fr", …; may be empty */
    uint64_t start;          /* byte of the document's extracted text where `text` begins */
    const rag_place *places; /* [n_places] of the text, in order; none: no rows are known */
    size_t n_places;
    const uint32_t *pages; /* [n_places] that these stand on, 0: not known; NULL: none is known */
    uint32_t tokens;       /* of the embedding model; 0 when unknown */
    double score;          /* calibrated relevance, 0..1 */
    double semantic;       /* cosine with the question; NaN where there is no vector */
    double coverage;       /* share of the question's idf weight that the passage has, 0..1 */
} rag_passage;

#endif
