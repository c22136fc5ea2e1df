/* event_registry.c - the one table of event types. */
#include <assert.h>

#include "base/str.h"
#include "kernel/domain/document_events.h"
#include "kernel/domain/event.h"
#include "kernel/domain/feed_events.h"
#include "kernel/domain/query_events.h"

/* ---- documents ---------------------------------------------------------------------------- */

static const ev_field document_created[] = {
    EV_FIELD(ev_document_created, document_id, true),
    EV_FIELD(ev_document_created, collection, true),
    EV_FIELD(ev_document_created, title, false),
    EV_FIELD(ev_document_created, version, true),
    EV_FIELD(ev_document_created, chunks, true),
    EV_FIELD(ev_document_created, bytes, true),
    EV_FIELD(ev_document_created, source, false),
    EV_FIELD(ev_document_created, metadata, false),
    EV_RARE_FIELD(ev_document_created, content),
};

static const ev_field document_updated[] = {
    EV_FIELD(ev_document_updated, document_id, true),
    EV_FIELD(ev_document_updated, collection, true),
    EV_FIELD(ev_document_updated, version, true),
    EV_FIELD(ev_document_updated, changed, true),
    EV_FIELD(ev_document_updated, chunks_added, true),
    EV_FIELD(ev_document_updated, chunks_removed, true),
    EV_FIELD(ev_document_updated, bytes, false),
    EV_FIELD(ev_document_updated, title, false),
    EV_FIELD(ev_document_updated, metadata, false),
    EV_RARE_FIELD(ev_document_updated, content),
};

static const ev_field document_deleted[] = {
    EV_FIELD(ev_document_deleted, document_id, true),
    EV_FIELD(ev_document_deleted, collection, true),
    EV_FIELD(ev_document_deleted, version, true),
};

static const ev_field documents_ingested[] = {
    EV_FIELD(ev_documents_ingested, document_ids, true),
    EV_FIELD(ev_documents_ingested, batch_id, false),
    EV_FIELD(ev_documents_ingested, count, true),
};

static const ev_field batch_status[] = {
    EV_FIELD(ev_batch_status, batch_id, true),
    EV_FIELD(ev_batch_status, status, true),
    EV_FIELD(ev_batch_status, total_documents, true),
    EV_FIELD(ev_batch_status, processed_documents, true),
    EV_FIELD(ev_batch_status, failed_documents, true),
    EV_FIELD(ev_batch_status, error_message, false),
};

static const ev_field deadletter_added[] = {
    EV_FIELD(ev_deadletter_added, dead_letter_id, true),
    EV_FIELD(ev_deadletter_added, batch_id, false),
    EV_FIELD(ev_deadletter_added, stage, true),
    EV_FIELD(ev_deadletter_added, reason, true),
};

static const ev_field document_uploaded[] = {
    EV_FIELD(ev_document_uploaded, document_id, true),
    EV_FIELD(ev_document_uploaded, uri, false),
    EV_FIELD(ev_document_uploaded, content, false),
    EV_FIELD(ev_document_uploaded, title, false),
    EV_FIELD(ev_document_uploaded, metadata, false),
    EV_FIELD(ev_document_uploaded, collection, false),
};

static const ev_field accounting_entry_created[] = {
    EV_FIELD(ev_accounting_entry_created, entry_id, true),
    EV_FIELD(ev_accounting_entry_created, date, false),
    EV_FIELD(ev_accounting_entry_created, label, false),
    EV_FIELD(ev_accounting_entry_created, amount, false),
    EV_FIELD(ev_accounting_entry_created, account, false),
};

static const ev_field user_created[] = {
    EV_FIELD(ev_user_created, user_id, true),
    EV_FIELD(ev_user_created, username, false),
    EV_FIELD(ev_user_created, groups, false),
};

/* ---- questions ---------------------------------------------------------------------------- */

static const ev_field query_requested[] = {
    EV_FIELD(ev_query_requested, query_id, true),  EV_FIELD(ev_query_requested, query_text, true),
    EV_FIELD(ev_query_requested, user_id, false),  EV_FIELD(ev_query_requested, collections, false),
    EV_FIELD(ev_query_requested, metadata, false),
};

static const ev_field documents_retrieved[] = {
    EV_FIELD(ev_documents_retrieved, query_id, true),
    EV_FIELD(ev_documents_retrieved, document_ids, true),
    EV_FIELD(ev_documents_retrieved, chunk_ids, true),
    EV_FIELD(ev_documents_retrieved, scores, true),
    EV_FIELD(ev_documents_retrieved, count, true),
    EV_FIELD(ev_documents_retrieved, retrieval_time_ms, true),
    EV_FIELD(ev_documents_retrieved, relevance_threshold, true),
    EV_FIELD(ev_documents_retrieved, total_tokens, true),
    EV_FIELD(ev_documents_retrieved, cache_hit, true),
    EV_FIELD(ev_documents_retrieved, retrievals, false),
};

static const ev_field query_completed[] = {
    EV_FIELD(ev_query_completed, query_id, true),
    EV_FIELD(ev_query_completed, response_text, true),
    EV_FIELD(ev_query_completed, document_ids, true),
    EV_FIELD(ev_query_completed, document_count, true),
    EV_FIELD(ev_query_completed, processing_time, true),
    EV_FIELD(ev_query_completed, model_used, true),
    EV_FIELD(ev_query_completed, provider, true),
    EV_FIELD(ev_query_completed, input_tokens, true),
    EV_FIELD(ev_query_completed, output_tokens, true),
    EV_FIELD(ev_query_completed, cache_hit, true),
    EV_FIELD(ev_query_completed, metadata, false),
};

static const ev_field query_failed[] = {
    EV_FIELD(ev_query_failed, query_id, true),        EV_FIELD(ev_query_failed, error_type, true),
    EV_FIELD(ev_query_failed, error_message, true),   EV_FIELD(ev_query_failed, stage, true),
    EV_FIELD(ev_query_failed, processing_time, true),
};

static const ev_field conversation_created[] = {
    EV_FIELD(ev_conversation_created, conversation_id, true),
    EV_FIELD(ev_conversation_created, user_id, false),
};

static const ev_field conversation_deleted[] = {
    EV_FIELD(ev_conversation_deleted, conversation_id, true),
    EV_FIELD(ev_conversation_deleted, user_id, false),
};

static const ev_field feedback_given[] = {
    EV_FIELD(ev_feedback_given, query_id, true),
    EV_FIELD(ev_feedback_given, rating, true),
    EV_FIELD(ev_feedback_given, comment, false),
};

static const ev_field chat_query[] = {
    EV_FIELD(ev_chat_query, user_id, false),
    EV_FIELD(ev_chat_query, username, false),
    EV_FIELD(ev_chat_query, session_id, true),
    EV_FIELD(ev_chat_query, data, true),
};

/* ---- feed and workflows ------------------------------------------------------------------- */

static const ev_field workflow_run[] = {
    EV_FIELD(ev_workflow_run, run_id, true),       EV_FIELD(ev_workflow_run, workflow_id, true),
    EV_FIELD(ev_workflow_run, trigger_id, false),  EV_FIELD(ev_workflow_run, event_id, false),
    EV_FIELD(ev_workflow_run, duration_ms, false), EV_FIELD(ev_workflow_run, error, false),
};

static const ev_field query_route[] = {
    EV_FIELD(ev_query_route, query_id, true),
    EV_FIELD(ev_query_route, complexity_score, true),
    EV_FIELD(ev_query_route, selected_tier, true),
    EV_FIELD(ev_query_route, estimated_latency_ms, false),
    EV_FIELD(ev_query_route, routing_reason, false),
};

static const ev_field model_state[] = {
    EV_FIELD(ev_model_state, model_id, true),      EV_FIELD(ev_model_state, previous_state, true),
    EV_FIELD(ev_model_state, current_state, true), EV_FIELD(ev_model_state, reason, false),
    EV_FIELD(ev_model_state, port, false),
};

static const ev_field cgrag[] = {
    EV_FIELD(ev_cgrag, query_id, true),
    EV_FIELD(ev_cgrag, chunks_retrieved, true),
    EV_FIELD(ev_cgrag, relevance_threshold, true),
    EV_FIELD(ev_cgrag, retrieval_time_ms, true),
    EV_FIELD(ev_cgrag, total_tokens, true),
    EV_FIELD(ev_cgrag, cache_hit, true),
};

static const ev_field cache[] = {
    EV_FIELD(ev_cache, cache, true),     EV_FIELD(ev_cache, operation, true),
    EV_FIELD(ev_cache, key_hash, false), EV_FIELD(ev_cache, latency_ms, false),
    EV_FIELD(ev_cache, size, false),
};

static const ev_field performance[] = {
    EV_FIELD(ev_performance, metric, true),     EV_FIELD(ev_performance, value, true),
    EV_FIELD(ev_performance, threshold, true),  EV_FIELD(ev_performance, window_s, false),
    EV_FIELD(ev_performance, component, false),
};

static const ev_field error_fields[] = {
    EV_FIELD(ev_error, error_type, true),   EV_FIELD(ev_error, error_message, true),
    EV_FIELD(ev_error, component, true),    EV_FIELD(ev_error, recovery_action, false),
    EV_FIELD(ev_error, stack_trace, false),
};

/* ---- types -------------------------------------------------------------------------------- */

#define PAYLOAD(T, table) \
    .version = 1, .size = sizeof(T), .fields = (table), .n_fields = ANC_COUNT(table)

static const ev_type types[EV_TYPE_COUNT] = {
    [EV_DOCUMENT_CREATED] = {.name = "document.created",
                             .topic = "knowledge.document.added",
                             .key = "document_id",
                             .durable = true,
                             .severity = EV_INFO,
                             .feed = "Document {title} added to {collection} ({chunks} chunks)",
                             PAYLOAD(ev_document_created, document_created)},
    [EV_DOCUMENT_UPDATED] = {.name = "document.updated",
                             .topic = "knowledge.document.updated",
                             .key = "document_id",
                             .durable = true,
                             .severity = EV_INFO,
                             .feed = "Document {document_id} in {collection} is now version "
                                     "{version} (+{chunks_added} -{chunks_removed} chunks)",
                             PAYLOAD(ev_document_updated, document_updated)},
    [EV_DOCUMENT_DELETED] = {.name = "document.deleted",
                             .topic = "knowledge.document.deleted",
                             .key = "document_id",
                             .durable = true,
                             .severity = EV_INFO,
                             .feed = "Document {document_id} deleted from {collection}",
                             PAYLOAD(ev_document_deleted, document_deleted)},
    [EV_DOCUMENTS_INGESTED] = {.name = "documents.ingested",
                               .key = "batch_id",
                               .durable = true,
                               .severity = EV_INFO,
                               .feed = "{count} documents ingested",
                               PAYLOAD(ev_documents_ingested, documents_ingested)},
    [EV_BATCH_STATUS] = {.name = "batch.status",
                         .topic = "batch-status",
                         .key = "batch_id",
                         .durable = true,
                         .severity = EV_INFO,
                         .feed = "Batch {batch_id} {status}: {processed_documents} of "
                                 "{total_documents} documents, {failed_documents} failed",
                         PAYLOAD(ev_batch_status, batch_status)},
    [EV_DEADLETTER_ADDED] = {.name = "deadletter.added",
                             .key = "dead_letter_id",
                             .durable = true,
                             .severity = EV_WARNING,
                             .feed = "Set aside at {stage}: {reason} ({dead_letter_id})",
                             PAYLOAD(ev_deadletter_added, deadletter_added)},
    [EV_QUERY_REQUESTED] = {.name = "query.requested",
                            .topic = "chatbot.query.received",
                            .key = "query_id",
                            .durable = true,
                            .severity = EV_INFO,
                            .feed = "Query received: {query_text}",
                            PAYLOAD(ev_query_requested, query_requested)},
    [EV_DOCUMENTS_RETRIEVED] = {.name = "documents.retrieved",
                                .key = "query_id",
                                .durable = true,
                                .severity = EV_INFO,
                                .feed = "Retrieved {count} chunks ({total_tokens} tokens) in "
                                        "{retrieval_time_ms:0}ms{cache_hit? (cached)}",
                                PAYLOAD(ev_documents_retrieved, documents_retrieved)},
    [EV_QUERY_COMPLETED] = {.name = "query.completed",
                            .topic = "chatbot.query.completed",
                            .key = "query_id",
                            .durable = true,
                            .severity = EV_INFO,
                            .feed =
                                "Query answered by {model_used} from {document_count} documents "
                                "in {processing_time:2}s{cache_hit? (cached)}",
                            PAYLOAD(ev_query_completed, query_completed)},
    [EV_QUERY_FAILED] = {.name = "query.failed",
                         .topic = "chatbot.error",
                         .key = "query_id",
                         .durable = true,
                         .severity = EV_ERROR_SEVERITY,
                         .feed = "Query failed at {stage}: {error_message}",
                         PAYLOAD(ev_query_failed, query_failed)},
    [EV_CONVERSATION_CREATED] = {.name = "conversation.created",
                                 .topic = "chatbot.conversation.created",
                                 .key = "conversation_id",
                                 .durable = true,
                                 .severity = EV_INFO,
                                 .feed = "Conversation {conversation_id} created",
                                 PAYLOAD(ev_conversation_created, conversation_created)},
    [EV_CONVERSATION_DELETED] = {.name = "conversation.deleted",
                                 .topic = "chatbot.conversation.deleted",
                                 .key = "conversation_id",
                                 .durable = true,
                                 .severity = EV_INFO,
                                 .feed = "Conversation {conversation_id} deleted",
                                 PAYLOAD(ev_conversation_deleted, conversation_deleted)},
    [EV_FEEDBACK_GIVEN] = {.name = "feedback.given",
                           .key = "query_id",
                           .durable = true,
                           .severity = EV_INFO,
                           .feed = "Feedback {rating} on query {query_id}",
                           PAYLOAD(ev_feedback_given, feedback_given)},
    [EV_WORKFLOW_STARTED] = {.name = "workflow.started",
                             .key = "run_id",
                             .durable = true,
                             .severity = EV_INFO,
                             .feed = "Workflow {workflow_id} started",
                             PAYLOAD(ev_workflow_run, workflow_run)},
    [EV_WORKFLOW_COMPLETED] = {.name = "workflow.completed",
                               .key = "run_id",
                               .durable = true,
                               .severity = EV_INFO,
                               .feed = "Workflow {workflow_id} completed in {duration_ms:0}ms",
                               PAYLOAD(ev_workflow_run, workflow_run)},
    [EV_WORKFLOW_FAILED] = {.name = "workflow.failed",
                            .key = "run_id",
                            .durable = true,
                            .severity = EV_ERROR_SEVERITY,
                            .feed = "Workflow {workflow_id} failed: {error}",
                            PAYLOAD(ev_workflow_run, workflow_run)},
    [EV_CHAT_QUERY] = {.name = "chat_query",
                       .key = "session_id",
                       .durable = true,
                       .severity = EV_INFO,
                       .feed = "Chat message in session {session_id}",
                       PAYLOAD(ev_chat_query, chat_query)},
    [EV_QUERY_ROUTE] = {.name = "query_route",
                        .key = "query_id",
                        .severity = EV_INFO,
                        .feed = "Query routed to {selected_tier} tier (complexity: "
                                "{complexity_score})",
                        PAYLOAD(ev_query_route, query_route)},
    [EV_MODEL_STATE] = {.name = "model_state",
                        .key = "model_id",
                        .severity = EV_INFO,
                        .feed = "Model {model_id} state: {previous_state} \xe2\x86\x92 "
                                "{current_state}",
                        PAYLOAD(ev_model_state, model_state)},
    [EV_CGRAG] = {.name = "cgrag",
                  .key = "query_id",
                  .severity = EV_INFO,
                  .feed = "Retrieved {chunks_retrieved} chunks ({total_tokens} tokens) in "
                          "{retrieval_time_ms:0}ms{cache_hit? (cached)}",
                  PAYLOAD(ev_cgrag, cgrag)},
    [EV_CACHE] = {.name = "cache",
                  .severity = EV_INFO,
                  .feed = "Cache {cache}: {operation}",
                  PAYLOAD(ev_cache, cache)},
    [EV_PERFORMANCE] = {.name = "performance",
                        .severity = EV_WARNING,
                        .feed = "{metric} is {value} (threshold {threshold})",
                        PAYLOAD(ev_performance, performance)},
    [EV_ERROR] = {.name = "error",
                  .severity = EV_ERROR_SEVERITY,
                  .feed = "ERROR in {component}: {error_message}",
                  PAYLOAD(ev_error, error_fields)},
    [EV_DOCUMENT_UPLOADED] = {.name = "document.uploaded",
                              .key = "document_id",
                              .durable = true,
                              .severity = EV_INFO,
                              .feed = "Document {document_id} uploaded",
                              PAYLOAD(ev_document_uploaded, document_uploaded)},
    [EV_ACCOUNTING_ENTRY_CREATED] = {.name = "accounting.entry.created",
                                     .key = "entry_id",
                                     .durable = true,
                                     .severity = EV_INFO,
                                     .feed = "Accounting entry {entry_id}: {label}",
                                     PAYLOAD(ev_accounting_entry_created,
                                             accounting_entry_created)},
    [EV_USER_CREATED] = {.name = "user.created",
                         .key = "user_id",
                         .durable = true,
                         .severity = EV_INFO,
                         .feed = "User {username} created",
                         PAYLOAD(ev_user_created, user_created)},
};

static const char *const severity_names[] = {
    [EV_INFO] = "info", [EV_WARNING] = "warning", [EV_ERROR_SEVERITY] = "error"};

const ev_type *ev_type_of(ev_type_id id)
{
    assert(id < EV_TYPE_COUNT);
    return &types[id];
}

const ev_type *ev_type_by_name(anc_str name)
{
    for (size_t i = 0; i < EV_TYPE_COUNT; i++)
        if (anc_str_eq(name, anc_str_of(types[i].name)))
            return &types[i];
    return NULL;
}

const char *ev_severity_name(ev_severity severity)
{
    return severity_names[severity];
}

bool ev_severity_by_name(anc_str name, ev_severity *ret)
{
    for (size_t i = 0; i < ANC_COUNT(severity_names); i++)
        if (anc_str_eq(name, anc_str_of(severity_names[i]))) {
            *ret = (ev_severity)i;
            return true;
        }
    return false;
}

bool ev_pattern_matches(anc_str pattern, anc_str type)
{
    if (anc_str_eq(pattern, ANC_STR("*")))
        return true;
    if (anc_str_ends(pattern, ANC_STR(".*")))
        return anc_str_starts(type, anc_str_sub(pattern, 0, pattern.len - 1));
    return anc_str_eq(pattern, type);
}

bool ev_pattern_valid(anc_str pattern)
{
    if (anc_str_eq(pattern, ANC_STR("*")))
        return true;
    const anc_str name =
        anc_str_ends(pattern, ANC_STR(".*")) ? anc_str_sub(pattern, 0, pattern.len - 2) : pattern;
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.ptr[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '.' && c != '_' && c != '-')
            return false;
    }
    return name.len > 0 && name.len <= EV_NAME_MAX;
}
