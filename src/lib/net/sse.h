/* sse.h - Server-Sent Events written and read (WHATWG HTML, 9.2).
 *
 * A reader takes the stream in pieces of any size: lines end in LF, CR or CRLF, a piece may end
 * anywhere, and the events that come out do not depend on the cuts. Line and event are bounded.
 */
#ifndef ANC_NET_SSE_H
#define ANC_NET_SSE_H

#include "base/str.h"

typedef struct net_sse_event {
    anc_str id;    /* of this event or the last one that had one */
    anc_str event; /* "" stands for "message" */
    anc_str data;  /* lines joined by LF */
} net_sse_event;

/* Appends an event: `id` and `event` are left out when empty and must be without line ends; every
 * line of `data` gets a field of its own, so that it arrives as it is (CR and CRLF as LF). */
void net_sse_put(anc_buf *out, anc_str id, anc_str event, anc_str data);

/* Appends a comment of one line (line ends become blanks); keeps a quiet connection open. */
void net_sse_put_comment(anc_buf *out, anc_str text);

typedef struct net_sse_reader net_sse_reader;
void net_sse_reader_free(net_sse_reader *reader); /* NULL is a no-op */

/* NULL when memory is out. Each line at most max_line_bytes, the data of one event at most
 * max_event_bytes. */
net_sse_reader *net_sse_reader_new(size_t max_line_bytes, size_t max_event_bytes)
    ANC_OWNED_BY_CALLER(net_sse_reader_free);

/* The id that a client says when it comes back: of the last event that came whole, also of one without data, which is
 * how a stream says where it begins. Empty: there was none. Good until the next bytes. */
anc_str net_sse_place(const net_sse_reader *reader);

/* Takes `bytes` and calls `on_event(arg, event)` for each event that they complete; views are good
 * for the call. False from on_event stops: the rest of `bytes` is not looked at and OK is given.
 * LIMIT, naming the bound, when a line or an event is too long; NO_MEMORY. */
anc_status net_sse_feed(net_sse_reader *reader, anc_str bytes,
                        bool (*on_event)(void *arg, const net_sse_event *event), void *arg,
                        anc_err *err) ANC_MUST_CHECK;

#endif
