/* test_inventory.c - questions for the documents themselves, told apart from questions to them. */
#include "support/test.h"

#include "base/str.h"
#include "rag/domain/inventory.h"

typedef struct asks_row {
    const char *question;
    bool asks;
} asks_row;

static const asks_row asked[] = {
    {"What documents are there?", true},
    {"Which files do you have?", true},
    {"How many documents are there?", true},
    {"list all documents", true},
    {"Please show me the collections.", true},
    {"Quels documents avez-vous ?", true},
    {"Combien de documents y a-t-il ?", true},
    {"Welche Dokumente gibt es?", true},
    {"¿Qué documentos hay?", true},
    {"¿Cuántos documentos tienes?", true},
    {"Quali documenti ci sono?", true},
    {"Quais documentos há?", true},
    {"Which documents do I need for a visa?", false},
    {"What do the documents say about leave?", false},
    {"Quels documents faut-il joindre ?", false},
    {"documents", false},
    {"What is there?", false},
    {"How many days of leave do you have?", false},
    {"", false},
    {"?", false},
};

static void told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(asked); i++)
        if (rag_asks_inventory(anc_str_of(asked[i].question)) != asked[i].asks)
            fail_msg("%s", asked[i].question);
}

static void told_in_the_language_asked(void **state)
{
    (void)state;
    static const rag_inventory_row rows[] = {
        {ANC_STR_INIT("laws"), 40}, {ANC_STR_INIT("none"), 0}, {ANC_STR_INIT("notes"), 2}};
    static const anc_str titles[] = {ANC_STR_INIT("Act"), ANC_STR_INIT("Bees")};
    static const char *const wanted[][2] = {
        {"How many documents are there?",
         "There are 42 documents, by collection: laws (40), notes (2). Among them: \"Act\", "
         "\"Bees\" and others."},
        {"Combien de documents y a-t-il ?",
         "Il y a 42 documents, par collection : laws (40), notes (2). Parmi eux : \"Act\", "
         "\"Bees\" et d'autres."},
    };
    for (size_t i = 0; i < ANC_COUNT(wanted); i++) {
        ANC_BUF(out, 4096);
        rag_inventory_tell(anc_str_of(wanted[i][0]), rows, ANC_COUNT(rows), titles,
                           ANC_COUNT(titles), true, &out);
        assert_string_equal(out.ptr, wanted[i][1]);
    }
    ANC_BUF(none, 4096);
    rag_inventory_tell(ANC_STR("What documents are there?"), rows, 0, NULL, 0, false, &none);
    assert_string_equal(none.ptr, "There are no documents yet.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(told_apart),
        cmocka_unit_test(told_in_the_language_asked),
    };
    return cmocka_run_group_tests_name("inventory", tests, NULL, NULL);
}
