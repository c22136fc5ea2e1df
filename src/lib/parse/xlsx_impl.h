/* xlsx_impl.h - how a workbook shows its numbers (formats, dates), and its merged cells. */
#ifndef ANC_PARSE_XLSX_IMPL_H
#define ANC_PARSE_XLSX_IMPL_H

#include "xml_impl.h"

typedef enum prs_number_kind {
    PRS_NUMBER_GENERAL,
    PRS_NUMBER_DECIMALS,
    PRS_NUMBER_PERCENT,
    PRS_NUMBER_DATE,
    PRS_NUMBER_TIME,
    PRS_NUMBER_DATE_TIME
} prs_number_kind;

typedef struct prs_number_format {
    unsigned char kind; /* prs_number_kind */
    unsigned char decimals;
} prs_number_format;

enum { PRS_NUMBER_BYTES = 48 };

/* The format that a code means ("0.00", "dd/mm/yyyy", "[h]:mm"): what it shows of a positive number. */
prs_number_format prs_number_format_of(anc_str code);

/* A format that has a number and no code; GENERAL for those that are not known. */
prs_number_format prs_number_format_built_in(uint32_t id);

/* Writes a cell's value as the format shows it; dates in ISO form. `text` itself where it is no number or
 * no day of the calendar. */
anc_str prs_number_show(anc_str text, prs_number_format format, bool since_1904,
                        char out[PRS_NUMBER_BYTES]);

/* The formats of a workbook by the number that a cell gives. */
typedef struct prs_xlsx_styles {
    prs_number_format *formats; /* owned */
    size_t n, cap;
} prs_xlsx_styles;

/* Reads the part named `name`. */
bool prs_xlsx_styles_read(prs_archive *a, const char *name, prs_xlsx_styles *ret) ANC_MUST_CHECK;
void prs_xlsx_styles_done(prs_xlsx_styles *s);

/* The cells of a worksheet that are one over several rows. */
typedef struct prs_xlsx_merge {
    uint32_t column;      /* from 0: the first one's */
    uint64_t first, last; /* rows, from 1 */
} prs_xlsx_merge;

typedef struct prs_xlsx_merges {
    prs_xlsx_merge *items; /* owned; [n], by first row */
    size_t n, cap, at;
} prs_xlsx_merges;

struct prs_sheet_spans;

/* Reads those of the worksheet named `name`. */
bool prs_xlsx_merges_read(prs_archive *a, const char *name, prs_xlsx_merges *ret) ANC_MUST_CHECK;
void prs_xlsx_merges_done(prs_xlsx_merges *m);

/* Row `row` begins, and with it what `spans` is told of. */
void prs_xlsx_merges_begin_row(prs_xlsx_merges *m, uint64_t row, struct prs_sheet_spans *spans);

#endif
