/* tabled_impl.h - all rows of a document, a window of its chunks at a time. Private. */
#ifndef ANC_RAG_APP_TABLED_IMPL_H
#define ANC_RAG_APP_TABLED_IMPL_H

#include "part_impl.h"
#include "rag/domain/tally.h"

/* A table begins: what stands over it and the row that names its columns (empty: none does). */
typedef struct rag_tabled_head {
    anc_str heading, columns, language;
} rag_tabled_head;

typedef struct rag_tabled_row {
    anc_str text;
    kno_chunk_ref ref; /* of its chunk; its names are good for the call */
    uint64_t start, end;
} rag_tabled_row;

/* Views are good for the call, and so is `scratch`. `self` may stop the reading (*go_on false). */
typedef struct rag_tabled_sink {
    anc_status (*table)(void *self, const rag_tabled_head *head, bool *go_on);
    anc_status (*row)(void *self, anc_arena *scratch, const rag_tabled_row *row, bool *go_on);
    void *self;
} rag_tabled_sink;

typedef enum rag_tabled_end {
    RAG_TABLED_WHOLE,
    RAG_TABLED_TORN, /* a row is missing or in two pieces, or the document is gone or damaged */
    RAG_TABLED_STOPPED /* by the sink */,
    RAG_TABLED_LATE /* time was over, or it has too many chunks */
} rag_tabled_end;

/* Reads the document from end to end, for as long as the clock says less than `until_ns`; at most as much of it is in memory
 * as stands in one window. */
anc_status rag_tabled_read(rag_turn *turn, const rag_named *d, int64_t until_ns,
                           const rag_tabled_sink *sink, rag_tabled_end *ret) ANC_MUST_CHECK;

/* counted_said.c: "3 of 12 rows: ", "Total (Amount), 3 of 12 rows: 1,250 €. " before what the turn answers with, in its language.
 * LIMIT where its memory is full. */
anc_status rag_counted_say(rag_turn *turn, const rag_tally_answer *a) ANC_MUST_CHECK;

#endif
