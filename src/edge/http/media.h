/* media.h - Content-Type and Accept, as far as this interface needs them. Private. */
#ifndef ANC_EDGE_HTTP_MEDIA_H
#define ANC_EDGE_HTTP_MEDIA_H

#include "route_table.h"

/* application/json, or a type that ends in +json; a charset other than UTF-8 is none. */
bool http_media_is_json(anc_str content_type);
/* NDJSON under one of its names: application/x-ndjson, application/jsonl, … */
bool http_media_is_lines(anc_str content_type);
bool http_media_is_form(anc_str content_type); /* multipart/form-data */

/* Whether what a route answers is among the kinds of an Accept header. Everything may also be
 * answered to who accepts JSON, which is what problems are. */
bool http_media_accepts(anc_str accept, const http_route *route);

/* Whether HTML is named there: a browser asks. */
bool http_media_wants_html(anc_str accept);

#endif
