/* answer_schemas.c - tables of what is answered. */
#include "schema_rows.h"

/* ---- general ---- */

static const http_field fault_rows[] = {
    TEXT("pointer", "JSON pointer of the field; ?name of a parameter"),
    TEXT("message", "what is wrong with it"),
};
static const http_schema fault_out = OUT("Fault", "A field that does not fit.", fault_rows);

static const http_field compatible_rows[] = {
    TEXT("message", "as detail"),
    TEXT("type",
         "invalid_request_error, authentication_error, permission_error, rate_limit_error or "
         "server_error"),
    MAYBE("param", HTTP_TEXT, "the first field that does not fit; null: there is none"),
    TEXT("code", "the last part of the problem's type"),
};
static const http_schema compatible_out =
    OUT("CompatibleError", "A failure as clients of OpenAI read it.", compatible_rows);

static const http_field problem_rows[] = {
    TEXT("type", "names the kind of problem"),
    TEXT("title", "the kind in words"),
    INT("status", "the HTTP status"),
    TEXT("detail", "what happened, with the thing and the value"),
    {.name = "instance", .kind = HTTP_TEXT, .help = "the path that was asked for"},
    TEXT("request_id", "as in X-Request-Id"),
    {.name = "errors", .kind = HTTP_LIST, .of = &fault_out, .help = "fields that do not fit"},
    {.name = "error",
     .kind = HTTP_OBJECT,
     .of = &compatible_out,
     .help = "of paths in the form of OpenAI: the same, where its clients look for it"},
};
const http_schema http_problem_out = OUT("Problem", "RFC 9457.", problem_rows);

static const http_field root_rows[] = {
    TEXT("name", "anchorage"),
    TEXT("version", "of the server"),
    TEXT("status", "as in /health"),
    TEXT("docs", "path of the documentation"),
    TEXT("openapi", "path of this document"),
};
const http_schema http_root_out = OUT("Root", "What answers here.", root_rows);

static const http_field probe_rows[] = {
    TEXT("status", "ok, or what is missing"),
    {.name = "documents_read", .kind = HTTP_INT, .help = "while the index is being read"},
    {.name = "documents_total", .kind = HTTP_INT, .help = "while the index is being read"},
};
const http_schema http_probe_out = OUT("Probe", "Alive, ready.", probe_rows);

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
const http_schema http_health_out = OUT("Health", "How the parts are.", health_rows);

/* ---- passages and answers ---- */

static const http_field scores_rows[] = {
    MAYBE("keyword", HTTP_REAL, "BM25; 0 when no word matches"),
    MAYBE("semantic", HTTP_REAL, "cosine"),
    MAYBE("fused", HTTP_REAL, "what the order within a collection comes from"),
    MAYBE("rerank", HTTP_REAL, "of the reranker, in its range; null where it has none"),
};
static const http_schema scores_out =
    OUT("Scores", "Raw parts of a score; null in mode metadata.", scores_rows);

#define PASSAGE_ROWS                                                                        \
    INT("position", "from 1"), TEXT("chunk_id", "document, version and ordinal"),           \
        TEXT("document_id", ""), INT("version", "of the document"), TEXT("collection", ""), \
        TEXT("title", "of the document"), TEXT("uri", "where it came from; may be empty"),  \
        MAYBE("page", HTTP_INT, "where there are pages"),                                   \
        MAYBE("heading", HTTP_TEXT, "path of headings"),                                    \
        INT("start", "byte offset in the extracted text"),                                  \
        INT("end", "byte offset behind the passage"), TEXT("text", "the passage")

static const http_field source_rows[] = {
    PASSAGE_ROWS,
    MAYBE("score", HTTP_REAL,
          "calibrated relevance of the passage alone, 0 to 1; need not fall along the order; null "
          "in mode metadata"),
    PART("scores", HTTP_OBJECT, &scores_out, "raw parts"),
};
const http_schema http_source_out = OUT("Source", "A passage that was found.", source_rows);

static const http_field citation_rows[] = {
    INT("marker", "the [n] in the answer: position of its source"),
    TEXT("chunk_id", ""),
    INT("start", "byte offset in the document's extracted text"),
    INT("end", "byte offset behind the quote"),
    TEXT("quote", "what stands there"),
    MAYBE("page", HTTP_INT, "that the quote begins on"),
    MAYBE("row", HTTP_INT,
          "of the table that the quote begins in; from 1, below the columns' names"),
};
static const http_schema citation_out = OUT("Citation", "A checked citation.", citation_rows);

static const http_field route_rows[] = {
    TEXT("intent", "what kind of question it is"),
    REAL("complexity_score", ""),
    TEXT("tier", "class of model"),
    INT("stages", ""),
    TEXT("reason", "for people"),
};
static const http_schema route_out = OUT("Route", "How the question was taken.", route_rows);

static const http_field cache_rows[] = {
    TEXT("query", "hit or miss"),
    TEXT("embedding", "hit or miss"),
};
static const http_schema cache_out = OUT("CacheUse", "What was known already.", cache_rows);

static const http_field reranked_rows[] = {
    TEXT("model", "the reranker"),
    INT("scored", "passages that it scored: they come first, best first"),
    INT("wanted", "passages that it was to score"),
    BOOL("complete", "false: it came no further, and the other passages stand behind as before"),
    MAYBE("problem", HTTP_TEXT, "why: its time was over, or what failed"),
};
static const http_schema reranked_out =
    OUT("RerankOutcome", "How far the reranker came.", reranked_rows);
#define RERANKED                                                                       \
    {                                                                                  \
        .name = "rerank", .kind = HTTP_OBJECT, .flags = HTTP_REQUIRED | HTTP_NULLABLE, \
        .help = "null where the passages were not reranked", .of = &reranked_out       \
    }

static const http_field warning_rows[] = {
    TEXT("pointer", "JSON pointer into the request's body; empty: of no part of it"),
    TEXT("message", "for people"),
};
static const http_schema warning_out =
    OUT("Warning", "What can hardly have been meant so, or was left out.", warning_rows);
#define WARNINGS                                                                                \
    PART("warnings", HTTP_LIST, &warning_out,                                                   \
         "filters by fields that no document searched has; to the owner: collections of whose " \
         "labels none is theirs; documents that were left out, as "                             \
         "a file of theirs is damaged or missing; that some may be missing, as a part of the "  \
         "index was damaged and is made again; of an answer: that nothing has a phrase as it "  \
         "stands")

static const http_field answer_timing_rows[] = {
    REAL("analyze", "ms"), REAL("embed", "ms"),    REAL("search", "ms"),
    REAL("rerank", "ms"),  REAL("generate", "ms"), REAL("total", "ms"),
};
static const http_schema answer_timings_out =
    OUT("AnswerTimings", "Milliseconds a stage.", answer_timing_rows);

static const http_field answer_rows[] = {
    TEXT("query_id", ""),
    TEXT("conversation_id", ""),
    TEXT("message_id", ""),
    TEXT("answer", "with markers [n]"),
    PART("citations", HTTP_LIST, &citation_out, "checked"),
    {.name = "sources",
     .kind = HTTP_LIST,
     .of = &http_source_out,
     .help = "in order of position; not in a stream's done event"},
    PART("route", HTTP_OBJECT, &route_out, ""),
    TEXT("model_used", ""),
    TEXT("provider", ""),
    INT("input_tokens", ""),
    INT("output_tokens", ""),
    PART("cache", HTTP_OBJECT, &cache_out, ""),
    PART("timings_ms", HTTP_OBJECT, &answer_timings_out, ""),
    RERANKED,
    WARNINGS,
    BOOL("degraded", "a configured provider failed and another answered"),
    BOOL("no_answer", "nothing relevant was found"),
    TIME("generated_at", ""),
    TEXT("trace_id", ""),
};
const http_schema http_answer_out = OUT("Answer", "A cited answer.", answer_rows);

/* ---- searches ---- */

static const http_field extent_rows[] = {
    INT("start", "byte offset in the extracted text"),
    INT("end", "byte offset behind it"),
};
static const http_schema extent_out = OUT("Extent", "A piece of a text.", extent_rows);

static const http_field highlight_rows[] = {
    TEXT("text", "whole words of the passage"),
    INT("start", "byte offset in the extracted text"),
    INT("end", "byte offset behind it"),
    PART("marks", HTTP_LIST, &extent_out, "matched words"),
};
static const http_schema highlight_out =
    OUT("Highlight", "A piece of a passage that matches.", highlight_rows);

static const http_field match_rows[] = {
    {.name = "field",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .choices = "title|heading|columns|text",
     .help = "where it stands"},
    INT("start", "byte offset: of the extracted text, or of title, heading or columns"),
    INT("end", "byte offset behind it"),
    MAYBE("text_start", HTTP_INT, "byte offset in the passage's text"),
    MAYBE("text_end", HTTP_INT, "byte offset behind it"),
};
static const http_schema match_out = OUT("Match", "A word of the query.", match_rows);

static const http_field term_rows[] = {
    TEXT("term", "as it is indexed; \"begin*\" for all words that begin so"),
    REAL("weight", "mentions in the query; a half where it is inside of a word of it"),
    INT("df", "chunks of the collection that have it"),
    REAL("idf", "ln(1 + (chunks - df + 0.5) / (df + 0.5)); df of all readings of the word"),
    BOOL("scored", "false: a function word that was left out"),
    INT("tf", "mentions in the chunk, its title, heading and columns"),
    INT("weighted_tf", "as the score takes it: those in title and heading title_weight times"),
    REAL("score", "part of the keyword score"),
    PART("matches", HTTP_LIST, &match_out, ""),
};
static const http_schema term_out = OUT("TermDetail", "A term's part.", term_rows);

static const http_field bm25_rows[] = {
    REAL("score", "sum of the terms' scores"),
    REAL("bound", "what a chunk that has everything could at most reach"),
    INT("title_weight", "a word of title or heading counts as so many of the text"),
    INT("length", "words of the chunk that count, those of title and heading title_weight times"),
    REAL("mean_length", "of the collection's chunks"),
    INT("chunks", "of the collection"),
    PART("terms", HTTP_LIST, &term_out, "in the query's order"),
};
static const http_schema bm25_out = OUT("Bm25Detail", "The keyword score.", bm25_rows);

static const http_field side_rows[] = {
    INT("rank", "from 1 in its list; 0: not in it"), REAL("share", "of the sum"),
    REAL("least", "score among the candidates"),     REAL("greatest", "score among the candidates"),
    REAL("width", "what the range counts as"),       REAL("scaled", "(score - least) / width"),
};
static const http_schema side_out = OUT("SideDetail", "A side of the fusion.", side_rows);

static const http_field fusion_rows[] = {
    {.name = "how",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .choices = "weighted|reciprocal",
     .help = "a sum of share times scaled, or of reciprocal ranks"},
    MAYBE("score", HTTP_REAL, "what the order comes from"),
    PART("keyword", HTTP_OBJECT, &side_out, ""),
    PART("semantic", HTTP_OBJECT, &side_out, ""),
};
static const http_schema fusion_out = OUT("FusionDetail", "The order.", fusion_rows);

static const http_field relevance_rows[] = {
    MAYBE("score", HTTP_REAL, "1 / (1 + e^-sum of the rest)"),
    REAL("constant", ""),
    REAL("cosine", "weight times cosine"),
    REAL("coverage", "weight times coverage"),
    REAL("bm25", "weight times BM25 relative to its bound"),
};
static const http_schema relevance_out =
    OUT("RelevanceDetail", "The calibrated score.", relevance_rows);

static const http_field explain_rows[] = {
    TEXT("language", "that the query was read in"),
    PART("bm25", HTTP_OBJECT, &bm25_out, ""),
    MAYBE("cosine", HTTP_REAL, "of query and chunk"),
    REAL("coverage", "share of the query's idf weight that the chunk has"),
    PART("fused", HTTP_OBJECT, &fusion_out, ""),
    PART("relevance", HTTP_OBJECT, &relevance_out, ""),
};
static const http_schema explain_out = OUT("Explanation", "Scores taken apart.", explain_rows);

static const http_field hit_scores_rows[] = {
    MAYBE("keyword", HTTP_REAL, "BM25; 0 when no word matches"),
    MAYBE("semantic", HTTP_REAL, "cosine"),
    MAYBE("fused", HTTP_REAL, "what the order within a collection comes from"),
    MAYBE("rerank", HTTP_REAL, "of the reranker, in its range; null where it has none"),
};
static const http_schema hit_scores_out =
    OUT("HitScores", "Raw parts of a score; null in mode metadata.", hit_scores_rows);

static const http_field hit_rows[] = {
    PASSAGE_ROWS,
    MAYBE("columns", HTTP_TEXT, "header of the table that it begins in the middle of"),
    INT("first_chunk", "ordinal of the passage's first chunk"),
    INT("last_chunk", "ordinal of its last; more than one with join_neighbours"),
    INT("duplicates", "worse passages that say the same and were left out"),
    MAYBE("score", HTTP_REAL,
          "calibrated relevance of the passage alone, 0 to 1; need not fall along the order; null "
          "in mode metadata"),
    PART("scores", HTTP_OBJECT, &hit_scores_out, "raw parts"),
    {.name = "highlights", .kind = HTTP_LIST, .of = &highlight_out, .help = "where asked for"},
    {.name = "explain", .kind = HTTP_OBJECT, .of = &explain_out, .help = "where asked for"},
};
static const http_schema hit_out = OUT("Hit", "A passage that was found.", hit_rows);

static const http_field search_timing_rows[] = {
    REAL("analyze", "ms"), REAL("embed", "ms"), REAL("search", "ms"),
    REAL("rerank", "ms"),  REAL("fetch", "ms"), REAL("total", "ms"),
};
static const http_schema search_timings_out =
    OUT("SearchTimings", "Milliseconds a stage.", search_timing_rows);

static const http_field search_rows[] = {
    TEXT("query_id", "as the query log has it"),
    PART("results", HTTP_LIST, &hit_out, "best first"),
    TEXT("mode", "what was really done"),
    BOOL("relaxed", "nothing had the phrases as they stand: their words were searched"),
    INT("duplicates", "passages left out because a better one says the same"),
    PART("timings_ms", HTTP_OBJECT, &search_timings_out, ""),
    RERANKED,
    WARNINGS,
};
const http_schema http_search_out = OUT("SearchResult", "Passages.", search_rows);

/* ---- models ---- */

static const http_field model_rows[] = {
    TEXT("id", "anchorage, anchorage/<collection>, provider/model, or the name of a folder"),
    {.name = "object", .kind = HTTP_TEXT, .flags = HTTP_REQUIRED, .choices = "model", .help = ""},
    INT("created", "seconds of Unix time; 0: not known"),
    TEXT("owned_by", ""),
    {.name = "kind",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .choices = "answers|language|embedding|reranker",
     .help =
         "answers from documents, a language model, texts to vectors, or what scores documents"},
    BOOL("loaded", "an embedding model that is not is loaded on first use"),
    MAYBE("dimensions", HTTP_INT, "of an embedding model that is loaded"),
    MAYBE("revision", HTTP_TEXT, "of its vectors, likewise"),
    MAYBE("precision", HTTP_TEXT, "in which it runs, likewise: f32, bf16 or int8"),
};
static const http_schema model_out = OUT("Model", "A model by its name.", model_rows);
static const http_field models_rows[] = {
    {.name = "object", .kind = HTTP_TEXT, .flags = HTTP_REQUIRED, .choices = "list", .help = ""},
    PART("data", HTTP_LIST, &model_out, ""),
};
const http_schema http_models_out = OUT("ModelList", "All models.", models_rows);

/* ---- collections and documents ---- */

static const http_field chunking_rows[] = {
    TEXT("strategy", "structure or whole"),
    INT("max_tokens", "0: what fits the model's window"),
    INT("overlap_sentences", ""),
};
static const http_schema chunking_out = OUT("Chunking", "How documents are cut.", chunking_rows);

static const http_field collection_rows[] = {
    TEXT("name", ""),
    TEXT("description", ""),
    TEXT("language", ""),
    PART("chunking", HTTP_OBJECT, &chunking_out, ""),
    ROW("acl", HTTP_TEXTS, "labels of who may read"),
    TEXT("system_prompt", "empty: as configured"),
    TEXT("prompt_template", "empty: as configured"),
    TEXT("embedding_model", "that it asks for; empty: the configured one"),
    MAYBE("model", HTTP_TEXT, "revision of the vectors searched; null while there are none"),
    INT("documents", "current ones"),
    INT("chunks", "of current versions"),
    INT("outdated_documents", "still to be cut again by these settings, in the background"),
    INT("recut_failed_documents", "that could not be, and stay as they were cut before"),
    INT("unembedded_documents", "without vectors of embedding_model, while model is another one"),
    INT("embed_failed_documents", "that get none, since their text is damaged"),
    TIME("created_at", ""),
    TIME("updated_at", ""),
};
const http_schema http_collection_out =
    OUT("Collection", "A named set of documents.", collection_rows);

static const http_field collections_rows[] = {
    PART("items", HTTP_LIST, &http_collection_out, "by name"),
    NEXT_CURSOR,
};
const http_schema http_collections_out = OUT("CollectionPage", "Collections.", collections_rows);

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
const http_schema http_put_out = OUT("DocumentPut", "What became of a document.", put_rows);

static const http_field document_rows[] = {
    TEXT("document_id", ""),
    TEXT("collection", ""),
    TEXT("title", ""),
    TEXT("uri", ""),
    TEXT("source", "how it came in"),
    TEXT("content_type", ""),
    TEXT("language", ""),
    TEXT("file_name", "as it came in; may be empty"),
    MAYBE("parent", HTTP_TEXT, "id of the document that it was attached to"),
    MAYBE("made_for", HTTP_TEXT, "fingerprint of the version of its parent that it is as of"),
    ROW("metadata", HTTP_TREE, "as given"),
    ROW("found", HTTP_TREE, "name to {value, origin: file or rule}; filters see both"),
    INT("version", "the current one, or the one asked for"),
    INT("chunks", ""),
    INT("bytes", "of the original"),
    INT("text_bytes", "of the extracted text"),
    TEXT("content_sha256", ""),
    ROW("acl", HTTP_TEXTS, "labels of who may read; empty: the collection's"),
    TIME("created_at", ""),
    TIME("updated_at", ""),
};
const http_schema http_document_out = OUT("Document", "Its current version.", document_rows);

static const http_field documents_rows[] = {
    PART("items", HTTP_LIST, &http_document_out, "by id"),
    NEXT_CURSOR,
};
const http_schema http_documents_out = OUT("DocumentPage", "Documents.", documents_rows);

static const http_field version_rows[] = {
    INT("version", "from 1"),
    BOOL("current", ""),
    TEXT("title", ""),
    TEXT("uri", ""),
    TEXT("source", "how it came in"),
    TEXT("file_name", "as it came in; may be empty"),
    TEXT("content_type", ""),
    TEXT("language", ""),
    ROW("metadata", HTTP_TREE, "as given"),
    ROW("found", HTTP_TREE, "name to {value, origin}"),
    TEXT("fingerprint", "of all that went into it; the same makes the same version"),
    MAYBE("acl", HTTP_TEXTS, "its own labels; null: the collection's hold"),
    INT("bytes", "of the original"),
    INT("text_bytes", "of the extracted text"),
    TEXT("content_sha256", ""),
    ROW("changed", HTTP_TEXTS,
        "against the version before: title, content, metadata, acl, uri, chunking"),
    INT("chunks", ""),
    MAYBE("chunks_added", HTTP_INT, "null where it was not kept"),
    MAYBE("chunks_removed", HTTP_INT, "null where it was not kept"),
    MAYBE("chunks_kept", HTTP_INT, "null where it was not kept"),
    MAYBE("restored_from", HTTP_INT, "the version that it repeats"),
    TIME("created_at", ""),
};
const http_schema http_version_out =
    OUT("DocumentVersion", "A version and what changed with it.", version_rows);

static const http_field versions_rows[] = {
    PART("items", HTTP_LIST, &http_version_out, "newest first"),
    NEXT_CURSOR,
};
const http_schema http_versions_out =
    OUT("DocumentVersionPage", "Versions that are kept.", versions_rows);

static const http_field chunk_rows[] = {
    TEXT("chunk_id", ""),
    INT("ordinal", "from 0"),
    INT("version", ""),
    MAYBE("heading", HTTP_TEXT, "path of headings"),
    MAYBE("page", HTTP_INT, "where there are pages"),
    INT("start", "byte offset in the extracted text"),
    INT("end", "byte offset behind it"),
    TEXT("text", "what stands there"),
    MAYBE("columns", HTTP_TEXT, "header row of the table that it begins in the middle of"),
    INT("tokens", ""),
};
static const http_schema chunk_out = OUT("Chunk", "A passage as cut.", chunk_rows);

static const http_field chunks_rows[] = {
    PART("items", HTTP_LIST, &chunk_out, "in order"),
    NEXT_CURSOR,
};
const http_schema http_chunks_out = OUT("ChunkPage", "Chunks.", chunks_rows);

static const http_field vectors_rows[] = {
    MAYBE("model", HTTP_TEXT,
          "revision of the model; null where not all of them are there, or they are too many"),
    INT("dimensions", "of each"),
    INT("chunks", "how many vectors there are"),
    TEXT("digests", "base64 of the SHA-256 of each text that was embedded, 32 bytes each"),
    TEXT("values", "base64 of the vectors in that order: binary16, little-endian"),
};
const http_schema http_vectors_out =
    OUT("VersionVectors", "The vectors of a version's chunks.", vectors_rows);

static const http_field stats_row_rows[] = {
    TEXT("collection", ""),
    INT("documents", ""),
    INT("versions", ""),
    INT("chunks", ""),
    INT("bytes", "of the originals"),
    INT("text_bytes", "of the extracted texts"),
    ROW("languages", HTTP_TREE, "language to documents"),
    INT("index_documents", "that the index shows"),
    INT("index_chunks", ""),
    INT("index_bytes", "of its files; what came in the last second is not among them yet"),
    MAYBE("last_change_at", HTTP_TIME, ""),
};
static const http_schema stats_row_out =
    OUT("CollectionStats", "Numbers of a collection.", stats_row_rows);

static const http_field index_rows[] = {
    BOOL("ready", ""),
    BOOL("rebuilding", "a new one is made beside it, which will take its place"),
    MAYBE("activity", HTTP_TEXT, "what is being done with it, or was last, for the owner"),
    INT("cursor", "change that it has reached"),
    INT("documents", ""),
    INT("chunks", ""),
    INT("bytes", "memory that it holds; its files are not in it"),
    BOOL("kept", "in files, where the next start goes on"),
    INT("saved_cursor", "change up to which it is"),
    INT("lag", "changes that are committed and not shown yet"),
    INT("segments", "parts of it that are files"),
    INT("stored_bytes",
        "size of those files, which are mapped into memory as they are read and are "
        "not in bytes"),
    INT("unsaved_chunks", "in memory alone until the next save"),
    INT("dead_chunks", "replaced or removed, and not merged away yet"),
    INT("graphs", "parts that are searched by a graph of their vectors"),
    MAYBE("recall", HTTP_REAL, "the least that one of the graphs was measured to find"),
    {.name = "fusion",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .choices = "weighted|reciprocal",
     .help = "how both lists of a hybrid search become one order"},
    MAYBE("semantic_share", HTTP_REAL, "share of meaning in the weighted sum"),
    INT("title_weight", "a word of a title counts as so many of the text in what is searched"),
    INT("damages", "parts found damaged since the start, set aside and indexed again"),
    MAYBE("save_problem", HTTP_TEXT, "why it cannot be saved at the moment, for the owner"),
    INT("left_out", "documents that could not be read for it"),
    MAYBE("last_left_out", HTTP_TEXT, "the last of them and the reason, for the owner"),
};
const http_schema http_index_out = OUT("IndexStats", "The search index.", index_rows);

static const http_field verified_rows[] = {
    INT("damaged",
        "what is wrong with it, documents that could not be read for it included; 0: nothing"),
    ROW("found", HTTP_TEXTS, "a line for each, of very many the first"),
};
const http_schema http_verified_out =
    OUT("IndexVerified", "What reading the whole index found.", verified_rows);

static const http_field stats_rows[] = {
    PART("items", HTTP_LIST, &stats_row_out, "by collection"),
    PART("index", HTTP_OBJECT, &http_index_out, ""),
};
const http_schema http_stats_out = OUT("Stats", "Numbers.", stats_rows);

static const http_field sync_rows[] = {
    TEXT("batch_id", ""),
    {.name = "status",
     .kind = HTTP_TEXT,
     .flags = HTTP_REQUIRED,
     .choices = "queued|processing|completed",
     .help = ""},
    BOOL("rebuild", ""),
    INT("total", "documents to read again; without a rebuild: changes to follow"),
    INT("processed", "of them"),
    TIME("created_at", ""),
    MAYBE("completed_at", HTTP_TIME, "null until it has ended"),
};
const http_schema http_sync_out =
    OUT("Sync", "The index on its way to the state of the catalog.", sync_rows);

/* ---- events ---- */

static const http_field event_rows[] = {
    TEXT("id", ""),
    TEXT("event_type", ""),
    TIME("timestamp", ""),
    ROW("payload", HTTP_TREE, ""),
    ROW("metadata", HTTP_TREE, "component, trace_id, user_id, aggregate_id, seq, schema_version"),
};
static const http_schema event_out = OUT("Event", "A fact.", event_rows);

static const http_field events_rows[] = {
    PART("items", HTTP_LIST, &event_out, "newest first"),
    NEXT_CURSOR,
};
const http_schema http_events_out = OUT("EventPage", "Kept events.", events_rows);

static const http_field event_stats_rows[] = {
    INT("active_subscribers", "who watch the live feed now"),
    INT("queue_size", "announced and not delivered"),
    INT("history_size", "events that a new subscriber can be shown"),
    BOOL("running", "bus and live feed"),
    INT("published_total", ""),
    INT("dropped_subscribers_total", "who did not take their events in time"),
    INT("outbox_pending", "committed and not announced"),
};
const http_schema http_event_stats_out = OUT("EventStats", "The bus in numbers.", event_stats_rows);
