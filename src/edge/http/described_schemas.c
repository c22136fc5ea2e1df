/* described_schemas.c - what is only described: forms, events of streams, and trees that no rows can say.
 *
 * A schema given as JSON has rows all the same for what it refers to, so that this is described too.
 */
#include "schema_rows.h"

#define REF(name) "{\"$ref\":\"#/components/schemas/" name "\"}"

#define REFERS(to)                                  \
    {                                               \
        .name = "", .kind = HTTP_OBJECT, .of = (to) \
    }

/* ---- trees ---- */

#define METADATA_NAMES                                                                 \
    "\"propertyNames\":{\"minLength\":1,\"maxLength\":128,\"pattern\":"                \
    "\"^[^\\\\u0000-\\\\u001F\\\\u007F-\\\\u009F]*$\"},\"additionalProperties\":" REF( \
        "MetadataValue")

static const http_schema metadata_value = {
    .name = "MetadataValue",
    .raw = "{\"type\":[\"string\",\"number\",\"boolean\",\"null\",\"array\",\"object\"],"
           "\"items\":" REF("MetadataValue") "," METADATA_NAMES "}"};
static const http_field metadata_refers[] = {REFERS(&metadata_value)};
const http_schema http_metadata_schema = {
    .name = "Metadata",
    .fields = metadata_refers,
    .n_fields = ANC_COUNT(metadata_refers),
    .raw =
        "{\"type\":\"object\",\"description\":\"What is filtered by: names and values, at most 64 "
        "KiB of JSON, 1024 values, 4 levels of lists and objects, integers of 64 "
        "bits.\",\"maxProperties\":256," METADATA_NAMES "}"};

#define FILTER_FIELD  "\"field\":{\"type\":\"string\",\"minLength\":1}"
#define FILTER_SCALAR "{\"type\":[\"string\",\"number\",\"boolean\"]}"
#define FILTER_LIST(op)                                                        \
    "{\"type\":\"object\",\"properties\":{\"" op                               \
    "\":{\"type\":\"array\",\"items\":" REF("Filter") "}},\"required\":[\"" op \
                                                      "\"],\"additionalProperties\":false}"
#define FILTER_LEAF(ops, value)                                                    \
    "{\"type\":\"object\",\"properties\":{" FILTER_FIELD ",\"op\":{\"enum\":[" ops \
    "]},\"value\":" value "},\"required\":[\"field\",\"op\",\"value\"],"           \
    "\"additionalProperties\":false}"

const http_schema http_filter_schema = {
    .name = "Filter",
    .raw =
        "{\"description\":\"A predicate over metadata and the built-in "
        "fields document_id, title, "
        "uri, source, language, content_type (compared with strings), "
        "created_at and updated_at "
        "(with RFC 3339 times, without contains and prefix); at most 16 "
        "levels, and 1000 "
        "conditions and values.\",\"oneOf\":[" FILTER_LIST("and") "," FILTER_LIST(
            "or") ","
                  "{\"type\":\"object\",\"properties\":{\"not\":" REF(
                      "Filter") "},\"required\":[\"not\"],"
                                "\"additionalProperties\":false}"
                                "," FILTER_LEAF("\"eq\",\"ne\",\"contains\"", FILTER_SCALAR) "," FILTER_LEAF(
                                    "\"gt\",\"gte\",\"lt\",\"lte\"",
                                    "{\"type\":[\"string\","
                                    "\"number\"]}") "," FILTER_LEAF("\"prefix"
                                                                    "\"",
                                                                    "{\"type"
                                                                    "\":"
                                                                    "\"string"
                                                                    "\"}") "," FILTER_LEAF("\"in\","
                                                                                           "\"nin"
                                                                                           "\"",
                                                                                           "{\"type"
                                                                                           "\":"
                                                                                           "\"array"
                                                                                           "\","
                                                                                           "\"items"
                                                                                           "\""
                                                                                           ":" FILTER_SCALAR
                                                                                           "}") ","
                                                                                                "{"
                                                                                                "\""
                                                                                                "ty"
                                                                                                "pe"
                                                                                                "\""
                                                                                                ":"
                                                                                                "\""
                                                                                                "ob"
                                                                                                "je"
                                                                                                "ct"
                                                                                                "\""
                                                                                                ","
                                                                                                "\""
                                                                                                "pr"
                                                                                                "op"
                                                                                                "er"
                                                                                                "ti"
                                                                                                "es"
                                                                                                "\""
                                                                                                ":"
                                                                                                "{" FILTER_FIELD
                                                                                                ","
                                                                                                "\""
                                                                                                "op"
                                                                                                "\""
                                                                                                ":{"
                                                                                                "\""
                                                                                                "co"
                                                                                                "ns"
                                                                                                "t"
                                                                                                "\""
                                                                                                ":"
                                                                                                "\""
                                                                                                "ex"
                                                                                                "is"
                                                                                                "ts"
                                                                                                "\""
                                                                                                "},"
                                                                                                "\""
                                                                                                "va"
                                                                                                "lu"
                                                                                                "e"
                                                                                                "\""
                                                                                                ":{"
                                                                                                "\""
                                                                                                "ty"
                                                                                                "pe"
                                                                                                "\""
                                                                                                ":"
                                                                                                "\""
                                                                                                "bo"
                                                                                                "ol"
                                                                                                "ea"
                                                                                                "n"
                                                                                                "\""
                                                                                                ","
                                                                                                "\""
                                                                                                "de"
                                                                                                "fa"
                                                                                                "ul"
                                                                                                "t"
                                                                                                "\""
                                                                                                ":t"
                                                                                                "ru"
                                                                                                "e}"
                                                                                                "},"
                                                                                                "\""
                                                                                                "re"
                                                                                                "qu"
                                                                                                "ir"
                                                                                                "ed"
                                                                                                "\""
                                                                                                ":["
                                                                                                "\""
                                                                                                "fi"
                                                                                                "el"
                                                                                                "d"
                                                                                                "\""
                                                                                                ","
                                                                                                "\""
                                                                                                "op"
                                                                                                "\""
                                                                                                "],"
                                                                                                "\""
                                                                                                "ad"
                                                                                                "di"
                                                                                                "ti"
                                                                                                "on"
                                                                                                "al"
                                                                                                "Pr"
                                                                                                "op"
                                                                                                "er"
                                                                                                "ti"
                                                                                                "es"
                                                                                                "\""
                                                                                                ":f"
                                                                                                "al"
                                                                                                "se"
                                                                                                "}]"
                                                                                                "}"};

/* ---- forms ---- */

#define FORM(name_, help_, rows)                                                         \
    {                                                                                    \
        .name = (name_), .help = (help_), .fields = (rows), .n_fields = ANC_COUNT(rows), \
        .closed = true                                                                   \
    }
#define FORM_COLLECTION                                                                   \
    {                                                                                     \
        .name = "collection", .kind = HTTP_TEXT, .flags = HTTP_NAME, .min = 1, .max = 64, \
        .help = "made when it does not exist; absent: default"                            \
    }
#define FORM_METADATA                                                            \
    {                                                                            \
        .name = "metadata", .kind = HTTP_TREE, .help = "an object to filter by", \
        .of = &http_metadata_schema                                              \
    }
#define FORM_ACL                                                                     \
    {                                                                                \
        .name = "acl", .kind = HTTP_TEXT, .max = 20000,                              \
        .help = "labels of who may read, with commas: public, user:ID, group:NAME; " \
                "absent: they stay what they are"                                    \
    }

static const http_field document_form_rows[] = {
    {.name = "file",
     .kind = HTTP_FILE,
     .flags = HTTP_REQUIRED,
     .help = "the content; its name is kept"},
    {.name = "id",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 512,
     .pattern = HTTP_ID_PATTERN,
     .help = "the caller's id; absent: made here"},
    FORM_COLLECTION,
    {.name = "title",
     .kind = HTTP_TEXT,
     .max = 1000,
     .pattern = HTTP_LINE_PATTERN,
     .help = "absent: the text's own"},
    {.name = "uri",
     .kind = HTTP_TEXT,
     .max = 4000,
     .pattern = HTTP_LINE_PATTERN,
     .help = "where it came from; absent: the file's name"},
    {.name = "content_type",
     .kind = HTTP_TEXT,
     .max = 200,
     .pattern = HTTP_LINE_PATTERN,
     .help = "absent: of the file's part, or found out"},
    FORM_METADATA,
    FORM_ACL,
};
const http_schema http_document_form =
    FORM("DocumentForm", "A document as a file.", document_form_rows);

static const http_field version_form_rows[] = {
    {.name = "file", .kind = HTTP_FILE, .flags = HTTP_REQUIRED, .help = "the content"},
    {.name = "version",
     .kind = HTTP_TREE,
     .flags = HTTP_REQUIRED,
     .help = "a VersionRequest without its content"},
};
const http_schema http_version_form =
    FORM("VersionForm", "A version as an export has it, with a file.", version_form_rows);

static const http_field batch_form_rows[] = {
    FORM_COLLECTION,
    FORM_METADATA,
    FORM_ACL,
    {.name = "rows",
     .kind = HTTP_TEXT,
     .choices = "table|document",
     .initial = "\"table\"",
     .help = "of files of records: one document a file, or one a record"},
    {.name = "file",
     .kind = HTTP_LIST,
     .flags = HTTP_REQUIRED,
     .min = 1,
     .help = "the files, behind the other fields; a file's name is its id"},
};
const http_schema http_batch_form = FORM("DocumentsForm", "Many files.", batch_form_rows);

/* ---- events of streams ---- */

#define EVENT(name, schema)                                                                   \
    "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"},\"event\":{\"const\":" \
    "\"" name "\"},\"data\":{\"type\":\"string\",\"contentMediaType\":\"application/json\","  \
    "\"contentSchema\":" REF(schema) "}},\"required\":[\"id\",\"event\",\"data\"]}"

static const http_field sources_rows[] = {
    {.name = "query_id", .kind = HTTP_TEXT, .flags = HTTP_REQUIRED},
    {.name = "sources",
     .kind = HTTP_LIST,
     .flags = HTTP_REQUIRED,
     .of = &http_source_out,
     .help = "in order of position"},
};
static const http_schema sources_out =
    OUT("StreamSources", "What the answer will stand on.", sources_rows);

static const http_field token_rows[] = {
    {.name = "text", .kind = HTTP_TEXT, .flags = HTTP_REQUIRED, .help = "what comes next"},
};
static const http_schema token_out = OUT("StreamToken", "A piece of the answer.", token_rows);

static const http_field chat_event_rows[] = {
    REFERS(&sources_out),
    REFERS(&token_out),
    REFERS(&http_answer_out),
    REFERS(&http_problem_out),
};
const http_schema http_chat_event_out = {
    .name = "ChatEvent",
    .fields = chat_event_rows,
    .n_fields = ANC_COUNT(chat_event_rows),
    .raw =
        "{\"description\":\"Each event: sources first, then tokens, then done (the answer less its "
        "sources) or error.\",\"oneOf\":[" EVENT("sources", "StreamSources") "," EVENT(
            "token", "StreamToken") "," EVENT("done", "Answer") "," EVENT("error", "Problem") "]}"};

static const http_field feed_event_rows[] = {
    {.name = "timestamp", .kind = HTTP_REAL, .flags = HTTP_REQUIRED, .help = "Unix time, seconds"},
    {.name = "type", .kind = HTTP_TEXT, .flags = HTTP_REQUIRED},
    {.name = "message", .kind = HTTP_TEXT, .flags = HTTP_REQUIRED, .help = "one line for people"},
    {.name = "severity",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .choices = "info|warning|error"},
    {.name = "metadata", .kind = HTTP_TREE, .flags = HTTP_REQUIRED, .help = "the event's payload"},
};
static const http_schema feed_form_out =
    OUT("FeedEvent", "An event as the live feed shows it.", feed_event_rows);

static const http_field feed_stream_rows[] = {REFERS(&feed_form_out)};
const http_schema http_feed_event_out = {
    .name = "FeedStreamEvent",
    .fields = feed_stream_rows,
    .n_fields = ANC_COUNT(feed_stream_rows),
    .raw = "{\"description\":\"Each event: the feed's form of what happened. An id is there where "
           "the event is kept; the last one, when the server ends, is named "
           "end.\",\"type\":\"object\","
           "\"properties\":{\"id\":{\"type\":\"string\"},\"event\":{\"const\":\"end\"},"
           "\"data\":{\"type\":\"string\",\"contentMediaType\":\"application/json\","
           "\"contentSchema\":" REF("FeedEvent") "}},\"required\":[\"data\"]}"};

static const http_field batch_event_rows[] = {
    REFERS(&http_batch_out),
    REFERS(&http_problem_out),
};
const http_schema http_batch_event_out = {
    .name = "BatchEvent",
    .fields = batch_event_rows,
    .n_fields = ANC_COUNT(batch_event_rows),
    .raw =
        "{\"description\":\"Each event: the batch whenever it changed, done once it has ended, or "
        "error.\",\"oneOf\":[" EVENT("progress", "Batch") "," EVENT("done", "Batch") "," EVENT(
            "error", "Problem") "]}"};
