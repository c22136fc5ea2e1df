/* sheets_impl.h - which sheet of a workbook a question means. Private. */
#ifndef ANC_RAG_APP_SHEETS_IMPL_H
#define ANC_RAG_APP_SHEETS_IMPL_H

#include "part_impl.h"

enum { RAG_SHEETS_EMPTY = 64 };

typedef struct rag_sheets {
    anc_str *names;                   /* [n] of those with cells, in order */
    size_t n;                         /* 0: it is no workbook */
    uint32_t empty[RAG_SHEETS_EMPTY]; /* [n_empty] numbers, from 1, of those without */
    size_t n_empty;
    size_t wanted;   /* index in `names` */
    size_t next;     /* of the sheets whose name was not met yet */
    uint64_t passed; /* bytes of the text that were looked through (rag_sheets_at) */
} rag_sheets;

bool rag_is_workbook(const kno_document *d);

/* The sheets of a document as the catalog knows it, in `mem`. */
anc_status rag_sheets_of(anc_arena *mem, const kno_document *d, rag_sheets *ret,
                         anc_err *err) ANC_MUST_CHECK;

/* Whether it has the sheet that is meant. */
bool rag_sheets_want(rag_sheets *s, const rag_pointer *p);

/* Its chunks are gone through from the first; each in its turn: the bytes of the sheet in it, false: none. */
void rag_sheets_begin(rag_sheets *s);
bool rag_sheets_part(rag_sheets *s, const kno_chunk *c, uint64_t *ret_start, uint64_t *ret_end);

/* The name of the sheet that byte `at` of the chunk lies in, as far as the chunks were gone through; empty: none. */
anc_str rag_sheets_at(rag_sheets *s, const kno_chunk *c, uint64_t at);

#endif
