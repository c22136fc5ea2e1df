/* answer_schemas.c - tables of what is answered. */
#include "schemas.h"

#define SCHEMA(name_, help_, rows)                                                      \
    {                                                                                   \
        .name = (name_), .help = (help_), .fields = (rows), .n_fields = ANC_COUNT(rows) \
    }
#define ROW(name_, kind_, help_)                                                  \
    {                                                                             \
        .name = (name_), .kind = (kind_), .flags = HTTP_REQUIRED, .help = (help_) \
    }
#define MAYBE(name_, kind_, help_)                                                                \
    {                                                                                             \
        .name = (name_), .kind = (kind_), .flags = HTTP_REQUIRED | HTTP_NULLABLE, .help = (help_) \
    }
#define PART(name_, kind_, of_, help_)                                                         \
    {                                                                                          \
        .name = (name_), .kind = (kind_), .flags = HTTP_REQUIRED, .help = (help_), .of = (of_) \
    }
#define TEXT(name, help) ROW(name, HTTP_TEXT, help)
#define INT(name, help)  ROW(name, HTTP_INT, help)
#define REAL(name, help) ROW(name, HTTP_REAL, help)
#define BOOL(name, help) ROW(name, HTTP_BOOL, help)
#define TIME(name, help) ROW(name, HTTP_TIME, help)
#define NEXT_CURSOR      MAYBE("next_cursor", HTTP_TEXT, "for the next page; null at the end")

/* ---- general ---- */

static const http_field fault_rows[] = {
    TEXT("pointer", "JSON pointer of the field; ?name of a parameter"),
    TEXT("message", "what is wrong with it"),
};
static const http_schema fault_out = SCHEMA("Fault", "A field that does not fit.", fault_rows);

static const http_field problem_rows[] = {
    TEXT("type", "names the kind of problem"),
    TEXT("title", "the kind in words"),
    INT("status", "the HTTP status"),
    TEXT("detail", "what happened, with the thing and the value"),
    {.name = "instance", .kind = HTTP_TEXT, .help = "the path that was asked for"},
    TEXT("request_id", "as in X-Request-Id"),
    {.name = "errors", .kind = HTTP_LIST, .of = &fault_out, .help = "fields that do not fit"},
};
const http_schema http_problem_out = SCHEMA("Problem", "RFC 9457.", problem_rows);

static const http_field root_rows[] = {
    TEXT("name", "anchorage"),
    TEXT("version", "of the server"),
    TEXT("status", "as in /health"),
    TEXT("docs", "path of the documentation"),
    TEXT("openapi", "path of this document"),
};
const http_schema http_root_out = SCHEMA("Root", "What answers here.", root_rows);

static const http_field probe_rows[] = {
    TEXT("status", "ok, or what is missing"),
};
const http_schema http_probe_out = SCHEMA("Probe", "Alive, ready.", probe_rows);

static const http_field health_rows[] = {
    {.name = "status",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .choices = "healthy|degraded|unhealthy",
     .help = "the worst of the checks"},
    TEXT("version", "of the server"),
    REAL("uptime_s", "since the start"),
    ROW("checks", HTTP_TREE, "name to {status, latency_ms, detail}"),
};
const http_schema http_health_out = SCHEMA("Health", "How the parts are.", health_rows);

/* ---- passages and answers ---- */

static const http_field scores_rows[] = {
    REAL("keyword", "BM25; 0 when no word matches"),
    MAYBE("semantic", HTTP_REAL, "cosine"),
    REAL("fused", "what the order comes from"),
    MAYBE("rerank", HTTP_REAL, "of the reranker"),
};
static const http_schema scores_out = SCHEMA("Scores", "Raw parts of a score.", scores_rows);

static const http_field source_rows[] = {
    INT("position", "from 1"),
    TEXT("chunk_id", "document, version and ordinal"),
    TEXT("document_id", ""),
    INT("version", "of the document"),
    TEXT("collection", ""),
    TEXT("title", "of the document"),
    TEXT("uri", "where it came from; may be empty"),
    MAYBE("page", HTTP_INT, "where there are pages"),
    MAYBE("heading", HTTP_TEXT, "path of headings"),
    INT("start", "byte offset in the extracted text"),
    INT("end", "byte offset behind the passage"),
    TEXT("text", "the passage"),
    REAL("score", "calibrated relevance, 0 to 1"),
    PART("scores", HTTP_OBJECT, &scores_out, "raw parts"),
};
static const http_schema source_out = SCHEMA("Source", "A passage that was found.", source_rows);

static const http_field citation_rows[] = {
    INT("marker", "the [n] in the answer: position of its source"),
    TEXT("chunk_id", ""),
    INT("start", "byte offset in the document's extracted text"),
    INT("end", "byte offset behind the quote"),
    TEXT("quote", "what stands there"),
};
static const http_schema citation_out = SCHEMA("Citation", "A checked citation.", citation_rows);

static const http_field route_rows[] = {
    TEXT("intent", "what kind of question it is"),
    REAL("complexity_score", ""),
    TEXT("tier", "class of model"),
    INT("stages", ""),
    TEXT("reason", "for people"),
};
static const http_schema route_out = SCHEMA("Route", "How the question was taken.", route_rows);

static const http_field cache_rows[] = {
    TEXT("query", "hit or miss"),
    TEXT("embedding", "hit or miss"),
};
static const http_schema cache_out = SCHEMA("CacheUse", "What was known already.", cache_rows);

static const http_field answer_timing_rows[] = {
    REAL("analyze", "ms"), REAL("embed", "ms"),    REAL("search", "ms"),
    REAL("rerank", "ms"),  REAL("generate", "ms"), REAL("total", "ms"),
};
static const http_schema answer_timings_out =
    SCHEMA("AnswerTimings", "Milliseconds a stage.", answer_timing_rows);

static const http_field answer_rows[] = {
    TEXT("query_id", ""),
    TEXT("conversation_id", ""),
    TEXT("message_id", ""),
    TEXT("answer", "with markers [n]"),
    PART("citations", HTTP_LIST, &citation_out, "checked"),
    {.name = "sources",
     .kind = HTTP_LIST,
     .of = &source_out,
     .help = "in order of position; not in a stream's done event"},
    PART("route", HTTP_OBJECT, &route_out, ""),
    TEXT("model_used", ""),
    TEXT("provider", ""),
    INT("input_tokens", ""),
    INT("output_tokens", ""),
    PART("cache", HTTP_OBJECT, &cache_out, ""),
    PART("timings_ms", HTTP_OBJECT, &answer_timings_out, ""),
    BOOL("degraded", "a configured provider failed and another answered"),
    BOOL("no_answer", "nothing relevant was found"),
    TIME("generated_at", ""),
    TEXT("trace_id", ""),
};
const http_schema http_answer_out = SCHEMA("Answer", "A cited answer.", answer_rows);

static const http_field search_timing_rows[] = {
    REAL("embed", "ms"),
    REAL("search", "ms"),
    REAL("total", "ms"),
};
static const http_schema search_timings_out =
    SCHEMA("SearchTimings", "Milliseconds a stage.", search_timing_rows);

static const http_field search_rows[] = {
    TEXT("query_id", ""),
    PART("results", HTTP_LIST, &source_out, "best first"),
    TEXT("mode", "what was really done"),
    PART("timings_ms", HTTP_OBJECT, &search_timings_out, ""),
};
const http_schema http_search_out = SCHEMA("SearchResult", "Passages.", search_rows);

/* ---- collections and documents ---- */

static const http_field chunking_rows[] = {
    TEXT("strategy", "structure or whole"),
    INT("max_tokens", "0: what fits the model's window"),
    INT("overlap_sentences", ""),
};
static const http_schema chunking_out = SCHEMA("Chunking", "How documents are cut.", chunking_rows);

static const http_field collection_rows[] = {
    TEXT("name", ""),
    TEXT("description", ""),
    TEXT("language", ""),
    PART("chunking", HTTP_OBJECT, &chunking_out, ""),
    ROW("acl", HTTP_TEXTS, "labels of who may read"),
    MAYBE("model", HTTP_TEXT, "revision of its vectors' model; null while there are none"),
    INT("documents", "current ones"),
    INT("chunks", "of current versions"),
    TIME("created_at", ""),
    TIME("updated_at", ""),
};
const http_schema http_collection_out =
    SCHEMA("Collection", "A named set of documents.", collection_rows);

static const http_field collections_rows[] = {
    PART("items", HTTP_LIST, &http_collection_out, "by name"),
    NEXT_CURSOR,
};
const http_schema http_collections_out = SCHEMA("CollectionPage", "Collections.", collections_rows);

static const http_field put_rows[] = {
    TEXT("document_id", ""),
    TEXT("collection", ""),
    INT("version", ""),
    INT("chunks", ""),
    {.name = "status",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .choices = "created|updated|unchanged",
     .help = ""},
};
const http_schema http_put_out = SCHEMA("DocumentPut", "What became of a document.", put_rows);

static const http_field document_rows[] = {
    TEXT("document_id", ""),
    TEXT("collection", ""),
    TEXT("title", ""),
    TEXT("uri", ""),
    TEXT("source", "how it came in"),
    TEXT("content_type", ""),
    TEXT("language", ""),
    ROW("metadata", HTTP_TREE, "given and found"),
    INT("version", "the current one"),
    INT("chunks", ""),
    INT("bytes", "of the original"),
    INT("text_bytes", "of the extracted text"),
    TEXT("content_sha256", ""),
    ROW("acl", HTTP_TEXTS, "labels of who may read; empty: the collection's"),
    TIME("created_at", ""),
    TIME("updated_at", ""),
};
const http_schema http_document_out = SCHEMA("Document", "Its current version.", document_rows);

static const http_field documents_rows[] = {
    PART("items", HTTP_LIST, &http_document_out, "by id"),
    NEXT_CURSOR,
};
const http_schema http_documents_out = SCHEMA("DocumentPage", "Documents.", documents_rows);

static const http_field chunk_rows[] = {
    TEXT("chunk_id", ""),
    INT("ordinal", "from 0"),
    INT("version", ""),
    MAYBE("heading", HTTP_TEXT, "path of headings"),
    MAYBE("page", HTTP_INT, "where there are pages"),
    INT("start", "byte offset in the extracted text"),
    INT("end", "byte offset behind it"),
    TEXT("text", "what stands there"),
    INT("tokens", ""),
};
static const http_schema chunk_out = SCHEMA("Chunk", "A passage as cut.", chunk_rows);

static const http_field chunks_rows[] = {
    PART("items", HTTP_LIST, &chunk_out, "in order"),
    NEXT_CURSOR,
};
const http_schema http_chunks_out = SCHEMA("ChunkPage", "Chunks.", chunks_rows);

static const http_field stats_row_rows[] = {
    TEXT("collection", ""),
    INT("documents", ""),
    INT("versions", ""),
    INT("chunks", ""),
    INT("bytes", "of the originals"),
    INT("text_bytes", "of the extracted texts"),
    ROW("languages", HTTP_TREE, "language to documents"),
    MAYBE("last_change_at", HTTP_TIME, ""),
};
static const http_schema stats_row_out =
    SCHEMA("CollectionStats", "Numbers of a collection.", stats_row_rows);

static const http_field index_rows[] = {
    BOOL("ready", ""),         INT("cursor", "change that it has reached"),
    INT("documents", ""),      INT("chunks", ""),
    INT("bytes", "in memory"),
};
static const http_schema index_out = SCHEMA("IndexStats", "The search index.", index_rows);

static const http_field stats_rows[] = {
    PART("items", HTTP_LIST, &stats_row_out, "by collection"),
    PART("index", HTTP_OBJECT, &index_out, ""),
};
const http_schema http_stats_out = SCHEMA("Stats", "Numbers.", stats_rows);

/* ---- events ---- */

static const http_field event_rows[] = {
    TEXT("id", ""),
    TEXT("event_type", ""),
    TIME("timestamp", ""),
    ROW("payload", HTTP_TREE, ""),
    ROW("metadata", HTTP_TREE, "component, trace_id, user_id, aggregate_id, seq, schema_version"),
};
static const http_schema event_out = SCHEMA("Event", "A fact.", event_rows);

static const http_field events_rows[] = {
    PART("items", HTTP_LIST, &event_out, "newest first"),
    NEXT_CURSOR,
};
const http_schema http_events_out = SCHEMA("EventPage", "Kept events.", events_rows);

static const http_field event_stats_rows[] = {
    INT("active_subscribers", "of the bus"),
    INT("queue_size", "announced and not delivered"),
    INT("history_size", "kept events"),
    BOOL("running", "the bus"),
    INT("published_total", ""),
    INT("dropped_events_total", "transient ones that a full queue refused"),
    INT("dropped_subscribers_total", ""),
    INT("outbox_pending", "committed and not announced"),
};
const http_schema http_event_stats_out =
    SCHEMA("EventStats", "The bus in numbers.", event_stats_rows);
