/* commands_documents.c - options and verbs of `anchorage documents`. */
#include "commands_impl.h"

const cli_option cli_documents_options[] = {
    {.name = "collection",
     .letter = 'c',
     .value = "NAME",
     .help = "collection that they are in (list: default all; else `default`)"},
    {.name = "text",
     .letter = 't',
     .value = "WORDS",
     .sent = "q",
     .verbs = "list",
     .help = "those with this in title, URI or id"},
    LIMIT("list|chunks|versions", "rows at most (default 50)"),
    {.name = "gone",
     .verbs = "delete",
     .help = "those that were read from a folder and whose file is there no more"},
    {.name = "yes", .letter = 'y', .verbs = "delete", .help = "do not ask"},
    END,
};

const cli_verb cli_documents_verbs[] = {
    {"list", "", 0, 0, "documents by id", cli_run_documents_list},
    {"show", "ID", 1, 1, "one of them with its metadata", cli_run_documents_show},
    {"text", "ID", 1, 1, "the text that was found in it", cli_run_documents_text},
    {"chunks", "ID", 1, 1, "how it was cut", cli_run_documents_chunks},
    {"versions", "ID", 1, 1, "its versions and what changed", cli_run_documents_versions},
    {"restore", "ID VERSION", 2, 2, "make an earlier version the newest again",
     cli_run_documents_restore},
    {"delete", "[ID…]", 0, UINT32_MAX,
     "remove everywhere, with versions and original: those named, or --gone",
     cli_run_documents_delete},
    END,
};
