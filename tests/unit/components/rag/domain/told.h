/* told.h - what is said to a question over the whole chain: chosen, weighed, and told or declined. */
#ifndef ANC_TESTS_RAG_TOLD_H
#define ANC_TESTS_RAG_TOLD_H

#include "support/test.h"

#include "base/str.h"
#include "rag/domain/abstain.h"
#include "rag/domain/extract.h"
#include "rag/domain/select.h"

enum { DOCUMENTS_MAX = 3 };

static const double THRESHOLD = 0.35;

#define DOCUMENT(name, code, called, ...)                               \
    static const rag_passage name = {.text = ANC_STR_INIT(__VA_ARGS__), \
                                     .title = ANC_STR_INIT(called),     \
                                     .language = ANC_STR_INIT(code),    \
                                     .score = 0.6}

typedef struct told_row {
    const rag_passage *documents[DOCUMENTS_MAX]; /* the rest NULL */
    const char *name;                            /* the question */
    const char *wanted;                          /* stands in the answer; NULL: nothing is said */
} told_row;

/* All that is said to a question about at most DOCUMENTS_MAX documents, the rest NULL; empty: it is declined. */
static inline anc_str answer_of(anc_arena *mem, const char *asked,
                                const rag_passage *const *documents)
{
    anc_err err = {ANC_OK, NULL, "", ""};
    const anc_str question = anc_str_of(asked);
    rag_passage *given = anc_arena_alloc(mem, DOCUMENTS_MAX, sizeof *given);
    size_t keep[DOCUMENTS_MAX];
    size_t n = 0;
    rag_selection selection;
    rag_extraction *x;
    anc_str said;
    assert_non_null(given);
    for (; n < DOCUMENTS_MAX && documents[n] != NULL; n++)
        given[n] = *documents[n];
    ASSERT_OK(rag_select(mem, question, given, n, n, keep, &selection, &err), &err);
    ASSERT_OK(rag_extraction_new(mem, question, given, n, &x, &err), &err);
    const rag_choice choice = rag_extraction_choose(x);
    if (!rag_choice_answers(&choice, given[0].score, selection.unread, THRESHOLD))
        return ANC_STR("");
    ASSERT_OK(rag_choice_render(mem, &choice, given, &said, &err), &err);
    return said;
}

/* A test of a row. */
static inline void is_told(void **state)
{
    const told_row *row = *state;
    ANC_ARENA(mem, 16 << 20);
    const anc_str said = answer_of(mem, row->name, row->documents);
    if (row->wanted == NULL && said.len > 0)
        fail_msg("%s told: %.*s", row->name, ANC_FMT(said));
    if (row->wanted != NULL && anc_str_find(said, anc_str_of(row->wanted)) == SIZE_MAX)
        fail_msg("%s told: %.*s", row->name, ANC_FMT(said));
}

#endif
