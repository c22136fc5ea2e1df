/* tally.h - a question that counts the rows of a table: "How many invoices are overdue?".
 *
 * It is answered only where every word of it is accounted for: what is counted is what the table or one of its columns
 * is called, and each condition is the whole of what stands in a cell of one column. A word that is neither of these,
 * nor one that only holds the sentence together ("are", "in the table"), may be a condition that nobody understood,
 * such as "before May" or "not": then nothing is said of a number.
 */
#ifndef ANC_RAG_DOMAIN_TALLY_H
#define ANC_RAG_DOMAIN_TALLY_H

#include "base/arena.h"

enum { RAG_TALLY_ROWS = 4000, RAG_TALLY_COLUMNS = 64 }; /* that a table has at most to be counted */

/* All rows of a table, in order. Views are borrowed. */
typedef struct rag_tally_table {
    anc_str title, uri;  /* of its document */
    anc_str heading;     /* over it: the name of a sheet; may be empty */
    anc_str columns;     /* the row that names them */
    const anc_str *rows; /* [n] */
    size_t n;
    bool named; /* the question names the document or the sheet */
} rag_tally_table;

/* What is counted in "How many unpaid invoices are there?": the words behind "how many" up to the first that only holds
 * the sentence together; empty where the question counts nothing, or does not say what ("How many are there?").
 * A question of more than 40 words counts nothing.
 * *ret_counts: whether it counts. English, French, German, Spanish, Italian, Portuguese. */
anc_status rag_tally_counted(anc_arena *mem, anc_str question, bool *ret_counts, anc_str *ret,
                             anc_err *err) ANC_MUST_CHECK;

/* Whether it asks for the rows and not for their number: "Which invoices are overdue?", "List the overdue invoices". Such a
 * question counts as well. */
anc_status rag_tally_lists(anc_arena *mem, anc_str question, bool *ret,
                           anc_err *err) ANC_MUST_CHECK;

/* Which rows are counted, in ret_rows [table->n], and how many; 0: it cannot be said. `mem` is scratch. */
anc_status rag_tally_count(anc_arena *mem, anc_str question, const rag_tally_table *table,
                           bool *ret_rows, size_t *ret, anc_err *err) ANC_MUST_CHECK;

#endif
