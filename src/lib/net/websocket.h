/* websocket.h - the server's side of a WebSocket (RFC 6455), over a channel.
 *
 * A handler looks at the handshake (net_ws_handshake) and takes the exchange over (net_ws_accept);
 * frames are what goes on from there. Messages of any number of sockets share their bytes: a frame is
 * made once (net_ws_frame_text) and sent to each.
 *
 * Answered here without asking the owner: pings, closes, and whatever breaks the protocol. A client
 * that is slow (channel.h), or for which more than 4 MiB wait, is closed with 1013, one that does not answer
 * a ping until the next with 1008, and all with 1001 when the server drains.
 *
 * On the loop's thread, frames apart. on_end is called once, when the socket is gone for another
 * reason than net_ws_close; nothing is called after either, nor from inside a function of this header.
 */
#ifndef ANC_NET_WEBSOCKET_H
#define ANC_NET_WEBSOCKET_H

#include "net/channel.h"
#include "net/ws_reader.h"

typedef struct net_ws net_ws;

typedef enum net_ws_end {
    NET_WS_LEFT,    /* the client closed, with a frame or without */
    NET_WS_REFUSED, /* it broke the protocol or sent too much; told as 1002, 1003, 1007, 1009 */
    NET_WS_SLOW,    /* told as 1013 */
    NET_WS_SILENT,  /* no pong came; told as 1008 */
    NET_WS_DRAINED  /* told as 1001 */
} net_ws_end;

/* Borrowed for the life of its sockets; a number that is 0 takes the value in brackets. */
typedef struct net_ws_owner {
    void (*on_text)(void *arg, anc_str text); /* a whole message; may close the socket */
    void (*on_end)(void *arg, net_ws_end why);
    size_t max_message; /* [64 KiB] of a client */
    int64_t ping_ms;    /* [20 s] between two pings */
} net_ws_owner;

/* Whether `ex` asks for a WebSocket as it should: 0, or the HTTP status of the refusal with its text in
 * `err`: 426 (answer with Upgrade: websocket and Sec-WebSocket-Version: 13), else 400. */
int net_ws_handshake(const net_exchange *ex, anc_err *err) ANC_MUST_CHECK;

/* Answers 101 with `headers` beside those of the handshake, which was looked at, and takes the exchange
 * over; inside on_request. NULL when memory is out or the client left. */
net_ws *net_ws_accept(net_exchange *ex, const net_header *headers, size_t n,
                      const net_ws_owner *owner, void *arg);

/* A text message as one frame, with one reference. NULL when memory is out. Any thread. */
net_block *net_ws_frame_text(anc_str text) ANC_OWNED_BY_CALLER(net_block_unref);

/* Frames [n] with one write where the socket has room, each with `within_ms` to be taken by it. */
void net_ws_send(net_ws *ws, net_block *const *frames, size_t n, int64_t within_ms);

/* Sends a close frame after what waits, and ends the socket. `reason` at most 123 bytes of UTF-8; more
 * are cut. */
void net_ws_close(net_ws *ws, int code, anc_str reason);

#endif
