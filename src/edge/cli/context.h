/* context.h - what every command gets: its options, the host, the way to the server. Private. */
#ifndef ANC_EDGE_CLI_CONTEXT_H
#define ANC_EDGE_CLI_CONTEXT_H

#include "base/str.h"
#include "edge/cli/cli.h"

enum { CLI_MAX_OPTIONS = 24, CLI_MAX_WORDS = 256 };

/* An option of a command; the table of a command ends with a NULL name. */
typedef struct cli_option {
    const char *name;    /* "collection" for --collection */
    char letter;         /* 'c' for -c; 0: none */
    const char *value;   /* "NAME": takes a value, shown so; NULL: a switch */
    const char *setting; /* key of the configuration that it sets; NULL: none */
    const char *help;
} cli_option;

typedef struct cli_command cli_command;

typedef struct cli_context {
    const cli_host *host;
    const cli_command *command;
    anc_arena *mem;
    cli_settings settings;
    anc_str url; /* --url or ANCHORAGE_URL */
    anc_str key; /* ANCHORAGE_API_KEY */
    bool json;
    bool quiet;

    const cli_option *given[CLI_MAX_OPTIONS]; /* options of the command, in order of the line */
    anc_str values[CLI_MAX_OPTIONS];
    size_t n_given;
    anc_str words[CLI_MAX_WORDS]; /* what is no option */
    size_t n_words;
} cli_context;

struct cli_command {
    const char *name;
    const char *words;   /* "QUESTION…" after the options in the usage line */
    const char *summary; /* one line of the list of commands */
    const char *text;    /* paragraphs and examples of --help */
    const cli_option *options;
    int (*run)(cli_context *cx);
};

/* Value of the last --name; ptr NULL when it was not given. A switch gives "". */
anc_str cli_value(const cli_context *cx, const char *name);
bool cli_given(const cli_context *cx, const char *name);

/* The words joined by blanks, in the context's arena. */
anc_str cli_joined_words(cli_context *cx);

/* Prints "anchorage: <text>" (or a JSON problem with --json) on stderr; gives the exit code of the
 * status. */
int cli_report(const cli_context *cx, anc_status status, const anc_err *err);
int cli_usage_error(const cli_context *cx, const char *fmt, ...) ANC_PRINTF(2, 3);
int cli_exit_code(anc_status status);

extern const cli_command cli_commands[]; /* ends with a NULL name */

int cli_run_serve(cli_context *cx);
int cli_run_ask(cli_context *cx);
int cli_run_search(cli_context *cx);
int cli_run_ingest(cli_context *cx);
int cli_run_status(cli_context *cx);
int cli_run_eval(cli_context *cx);
int cli_run_doctor(cli_context *cx);
int cli_run_model(cli_context *cx);
int cli_run_version(cli_context *cx);

#endif
