/* records.h - the query log and the lives of documents as they are kept. */
#ifndef ANC_TRACKING_DOMAIN_RECORDS_H
#define ANC_TRACKING_DOMAIN_RECORDS_H

#include "base/base.h"

typedef enum trk_status { TRK_REQUESTED, TRK_COMPLETED, TRK_FAILED } trk_status;
const char *trk_status_name(trk_status status); /* "requested", … */

typedef enum trk_query_kind { TRK_ANSWER, TRK_SEARCH } trk_query_kind; /* a search has no answer */
const char *trk_query_kind_name(trk_query_kind kind);                  /* "answer", "search" */

typedef struct trk_retrieval {
    uint32_t position; /* from 1 */
    anc_str chunk_id, document_id;
    uint32_t version; /* 0: not told */
    anc_str collection, title;
    double score, keyword, semantic, fused, rerank; /* NaN: there is none */
    bool cited;
} trk_retrieval;

/* What has been told of a query: an event brings one of these, and the first that brings it stands. */
enum { TRK_HAS_REQUEST = 1, TRK_HAS_RETRIEVALS = 2, TRK_HAS_END = 4 };

typedef struct trk_query {
    unsigned has;
    int64_t place; /* in the log, ascending as queries were noted; given by the repository */
    anc_str query_id;
    int64_t requested_ms;
    /* of the request */
    trk_query_kind kind;
    anc_str user_id;            /* empty: nobody was logged in */
    anc_str question;           /* ptr NULL: not kept, as answer */
    const anc_str *collections; /* [n_collections] asked for; none: all */
    size_t n_collections;
    anc_str conversation_id, workflow_run_id; /* empty: none */
    /* of what was found */
    const trk_retrieval *retrievals; /* [n_retrievals]; in a list of queries none */
    size_t n_retrievals;
    uint32_t retrieved; /* how many */
    /* of the end */
    trk_status status;
    int64_t ended_ms;    /* 0: it has not ended */
    int64_t duration_us; /* -1: not told */
    anc_str answer, model, provider;
    uint32_t input_tokens, output_tokens;
    int64_t cost_nano; /* -1: no price */
    bool cache_hit;
    bool declined;          /* the answer says that nothing in the documents answers it */
    anc_str timings, route; /* JSON objects; empty: not told */
    anc_str error_type, error_message, error_stage;
} trk_query;

/* Nothing was found, or nothing of what was found answers it. */
static inline bool trk_query_empty(const trk_query *q)
{
    return ((q->has & TRK_HAS_RETRIEVALS) != 0 && q->retrieved == 0) || q->declined;
}

typedef struct trk_feedback {
    anc_str query_id;
    int rating;      /* -1 or 1; 0: none */
    anc_str comment; /* empty: none, or not kept */
    int64_t at_ms;
} trk_feedback;

typedef enum trk_life_op { TRK_CREATED, TRK_UPDATED, TRK_DELETED } trk_life_op;
const char *trk_life_op_name(trk_life_op op);

/* One thing that happened to a document. */
typedef struct trk_life {
    trk_life_op op;
    anc_str document_id, collection;
    uint32_t version;
    int64_t at_ms;
    anc_str title;    /* empty: not told */
    uint32_t chunks;  /* created: all; updated: added */
    uint32_t removed; /* updated: chunks removed */
    uint64_t bytes;   /* of the original; 0: not told */
    anc_str changed;  /* updated: "title,content" */
} trk_life;

/* How often a document was found and cited. */
typedef struct trk_use {
    anc_str document_id, collection, title;
    uint64_t retrieved, cited;
} trk_use;

#endif
