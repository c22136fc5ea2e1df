/* chunker.h - a document's blocks packed into chunks.
 *
 * A chunk is a span of the extracted text: nothing is copied, the text is exactly what stands
 * there. Chunks ascend and, without overlap, share no byte; together they hold every byte that is
 * no white space (strategy structure). With its title line a chunk fits the model's window.
 *
 * By structure: a heading begins a chunk, unless what is open is tiny; items and rows stay whole
 * where they fit; prose is packed by whole sentences. What decides a boundary is the text around
 * it, so that after an edit the old boundaries come back within a few chunks; where a long text has
 * no headings, some paragraphs are boundaries by their own words.
 *
 * Memory is bounded: the blocks come in pieces, and no more than one piece is looked at. A chunker
 * belongs to one thread at a time.
 */
#ifndef ANC_KNOWLEDGE_DOMAIN_CHUNKER_H
#define ANC_KNOWLEDGE_DOMAIN_CHUNKER_H

#include "base/arena.h"
#include "knowledge/domain/block.h"

typedef enum kno_strategy {
    KNO_BY_STRUCTURE,
    KNO_BY_DOCUMENT /* one chunk, cut off where the window ends */
} kno_strategy;

typedef struct kno_chunk_span {
    uint32_t ordinal; /* from 0 */
    uint64_t start, end;
    uint32_t page;   /* of its first byte; 0 where there is none */
    uint32_t tokens; /* of its text */
    anc_str heading; /* "A > B", the sections that all of it lies in; during the call */
    anc_str
        columns; /* the header row of the table that it continues, else empty; during the call */
} kno_chunk_span;

/* Tokens of `text` without special ones. */
typedef size_t (*kno_count_fn)(void *self, anc_str text);

typedef struct kno_chunker_options {
    kno_strategy strategy;
    size_t window_tokens;  /* of the model, special ones included; at least KNO_CHUNK_TOKENS_MIN */
    size_t special_tokens; /* that every text costs: 2 for BERT's [CLS] and [SEP] */
    size_t max_chunks;
    unsigned overlap_sentences; /* that a chunk repeats where a paragraph was cut; 0 to 4 */
    anc_str title;              /* of the document; borrowed until the end */
    kno_count_fn count;
    void *count_self;
    /* Takes the chunks in order; a status other than ANC_OK ends the work with it. */
    anc_status (*emit)(void *self, const kno_chunk_span *chunk, anc_err *err);
    void *emit_self;
} kno_chunker_options;

typedef struct kno_chunker kno_chunker;

/* NULL when the arena is full. */
kno_chunker *kno_chunker_new(anc_arena *mem, const kno_chunker_options *options) ANC_MUST_CHECK;

/* The next block of the document. LIMIT when there are more than `max_chunks`; what `emit` gave. */
anc_status kno_chunker_add(kno_chunker *c, const kno_block *block, anc_err *err) ANC_MUST_CHECK;

/* Emits what is still open. Nothing may be added afterwards. */
anc_status kno_chunker_end(kno_chunker *c, anc_err *err) ANC_MUST_CHECK;

#endif
