/* test_progress_line.c - a line of progress fits the terminal. */
#include "support/test.h"

#include <string.h>

#include "base/utf8.h"
#include "term.h"

static const term_state reading = {
    .done = 39, .total = 85, .rate = 3.25, .left_s = 184, .slowest = ANC_STR_INIT("embed")};

static void line_of(const term_state *s, bool ended, size_t columns, anc_buf *out)
{
    anc_buf_clear(out);
    term_progress_line("reading", s, ended, columns, out);
}

static bool has(const anc_buf *line, const char *text)
{
    return anc_str_find(anc_buf_view(line), anc_str_of(text)) != SIZE_MAX;
}

static void fits(void **state)
{
    (void)state;
    ANC_BUF(line, 4096);
    for (size_t columns = 0; columns <= 200; columns++) {
        line_of(&reading, false, columns, &line);
        const size_t width = anc_utf8_count(anc_buf_view(&line));
        assert_true(width == 0 || width < columns);
        assert_int_equal(has(&line, "39/85"), columns > 5);
    }
}

static const struct part_row {
    const char *name;
    size_t columns;
    bool bar, what, rate, left, slowest;
} rows[] = {
    {"wide", 120, true, true, true, true, true},
    {"usual", 80, true, true, true, true, true},
    {"sixty", 60, true, true, true, true, true},
    {"fifty", 50, true, true, true, true, false},
    {"narrow", 36, true, true, false, true, false},
    {"very narrow", 28, true, false, false, true, false},
    {"a strip", 16, true, false, false, false, false},
    {"two digits", 8, false, false, false, false, false},
};

static void drops(void **state)
{
    const struct part_row *row = *state;
    ANC_BUF(line, 4096);
    line_of(&reading, false, row->columns, &line);
    assert_int_equal(has(&line, "\u2591"), row->bar);
    assert_int_equal(has(&line, "reading "), row->what);
    assert_int_equal(has(&line, "3.2/s"), row->rate);
    assert_int_equal(has(&line, "3:04 left"), row->left);
    assert_int_equal(has(&line, "slowest: embed"), row->slowest);
}

static size_t full(const anc_buf *line)
{
    size_t n = 0;
    for (anc_str rest = anc_buf_view(line);; n++) {
        const size_t at = anc_str_find(rest, ANC_STR("\u2588"));
        if (at == SIZE_MAX)
            return n;
        rest = anc_str_sub(rest, at + 3, rest.len);
    }
}

static void bar(void **state)
{
    (void)state;
    ANC_BUF(line, 4096);
    line_of(&reading, false, 120, &line);
    assert_int_equal(full(&line), 12); /* 39 of 85, as the figures beside it say */
    term_state s = term_count(85, 85);
    line_of(&s, false, 120, &line);
    assert_int_equal(full(&line), 27);
    line_of(&s, true, 120, &line);
    assert_int_equal(full(&line), 28);
    s = term_count(0, 0);
    line_of(&s, true, 120, &line);
    assert_int_equal(full(&line), 0);
    s = term_count(42, 84);
    line_of(&s, false, 120, &line);
    assert_int_equal(full(&line), 14);
}

static void time_left(void **state)
{
    (void)state;
    assert_true(term_left(-1, 90, 5) == 90);
    assert_true(term_left(90, -1, 5) < 0);
    double shown = 100;
    for (int i = 0; i < 10; i++) { /* a clock that is right runs down */
        const double next = term_left(shown, 100 - 0.5 * (i + 1), 0.5);
        assert_true(next < shown && next > shown - 0.51);
        shown = next;
    }
    shown = term_left(100, 400, 0.25); /* one that is wrong does not jump */
    assert_true(shown > 100 && shown < 120);
    for (int i = 0; i < 400; i++)
        shown = term_left(shown, 400, 0.25);
    assert_true(shown > 380 && shown <= 400);
    assert_true(term_left(1, 0, 30) >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(fits), cmocka_unit_test(bar),
                                       cmocka_unit_test(time_left)};
    const int failed = cmocka_run_group_tests_name("progress_line", tests, NULL, NULL);
    return failed + RUN_TABLE("progress_line parts", rows, drops);
}
