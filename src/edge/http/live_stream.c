/* live_stream.c - the live feed as server-sent events.
 *
 * An event out of the outbox has its seq as its id, so that a client that comes back says in
 * Last-Event-ID how far it was. What it missed is read from the outbox on a pool, at most RESUME_MAX
 * events and RESUME_BYTES of them, the newest; then the feed goes on behind the last of those, so that
 * nothing is shown twice. Transient events have no id and are not brought back. One that comes for the first time is told
 * where the outbox is ("id:" without data), so that it has a place also before it was shown anything.
 *
 * The connection leaves HTTP as a channel, as a WebSocket's does, and the request ends.
 */
#include <stdlib.h>

#include "kernel/domain/feed.h"
#include "live_feed.h"
#include "net/sse.h"

enum { RESUME_MAX = 1000, RESUME_BYTES = 2 << 20, EVENT_BYTES = 1 << 20, COMMENT_MS = 15000 };

typedef struct watcher {
    http_edge *edge;
    net_channel *channel;
    liv_subscriber *sub;
    int64_t commented_ms; /* 0: never */
} watcher;

/* What a request brings to the loop. */
typedef struct beginning {
    http_feed_query q;
    liv_start start;
    bool greets; /* with where the outbox is */
    uint64_t head;
    size_t n;
    net_block *blocks[RESUME_MAX + 1]; /* owned (ref); newest first, with room for a comment */
} beginning;

/* ---- a watcher ---- */

static void outlet(void *arg, const liv_event *const *events, size_t n, bool replayed)
{
    const watcher *w = arg;
    const int64_t within_ms = replayed ? HTTP_FEED_REPLAY_MS : HTTP_FEED_TAKE_MS;
    for (size_t at = 0; at < n;) {
        net_block *lines[HTTP_FEED_AT_ONCE];
        size_t k = 0;
        for (; k < HTTP_FEED_AT_ONCE && at < n; at++)
            lines[k++] = ((const http_feed_wire *)liv_event_wire(events[at]))->lines;
        net_channel_send(w->channel, lines, k, within_ms);
    }
}

static void leave(watcher *w, bool dropped)
{
    liv_unsubscribe(w->edge->o.live, w->sub, dropped);
    free(w);
}

static void on_tick(void *arg, int64_t now_ms)
{
    watcher *w = arg;
    if (w->commented_ms == 0)
        w->commented_ms = now_ms;
    if (now_ms - w->commented_ms < COMMENT_MS)
        return;
    w->commented_ms = now_ms;
    net_block *comment = net_block_new(ANC_STR(": still here\n\n"), ANC_STR_NONE);
    if (comment != NULL)
        net_channel_send(w->channel, &comment, 1, HTTP_FEED_REPLAY_MS);
    net_block_unref(comment);
}

static void on_slow(void *arg, bool overflow)
{
    watcher *w = arg;
    (void)overflow;
    net_channel_close(w->channel, NULL, true);
    leave(w, true);
}

/* So that a client knows an end that was meant from a line that broke. NULL when memory is out. */
static net_block *last_words(const watcher *w)
{
    ANC_BUF(data, 512);
    ANC_BUF(lines, 1024);
    json_writer j = json_writer_of(&data);
    json_open_object(&j);
    json_put_fixed(&j, "timestamp", (double)krn_wall_ms(w->edge->o.clock) / 1000, 3);
    json_put_str(&j, "type", ANC_STR("stream.ended"));
    json_put_str(&j, "message", ANC_STR("the server is shutting down"));
    json_put_str(&j, "severity", ANC_STR("info"));
    json_name(&j, "metadata");
    json_open_object(&j);
    json_close_object(&j);
    json_close_object(&j);
    net_sse_put(&lines, ANC_STR_NONE, ANC_STR("end"), anc_buf_view(&data));
    return lines.refused ? NULL : net_block_new(anc_buf_view(&lines), ANC_STR_NONE);
}

static void on_drain(void *arg)
{
    watcher *w = arg;
    net_block *last = last_words(w);
    net_channel_close(w->channel, last, false);
    net_block_unref(last);
    leave(w, false);
}

static void on_end(void *arg)
{
    leave(arg, false);
}

/* ---- what was missed; on a pool ---- */

static void free_work(http_request *rq)
{
    beginning *b = rq->work;
    for (size_t i = 0; i < b->n; i++)
        net_block_unref(b->blocks[i]);
    free(b);
}

/* False when there is no more room. */
static bool add(beginning *b, const krn_kept_event *e, size_t *bytes)
{
    anc_err ignored = {0};
    ANC_BUF(json, EVENT_BYTES);
    if (!liv_wish_fits(&b->start.wish, ev_type_by_name(e->type)) ||
        ev_feed_write(e->envelope, &json, &ignored) != ANC_OK)
        return true; /* one that is too large is not in the feed either */
    net_block *lines = http_feed_lines(anc_buf_view(&json), e->seq);
    const size_t n = lines != NULL ? net_block_view(lines).len : 0;
    if (lines == NULL || *bytes + n > RESUME_BYTES) {
        net_block_unref(lines);
        return false;
    }
    *bytes += n;
    b->blocks[b->n++] = lines;
    return true;
}

/* Events of the outbox are numbered one after the other: what is missing between is kept no longer. */
static void tell_gap(beginning *b, uint64_t after, uint64_t first)
{
    ANC_BUF(line, 128);
    if (first <= after + 1)
        return;
    (void)anc_buf_printf(&line, ": %llu events after %llu are kept no longer\n\n",
                         (unsigned long long)(first - after - 1), (unsigned long long)after);
    b->blocks[b->n++] = net_block_new(anc_buf_view(&line), ANC_STR_NONE);
}

static anc_status read_missed(http_request *rq, beginning *b, uint64_t after)
{
    const krn_outbox outbox = rq->edge->o.outbox;
    krn_kept_event *items;
    size_t n, bytes = 0, i = 0;
    if (after > b->head) /* of another data folder: there is nothing that it knows */
        return ANC_OK;
    const krn_event_filter filter = {.after_seq = after, .newest_first = true, .limit = RESUME_MAX};
    ANC_TRY(outbox.ops->read(outbox.self, &rq->call, &filter, &items, &n));
    while (i < n && add(b, &items[i], &bytes))
        i++;
    b->start.resume = true;
    b->greets = false; /* what it is brought has places of its own */
    b->start.after_seq = n > 0 ? items[0].seq : after;
    if (i < n || n == RESUME_MAX)
        b->blocks[b->n++] = net_block_new(
            ANC_STR(": more was missed than is brought back; GET /v1/events has it\n\n"),
            ANC_STR_NONE);
    else
        tell_gap(b, after, n > 0 ? items[n - 1].seq : b->head + 1);
    return ANC_OK;
}

static anc_status read_wish(http_request *rq, beginning *b)
{
    anc_err err = {0};
    ANC_TRY(http_query(rq, &b->q));
    b->start = (liv_start){.wish = http_feed_wish(&b->q), .replay = (size_t)b->q.replay};
    if (liv_wish_check(&b->start.wish, &err) != ANC_OK)
        http_fault_add(&rq->faults, ANC_STR("?types"), "%s", err.text);
    return http_faults_status(&rq->faults, &rq->err);
}

/* ---- coming; on the loop ---- */

static net_channel *take_over(http_request *rq, watcher *w)
{
    static const net_channel_owner owner = {.on_tick = on_tick,
                                            .on_slow = on_slow,
                                            .on_drain = on_drain,
                                            .on_end = on_end,
                                            .max_waiting = HTTP_FEED_WAITING};
    net_header headers[HTTP_HEADERS_MAX];
    size_t n = http_common_headers(rq, headers);
    headers[n++] = (net_header){ANC_STR("Content-Type"), ANC_STR("text/event-stream")};
    headers[n++] = (net_header){ANC_STR("Cache-Control"), ANC_STR("no-store")};
    headers[n++] = (net_header){ANC_STR("X-Accel-Buffering"), ANC_STR("no")};
    return net_channel_take(rq->ex, 200, headers, n, true, &owner, w);
}

static void send_missed(watcher *w, beginning *b)
{
    ANC_BUF(lines, 128);
    (void)anc_buf_add(&lines, ANC_STR("retry: 2000\n"));
    if (b->greets)
        (void)anc_buf_printf(&lines, "id: %llu\n", (unsigned long long)b->head);
    (void)anc_buf_add_char(&lines, '\n');
    net_block *greeting = net_block_new(anc_buf_view(&lines), ANC_STR_NONE);
    if (greeting != NULL)
        net_channel_send(w->channel, &greeting, 1, HTTP_FEED_REPLAY_MS);
    net_block_unref(greeting);
    for (size_t i = b->n; i > 0; i--)
        if (b->blocks[i - 1] != NULL)
            net_channel_send(w->channel, &b->blocks[i - 1], 1, HTTP_FEED_REPLAY_MS);
}

static void begin(http_request *rq)
{
    beginning *b = rq->work;
    watcher *w = calloc(1, sizeof *w);
    anc_status status = w == NULL ? ANC_FAIL(&rq->err, ANC_NO_MEMORY, "a stream")
                                  : liv_join(rq->edge->o.live, outlet, w, &w->sub, &rq->err);
    if (status != ANC_OK) {
        free(w);
        http_finish(rq, status);
        return;
    }
    w->edge = rq->edge;
    w->channel = http_claim(rq) ? take_over(rq, w) : NULL;
    if (w->channel == NULL) {
        leave(w, false);
    } else {
        send_missed(w, b);
        status = liv_begin(rq->edge->o.live, w->sub, &b->start, &rq->err);
        (void)status; /* the wish was checked */
    }
    http_end(rq);
}

anc_status http_events_stream(http_request *rq)
{
    const anc_str last = net_exchange_header(rq->ex, "last-event-id");
    uint64_t after;
    beginning *b = calloc(1, sizeof *b);
    if (b == NULL)
        return ANC_FAIL(&rq->err, ANC_NO_MEMORY, "a stream");
    rq->work = b;
    rq->work_free = free_work;
    ANC_TRY(read_wish(rq, b));
    if (last.len > 0 && !anc_str_to_u64(last, &after))
        return ANC_FAIL(&rq->err, ANC_INVALID, "Last-Event-ID \"%.*s\" is no id of this stream",
                        ANC_FMT(last));
    if (rq->edge->o.live == NULL)
        return ANC_FAIL(&rq->err, ANC_NOT_IMPLEMENTED, "there is no live feed here");
    const krn_outbox outbox = rq->edge->o.outbox;
    b->greets = outbox.ops != NULL;
    if (b->greets)
        ANC_TRY(outbox.ops->head(outbox.self, &rq->call, &b->head));
    if (b->greets && last.len > 0)
        ANC_TRY(read_missed(rq, b, after));
    http_to_loop(rq, begin);
    return ANC_OK;
}
