/* ws_reader.c - frames by wslay, messages by us.
 *
 * wslay's context has a buffer of 4 KiB, so it lives from the first byte of a frame to the last and no
 * longer. Whether it still holds the beginning of a next frame is known by counting: what it was given
 * less what the frames that it has told add up to, heads included.
 */
#include "net/ws_reader.h"

#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

#include "base/utf8.h"

typedef struct net_ws_frame {
    wslay_frame_context_ptr ctx; /* owned */
    anc_str in;                  /* what is to be read; of the call */
    uint64_t held;               /* bytes given that belong to no frame that is over */
    uint64_t got;                /* bytes of this frame's payload */
    bool begun;                  /* its head was checked */
    size_t n_control;
    char control[NET_WS_CONTROL_MAX];
} net_ws_frame;

static ssize_t give(uint8_t *buf, size_t len, int flags, void *arg)
{
    net_ws_frame *f = arg;
    (void)flags;
    const size_t n = f->in.len < len ? f->in.len : len;
    if (n == 0)
        return -1;
    memcpy(buf, f->in.ptr, n);
    f->in = anc_str_sub(f->in, n, f->in.len);
    f->held += n;
    return (ssize_t)n;
}

void net_ws_reader_init(net_ws_reader *r, size_t max_message)
{
    *r = (net_ws_reader){.message = anc_buf_init(max_message)};
}

static void frame_free(net_ws_reader *r)
{
    if (r->frame == NULL)
        return;
    wslay_frame_context_free(r->frame->ctx);
    free(r->frame);
    r->frame = NULL;
}

void net_ws_reader_done(net_ws_reader *r)
{
    frame_free(r);
    anc_buf_done(&r->message);
}

static bool frame_open(net_ws_reader *r)
{
    static const struct wslay_frame_callbacks callbacks = {.recv_callback = give};
    net_ws_frame *f = calloc(1, sizeof *f);
    if (f == NULL)
        return false;
    if (wslay_frame_context_init(&f->ctx, &callbacks, f) != 0) {
        free(f);
        return false;
    }
    r->frame = f;
    return true;
}

/* ---- checks ---- */

static int refuse(net_ws_reader *r, int code, const char *fault)
{
    r->fault = fault;
    r->over = true;
    return code;
}

/* A frame's head, as soon as it is there. */
static int check_head(net_ws_reader *r, const struct wslay_frame_iocb *h)
{
    const bool control = wslay_is_ctrl_frame(h->opcode) != 0;
    const bool data = h->opcode == WSLAY_TEXT_FRAME || h->opcode == WSLAY_BINARY_FRAME;
    const bool known = h->opcode <= WSLAY_BINARY_FRAME ||
                       (h->opcode >= WSLAY_CONNECTION_CLOSE && h->opcode <= WSLAY_PONG);
    if (h->mask == 0)
        return refuse(r, NET_WS_PROTOCOL, "a frame of a client has to be masked");
    if (h->rsv != 0 || !known)
        return refuse(r, NET_WS_PROTOCOL, "a frame has a bit or an opcode that is reserved");
    if (control && (h->fin == 0 || h->payload_length > NET_WS_CONTROL_MAX))
        return refuse(r, NET_WS_PROTOCOL, "a control frame has to be whole and short");
    if (h->opcode == WSLAY_CONTINUATION_FRAME && !r->in_message)
        return refuse(r, NET_WS_PROTOCOL, "a fragment belongs to no message");
    if (data && r->in_message)
        return refuse(r, NET_WS_PROTOCOL, "a message begins inside another");
    if (!control && h->payload_length > r->message.max - r->message.len)
        return refuse(r, NET_WS_TOO_BIG, "a message is longer than is taken here");
    return 0;
}

bool net_ws_code_fits(int code)
{
    return (code >= NET_WS_NORMAL && code <= NET_WS_UNSUPPORTED) ||
           (code >= NET_WS_NOT_UTF8 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/* ---- whole frames ---- */

static int take_close(net_ws_reader *r, anc_str payload, const net_ws_sink *sink, void *arg)
{
    int code = NET_WS_NO_CODE;
    const anc_str reason = anc_str_sub(payload, 2, payload.len);
    if (payload.len >= 2)
        code = (unsigned char)payload.ptr[0] << 8 | (unsigned char)payload.ptr[1];
    if (payload.len == 1 || (payload.len >= 2 && !net_ws_code_fits(code)))
        return refuse(r, NET_WS_PROTOCOL, "a close frame has no code that may be sent");
    if (!anc_utf8_valid(reason))
        return refuse(r, NET_WS_NOT_UTF8, "the reason of a close frame is not UTF-8");
    r->over = true;
    sink->on_close(arg, code, reason);
    return 0;
}

static int take_message(net_ws_reader *r, const net_ws_sink *sink, void *arg)
{
    const anc_str bytes = anc_buf_view(&r->message);
    if (r->is_text && !anc_utf8_valid(bytes))
        return refuse(r, NET_WS_NOT_UTF8, "a text is not UTF-8");
    if (!sink->on_message(arg, r->is_text, bytes))
        r->over = true;
    r->in_message = false;
    anc_buf_done(&r->message);
    return 0;
}

static int take_frame(net_ws_reader *r, const struct wslay_frame_iocb *h, const net_ws_sink *sink,
                      void *arg)
{
    const anc_str control = {r->frame->control, r->frame->n_control};
    bool go_on = true;
    if (h->opcode == WSLAY_CONNECTION_CLOSE)
        return take_close(r, control, sink, arg);
    if (h->opcode == WSLAY_PING)
        go_on = sink->on_ping(arg, control);
    else if (h->opcode == WSLAY_PONG)
        go_on = sink->on_pong(arg, control);
    else if (h->fin != 0)
        return take_message(r, sink, arg);
    r->over = r->over || !go_on;
    return 0;
}

/* ---- reading ---- */

static uint64_t head_bytes(uint64_t payload)
{
    return 2 + 4 + (payload > UINT16_MAX ? 8U : payload > NET_WS_CONTROL_MAX ? 2U : 0U);
}

static int begin_frame(net_ws_reader *r, const struct wslay_frame_iocb *h)
{
    net_ws_frame *f = r->frame;
    const int refused = check_head(r, h);
    f->begun = true;
    f->got = 0;
    f->n_control = 0;
    if (refused == 0 && (h->opcode == WSLAY_TEXT_FRAME || h->opcode == WSLAY_BINARY_FRAME)) {
        r->in_message = true;
        r->is_text = h->opcode == WSLAY_TEXT_FRAME;
    }
    return refused;
}

static bool add_piece(net_ws_reader *r, const struct wslay_frame_iocb *h)
{
    net_ws_frame *f = r->frame;
    f->got += h->data_length;
    if (wslay_is_ctrl_frame(h->opcode) == 0)
        return anc_buf_add(&r->message, (anc_str){(const char *)h->data, h->data_length});
    if (h->data_length > 0)
        memcpy(f->control + f->n_control, h->data, h->data_length); /* its length was checked */
    f->n_control += h->data_length;
    return true;
}

/* A piece that wslay cut off. */
static int take_piece(net_ws_reader *r, const struct wslay_frame_iocb *h, const net_ws_sink *sink,
                      void *arg)
{
    net_ws_frame *f = r->frame;
    const int refused = f->begun ? 0 : begin_frame(r, h);
    if (refused != 0)
        return refused;
    if (!add_piece(r, h))
        return refuse(r, NET_WS_INTERNAL, "out of memory for a message");
    if (f->got < h->payload_length)
        return 0;
    f->begun = false;
    f->held -= head_bytes(h->payload_length) + h->payload_length;
    return take_frame(r, h, sink, arg);
}

int net_ws_read(net_ws_reader *r, anc_str bytes, const net_ws_sink *sink, void *arg)
{
    int code = 0;
    if (r->over || bytes.len == 0)
        return 0;
    if (r->frame == NULL && !frame_open(r))
        return refuse(r, NET_WS_INTERNAL, "out of memory for a message");
    net_ws_frame *f = r->frame;
    f->in = bytes;
    while (code == 0 && !r->over) {
        struct wslay_frame_iocb h = {0};
        const ssize_t rc = wslay_frame_recv(f->ctx, &h);
        if (rc >= 0)
            code = take_piece(r, &h, sink, arg);
        else if (rc == WSLAY_ERR_WANT_READ)
            break;
        else
            code = refuse(r, NET_WS_PROTOCOL, "a frame is not of the form that it has to have");
    }
    if (r->over || f->held == 0)
        frame_free(r);
    return code;
}
