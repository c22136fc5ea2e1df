/* man.c - the manual page in roff, made from the tables; docs/anchorage.1 is its output. */
#include <ctype.h>
#include <stdio.h>

#include "base/utf8.h"
#include "context.h"

typedef struct variable_row {
    const char *name, *text;
} variable_row;

static const variable_row variables[] = {
    {"ANCHORAGE_URL", "Server that commands use, as with --url."},
    {"ANCHORAGE_API_KEY", "Key of the server: asked for by `serve`, sent by the other commands."},
    {"ANCHORAGE_CONFIG", "Configuration file, as with --config."},
    {"ANCHORAGE_DATA_DIR, ANCHORAGE_HTTP__PORT, …",
     "Every key of the configuration, in capitals, with __ for each dot; `anchorage serve "
     "--print-defaults` lists them. A .env file in the working folder is read too."},
    {"NO_COLOR", "No colours on a terminal."},
};

static const variable_row files[] = {
    {"./anchorage.yaml", "The configuration, where there is one."},
    {"~/.local/share/anchorage/data", "The data folder."},
    {"~/.local/share/anchorage/models", "The models."},
};

/* A text of the tables in roff: what would be read as a request or a ligature is escaped, and so is
 * what is not ASCII, so that no reader has to be told the encoding. */
static void put(FILE *out, const char *text)
{
    const anc_str all = anc_str_of(text);
    bool at_start = true;
    size_t bytes = 1;
    for (size_t i = 0; i < all.len; i += bytes) {
        const char *c = all.ptr + i;
        const uint32_t point = anc_utf8_at(all, i, &bytes);
        const bool dots = point == 0x2026; /* "…": a terminal of ASCII alone has none */
        if (at_start && (dots || *c == '.' || *c == '\''))
            (void)fputs("\\&", out);
        at_start = *c == '\n';
        if (dots)
            (void)fputs("...", out);
        else if (point >= 0x80)
            (void)fprintf(out, "\\[u%04X]", (unsigned)point);
        else if (*c == '\\')
            (void)fputs("\\e", out);
        else if (*c == '-')
            (void)fputs("\\-", out);
        else if (*c == '\'')
            (void)fputs("\\(aq", out);
        else if (*c == '`')
            (void)fputs("\\(ga", out);
        else
            (void)fputc(*c, out);
    }
}

static void put_heading(FILE *out, const char *macro, const char *text)
{
    (void)fprintf(out, ".%s ", macro);
    put(out, text);
    (void)fputc('\n', out);
}

static void put_entry(FILE *out, const char *left, const char *text)
{
    while (*left == ' ')
        left++;
    (void)fputs(".TP\n.B ", out);
    put(out, left);
    (void)fputc('\n', out);
    put(out, text);
    (void)fputc('\n', out);
}

/* Paragraphs are set apart by an empty line. */
static void put_text(FILE *out, const char *text)
{
    anc_str rest = anc_str_of(text), line;
    while (anc_str_split(&rest, '\n', &line)) {
        char one[512];
        (void)snprintf(one, sizeof one, "%.*s", ANC_FMT(line));
        if (line.len == 0)
            (void)fputs(".PP\n", out);
        else
            put(out, one);
        if (line.len > 0)
            (void)fputc('\n', out);
    }
}

static void put_options(FILE *out, const cli_option *options)
{
    for (; options->name != NULL; options++) {
        char left[64];
        cli_option_left(options, left);
        put_entry(out, left, options->help);
    }
}

static void put_command(FILE *out, const cli_command *c)
{
    char title[128];
    (void)snprintf(title, sizeof title, "anchorage %s %s", c->name, c->words);
    put_heading(out, "SS", title);
    (void)fprintf(out, "%c", toupper((unsigned char)c->summary[0]));
    put(out, c->summary + 1);
    (void)fputs(".\n", out);
    if (c->text[0] != '\0') {
        (void)fputs(".PP\n", out);
        put_text(out, c->text);
    }
    for (const cli_verb *v = c->verbs; v != NULL && v->name != NULL; v++) {
        (void)snprintf(title, sizeof title, "%s %s", v->name, v->words);
        put_entry(out, title, v->summary);
    }
    put_options(out, c->options);
    (void)fputs(".PP\nExamples:\n.PP\n.EX\n", out);
    put(out, c->examples);
    (void)fputs(".EE\n", out);
}

void cli_print_man(const char *version, FILE *out)
{
    (void)fputs(".\\\" Made by `anchorage help --man` from the tables of the command line.\n", out);
    (void)fprintf(out, ".TH ANCHORAGE 1 \"\" \"anchorage %s\" \"User Commands\"\n", version);
    (void)fputs(
        ".SH NAME\nanchorage \\- answers anchored in your documents\n"
        ".SH SYNOPSIS\n.B anchorage\n.I COMMAND\n[options] \\&...\n"
        ".SH DESCRIPTION\n"
        "Reads documents, searches them by words and by meaning, and answers questions with\n"
        "citations that are checked to the byte. A command uses the running server of the\n"
        "data folder, and starts one inside itself when none is running.\n"
        ".SH COMMANDS\n",
        out);
    for (const cli_command *c = cli_commands; c->name != NULL; c++)
        put_command(out, c);
    (void)fputs(".SH COMMON OPTIONS\n", out);
    put_options(out, cli_common_options);
    (void)fputs(".SH EXIT STATUS\n", out);
    for (const cli_exit_row *r = cli_exit_rows; r->text != NULL; r++) {
        char code[16];
        (void)snprintf(code, sizeof code, "%d", r->code);
        put_entry(out, code, r->text);
    }
    (void)fputs(".SH ENVIRONMENT\n", out);
    for (size_t i = 0; i < ANC_COUNT(variables); i++)
        put_entry(out, variables[i].name, variables[i].text);
    (void)fputs(".SH FILES\n", out);
    for (size_t i = 0; i < ANC_COUNT(files); i++)
        put_entry(out, files[i].name, files[i].text);
}
