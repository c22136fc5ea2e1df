/* context.h - what every command gets: its options, the host, the way to the server. Private. */
#ifndef ANC_EDGE_CLI_CONTEXT_H
#define ANC_EDGE_CLI_CONTEXT_H

#include <stdio.h>

#include "base/str.h"
#include "edge/cli/cli.h"

/* An option of a command; a table of them ends with a NULL name. */
typedef struct cli_option {
    const char *name;    /* "collection" for --collection */
    char letter;         /* 'c' for -c; 0: none */
    const char *value;   /* "NAME": takes a value, shown so; NULL: a switch */
    const char *choices; /* "auto|keyword": what the value may be; NULL: anything */
    const char
        *offers; /* "en|fr": what completion shows, where others may be too; NULL: by `values` */
    const char *
        values; /* "batches": kind of `completion values` that it is one of; NULL: by how it is shown */
    const char *sent;    /* "collections": member of a request that it becomes; NULL: its name */
    const char *setting; /* key of the configuration that it sets; NULL: none */
    const char *verbs;   /* "create|set": goes with these alone; NULL: with all */
    const char *help;
} cli_option;

typedef struct cli_context cli_context;

/* The second word of a command that has several things to do; the table ends with a NULL name. */
typedef struct cli_verb {
    const char *name;
    const char *words;    /* "NAME" behind it in the usage line */
    unsigned least, most; /* words that it takes */
    const char *summary;
    int (*run)(cli_context *cx);
} cli_verb;

typedef struct cli_command {
    const char *name;
    const char *words;    /* "QUESTION…" after the options in the usage line; "" with verbs */
    const char *summary;  /* one line of the list of commands */
    const char *text;     /* paragraphs of --help */
    const char *examples; /* a command a line */
    const cli_option *options;
    const cli_verb *verbs; /* NULL: none; the first is taken where none is named */
    int (*run)(cli_context *cx);
} cli_command;

struct cli_context {
    const cli_host *host;
    const cli_command *command;
    const cli_verb *verb; /* NULL: the command has none */
    anc_arena *mem;
    cli_settings settings;
    anc_str url; /* --url or ANCHORAGE_URL */
    anc_str key; /* ANCHORAGE_API_KEY */
    bool json;
    bool quiet;
    bool no_start; /* no server inside this process */

    const cli_option **given; /* [n_given] options of the command, in order of the line */
    anc_str *values;          /* [n_given] */
    size_t n_given;
    anc_str *words; /* [n_words] what is no option, without the verb */
    size_t n_words;
};

extern const cli_command cli_commands[];      /* ends with a NULL name */
extern const cli_option cli_common_options[]; /* of every command */

const cli_command *cli_command_find(anc_str name); /* NULL: there is none */
const cli_verb *cli_verb_find(const cli_command *command, anc_str name);

/* ---- args.c ---- */

/* Value of the last --name; ptr NULL when it was not given. A switch gives "". */
anc_str cli_value(const cli_context *cx, const char *name);
bool cli_given(const cli_context *cx, const char *name);
/* Walks the values of an option that was given several times: start with *at = 0. */
bool cli_next_value(const cli_context *cx, const char *name, size_t *at, anc_str *ret);
/* A whole number within bounds, or `otherwise` where it was not given; prints what is wrong. */
int cli_number(cli_context *cx, const char *name, uint64_t least, uint64_t most, uint64_t otherwise,
               uint64_t *ret);

/* The words joined by blanks, in the context's arena. */
anc_str cli_joined_words(cli_context *cx);

/* Walks "a|b|c": false at the end. */
bool cli_part_next(const char **rest, anc_str *ret);
bool cli_has_part(const char *parts, anc_str part);

/* ---- report.c ---- */

/* Prints "anchorage: <text>" (or a JSON problem with --json) on stderr; gives the exit code of the
 * status. */
int cli_report(const cli_context *cx, anc_status status, const anc_err *err);
int cli_usage_error(const cli_context *cx, const char *fmt, ...) ANC_PRINTF(2, 3);
int cli_exit_code(anc_status status);

/* Asks a person on the terminal before something is taken away; OK for yes and for --yes. Where
 * nobody can be asked --yes is needed. */
int cli_confirm(cli_context *cx, const char *fmt, ...) ANC_PRINTF(2, 3);

/* ---- help.c, man.c, completion.c: texts made from the tables ---- */

void cli_print_help(const cli_command *command, FILE *out);
void cli_print_overview(FILE *out);
void cli_print_man(const char *version, FILE *out);

/* "--collection NAME", with the letter where there is one: "-c, --collection NAME". */
void cli_option_left(const cli_option *option, char out[64]);

/* ---- values.c ---- */

extern const char *const cli_value_kinds[]; /* of `completion values`; ends with NULL */

/* One row of cli.h's exit codes. */
typedef struct cli_exit_row {
    int code;
    const char *text;
} cli_exit_row;
extern const cli_exit_row cli_exit_rows[]; /* ends with a NULL text */

/* ---- commands ---- */

int cli_run_serve(cli_context *cx);
int cli_run_ask(cli_context *cx);
int cli_run_search(cli_context *cx);
int cli_run_embed(cli_context *cx);
int cli_run_rerank(cli_context *cx);
int cli_run_ingest(cli_context *cx);
int cli_run_status(cli_context *cx);
int cli_run_index_status(cli_context *cx);
int cli_run_index_verify(cli_context *cx);
int cli_run_index_rebuild(cli_context *cx);
int cli_run_index_optimize(cli_context *cx);
int cli_run_collections_list(cli_context *cx);
int cli_run_collections_show(cli_context *cx);
int cli_run_collections_create(cli_context *cx);
int cli_run_collections_set(cli_context *cx);
int cli_run_collections_delete(cli_context *cx);
int cli_run_documents_list(cli_context *cx);
int cli_run_documents_show(cli_context *cx);
int cli_run_documents_text(cli_context *cx);
int cli_run_documents_chunks(cli_context *cx);
int cli_run_documents_versions(cli_context *cx);
int cli_run_documents_restore(cli_context *cx);
int cli_run_documents_delete(cli_context *cx);
int cli_run_batches_list(cli_context *cx);
int cli_run_batches_show(cli_context *cx);
int cli_run_batches_watch(cli_context *cx);
int cli_run_batches_cancel(cli_context *cx);
int cli_run_batches_replay(cli_context *cx);
int cli_run_letters_list(cli_context *cx);
int cli_run_letters_show(cli_context *cx);
int cli_run_letters_replay(cli_context *cx);
int cli_run_letters_delete(cli_context *cx);
int cli_run_events_list(cli_context *cx);
int cli_run_events_follow(cli_context *cx);
int cli_run_events_stats(cli_context *cx);
int cli_run_tracking_queries(cli_context *cx);
int cli_run_tracking_show(cli_context *cx);
int cli_run_tracking_stats(cli_context *cx);
int cli_run_tracking_erase(cli_context *cx);
int cli_run_export(cli_context *cx);
int cli_run_import(cli_context *cx);
int cli_run_eval(cli_context *cx);
int cli_run_doctor(cli_context *cx);
int cli_run_model_pull(cli_context *cx);
int cli_run_model_list(cli_context *cx);
int cli_run_model_path(cli_context *cx);
int cli_run_model_bench(cli_context *cx);
int cli_run_completion_values(cli_context *cx);
int cli_run_completion_bash(cli_context *cx);
int cli_run_completion_zsh(cli_context *cx);
int cli_run_completion_fish(cli_context *cx);
int cli_run_help(cli_context *cx);
int cli_run_version(cli_context *cx);

#endif
