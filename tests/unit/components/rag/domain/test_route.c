/* test_route.c - intent, complexity and tier of questions. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "rag/domain/route.h"

typedef struct route_row {
    const char *name, *question;
    size_t turns;
    const char *intent, *tier, *reason; /* a part of it */
} route_row;

static const route_row rows[] = {
    {"one fact", "How heavy is it?", 0, "semantic", "Q2", "questions 0.5"},
    {"greeting", "Hello there!", 0, "chit_chat", "Q2", "length"},
    {"greeting and a question", "Hello, how many days of leave do I get?", 0, "semantic", "Q2", ""},
    {"a code", "What does E11 mean?", 0, "hybrid", "Q2", ""},
    {"quotes", "Where does \"open the lid\" stand?", 0, "hybrid", "Q2", ""},
    {"documents", "Which documents were written by Ada?", 0, "metadata", "Q2", ""},
    {"comparison and reason",
     "Why is the Skep better than the Murmur, and what is the difference in price?", 0, "semantic",
     "Q3", "comparison 3.0"},
    {"enumeration", "List all instruments and explain each.", 0, "semantic", "Q3",
     "enumeration 2.0"},
    {"history counts", "And there?", 3, "semantic", "Q2", "history 0.5"},
    {"French", "Pourquoi comparer la Balise et le Calame, et quelles conséquences ?", 0, "semantic",
     "Q4", "reasoning 3.0"},
};

static void route_is_as_told(void **state)
{
    const route_row *row = *state;
    const rag_route route = rag_route_of(anc_str_of(row->question), row->turns);
    assert_true(route.complexity >= 0 && route.complexity <= 10);
    if (!anc_str_eq(route.intent, anc_str_of(row->intent)) ||
        !anc_str_eq(route.tier, anc_str_of(row->tier)) || strstr(route.reason, row->reason) == NULL)
        fail_msg("%.*s, %.*s, %.1f: %s", ANC_FMT(route.intent), ANC_FMT(route.tier),
                 route.complexity, route.reason);
}

int main(void)
{
    return RUN_TABLE("routes", rows, route_is_as_told);
}
