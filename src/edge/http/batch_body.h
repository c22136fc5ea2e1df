/* batch_body.h - a body of many documents, read as a stream into an upload. Private. */
#ifndef ANC_EDGE_HTTP_BATCH_BODY_H
#define ANC_EDGE_HTTP_BATCH_BODY_H

#include "request.h"

/* Reads the body and starts the request's first step when it is whole; on the loop. */
void http_batch_start(http_request *rq);

/* Whether the request's body is read so. */
bool http_is_batch(const http_request *rq);

/* Hands a waiting request its turn, after one ended; on the loop. */
void http_batch_next(http_edge *edge);

#endif
