/* part_impl.h - a document that a question means, its chunks, and parts of it as passages. Private. */
#ifndef ANC_RAG_APP_PART_IMPL_H
#define ANC_RAG_APP_PART_IMPL_H

#include "rag/domain/pointer.h"
#include "service_impl.h"

enum { RAG_WINDOW = 64 }; /* chunks that are read at a time */

typedef struct rag_named {
    anc_str collection, id, title, uri; /* uri: the id where it has none */
} rag_named;

rag_named rag_named_of_hit(const srch_hit *h);
rag_named rag_named_of_document(const kno_document *d);

/* Whether the question names that document: by its title or uri, or a file by the end of its id. `mem` is scratch. */
anc_status rag_named_is(rag_turn *turn, anc_arena *mem, anc_str question, const rag_pointer *p,
                        const rag_named *d, bool *ret) ANC_MUST_CHECK;

/* At most RAG_WINDOW chunks of the document from the `from`-th on, in call->mem; fewer: there are no more. None where it was
 * deleted meanwhile or has a damaged file: *ret_gone. CANCELLED or a deadline as krn_call_check has them. */
anc_status rag_window_read(rag_turn *turn, krn_call *call, const rag_named *d, uint32_t from,
                           kno_chunk **ret, size_t *ret_n, bool *ret_gone) ANC_MUST_CHECK;

/* The row that names the columns of what begins at `at`: the line before the first row of its table, or what
 * the chunk has from further up; none where no row begins there. */
anc_str rag_part_columns(const kno_chunk *c, uint64_t at);

/* The bytes start..end of a chunk as a hit, in the turn's memory; *ret_there false: it is gone, or empty. */
anc_status rag_part_take(rag_turn *turn, const rag_named *d, const kno_chunk_ref *ref,
                         uint64_t start, uint64_t end, srch_hit *ret,
                         bool *ret_there) ANC_MUST_CHECK;

#endif
