/* records.h - conversations and their turns as they are kept. */
#ifndef ANC_RAG_DOMAIN_RECORDS_H
#define ANC_RAG_DOMAIN_RECORDS_H

#include "base/base.h"

typedef struct rag_conversation_record {
    anc_str id;
    anc_str title;
    anc_str user_id; /* empty: nobody was logged in */
    int64_t created_ms, updated_ms;
    uint64_t messages;
} rag_conversation_record;

/* One turn: a question and what was answered. */
typedef struct rag_message_record {
    anc_str id;
    anc_str query_id;
    anc_str question, answer;
    anc_str answer_json; /* the answer as it is kept, a JSON object */
    int64_t at_ms;
    uint64_t position; /* in its conversation, from 1; given by the store */
    int rating;        /* -1 or 1; 0: nothing was said. For results only, as the next */
    anc_str comment;
} rag_message_record;

#endif
