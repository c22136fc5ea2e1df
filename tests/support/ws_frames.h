/* ws_frames.h - frames of a WebSocket client written by hand, for tests and fuzzing. */
#ifndef ANC_TESTS_SUPPORT_WS_FRAMES_H
#define ANC_TESTS_SUPPORT_WS_FRAMES_H

#include <string.h>

#include "base/str.h"

enum {
    WS_FIN = 0x80,
    WS_MORE = 0,
    WS_TEXT = 1,
    WS_BINARY = 2,
    WS_CLOSE = 8,
    WS_PING = 9,
    WS_PONG = 10
};

/* Appends a frame: `first` is its first byte, masked with `mask` where `masked`; says `length` in its
 * head, which may be another than text.len. */
static inline void ws_put_head(anc_buf *out, int first, bool masked, uint64_t length)
{
    const int bit = masked ? 0x80 : 0;
    (void)anc_buf_add_char(out, (char)first);
    if (length <= 125) {
        (void)anc_buf_add_char(out, (char)(bit | (int)length));
    } else if (length <= UINT16_MAX) {
        (void)anc_buf_add_char(out, (char)(bit | 126));
        (void)anc_buf_add_char(out, (char)(length >> 8));
        (void)anc_buf_add_char(out, (char)length);
    } else {
        (void)anc_buf_add_char(out, (char)(bit | 127));
        for (int shift = 56; shift >= 0; shift -= 8)
            (void)anc_buf_add_char(out, (char)(length >> shift));
    }
}

static inline void ws_put(anc_buf *out, int first, anc_str text)
{
    static const char mask[4] = {0x11, 0x72, (char)0xa3, 0x04};
    ws_put_head(out, first, true, text.len);
    (void)anc_buf_add(out, (anc_str){mask, sizeof mask});
    for (size_t i = 0; i < text.len; i++)
        (void)anc_buf_add_char(out, (char)(text.ptr[i] ^ mask[i % sizeof mask]));
}

static inline void ws_put_bare(anc_buf *out, int first, anc_str text)
{
    ws_put_head(out, first, false, text.len);
    (void)anc_buf_add(out, text);
}

#endif
