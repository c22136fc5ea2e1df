/* search.h - what others may ask of the search component: passages for a question.
 *
 * The index is a projection of the catalog: it follows the change log and may be thrown away. Order
 * comes from the fusion of both candidate lists; `score` is a calibrated relevance in 0..1, so a
 * caller may say "nothing relevant" by a threshold.
 */
#ifndef ANC_SEARCH_SEARCH_H
#define ANC_SEARCH_SEARCH_H

#include "kernel/domain/call.h"
#include "json/json.h"

typedef struct srch_service srch_service;

typedef enum srch_mode { SRCH_AUTO, SRCH_HYBRID, SRCH_SEMANTIC, SRCH_KEYWORD } srch_mode;

/* "auto", "rag", "hybrid", "semantic", "keyword". False for another word ("metadata" too). */
bool srch_mode_parse(anc_str s, srch_mode *ret);
const char *srch_mode_name(srch_mode mode);

typedef struct srch_request {
    anc_str query;              /* valid UTF-8, not blank */
    const anc_str *collections; /* [n]; none: all that the principal may read */
    size_t n_collections;
    uint32_t top_k;            /* 1 to 1000 */
    srch_mode mode;            /* SRCH_AUTO is hybrid where there are vectors, else keyword */
    const json_value *filters; /* the predicate tree of the interface; NULL: none */
    bool one_per_document;     /* only the best chunk of each document */
} srch_request;

typedef struct srch_hit {
    uint32_t position; /* from 1 */
    anc_str collection, document_id, chunk_id;
    uint32_t version, ordinal;
    anc_str title, uri, language;
    anc_str heading; /* NULL where there is none */
    uint32_t page;   /* 0 where there is none */
    uint64_t start, end;
    anc_str text;
    anc_str metadata; /* JSON object */
    uint32_t tokens;
    double score;    /* calibrated relevance 0..1 */
    double fused;    /* what the order comes from */
    double keyword;  /* BM25, 0 when no word matches */
    double semantic; /* cosine; NaN where there is no vector */
    double coverage; /* share of the question's idf weight that the passage has, 0..1 */
} srch_hit;

typedef struct srch_result {
    srch_hit *hits; /* [n] in call->mem, best first */
    size_t n;
    srch_mode mode; /* what was really done */
    bool embedding_cached;
    const float *query_vector; /* [dims]; NULL in keyword mode */
    uint32_t dims;
    double embed_ms, search_ms, total_ms;
} srch_result;

/* Runs on a pool. INVALID names the field (blank query, more than 1,000 words, unknown filter);
 * NOT_FOUND names a collection that does not exist or may not be read; UNAVAILABLE in semantic mode
 * without vectors. */
anc_status srch_query(srch_service *srch, krn_call *call, const srch_request *request,
                      srch_result *ret) ANC_MUST_CHECK;

/* Waits until the index shows change `seq` (0: at once). DEADLINE when that takes too long. */
anc_status srch_wait_visible(srch_service *srch, krn_call *call, uint64_t seq) ANC_MUST_CHECK;

typedef struct srch_status_row {
    bool ready;      /* the first walk of the catalog is done */
    uint64_t cursor; /* change that the index has reached */
    uint64_t documents, chunks, bytes;
    bool semantic; /* there are vectors to search */
    anc_str
        detail; /* in the service's memory: "rebuilding: 120 of 400 documents", or the last error */
} srch_status_row;

srch_status_row srch_status(srch_service *srch);

/* Nanoseconds that the follower has worked on the index since the start. */
uint64_t srch_index_busy_ns(srch_service *srch);

/* Throws the index away and builds it from the catalog again, in the background. */
void srch_rebuild(srch_service *srch);

/* ids of documents that are searchable at or past change `seq`: whether cursor >= seq. */
bool srch_visible(srch_service *srch, uint64_t seq);

#endif
