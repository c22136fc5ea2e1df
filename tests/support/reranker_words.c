/* reranker_words.c - words counted, no model anywhere. */
#include "reranker_words.h"

#include <math.h>
#include <stdlib.h>

#include "base/str.h"
#include "support/words.h"

typedef struct counting {
    reranker_words *words; /* borrowed */
} counting;

/* The place of a word in the passage, from 1; 0: it is not there. */
static size_t place_of(anc_str word, anc_str passage)
{
    anc_str other;
    size_t at = 0;
    for (size_t n = 1; n <= RERANKER_WORDS_WINDOW && next_word(passage, &at, &other); n++)
        if (anc_str_eq_nocase(word, other))
            return n;
    return 0;
}

static float score_one(anc_str query, anc_str passage)
{
    anc_str word;
    float score = -4;
    for (size_t at = 0; next_word(query, &at, &word);) {
        const size_t place = place_of(word, passage);
        score += place > 0 ? 2 + 1 / (float)place : 0;
    }
    return score;
}

static void count(anc_str passage, emb_scored *scored)
{
    anc_str word;
    size_t at = 0, n = 0;
    while (next_word(passage, &at, &word))
        n++;
    scored->truncated += n > RERANKER_WORDS_WINDOW;
    scored->tokens += n > RERANKER_WORDS_WINDOW ? RERANKER_WORDS_WINDOW : n;
}

static anc_status score(void *self, krn_call *call, anc_str query, const anc_str *passages,
                        size_t n, float *out, emb_scored *ret)
{
    reranker_words *words = ((counting *)self)->words;
    emb_scored scored = {0};
    ANC_TRY(krn_call_check(words->clock, call));
    if (words->fails != ANC_OK)
        return ANC_FAIL(call->err, words->fails, "the reranker is away");
    for (size_t i = 0; i < n; i++) {
        out[i] = words->gives_nan ? NAN : score_one(query, passages[i]);
        count(passages[i], &scored);
        (void)__atomic_fetch_add(&words->seen, 1,
                                 __ATOMIC_RELAXED); /* by several threads at once */
        if (words->now_ns != NULL) {
            *words->now_ns += words->cost_ns;
            ANC_TRY(krn_call_check(words->clock, call));
        }
    }
    *ret = scored;
    return ANC_OK;
}

static const emb_reranker_ops ops = {.name = "words", .score = score, .close = free};

emb_reranker reranker_words_open(reranker_words *words)
{
    counting *c = malloc(sizeof *c);
    if (c == NULL)
        abort();
    *c = (counting){words};
    return (emb_reranker){.ops = &ops,
                          .self = c,
                          .max_batch = RERANKER_WORDS_BATCH,
                          .model = ANC_STR("words"),
                          .detail = ANC_STR("words that are there")};
}
