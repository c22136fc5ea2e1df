/* request_schemas.c - tables of what can be sent. */
#include "schemas.h"

#define AT(type, member) .offset = offsetof(type, member)
#define SCHEMA(name_, help_, rows, type)                                                 \
    {                                                                                    \
        .name = (name_), .help = (help_), .fields = (rows), .n_fields = ANC_COUNT(rows), \
        .size = sizeof(type)                                                             \
    }

#define MODES "auto|rag|hybrid|semantic|keyword"

/* ---- searches ---- */

#define SEARCH(member) AT(http_search_in, member)
static const http_field search_fields[] = {
    {.name = "query",
     .also = "question",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .help = "what to look for",
     SEARCH(query)},
    {.name = "collections",
     .kind = HTTP_TEXTS,
     .min = 1,
     .max = 100,
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
     .choices = MODES,
     .later = "metadata",
     .help = "how to search",
     SEARCH(mode)},
    {.name = "filters",
     .kind = HTTP_TREE,
     .help = "a predicate over metadata: {\"field\",\"op\",\"value\"} under and, or, not",
     SEARCH(filters)},
    {.name = "rerank",
     .kind = HTTP_BOOL,
     .flags = HTTP_LATER,
     .help = "a second look at the best passages"},
};
const http_schema http_search_schema =
    SCHEMA("SearchRequest", "A search without an answer.", search_fields, http_search_in);

/* ---- collections and documents ---- */

static const http_field chunking_fields[] = {
    {.name = "strategy",
     .kind = HTTP_TEXT,
     .initial = "\"structure\"",
     .choices = "structure|whole",
     .help = "along headings and paragraphs, or one chunk a document",
     AT(http_chunking_in, strategy)},
    {.name = "max_tokens",
     .kind = HTTP_INT,
     .max = 8192,
     .help = "longest chunk; 0: what fits the model's window",
     AT(http_chunking_in, max_tokens)},
    {.name = "overlap_sentences",
     .kind = HTTP_INT,
     .max = 10,
     .help = "sentences that two chunks of a long paragraph share",
     AT(http_chunking_in, overlap_sentences)},
};
static const http_schema chunking_schema =
    SCHEMA("ChunkingRequest", "How documents are cut.", chunking_fields, http_chunking_in);

#define COLLECTION(member) AT(http_collection_in, member)
#define COLLECTION_COMMON                                                              \
    {.name = "description",                                                            \
     .kind = HTTP_TEXT,                                                                \
     .max = 2000,                                                                      \
     .help = "for people",                                                             \
     COLLECTION(description)},                                                         \
        {.name = "language",                                                           \
         .kind = HTTP_TEXT,                                                            \
         .min = 2,                                                                     \
         .max = 16,                                                                    \
         .help = "\"auto\" (found per document), \"en\", \"fr\", …",                   \
         COLLECTION(language)},                                                        \
    {                                                                                  \
        .name = "acl", .kind = HTTP_TEXTS, .min = 1, .max = 100,                       \
        .help = "labels of who may read: public, user:ID, group:NAME", COLLECTION(acl) \
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
     .flags = HTTP_LATER,
     .help = "a model of the collection's own"},
};
const http_schema http_collection_schema =
    SCHEMA("CollectionRequest", "A collection to make.", collection_fields, http_collection_in);

static const http_field collection_patch_fields[] = {COLLECTION_COMMON};
const http_schema http_collection_patch_schema =
    SCHEMA("CollectionPatch", "What to change; the rest stays.", collection_patch_fields,
           http_collection_in);

#define DOCUMENT(member) AT(http_document_in, member)
static const http_field document_fields[] = {
    {.name = "id",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 512,
     .help = "the caller's id; null: made here",
     DOCUMENT(id)},
    {.name = "collection",
     .kind = HTTP_TEXT,
     .flags = HTTP_NAME,
     .min = 1,
     .max = 64,
     .help = "made when it does not exist; null: default",
     DOCUMENT(collection)},
    {.name = "title",
     .kind = HTTP_TEXT,
     .max = 1000,
     .help = "null: the text's own",
     DOCUMENT(title)},
    {.name = "text",
     .kind = HTTP_TEXT,
     .flags = HTTP_FREE,
     .help = "the content, or content_base64",
     DOCUMENT(text)},
    {.name = "content_base64",
     .kind = HTTP_TEXT,
     .help = "the content's bytes",
     DOCUMENT(content_base64)},
    {.name = "content_type",
     .kind = HTTP_TEXT,
     .max = 200,
     .help = "text/plain, text/markdown, text/html; null: found out",
     DOCUMENT(content_type)},
    {.name = "uri", .kind = HTTP_TEXT, .max = 4000, .help = "where it came from", DOCUMENT(uri)},
    {.name = "metadata", .kind = HTTP_TREE, .help = "an object to filter by", DOCUMENT(metadata)},
    {.name = "acl",
     .kind = HTTP_TEXTS,
     .min = 1,
     .max = 100,
     .help = "labels of who may read; null: the collection's",
     DOCUMENT(acl)},
};
const http_schema http_document_schema = SCHEMA(
    "DocumentRequest", "A document, or a new version of one.", document_fields, http_document_in);

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
#define COLLECTION_PARAM                                                                        \
    {                                                                                           \
        .name = "collection", .kind = HTTP_TEXT, .min = 1, .max = 64, .initial = "\"default\"", \
        .help = "the document's collection", AT(http_document_query, collection)                \
    }

typedef struct page_only {
    http_page page;
} page_only;
static const http_field page_rows[] = {PAGE(page_only, page)};
const http_schema http_page_params = SCHEMA(NULL, NULL, page_rows, page_only);

static const http_field documents_rows[] = {
    {.name = "collection",
     .kind = HTTP_TEXT,
     .min = 1,
     .max = 64,
     .help = "of this collection only",
     AT(http_document_query, collection)},
    {.name = "q",
     .kind = HTTP_TEXT,
     .max = 500,
     .help = "part of title, uri or id",
     AT(http_document_query, q)},
    PAGE(http_document_query, page),
};
const http_schema http_documents_params = SCHEMA(NULL, NULL, documents_rows, http_document_query);

static const http_field document_rows[] = {COLLECTION_PARAM};
const http_schema http_document_params = SCHEMA(NULL, NULL, document_rows, http_document_query);

static const http_field chunks_rows[] = {COLLECTION_PARAM, PAGE(http_document_query, page)};
const http_schema http_chunks_params = SCHEMA(NULL, NULL, chunks_rows, http_document_query);

static const http_field text_rows[] = {
    COLLECTION_PARAM,
    {.name = "version",
     .kind = HTTP_INT,
     .min = 1,
     .max = 4294967295.0,
     .help = "null: the current one",
     AT(http_document_query, version)},
};
const http_schema http_text_params = SCHEMA(NULL, NULL, text_rows, http_document_query);

#define ASYNC_PARAM                                              \
    {                                                            \
        .name = "async", .kind = HTTP_BOOL, .flags = HTTP_LATER, \
        .help = "answer before the document is read"             \
    }
static const http_field put_rows[] = {ASYNC_PARAM};
const http_schema http_put_params = SCHEMA(NULL, NULL, put_rows, http_document_query);

static const http_field document_put_rows[] = {COLLECTION_PARAM, ASYNC_PARAM};
const http_schema http_document_put_params =
    SCHEMA(NULL, NULL, document_put_rows, http_document_query);

static const http_field event_rows[] = {
    {.name = "type",
     .kind = HTTP_TEXT,
     .max = 128,
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
const http_schema http_event_params = SCHEMA(NULL, NULL, event_rows, http_event_query);
