/* gather.h - the memory that bodies of requests take. Private; on the loop. */
#ifndef ANC_EDGE_HTTP_GATHER_H
#define ANC_EDGE_HTTP_GATHER_H

#include "request.h"

/* Reads the body into rq->body and begins the first step; refuses what the budget has no room for. */
void http_gather(http_request *rq, size_t max_bytes);

/* Takes `bytes` of the budget for this request until it ends; false, with UNAVAILABLE, where there are not as
 * many. */
bool http_charge(http_request *rq, uint64_t bytes, anc_err *err) ANC_MUST_CHECK;
void http_uncharge(http_request *rq);

#endif
