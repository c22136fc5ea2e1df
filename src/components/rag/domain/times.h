/* times.h - the names of the months in six languages. */
#ifndef ANC_RAG_DOMAIN_TIMES_H
#define ANC_RAG_DOMAIN_TIMES_H

#include "base/base.h"

/* 1 to 12; 0: `word` is no month. ASCII letters of either case; `in_cell`: also as tables shorten it ("Jan"). */
unsigned rag_month_of(anc_str word, bool in_cell);

#endif
