/* live_feed.h - what both ways to watch the live feed share. Private. */
#ifndef ANC_EDGE_HTTP_LIVE_FEED_H
#define ANC_EDGE_HTTP_LIVE_FEED_H

#include "handlers.h"
#include "net/channel.h"

enum {
    HTTP_FEED_TAKE_MS = 100,     /* a watcher's socket takes an event within this, or is slow */
    HTTP_FEED_REPLAY_MS = 5000,  /* the same for what was there before it */
    HTTP_FEED_WAITING = 4 << 20, /* bytes that may wait for a watcher */
    HTTP_FEED_AT_ONCE = 64
};

/* An event as it goes over the wire, made once for all. */
typedef struct http_feed_wire {
    net_block *frame; /* of a WebSocket; owned (ref) */
    net_block *lines; /* of a stream of server-sent events; owned (ref) */
} http_feed_wire;

/* What the query string asks for; the types stay in the request's memory. */
liv_wish http_feed_wish(const http_feed_query *q);

/* The feed's form of an event as lines of a stream. NULL when memory is out. */
net_block *http_feed_lines(anc_str json, uint64_t seq);

#endif
