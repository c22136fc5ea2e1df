/* args.c - the command line read into a context, and the help texts made from the same tables. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "context.h"
#include "json/json.h"

enum { ARENA_BYTES = 1 << 30, HELP_COLUMN = 26, SHOWN_BYTES = 80 };

/* Options of every command. */
static const cli_option common_options[] = {
    {"url", 0, "URL", NULL, "server to use (environment ANCHORAGE_URL)"},
    {"data-dir", 0, "DIR", "data_dir", "data folder (default ~/.local/share/anchorage/data)"},
    {"models-dir", 0, "DIR", "models_dir", "folder of the models"},
    {"config", 0, "FILE", NULL, "configuration file (default ./anchorage.yaml where it exists)"},
    {"set", 0, "KEY=VALUE", NULL, "set any key of the configuration"},
    {"json", 0, NULL, NULL, "print JSON"},
    {"quiet", 'q', NULL, NULL, "no progress"},
    {"help", 'h', NULL, NULL, "this text"},
    {NULL, 0, NULL, NULL, NULL},
};

static void print_options(const cli_option *options)
{
    for (; options->name != NULL; options++) {
        char left[64];
        const int n = snprintf(
            left, sizeof left, "  %c%c%s--%s%s%s", options->letter != 0 ? '-' : ' ',
            options->letter != 0 ? options->letter : ' ', options->letter != 0 ? ", " : "  ",
            options->name, options->value != NULL ? " " : "",
            options->value != NULL ? options->value : "");
        if (n >= HELP_COLUMN)
            (void)printf("%s\n%*s%s\n", left, HELP_COLUMN, "", options->help);
        else
            (void)printf("%-*s%s\n", HELP_COLUMN, left, options->help);
    }
}

static void print_help(const cli_command *command)
{
    (void)printf("Usage: anchorage %s [options]%s%s\n\n%c%s.\n\n%s\n", command->name,
                 command->words[0] != '\0' ? " " : "", command->words,
                 command->summary[0] - 'a' + 'A', command->summary + 1, command->text);
    if (command->options->name != NULL) {
        (void)printf("Options:\n");
        print_options(command->options);
        (void)printf("\n");
    }
    (void)printf("Common options:\n");
    print_options(common_options);
    (void)printf("\nExit codes: 0 done, 1 failed, 2 wrong command line or input, 3 no such thing,\n"
                 "4 server not reachable or busy.\n");
}

static void print_overview(FILE *out)
{
    (void)fprintf(out, "anchorage: answers anchored in your documents\n\n"
                       "Usage: anchorage COMMAND [options] …\n\nCommands:\n");
    for (const cli_command *c = cli_commands; c->name != NULL; c++)
        (void)fprintf(out, "  %-10s %s\n", c->name, c->summary);
    (void)fprintf(out,
                  "\n`anchorage COMMAND --help` tells more. A command uses the running server of "
                  "the data\nfolder, and starts one inside itself when none is running.\n");
}

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
    if (anc_str_eq(name, ANC_STR("url"))) {
        cx->url = value;
    } else if (anc_str_eq(name, ANC_STR("config"))) {
        cx->settings.config_file = value;
    } else if (anc_str_eq(name, ANC_STR("json"))) {
        cx->json = true;
    } else if (anc_str_eq(name, ANC_STR("quiet"))) {
        cx->quiet = true;
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
    if (option->setting != NULL &&
        !add_setting(cx, anc_str_of(option->setting), value, option->name))
        return cli_usage_error(cx, "too many settings, at most %d", CLI_MAX_SETTINGS);
    if (common && option->setting == NULL)
        return take_common(cx, option, value);
    if (cx->n_given == CLI_MAX_OPTIONS)
        return cli_usage_error(cx, "too many options, at most %d", CLI_MAX_OPTIONS);
    cx->given[cx->n_given] = option;
    cx->values[cx->n_given++] = value;
    return CLI_OK;
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
        option =
            is_long ? find_long(common_options, name) : find_letter(common_options, name.ptr[0]);
    }
    if (option == NULL || (!is_long && name.len != 1))
        return cli_usage_error(cx, "unknown option '%.*s'", ANC_FMT(word));
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

static int read_line(cli_context *cx, int argc, char **argv, bool *ret_help)
{
    bool only_words = false;
    const int fits = check_text(cx, argc, argv);
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
            if (cx->n_words == CLI_MAX_WORDS)
                return cli_usage_error(cx, "more than %d arguments", CLI_MAX_WORDS);
            cx->words[cx->n_words++] = word;
        }
    }
    return CLI_OK;
}

anc_str cli_value(const cli_context *cx, const char *name)
{
    anc_str value = ANC_STR_NONE;
    for (size_t i = 0; i < cx->n_given; i++)
        if (strcmp(cx->given[i]->name, name) == 0)
            value = cx->values[i];
    return value;
}

bool cli_given(const cli_context *cx, const char *name)
{
    return cli_value(cx, name).ptr != NULL;
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

int cli_exit_code(anc_status status)
{
    switch (status) {
    case ANC_OK:
        return CLI_OK;
    case ANC_INVALID:
    case ANC_UNSUPPORTED:
        return CLI_USAGE;
    case ANC_NOT_FOUND:
        return CLI_NOT_FOUND;
    case ANC_UNAVAILABLE:
    case ANC_RATE_LIMITED:
        return CLI_UNREACHABLE;
    case ANC_CANCELLED:
        return CLI_INTERRUPTED;
    case ANC_UNAUTHENTICATED:
    case ANC_FORBIDDEN:
    case ANC_TOO_SLOW:
    case ANC_CONFLICT:
    case ANC_LIMIT:
    case ANC_CORRUPT:
    case ANC_BUG:
    case ANC_NOT_IMPLEMENTED:
    case ANC_PROVIDER:
    case ANC_NO_MEMORY:
    case ANC_IO:
    case ANC_DEADLINE:
    case ANC_DISK_FULL:
    case ANC_STATUS_COUNT:
        return CLI_FAILED;
    }
    return CLI_FAILED;
}

int cli_report(const cli_context *cx, anc_status status, const anc_err *err)
{
    const anc_status_row *row = anc_status_info(status);
    const char *text = err->text[0] != '\0' ? err->text : row->text;
    if (cx->json) {
        ANC_BUF(out, 1 << 16);
        json_writer w = json_writer_of(&out);
        json_open_object(&w);
        json_put_str(&w, "error", anc_str_of(row->name));
        json_put_int(&w, "status", row->http);
        json_put_str(&w, "detail", anc_str_of(text));
        json_close_object(&w);
        (void)fprintf(stderr, "%s\n", out.ptr != NULL ? out.ptr : "{}");
    } else {
        (void)fprintf(stderr, "anchorage: %s\n", text);
    }
    return cli_exit_code(status);
}

int cli_usage_error(const cli_context *cx, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)fprintf(stderr, "anchorage: ");
    (void)vfprintf(stderr, fmt, args);
    (void)fprintf(stderr, "\nTry: anchorage %s --help\n",
                  cx->command != NULL ? cx->command->name : "");
    va_end(args);
    return CLI_USAGE;
}

static int run_command(cli_context *cx, int argc, char **argv)
{
    bool help = false;
    const char *url = getenv("ANCHORAGE_URL"), *key = getenv("ANCHORAGE_API_KEY");
    cx->url = anc_str_of(url);
    cx->key = anc_str_of(key);
    const int code = read_line(cx, argc, argv, &help);
    if (help) {
        print_help(cx->command);
        return CLI_OK;
    }
    return code != CLI_OK ? code : cx->command->run(cx);
}

static const cli_command *find_command(const char *name)
{
    for (const cli_command *c = cli_commands; c->name != NULL; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

int cli_main(int argc, char **argv, const cli_host *host)
{
    const char *name = argc > 1 ? argv[1] : "--help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        const cli_command *about = argc > 2 ? find_command(argv[2]) : NULL;
        if (about != NULL)
            print_help(about);
        else
            print_overview(stdout);
        return CLI_OK;
    }
    if (strcmp(name, "--version") == 0)
        name = "version";
    cli_context *cx = calloc(1, sizeof *cx);
    if (cx == NULL || (cx->mem = anc_arena_new(ARENA_BYTES)) == NULL) {
        free(cx);
        return CLI_FAILED;
    }
    cx->host = host;
    cx->command = find_command(name);
    int code;
    if (cx->command == NULL) {
        (void)fprintf(stderr, "anchorage: unknown command '%s'\n\n", name);
        print_overview(stderr);
        code = CLI_USAGE;
    } else {
        code = run_command(cx, argc - 2, argv + 2);
    }
    anc_arena_free(cx->mem);
    free(cx);
    return code;
}
