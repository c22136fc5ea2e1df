/* tracking_schemas.c - tables of what the tracking is asked and answers. */
#include "schema_rows.h"

/* ---- asked ---- */

static const http_field query_params[] = {
    {.name = "user",
     .kind = HTTP_TEXT,
     .max = 256,
     .help = "of this user",
     AT(http_tracking_query_in, user)},
    {.name = "collection",
     .kind = HTTP_TEXT,
     .flags = HTTP_NAME,
     .min = 1,
     .max = 64,
     .help = "asked of this collection, or answered from it",
     AT(http_tracking_query_in, collection)},
    {.name = "since",
     .kind = HTTP_TIME,
     .help = "asked not before",
     AT(http_tracking_query_in, since_ms)},
    {.name = "until",
     .kind = HTTP_TIME,
     .help = "asked before",
     AT(http_tracking_query_in, until_ms)},
    {.name = "min_ms",
     .kind = HTTP_REAL,
     .min = 0,
     .max = 1e9,
     .initial = "0",
     .help = "took at least so long",
     AT(http_tracking_query_in, min_ms)},
    {.name = "zero_results",
     .kind = HTTP_BOOL,
     .initial = "false",
     .help = "found nothing, or nothing that answers it",
     AT(http_tracking_query_in, zero_results)},
    {.name = "status",
     .kind = HTTP_TEXT,
     .choices = "requested|completed|failed",
     .help = "how it went",
     AT(http_tracking_query_in, status)},
    {.name = "q",
     .kind = HTTP_TEXT,
     .max = 1000,
     .help = "words, all of which are in the question",
     AT(http_tracking_query_in, q)},
    {.name = "limit",
     .kind = HTTP_INT,
     .min = 1,
     .max = 1000,
     .initial = "50",
     .help = "how many",
     AT(http_tracking_query_in, page.limit)},
    {.name = "cursor",
     .kind = HTTP_TEXT,
     .max = 2000,
     .help = "next_cursor of the page before",
     AT(http_tracking_query_in, page.cursor)},
};
const http_schema http_tracking_params = IN(NULL, NULL, query_params, http_tracking_query_in);

static const http_field document_params[] = {
    {.name = "collection",
     .kind = HTTP_TEXT,
     .flags = HTTP_NAME,
     .min = 1,
     .max = 64,
     .help = "where it is; when absent the one that has a document of that id",
     AT(http_tracking_document_in, collection)},
};
const http_schema http_tracking_document_params =
    IN(NULL, NULL, document_params, http_tracking_document_in);

static const http_field stats_params[] = {
    {.name = "since",
     .kind = HTTP_TIME,
     .help = "from the hour, day or week of this on; a day ago when absent",
     AT(http_tracking_stats_in, since_ms)},
    {.name = "bucket",
     .kind = HTTP_TEXT,
     .choices = "hour|day|week",
     .help = "of the series; when absent hours up to a week, days up to 13 years, else weeks",
     AT(http_tracking_stats_in, bucket)},
};
const http_schema http_tracking_stats_params = IN(NULL, NULL, stats_params, http_tracking_stats_in);

static const http_field erase_rows[] = {
    {.name = "user_id",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .min = 1,
     .max = 256,
     .help = "who is to be forgotten",
     AT(http_erase_in, user_id)},
};
const http_schema http_erase_schema =
    IN("Erase", "One user is forgotten.", erase_rows, http_erase_in);

/* ---- queries ---- */

static const http_field error_rows[] = {
    TEXT("type", "name of the status"),
    TEXT("message", "what happened"),
    TEXT("stage", "where it was"),
};
static const http_schema error_out = OUT("QueryError", "Why a query failed.", error_rows);

static const http_field feedback_rows[] = {
    INT("rating", "-1 or 1"),
    TEXT("comment", "may be empty"),
    TIME("given_at", ""),
};
static const http_schema feedback_out = OUT("QueryFeedback", "What was said of it.", feedback_rows);

#define QUERY_ROWS                                                                                 \
    TEXT("query_id", ""),                                                                          \
        {.name = "kind",                                                                           \
         .kind = HTTP_TEXT,                                                                        \
         .flags = HTTP_REQUIRED,                                                                   \
         .choices = "answer|search",                                                               \
         .help = "search: passages were asked for, no answer"},                                    \
        MAYBE("query_text", HTTP_TEXT, "null where texts are not kept"),                           \
        MAYBE("user_id", HTTP_TEXT, "null: nobody was logged in"),                                 \
        ROW("collections", HTTP_TEXTS, "asked for; none: all"),                                    \
        {.name = "status",                                                                         \
         .kind = HTTP_TEXT,                                                                        \
         .flags = HTTP_REQUIRED,                                                                   \
         .choices = "requested|completed|failed",                                                  \
         .help = "how it went"},                                                                   \
        MAYBE("response_text", HTTP_TEXT, "the answer's own words"),                               \
        MAYBE("model_used", HTTP_TEXT, ""), MAYBE("provider", HTTP_TEXT, ""),                      \
        INT("input_tokens", ""), INT("output_tokens", ""),                                         \
        MAYBE("cost", HTTP_REAL, "by tracking.prices; null of a model without a price"),           \
        BOOL("cache_hit", ""), MAYBE("processing_time_ms", HTTP_REAL, ""),                         \
        MAYBE("timings_ms", HTTP_TREE, "by stage"), MAYBE("route", HTTP_TREE, "how it was taken"), \
        {.name = "error",                                                                          \
         .kind = HTTP_OBJECT,                                                                      \
         .flags = HTTP_REQUIRED | HTTP_NULLABLE,                                                   \
         .of = &error_out,                                                                         \
         .help = "of a failed one"},                                                               \
        MAYBE("conversation_id", HTTP_TEXT, ""), MAYBE("workflow_run_id", HTTP_TEXT, ""),          \
        INT("document_count", "passages that were found"),                                         \
        BOOL("zero_results", "nothing was found, or nothing of it answers the question"),          \
        TIME("requested_at", ""), MAYBE("completed_at", HTTP_TIME, "")

static const http_field query_rows[] = {QUERY_ROWS};
static const http_schema query_out = OUT("TrackedQuery", "A query in the log.", query_rows);

static const http_field queries_rows[] = {
    PART("items", HTTP_LIST, &query_out, "newest first"),
    MAYBE("next_cursor", HTTP_TEXT, "for the next page; null at the end"),
};
const http_schema http_tracked_queries_out =
    OUT("TrackedQueryPage", "The query log.", queries_rows);

static const http_field scores_rows[] = {
    MAYBE("keyword", HTTP_REAL, "BM25"),
    MAYBE("semantic", HTTP_REAL, "cosine"),
    MAYBE("fused", HTTP_REAL, "what the order within a collection comes from"),
    MAYBE("rerank", HTTP_REAL, "of the reranker"),
};
static const http_schema scores_out = OUT("RetrievalScores", "Parts of a score.", scores_rows);

static const http_field retrieval_rows[] = {
    INT("position", "from 1"),
    TEXT("chunk_id", ""),
    TEXT("document_id", ""),
    INT("version", "of the document; 0 where it was not told"),
    TEXT("collection", ""),
    TEXT("title", "of the document"),
    MAYBE("score", HTTP_REAL, "calibrated relevance of the passage alone"),
    PART("scores", HTTP_OBJECT, &scores_out, "raw parts"),
    BOOL("cited", "the answer cites it"),
};
static const http_schema retrieval_out =
    OUT("Retrieval", "A passage that was found.", retrieval_rows);

static const http_field whole_rows[] = {
    QUERY_ROWS,
    {.name = "feedback",
     .kind = HTTP_OBJECT,
     .flags = HTTP_REQUIRED | HTTP_NULLABLE,
     .of = &feedback_out,
     .help = "the last"},
    PART("retrievals", HTTP_LIST, &retrieval_out, "in order of position"),
};
const http_schema http_tracked_query_out =
    OUT("TrackedQueryWhole", "A query with what it found.", whole_rows);

/* ---- documents ---- */

static const http_field life_rows[] = {
    {.name = "event",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .choices = "created|updated|deleted",
     .help = "what happened"},
    TIME("at", ""),
    TEXT("collection", ""),
    INT("version", ""),
    MAYBE("title", HTTP_TEXT, "null where it did not change"),
    TEXT("changed", "what an update changed, joined by commas"),
    INT("chunks_added", ""),
    INT("chunks_removed", ""),
    INT("bytes", "of the original; 0 of a deleted one"),
};
static const http_schema life_out = OUT("DocumentEvent", "Something happened to it.", life_rows);

static const http_field document_rows[] = {
    TEXT("document_id", ""),
    TEXT("collection", ""),
    MAYBE("created_at", HTTP_TIME, "of the first event that is kept"),
    MAYBE("deleted_at", HTTP_TIME, ""),
    INT("retrieved", "times it was found"),
    INT("cited", "times an answer cited it"),
    PART("life", HTTP_LIST, &life_out, "oldest first"),
};
const http_schema http_tracked_document_out =
    OUT("TrackedDocument", "A document's life.", document_rows);

/* ---- numbers ---- */

#define NUMBER_ROWS                                                                      \
    INT("queries", ""), INT("completed", ""), INT("failed", ""),                         \
        REAL("p50_ms", "of completed queries; off by at most 1/32"), REAL("p95_ms", ""), \
        REAL("p99_ms", ""), INT("input_tokens", ""), INT("output_tokens", ""),           \
        REAL("cost", "by tracking.prices"), INT("cache_hits", ""),                       \
        REAL("cache_hit_rate", "of completed queries"), INT("zero_results", ""),         \
        REAL("zero_result_rate", "of all queries")

static const http_field numbers_rows[] = {NUMBER_ROWS};
static const http_schema numbers_out = OUT("TrackingNumbers", "Numbers.", numbers_rows);

static const http_field point_rows[] = {TIME("start", "of the bucket"), NUMBER_ROWS};
static const http_schema point_out = OUT("TrackingPoint", "A bucket's numbers.", point_rows);

static const http_field named_rows[] = {
    TEXT("name", "of the model, collection or kind"),
    NUMBER_ROWS,
    PART("series", HTTP_LIST, &point_out,
         "every bucket, oldest first; those in which something was where all names together would "
         "have more than 10,000"),
};
static const http_schema named_out = OUT("TrackingSeries", "Numbers of one name.", named_rows);

static const http_field top_document_rows[] = {
    TEXT("document_id", ""), TEXT("collection", ""), TEXT("title", ""),
    INT("retrieved", ""),    INT("cited", ""),
};
static const http_schema top_document_out =
    OUT("TopDocument", "A document that is found often.", top_document_rows);

static const http_field top_question_rows[] = {
    TEXT("query_text", ""),
    INT("queries", "times it was asked"),
};
static const http_schema top_question_out =
    OUT("TopQuestion", "A question that is asked often.", top_question_rows);

static const http_field stats_rows[] = {
    TIME("since", "where the first bucket begins"),
    TIME("until", "where the last one ends"),
    TEXT("bucket", "hour, day or week"),
    PART("total", HTTP_OBJECT, &numbers_out, "of all that time"),
    PART("series", HTTP_LIST, &point_out,
         "every bucket, oldest first, with noughts where nothing was"),
    PART("models", HTTP_LIST, &named_out, "by name"),
    PART("collections", HTTP_LIST, &named_out, "by name"),
    PART("kinds", HTTP_LIST, &named_out, "answer and search; the total is of both"),
    PART("top_documents", HTTP_LIST, &top_document_out,
         "most found first, of whole days (UTC); made of each day's first 200"),
    PART("top_questions", HTTP_LIST, &top_question_out,
         "most asked first, likewise; none where texts are not kept"),
};
const http_schema http_tracking_stats_out = OUT("TrackingStats", "Numbers over time.", stats_rows);

/* ---- erasure ---- */

static const http_field holder_rows[] = {
    TEXT("name", "who"),
    TEXT("what", "what is held there, and for how long"),
};
static const http_schema holder_out = OUT("Holder", "What cannot be taken back.", holder_rows);

static const http_field erased_rows[] = {
    TEXT("user_id", ""),
    ROW("erased", HTTP_TREE,
        "place to how many were removed or blanked there; of cached_vectors and feed_history all, "
        "since "
        "they do not tell whose they are"),
    PART("held_elsewhere", HTTP_LIST, &holder_out, "what is out of this server's reach"),
};
const http_schema http_erased_out = OUT("Erased", "What went from where.", erased_rows);
