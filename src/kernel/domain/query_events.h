/* query_events.h - what is announced about questions, conversations and feedback. */
#ifndef ANC_KERNEL_DOMAIN_QUERY_EVENTS_H
#define ANC_KERNEL_DOMAIN_QUERY_EVENTS_H

#include "kernel/domain/event.h"

typedef struct ev_query_requested {
    anc_str query_id;
    anc_str query_text;
    anc_str user_id; /* NULL: nobody is logged in */
    ev_strs collections;
    /* conversation_id, message_id, top_k; of a search, which asks for passages alone, "kind":"search", mode, top_k */
    ev_json metadata;
} ev_query_requested;

/* The three lists are parallel, in order of position, not de-duplicated. Of a search that asked for more they hold the
 * best 100, `count` is how many there were. */
typedef struct ev_documents_retrieved {
    anc_str query_id;
    ev_strs document_ids;
    ev_strs chunk_ids;
    ev_doubles scores;
    uint32_t count;
    double retrieval_time_ms;
    double relevance_threshold;
    uint32_t total_tokens;
    bool cache_hit;
    /* An array in order of position, for who keeps the query log: [{"position","chunk_id",
     * "document_id","version","collection","title","score","scores":{"keyword","semantic","fused",
     * "rerank"},"cited"}]; positions count from 1, "cited" says whether the answer cites it. */
    ev_json retrievals;
} ev_documents_retrieved;

typedef struct ev_query_completed {
    anc_str query_id;
    anc_str response_text;
    ev_strs document_ids; /* each once */
    uint32_t
        document_count; /* 0 of an answer that says that there is none, whatever was retrieved */
    double processing_time; /* seconds */
    anc_str model_used;
    anc_str provider;
    uint32_t input_tokens;
    uint32_t output_tokens;
    bool cache_hit;
    /* component, model_used, input_tokens, output_tokens again, for readers that look there; then
     * conversation_id, "route":{…}, "timings_ms":{…} and "rerank" (without its problem) as the answer has them, "degraded", and "no_answer": nothing in the documents answers it, and the
     * answer says so. Of a search
     * "kind":"search" and "timings_ms"; no model answered it, and response_text is "". */
    ev_json metadata;
} ev_query_completed;

typedef struct ev_query_failed {
    anc_str query_id;
    anc_str error_type; /* name of an anc_status row */
    anc_str error_message;
    anc_str stage;          /* analyze, embed, search, rerank, generate */
    double processing_time; /* seconds */
} ev_query_failed;

typedef struct ev_conversation_created {
    anc_str conversation_id;
    anc_str user_id;
} ev_conversation_created;

typedef struct ev_conversation_deleted {
    anc_str conversation_id;
    anc_str user_id;
} ev_conversation_deleted;

typedef struct ev_feedback_given {
    anc_str query_id;
    double rating;   /* -1 or 1 */
    anc_str comment; /* NULL: none */
} ev_feedback_given;

/* The trigger event of the chat. */
typedef struct ev_chat_query {
    anc_str user_id;
    anc_str username;
    anc_str session_id;
    ev_json
        data; /* question, session_id, user_id, message_id, mode, model, system_prompt, provider */
} ev_chat_query;

#endif
