/* recorded.h - a question that asks another field of the record that was answered with: "Invoice No: INV-2010; Customer:
 * Cobalt Mining", then "Who is the customer?". */
#ifndef ANC_RAG_DOMAIN_RECORDED_H
#define ANC_RAG_DOMAIN_RECORDED_H

#include "rag/domain/spoken.h"

/* What the record is known by, the value of its first field ("INV-2010"), where `answered` is one record and nothing
 * else, and the question `s` asks for one of its other fields and names nothing itself; empty: it does not. */
anc_str rag_recorded(const rag_spoken *s, const rag_spoken *answered);

/* A field of a record: "Station", "B1"; views of the answer. */
typedef struct rag_field {
    anc_str name, value;
} rag_field;

/* The field that the record of an answer is known by, its first, behind what may be told of it ("1 of 7 rows: Station: B1; …");
 * false where the answer is no record, or several. */
bool rag_record_key(anc_str answer, rag_field *ret);

/* The field of that record whose name is `name`, in any form of the word; false: there is none. */
bool rag_record_field(anc_str answer, anc_str name, rag_field *ret);

#endif
