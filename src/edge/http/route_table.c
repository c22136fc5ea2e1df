/* route_table.c - every route of the interface: what dispatches, and what OpenAPI describes. */
#include "impl.h"

#define END          \
    {                \
        .name = NULL \
    }

#define MODES "auto|rag|hybrid|semantic|keyword"

static const http_field chat_fields[] = {
    {"question", HTTP_TEXT, .help = "1 to 4000 characters (the greatest length is configurable)"},
    {"query", HTTP_TEXT, .help = "another name of `question`"},
    {"conversation_id", HTTP_TEXT, .help = "the conversation to go on with; unknown: 404"},
    {"session_id", HTTP_TEXT, .help = "older name; an unknown one starts that conversation"},
    {"collections", HTTP_TEXTS,
     .help = "collections to search; null: all that the caller may read"},
    {"top_k", HTTP_INT, .min = 1, .max = 50, .help = "passages to answer from"},
    {"mode", HTTP_TEXT, .words = MODES, .initial = "\"auto\"", .help = "how passages are found"},
    {"filters", HTTP_OBJECT, .help = "predicate tree over metadata"},
    {"rerank", HTTP_BOOL, .later = true, .initial = "false", .help = "rerank the candidates"},
    {"model", HTTP_TEXT, .help = "`extractive`, or provider/model; null: as configured"},
    {"provider", HTTP_TEXT, .help = "a configured provider's name"},
    {"stages", HTTP_TEXT, .later = true, .initial = "\"auto\"", .help = "one or two stages"},
    {"system_prompt", HTTP_TEXT, .min = 0, .max = 20000, .help = "instructions for the model"},
    {"message_id", HTTP_TEXT, .min = 1, .max = 200, .help = "any text of the client's"},
    {"use_triggers", HTTP_BOOL, .later = true, .initial = "false", .help = "go through triggers"},
    END,
};

static const http_field chat_stream_query[] = {
    {"question", HTTP_TEXT, .required = true, .help = "the question"},
    {"collections", HTTP_TEXT, .help = "names separated by commas"},
    {"conversation_id", HTTP_TEXT, .help = "the conversation to go on with"},
    {"top_k", HTTP_INT, .help = "1 to 50"},
    {"mode", HTTP_TEXT, .words = MODES, .help = "how passages are found"},
    {"model", HTTP_TEXT, .help = "`extractive`, or provider/model"},
    END,
};

static const http_field conversation_fields[] = {
    {"id", HTTP_TEXT, .min = 1, .max = 200, .help = "its id; made here when left out"},
    {"title", HTTP_TEXT, .min = 0, .max = 400, .help = "its title"},
    END,
};

static const http_field search_fields[] = {
    {"query", HTTP_TEXT, .required = true, .help = "words or a question"},
    {"collections", HTTP_TEXTS,
     .help = "collections to search; null: all that the caller may read"},
    {"top_k", HTTP_INT, .min = 1, .max = 1000, .initial = "10", .help = "results"},
    {"mode", HTTP_TEXT, .words = MODES, .initial = "\"auto\"", .help = "how passages are found"},
    {"filters", HTTP_OBJECT, .help = "predicate tree over metadata"},
    {"rerank", HTTP_BOOL, .later = true, .initial = "false", .help = "rerank the candidates"},
    END,
};

static const http_field chunking_fields[] = {
    {"strategy", HTTP_TEXT, .words = "structure|whole", .initial = "\"structure\"",
     .help = "cut by headings, paragraphs and sentences, or one truncated chunk a document"},
    {"max_tokens", HTTP_INT, .min = 32, .max = 8192,
     .help = "tokens of a chunk; null: the model's window"},
    {"overlap_sentences", HTTP_INT, .min = 0, .max = 10, .initial = "0",
     .help = "sentences that neighbouring chunks of a paragraph share"},
    END,
};

#define COLLECTION_SETTINGS                                                                    \
    {"description", HTTP_TEXT, .min = 0, .max = 2000, .help = "what it holds"},                \
        {"language", HTTP_TEXT, .words = "auto|en|fr|it|es|de|pt|none", .initial = "\"auto\"", \
         .help = "language of its documents; auto: found for each"},                           \
        {"chunking", HTTP_OBJECT, .inner = chunking_fields, .help = "how documents are cut"},  \
        {"model", HTTP_TEXT, .later = true, .help = "embedding model of its own"},             \
    {                                                                                          \
        "acl", HTTP_TEXTS, .min = 1, .max = 64, .initial = "[\"public\"]",                     \
                           .help = "labels of who may read: public, user:<id>, group:<name>"   \
    }

static const http_field collection_fields[] = {
    {"name", HTTP_TEXT, .required = true, .help = "[a-z0-9][a-z0-9_-]{0,63}"},
    COLLECTION_SETTINGS,
    END,
};

static const http_field collection_patch_fields[] = {COLLECTION_SETTINGS, END};

#define DOCUMENT_CONTENT                                                                      \
    {"title", HTTP_TEXT, .min = 0, .max = 1000, .help = "its title; else found in the text"}, \
        {"text", HTTP_TEXT, .help = "the content as text"},                                   \
        {"content_base64", HTTP_TEXT, .help = "the content as bytes, in base64"},             \
        {"content_type", HTTP_TEXT, .min = 0, .max = 200,                                     \
         .help = "such as text/markdown; else the content decides"},                          \
        {"uri", HTTP_TEXT, .min = 0, .max = 4000, .help = "where it comes from"},             \
        {"metadata", HTTP_OBJECT, .help = "anything that it should be found by"},             \
    {                                                                                         \
        "acl", HTTP_TEXTS, .min = 1, .max = 64,                                               \
                           .help = "labels of who may read; null: the collection's"           \
    }

static const http_field document_fields[] = {
    {"id", HTTP_TEXT, .min = 1, .max = 512,
     .help = "its id, which survives updates; made when left out"},
    {"collection", HTTP_TEXT, .initial = "\"default\"", .help = "made when it does not exist"},
    DOCUMENT_CONTENT,
    END,
};

static const http_field document_put_fields[] = {DOCUMENT_CONTENT, END};

static const http_field folder_fields[] = {
    {"path", HTTP_TEXT, .min = 1, .max = 4000, .help = "folder or file on the server's machine"},
    {"glob", HTTP_TEXT, .min = 0, .max = 400, .help = "only files whose relative path fits"},
    END,
};

static const http_field ingest_fields[] = {
    {"db_type", HTTP_TEXT, .required = true, .words = "postgresql|mongodb|folder|http|s3",
     .help = "kind of source; `folder` is there now"},
    {"connection", HTTP_TEXT, .later = true, .help = "a connection of the configuration"},
    {"connection_params", HTTP_OBJECT, .inner = folder_fields,
     .help = "for a folder: path and glob"},
    {"table_or_collection", HTTP_TEXT, .help = "for a folder: its path, another way"},
    {"columns_or_fields", HTTP_TEXTS, .later = true, .help = "columns to read"},
    {"text_fields", HTTP_TEXTS, .later = true, .help = "columns that are text"},
    {"id_field", HTTP_TEXT, .later = true, .help = "column that is the id"},
    {"title_field", HTTP_TEXT, .later = true, .help = "column that is the title"},
    {"where", HTTP_TEXT, .later = true, .help = "condition on rows"},
    {"collection", HTTP_TEXT, .initial = "\"default\"", .help = "made when it does not exist"},
    {"batch_size", HTTP_INT, .min = 1, .max = 10000, .initial = "100", .help = "rows read at once"},
    {"sync", HTTP_TEXT, .words = "snapshot", .initial = "\"snapshot\"",
     .help = "`snapshot` reads once"},
    {"metadata", HTTP_OBJECT, .help = "given to each document"},
    END,
};

static const http_field sync_fields[] = {
    {"rebuild", HTTP_BOOL, .initial = "false", .help = "throw the index away and build it again"},
    END,
};

#define PAGE                                                                      \
    {"limit", HTTP_INT, .min = 1, .max = HTTP_MAX_LIMIT, .help = "items a page"}, \
    {                                                                             \
        "cursor", HTTP_TEXT, .help = "next_cursor of the page before"             \
    }

static const http_field page_query[] = {PAGE, END};
static const http_field id_query[] = {
    {"collection", HTTP_TEXT, .help = "collection of the document (default `default`)"}, END};
static const http_field version_query[] = {
    {"collection", HTTP_TEXT, .help = "collection of the document (default `default`)"},
    {"version", HTTP_INT, .help = "a version (default the current one)"},
    END};
static const http_field chunk_query[] = {
    {"collection", HTTP_TEXT, .help = "collection of the document (default `default`)"}, PAGE, END};
static const http_field document_query[] = {
    {"collection", HTTP_TEXT, .help = "one collection (default: all)"},
    {"q", HTTP_TEXT, .help = "part of title, uri or id"},
    PAGE,
    END};
static const http_field create_query[] = {
    {"async", HTTP_BOOL, .help = "not available yet; only false"}, END};
static const http_field wait_query[] = {
    {"wait", HTTP_BOOL, .help = "true: answer when the batch has ended"}, END};
static const http_field events_query[] = {
    {"type", HTTP_TEXT, .help = "an event type, or a prefix such as `query.*`"},
    {"severity", HTTP_TEXT, .words = "info|warning|error", .help = "at least this"},
    {"since", HTTP_TEXT, .help = "an instant (RFC 3339)"},
    PAGE,
    END};
static const http_field failure_query[] = {
    {"batch_id", HTTP_TEXT, .help = "only of this batch"},
    {"limit", HTTP_INT, .min = 1, .max = HTTP_MAX_LIMIT, .help = "items"},
    END};

#define LATER(m, p, t, s)                                                                          \
    {                                                                                              \
        .method = m, .path = p, .role = HTTP_READER, .where = HTTP_ON_LOOP, .tag = t, .summary = s \
    }
#define GET(p, fn, q, w, t, s)                                                                    \
    {                                                                                             \
        .method = "GET", .path = p, .handler = http_handle_##fn, .role = HTTP_READER, .where = w, \
        .query = q, .tag = t, .summary = s                                                        \
    }
#define OPEN(p, fn, w, t, s, a)                                                                   \
    {                                                                                             \
        .method = "GET", .path = p, .handler = http_handle_##fn, .role = HTTP_PUBLIC, .where = w, \
        .tag = t, .summary = s, .answer = a                                                       \
    }
#define SEND(m, p, fn, b, f, q, idem, w, t, s)                                                \
    {                                                                                         \
        .method = m, .path = p, .handler = http_handle_##fn, .role = HTTP_WRITER, .where = w, \
        .body = b, .fields = f, .query = q, .idempotent_key = idem, .tag = t, .summary = s    \
    }
#define DEL(p, fn, q, t, s)                                                              \
    {                                                                                    \
        .method = "DELETE", .path = p, .handler = http_handle_##fn, .role = HTTP_WRITER, \
        .where = HTTP_ON_IO, .query = q, .tag = t, .summary = s                          \
    }

const http_route http_routes[] = {
    OPEN("/", root, HTTP_ON_LOOP, "Health", "Name, version and where to go next", NULL),
    OPEN("/livez", livez, HTTP_ON_LOOP, "Health", "200 while the process serves", NULL),
    OPEN("/readyz", readyz, HTTP_ON_LOOP, "Health", "200 once warm, 503 before and while draining",
         NULL),
    OPEN("/health", health, HTTP_ON_IO, "Health", "Every part with its state", NULL),
    OPEN("/v1/health", health, HTTP_ON_IO, "Health", "Every part with its state", NULL),
    OPEN("/metrics", metrics, HTTP_ON_LOOP, "Health", "Metrics in Prometheus text format",
         "text/plain"),
    OPEN("/v1/metrics", metrics, HTTP_ON_LOOP, "Health", "Metrics in Prometheus text format",
         "text/plain"),
    OPEN("/openapi.json", openapi, HTTP_ON_LOOP, "Health", "This interface as OpenAPI 3.1", NULL),
    OPEN("/docs", docs, HTTP_ON_LOOP, "Health", "This interface as a page", "text/html"),
    OPEN("/redoc", docs, HTTP_ON_LOOP, "Health", "This interface as a page", "text/html"),

    SEND("POST", "/v1/chat/query", chat_query, HTTP_JSON, chat_fields, NULL, false, HTTP_ON_CPU,
         "Chat", "Answer a question with checked citations"),
    SEND("POST", "/v1/chat/stream", chat_stream, HTTP_JSON, chat_fields, NULL, false, HTTP_ON_CPU,
         "Chat", "The same, as Server-Sent Events: sources, token…, done or error"),
    GET("/v1/chat/stream", chat_stream_get, chat_stream_query, HTTP_ON_CPU, "Chat",
        "The same, for an EventSource"),
    GET("/v1/chat/conversations", conversation_list, page_query, HTTP_ON_IO, "Chat",
        "List conversations"),
    SEND("POST", "/v1/chat/conversations", conversation_create, HTTP_JSON, conversation_fields,
         NULL, true, HTTP_ON_IO, "Chat", "Start a conversation"),
    GET("/v1/chat/conversations/{id}", conversation_get, NULL, HTTP_ON_IO, "Chat",
        "A conversation with its messages"),
    DEL("/v1/chat/conversations/{id}", conversation_delete, NULL, "Chat", "Delete a conversation"),
    SEND("POST", "/v1/search", search, HTTP_JSON, search_fields, NULL, false, HTTP_ON_CPU, "Chat",
         "Find passages"),
    LATER("POST", "/v1/feedback", "Chat", "Rate an answer"),

    LATER("GET", "/v1/models", "OpenAI-compatible and MCP", "List models"),
    LATER("POST", "/v1/chat/completions", "OpenAI-compatible and MCP",
          "Chat completions with retrieval"),
    LATER("POST", "/v1/embeddings", "OpenAI-compatible and MCP", "Embed texts"),
    LATER("POST", "/v1/rerank", "OpenAI-compatible and MCP", "Rerank documents"),
    LATER("POST", "/mcp", "OpenAI-compatible and MCP", "Model Context Protocol"),

    GET("/v1/collections", collection_list, page_query, HTTP_ON_IO, "Knowledge",
        "List collections"),
    SEND("POST", "/v1/collections", collection_create, HTTP_JSON, collection_fields, NULL, true,
         HTTP_ON_IO, "Knowledge", "Make a collection"),
    GET("/v1/collections/{name}", collection_get, NULL, HTTP_ON_IO, "Knowledge",
        "A collection's settings"),
    SEND("PATCH", "/v1/collections/{name}", collection_patch, HTTP_JSON, collection_patch_fields,
         NULL, false, HTTP_ON_IO, "Knowledge", "Change description, language or access"),
    DEL("/v1/collections/{name}", collection_delete, NULL, "Knowledge",
        "Delete a collection with its documents"),
    SEND("POST", "/v1/knowledge/documents", document_create, HTTP_JSON_OR_FORM, document_fields,
         create_query, true, HTTP_ON_CPU, "Knowledge",
         "Put a document: JSON, or a form with a file"),
    LATER("POST", "/v1/knowledge/documents/batch", "Knowledge", "Put many documents"),
    GET("/v1/knowledge/documents", document_list, document_query, HTTP_ON_IO, "Knowledge",
        "List documents"),
    GET("/v1/knowledge/documents/{id}", document_get, id_query, HTTP_ON_IO, "Knowledge",
        "A document"),
    SEND("PUT", "/v1/knowledge/documents/{id}", document_put, HTTP_JSON, document_put_fields,
         id_query, false, HTTP_ON_CPU, "Knowledge", "Put a new version"),
    DEL("/v1/knowledge/documents/{id}", document_delete, id_query, "Knowledge",
        "Delete a document, its vectors, words and original"),
    GET("/v1/knowledge/documents/{id}/chunks", document_chunks, chunk_query, HTTP_ON_IO,
        "Knowledge", "The chunks as cut"),
    {.method = "GET",
     .path = "/v1/knowledge/documents/{id}/text",
     .handler = http_handle_document_text,
     .role = HTTP_READER,
     .where = HTTP_ON_IO,
     .query = version_query,
     .tag = "Knowledge",
     .summary = "The extracted text that offsets count in",
     .answer = "text/plain"},
    LATER("GET", "/v1/knowledge/documents/{id}/versions", "Knowledge",
          "Versions with what changed"),
    LATER("GET", "/v1/knowledge/documents/{id}/raw", "Knowledge", "The original bytes"),
    GET("/v1/knowledge/stats", stats, NULL, HTTP_ON_IO, "Knowledge", "Counts per collection"),
    SEND("POST", "/v1/knowledge/sync", sync, HTTP_JSON, sync_fields, NULL, false, HTTP_ON_IO,
         "Knowledge", "Bring the index up to date, or build it again"),

    SEND("POST", "/v1/ingest", ingest_start, HTTP_JSON, ingest_fields, wait_query, true, HTTP_ON_IO,
         "Ingestion", "Read a source in the background"),
    GET("/v1/ingest", ingest_list, page_query, HTTP_ON_IO, "Ingestion",
        "Recent batches, newest first"),
    GET("/v1/ingest/{batch_id}", ingest_get, NULL, HTTP_ON_IO, "Ingestion", "A batch's progress"),
    GET("/v1/ingest/{batch_id}/progress", ingest_progress, NULL, HTTP_ON_IO, "Ingestion",
        "The same as Server-Sent Events until it ends"),
    SEND("POST", "/v1/ingest/{batch_id}/cancel", ingest_cancel, HTTP_JSON, NULL, NULL, false,
         HTTP_ON_IO, "Ingestion", "Stop a batch"),
    LATER("POST", "/v1/ingest/{batch_id}/replay", "Ingestion", "Read what failed again"),
    GET("/v1/dead-letters", dead_letters, failure_query, HTTP_ON_IO, "Ingestion",
        "Documents that failed, with the reason"),
    LATER("POST", "/v1/dead-letters/{id}/replay", "Ingestion", "Try a dead letter again"),
    LATER("DELETE", "/v1/dead-letters/{id}", "Ingestion", "Forget a dead letter"),
    LATER("POST", "/v1/sources/inspect", "Ingestion", "A source's tables and fields"),
    LATER("GET", "/v1/sources", "Ingestion", "Sources that stay in sync"),
    LATER("POST", "/v1/sources", "Ingestion", "Keep a source in sync"),
    LATER("GET", "/v1/sources/{id}", "Ingestion", "A source's lag and last error"),
    LATER("DELETE", "/v1/sources/{id}", "Ingestion", "Forget a source"),
    LATER("POST", "/v1/webhooks/{source_id}", "Ingestion", "Documents pushed by another service"),

    LATER("GET", "/v1/events/ws", "Events and tracking", "Live feed over WebSocket"),
    LATER("GET", "/v1/events/stream", "Events and tracking", "Live feed as Server-Sent Events"),
    GET("/v1/events", events, events_query, HTTP_ON_IO, "Events and tracking",
        "Kept events, newest first"),
    GET("/v1/events/stats", events_stats, NULL, HTTP_ON_IO, "Events and tracking",
        "Counts of the bus"),
    LATER("GET", "/v1/tracking/queries", "Events and tracking", "Query log"),
    LATER("GET", "/v1/tracking/queries/{query_id}", "Events and tracking",
          "One query with its retrievals"),
    LATER("GET", "/v1/tracking/documents/{document_id}", "Events and tracking",
          "A document's life"),
    LATER("GET", "/v1/tracking/stats", "Events and tracking", "Percentiles and series"),

    LATER("GET", "/v1/trigger-types", "Triggers and workflows", "List trigger types"),
    LATER("POST", "/v1/trigger-types", "Triggers and workflows", "Make a trigger type"),
    LATER("GET", "/v1/triggers", "Triggers and workflows", "List triggers"),
    LATER("POST", "/v1/triggers", "Triggers and workflows", "Make a trigger"),
    LATER("POST", "/v1/triggers/fire", "Triggers and workflows", "Fire and wait"),
    LATER("GET", "/v1/triggers/{id}", "Triggers and workflows", "A trigger"),
    LATER("PUT", "/v1/triggers/{id}", "Triggers and workflows", "Change a trigger"),
    LATER("DELETE", "/v1/triggers/{id}", "Triggers and workflows", "Delete a trigger"),
    LATER("GET", "/v1/workflows", "Triggers and workflows", "List workflows"),
    LATER("POST", "/v1/workflows", "Triggers and workflows", "Make a workflow"),
    LATER("GET", "/v1/workflows/{id}", "Triggers and workflows", "A workflow"),
    LATER("PUT", "/v1/workflows/{id}", "Triggers and workflows", "Change a workflow"),
    LATER("DELETE", "/v1/workflows/{id}", "Triggers and workflows", "Delete a workflow"),
    LATER("POST", "/v1/workflows/{id}/run", "Triggers and workflows", "Run a workflow by hand"),
    LATER("GET", "/v1/workflow-runs", "Triggers and workflows", "List runs"),
    LATER("GET", "/v1/workflow-runs/{id}", "Triggers and workflows", "A run, node by node"),

    LATER("GET", "/v1/router", "Models and routing", "Tiers, thresholds, providers"),
    LATER("POST", "/v1/router/assess", "Models and routing", "Complexity of a question"),
    LATER("GET", "/v1/model-servers", "Models and routing", "Model servers"),
    LATER("POST", "/v1/model-servers/{id}/start", "Models and routing", "Start a model server"),
    LATER("POST", "/v1/model-servers/{id}/stop", "Models and routing", "Stop a model server"),

    LATER("POST", "/chat", "Other names", "As /v1/chat/query"),
    LATER("POST", "/chat/stream", "Other names", "As /v1/chat/stream"),
    LATER("GET", "/chat/history/{user_name}", "Other names", "A user's turns"),
    LATER("POST", "/chat/history/{user_name}", "Other names", "Add a turn"),
    LATER("DELETE", "/chat/history/{user_name}", "Other names", "Forget a user's turns"),
    LATER("POST", "/ingest-data", "Other names", "As /v1/ingest"),
    LATER("POST", "/ingest-data-async", "Other names", "As /v1/ingest"),
    LATER("GET", "/ingest-status/{batch_id}", "Other names", "As /v1/ingest/{batch_id}"),
    LATER("GET", "/recent-batches", "Other names", "As /v1/ingest"),
    LATER("POST", "/ask/", "Other names", "A question by its older form"),
    LATER("POST", "/query", "Other names", "As /v1/chat/query"),
    LATER("POST", "/stream", "Other names", "As /v1/chat/stream"),
    LATER("GET", "/conversations", "Other names", "As /v1/chat/conversations"),
    LATER("POST", "/documents", "Other names", "As /v1/knowledge/documents"),
    LATER("GET", "/api/events/stats", "Other names", "As /v1/events/stats"),
    LATER("GET", "/ws/events", "Other names", "As /v1/events/ws"),
};

const size_t http_route_count = ANC_COUNT(http_routes);
