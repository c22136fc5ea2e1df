/* pieces.h - a text taken apart into what stands word for word in documents and what does not. Private.
 *
 * What stands there is kept as its place alone, so that it goes with its document:
 *
 *   ["literal", [source, "field", start, end], …]
 *
 * `source` counts from 1; start and end are bytes of the field, counted from its `base`. White space in a
 * field is one blank in the text, however much of it there is.
 */
#ifndef ANC_RAG_APP_PIECES_H
#define ANC_RAG_APP_PIECES_H

#include "base/arena.h"
#include "json/json.h"

/* Where words may come from. */
typedef struct rag_piece_field {
    uint32_t source;
    const char *name; /* a literal: "text", "heading", … */
    anc_str text;     /* may be empty */
    uint64_t base;    /* what its first byte is counted as */
} rag_piece_field;

/* The least that counts as taken from a field. */
typedef struct rag_piece_least {
    size_t words, bytes;
} rag_piece_least;

/* Writes `text` (valid UTF-8) as pieces, and into `told` with "…" instead of what stands in a field. LIMIT
 * or NO_MEMORY when `mem` is full. */
anc_status rag_pieces_cut(anc_arena *mem, anc_str text, const rag_piece_field *fields, size_t n,
                          rag_piece_least least, json_writer *w, anc_buf *told,
                          anc_err *err) ANC_MUST_CHECK;

/* Puts pieces together again, each from the field of `fields` [n] with its source and name; false where a
 * piece's field is not there or does not reach that far, and then nothing is to be made of `out`. */
bool rag_pieces_join(const json_value *pieces, const rag_piece_field *fields, size_t n,
                     anc_buf *out) ANC_MUST_CHECK;

#endif
