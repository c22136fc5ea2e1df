/* openapi.h - the description of the interface, made of the tables that it runs on. Private. */
#ifndef ANC_EDGE_HTTP_OPENAPI_H
#define ANC_EDGE_HTTP_OPENAPI_H

#include "edge/http/edge.h"

/* Appends the OpenAPI 3.1 document, with version and limits of the options (defaults filled in). */
void http_openapi_write(const http_edge_options *options, anc_buf *out);

/* docs.c: the Content-Security-Policy that lets the documentation page run its own script and no
 * other. */
anc_status http_docs_policy(char *out, size_t size, anc_err *err);

#endif
