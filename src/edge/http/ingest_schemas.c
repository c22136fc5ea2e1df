/* ingest_schemas.c - tables of what may be asked of and is answered about batches and dead letters. */
#include <stddef.h>

#include "schema_rows.h"

/* ---- what may be asked for ---- */

#define FOLDER(member) AT(http_folder_in, member)
static const http_field folder_fields[] = {
    {.name = "path",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 4000,
     .pattern = "^/",
     .help = "absolute path of a folder or file on the server's machine",
     FOLDER(path)},
    {.name = "glob",
     .kind = HTTP_TEXT,
     .max = 256,
     .help = "such as *.md or docs/**; null: all",
     FOLDER(glob)},
    {.name = "globs",
     .kind = HTTP_TEXTS,
     .min = 1,
     .max = 100,
     .help = "several of them: files that fit one are read",
     FOLDER(globs)},
    {.name = "metadata",
     .kind = HTTP_TREE,
     .help = "given to each document",
     .of = &http_metadata_schema,
     FOLDER(metadata)},
    {.name = "acl",
     .kind = HTTP_TEXTS,
     .flags = HTTP_LABELS,
     .min = 1,
     .max = 64,
     .pattern = HTTP_LABEL_PATTERN,
     .help = "labels of who may read; absent: they stay what they are",
     FOLDER(acl)},
};
static const http_schema folder_schema =
    IN("FolderParams", "Where a folder lies.", folder_fields, http_folder_in);

#define INGEST(member) AT(http_ingest_in, member)
static const http_field ingest_fields[] = {
    {.name = "db_type",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .choices = "folder",
     .later = "postgresql|mongodb|http|s3",
     .help = "kind of source",
     INGEST(db_type)},
    {.name = "connection",
     .kind = HTTP_TEXT,
     .flags = HTTP_LATER,
     .help = "a connection of the configuration"},
    {.name = "connection_params",
     .kind = HTTP_OBJECT,
     .help = "where the source is",
     .of = &folder_schema,
     INGEST(params)},
    {.name = "table_or_collection",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 4000,
     .pattern = "^/",
     .help = "of a folder: its path, where connection_params has none",
     INGEST(table_or_collection)},
    {.name = "columns_or_fields",
     .kind = HTTP_TEXTS,
     .flags = HTTP_LATER,
     .help = "columns of a table"},
    {.name = "rows",
     .kind = HTTP_TEXT,
     .choices = "table|document",
     .initial = "\"table\"",
     .help =
         "of files of records (CSV, lists and lines of JSON): one document a file, or one a record",
     INGEST(rows)},
    {.name = "text_fields",
     .kind = HTTP_TEXTS,
     .min = 1,
     .max = 100,
     .help = "columns whose values are the text of a record's document; null: all",
     INGEST(text_fields)},
    {.name = "id_field",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 256,
     .help = "column that has another value in each record; null: `id`, else the record's number",
     INGEST(id_field)},
    {.name = "title_field",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 256,
     .help = "column; null: `title` or `name`, else the file's name and the record's number",
     INGEST(title_field)},
    {.name = "where", .kind = HTTP_TEXT, .flags = HTTP_LATER, .help = "rows of a table"},
    {.name = "collection",
     .kind = HTTP_TEXT,
     .flags = HTTP_NAME,
     .min = 1,
     .max = 64,
     .initial = "\"default\"",
     .help = "made when it does not exist",
     INGEST(collection)},
    {.name = "batch_size",
     .kind = HTTP_INT,
     .flags = HTTP_LATER,
     .initial = "100",
     .help = "rows read at once"},
    {.name = "sync",
     .kind = HTTP_TEXT,
     .initial = "\"snapshot\"",
     .choices = "snapshot",
     .later = "poll|cdc",
     .help = "once, or staying in sync",
     INGEST(sync)},
};
const http_schema http_ingest_schema =
    IN("IngestRequest", "A source to read.", ingest_fields, http_ingest_in);

/* For the description alone: such a body is read document by document. */
static const http_field batch_fields[] = {
    {.name = "documents",
     .kind = HTTP_LIST,
     .flags = HTTP_REQUIRED | HTTP_ALONE,
     .min = 1,
     .help = "any number of them; one that does not fit fails alone",
     .of = &http_document_schema},
};
const http_schema http_batch_schema = {.name = "DocumentsRequest",
                                       .help = "Many documents.",
                                       .fields = batch_fields,
                                       .n_fields = ANC_COUNT(batch_fields),
                                       .closed = true};

/* ---- query strings ---- */

#define PAGE(type, member)                                                    \
    {.name = "limit",                                                         \
     .kind = HTTP_INT,                                                        \
     .min = 1,                                                                \
     .max = 1000,                                                             \
     .initial = "50",                                                         \
     .help = "how many",                                                      \
     AT(type, member.limit)},                                                 \
    {                                                                         \
        .name = "cursor", .kind = HTTP_TEXT, .max = 2000,                     \
        .help = "the next_cursor of the page before", AT(type, member.cursor) \
    }

static const http_field ingest_rows[] = {
    {.name = "wait",
     .kind = HTTP_BOOL,
     .initial = "false",
     .help = "answer when the batch has ended",
     AT(http_ingest_query, wait)},
};
const http_schema http_ingest_params = IN(NULL, NULL, ingest_rows, http_ingest_query);

static const http_field batch_query_rows[] = {
    {.name = "wait",
     .kind = HTTP_BOOL,
     .initial = "false",
     .help = "answer when the batch has ended",
     AT(http_batch_query, wait)},
    {.name = "collection",
     .kind = HTTP_TEXT,
     .flags = HTTP_NAME,
     .min = 1,
     .max = 64,
     .initial = "\"default\"",
     .help = "of documents that name none; made when it does not exist",
     AT(http_batch_query, collection)},
};
const http_schema http_batch_params = IN(NULL, NULL, batch_query_rows, http_batch_query);

static const http_field batches_query_rows[] = {
    {.name = "status",
     .kind = HTTP_TEXTS,
     .choices = "queued|processing|completed|failed|cancelled",
     .min = 1,
     .max = 5,
     .help = "in one of these states",
     AT(http_batches_query, states)},
    PAGE(http_batches_query, page),
};
const http_schema http_batches_params = IN(NULL, NULL, batches_query_rows, http_batches_query);

static const http_field dead_letter_query_rows[] = {
    {.name = "batch_id",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 128,
     .help = "of this batch only",
     AT(http_failure_query, batch_id)},
    PAGE(http_failure_query, page),
};
const http_schema http_failure_params = IN(NULL, NULL, dead_letter_query_rows, http_failure_query);

/* ---- what is answered ---- */

static const http_field started_rows[] = {
    TEXT("message", "for people"),
    TEXT("batch_id", ""),
    TEXT("status", "queued"),
};
const http_schema http_started_out =
    OUT("BatchStarted", "A batch that will be worked on.", started_rows);

static const http_field batch_rows[] = {
    TEXT("batch_id", ""),
    {.name = "status",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .choices = "queued|processing|completed|failed|cancelled",
     .help = ""},
    TEXT("collection",
         "where its documents are; of several that of documents which name none, if there are any"),
    ROW("collections", HTTP_TEXTS,
        "that documents were read into so far: its own and those that documents named, at most 100 "
        "of these"),
    TEXT("source", "its path"),
    INT("total_documents", "at every moment the sum of the six that follow"),
    INT("waiting_documents", "that are still to be read"),
    INT("unread_documents", "that are not read any more, since the batch ended before"),
    INT("active_documents", "that are being read"),
    INT("processed_documents", "new ones and new versions"),
    INT("failed_documents", "dead letters"),
    INT("skipped_documents", "unchanged ones, and content that nobody here reads"),
    INT("unsupported_documents",
        "of the skipped ones: content that nobody here reads; dead letters too"),
    INT("searchable_documents", "that the index shows"),
    INT("total_bytes", ""),
    INT("processed_bytes", ""),
    MAYBE("error_message", HTTP_TEXT, ""),
    REAL("rate_docs_per_s", ""),
    MAYBE("eta_s", HTTP_REAL, "null while unknown, as in the first moments"),
    {.name = "slowest_stage",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED | HTTP_NULLABLE,
     .choices = "read|parse|chunk|embed|write|index",
     .help = "that holds the others up; null while unknown"},
    TIME("created_at", ""),
    TIME("updated_at", ""),
    MAYBE("completed_at", HTTP_TIME, "null until it has ended"),
};
const http_schema http_batch_out = OUT("Batch", "A batch and its progress.", batch_rows);

static const http_field batches_rows[] = {
    PART("items", HTTP_LIST, &http_batch_out, "newest first"),
    NEXT_CURSOR,
};
const http_schema http_batches_out = OUT("BatchPage", "Batches.", batches_rows);

static const http_field failure_rows[] = {
    TEXT("id", ""),
    TEXT("batch_id", "the batch that tried it last; those in which it failed before list it too"),
    TEXT("collection", "where it was to go"),
    TEXT("document", "its id, as far as it was known"),
    TEXT("source", "where its bytes are read from"),
    INT("bytes", ""),
    TEXT("stage", "read, parse, chunk, embed or write"),
    TEXT("reason", "in plain words"),
    INT("attempts", ""),
    TIME("failed_at", "last"),
};
static const http_schema failure_out = OUT(
    "DeadLetter", "A document that failed for good, or that is of a kind which nobody here reads.",
    failure_rows);

static const http_field failures_rows[] = {
    PART("items", HTTP_LIST, &failure_out, "newest first"),
    NEXT_CURSOR,
};
const http_schema http_failures_out = OUT("DeadLetterPage", "Dead letters.", failures_rows);

static const http_field replays_rows[] = {
    PART("items", HTTP_LIST, &http_batch_out, "a batch for each that had dead letters"),
};
const http_schema http_replays_out = OUT("Replays", "Batches that try again.", replays_rows);
