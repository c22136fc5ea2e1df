/* live_feed.c - events of the live feed as bytes for the wire, one encoding however many watch. */
#include "live_feed.h"

#include <stdlib.h>

#include "net/sse.h"
#include "net/websocket.h"

net_block *http_feed_lines(anc_str json, uint64_t seq)
{
    ANC_BUF(id, 24);
    ANC_BUF(lines, json.len * 2 + 64);
    if (seq > 0)
        (void)anc_buf_printf(&id, "%llu", (unsigned long long)seq);
    net_sse_put(&lines, anc_buf_view(&id), ANC_STR_NONE, json);
    return lines.refused ? NULL : net_block_new(anc_buf_view(&lines), ANC_STR_NONE);
}

static void wire_free(void *made)
{
    http_feed_wire *w = made;
    if (w == NULL)
        return;
    net_block_unref(w->frame);
    net_block_unref(w->lines);
    free(w);
}

static void *wire_make(anc_str json, uint64_t seq)
{
    http_feed_wire *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->frame = net_ws_frame_text(json);
    w->lines = http_feed_lines(json, seq);
    if (w->frame == NULL || w->lines == NULL) {
        wire_free(w);
        return NULL;
    }
    return w;
}

liv_wire http_edge_wire(void)
{
    return (liv_wire){wire_make, wire_free};
}

liv_wish http_feed_wish(const http_feed_query *q)
{
    liv_wish wish = {.types = q->types.items, .n_types = q->types.n};
    (void)ev_severity_by_name(q->severity, &wish.severity);
    return wish;
}
