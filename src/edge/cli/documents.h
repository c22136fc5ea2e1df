/* documents.h - where a document is found. Private. */
#ifndef ANC_EDGE_CLI_DOCUMENTS_H
#define ANC_EDGE_CLI_DOCUMENTS_H

#include "context.h"

/* Path of the document `id` of the collection of --collection (`default` where none was given), with `rest` behind it;
 * in the context's arena. */
anc_str cli_document_path(cli_context *cx, anc_str id, const char *rest);

#endif
