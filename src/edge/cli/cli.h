/* cli.h - the command line: always a client of the HTTP interface.
 *
 * A command looks for a server in this order: --url (or ANCHORAGE_URL), the Unix socket in the data
 * folder, and, where neither answers, a server that the host starts inside this process for as long
 * as the command runs. So there is one code path and one lock on the data folder.
 *
 * Exit codes: 0 done; 1 it failed; 2 the command line or the input was wrong; 3 there is no such
 * thing; 4 the server could not be reached or is busy; 130 interrupted.
 */
#ifndef ANC_EDGE_CLI_CLI_H
#define ANC_EDGE_CLI_CLI_H

#include "embedding/models.h"

enum {
    CLI_OK = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_NOT_FOUND = 3,
    CLI_UNREACHABLE = 4,
    CLI_INTERRUPTED = 130,
    CLI_MAX_SETTINGS = 64
};

/* One key of the configuration set on the command line. */
typedef struct cli_setting {
    anc_str key;        /* "http.port" */
    anc_str value;      /* as in the configuration file */
    const char *origin; /* "--port" */
} cli_setting;

typedef struct cli_settings {
    anc_str config_file; /* --config; empty: the usual places */
    cli_setting items[CLI_MAX_SETTINGS];
    size_t n;
} cli_settings;

/* Where a server answers: a socket, or a URL when the socket is empty. */
typedef struct cli_endpoint {
    char unix_path[108];
    char url[256]; /* "http://127.0.0.1:8000" */
} cli_endpoint;

/* Facts of the configuration in force. */
typedef struct cli_facts {
    char data_dir[4096];
    char models_dir[4096];
    char socket[108]; /* where a server of this data folder listens; "" when the path is too long */
    char url[256];
    char model[256];
    char config_file[4096]; /* "" when none was read */
    bool has_key;
} cli_facts;

/* What a look at one part of the installation found; the text says what mends it. */
typedef enum cli_verdict { CLI_FINE, CLI_NOTE, CLI_WRONG } cli_verdict;
typedef void cli_found_fn(void *arg, const char *check, cli_verdict verdict, anc_str text);

/* What a model reaches in one precision; operations are per second, a multiplication and an addition are two. */
typedef struct cli_model_speed {
    const char *precision, *level;
    double peak;           /* that a thread of this machine does on registers alone; 0: not known */
    double products;       /* in a product of matrices */
    double tokens;         /* of a text */
    double text_seconds;   /* one text, one thread */
    double texts_a_second; /* many, by all threads */
    unsigned threads;
} cli_model_speed;

typedef void cli_speed_fn(void *arg, const cli_model_speed *speed);

/* What the composition root does for the command line. */
typedef struct cli_host {
    void *self;
    const char *version;

    /* Serves in the foreground until a signal; calls `on_ready` once, on a thread of its own, when
     * requests are answered. The result is the exit code. */
    int (*serve)(void *self, const cli_settings *settings,
                 void (*on_ready)(void *arg, const cli_endpoint *endpoint), void *arg);

    /* Starts a server inside this process on a socket of its own; at most one at a time. */
    anc_status (*embed_start)(void *self, const cli_settings *settings, cli_endpoint *ret,
                              anc_err *err);
    void (*embed_stop)(void *self);

    anc_status (*facts)(void *self, const cli_settings *settings, cli_facts *ret, anc_err *err);

    /* Opens what the configuration names without changing it (model, lock, catalog, language model)
     * and tells what it found. A failure is one of the configuration itself. */
    anc_status (*examine)(void *self, const cli_settings *settings, cli_found_fn *found, void *arg,
                          anc_err *err);

    /* The folder of models of the configuration; closed with models_close. */
    anc_status (*models_open)(void *self, const cli_settings *settings, emb_models **ret,
                              anc_err *err);
    void (*models_close)(void *self, emb_models *models);

    /* Opens the model in `folder` as the server does, which makes what is kept beside it, and says in `mem` how it
     * runs. Blocks for seconds. */
    anc_status (*model_prepare)(void *self, const cli_settings *settings, anc_arena *mem,
                                anc_str folder, anc_str *ret, anc_err *err);

    /* Measures the model in `folder` in each precision and tells each. Blocks for seconds. */
    anc_status (*model_bench)(void *self, anc_str folder, cli_speed_fn *told, void *arg,
                              anc_err *err);

    /* The whole configuration as text: every key described (settings NULL), or the values in force.
     * On stdout. */
    anc_status (*print_config)(void *self, const cli_settings *settings, anc_err *err);
} cli_host;

/* Runs the command that `argv` names; the result is the exit code of the process. */
int cli_main(int argc, char **argv, const cli_host *host);

#endif
