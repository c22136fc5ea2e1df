/* tally_impl.h - the words of a question that counts. Private to tally.c and tally_words.c. */
#ifndef ANC_RAG_DOMAIN_TALLY_IMPL_H
#define ANC_RAG_DOMAIN_TALLY_IMPL_H

#include "rag/domain/words.h"

/* A question of more words counts nothing: each of them is looked for in all cells of a table. */
enum { RAG_COUNTING_WORDS = 40 };

/* The words behind "how many", each once: of a joined form its parts. */
typedef struct rag_counting {
    anc_str text;
    txt_language language;
    rag_words words;
    size_t first; /* behind "how many"; words.n: it counts nothing */
    size_t end;   /* behind what is counted */
    bool lists;   /* it asks which they are, not how many */
} rag_counting;

anc_status rag_counting_read(anc_arena *mem, anc_str question, rag_counting *ret,
                             anc_err *err) ANC_MUST_CHECK;

/* Whether word `i` only holds the sentence together; the second: says that something stands in, or is of, what follows. */
bool rag_counting_holds(const rag_counting *c, size_t i);
bool rag_counting_places(const rag_counting *c, size_t i);

/* "rows", "Einträge": what every table has. */
bool rag_counting_is_rows(const rag_counting *c, size_t i);

/* "not", "pas": in a cell, it says the opposite. */
bool rag_tally_denies(anc_str word);

/* "Quantity", "Anzahl": a column that says itself how many. */
bool rag_tally_is_quantity(anc_str word);

/* "Total", "Summe": the first cell of a row that is the sum of others. */
bool rag_tally_is_sum(anc_str cell);

#endif
