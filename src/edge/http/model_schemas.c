/* model_schemas.c - tables of what is asked of models by themselves: vectors of texts, scores of documents. */
#include "schema_rows.h"

#define LITERAL(name_, text)                                                                      \
    {                                                                                             \
        .name = (name_), .kind = HTTP_TEXT, .flags = HTTP_REQUIRED, .choices = (text), .help = "" \
    }

/* ---- vectors of texts ---- */

static const http_schema embedding_input = {
    .name = "EmbeddingInput",
    .raw = "{\"description\":\"A text, or 1 to 2048 of them. Tokens are not taken.\",\"oneOf\":["
           "{\"type\":\"string\",\"minLength\":1},{\"type\":\"array\",\"minItems\":1,"
           "\"maxItems\":2048,\"items\":{\"type\":\"string\",\"minLength\":1}}]}"};

#define EMBEDDINGS(member) AT(http_embeddings_in, member)
static const http_field embeddings_fields[] = {
    {.name = "input",
     .kind = HTTP_ANY,
     .flags = HTTP_REQUIRED,
     .help = "a text, or several; what is longer than the model's window is cut there",
     .of = &embedding_input,
     EMBEDDINGS(input)},
    {.name = "model",
     .kind = HTTP_TEXT,
     .max = 100,
     .pattern = HTTP_LINE_PATTERN,
     .help = "an installed model, see /v1/models; null or empty: the configured one",
     EMBEDDINGS(model)},
    {.name = "encoding_format",
     .kind = HTTP_TEXT,
     .initial = "\"float\"",
     .choices = "float|base64",
     .help = "an array of numbers, or little-endian float32 in base64",
     EMBEDDINGS(encoding_format)},
    {.name = "dimensions",
     .kind = HTTP_INT,
     .min = 1,
     .max = 65536,
     .help = "the first so many components, of unit length again, for models that are made for "
             "it; null: all",
     EMBEDDINGS(dimensions)},
    {.name = "input_type",
     .kind = HTTP_TEXT,
     .initial = "\"passage\"",
     .choices = "query|passage",
     .help = "for models that put another prefix before each",
     EMBEDDINGS(input_type)},
    {.name = "user",
     .kind = HTTP_TEXT,
     .max = 256,
     .help = "taken for the sake of clients that send it; means nothing",
     EMBEDDINGS(user)},
};
const http_schema http_embeddings_schema =
    IN("EmbeddingsRequest", "Texts to embed.", embeddings_fields, http_embeddings_in);

static const http_schema embedding_value = {
    .name = "EmbeddingValue",
    .raw = "{\"description\":\"The vector, as encoding_format has it.\",\"oneOf\":["
           "{\"type\":\"array\",\"items\":{\"type\":\"number\"}},{\"type\":\"string\"}]}"};
static const http_field embedding_rows[] = {
    LITERAL("object", "embedding"),
    ROW("index", HTTP_INT, "of its text in the input, from 0"),
    PART("embedding", HTTP_ANY, &embedding_value, "the vector, of unit length"),
};
static const http_schema embedding_out = OUT("Embedding", "A text's vector.", embedding_rows);

static const http_field usage_rows[] = {
    ROW("prompt_tokens", HTTP_INT, "of the texts, without special ones, up to the window"),
    ROW("total_tokens", HTTP_INT, "the same"),
};
static const http_schema usage_out = OUT("EmbeddingUsage", "Tokens.", usage_rows);

static const http_field embeddings_rows[] = {
    LITERAL("object", "list"),
    PART("data", HTTP_LIST, &embedding_out, "in the order of the texts"),
    ROW("model", HTTP_TEXT, "that made them"),
    PART("usage", HTTP_OBJECT, &usage_out, ""),
    ROW("truncated", HTTP_INT, "texts that were longer than the model's window, and cut there"),
};
const http_schema http_embeddings_out = OUT("Embeddings", "Vectors of texts.", embeddings_rows);

/* ---- scores of documents ---- */

static const http_schema rerank_documents = {
    .name = "RerankDocuments",
    .raw = "{\"description\":\"1 to 2048 texts, each by itself or as the text of an "
           "object.\",\"type\":\"array\",\"minItems\":1,\"maxItems\":2048,\"items\":{\"oneOf\":["
           "{\"type\":\"string\"},{\"type\":\"object\",\"properties\":{\"text\":{\"type\":"
           "\"string\"}},\"required\":[\"text\"]}]}}"};

#define RERANK(member) AT(http_rerank_in, member)
static const http_field rerank_fields[] = {
    {.name = "query",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .min = 1,
     .max = 65536,
     .help = "what the documents are to answer",
     RERANK(query)},
    {.name = "documents",
     .kind = HTTP_ANY,
     .flags = HTTP_REQUIRED,
     .help = "what is scored; with the query longer than the model's window it is cut there",
     .of = &rerank_documents,
     RERANK(documents)},
    {.name = "model",
     .kind = HTTP_TEXT,
     .max = 200,
     .help = "the reranker that is configured; null or empty: that one",
     RERANK(model)},
    {.name = "top_n",
     .kind = HTTP_INT,
     .min = 1,
     .max = 1000000,
     .help = "the best so many; null: all",
     RERANK(top_n)},
    {.name = "return_documents",
     .kind = HTTP_BOOL,
     .initial = "false",
     .help = "with the text of each",
     RERANK(return_documents)},
};
const http_schema http_rerank_schema =
    IN("RerankRequest", "Documents to score for a query.", rerank_fields, http_rerank_in);

static const http_field reranked_text_rows[] = {
    ROW("text", HTTP_TEXT, "as it was sent"),
};
static const http_schema reranked_text_out = OUT("RerankedText", "A document.", reranked_text_rows);
static const http_field reranked_rows[] = {
    ROW("index", HTTP_INT, "of the document in the request, from 0"),
    ROW("relevance_score", HTTP_REAL, "greater is better; the range is the model's"),
    {.name = "document",
     .kind = HTTP_OBJECT,
     .help = "with return_documents",
     .of = &reranked_text_out},
};
static const http_schema reranked_out = OUT("Reranked", "A document's score.", reranked_rows);
static const http_field rerank_usage_rows[] = {
    ROW("total_tokens", HTTP_INT, "run through the model; 0 where it does not tell"),
};
static const http_schema rerank_usage_out = OUT("RerankUsage", "Tokens.", rerank_usage_rows);
static const http_field rerank_rows[] = {
    LITERAL("object", "list"),
    ROW("model", HTTP_TEXT, "that scored them"),
    PART("results", HTTP_LIST, &reranked_out, "best first"),
    PART("usage", HTTP_OBJECT, &rerank_usage_out, ""),
    ROW("truncated", HTTP_INT, "documents that were cut at the model's window, where it tells"),
};
const http_schema http_rerank_out = OUT("Reranking", "Documents in their order.", rerank_rows);
