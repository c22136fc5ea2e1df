/* test_plain.c - plain text in all its encodings and habits. */
#include "support/test.h"

#include "blocks.h"

#include <string.h>

static const blocks_row rows[] = {
    {"empty", ANC_STR_INIT(""), ""},
    {"blank", ANC_STR_INIT(" \n\t\n"), ""},
    {"paragraphs", ANC_STR_INIT("One line.\nTwo lines here.\n\nThree.\n"),
     "p One line.\nTwo lines here.\np Three.\n"},
    {"wrapped lines are joined",
     ANC_STR_INIT(
         "A line that is long enough to have been wrapped\nThere it goes on. Short\nhere."),
     "p A line that is long enough to have been wrapped There it goes on. Short here.\n"},
    {"short lines stay lines", ANC_STR_INIT("Monday 9-5\nTuesday 9-5"),
     "p Monday 9-5\nTuesday 9-5\n"},
    {"title line", ANC_STR_INIT("Price list\n\nAll prices in euro."),
     "title Price list\nh1 Price list\np All prices in euro.\n"},
    {"a first sentence is no title", ANC_STR_INIT("It is.\n\nMore."), "p It is.\np More.\n"},
    {"a lone line is no title", ANC_STR_INIT("anchor"), "p anchor\n"},
    {"underlined headings", ANC_STR_INIT("Title\n=====\n\nSub\n---\ntext follows."),
     "title Title\nh1 Title\nh2 Sub\np text follows.\n"},
    {"rules are no text", ANC_STR_INIT("text one.\n\n-----\n\ntext two."),
     "p text one.\np text two.\n"},
    {"items", ANC_STR_INIT("- one\n- two\n  goes on\n  - deeper\n1. first"),
     "li1 - one\nli1 - two goes on\nli2 - deeper\nli1 1. first\n"},
    {"items of several stars",
     ANC_STR_INIT("* Lights need sockets of one kind, and a cable\n** Bike lights\n** Car lights"),
     "li1 * Lights need sockets of one kind, and a cable\nli2 ** Bike lights\nli2 ** Car lights\n"},
    {"an item below a line of text",
     ANC_STR_INIT("What we sell for all of the known sockets\n** Bike lights\n"),
     "p What we sell for all of the known sockets\nli2 ** Bike lights\n"},
    {"an outline", ANC_STR_INIT("* Sockets\nWhat they are.\n** Bike\nIts lights\n* Cables\nNone."),
     "title Sockets\nh1 Sockets\np What they are.\nh2 Bike\np Its lights\nh1 Cables\np None.\n"},
    {"stars in a text are no marks", ANC_STR_INIT("**bold** words\n***\nmore*."),
     "p **bold** words\np more*.\n"},
    {"lines of scripts without spaces",
     ANC_STR_INIT("\u5c71\u5c0f\u5c4b\u306f\u590f\u306e\u9593\u3060\u3051\u958b\u3044\u3066\u3044"
                  "\u307e\u3059\u3001\n"
                  "\u51ac\u306f\u9589\u3081\u308b"),
     "p "
     "\u5c71\u5c0f\u5c4b\u306f\u590f\u306e\u9593\u3060\u3051\u958b\u3044\u3066\u3044\u307e\u3059"
     "\u3001"
     "\u51ac\u306f\u9589\u3081\u308b\n"},
    {"columns", ANC_STR_INIT("Pump   12 EUR\nHose\t7 EUR"),
     "row Pump | 12 EUR\nrow Hose | 7 EUR\n"},
    {"columns with names above numbers",
     ANC_STR_INIT("Item     Price\nPump     12\nHose     7\n\nOne      Two\nthree    four\n"),
     "row* Item | Price\nrow Pump | 12\nrow Hose | 7\nrow One | Two\nrow three | four\n"},
    {"columns with names above a rule",
     ANC_STR_INIT("Name     City\n-------------\nAda      London\nBob      Rome 3\n\n"
                  "Name     City\n====  +  ====\nAda      Paris\n"),
     "row* Name | City\nrow Ada | London\nrow Bob | Rome 3\nrow* Name | City\nrow Ada | Paris\n"},
    {"columns with numbers from the first row on", ANC_STR_INIT("a 1      2\nb        3"),
     "row a 1 | 2\nrow b | 3\n"},
    {"a cell goes on below",
     ANC_STR_INIT("New      One thing\n         and more.\nFixed    Two.\nChanged  3."),
     "row New | One thing and more.\nrow Fixed | Two.\nrow Changed | 3.\n"},
    {"capitals",
     ANC_STR_INIT("SHIPPING TERMS\nRevised in March.\n\n1. WHEN WE SHIP\n\nDaily. "
                  "NOT ON SUNDAYS.\nNEVER AT ALL"),
     "title SHIPPING TERMS\nh1 SHIPPING TERMS\np Revised in March.\nh2 1. WHEN WE SHIP\n"
     "p Daily. NOT ON SUNDAYS.\nNEVER AT ALL\n"},
    {"boxed headings", ANC_STR_INIT("NOTES\n\n=====\nVersion 3   May\n=====\n- a"),
     "title NOTES\nh1 NOTES\nh2 Version 3 May\nli1 - a\n"},
    {"line ends", ANC_STR_INIT("one.\r\n\r\ntwo.\r\rthree.\f\fx."),
     "p one.\np two.\np three.\np x.\n"},
    {"byte order mark",
     ANC_STR_INIT("\xEF\xBB\xBF"
                  "abc"),
     "p abc\n"},
    {"UTF-16 little",
     ANC_STR_INIT("\xFF\xFE"
                  "a\0\xE9\0"),
     "p a\xC3\xA9\n"},
    {"UTF-16 big",
     ANC_STR_INIT("\xFE\xFF\0"
                  "a\0\xE9"),
     "p a\xC3\xA9\n"},
    {"Windows-1252", ANC_STR_INIT("caf\xE9 \x80 5"), "p caf\xC3\xA9 \xE2\x82\xAC 5\n"},
    {"damaged UTF-8", ANC_STR_INIT("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9 \xFF."),
     "p \xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9 \xEF\xBF\xBD.\n"},
    {"composed", ANC_STR_INIT("e\xCC\x81t"), "p \xC3\xA9t\n"},
    {"NUL and controls are blanks",
     ANC_STR_INIT("a\0b\x01"
                  "c"),
     "p a b c\n"},
    {"blanks of Unicode", ANC_STR_INIT("a\xC2\xA0\xE2\x80\x83 b"), "p a b\n"},
};

static void blocks(void **state)
{
    check_blocks(PRS_TEXT, *state);
}

/* Two signs that are no letters, at every two places of a line of letters: what comes of it does not
 * depend on where in the line they stand. */
static void signs_anywhere(void **state)
{
    (void)state;
    enum { LENGTH = 27 };
    static const char signs[] = {' ', '\x01', '\x7F'};
    for (size_t s = 0; s < 2 * ANC_COUNT(signs); s++)
        for (size_t i = 1; i + 2 < LENGTH; i++)
            for (size_t k = i + 1; k + 1 < LENGTH; k++) {
                const char one = signs[s % ANC_COUNT(signs)];
                const char other = s < ANC_COUNT(signs) ? ' ' : one;
                char line[LENGTH + 1] = "abcdefghijklmnopqrstuvwxyz.", wanted[LENGTH + 16];
                line[i] = one;
                line[k] = other;
                ANC_BUF(expected, 128);
                (void)anc_buf_add(&expected, ANC_STR("p "));
                for (size_t at = 0; at < LENGTH; at++) {
                    const bool blank = at == i || at == k;
                    if (blank && !(at == k && k == i + 1))
                        (void)anc_buf_add_char(&expected, ' ');
                    else if (!blank)
                        (void)anc_buf_add_char(&expected, line[at]);
                }
                (void)anc_buf_add_char(&expected, '\n');
                memcpy(wanted, expected.ptr, expected.len + 1);
                const blocks_row row = {"signs", {line, LENGTH}, wanted};
                check_blocks(PRS_TEXT, &row);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(signs_anywhere)};
    const int failed = RUN_TABLE("plain text", rows, blocks);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
