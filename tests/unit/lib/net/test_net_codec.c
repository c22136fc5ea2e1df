/* test_net_codec.c - what the codec takes and what it refuses, row by row. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "net/http_codec.h"

#define H "Host: a\r\n"

typedef struct row {
    const char *name;
    const char *bytes;
    size_t len; /* 0: strlen */
    int status; /* 0: taken */
    const char *body;
} row;

static const row rows[] = {
    {"plain get", "GET / HTTP/1.1\r\n" H "\r\n", 0, 0, ""},
    {"query and percent", "GET /a%20b?c=%2f HTTP/1.1\r\n" H "\r\n", 0, 0, ""},
    {"http 1.0 without host", "GET / HTTP/1.0\r\n\r\n", 0, 0, ""},
    {"one blank line before", "\r\nGET / HTTP/1.1\r\n" H "\r\n", 0, 0, ""},
    {"options star", "OPTIONS * HTTP/1.1\r\n" H "\r\n", 0, 0, ""},
    {"host with port", "GET / HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n", 0, 0, ""},
    {"length", "POST / HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello", 0, 0, "hello"},
    {"length zero", "POST / HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", 0, 0, ""},
    {"chunked",
     "POST / HTTP/1.1\r\n" H
     "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n",
     0, 0, "abc0123456789"},
    {"chunk extension and trailer",
     "POST / HTTP/1.1\r\n" H
     "Transfer-Encoding: Chunked\r\n\r\n1;a=\"b\"\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n",
     0, 0, "x"},
    {"latin-1 in a value", "GET / HTTP/1.1\r\n" H "A: \xe9\r\n\r\n", 0, 0, ""},
    {"tab in a value", "GET / HTTP/1.1\r\n" H "A: b\tc\r\n\r\n", 0, 0, ""},
    {"empty value", "GET / HTTP/1.1\r\n" H "A:\r\n\r\n", 0, 0, ""},

    {"underscores make another name",
     "POST / HTTP/1.1\r\n" H "Content_Length: 9\r\nContent-Length: 1\r\n\r\nx", 0, 0, "x"},
    {"a trailer of a name that begins like another",
     "POST / HTTP/1.1\r\n" H
     "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nContent-Length-Of-It-All: 9\r\nHos: "
     "t\r\n\r\n",
     0, 0, "x"},
    {"trailer that names a length",
     "POST / HTTP/1.1\r\n" H
     "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nContent-Length: 9\r\n\r\n",
     0, 400, NULL},
    {"trailer that names a coding, in capitals",
     "POST / HTTP/1.1\r\n" H
     "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\nTRANSFER-ENCODING: chunked\r\n\r\n",
     0, 400, NULL},
    {"trailer that names a host",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\nhost: b\r\n\r\n", 0, 400,
     NULL},
    {"trailer that says who asks",
     "POST / HTTP/1.1\r\n" H
     "Transfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: Bearer x\r\n\r\n",
     0, 400, NULL},
    {"trailer without a name",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n: b\r\n\r\n", 0, 400, NULL},

    {"two blank lines before", "\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"bare line feed after the request line", "GET / HTTP/1.1\n" H "\r\n", 0, 400, NULL},
    {"bare line feed after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", 0, 400, NULL},
    {"bare line feed at the end", "GET / HTTP/1.1\r\n" H "\n", 0, 400, NULL},
    {"carriage return inside a value", "GET / HTTP/1.1\r\n" H "A: b\rc\r\n\r\n", 0, 400, NULL},
    {"NUL in a value", "GET / HTTP/1.1\r\n" H "A: b\0c\r\n\r\n", 36, 400, NULL},
    {"control byte in a value", "GET / HTTP/1.1\r\n" H "A: b\x01\r\n\r\n", 0, 400, NULL},
    {"delete in a value", "GET / HTTP/1.1\r\n" H "A: b\x7f\r\n\r\n", 0, 400, NULL},
    {"blank before the colon", "GET / HTTP/1.1\r\n" H "A : b\r\n\r\n", 0, 400, NULL},
    {"empty name", "GET / HTTP/1.1\r\n" H ": b\r\n\r\n", 0, 400, NULL},
    {"no colon", "GET / HTTP/1.1\r\n" H "Ab\r\n\r\n", 0, 400, NULL},
    {"odd name", "GET / HTTP/1.1\r\n" H "A(b): c\r\n\r\n", 0, 400, NULL},
    {"folded line", "GET / HTTP/1.1\r\n" H "A: b\r\n c\r\n\r\n", 0, 400, NULL},
    {"folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 0, 400, NULL},
    {"no host", "GET / HTTP/1.1\r\n\r\n", 0, 400, NULL},
    {"two hosts", "GET / HTTP/1.1\r\n" H H "\r\n", 0, 400, NULL},
    {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 0, 400, NULL},
    {"host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 0, 400, NULL},
    {"host with a user", "GET / HTTP/1.1\r\nHost: u@b\r\n\r\n", 0, 400, NULL},
    {"absolute form of another scheme", "GET https://a/ HTTP/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"absolute form without a host", "GET http:///a HTTP/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"absolute form with a user", "GET http://u@a/ HTTP/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"absolute form with a fragment", "GET http://a#b HTTP/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"absolute form without Host", "GET http://a/ HTTP/1.1\r\n\r\n", 0, 400, NULL},
    {"absolute form with two hosts", "GET http://a/ HTTP/1.1\r\n" H H "\r\n", 0, 400, NULL},
    {"authority form", "CONNECT a:80 HTTP/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"star of get", "GET * HTTP/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"fragment", "GET /a#b HTTP/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"blank in the target", "GET /a b HTTP/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"two blanks", "GET  / HTTP/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"bytes above ASCII in the target", "GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"no version", "GET /\r\n\r\n", 0, 400, NULL},
    {"odd version", "GET / HTTQ/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"long version", "GET / HTTP/1.10\r\n" H "\r\n", 0, 400, NULL},
    {"method with a colon", "G:T / HTTP/1.1\r\n" H "\r\n", 0, 400, NULL},
    /* no line feed comes, and none is waited for */
    {"TLS handshake", "\x16\x03\x01\x02\x00\x01", 6, 400, NULL},
    {"first byte that no method begins with", "\x80\x2e\x01", 3, 400, NULL},
    {"version 2.0", "GET / HTTP/2.0\r\n" H "\r\n", 0, 505, NULL},
    {"version 1.2", "GET / HTTP/1.2\r\n" H "\r\n", 0, 505, NULL},
    {"version 0.9", "GET / HTTP/0.9\r\n" H "\r\n", 0, 505, NULL},
    {"two lengths", "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", 0,
     400, NULL},
    {"list of lengths", "POST / HTTP/1.1\r\n" H "Content-Length: 1, 1\r\n\r\nx", 0, 400, NULL},
    {"length with a sign", "POST / HTTP/1.1\r\n" H "Content-Length: +7\r\n\r\n", 0, 400, NULL},
    {"negative length", "POST / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\n", 0, 400, NULL},
    {"hexadecimal length", "POST / HTTP/1.1\r\n" H "Content-Length: 0x7\r\n\r\n", 0, 400, NULL},
    {"huge length", "POST / HTTP/1.1\r\n" H "Content-Length: 18446744073709551617\r\n\r\n", 0, 400,
     NULL},
    {"empty length", "POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n", 0, 400, NULL},
    {"length and coding",
     "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0,
     400, NULL},
    {"coding and length",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n", 0,
     400, NULL},
    {"two codings",
     "POST / HTTP/1.1\r\n" H
     "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     0, 400, NULL},
    {"coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, 400,
     NULL},
    {"other coding", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n", 0, 501,
     NULL},
    {"coding identity", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\n\r\n", 0, 501,
     NULL},
    {"other expectation", "POST / HTTP/1.1\r\n" H "Expect: 200-ok\r\n\r\n", 0, 417, NULL},
    {"chunk size 0x7", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0x7\r\n", 0, 400,
     NULL},
    {"chunk size with a sign", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n+7\r\n",
     0, 400, NULL},
    {"chunk size with a blank", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n7 \r\n",
     0, 400, NULL},
    {"empty chunk size", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n\r\n", 0, 400,
     NULL},
    {"chunk size too long",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0000000000000001\r\n", 0, 400,
     NULL},
    {"chunk size with a bare line feed",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1\nx\r\n", 0, 400, NULL},
    {"chunk longer than it says",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n", 0, 400, NULL},
    {"trailer without colon",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\nab\r\n\r\n", 0, 400, NULL},
    {"folded trailer",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\na: b\r\n c\r\n\r\n", 0, 400,
     NULL},
    {"tab before the colon", "GET / HTTP/1.1\r\n" H "A\t: b\r\n\r\n", 0, 400, NULL},
    {"two carriage returns", "GET / HTTP/1.1\r\n" H "A: b\r\r\n\r\n", 0, 400, NULL},
    {"name beyond ASCII", "GET / HTTP/1.1\r\n" H "A\xad: b\r\n\r\n", 0, 400, NULL},
    {"folded by a tab", "GET / HTTP/1.1\r\n" H "A: b\r\n\tc: d\r\n\r\n", 0, 400, NULL},
    {"tab instead of a blank", "GET\t/ HTTP/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"version in small letters", "GET / http/1.1\r\n" H "\r\n", 0, 400, NULL},
    {"version with a leading zero", "GET / HTTP/01.1\r\n" H "\r\n", 0, 400, NULL},
    {"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0, 400, NULL},
    {"length with a blank inside", "POST / HTTP/1.1\r\n" H "Content-Length: 1 0\r\n\r\n", 0, 400,
     NULL},
    {"length with a fraction", "POST / HTTP/1.1\r\n" H "Content-Length: 1.0\r\n\r\n", 0, 400, NULL},
    {"coding behind a vertical tab",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: \x0b"
     "chunked\r\n\r\n",
     0, 400, NULL},
    {"coding with a prefix", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n", 0, 501,
     NULL},
    {"coding in quotes", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: \"chunked\"\r\n\r\n", 0, 501,
     NULL},
    {"coding with another behind",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked, identity\r\n\r\n", 0, 501, NULL},
    {"coding without a value", "POST / HTTP/1.1\r\n" H "Transfer-Encoding:\r\n\r\n", 0, 501, NULL},
    {"negative chunk size", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n-1\r\n", 0,
     400, NULL},
    {"chunk size with an underscore",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1_0\r\n", 0, 400, NULL},
    {"chunk size past 64 bits",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n", 0, 400,
     NULL},
    {"chunk size with a bare carriage return",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1\rx\n", 0, 400, NULL},
    {"chunk extension with a bare line feed",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1;a\nx\r\n", 0, 400, NULL},
    {"chunk shorter than it says",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3\r\nx\r\n0\r\n\r\n", 0, 400, NULL},
    {"chunk that ends in a line feed",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1\r\nx\n0\r\n\r\n", 0, 400, NULL},
    {"trailer with a bare line feed",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\n\r\n", 0, 400, NULL},
    {"too many fields",
     "GET / HTTP/1.1\r\n" H "A:1\r\nB:1\r\nC:1\r\nD:1\r\nE:1\r\nF:1\r\nG:1\r\nI:1\r\n\r\n", 0, 431,
     NULL},
};

enum { HEAD_BYTES = 256, FIELDS = 8 };

/* Reads `bytes` in pieces of `piece` and gives the status of the refusal, 0 for a whole request, -1
 * for one that did not end. */
static int read_request(anc_str bytes, size_t piece, anc_buf *body)
{
    char room[HEAD_BYTES];
    net_header fields[FIELDS];
    net_head head;
    net_body reader;
    bool in_body = false;
    net_head_init(&head, room, sizeof room, fields, FIELDS);
    while (bytes.len > 0) {
        anc_str in = anc_str_sub(bytes, 0, piece);
        bytes = anc_str_sub(bytes, in.len, bytes.len);
        if (!in_body) {
            const net_codec_step step = net_head_feed(&head, &in);
            if (step == NET_CODEC_BAD)
                return head.fault_status;
            if (step == NET_CODEC_MORE)
                continue;
            in_body = true;
            net_body_init(&reader, head.chunked, head.content_length);
        }
        anc_str data;
        net_codec_step step;
        while ((step = net_body_feed(&reader, &in, &data)) == NET_CODEC_DATA)
            assert_true(anc_buf_add(body, data));
        if (step == NET_CODEC_BAD)
            return reader.fault_status;
        if (step == NET_CODEC_DONE)
            return 0;
    }
    return -1;
}

static void verdict(void **state)
{
    const row *r = *state;
    const anc_str bytes = {r->bytes, r->len > 0 ? r->len : strlen(r->bytes)};
    for (size_t piece = 1; piece <= bytes.len; piece++) {
        ANC_BUF(body, 1024);
        assert_int_equal(read_request(bytes, piece, &body), r->status);
        if (r->body != NULL)
            assert_true(anc_str_eq(anc_buf_view(&body), anc_str_of(r->body)));
    }
}

static void limits(void **state)
{
    (void)state;
    ANC_BUF(bytes, 1 << 20);
    ANC_BUF(body, 10);
    (void)anc_buf_printf(&bytes, "GET /%0300d HTTP/1.1\r\n" H "\r\n", 0);
    assert_int_equal(read_request(anc_buf_view(&bytes), 7, &body), 414);
    anc_buf_clear(&bytes);
    (void)anc_buf_printf(&bytes, "GET / HTTP/1.1\r\n" H "A: %0300d\r\n\r\n", 0);
    assert_int_equal(read_request(anc_buf_view(&bytes), 7, &body), 431);
    anc_buf_clear(&bytes);
    (void)anc_buf_printf(&bytes, "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n");
    for (int i = 0; i < 1000; i++)
        (void)anc_buf_printf(&bytes, "T%d: abcdef\r\n", i);
    assert_int_equal(read_request(anc_buf_view(&bytes), 100, &body), 431);
}

static void what_a_head_says(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool keep_alive, expect;
    } cases[] = {
        {"GET / HTTP/1.1\r\n" H "\r\n", true, false},
        {"GET / HTTP/1.1\r\n" H "Connection: foo, Close\r\n\r\n", false, false},
        {"GET / HTTP/1.0\r\n\r\n", false, false},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true, false},
        {"PUT / HTTP/1.1\r\n" H "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n", true, true},
    };
    for (size_t i = 0; i < ANC_COUNT(cases); i++) {
        char room[HEAD_BYTES];
        net_header fields[FIELDS];
        net_head head;
        net_head_init(&head, room, sizeof room, fields, FIELDS);
        anc_str in = anc_str_of(cases[i].bytes);
        assert_int_equal(net_head_feed(&head, &in), NET_CODEC_DONE);
        assert_int_equal(in.len, 0);
        assert_int_equal(head.keep_alive, cases[i].keep_alive);
        assert_int_equal(head.expect_continue, cases[i].expect);
    }
}

static void names_are_lower_case_and_values_trimmed(void **state)
{
    (void)state;
    char room[HEAD_BYTES];
    net_header fields[FIELDS];
    net_head head;
    net_head_init(&head, room, sizeof room, fields, FIELDS);
    anc_str in = ANC_STR("GET /p?q HTTP/1.1\r\nHOST: a\r\nX-Thing: \t B c \t\r\n\r\nrest");
    assert_int_equal(net_head_feed(&head, &in), NET_CODEC_DONE);
    assert_true(anc_str_eq(in, ANC_STR("rest")));
    assert_true(anc_str_eq(head.target, ANC_STR("/p?q")));
    assert_int_equal(head.n_fields, 2);
    assert_true(anc_str_eq(head.fields[1].name, ANC_STR("x-thing")));
    assert_true(anc_str_eq(head.fields[1].value, ANC_STR("B c")));
}

static void the_host_of_a_whole_url_counts(void **state)
{
    static const struct {
        const char *request, *target, *host;
    } urls[] = {
        {"GET http://b:80/p?q HTTP/1.1\r\nHost: a\r\n\r\n", "/p?q", "b:80"},
        {"GET HTTP://b HTTP/1.1\r\nHost: a\r\n\r\n", "/", "b"},
        {"GET http://[::1]:8?q HTTP/1.1\r\nX: y\r\nHost: a\r\n\r\n", "/?q", "[::1]:8"},
        {"GET http://b/http://c HTTP/1.0\r\n\r\n", "/http://c", "b"},
    };
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(urls); i++) {
        char bytes[256];
        net_header fields[4];
        net_head head;
        anc_str in = anc_str_of(urls[i].request), host = ANC_STR_NONE;
        net_head_init(&head, bytes, sizeof bytes, fields, ANC_COUNT(fields));
        assert_int_equal(net_head_feed(&head, &in), NET_CODEC_DONE);
        for (size_t f = 0; f < head.n_fields; f++)
            if (anc_str_eq(head.fields[f].name, ANC_STR("host")))
                host = head.fields[f].value;
        if (!anc_str_eq(head.target, anc_str_of(urls[i].target)) ||
            !anc_str_eq(host, anc_str_of(urls[i].host)))
            fail_msg("%s: %.*s of %.*s", urls[i].request, ANC_FMT(head.target), ANC_FMT(host));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_of_a_whole_url_counts),
        cmocka_unit_test(limits),
        cmocka_unit_test(what_a_head_says),
        cmocka_unit_test(names_are_lower_case_and_values_trimmed),
    };
    return RUN_TABLE("verdicts", rows, verdict) + cmocka_run_group_tests(tests, NULL, NULL);
}
