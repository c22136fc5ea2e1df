/* http_transfer.h - one request on its way through libcurl, for both kinds of client. Private. */
#ifndef ANC_NET_HTTP_TRANSFER_H
#define ANC_NET_HTTP_TRANSFER_H

#include <curl/curl.h>

#include "net/http_client.h"

enum { TRANSFER_HEADERS_MAX = 200, TRANSFER_HEAD_BYTES = 512 << 10, TRANSFER_WHERE = 320 };

/* Where the answer goes; any may be NULL. */
typedef struct transfer_sink {
    void (*on_head)(void *arg, const net_response_head *head);
    bool (*on_data)(void *arg, anc_str bytes); /* false: CANCELLED */
    void (*on_deadline)(void *arg);            /* a deadline of ours was set or moved */
    void *arg;
} transfer_sink;

typedef struct transfer {
    CURL *easy;              /* owned */
    struct curl_slist *list; /* owned; header lines of the request */
    anc_arena *mem;          /* owned; the head of the answer */
    char error[CURL_ERROR_SIZE];
    char where[TRANSFER_WHERE]; /* "host:port" or "host:port at <socket>", for texts */
    transfer_sink sink;
    bool follow;
    bool head_told;
    net_response_head head;
    net_header *headers; /* [TRANSFER_HEADERS_MAX] in mem */
    uint64_t received;
    uint64_t max_body_bytes; /* 0: none */

    /* timers, milliseconds; the instants are of a monotonic clock, INT64_MAX while one is off */
    int64_t connect_timeout_ms, first_byte_timeout_ms, idle_timeout_ms, total_timeout_ms;
    int64_t first_byte_at, idle_at;

    bool (*may_connect)(void *arg, const char *address);
    void *may_arg;
    char refused[64]; /* an address that it refused; empty: none */
    bool let_through; /* it let one through */

    anc_status stopped; /* why a callback of ours ended it, ANC_OK: none did */
    char stop_text[120];
} transfer;

/* libcurl made ready for this process. */
anc_status net_transfer_global(anc_err *err) ANC_MUST_CHECK;

/* Prepares a request; `copy_body` where the body's owner does not wait. After a failure the
 * transfer is closed. */
anc_status net_transfer_open(transfer *t, const net_request *request, bool copy_body,
                             const transfer_sink *sink, anc_err *err) ANC_MUST_CHECK;
void net_transfer_close(transfer *t); /* a zeroed one is a no-op */

/* When the next of the two timers that libcurl does not have passes; INT64_MAX when none runs. */
int64_t net_transfer_next_deadline(const transfer *t);

/* DEADLINE with a text when one of them has passed, else OK. */
anc_status net_transfer_overdue(const transfer *t, int64_t now_ms, anc_err *err) ANC_MUST_CHECK;

/* What libcurl's verdict means. Tells the head first if that is still to do. */
anc_status net_transfer_result(transfer *t, CURLcode code, anc_err *err) ANC_MUST_CHECK;

int64_t net_transfer_now_ms(void);

#endif
