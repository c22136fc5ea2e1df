/* query_impl.h - one question on its way: what the steps of the use case hand to each other.
 *
 *   query.c     checks, order of the steps
 *   vectors.c   the question's vector, once for each model among the collections
 *   scopes.c    which collections, and how each reads the question
 *   passages.c  candidates fetched as hits, copies left out
 *   joining.c   chunks that lie side by side made one passage
 *   detail.c    highlights and explanations of the hits
 */
#ifndef ANC_SEARCH_APP_QUERY_IMPL_H
#define ANC_SEARCH_APP_QUERY_IMPL_H

#include "search/domain/marks.h"
#include "search/domain/relevance.h"
#include "service_impl.h"

enum { SRCH_MAX_COLLECTIONS = 1000 };

/* A collection that is searched. Candidates name it by its row. */
typedef struct srch_scope {
    anc_str name;
    txt_language declared;                      /* TXT_UND: to be found */
    txt_language languages[TXT_LANGUAGE_COUNT]; /* [n_languages] that the question is read in, the
                                                   * likeliest first */
    size_t n_languages;
    const srch_query_term *terms;
    size_t n_terms;
    srch_demands demands; /* with the wishes */
    srch_demands strict;  /* without */
    anc_str model;        /* of its index's vectors */
    uint32_t dims;        /* likewise */
    double unrelated;     /* emb_info_row.unrelated of it */
    const float *vector; /* [dims] the question by that model; NULL: its words alone are searched */
    srch_index_result found;
    srch_fusion_facts fusion;
    srch_sides sides;
} srch_scope;

typedef struct srch_asking {
    srch_service *srch;
    krn_call *call;
    const srch_request *request;
    srch_index index;    /* held */
    srch_filter *filter; /* NULL: none */
    srch_marked marked;
    srch_scope *scopes; /* [n_scopes] */
    size_t n_scopes;
    bool words, vectors;        /* which sides are searched */
    srch_candidate *candidates; /* [n] of all scopes, best first */
    size_t n;
    bool reranks; /* rerank.c: whether, how many, until when, and the scores so far */
    uint32_t rerank_most;
    int64_t rerank_until_ns;    /* INT64_MAX: not begun */
    struct srch_scored *scored; /* [n_scored] */
    size_t n_scored;
    bool cut;     /* there may be more of them */
    bool wanting; /* fewer hits than asked for were gathered */
    bool gone;    /* candidates had been replaced or deleted when they were fetched */
    srch_result result;
} srch_asking;

/* scopes.c: the collections of the request, or all that may be read. */
anc_status srch_scopes_find(srch_asking *a) ANC_MUST_CHECK;

/* kinds.c: INVALID when there are no hits and a condition that every hit must fit compares a field with a value of a
 * kind that it has in no document. Conditions on fields that no document has are the result's warnings. */
anc_status srch_kinds_check(srch_asking *a) ANC_MUST_CHECK;

/* vectors.c: decides which sides are searched. UNAVAILABLE in semantic mode without a model. */
anc_status srch_vectors_choose(srch_asking *a) ANC_MUST_CHECK;

/* vectors.c: the vector of the question for each scope whose index has vectors. A model that cannot be used
 * leaves its collections to their words, and fails a semantic search. */
anc_status srch_vectors_make(srch_asking *a) ANC_MUST_CHECK;

/* vectors.c: the same for one scope whose index has another model since. */
anc_status srch_vectors_again(srch_asking *a, srch_scope *scope) ANC_MUST_CHECK;

/* scopes.c: terms and demands of each collection. INVALID for a query without words, of too many, or
 * one that only excludes. */
anc_status srch_scopes_read(srch_asking *a) ANC_MUST_CHECK;

/* scopes.c: whether an index has documents of a language by now that the question was not read in. */
bool srch_scopes_outdated(const srch_asking *a);

/* rerank.c: whether it is done for this search. INVALID where it is asked for and cannot be. */
anc_status srch_rerank_choose(srch_asking *a) ANC_MUST_CHECK;

/* rerank.c: the best candidates in the order of the reranker. */
anc_status srch_rerank(srch_asking *a) ANC_MUST_CHECK;

/* A hit while hits are gathered. */
typedef struct srch_row {
    srch_hit hit;
    kno_chunk chunk; /* that it was made of: the best of a joined passage */
    const srch_candidate *candidate;
    srch_sketch sketch;
} srch_row;

/* passages.c: the best candidates as hits; a->wanting says whether there are fewer than asked for, a->gone whether some
 * were not there any more. */
anc_status srch_passages(srch_asking *a) ANC_MUST_CHECK;

/* joining.c: joins the chunk to a row that it lies beside, and rows that then touch; false when there
 * is none, or the passage would be too long. */
bool srch_join(srch_row *rows, size_t *n, const kno_chunk *chunk);

/* joining.c: adds the chunks around each row, and gives joined rows their text. */
anc_status srch_join_finish(srch_asking *a, srch_row *rows, size_t *n) ANC_MUST_CHECK;

/* detail.c: highlights and explanation of a row as the request asks. */
anc_status srch_detail(srch_asking *a, srch_row *row) ANC_MUST_CHECK;

static inline anc_status srch_no_room(const krn_call *call)
{
    return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a search");
}

#endif
