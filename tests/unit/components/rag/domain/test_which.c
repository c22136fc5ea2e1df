/* test_which.c - questions that ask for another of a kind, or for what a row that was told has besides. */
#include "rag/domain/recorded.h"
#include "support/rag/meant.h"

#define NO_ANSWER ANC_STR_INIT("Nothing in your documents answers this.")
#define LARCH \
    SAID("Who is the warden of the Larch hut?", "Hut: Larch; Beds: 14; Warden: Ane Dahl [1]")
#define BIRCH SAID("And of Birch?", "Hut: Birch; Beds: 8; Warden: Tor Lie [1]")
static const meant_row rows[] = {
    /* the kind: the first column, a noun beside the name or number, what was asked which of */
    {"a column",
     {SAID("What does F-20 mean?", "Fault: F-20; Meaning: fuse blown; Cure: replace it [1]")},
     "Which one means low pressure?",
     "Which fault means low pressure?"},
    {"a noun beside a name",
     {LARCH},
     "Which one has the most beds?",
     "Which hut has the most beds?"},
    {"a noun beside a number",
     {SAID("Who rented bike 44?", "no: 44; rider: Ivo Hahn; until: May [1]")},
     "Which one is due back first?",
     "Which bike is due back first?"},
    {"a column that is a number",
     {SAID("Who has R-7?", "rental_id: R-7; rider: Ivo Hahn; until: May [1]")},
     "Which one ends in June?",
     "Which rental ends in June?"},
    {"what was asked which of",
     {SAID("Which boats are for hire?", "Three boats are for hire. [1]")},
     "Which is the largest?",
     "Which boat is the largest?"},
    {"as many",
     {SAID("What is the state of order 71?", "order: 71; state: sent; by: rail [1]")},
     "Which ones are late?",
     "Which orders are late?"},
    {"as many of y",
     {SAID("Who owns Fern?", "Property: Fern; Owner: Ann Roe; Rent: 90 [1]")},
     "Which ones are let?",
     "Which properties are let?"},
    {"an earlier turn",
     {LARCH, SAID("Is there a shop?", "There is a shop. [1]")},
     "Which one has 8 beds?",
     "Which hut has 8 beds?"},
    {"with an opening", {LARCH}, "And which one has 8 beds?", "Which hut has 8 beds?"},
    {"no kind",
     {SAID("When does it open?", "At nine. [1]")},
     "Which one is the oldest?",
     "Which one is the oldest?"},
    {"en français",
     {SAID("Quel est le prix du lot 12 ?", "Lot: 12; Prix: 40; Vendeur: Roy [1]")},
     "Lequel coûte 90 euros ?",
     "Quel lot coûte 90 euros?"},

    /* of those that were named */
    {"of the two",
     {LARCH, BIRCH},
     "Which of the two has more beds?",
     "Which hut has more beds, Larch or Birch?"},
    {"them",
     {LARCH, BIRCH},
     "Which of them is the highest?",
     "Which hut is the highest, Larch or Birch?"},
    {"a comparison",
     {LARCH, BIRCH},
     "Which one is smaller?",
     "Which hut is smaller, Larch or Birch?"},
    {"one that is not there is none of them",
     {LARCH, BIRCH, {ANC_STR_INIT("And of Pine?"), NO_ANSWER}},
     "Which of them has more beds?",
     "Which hut has more beds, Larch or Birch?"},
    {"of some that were asked for",
     {SAID("Which orders did Hill Farm place?", "order: 71; state: sent; by: rail [1]")},
     "Which one is late?",
     "Which order is late? Which orders did Hill Farm place?"},

    /* what a row is known by */
    {"the one that was asked for",
     {LARCH, SAID("Which one has 8 beds?", "Hut: Birch; Beds: 8; Warden: Tor Lie [1]")},
     "Who looks after it?",
     "Who looks after it (Birch)?"},
    {"die Halle",
     {SAID("Welche Halle mietet der Chor?", "Halle: H4; Mieter: der Chor; Plätze: 90 [1]")},
     "Wie viele Plätze hat sie?",
     "Wie viele Plätze hat sie (H4)?"},
    {"what is counted is not who has it",
     {SAID("Wie viele Sitze hat die Aula?", "Raum: Aula; Sitze: 200; Aufsicht: Herr Born [1]")},
     "Wer betreut sie?",
     "Wer betreut sie (die Aula)?"},
    {"die",
     {SAID("Wie viele Sitze hat die Aula?", "Raum: Aula; Sitze: 200; Aufsicht: Herr Born [1]")},
     "Wer betreut die?",
     "Wer betreut die (die Aula)?"},
    {"a field and a condition",
     {SAID("Chi guida il pullman 3?", "Linea: 3; Autista: Bruni; Sede: Nord [1]")},
     "Quale autista è in sede?",
     "Quale autista è in sede?"},

    /* whose something is */
    {"its",
     {SAID("What is the fee for parking?", "Thing: parking; Fee: 4; Fine: 30 [1]")},
     "And its fine?",
     "What is the fine for parking?"},
    {"su",
     {SAID("¿Cuál es el precio para grupos?", "Entrada: grupos; Precio: 4; Seña: 20 [1]")},
     "¿Y su seña?",
     "¿Cuál es seña para grupos?"},
    {"anyone",
     {SAID("A que horas abre o castelo?", "O castelo abre às 9h. [1]"),
      SAID("Quanto custa a entrada para um adulto?", "Custa 5 euros. [1]")},
     "Quem o construiu?",
     "Quem o (o castelo) construiu?"},
    {"a que horas",
     {SAID("A que horas abre o castelo?", "O castelo abre às 9h. [1]")},
     "E a que horas fecha?",
     "E a que horas fecha (o castelo)?"},
};

static void a_record_is_known(void **state)
{
    rag_field f;
    (void)state;
    assert_true(
        rag_record_key(ANC_STR("Largest (Beds), 9 of 9 rows: 14. Hut: Larch; Beds: 14 [1]"), &f));
    assert_true(anc_str_eq(f.name, ANC_STR("Hut")) && anc_str_eq(f.value, ANC_STR("Larch")));
    assert_true(rag_record_field(ANC_STR("Hut: Larch; Beds: 14 [1]"), ANC_STR("beds"), &f));
    assert_true(anc_str_eq(f.value, ANC_STR("14")));
    assert_false(rag_record_field(ANC_STR("Hut: Larch; Beds: 14 [1]"), ANC_STR("rent"), &f));
    assert_false(rag_record_key(ANC_STR("Hut: Larch; Beds: 14 [1] Hut: Birch; Beds: 8 [1]"), &f));
    assert_false(rag_record_key(ANC_STR("The hut opens in May. [1]"), &f));
    assert_false(rag_record_key(ANC_STR(""), &f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_record_is_known)};
    const int failed = RUN_TABLE("which", rows, it_means);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
