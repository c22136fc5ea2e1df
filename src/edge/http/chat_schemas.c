/* chat_schemas.c - tables of questions, conversations and feedback: what can be sent, what is answered. */
#include "schema_rows.h"

/* ---- questions ---- */

#define CHAT(member) AT(http_chat_in, member)
static const http_field chat_fields[] = {
    {.name = "question",
     .also = "query",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED | HTTP_ASKED,
     .help = "what to answer, 1 to 4000 characters (the greatest length is configured)",
     CHAT(question)},
    {.name = "conversation_id",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 128,
     .pattern = HTTP_PLAIN_PATTERN,
     .help = "a conversation to go on with; null starts a new one",
     CHAT(conversation_id)},
    {.name = "session_id",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 128,
     .pattern = HTTP_PLAIN_PATTERN,
     .help = "as conversation_id, but an unknown one is started",
     CHAT(session_id)},
    {.name = "message_id",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 128,
     .pattern = HTTP_PLAIN_PATTERN,
     .help = "the client's own id of this message; null: made here",
     CHAT(message_id)},
    {.name = "collections",
     .kind = HTTP_TEXTS,
     .min = 1,
     .max = 100,
     .pattern = HTTP_NAME_PATTERN,
     .help = "where to look; null: everywhere the caller may read",
     CHAT(collections)},
    {.name = "top_k",
     .kind = HTTP_INT,
     .min = 1,
     .max = 50,
     .help = "passages to answer from; null: as configured, and more where rows are listed",
     CHAT(top_k)},
    {.name = "mode",
     .kind = HTTP_TEXT,
     .initial = "\"auto\"",
     .choices = MODES "|metadata",
     .help = "how to search; metadata: the filters alone say what is answered from, the last "
             "changed first",
     CHAT(mode)},
    {.name = "filters",
     .kind = HTTP_TREE,
     .help = "a predicate over metadata: {\"field\",\"op\",\"value\"} under and, or, not",
     .of = &http_filter_schema,
     CHAT(filters)},
    {.name = "rerank",
     .kind = HTTP_WISH,
     .help = "a second look at the best passages by the reranker that is configured; null: as "
             "configured",
     CHAT(rerank)},
    {.name = "model",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 200,
     .help = "\"provider/model\" or \"extractive\"; null: as configured",
     CHAT(model)},
    {.name = "provider",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 100,
     .help = "name of a configured provider; null: the first that answers",
     CHAT(provider)},
    {.name = "stages",
     .kind = HTTP_TEXT,
     .initial = "\"auto\"",
     .choices = "auto|one",
     .later = "two",
     .help = "one answer, or a draft that is refined",
     CHAT(stages)},
    {.name = "system_prompt",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 20000,
     .help = "instructions for the language model; null: the configured ones",
     CHAT(system_prompt)},
    {.name = "use_triggers",
     .kind = HTTP_BOOL,
     .flags = HTTP_LATER,
     .help = "let triggers and workflows answer"},
};
const http_schema http_chat_schema = IN("ChatRequest", "A question.", chat_fields, http_chat_in);

static const http_field chat_params[] = {
    {.name = "question",
     .also = "query",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED | HTTP_ASKED,
     .help = "what to answer",
     CHAT(question)},
    {.name = "conversation_id",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 128,
     .pattern = HTTP_PLAIN_PATTERN,
     .help = "a conversation to go on with",
     CHAT(conversation_id)},
    {.name = "session_id",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 128,
     .pattern = HTTP_PLAIN_PATTERN,
     .help = "as conversation_id, but an unknown one is started",
     CHAT(session_id)},
    {.name = "message_id",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 128,
     .pattern = HTTP_PLAIN_PATTERN,
     .help = "the client's own id of this message",
     CHAT(message_id)},
    {.name = "collections",
     .kind = HTTP_TEXTS,
     .min = 1,
     .max = 100,
     .pattern = HTTP_NAME_PATTERN,
     .help = "where to look, comma between names",
     CHAT(collections)},
    {.name = "top_k",
     .kind = HTTP_INT,
     .min = 1,
     .max = 50,
     .help = "passages to answer from; without it as configured, and more where rows are listed",
     CHAT(top_k)},
    {.name = "mode",
     .kind = HTTP_TEXT,
     .initial = "\"auto\"",
     .choices = MODES,
     .help = "how to search",
     CHAT(mode)},
    {.name = "model",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 200,
     .help = "\"provider/model\" or \"extractive\"",
     CHAT(model)},
    {.name = "provider",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 100,
     .help = "name of a configured provider",
     CHAT(provider)},
};
const http_schema http_chat_params = IN(NULL, NULL, chat_params, http_chat_in);

/* ---- conversations ---- */

static const http_field conversation_fields[] = {
    {.name = "id",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 128,
     .pattern = HTTP_PLAIN_PATTERN,
     .help = "null: made here",
     AT(http_conversation_in, id)},
    {.name = "title",
     .kind = HTTP_TEXT,
     .max = 200,
     .help = "null: the first question",
     AT(http_conversation_in, title)},
};
const http_schema http_conversation_schema = IN("ConversationRequest", "A conversation to start.",
                                                conversation_fields, http_conversation_in);

typedef struct page_only {
    http_page page;
} page_only;
static const http_field messages_params[] = {
    {.name = "limit",
     .kind = HTTP_INT,
     .min = 1,
     .max = 1000,
     .initial = "200",
     .help = "how many turns",
     AT(page_only, page.limit)},
    {.name = "cursor",
     .kind = HTTP_TEXT,
     .max = 2000,
     .help = "next_cursor of the page before: turns that are older",
     AT(page_only, page.cursor)},
};
const http_schema http_messages_params = IN(NULL, NULL, messages_params, page_only);

/* ---- questions by user_name ---- */

#define USER_CHAT(member) AT(http_user_chat_in, member)
static const http_field user_chat_fields[] = {
    {.name = "user_name",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .min = 1,
     .max = HTTP_USER_NAME_MAX,
     .pattern = HTTP_PLAIN_PATTERN,
     .help = "whose history the turn joins",
     USER_CHAT(user_name)},
    {.name = "message",
     .also = "question|query",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED | HTTP_ASKED,
     .help = "what to answer",
     USER_CHAT(chat.question)},
    {.name = "collections",
     .kind = HTTP_TEXTS,
     .min = 1,
     .max = 100,
     .pattern = HTTP_NAME_PATTERN,
     .help = "where to look; null: everywhere the caller may read",
     USER_CHAT(chat.collections)},
    {.name = "top_k",
     .kind = HTTP_INT,
     .min = 1,
     .max = 50,
     .help = "passages to answer from; null: as configured, and more where rows are listed",
     USER_CHAT(chat.top_k)},
    {.name = "model",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 200,
     .help = "\"provider/model\" or \"extractive\"; null: as configured",
     USER_CHAT(chat.model)},
};
const http_schema http_user_chat_schema =
    IN("UserChatRequest", "A question of a named user.", user_chat_fields, http_user_chat_in);

static const http_field told_fields[] = {
    {.name = "message",
     .also = "question|query",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED | HTTP_ASKED,
     .help = "what was asked",
     AT(http_told_in, question)},
    {.name = "response",
     .also = "answer",
     .kind = HTTP_TEXT,
     .max = 1000000,
     .help = "what was answered",
     AT(http_told_in, answer)},
};
const http_schema http_told_schema =
    IN("TurnRequest", "A turn that happened elsewhere.", told_fields, http_told_in);

/* ---- feedback ---- */

static const http_field feedback_fields[] = {
    {.name = "query_id",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .min = 1,
     .max = 128,
     .pattern = HTTP_PLAIN_PATTERN,
     .help = "of the answer, of a search, or of a query that failed",
     AT(http_feedback_in, query_id)},
    {.name = "rating",
     .kind = HTTP_INT,
     .flags = HTTP_REQUIRED,
     .choices = "-1|1",
     .help = "whether it helped",
     AT(http_feedback_in, rating)},
    {.name = "comment",
     .kind = HTTP_TEXT,
     .max = 4000,
     .help = "in words",
     AT(http_feedback_in, comment)},
};
const http_schema http_feedback_schema =
    IN("FeedbackRequest", "Whether an answer helped.", feedback_fields, http_feedback_in);

/* ---- what is answered ---- */

#define CONVERSATION_ROWS                                                                     \
    TEXT("id", ""), TEXT("title", ""), INT("message_count", "turns"), TIME("created_at", ""), \
        TIME("updated_at", "")
static const http_field conversation_rows[] = {CONVERSATION_ROWS};
const http_schema http_conversation_out =
    OUT("Conversation", "A thread of questions.", conversation_rows);

static const http_field conversations_rows[] = {
    PART("items", HTTP_LIST, &http_conversation_out, "newest first"),
    NEXT_CURSOR,
};
const http_schema http_conversations_out =
    OUT("ConversationPage", "Conversations.", conversations_rows);

static const http_field message_rows[] = {
    TEXT("id", ""),
    TEXT("query_id", ""),
    TEXT("question", ""),
    TEXT("answer", "empty where it is withheld"),
    ROW("withheld", HTTP_BOOL,
        "a document that the answer stood on was deleted, may not be read any more, or its file is "
        "damaged or missing"),
    ROW("citations", HTTP_ANY,
        "as they were sent; what is gone has a null quote and \"deleted\": true, or "
        "\"missing\": true where the file of its document is damaged or missing"),
    ROW("sources", HTTP_ANY,
        "as they were sent; what is gone has a null text and \"deleted\": true, or "
        "\"missing\": true where its file is damaged or missing"),
    MAYBE("model_used", HTTP_TEXT, "null of a turn that was told"),
    MAYBE("provider", HTTP_TEXT, "the same"),
    ROW("degraded", HTTP_BOOL, "a configured provider failed"),
    ROW("no_answer", HTTP_BOOL, "nothing relevant was found"),
    MAYBE("rating", HTTP_INT, "-1 or 1, as last said"),
    TEXT("comment", "of the feedback"),
    TIME("created_at", ""),
};
const http_schema http_message_out = OUT("Message", "A question and its answer.", message_rows);

static const http_field conversation_whole_rows[] = {
    CONVERSATION_ROWS,
    PART("messages", HTTP_LIST, &http_message_out, "oldest first"),
    NEXT_CURSOR,
};
const http_schema http_conversation_whole_out =
    OUT("ConversationWithMessages", "A thread with its turns.", conversation_whole_rows);

static const http_field history_rows[] = {
    TEXT("user_name", ""),
    PART("items", HTTP_LIST, &http_message_out, "oldest first"),
    NEXT_CURSOR,
};
const http_schema http_history_out = OUT("History", "A named user's turns.", history_rows);

static const http_field feedback_rows[] = {
    TEXT("query_id", ""),
    ROW("rating", HTTP_INT, "-1 or 1"),
    TEXT("comment", ""),
};
const http_schema http_feedback_out = OUT("Feedback", "What was said of an answer.", feedback_rows);
