/* measure_impl.h - a question for a figure of a whole column: its total, its mean, the largest or the smallest. Private
 * to tally*.c and several.c. In English, French, German, Spanish, Italian, Portuguese.
 */
#ifndef ANC_RAG_DOMAIN_MEASURE_IMPL_H
#define ANC_RAG_DOMAIN_MEASURE_IMPL_H

#include "tally_impl.h"

/* Reads the words of `c`, which counts nothing or asks which rows, and gives it the language that it measures in.
 * A question of more than RAG_COUNTING_WORDS words measures nothing. */
anc_status rag_measure_read(anc_arena *mem, rag_counting *c, rag_measure *ret,
                            anc_err *err) ANC_MUST_CHECK;

/* tally_order.c: "first", "latest", "the oldest", by words of the language `in`; RAG_TALLY_COUNT where it has none, or of both
 * ends. Once the rows were looked at, whether every word is accounted for: finds the column. */
void rag_order_read(const rag_counting *c, txt_language in, rag_measure *ret);
bool rag_order_understood(rag_tally *t);

/* Whether word `i` only holds such a question together. */
bool rag_measure_holds(const rag_counting *c, size_t i);

/* "Price", "Montant": a column that says what things cost. "Number", "Anzahl": one that nothing is added up of. */
bool rag_measure_is_price(anc_str word);
bool rag_measure_is_number(anc_str word);

/* Whether by how much things differ is asked, in the language of `c`: "how much more does … cost than …?" */
bool rag_measure_differs(const rag_counting *c);

/* Whether a question in that language asks for the first of several: "the most", "the cheapest", "le plus". */
bool rag_measure_ranks(anc_str question, rag_words words, txt_language language);

#endif
