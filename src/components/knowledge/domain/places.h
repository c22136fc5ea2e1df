/* places.h - on which page and in which row of a table the parts of a chunk stand.
 *
 * A row counts from 1 within its table, behind the row that names the columns; a record of NDJSON within its file. A chunk keeps its places
 * as bytes, three numbers of seven bits a byte (the high bit: more follow) for each:
 *
 *   bytes from the place before (the first: from the chunk's start) | page | row
 */
#ifndef ANC_KNOWLEDGE_DOMAIN_PLACES_H
#define ANC_KNOWLEDGE_DOMAIN_PLACES_H

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"
#include "knowledge/domain/block.h"

/* From byte `at` of the extracted text up to the next mark. */
typedef struct kno_mark {
    uint64_t at;
    uint32_t page, row; /* 0: none */
} kno_mark;

/* The number of a row behind `before` (NULL: nothing is there), 0 for what is neither a row of data nor a
 * record. */
uint32_t kno_row_after(const kno_block_span *before, const kno_block *block);

/* Appends the places of the text start..end, of the spans [n] in order; nothing where it has neither
 * page nor row. */
void kno_places_write(const kno_block_span *spans, size_t n, uint64_t start, uint64_t end,
                      anc_buf *out);

/* CORRUPT for bytes that kno_places_write did not write. *ret_n 0 for none. */
anc_status kno_places_read(anc_str bytes, uint64_t start, anc_arena *mem, kno_mark **ret,
                           size_t *ret_n, anc_err *err) ANC_MUST_CHECK;

#endif
