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
        assert_non_null(strstr(err.text, row->file));
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_the_sink_says_ends_it)};
    int failed = RUN_TABLE("parse", rows, parse);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
