/* test_net_text.c - targets, event streams and forms. */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "net/multipart.h"
#include "net/sse.h"
#include "net/uri.h"

/* ---- URIs ---- */

static void segments(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 16);
    anc_err err = {0};
    anc_str *s;
    size_t n;
    ASSERT_OK(net_path_segments(mem, ANC_STR("/v1/a%2Fb/caf%C3%A9/"), &s, &n, &err), &err);
    assert_int_equal(n, 3);
    assert_string_equal(s[1].ptr, "a/b");
    assert_string_equal(s[2].ptr, "caf\xc3\xa9");
    ASSERT_OK(net_path_segments(mem, ANC_STR("/"), &s, &n, &err), &err);
    assert_int_equal(n, 0);
    static const char *const bad[] = {"/a//b", "/a/../b", "/%2e%2e/b", "/./a",     "/%zz", "/a%2",
                                      "/a%",   "/%00",    "/%ff",      "/a/%2e/b", "//"};
    for (size_t i = 0; i < ANC_COUNT(bad); i++) {
        anc_err_clear(&err);
        assert_int_equal(net_path_segments(mem, anc_str_of(bad[i]), &s, &n, &err), ANC_INVALID);
        assert_true(err.text[0] != '\0');
    }
}

static void parameters(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 16);
    anc_err err = {0};
    net_param *p;
    size_t n;
    ASSERT_OK(net_query_params(mem, ANC_STR("q=a+b%2B&&flag&x=1=2"), &p, &n, &err), &err);
    assert_int_equal(n, 3);
    assert_string_equal(p[0].value.ptr, "a b+");
    assert_string_equal(p[1].name.ptr, "flag");
    assert_int_equal(p[1].value.len, 0);
    assert_string_equal(p[2].value.ptr, "1=2");
    ASSERT_OK(net_query_params(mem, ANC_STR(""), &p, &n, &err), &err);
    assert_int_equal(n, 0);
    assert_int_equal(net_query_params(mem, ANC_STR("a=%f"), &p, &n, &err), ANC_INVALID);
}

static void encoding(void **state)
{
    (void)state;
    ANC_BUF(out, 100);
    net_uri_encode(&out, ANC_STR("a b/\xc3\xa9~"));
    assert_string_equal(out.ptr, "a%20b%2F%C3%A9~");
}

static void loopback(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        bool is;
    } rows[] = {{"127.0.0.1", true}, {"127.9.0.1", true}, {"localhost", true},
                {"::1", true},       {"[::1]", true},     {"0.0.0.0", false},
                {"::", false},       {"127.0.0", false},  {"127.0.0.1.evil.example", false},
                {"", false},         {"10.0.0.1", false}, {"1270.0.0.1", false}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        assert_int_equal(net_host_is_loopback(anc_str_of(rows[i].host)), rows[i].is);
}

static void public_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool is;
    } rows[] = {{"8.8.8.8", true},
                {"172.15.255.255", true},
                {"172.32.0.1", true},
                {"100.63.0.1", true},
                {"100.128.0.1", true},
                {"2606:4700::1111", true},
                {"::ffff:8.8.8.8", true},
                {"0.0.0.0", false},
                {"10.1.2.3", false},
                {"100.64.0.1", false},
                {"127.0.0.1", false},
                {"169.254.169.254", false},
                {"172.16.0.1", false},
                {"172.31.255.255", false},
                {"192.168.0.1", false},
                {"198.19.255.255", false},
                {"224.0.0.1", false},
                {"255.255.255.255", false},
                {"::", false},
                {"::1", false},
                {"::ffff:10.0.0.1", false},
                {"::ffff:127.0.0.1", false},
                {"64:ff9b::a00:1", false},
                {"fe80::1", false},
                {"fd00::1", false},
                {"ff02::1", false},
                {"2001:db8::1", false},
                {"2002:a00:1::", false},
                {"", false},
                {"example.org", false},
                {"8.8.8", false}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        assert_int_equal(net_address_is_public(rows[i].address), rows[i].is);
}

/* ---- event streams ---- */

static bool note_event(void *arg, const net_sse_event *e)
{
    return anc_buf_printf(arg, "(%.*s|%.*s|%.*s)", ANC_FMT(e->id), ANC_FMT(e->event),
                          ANC_FMT(e->data));
}

static void events_survive_any_cut(void **state)
{
    (void)state;
    const anc_str stream = ANC_STR("\xef\xbb\xbf"
                                   "data: one\r\n\r\n"
                                   ": comment\n"
                                   "id: 7\revent: token\rdata:two\rdata:  lines\r\r"
                                   "event: nothing\n\n"
                                   "data\n\n"
                                   "unknown: x\nretry: 10\ndata: end\n\n"
                                   "data: cut");
    const char *expected = "(||one)(7|token|two\n lines)(7||)(7||end)";
    for (size_t piece = 1; piece <= stream.len; piece++) {
        net_sse_reader *r = net_sse_reader_new(100, 100);
        ANC_BUF(out, 1000);
        anc_err err = {0};
        for (size_t at = 0; at < stream.len; at += piece)
            ASSERT_OK(net_sse_feed(r, anc_str_sub(stream, at, piece), note_event, &out, &err),
                      &err);
        assert_string_equal(out.ptr, expected);
        net_sse_reader_free(r);
    }
}

/* A place is that of what came whole: an event that was cut off has to come again. */
static void a_place_is_of_what_came_whole(void **state)
{
    static const struct {
        const char *stream, *place;
    } rows[] = {{"", ""},
                {"retry: 2000\nid: 41\n", ""},
                {"retry: 2000\nid: 41\n\n", "41"},
                {"id: 41\n\nid: 42\ndata: one\n", "41"},
                {"id: 41\n\nid: 42\ndata: one\n\ndata: two\n\n", "42"}};
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        net_sse_reader *r = net_sse_reader_new(100, 100);
        ANC_BUF(out, 1000);
        anc_err err = {0};
        ASSERT_OK(net_sse_feed(r, anc_str_of(rows[i].stream), note_event, &out, &err), &err);
        assert_true(anc_str_eq(net_sse_place(r), anc_str_of(rows[i].place)));
        net_sse_reader_free(r);
    }
}

static void events_are_bounded(void **state)
{
    (void)state;
    anc_err err = {0};
    ANC_BUF(out, 1000);
    net_sse_reader *r = net_sse_reader_new(20, 30);
    assert_int_equal(net_sse_feed(r, ANC_STR("data: 0123456789012345"), note_event, &out, &err),
                     ANC_LIMIT);
    net_sse_reader_free(r);
    anc_err_clear(&err);
    r = net_sse_reader_new(20, 30);
    assert_int_equal(net_sse_feed(r,
                                  ANC_STR("data: 01234567890\ndata: 01234567890\ndata: 0123456789"
                                          "\n\n"),
                                  note_event, &out, &err),
                     ANC_LIMIT);
    assert_int_equal(out.len, 0);
    net_sse_reader_free(r);
}

static bool refuse_event(void *arg, const net_sse_event *e)
{
    (void)note_event(arg, e);
    return false;
}

static void a_receiver_may_stop(void **state)
{
    (void)state;
    anc_err err = {0};
    ANC_BUF(out, 1000);
    net_sse_reader *r = net_sse_reader_new(20, 30);
    ASSERT_OK(net_sse_feed(r, ANC_STR("data: 1\n\ndata: 2\n\n"), refuse_event, &out, &err), &err);
    assert_string_equal(out.ptr, "(||1)");
    net_sse_reader_free(r);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    ANC_BUF(wire, 1000);
    ANC_BUF(out, 1000);
    anc_err err = {0};
    net_sse_put(&wire, ANC_STR("1"), ANC_STR("a"), ANC_STR("x\ny\r\nz\n"));
    net_sse_put_comment(&wire, ANC_STR("still\nhere"));
    net_sse_put(&wire, ANC_STR_NONE, ANC_STR_NONE, ANC_STR(" led by a blank"));
    net_sse_reader *r = net_sse_reader_new(100, 100);
    ASSERT_OK(net_sse_feed(r, anc_buf_view(&wire), note_event, &out, &err), &err);
    assert_string_equal(out.ptr, "(1|a|x\ny\nz\n)(1|| led by a blank)");
    net_sse_reader_free(r);
}

/* ---- forms ---- */

static void boundaries(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        anc_status status;
        const char *boundary;
    } rows[] = {
        {"multipart/form-data; boundary=abc", ANC_OK, "abc"},
        {"Multipart/Form-Data ; charset=utf-8; Boundary=\"a b=c\"", ANC_OK, "a b=c"},
        {"multipart/form-data", ANC_INVALID, NULL},
        {"multipart/form-data; boundary=", ANC_INVALID, NULL},
        {"multipart/form-data; boundary=\"a\\\"\"", ANC_INVALID, NULL},
        {"multipart/form-data; boundary=\"end \"", ANC_INVALID, NULL},
        {"multipart/form-data; "
         "boundary=01234567890123456789012345678901234567890123456789012345678901234567890",
         ANC_INVALID, NULL},
        {"multipart/mixed; boundary=abc", ANC_UNSUPPORTED, NULL},
        {"", ANC_UNSUPPORTED, NULL},
    };
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        anc_err err = {0};
        anc_str b = ANC_STR("");
        assert_int_equal(net_multipart_boundary(anc_str_of(rows[i].type), &b, &err),
                         rows[i].status);
        if (rows[i].boundary != NULL)
            assert_true(anc_str_eq(b, anc_str_of(rows[i].boundary)));
    }
}

static anc_status note_part(void *arg, const net_part *part, anc_err *err)
{
    if (anc_str_eq(part->name, ANC_STR("refused")))
        return ANC_FAIL(err, ANC_CONFLICT, "not this one");
    (void)anc_buf_printf(arg, "[%.*s|%s%.*s|%.*s]", ANC_FMT(part->name),
                         part->filename.ptr != NULL ? "file " : "", ANC_FMT(part->filename),
                         ANC_FMT(part->content_type));
    return ANC_OK;
}

static anc_status note_data(void *arg, anc_str bytes, anc_err *err)
{
    (void)err;
    (void)anc_buf_add(arg, bytes);
    return ANC_OK;
}

static anc_status note_end(void *arg, anc_err *err)
{
    (void)err;
    (void)anc_buf_add(arg, ANC_STR("$"));
    return ANC_OK;
}

#define PART(name) "Content-Disposition: form-data; name=\"" name "\""

typedef struct form_row {
    const char *name;
    const char *form; /* the boundary is XX */
    anc_status status;
    const char *parts; /* NULL: any */
} form_row;

static const form_row forms[] = {
    {"a field and a file",
     "--XX\r\n" PART("a") "\r\n\r\n1\r\n--XX\r\n" PART(
         "f") "; filename=\"x y.txt\"\r\n"
              "Content-Type: text/csv\r\n\r\nl1\r\nl2\r\n--XX--\r\n",
     ANC_OK, "[a||text/plain]1$[f|file x y.txt|text/csv]l1\r\nl2$"},
    {"things that look like a boundary",
     "--XX\r\n" PART("a") "\r\n\r\n\r\n--X\r\n-\r\r\n--XY\r\n--XX--", ANC_OK,
     "[a||text/plain]\r\n--X\r\n-\r\r\n--XY$"},
    {"empty content", "--XX\r\n" PART("a") "\r\n\r\n\r\n--XX--", ANC_OK, "[a||text/plain]$"},
    {"preamble, padding, epilogue", "hi\r\n--XX \t\r\n" PART("a") "\r\n\r\nv\r\n--XX--\r\nbye",
     ANC_OK, "[a||text/plain]v$"},
    {"quoted quotes and empty file name",
     "--XX\r\n" PART("a\\\"b") "; filename=\"\"\r\n\r\n\r\n--XX--", ANC_OK,
     "[a\"b|file |text/plain]$"},
    {"token values", "--XX\r\ncontent-disposition:form-data;name=a;filename=b\r\n\r\n\r\n--XX--",
     ANC_OK, "[a|file b|text/plain]$"},
    {"cut in the content", "--XX\r\n" PART("a") "\r\n\r\nhalf", ANC_INVALID, NULL},
    {"cut in the head", "--XX\r\nContent-Dispo", ANC_INVALID, NULL},
    {"cut in the last boundary", "--XX\r\n" PART("a") "\r\n\r\nv\r\n--XX-", ANC_INVALID, NULL},
    {"no boundary at all", "just text", ANC_INVALID, NULL},
    {"nothing", "", ANC_INVALID, NULL},
    {"no name", "--XX\r\nContent-Disposition: form-data\r\n\r\n\r\n--XX--", ANC_INVALID, NULL},
    {"no disposition", "--XX\r\nContent-Type: a/b\r\n\r\n\r\n--XX--", ANC_INVALID, NULL},
    {"another disposition", "--XX\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n--XX--",
     ANC_INVALID, NULL},
    {"bare line feed in a head", "--XX\r\n" PART("a") "\n\r\n\r\n--XX--", ANC_INVALID, NULL},
    {"unfinished quotes", "--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\n\r\n--XX--",
     ANC_INVALID, NULL},
    {"base64", "--XX\r\n" PART("a") "\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ==\r\n--XX--",
     ANC_INVALID, NULL},
    {"a name that is not UTF-8", "--XX\r\n" PART("\xff") "\r\n\r\n\r\n--XX--", ANC_INVALID, NULL},
    {"odd bytes after the boundary", "--XXy\r\n" PART("a") "\r\n\r\n\r\n--XX--", ANC_INVALID, NULL},
    {"the receiver says no", "--XX\r\n" PART("refused") "\r\n\r\n\r\n--XX--", ANC_CONFLICT, ""},
};

static anc_status read_form(anc_str form, size_t piece, anc_buf *out, anc_err *err)
{
    static const net_multipart_sink sink = {note_part, note_data, note_end};
    net_multipart *mp = net_multipart_new(ANC_STR("XX"), &sink, out);
    anc_status status = ANC_OK;
    for (size_t at = 0; at < form.len && status == ANC_OK; at += piece)
        status = net_multipart_feed(mp, anc_str_sub(form, at, piece), err);
    if (status == ANC_OK)
        status = net_multipart_finish(mp, err);
    net_multipart_free(mp);
    return status;
}

static void form_verdict(void **state)
{
    const form_row *row = *state;
    const anc_str form = anc_str_of(row->form);
    for (size_t piece = 1; piece <= form.len + 1; piece++) {
        ANC_BUF(out, 4096);
        anc_err err = {0};
        assert_int_equal(read_form(form, piece, &out, &err), row->status);
        assert_int_equal(row->status == ANC_OK, err.text[0] == '\0');
        if (row->parts != NULL)
            assert_true(anc_str_eq(anc_buf_view(&out), anc_str_of(row->parts)));
    }
}

static void forms_are_bounded(void **state)
{
    (void)state;
    ANC_BUF(form, 1 << 20);
    ANC_BUF(out, 1 << 20);
    anc_err err = {0};
    (void)anc_buf_printf(&form, "--XX\r\nA: %09000d\r\n", 0);
    assert_int_equal(read_form(anc_buf_view(&form), 100, &out, &err), ANC_LIMIT);
    anc_buf_clear(&form);
    anc_err_clear(&err);
    for (int i = 0; i <= NET_MULTIPART_PARTS_MAX; i++)
        (void)anc_buf_add(&form, ANC_STR("--XX\r\n" PART("a") "\r\n\r\n\r\n"));
    assert_int_equal(read_form(anc_buf_view(&form), 1000, &out, &err), ANC_LIMIT);
    anc_err_clear(&err);
    assert_int_equal(read_form(ANC_STR("--XX\r\n" PART("a") "\r\n\r\nhal"), 9, &out, &err),
                     ANC_INVALID);
    assert_non_null(strstr(err.text, "cut"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments),
        cmocka_unit_test(parameters),
        cmocka_unit_test(encoding),
        cmocka_unit_test(loopback),
        cmocka_unit_test(public_addresses),
        cmocka_unit_test(events_survive_any_cut),
        cmocka_unit_test(a_place_is_of_what_came_whole),
        cmocka_unit_test(events_are_bounded),
        cmocka_unit_test(a_receiver_may_stop),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(boundaries),
        cmocka_unit_test(forms_are_bounded),
    };
    return RUN_TABLE("forms", forms, form_verdict) + cmocka_run_group_tests(tests, NULL, NULL);
}
