/* ids.h - how things are called from outside: collections, documents, chunks.
 *
 * A chunk is "<document_id>.<version>.<ordinal>"; the caller's document id may hold dots itself, so
 * it is read from the right.
 */
#ifndef ANC_KERNEL_DOMAIN_IDS_H
#define ANC_KERNEL_DOMAIN_IDS_H

#include "base/arena.h"

enum { KRN_COLLECTION_MAX = 64, KRN_DOCUMENT_ID_MAX = 512 };

#define KRN_DEFAULT_COLLECTION "default"

bool krn_collection_valid(anc_str name); /* [a-z0-9][a-z0-9_-]{0,63} */

/* 1 to 512 bytes of UTF-8 without control characters, and without blanks at the ends. */
bool krn_document_id_valid(anc_str id);

/* ptr NULL when memory or the ceiling refused. */
anc_str krn_chunk_id(anc_arena *mem, anc_str document_id, uint32_t version,
                     uint32_t ordinal) ANC_MUST_CHECK;

/* The parts of a chunk's id, the document's as a view into it. False when it is none. */
bool krn_chunk_id_parse(anc_str chunk_id, anc_str *ret_document_id, uint32_t *ret_version,
                        uint32_t *ret_ordinal);

#endif
