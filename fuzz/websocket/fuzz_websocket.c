/* fuzz_websocket.c - a reader of frames must tell the same however their bytes are cut.
 *
 * The first byte of the input seeds the cuts, the rest is what a client sends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/ws_reader.h"

enum { MESSAGE_MAX = 4096, TRANSCRIPT_MAX = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool on_message(void *arg, bool is_text, anc_str bytes)
{
    anc_buf *out = arg;
    (void)anc_buf_printf(out, "[%s %zu ", is_text ? "text" : "bytes", bytes.len);
    (void)anc_buf_add(out, bytes);
    return anc_buf_add_char(out, ']');
}

static bool on_ping(void *arg, anc_str payload)
{
    (void)anc_buf_add(arg, ANC_STR("[ping "));
    return anc_buf_add(arg, payload);
}

static bool on_pong(void *arg, anc_str payload)
{
    (void)anc_buf_add(arg, ANC_STR("[pong "));
    return anc_buf_add(arg, payload);
}

static void on_close(void *arg, int code, anc_str reason)
{
    (void)anc_buf_printf(arg, "[close %d ", code);
    (void)anc_buf_add(arg, reason);
}

/* Each piece is a copy of exactly its size, so that an overrun shows. */
static void run(const uint8_t *data, size_t size, unsigned seed, anc_buf *out)
{
    static const net_ws_sink sink = {on_message, on_ping, on_pong, on_close};
    net_ws_reader reader;
    int code = 0;
    net_ws_reader_init(&reader, MESSAGE_MAX);
    for (size_t at = 0, n; at < size && code == 0; at += n) {
        seed = seed * 1103515245U + 12345U;
        n = seed == 12345U ? size : 1 + (seed >> 16) % 7;
        n = n < size - at ? n : size - at;
        char *piece = malloc(n);
        if (piece == NULL)
            abort();
        memcpy(piece, data + at, n);
        code = net_ws_read(&reader, (anc_str){piece, n}, &sink, out);
        free(piece);
    }
    if (code != 0)
        (void)anc_buf_printf(out, "<%d %s>", code, reader.fault);
    if (!reader.over && reader.message.len > MESSAGE_MAX)
        abort();
    net_ws_reader_done(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ANC_BUF(whole, TRANSCRIPT_MAX);
    ANC_BUF(cut, TRANSCRIPT_MAX);
    if (size == 0)
        return 0;
    run(data + 1, size - 1, 0, &whole);
    run(data + 1, size - 1, data[0] + 1U, &cut);
    if (!anc_str_eq(anc_buf_view(&whole), anc_buf_view(&cut)))
        abort();
    return 0;
}
