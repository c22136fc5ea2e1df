/* openings.h - how a question says that it goes on from the one before: "and what about ", "et pour ". */
#ifndef ANC_RAG_DOMAIN_OPENINGS_H
#define ANC_RAG_DOMAIN_OPENINGS_H

#include "base/str.h"

/* Bytes of the opening of a continuation; 0: there is none. */
size_t rag_opening_bytes(anc_str question);

#endif
