/* amounts.h - the figures of one column, all of one unit: read, compared, added up and written exactly.
 *
 * What "1.234" is, the cells of the column say together: one with "1,234.50", with "0.125" or with "1500" tells for all.
 * Where none does, the dot or the comma is what parts thousands for a currency that is written so, or in the language
 * of the document; else the column is not read at all.
 */
#ifndef ANC_RAG_DOMAIN_AMOUNTS_H
#define ANC_RAG_DOMAIN_AMOUNTS_H

#include "base/arena.h"
#include "text/language.h"

enum { RAG_AMOUNT_UNIT_BYTES = 16, RAG_AMOUNT_DECIMALS = 6 };

/* What the cells have shown so far; all zero to begin with. */
typedef struct rag_amounts {
    size_t n;                           /* of one unit */
    size_t figures;                     /* of any */
    bool others;                        /* a cell is no figure, or has another unit */
    char before[RAG_AMOUNT_UNIT_BYTES]; /* the unit as it stands there, with its blank: "€ " */
    char behind[RAG_AMOUNT_UNIT_BYTES];
    bool parts[4];       /* by rag_separator: seen between thousands */
    bool decimal[2];     /* dot, comma: seen before decimals */
    bool unclear[2];     /* dot, comma: before three figures, so either */
    bool long_figure;    /* a thousand or more without a separator */
    uint8_t decimals[2]; /* the most behind a dot, behind a comma */
    bool serial;         /* each is the one before and one more */
    int64_t last;
    int point;      /* once settled: -1 none, 0 dot, 1 comma */
    int separator;  /* … of thousands: -1 none, else a rag_separator */
    unsigned scale; /* … decimals that are counted in */
} rag_amounts;

void rag_amounts_look(rag_amounts *a, anc_str cell);

/* Once all cells were looked at: whether they are read, that is at least two, each a figure. */
bool rag_amounts_settle(rag_amounts *a, txt_language language);

/* Whether their unit is a share of a hundred, which nobody adds up. */
bool rag_amounts_are_shares(const rag_amounts *a);

/* A cell of the column, in units of its last decimal; false: it is none that was looked at. */
bool rag_amounts_read(const rag_amounts *a, anc_str cell, int64_t *ret);

/* A figure as the column's are written, without noughts behind its decimals that no cell has; `more` decimals beyond
 * the column's. ptr NULL when `mem` is full. */
anc_str rag_amounts_write(const rag_amounts *a, anc_arena *mem, int64_t value, unsigned more);

/* total / n with two decimals at least, rounded half away from nought, as a text; "≈ " before what was rounded. */
anc_str rag_amounts_write_mean(const rag_amounts *a, anc_arena *mem, int64_t total, size_t n);

#endif
