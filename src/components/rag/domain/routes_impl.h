/* routes_impl.h - the way that a question asks of a table of ways. Private to extraction. */
#ifndef ANC_RAG_DOMAIN_ROUTES_IMPL_H
#define ANC_RAG_DOMAIN_ROUTES_IMPL_H

#include "extract_impl.h"

typedef enum rag_end {
    RAG_END_ANY,  /* it is not said */
    RAG_END_BARE, /* while it is read: it depends on the other places */
    RAG_END_FROM,
    RAG_END_TO
} rag_end;

enum { RAG_ROUTE_PLACES = 4 };

typedef struct rag_route {
    size_t from, to;                  /* columns */
    anc_str places[RAG_ROUTE_PLACES]; /* [n] of the question, as a cell has them; borrowed */
    rag_end ends[RAG_ROUTE_PLACES];
    size_t n;
} rag_route;

/* Reads the question by the table that row i is of; false: it has no such columns, or the question none of its places. */
bool rag_route_read(const rag_extraction *x, size_t i, rag_route *ret);

/* Whether row k of that table goes the way that is asked. */
bool rag_route_fits(const rag_extraction *x, const rag_route *r, size_t k);

#endif
