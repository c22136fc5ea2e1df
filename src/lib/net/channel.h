/* channel.h - a connection that has left HTTP: shared blocks go out, bytes come in.
 *
 * A handler takes the connection of its exchange over with an answer's head that is the last of HTTP
 * there. From then on the exchange is over (the handler gives it back as always),
 * and of the connection only a few hundred bytes are kept: no head, no buffers. What goes out are
 * blocks with a count of references, made once for however many channels.
 *
 * A block has a time in which the client's socket must take it. When that has passed, and the system
 * says that the socket has no room now, the client is slow. How late this process itself is plays no
 * part: a socket with room is written to, not blamed.
 *
 * Everything here is on the loop's thread, the blocks apart. A channel ends once: either the owner
 * closes it, and nothing is called after that, or on_end is called, and the channel is gone. No
 * function here calls back before it returns.
 */
#ifndef ANC_NET_CHANNEL_H
#define ANC_NET_CHANNEL_H

#include "net/http_server.h"

/* Bytes to send, never changed. Any thread. */
typedef struct net_block net_block;

void net_block_unref(net_block *block); /* NULL is a no-op */
net_block *net_block_ref(net_block *block);
/* `a` and `b`, copied, with one reference. NULL when memory is out. */
net_block *net_block_new(anc_str a, anc_str b) ANC_OWNED_BY_CALLER(net_block_unref);
anc_str net_block_view(const net_block *block);

typedef struct net_channel net_channel;

/* What an owner is told; borrowed for the life of its channels. All but on_end may be NULL. */
typedef struct net_channel_owner {
    void (*on_bytes)(void *arg, anc_str bytes); /* NULL: what comes is thrown away */
    void (*on_tick)(void *arg, int64_t now_ms); /* about once a second */
    void (*on_slow)(void *arg, bool overflow);  /* the client is slow, or more than max_waiting
                                                     bytes wait for it: close the channel */
    void (*on_drain)(void *arg);                /* the server drains: close the channel */
    void (*on_end)(void *arg);                  /* the client left, or the connection was cut */
    size_t max_waiting; /* bytes that may wait for the client; a block past that is not sent */
} net_channel_owner;

/* Takes the connection of `ex` over and sends the head; with `until_end` it says that the body lasts
 * until the connection ends. Before an answer was begun; inside on_request, or later where on_bytes is
 * NULL. NULL when memory is out or the client left; the exchange is then as it was. */
net_channel *net_channel_take(net_exchange *ex, int status, const net_header *headers, size_t n,
                              bool until_end, const net_channel_owner *owner, void *arg);

/* Sends blocks [n], in order, with one write where the socket has room; each has `within_ms` to be
 * taken by it. References are taken as needed. */
void net_channel_send(net_channel *channel, net_block *const *blocks, size_t n, int64_t within_ms);

size_t net_channel_waiting(const net_channel *channel); /* bytes that the system has not taken */

/* Ends the channel: what waits goes out first, or with `drop` only the rest of a block that is
 * partly out; then `last` (may be NULL), then the end. A client that does not take that within two
 * seconds is cut. */
void net_channel_close(net_channel *channel, net_block *last, bool drop);

#endif
