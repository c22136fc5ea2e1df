/* commands_impl.h - what the files of the table of commands share. */
#ifndef ANC_EDGE_CLI_COMMANDS_IMPL_H
#define ANC_EDGE_CLI_COMMANDS_IMPL_H

#include "context.h"

#define LIMIT(with, what)                                                             \
    {                                                                                 \
        .name = "limit", .letter = 'n', .value = "N", .verbs = (with), .help = (what) \
    }
#define END          \
    {                \
        .name = NULL \
    }

/* commands_ask.c: each ends with a row without a name. */
extern const cli_option cli_ask_options[], cli_search_options[];

/* commands_documents.c: each ends with a row without a name. */
extern const cli_option cli_documents_options[];
extern const cli_verb cli_documents_verbs[];

/* commands_log.c: each ends with a row without a name. */
extern const cli_option cli_events_options[], cli_tracking_options[];
extern const cli_verb cli_events_verbs[], cli_tracking_verbs[];

#endif
