/* test_net_ws_reader.c - what a WebSocket client may send, and what it is refused for. */
#include "support/test.h"

#include "net/ws_reader.h"
#include "support/ws_frames.h"

enum { MESSAGE_MAX = 300, BYTES_MAX = 1 << 20 };

typedef struct heard {
    anc_buf text; /* owned: what was told, in order */
    bool stop;
} heard;

static bool on_message(void *arg, bool is_text, anc_str bytes)
{
    heard *h = arg;
    assert_true(anc_buf_printf(&h->text, "%s(%.*s)", is_text ? "text" : "bytes", ANC_FMT(bytes)));
    return !h->stop;
}

static bool on_ping(void *arg, anc_str payload)
{
    heard *h = arg;
    assert_true(anc_buf_printf(&h->text, "ping(%.*s)", ANC_FMT(payload)));
    return true;
}

static bool on_pong(void *arg, anc_str payload)
{
    heard *h = arg;
    assert_true(anc_buf_printf(&h->text, "pong(%.*s)", ANC_FMT(payload)));
    return true;
}

static void on_close(void *arg, int code, anc_str reason)
{
    heard *h = arg;
    assert_true(anc_buf_printf(&h->text, "close(%d %.*s)", code, ANC_FMT(reason)));
}

static const net_ws_sink sink = {on_message, on_ping, on_pong, on_close};

/* ---- the rows ---- */

static void text(anc_buf *b)
{
    ws_put(b, WS_FIN | WS_TEXT, ANC_STR("hello"));
}

static void empty(anc_buf *b)
{
    ws_put(b, WS_FIN | WS_TEXT, ANC_STR(""));
    ws_put(b, WS_FIN | WS_PING, ANC_STR(""));
}

static void binary(anc_buf *b)
{
    ws_put(b, WS_FIN | WS_BINARY, ANC_STR("\x01\x02"));
}

static void fragments(anc_buf *b)
{
    ws_put(b, WS_TEXT, ANC_STR("one "));
    ws_put(b, WS_FIN | WS_PING, ANC_STR("between"));
    ws_put(b, WS_MORE, ANC_STR(""));
    ws_put(b, WS_FIN | WS_MORE, ANC_STR("two"));
    ws_put(b, WS_FIN | WS_PONG, ANC_STR("after"));
}

/* A code point may be cut by the end of a fragment. */
static void cut_letter(anc_buf *b)
{
    ws_put(b, WS_TEXT, ANC_STR("caf\xc3"));
    ws_put(b, WS_FIN | WS_MORE, ANC_STR("\xa9"));
}

static void longer(anc_buf *b)
{
    char letters[200];
    memset(letters, 'x', sizeof letters);
    ws_put(b, WS_FIN | WS_TEXT, (anc_str){letters, sizeof letters});
}

static void closing(anc_buf *b)
{
    ws_put(b, WS_FIN | WS_CLOSE,
           ANC_STR("\x03\xe8"
                   "bye"));
    ws_put(b, WS_FIN | WS_TEXT, ANC_STR("unheard"));
}

static void closing_bare(anc_buf *b)
{
    ws_put(b, WS_FIN | WS_CLOSE, ANC_STR(""));
}

static void close_of_one_byte(anc_buf *b)
{
    ws_put(b, WS_FIN | WS_CLOSE, ANC_STR("\x03"));
}

static void close_with_1005(anc_buf *b)
{
    ws_put(b, WS_FIN | WS_CLOSE, ANC_STR("\x03\xed"));
}

static void close_not_utf8(anc_buf *b)
{
    ws_put(b, WS_FIN | WS_CLOSE, ANC_STR("\x03\xe8\xff"));
}

static void unmasked(anc_buf *b)
{
    ws_put_bare(b, WS_FIN | WS_TEXT, ANC_STR("bare"));
}

static void reserved_bit(anc_buf *b)
{
    ws_put(b, WS_FIN | 0x40 | WS_TEXT, ANC_STR("deflated?"));
}

static void reserved_opcode(anc_buf *b)
{
    ws_put(b, WS_FIN | 3, ANC_STR("x"));
}

static void long_ping(anc_buf *b)
{
    char letters[126];
    memset(letters, 'x', sizeof letters);
    ws_put(b, WS_FIN | WS_PING, (anc_str){letters, sizeof letters});
}

static void ping_in_fragments(anc_buf *b)
{
    ws_put(b, WS_PING, ANC_STR("x"));
}

static void stray_fragment(anc_buf *b)
{
    ws_put(b, WS_FIN | WS_MORE, ANC_STR("x"));
}

static void message_in_message(anc_buf *b)
{
    ws_put(b, WS_TEXT, ANC_STR("one"));
    ws_put(b, WS_FIN | WS_TEXT, ANC_STR("two"));
}

static void not_utf8(anc_buf *b)
{
    ws_put(b, WS_FIN | WS_TEXT, ANC_STR("\xc0\xaf"));
}

static void gigabyte(anc_buf *b)
{
    ws_put_head(b, WS_FIN | WS_BINARY, true, UINT64_C(1) << 30);
    (void)anc_buf_add(b, ANC_STR("maskfirst bytes"));
}

/* The length's greatest bit must not be set. */
static void length_past_63_bits(anc_buf *b)
{
    ws_put_head(b, WS_FIN | WS_BINARY, true, UINT64_MAX);
    (void)anc_buf_add(b, ANC_STR("maskfirst bytes"));
}

static void long_way_to_say_one(anc_buf *b)
{
    static const char bytes[] = {(char)0x81, (char)0xfe, 0, 1, 0, 0, 0, 0, 'x'};
    (void)anc_buf_add(b, (anc_str){bytes, sizeof bytes});
}

static void too_many_fragments(anc_buf *b)
{
    char letters[100];
    memset(letters, 'x', sizeof letters);
    for (int i = 0; i < 4; i++)
        ws_put(b, i == 0 ? WS_TEXT : WS_MORE, (anc_str){letters, sizeof letters});
}

static void garbage(anc_buf *b)
{
    (void)anc_buf_add(b, ANC_STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
}

static const struct row {
    const char *name;
    void (*make)(anc_buf *b);
    const char *told;
    int code;
} rows[] = {
    {"a text", text, "text(hello)", 0},
    {"an empty text and ping", empty, "text()ping()", 0},
    {"bytes", binary, "bytes(\x01\x02)", 0},
    {"fragments with a ping between", fragments, "ping(between)text(one two)pong(after)", 0},
    {"a letter in two fragments", cut_letter, "text(caf\xc3\xa9)", 0},
    {"a length of two bytes", longer, NULL, 0},
    {"a close, and nothing after it", closing, "close(1000 bye)", 0},
    {"a close without a code", closing_bare, "close(1005 )", 0},
    {"a close of one byte", close_of_one_byte, "", NET_WS_PROTOCOL},
    {"a close with a code that is never sent", close_with_1005, "", NET_WS_PROTOCOL},
    {"a reason that is not UTF-8", close_not_utf8, "", NET_WS_NOT_UTF8},
    {"not masked", unmasked, "", NET_WS_PROTOCOL},
    {"a reserved bit", reserved_bit, "", NET_WS_PROTOCOL},
    {"a reserved opcode", reserved_opcode, "", NET_WS_PROTOCOL},
    {"a ping of 126 bytes", long_ping, "", NET_WS_PROTOCOL},
    {"a ping in fragments", ping_in_fragments, "", NET_WS_PROTOCOL},
    {"a fragment of nothing", stray_fragment, "", NET_WS_PROTOCOL},
    {"a message in a message", message_in_message, "", NET_WS_PROTOCOL},
    {"a text that is not UTF-8", not_utf8, "", NET_WS_NOT_UTF8},
    {"a frame of a gigabyte", gigabyte, "", NET_WS_TOO_BIG},
    {"a length past 63 bits", length_past_63_bits, "", NET_WS_PROTOCOL},
    {"a length not in its shortest form", long_way_to_say_one, "", NET_WS_PROTOCOL},
    {"fragments past the bound", too_many_fragments, "", NET_WS_TOO_BIG},
    {"garbage", garbage, "", NET_WS_PROTOCOL},
};

/* Feeds copies of exactly their size, `step` bytes at a time. */
static int feed(const anc_buf *bytes, size_t step, heard *h)
{
    net_ws_reader reader;
    int code = 0;
    net_ws_reader_init(&reader, MESSAGE_MAX);
    for (size_t at = 0; at < bytes->len && code == 0; at += step) {
        const anc_str piece = anc_str_sub(anc_buf_view(bytes), at, step);
        ANC_BUF(copy, BYTES_MAX);
        assert_true(anc_buf_add(&copy, piece));
        code = net_ws_read(&reader, anc_buf_view(&copy), &sink, h);
    }
    assert_true((code != 0) == (reader.fault != NULL));
    if (code == 0 && !reader.in_message)
        assert_null(reader.frame); /* nothing is kept between messages */
    net_ws_reader_done(&reader);
    return code;
}

static void test_row(void **state)
{
    const struct row *row = *state;
    ANC_BUF(bytes, BYTES_MAX);
    row->make(&bytes);
    for (size_t step = 1; step <= bytes.len; step++) {
        heard h = {.text = anc_buf_init(BYTES_MAX)};
        assert_int_equal(feed(&bytes, step, &h), row->code);
        if (row->told != NULL)
            assert_true(anc_str_eq(anc_buf_view(&h.text), anc_str_of(row->told)));
        anc_buf_done(&h.text);
    }
}

static void test_stops(void **state)
{
    (void)state;
    heard h = {.text = anc_buf_init(BYTES_MAX), .stop = true};
    ANC_BUF(bytes, BYTES_MAX);
    text(&bytes);
    text(&bytes);
    assert_int_equal(feed(&bytes, bytes.len, &h), 0);
    assert_true(anc_str_eq(anc_buf_view(&h.text), ANC_STR("text(hello)")));
    anc_buf_done(&h.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stops)};
    int failed = RUN_TABLE("frames of a client", rows, test_row);
    failed += cmocka_run_group_tests_name("stopping", tests, NULL, NULL);
    return failed;
}
