/* csv_impl.h - a table in text, read row by row. */
#ifndef ANC_PARSE_CSV_IMPL_H
#define ANC_PARSE_CSV_IMPL_H

#include "parse_impl.h"

typedef struct prs_csv_cell {
    size_t at, len;
    bool mended; /* lies in `scratch`, not in the text: quotes were taken off */
} prs_csv_cell;

typedef struct prs_csv {
    anc_str text;
    size_t at;    /* of the next row */
    uint64_t row; /* number of the row at hand, from 1 */
    char delimiter;
    prs_csv_cell *cells; /* owned */
    size_t n, cap;
    anc_buf scratch;
} prs_csv;

/* `text` is valid UTF-8; the delimiter is found in its first rows. */
void prs_csv_open(prs_csv *csv, anc_str text, size_t max_bytes);
void prs_csv_done(prs_csv *csv);

/* Reads the next row that is not empty. False at the end and after a failure; then `ret_status` is
 * not OK: LIMIT for too many columns or too long a cell, or NO_MEMORY. */
bool prs_csv_next(prs_csv *csv, anc_status *ret_status, anc_err *err);

/* A cell of the row at hand, blanks around it removed. */
anc_str prs_csv_at(const prs_csv *csv, size_t i);

/* How many columns most rows have. Rows above the first of these are a preamble; then, where there is
 * one, comes the row that names the columns. */
typedef struct prs_csv_shape {
    size_t columns;
    uint64_t preamble; /* rows */
    bool header;
} prs_csv_shape;

/* Looks at the first rows; the reading begins anew afterwards. */
prs_csv_shape prs_csv_shape_of(prs_csv *csv);

#endif
