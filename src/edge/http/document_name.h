/* document_name.h - what a document's original is called when it is saved. Private. */
#ifndef ANC_EDGE_HTTP_DOCUMENT_NAME_H
#define ANC_EDGE_HTTP_DOCUMENT_NAME_H

#include "knowledge/knowledge.h"

/* `attachment; filename="…"; filename*=UTF-8''…` in `mem`. The name is that of the file it came as, else
 * the last part of its address, else its title or id; without folders, control characters or dots in
 * front, at most 120 bytes, and with an ending that fits its type where it has none. */
anc_status http_document_disposition(anc_arena *mem, const kno_document *document, anc_str *ret,
                                     anc_err *err) ANC_MUST_CHECK;

/* Its content type as a header says it: application/octet-stream where there is none that could be
 * said. */
anc_str http_document_type(const kno_document *document);

#endif
