/* schemas.h - what bodies and query strings decode into, and the tables that say so. Private. */
#ifndef ANC_EDGE_HTTP_SCHEMAS_H
#define ANC_EDGE_HTTP_SCHEMAS_H

#include "body_schema.h"

typedef struct http_chat_in {
    anc_str question, conversation_id, session_id, message_id;
    http_texts collections;
    int64_t top_k; /* 0: as configured */
    anc_str mode;
    const json_value *filters;
    http_wish rerank;
    anc_str model, provider, system_prompt, stages;
} http_chat_in;

typedef struct http_search_in {
    anc_str query;
    http_texts collections;
    int64_t top_k;
    anc_str mode;
    const json_value *filters;
    http_wish rerank;
    bool explain, highlight, join_neighbours;
    int64_t context_chunks;
} http_search_in;

enum { HTTP_USER_NAME_MAX = 60 }; /* characters, so that an id made of it fits */

typedef struct http_user_chat_in {
    anc_str user_name;
    http_chat_in chat;
} http_user_chat_in;

enum { HTTP_MOST_TEXTS = 2048 }; /* of one request for vectors or scores */

typedef struct http_embeddings_in {
    const json_value *input; /* a text or an array of them: the handler's to check */
    anc_str model, encoding_format, input_type, user;
    int64_t dimensions; /* 0: all */
} http_embeddings_in;

typedef struct http_rerank_in {
    anc_str query, model;
    const json_value *documents; /* texts, or objects with one: the handler's to check */
    int64_t top_n;               /* 0: all */
    bool return_documents;
} http_rerank_in;

typedef struct http_told_in {
    anc_str question, answer;
} http_told_in;

typedef struct http_assess_in {
    anc_str question;
} http_assess_in;

typedef struct http_feedback_in {
    anc_str query_id, comment;
    int64_t rating;
} http_feedback_in;

typedef struct http_conversation_in {
    anc_str id, title;
} http_conversation_in;

typedef struct http_chunking_in {
    anc_str strategy;
    int64_t max_tokens, overlap_sentences;
} http_chunking_in;

typedef struct http_collection_in {
    anc_str name, description, language, system_prompt, prompt_template, embedding_model;
    http_chunking_in chunking;
    http_texts acl;
} http_collection_in;

typedef struct http_document_in {
    anc_str id, collection, title, text, content_base64, content_type, uri;
    const json_value *metadata;
    http_texts acl;
} http_document_in;

/* A version as an export has it. */
typedef struct http_version_in {
    http_document_in document; /* without id and collection */
    anc_str source, file_name, fingerprint, parent, made_for, rows;
    http_texts row_columns, attachments_unread;
    anc_str vectors_model, vectors_digests, vectors_values; /* the last two base64 */
    int64_t created_ms, document_created_ms;
    http_texts changed;                                  /* items NULL: not told */
    int64_t chunks_added, chunks_removed, restored_from; /* -1, -1, 0: not told */
} http_version_in;

typedef struct http_sync_in {
    bool rebuild;
} http_sync_in;

typedef struct http_folder_in {
    anc_str path, glob;
    http_texts globs;
    const json_value *metadata;
    http_texts acl;
} http_folder_in;

typedef struct http_ingest_in {
    anc_str db_type, table_or_collection, collection, sync, rows, id_field, title_field;
    http_texts text_fields;
    http_folder_in params;
} http_ingest_in;

/* query strings */
typedef struct http_page {
    int64_t limit;
    anc_str cursor;
} http_page;

typedef struct http_document_query {
    anc_str collection;
    anc_str q;
    http_page page;
    int64_t version, expected_version;
    bool async;
} http_document_query;

typedef struct http_search_query {
    bool explain;
} http_search_query;

typedef struct http_ingest_query {
    bool wait;
} http_ingest_query;

typedef struct http_batch_query {
    bool wait;
    anc_str collection;
} http_batch_query;

typedef struct http_batches_query {
    http_texts states;
    http_page page;
} http_batches_query;

typedef struct http_event_query {
    anc_str type, severity;
    int64_t since_ms;
    http_page page;
} http_event_query;

typedef struct http_feed_query {
    http_texts types;
    anc_str severity, access_token;
    int64_t replay;
} http_feed_query;

/* What a watcher of the live feed may send. */
typedef struct http_wanted_in {
    http_texts types;
    anc_str severity;
} http_wanted_in;

typedef struct http_subscribe_in {
    http_wanted_in wanted;
} http_subscribe_in;

typedef struct http_failure_query {
    anc_str batch_id;
    http_page page;
} http_failure_query;

typedef struct http_tracking_query_in {
    anc_str user, collection, q, status;
    int64_t since_ms, until_ms;
    double min_ms;
    bool zero_results;
    http_page page;
} http_tracking_query_in;

typedef struct http_tracking_document_in {
    anc_str collection; /* empty: any */
} http_tracking_document_in;

typedef struct http_tracking_stats_in {
    int64_t since_ms;
    anc_str bucket;
} http_tracking_stats_in;

typedef struct http_erase_in {
    anc_str user_id;
} http_erase_in;

/* requests */
extern const http_schema http_user_chat_schema, http_told_schema, http_feedback_schema,
    http_assess_schema, http_messages_params;
extern const http_schema http_chat_schema, http_search_schema, http_conversation_schema,
    http_collection_schema, http_collection_patch_schema, http_document_schema, http_version_schema,
    http_sync_schema, http_ingest_schema, http_batch_schema, http_subscribe_schema;
extern const http_schema http_chat_params, http_search_params, http_page_params,
    http_documents_params, http_document_delete_params, http_version_put_params,
    http_version_params, http_version_get_params, http_versions_params, http_chunks_params,
    http_restore_params, http_put_params, http_document_put_params, http_ingest_params,
    http_batches_params, http_batch_params, http_event_params, http_feed_params,
    http_failure_params;

/* described alone (described_schemas.c): trees that are checked by who reads them, forms, events */
extern const http_schema http_metadata_schema, http_filter_schema, http_document_form,
    http_version_form, http_batch_form, http_chat_event_out, http_batch_event_out,
    http_feed_event_out;

/* answers: no struct, for the description alone */
extern const http_schema http_problem_out, http_root_out, http_probe_out, http_health_out,
    http_message_out, http_source_out, http_history_out, http_feedback_out, http_router_out,
    http_assessment_out, http_answer_out, http_search_out, http_conversation_out,
    http_conversations_out, http_conversation_whole_out, http_models_out, http_collection_out,
    http_collections_out, http_put_out, http_document_out, http_documents_out, http_version_out,
    http_versions_out, http_chunks_out, http_vectors_out, http_stats_out, http_index_out,
    http_verified_out, http_sync_out, http_started_out, http_batch_out, http_batches_out,
    http_failures_out, http_replays_out, http_events_out, http_event_stats_out;

/* models by themselves (model_schemas.c) */
extern const http_schema http_embeddings_schema, http_embeddings_out, http_rerank_schema,
    http_rerank_out;

/* tracking (tracking_schemas.c) */
extern const http_schema http_tracking_params, http_tracking_document_params,
    http_tracking_stats_params, http_erase_schema, http_tracked_queries_out, http_tracked_query_out,
    http_tracked_document_out, http_tracking_stats_out, http_erased_out;

#endif
