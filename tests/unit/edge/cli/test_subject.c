/* test_subject.c - a place in a request is told by the option that it came from. */
#include "support/test.h"

#include <string.h>

#include "subject.h"

enum { GIVEN_MOST = 4 };

typedef struct row {
    const char *command;
    const char *given[GIVEN_MOST][2]; /* name and value */
    const char *pointer, *subject;    /* NULL: none */
} row;

static const row rows[] = {
    {"ask", {{"top-k", "99"}}, "/top_k", "--top-k"},
    {"ask", {{"mode", "auto"}}, "/top_k", NULL},
    {"ask", {{"conversation", "x"}}, "/conversation_id", "--conversation"},
    {"search", {{"collection", "a"}}, "/collections/0", "--collection"},
    {"tracking", {{"since", "x"}}, "?since", "--since"},
    {"tracking", {{"text", "x"}}, "?q", "--text"},
    {"tracking", {{"zero-results", ""}}, "?zero_results", "--zero-results"},
    {"search", {{"filter", "a=1"}, {"filter", "b=2"}}, "/filters/and/1/value", "--filter 'b=2'"},
    {"search",
     {{"filter", "a=1"}, {"filters", "{}"}},
     "/filters/and/1/not/op",
     "--filters at /not/op"},
    {"search", {{"filters", "{}"}}, "/filters/and/0/op", "--filters at /and/0/op"},
    {"search", {{"filters", "{}"}}, "/filters", "--filters"},
    {"search", {{"filter", "a=1"}}, "/filters", "--filter"},
    {"search", {{"filter", "a=1"}}, "", NULL},
    {"search", {{"filter", "a=1"}}, "/query", NULL},
};

static const cli_option *option_of(const cli_command *command, const char *name)
{
    const cli_option *o = command->options;
    while (o->name != NULL && strcmp(o->name, name) != 0)
        o++;
    assert_non_null(o->name);
    return o;
}

static void subjects(void **state)
{
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        const row *r = &rows[i];
        const cli_option *given[GIVEN_MOST];
        anc_str values[GIVEN_MOST];
        cli_context cx = {
            .command = cli_command_find(anc_str_of(r->command)), .given = given, .values = values};
        ANC_BUF(out, 1 << 12);
        for (; cx.n_given < GIVEN_MOST && r->given[cx.n_given][0] != NULL; cx.n_given++) {
            given[cx.n_given] = option_of(cx.command, r->given[cx.n_given][0]);
            values[cx.n_given] = anc_str_of(r->given[cx.n_given][1]);
        }
        const bool found = cli_subject(&cx, anc_str_of(r->pointer), &out);
        if (found != (r->subject != NULL) ||
            !anc_str_eq(anc_buf_view(&out), anc_str_of(r->subject)))
            fail_msg("%s: %.*s", r->pointer, ANC_FMT(anc_buf_view(&out)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subjects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
