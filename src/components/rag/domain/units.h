/* units.h - the pieces that an extractive answer may quote: sentences, list items, table rows.
 *
 * A unit is a span of one passage. A line that heads what follows (a heading, or a question of an
 * FAQ) is a unit too, seldom worth quoting itself; the units below it know it as their head, because
 * the answer to a question often repeats none of its words.
 */
#ifndef ANC_RAG_DOMAIN_UNITS_H
#define ANC_RAG_DOMAIN_UNITS_H

#include "rag/domain/passage.h"
#include "rag/domain/words.h"

enum {
    RAG_UNIT_MAX_CHARS = 380, /* a longer sentence is cut into pieces at its clauses */
    RAG_ROW_MAX_CHARS =
        4000, /* a row is not, up to here: of a wide one only what was asked for is told */
    RAG_UNITS_MAX = 2000, /* of one question; what comes after is not looked at */
};

typedef enum rag_unit_kind {
    RAG_UNIT_PROSE, /* rows and items too */
    RAG_UNIT_HEADING,
    RAG_UNIT_QUESTION,
    RAG_UNIT_COLUMNS /* names the columns of the rows below it */
} rag_unit_kind;

typedef struct rag_unit {
    uint32_t passage;     /* index */
    uint32_t start, end;  /* bytes of the passage's text */
    uint32_t first, last; /* its words are [first, last) of the passage's */
    uint32_t chars;       /* code points */
    uint32_t head;        /* unit that heads it, or RAG_NO_UNIT */
    uint32_t columns;     /* of a row: unit that names its columns, or RAG_NO_UNIT */
    bool continues; /* a row of the table that the passage begins in: passage.columns names them */
    uint32_t cells; /* of a row, 2 or more; 0: it is none */
    rag_unit_kind kind;
    bool card;       /* a record of lines "name: value", or one of its lines, whose head is the
                                   line that says which record it is */
    bool line_start; /* it is the first of its line */
    bool item;       /* it is of an item of a list */
    bool after_list; /* a list stands between it and what heads it, which heads it no longer */
    bool cut_before, cut_after; /* a piece of a long sentence, which goes on there */
} rag_unit;

#define RAG_NO_UNIT UINT32_MAX

typedef struct rag_units {
    rag_unit *items; /* [n], by passage and place */
    size_t n;
    rag_words *words; /* [n_passages]: of each passage's text */
} rag_units;

/* Cuts the passages into units, their words read as `language`. LIMIT or NO_MEMORY when `mem` is
 * full. */
anc_status rag_units_cut(anc_arena *mem, const rag_passage *passages, size_t n,
                         txt_language language, rag_units *ret, anc_err *err) ANC_MUST_CHECK;

anc_str rag_unit_text(const rag_unit *unit, const rag_passage *passages);

/* The line that names the columns of a row; empty where none is known. */
anc_str rag_unit_columns(const rag_units *units, const rag_unit *unit, const rag_passage *passages);

#endif
