/* request_schemas.c - tables of what can be sent. */
#include "schema_rows.h"

/* ---- searches ---- */

#define SEARCH(member) AT(http_search_in, member)
static const http_field search_fields[] = {
    {.name = "query",
     .also = "question",
     .kind = HTTP_TEXT,
     .help = "what to look for: words, \"a phrase\", +must, -must-not, begin*; a sign counts "
             "before a letter, "
             "a year or a phrase; null in mode metadata",
     SEARCH(query)},
    {.name = "collections",
     .kind = HTTP_TEXTS,
     .min = 1,
     .max = 100,
     .pattern = HTTP_NAME_PATTERN,
     .help = "where to look; null: everywhere the caller may read",
     SEARCH(collections)},
    {.name = "top_k",
     .kind = HTTP_INT,
     .min = 1,
     .max = 1000,
     .initial = "10",
     .help = "how many passages",
     SEARCH(top_k)},
    {.name = "mode",
     .kind = HTTP_TEXT,
     .initial = "\"auto\"",
     .choices = MODES "|metadata",
     .help = "how to search; metadata: documents by the filters alone, the last changed first",
     SEARCH(mode)},
    {.name = "filters",
     .kind = HTTP_TREE,
     .help = "a predicate over metadata: {\"field\",\"op\",\"value\"} under and, or, not",
     .of = &http_filter_schema,
     SEARCH(filters)},
    {.name = "rerank",
     .kind = HTTP_WISH,
     .help = "a second look at the best passages by the reranker that is configured; null: as "
             "configured",
     SEARCH(rerank)},
    {.name = "explain",
     .kind = HTTP_BOOL,
     .help = "take the scores of each passage apart; as ?explain=true",
     SEARCH(explain)},
    {.name = "highlight",
     .kind = HTTP_BOOL,
     .help = "show the pieces of each passage that match",
     SEARCH(highlight)},
    {.name = "join_neighbours",
     .kind = HTTP_BOOL,
     .help = "chunks of a document that lie side by side become one passage",
     SEARCH(join_neighbours)},
    {.name = "context_chunks",
     .kind = HTTP_INT,
     .max = 5,
     .help = "with join_neighbours: so many chunks before and behind each passage are joined to it",
     SEARCH(context_chunks)},
};
const http_schema http_search_schema =
    IN("SearchRequest", "A search without an answer.", search_fields, http_search_in);

static const http_field search_params[] = {
    {.name = "explain",
     .kind = HTTP_BOOL,
     .help = "take the scores of each passage apart",
     AT(http_search_query, explain)},
};
const http_schema http_search_params = IN(NULL, NULL, search_params, http_search_query);

/* ---- collections and documents ---- */

static const http_field chunking_fields[] = {
    {.name = "strategy",
     .kind = HTTP_TEXT,
     .initial = "\"structure\"",
     .choices = "structure|whole",
     .help = "along headings and paragraphs, or one chunk a document: what of its beginning fits "
             "max_tokens; what is behind is not found",
     AT(http_chunking_in, strategy)},
    {.name = "max_tokens",
     .kind = HTTP_INT,
     .max = 8192,
     .help = "longest chunk, from 32 to the model's window; 0: what fits that",
     AT(http_chunking_in, max_tokens)},
    {.name = "overlap_sentences",
     .kind = HTTP_INT,
     .max = 4,
     .help = "sentences that two chunks of a long paragraph share",
     AT(http_chunking_in, overlap_sentences)},
};
static const http_schema chunking_schema =
    IN("ChunkingRequest", "How documents are cut.", chunking_fields, http_chunking_in);

/* of a change: what is absent stays */
static const http_field chunking_patch_fields[] = {
    {.name = "strategy",
     .kind = HTTP_TEXT,
     .choices = "structure|whole",
     .help = "along headings and paragraphs, or one chunk a document: what of its beginning fits "
             "max_tokens; what is behind is not found",
     AT(http_chunking_in, strategy)},
    {.name = "max_tokens",
     .kind = HTTP_INT,
     .flags = HTTP_UNSAID,
     .max = 8192,
     .initial = "-1",
     .help = "longest chunk, from 32 to the model's window; 0: what fits that",
     AT(http_chunking_in, max_tokens)},
    {.name = "overlap_sentences",
     .kind = HTTP_INT,
     .flags = HTTP_UNSAID,
     .max = 4,
     .initial = "-1",
     .help = "sentences that two chunks of a long paragraph share",
     AT(http_chunking_in, overlap_sentences)},
};
static const http_schema chunking_patch_schema = IN(
    "ChunkingPatch", "How documents are cut from now on.", chunking_patch_fields, http_chunking_in);

#define COLLECTION(member) AT(http_collection_in, member)
#define COLLECTION_COMMON                                                                            \
    {.name = "description",                                                                          \
     .kind = HTTP_TEXT,                                                                              \
     .max = 2000,                                                                                    \
     .pattern = HTTP_LINE_PATTERN,                                                                   \
     .help = "for people",                                                                           \
     COLLECTION(description)},                                                                       \
        {.name = "language",                                                                         \
         .kind = HTTP_TEXT,                                                                          \
         .pattern = "^(auto|und|[a-z]{2})?$",                                                        \
         .help = "\"auto\": found per document; else a code of ISO 639-1 (\"en\", \"fr\", …), or " \
                 "\"und\": none",                                                                    \
         COLLECTION(language)},                                                                      \
        {.name = "system_prompt",                                                                    \
         .kind = HTTP_TEXT,                                                                          \
         .max = 16000,                                                                               \
         .pattern = HTTP_PROSE_PATTERN,                                                              \
         .help = "instructions for questions to it alone; empty: as configured",                     \
         COLLECTION(system_prompt)},                                                                 \
        {.name = "prompt_template",                                                                  \
         .kind = HTTP_TEXT,                                                                          \
         .max = 16000,                                                                               \
         .pattern = HTTP_PROSE_PATTERN,                                                              \
         .help = "what the model is asked, with {passages} and {question} once each; empty: as "     \
                 "configured",                                                                       \
         COLLECTION(prompt_template)},                                                               \
    {                                                                                                \
        .name = "acl", .kind = HTTP_TEXTS, .flags = HTTP_LABELS, .min = 1, .max = 64,                \
        .pattern = HTTP_LABEL_PATTERN,                                                               \
        .help = "labels of who may read: public, user:ID, group:NAME", COLLECTION(acl)               \
    }
static const http_field collection_fields[] = {
    {.name = "name",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED | HTTP_NAME,
     .min = 1,
     .max = 64,
     .help = "small letters, digits, _ and -",
     COLLECTION(name)},
    COLLECTION_COMMON,
    {.name = "chunking",
     .kind = HTTP_OBJECT,
     .help = "how documents are cut",
     .of = &chunking_schema,
     COLLECTION(chunking)},
    {.name = "embedding_model",
     .kind = HTTP_TEXT,
     .max = 100,
     .pattern = HTTP_LINE_PATTERN,
     .help = "an installed model, see /v1/models; empty: the configured one",
     COLLECTION(embedding_model)},
};
const http_schema http_collection_schema =
    IN("CollectionRequest", "A collection to make.", collection_fields, http_collection_in);

static const http_field collection_patch_fields[] = {
    COLLECTION_COMMON,
    {.name = "chunking",
     .kind = HTTP_OBJECT,
     .help = "documents are cut again in the background",
     .of = &chunking_patch_schema,
     COLLECTION(chunking)},
    {.name = "embedding_model",
     .kind = HTTP_TEXT,
     .max = 100,
     .pattern = HTTP_LINE_PATTERN,
     .help =
         "an installed model, see /v1/models; empty: the configured one. Documents are embedded "
         "in the background, until then searches use the vectors of before",
     COLLECTION(embedding_model)},
};
const http_schema http_collection_patch_schema =
    IN("CollectionPatch", "What to change; the rest stays.", collection_patch_fields,
       http_collection_in);

#define ACL_HELP                                                                              \
    "labels of who may read; null: the collection's; absent: they stay what they are, and a " \
    "new document has the collection's"
#define DOCUMENT_COMMON(type, member)                                                 \
    {.name = "title",                                                                 \
     .kind = HTTP_TEXT,                                                               \
     .max = 1000,                                                                     \
     .pattern = HTTP_LINE_PATTERN,                                                    \
     .help = "null: the text's own",                                                  \
     AT(type, member title)},                                                         \
        {.name = "text",                                                              \
         .kind = HTTP_TEXT,                                                           \
         .flags = HTTP_FREE,                                                          \
         .help = "the content, or content_base64",                                    \
         AT(type, member text)},                                                      \
        {.name = "content_base64",                                                    \
         .kind = HTTP_TEXT,                                                           \
         .pattern = HTTP_BASE64_PATTERN,                                              \
         .help = "the content's bytes",                                               \
         AT(type, member content_base64)},                                            \
        {.name = "content_type",                                                      \
         .kind = HTTP_TEXT,                                                           \
         .max = 200,                                                                  \
         .pattern = HTTP_LINE_PATTERN,                                                \
         .help = "text/plain, text/markdown, application/pdf, …; null: found out",    \
         AT(type, member content_type)},                                              \
        {.name = "uri",                                                               \
         .kind = HTTP_TEXT,                                                           \
         .max = 4000,                                                                 \
         .pattern = HTTP_LINE_PATTERN,                                                \
         .help = "where it came from",                                                \
         AT(type, member uri)},                                                       \
        {.name = "metadata",                                                          \
         .kind = HTTP_TREE,                                                           \
         .help = "an object to filter by",                                            \
         .of = &http_metadata_schema,                                                 \
         AT(type, member metadata)},                                                  \
    {                                                                                 \
        .name = "acl", .kind = HTTP_TEXTS, .flags = HTTP_LABELS, .min = 1, .max = 64, \
        .pattern = HTTP_LABEL_PATTERN, .help = ACL_HELP, AT(type, member acl)         \
    }

static const http_field document_fields[] = {
    {.name = "id",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 512,
     .pattern = HTTP_ID_PATTERN,
     .help = "the caller's id; null: made here",
     AT(http_document_in, id)},
    {.name = "collection",
     .kind = HTTP_TEXT,
     .flags = HTTP_NAME,
     .min = 1,
     .max = 64,
     .help = "made when it does not exist; null: default",
     AT(http_document_in, collection)},
    DOCUMENT_COMMON(http_document_in, ),
};
const http_schema http_document_schema = {.name = "DocumentRequest",
                                          .help = "A document, or a new version of one.",
                                          .fields = document_fields,
                                          .n_fields = ANC_COUNT(document_fields),
                                          .size = sizeof(http_document_in),
                                          .one_of = "text|content_base64"};

#define VERSION(member) AT(http_version_in, member)
static const http_field version_fields[] = {
    DOCUMENT_COMMON(http_version_in, document.),
    {.name = "source",
     .kind = HTTP_TEXT,
     .max = 64,
     .pattern = HTTP_LINE_PATTERN,
     .help = "how it came in then",
     VERSION(source)},
    {.name = "file_name",
     .kind = HTTP_TEXT,
     .max = 4000,
     .pattern = HTTP_LINE_PATTERN,
     .help = "as then",
     VERSION(file_name)},
    {.name = "created_at",
     .kind = HTTP_TIME,
     .flags = HTTP_REQUIRED,
     .help = "when the version was made",
     VERSION(created_ms)},
    {.name = "document_created_at",
     .kind = HTTP_TIME,
     .help = "when its document was; null: with this version",
     VERSION(document_created_ms)},
    {.name = "fingerprint",
     .kind = HTTP_TEXT,
     .min = 64,
     .max = 64,
     .pattern = "^[0-9a-f]{64}$",
     .help = "hex; as the list of versions has it, so that what is put again is unchanged",
     VERSION(fingerprint)},
    {.name = "parent",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 512,
     .help = "id of the document that it was attached to; what is attached to it comes by itself",
     VERSION(parent)},
    {.name = "made_for",
     .kind = HTTP_TEXT,
     .min = 64,
     .max = 64,
     .pattern = "^[0-9a-f]{64}$",
     .help = "beside parent: fingerprint of the version of it that it is as of",
     VERSION(made_for)},
    {.name = "rows",
     .kind = HTTP_TEXT,
     .choices = "table|document",
     .initial = "\"table\"",
     .help = "as it was read then; document: its records are documents that come by themselves",
     VERSION(rows)},
    {.name = "row_columns",
     .kind = HTTP_TEXTS,
     .max = 102,
     .help = "beside rows: as found then, the columns of their id, their title, their text",
     VERSION(row_columns)},
    {.name = "attachments_unread",
     .kind = HTTP_TEXTS,
     .max = 64,
     .help = "as found then",
     VERSION(attachments_unread)},
    {.name = "changed",
     .kind = HTTP_TEXTS,
     .max = 6,
     .pattern = "^(title|content|metadata|acl|uri|chunking)$",
     .help = "against the version before: title, content, metadata, acl, uri, chunking; "
             "null: compared anew",
     VERSION(changed)},
    {.name = "chunks_added",
     .kind = HTTP_INT,
     .flags = HTTP_UNSAID,
     .max = 4294967295.0,
     .initial = "-1",
     .help = "beside changed; null: not known",
     VERSION(chunks_added)},
    {.name = "chunks_removed",
     .kind = HTTP_INT,
     .flags = HTTP_UNSAID,
     .max = 4294967295.0,
     .initial = "-1",
     .help = "beside changed; null: not known",
     VERSION(chunks_removed)},
    {.name = "vectors_model",
     .kind = HTTP_TEXT,
     .max = 200,
     .help = "revision of the model of these vectors (GET …/vectors), which spare the embedding "
             "where it is the same",
     VERSION(vectors_model)},
    {.name = "vectors_digests",
     .kind = HTTP_TEXT,
     .max = 4194304,
     .help = "beside vectors_model: base64 of the SHA-256 of each text that was embedded",
     VERSION(vectors_digests)},
    {.name = "vectors_values",
     .kind = HTTP_TEXT,
     .max = 4194304,
     .help = "beside vectors_model: base64 of as many vectors, binary16, little-endian",
     VERSION(vectors_values)},
    {.name = "restored_from",
     .kind = HTTP_INT,
     .min = 1,
     .max = 4294967295.0,
     .help = "the version that it repeats",
     VERSION(restored_from)},
};
const http_schema http_version_schema = {.name = "VersionRequest",
                                         .help = "A version as an export has it.",
                                         .fields = version_fields,
                                         .n_fields = ANC_COUNT(version_fields),
                                         .size = sizeof(http_version_in),
                                         .one_of = "text|content_base64"};

static const http_field sync_fields[] = {
    {.name = "rebuild",
     .kind = HTTP_BOOL,
     .initial = "false",
     .help = "throw the index away and read all documents again",
     AT(http_sync_in, rebuild)},
};
const http_schema http_sync_schema =
    IN("SyncRequest", "What to bring up to date.", sync_fields, http_sync_in);

/* ---- query strings ---- */

#define PAGE(type, member)                                                \
    {.name = "limit",                                                     \
     .kind = HTTP_INT,                                                    \
     .min = 1,                                                            \
     .max = 1000,                                                         \
     .initial = "50",                                                     \
     .help = "how many",                                                  \
     AT(type, member.limit)},                                             \
    {                                                                     \
        .name = "cursor", .kind = HTTP_TEXT, .max = 2000,                 \
        .help = "next_cursor of the page before", AT(type, member.cursor) \
    }
#define COLLECTION_PARAM                                                                  \
    {                                                                                     \
        .name = "collection", .kind = HTTP_TEXT, .flags = HTTP_NAME, .min = 1, .max = 64, \
        .initial = "\"default\"", .help = "the document's collection",                    \
        AT(http_document_query, collection)                                               \
    }

typedef struct page_only {
    http_page page;
} page_only;
static const http_field page_rows[] = {PAGE(page_only, page)};
const http_schema http_page_params = IN(NULL, NULL, page_rows, page_only);

static const http_field documents_rows[] = {
    {.name = "collection",
     .kind = HTTP_TEXT,
     .flags = HTTP_NAME,
     .min = 1,
     .max = 64,
     .help = "of this collection only",
     AT(http_document_query, collection)},
    {.name = "q",
     .kind = HTTP_TEXT,
     .max = 500,
     .pattern = HTTP_LINE_PATTERN,
     .help = "part of title, uri or id",
     AT(http_document_query, q)},
    PAGE(http_document_query, page),
};
const http_schema http_documents_params = IN(NULL, NULL, documents_rows, http_document_query);

#define VERSION_PARAM                                                                      \
    {                                                                                      \
        .name = "version", .kind = HTTP_INT, .min = 1, .max = 4294967295.0,                \
        .help = "of this version; null: the current one", AT(http_document_query, version) \
    }
#define EXPECTED_PARAM                                                               \
    {                                                                                \
        .name = "expected_version", .kind = HTTP_INT, .min = 1, .max = 4294967295.0, \
        .help = "409 unless this one is current; If-Match: \"3\" says the same",     \
        AT(http_document_query, expected_version)                                    \
    }

static const http_field document_delete_rows[] = {COLLECTION_PARAM};
const http_schema http_document_delete_params =
    IN(NULL, NULL, document_delete_rows, http_document_query);

static const http_field version_put_rows[] = {COLLECTION_PARAM};
const http_schema http_version_put_params = IN(NULL, NULL, version_put_rows, http_document_query);

static const http_field version_rows[] = {COLLECTION_PARAM, VERSION_PARAM};
const http_schema http_version_params = IN(NULL, NULL, version_rows, http_document_query);

static const http_field version_get_rows[] = {COLLECTION_PARAM};
const http_schema http_version_get_params = IN(NULL, NULL, version_get_rows, http_document_query);

static const http_field versions_rows[] = {COLLECTION_PARAM, PAGE(http_document_query, page)};
const http_schema http_versions_params = IN(NULL, NULL, versions_rows, http_document_query);

static const http_field chunks_rows[] = {COLLECTION_PARAM, VERSION_PARAM,
                                         PAGE(http_document_query, page)};
const http_schema http_chunks_params = IN(NULL, NULL, chunks_rows, http_document_query);

static const http_field restore_rows[] = {
    COLLECTION_PARAM,
    EXPECTED_PARAM,
    {.name = "async",
     .kind = HTTP_BOOL,
     .initial = "false",
     .help = "of a file whose rows are documents: answer 202 with a batch that puts the rows, once "
             "the version is "
             "current; 200 where there are none to be put",
     AT(http_document_query, async)},
};
const http_schema http_restore_params = IN(NULL, NULL, restore_rows, http_document_query);

#define ASYNC_PARAM                                                                              \
    {                                                                                            \
        .name = "async", .kind = HTTP_BOOL, .initial = "false",                                  \
        .help = "answer 202 with a batch, before the document is read; not with a version that " \
                "must be current",                                                               \
        AT(http_document_query, async)                                                           \
    }
static const http_field put_rows[] = {EXPECTED_PARAM, ASYNC_PARAM};
const http_schema http_put_params = IN(NULL, NULL, put_rows, http_document_query);

static const http_field document_put_rows[] = {COLLECTION_PARAM, EXPECTED_PARAM, ASYNC_PARAM};
const http_schema http_document_put_params = IN(NULL, NULL, document_put_rows, http_document_query);

static const http_field event_rows[] = {
    {.name = "type",
     .kind = HTTP_TEXT,
     .pattern = "^([A-Za-z0-9._-]{1,128}(\\.\\*)?)?$",
     .help = "a type, or a prefix such as query.*",
     AT(http_event_query, type)},
    {.name = "severity",
     .kind = HTTP_TEXT,
     .choices = "info|warning|error",
     .help = "at least this",
     AT(http_event_query, severity)},
    {.name = "since",
     .kind = HTTP_TIME,
     .help = "not older than this",
     AT(http_event_query, since_ms)},
    PAGE(http_event_query, page),
};
const http_schema http_event_params = IN(NULL, NULL, event_rows, http_event_query);

static const http_field feed_rows[] = {
    {.name = "types",
     .kind = HTTP_TEXTS,
     .min = 1,
     .max = 64,
     .help = "types or prefixes such as query.*; all when absent",
     AT(http_feed_query, types)},
    {.name = "severity",
     .kind = HTTP_TEXT,
     .choices = "info|warning|error",
     .help = "at least this",
     AT(http_feed_query, severity)},
    {.name = "replay",
     .kind = HTTP_INT,
     .initial = "0",
     .max = 1000,
     .help = "so many of the newest events first, as far as they are kept (events.history)",
     AT(http_feed_query, replay)},
    {.name = "access_token",
     .kind = HTTP_TEXT,
     .max = 4096,
     .help =
         "the API key, where no Authorization can be sent: a browser's EventSource or WebSocket",
     AT(http_feed_query, access_token)},
};
const http_schema http_feed_params = IN(NULL, NULL, feed_rows, http_feed_query);

static const http_field wanted_rows[] = {
    {.name = "types",
     .kind = HTTP_TEXTS,
     .max = 64,
     .help = "types or prefixes such as query.*; all when absent or empty",
     AT(http_wanted_in, types)},
    {.name = "severity",
     .kind = HTTP_TEXT,
     .choices = "info|warning|error",
     .help = "at least this",
     AT(http_wanted_in, severity)},
};
static const http_schema wanted_schema = IN(NULL, NULL, wanted_rows, http_wanted_in);

static const http_field subscribe_rows[] = {
    {.name = "subscribe",
     .kind = HTTP_OBJECT,
     .flags = HTTP_REQUIRED,
     .of = &wanted_schema,
     .help = "what is shown from now on",
     AT(http_subscribe_in, wanted)},
};
const http_schema http_subscribe_schema = IN(NULL, NULL, subscribe_rows, http_subscribe_in);
