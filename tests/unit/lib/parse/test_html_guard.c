/* test_html_guard.c - tags of HTML that are longer than any page needs lose what is behind that; all else is
 * passed on as it is, however the bytes come. */
#include "support/test.h"

#include <string.h>

#include "html_impl.h"

enum { MOST = 1 << 20 };

/* What is passed on of `s` when it comes in pieces of `size` bytes. */
static void guard_in(anc_str s, size_t size, anc_buf *out)
{
    prs_html_guard g = {0};
    anc_buf_clear(out);
    while (s.len > 0) {
        anc_str step = anc_str_sub(s, 0, size), piece;
        while ((piece = prs_html_guard_take(&g, &step)).len > 0)
            (void)anc_buf_add(out, piece);
        s = anc_str_sub(s, size, s.len);
    }
}

typedef struct guard_row {
    const char *name;
    const char *before, *repeated;
    unsigned times;
    const char *behind;
    unsigned kept;      /* repetitions that are passed on, the last of them perhaps in part */
    const char *closed; /* what stands behind them then */
} guard_row;

static const guard_row rows[] = {
    {"an ordinary page", "<p a=1 b = 'x>y'>t</p>", "<b c>d</b>", 3000, "<i>x", 3000, "<i>x"},
    {"attributes", "<a", " b=1", 2000, ">text<b c>", 1000, " b>text<b c>"},
    {"attributes without values", "<a ", "b ", 2000, ">x", 1000, "b>x"},
    {"attributes behind quotes", "<a ", "b='>'", 2000, ">x", 1000, "b>x"},
    {"what is no attribute", "<a ", "@b=\"", 2000, ">x", 2000, ">x"},
    {"what are no attributes", "<a ", "@b ", 2000, ">x", 1000, "@>x"},
    {"a long value", "<a b=\"", "0123456789abcdef", 10000, "\">x", 4095, "0123456789\">x"},
    {"a long value that never ends", "<a b='", "0123456789abcdef", 10000, "", 4095, "0123456789'"},
    {"a long value of long characters", "<a b=c", "\xE2\x82\xAC", 30000, ">x", 21844, ">x"},
    {"a long name", "<a", "aaaaaaaaaaaaaaaa", 10000, ">x", 4095, "aaaaaaaaaaaaaa>x"},
    {"a long end", "</a", " 23456789abcdef", 10000, ">x", 4368, " 23456789abcd>x"},
    {"text", "a <", " 3 < 4 > 5 ", 20000, "<a>", 20000, "<a>"},
    {"long text", "<p>", "0123456789abcdef", 10000, "<a b>", 10000, "<a b>"},
    {"a comment", "<!-- <a", " b", 40000, "--><i>", 40000, "--><i>"},
    {"a comment that ends with a mark", "<!-- --!><a", " b", 2000, ">", 1000, " b>"},
    {"a comment that ends at once", "<!--><a", " b", 2000, ">", 1000, " b>"},
    {"a script", "<script>i<a", " b", 40000, "</script><i>", 40000, "</script><i>"},
    {"behind a script", "<SCRIPT a='</script>'>x</b></Script><a", " b", 2000, ">", 1000, " b>"},
    {"a script that is none", "<script/><a", " b", 2000, ">", 1000, " b>"},
    {"one tag in another", "<a <b ", "c <b ", 2000, ">x", 499, "c <>x"},
};

static void tags_are_cut(void **state)
{
    static const size_t sizes[] = {1, 7, 4096, MOST};
    const guard_row *row = *state;
    ANC_BUF(source, MOST);
    ANC_BUF(expected, MOST);
    ANC_BUF(got, MOST);
    (void)anc_buf_add(&source, anc_str_of(row->before));
    (void)anc_buf_add(&expected, anc_str_of(row->before));
    for (unsigned i = 0; i < row->times; i++) {
        (void)anc_buf_add(&source, anc_str_of(row->repeated));
        if (i < row->kept)
            (void)anc_buf_add(&expected, anc_str_of(row->repeated));
    }
    (void)anc_buf_add(&source, anc_str_of(row->behind));
    (void)anc_buf_add(&expected, anc_str_of(row->closed));
    for (size_t i = 0; i < ANC_COUNT(sizes); i++) {
        guard_in(anc_buf_view(&source), sizes[i], &got);
        if (!anc_str_eq(anc_buf_view(&got), anc_buf_view(&expected)))
            print_error("in pieces of %zu: %zu bytes for %zu: …%s\n", sizes[i], got.len,
                        expected.len, got.ptr + (got.len > 60 ? got.len - 60 : 0));
        assert_true(anc_str_eq(anc_buf_view(&got), anc_buf_view(&expected)));
    }
}

int main(void)
{
    return RUN_TABLE("html guard", rows, tags_are_cut);
}
