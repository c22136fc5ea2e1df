/* args.c - the command line read into a context by the tables of commands and options. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "context.h"
#include "suggest.h"

enum { ARENA_BYTES = 1 << 30, SHOWN_BYTES = 80 };

static const cli_option *find_long(const cli_option *options, anc_str name)
{
    for (; options->name != NULL; options++)
        if (anc_str_eq(anc_str_of(options->name), name))
            return options;
    return NULL;
}

static const cli_option *find_letter(const cli_option *options, char letter)
{
    for (; options->name != NULL; options++)
        if (options->letter == letter)
            return options;
    return NULL;
}

const cli_command *cli_command_find(anc_str name)
{
    for (const cli_command *c = cli_commands; c->name != NULL; c++)
        if (anc_str_eq(anc_str_of(c->name), name))
            return c;
    return NULL;
}

const cli_verb *cli_verb_find(const cli_command *command, anc_str name)
{
    for (const cli_verb *v = command->verbs; v != NULL && v->name != NULL; v++)
        if (anc_str_eq(anc_str_of(v->name), name))
            return v;
    return NULL;
}

bool cli_part_next(const char **rest, anc_str *ret)
{
    if (*rest == NULL || **rest == '\0')
        return false;
    const size_t n = strcspn(*rest, "|");
    *ret = (anc_str){*rest, n};
    *rest += n + ((*rest)[n] == '|');
    return true;
}

bool cli_has_part(const char *parts, anc_str part)
{
    anc_str one;
    while (cli_part_next(&parts, &one))
        if (anc_str_eq(one, part))
            return true;
    return false;
}

static bool add_setting(cli_context *cx, anc_str key, anc_str value, const char *origin)
{
    if (cx->settings.n == CLI_MAX_SETTINGS)
        return false;
    cx->settings.items[cx->settings.n++] = (cli_setting){key, value, origin};
    return true;
}

static int take_common(cli_context *cx, const cli_option *option, anc_str value)
{
    const anc_str name = anc_str_of(option->name);
    if (anc_str_eq(name, ANC_STR("url")) || anc_str_eq(name, ANC_STR("server"))) {
        cx->url = value;
    } else if (anc_str_eq(name, ANC_STR("config"))) {
        cx->settings.config_file = value;
    } else if (anc_str_eq(name, ANC_STR("json"))) {
        cx->json = true;
    } else if (anc_str_eq(name, ANC_STR("quiet"))) {
        cx->quiet = true;
    } else if (anc_str_eq(name, ANC_STR("no-start"))) {
        cx->no_start = true;
    } else {
        const size_t eq = anc_str_find(value, ANC_STR("="));
        if (eq == SIZE_MAX || eq == 0)
            return cli_usage_error(cx, "--set takes KEY=VALUE, not '%.*s'", ANC_FMT(value));
        if (!add_setting(cx, anc_str_sub(value, 0, eq), anc_str_sub(value, eq + 1, value.len),
                         "--set"))
            return cli_usage_error(cx, "too many settings, at most %d", CLI_MAX_SETTINGS);
    }
    return CLI_OK;
}

static int take_option(cli_context *cx, const cli_option *option, bool common, anc_str value)
{
    if (option->choices != NULL && !cli_has_part(option->choices, value))
        return cli_usage_error(cx, "--%s takes %s, not '%.*s'", option->name, option->choices,
                               ANC_FMT(value));
    if (option->setting != NULL &&
        !add_setting(cx, anc_str_of(option->setting), value, option->name))
        return cli_usage_error(cx, "too many settings, at most %d", CLI_MAX_SETTINGS);
    if (common && option->setting == NULL)
        return take_common(cx, option, value);
    cx->given[cx->n_given] = option;
    cx->values[cx->n_given++] = value;
    return CLI_OK;
}

static int unknown_option(const cli_context *cx, anc_str word, anc_str name)
{
    cli_guess guess = cli_guess_of(name);
    const cli_option *const tables[] = {cx->command->options, cli_common_options};
    for (size_t t = 0; t < ANC_COUNT(tables); t++)
        for (const cli_option *o = tables[t]; o->name != NULL; o++)
            cli_guess_try(&guess, o->name);
    if (guess.name == NULL)
        return cli_usage_error(cx, "unknown option '%.*s'", ANC_FMT(word));
    return cli_usage_error(cx, "unknown option '%.*s'; did you mean --%s?", ANC_FMT(word),
                           guess.name);
}

static int unknown_command(anc_str name)
{
    cli_guess guess = cli_guess_of(name);
    if (anc_str_starts(name, ANC_STR("-"))) {
        (void)fprintf(stderr, "anchorage: '%.*s': the command comes first, its options behind it\n",
                      ANC_FMT(name));
        (void)fprintf(stderr, "Try: anchorage help\n");
        return CLI_USAGE;
    }
    for (const cli_command *c = cli_commands; c->name != NULL; c++)
        cli_guess_try(&guess, c->name);
    (void)fprintf(stderr, "anchorage: unknown command '%.*s'", ANC_FMT(name));
    if (guess.name != NULL) {
        (void)fprintf(stderr, "; did you mean `%s`?\nTry: anchorage help\n", guess.name);
        return CLI_USAGE;
    }
    (void)fputs("\n\n", stderr);
    cli_print_overview(stderr);
    return CLI_USAGE;
}

/* Reads the option in argv[*i]; a value may stand in the same word ("--top-k=3") or the next. */
static int read_option(cli_context *cx, int argc, char **argv, int *i, bool *ret_help)
{
    const anc_str word = anc_str_of(argv[*i]);
    const bool is_long = anc_str_starts(word, ANC_STR("--"));
    anc_str name = anc_str_sub(word, is_long ? 2 : 1, word.len), value = ANC_STR_NONE;
    const size_t eq = is_long ? anc_str_find(name, ANC_STR("=")) : SIZE_MAX;
    if (eq != SIZE_MAX) {
        value = anc_str_sub(name, eq + 1, name.len);
        name = anc_str_sub(name, 0, eq);
    }
    bool common = false;
    const cli_option *option = is_long ? find_long(cx->command->options, name)
                                       : find_letter(cx->command->options, name.ptr[0]);
    if (option == NULL) {
        common = true;
        option = is_long ? find_long(cli_common_options, name)
                         : find_letter(cli_common_options, name.ptr[0]);
    }
    if (option == NULL || (!is_long && name.len != 1))
        return unknown_option(cx, word, name);
    if (option->letter == 'h') {
        *ret_help = true;
        return CLI_OK;
    }
    if (option->value == NULL && value.ptr != NULL)
        return cli_usage_error(cx, "--%s takes no value", option->name);
    if (option->value != NULL && value.ptr == NULL) {
        if (*i + 1 >= argc)
            return cli_usage_error(cx, "--%s needs a value: %s", option->name, option->value);
        value = anc_str_of(argv[++*i]);
    }
    return take_option(cx, option, common, option->value != NULL ? value : ANC_STR(""));
}

/* Bytes that are no UTF-8 can neither be sent nor be shown: the word is refused by its place and
 * what of it can be read. */
static int check_text(cli_context *cx, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        const anc_str word = anc_str_of(argv[i]);
        ANC_BUF(shown, 512);
        if (anc_utf8_valid(word))
            continue;
        for (size_t k = 0; k < word.len && k < SHOWN_BYTES; k++) {
            const unsigned char c = (unsigned char)word.ptr[k];
            if (c >= 0x20 && c < 0x7F)
                (void)anc_buf_add_char(&shown, (char)c);
            else
                (void)anc_buf_printf(&shown, "\\x%02x", c);
        }
        return cli_usage_error(cx, "argument %d is not valid UTF-8: '%.*s'", i + 1,
                               ANC_FMT(anc_buf_view(&shown)));
    }
    return CLI_OK;
}

/* Every word and option of the line; each is at most once in one of the arrays. */
static int read_line(cli_context *cx, int argc, char **argv, bool *ret_help)
{
    bool only_words = false;
    const int fits = check_text(cx, argc, argv);
    const size_t n = argc > 0 ? (size_t)argc : 1;
    cx->given = anc_arena_alloc(cx->mem, n, sizeof(cx->given[0]));
    cx->values = anc_arena_alloc(cx->mem, n, sizeof *cx->values);
    cx->words = anc_arena_alloc(cx->mem, n, sizeof *cx->words);
    if (cx->given == NULL || cx->values == NULL || cx->words == NULL)
        return cli_usage_error(cx, "the command line is too long");
    if (fits != CLI_OK)
        return fits;
    for (int i = 0; i < argc; i++) {
        const anc_str word = anc_str_of(argv[i]);
        if (!only_words && anc_str_eq(word, ANC_STR("--"))) {
            only_words = true;
        } else if (!only_words && word.len > 1 && word.ptr[0] == '-') {
            const int code = read_option(cx, argc, argv, &i, ret_help);
            if (code != CLI_OK || *ret_help)
                return code;
        } else {
            cx->words[cx->n_words++] = word;
        }
    }
    return CLI_OK;
}

/* The first word says which verb; without one it is the first of the table. */
static int find_verb(cli_context *cx)
{
    ANC_BUF(known, 512);
    cx->verb = cx->command->verbs;
    if (cx->verb == NULL || cx->n_words == 0)
        return CLI_OK;
    cx->verb = cli_verb_find(cx->command, cx->words[0]);
    if (cx->verb != NULL) {
        cx->words++;
        cx->n_words--;
        return CLI_OK;
    }
    for (const cli_verb *v = cx->command->verbs; v->name != NULL; v++)
        (void)anc_buf_printf(&known, "%s%s", v == cx->command->verbs ? "" : ", ", v->name);
    return cli_usage_error(cx, "there is no `%s %.*s`; there are: %.*s", cx->command->name,
                           ANC_FMT(cx->words[0]), ANC_FMT(anc_buf_view(&known)));
}

static int check_verb(cli_context *cx)
{
    const cli_verb *verb = cx->verb;
    if (verb == NULL)
        return CLI_OK;
    if (cx->n_words < verb->least)
        return cli_usage_error(cx, "`%s %s` needs %s", cx->command->name, verb->name, verb->words);
    if (cx->n_words > verb->most)
        return cli_usage_error(cx, "`%s %s` does not take '%.*s'", cx->command->name, verb->name,
                               ANC_FMT(cx->words[verb->most]));
    for (size_t i = 0; i < cx->n_given; i++)
        if (cx->given[i]->verbs != NULL &&
            !cli_has_part(cx->given[i]->verbs, anc_str_of(verb->name)))
            return cli_usage_error(cx, "--%s does not go with `%s %s`", cx->given[i]->name,
                                   cx->command->name, verb->name);
    return CLI_OK;
}

anc_str cli_value(const cli_context *cx, const char *name)
{
    anc_str value = ANC_STR_NONE;
    for (size_t at = 0; cli_next_value(cx, name, &at, &value);) {
    }
    return value;
}

bool cli_given(const cli_context *cx, const char *name)
{
    return cli_value(cx, name).ptr != NULL;
}

bool cli_next_value(const cli_context *cx, const char *name, size_t *at, anc_str *ret)
{
    for (; *at < cx->n_given; (*at)++)
        if (strcmp(cx->given[*at]->name, name) == 0) {
            *ret = cx->values[(*at)++];
            return true;
        }
    return false;
}

int cli_number(cli_context *cx, const char *name, uint64_t least, uint64_t most, uint64_t otherwise,
               uint64_t *ret)
{
    const anc_str text = cli_value(cx, name);
    uint64_t n = otherwise;
    if (text.ptr != NULL && (!anc_str_to_u64(text, &n) || n < least || n > most))
        return cli_usage_error(cx, "--%s takes a number from %llu to %llu, not '%.*s'", name,
                               (unsigned long long)least, (unsigned long long)most, ANC_FMT(text));
    *ret = n;
    return CLI_OK;
}

anc_str cli_joined_words(cli_context *cx)
{
    ANC_BUF(joined, 1 << 20);
    for (size_t i = 0; i < cx->n_words; i++) {
        if (i > 0)
            (void)anc_buf_add_char(&joined, ' ');
        (void)anc_buf_add(&joined, cx->words[i]);
    }
    return anc_arena_copy(cx->mem, anc_buf_view(&joined));
}

static int run_command(cli_context *cx, int argc, char **argv)
{
    bool help = false;
    cx->url = anc_str_of(getenv("ANCHORAGE_URL"));
    cx->key = anc_str_of(getenv("ANCHORAGE_API_KEY"));
    int code = read_line(cx, argc, argv, &help);
    if (help) {
        cli_print_help(cx->command, stdout);
        return CLI_OK;
    }
    if (code == CLI_OK)
        code = find_verb(cx);
    if (code == CLI_OK)
        code = check_verb(cx);
    if (code == CLI_OK && cx->command->verbs == NULL && cx->command->words[0] == '\0' &&
        cx->n_words > 0)
        code = cli_usage_error(cx, "`%s` does not take '%.*s'", cx->command->name,
                               ANC_FMT(cx->words[0]));
    if (code != CLI_OK)
        return code;
    return cx->verb != NULL ? cx->verb->run(cx) : cx->command->run(cx);
}

/* What could not be written is no success. A reader that left (head) knows that it did. */
static int check_output(int code)
{
    errno = 0;
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return code;
    if (errno != EPIPE && code == CLI_OK)
        (void)fprintf(stderr, "anchorage: writing the output: %s\n",
                      errno != 0 ? strerror(errno) : "not all of it could be written");
    return code == CLI_OK ? CLI_FAILED : code;
}

int cli_main(int argc, char **argv, const cli_host *host)
{
    const char *name = argc > 1 ? argv[1] : "help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    cli_context *cx = calloc(1, sizeof *cx);
    if (cx == NULL || (cx->mem = anc_arena_new(ARENA_BYTES)) == NULL) {
        free(cx);
        return CLI_FAILED;
    }
    cx->host = host;
    cx->command = cli_command_find(anc_str_of(name));
    const int code = cx->command != NULL ? run_command(cx, argc - 2, argv + 2)
                                         : unknown_command(anc_str_of(name));
    anc_arena_free(cx->mem);
    free(cx);
    return check_output(code);
}
