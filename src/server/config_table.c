/* config_table.c - one row a key. */
#include "config_table.h"

#include <string.h>

#define AT(member) offsetof(srv_config, member)
#define INT(key_, member, initial_, min_, max_, env, help_)               \
    {                                                                     \
        key_, SRV_INT, AT(member), initial_, min_, max_, NULL, env, help_ \
    }
#define REAL(key_, member, initial_, min_, max_, help_)                     \
    {                                                                       \
        key_, SRV_REAL, AT(member), initial_, min_, max_, NULL, NULL, help_ \
    }
#define TEXT(key_, kind_, member, initial_, env, help_)           \
    {                                                             \
        key_, kind_, AT(member), initial_, 0, 0, NULL, env, help_ \
    }

const srv_row srv_rows[] = {
    TEXT("data_dir", SRV_PATH, data_dir, "~/.local/share/anchorage/data", NULL,
         "folder of the catalog, the originals and the index; held by one server at a time"),
    TEXT("models_dir", SRV_PATH, models_dir, "~/.local/share/anchorage/models", NULL,
         "folder of the models, one folder each"),
    INT("storage.reserve_mb", storage.reserve_mb, "256", 0, 1000000, NULL,
        "MiB of the data folder's disk that stay free: documents are refused (507) before it is "
        "full"),
    TEXT("http.listen", SRV_TEXT, http.listen, "127.0.0.1", NULL,
         "address to listen on; one outside loopback needs auth.api_key"),
    INT("http.port", http.port, "8000", 0, 65535, NULL, "port; 0 takes a free one"),
    INT("http.max_connections", http.max_connections, "12000", 1, 100000, NULL,
        "open connections, fewer where the system gives fewer descriptors (which the log says); "
        "one "
        "more takes the place of the longest silent one, where none is: 503"),
    INT("http.idle_timeout_ms", http.idle_timeout_ms, "60000", 100, 3600000, NULL,
        "how long a connection may be silent between requests"),
    INT("http.head_timeout_ms", http.head_timeout_ms, "10000", 100, 600000, NULL,
        "time for the head of a request, from its first byte; past it 408"),
    INT("http.body_timeout_ms", http.body_timeout_ms, "30000", 100, 600000, NULL,
        "longest silence inside the body of a request; past it 408"),
    INT("http.stall_timeout_ms", http.stall_timeout_ms, "30000", 100, 600000, NULL,
        "how long a client may take hardly anything of an answer before it is dropped"),
    INT("http.max_body_mb", http.max_body_mb, "384", 1, 4096, NULL,
        "largest request body in MiB (a source has a limit of 256 MiB of its own)"),
    INT("http.body_memory_mb", http.body_memory_mb, "384", 1, 1048576, NULL,
        "memory in MiB that bodies of requests may take at once, at least max_body_mb; past it 503 "
        "with "
        "Retry-After"),
    INT("http.answer_memory_mb", http.answer_memory_mb, "256", 1, 1048576, NULL,
        "memory in MiB for answers that wait for their clients to read them; an answer of more "
        "than "
        "64 KiB that has no room gets 503 with Retry-After, one larger than all of it goes out "
        "alone"),
    INT("http.request_timeout_ms", http.request_timeout_ms, "120000", 100, 86400000, NULL,
        "deadline of a request that sends no X-Timeout-Ms, but for those of http.long_timeout_ms"),
    INT("http.long_timeout_ms", http.long_timeout_ms, "3600000", 100, 86400000, NULL,
        "the same where a document is stored or restored, a batch waited for, or an index verified "
        "or optimised"),
    INT("http.max_in_flight", http.max_in_flight, "256", 1, 100000, NULL,
        "requests at work at once; past it 503 with Retry-After"),
    INT("http.max_wait_ms", http.max_wait_ms, "2500", 0, 600000, NULL,
        "how long a question or a search may have to wait for its turn, as the last ones took; "
        "past "
        "it 503 with Retry-After, at once; 0: none is refused for that"),
    INT("http.drain_timeout_ms", http.drain_timeout_ms, "15000", 0, 600000, NULL,
        "time for running requests after SIGTERM"),
    {"http.cors_origins", SRV_LIST, AT(http.cors_origins), "", 0, 0, NULL, NULL,
     "web origins that may call the interface from a browser"},
    TEXT("auth.api_key", SRV_SECRET, auth.api_key, "env:ANCHORAGE_API_KEY", NULL,
         "key that requests must carry as a bearer token; a reference env:NAME or file:PATH"),
    TEXT("model.name", SRV_TEXT, model.name, "all-MiniLM-L6-v2", "EMBEDDING_MODEL",
         "embedding model, a folder below models_dir"),
    {"model.precision", SRV_CHOICE, AT(model.precision), "auto", 0, 0, "auto|f32|bf16|int8", NULL,
     "in what embedding models run; auto: int8 or bf16 where the CPU is fast at it and the model "
     "passes its check"},
    TEXT("model.remote.url", SRV_SECRET, model.remote.url, "", NULL,
         "endpoint of embeddings that takes the place of model.name: of OpenAI's form, such as "
         "http://127.0.0.1:8080/v1, or https://generativelanguage.googleapis.com/v1beta; empty: "
         "none"),
    {"model.remote.form", SRV_CHOICE, AT(model.remote.form), "openai", 0, 0, "openai|gemini", NULL,
     "how it is asked"},
    TEXT("model.remote.model", SRV_TEXT, model.remote.model, "", NULL,
         "model to ask for there; it names the vectors"),
    TEXT("model.remote.api_key", SRV_SECRET, model.remote.api_key, "env:ANCHORAGE_EMBEDDING_KEY",
         NULL, "key of that endpoint; a reference env:NAME or file:PATH"),
    INT("model.remote.dims", model.remote.dims, "0", 0, 16384, NULL,
        "components of its vectors; 0: the endpoint is asked at the start, and has to be there"),
    {"model.remote.shorten", SRV_CHOICE, AT(model.remote.shorten), "false", 0, 0, "true|false",
     NULL, "vectors of so many components are asked for, of models that are made for it"},
    INT("model.remote.max_tokens", model.remote.max_tokens, "512", 16, 131072, NULL,
        "window of the model; texts are cut to it by a guess of their tokens"),
    TEXT("model.remote.query_prefix", SRV_TEXT, model.remote.query_prefix, "", NULL,
         "put before each question, for models that want it"),
    TEXT("model.remote.passage_prefix", SRV_TEXT, model.remote.passage_prefix, "", NULL,
         "the same before each passage"),
    INT("model.remote.batch", model.remote.batch, "64", 1, 256, NULL, "texts of one request"),
    INT("model.remote.parallel", model.remote.parallel, "4", 1, 64, NULL, "requests at once"),
    INT("model.remote.retries", model.remote.retries, "3", 0, 10, NULL,
        "times that a request is sent again after 429, 5xx or no answer, with a minute of pauses "
        "at most"),
    INT("model.remote.timeout_ms", model.remote.timeout_ms, "30000", 10, 600000, NULL,
        "time for one answer"),
    INT("model.cache_mb", model.cache_mb, "16", 0, 4096, NULL,
        "memory for vectors of texts seen before, in MiB: half of it for questions, half for "
        "sentences"),
    {"model.cache_persistent", SRV_CHOICE, AT(model.cache_persistent), "false", 0, 0, "true|false",
     NULL,
     "those of questions are kept in the catalog over a restart, as many as fit into half of "
     "cache_mb: "
     "vectors and digests, no text; not with privacy.keep_texts: false, since a vector tells "
     "nearly "
     "what its text was"},
    INT("model.warm_up", model.warm_up, "100", 0, 1000, NULL,
        "questions that were asked most in the last 30 days and whose vectors are made after a "
        "start, in the background; 0: none"),
    INT("model.warm_up_ms", model.warm_up_ms, "20000", 1, 600000, NULL, "time for that"),
    INT("model.most_loaded", model.most_loaded, "4", 1, 16, NULL,
        "models of collections that may be loaded at once beside that one"),
    INT("model.most_mb", model.most_mb, "2048", 1, 1048576, NULL,
        "MiB of weights that those may have together"),
    INT("model.threads", model.threads, "0", 0, 256, "EMBEDDING_WORKERS",
        "threads that embed; 0: one a core"),
    TEXT("rerank.model", SRV_TEXT, rerank.model, "ms-marco-MiniLM-L-6-v2", NULL,
         "reranker, the folder of a cross-encoder below models_dir; where it is not there, or this "
         "is "
         "empty: none"),
    {"rerank.by_default", SRV_CHOICE, AT(rerank.by_default), "true", 0, 0, "true|false", NULL,
     "where there is a reranker, questions and searches that do not say are reranked"},
    INT("rerank.most", rerank.most, "30", 1, 200, NULL,
        "so many of the best passages are looked at again"),
    INT("rerank.budget_ms", rerank.budget_ms, "300", 1, 60000, NULL,
        "time for that; when it ends, what was scored is merged, and the answer says so"),
    TEXT("rerank.remote.url", SRV_SECRET, rerank.remote.url, "", NULL,
         "endpoint of a reranker that takes the place of rerank.model, such as "
         "http://127.0.0.1:8080/v1/rerank"),
    {"rerank.remote.form", SRV_CHOICE, AT(rerank.remote.form), "cohere", 0, 0,
     "cohere|jina|llama|tei", NULL,
     "how it is asked: as Cohere, Jina, llama-server or text-embeddings-inference have it"},
    TEXT("rerank.remote.model", SRV_TEXT, rerank.remote.model, "", NULL,
         "model to ask for there; empty: the server's own"),
    TEXT("rerank.remote.api_key", SRV_SECRET, rerank.remote.api_key, "env:ANCHORAGE_RERANK_KEY",
         NULL, "key of that endpoint; a reference env:NAME or file:PATH"),
    INT("rerank.remote.batch", rerank.remote.batch, "100", 1, 1000, NULL,
        "passages of one request"),
    INT("rerank.remote.parallel", rerank.remote.parallel, "4", 1, 64, NULL, "requests at once"),
    INT("rerank.remote.retries", rerank.remote.retries, "2", 0, 10, NULL,
        "times that a request is sent again after 429, 5xx or no answer, with a minute of pauses "
        "at most"),
    INT("rerank.remote.timeout_ms", rerank.remote.timeout_ms, "10000", 10, 600000, NULL,
        "time for one answer"),
    INT("ingest.workers", ingest.workers, "0", 0, 16, "INGESTION_WORKERS",
        "documents read at once; 0: one a core"),
    INT("ingest.standstill_s", ingest.standstill_s, "600", 60, 3600, NULL,
        "a document that comes no further for so long is given up: no stage is done, and no block "
        "of 64 chunks embedded"),
    INT("ingest.keep_days", ingest.keep_days, "30", 1, 3650, NULL,
        "batches that ended longer ago are forgotten, with their dead letters"),
    INT("ingest.keep_batches", ingest.keep_batches, "1000", 1, 1000000, NULL,
        "of the batches that ended only the newest so many are kept"),
    INT("ingest.spool_mb", ingest.spool_mb, "4096", 16, 1000000, NULL,
        "MiB of documents that were sent and wait to be read; past it senders wait"),
    {"ingest.event_folders", SRV_LIST, AT(ingest.event_folders), "", 0, 0, NULL, NULL,
     "absolute paths of folders in which a document.uploaded of another service may name files; "
     "none: none"},
    {"ingest.event_hosts", SRV_LIST, AT(ingest.event_hosts), "", 0, 0, NULL, NULL,
     "hosts on which a document.uploaded of another service may name documents (http, https): "
     "files.example.org, files.example.org:8443; one in a private network with its address beside "
     "it; "
     "none: none"},
    INT("knowledge.keep_versions", knowledge.keep_versions, "10", 0, 1000000, NULL,
        "newest versions of a document that are kept, the current one included, those that a "
        "change of "
        "chunking made not counted; 0: all"),
    {"search.fusion", SRV_CHOICE, AT(search.fusion), "weighted", 0, 0, "weighted|rrf", NULL,
     "how both candidate lists become one: weighted sum, or reciprocal ranks"},
    REAL("search.semantic_share", search.semantic_share, "0.5", 0, 1,
         "share of meaning in the weighted sum; the rest belongs to the words"),
    REAL("search.recall", search.recall, "0.95", 0.5, 0.99,
         "share of the nearest passages that a search by meaning finds in a large index; more "
         "takes longer"),
    INT("search.title_weight", search.title_weight, "1", 1, 8, NULL,
        "a word of a title or heading counts as so many of the text in a search by words; after a "
        "change the index is built anew beside the old one, and nothing is embedded again"),
    INT("index.write_mb_per_second", index.write_mb_per_second, "64", 0, 100000, NULL,
        "MiB a second that saves of the index write, what was merged included, so that they leave "
        "the disk to others; more while much is published; 0: as fast as the disk takes it"),
    INT("chat.top_k", chat.top_k, "5", 1, 50, NULL, "passages an answer is made from"),
    INT("chat.max_question_chars", chat.max_question_chars, "4000", 1, 100000, NULL,
        "longest question, in characters"),
    INT("chat.history_turns", chat.history_turns, "5", 1, 20, NULL,
        "turns of the conversation that a question is read with"),
    INT("chat.context_tokens", chat.context_tokens, "3000", 100, 1000000, NULL,
        "room for passages in the prompt, in tokens"),
    REAL("chat.relevance_threshold", chat.relevance_threshold, "0.35", 0, 1,
         "calibrated relevance of the best passage below which no language model is asked"),
    TEXT("chat.system_prompt", SRV_TEXT, chat.system_prompt, "", NULL,
         "instructions for the language model; empty: the built-in ones"),
    TEXT("chat.prompt_template", SRV_TEXT, chat.prompt_template, "", NULL,
         "what the model is asked, with {passages} and {question} once each; empty: the built-in "
         "one"),
    INT("chat.rewrite_timeout_ms", chat.rewrite_timeout_ms, "3000", 0, 60000, NULL,
        "time for the language model to say what a follow-up question means; 0: rules alone"),
    REAL("routing.q3_from", routing.q3_from, "3", 0, 10,
         "complexity from which a question is of tier Q3; below it Q2"),
    REAL("routing.q4_from", routing.q4_from, "7", 0, 11,
         "complexity from which a question is of tier Q4; above 10: none is"),
    TEXT("routing.q2_name", SRV_TEXT, routing.q2_name, "fast", NULL, "what tier Q2 is called"),
    TEXT("routing.q3_name", SRV_TEXT, routing.q3_name, "balanced", NULL, "what tier Q3 is called"),
    TEXT("routing.q4_name", SRV_TEXT, routing.q4_name, "powerful", NULL, "what tier Q4 is called"),
    INT("routing.q2_latency_ms", routing.q2_latency_ms, "2000", 0, 3600000, NULL,
        "time of an answer of tier Q2, until some were measured"),
    INT("routing.q3_latency_ms", routing.q3_latency_ms, "5000", 0, 3600000, NULL,
        "the same for tier Q3"),
    INT("routing.q4_latency_ms", routing.q4_latency_ms, "15000", 0, 3600000, NULL,
        "the same for tier Q4"),
    REAL(
        "routing.weight_length", routing.weight_length, "1", 0, 10,
        "the words of a question count so much in its complexity; 0: nothing, 1: as the rules say"),
    REAL("routing.weight_clauses", routing.weight_clauses, "1", 0, 10, "the same for its clauses"),
    REAL("routing.weight_questions", routing.weight_questions, "1", 0, 10,
         "the same for its question words and marks"),
    REAL("routing.weight_comparison", routing.weight_comparison, "1", 0, 10,
         "the same for comparisons"),
    REAL("routing.weight_enumeration", routing.weight_enumeration, "1", 0, 10,
         "the same for lists and summaries"),
    REAL("routing.weight_reasoning", routing.weight_reasoning, "1", 0, 10,
         "the same for reasons and explanations"),
    REAL("routing.weight_history", routing.weight_history, "1", 0, 10,
         "the same for a conversation before it"),
    TEXT("llm.base_url", SRV_SECRET, llm.base_url, "", "OPENAI_BASE_URL",
         "OpenAI-compatible endpoint, such as http://127.0.0.1:8080/v1; empty and no key: none"),
    TEXT("llm.api_key", SRV_SECRET, llm.api_key, "env:OPENAI_API_KEY", NULL,
         "key of that endpoint; a reference env:NAME or file:PATH"),
    TEXT("llm.model", SRV_TEXT, llm.model, "gpt-4o-mini", NULL, "model to ask for there"),
    INT("llm.connect_timeout_ms", llm.connect_timeout_ms, "3000", 10, 600000, NULL,
        "time to connect"),
    INT("llm.first_token_timeout_ms", llm.first_token_timeout_ms, "20000", 10, 600000, NULL,
        "time to the first token"),
    INT("llm.idle_timeout_ms", llm.idle_timeout_ms, "15000", 10, 600000, NULL,
        "longest pause between tokens"),
    INT("llm.total_timeout_ms", llm.total_timeout_ms, "90000", 10, 3600000, NULL,
        "time for the whole answer"),
    INT("llm.max_tokens", llm.max_tokens, "700", 1, 100000, NULL, "longest answer, in tokens"),
    REAL("llm.temperature", llm.temperature, "0.1", 0, 2, "freedom of choice when writing"),
    INT("events.keep", events.keep, "100000", 100, 100000000, NULL,
        "events that are kept; older ones go once every reader has passed them"),
    INT("events.keep_days", events.keep_days, "30", 1, 3650, NULL,
        "and none longer than this, but for readers that have not passed them"),
    INT("events.history", events.history, "100", 1, 1000, NULL,
        "newest events that the live feed can show to who comes"),
    INT("events.max_subscribers", events.max_subscribers, "10000", 1, 100000, NULL,
        "who may watch the live feed at once; each is one of http.max_connections"),
    {"events.include_content", SRV_CHOICE, AT(events.include_content), "false", 0, 0, "true|false",
     NULL,
     "document.created and document.updated have the text of the document, up to 256 KiB; in "
     "events "
     "it stays when the document is deleted"},
    {"events.kafka.all", SRV_CHOICE, AT(events.kafka.all), "false", 0, 0, "true|false", NULL,
     "types without a topic of their own go to anchorage.events"},
    INT("performance.every_ms", performance.every_ms, "5000", 0, 3600000, NULL,
        "how often the live feed's watch looks at how the server fares; 0: never"),
    INT("performance.window_s", performance.window_s, "60", 1, 3600, NULL,
        "questions of so many seconds count for their latency"),
    REAL("performance.hysteresis", performance.hysteresis, "0.2", 0, 1,
         "what passed its threshold is well again so much of it below"),
    INT("performance.query_p95_ms", performance.query_p95_ms, "5000", 0, 3600000, NULL,
        "latency that 95 of 100 questions keep; above it the feed says so; 0: not watched"),
    INT("performance.memory_mb", performance.memory_mb, "4096", 0, 1048576, NULL,
        "resident memory in MiB; above it the feed says so; 0: not watched"),
    INT("performance.queue_depth", performance.queue_depth, "256", 0, 1000000, NULL,
        "tasks that wait for a thread, or any request refused with 503: above it the feed says so; "
        "0: neither is watched"),
    INT("bus.inbound_tries", bus.inbound_tries, "20", 1, 1000, NULL,
        "how often an event of another service is tried that a later try may help (20: for about a "
        "minute), while those behind it in its stream or topic wait; then it is set aside"),
    TEXT("bus.redis.url", SRV_SECRET, bus.redis.url, "", "REDIS_URL",
         "Redis that events are announced on: redis://[user][:password]@host[:port][/db], "
         "rediss:// for TLS, unix://[user][:password]@/path; a reference env:NAME or file:PATH, or "
         "the URL; empty: none"),
    INT("bus.redis.db", bus.redis.db, "-1", -1, 1000000, NULL,
        "database there; -1: the one in the URL"),
    TEXT("bus.redis.prefix", SRV_TEXT, bus.redis.prefix, "", NULL,
         "what the names of all keys and channels begin with, such as shop:"),
    {"bus.redis.streams", SRV_CHOICE, AT(bus.redis.streams), "one", 0, 0, "one|type", NULL,
     "one stream for all events (events), or one a type (events:query.completed)"},
    INT("bus.redis.max_events", bus.redis.max_events, "1000000", 1000, 1000000000, NULL,
        "events that a stream keeps, about; a million take about 1 GB there"),
    TEXT("bus.redis.tls_ca", SRV_PATH, bus.redis.tls_ca, "", NULL,
         "certificates in PEM that the server's is checked against; empty: the system's"),
    {"bus.redis.inbound", SRV_LIST, AT(bus.redis.inbound),
     "document.uploaded,accounting.entry.created,user.created", 0, 0, NULL, NULL,
     "types of events that other services may send, on the streams events:<type>: a field envelope "
     "with JSON, or the members of the payload as fields"},
    TEXT(
        "bus.redis.group", SRV_TEXT, bus.redis.group, "anchorage", NULL,
        "consumer group that takes events of other services in: servers with one group share them, "
        "with groups of their own each gets all"),
    TEXT(
        "bus.redis.consumer", SRV_TEXT, bus.redis.consumer, "", NULL,
        "name in the consumer groups, one a process and the same after a restart; empty: the id of "
        "the data folder"),
    INT("bus.redis.claim_ms", bus.redis.claim_ms, "60000", 1000, 86400000, NULL,
        "events that another consumer took and did not finish for so long are taken over"),
    INT("bus.redis.keep_handled_s", bus.redis.keep_handled_s, "3600", 0, 315360000, NULL,
        "how long events of other services stay on their stream that every group of it has "
        "handled; "
        "then they are removed"),
    TEXT("bus.kafka.brokers", SRV_TEXT, bus.kafka.brokers, "", "KAFKA_BOOTSTRAP_SERVERS",
         "Kafka that events are announced on: host:port,host:port; empty: none"),
    {"bus.kafka.security", SRV_CHOICE, AT(bus.kafka.security), "plaintext", 0, 0,
     "plaintext|ssl|sasl_plaintext|sasl_ssl", NULL, "how the brokers are spoken to"},
    {"bus.kafka.mechanism", SRV_CHOICE, AT(bus.kafka.mechanism), "PLAIN", 0, 0,
     "PLAIN|SCRAM-SHA-256|SCRAM-SHA-512", NULL,
     "how SASL says who we are; SCRAM with Kafka 4 needs librdkafka 2.6.1"},
    TEXT("bus.kafka.user", SRV_TEXT, bus.kafka.user, "", NULL, "name for SASL"),
    TEXT("bus.kafka.password", SRV_SECRET, bus.kafka.password, "env:ANCHORAGE_KAFKA_PASSWORD", NULL,
         "password for SASL; a reference env:NAME or file:PATH"),
    TEXT("bus.kafka.tls_ca", SRV_PATH, bus.kafka.tls_ca, "", NULL,
         "certificates in PEM that the brokers' are checked against; empty: the system's"),
    TEXT("bus.kafka.prefix", SRV_TEXT, bus.kafka.prefix, "", NULL,
         "what the names of all topics begin with, such as shop."),
    {"bus.kafka.topics", SRV_MAP, AT(bus.kafka.topics), "", 0, 0, NULL, NULL,
     "other names for topics, behind the prefix: TOPIC=NAME, such as "
     "chatbot.error=chatbot.error.occurred; also of types that are read"},
    TEXT("bus.kafka.group", SRV_TEXT, bus.kafka.group, "anchorage", NULL,
         "consumer group that takes events of other services in"),
    {"bus.kafka.compression", SRV_CHOICE, AT(bus.kafka.compression), "lz4", 0, 0,
     "none|gzip|snappy|lz4|zstd", NULL, "compression of what is sent"},
    {"bus.kafka.make_topics", SRV_CHOICE, AT(bus.kafka.make_topics), "true", 0, 0, "true|false",
     NULL, "topics that are absent are made"},
    INT("bus.kafka.partitions", bus.kafka.partitions, "3", 1, 1000, NULL,
        "partitions of topics that are made"),
    INT("bus.kafka.replication", bus.kafka.replication, "0", 0, 10, NULL,
        "copies of topics that are made; 0: as the cluster has it by default"),
    {"bus.kafka.inbound", SRV_LIST, AT(bus.kafka.inbound),
     "document.uploaded,accounting.entry.created,user.created", 0, 0, NULL, NULL,
     "types of events that other services may send, on topics of the same names: an envelope or "
     "its "
     "payload as JSON"},
    {"tracking.enabled", SRV_CHOICE, AT(tracking.enabled), "true", 0, 0, "true|false", NULL,
     "keep the query log, retrievals and lives of documents (tracking.db)"},
    INT("tracking.keep_days", tracking.keep_days, "90", 1, 36500, NULL,
        "queries asked longer ago are forgotten, with their retrievals and feedback"),
    INT("tracking.keep_documents_days", tracking.keep_documents_days, "730", 1, 36500, NULL,
        "how long it is kept what happened to documents, and how often each was found"),
    INT("tracking.keep_rollups_days", tracking.keep_rollups_days, "730", 1, 36500, NULL,
        "how long the numbers of each hour are kept"),
    {"tracking.prices", SRV_MAP, AT(tracking.prices), "", 0, 0, NULL, NULL,
     "what tokens cost, per million: MODEL=INPUT/OUTPUT, such as gpt-4o-mini=0.15/0.60"},
    {"privacy.keep_texts", SRV_CHOICE, AT(privacy.keep_texts), "true", 0, 0, "true|false", NULL,
     "keep questions, answers, comments and texts of errors in events and tracking; false: figures "
     "alone"},
    {"privacy.hash_user_ids", SRV_CHOICE, AT(privacy.hash_user_ids), "false", 0, 0, "true|false",
     NULL,
     "hashes stand for ids of users in events, on buses, in tracking and log, with a key of this "
     "data folder (privacy.key)"},
    {"log.level", SRV_CHOICE, AT(log.level), "info", 0, 0, "debug|info|warn|error", "LOG_LEVEL",
     "least severity that is logged"},
};

const size_t srv_row_count = ANC_COUNT(srv_rows);

const srv_row *srv_row_find(anc_str key)
{
    for (size_t i = 0; i < srv_row_count; i++)
        if (anc_str_eq(anc_str_of(srv_rows[i].key), key))
            return &srv_rows[i];
    return NULL;
}

enum { LONGEST_KEY = 63 };

/* Levenshtein distance by one row of the table; keys are short. */
size_t srv_distance(anc_str a, anc_str b)
{
    size_t row[LONGEST_KEY + 1];
    if (a.len > LONGEST_KEY || b.len > LONGEST_KEY)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            const size_t change = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            diagonal = row[j];
            const size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = change < shorter ? change : shorter;
        }
    }
    return row[b.len];
}

const char *srv_row_nearest(anc_str key)
{
    const char *best = NULL;
    size_t best_distance = SRV_FAR;
    for (size_t i = 0; i < srv_row_count; i++) {
        const size_t d = srv_distance(key, anc_str_of(srv_rows[i].key));
        if (d < best_distance) {
            best_distance = d;
            best = srv_rows[i].key;
        }
    }
    return best;
}
