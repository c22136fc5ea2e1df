/* asked.h - a question put to some passages. */
#ifndef ANC_TESTS_RAG_ASKED_H
#define ANC_TESTS_RAG_ASKED_H

#include "support/test.h"

#include "base/str.h"
#include "rag/domain/extract.h"

enum { ASKED_PASSAGES = 3 }; /* a row has at most so many; the rest NULL */

/* What is chosen of them, in `mem`. */
static inline rag_choice ask_passages(anc_arena *mem, const char *question,
                                      const rag_passage *const passages[ASKED_PASSAGES])
{
    anc_err err = {ANC_OK, NULL, "", ""};
    rag_passage *given = anc_arena_alloc(mem, ASKED_PASSAGES, sizeof *given);
    size_t n = 0;
    rag_extraction *x;
    assert_non_null(given);
    while (n < ASKED_PASSAGES && passages[n] != NULL) {
        given[n] = *passages[n];
        n++;
    }
    ASSERT_OK(rag_extraction_new(mem, anc_str_of(question), given, n, &x, &err), &err);
    return rag_extraction_choose(x);
}

/* The best pick of a choice that has one, as it is quoted. */
static inline anc_str best_said(const rag_choice *choice, const rag_passage *const *passages)
{
    const rag_pick *best = &choice->picks[0];
    for (size_t i = 1; i < choice->n; i++)
        best = choice->picks[i].score > best->score ? &choice->picks[i] : best;
    return anc_str_sub(passages[best->passage]->text, best->start, best->end - best->start);
}

typedef struct asked_row {
    const char *name;
    const rag_passage *passages[ASKED_PASSAGES];
    const char *question;
    const char *wanted; /* stands in the best pick; NULL: it is beside the point */
} asked_row;

/* A test of a table of these. */
static inline void is_answered(void **state)
{
    const asked_row *row = *state;
    ANC_ARENA(mem, 16 << 20);
    const rag_choice choice = ask_passages(mem, row->question, row->passages);
    assert_true(choice.n > 0);
    const anc_str said = best_said(&choice, row->passages);
    if (choice.beside_point != (row->wanted == NULL))
        fail_msg("beside the point: %d: %.*s", choice.beside_point, ANC_FMT(said));
    if (row->wanted != NULL && anc_str_find(said, anc_str_of(row->wanted)) == SIZE_MAX)
        fail_msg("told: %.*s", ANC_FMT(said));
}

#endif
