/* part_impl.h - a document that a question means, and parts of it as passages. Private. */
#ifndef ANC_RAG_APP_PART_IMPL_H
#define ANC_RAG_APP_PART_IMPL_H

#include "service_impl.h"

typedef struct rag_named {
    anc_str collection, id, title, uri;
} rag_named;

/* The row that names the columns of what begins at `at`: the line before the first row of its table, or what
 * the chunk has from further up; none where no row begins there. */
anc_str rag_part_columns(const kno_chunk *c, uint64_t at);

/* The bytes start..end of a chunk as a hit, in the turn's memory; *ret_there false: it is gone, or empty. */
anc_status rag_part_take(rag_turn *turn, const rag_named *d, const kno_chunk_ref *ref,
                         uint64_t start, uint64_t end, srch_hit *ret,
                         bool *ret_there) ANC_MUST_CHECK;

#endif
