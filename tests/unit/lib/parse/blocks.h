/* blocks.h - a parse written down as lines, so that a table's row can hold what is expected. */
#ifndef ANC_TESTS_PARSE_BLOCKS_H
#define ANC_TESTS_PARSE_BLOCKS_H

#include "parse/records.h"

typedef struct blocks_row {
    const char *name;
    anc_str source;
    const char
        *lines; /* a block a line: "h1 text", "p text", "p#3 text" of record 3, "row a | b", … */
} blocks_row;

/* Parses the row's source and compares. */
void check_blocks(prs_kind kind, const blocks_row *row);

/* The same with lines for properties ("name=value") and attachments ("attachment name (type): bytes"). */
void check_document(prs_kind kind, const blocks_row *row);

/* Parses `source`, which must succeed, whatever comes out. */
void check_is_read(prs_kind kind, anc_str source);

/* Parses the row's source, which must fail with `status`; `lines` is what the error must hold. */
void check_refusal(prs_kind kind, anc_status status, const blocks_row *row);

/* As `record` of a sink: writes "1: name=value(kind) …" and a line end to `self`, an anc_buf. */
anc_status write_record(void *self, uint64_t number, const prs_field *fields, size_t n,
                        anc_err *err);

#endif
