/* search.h - one search on its way: what its stages hand to each other. */
#ifndef ANC_ENGINE_SEARCH_H
#define ANC_ENGINE_SEARCH_H

#include "snapshot.h"

/* A chunk of the snapshot. */
typedef struct eng_place_of {
    uint32_t part;
    uint32_t chunk;
} eng_place_of;

/* A chunk with the score that its list is ordered by, and what else is known of it. */
typedef struct eng_found {
    eng_place_of at;
    double score;    /* BM25 or cosine */
    double coverage; /* idf weight of the scored terms that the chunk has */
    double bm25;
    uint32_t rank; /* from 1, once sorted */
    uint32_t twin; /* index + 1 in the other list; 0: not there */
} eng_found;

/* The best `k` so far: a heap with the worst at the root, later sorted best first. */
typedef struct eng_best {
    const eng_snapshot *snapshot; /* borrowed */
    eng_found *rows;              /* [k] in the arena */
    size_t n, k;
} eng_best;

/* Whether a precedes b: greater score, then lesser key, then lesser ordinal. */
bool eng_found_before(const eng_snapshot *snapshot, const eng_found *a, const eng_found *b);

/* For qsort over pointers to rows: by part, then by chunk. */
int eng_found_by_place(const void *a, const void *b);

void eng_best_offer(eng_best *best, const eng_found *row);

/* Best first, ranks filled. */
void eng_best_sort(eng_best *best);

/* Chunks whose scores are summed side by side. */
enum { ENG_WINDOW = 4096 };

/* A word of the query. */
typedef struct eng_word {
    const eng_term_fact *terms; /* [n] its readings, in the result's terms */
    size_t n;
    bool scored;
    double weight; /* weight * idf; 0 where it is not scored */
} eng_word;

typedef struct eng_run {
    const eng_snapshot *snapshot;
    const eng_query *query;
    anc_arena *mem;
    anc_err *err;
    const uint64_t **allowed;   /* [parts] bitmaps over chunks; NULL: every chunk of the part */
    const eng_term_fact *facts; /* [n_facts] the result's terms */
    size_t n_facts;
    /* [parts * n_facts] each in each block; NULL: not there, or all that begin so */
    const eng_block_term **found;
    eng_word *words; /* [n_words] */
    size_t n_words;
    double mean_length;
    eng_best keyword, semantic, documents;
    /* keyword.c: of its list, for eng_run_measure; NULL: no word counts */
    struct eng_scores *scores;
} eng_run;

static inline bool eng_run_allows(const eng_run *run, uint32_t part, uint32_t chunk)
{
    return run->allowed[part] == NULL || eng_bit(run->allowed[part], chunk);
}

static inline ANC_MUST_CHECK anc_status eng_run_may_go_on(const eng_run *run)
{
    return run->query->may_go_on != NULL ? run->query->may_go_on(run->query->arg) : ANC_OK;
}

/* access.c: fills run->allowed from labels, filter and what is dead. */
anc_status eng_run_access(eng_run *run) ANC_MUST_CHECK;

/* demands.c: INVALID names what is wrong with the query's demands. */
anc_status eng_demands_check(const eng_query *query, anc_err *err) ANC_MUST_CHECK;

/* demands.c: takes out of run->allowed the chunks that a demand excludes. After eng_run_access. */
anc_status eng_run_demands(eng_run *run) ANC_MUST_CHECK;

/* listing.c: fills run->documents, sorted, its score being the order; and the rows of a result. */
anc_status eng_run_documents(eng_run *run) ANC_MUST_CHECK;
anc_status eng_run_listed(eng_run *run, eng_result *result) ANC_MUST_CHECK;

/* explain.c: fills parts and length of the result's candidates; `places` [result->n] are theirs. */
anc_status eng_run_explain(eng_run *run, const eng_place_of *places,
                           eng_result *result) ANC_MUST_CHECK;

/* The divisor's part that depends on the chunk: tf / (tf + this). */
double eng_bm25_norm(const eng_run *run, uint32_t length);

/* semantic.c: fills run->semantic, sorted. */
anc_status eng_run_semantic(eng_run *run) ANC_MUST_CHECK;

/* keyword.c: fills run->keyword, sorted. */
anc_status eng_run_keyword(eng_run *run) ANC_MUST_CHECK;

/* keyword.c: bm25 and coverage of both lists, which are there. */
anc_status eng_run_measure(eng_run *run) ANC_MUST_CHECK;

/* pair.c: both lists, side by side where that pays. */
anc_status eng_run_lists(eng_run *run) ANC_MUST_CHECK;

/* Cosine of the query with a chunk; NaN where either has no vector. */
double eng_run_cosine(const eng_run *run, eng_place_of at);

#endif
