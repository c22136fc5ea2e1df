/* sheet_impl.h - the rows of spreadsheets, whatever file they come from, and what takes them.
 *
 * A row holds its filled cells alone, so that columns and rows without anything cost nothing however
 * many a file declares.
 */
#ifndef ANC_PARSE_SHEET_IMPL_H
#define ANC_PARSE_SHEET_IMPL_H

#include "parse/records.h"
#include "parse_impl.h"

/* What spreadsheets can show; a cell further right is refused. */
enum { PRS_SHEET_COLUMNS = 16384 };

typedef struct prs_sheet_cell {
    uint32_t column; /* from 0 */
    prs_value_kind kind;
    size_t at, len; /* in the row's text */
} prs_sheet_cell;

typedef struct prs_sheet_row {
    anc_buf text;
    prs_sheet_cell *cells; /* owned; columns ascend */
    size_t n, cap;
} prs_sheet_row;

void prs_sheet_row_init(prs_sheet_row *row, const prs_limits *limits);
void prs_sheet_row_done(prs_sheet_row *row);
void prs_sheet_row_clear(prs_sheet_row *row);

/* Adds a cell; blank ones are none. A cell left of the one before is a cell too many and dropped. */
bool prs_sheet_row_add(prs_sheet_row *row, uint32_t column, prs_value_kind kind, anc_str text,
                       prs_emitter *e);

anc_str prs_sheet_cell_text(const prs_sheet_row *row, size_t i);

/* Cells that are one over several rows, at the row at hand: at most so many at once, others are said once. */
enum { PRS_SHEET_SPANS = 64, PRS_SHEET_SPAN_BYTES = 200 };

typedef struct prs_sheet_span {
    uint32_t column;
    uint64_t first, last; /* rows */
    prs_value_kind kind;
    unsigned char len; /* 0: empty, or too long to be said again */
    char text[PRS_SHEET_SPAN_BYTES];
} prs_sheet_span;

typedef struct prs_sheet_spans {
    prs_sheet_span items[PRS_SHEET_SPANS]; /* [n], columns ascend */
    size_t n, at;                          /* the next that the row at hand may say again */
    uint64_t row;
} prs_sheet_spans;

void prs_sheet_spans_begin_sheet(prs_sheet_spans *s);
void prs_sheet_spans_begin_row(prs_sheet_spans *s, uint64_t row); /* rows ascend */

/* A cell of the row at hand goes down to row `last`; then its text, where it has one. */
void prs_sheet_spans_add(prs_sheet_spans *s, uint32_t column, uint64_t last);
void prs_sheet_spans_note(prs_sheet_spans *s, uint32_t column, prs_value_kind kind, anc_str text);

/* Says again in `row` what comes from above into columns left of `column`; for rows with cells of their own. */
bool prs_sheet_spans_reach(prs_sheet_spans *s, prs_sheet_row *row, uint32_t column, prs_emitter *e);

/* What takes the sheets; each gives false to end the reading (the emitter has failed). */
typedef struct prs_sheet_sink {
    bool (*sheet)(void *self, anc_str name);
    bool (*row)(void *self, const prs_sheet_row *row); /* with at least one cell */
    void *self;
} prs_sheet_sink;

bool prs_xlsx_sheets(anc_str bytes, const prs_sheet_sink *sink, prs_emitter *e) ANC_MUST_CHECK;
bool prs_ods_sheets(anc_str bytes, const prs_sheet_sink *sink, prs_emitter *e) ANC_MUST_CHECK;

/* Adds the name of a sheet that is left out as hidden to those before it, as far as there is room. */
enum { PRS_SHEET_HIDDEN_BYTES = 900 };
void prs_sheet_note_hidden(anc_buf *names, anc_str name);

typedef bool prs_sheets_fn(anc_str bytes, const prs_sheet_sink *sink, prs_emitter *e);

/* Reads the sheets as blocks: a heading a sheet, its rows below. The property "empty_sheets" has the numbers, from 1, of
 * those that have no rows and stand before others that have. */
bool prs_sheet_blocks(prs_sheets_fn *read, anc_str bytes, prs_emitter *e);

/* Reads the sheets as records, each named by the first row of its sheet. */
anc_status prs_sheet_records(prs_sheets_fn *read, anc_str bytes, const prs_limits *limits,
                             const prs_record_sink *sink, anc_err *err) ANC_MUST_CHECK;

#endif
