/* test_intent.c - the kinds of questions. */
#include "support/test.h"

#include "base/str.h"
#include "rag/domain/intent.h"

typedef struct intent_row {
    const char *name, *question, *intent;
} intent_row;

static const intent_row rows[] = {
    {"one fact", "How heavy is it?", "semantic"},
    {"greeting", "Hello there!", "chit_chat"},
    {"greeting and a question", "Hello, how many days of leave do I get?", "semantic"},
    {"a code", "What does E11 mean?", "hybrid"},
    {"quotes", "Where does \"open the lid\" stand?", "hybrid"},
    {"documents", "Which documents were written by Ada?", "metadata"},
    {"French", "Pourquoi comparer la Balise et le Calame ?", "semantic"},
};

static void intent_is_as_told(void **state)
{
    const intent_row *row = *state;
    const anc_str intent = rag_intent_of(anc_str_of(row->question));
    if (!anc_str_eq(intent, anc_str_of(row->intent)))
        fail_msg("%.*s", ANC_FMT(intent));
}

int main(void)
{
    return RUN_TABLE("intents", rows, intent_is_as_told);
}
