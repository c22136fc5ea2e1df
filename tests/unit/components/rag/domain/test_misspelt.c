/* test_misspelt.c - words that are misspelt are taken for those that were meant, and no others. */
#include "support/test.h"

#include "base/str.h"
#include "rag/domain/misspelt.h"

typedef struct misspelt_row {
    const char *name, *question, *text, *mended; /* of English; mended NULL: nothing is */
} misspelt_row;

static const char *const lease = "The monthly rent is due in April. The warranty of the boiler and "
                                 "of the dishwasher ends in May. The car park is free. A contract.";

static const misspelt_row rows[] = {
    {"a letter too few", "waranty of the boilr", lease, "warranty of the boiler"},
    {"two in the wrong order", "is the car prak free", lease, "is the car park free"},
    {"a function word", "when is teh rent due", lease, "when is the rent due"},
    {"two of a long word", "the dishwahser waranti", lease, "the dishwasher waranti"},
    {"two wrong of a short word", "the biolrr", lease, NULL},
    {"what is there", "when does the warranty of the boilers end", lease, NULL},
    {"the second letter", "the price of the broiler", lease, NULL},
    {"the first letter", "the toiler", lease, NULL},
    {"too short", "the ret", lease, NULL},
    {"a name", "who is Warranti", lease, NULL},
    {"a name that begins the question", "Waranty of it", lease, "warranty of it"},
    {"figures", "what is boil3r", lease, NULL},
    {"a word of one stem", "who trained the boatmen",
     "The trainer of the boatmen. They are drained.", NULL},
    {"two as near", "the boiled", "The boiler. It is a boilet.", NULL},
    {"nothing", "", lease, NULL},
};

static const misspelt_row german[] = {
    {"a letter twice", "Wann schließt das Botshaus?", "Das Bootshaus schließt im Mai.",
     "Wann schließt das Bootshaus?"},
    {"another letter", "Was kosten die Kanten?", "Die Karten kosten viel.", NULL},
    {"another end", "Wo ist das Messer?", "Die Messen sind im Mai.", NULL},
    {"the wrong order", "Was kostet der Kastne?", "Der Kasten kostet viel.",
     "Was kostet der Kasten?"},
    {"a word of one stem", "Wer leitet die Abteilung?",
     "Leitung der Abteilung: Frau Kern. Jeder leistet zwei Stunden.", NULL},
    {"no word of its stem", "Wer leitet die Abteilung?",
     "Die Abteilung hat zwei Zimmer. Jeder leistet zwei Stunden.", "Wer leistet die Abteilung?"},
};

/* Of German questions about English passages. */
static const misspelt_row foreign[] = {
    {"passiert", "Was passiert bei Diebstahl?", "Show a passport or a licence.", NULL},
    {"the same word", "Wo ist das Büro?", "The Buro is closed.", NULL},
};

static void check(const misspelt_row *row, txt_language language, const char *of)
{
    ANC_ARENA(mem, 4 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_misspelling found[RAG_MISSPELT_MAX];
    size_t n;
    const rag_passage passage = {.text = anc_str_of(row->text),
                                 .title = ANC_STR(""),
                                 .heading = ANC_STR(""),
                                 .columns = ANC_STR(""),
                                 .language = anc_str_of(of)};
    const anc_str question = anc_str_of(row->question);
    anc_str mended = question;
    ASSERT_OK(rag_misspelt_find(mem, question, language, &passage, 1, found, &n, &err), &err);
    ASSERT_OK(rag_misspelt_mend(mem, question, found, n, &mended, &err), &err);
    if (!anc_str_eq(mended, anc_str_of(row->mended != NULL ? row->mended : row->question)))
        fail_msg("%.*s", ANC_FMT(mended));
    assert_int_equal(n > 0, row->mended != NULL);
}

static void english_words(void **state)
{
    check(*state, TXT_EN, "en");
}

static void german_words(void **state)
{
    check(*state, TXT_DE, "de");
}

static void foreign_words(void **state)
{
    check(*state, TXT_DE, "en");
}

int main(void)
{
    const int failed = RUN_TABLE("English", rows, english_words);
    return failed + RUN_TABLE("German", german, german_words) +
           RUN_TABLE("of another language", foreign, foreign_words);
}
