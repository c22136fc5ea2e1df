/* ws_reader.h - the frames of a WebSocket client, read strictly and without waiting (RFC 6455, 5).
 *
 * Bytes come as they come, and how they are cut never changes what is told. Between two messages a
 * reader has no memory of its own. It refuses, by the close code that is to be sent:
 *
 *   1002  a frame that is not masked, a reserved bit or opcode, a control frame that is longer than
 *         125 bytes or in fragments, a fragment of no message, a message inside another, a length not
 *         in its shortest form, a close frame of one byte or with a code that may not be sent
 *   1007  a text or reason that is not UTF-8
 *   1009  a message longer than the bound, as soon as its length is known
 */
#ifndef ANC_NET_WS_READER_H
#define ANC_NET_WS_READER_H

#include "base/str.h"

enum {
    NET_WS_NORMAL = 1000,
    NET_WS_GOING_AWAY = 1001,
    NET_WS_PROTOCOL = 1002,
    NET_WS_UNSUPPORTED = 1003,
    NET_WS_NO_CODE = 1005, /* a close frame without one; never sent */
    NET_WS_NOT_UTF8 = 1007,
    NET_WS_POLICY = 1008,
    NET_WS_TOO_BIG = 1009,
    NET_WS_INTERNAL = 1011,
    NET_WS_TRY_LATER = 1013,
    NET_WS_CONTROL_MAX = 125 /* bytes of a control frame's payload */
};

/* What is told, in order; views are good for the call. True goes on, false stops the reader. */
typedef struct net_ws_sink {
    bool (*on_message)(void *arg, bool is_text, anc_str bytes);
    bool (*on_ping)(void *arg, anc_str payload);
    bool (*on_pong)(void *arg, anc_str payload);
    void (*on_close)(void *arg, int code, anc_str reason); /* nothing is read after it */
} net_ws_sink;

typedef struct net_ws_reader {
    struct net_ws_frame *frame; /* owned; NULL between frames */
    anc_buf message;            /* owned; of the fragments so far */
    bool in_message;
    bool is_text;
    bool over;
    const char *fault; /* one sentence, literal, where net_ws_read refused */
} net_ws_reader;

/* Ready for messages of at most `max_message` bytes. Allocates nothing. */
void net_ws_reader_init(net_ws_reader *reader, size_t max_message);
void net_ws_reader_done(net_ws_reader *reader);

/* Takes all of `bytes`. 0, or the close code of what was refused (NET_WS_INTERNAL when memory is
 * out); after that, a close frame or a stop, nothing is read any more. */
int net_ws_read(net_ws_reader *reader, anc_str bytes, const net_ws_sink *sink,
                void *arg) ANC_MUST_CHECK;

/* Whether a peer may send this code in a close frame. */
bool net_ws_code_fits(int code);

#endif
