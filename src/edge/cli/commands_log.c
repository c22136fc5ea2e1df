/* commands_log.c - options and verbs of what looks back on what happened: events and tracking. */
#include "commands_impl.h"

/* ---- events ---- */

const cli_option cli_events_options[] = {
    {.name = "type",
     .letter = 't',
     .value = "TYPE",
     .values = "event-types",
     .verbs = "list|follow",
     .help = "a type, or a prefix such as 'query.*' (follow: repeat for several)"},
    {.name = "severity",
     .letter = 's',
     .value = "LEVEL",
     .choices = "info|warning|error",
     .verbs = "list|follow",
     .help = "at least this: info, warning or error"},
    {.name = "replay",
     .letter = 'r',
     .value = "N",
     .verbs = "follow",
     .help = "the newest N first, as far as the server has them (default 0)"},
    LIMIT("list", "rows at most (default 20)"),
    END,
};

const cli_verb cli_events_verbs[] = {
    {"list", "", 0, 0, "what happened, newest first", cli_run_events_list},
    {"follow", "", 0, 0, "what happens, as it happens, until Ctrl-C", cli_run_events_follow},
    {"stats", "", 0, 0, "who watches, and how far the events are", cli_run_events_stats},
    END,
};

/* ---- tracking ---- */

const cli_option cli_tracking_options[] = {
    {.name = "user", .letter = 'u', .value = "ID", .verbs = "queries", .help = "of this user"},
    {.name = "collection",
     .letter = 'c',
     .value = "NAME",
     .verbs = "queries",
     .help = "asked of this collection, or answered from it"},
    {.name = "text",
     .letter = 't',
     .value = "WORDS",
     .sent = "q",
     .verbs = "queries",
     .help = "words, all of which are in the question"},
    {.name = "since",
     .value = "TIME",
     .verbs = "queries|stats",
     .help = "from this time on, such as 2026-11-20 or 2026-11-20T15:00:00Z"},
    {.name = "until", .value = "TIME", .verbs = "queries", .help = "asked before this time"},
    {.name = "min-ms", .value = "N", .verbs = "queries", .help = "took at least so long"},
    {.name = "zero-results",
     .verbs = "queries",
     .help = "found nothing, or nothing that answers it (\"not answered\")"},
    {.name = "status",
     .value = "HOW",
     .choices = "requested|completed|failed",
     .verbs = "queries",
     .help = "requested, completed or failed"},
    {.name = "bucket",
     .value = "SIZE",
     .choices = "hour|day|week",
     .verbs = "stats",
     .help = "of the series: hour, day or week"},
    LIMIT("queries", "rows at most (default 20)"),
    {.name = "yes", .letter = 'y', .verbs = "erase", .help = "do not ask"},
    END,
};

const cli_verb cli_tracking_verbs[] = {
    {"queries", "", 0, 0, "what was asked, newest first", cli_run_tracking_queries},
    {"show", "QUERY_ID", 1, 1, "one query with the passages it found and their scores",
     cli_run_tracking_show},
    {"stats", "", 0, 0, "counts, percentiles, tokens and cost over time", cli_run_tracking_stats},
    {"erase", "USER_ID", 1, 1, "forget one user everywhere, and say what others still hold",
     cli_run_tracking_erase},
    END,
};
