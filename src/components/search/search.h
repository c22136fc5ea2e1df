/* search.h - what others may ask of the search component: passages for a question.
 *
 * The index is a projection of the catalog: it follows the change log and may be thrown away.
 *
 * Order among the hits of one collection comes from the fusion of both candidate lists (`fused`), alone
 * or beside others: another collection's hits come between them, and move none past another. `score`
 * is a calibrated relevance in 0..1 of the passage alone, so a caller may say "nothing relevant" by a
 * threshold, and compare hits of several collections and questions; it need not fall along the order.
 *
 * A query may mark its words: "a phrase", +word, -word, +"a phrase", -"a phrase", begin*. Marks bind
 * words and vectors alike, passage by passage (its title counts). A phrase or a beginning without a
 * sign is a wish: where nothing that may be seen has all of them, they are given up together, and the
 * result says `relaxed`. domain/marks.h has the rules.
 */
#ifndef ANC_SEARCH_SEARCH_H
#define ANC_SEARCH_SEARCH_H

#include "kernel/domain/call.h"
#include "json/json.h"

typedef struct srch_service srch_service;

typedef enum srch_mode {
    SRCH_AUTO,
    SRCH_HYBRID,
    SRCH_SEMANTIC,
    SRCH_KEYWORD,
    SRCH_METADATA, /* documents by the filters alone, the last changed first; the query plays no part */
    SRCH_MODES
} srch_mode;

/* "auto", "rag", "hybrid", "semantic", "keyword", "metadata". False for another word. */
bool srch_mode_parse(anc_str s, srch_mode *ret);
const char *srch_mode_name(srch_mode mode);

typedef enum srch_rerank_wish {
    SRCH_RERANK_AS_CONFIGURED,
    SRCH_RERANK_NO,
    SRCH_RERANK_YES
} srch_rerank_wish;

enum {
    SRCH_MAX_CONTEXT_CHUNKS = 5,
    SRCH_MAX_JOINED_CHUNKS = 16,   /* in one passage */
    SRCH_MAX_JOINED_BYTES = 32768, /* of one passage that is more than one chunk */
    SRCH_MAX_QUERY_BYTES = 65536,
    SRCH_MAX_QUERY_WORDS = 1000
};

typedef struct srch_request {
    anc_str query;              /* valid UTF-8, not blank; plays no part in SRCH_METADATA */
    const anc_str *collections; /* [n]; none: all that the principal may read */
    size_t n_collections;
    uint32_t top_k;            /* 1 to 1000 */
    srch_mode mode;            /* SRCH_AUTO is hybrid where there are vectors, else keyword */
    const json_value *filters; /* the predicate tree of the interface; NULL: none */
    srch_rerank_wish rerank;   /* the best are looked at again by a reranker, where there is one */
    bool one_per_document;     /* only the best chunk of each document */
    bool join_neighbours;      /* chunks of a document that lie side by side become one passage */
    uint32_t context_chunks;   /* with join_neighbours: so many around each hit are joined to it */
    bool highlight;            /* fill `highlights` */
    bool explain;              /* fill `explained` */
    bool may_be_wordless;      /* a query that has no word finds nothing, else it is INVALID */
} srch_request;

/* Bytes of a text; which one, the user says. */
typedef struct srch_extent {
    uint64_t start, end;
} srch_extent;

typedef struct srch_highlight {
    anc_str text;             /* a piece of the hit's text, whole words */
    uint64_t start, end;      /* of the document's extracted text */
    const srch_extent *marks; /* [n_marks] matched words in it: bytes of the extracted text too */
    size_t n_marks;
} srch_highlight;

typedef enum srch_place {
    SRCH_IN_TITLE,
    SRCH_IN_HEADING,
    SRCH_IN_COLUMNS,
    SRCH_IN_TEXT
} srch_place;

typedef struct srch_match {
    srch_place place;
    uint64_t start,
        end; /* of title, heading, columns, or the hit's text; plus the hit's start they count in the
                            document's extracted text */
} srch_match;

/* A distinct term of the query and what it gave to a hit. */
typedef struct srch_term_detail {
    anc_str term;  /* as it is indexed; "begin*" stands for all words that begin so */
    double weight; /* mentions in the query; half of one where it is inside of a word of it */
    double idf;  /* of its word: of all readings of it, where a collection has several languages */
    uint64_t df; /* chunks of the collection that have it */
    bool scored; /* false: a function word that was left out */
    uint32_t tf; /* in title, heading, columns and text of the hit's best chunk */
    uint32_t weighted_tf; /* as the score takes it: in title and heading each title_weight times */
    double bm25;          /* its part of the keyword score */
    const srch_match *matches; /* [n_matches] by place, then start */
    size_t n_matches;
} srch_term_detail;

/* share * scaled is what a side adds to `fused`; scaled is (score - least) / width. */
typedef struct srch_side_detail {
    double share, least, greatest, width, scaled;
    uint32_t rank; /* from 1 in its list; 0: not in it */
} srch_side_detail;

/* How a hit came to its scores. Those of a joined passage are its best chunk's. */
typedef struct srch_explanation {
    anc_str language;              /* that the question was first read in for this collection */
    const srch_term_detail *terms; /* [n_terms] */
    size_t n_terms;
    uint32_t title_weight;
    uint32_t
        length; /* of the chunk, in words that count, those of title and heading title_weight times */
    double mean_length; /* of the collection's chunks */
    double bm25_bound;  /* what a chunk that has everything could at most reach */
    uint64_t chunks;    /* of the collection */
    bool weighted;      /* the fusion is a weighted sum, else reciprocal ranks */
    srch_side_detail keyword, semantic;
    /* the relevance is 1 / (1 + e^-sum of these) */
    double constant, cosine_part, coverage_part, bm25_part;
} srch_explanation;

/* From byte `at` of the document's text up to the next place: page and row of a table; 0: none. */
typedef struct srch_position {
    uint64_t at;
    uint32_t page, row;
} srch_position;

typedef struct srch_hit {
    uint32_t position; /* from 1 */
    anc_str collection, document_id, chunk_id;
    uint32_t version, ordinal;
    anc_str title, uri, language;
    anc_str heading; /* NULL where there is none */
    anc_str
        columns;   /* header of the table that its best chunk begins in the middle of; NULL: none */
    uint32_t page; /* 0 where there is none */
    uint64_t start, end;
    anc_str text;
    anc_str metadata; /* JSON object */
    uint32_t tokens;
    double score;    /* calibrated relevance 0..1; NaN in SRCH_METADATA, where nothing is rated */
    double fused;    /* what the order within its collection comes from; NaN in SRCH_METADATA */
    double keyword;  /* BM25, 0 when no word matches; NaN in SRCH_METADATA */
    double semantic; /* cosine; NaN where there is no vector */
    bool is_reranked;
    double rerank;   /* score of the reranker, in its range; where is_reranked */
    double coverage; /* share of the question's idf weight that the passage has, 0..1 */
    uint32_t first_ordinal,
        last_ordinal;            /* chunks of the passage; both `ordinal` where it is one */
    uint32_t duplicates;         /* worse passages that say the same and were left out */
    const srch_position *places; /* [n_places] of its best chunk, in order */
    size_t n_places;
    uint64_t places_end;              /* where the last of them ends */
    const srch_highlight *highlights; /* [n_highlights] when asked for */
    size_t n_highlights;
    const srch_explanation *explained; /* NULL when not asked for, and in SRCH_METADATA */
} srch_hit;

/* Where byte `at` of the document's text stands, as far as the hit knows. */
static inline srch_position srch_position_at(const srch_hit *hit, uint64_t at)
{
    srch_position found = {.at = at};
    for (size_t i = 0; i < hit->n_places && hit->places[i].at <= at && at < hit->places_end; i++)
        found = hit->places[i];
    return found;
}

/* What of a request cannot have been meant so, and documents left out since a file of theirs is damaged or missing. */
typedef struct srch_warning {
    anc_str pointer, message; /* in call->mem; pointer "": of no part of the request */
} srch_warning;

enum { SRCH_MAX_WARNINGS = 8 };

/* How far the reranker came; what it scored comes first, best first, the others as before. */
typedef struct srch_reranked {
    bool done;               /* it was asked */
    anc_str model;           /* in call->mem */
    uint32_t scored, wanted; /* passages; fewer than wanted: `problem` says why */
    anc_str problem;         /* in call->mem, or literal; "" */
} srch_reranked;

typedef struct srch_result {
    srch_hit *hits; /* [n] in call->mem, best first */
    size_t n;
    srch_mode mode;      /* what was really done */
    bool relaxed;        /* phrases or beginnings without a sign were given up */
    uint64_t duplicates; /* passages left out because a better one says the same */
    bool embedding_cached;
    const float *query_vector; /* [dims]; NULL in keyword mode */
    uint32_t dims;
    srch_reranked reranked;
    srch_warning warnings[SRCH_MAX_WARNINGS]; /* [n_warnings] */
    size_t n_warnings;
    /* search_ms without fetch_ms and rerank_ms */
    double analyze_ms, embed_ms, search_ms, rerank_ms, fetch_ms, total_ms;
} srch_result;

/* Runs on a pool. INVALID names the field: a query that is blank, has no words, only excludes, or has
 * more than SRCH_MAX_QUERY_WORDS; a filter, with the pointer of its place; SRCH_METADATA without
 * filters; `rerank` asked for where there is no reranker. NOT_FOUND names a collection that does not exist or may not be read; UNAVAILABLE in
 * semantic mode without vectors. */
anc_status srch_query(srch_service *srch, krn_call *call, const srch_request *request,
                      srch_result *ret) ANC_MUST_CHECK;

/* Waits until the index shows change `seq` (0: at once). DEADLINE when that takes too long. */
anc_status srch_wait_visible(srch_service *srch, krn_call *call, uint64_t seq) ANC_MUST_CHECK;

enum { SRCH_DETAIL_BYTES = 512 };

/* Makes the vector of a question that may be asked, for the cache of the configured model; *ret_known: it was there.
 * UNAVAILABLE without a model, INVALID for what cannot be asked, and what the model gives. */
anc_status srch_expect(srch_service *srch, krn_call *call, anc_str question,
                       bool *ret_known) ANC_MUST_CHECK;

typedef struct srch_status_row {
    bool ready;      /* as srch_ready */
    bool rebuilding; /* a new one is asked for, and is not yet the one that is searched */
    uint64_t walked,
        to_walk;     /* documents that the last walk of the catalog has read, and of how many */
    uint64_t cursor; /* change that the index has reached */
    uint64_t lag;    /* changes behind it when the follower looked last */
    uint64_t documents, chunks;
    uint64_t bytes;          /* memory that it holds; the files are not in it */
    bool semantic;           /* there are vectors to search */
    uint64_t dead_chunks;    /* replaced or removed, and not merged away yet */
    uint32_t segments;       /* parts of it that are files */
    uint64_t stored_bytes;   /* of those */
    uint64_t unsaved_chunks; /* in memory alone until the next save */
    uint32_t graphs;         /* of parts with many vectors */
    float recall;            /* the least that one of them was measured to find; 1: there is none */
    double
        semantic_share; /* of the weighted sum that orders hybrid searches; NaN: reciprocal ranks do */
    uint32_t title_weight; /* a word of a title counts as so many of the text in what is searched */
    bool is_kept;          /* in files, so that the next start goes on from there */
    uint64_t kept_cursor;  /* change up to which it is */
    uint64_t damages;      /* parts found damaged since the start, set aside, and indexed again */
    char damage_text[SRCH_DETAIL_BYTES];  /* the last one; "" */
    char save_problem[SRCH_DETAIL_BYTES]; /* why it cannot be saved at the moment; "" */
    anc_str
        detail; /* in the service's memory: "rebuilding: 120 of 400 documents", or the last error */
    uint64_t left_out; /* documents that could not be indexed; each is named in the log */
    char left_out_text[SRCH_DETAIL_BYTES]; /* the last of them with its reason; "" */
} srch_status_row;

srch_status_row srch_status(srch_service *srch);

/* Whether the index has been where the catalog was at the start: it was kept, or the catalog was read into it. Until
 * then a result may lack what is there. Any thread. */
bool srch_ready(srch_service *srch);

/* The change that a start would go on behind: no more than is kept, or where nothing is kept than is shown. The log has
 * to have what comes after it. */
uint64_t srch_passed(srch_service *srch);

/* Nanoseconds that the follower has worked on the index since the start. */
uint64_t srch_index_busy_ns(srch_service *srch);

typedef struct srch_figures_row {
    uint64_t documents, chunks;
    uint64_t
        stored_bytes; /* of the files; what is in memory alone until the next save is not among them */
} srch_figures_row;

/* What the index holds of one collection. */
srch_figures_row srch_collection_figures(srch_service *srch, anc_str collection);

/* Throws the index away and builds it from the catalog again, in the background. */
void srch_rebuild(srch_service *srch);

enum { SRCH_FOUND_LINES = 100 };

typedef struct srch_verified {
    uint64_t
        damaged; /* what is wrong with the index, documents that could not be read for it included; 0: nothing */
    anc_str *lines; /* [n] the first of it, in call->mem */
    size_t n;
} srch_verified;

/* Reads the whole index, each of its sums and promises; it may take long, and searches go on. A part that is damaged is
 * set aside and its documents are indexed again. Any thread but a loop. DEADLINE, CANCELLED. */
anc_status srch_verify(srch_service *srch, krn_call *call, srch_verified *ret) ANC_MUST_CHECK;

/* Does all that makes the index fast and small at once, and saves it; otherwise as srch_verify. */
anc_status srch_optimize(srch_service *srch, krn_call *call) ANC_MUST_CHECK;

/* Bringing the index up to date, as something that can be watched. Kept in memory, the newest 64: a
 * start brings the index up to date anyway. */
typedef enum srch_sync_state {
    SRCH_SYNC_QUEUED,
    SRCH_SYNC_PROCESSING,
    SRCH_SYNC_DONE
} srch_sync_state;

typedef struct srch_sync {
    anc_str id; /* in call->mem */
    srch_sync_state state;
    bool rebuild;
    uint64_t total, processed; /* documents to read again; without a rebuild: changes to follow */
    int64_t created_ms, completed_ms; /* completed 0: not yet */
} srch_sync;

/* Asks for a rebuild, or only for what was committed until now to be visible. Any thread but a loop. */
anc_status srch_sync_start(srch_service *srch, krn_call *call, bool rebuild,
                           srch_sync *ret) ANC_MUST_CHECK;
anc_status srch_sync_find(srch_service *srch, krn_call *call, anc_str id,
                          srch_sync *ret) ANC_MUST_CHECK; /* NOT_FOUND */

/* ids of documents that are searchable at or past change `seq`: whether cursor >= seq. */
bool srch_visible(srch_service *srch, uint64_t seq);

#endif
