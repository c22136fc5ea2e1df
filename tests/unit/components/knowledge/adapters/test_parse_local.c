/* test_parse_local.c - the parser port over lib/parse: kinds, titles, failures handed on. */
#include <string.h>

#include "base/str.h"
#include "knowledge/adapters/parse/parse_local.h"
#include "support/test.h"

typedef struct seen {
    size_t n;
    kno_block_kind kinds[16];
    char first[64];
    anc_status answer;
} seen;

static anc_status on_block(void *arg, const kno_block *block, anc_err *err)
{
    seen *s = arg;
    (void)err;
    assert_true(block->text.len > 0);
    if (s->n == 0)
        memcpy(s->first, block->text.ptr, block->text.len < 63 ? block->text.len : 63);
    if (s->n < 16)
        s->kinds[s->n] = block->kind;
    s->n++;
    return s->answer;
}

static const struct row {
    const char *name;
    const char *bytes, *file, *type;
    anc_status status;
    const char *content_type, *title, *first;
    size_t blocks;
} rows[] = {
    {"plain text", "One.\n\nTwo.", "a.txt", "", ANC_OK, "text/plain", "", "One.", 2},
    {"Markdown", "# Head\n\nBody.\n\n- item", "a.md", "", ANC_OK, "text/markdown", "Head", "Head",
     3},
    {"HTML", "<html><head><title>T</title></head><body><p>Text</p></body></html>", "a.html", "",
     ANC_OK, "text/html", "T", "Text", 1},
    {"empty", "", "a.txt", "", ANC_OK, "text/plain", "", "", 0},
    {"a picture", "\x89PNG\r\n\x1a\n\x01\x02\x03", "a.png", "", ANC_UNSUPPORTED, "", "", "", 0},
};

static krn_call call_of(anc_arena *mem, anc_err *err)
{
    static const atomic_bool never = false;
    anc_err_clear(err);
    return (krn_call){.mem = mem, .err = err, .deadline_ns = INT64_MAX, .cancelled = &never};
}

static void parse(void **state)
{
    const struct row *row = *state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err;
    krn_call call = call_of(mem, &err);
    const kno_parser parser = kno_parse_local();
    const kno_source source = {.bytes = anc_str_of(row->bytes),
                               .name = anc_str_of(row->file),
                               .content_type = anc_str_of(row->type)};
    seen s = {.answer = ANC_OK};
    const kno_block_sink sink = {.arg = &s, .on_block = on_block};
    kno_parsed parsed = {0};
    assert_int_equal(parser.ops->parse(parser.self, &call, &source, &sink, &parsed), row->status);
    assert_int_equal(s.n, row->blocks);
    assert_string_equal(s.first, row->first);
    if (row->status != ANC_OK) {
        assert_non_null(strstr(err.text, "looks like a PNG image"));
        return;
    }
    assert_true(anc_str_eq(parsed.content_type, anc_str_of(row->content_type)));
    assert_true(anc_str_eq(parsed.title, anc_str_of(row->title)));
}

static void what_the_sink_says_ends_it(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err;
    krn_call call = call_of(mem, &err);
    const kno_parser parser = kno_parse_local();
    const kno_source source = {.bytes = ANC_STR("One.\n\nTwo.\n\nThree.")};
    seen s = {.answer = ANC_LIMIT};
    const kno_block_sink sink = {.arg = &s, .on_block = on_block};
    kno_parsed parsed;
    assert_int_equal(parser.ops->parse(parser.self, &call, &source, &sink, &parsed), ANC_LIMIT);
    assert_int_equal(s.n, 1);
}

static const char mail[] = "From: a@example.org\r\nTo: b@example.org\r\nSubject: Plans\r\n"
                           "MIME-Version: 1.0\r\n"
                           "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
                           "--x\r\nContent-Type: text/plain\r\n\r\nSee there.\r\n"
                           "--x\r\nContent-Type: text/csv; name=\"t.csv\"\r\n"
                           "Content-Disposition: attachment; filename=\"../t.csv\"\r\n"
                           "Content-Transfer-Encoding: base64\r\n\r\nYSxiCjEsMgo=\r\n--x--\r\n";

static anc_status on_part(void *arg, const kno_part *part, anc_err *err)
{
    anc_status *answer = arg;
    (void)err;
    assert_true(anc_str_eq(part->name, ANC_STR("t.csv")));
    assert_true(anc_str_eq(part->content_type, ANC_STR("text/csv")));
    assert_true(anc_str_eq(part->bytes, ANC_STR("a,b\n1,2\n")));
    return *answer;
}

static anc_status pass_block(void *arg, const kno_block *block, anc_err *err)
{
    (void)arg, (void)block, (void)err;
    return ANC_OK;
}

static void attachments_are_handed_on(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err;
    krn_call call = call_of(mem, &err);
    const kno_parser parser = kno_parse_local();
    const kno_source source = {.bytes = ANC_STR(mail)};
    kno_parsed parsed;
    anc_status answer = ANC_OK;
    kno_block_sink sink = {.arg = &answer, .on_block = pass_block, .on_part = on_part};
    ASSERT_OK(parser.ops->parse(parser.self, &call, &source, &sink, &parsed), &err);
    assert_non_null(strstr(parsed.metadata.ptr, "\"attachments\":\"t.csv\""));
    assert_true(parser.ops->holds_parts(parser.self, parsed.content_type));
    assert_false(parser.ops->holds_parts(parser.self, ANC_STR("text/csv")));
    answer = ANC_DISK_FULL;
    assert_int_equal(parser.ops->parse(parser.self, &call, &source, &sink, &parsed), ANC_DISK_FULL);
    sink.on_part = NULL;
    anc_err_clear(&err);
    ASSERT_OK(parser.ops->parse(parser.self, &call, &source, &sink, &parsed), &err);
}

static anc_status take_record(void *arg, uint64_t number, const kno_record_field *fields, size_t n,
                              anc_err *err)
{
    anc_buf *out = arg;
    (void)err;
    (void)anc_buf_printf(out, "%llu", (unsigned long long)number);
    for (size_t i = 0; i < n; i++)
        (void)anc_buf_printf(out, " %.*s=%.*s(%d)", ANC_FMT(fields[i].name),
                             ANC_FMT(fields[i].value), (int)fields[i].kind);
    (void)anc_buf_add_char(out, '\n');
    return ANC_OK;
}

static anc_status take_broken(void *arg, uint64_t line, anc_str why, anc_err *err)
{
    anc_buf *out = arg;
    (void)err;
    assert_true(why.len > 0);
    (void)anc_buf_printf(out, "line %llu\n", (unsigned long long)line);
    return ANC_OK;
}

static const struct records_row {
    const char *name, *bytes, *file;
    bool has;
    const char *records;
} files[] = {
    {"CSV", "a,b\n1,x\n2,y\n", "t.csv", true, "1 a=1(0) b=x(0)\n2 a=2(0) b=y(0)\n"},
    {"a list", "[{\"a\":1,\"b\":{\"c\":true}},{\"a\":null}]", "t.json", true,
     "1 a=1(1) b.c=true(2)\n2 a=(3)\n"},
    {"lines", "{\"a\":\"x\"}\n{\"a\":\"y\"}\n", "t.jsonl", true, "1 a=x(0)\n2 a=y(0)\n"},
    {"a broken line", "{\"a\":1}\n{\"a\":\n{\"a\":3}\n", "t.jsonl", true,
     "1 a=1(1)\nline 2\n2 a=3(1)\n"},
    {"an object", "{\"a\":[1,2]}", "t.json", false, ""},
    {"text", "a, b and c\n", "t.txt", false, ""},
};

static void records(void **state)
{
    const struct records_row *row = *state;
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(out, 4096);
    anc_err err;
    krn_call call = call_of(mem, &err);
    const kno_parser parser = kno_parse_local();
    const kno_source source = {.bytes = anc_str_of(row->bytes), .name = anc_str_of(row->file)};
    const kno_record_sink sink = {.arg = &out, .on_record = take_record, .on_broken = take_broken};
    kno_parsed parsed;
    bool has = false;
    ASSERT_OK(parser.ops->records(parser.self, &call, &source, &sink, &parsed, &has), &err);
    assert_int_equal(has, row->has);
    assert_string_equal(out.ptr != NULL ? out.ptr : "", row->records);
}

static const struct damage_row {
    const char *name, *bytes, *file, *damage;
} damages[] = {
    {"sound", "Caf\303\251 is open and the tea is warm.", "a.txt", ""},
    {"Latin-1 is no damage", "Le caf\351 est ouvert, le th\351 est chaud.", "a.txt", ""},
    {"a byte of UTF-8 that is lost",
     "Caf\303\251, th\303\251, \303 and \303\251t\303\251, \303\240 c\303\264t\303\251.", "a.txt",
     "some of its bytes do not read as text in UTF-8"},
    {"in a table",
     "a,b\nCaf\303\251,th\303\251\n\303,\303\251t\303\251\nc\303\264t\303\251,\303\240\n", "t.csv",
     "some of its bytes do not read as text in UTF-8"},
};

/* The text is got all the same, of blocks and of records. */
static void damage_is_said(void **state)
{
    const struct damage_row *row = *state;
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(out, 4096);
    anc_err err;
    krn_call call = call_of(mem, &err);
    const kno_parser parser = kno_parse_local();
    const kno_source source = {.bytes = anc_str_of(row->bytes), .name = anc_str_of(row->file)};
    seen s = {.answer = ANC_OK};
    const kno_block_sink blocks = {.arg = &s, .on_block = on_block};
    const kno_record_sink sink = {.arg = &out, .on_record = take_record};
    kno_parsed parsed = {0};
    bool has = false;
    ASSERT_OK(parser.ops->parse(parser.self, &call, &source, &blocks, &parsed), &err);
    assert_true(s.n > 0);
    assert_true(anc_str_eq(parsed.damage, anc_str_of(row->damage)));
    ASSERT_OK(parser.ops->records(parser.self, &call, &source, &sink, &parsed, &has), &err);
    if (has)
        assert_true(anc_str_eq(parsed.damage, anc_str_of(row->damage)));
}

static void a_broken_line_that_nobody_wants_ends_it(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    ANC_BUF(out, 4096);
    anc_err err;
    krn_call call = call_of(mem, &err);
    const kno_parser parser = kno_parse_local();
    const kno_source source = {.bytes = ANC_STR("{\"a\":1}\n{\"a\":\n{\"a\":3}\n"),
                               .name = ANC_STR("t.jsonl")};
    const kno_record_sink sink = {.arg = &out, .on_record = take_record};
    kno_parsed parsed;
    bool has = false;
    assert_int_equal(parser.ops->records(parser.self, &call, &source, &sink, &parsed, &has),
                     ANC_INVALID);
    assert_non_null(strstr(err.text, "line 2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_the_sink_says_ends_it),
                                       cmocka_unit_test(attachments_are_handed_on),
                                       cmocka_unit_test(a_broken_line_that_nobody_wants_ends_it)};
    int failed = RUN_TABLE("parse", rows, parse);
    failed += RUN_TABLE("records", files, records);
    failed += RUN_TABLE("damage", damages, damage_is_said);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
