/* tables.h - which units are rows of a table, and which line names their columns. */
#ifndef ANC_RAG_DOMAIN_TABLES_H
#define ANC_RAG_DOMAIN_TABLES_H

#include "rag/domain/units.h"

/* Walks the cells of a row ("a | b | c", or with tabs between where it has no bar) without the white space
 * around them: start with *cursor = 0; false at the end. */
bool rag_cell_next(anc_str row, size_t *cursor, anc_str *ret);

/* The cell of column `index`; empty where the row has none. */
anc_str rag_cell_at(anc_str row, size_t index);

/* Whether a cell is a year, which may name a column. */
bool rag_is_year(anc_str cell);

/* Cells of a line; 1 where it is no row. */
size_t rag_cell_count(anc_str line);

/* Fills cells and columns of the units [from, units->n), all of them of `passage`, and makes the lines
 * that name columns RAG_UNIT_COLUMNS. */
void rag_tables_find(rag_units *units, size_t from, const rag_passage *passage);

#endif
