/* periods_impl.h - what a price is for. Private to extraction. */
#ifndef ANC_RAG_DOMAIN_PERIODS_IMPL_H
#define ANC_RAG_DOMAIN_PERIODS_IMPL_H

#include "extract_impl.h"

/* Whether a figure "per year" is asked of row i, and what stands with it and over it says that its figures are for another
 * time: "prices are per user and month". */
bool rag_is_of_other_period(const rag_extraction *x, size_t i);

#endif
