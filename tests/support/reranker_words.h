/* reranker_words.h - the reranker port without a model: a passage scores the words of the query that it has.
 *
 * More so early in the passage. The window is 64 words.
 */
#ifndef ANC_TESTS_SUPPORT_RERANKER_WORDS_H
#define ANC_TESTS_SUPPORT_RERANKER_WORDS_H

#include "embedding/ports/reranker.h"
#include "kernel/ports/clock.h"

enum { RERANKER_WORDS_WINDOW = 64, RERANKER_WORDS_BATCH = 16 };

/* What it does besides, and what it has done; borrowed. */
typedef struct reranker_words {
    krn_clock clock;
    int64_t *now_ns;  /* the clock's, moved on by each passage; NULL: time stands */
    int64_t cost_ns;  /* of a passage */
    anc_status fails; /* ANC_OK: it does not */
    bool gives_nan;
    size_t seen; /* passages, over all calls */
} reranker_words;

emb_reranker reranker_words_open(reranker_words *words);

#endif
