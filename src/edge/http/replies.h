/* replies.h - keys of creating requests over a restart. Private.
 *
 * The table in memory (idempotency.h) says who works on a key now; this one, in the catalog, what was begun and
 * what was answered before. A request that was begun and not answered when the server ended is worked on again with
 * the id that it had (`seed`), so what it made is found instead of made twice; `resumed` tells its handler.
 * Questions are not among them: their answers are documents' words.
 */
#ifndef ANC_EDGE_HTTP_REPLIES_H
#define ANC_EDGE_HTTP_REPLIES_H

#include "request.h"

/* After http_idem_begin gave the key to this request; `name` and the body's digest are known. Fills seed and resumed,
 * or *ret with the kept answer. CONFLICT when the key was used with another body. On a pool. */
anc_status http_reply_begin(http_request *rq, anc_str name, http_idem_answer *ret) ANC_MUST_CHECK;

/* The id that a held upload has already is what its request makes; before http_reply_begin. */
void http_reply_seed(http_request *rq, anc_str id);

/* What was begun was not made, and is made now under the seed: that is noted. On a pool. */
anc_status http_reply_again(http_request *rq) ANC_MUST_CHECK;

/* The request ended with this status: its answer is kept, or the key is free again. A failure of ours leaves what
 * was begun, so that the next try goes on with it. Any thread; does not wait. */
void http_reply_end(http_request *rq, int status);

#endif
