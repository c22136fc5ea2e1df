/* test_command_table.c - what help, manual page and completion are made from holds together. */
#include "support/test.h"

#include <string.h>

#include "context.h"
#include "suggest.h"

static bool is_option(const cli_option *options, anc_str name)
{
    for (; options->name != NULL; options++)
        if (anc_str_eq(anc_str_of(options->name), name))
            return true;
    return false;
}

static bool is_letter(const cli_option *options, char letter)
{
    for (; options->name != NULL; options++)
        if (options->letter == letter)
            return true;
    return false;
}

static void check_option(const cli_command *c, const cli_option *o)
{
    anc_str verb;
    if (is_option(cli_common_options, anc_str_of(o->name)) ||
        (o->letter != 0 && is_letter(cli_common_options, o->letter)))
        fail_msg("%s --%s is an option of every command too", c->name, o->name);
    for (const cli_option *other = c->options; other != o; other++)
        if (strcmp(other->name, o->name) == 0 || (o->letter != 0 && other->letter == o->letter))
            fail_msg("%s --%s stands there twice", c->name, o->name);
    for (const char *rest = o->verbs; cli_part_next(&rest, &verb);)
        if (cli_verb_find(c, verb) == NULL)
            fail_msg("%s --%s goes with no verb %.*s", c->name, o->name, ANC_FMT(verb));
    assert_true(o->help[0] != '\0');
    assert_true(o->choices == NULL || o->value != NULL);
}

static void commands_hold_together(void **state)
{
    (void)state;
    for (const cli_command *c = cli_commands; c->name != NULL; c++) {
        assert_true(c->summary[0] != '\0' && c->summary[strlen(c->summary) - 1] != '.');
        assert_ptr_equal(cli_command_find(anc_str_of(c->name)), c);
        assert_true((c->verbs != NULL) != (c->run != NULL));
        for (const cli_option *o = c->options; o->name != NULL; o++)
            check_option(c, o);
        for (const cli_verb *v = c->verbs; v != NULL && v->name != NULL; v++) {
            assert_ptr_equal(cli_verb_find(c, anc_str_of(v->name)), v);
            assert_true(v->run != NULL && v->least <= v->most && v->summary[0] != '\0');
            assert_true((v->most > 0) == (v->words[0] != '\0'));
        }
    }
}

/* The words of an example up to where the shell does something else with them. */
static void check_example(const cli_command *c, anc_str line)
{
    anc_str word;
    size_t at = 0;
    while (anc_str_split(&line, ' ', &word)) {
        if (anc_str_eq(word, ANC_STR("|")) || anc_str_eq(word, ANC_STR(">")))
            break;
        if (at == 2 && c->verbs != NULL && cli_verb_find(c, word) == NULL)
            fail_msg("%s has no %.*s", c->name, ANC_FMT(word));
        at++;
        if (word.len < 2 || word.ptr[0] != '-')
            continue;
        const bool is_long = anc_str_starts(word, ANC_STR("--"));
        const anc_str name = anc_str_sub(word, is_long ? 2 : 1, word.len);
        if (is_long ? !is_option(c->options, name) && !is_option(cli_common_options, name)
                    : !is_letter(c->options, name.ptr[0]) &&
                          !is_letter(cli_common_options, name.ptr[0]))
            fail_msg("the example of %s has %.*s, which it does not take", c->name, ANC_FMT(word));
    }
}

static void examples_are_commands(void **state)
{
    (void)state;
    for (const cli_command *c = cli_commands; c->name != NULL; c++) {
        anc_str rest = anc_str_trim(anc_str_of(c->examples)), line;
        bool own = false;
        while (anc_str_split(&rest, '\n', &line)) {
            const size_t start = anc_str_find(line, ANC_STR("anchorage "));
            if (start == SIZE_MAX) { /* of a client that speaks to it */
                assert_true(anc_str_starts(line, ANC_STR("redis-cli ")));
                continue;
            }
            const anc_str from = anc_str_sub(line, start, line.len);
            const anc_str behind = anc_str_sub(from, 10, from.len);
            own = own || anc_str_starts(behind, anc_str_of(c->name));
            if (start == 0)
                check_example(c, from);
        }
        if (!own)
            fail_msg("%s has no example", c->name);
    }
}

static void every_exit_code_of_a_status_is_told(void **state)
{
    (void)state;
    for (int s = 0; s < ANC_STATUS_COUNT; s++) {
        const cli_exit_row *row = cli_exit_rows;
        while (row->text != NULL && row->code != cli_exit_code((anc_status)s))
            row++;
        if (row->text == NULL)
            fail_msg("%s ends with %d", anc_status_info((anc_status)s)->name,
                     cli_exit_code((anc_status)s));
    }
}

static void a_name_that_is_nearly_one_is_guessed(void **state)
{
    static const struct {
        const char *given, *meant; /* NULL: nothing is near */
    } rows[] = {
        {"exprot", "export"},
        {"serch", "search"},
        {"stat", "status"},
        {"colections", "collections"},
        {"deadletters", "dead-letters"},
        {"ingset", "ingest"},
        {"fly", NULL},
        {"x", NULL},
        {"", NULL},
        {"a-word-that-is-longer-than-any-name-here", NULL},
    };
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        cli_guess guess = cli_guess_of(anc_str_of(rows[i].given));
        for (const cli_command *c = cli_commands; c->name != NULL; c++)
            cli_guess_try(&guess, c->name);
        const bool same = rows[i].meant == NULL
                              ? guess.name == NULL
                              : guess.name != NULL && strcmp(guess.name, rows[i].meant) == 0;
        if (!same)
            fail_msg("'%s' is taken for %s", rows[i].given, guess.name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_hold_together),
        cmocka_unit_test(a_name_that_is_nearly_one_is_guessed),
        cmocka_unit_test(examples_are_commands),
        cmocka_unit_test(every_exit_code_of_a_status_is_told),
    };
    return cmocka_run_group_tests_name("table of commands", tests, NULL, NULL);
}
