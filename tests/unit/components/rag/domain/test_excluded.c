/* test_excluded.c - a part of a question that excludes a word of the question before it takes that word's place. */
#include "support/test.h"

#include "base/str.h"
#include "rag/domain/contrasts.h"
#include "rag/domain/followup.h"

typedef struct row {
    const char *name, *before, *answer, *question, *meant;
} row;

static const row rows[] = {
    {"for children", "How much is an adult ticket?", "An adult ticket is £9. [1]",
     "And for children?", "How much is a ticket for children?"},
    {"and a child", "How much is an adult ticket?", "An adult ticket is £9. [1]", "And a child?",
     "How much is a child ticket?"},
    {"for adults and for children", "How much is the entry for adults?", "£9. [1]",
     "And for children?", "How much is the entry for children?"},
    {"pour les enfants", "Combien coûte l'entrée pour les adultes ?", "9 euros. [1]",
     "Et pour les enfants ?", "Combien coûte l'entrée pour les enfants ?"},
    {"l'entrée adulte", "Combien coûte l'entrée adulte ?", "9 euros. [1]", "Et pour les enfants ?",
     "Combien coûte l'entrée pour les enfants ?"},
    {"quello annuale", "Quanto costa l'abbonamento mensile?", "35 euro. [1]", "E quello annuale?",
     "Quanto costa l'abbonamento annuale?"},
    {"el anual", "¿Cuánto cuesta el abono mensual?", "35 euros. [1]", "¿Y el anual?",
     "¿Cuánto cuesta el abono anual?"},
    {"le mensuel", "Combien coûte l'abonnement annuel ?", "160 euros. [1]", "Et le mensuel ?",
     "Combien coûte l'abonnement mensuel ?"},
    {"the annual one", "How much is the monthly pass?", "£20. [1]", "And the annual one?",
     "How much is the annual pass?"},
    {"der im Winter", "Wann beginnt der Kurs im Sommer?", "Am 3. Juni. [1]", "Und im Winter?",
     "Wann beginnt der Kurs im Winter?"},
};

static void it_means(void **state)
{
    const row *r = *state;
    ANC_ARENA(mem, 4 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    const rag_exchange said = {anc_str_of(r->before), anc_str_of(r->answer)};
    anc_str meant;
    ASSERT_OK(rag_stand_alone(mem, anc_str_of(r->question), &said, 1, &meant, &err), &err);
    if (!anc_str_eq(meant, anc_str_of(r->meant)))
        fail_msg("%.*s", ANC_FMT(meant));
}

typedef struct pair_row {
    const char *name; /* one word */
    const char *other;
    bool excludes;
} pair_row;

static const pair_row pairs[] = {
    {"winter", "summer", true},      {"Winter", "été", true},
    {"été", "summer", false},        {"Winterfest", "Sommerfest", true},
    {"Winterfest", "Sommer", false}, {"Jahresbeitrag", "Monatsbeitrag", true},
    {"adult", "child", true},        {"adult", "winter", false},
    {"ferry", "winter", false},      {"Tuesday", "Monday", true},
    {"mensile", "annuale", true},    {"opened", "closed", true},
    {"", "winter", false},
};

static void they_exclude_each_other(void **state)
{
    const pair_row *r = *state;
    const rag_contrast a = rag_contrast_of(anc_str_of(r->name));
    const rag_contrast b = rag_contrast_of(anc_str_of(r->other));
    assert_int_equal(rag_contrast_excludes(&a, &b), r->excludes);
    assert_int_equal(rag_contrast_excludes(&b, &a), r->excludes);
}

int main(void)
{
    return RUN_TABLE("excluded", rows, it_means) +
           RUN_TABLE("pairs", pairs, they_exclude_each_other);
}
