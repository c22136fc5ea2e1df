/* openapi_write.h - the parts of the description that openapi.c puts together. Private. */
#ifndef ANC_EDGE_HTTP_OPENAPI_WRITE_H
#define ANC_EDGE_HTTP_OPENAPI_WRITE_H

#include "edge/http/edge.h"
#include "route_table.h"
#include "json/json.h"

/* ---- openapi_schema.c ---- */

/* {"$ref": …} of a schema with a name. */
void http_openapi_ref(json_writer *w, const http_schema *schema);

/* A row as JSON Schema. `request`: it may also be null where it is not required. */
void http_openapi_field(json_writer *w, const http_edge_options *options, const http_field *f,
                        bool request);

/* A whole schema as an object. */
void http_openapi_schema(json_writer *w, const http_edge_options *options,
                         const http_schema *schema);

/* ---- openapi_operation.c ---- */

/* The row's parameters, bodies and answers. */
void http_openapi_operation(json_writer *w, const http_edge_options *options,
                            const http_route *route);

/* ---- openapi_answers.c ---- */

/* "responses" of a row: what it answers, and each problem that it may answer with. */
void http_openapi_answers(json_writer *w, const http_route *route);

/* The components that they refer to: "responses" and "headers". */
void http_openapi_answer_components(json_writer *w);

/* Whether the row's parameters or body have a field of that name. */
bool http_route_has_field(const http_route *route, const char *name);

#endif
