/* live_ws.c - the live feed as a WebSocket.
 *
 * The request ends with the handshake; what is left of a watcher is the struct below, its socket and
 * its place in the feed. A client may send {"subscribe":{"types":[…],"severity":"…"}} at any time. What
 * cannot be right is answered with a frame in the feed's form, of type `error` and component
 * `subscription`, and changes nothing; a watcher whose first wish was wrong sees nothing until it sends
 * one that is right.
 */
#include <stdlib.h>

#include "kernel/domain/envelope.h"
#include "kernel/domain/feed.h"
#include "kernel/domain/feed_events.h"
#include "live_feed.h"
#include "net/websocket.h"

enum { MESSAGE_ARENA_BYTES = 4 << 20, FRAME_BYTES = 64 << 10 };

typedef struct watcher {
    http_edge *edge;
    net_ws *ws;
    liv_subscriber *sub;
} watcher;

static void outlet(void *arg, const liv_event *const *events, size_t n, bool replayed)
{
    const watcher *w = arg;
    const int64_t within_ms = replayed ? HTTP_FEED_REPLAY_MS : HTTP_FEED_TAKE_MS;
    for (size_t at = 0; at < n;) {
        net_block *frames[HTTP_FEED_AT_ONCE];
        size_t k = 0;
        for (; k < HTTP_FEED_AT_ONCE && at < n; at++)
            frames[k++] = ((const http_feed_wire *)liv_event_wire(events[at]))->frame;
        net_ws_send(w->ws, frames, k, within_ms);
    }
}

static void on_end(void *arg, net_ws_end why)
{
    watcher *w = arg;
    liv_unsubscribe(w->edge->o.live, w->sub, why == NET_WS_SLOW);
    free(w);
}

/* ---- what a client says ---- */

static void send_text(watcher *w, anc_str text)
{
    net_block *frame = net_ws_frame_text(text);
    if (frame != NULL)
        net_ws_send(w->ws, &frame, 1, HTTP_FEED_REPLAY_MS);
    net_block_unref(frame);
}

/* An error frame; without memory there is none. */
static void tell(watcher *w, anc_str message, anc_str hint)
{
    const krn_clock clock = w->edge->o.clock;
    const ev_error payload = {.error_type = ANC_STR("invalid"),
                              .error_message = message,
                              .component = ANC_STR("subscription"),
                              .recovery_action = hint};
    const ev_context context = {.component = ANC_STR("subscription")};
    anc_err ignored = {0};
    char id[ANC_UUID_TEXT + 1];
    ANC_BUF(envelope, FRAME_BYTES);
    ANC_BUF(form, FRAME_BYTES);
    krn_id_new(clock, id);
    if (ev_event_write(ev_type_of(EV_ERROR), &payload, &context, anc_str_of(id), krn_wall_ms(clock),
                       0, &envelope, &ignored) == ANC_OK &&
        ev_feed_write(anc_buf_view(&envelope), &form, &ignored) == ANC_OK)
        send_text(w, anc_buf_view(&form));
}

static const anc_str as_before = ANC_STR_INIT("the filter is as it was");

static void free_doc(json_doc **doc)
{
    json_doc_free(*doc);
}

/* INVALID, or the wish in `mem`. */
static anc_status read_message(anc_arena *mem, const json_doc *doc, liv_wish *ret, anc_err *err)
{
    http_subscribe_in in;
    http_faults faults = {.mem = mem};
    http_schema_read(&http_subscribe_schema, json_root(doc), &in, &faults);
    ANC_TRY(http_faults_status(&faults, err));
    *ret = (liv_wish){.types = in.wanted.types.items, .n_types = in.wanted.types.n};
    (void)ev_severity_by_name(in.wanted.severity, &ret->severity);
    return ANC_OK;
}

static anc_status take_message(watcher *w, anc_str text, anc_err *err)
{
    ANC_ARENA(mem, MESSAGE_ARENA_BYTES);
    ANC_CLEANUP(free_doc) json_doc *doc = NULL;
    liv_wish wish;
    if (mem == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "a message");
    ANC_TRY(json_parse(text, &doc, err));
    ANC_TRY(read_message(mem, doc, &wish, err));
    return liv_change(w->edge->o.live, w->sub, &wish, err);
}

static void on_text(void *arg, anc_str text)
{
    watcher *w = arg;
    anc_err err = {0};
    if (take_message(w, text, &err) != ANC_OK)
        tell(w, anc_str_of(err.text), as_before);
}

/* ---- coming ---- */

static anc_status accept(http_request *rq, watcher *w)
{
    static const net_ws_owner owner = {.on_text = on_text, .on_end = on_end};
    net_header headers[HTTP_HEADERS_MAX];
    const size_t n = http_common_headers(rq, headers);
    ANC_TRY(liv_join(w->edge->o.live, outlet, w, &w->sub, &rq->err));
    w->ws = net_ws_accept(rq->ex, headers, n, &owner, w);
    if (w->ws != NULL)
        return ANC_OK;
    liv_unsubscribe(w->edge->o.live, w->sub, false);
    return ANC_FAIL(&rq->err, ANC_NO_MEMORY, "a WebSocket");
}

static anc_status watch(http_request *rq, const http_feed_query *q)
{
    const liv_start start = {.wish = http_feed_wish(q), .replay = (size_t)q->replay};
    watcher *w = calloc(1, sizeof *w);
    if (w == NULL)
        return ANC_FAIL(&rq->err, ANC_NO_MEMORY, "a WebSocket");
    w->edge = rq->edge;
    const anc_status status = accept(rq, w);
    if (status != ANC_OK) {
        free(w);
        return status;
    }
    (void)http_claim(rq);
    if (liv_begin(w->edge->o.live, w->sub, &start, &rq->err) != ANC_OK)
        tell(w, anc_str_of(rq->err.text),
             ANC_STR("nothing is shown until a subscribe message comes that fits"));
    http_end(rq);
    return ANC_OK;
}

anc_status http_events_ws(http_request *rq)
{
    http_feed_query q;
    ANC_TRY(http_query(rq, &q));
    const int refused = net_ws_handshake(rq->ex, &rq->err);
    if (refused == 426) {
        http_refuse(rq, http_problem_of_http(426, anc_str_of(rq->err.text)), NULL);
        return ANC_OK;
    }
    if (refused != 0)
        return rq->err.code;
    if (rq->edge->o.live == NULL)
        return ANC_FAIL(&rq->err, ANC_NOT_IMPLEMENTED, "there is no live feed here");
    return watch(rq, &q);
}
