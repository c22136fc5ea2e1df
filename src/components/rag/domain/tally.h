/* tally.h - a question that is answered by the rows of a table together: "How many invoices are overdue?", "What is the
 * total amount of the paid ones?", "Which tool costs the most?", "Who works in Porto?", "orders over 200".
 *
 * It is answered only where every word of it is accounted for: what is counted is what the table or one of its columns
 * is called, and each condition is the whole of what stands in a cell of one column, or says what a figure, a year or a
 * flag of one column has to be. A word that is neither of these,
 * nor one that only holds the sentence together ("are", "in the table"), may be a condition that nobody understood,
 * such as "before May" or "not": then nothing is said of a number. A figure is that of the one column that the question
 * names, each cell of which is a number of one unit (amounts.h).
 *
 * The rows are gone through twice and none is kept: first to see which words are conditions and how the figures are
 * written, then to count. English, French, German, Spanish, Italian, Portuguese.
 */
#ifndef ANC_RAG_DOMAIN_TALLY_H
#define ANC_RAG_DOMAIN_TALLY_H

#include "base/arena.h"
#include "text/language.h"

enum {
    RAG_TALLY_ROWS = 100000,
    RAG_TALLY_COLUMNS = 64, /* that a table has at most to be counted */
    RAG_TALLY_NAMES = 3,    /* of a question's words that documents are looked for by */
};

typedef enum rag_tally_says {
    RAG_TALLY_COUNT,
    RAG_TALLY_TOTAL,
    RAG_TALLY_MEAN,
    RAG_TALLY_MOST,
    RAG_TALLY_LEAST,
    RAG_TALLY_DIFFERENCE /* of two rows */
} rag_tally_says;

/* A table without its rows. Views are borrowed for the call alone, but for title and uri. */
typedef struct rag_tally_table {
    anc_str title, uri;    /* of its document */
    anc_str heading;       /* over it: the name of a sheet; may be empty */
    anc_str columns;       /* the row that names them; empty: each row is lines "name: value" */
    txt_language language; /* of its document */
    bool named;            /* the question names the document or the sheet */
} rag_tally_table;

/* What is wanted to know which documents may have the answer. */
typedef struct rag_tally_wish {
    rag_tally_says says;
    bool asks;  /* false: the question asks for nothing of this kind */
    bool lists; /* it asks for the rows and not for their number: "Which invoices are overdue?" */
    bool
        by_row; /* it does so only where a row is what answers it best: "Who works in Lyon?", "orders over 200" */
    bool compares; /* "more than 80,000": the words of a single row say nothing of that */
    anc_str
        what; /* what is counted in "How many unpaid invoices are there?": the words behind "how many" up to the
                   * first that only holds the sentence together; of a figure its longest word that may name a
                   * table. May be empty */
    anc_str names[RAG_TALLY_NAMES]; /* [n_names] words that may name the document, longest first */
    size_t n_names;
} rag_tally_wish;

/* A question of more than 40 words asks for nothing. */
anc_status rag_tally_wished(anc_arena *mem, anc_str question, rag_tally_wish *ret,
                            anc_err *err) ANC_MUST_CHECK;

typedef struct rag_tally rag_tally;

/* Begins with one table. In `mem`, of which one takes less than a megabyte, and when it is settled 16 bytes a row for each
 * column whose cells have to differ; LIMIT where that is full. */
anc_status rag_tally_new(anc_arena *mem, anc_str question, const rag_tally_table *table,
                         rag_tally **ret, anc_err *err) ANC_MUST_CHECK;

/* A row, the first time; `scratch` is for the call. */
anc_status rag_tally_look(rag_tally *t, anc_arena *scratch, anc_str row,
                          anc_err *err) ANC_MUST_CHECK;

/* Whether it has been shown as many rows as there may be. */
bool rag_tally_is_full(const rag_tally *t);

/* Behind the last of them: *ret whether the question may have an answer here, for which they are gone through once more. */
anc_status rag_tally_settle(rag_tally *t, bool *ret, anc_err *err) ANC_MUST_CHECK;

typedef enum rag_tally_row {
    RAG_ROW_OUT,
    RAG_ROW_IN,  /* it is one of those that the answer stands on */
    RAG_ROW_ANEW /* … and the first: those before are none */
} rag_tally_row;

/* The same row, the second time. */
anc_status rag_tally_take(rag_tally *t, anc_arena *scratch, anc_str row, rag_tally_row *ret,
                          anc_err *err) ANC_MUST_CHECK;

typedef struct rag_tally_answer {
    rag_tally_says says;
    size_t n;  /* rows that were counted, or that the figure is of; 0: it cannot be said */
    size_t of; /* rows of the table */
    size_t in; /* rows that were said to be in */
    bool
        called; /* the table is called just what was counted, or whose figure it is: "tools.csv" of "tools"; where
                   the first of all is asked ("the cheapest tool"), its first column may be */
    bool times;     /* the figure is a date or a time: of the first or the last */
    bool by_column; /* nothing is called so but its first column, and all rows are meant */
    anc_str column; /* that the figure is of, as it is called there */
    anc_str figure; /* as figures are written there, with their unit; empty: rows are counted */
} rag_tally_answer;

/* In the memory of `t`; nothing can be said where that has no room for a figure, or a figure is too large. */
void rag_tally_end(const rag_tally *t, rag_tally_answer *ret);

#endif
