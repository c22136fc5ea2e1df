/* blocks.h - a parse written down as lines, so that a table's row can hold what is expected. */
#ifndef ANC_TESTS_PARSE_BLOCKS_H
#define ANC_TESTS_PARSE_BLOCKS_H

#include "parse/parse.h"

typedef struct blocks_row {
    const char *name;
    anc_str source;
    const char *lines; /* a block a line: "h1 text", "p text", "li2 - text", "row a | b", … */
} blocks_row;

/* Parses the row's source and compares. */
void check_blocks(prs_kind kind, const blocks_row *row);

#endif
