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

#endif
