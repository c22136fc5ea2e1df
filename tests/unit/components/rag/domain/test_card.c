/* test_card.c - which paragraphs are records written as lines "name: value". */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "rag/domain/card.h"

typedef struct card_row {
    const char *name, *text, *title;
    const char *naming; /* NULL: it is no card */
} card_row;

static const card_row cards[] = {
    {"a row of a table", "City: Porto\nDepot: River loft\nPhone: 555", "", "City: Porto"},
    {"named by its title", "City: Porto\nDepot: River loft", "River loft", "Depot: River loft"},
    {"named by a name", "id: 7\nName: Ada\nage: 40\n\nProse follows.", "", "Name: Ada"},
    {"a value of lines", "a: x\nb: y\nand more\nof it\nc: z\nd: w", "", "a: x"},
    {"carriage returns", "a: x\r\nb: y\r\n", "", "a: x"},
    {"two lines among others", "a: x\nb: y\n\nProse.", "", NULL},
    {"one line", "City: Porto", "", NULL},
    {"a talk", "Ann: Hello.\nBob: Good day.\nAnn: Goodbye.", "", NULL},
    {"prose", "It was late.\nWe went home: it rained.\nNobody came.", "", NULL},
    {"more prose than names", "Note: it rains.\nIt rained.\nIt will rain.\nIt may.\nEnd: now.", "",
     NULL},
    {"a list", "- a: x\n- b: y\n- c: z", "", NULL},
    {"French prose", "Remarque : il pleut.\nNote : il pleut.\nFin : il pleut.", "", NULL},
    {"times and addresses", "12:30 we left\nhttp://a.example\n13:00 we came", "", NULL},
    {"nothing", "", "", NULL},
};

static void cards_are_known(void **state)
{
    const card_row *row = *state;
    const anc_str text = anc_str_of(row->text);
    rag_card card = {.end = 0};
    const bool is = rag_card_at(text, anc_str_of(row->title), 0, false, &card);
    assert_int_equal(is, row->naming != NULL);
    if (!is)
        return;
    const anc_str naming = anc_str_sub(text, card.name_start, card.name_end - card.name_start);
    if (!anc_str_eq(naming, anc_str_of(row->naming)))
        fail_msg("%.*s", ANC_FMT(naming));
    const char *blank = strstr(row->text, "\n\n");
    const size_t all = blank != NULL ? (size_t)(blank - row->text) : text.len;
    assert_int_equal(card.end, anc_str_trim(anc_str_sub(text, 0, all)).len);
}

static void too_many_lines_are_none(void **state)
{
    (void)state;
    char text[(RAG_CARD_LINES + 1) * 8];
    size_t n = 0;
    rag_card card;
    for (int i = 0; i <= RAG_CARD_LINES; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "n%d: x\n", i);
        if (i == RAG_CARD_LINES - 1)
            assert_true(rag_card_at((anc_str){text, n}, ANC_STR(""), 0, false, &card));
    }
    assert_false(rag_card_at((anc_str){text, n}, ANC_STR(""), 0, false, &card));
}

int main(void)
{
    const int failed = RUN_TABLE("cards", cards, cards_are_known);
    const struct CMUnitTest tests[] = {cmocka_unit_test(too_many_lines_are_none)};
    return failed + cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
