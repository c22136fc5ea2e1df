/* route.h - what kind of question it is and how hard: a score with named parts, and its tier. */
#ifndef ANC_RAG_DOMAIN_ROUTE_H
#define ANC_RAG_DOMAIN_ROUTE_H

#include "base/base.h"

enum { RAG_REASON_BYTES = 192 };

typedef struct rag_route {
    anc_str intent;                /* "semantic", "hybrid", "metadata" or "chit_chat"; a literal */
    anc_str tier;                  /* "Q2", "Q3" or "Q4"; a literal */
    double complexity;             /* 0 to 10, one decimal */
    char reason[RAG_REASON_BYTES]; /* "length 1.2, reasoning 1.5"; terminated */
} rag_route;

/* Below 3 Q2, below 7 Q3, else Q4. `question` is valid UTF-8; `turns` earlier ones are known. */
rag_route rag_route_of(anc_str question, size_t turns);

#endif
