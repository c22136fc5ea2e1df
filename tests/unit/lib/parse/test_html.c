/* test_html.c - HTML to blocks, and what of a page is content. */
#include "support/test.h"

#include "blocks.h"

#include <string.h>

#define LONG_TEXT "A text that is long enough to be the content of this page."

static const blocks_row rows[] = {
    {"empty", ANC_STR_INIT(""), ""},
    {"title and text",
     ANC_STR_INIT("<html><head><title> The\n Log </title></head><body><h1>Log</h1><p>A <b>b</b>ig "
                  "one.</p></body>"),
     "title The Log\nh1 Log\np A big one.\n"},
    {"no title", ANC_STR_INIT("<h1>Log</h1>"), "title Log\nh1 Log\n"},
    {"text without elements", ANC_STR_INIT("just &lt;text&gt; &eacute;&nbsp;!"),
     "p just <text> \xC3\xA9 !\n"},
    {"blocks end paragraphs", ANC_STR_INIT("<div>a<p>b<div>c</div>d</div>e"),
     "p a\np b\np c\np d\np e\n"},
    {"line break", ANC_STR_INIT("<p>1 Quay<br>Nantes</p>"), "p 1 Quay\nNantes\n"},
    {"lists", ANC_STR_INIT("<ul><li>a<li>b<ol><li>c</li><li>d</li></ol></ul>"),
     "li1 - a\nli1 - b\nli2 1. c\nli2 2. d\n"},
    {"definitions", ANC_STR_INIT("<dl><dt>Bow</dt><dd>front</dd><dt>Stern</dt><dd>back</dd></dl>"),
     "p Bow: front\np Stern: back\n"},
    {"table",
     ANC_STR_INIT("<table><tr><th>A<th>B</tr><tr><td><p>1</p></td><td>2<br>3</td></tr>"
                  "<tr><th>k</th><td>v</td></tr></table>"),
     "row* A | B\nrow 1 | 2 3\nrow k | v\n"},
    {"cells over several rows",
     ANC_STR_INIT(
         "<table><tr><th>Name<th>City<th>Age</tr><tr><td rowspan=2>Ada <b>L</b><br>x</td><td>London"
         "<td>36</tr><tr><td>Paris<td>37</tr><tr><td>Bob<td>Rome<td>1</tr></table>"),
     "row* Name | City | Age\nrow Ada L x | London | 36\nrow Ada L x | Paris | 37\nrow Bob | Rome "
     "| 1\n"},
    {"cells over several columns",
     ANC_STR_INIT(
         "<table><tr><th rowspan=2>Name<th colspan='2'>Year<th>Sum</tr><tr><th>2023<th>2024"
         "</tr><tr><td>a<td>1<td>2<td>3</tr><tr><td colspan=3>all<td>4</tr></table>"),
     "row* Name | Year |  | Sum\nrow* Name | 2023 | 2024\nrow a | 1 | 2 | 3\nrow all |  |  | 4\n"},
    {"cells over rows at the end, in the middle and too long",
     ANC_STR_INIT(
         "<table><tr><td>a<td rowspan=0>end</tr><tr><td>b</tr><tr></tr><tr><td>c</tr></table>"
         "<table><tr><td>a<td rowspan=2 colspan=2>m<td>d</tr><tr><td>e<td>f</tr></table>"
         "<table><tr><td rowspan=2>123456789 123456789 123456789 123456789 123456789 123456789 "
         "123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
         "123456789 123456789 123456789 123456789 123456789 123456789 123456789<td>b</tr><tr>"
         "<td>c</tr></table>"),
     "row a | end\nrow b | end\nrow c | end\nrow a | m |  | d\nrow e | m |  | f\nrow 123456789 "
     "123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
     "123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 "
     "123456789 123456789 | b\nrow | c\n"},
    {"spans that are none",
     ANC_STR_INIT(
         "<table><tr><td rowspan=-1 colspan=0>a<td colspan=x>b<td rowspan>c</tr><tr><td>d</table>"),
     "row a | b | c\nrow d\n"},
    {"table head", ANC_STR_INIT("<table><thead><tr><td>A<td>B</thead><tbody><tr><td>1<td>2"),
     "row* A | B\nrow 1 | 2\n"},
    {"table for layout",
     ANC_STR_INIT(
         "<table><tr><td><h2>Head</h2><p>Text</p></td></tr><tr><td>more</td></tr></table>"),
     "h2 Head\np Text\np more\n"},
    {"code", ANC_STR_INIT("<pre>\nint  x;\n  y;</pre>"), "code int  x;\n  y;\n"},
    {"quote", ANC_STR_INIT("<blockquote><p>so</p></blockquote>"), "quote so\n"},
    {"script, style, comment", ANC_STR_INIT("a<script>x<y</script><style>p{}</style><!-- c -->b"),
     "p ab\n"},
    {"pages have chrome",
     ANC_STR_INIT("<header>H</header><nav>N</nav><p>" LONG_TEXT "</p><aside>A</aside>"
                  "<footer>F</footer>"),
     "p " LONG_TEXT "\n"},
    {"main is preferred", ANC_STR_INIT("<div>menu</div><main><p>" LONG_TEXT "</p></main>"),
     "p " LONG_TEXT "\n"},
    {"an article keeps its header",
     ANC_STR_INIT("<div>menu</div><article><header><h2>T</h2></header><p>" LONG_TEXT "</article>"),
     "h2 T\np " LONG_TEXT "\n"},
    {"a small article is not the page", ANC_STR_INIT("<p>" LONG_TEXT "</p><article>ad</article>"),
     "p " LONG_TEXT "\np ad\n"},
    {"forms are dropped", ANC_STR_INIT("<p>" LONG_TEXT "</p><form>Name: <input></form>"),
     "p " LONG_TEXT "\n"},
    {"a form around everything is not", ANC_STR_INIT("<form><p>" LONG_TEXT "</p></form>"),
     "p " LONG_TEXT "\n"},
    {"hidden", ANC_STR_INIT("a<span hidden>b</span><div role=\"navigation\">c</div><p>d"),
     "p a\np d\n"},
    {"conditionals of old browsers", ANC_STR_INIT("<p><![if !supportLists]>1. <![endif]>one</p>"),
     "p 1. one\n"},
    {"conditional comments", ANC_STR_INIT("a<!--[if gte mso 9]><xml>x</xml><![endif]-->b"),
     "p ab\n"},
    {"declared charset", ANC_STR_INIT("<meta charset=\"iso-8859-15\"><p>\xA4 5</p>"),
     "p \xE2\x82\xAC 5\n"},
    {"wrongly declared charset", ANC_STR_INIT("<meta charset=\"shift_jis\"><p>\xC3\xA9</p>"),
     "p \xC3\xA9\n"},
    {"no charset", ANC_STR_INIT("<p>caf\xE9</p>"), "p caf\xC3\xA9\n"},
    {"unknown entity", ANC_STR_INIT("<p>&xxe; &lt;</p>"), "p &xxe; <\n"},
    {"entities of a DTD are not expanded",
     ANC_STR_INIT("<!DOCTYPE html [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><p>&x;b</p>"), NULL},
};

static void blocks(void **state)
{
    const blocks_row *row = *state;
    if (row->lines != NULL) {
        check_blocks(PRS_HTML, row);
        return;
    }
    blocks_row left = *row;
    left.lines = "p ]>\np &x;b\n";
    check_blocks(PRS_HTML, &left);
}

typedef struct tally {
    size_t blocks, bytes;
    bool menu; /* some of what is about the page was read */
} tally;

static anc_status tally_block(void *self, const prs_block *b, anc_err *err)
{
    tally *t = self;
    (void)err;
    t->blocks++;
    t->bytes += b->text.len;
    t->menu = t->menu || anc_str_find(b->text, ANC_STR("menu")) != SIZE_MAX;
    return ANC_OK;
}

/* A page that is longer than what is kept of the first reading is read as a short one. */
static void a_long_page(void **state)
{
    (void)state;
    static const size_t paragraphs[] = {100, 20000};
    for (size_t i = 0; i < ANC_COUNT(paragraphs); i++) {
        ANC_BUF(page, 64 << 20);
        char text[1001];
        memset(text, 'x', 1000);
        text[1000] = '\0';
        (void)anc_buf_add(&page, ANC_STR("<div>menu</div><main>"));
        for (size_t k = 0; k < paragraphs[i]; k++)
            (void)anc_buf_printf(&page, "<p>%s</p>", text);
        (void)anc_buf_add(&page, ANC_STR("</main><div>menu</div>"));
        assert_false(page.refused);
        tally t = {0};
        anc_err err = {0};
        prs_result result;
        const prs_limits limits = prs_limits_default();
        const prs_sink sink = {.block = tally_block, .self = &t};
        ASSERT_OK(prs_parse(PRS_HTML, anc_buf_view(&page), &limits, &sink, &result, &err), &err);
        assert_int_equal(t.blocks, paragraphs[i]);
        assert_int_equal(t.bytes, paragraphs[i] * 1000);
        assert_false(t.menu);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_long_page)};
    const int failed = RUN_TABLE("HTML", rows, blocks);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
