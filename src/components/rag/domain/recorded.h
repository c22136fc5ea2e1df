/* recorded.h - a question that asks another field of the record that was answered with: "Invoice No: INV-2010; Customer:
 * Cobalt Mining", then "Who is the customer?". */
#ifndef ANC_RAG_DOMAIN_RECORDED_H
#define ANC_RAG_DOMAIN_RECORDED_H

#include "rag/domain/spoken.h"

/* What the record is known by, the value of its first field ("INV-2010"), where `answered` is one record and nothing
 * else, and the question `s` asks for one of its other fields and names nothing itself; empty: it does not. */
anc_str rag_recorded(const rag_spoken *s, const rag_spoken *answered);

#endif
