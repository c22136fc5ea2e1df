/* idempotency.h - answers of creating requests, kept for a client that asks again. Private.
 *
 * A key of the client's names one request: who, method, path, query and body. The first one is worked
 * on; a second while it is, or with another body, is a conflict; a later one gets the kept answer.
 * Only answers below 300 are kept; after any other the key is free again. The table is bounded in
 * entries, bytes and age, lives in memory, and one lock guards it. What has to outlive the process is in
 * replies.h.
 */
#ifndef ANC_EDGE_HTTP_IDEMPOTENCY_H
#define ANC_EDGE_HTTP_IDEMPOTENCY_H

#include "base/str.h"
#include "hash/sha256.h"

enum {
    HTTP_IDEM_KEY_MAX = 255,
    HTTP_IDEM_ENTRIES = 4096,
    HTTP_IDEM_ANSWER_BYTES = 1 << 20, /* a longer answer is not kept */
    HTTP_IDEM_HEADER_BYTES = 256,     /* of a header field */
    HTTP_IDEM_TTL_S = 24 * 3600
};

typedef struct http_idem http_idem;

typedef struct http_idem_ticket {
    bool held;     /* the key is this request's until it is kept or dropped */
    uint64_t slot; /* of the entry */
    uint64_t turn; /* tells apart two uses of one slot */
} http_idem_ticket;

typedef struct http_idem_answer {
    bool found;
    int status;
    anc_str etag, location; /* "": none; in the arena, as the body */
    anc_str body;
} http_idem_answer;

http_idem *http_idem_new(void);
void http_idem_free(http_idem *idem); /* NULL is a no-op */

/* Takes `name` (which holds everything but the body) for this request, or gives the kept answer.
 * CONFLICT while the first is under way and for another body; UNAVAILABLE when the table is full of
 * requests under way. Any thread. */
anc_status http_idem_begin(http_idem *idem, anc_str name,
                           const unsigned char body[ANC_SHA256_BYTES], int64_t now_ns,
                           anc_arena *mem, http_idem_ticket *ret_ticket,
                           http_idem_answer *ret_answer, anc_err *err) ANC_MUST_CHECK;

/* Forgets kept answers whose name begins so, and all under names that callers give (/chat), since those do not tell whose
 * they are; how many. Any thread. */
size_t http_idem_forget(http_idem *idem, anc_str prefix);

/* Keeps the answer, or frees the key (NULL, status of 300 and more, or a long body). */
void http_idem_end(http_idem *idem, http_idem_ticket *ticket, const http_idem_answer *answer);

#endif
