/* route_table.c - one row a path and method; rows without a handler answer 501 by their name. */
#include "route_table.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "handlers.h"
#include "schemas.h"

#define SEE(method_, path_, id_, tag_, summary_, ...)                                            \
    {                                                                                            \
        .method = (method_), .path = (path_), .id = (id_), .tag = (tag_), .summary = (summary_), \
        __VA_ARGS__                                                                              \
    }
#define LATER(method_, path_, id_, tag_, summary_)                                               \
    {                                                                                            \
        .method = (method_), .path = (path_), .id = (id_), .tag = (tag_), .summary = (summary_), \
        .role = HTTP_OWNER, .status = 501                                                        \
    }

#define LATER_ALONE(method_, path_, id_, tag_, summary_)                                 \
    SEE(method_, path_, id_, tag_, summary_, .role = HTTP_OWNER, .flags = HTTP_OWN_PATH, \
        .status = 501)

/* what a row does; a path of another name for the same thing repeats it */
#define PUBLIC(fn, out) .handle = (fn), .role = HTTP_PUBLIC, .response = (out), .status = 200
#define READS(fn, params, out)                                                                  \
    .handle = (fn), .lane = HTTP_IO, .role = HTTP_READER, .query = (params), .response = (out), \
    .status = 200
#define OWNER_READS(fn, params, out)                                                           \
    .handle = (fn), .lane = HTTP_IO, .role = HTTP_OWNER, .query = (params), .response = (out), \
    .status = 200
#define REMOVES(fn, params) \
    .handle = (fn), .lane = HTTP_IO, .role = HTTP_OWNER, .query = (params), .status = 204
#define SENDS(fn, lane_, in, out, status_)                                                       \
    .handle = (fn), .lane = (lane_), .body = HTTP_JSON_BODY, .request = (in), .response = (out), \
    .status = (status_)
#define STARTS(fn, out)                                                                            \
    .handle = (fn), .lane = HTTP_IO, .role = HTTP_OWNER, .flags = HTTP_CREATES, .response = (out), \
    .status = 202
#define METRICS                                                                           \
    .handle = http_metrics_get, .role = HTTP_OWNER, .status = 200, .flags = HTTP_WATCHES, \
    .media = "text/plain; version=0.0.4; charset=utf-8"
#define DOCS PUBLIC(http_docs_get, NULL), .media = "text/html; charset=utf-8"
#define QUESTION(fn, in)                              \
    SENDS(fn, HTTP_CPU, (in), &http_answer_out, 200), \
        .role = HTTP_READER, .flags = HTTP_TAKES_OVER | HTTP_KEYED | HTTP_SEARCHES
#define STREAM(more)                                                   \
    .role = HTTP_READER, .flags = HTTP_TAKES_OVER | HTTP_SSE | (more), \
    .media = "text/event-stream", .events = &http_chat_event_out
#define QUESTION_STREAM(fn, in) \
    SENDS(fn, HTTP_CPU, (in), NULL, 200), STREAM(HTTP_KEYED | HTTP_SEARCHES)
#define SOCKET                                                                      \
    .handle = http_events_ws, .lane = HTTP_LOOP, .role = HTTP_OWNER, .status = 101, \
    .query = &http_feed_params, .flags = HTTP_TAKES_OVER | HTTP_WEBSOCKET | HTTP_TOKEN
#define CREATES_DOCUMENT                                                                      \
    .handle = http_documents_create, .lane = HTTP_PUT, .body = HTTP_DOCUMENT_BODY,            \
    .role = HTTP_OWNER, .flags = HTTP_CREATES | HTTP_LONG, .query = &http_put_params,         \
    .request = &http_document_schema, .form = &http_document_form, .response = &http_put_out, \
    .status = 201, .waited = &http_put_out, .queued = &http_started_out

const http_route http_routes[] = {
    /* health and documentation */
    SEE("GET", "/", "root", "health", "What answers here; a browser is sent to the documentation",
        PUBLIC(http_root_get, &http_root_out)),
    SEE("GET", "/livez", "livez", "health", "200 while the process serves",
        PUBLIC(http_livez_get, &http_probe_out)),
    SEE("GET", "/readyz", "readyz", "health", "200 once warm, 503 before and while draining",
        PUBLIC(http_readyz_get, &http_probe_out), .unready = &http_probe_out),
    SEE("GET", "/health", "health", "health", "How the parts are; 503 when unhealthy",
        PUBLIC(http_health_get, &http_health_out), .unready = &http_health_out),
    SEE("GET", "/v1/health", "health_v1", "health", "As /health",
        PUBLIC(http_health_get, &http_health_out), .unready = &http_health_out),
    SEE("GET", "/metrics", "metrics", "health", "Prometheus text format", METRICS),
    SEE("GET", "/v1/metrics", "metrics_v1", "health", "As /metrics", METRICS),
    SEE("GET", "/openapi.json", "openapi", "health", "This document",
        PUBLIC(http_openapi_get, NULL)),
    SEE("GET", "/docs", "docs", "health", "This document, for people", DOCS),
    SEE("GET", "/redoc", "redoc", "health", "As /docs", DOCS),

    /* chat */
    SEE("POST", "/v1/chat/query", "chat_query", "chat", "Answer a question with checked citations",
        QUESTION(http_chat_query, &http_chat_schema)),
    SEE("POST", "/v1/chat/stream", "chat_stream", "chat",
        "The same as server-sent events: sources, token…, done or error",
        QUESTION_STREAM(http_chat_stream, &http_chat_schema)),
    SEE("GET", "/v1/chat/stream", "chat_stream_get", "chat", "The same for an EventSource",
        .handle = http_chat_stream, .lane = HTTP_CPU, .query = &http_chat_params, .status = 200,
        STREAM(HTTP_ACTS | HTTP_SEARCHES)),
    SEE("GET", "/v1/chat/conversations", "conversations_list", "chat",
        "Conversations, newest first",
        READS(http_conversations_list, &http_page_params, &http_conversations_out)),
    SEE("POST", "/v1/chat/conversations", "conversations_create", "chat", "Start a conversation",
        SENDS(http_conversations_create, HTTP_IO, &http_conversation_schema, &http_conversation_out,
              201),
        .role = HTTP_READER, .flags = HTTP_CREATES | HTTP_OPTIONAL_BODY),
    SEE("GET", "/v1/chat/conversations/{id}", "conversations_get", "chat",
        "A conversation with its messages",
        READS(http_conversations_get, &http_messages_params, &http_conversation_whole_out)),
    SEE("DELETE", "/v1/chat/conversations/{id}", "conversations_delete", "chat",
        "Forget a conversation", .handle = http_conversations_delete, .lane = HTTP_IO,
        .role = HTTP_READER, .status = 204),
    SEE("POST", "/v1/search", "search", "chat",
        "Passages without an answer. The events and the query log are told of it a tenth of a "
        "second later: a crash in between loses that",
        SENDS(http_search_run, HTTP_CPU, &http_search_schema, &http_search_out, 200),
        .query = &http_search_params, .role = HTTP_READER, .flags = HTTP_SEARCHES),
    SEE("POST", "/v1/feedback", "feedback", "chat",
        "Say whether an answer helped; said again it takes the place of what was said",
        SENDS(http_feedback_give, HTTP_IO, &http_feedback_schema, &http_feedback_out, 200),
        .role = HTTP_READER, .flags = HTTP_CREATES),

    /* OpenAI-compatible and MCP */
    SEE("GET", "/v1/models", "models", "compatible",
        "What answers, collection by collection, and the embedding models that are installed",
        READS(http_models_list, NULL, &http_models_out)),
    LATER("POST", "/v1/chat/completions", "completions", "compatible",
          "Chat completions in the OpenAI form"),
    SEE("POST", "/v1/embeddings", "embeddings", "compatible", "Embeddings in the OpenAI form",
        SENDS(http_embeddings_make, HTTP_IO, &http_embeddings_schema, &http_embeddings_out, 200),
        .role = HTTP_READER, .flags = HTTP_ROOMY),
    SEE("POST", "/v1/rerank", "rerank", "compatible", "Scores of documents for a query, best first",
        SENDS(http_rerank_run, HTTP_IO, &http_rerank_schema, &http_rerank_out, 200),
        .role = HTTP_READER, .flags = HTTP_ROOMY),
    LATER("POST", "/mcp", "mcp", "compatible", "Model Context Protocol"),

    /* knowledge */
    SEE("GET", "/v1/collections", "collections_list", "knowledge", "Collections by name",
        READS(http_collections_list, &http_page_params, &http_collections_out)),
    SEE("POST", "/v1/collections", "collections_create", "knowledge", "Make a collection",
        SENDS(http_collections_create, HTTP_IO, &http_collection_schema, &http_collection_out, 201),
        .role = HTTP_OWNER, .flags = HTTP_CREATES),
    SEE("GET", "/v1/collections/{name}", "collections_get", "knowledge", "A collection",
        READS(http_collections_get, NULL, &http_collection_out)),
    SEE("PATCH", "/v1/collections/{name}", "collections_update", "knowledge",
        "Change settings; documents are cut again in the background where they ask for it",
        SENDS(http_collections_update, HTTP_IO, &http_collection_patch_schema, &http_collection_out,
              200),
        .role = HTTP_OWNER),
    SEE("DELETE", "/v1/collections/{name}", "collections_delete", "knowledge",
        "Remove a collection with all of its documents", REMOVES(http_collections_delete, NULL)),
    SEE("POST", "/v1/knowledge/documents", "documents_create", "knowledge",
        "Put a document: JSON, or a file as multipart/form-data", CREATES_DOCUMENT),
    SEE("POST", "/v1/knowledge/documents/batch", "documents_batch", "knowledge",
        "Many documents in one request, read in the background; of a form the fields go before the "
        "files, which are taken as they come",
        .handle = http_documents_batch, .lane = HTTP_IO, .body = HTTP_BATCH_BODY,
        .role = HTTP_OWNER, .flags = HTTP_CREATES | HTTP_LONG | HTTP_TAKES_OVER,
        .query = &http_batch_params, .request = &http_batch_schema, .form = &http_batch_form,
        .response = &http_started_out, .status = 202, .waited = &http_batch_out),
    SEE("GET", "/v1/knowledge/documents", "documents_list", "knowledge", "Documents by id",
        READS(http_documents_list, &http_documents_params, &http_documents_out)),
    SEE("GET", "/v1/knowledge/documents/{id}", "documents_get", "knowledge", "A document",
        READS(http_documents_get, &http_version_params, &http_document_out)),
    SEE("PUT", "/v1/knowledge/documents/{id}", "documents_replace", "knowledge",
        "A new version of a document, or a first one", .handle = http_documents_replace,
        .lane = HTTP_PUT, .body = HTTP_DOCUMENT_BODY, .role = HTTP_OWNER, .flags = HTTP_LONG,
        .query = &http_document_put_params, .request = &http_document_schema,
        .form = &http_document_form, .response = &http_put_out, .status = 201,
        .waited = &http_put_out, .queued = &http_started_out),
    SEE("DELETE", "/v1/knowledge/documents/{id}", "documents_delete", "knowledge",
        "Remove a document with its vectors, words and original",
        REMOVES(http_documents_delete, &http_document_delete_params)),
    SEE("GET", "/v1/knowledge/documents/{id}/versions", "documents_versions", "knowledge",
        "Versions of a document, newest first, and what changed with each",
        READS(http_versions_list, &http_versions_params, &http_versions_out)),
    SEE("GET", "/v1/knowledge/documents/{id}/versions/{version}", "documents_version_get",
        "knowledge", "A version of a document, and what changed with it",
        READS(http_versions_get, &http_version_get_params, &http_version_out)),
    SEE("PUT", "/v1/knowledge/documents/{id}/versions/{version}", "documents_version_put",
        "knowledge",
        "Put a version back as an export has it, with its number and times; older ones come first",
        .handle = http_versions_put, .lane = HTTP_PUT, .body = HTTP_DOCUMENT_BODY,
        .role = HTTP_OWNER, .flags = HTTP_LONG | HTTP_CONFLICTS, .query = &http_version_put_params,
        .request = &http_version_schema, .form = &http_version_form, .response = &http_put_out,
        .status = 201, .waited = &http_put_out),
    SEE("POST", "/v1/knowledge/documents/{id}/versions/{version}/restore", "documents_restore",
        "knowledge", "A new version with the content, title and metadata of an old one",
        .handle = http_versions_restore, .lane = HTTP_PUT, .role = HTTP_OWNER,
        .flags = HTTP_CREATES | HTTP_LONG, .query = &http_restore_params, .response = &http_put_out,
        .queued = &http_started_out, .status = 200),
    SEE("GET", "/v1/knowledge/documents/{id}/chunks", "documents_chunks", "knowledge",
        "The chunks as cut", READS(http_chunks_list, &http_chunks_params, &http_chunks_out)),
    SEE("GET", "/v1/knowledge/documents/{id}/vectors", "documents_vectors", "knowledge",
        "The vectors of the chunks of a version, as an export takes them along",
        READS(http_vectors_get, &http_version_params, &http_vectors_out)),
    SEE("GET", "/v1/knowledge/documents/{id}/raw", "documents_raw", "knowledge",
        "The original bytes, in their own content type; a Range of them with 206",
        READS(http_raw_get, &http_version_params, NULL), .flags = HTTP_TAKES_OVER | HTTP_RANGED,
        .media = "*/*"),
    SEE("GET", "/v1/knowledge/documents/{id}/text", "documents_text", "knowledge",
        "The extracted text that offsets count in",
        READS(http_text_get, &http_version_params, NULL), .flags = HTTP_TAKES_OVER,
        .media = "text/plain; charset=utf-8"),
    SEE("GET", "/v1/knowledge/stats", "knowledge_stats", "knowledge", "Numbers per collection",
        READS(http_stats_get, NULL, &http_stats_out)),
    SEE("POST", "/v1/knowledge/sync", "knowledge_sync", "knowledge",
        "Bring the index up to date, or build it anew",
        SENDS(http_sync_start, HTTP_IO, &http_sync_schema, &http_started_out, 202),
        .role = HTTP_OWNER, .flags = HTTP_CREATES | HTTP_OPTIONAL_BODY),
    SEE("GET", "/v1/knowledge/sync/{batch_id}", "knowledge_sync_get", "knowledge",
        "How far a sync is", READS(http_sync_get, NULL, &http_sync_out)),
    SEE("POST", "/v1/knowledge/index/verify", "index_verify", "knowledge",
        "Read the whole index and say what is wrong with it", .handle = http_index_verify,
        .lane = HTTP_IO, .role = HTTP_OWNER, .flags = HTTP_LONG, .response = &http_verified_out,
        .status = 200),
    SEE("POST", "/v1/knowledge/index/optimize", "index_optimize", "knowledge",
        "Merge everything in the index, take out what is dead, and save it",
        .handle = http_index_optimize, .lane = HTTP_IO, .role = HTTP_OWNER, .flags = HTTP_LONG,
        .response = &http_index_out, .status = 200),

    /* ingestion */
    SEE("POST", "/v1/ingest", "ingest", "ingestion", "Read a source in the background",
        SENDS(http_ingest_start, HTTP_IO, &http_ingest_schema, &http_started_out, 202),
        .role = HTTP_OWNER, .flags = HTTP_CREATES | HTTP_LONG | HTTP_TAKES_OVER,
        .query = &http_ingest_params, .waited = &http_batch_out),
    SEE("GET", "/v1/ingest", "ingest_list", "ingestion", "Batches, newest first",
        OWNER_READS(http_ingest_list, &http_batches_params, &http_batches_out)),
    SEE("GET", "/v1/ingest/{batch_id}", "ingest_get", "ingestion", "A batch and its progress",
        OWNER_READS(http_ingest_get, NULL, &http_batch_out)),
    SEE("GET", "/v1/ingest/{batch_id}/progress", "ingest_progress", "ingestion",
        "The same as server-sent events until it ends", .handle = http_ingest_progress,
        .lane = HTTP_IO, .role = HTTP_OWNER, .status = 200,
        .flags = HTTP_TAKES_OVER | HTTP_SSE | HTTP_LONG, .media = "text/event-stream",
        .events = &http_batch_event_out),
    SEE("POST", "/v1/ingest/{batch_id}/cancel", "ingest_cancel", "ingestion", "Stop a batch",
        .handle = http_ingest_cancel, .lane = HTTP_IO, .role = HTTP_OWNER,
        .flags = HTTP_CONFLICTS | HTTP_TAKES_OVER, .response = &http_batch_out, .status = 200),
    SEE("POST", "/v1/ingest/{batch_id}/replay", "ingest_replay", "ingestion",
        "Read a batch's failures again, and what it had not read of a folder when it was "
        "cancelled, "
        "in a batch of their own; what was sent along and not read went with the cancelling",
        STARTS(http_ingest_replay, &http_started_out)),
    SEE("GET", "/v1/dead-letters", "dead_letters", "ingestion",
        "Documents that failed, newest first",
        OWNER_READS(http_dead_letters_list, &http_failure_params, &http_failures_out)),
    SEE("POST", "/v1/dead-letters/{id}/replay", "dead_letters_replay", "ingestion",
        "Try a dead letter again", STARTS(http_dead_letters_replay, &http_started_out)),
    SEE("POST", "/v1/dead-letters/replay", "dead_letters_replay_all", "ingestion",
        "Try all dead letters again: a batch for each that has some",
        STARTS(http_dead_letters_replay_all, &http_replays_out)),
    SEE("DELETE", "/v1/dead-letters/{id}", "dead_letters_delete", "ingestion",
        "Forget a dead letter", REMOVES(http_dead_letters_delete, NULL)),
    LATER_ALONE("POST", "/v1/sources/inspect", "sources_inspect", "ingestion",
                "A source's tables, fields and types"),
    LATER("GET", "/v1/sources", "sources_list", "ingestion", "Kept sources"),
    LATER("POST", "/v1/sources", "sources_create", "ingestion", "Keep a source in sync"),
    LATER("GET", "/v1/sources/{id}", "sources_get", "ingestion", "A kept source"),
    LATER("DELETE", "/v1/sources/{id}", "sources_delete", "ingestion", "Let go of a source"),
    LATER("POST", "/v1/webhooks/{source_id}", "webhooks", "ingestion", "Documents by webhook"),

    /* events, live feed, tracking */
    SEE("GET", "/v1/events/ws", "events_ws", "events",
        "The live feed as WebSocket; a message {\"subscribe\":{\"types\":[…],\"severity\":\"…\"}} "
        "changes what is shown",
        SOCKET),
    SEE("GET", "/ws/events", "events_ws_alias", "events", "As /v1/events/ws", SOCKET),
    SEE("GET", "/v1/events/stream", "events_stream", "events",
        "The live feed as server-sent events; Last-Event-ID brings what was missed",
        .handle = http_events_stream, .lane = HTTP_IO, .role = HTTP_OWNER, .status = 200,
        .query = &http_feed_params, .flags = HTTP_TAKES_OVER | HTTP_SSE | HTTP_TOKEN,
        .media = "text/event-stream", .events = &http_feed_event_out),
    SEE("GET", "/v1/events", "events_list", "events", "Kept events, newest first",
        OWNER_READS(http_events_list, &http_event_params, &http_events_out)),
    SEE("GET", "/v1/events/stats", "events_stats", "events", "The bus in numbers",
        OWNER_READS(http_events_stats, NULL, &http_event_stats_out)),
    SEE("GET", "/api/events/stats", "events_stats_alias", "events", "As /v1/events/stats",
        OWNER_READS(http_events_stats, NULL, &http_event_stats_out)),
    SEE("GET", "/v1/tracking/queries", "tracking_queries", "tracking",
        "The query log, newest first",
        OWNER_READS(http_tracking_queries, &http_tracking_params, &http_tracked_queries_out)),
    SEE("GET", "/v1/tracking/queries/{query_id}", "tracking_query", "tracking",
        "A query with its retrievals and their scores",
        OWNER_READS(http_tracking_query, NULL, &http_tracked_query_out)),
    SEE("GET", "/v1/tracking/documents/{document_id}", "tracking_document", "tracking",
        "What happened to a document, and how often it was found and cited",
        OWNER_READS(http_tracking_document, &http_tracking_document_params,
                    &http_tracked_document_out)),
    SEE("GET", "/v1/tracking/stats", "tracking_stats", "tracking",
        "Counts, percentiles, tokens and cost over time",
        OWNER_READS(http_tracking_stats, &http_tracking_stats_params, &http_tracking_stats_out)),
    SEE("POST", "/v1/tracking/erase", "tracking_erase", "tracking",
        "Forget one user: conversations, caches, events and the query log",
        SENDS(http_tracking_erase, HTTP_IO, &http_erase_schema, &http_erased_out, 200),
        .role = HTTP_OWNER, .flags = HTTP_LONG),

    /* triggers and workflows */
    LATER("GET", "/v1/trigger-types", "trigger_types_list", "triggers", "Trigger types"),
    LATER("POST", "/v1/trigger-types", "trigger_types_create", "triggers", "Make a trigger type"),
    LATER_ALONE("POST", "/v1/triggers/fire", "triggers_fire", "triggers", "Fire an event and wait"),
    LATER("GET", "/v1/triggers", "triggers_list", "triggers", "Triggers"),
    LATER("POST", "/v1/triggers", "triggers_create", "triggers", "Make a trigger"),
    LATER("GET", "/v1/triggers/{id}", "triggers_get", "triggers", "A trigger"),
    LATER("PUT", "/v1/triggers/{id}", "triggers_replace", "triggers", "Change a trigger"),
    LATER("DELETE", "/v1/triggers/{id}", "triggers_delete", "triggers", "Remove a trigger"),
    LATER("GET", "/v1/workflows", "workflows_list", "triggers", "Workflows"),
    LATER("POST", "/v1/workflows", "workflows_create", "triggers", "Make a workflow"),
    LATER("GET", "/v1/workflows/{id}", "workflows_get", "triggers", "A workflow"),
    LATER("PUT", "/v1/workflows/{id}", "workflows_replace", "triggers", "Change a workflow"),
    LATER("DELETE", "/v1/workflows/{id}", "workflows_delete", "triggers", "Remove a workflow"),
    LATER("POST", "/v1/workflows/{id}/run", "workflows_run", "triggers", "Run a workflow"),
    LATER("GET", "/v1/workflow-runs", "workflow_runs_list", "triggers", "Runs of workflows"),
    LATER("GET", "/v1/workflow-runs/{id}", "workflow_runs_get", "triggers", "A run, node by node"),

    /* models and routing */
    SEE("GET", "/v1/router", "router", "routing",
        "Tiers with their thresholds, and what may answer with its circuit",
        READS(http_router_get, NULL, &http_router_out)),
    SEE("POST", "/v1/router/assess", "router_assess", "routing",
        "How complex a question is, by rule, and what tier that asks for",
        SENDS(http_router_assess, HTTP_CPU, &http_assess_schema, &http_assessment_out, 200),
        .role = HTTP_READER),
    LATER("GET", "/v1/model-servers", "model_servers", "routing", "Model servers and their states"),
    LATER("POST", "/v1/model-servers/{id}/start", "model_servers_start", "routing",
          "Start a model server"),
    LATER("POST", "/v1/model-servers/{id}/stop", "model_servers_stop", "routing",
          "Stop a model server"),

    /* other names of the same things */
    SEE("POST", "/query", "query_alias", "other names", "As /v1/chat/query",
        QUESTION(http_chat_query, &http_chat_schema)),
    SEE("POST", "/stream", "stream_alias", "other names", "As /v1/chat/stream",
        QUESTION_STREAM(http_chat_stream, &http_chat_schema)),
    SEE("GET", "/conversations", "conversations_alias", "other names", "As /v1/chat/conversations",
        READS(http_conversations_list, &http_page_params, &http_conversations_out)),
    SEE("POST", "/documents", "documents_alias", "other names", "As /v1/knowledge/documents",
        CREATES_DOCUMENT),
    SEE("POST", "/chat", "chat_alias", "other names", "A question with user_name and message",
        QUESTION(http_user_chat, &http_user_chat_schema)),
    SEE("POST", "/chat/stream", "chat_stream_alias", "other names", "The same, streamed",
        QUESTION_STREAM(http_user_chat_stream, &http_user_chat_schema)),
    SEE("GET", "/chat/history/{user_name}", "history_get", "other names", "A user's turns",
        READS(http_history_get, &http_messages_params, &http_history_out)),
    SEE("POST", "/chat/history/{user_name}", "history_add", "other names", "Add a turn",
        SENDS(http_history_add, HTTP_IO, &http_told_schema, &http_message_out, 201),
        .role = HTTP_READER, .flags = HTTP_CREATES | HTTP_ROOMY),
    SEE("DELETE", "/chat/history/{user_name}", "history_delete", "other names",
        "Forget a user's turns", .handle = http_history_delete, .lane = HTTP_IO,
        .role = HTTP_READER, .status = 204),
    LATER("POST", "/ask", "ask_alias", "other names", "A question that workflows may answer"),
    LATER("POST", "/ingest-data", "ingest_alias", "other names", "As /v1/ingest, waiting"),
    LATER("POST", "/ingest-data-async", "ingest_async_alias", "other names", "As /v1/ingest"),
    LATER("GET", "/ingest-status/{batch_id}", "ingest_status_alias", "other names",
          "As /v1/ingest/{batch_id}"),
    LATER("GET", "/recent-batches", "batches_alias", "other names", "As GET /v1/ingest"),
};

const size_t http_route_count = ANC_COUNT(http_routes);

bool http_route_acts(const http_route *route)
{
    return strcmp(route->method, "GET") != 0 || (route->flags & HTTP_ACTS) != 0;
}

/* ---- finding one ---- */

/* Whether the pattern has the path; its parameters in order. */
static bool path_matches(const char *pattern, const anc_str *segments, size_t n, anc_str *params)
{
    anc_str rest = anc_str_of(pattern + 1), part;
    size_t at = 0, given = 0;
    while (anc_str_split(&rest, '/', &part)) {
        if (part.len == 0)
            continue;
        if (at == n)
            return false;
        if (part.ptr[0] == '{')
            params[given++] = segments[at];
        else if (!anc_str_eq(part, segments[at]))
            return false;
        at++;
    }
    return at == n;
}

/* The pattern that has the path to itself; NULL: several may have it. */
static const char *pattern_alone(const anc_str *segments, size_t n)
{
    anc_str params[HTTP_PATH_PARAMS_MAX];
    for (size_t i = 0; i < http_route_count; i++)
        if ((http_routes[i].flags & HTTP_OWN_PATH) != 0 &&
            path_matches(http_routes[i].path, segments, n, params))
            return http_routes[i].path;
    return NULL;
}

static void allow(http_match *m, const char *method)
{
    const size_t len = strlen(m->allowed);
    (void)snprintf(m->allowed + len, sizeof m->allowed - len, "%s%s", len > 0 ? ", " : "", method);
}

void http_route_find(anc_str method, const anc_str *segments, size_t n, http_match *ret)
{
    const bool head = anc_str_eq(method, ANC_STR("HEAD"));
    const char *alone = pattern_alone(segments, n);
    *ret = (http_match){0};
    for (size_t i = 0; i < http_route_count; i++) {
        const http_route *route = &http_routes[i];
        anc_str params[HTTP_PATH_PARAMS_MAX] = {{0}};
        if ((alone != NULL && strcmp(route->path, alone) != 0) ||
            !path_matches(route->path, segments, n, params))
            continue;
        const bool has_head =
            strcmp(route->method, "GET") == 0 && (route->flags & (HTTP_SSE | HTTP_WEBSOCKET)) == 0;
        if (anc_str_eq(method, anc_str_of(route->method)) || (head && has_head)) {
            ret->route = route;
            memcpy(ret->params, params, sizeof params);
            return;
        }
        allow(ret, route->method);
        if (has_head)
            allow(ret, "HEAD");
    }
    if (ret->allowed[0] != '\0')
        allow(ret, "OPTIONS");
}
