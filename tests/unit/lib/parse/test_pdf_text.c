/* test_pdf_text.c - words with their boxes, as pdftotext writes them, into blocks. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "parse/pdf_text.h"

/* A page, a block, a line of 12 points at (x, y), and words of 6 points a letter in it. */
typedef struct line {
    int x, y;
    const char *text;
    bool same_block; /* as the line before */
    int size;        /* 0: 12 */
} line;

enum { MAX_LINES = 16, LETTER = 6, SIZE = 12 };

typedef struct page_row {
    const char *name;
    line lines[MAX_LINES];
    const char *blocks;
} page_row;

static void put_word(anc_buf *out, const line *l, int x, anc_str word)
{
    const int size = l->size > 0 ? l->size : SIZE;
    (void)anc_buf_printf(out,
                         "          <word xMin=\"%d.0\" yMin=\"%d.0\" xMax=\"%d.0\" yMax=\"%d.0\">"
                         "%.*s</word>\n",
                         x, l->y, x + (int)word.len * LETTER, l->y + size, ANC_FMT(word));
}

static void put_line(anc_buf *out, const line *l)
{
    anc_str rest = anc_str_of(l->text), word;
    int x = l->x;
    (void)anc_buf_add(out, ANC_STR("        <line xMin=\"0\">\n"));
    while (anc_str_split(&rest, ' ', &word)) {
        put_word(out, l, x, word);
        x += ((int)word.len + 1) * LETTER;
    }
    (void)anc_buf_add(out, ANC_STR("        </line>\n"));
}

static void put_page(anc_buf *out, const line *lines, size_t n)
{
    (void)anc_buf_add(out, ANC_STR("  <page width=\"600.0\" height=\"800.0\">\n"));
    for (size_t i = 0; i < n && lines[i].text != NULL; i++) {
        if (!lines[i].same_block)
            (void)anc_buf_add(out, ANC_STR("      <block xMin=\"0\">\n"));
        put_line(out, &lines[i]);
    }
    (void)anc_buf_add(out, ANC_STR("  </page>\n"));
}

static anc_status on_block(void *self, const prs_block *b, anc_err *err)
{
    static const char *const names[] = {"h", "p", "li", "row", "code", "quote"};
    (void)err;
    (void)anc_buf_printf(self, "%s", b->continues ? "+" : names[b->kind]);
    if (b->level > 0)
        (void)anc_buf_printf(self, "%u", b->level);
    (void)anc_buf_printf(self, "%s@%u %.*s\n", b->header ? "*" : "", b->page, ANC_FMT(b->text));
    return ANC_OK;
}

static anc_status on_title(void *self, anc_str title, anc_err *err)
{
    (void)err;
    (void)anc_buf_printf(self, "title %.*s\n", ANC_FMT(title));
    return ANC_OK;
}

static anc_status on_property(void *self, anc_str name, anc_str value, anc_err *err)
{
    (void)err;
    (void)anc_buf_printf(self, "%.*s=%.*s\n", ANC_FMT(name), ANC_FMT(value));
    return ANC_OK;
}

static anc_status read_boxes(anc_str boxes, anc_buf *out, bool properties, anc_err *err)
{
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = on_block,
                           .title = on_title,
                           .property = properties ? on_property : NULL,
                           .self = out};
    prs_result result;
    return prs_pdf_text(boxes, &limits, &sink, &result, err);
}

#define PROSE(x, y)                                                     \
    {(x), (y), "some words that fill a whole line up", false, 0},       \
        {(x), (y) + 14, "to its end and go on for some more", true, 0}, \
    {                                                                   \
        (x), (y) + 28, "lines, as columns of text are like.", true, 0   \
    }

static const page_row rows[] = {
    {"lines of a paragraph are joined",
     {{50, 50, "One sentence that is", false, 0}, {50, 64, "set in two lines.", true, 0}},
     "p@1 One sentence that is set in two lines.\n"},
    {"a line that ends early was ended on purpose",
     {{50, 50, "a longer first line of words", false, 0},
      {50, 64, "short", true, 0},
      {50, 78, "then more", true, 0}},
     "p@1 a longer first line of words short\nthen more\n"},
    {"a word broken at its hyphen is mended",
     {{50, 50, "these lines are hyphen-", false, 0}, {50, 64, "ated for your eyes only", true, 0}},
     "p@1 these lines are hyphenated for your eyes only\n"},
    {"a compound that stands elsewhere keeps its hyphen",
     {{50, 50, "a well-known fact is well-", false, 0},
      {50, 64, "known to all of the readers", true, 0}},
     "p@1 a well-known fact is well-known to all of the readers\n"},
    {"a number behind a hyphen keeps it",
     {{50, 50, "cases of the new COVID-", false, 0}, {50, 64, "19 were counted then and", true, 0}},
     "p@1 cases of the new COVID-19 were counted then and\n"},
    {"an indent behind a full stop begins a paragraph",
     {{50, 50, "The first paragraph ends here.", false, 0},
      {70, 64, "The second one begins here and", true, 0},
      {50, 78, "goes on.", true, 0}},
     "p@1 The first paragraph ends here.\np@1 The second one begins here and goes on.\n"},
    {"cells at one height are a row",
     {{50, 50, "Name", false, 0},
      {200, 50, "Price", false, 0},
      {50, 70, "Tea", false, 0},
      {200, 70, "3.50", false, 0},
      {50, 90, "Coffee", false, 0},
      {200, 90, "4.00", false, 0}},
     "row*@1 Name\tPrice\nrow@1 Tea\t3.50\nrow@1 Coffee\t4.00\n"},
    {"a header of words in capitals",
     {{50, 50, "DEPOT", false, 0},
      {200, 50, "CITY", false, 0},
      {50, 70, "Glacier", false, 0},
      {200, 70, "Zermatt", false, 0},
      {50, 90, "Harbour", false, 0},
      {200, 90, "Oulu", false, 0},
      {50, 110, "Mill", false, 0},
      {200, 110, "Porto", false, 0}},
     "row*@1 DEPOT\tCITY\nrow@1 Glacier\tZermatt\nrow@1 Harbour\tOulu\nrow@1 Mill\tPorto\n"},
    {"a header of words in larger type",
     {{50, 50, "Depot", false, 15},
      {200, 50, "City", false, 15},
      {50, 70, "Glacier", false, 12},
      {200, 70, "Zermatt", false, 12},
      {50, 90, "Harbour", false, 12},
      {200, 90, "Oulu", false, 12},
      {50, 110, "Mill", false, 12},
      {200, 110, "Porto", false, 12}},
     "row*@1 Depot\tCity\nrow@1 Glacier\tZermatt\nrow@1 Harbour\tOulu\nrow@1 Mill\tPorto\n"},
    {"a header of words with room behind it",
     {{50, 50, "Depot", false, 0},
      {200, 50, "City", false, 0},
      {50, 80, "Glacier", false, 0},
      {200, 80, "Zermatt", false, 0},
      {50, 100, "Harbour", false, 0},
      {200, 100, "Oulu", false, 0},
      {50, 120, "Mill", false, 0},
      {200, 120, "Porto", false, 0}},
     "row*@1 Depot\tCity\nrow@1 Glacier\tZermatt\nrow@1 Harbour\tOulu\nrow@1 Mill\tPorto\n"},
    {"short names above long texts",
     {{50, 50, "Term", false, 0},
      {200, 50, "Meaning", false, 0},
      {50, 70, "Hull", false, 0},
      {200, 70, "what floats and carries all of the others", false, 0},
      {50, 90, "Keel", false, 0},
      {200, 90, "what keeps the hull upright in a strong wind", false, 0}},
     "row*@1 Term\tMeaning\nrow@1 Hull\twhat floats and carries all of the others\nrow@1 "
     "Keel\twhat "
     "keeps the hull upright in a strong wind\n"},
    {"words that nothing sets apart have no header",
     {{50, 50, "Depot", false, 0},
      {200, 50, "City", false, 0},
      {50, 70, "Glacier", false, 0},
      {200, 70, "Zermatt", false, 0},
      {50, 90, "Harbour", false, 0},
      {200, 90, "Oulu", false, 0},
      {50, 110, "Mill", false, 0},
      {200, 110, "Porto", false, 0}},
     "row@1 Depot\tCity\nrow@1 Glacier\tZermatt\nrow@1 Harbour\tOulu\nrow@1 Mill\tPorto\n"},
    {"a table all in capitals has no header",
     {{50, 50, "DEPOT", false, 0},
      {200, 50, "CITY", false, 0},
      {50, 70, "GLACIER", false, 0},
      {200, 70, "ZERMATT", false, 0},
      {50, 90, "HARBOUR", false, 0},
      {200, 90, "OULU", false, 0},
      {50, 110, "MILL", false, 0},
      {200, 110, "PORTO", false, 0}},
     "row@1 DEPOT\tCITY\nrow@1 GLACIER\tZERMATT\nrow@1 HARBOUR\tOULU\nrow@1 MILL\tPORTO\n"},
    {"room that is everywhere is none",
     {{50, 50, "Depot", false, 0},
      {200, 50, "City", false, 0},
      {50, 80, "Glacier", false, 0},
      {200, 80, "Zermatt", false, 0},
      {50, 110, "Harbour", false, 0},
      {200, 110, "Oulu", false, 0},
      {50, 140, "Mill", false, 0},
      {200, 140, "Porto", false, 0}},
     "row@1 Depot\tCity\nrow@1 Glacier\tZermatt\nrow@1 Harbour\tOulu\nrow@1 Mill\tPorto\n"},
    {"signs of money stay with their numbers",
     {{50, 50, "Total", false, 0},
      {200, 50, "$", false, 0},
      {250, 50, "12", false, 0},
      {300, 50, "%", false, 0}},
     "row@1 Total\t$ 12 %\n"},
    {"leaders are no cells",
     {{50, 50, "Introduction", false, 0},
      {200, 50, "..........", false, 0},
      {400, 50, "3", false, 0}},
     "row@1 Introduction\t3\n"},
    {"a row of leaders alone is none",
     {{50, 50, "Depot", false, 0},
      {200, 50, "City", false, 0},
      {50, 80, "Glacier", false, 0},
      {200, 80, "Zermatt", false, 0},
      {50, 110, "_______", false, 0},
      {200, 110, "_______", false, 0},
      {50, 140, "Mill", false, 0},
      {200, 140, "Porto", false, 0}},
     "row@1 Depot\tCity\nrow@1 Glacier\tZermatt\nrow@1 Mill\tPorto\n"},
    {"columns are read one after the other",
     {PROSE(50, 100), PROSE(320, 100)},
     "p@1 some words that fill a whole line up to its end and go on for some more lines, as "
     "columns "
     "of text are like.\n"
     "p@1 some words that fill a whole line up to its end and go on for some more lines, as "
     "columns "
     "of text are like.\n"},
    {"what is set larger is a heading",
     {{50, 50, "The whole truth", false, 24},
      {50, 90, "Text of the usual size that is", false, 0},
      {50, 104, "longer than the heading.", true, 0}},
     "title The whole truth\nh1@1 The whole truth\n"
     "p@1 Text of the usual size that is longer than the heading.\n"},
    {"a line that ends in an amount is no heading",
     {{50, 50, "TOTAL $821.14", false, 24},
      {50, 90, "Text of the usual size that is", false, 0},
      {50, 104, "longer than the heading.", true, 0},
      {50, 140, "Balance 1.200,00 EUR", false, 24},
      {50, 180, "Report 2024", false, 24}},
     "p@1 TOTAL $821.14\np@1 Text of the usual size that is longer than the heading.\n"
     "p@1 Balance 1.200,00 EUR\ntitle Report 2024\nh1@1 Report 2024\n"},
    {"columns one blank apart, by the rows around",
     {{50, 50, "Hut", false, 0},
      {140, 50, "Altitude Beds", true, 0},
      {50, 64, "Aldera", true, 0},
      {140, 64, "1875", true, 0},
      {194, 64, "24", true, 0},
      {50, 78, "Weissenstein A 2310", true, 0},
      {194, 78, "36", true, 0},
      {50, 92, "Mill", true, 0},
      {140, 92, "990", true, 0},
      {194, 92, "8", true, 0}},
     "row*@1 Hut\tAltitude\tBeds\nrow@1 Aldera\t1875\t24\nrow@1 Weissenstein A\t2310\t36\n"
     "row@1 Mill\t990\t8\n"},
    {"a title above columns is no row of them",
     {{50, 50, "Huts that are kept in summer", false, 0},
      {50, 64, "Aldera", true, 0},
      {140, 64, "1875", true, 0},
      {50, 78, "Corvin", true, 0},
      {140, 78, "2140", true, 0}},
     "p@1 Huts that are kept in summer\nrow@1 Aldera\t1875\nrow@1 Corvin\t2140\n"},
    {"what calls itself a section is a heading",
     {{50, 50, "Section 3: Terms", false, 0}, {50, 90, "Text of the usual size.", false, 0}},
     "h2@1 Section 3: Terms\np@1 Text of the usual size.\n"},
    {"a number and room around make a heading",
     {{50, 50, "Text before it that is long.", false, 0},
      {50, 90, "2. Scope", false, 0},
      {50, 130, "Text behind it.", false, 0}},
     "p@1 Text before it that is long.\nh2@1 2. Scope\np@1 Text behind it.\n"},
    {"numbers that follow one another are a list",
     {{50, 50, "1. Apples", false, 0},
      {50, 64, "2. Pears", false, 0},
      {50, 78, "3. Plums", false, 0}},
     "li1@1 1. Apples\nli1@1 2. Pears\nli1@1 3. Plums\n"},
    {"marks and depth of items",
     {{50, 50, "\xE2\x80\xA2 first", false, 0},
      {80, 64, "- inner", false, 0},
      {50, 78, "\xE2\x80\xA2", false, 0},
      {80, 78, "second that is longer than", false, 0},
      {80, 92, "one line", false, 0}},
     "li1@1 - first\nli2@1 - inner\nli1@1 - second that is longer than one line\n"},
    {"a rule is none of the text",
     {{50, 50, "above", false, 0}, {50, 80, "----------", false, 0}, {50, 110, "below", false, 0}},
     "p@1 above\np@1 below\n"},
    {"entities",
     {{50, 50, "a &lt;b&gt; &amp;amp; &quot;c&apos; &x", false, 0}},
     "p@1 a <b> &amp; \"c' &x\n"},
    {"right to left",
     {{50, 50, "\xD7\x93\xD7\x94\xD7\x95 \xD7\x90\xD7\x91\xD7\x92", false, 0}},
     "p@1 \xD7\x90\xD7\x91\xD7\x92 \xD7\x93\xD7\x94\xD7\x95\n"},
};

static void pages_become_blocks(void **state)
{
    const page_row *row = *state;
    ANC_BUF(boxes, 1 << 20);
    ANC_BUF(out, 1 << 20);
    anc_err err = {0};
    put_page(&boxes, row->lines, MAX_LINES);
    ASSERT_OK(read_boxes(anc_buf_view(&boxes), &out, false, &err), &err);
    assert_string_equal(out.ptr, row->blocks);
}

static void put_numbered_page(anc_buf *out, int number, const char *first, const char *second)
{
    char footer[20];
    (void)snprintf(footer, sizeof footer, "Page %d", number);
    const line lines[] = {{50, 20, "The Running Title", false, 0},
                          {50, 300, first, false, 0},
                          {50, 314, second, true, 0},
                          {280, 770, footer, false, 0},
                          {0, 0, NULL, false, 0}};
    put_page(out, lines, ANC_COUNT(lines));
}

static void what_repeats_on_pages_is_kept_once(void **state)
{
    (void)state;
    ANC_BUF(boxes, 1 << 20);
    ANC_BUF(out, 1 << 20);
    anc_err err = {0};
    put_numbered_page(&boxes, 7, "The first page has some text", "that runs over its end,");
    put_numbered_page(&boxes, 8, "for a sentence may be longer", "than what fits on a page.");
    put_numbered_page(&boxes, 9, "Another one begins here and", "ends here.");
    put_numbered_page(&boxes, 10, "And one more.", "The end.");
    ASSERT_OK(read_boxes(anc_buf_view(&boxes), &out, false, &err), &err);
    assert_string_equal(out.ptr, "p@1 The Running Title\n"
                                 "p@1 The first page has some text that runs over its end,\n"
                                 "p@1 Page 7\n"
                                 "p@2 for a sentence may be longer than what fits on a page.\n"
                                 "p@3 Another one begins here and ends here.\n"
                                 "p@4 And one more. The end.\n");
}

/* A row of cells at these places; NULL: nothing stands there. */
static void put_cells(anc_buf *out, int y, const char *const cells[3])
{
    static const int x[] = {50, 200, 350};
    for (size_t i = 0; i < ANC_COUNT(x); i++)
        if (cells[i] != NULL) {
            const line l = {x[i], y, cells[i], false, 0};
            (void)anc_buf_add(out, ANC_STR("      <block xMin=\"0\">\n"));
            put_line(out, &l);
        }
}

static void put_table_page(anc_buf *out, const char *const (*cells)[3], size_t n)
{
    (void)anc_buf_add(out, ANC_STR("  <page width=\"600.0\" height=\"800.0\">\n"));
    for (size_t i = 0; i < n; i++)
        put_cells(out, 50 + 20 * (int)i, cells[i]);
    (void)anc_buf_add(out, ANC_STR("  </page>\n"));
}

/* The names of the columns that are printed on each page stand once, and a row at the top of a page is a row. */
static void a_table_goes_on_on_the_next_page(void **state)
{
    (void)state;
    static const char *const pages[][3][3] = {
        {{"Room", "Seats", "Phone"}, {"Heron", "12", "300"}, {"Wren", "6", "301"}},
        {{"Room", "Seats", "Phone"}, {"Kite", "8", "302"}, {"Lark", "9", "303"}},
        {{"Crane", "none", "out"}, {"Finch", "4", "305"}, {"Tern", "5", "306"}},
        {{"Boat", "Crew", "Berth"}, {"Gig", "4", "1"}, {"Yawl", "2", "7"}}};
    ANC_BUF(boxes, 1 << 20);
    ANC_BUF(out, 1 << 20);
    anc_err err = {0};
    for (size_t i = 0; i < ANC_COUNT(pages); i++) {
        const line title[] = {{50, 20, "Boats", false, 16}, {0, 0, NULL, false, 0}};
        if (i == 3) /* another table begins */
            put_page(&boxes, title, ANC_COUNT(title));
        put_table_page(&boxes, pages[i], ANC_COUNT(pages[i]));
    }
    ASSERT_OK(read_boxes(anc_buf_view(&boxes), &out, false, &err), &err);
    assert_string_equal(out.ptr, "row*@1 Room\tSeats\tPhone\nrow@1 Heron\t12\t300\n"
                                 "row@1 Wren\t6\t301\nrow@2 Kite\t8\t302\nrow@2 Lark\t9\t303\n"
                                 "row@3 Crane\tnone\tout\nrow@3 Finch\t4\t305\n"
                                 "row@3 Tern\t5\t306\nh3@4 Boats\nrow*@5 Boat\tCrew\tBerth\n"
                                 "row@5 Gig\t4\t1\nrow@5 Yawl\t2\t7\n");
}

static void empty_cells_keep_their_column(void **state)
{
    (void)state;
    static const char *const cells[][3] = {{"Asset", "Owner", "Value"},
                                           {"Trailer", NULL, "4200"},
                                           {"Boat", "Eve", NULL},
                                           {"Pump", "Dan", "300"}};
    ANC_BUF(boxes, 1 << 20);
    ANC_BUF(out, 1 << 20);
    anc_err err = {0};
    put_table_page(&boxes, cells, ANC_COUNT(cells));
    ASSERT_OK(read_boxes(anc_buf_view(&boxes), &out, false, &err), &err);
    assert_string_equal(out.ptr, "row*@1 Asset\tOwner\tValue\nrow@1 Trailer\t\t4200\n"
                                 "row@1 Boat\tEve\t\nrow@1 Pump\tDan\t300\n");
}

/* The first row names the columns where it is unlike those below, which begin under it. */
typedef struct names_row {
    const char *name;
    const char *cells[5][3];
    const char *blocks;
} names_row;

static const names_row names_rows[] = {
    {"above cells with figures",
     {{"Boat", "Berth", "Skipper"},
      {"Sprat", "B3", "Nell Coy"},
      {"Turbot", "B6", "Nell Rook"},
      {"Whiting", "B9", "Nell Pike"}},
     "row*@1 Boat\tBerth\tSkipper\nrow@1 Sprat\tB3\tNell Coy\nrow@1 Turbot\tB6\tNell Rook\n"
     "row@1 Whiting\tB9\tNell Pike\n"},
    {"a column that is empty, and a cell",
     {{"Boat", "Engine", "Notes"}, {"Sprat", "8 hp", NULL}, {"Turbot", "20 hp", NULL}},
     "row*@1 Boat\tEngine\tNotes\nrow@1 Sprat\t8 hp\t\nrow@1 Turbot\t20 hp\t\n"},
    {"above cells of more words",
     {{"Town", "Mayor", "River"},
      {"Arden", "Amy Moss", "Avon"},
      {"Bexby", NULL, "Severn"},
      {"Colne", "Cal Moss", "Trent"}},
     "row*@1 Town\tMayor\tRiver\nrow@1 Arden\tAmy Moss\tAvon\nrow@1 Bexby\t\tSevern\n"
     "row@1 Colne\tCal Moss\tTrent\n"},
    {"above cells in small letters",
     {{"Boat", "Colour", "Harbour"}, {"Sprat", "red", "Oulu"}, {"Turbot", "blue", "Porto"}},
     "row*@1 Boat\tColour\tHarbour\nrow@1 Sprat\tred\tOulu\nrow@1 Turbot\tblue\tPorto\n"},
    {"above values that come again",
     {{"Boat", "State", "Harbour"},
      {"Sprat", "Afloat", "Oulu"},
      {"Turbot", "Ashore", "Porto"},
      {"Ray", "Afloat", "Bergen"},
      {"Sole", "Ashore", "Turku"}},
     "row*@1 Boat\tState\tHarbour\nrow@1 Sprat\tAfloat\tOulu\nrow@1 Turbot\tAshore\tPorto\n"
     "row@1 Ray\tAfloat\tBergen\nrow@1 Sole\tAshore\tTurku\n"},
    {"not where nothing tells it",
     {{"Boat", "Colour", "Harbour"}, {"Sprat", "Red", "Oulu"}, {"Turbot", "Blue", "Porto"}},
     "row@1 Boat\tColour\tHarbour\nrow@1 Sprat\tRed\tOulu\nrow@1 Turbot\tBlue\tPorto\n"},
    {"usual names above single words",
     {{"Country", "Capital", "Harbour"},
      {"Finland", "Helsinki", "Turku"},
      {"Norway", "Oslo", "Bergen"}},
     "row*@1 Country\tCapital\tHarbour\nrow@1 Finland\tHelsinki\tTurku\nrow@1 "
     "Norway\tOslo\tBergen\n"},
    {"the same in two columns",
     {{"Ville", "Responsable"}, {"Lyon", "Duval"}, {"Nantes", "Martin"}},
     "row*@1 Ville\tResponsable\nrow@1 Lyon\tDuval\nrow@1 Nantes\tMartin\n"},
    {"not where they stand below, too",
     {{"Title", "Author", "Company"}, {"Type", "Owner", "Sprat"}, {"Role", "Kind", "Turbot"}},
     "row@1 Title\tAuthor\tCompany\nrow@1 Type\tOwner\tSprat\nrow@1 Role\tKind\tTurbot\n"},
    {"not where a cell of it is said again",
     {{"Arden", "Mayor", "Avon"}, {"Bexby", "Amy Moss", "Avon"}, {"Colne", "Cal Moss", "Trent"}},
     "row@1 Arden\tMayor\tAvon\nrow@1 Bexby\tAmy Moss\tAvon\nrow@1 Colne\tCal Moss\tTrent\n"},
    {"not what labels what stands beside it",
     {{"Name:", "Amy Moss", "Town:"},
      {"Street:", "Mill Lane 7", "Door:"},
      {"Born:", "May 4", "In:"}},
     "row@1 Name:\tAmy Moss\tTown:\nrow@1 Street:\tMill Lane 7\tDoor:\n"
     "row@1 Born:\tMay 4\tIn:\n"},
};

static void rows_that_name_columns(void **state)
{
    const names_row *row = *state;
    ANC_BUF(boxes, 1 << 20);
    ANC_BUF(out, 1 << 20);
    anc_err err = {0};
    size_t n = 0;
    while (n < ANC_COUNT(row->cells) && row->cells[n][0] != NULL)
        n++;
    put_table_page(&boxes, row->cells, n);
    ASSERT_OK(read_boxes(anc_buf_view(&boxes), &out, false, &err), &err);
    assert_string_equal(out.ptr, row->blocks);
}

static void sums_are_no_footers(void **state)
{
    (void)state;
    ANC_BUF(boxes, 1 << 20);
    ANC_BUF(out, 1 << 20);
    anc_err err = {0};
    static const char *const sums[] = {"Total 100", "Total 250", "Total 975"};
    for (size_t i = 0; i < ANC_COUNT(sums); i++) {
        const line lines[] = {{50, 400, "An invoice.", false, 0},
                              {50, 770, sums[i], false, 0},
                              {0, 0, NULL, false, 0}};
        put_page(&boxes, lines, ANC_COUNT(lines));
    }
    ASSERT_OK(read_boxes(anc_buf_view(&boxes), &out, false, &err), &err);
    for (size_t i = 0; i < ANC_COUNT(sums); i++)
        assert_non_null(strstr(out.ptr, sums[i]));
}

static void the_head_gives_properties(void **state)
{
    (void)state;
    ANC_BUF(boxes, 1 << 20);
    ANC_BUF(out, 1 << 20);
    anc_err err = {0};
    (void)anc_buf_add(&boxes,
                      ANC_STR("<head>\n<title>Of Mice &amp; Men</title>\n"
                              "<meta name=\"Author\" content=\"Somebody\"/>\n"
                              "<meta name=\"Subject\" content=\"(unspecified)\"/>\n"
                              "<meta name=\"CreationDate\" content=\"2024-01-03T09:38:26+01\"/>\n"
                              "<meta name=\"ModDate\" content=\"yesterday\"/>\n</head>\n"));
    const line lines[] = {{50, 400, "Text.", false, 0}, {0, 0, NULL, false, 0}};
    put_page(&boxes, lines, 2);
    put_page(&boxes, lines + 1, 1);
    put_page(&boxes, lines + 1, 1);
    put_page(&boxes, lines, 2);
    put_page(&boxes, lines + 1, 1);
    ASSERT_OK(read_boxes(anc_buf_view(&boxes), &out, true, &err), &err);
    assert_string_equal(out.ptr, "title Of Mice & Men\nauthor=Somebody\n"
                                 "created=2024-01-03T09:38:26+01:00\np@1 Text.\np@4 Text.\n"
                                 "pages=5\npages_without_text=2-3, 5\n");
}

static void names_of_files_are_no_titles(void **state)
{
    (void)state;
    static const char *const titles[] = {"Microsoft Word - a", "report.docx",
                                         "0001543151-22-000008", "untitled", "(anonymous)"};
    for (size_t i = 0; i < ANC_COUNT(titles); i++) {
        ANC_BUF(boxes, 1 << 20);
        ANC_BUF(out, 1 << 20);
        anc_err err = {0};
        const line lines[] = {{50, 400, "Text.", false, 0}, {0, 0, NULL, false, 0}};
        (void)anc_buf_printf(&boxes, "<title>%s</title>\n", titles[i]);
        put_page(&boxes, lines, 2);
        ASSERT_OK(read_boxes(anc_buf_view(&boxes), &out, false, &err), &err);
        assert_string_equal(out.ptr, "p@1 Text.\n");
    }
}

static void pages_without_text_are_an_error(void **state)
{
    (void)state;
    ANC_BUF(boxes, 1 << 20);
    ANC_BUF(out, 1 << 20);
    anc_err err = {0};
    const line none = {0, 0, NULL, false, 0};
    put_page(&boxes, &none, 1);
    put_page(&boxes, &none, 1);
    assert_int_equal(read_boxes(anc_buf_view(&boxes), &out, false, &err), ANC_INVALID);
    assert_non_null(strstr(err.text, "no text layer"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_repeats_on_pages_is_kept_once),
        cmocka_unit_test(sums_are_no_footers),
        cmocka_unit_test(a_table_goes_on_on_the_next_page),
        cmocka_unit_test(empty_cells_keep_their_column),
        cmocka_unit_test(the_head_gives_properties),
        cmocka_unit_test(names_of_files_are_no_titles),
        cmocka_unit_test(pages_without_text_are_an_error),
    };
    int failed = RUN_TABLE("a page", rows, pages_become_blocks);
    failed += RUN_TABLE("names", names_rows, rows_that_name_columns);
    failed += cmocka_run_group_tests_name("pages", tests, NULL, NULL);
    return failed;
}
