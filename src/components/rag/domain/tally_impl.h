/* tally_impl.h - the words of a question that counts, and what is known of a table meanwhile. Private to tally*.c and
 * measure.c. */
#ifndef ANC_RAG_DOMAIN_TALLY_IMPL_H
#define ANC_RAG_DOMAIN_TALLY_IMPL_H

#include "rag/domain/amounts.h"
#include "rag/domain/days.h"
#include "rag/domain/synonyms.h"
#include "rag/domain/tally.h"
#include "rag/domain/words.h"

/* A question of more words counts nothing: each of them is looked for in all cells of a table. */
enum { RAG_COUNTING_WORDS = 40 };

/* What a condition wants of a cell. */
typedef enum rag_test {
    RAG_TEST_CELL, /* that words of the question are all that stands in it */
    RAG_TEST_ABOVE,
    RAG_TEST_FROM, /* "at least", "since" */
    RAG_TEST_BELOW,
    RAG_TEST_TO, /* "at most" */
    RAG_TEST_EQUAL,
    RAG_TEST_SET, /* "has oxygen": it says yes, or a number but 0 */
    RAG_TEST_UNSET
} rag_test;

/* "more than 80,000", "after 2023": the words [first, last) of a question. */
typedef struct rag_limit {
    size_t first, last;
    rag_test test;
    bool year;  /* of a date or a year, else of a figure */
    bool money; /* "200 euros", "$200" */
    anc_str number;
} rag_limit;

enum { RAG_LIMITS_MAX = 3 };

/* How rows are asked for. */
typedef enum rag_counting_kind {
    RAG_COUNTS_NOTHING,
    RAG_COUNTS, /* "How many …" */
    RAG_LISTS,  /* "Which …", "List the …" */
    RAG_LISTS_PERSONS /* "Who …", "What …": any row */,
    RAG_LISTS_BARE /* "orders over 200" */
} rag_counting_kind;

/* The words behind "how many", each once: of a joined form its parts. */
typedef struct rag_counting {
    anc_str text;
    txt_language language;
    rag_words words;
    rag_counting_kind kind;
    size_t first; /* behind "how many"; words.n: it counts nothing */
    size_t end;   /* behind what is counted */
    bool lists;   /* it asks which they are, not how many */
    rag_limit limits[RAG_LIMITS_MAX];
    size_t n_limits;
} rag_counting;

anc_status rag_counting_read(anc_arena *mem, anc_str question, rag_counting *ret,
                             anc_err *err) ANC_MUST_CHECK;

/* A question that asks for nothing, read as the name of what is wanted: "visits by Okafor". */
void rag_counting_read_bare(rag_counting *c);

/* Whether word `i` only holds the sentence together; the second: says that something stands in, or is of, what follows. */
bool rag_counting_holds(const rag_counting *c, size_t i);
bool rag_counting_places(const rag_counting *c, size_t i);

/* Whether word `i` says no more of somebody than that he is there ("works in Lyon"); whether it says whose something is
 * ("from Nordlicht", "by Okafor"), which it does of no table that says where things go. */
bool rag_counting_dwells(const rag_counting *c, size_t i);
bool rag_counting_sources(const rag_counting *c, size_t i);

/* How many words from word `i` on are the longest of the phrases, which blanks part and "_" their words; 0: none. */
size_t rag_counting_phrase(const rag_counting *c, size_t i, const char *phrases);

/* The limit that word `i` is of; NULL: none. */
const rag_limit *rag_counting_limit(const rag_counting *c, size_t i);

/* "or", "and", "than": between several that are named. */
bool rag_counting_joins(const rag_counting *c, size_t i);

/* "Who are", and not "who is". */
bool rag_counting_is_plural(const rag_counting *c, size_t i);

/* "rows", "Einträge": what every table has. */
bool rag_counting_is_rows(const rag_counting *c, size_t i);

/* "not", "pas": in a cell, it says the opposite. */
bool rag_tally_denies(anc_str word);

/* "Quantity", "Anzahl": a column that says itself how many. */
bool rag_tally_is_quantity(anc_str word);

/* "Total", "Zwischensumme:", "Moyenne (EUR)": the first cell of a row that is made of others. */
bool rag_tally_is_sum(anc_str cell);

/* A question for a figure of a column. */
typedef struct rag_measure {
    rag_tally_says says; /* RAG_TALLY_COUNT: it asks for none */
    bool prices;         /* of what things cost ("the cheapest", "costs the most") */
    uint32_t
        pairs; /* of what a column of these is called (synonyms.h): "the largest", "the heaviest" */
    bool compares; /* "cheaper", of several that are named */
    bool times;    /* of which comes first or last: least and most are of dates */
    bool ages;     /* … by how old they are */
    bool sums;     /* RAG_TALLY_COUNT: "how many beds in total" may be the total of a column */
    bool used[RAG_COUNTING_WORDS]; /* by word of the question: it asks for that */
} rag_measure;

enum {
    RAG_TALLY_RUN = 8, /* words that a condition has at most */
    RAG_TALLY_CONDITIONS = 8,
    RAG_TALLY_DULL = 1024,
    RAG_TALLY_CELL_BYTES = 80
};

/* A run of words of the question, in the cells of one column. */
typedef struct rag_run {
    anc_str first; /* the first cell that it is all of; ptr NULL: there is none */
    bool differs;  /* another such cell is written otherwise */
    bool more;     /* a cell has it and other words, and does not say the opposite */
} rag_run;

typedef struct rag_tally_column {
    anc_str name;
    rag_words words;
    rag_run *runs; /* [words of the question * RAG_TALLY_RUN], by first word and length - 1 */
    size_t filled; /* cells that are not empty */
    size_t whole_numbers; /* … that are nothing but figures */
    size_t years;         /* … that have one year, and no more than a day and a time beside it */
    size_t yes, no;       /* … that say so */
    bool nought;          /* one of them is 0 */
    uint32_t pairs;       /* that its name answers (synonyms.h) */
    rag_amounts amounts;
    rag_days days; /* where it is asked which comes first */
    uint64_t
        *slots; /* [n_slots] hashes of cells of rows that are counted; NULL: they need not differ */
    size_t n_slots;
    bool repeats; /* one came twice, or is empty */
} rag_tally_column;

/* What words [first, last) of the question want of the cells of `column`. */
typedef struct rag_condition {
    size_t first, last;
    size_t column;
    rag_test test;
    size_t
        group; /* the first of those of which one has to fit: "low or medium"; itself where it is alone */
    bool year;
    int64_t value; /* of a figure or a year, in units of `scale` decimals */
    unsigned scale;
} rag_condition;

struct rag_tally {
    anc_arena *mem;
    rag_tally_table table;
    rag_counting q;
    rag_measure measure;
    rag_synonyms synonyms;
    uint32_t asked
        [RAG_COUNTING_WORDS]; /* by word of the question: the pairs of synonyms.h that it asks for */
    anc_str file;             /* that the question names */
    rag_words title, file_name, heading;
    size_t n_columns;
    rag_tally_column columns[RAG_TALLY_COLUMNS];
    uint64_t dull[RAG_TALLY_DULL]; /* by hash: cells without a word of the question; 0: none */
    size_t rows, filled;           /* that were looked at, and their cells that are not empty */
    bool fits;                     /* false: it cannot be said, whatever else comes */
    bool full;                     /* there are more rows than may be counted */
    rag_condition conditions[RAG_TALLY_CONDITIONS];
    size_t n_conditions;
    size_t column; /* that the figure is of */

    /* the second time */
    size_t taken;                         /* rows */
    size_t counted;                       /* that every condition fits */
    size_t without[RAG_TALLY_CONDITIONS]; /* that all others fit */
    size_t in;
    int64_t total, best;
    char best_cell[RAG_TALLY_CELL_BYTES]; /* of a date: as it is written */
};

/* tally_rows.c: one row into what is known of its columns. */
anc_status rag_tally_cells(rag_tally *t, anc_str row, anc_str cells[RAG_TALLY_COLUMNS],
                           anc_err *err) ANC_MUST_CHECK;
anc_status rag_tally_add_column(rag_tally *t, anc_str name, anc_err *err) ANC_MUST_CHECK;

/* Whether the words [first, last) of the question are all that stands in a cell, whose words are given. */
bool rag_tally_is_cell(const rag_tally *t, anc_str cell, rag_words words, size_t first,
                       size_t last);

/* What stands at words [first, last) of the question. */
anc_str rag_tally_said(const rag_tally *t, size_t first, size_t last);

static inline rag_run *rag_tally_run(const rag_tally_column *column, size_t first, size_t last)
{
    return &column->runs[first * RAG_TALLY_RUN + (last - first - 1)];
}

/* tally_limits.c: the limits that a question has, in its own words; what a cell shows of its column; and for the words that no
 * cell has the conditions that they are. False: a limit is there, and it is not known of which column. */
void rag_limits_read(rag_counting *c);
bool rag_limits_pays(const rag_counting *c, size_t i); /* "pay", where a sum is the limit */
void rag_limits_look(rag_tally_column *column, anc_str cell);
bool rag_limits_find(rag_tally *t);
bool rag_limits_fit(const rag_tally *t, const rag_condition *c, anc_str cell);

/* tally_sense.c: whether word `i` names column `k`, or asks for what it is called; how much of its name the question has. */
bool rag_tally_names(const rag_tally *t, size_t i, size_t k);
size_t rag_tally_said_of(const rag_tally *t, size_t k);
bool rag_tally_has_condition(const rag_tally *t, size_t k); /* on column `k` */

/* "items.qty": of an object in the record, which has figures of its own. */
bool rag_tally_is_inner(const rag_tally_column *c);

/* tally_words.c: "To", "Recipient": a column that says where things go. */
bool rag_tally_is_destination(const rag_tally_column *c);

/* Finds the conditions and, for a figure, its column; whether every word is accounted for. */
bool rag_tally_understood(rag_tally *t);

/* Whether the file, its title or the heading over the table is called just what is counted, or whose figure it is: "tools.csv"
 * of "How many tools are there?". */
bool rag_tally_is_called(const rag_tally *t);

/* Whether nothing but the first column is called so ("How many departments are there?" of Department | Budget), and no condition
 * is on the rows. */
bool rag_tally_is_by_column(const rag_tally *t);

/* Whether a column has a name that a figure may be asked of: else the rows need not be looked at. */
bool rag_tally_may_measure(const rag_tally *t);

/* Where word `i` of the question stands: in what the document and its table are called; in a condition (NULL: none);
 * in the name of a column (n_columns: of none). */
bool rag_tally_in_names(const rag_tally *t, size_t i);
const rag_condition *rag_tally_condition(const rag_tally *t, size_t i);
/* Whether it joins two conditions of which one has to fit: "low or medium". */
bool rag_tally_joins(const rag_tally *t, size_t i);
size_t rag_tally_column_named(const rag_tally *t, size_t i);

/* Whether a column has figures that may be asked for; whether word `i` of a question for one is accounted for. */
bool rag_tally_has_amounts(const rag_tally *t, size_t k);
bool rag_tally_accounts(const rag_tally *t, size_t i);

/* Whether the word is what is counted, or whose figure it is, and not how much of it. */
bool rag_tally_is_noun(const rag_tally *t, size_t i);

#endif
