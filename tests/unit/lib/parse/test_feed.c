/* test_feed.c - news feeds in their forms, and XML of any vocabulary as text. */
#include "blocks.h"
#include "support/test.h"

#include <string.h>

#define ATOM(inner) "<feed xmlns='http://www.w3.org/2005/Atom'>" inner "</feed>"

static const blocks_row feed_rows[] = {
    {"RSS",
     ANC_STR_INIT(
         "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>News &amp; "
         "more</title><link>http://x</link><description>All of it.</description>"
         "<language>en</language><lastBuildDate>Mon, 09 Dec 2024 20:26:59 +0000</lastBuildDate>"
         "<image><title>not this</title></image><item><title>One &amp;lt; two</title>"
         "<pubDate>Tue, 19 Nov 2024 13:30:02 +0000</pubDate><category>a</category><category>b"
         "</category><category>a</category><link>http://x/1</link><description>&lt;h1&gt;Head"
         "&lt;/h1&gt;&lt;p&gt;Text&amp;nbsp;x</description></item><item><description>plain "
         "text</description></item></channel></rss>"),
     "title News & more\nh1 News & more\nlanguage=en\nmodified=2024-12-09T20:26:59Z\np All of "
     "it.\nh2 One < two\np Published: Tue, 19 Nov 2024 13:30:02 +0000\nCategories: a, b\nLink: "
     "http://x/1\nh3 Head\np Text x\np plain text\n"},
    {"the whole text rather than a summary",
     ANC_STR_INIT("<rss xmlns:c='http://purl.org/rss/1.0/modules/content/' "
                  "xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><item><title>T</title>"
                  "<dc:creator>A</dc:creator><author>A</author><c:encoded><![CDATA[<p>Whole <b>text"
                  "</b>.]]></c:encoded><description>Short</description></item></channel></rss>"),
     "h2 T\np Author: A\np Whole text.\n"},
    {"an entity that only HTML names",
     ANC_STR_INIT("<rss version='2.0'><channel><title>T</title><item><title>A&nbsp;b</title>"
                  "<description>x &nbsp; y</description></item><item><title>B</title></item>"
                  "</channel></rss>"),
     "title T\nh1 T\nh2 A b\np x y\nh2 B\n"},
    {"RSS 1.0",
     ANC_STR_INIT("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
                  "xmlns='http://purl.org/rss/1.0/'><channel><title>C</title></channel><item>"
                  "<title>I</title></item></rdf:RDF>"),
     "title C\nh1 C\nh2 I\n"},
    {"Atom",
     ANC_STR_INIT(ATOM(
         "<title type='html'>A &lt;b&gt;feed&lt;/b&gt;</title><author><name>N</name><uri>u</uri>"
         "</author><updated>2024-01-02T03:04:05Z</updated><entry><title>E</title><link "
         "rel='self' href='s'/><link href='h'/><author><name>P</name><email>e</email></author>"
         "<author><name>Q</name></author><category term='t' label='L'/><published>2024"
         "</published><source><title>not this</title></source><content type='xhtml'><div><h2>H"
         "</h2><p>a &lt; <em>b</em><br/>c</p></div></content><summary>s</summary></entry>"
         "<entry><title>F</title><summary type='text'>1 &lt; 2</summary></entry>")),
     "title A feed\nh1 A feed\nauthor=N\nmodified=2024-01-02T03:04:05Z\nh2 E\np Author: P, "
     "Q\nPublished: 2024\nCategories: L\nLink: h\nh4 H\np a < b\nc\nh2 F\np 1 < 2\n"},
    {"no entries", ANC_STR_INIT("<rss><channel><title>C</title></channel></rss>"),
     "title C\nh1 C\n"},
    {"nothing", ANC_STR_INIT("<rss/>"), ""},
};

static void feeds(void **state)
{
    check_document(PRS_FEED, *state);
}

static const blocks_row xml_rows[] = {
    {"records",
     ANC_STR_INIT(
         "<?xml version='1.0'?><shop><owner>O</owner><p1 id='1' a='b'><n>N</n><price "
         "currency='EUR'>10</price><link href='h'/><none/></p1><p1><n>M\n M</n></p1></shop>"),
     "p shop\nowner: O\np p1\nid: 1, a: b\nn: N\nprice: 10 (currency: EUR)\nlink: href: h\np "
     "p1\nn: M M\n"},
    {"names and titles are headings",
     ANC_STR_INIT("<r><b><a>x</a><title>T</title></b><b id='1'><name>N</name><c><d>e</d></c><f>g"
                  "</f></b></r>"),
     "h2 T\np a: x\nh2 N\np id: 1\np c\nd: e\np f: g\n"},
    {"text with elements inside",
     ANC_STR_INIT("<r><note>Hello <b>big</b> world</note><m><b>x</b> tail <i>y</i></m></r>"),
     "p Hello big world\np m\nb: x\np tail\np i: y\n"},
    {"rows that are records, and rows of cells",
     ANC_STR_INIT(
         "<r><row><a>1</a></row><row><a>2</a></row><table><thead><row><entry>h</entry>"
         "<entry>i</entry></row></thead><row rend='x'><entry><p>a</p><p>b</p></entry><entry/>"
         "</row></table></r>"),
     "p row\na: 1\np row\na: 2\nrow* h | i\nrow a b |\n"},
    {"DocBook",
     ANC_STR_INIT(
         "<book><info><title>The <em>Book</em></title></info><chapter id='c'><title>One</title>"
         "<para>Text<footnote><para>a note</para></footnote> more.<indexterm><primary>i</primary>"
         "</indexterm></para><itemizedlist><listitem><para>a</para></listitem><listitem><para>b"
         "</para><itemizedlist><listitem><para>c</para></listitem></itemizedlist></listitem>"
         "</itemizedlist><section><title>S</title><programlisting>int x;\n  y;</programlisting>"
         "<para>d <itemizedlist><listitem>e</listitem></itemizedlist> f</para></section></chapter>"
         "</book>"),
     "title The Book\nh1 The Book\nh2 One\np Text (a note) more.\nli1 - a\nli1 - b\nli2 - c\nh3 "
     "S\ncode int x;\n  y;\np d\nli1 - e\np f\n"},
    {"TEI",
     ANC_STR_INIT(
         "<TEI xmlns='http://www.tei-c.org/ns/1.0'><teiHeader><fileDesc><titleStmt><title>T"
         "</title></titleStmt></fileDesc></teiHeader><text><body><div><head>H</head><lg><l>a"
         "</l><l>b</l></lg><p>See <title>O</title>.<lb/>x</p></div></body></text></TEI>"),
     "title T\nh1 T\nh2 H\np a\nb\np See O.\nx\n"},
    {"one element", ANC_STR_INIT("<a>text</a>"), "p text\n"},
    {"entities of XML alone", ANC_STR_INIT("<a>&lt;&#233;&amp;</a>"), "p <\xC3\xA9&\n"},
    {"another encoding",
     ANC_STR_INIT("\n<?xml version='1.0' encoding='iso-8859-1'?><a>caf\xE9</a>"),
     "p caf\xC3\xA9\n"},
};

static void texts(void **state)
{
    check_document(PRS_XML, *state);
}

static const blocks_row broken_rows[] = {
    {"entities", ANC_STR_INIT("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "declares entities"},
    {"entities from outside", ANC_STR_INIT("<!DOCTYPE a [<!ENTITY b SYSTEM '/etc/passwd'>]><a/>"),
     "declares entities"},
    {"cut short", ANC_STR_INIT("<a><b>x"), "it ends too early"},
    {"the wrong end", ANC_STR_INIT("<a>\n<b></a></b>"), "line 2: an element is closed"},
    {"no XML", ANC_STR_INIT("text"), "is not well-formed"},
};

static void broken_documents_are_named(void **state)
{
    check_refusal(PRS_XML, ANC_INVALID, *state);
    check_refusal(PRS_FEED, ANC_INVALID, *state);
}

static void depth_has_a_limit(void **state)
{
    (void)state;
    ANC_BUF(source, 1 << 20);
    for (int i = 0; i < 100000; i++)
        (void)anc_buf_add(&source, ANC_STR("<a>"));
    const blocks_row row = {"", anc_buf_view(&source), "1000 levels"};
    check_refusal(PRS_XML, ANC_LIMIT, &row);
    check_refusal(PRS_FEED, ANC_LIMIT, &row);
}

/* A text in a leaf, longer than any line: a paragraph; many leaves: several paragraphs. */
static void long_texts_pass(void **state)
{
    (void)state;
    ANC_BUF(source, 8 << 20);
    ANC_BUF(lines, 8 << 20);
    (void)anc_buf_add(&source, ANC_STR("<r><long>"));
    (void)anc_buf_add(&lines, ANC_STR("p"));
    for (int i = 0; i < 8000; i++) {
        (void)anc_buf_add(&source, ANC_STR(" word"));
        (void)anc_buf_add(&lines, ANC_STR(" word"));
    }
    (void)anc_buf_add(&source, ANC_STR("</long></r>"));
    (void)anc_buf_add_char(&lines, '\n');
    check_blocks(PRS_XML, &(blocks_row){"", anc_buf_view(&source), lines.ptr});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(long_texts_pass),
    };
    int failed = RUN_TABLE("feeds", feed_rows, feeds);
    failed += RUN_TABLE("xml", xml_rows, texts);
    failed += RUN_TABLE("broken", broken_rows, broken_documents_are_named);
    failed += cmocka_run_group_tests_name("limits", tests, NULL, NULL);
    return failed;
}
