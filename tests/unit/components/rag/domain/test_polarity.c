/* test_polarity.c - what is so and what is not: words of negation, headings that turn what stands below them. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "rag/domain/abstain.h"
#include "rag/domain/extract.h"
#include "rag/domain/polarity.h"

/* ---- words ---- */

typedef struct text_row {
    const char *name, *text;
    bool yes;
} text_row;

static const text_row negating[] = {
    {"not", "What is not covered", true},
    {"n't", "It isn't covered", true},
    {"n’t", "They don’t pay", true},
    {"cannot", "What CANNOT be returned", true},
    {"excluded", "Excluded:", true},
    {"pas", "Ce que la garantie ne couvre pas", true},
    {"ne … que", "La garantie ne couvre que les défauts", false},
    {"aucun", "Aucun remboursement", true},
    {"nicht", "Was nicht gedeckt ist", true},
    {"keine", "Keine Rücknahme", true},
    {"no", "Lo que no cubre la garantía", true},
    {"non", "Cosa non è coperto", true},
    {"não", "O que não está coberto", true},
    {"a part of a word", "Another note on the knot", false},
    {"without", "Repairs without a receipt", false},
    {"nothing", "", false},
};

static void negates(void **state)
{
    const text_row *row = *state;
    assert_int_equal(rag_negates(anc_str_of(row->text)), row->yes);
}

static const text_row wanting[] = {
    {"what", "What is covered?", true},
    {"which behind a preposition", "In which cases is it paid?", true},
    {"is", "Is flood damage covered?", false},
    {"que", "Que couvre la garantie ?", true},
    {"qu'est-ce qui", "Qu’est-ce qui est couvert ?", true},
    {"est-ce que", "Est-ce que la garantie couvre le vol ?", false},
    {"German was", "Was ist gedeckt?", true},
    {"English was", "Was the flood covered?", false},
    {"¿qué", "¿Qué cubre la garantía?", true},
    {"how", "How do I claim?", false},
    {"nothing", "", false},
};

static void wants_things(void **state)
{
    const text_row *row = *state;
    assert_int_equal(rag_asks_which(anc_str_of(row->text)), row->yes);
}

/* ---- answers ---- */

static const rag_passage warranty = {
    .text = ANC_STR_INIT(
        "Warranty\n\nThe warranty begins on the day of delivery.\n\nWhat is covered\n\nFaults of "
        "material and assembly. We repair first.\n\nWhat is not covered\n\n- Damage by livestock. "
        "Cows scratch themselves on scales.\n- Damage caused by theft, flood or lightning\n- "
        "Ordinary wear of seals\n\nBears are a special case: damage by bears is covered once."),
    .title = ANC_STR_INIT("Warranty"),
    .score = 0.9};

/* The list begins in a passage of its own. */
static const rag_passage tail = {
    .text =
        ANC_STR_INIT("- Damage caused by theft, flood or lightning.\n- Ordinary wear of seals."),
    .title = ANC_STR_INIT("Warranty"),
    .heading = ANC_STR_INIT("Warranty > What is not covered"),
    .score = 0.9};

static const rag_passage intro = {
    .text =
        ANC_STR_INIT("Returns\n\nYou may return a scale within 40 days.\n\nThe following "
                     "cannot be returned:\n- Opened tins of pellets\n- Gift vouchers\n\nRefunds "
                     "are paid within a week."),
    .title = ANC_STR_INIT("Returns"),
    .score = 0.9};

static const rag_passage expenses = {
    .text = ANC_STR_INIT("Expenses\n\nWhat we do not repay\n\nParking fines and gifts of cash. "
                         "Honey bought from customers is repaid up to two jars a visit."),
    .title = ANC_STR_INIT("Expenses"),
    .score = 0.9};

static const rag_passage garantie = {
    .text = ANC_STR_INIT("Ce que la garantie ne couvre pas\n\n- Les dégâts causés par les "
                         "sangliers et les loirs.\n- "
                         "La chute d'un arbre.\n\nLa foudre, en revanche, est couverte en France."),
    .title = ANC_STR_INIT("Garantie et réparations"),
    .score = 0.9};

static const rag_passage schutz = {
    .text = ANC_STR_INIT("Was nicht gedeckt ist\n\n- Schäden durch Hochwasser\n- Verschleiß der "
                         "Dichtungen\n\nWas gedeckt ist\n\n- Fehler des Materials"),
    .title = ANC_STR_INIT("Garantie"),
    .score = 0.9};

static const rag_passage garantia = {
    .text = ANC_STR_INIT("Lo que no cubre la garantía\n\n- Daños por inundación\n- Desgaste de las "
                         "juntas\n\nLo que cubre la garantía\n\n- Defectos de material"),
    .title = ANC_STR_INIT("Garantía"),
    .score = 0.9};

typedef struct answer_row {
    const char *name;
    const rag_passage *passage;
    const char *question, *wanted;
} answer_row;

static const answer_row answers[] = {
    {"an item with its heading", &warranty, "Is flood damage covered?",
     "What is not covered: Damage caused by theft, flood or lightning [1]"},
    {"a heading of the path", &tail, "Is flood damage covered?",
     "What is not covered: Damage caused by theft, flood or lightning. [1]"},
    {"the line before a list", &intro, "Can gift vouchers be returned?",
     "The following cannot be returned: Gift vouchers [1]"},
    {"what is not, as a whole", &warranty, "What is not covered by the warranty?",
     "What is not covered: Damage by livestock. Cows scratch themselves on scales. Damage caused "
     "by "
     "theft, flood or lightning; Ordinary wear of seals [1]"},
    {"not behind the verb's subject", &warranty, "What does the warranty not cover?",
     "What is not covered: Damage by livestock. Cows scratch themselves on scales. Damage caused "
     "by "
     "theft, flood or lightning; Ordinary wear of seals [1]"},
    {"what cannot be", &intro, "What cannot be returned?",
     "The following cannot be returned: Opened tins of pellets; Gift vouchers [1]"},
    {"a sentence that speaks for itself", &expenses, "Is honey repaid?",
     "Honey bought from customers is repaid up to two jars a visit. [1]"},
    {"a sentence that does not", &expenses, "Are parking fines repaid?",
     "What we do not repay: Parking fines and gifts of cash. [1]"},
    {"a verb that changes within", &expenses, "What expenses are not repaid?",
     "What we do not repay: Parking fines and gifts of cash. [1]"},
    {"another form of the verb", &garantie, "Qu'est-ce qui n'est pas couvert par la garantie ?",
     "Ce que la garantie ne couvre pas: Les dégâts causés par les sangliers et les loirs. La chute "
     "d'un arbre. [1]"},
    {"ce qui n'est pas", &garantie, "Qu'est-ce que la garantie ne couvre pas ?",
     "Ce que la garantie ne couvre pas: Les dégâts causés par les sangliers et les loirs. La chute "
     "d'un arbre. [1]"},
    {"Hochwasser", &schutz, "Ist Hochwasser gedeckt?",
     "Was nicht gedeckt ist: Schäden durch Hochwasser [1]"},
    {"was nicht", &schutz, "Was ist nicht gedeckt?",
     "Was nicht gedeckt ist: Schäden durch Hochwasser; Verschleiß der Dichtungen [1]"},
    {"was", &schutz, "Was ist gedeckt?", "Was gedeckt ist: Fehler des Materials [1]"},
    {"qué no", &garantia, "¿Qué no cubre la garantía?",
     "Lo que no cubre la garantía: Daños por inundación; Desgaste de las juntas [1]"},
    {"qué", &garantia, "¿Qué cubre la garantía?",
     "Lo que cubre la garantía: Defectos de material [1]"},
};

static rag_choice choose(anc_arena *mem, const char *question, const rag_passage *passage,
                         anc_str *ret)
{
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_extraction *x;
    ASSERT_OK(rag_extraction_new(mem, anc_str_of(question), passage, 1, &x, &err), &err);
    const rag_choice choice = rag_extraction_choose(x);
    ASSERT_OK(rag_choice_render(mem, &choice, passage, ret, &err), &err);
    return choice;
}

static void answers_in_that_sense(void **state)
{
    const answer_row *row = *state;
    ANC_ARENA(mem, 8 << 20);
    anc_str text;
    (void)choose(mem, row->question, row->passage, &text);
    if (!anc_str_eq(anc_str_sub(text, 0, strlen(row->wanted)), anc_str_of(row->wanted)))
        fail_msg("%.*s", ANC_FMT(text));
}

/* What is covered comes first where that was asked, and what is not never stands there bare. */
static void covered(void **state)
{
    (void)state;
    ANC_ARENA(mem, 8 << 20);
    anc_str text;
    (void)choose(mem, "What does the warranty cover?", &warranty, &text);
    assert_true(anc_str_starts(text, ANC_STR("What is covered: Faults of material")));
    (void)choose(mem, "Que couvre la garantie ?", &garantie, &text);
    if (anc_str_find(text, ANC_STR("sangliers")) != SIZE_MAX &&
        !anc_str_starts(text, ANC_STR("Ce que la garantie ne couvre pas: ")))
        fail_msg("%.*s", ANC_FMT(text));
}

/* Where only the opposite is known, it is worth less than what was asked for. */
static void the_opposite_alone(void **state)
{
    (void)state;
    ANC_ARENA(mem, 8 << 20);
    anc_str text;
    const rag_choice asked = choose(mem, "What is not covered by the warranty?", &tail, &text);
    const rag_choice opposite = choose(mem, "What is covered by the warranty?", &tail, &text);
    assert_true(opposite.confidence < 0.6 * asked.confidence);
    assert_true(rag_choice_answers(&asked, 0.4, 0, 0.35));
    assert_false(rag_choice_answers(&opposite, 0.4, 0, 0.35));
}

int main(void)
{
    int failed = RUN_TABLE("negation", negating, negates);
    failed += RUN_TABLE("things wanted", wanting, wants_things);
    failed += RUN_TABLE("answers", answers, answers_in_that_sense);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(covered),
        cmocka_unit_test(the_opposite_alone),
    };
    return failed + cmocka_run_group_tests_name("polarity", tests, NULL, NULL);
}
