/* channel.c - blocks on their way to a client that has left HTTP, and what is done with a slow one.
 *
 * A list of references waits for each client; as long as its socket takes what it is given, the list
 * is empty and has no memory. What the socket refuses waits in the list: uv_write gets the rest of
 * the first block alone, as the watch for room, and everything else is tried again when it is through.
 *
 * Channels with a list stand in the server's list of blocked ones, which a timer looks at every
 * STALL_LOOK_MS while there are any. Times of blocks are taken from the system's clock, not from the
 * loop's, whose time stands still during a round.
 */
#include "net/channel.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "http_impl.h"

enum {
    SEND_BUFFER_BYTES = 64 << 10,  /* of the system, so that a client that stalls shows soon */
    LAST_BUFFER_BYTES = 512 << 10, /* lets the last block in when that is full */
    BUFS_MAX = 64
};

struct net_block {
    atomic_size_t refs;
    size_t len;
    char bytes[]; /* [len] */
};

typedef struct waiting_block {
    struct waiting_block *next;
    net_block *block;    /* shared (ref) */
    size_t sent;         /* bytes of it that are out */
    int64_t deadline_ns; /* of uv_hrtime */
} waiting_block;

struct net_channel {
    net_conn *conn;
    const net_channel_owner *owner; /* borrowed; NULL once it closed the channel */
    void *arg;
    waiting_block *first, *last;
    size_t waiting;           /* bytes in the list that are not out */
    net_channel *next, *prev; /* of the server's blocked ones, while `blocked` */
    bool blocked;
    bool overflow;
    bool broken; /* a write failed; the end is seen by reading */
};

/* ---- blocks ---- */

net_block *net_block_new(anc_str a, anc_str b)
{
    net_block *block = malloc(sizeof *block + a.len + b.len);
    if (block == NULL)
        return NULL;
    atomic_init(&block->refs, 1);
    block->len = a.len + b.len;
    if (a.len > 0)
        memcpy(block->bytes, a.ptr, a.len);
    if (b.len > 0)
        memcpy(block->bytes + a.len, b.ptr, b.len);
    return block;
}

net_block *net_block_ref(net_block *block)
{
    atomic_fetch_add(&block->refs, 1);
    return block;
}

void net_block_unref(net_block *block)
{
    if (block != NULL && atomic_fetch_sub(&block->refs, 1) == 1)
        free(block);
}

anc_str net_block_view(const net_block *block)
{
    return (anc_str){block->bytes, block->len};
}

/* ---- the list ---- */

static void set_blocked(net_channel *ch, bool blocked)
{
    net_server *server = ch->conn->server;
    if (ch->blocked == blocked)
        return;
    ch->blocked = blocked;
    if (!blocked) {
        if (ch->prev != NULL)
            ch->prev->next = ch->next;
        else
            server->blocked = ch->next;
        if (ch->next != NULL)
            ch->next->prev = ch->prev;
        return;
    }
    ch->prev = NULL;
    ch->next = server->blocked;
    if (ch->next != NULL)
        ch->next->prev = ch;
    server->blocked = ch;
    net_server_watch_blocked(server);
}

static bool enqueue(net_channel *ch, net_block *block, size_t sent, int64_t deadline_ns)
{
    waiting_block *w = malloc(sizeof *w);
    if (w == NULL)
        return false;
    *w = (waiting_block){NULL, net_block_ref(block), sent, deadline_ns};
    if (ch->last != NULL)
        ch->last->next = w;
    else
        ch->first = w;
    ch->last = w;
    ch->waiting += block->len - sent;
    return true;
}

static void drop_first(net_channel *ch)
{
    waiting_block *w = ch->first;
    ch->first = w->next;
    if (ch->first == NULL)
        ch->last = NULL;
    ch->waiting -= w->block->len - w->sent;
    net_block_unref(w->block);
    free(w);
}

static void drop_all(net_channel *ch)
{
    while (ch->first != NULL)
        drop_first(ch);
}

static void take_sent(net_channel *ch, size_t bytes)
{
    while (bytes > 0) {
        waiting_block *w = ch->first;
        assert(w != NULL); /* never more than was gathered */
        const size_t left = w->block->len - w->sent, n = bytes < left ? bytes : left;
        w->sent += n;
        ch->waiting -= n;
        bytes -= n;
        if (w->sent == w->block->len)
            drop_first(ch);
    }
}

/* ---- writing ---- */

static void flush(net_channel *ch);

static void on_room(uv_write_t *req, int status)
{
    net_conn *conn = req->data;
    const size_t n = conn->writing;
    conn->writing = 0;
    if (conn->state != CONN_CHANNEL)
        return;
    if (status < 0) {
        net_conn_close(conn);
        return;
    }
    take_sent(conn->channel, n);
    flush(conn->channel);
}

/* The first block's rest goes when there is room, and on_room says so. */
static void wait_for_room(net_channel *ch)
{
    net_conn *conn = ch->conn;
    set_blocked(ch, true);
    if (conn->writing > 0 || ch->broken)
        return;
    waiting_block *w = ch->first;
    const uv_buf_t buf =
        uv_buf_init(w->block->bytes + w->sent, (unsigned)(w->block->len - w->sent));
    conn->write_req.data = conn;
    conn->writing = buf.len;
    if (uv_write(&conn->write_req, &conn->uv.stream, &buf, 1, on_room) != 0) {
        conn->writing = 0;
        ch->broken = true;
    }
}

/* Everything that waits is out. */
static void all_is_out(net_channel *ch)
{
    set_blocked(ch, false);
    if (ch->owner == NULL)
        net_conn_linger(ch->conn);
}

static void flush(net_channel *ch)
{
    net_conn *conn = ch->conn;
    while (ch->first != NULL && conn->writing == 0 && !ch->broken) {
        uv_buf_t bufs[BUFS_MAX];
        unsigned n = 0;
        for (waiting_block *w = ch->first; w != NULL && n < BUFS_MAX; w = w->next)
            bufs[n++] = uv_buf_init(w->block->bytes + w->sent, (unsigned)(w->block->len - w->sent));
        const int rc = uv_try_write(&conn->uv.stream, bufs, n);
        if (rc == UV_EAGAIN)
            break;
        if (rc < 0)
            ch->broken = true;
        else
            take_sent(ch, (size_t)rc);
    }
    if (ch->first == NULL)
        all_is_out(ch);
    else
        wait_for_room(ch);
}

/* Straight from the caller's array while nothing waits: the blocks that went out whole, and the bytes
 * that are out of the next one. */
static size_t try_at_once(net_channel *ch, net_block *const *blocks, size_t n, size_t *ret_part)
{
    size_t done = 0, left = 0, given = 0;
    int rc = 0;
    do {
        uv_buf_t bufs[BUFS_MAX];
        unsigned k = 0;
        for (given = 0; k < BUFS_MAX && done + k < n; k++) {
            bufs[k] = uv_buf_init(blocks[done + k]->bytes, (unsigned)blocks[done + k]->len);
            given += bufs[k].len;
        }
        rc = uv_try_write(&ch->conn->uv.stream, bufs, k);
        ch->broken = rc < 0 && rc != UV_EAGAIN;
        left = rc > 0 ? (size_t)rc : 0;
        for (; done < n && left >= blocks[done]->len; done++)
            left -= blocks[done]->len;
    } while (rc > 0 && (size_t)rc == given && done < n);
    *ret_part = left;
    return done;
}

/* What the socket did not take, up to the bound; a block that is partly out has to follow whatever the
 * bound says. */
static void keep(net_channel *ch, net_block *const *blocks, size_t n, size_t part,
                 int64_t within_ms)
{
    const int64_t deadline_ns = (int64_t)uv_hrtime() + within_ms * 1000000;
    const size_t max = ch->owner->max_waiting;
    for (size_t i = 0; i < n && !ch->overflow && !ch->broken; i++, part = 0) {
        const bool fits = blocks[i]->len <= max && ch->waiting <= max - blocks[i]->len;
        if (!fits && part == 0)
            ch->overflow = true;
        else if (!enqueue(ch, blocks[i], part, deadline_ns))
            ch->broken = true;
    }
}

void net_channel_send(net_channel *ch, net_block *const *blocks, size_t n, int64_t within_ms)
{
    size_t part = 0;
    if (ch->broken || ch->overflow)
        return;
    const size_t done = ch->first == NULL ? try_at_once(ch, blocks, n, &part) : 0;
    if (!ch->broken)
        keep(ch, blocks + done, n - done, part, within_ms);
    if (ch->broken || ch->overflow)
        set_blocked(ch, true); /* the next look ends it: nothing is called from here */
    if (ch->first != NULL)
        wait_for_room(ch);
}

size_t net_channel_waiting(const net_channel *ch)
{
    return ch->waiting;
}

/* ---- slow clients ---- */

static bool has_room(net_conn *conn)
{
    uv_os_fd_t fd;
    if (uv_fileno(&conn->uv.handle, &fd) != 0)
        return false;
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    return poll(&p, 1, 0) > 0 && (p.revents & POLLOUT) != 0;
}

static void look_at(net_channel *ch)
{
    net_conn *conn = ch->conn;
    if (ch->broken) {
        net_conn_close(conn);
        return;
    }
    const bool late = ch->first != NULL && (int64_t)uv_hrtime() >= ch->first->deadline_ns;
    if (ch->owner == NULL) {
        if (late)
            net_conn_close(conn);
    } else if (ch->overflow || (late && !has_room(conn))) {
        if (ch->owner->on_slow != NULL)
            ch->owner->on_slow(ch->arg, ch->overflow);
        else
            net_conn_close(conn);
    }
}

void net_channels_look(net_server *server)
{
    for (net_channel *ch = server->blocked, *next; ch != NULL; ch = next) {
        next = ch->next;
        look_at(ch);
    }
}

void net_channel_tick(net_conn *conn, int64_t now_ms)
{
    const net_channel *ch = conn->channel;
    if (ch->owner != NULL && ch->owner->on_tick != NULL)
        ch->owner->on_tick(ch->arg, now_ms);
}

/* ---- beginning and end ---- */

static net_block *head_of(int status, const net_header *headers, size_t n, bool until_end)
{
    ANC_BUF(head, 16 << 10);
    const answer_shape shape = {.status = status, .keep_alive = !until_end, .minor = 1};
    return net_answer_head(&head, &shape, headers, n)
               ? net_block_new(anc_buf_view(&head), ANC_STR_NONE)
               : NULL;
}

net_channel *net_channel_take(net_exchange *ex, int status, const net_header *headers, size_t n,
                              bool until_end, const net_channel_owner *owner, void *arg)
{
    net_conn *conn = ex->conn;
    if (conn == NULL || conn->state != CONN_EXCHANGE || net_exchange_phase(ex) != EX_OPEN)
        return NULL;
    assert(conn->writing == 0 && (conn->pumping || owner->on_bytes == NULL));
    net_block *head = head_of(status, headers, n, until_end);
    net_channel *ch = head != NULL ? calloc(1, sizeof *ch) : NULL;
    if (ch == NULL) {
        net_block_unref(head);
        return NULL;
    }
    *ch = (net_channel){.conn = conn, .owner = owner, .arg = arg};
    int room = SEND_BUFFER_BYTES;
    (void)uv_send_buffer_size(&conn->uv.handle, &room);
    net_exchange_hand_over(ex, status, net_block_view(head).len);
    conn->ex = NULL;
    conn->state = CONN_CHANNEL;
    conn->channel = ch;
    net_exchange_release(ex);
    net_channel_send(ch, &head, 1, LINGER_MS);
    net_block_unref(head);
    if (!conn->pumping) {
        anc_buf_done(&conn->in);
        net_conn_pump(conn); /* reads again where too much had come ahead */
    }
    return ch;
}

void net_channel_take_bytes(net_conn *conn, anc_str *in)
{
    const net_channel *ch = conn->channel;
    const anc_str bytes = *in;
    *in = ANC_STR_NONE;
    if (ch->owner != NULL && ch->owner->on_bytes != NULL)
        ch->owner->on_bytes(ch->arg, bytes);
}

/* Leaves what is partly out, or with uv_write: that cannot be taken back. */
static void drop_waiting(net_channel *ch)
{
    waiting_block *w = ch->first;
    if (w != NULL && w->sent == 0 && ch->conn->writing == 0) {
        drop_all(ch);
        return;
    }
    while (w != NULL && w->next != NULL) {
        waiting_block *gone = w->next;
        w->next = gone->next;
        ch->waiting -= gone->block->len - gone->sent;
        net_block_unref(gone->block);
        free(gone);
    }
    ch->last = w;
}

void net_channel_close(net_channel *ch, net_block *last, bool drop)
{
    net_conn *conn = ch->conn;
    const int64_t wait_ms = conn->server->draining ? DRAIN_LAST_MS : LINGER_MS;
    const int64_t deadline_ns = (int64_t)uv_hrtime() + wait_ms * INT64_C(1000000);
    ch->owner = NULL;
    ch->overflow = false;
    if (drop)
        drop_waiting(ch);
    for (waiting_block *w = ch->first; w != NULL; w = w->next)
        w->deadline_ns = deadline_ns;
    if (ch->first != NULL) {
        int room = LAST_BUFFER_BYTES;
        (void)uv_send_buffer_size(&conn->uv.handle, &room);
    }
    if (last != NULL && !enqueue(ch, last, 0, deadline_ns))
        ch->broken = true;
    if (ch->broken)
        set_blocked(ch, true); /* closed at the next look: nothing is called from here */
    else
        flush(ch);
}

void net_channel_drain(net_conn *conn)
{
    const net_channel *ch = conn->channel;
    if (ch->owner != NULL && ch->owner->on_drain != NULL)
        ch->owner->on_drain(ch->arg);
    else if (ch->owner != NULL)
        net_conn_close(conn);
}

void net_channel_closed(net_conn *conn)
{
    net_channel *ch = conn->channel;
    const net_channel_owner *owner = ch->owner;
    set_blocked(ch, false);
    ch->owner = NULL;
    if (owner != NULL)
        owner->on_end(ch->arg);
}

void net_channel_free(net_channel *ch)
{
    if (ch == NULL)
        return;
    drop_all(ch);
    free(ch);
}
