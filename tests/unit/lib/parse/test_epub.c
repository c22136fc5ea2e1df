/* test_epub.c - books: what they say of themselves, chapters in order, names of chapters without a heading,
 * locks, and what is missing or damaged. */
#include "blocks.h"
#include "support/test.h"
#include "zips.h"

#include <string.h>

enum { ARCHIVE_BYTES = 4 << 20 };

#define CONTAINER                                                                              \
    "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles><rootfile " \
    "full-path='OEBPS/a.opf'/></rootfiles></container>"

#define PACKAGE(metadata, manifest, spine)                            \
    "<package xmlns='http://www.idpf.org/2007/opf' "                  \
    "xmlns:dc='http://purl.org/dc/elements/1.1/'><metadata>" metadata \
    "</metadata><manifest>" manifest "</manifest><spine toc='n'>" spine "</spine></package>"

#define TWO                                                                 \
    "<item id='1' href='one.xhtml' media-type='application/xhtml+xml'/>"    \
    "<item id='2' href='t/t%20o.html' media-type='application/xhtml+xml'/>" \
    "<item id='p' href='p.png' media-type='image/png'/>"
#define IN_ORDER "<itemref idref='2'/><itemref idref='1'/><itemref idref='p'/><itemref idref='?'/>"

#define HTML(body)                                                                                 \
    "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title>no text</title>" \
    "</head><body>" body "</body></html>"

typedef struct book_row {
    const char *name;
    const char *package, *one, *two;
    const char *other_name, *other; /* one more entry; NULL: none */
    anc_status status;
    const char *lines; /* or what the error holds */
} book_row;

static const book_row rows[] = {
    {"chapters in order",
     PACKAGE("<dc:title>T</dc:title><dc:title>U</dc:title><dc:creator>A</dc:creator><dc:creator>B"
             "</dc:creator><dc:language>de</dc:language><dc:date>2024</dc:date><dc:subject>s"
             "</dc:subject><dc:publisher>P</dc:publisher><meta property='dcterms:modified'>"
             "2024-01-02T03:04:05Z</meta>",
             TWO, IN_ORDER),
     HTML("<h2>One</h2><h3>Sub</h3><p>a&nbsp;b</p>"), HTML("<h1>Two</h1><nav>kept</nav>"), NULL,
     NULL, ANC_OK,
     "title T\nauthor=A, B\nlanguage=de\ncreated=2024\nmodified=2024-01-02T03:04:05Z\npublisher=P\n"
     "keywords=s\nh1 Two\np kept\nh1 One\nh2 Sub\np a b\n"},
    {"names from the contents of EPUB 3",
     PACKAGE("", TWO "<item id='c' href='nav.xhtml' properties='x nav'/>",
             "<itemref idref='c'/>" IN_ORDER),
     HTML("<p>a</p>"), HTML("<p>b</p>"), "OEBPS/nav.xhtml",
     "<html xmlns='http://www.w3.org/1999/xhtml' xmlns:e='http://www.idpf.org/2007/ops'><body>"
     "<nav e:type='landmarks'><a href='one.xhtml'>no</a></nav><nav e:type='toc'><ol><li><a "
     "href='one.xhtml'>First <b>one</b></a></li><li><a href='one.xhtml#x'>Later</a></li><li><a "
     "href='t/t%20o.html#y'>Second</a></li></ol></nav></body></html>",
     ANC_OK, "title Second\nh1 Second\np b\nh1 First one\np a\n"},
    {"names from the contents of EPUB 2",
     PACKAGE("", TWO "<item id='n' href='toc.ncx'/>", IN_ORDER), HTML("<p>a</p>"), HTML("<p>b</p>"),
     "OEBPS/toc.ncx",
     "<ncx xmlns='http://www.daisy.org/z3986/2005/ncx/'><navMap><navPoint><navLabel><text>One"
     "</text></navLabel><content src='one.xhtml'/></navPoint></navMap></ncx>",
     ANC_OK, "p b\ntitle One\nh1 One\np a\n"},
    {"broken contents", PACKAGE("", TWO "<item id='n' href='toc.ncx'/>", IN_ORDER),
     HTML("<p>a</p>"), HTML("<p>b</p>"), "OEBPS/toc.ncx", "<ncx><nav&nbsp;", ANC_OK, "p b\np a\n"},
    {"the encoding of a chapter", PACKAGE("", TWO, "<itemref idref='1'/>"),
     "<?xml version='1.0' encoding='iso-8859-1'?><html><body>caf\xE9</body></html>", HTML(""), NULL,
     NULL, ANC_OK, "p caf\xC3\xA9\n"},
    {"garbled fonts are no lock", PACKAGE("", TWO, "<itemref idref='1'/>"), HTML("<p>a</p>"),
     HTML(""), "META-INF/encryption.xml",
     "<encryption><EncryptionMethod xmlns='http://www.w3.org/2001/04/xmlenc#' "
     "Algorithm='http://www.idpf.org/2008/embedding'/></encryption>",
     ANC_OK, "p a\n"},
    {"a lock", PACKAGE("", TWO, "<itemref idref='1'/>"), "\x01\x02", HTML(""),
     "META-INF/encryption.xml",
     "<encryption><EncryptionMethod xmlns='http://www.w3.org/2001/04/xmlenc#' "
     "Algorithm='http://www.w3.org/2001/04/xmlenc#aes128-cbc'/></encryption>",
     ANC_INVALID, "locked by a copy protection (DRM)"},
    {"files that climb out are none",
     PACKAGE("", "<item id='1' href='../../one.xhtml'/>", "<itemref idref='1'/>"), HTML("a"),
     HTML("b"), NULL, NULL, ANC_INVALID, "the book has no chapters"},
    {"no chapters", PACKAGE("", "", ""), HTML("a"), HTML("b"), NULL, NULL, ANC_INVALID,
     "the book has no chapters"},
    {"entities", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", HTML(""), HTML(""), NULL, NULL,
     ANC_INVALID, "declares entities"},
};

static void books(void **state)
{
    const book_row *row = *state;
    const zips_entry entries[] = {
        {.name = "mimetype", .content = ANC_STR("application/epub+zip"), .stored = true},
        {.name = "META-INF/container.xml", .content = ANC_STR(CONTAINER)},
        {.name = "OEBPS/a.opf", .content = anc_str_of(row->package)},
        {.name = "OEBPS/one.xhtml", .content = anc_str_of(row->one)},
        {.name = "OEBPS/t/t o.html", .content = anc_str_of(row->two)},
        {.name = row->other_name, .content = anc_str_of(row->other)},
    };
    ANC_BUF(archive, ARCHIVE_BYTES);
    zips_make(entries, ANC_COUNT(entries), &archive);
    const blocks_row got = {row->name, anc_buf_view(&archive), row->lines};
    if (row->status == ANC_OK)
        check_document(PRS_EPUB, &got);
    else
        check_refusal(PRS_EPUB, row->status, &got);
}

#define LEADING_TO(path)                                                            \
    "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfile " \
    "full-path='" path "'/></container>"

static void what_leads_nowhere_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *container, *reason;
    } cases[] = {
        {"<container/>", "does not say where its package is"},
        {LEADING_TO(""), "does not say where its package is"},
        {LEADING_TO("../../etc/x"), "its package is at '../../etc/x', which is no path inside"},
        {LEADING_TO("http://a.example/x.opf"), "its package is at 'http://a.example/x.opf', which"},
        {LEADING_TO("../x'/><rootfile full-path='y.opf"), "holds no y.opf"},
    };
    for (size_t i = 0; i < ANC_COUNT(cases); i++) {
        const zips_entry entry = {.name = "META-INF/container.xml",
                                  .content = anc_str_of(cases[i].container)};
        ANC_BUF(archive, ARCHIVE_BYTES);
        zips_make(&entry, 1, &archive);
        check_refusal(PRS_EPUB, ANC_INVALID,
                      &(blocks_row){"", anc_buf_view(&archive), cases[i].reason});
    }
}

static anc_status answer(void *arg, anc_err *err)
{
    unsigned *left = arg;
    return (*left)-- > 0 ? ANC_OK : ANC_FAIL(err, ANC_DEADLINE, "no time left");
}

static anc_status ignore(void *self, const prs_block *b, anc_err *err)
{
    (void)self;
    (void)b;
    (void)err;
    return ANC_OK;
}

/* Reads a book whose manifest holds one file with long properties, and whose spine names `id` often. */
static anc_status read_long_spine(const char *id, unsigned answers, anc_err *err)
{
    ANC_BUF(package, 8 << 20);
    ANC_BUF(archive, 8 << 20);
    prs_limits limits = prs_limits_default();
    prs_result result;
    const prs_sink sink = {.block = ignore};
    limits.may_go_on = answer;
    limits.arg = &answers;
    (void)anc_buf_add(
        &package, ANC_STR("<package xmlns='http://www.idpf.org/2007/opf'><manifest><item id='a' "
                          "href='x' properties='"));
    for (int i = 0; i < 300000; i++)
        (void)anc_buf_add(&package, ANC_STR("a "));
    (void)anc_buf_add(&package, ANC_STR("nav'/></manifest><spine>"));
    for (int i = 0; i < 100000; i++)
        (void)anc_buf_printf(&package, "<itemref idref='%s'/>", id);
    (void)anc_buf_add(&package, ANC_STR("</spine></package>"));
    const zips_entry entries[] = {
        {.name = "META-INF/container.xml", .content = ANC_STR(CONTAINER), .stored = true},
        {.name = "OEBPS/a.opf", .content = anc_buf_view(&package), .stored = true}};
    zips_make(entries, ANC_COUNT(entries), &archive);
    return prs_parse(PRS_EPUB, anc_buf_view(&archive), &limits, &sink, &result, err);
}

/* What a file is, is found out once, not for each time that the spine names it. */
static void a_long_spine(void **state)
{
    (void)state;
    anc_err err = {0};
    assert_int_equal(read_long_spine("a", 1000000, &err), ANC_INVALID);
    assert_string_equal(err.text, "the book has no chapters");
}

static void a_long_spine_is_left(void **state)
{
    (void)state;
    anc_err err = {0};
    assert_int_equal(read_long_spine("?", 500, &err), ANC_DEADLINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_leads_nowhere_is_said),
                                       cmocka_unit_test(a_long_spine),
                                       cmocka_unit_test(a_long_spine_is_left)};
    int failed = RUN_TABLE("epub", rows, books);
    failed += cmocka_run_group_tests_name("containers", tests, NULL, NULL);
    return failed;
}
