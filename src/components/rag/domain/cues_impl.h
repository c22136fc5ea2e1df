/* cues_impl.h - a row of the tables of phrases, asking and answering. Private. */
#ifndef ANC_RAG_DOMAIN_CUES_IMPL_H
#define ANC_RAG_DOMAIN_CUES_IMPL_H

#include "rag/domain/cues.h"

typedef struct cue_row {
    anc_str text; /* lower case */
    unsigned cues;
} cue_row;

#define ROW(text, cues)            \
    {                              \
        ANC_STR_INIT(text), (cues) \
    }

/* The kinds that a word of an answer tells, and those that it tells as a unit behind a figure; 0: none. */
unsigned rag_cues_of_word(anc_str word);
unsigned rag_cues_of_unit(anc_str word);

#endif
