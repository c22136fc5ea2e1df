/* test_rtf.c - RTF: text in every spelling, paragraphs, headings, lists, tables, what is none of it. */
#include "blocks.h"
#include "support/test.h"

#include <string.h>

#define RTF(text) ANC_STR_INIT("{\\rtf1\\ansi\\ansicpg1252\\deff0 " text "}")

static const blocks_row rows[] = {
    {"paragraphs", RTF("One\nline.\\par Two\\line lines.\\par\\par Three"),
     "p Oneline.\np Two\nlines.\np Three\n"},
    {"signs", RTF("a\\~b\\_c \\{x\\} \\\\ \\emdash \\ldblquote q\\rdblquote\\tab t"),
     "p a b-c {x} \\ \xE2\x80\x94\xE2\x80\x9Cq\xE2\x80\x9D t\n"},
    {"bytes of the code page", RTF("caf\\'e9 \\'80"), "p caf\xC3\xA9 \xE2\x82\xAC\n"},
    {"fonts with charsets",
     RTF("{\\fonttbl{\\f0 Arial;}{\\f1\\fcharset204 Arial Cyr;}{\\f2\\fcharset128 Mincho;}}"
         "a {\\f1\\'ef\\'f0} {\\f2\\'93\\'fa\\'96\\'7b} b"),
     "p a \xD0\xBF\xD1\x80 \xE6\x97\xA5\xE6\x9C\xAC b\n"},
    {"Unicode", RTF("\\u233 e\\u8364?\\uc0\\u233x \\uc2\\u-10179??\\u-8446??."),
     "p \xC3\xA9\xE2\x82\xAC\xC3\xA9x \xF0\x9F\x9C\x82.\n"},
    {"half a pair", RTF("\\u-8446 ?x"), "p \xEF\xBF\xBDx\n"},
    {"groups give back what they set", RTF("a{\\v hidden}b{\\deleted gone}c"), "p abc\n"},
    {"what is no text",
     RTF("{\\colortbl;\\red0;}{\\header h}{\\footerr f}{\\pict 0a0b}{\\*\\unknown "
         "u}{\\*\\bkmkstart b}"
         "{\\annotation note}{\\field{\\*\\fldinst HYPERLINK \"x\"}{\\fldrslt link}}"),
     "p link\n"},
    {"binary data is passed over", RTF("a{\\pict\\bin4 {}{}}b"), "p ab\n"},
    {"what the file says of itself",
     RTF("{\\info{\\title My \\'e9t\\'e9}{\\author A B}{\\keywords "
         "k}{\\creatim\\yr2024\\mo1\\dy3\\hr9\\min5}"
         "{\\revtim\\yr0}}x"),
     "title My \xC3\xA9t\xC3\xA9\nauthor=A B\nkeywords=k\ncreated=2024-01-03T09:05:00Z\np x\n"},
    {"headings by outline", RTF("\\pard\\outlinelevel1 Part\\par\\pard Text"), "h2 Part\np Text\n"},
    {"headings by style",
     RTF("{\\stylesheet{Normal;}{\\s1\\outlinelevel0 Chapter;}{\\s2 heading 2;}}"
         "\\pard\\s1 One\\par\\pard\\s2 Two\\par\\pard\\s0 Three"),
     "title One\nh1 One\nh2 Two\np Three\n"},
    {"lists",
     RTF("\\pard{\\listtext\\'b7\\tab}\\ls1\\ilvl0 a\\par{\\listtext 2.\\tab}\\ls1\\ilvl1 "
         "b\\par\\pard c"),
     "li1 - a\nli2 2. b\np c\n"},
    {"a numbered heading", RTF("\\pard{\\listtext 1.2\\tab}\\ls1\\outlinelevel0 Scope\\par"),
     "title 1.2 Scope\nh1 1.2 Scope\n"},
    {"tables",
     RTF("\\trowd\\trhdr\\pard\\intbl Name\\cell Age\\cell\\row\\trowd\\pard\\intbl Ada\\par "
         "Lovelace\\cell"
         "\\cell 36\\cell\\row\\pard after"),
     "row* Name | Age\nrow Ada Lovelace |  | 36\np after\n"},
    {"cells that are empty at the end of a row",
     RTF("\\trowd\\pard\\intbl Name\\cell Age\\cell Town\\cell\\row\\trowd\\pard\\intbl Ada\\cell"
         "\\cell\\cell\\row\\pard after"),
     "row Name | Age | Town\nrow Ada |  |\np after\n"},
    {"a note at the foot", RTF("Text{\\footnote the note} goes on."),
     "p Text (the note) goes on.\n"},
    {"a text box", RTF("{\\shp{\\*\\shpinst{\\sp{\\sn x}{\\sv 1}}{\\shptxt boxed}}}\\par x"),
     "p boxed\np x\n"},
    {"cut short", ANC_STR_INIT("{\\rtf1 {\\b bold and \\'e"), "p bold and e\n"},
    {"too many ends", ANC_STR_INIT("{\\rtf1 a}}} b"), "p a b\n"},
    {"nothing", ANC_STR_INIT("{\\rtf1}"), ""},
};

static void documents(void **state)
{
    check_document(PRS_RTF, *state);
}

static void groups_have_an_end(void **state)
{
    (void)state;
    ANC_BUF(source, 1 << 20);
    (void)anc_buf_add(&source, ANC_STR("{\\rtf1"));
    for (int i = 0; i < 100000; i++)
        (void)anc_buf_add_char(&source, '{');
    check_refusal(PRS_RTF, ANC_LIMIT, &(blocks_row){"", anc_buf_view(&source), "levels deep"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(groups_have_an_end)};
    int failed = RUN_TABLE("rtf", rows, documents);
    failed += cmocka_run_group_tests_name("limits", tests, NULL, NULL);
    return failed;
}
