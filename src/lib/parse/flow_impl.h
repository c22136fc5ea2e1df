/* flow_impl.h - what word processors and slides have in common: paragraphs that stand for themselves,
 * in cells of tables, in boxes beside the text and in notes, turned into blocks.
 *
 * A paragraph is opened by its first text. Inside a table its text goes to the open cell. What stands
 * in a box or a note is kept back and follows the paragraph that it hangs on, a note in brackets. A
 * table of one column, and one from where another table begins in it, is there for layout: its
 * paragraphs stand for themselves.
 *
 * Every function gives false when the emitter has failed.
 */
#ifndef ANC_PARSE_FLOW_IMPL_H
#define ANC_PARSE_FLOW_IMPL_H

#include "parse_impl.h"

enum {
    PRS_FLOW_TABLES = 32, /* inside one another; deeper ones are layout */
    PRS_FLOW_ASIDES = 8,  /* boxes and notes inside one another */
    PRS_FLOW_COLUMNS = 64,
    PRS_FLOW_REPEATED =
        200, /* bytes of a cell that goes over several rows, to be repeated in each */
    PRS_FLOW_MARK = 64
};

/* How the items of a list are numbered. */
typedef enum prs_number_form {
    PRS_NUMBER_DECIMAL,
    PRS_NUMBER_BULLET,
    PRS_NUMBER_NONE,
    PRS_NUMBER_LOWER_LETTER,
    PRS_NUMBER_UPPER_LETTER,
    PRS_NUMBER_LOWER_ROMAN,
    PRS_NUMBER_UPPER_ROMAN,
    PRS_NUMBER_PADDED /* 01 */
} prs_number_form;

/* Appends `n`; as a decimal where the form has no such number. */
void prs_number_add(prs_number_form how, uint32_t n, anc_buf *out);

typedef struct prs_flow_paragraph {
    prs_block_kind kind;
    unsigned level;
    char mark[PRS_FLOW_MARK]; /* "-", "3.", a heading's "1.2"; "" for none */
    bool is_open;
} prs_flow_paragraph;

typedef enum prs_flow_merge {
    PRS_FLOW_ALONE,
    PRS_FLOW_FIRST, /* of cells that are one over several rows */
    PRS_FLOW_AGAIN
} prs_flow_merge;

/* Of the innermost table that is no layout: there is only one at a time in each aside. */
typedef struct prs_flow_row {
    bool is_open; /* a block */
    bool header;  /* said to be one */
    unsigned column, span, written;
    unsigned filled, numbers; /* cells with text, and those that are a number */
    bool cell_has_text, cell_is_number, blank_due;
    prs_flow_merge merge;
} prs_flow_row;

typedef struct prs_flow_table {
    bool layout;
    bool no_header; /* its first row is said to be none */
    unsigned rows;
} prs_flow_table;

typedef struct prs_flow_aside {
    prs_flow_paragraph paragraph; /* of what it stands in */
    prs_flow_row row;
    unsigned tables_from; /* tables from here on are inside */
    bool is_note;
} prs_flow_aside;

typedef struct prs_flow_repeat {
    unsigned char len; /* 0: nothing to repeat */
    char text[PRS_FLOW_REPEATED];
} prs_flow_repeat;

typedef struct prs_flow {
    prs_emitter *e;
    prs_flow_paragraph paragraph;
    prs_flow_row row;
    unsigned tables, asides, tables_from;
    prs_flow_table table[PRS_FLOW_TABLES];
    prs_flow_aside aside[PRS_FLOW_ASIDES];
    prs_flow_repeat repeats[PRS_FLOW_COLUMNS];
    anc_buf later; /* what stands in asides, a record a block */
    anc_buf notes; /* the texts of notes, each terminated */
} prs_flow;

/* Whether memory sufficed for all that was appended to `buf`; what was cut at its ceiling is as it is. */
bool prs_flow_whole(prs_flow *f, const anc_buf *buf);

void prs_flow_init(prs_flow *f, prs_emitter *e);
void prs_flow_done(prs_flow *f);

/* A paragraph of this kind; `mark` is cut where it is too long. Ends the one before. */
bool prs_flow_begin(prs_flow *f, prs_block_kind kind, unsigned level, anc_str mark);
bool prs_flow_end(prs_flow *f);

/* To the paragraph. */
bool prs_flow_text(prs_flow *f, anc_str text);
bool prs_flow_blank(prs_flow *f);
bool prs_flow_break(prs_flow *f);
bool prs_flow_note(prs_flow *f, anc_str text); /* a whole note that is ready */

/* A box beside the text, or a note. LIMIT when too many are inside one another. */
bool prs_flow_begin_aside(prs_flow *f, bool is_note);
bool prs_flow_end_aside(prs_flow *f);

bool prs_flow_begin_table(prs_flow *f);
bool prs_flow_end_table(prs_flow *f);
void prs_flow_one_column(prs_flow *f); /* the table has no more */
void prs_flow_no_header(prs_flow *f);

bool prs_flow_begin_row(prs_flow *f);
bool prs_flow_end_row(prs_flow *f);
void prs_flow_header_row(prs_flow *f);
void prs_flow_skip_columns(prs_flow *f, unsigned n); /* that have no cell */

bool prs_flow_begin_cell(prs_flow *f);
bool prs_flow_end_cell(prs_flow *f);
void prs_flow_span(prs_flow *f, unsigned columns); /* of the open cell, before its text */
void prs_flow_merged(prs_flow *f, prs_flow_merge merge);

#endif
