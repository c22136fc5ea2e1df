/* counted_said.c - what stands before the rows that were counted: how many they are, or the figure of theirs. */
#include "tabled_impl.h"

#include "base/str.h"

typedef struct sayings {
    const char *before, *behind; /* "3 of 12 rows" */
    const char *one;             /* … where it is one and said otherwise */
    const char *colon;           /* between that and what follows */
    const char *figures[RAG_TALLY_DIFFERENCE + 1];
    const char *earliest, *latest;
} sayings;

static const sayings of_languages[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] = {" of ",
                " rows",
                NULL,
                ": ",
                {NULL, "Total", "Average", "Largest", "Smallest", "Difference"},
                "Earliest",
                "Latest"},
    [TXT_FR] = {" lignes sur ",
                "",
                " ligne sur ",
                " : ",
                {NULL, "Total", "Moyenne", "Maximum", "Minimum", "Différence"},
                "En premier",
                "En dernier"},
    [TXT_DE] = {" von ",
                " Zeilen",
                NULL,
                ": ",
                {NULL, "Summe", "Durchschnitt", "Höchstwert", "Tiefstwert", "Unterschied"},
                "Zuerst",
                "Zuletzt"},
    [TXT_ES] = {" de ",
                " filas",
                NULL,
                ": ",
                {NULL, "Total", "Promedio", "Máximo", "Mínimo", "Diferencia"},
                "Primero",
                "Último"},
    [TXT_IT] = {" righe su ",
                "",
                NULL,
                ": ",
                {NULL, "Totale", "Media", "Massimo", "Minimo", "Differenza"},
                "Primo",
                "Ultimo"},
    [TXT_PT] = {" de ",
                " linhas",
                NULL,
                ": ",
                {NULL, "Total", "Média", "Máximo", "Mínimo", "Diferença"},
                "Primeiro",
                "Último"},
};

/* "3 of 12 rows: ", "Total (Amount), 3 of 12 rows: 1,250 €. " */
anc_status rag_counted_say(rag_turn *turn, const rag_tally_answer *a)
{
    const sayings *s = &of_languages[turn->language];
    s = s->before != NULL ? s : &of_languages[TXT_EN];
    const char *between = a->n == 1 && s->one != NULL ? s->one : s->before;
    const bool figure = a->says != RAG_TALLY_COUNT;
    const char *what = !a->times                   ? s->figures[a->says]
                       : a->says == RAG_TALLY_MOST ? s->latest
                                                   : s->earliest;
    turn->lead = figure ? anc_arena_printf(turn->mem, "%s (%.*s), %zu%s%zu%s%s%.*s. ", what,
                                           ANC_FMT(a->column), a->n, between, a->of, s->behind,
                                           s->colon, ANC_FMT(a->figure))
                        : anc_arena_printf(turn->mem, "%zu%s%zu%s%s", a->n, between, a->of,
                                           s->behind, s->colon);
    turn->counted = a->in;
    turn->computed = figure;
    return turn->lead.ptr != NULL
               ? ANC_OK
               : ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for an answer");
}
