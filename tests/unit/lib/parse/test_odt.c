/* test_odt.c - OpenDocument texts: headings, lists with their numbers, tables, notes, boxes, revisions. */
#include "blocks.h"
#include "support/test.h"
#include "zips.h"

#include <string.h>

enum { ARCHIVE_BYTES = 1 << 20 };

#define SPACES                                                         \
    " xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0'" \
    " xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'"     \
    " xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0'"   \
    " xmlns:style='urn:oasis:names:tc:opendocument:xmlns:style:1.0'"   \
    " xmlns:draw='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0'"  \
    " xmlns:dc='http://purl.org/dc/elements/1.1/'"                     \
    " xmlns:meta='urn:oasis:names:tc:opendocument:xmlns:meta:1.0'"     \
    " xmlns:manifest='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'"

static const char *const styles =
    "<office:document-styles" SPACES "><office:styles>"
    "<style:style style:name='Title' style:family='paragraph'/>"
    "<text:outline-style><text:outline-level-style text:level='1' style:num-format=''/>"
    "<text:outline-level-style text:level='2' style:num-format='1' style:num-suffix='.'/>"
    "<text:outline-level-style text:level='3' style:num-format='1' text:display-levels='2'/>"
    "</text:outline-style><text:list-style style:name='Dots'>"
    "<text:list-level-style-bullet text:level='1' text:bullet-char='x'/></text:list-style>"
    "</office:styles></office:document-styles>";

static const char *const automatic =
    "<office:automatic-styles>"
    "<style:style style:name='P1' style:family='paragraph' style:parent-style-name='Title'/>"
    "<style:style style:name='P2' style:family='paragraph' style:list-style-name='L1'/>"
    "<style:style style:name='P3' style:family='paragraph' style:parent-style-name='P2'/>"
    "<style:style style:name='Loop' style:family='paragraph' style:parent-style-name='Loop'/>"
    "<text:list-style style:name='L1'>"
    "<text:list-level-style-number text:level='1' style:num-format='1' style:num-suffix='.'/>"
    "<text:list-level-style-number text:level='2' style:num-format='a' style:num-prefix='(' "
    "style:num-suffix=')' text:start-value='3'/>"
    "<text:list-level-style-number text:level='3' style:num-format='I' text:display-levels='3'/>"
    "</text:list-style></office:automatic-styles>";

static const char *const meta =
    "<office:document-meta" SPACES
    "><office:meta><dc:title>A title</dc:title><dc:creator>Last</dc:creator>"
    "<meta:initial-creator>First</meta:initial-creator><meta:creation-date>2020-01-02T03:04:05.67"
    "</meta:creation-date><dc:date>2021-01-02T03:04:05+01:00</dc:date><meta:keyword>a</"
    "meta:keyword>"
    "<meta:keyword>b</meta:keyword></office:meta></office:document-meta>";

/* Appends the archive whose text is `body`, with the entry `more` where it has a name. */
static void make(anc_str body, const zips_entry *more, anc_buf *out)
{
    ANC_BUF(content, ARCHIVE_BYTES);
    (void)anc_buf_printf(&content,
                         "<office:document-content" SPACES
                         ">%s<office:body><office:text>%.*s</office:text></office:body>"
                         "</office:document-content>",
                         automatic, ANC_FMT(body));
    const zips_entry entries[] = {
        {"mimetype", ANC_STR("application/vnd.oasis.opendocument.text"), true, NULL},
        {"content.xml", anc_buf_view(&content), false, NULL},
        {"styles.xml", anc_str_of(styles), false, NULL},
        more != NULL ? *more : (zips_entry){.name = NULL}};
    zips_make(entries, ANC_COUNT(entries), out);
}

#define P(text)    "<text:p>" text "</text:p>"
#define ITEM(text) "<text:list-item>" text "</text:list-item>"
#define CELL(text) "<table:table-cell>" P(text) "</table:table-cell>"
#define ROW(cells) "<table:table-row>" cells "</table:table-row>"

static const blocks_row rows[] = {
    {"paragraphs",
     ANC_STR_INIT(P("One ") "\n" P("") P("a<text:s text:c='3'/>b<text:tab/>c<text:line-break/>"
                                         "<text:span>d</text:span><text:a>e</text:a>")),
     "p One\np a b c\nde\n"},
    {"headings",
     ANC_STR_INIT(
         "<text:p text:style-name='P1'>The name</text:p><text:h text:outline-level='1'>One</text:h>"
         "<text:h text:outline-level='2'>Two</text:h><text:h text:outline-level='3'>Deep</text:h>"
         "<text:h text:outline-level='2' text:is-list-header='true'>None</text:h>"
         "<text:h text:outline-level='2'>Again</text:h><text:h text:outline-level='9'>Nine</text:h>"
         "<text:p text:style-name='Loop'>x</text:p>"),
     "title The name\nh1 The name\nh1 One\nh2 1. Two\nh3 1.1 Deep\nh2 None\nh2 2. Again\nh6 "
     "Nine\np x\n"},
    {"lists",
     ANC_STR_INIT(
         "<text:list text:style-name='L1'>" ITEM(P("a") P("more") "<text:list>" ITEM(P("b")) ITEM(
             P("c") "<text:list>" ITEM(P("d")) "</text:list>") "</text:list>")
             ITEM(P("e")) "<text:list-header>" P("f") "</text:list-header></text:list>" P("x")),
     "li1 1. a\nli1 more\nli2 (c) b\nli2 (d) c\nli3 1.d.I d\nli1 2. e\nli1 f\np x\n"},
    {"lists that go on",
     ANC_STR_INIT("<text:list text:style-name='L1'>" ITEM(
         P("a")) "</text:list><text:list text:style-name='L1' "
                 "text:continue-numbering='true'>" ITEM(
                     P("b")) "</text:list><text:list text:style-name='L1'>"
                             "<text:list-item text:start-value='7'>" P(
                                 "c") "</text:list-item>" ITEM(P("d")) "</text:list>"),
     "li1 1. a\nli1 2. b\nli1 7. c\nli1 8. d\n"},
    {"bullets, and lists named by paragraphs",
     ANC_STR_INIT("<text:list text:style-name='Dots'>" ITEM(
         P("a")) "</text:list><text:list "
                 "text:style-name='no'>" ITEM(P("b")) "</"
                                                      "text:list><text:"
                                                      "list>" ITEM("<text:"
                                                                   "p "
                                                                   "text:"
                                                                   "style-"
                                                                   "name='"
                                                                   "P3'>c</"
                                                                   "text:"
                                                                   "p>") "<"
                                                                         "/"
                                                                         "t"
                                                                         "e"
                                                                         "x"
                                                                         "t"
                                                                         ":"
                                                                         "l"
                                                                         "i"
                                                                         "s"
                                                                         "t"
                                                                         ">"),
     "li1 - a\nli1 - b\nli1 1. c\n"},
    {"a heading in a list",
     ANC_STR_INIT("<text:list text:style-name='L1'>" ITEM(
         "<text:h text:outline-level='2'>Scope</text:h>") "</text:list>"),
     "h2 1. Scope\n"},
    {"a table",
     ANC_STR_INIT(
         "<table:table><table:table-column "
         "table:number-columns-repeated='2'/><table:table-header-rows>" ROW(CELL("2023") CELL(
             "2024")) "</table:table-header-rows>" ROW("<table:table-cell>" P("a")
                                                           P("b") "</table:table-cell>" CELL("c"))
             ROW("<table:table-cell table:number-columns-repeated='1'/>" CELL(
                 "d")) "</table:table>"),
     "row* 2023 | 2024\nrow a b | c\nrow | d\n"},
    {"merged cells",
     ANC_STR_INIT("<table:table><table:table-column table:number-columns-repeated='3'/>" ROW(
         "<table:table-cell table:number-rows-spanned='2'>" P(
             "Both") "</table:table-cell>"
                     "<table:table-cell table:number-columns-spanned='2'>" P(
                         "1") "</table:table-cell>"
                              "<table:covered-table-cell/>")
                      ROW("<table:covered-table-cell/>" CELL("x") CELL("y"))
                          ROW("<table:table-cell table:number-columns-repeated='2'/>" CELL(
                              "z")) "</table:table>"),
     "row Both | 1 |\nrow Both | x | y\nrow |  | z\n"},
    {"a table of one column",
     ANC_STR_INIT("<table:table><table:table-column/>" ROW(
         "<table:table-cell><text:h text:outline-level='1'>Box"
         "</text:h></table:table-cell>") "</table:table>"),
     "title Box\nh1 Box\n"},
    {"notes and comments",
     ANC_STR_INIT(P("Text<text:note><text:note-citation>1</text:note-citation><text:note-body>" P(
         "The note.") P("More.") "</text:note-body></text:note> goes "
                                 "on<office:annotation><dc:creator>x</dc:creator>" P(
                                     "comment") "</office:annotation>.")),
     "p Text goes on. (The note. More.)\n"},
    {"revisions",
     ANC_STR_INIT("<text:tracked-changes><text:changed-region><text:deletion>" P(
         "gone") "</text:deletion></text:changed-region></text:tracked-changes>" P("a<text:change/"
                                                                                   ">b")),
     "p ab\n"},
    {"boxes",
     ANC_STR_INIT(P("Before<draw:frame><draw:text-box>" P("box") "<text:list>" ITEM(
         P("item")) "</text:list></draw:text-box></draw:frame> "
                    "after<draw:custom-shape>" P("shape") "</draw:custom-shape>")),
     "p Before after\np box\nli1 - item\np shape\n"},
    {"what is no text",
     ANC_STR_INIT(
         "<text:section text:display='none'>" P("hidden") "</text:section><text:section>" P("shown") "</text:section><text:table-of-content><text:table-of-content-source>" P(
             "no") "</text:table-of-content-source><text:index-body>" P("entry") "</"
                                                                                 "text:index-body>"
                                                                                 "</"
                                                                                 "text:table-of-"
                                                                                 "content>" P(
                                                                                     "<text:ruby><"
                                                                                     "text:ruby-"
                                                                                     "base>word</"
                                                                                     "text:ruby-"
                                                                                     "base><text:"
                                                                                     "ruby-text>"
                                                                                     "read"
                                                                                     "</"
                                                                                     "text:ruby-"
                                                                                     "text></"
                                                                                     "text:ruby>")),
     "p shown\np entry\np word\n"},
    {"nothing", ANC_STR_INIT(""), ""},
};

static void documents(void **state)
{
    const blocks_row *row = *state;
    ANC_BUF(bytes, ARCHIVE_BYTES);
    make(row->source, NULL, &bytes);
    check_document(PRS_ODT, &(blocks_row){row->name, anc_buf_view(&bytes), row->lines});
}

static void what_it_says_of_itself(void **state)
{
    (void)state;
    const zips_entry entry = {"meta.xml", anc_str_of(meta), false, NULL};
    ANC_BUF(bytes, ARCHIVE_BYTES);
    make(ANC_STR(P("x")), &entry, &bytes);
    check_document(PRS_ODT, &(blocks_row){"", anc_buf_view(&bytes),
                                          "title A title\nauthor=First\nkeywords=a, b\n"
                                          "created=2020-01-02T03:04:05.67Z\n"
                                          "modified=2021-01-02T03:04:05+01:00\np x\n"});
}

static void damage_beside_the_text(void **state)
{
    (void)state;
    const zips_entry entry = {"meta.xml", ANC_STR("<a><b>"), false, NULL};
    ANC_BUF(bytes, ARCHIVE_BYTES);
    make(ANC_STR(P("x")), &entry, &bytes);
    check_document(PRS_ODT, &(blocks_row){"", anc_buf_view(&bytes),
                                          "unread=what it says of itself: meta.xml is not "
                                          "well-formed: line 1: it ends too early\np x\n"});
}

static void protected_documents_are_refused(void **state)
{
    (void)state;
    const zips_entry entry = {
        "META-INF/manifest.xml",
        ANC_STR("<manifest:manifest" SPACES "><manifest:file-entry>"
                "<manifest:encryption-data/></manifest:file-entry></manifest:manifest>"),
        false, NULL};
    ANC_BUF(bytes, ARCHIVE_BYTES);
    make(ANC_STR(P("x")), &entry, &bytes);
    check_refusal(PRS_ODT, ANC_INVALID,
                  &(blocks_row){"", anc_buf_view(&bytes), "it is protected by a password"});
}

static void what_is_missing_is_said(void **state)
{
    (void)state;
    const zips_entry entry = {"mimetype", ANC_STR("application/vnd.oasis.opendocument.text"), true,
                              NULL};
    ANC_BUF(bytes, ARCHIVE_BYTES);
    zips_make(&entry, 1, &bytes);
    check_refusal(PRS_ODT, ANC_INVALID,
                  &(blocks_row){"", anc_buf_view(&bytes), "the file holds no content.xml"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says_of_itself),
        cmocka_unit_test(damage_beside_the_text),
        cmocka_unit_test(protected_documents_are_refused),
        cmocka_unit_test(what_is_missing_is_said),
    };
    int failed = RUN_TABLE("odt", rows, documents);
    failed += cmocka_run_group_tests_name("documents", tests, NULL, NULL);
    return failed;
}
