/* meant.h - rows of conversations: what was said, the question that follows, and what it means alone. */
#ifndef ANC_TESTS_SUPPORT_RAG_MEANT_H
#define ANC_TESTS_SUPPORT_RAG_MEANT_H

#include "support/test.h"

#include "base/str.h"
#include "rag/domain/followup.h"

enum { MEANT_TURNS = 5 };

typedef struct meant_row {
    const char *name;
    rag_exchange said[MEANT_TURNS]; /* oldest first; what is not there has no question */
    const char *question, *meant;
} meant_row;

#define SAID(question, answer)                       \
    {                                                \
        ANC_STR_INIT(question), ANC_STR_INIT(answer) \
    }

/* The test of a row, in its state. */
static inline void it_means(void **state)
{
    const meant_row *r = *state;
    ANC_ARENA(mem, 4 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    anc_str meant;
    size_t n = 0;
    while (n < MEANT_TURNS && r->said[n].question.len > 0)
        n++;
    ASSERT_OK(rag_stand_alone(mem, anc_str_of(r->question), r->said, n, &meant, &err), &err);
    if (!anc_str_eq(meant, anc_str_of(r->meant)))
        fail_msg("\"%.*s\" is not \"%s\"", ANC_FMT(meant), r->meant);
}

#endif
