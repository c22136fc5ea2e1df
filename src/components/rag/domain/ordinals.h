/* ordinals.h - "first", "deuxième", "dritte": words that tell one thing of a kind from another. */
#ifndef ANC_RAG_DOMAIN_ORDINALS_H
#define ANC_RAG_DOMAIN_ORDINALS_H

#include "base/base.h"

/* 1 to 10; 0: `word` is none. English, French and German. */
unsigned rag_ordinal_of(anc_str word);

#endif
