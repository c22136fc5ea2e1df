/* property_unigram.c - what holds for the pieces of every word over every vocabulary, drawn from a
 * seed: joined they are the word, no other way of cutting it has a greater sum, and threads that cut
 * at the same time see the same. Words are far longer than what the search holds at once. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "infer/tokenizer.h"

#include "support/test.h"

enum {
    ROUNDS = 60,
    PIECES = 40,
    LETTERS = 3,
    PIECE_MAX = 24,
    WORD_MAX = 9000,
    THREADS = 4,
    UNK = 2
};

/* Scores are eighths, so that sums are exact. */
typedef struct vocabulary {
    char pieces[PIECES][PIECE_MAX + 1];
    int eighths[PIECES]; /* below zero */
    size_t n;            /* ids are 3 to n + 2 */
} vocabulary;

typedef struct cut {
    const inf_tokenizer *tok;
    anc_str word;
    uint32_t *ids; /* owned: [WORD_MAX + 2] */
    size_t n;
} cut;

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *seed >> 33;
}

static bool has(const vocabulary *v, const char *piece)
{
    for (size_t i = 0; i < v->n; i++)
        if (strcmp(v->pieces[i], piece) == 0)
            return true;
    return false;
}

/* The letters, so that nothing is unknown, and longer pieces; half of the vocabularies have runs of
 * one letter, whose paths do not meet. */
static void draw_vocabulary(uint64_t *seed, vocabulary *v)
{
    const bool runs = next(seed) % 2 == 0;
    v->n = 0;
    for (int tries = 0; tries < 4 * PIECES && v->n < PIECES; tries++) {
        char *piece = v->pieces[v->n];
        const size_t len = v->n < LETTERS ? 1 : 2 + next(seed) % (PIECE_MAX - 1);
        const uint64_t one = next(seed) % LETTERS;
        for (size_t i = 0; i < len; i++)
            piece[i] = (char)('a' + (runs ? one : next(seed) % LETTERS));
        if (v->n < LETTERS)
            piece[0] = (char)('a' + v->n);
        piece[len] = '\0';
        if (has(v, piece))
            continue;
        v->eighths[v->n++] = -1 - (int)(next(seed) % 80);
    }
}

static inf_tokenizer *open_vocabulary(const vocabulary *v)
{
    anc_err err = {0};
    inf_tokenizer *tok = NULL;
    ANC_BUF(json, 1 << 16);
    (void)anc_buf_add(&json,
                      ANC_STR("{\"post_processor\":{\"type\":\"RobertaProcessing\",\"sep\":["
                              "\"e\",1],\"cls\":[\"b\",0]},\"model\":{\"type\":\"Unigram\","
                              "\"unk_id\":2,\"vocab\":[[\"<s>\",0],[\"</s>\",0],[\"<u>\",0]"));
    for (size_t i = 0; i < v->n; i++)
        (void)anc_buf_printf(&json, ",[\"%s\",%.3f]", v->pieces[i], v->eighths[i] / 8.0);
    (void)anc_buf_add(&json, ANC_STR("]}}"));
    ASSERT_OK(inf_tokenizer_of_json(anc_buf_view(&json), &tok, &err), &err);
    return tok;
}

/* Runs and changes of letters, now and then. */
static anc_str draw_word(uint64_t *seed, char bytes[WORD_MAX])
{
    const size_t len = 1 + next(seed) % WORD_MAX;
    const uint64_t change = 1 + next(seed) % 400;
    char letter = 'a';
    for (size_t i = 0; i < len; i++) {
        if (next(seed) % change == 0)
            letter = (char)('a' + next(seed) % LETTERS);
        bytes[i] = letter;
    }
    return (anc_str){bytes, len};
}

/* The greatest sum there is, by looking at every piece at every place. */
static long best_sum(const vocabulary *v, anc_str word)
{
    static long best[WORD_MAX + 1];
    best[0] = 0;
    for (size_t end = 1; end <= word.len; end++) {
        best[end] = -(1L << 40);
        for (size_t i = 0; i < v->n; i++) {
            const size_t len = strlen(v->pieces[i]);
            if (len > end || memcmp(word.ptr + end - len, v->pieces[i], len) != 0)
                continue;
            const long sum = best[end - len] + v->eighths[i];
            if (sum > best[end])
                best[end] = sum;
        }
    }
    return best[word.len];
}

static void *cut_word(void *arg)
{
    cut *c = arg;
    c->n = inf_tokenizer_encode(c->tok, c->word, WORD_MAX + 2, c->ids, NULL);
    return NULL;
}

static void check_cut(const vocabulary *v, const cut *c, uint64_t seed)
{
    size_t at = 0;
    long sum = 0;
    for (size_t i = 1; i + 1 < c->n; i++) {
        assert_in_range(c->ids[i], UNK + 1, UNK + v->n);
        const char *piece = v->pieces[c->ids[i] - UNK - 1];
        assert_true(strlen(piece) <= c->word.len - at);
        assert_memory_equal(c->word.ptr + at, piece, strlen(piece));
        at += strlen(piece);
        sum += v->eighths[c->ids[i] - UNK - 1];
    }
    assert_int_equal(at, c->word.len);
    const long best = best_sum(v, c->word);
    if (sum != best)
        fail_msg("seed %llu: a sum of %ld eighths, the best is %ld", (unsigned long long)seed, sum,
                 best);
}

static void one_round(uint64_t seed)
{
    static char bytes[WORD_MAX];
    static vocabulary v;
    const uint64_t given = seed;
    cut cuts[THREADS];
    pthread_t threads[THREADS];
    draw_vocabulary(&seed, &v);
    inf_tokenizer *tok = open_vocabulary(&v);
    const anc_str word = draw_word(&seed, bytes);
    for (size_t i = 0; i < THREADS; i++) {
        cuts[i] = (cut){tok, word, malloc((WORD_MAX + 2) * sizeof(uint32_t)), 0};
        assert_non_null(cuts[i].ids);
        assert_int_equal(pthread_create(&threads[i], NULL, cut_word, &cuts[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    check_cut(&v, &cuts[0], given);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(cuts[i].n, cuts[0].n);
        assert_memory_equal(cuts[i].ids, cuts[0].ids, cuts[0].n * sizeof(uint32_t));
    }
    for (size_t i = 0; i < THREADS; i++)
        free(cuts[i].ids);
    inf_tokenizer_close(tok);
}

static void no_better_way(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++)
        one_round(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_better_way)};
    return cmocka_run_group_tests_name("unigram", tests, NULL, NULL);
}
