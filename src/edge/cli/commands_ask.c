/* commands_ask.c - options of what asks documents: ask and search. */
#include "commands_impl.h"

#define MODES "auto|hybrid|semantic|keyword"
#define COLLECTION                                                                   \
    {                                                                                \
        .name = "collection", .letter = 'c', .value = "NAME", .sent = "collections", \
        .help = "collection to use (repeat for several)"                             \
    }
#define MODE                                                              \
    {                                                                     \
        .name = "mode", .letter = 'm', .value = "MODE", .choices = MODES, \
        .help = "auto, hybrid, semantic or keyword (default auto)"        \
    }
#define RERANK                                                                                    \
    {                                                                                             \
        .name = "rerank", .value = "yes|no", .choices = "yes|no",                                 \
        .help = "have the best passages looked at again by the reranker (default: as configured)" \
    }
#define FILTER                                                                                 \
    {                                                                                          \
        .name = "filter", .letter = 'f', .value = "CONDITION", .sent = "filters",              \
        .help = "only of documents that it holds for, such as 'year>=2020' (repeat: all hold)" \
    }
#define FILTERS                                                                  \
    {                                                                            \
        .name = "filters", .value = "JSON",                                      \
        .help = "a whole tree of conditions, as `filters` of the HTTP interface" \
    }

const cli_option cli_ask_options[] = {
    COLLECTION,
    {.name = "top-k",
     .letter = 'k',
     .value = "N",
     .help = "passages to answer from, 1 to 50 (default 5)"},
    MODE,
    RERANK,
    FILTER,
    FILTERS,
    {.name = "model",
     .value = "MODEL",
     .values = "models",
     .help = "`extractive`, or provider/model"},
    {.name = "conversation",
     .value = "ID",
     .values = "conversations",
     .sent = "conversation_id",
     .help = "go on with this conversation"},
    {.name = "no-sources", .help = "print the answer alone"},
    END,
};

const cli_option cli_search_options[] = {
    COLLECTION,
    {.name = "top-k", .letter = 'k', .value = "N", .help = "results, 1 to 1000 (default 10)"},
    MODE,
    RERANK,
    FILTER,
    FILTERS,
    {.name = "explain", .help = "take the scores of each passage apart"},
    {.name = "full", .help = "print whole passages"},
    END,
};
