/* websocket.c - handshake, pings, closes; frames come by ws_reader.c and go by channel.c. */
#include "net/websocket.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/utf8.h"

enum {
    MESSAGE_BYTES = 64 << 10,
    WAITING_BYTES = 4 << 20,
    PING_MS = 20000,
    CONTROL_WITHIN_MS = 2000,
    PONGS_WAITING =
        4096, /* bytes; with more waiting a ping is not answered: the client does not read */
    KEY_BYTES = 16,
    HEADERS_MAX = 32,
    OP_TEXT = 1,
    OP_CLOSE = 8,
    OP_PING = 9,
    OP_PONG = 10
};

struct net_ws {
    net_channel *channel; /* NULL once it is closed */
    const net_ws_owner *owner;
    void *arg;
    net_ws_reader reader;
    int64_t pinged_ms; /* 0: never yet */
    bool awaits_pong;
    bool reading; /* net_ws_read is on the stack: the memory stays */
    bool over;    /* and goes when it returns */
};

/* ---- the handshake ---- */

/* Whether a comma-separated list has `word`, case apart. */
static bool lists(anc_str list, anc_str word)
{
    anc_str part;
    while (anc_str_split(&list, ',', &part))
        if (anc_str_eq_nocase(anc_str_trim(part), word))
            return true;
    return false;
}

static bool key_fits(anc_str key)
{
    anc_err ignored = {0};
    ANC_BUF(bytes, KEY_BYTES);
    return key.len == 24 && anc_base64_read(key, &bytes, &ignored) == ANC_OK &&
           bytes.len == KEY_BYTES;
}

int net_ws_handshake(const net_exchange *ex, anc_err *err)
{
    const anc_str version = anc_str_trim(net_exchange_header(ex, "sec-websocket-version"));
    const anc_str key = anc_str_trim(net_exchange_header(ex, "sec-websocket-key"));
    if (!lists(net_exchange_header(ex, "upgrade"), ANC_STR("websocket")) ||
        !lists(net_exchange_header(ex, "connection"), ANC_STR("upgrade"))) {
        (void)ANC_FAIL(err, ANC_INVALID,
                       "this is a WebSocket: ask with Connection: Upgrade and Upgrade: websocket");
        return 426;
    }
    if (!anc_str_eq(version, ANC_STR("13"))) {
        (void)ANC_FAIL(err, ANC_INVALID, "Sec-WebSocket-Version is \"%.*s\"; 13 is spoken here",
                       ANC_FMT(version));
        return 426;
    }
    if (net_exchange_minor(ex) < 1) {
        (void)ANC_FAIL(err, ANC_INVALID, "a WebSocket is asked for with HTTP/1.1");
        return 400;
    }
    if (!anc_str_eq(net_exchange_method(ex), ANC_STR("GET"))) {
        (void)ANC_FAIL(err, ANC_INVALID, "a WebSocket is asked for with GET");
        return 400;
    }
    if (!key_fits(key)) {
        (void)ANC_FAIL(err, ANC_INVALID, "Sec-WebSocket-Key \"%.*s\" is not base64 of %d bytes",
                       ANC_FMT(key), KEY_BYTES);
        return 400;
    }
    return 0;
}

/* RFC 6455, 4.2.2: the key with a fixed text behind it, by SHA-1, as base64. */
static void accept_of(anc_str key, anc_buf *out)
{
    static const anc_str magic = ANC_STR_INIT("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    unsigned char hash[SHA_DIGEST_LENGTH];
    ANC_BUF(text, 128);
    (void)anc_buf_add(&text, key);
    (void)anc_buf_add(&text, magic);
    (void)SHA1((const unsigned char *)text.ptr, text.len, hash);
    anc_base64_put(out, (anc_str){(const char *)hash, sizeof hash});
}

/* ---- frames out ---- */

static net_block *frame(int opcode, anc_str a, anc_str b)
{
    char head[10];
    size_t n = 2;
    const uint64_t len = a.len + b.len;
    head[0] = (char)(0x80 | opcode);
    if (len <= 125) {
        head[1] = (char)len;
    } else if (len <= UINT16_MAX) {
        head[1] = 126;
        n = 4;
    } else {
        head[1] = 127;
        n = 10;
    }
    for (size_t i = 2; i < n; i++)
        head[i] = (char)(len >> (8 * (n - 1 - i)));
    if (b.len == 0)
        return net_block_new((anc_str){head, n}, a);
    memcpy(head + n, a.ptr, a.len); /* of a close frame: two bytes */
    return net_block_new((anc_str){head, n + a.len}, b);
}

net_block *net_ws_frame_text(anc_str text)
{
    return frame(OP_TEXT, text, ANC_STR_NONE);
}

static net_block *close_frame(int code, anc_str reason)
{
    const char bytes[2] = {(char)(code >> 8), (char)code};
    const size_t most = NET_WS_CONTROL_MAX - sizeof bytes;
    if (code == NET_WS_NO_CODE)
        return frame(OP_CLOSE, ANC_STR_NONE, ANC_STR_NONE);
    if (reason.len > most)
        reason = anc_str_sub(reason, 0, anc_utf8_floor(reason, most));
    return frame(OP_CLOSE, (anc_str){bytes, sizeof bytes}, reason);
}

/* ---- the end ---- */

static void ws_free(net_ws *ws)
{
    ws->over = true;
    if (ws->reading)
        return;
    net_ws_reader_done(&ws->reader);
    free(ws);
}

static void shut(net_ws *ws, int code, anc_str reason, bool drop)
{
    net_block *last = close_frame(code, reason); /* without memory the end goes unexplained */
    net_channel *channel = ws->channel;
    ws->channel = NULL;
    net_channel_close(channel, last, drop);
    net_block_unref(last);
}

/* For a reason of our own; the owner is told. */
static void end(net_ws *ws, net_ws_end why, int code, anc_str reason, bool drop)
{
    const net_ws_owner *owner = ws->owner;
    void *arg = ws->arg;
    shut(ws, code, reason, drop);
    ws_free(ws);
    owner->on_end(arg, why);
}

void net_ws_close(net_ws *ws, int code, anc_str reason)
{
    shut(ws, code, reason, false);
    ws_free(ws);
}

/* ---- what the reader tells ---- */

static bool on_message(void *arg, bool is_text, anc_str bytes)
{
    net_ws *ws = arg;
    if (!is_text) {
        end(ws, NET_WS_REFUSED, NET_WS_UNSUPPORTED, ANC_STR("only text is understood here"), true);
        return false;
    }
    ws->owner->on_text(ws->arg, bytes);
    return !ws->over;
}

static bool on_ping(void *arg, anc_str payload)
{
    net_ws *ws = arg;
    net_block *pong = net_channel_waiting(ws->channel) < PONGS_WAITING
                          ? frame(OP_PONG, payload, ANC_STR_NONE)
                          : NULL;
    if (pong != NULL)
        net_channel_send(ws->channel, &pong, 1, CONTROL_WITHIN_MS);
    net_block_unref(pong);
    return true;
}

static bool on_pong(void *arg, anc_str payload)
{
    net_ws *ws = arg;
    (void)payload;
    ws->awaits_pong = false;
    return true;
}

static void on_close(void *arg, int code, anc_str reason)
{
    (void)reason;
    end(arg, NET_WS_LEFT, code, ANC_STR_NONE, true);
}

/* ---- what the channel tells ---- */

static void on_bytes(void *arg, anc_str bytes)
{
    static const net_ws_sink sink = {on_message, on_ping, on_pong, on_close};
    net_ws *ws = arg;
    ws->reading = true;
    const int code = net_ws_read(&ws->reader, bytes, &sink, ws);
    ws->reading = false;
    if (ws->over)
        ws_free(ws);
    else if (code != 0)
        end(ws, NET_WS_REFUSED, code, anc_str_of(ws->reader.fault), true);
}

static void on_tick(void *arg, int64_t now_ms)
{
    net_ws *ws = arg;
    const int64_t every_ms = ws->owner->ping_ms > 0 ? ws->owner->ping_ms : PING_MS;
    if (ws->pinged_ms == 0)
        ws->pinged_ms = now_ms;
    if (now_ms - ws->pinged_ms < every_ms)
        return;
    if (ws->awaits_pong) {
        end(ws, NET_WS_SILENT, NET_WS_POLICY, ANC_STR("no pong came for the last ping"), true);
        return;
    }
    net_block *ping = frame(OP_PING, ANC_STR_NONE, ANC_STR_NONE);
    ws->pinged_ms = now_ms;
    ws->awaits_pong = ping != NULL;
    if (ping != NULL)
        net_channel_send(ws->channel, &ping, 1, CONTROL_WITHIN_MS);
    net_block_unref(ping);
}

static void on_slow(void *arg, bool overflow)
{
    end(arg, NET_WS_SLOW, NET_WS_TRY_LATER,
        overflow ? ANC_STR("more waits for you than is kept; come again")
                 : ANC_STR("you do not take what is sent in its time; come again"),
        true);
}

static void on_drain(void *arg)
{
    end(arg, NET_WS_DRAINED, NET_WS_GOING_AWAY, ANC_STR("the server is shutting down"), false);
}

static void on_end(void *arg)
{
    net_ws *ws = arg;
    const net_ws_owner *owner = ws->owner;
    void *owner_arg = ws->arg;
    ws->channel = NULL;
    ws_free(ws);
    owner->on_end(owner_arg, NET_WS_LEFT);
}

net_ws *net_ws_accept(net_exchange *ex, const net_header *headers, size_t n,
                      const net_ws_owner *owner, void *arg)
{
    static const net_channel_owner channel_owner = {.on_bytes = on_bytes,
                                                    .on_tick = on_tick,
                                                    .on_slow = on_slow,
                                                    .on_drain = on_drain,
                                                    .on_end = on_end,
                                                    .max_waiting = WAITING_BYTES};
    ANC_BUF(accept, 64);
    net_header all[HEADERS_MAX];
    size_t k = 0;
    accept_of(anc_str_trim(net_exchange_header(ex, "sec-websocket-key")), &accept);
    all[k++] = (net_header){ANC_STR("Upgrade"), ANC_STR("websocket")};
    all[k++] = (net_header){ANC_STR("Connection"), ANC_STR("Upgrade")};
    all[k++] = (net_header){ANC_STR("Sec-WebSocket-Accept"), anc_buf_view(&accept)};
    for (size_t i = 0; i < n && k < HEADERS_MAX; i++)
        all[k++] = headers[i];
    net_ws *ws = calloc(1, sizeof *ws);
    if (ws == NULL)
        return NULL;
    *ws = (net_ws){.owner = owner, .arg = arg};
    net_ws_reader_init(&ws->reader, owner->max_message > 0 ? owner->max_message : MESSAGE_BYTES);
    ws->channel = net_channel_take(ex, 101, all, k, false, &channel_owner, ws);
    if (ws->channel == NULL) {
        ws_free(ws);
        return NULL;
    }
    return ws;
}

void net_ws_send(net_ws *ws, net_block *const *frames, size_t n, int64_t within_ms)
{
    net_channel_send(ws->channel, frames, n, within_ms);
}
