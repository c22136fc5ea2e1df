/* config.h - everything that can be configured, typed, in one struct filled from one table.
 *
 * Sources, later ones win: defaults, the YAML file, `.env` in the working folder, the environment
 * (ANCHORAGE_HTTP__PORT=8001, and the names that other stacks use), command-line flags. An unknown
 * key or variable, or a value that does not fit, stops the start with file, line, name and what is
 * allowed.
 * A configuration is immutable once loaded; its views live in its own arena.
 */
#ifndef ANC_SERVER_CONFIG_H
#define ANC_SERVER_CONFIG_H

#include "base/str.h"

typedef struct srv_strs {
    anc_str *items;
    size_t n;
} srv_strs;

typedef struct srv_config {
    anc_arena *mem; /* owned */
    anc_str file;   /* the YAML file that was read; empty: none */
    /* by row of the table: where the value came from ("anchorage.yaml:7"), and the variable that a
     * secret refers to (empty: none) */
    anc_str *origins, *named;

    anc_str data_dir;
    anc_str models_dir;

    struct {
        int64_t reserve_mb;
    } storage;
    struct {
        anc_str listen;
        int64_t port;
        int64_t max_connections;
        int64_t idle_timeout_ms;
        int64_t head_timeout_ms;
        int64_t body_timeout_ms;
        int64_t stall_timeout_ms;
        int64_t max_body_mb;
        int64_t body_memory_mb;
        int64_t answer_memory_mb;
        int64_t request_timeout_ms;
        int64_t long_timeout_ms;
        int64_t max_in_flight;
        int64_t max_wait_ms;
        int64_t drain_timeout_ms;
        srv_strs cors_origins;
    } http;
    struct {
        anc_str api_key; /* the resolved secret; empty: none */
    } auth;
    struct {
        anc_str name;
        struct {
            anc_str url; /* empty: none */
            anc_str form, model;
            anc_str api_key; /* the resolved secret */
            anc_str shorten, query_prefix, passage_prefix;
            int64_t dims, max_tokens, batch, parallel, retries, timeout_ms;
        } remote;
        int64_t cache_mb;
        anc_str cache_persistent;
        int64_t warm_up, warm_up_ms;
        int64_t most_loaded, most_mb;
        int64_t threads;
        anc_str precision;
    } model;
    struct {
        anc_str model, by_default;
        int64_t most, budget_ms;
        struct {
            anc_str url; /* empty: none */
            anc_str form, model;
            anc_str api_key; /* the resolved secret */
            int64_t batch, parallel, retries, timeout_ms;
        } remote;
    } rerank;
    struct {
        int64_t workers;
        int64_t standstill_s;
        int64_t keep_days;
        int64_t keep_batches;
        int64_t spool_mb;
        srv_strs event_folders, event_hosts;
    } ingest;
    struct {
        int64_t keep_versions;
    } knowledge;
    struct {
        anc_str fusion;
        double semantic_share;
        double recall;
        int64_t title_weight;
    } search;
    struct {
        int64_t write_mb_per_second;
    } index;
    struct {
        int64_t top_k;
        int64_t max_question_chars;
        int64_t history_turns;
        int64_t context_tokens;
        double relevance_threshold;
        anc_str system_prompt, prompt_template;
        int64_t rewrite_timeout_ms;
    } chat;
    struct {
        double q3_from, q4_from;
        anc_str q2_name, q3_name, q4_name;
        int64_t q2_latency_ms, q3_latency_ms, q4_latency_ms;
        double weight_length, weight_clauses, weight_questions, weight_comparison,
            weight_enumeration, weight_reasoning, weight_history;
    } routing;
    struct {
        anc_str base_url;
        anc_str api_key; /* the resolved secret */
        anc_str model;
        int64_t connect_timeout_ms;
        int64_t first_token_timeout_ms;
        int64_t idle_timeout_ms;
        int64_t total_timeout_ms;
        int64_t max_tokens;
        double temperature;
    } llm;
    struct {
        int64_t keep;
        int64_t keep_days;
        int64_t history;
        int64_t max_subscribers;
        anc_str include_content; /* "true" or "false" */
        struct {
            anc_str all; /* "true" or "false" */
        } kafka;
    } events;
    struct {
        int64_t every_ms, window_s;
        double hysteresis;
        int64_t query_p95_ms, memory_mb, queue_depth;
    } performance;
    struct {
        struct {
            anc_str url; /* the resolved secret; empty: no such bus */
            int64_t db;
            anc_str prefix, streams, tls_ca, consumer;
            int64_t max_events;
            int64_t claim_ms, keep_handled_s;
            srv_strs inbound;
            anc_str group;
        } redis;
        struct {
            anc_str brokers; /* empty: no such bus */
            anc_str security, mechanism, user, password, tls_ca;
            anc_str prefix, group, compression, make_topics;
            int64_t partitions, replication;
            srv_strs inbound, topics; /* topics: "TOPIC=NAME" */
        } kafka;
        int64_t inbound_tries;
    } bus;
    struct {
        anc_str enabled;
        int64_t keep_days, keep_documents_days, keep_rollups_days;
        srv_strs prices;
    } tracking;
    struct {
        anc_str keep_texts, hash_user_ids;
    } privacy;
    struct {
        anc_str level;
    } log;
} srv_config;

/* A `--set key=value`, or a flag that stands for one. */
typedef struct srv_override {
    anc_str key;        /* "http.port" */
    anc_str value;      /* as it would stand in YAML */
    const char *origin; /* "--port", for messages */
} srv_override;

typedef struct srv_config_sources {
    anc_str file;           /* --config; empty: ANCHORAGE_CONFIG, ./anchorage.yaml, or none */
    const char *const *env; /* environ: NAME=VALUE, NULL at the end */
    anc_str dotenv;         /* path of the .env file; a missing one is fine */
    const srv_override *overrides;
    size_t n_overrides;
} srv_config_sources;

void srv_config_free(srv_config *config); /* NULL is a no-op */

/* INVALID with "file:line: key: what is wrong; what is allowed"; NOT_FOUND for a file that was named
 * and is not there. */
anc_status srv_config_load(const srv_config_sources *sources, srv_config **ret,
                           anc_err *err) ANC_MUST_CHECK;

/* What may be configured and must not be served over TCP: INVALID where documents would be open to
 * anybody, with the key, where it stands, and what to do. */
anc_status srv_config_check_serving(const srv_config *config, anc_err *err) ANC_MUST_CHECK;

/* Every key with its type, range, default, environment name and meaning, as a commented YAML file. */
void srv_config_describe(anc_buf *out);

/* Every key with the value in force; secrets as "(set)" or "(not set)". */
void srv_config_dump(const srv_config *config, anc_buf *out);

#endif
