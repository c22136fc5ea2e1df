/* reply.h - what a Redis server answers (RESP 2), read from its bytes however they are cut.
 *
 * hiredis's reader takes the protocol apart; the replies it makes lie in memory of their own with a
 * ceiling, so that a length a server only claims costs nothing.
 */
#ifndef ANC_CLIENTS_REDIS_REPLY_H
#define ANC_CLIENTS_REDIS_REPLY_H

#include "base/status.h"

typedef enum clt_redis_kind {
    CLT_REDIS_NIL,
    CLT_REDIS_TEXT,   /* a bulk string, or a status such as OK */
    CLT_REDIS_ERROR,  /* text: "WRONGTYPE Operation against …" */
    CLT_REDIS_NUMBER, /* an integer */
    CLT_REDIS_LIST
} clt_redis_kind;

typedef struct clt_redis_reply clt_redis_reply;
struct clt_redis_reply {
    clt_redis_kind kind;
    anc_str text; /* terminated */
    int64_t number;
    const clt_redis_reply **items; /* [n] */
    size_t n;
};

/* Element `i` of a list; a NIL where there is none or `r` is no list. Never NULL. */
const clt_redis_reply *clt_redis_item(const clt_redis_reply *r, size_t i);

typedef struct clt_redis_reader clt_redis_reader;

/* `max_bytes`: of one reply that is not complete yet, and of all replies since the last forget. NULL
 * when memory is out. */
clt_redis_reader *clt_redis_reader_new(size_t max_bytes);
void clt_redis_reader_free(clt_redis_reader *r); /* NULL is a no-op */

/* Takes the bytes that came. LIMIT when too much of a reply waits to be completed. */
anc_status clt_redis_reader_feed(clt_redis_reader *r, anc_str bytes, anc_err *err) ANC_MUST_CHECK;

/* The next complete reply, good until forget; NULL when more bytes are needed. PROVIDER when this is
 * not the protocol, LIMIT past the ceiling; the reader is of no further use then. */
anc_status clt_redis_reader_next(clt_redis_reader *r, const clt_redis_reply **ret,
                                 anc_err *err) ANC_MUST_CHECK;

/* Gives back the memory of the replies that were handed out, unless one is half read. */
void clt_redis_reader_forget(clt_redis_reader *r);

#endif
