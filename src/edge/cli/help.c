/* help.c - the help of a command and the list of commands, made from the tables. */
#include <ctype.h>
#include <stdio.h>

#include "base/utf8.h"
#include "context.h"

enum { HELP_COLUMN = 26, VERB_COLUMN = 22 };

const cli_option cli_common_options[] = {
    {.name = "url",
     .value = "URL",
     .help = "server to use, with or without http:// (environment ANCHORAGE_URL)"},
    {.name = "server", .value = "URL", .help = "as --url"},
    {.name = "data-dir",
     .value = "DIR",
     .setting = "data_dir",
     .help = "data folder (default ~/.local/share/anchorage/data)"},
    {.name = "models-dir", .value = "DIR", .setting = "models_dir", .help = "folder of the models"},
    {.name = "config",
     .value = "FILE",
     .help = "configuration file (default ./anchorage.yaml where it exists)"},
    {.name = "set", .value = "KEY=VALUE", .help = "set any key of the configuration"},
    {.name = "no-start", .help = "fail where no server answers, instead of starting one inside"},
    {.name = "json", .help = "print JSON"},
    {.name = "quiet", .letter = 'q', .help = "no progress"},
    {.name = "help", .letter = 'h', .help = "this text"},
    {.name = NULL},
};

void cli_option_left(const cli_option *option, char out[64])
{
    (void)snprintf(out, 64, "%c%c%s--%s%s%s", option->letter != 0 ? '-' : ' ',
                   option->letter != 0 ? option->letter : ' ', option->letter != 0 ? ", " : "  ",
                   option->name, option->value != NULL ? " " : "",
                   option->value != NULL ? option->value : "");
}

static void print_row(FILE *out, const char *left, int column, const char *help, const char *verbs)
{
    const int width = (int)anc_utf8_count(anc_str_of(left)) + 2;
    if (width >= column)
        (void)fprintf(out, "  %s\n%*s%s", left, column, "", help);
    else
        (void)fprintf(out, "  %s%*s%s", left, column - width, "", help);
    if (verbs != NULL) {
        (void)fputs(" (", out);
        for (const char *c = verbs; *c != '\0'; c++)
            (void)fputs(*c == '|' ? ", " : (char[]){*c, '\0'}, out);
        (void)fputc(')', out);
    }
    (void)fputc('\n', out);
}

static void print_options(FILE *out, const cli_option *options)
{
    for (; options->name != NULL; options++) {
        char left[64];
        cli_option_left(options, left);
        print_row(out, left, HELP_COLUMN, options->help, options->verbs);
    }
}

static void print_usage(const cli_command *c, FILE *out)
{
    if (c->verbs == NULL) {
        (void)fprintf(out, "Usage: anchorage %s [options]%s%s\n", c->name,
                      c->words[0] != '\0' ? " " : "", c->words);
        return;
    }
    for (const cli_verb *v = c->verbs; v->name != NULL; v++)
        (void)fprintf(out, "%s anchorage %s %s [options]%s%s\n",
                      v == c->verbs ? "Usage:" : "      ", c->name, v->name,
                      v->words[0] != '\0' ? " " : "", v->words);
}

static void print_verbs(const cli_verb *verbs, FILE *out)
{
    (void)fprintf(out, "What to do:\n");
    for (const cli_verb *v = verbs; v->name != NULL; v++) {
        char left[96];
        (void)snprintf(left, sizeof left, "%s %s", v->name, v->words);
        print_row(out, left, VERB_COLUMN, v->summary, NULL);
    }
    (void)fputc('\n', out);
}

static void print_examples(const char *examples, FILE *out)
{
    anc_str rest = anc_str_trim(anc_str_of(examples)), line;
    (void)fprintf(out, "Examples:\n");
    while (anc_str_split(&rest, '\n', &line))
        (void)fprintf(out, "  %.*s\n", ANC_FMT(line));
    (void)fputc('\n', out);
}

void cli_print_help(const cli_command *c, FILE *out)
{
    print_usage(c, out);
    (void)fprintf(out, "\n%c%s.\n\n", toupper((unsigned char)c->summary[0]), c->summary + 1);
    if (c->text[0] != '\0')
        (void)fprintf(out, "%s\n", c->text);
    if (c->verbs != NULL)
        print_verbs(c->verbs, out);
    print_examples(c->examples, out);
    if (c->options->name != NULL) {
        (void)fprintf(out, "Options:\n");
        print_options(out, c->options);
        (void)fputc('\n', out);
    }
    (void)fprintf(out, "Common options:\n");
    print_options(out, cli_common_options);
    (void)fprintf(out, "\nExit codes:\n");
    for (const cli_exit_row *r = cli_exit_rows; r->text != NULL; r++)
        (void)fprintf(out, "  %-4d %s\n", r->code, r->text);
}

void cli_print_overview(FILE *out)
{
    (void)fprintf(out, "anchorage: answers anchored in your documents\n\n"
                       "Usage: anchorage COMMAND [options] …\n\nCommands:\n");
    for (const cli_command *c = cli_commands; c->name != NULL; c++)
        (void)fprintf(out, "  %-12s %s\n", c->name, c->summary);
    (void)fprintf(out,
                  "\n`anchorage COMMAND --help` tells more. A command uses the running server of "
                  "the data\nfolder, and starts one inside itself when none is running.\n");
}

int cli_run_help(cli_context *cx)
{
    if (cli_given(cx, "man")) {
        cli_print_man(cx->host->version, stdout);
        return CLI_OK;
    }
    if (cx->n_words == 0) {
        cli_print_overview(stdout);
        return CLI_OK;
    }
    const cli_command *about = cli_command_find(cx->words[0]);
    if (about == NULL)
        return cli_usage_error(cx, "there is no command '%.*s'", ANC_FMT(cx->words[0]));
    cli_print_help(about, stdout);
    return CLI_OK;
}
