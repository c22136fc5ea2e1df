/* embed.c - all-MiniLM-L6-v2 in lib/infer against ONNX Runtime: one text at a time on one thread, and on two threads.
 *
 * Texts are passages of SciFact, cut at a word so that they have about 256, 128 or 16 tokens, special
 * ones included. Ours gets the text, so it pays for the tokenizer; the peer gets the token ids. The
 * peer runs the same graph from the same weights (peer.py): fp32 beside our fp32 and our bf16, its
 * dynamic int8 beside our int8; before anything is timed the vectors of both are compared. On one thread
 * times are of the processor, on two of the clock, and the peer is then the better of two callers with a thread each and
 * one whose texts two threads share. Questions of 16 tokens are asked one after the other, as a server is asked: by the
 * clock, of one thread and of two that share each, beside the peer with one or two, whichever is better, and beside what it
 * takes to read the weights once. Without ONNX Runtime only the share of the core's arithmetic peak is left, which is
 * measured in the same run.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "common/bench.h"
#include "common/texts.h"
#include "embed/peer.h"
#include "infer/encoder.h"
#include "infer/tokenizer.h"

enum { TEXTS = 12, ROUNDS = 7, DIMS = 384, MAX_TOKENS = 256 };

/* Of the shape of the model, for operations a text. */
enum { LAYERS = 6, FEED_FORWARD = 1536 };

typedef struct bench {
    inf_encoder *encoders[INF_PRECISIONS]; /* NULL: of that the CPU has no fast products */
    inf_encoder *encoder;                  /* one of them */
    peer *peer;                            /* NULL: none */
    const char *graph;                     /* of the peer, that it is compared with */
    os_pool *pool;                         /* a thread beside this one */
    inf_turns *turns[2];                   /* of this thread, and of both */
    inf_turns *turn;                       /* one of them */
    anc_str texts[TEXTS];
    uint32_t ids[TEXTS][MAX_TOKENS];
    peer_text tokens[TEXTS];
    double n_tokens; /* mean */
} bench;

/* ---- input --------------------------------------------------------------------------------- */

/* The longest beginning of `text`, up to a blank, of at most `max` tokens without the special
 * ones. */
static anc_str cut(const inf_encoder *encoder, anc_str text, size_t max)
{
    anc_str best = ANC_STR_NONE;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != ' ')
            continue;
        if (inf_encoder_count_tokens(encoder, (anc_str){text.ptr, i}, max) > max)
            break;
        best = (anc_str){text.ptr, i};
    }
    return best;
}

/* Texts of nearly `max` tokens. */
static void choose(bench *b, const inf_tokenizer *tokenizer, const bench_texts *from, size_t max)
{
    size_t n = 0;
    b->n_tokens = 0;
    for (size_t i = 0; i < from->n && n < TEXTS; i++) {
        const anc_str text = cut(b->encoder, from->items[i].text, max - 2);
        const size_t count = inf_tokenizer_encode(tokenizer, text, max, b->ids[n], NULL);
        if (count + 2 < max)
            continue;
        b->texts[n] = text;
        b->tokens[n] = (peer_text){b->ids[n], count, .second = count};
        b->n_tokens += (double)count / TEXTS;
        n++;
    }
    if (n < TEXTS)
        bench_fail("only %zu texts of %zu tokens", n, max);
    if (b->peer != NULL && !peer_texts(b->peer, b->tokens, TEXTS))
        bench_fail("the peer takes no texts");
}

static void encode(bench *b, size_t i, float *out)
{
    anc_err err = {0};
    bench_must(inf_encoder_encode(b->encoder, INF_PASSAGE, &b->texts[i], 1, NULL, (inf_check){0},
                                  out, NULL, &err),
               &err);
}

/* A peer that computes something else is none. */
static void compare_vectors(bench *b, double at_least)
{
    for (size_t i = 0; i < TEXTS; i++) {
        float ours[DIMS], peers[DIMS];
        encode(b, i, ours);
        if (!peer_vector(b->peer, &b->tokens[i], peers, DIMS))
            bench_fail("the peer gives no vector");
        double cosine = 0;
        for (size_t d = 0; d < DIMS; d++)
            cosine += (double)ours[d] * (double)peers[d];
        if (!(cosine > at_least))
            bench_fail("text %zu: cosine %.5f between our vector and the peer's", i, cosine);
    }
}

/* ---- the sides ----------------------------------------------------------------------------- */

static double ms_ours(void *arg)
{
    bench *b = arg;
    float out[DIMS];
    const double start = bench_cpu_seconds();
    for (size_t i = 0; i < TEXTS; i++)
        encode(b, i, out);
    return (bench_cpu_seconds() - start) * 1e3 / TEXTS;
}

static double ms_peers(void *arg)
{
    const bench *b = arg;
    double seconds = 0;
    if (!peer_run(b->peer, &seconds))
        bench_fail("the peer ended");
    return seconds * 1e3 / TEXTS;
}

/* The clock's time, on this thread and the pool's. */
static double ms_of_two(void *arg)
{
    bench *b = arg;
    static float out[TEXTS * DIMS];
    anc_err err = {0};
    const double start = bench_seconds();
    bench_must(inf_encoder_encode(b->encoder, INF_PASSAGE, b->texts, TEXTS, b->pool, (inf_check){0},
                                  out, NULL, &err),
               &err);
    return (bench_seconds() - start) * 1e3 / TEXTS;
}

/* One after the other. */
static double ms_of_questions(void *arg)
{
    bench *b = arg;
    float out[DIMS];
    anc_err err = {0};
    const inf_turn turn = {.turns = b->turn, .urgency = INF_AT_ONCE};
    const double start = bench_seconds();
    for (size_t i = 0; i < TEXTS; i++)
        bench_must(inf_encoder_encode_in_turn(b->encoder, INF_QUERY, &b->texts[i], 1, &turn, out,
                                              NULL, &err),
                   &err);
    return (bench_seconds() - start) * 1e3 / TEXTS;
}

static double ms_of_peers_way(const bench *b, unsigned threads, unsigned callers)
{
    double seconds = 0;
    if (!peer_use(b->peer, b->graph, threads) || !peer_race(b->peer, callers, &seconds))
        bench_fail("the peer ended");
    return seconds * 1e3 / TEXTS;
}

static double ms_of_peers_questions(void *arg)
{
    const double shared = ms_of_peers_way(arg, 2, 1), alone = ms_of_peers_way(arg, 1, 1);
    return shared < alone ? shared : alone;
}

static double ms_of_peers_two(void *arg)
{
    const double shared = ms_of_peers_way(arg, 2, 1), apart = ms_of_peers_way(arg, 1, 2);
    return shared < apart ? shared : apart;
}

/* Bytes of a layer's matrices as they are packed. */
static size_t weight_bytes(inf_precision precision)
{
    const size_t square = (size_t)DIMS * DIMS, wide = (size_t)DIMS * FEED_FORWARD;
    const size_t width = precision == INF_F32 ? 4 : precision == INF_BF16 ? 2 : 1;
    const size_t last = precision == INF_INT8 && inf_product_is_fast(INF_BF16) ? 2 : width;
    return LAYERS * (width * (4 * square + wide) + last * wide);
}

/* Least time of reading as many bytes as the weights have, where they lie after they were read before. */
static double ms_of_reading(inf_precision precision)
{
    const size_t n = weight_bytes(precision) / sizeof(uint64_t);
    uint64_t *words = bench_alloc(n, sizeof *words);
    double least = 1e9;
    memset(words, 1, n * sizeof *words);
    for (size_t round = 0; round < 50; round++) {
        uint64_t sum = 0;
        const double start = bench_seconds();
        for (size_t i = 0; i < n; i++)
            sum += words[i];
        bench_keep((double)sum);
        const double ms = (bench_seconds() - start) * 1e3;
        least = ms < least ? ms : least;
    }
    free(words);
    return least;
}

/* Operations of the matrix products of one text. */
static double operations(double tokens)
{
    const double matrices = 2.0 * (4.0 * DIMS * DIMS + 2.0 * DIMS * FEED_FORWARD);
    const double attention = 4.0 * tokens * DIMS;
    return LAYERS * tokens * (matrices + attention);
}

static double gflops_ours(void *arg)
{
    const bench *b = arg;
    return operations(b->n_tokens) / (ms_ours(arg) * 1e6);
}

static uint64_t (*exertion_of(inf_precision precision))(size_t)
{
    return precision == INF_F32 ? inf_kernels_best()->exert : inf_product_best(precision)->exert;
}

/* From registers alone. */
static double gflops_peak(void *arg)
{
    enum { STEPS = 400000 };
    const bench *b = arg;
    const double start = bench_cpu_seconds();
    const uint64_t done = exertion_of(inf_encoder_about(b->encoder).precision)(STEPS);
    return (double)done / (bench_cpu_seconds() - start) / 1e9;
}

/* What is compared: our precision with a graph of the peer. */
static const struct {
    const char *name;
    const char *graph, *peer;
    double at_least; /* cosine between the two */
} pairs[INF_PRECISIONS] = {
    [INF_F32] = {"fp32", "fp32", "ONNX Runtime fp32", 0.999},
    [INF_BF16] = {"bf16", "fp32", "ONNX Runtime fp32", 0.99},
    [INF_INT8] = {"int8", "int8", "ONNX Runtime int8", 0.9},
};

static void run_times(bench *b, size_t max, inf_precision precision)
{
    char figure[64];
    (void)snprintf(figure, sizeof figure, "embed: %s, %zu tokens", pairs[precision].name, max);
    b->encoder = b->encoders[precision];
    if (b->peer != NULL) {
        if (!peer_use(b->peer, pairs[precision].graph, 1))
            bench_fail("the peer has no %s", pairs[precision].graph);
        compare_vectors(b, pairs[precision].at_least);
    }
    bench_run(&(bench_figure){.name = figure,
                              .unit = "ms/text",
                              .less_is_better = true,
                              .peer = b->peer != NULL ? pairs[precision].peer : NULL,
                              .run_ours = ms_ours,
                              .run_peers = b->peer != NULL ? ms_peers : NULL,
                              .arg = b,
                              .rounds = ROUNDS});
}

/* Texts together on two threads. */
static void run_race(bench *b, size_t max, inf_precision precision)
{
    char figure[64];
    (void)snprintf(figure, sizeof figure, "embed: %s, %zu tokens, 12 texts, two threads",
                   pairs[precision].name, max);
    b->encoder = b->encoders[precision];
    b->graph = pairs[precision].graph;
    bench_run(&(bench_figure){.name = figure,
                              .unit = "ms/text",
                              .less_is_better = true,
                              .peer = b->peer != NULL ? pairs[precision].peer : NULL,
                              .run_ours = ms_of_two,
                              .run_peers = b->peer != NULL ? ms_of_peers_two : NULL,
                              .arg = b,
                              .rounds = ROUNDS});
}

/* Questions one after the other, by one thread and by two. */
static void run_questions(bench *b, size_t max, inf_precision precision)
{
    char figure[64];
    double ms[ROUNDS];
    b->encoder = b->encoders[precision];
    b->graph = pairs[precision].graph;
    for (size_t threads = 1; threads <= 2; threads++) {
        (void)snprintf(figure, sizeof figure, "embed: %s, %zu tokens, one text, %s",
                       pairs[precision].name, max, threads == 1 ? "one thread" : "two threads");
        b->turn = b->turns[threads - 1];
        bench_run(&(bench_figure){.name = figure,
                                  .unit = "ms/text",
                                  .less_is_better = true,
                                  .peer = b->peer != NULL ? pairs[precision].peer : NULL,
                                  .run_ours = ms_of_questions,
                                  .run_peers = b->peer != NULL ? ms_of_peers_questions : NULL,
                                  .arg = b,
                                  .rounds = ROUNDS});
    }
    for (size_t i = 0; i < ROUNDS; i++)
        ms[i] = ms_of_questions(b);
    (void)snprintf(figure, sizeof figure, "embed: %s, %zu tokens, two threads, of the limit",
                   pairs[precision].name, max);
    bench_print(&(bench_figure){.name = figure,
                                .unit = "ms/text",
                                .less_is_better = true,
                                .peer = "the weights read once"},
                bench_median(ms, ROUNDS), ms_of_reading(precision));
}

static void run_arithmetic(bench *b, inf_precision precision)
{
    char figure[64], peak[64];
    b->encoder = b->encoders[precision];
    (void)snprintf(figure, sizeof figure, "embed: arithmetic at 128 tokens, %s",
                   pairs[precision].name);
    (void)snprintf(peak, sizeof peak, "%s peak of a core", inf_encoder_about(b->encoder).product);
    bench_run(&(bench_figure){.name = figure,
                              .unit = "Gop/s",
                              .peer = peak,
                              .run_ours = gflops_ours,
                              .run_peers = gflops_peak,
                              .arg = b,
                              .rounds = ROUNDS});
}

static void open_turns(bench *b)
{
    anc_err err = {0};
    bench_must(os_pool_open("bench", 1, 1, &b->pool, &err), &err);
    for (unsigned i = 0; i < 2; i++) {
        const inf_turns_options with = {.at_once = i + 1, .most_calls = 1, .pool = b->pool};
        bench_must(inf_turns_open(&with, &b->turns[i], &err), &err);
    }
}

static void open_encoders(bench *b, anc_str folder)
{
    anc_err err = {0};
    for (inf_precision p = INF_F32; p < INF_PRECISIONS; p++) {
        const inf_encoder_options with = {.precision = p};
        if (p == INF_F32 || inf_product_is_fast(p))
            bench_must(inf_encoder_open(folder, &with, &b->encoders[p], &err), &err);
    }
    b->encoder = b->encoders[INF_F32];
    if (inf_encoder_about(b->encoder).dims != DIMS ||
        inf_encoder_about(b->encoder).layers != LAYERS)
        bench_fail("the model is not all-MiniLM-L6-v2");
}

int main(void)
{
    static bench b;
    anc_err err = {0};
    anc_arena *mem = anc_arena_new((size_t)1 << 30);
    if (mem == NULL)
        bench_fail("no memory");
    bench_texts texts = {0};
    bench_read_texts(mem, "scifact/corpus.jsonl", &texts);
    const anc_str folder = bench_model(mem);
    inf_tokenizer *tokenizer;
    bench_must(inf_tokenizer_open(folder, &tokenizer, &err), &err);
    open_encoders(&b, folder);
    b.peer = peer_open(folder);
    open_turns(&b);
    static const size_t sizes[] = {256, 128, 16};
    for (size_t i = 0; i < ANC_COUNT(sizes); i++) {
        choose(&b, tokenizer, &texts, sizes[i]);
        for (inf_precision p = INF_F32; p < INF_PRECISIONS; p++) {
            if (b.encoders[p] == NULL)
                continue;
            run_times(&b, sizes[i], p);
            if (sizes[i] == 128 && exertion_of(p) != NULL)
                run_arithmetic(&b, p);
            if (sizes[i] == 16)
                run_questions(&b, sizes[i], p);
            else
                run_race(&b, sizes[i], p);
        }
    }
    peer_close(b.peer);
    os_pool_stop(b.pool);
    for (size_t i = 0; i < 2; i++)
        inf_turns_free(b.turns[i]);
    os_pool_free(b.pool);
    for (inf_precision p = INF_F32; p < INF_PRECISIONS; p++)
        inf_encoder_close(b.encoders[p]);
    inf_tokenizer_close(tokenizer);
    return 0;
}
