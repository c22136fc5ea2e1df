/* test_limits.c - long lines in pieces, limits by name, sinks that end a parse, asking whether to go on. */
#include "support/test.h"

#include <string.h>

#include "parse/parse.h"

typedef struct gathered {
    anc_buf text;
    size_t blocks, pieces;
    size_t stop_after; /* 0: never */
} gathered;

static anc_status gather(void *self, const prs_block *b, anc_err *err)
{
    gathered *g = self;
    assert_true(b->text.len > 0 && b->text.len <= PRS_PIECE_BYTES);
    g->blocks += !b->continues;
    g->pieces++;
    (void)anc_buf_add(&g->text, b->text);
    if (g->stop_after > 0 && g->pieces == g->stop_after)
        return ANC_FAIL(err, ANC_DISK_FULL, "no room for a piece");
    return ANC_OK;
}

static anc_status parse(prs_kind kind, anc_str source, const prs_limits *limits, gathered *g,
                        anc_err *err)
{
    const prs_sink sink = {.block = gather, .self = g};
    prs_result result;
    return prs_parse(kind, source, limits, &sink, &result, err);
}

static void a_long_line_comes_in_pieces(void **state)
{
    (void)state;
    const prs_limits limits = prs_limits_default();
    anc_err err = {0};
    ANC_BUF(source, 1 << 20);
    for (int i = 0; source.len < 500000; i++)
        (void)anc_buf_printf(&source, "%sw\xC3\xB6rd%d", i > 0 ? " " : "", i);
    for (prs_kind kind = PRS_TEXT; kind <= PRS_HTML; kind++) {
        gathered g = {.text = anc_buf_init(1 << 20)};
        ASSERT_OK(parse(kind, anc_buf_view(&source), &limits, &g, &err), &err);
        assert_int_equal(g.blocks, 1);
        assert_true(g.pieces >= 8);
        assert_true(anc_str_eq(anc_buf_view(&g.text), anc_buf_view(&source)));
        anc_buf_done(&g.text);
    }
}

/* A table that is too wide is refused as text too; a book in one line is none, nor is a narrower row. */
static void a_row_that_is_too_wide_is_no_prose(void **state)
{
    static const struct {
        const char *front, *back; /* of a cell, around a number */
        int cells;
        anc_status status;
    } cases[] = {
        {"", ",", 10001, ANC_LIMIT},
        {"c", ";", 10001, ANC_LIMIT},
        {"-", ".5e3, ", 10001, ANC_LIMIT},
        {"", "\t", 9000, ANC_OK},
        {"the bee, number ", " of them, ", 10001, ANC_OK},
        {"word", ", ", 10001, ANC_OK},
        {"a_long_cell_without_any_blank_in_it_", ",", 10001, ANC_OK},
        {"word", " ", 20001, ANC_OK},
    };
    const prs_limits limits = prs_limits_default();
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(cases); i++) {
        anc_err err = {0};
        ANC_BUF(source, 1 << 20);
        gathered g = {.text = anc_buf_init(1 << 20)};
        for (int n = 0; n < cases[i].cells; n++)
            (void)anc_buf_printf(&source, "%s%d%s", cases[i].front, n % 100, cases[i].back);
        const anc_status got = parse(PRS_TEXT, anc_buf_view(&source), &limits, &g, &err);
        if (got != cases[i].status || (got != ANC_OK && strstr(err.text, "10000 columns") == NULL))
            fail_msg("%s%s: %d, %s", cases[i].front, cases[i].back, got, err.text);
        anc_buf_done(&g.text);
    }
}

static void a_long_word_is_cut_at_a_code_point(void **state)
{
    (void)state;
    const prs_limits limits = prs_limits_default();
    anc_err err = {0};
    ANC_BUF(source, 1 << 20);
    (void)anc_buf_add_char(&source, 'x');
    while (source.len < 400000)
        (void)anc_buf_add(&source, ANC_STR("\xE6\x9D\xB1"));
    (void)anc_buf_add(&source, ANC_STR(" end"));
    gathered g = {.text = anc_buf_init(1 << 20)};
    ASSERT_OK(parse(PRS_TEXT, anc_buf_view(&source), &limits, &g, &err), &err);
    assert_int_equal(g.blocks, 1);
    assert_true(anc_str_eq(anc_buf_view(&g.text), anc_buf_view(&source)));
    anc_buf_done(&g.text);
}

typedef struct limit_row {
    const char *name;
    prs_kind kind;
    anc_str source;
    prs_limits limits;
    const char *text;
} limit_row;

static const limit_row limit_rows[] = {
    {"text",
     PRS_TEXT,
     ANC_STR_INIT("0123456789\n\n0123456789"),
     {.text_bytes = 15, .blocks = 10, .depth = 10},
     "more than 15 bytes"},
    {"blocks",
     PRS_TEXT,
     ANC_STR_INIT("a\n\nb\n\nc"),
     {.text_bytes = 100, .blocks = 2, .depth = 10},
     "more than 2 blocks"},
    {"html depth",
     PRS_HTML,
     ANC_STR_INIT("<div><ul><li><div><div><div>x"),
     {.text_bytes = 100, .blocks = 10, .depth = 5},
     "5 levels"},
    {"html depth of elements that form no block",
     PRS_HTML,
     ANC_STR_INIT("<b><i><b><i><b><i><b><i><b><i><b><i><b><i><b><i><b><i><b><i>x"),
     {.text_bytes = 100, .blocks = 10, .depth = 2},
     "2 levels"},
    {"markdown depth",
     PRS_MARKDOWN,
     ANC_STR_INIT("> > > > > x"),
     {.text_bytes = 100, .blocks = 10, .depth = 4},
     "4 levels"},
};

static void limits_have_names(void **state)
{
    const limit_row *row = *state;
    gathered g = {.text = anc_buf_init(1 << 20)};
    anc_err err = {0};
    assert_int_equal(parse(row->kind, row->source, &row->limits, &g, &err), ANC_LIMIT);
    assert_non_null(strstr(err.text, row->text));
    anc_buf_done(&g.text);
}

/* What nobody closes and nobody misses. */
static void inline_elements_are_no_depth(void **state)
{
    (void)state;
    const prs_limits limits = prs_limits_default();
    anc_err err = {0};
    ANC_BUF(source, 1 << 20);
    gathered g = {.text = anc_buf_init(1 << 20)};
    (void)anc_buf_add(&source, ANC_STR("<body>"));
    for (int i = 0; i < 3000; i++)
        (void)anc_buf_add(&source, ANC_STR("<font size=1>a "));
    (void)anc_buf_add(&source, ANC_STR("<p>b</p><p>c</p>"));
    ASSERT_OK(parse(PRS_HTML, anc_buf_view(&source), &limits, &g, &err), &err);
    assert_int_equal(g.blocks, 3);
    anc_buf_done(&g.text);
}

/* A notebook's picture is written into its Markdown as one long value. */
static void a_large_picture_in_markdown(void **state)
{
    (void)state;
    const prs_limits limits = prs_limits_default();
    anc_err err = {0};
    ANC_BUF(source, 8 << 20);
    gathered g = {.text = anc_buf_init(1 << 20)};
    (void)anc_buf_add(&source, ANC_STR("before\n\n<div>in <img src=\"data:image/png;base64,"));
    while (source.len < 3 << 20)
        (void)anc_buf_add(&source, ANC_STR("iVBORw0KGgoAAAANSUhEUgAA"));
    (void)anc_buf_add(&source, ANC_STR("\">side</div>\n\nbehind\n"));
    ASSERT_OK(parse(PRS_MARKDOWN, anc_buf_view(&source), &limits, &g, &err), &err);
    (void)anc_buf_add_char(&g.text, '\0');
    assert_string_equal(g.text.ptr, "beforein sidebehind");
    anc_buf_done(&g.text);
}

static void a_sink_ends_the_parse(void **state)
{
    (void)state;
    static const anc_str sources[] = {ANC_STR_INIT("a\n\nb\n\nc\n\nd"),
                                      ANC_STR_INIT("# a\n# b\n# c\n"),
                                      ANC_STR_INIT("<p>a<p>b<p>c<p>d")};
    const prs_limits limits = prs_limits_default();
    for (size_t i = 0; i < ANC_COUNT(sources); i++) {
        gathered g = {.text = anc_buf_init(1 << 20), .stop_after = 2};
        anc_err err = {0};
        assert_int_equal(parse((prs_kind)i, sources[i], &limits, &g, &err), ANC_DISK_FULL);
        assert_int_equal(g.pieces, 2);
        assert_string_equal(err.text, "no room for a piece");
        anc_buf_done(&g.text);
    }
}

typedef struct asking_row {
    const char *name;
    prs_kind kind;
    const char *before, *repeated, *behind;
} asking_row;

static const asking_row asking[] = {
    {"lines of text", PRS_TEXT, "", "a\n", ""},
    {"code", PRS_C, "int f(void)\n{\n", "    a();\n", "}\n"},
    {"Markdown", PRS_MARKDOWN, "", "*a* b\n", ""},
    {"HTML, one comment", PRS_HTML, "<p>a<!-- ", "b ", "-->"},
    {"HTML, one tag", PRS_HTML, "<p>a<p ", "b ", ">"},
    {"HTML in Markdown, one tag", PRS_MARKDOWN, "<p ", "b\n", ">x\n"},
};

typedef struct asked {
    unsigned left;
} asked;

static anc_status answer(void *arg, anc_err *err)
{
    asked *a = arg;
    return a->left-- > 0 ? ANC_OK : ANC_FAIL(err, ANC_DEADLINE, "no time left");
}

/* However its bytes are spread, a large source is left soon after the answer says so. */
static void whether_to_go_on_is_asked(void **state)
{
    const asking_row *row = *state;
    ANC_BUF(source, 16 << 20);
    prs_limits limits = prs_limits_default();
    asked a = {2};
    gathered g = {.text = anc_buf_init(64 << 20)};
    anc_err err = {0};
    limits.may_go_on = answer;
    limits.arg = &a;
    (void)anc_buf_add(&source, anc_str_of(row->before));
    while (source.len < 8 << 20)
        (void)anc_buf_add(&source, anc_str_of(row->repeated));
    (void)anc_buf_add(&source, anc_str_of(row->behind));
    const anc_status got = parse(row->kind, anc_buf_view(&source), &limits, &g, &err);
    anc_buf_done(&g.text);
    assert_int_equal(got, ANC_DEADLINE);
    assert_string_equal(err.text, "no time left");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_line_comes_in_pieces),
        cmocka_unit_test(a_long_word_is_cut_at_a_code_point),
        cmocka_unit_test(a_row_that_is_too_wide_is_no_prose),
        cmocka_unit_test(inline_elements_are_no_depth),
        cmocka_unit_test(a_large_picture_in_markdown),
        cmocka_unit_test(a_sink_ends_the_parse),
    };
    int failed = RUN_TABLE("limits", limit_rows, limits_have_names);
    failed += RUN_TABLE("asking", asking, whether_to_go_on_is_asked);
    failed += cmocka_run_group_tests_name("parse", tests, NULL, NULL);
    return failed;
}
