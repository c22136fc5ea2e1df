/* rerank.c - 30 pairs of 128 tokens through a cross-encoder of MiniLM's shape against ONNX Runtime, on one thread.
 *
 * Pairs are questions of SciFact with its passages, cut at 128 tokens. Ours gets the texts, so it pays for the tokenizer;
 * the peer gets token ids and types, and runs the same graph from the same weights (bench/embed/peer.py), in fp32 and in its
 * int8. Before anything is timed the scores of both are compared. Without ONNX Runtime our times alone are printed.
 */
#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "common/bench.h"
#include "common/texts.h"
#include "embed/peer.h"
#include "infer/encoder.h"
#include "infer/tokenizer.h"
#include "os/file.h"
#include "rerank/cross_encoder.h"

enum { PAIRS = 30, ROUNDS = 7, MAX_TOKENS = 128 };

typedef struct bench {
    inf_encoder *encoder;
    peer *peer; /* NULL: none */
    inf_pair pairs[PAIRS];
    uint32_t ids[PAIRS][MAX_TOKENS];
    peer_text tokens[PAIRS];
} bench;

/* Pairs that fill the window. */
static void choose(bench *b, const inf_tokenizer *tokenizer, const bench_texts *questions,
                   const bench_texts *passages)
{
    size_t n = 0;
    for (size_t i = 0; i < questions->n && i < passages->n && n < PAIRS; i++) {
        uint8_t types[MAX_TOKENS];
        bool cut = false;
        const inf_pair pair = {questions->items[i].text, passages->items[i].text};
        const size_t count = inf_tokenizer_encode_pair(tokenizer, pair.query, pair.passage,
                                                       MAX_TOKENS, b->ids[n], types, &cut);
        size_t second = 0;
        while (second < count && types[second] == 0)
            second++;
        if (!cut)
            continue;
        b->pairs[n] = pair;
        b->tokens[n] = (peer_text){b->ids[n], count, second};
        n++;
    }
    if (n < PAIRS)
        bench_fail("only %zu pairs of %d tokens", n, MAX_TOKENS);
}

static void score(bench *b, float out[PAIRS])
{
    anc_err err = {0};
    bench_must(
        inf_encoder_score(b->encoder, b->pairs, PAIRS, NULL, (inf_check){0}, out, NULL, &err),
        &err);
}

/* A peer that computes something else is none: the correlation of the scores. */
static void compare_scores(bench *b, double at_least)
{
    float ours[PAIRS], peers[PAIRS];
    double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
    score(b, ours);
    for (size_t i = 0; i < PAIRS; i++) {
        if (!peer_vector(b->peer, &b->tokens[i], &peers[i], 1))
            bench_fail("the peer gives no score");
        x += (double)ours[i] / PAIRS;
        y += (double)peers[i] / PAIRS;
    }
    for (size_t i = 0; i < PAIRS; i++) {
        xx += ((double)ours[i] - x) * ((double)ours[i] - x);
        yy += ((double)peers[i] - y) * ((double)peers[i] - y);
        xy += ((double)ours[i] - x) * ((double)peers[i] - y);
    }
    if (!(xy / sqrt(xx * yy) > at_least))
        bench_fail("correlation %.4f between our scores and the peer's", xy / sqrt(xx * yy));
}

static double ms_ours(void *arg)
{
    float out[PAIRS];
    const double start = bench_cpu_seconds();
    score(arg, out);
    bench_keep((double)out[0]);
    return (bench_cpu_seconds() - start) * 1e3;
}

static double ms_peers(void *arg)
{
    const bench *b = arg;
    double seconds = 0;
    if (!peer_run(b->peer, &seconds))
        bench_fail("the peer ended");
    return seconds * 1e3;
}

static void run_precision(bench *b, anc_str folder, inf_precision precision, const char *graph,
                          double at_least)
{
    anc_err err = {0};
    char figure[64], name[64];
    const inf_encoder_options options = {.precision = precision};
    bench_must(inf_encoder_open(folder, &options, &b->encoder, &err), &err);
    (void)snprintf(figure, sizeof figure, "rerank: %s, %d pairs of %d tokens",
                   inf_precision_name(precision), PAIRS, MAX_TOKENS);
    (void)snprintf(name, sizeof name, "ONNX Runtime %s", graph);
    if (b->peer != NULL) {
        if (!peer_use(b->peer, graph, 1) || !peer_texts(b->peer, b->tokens, PAIRS))
            bench_fail("the peer has no %s", graph);
        compare_scores(b, at_least);
    }
    bench_run(&(bench_figure){.name = figure,
                              .unit = "ms",
                              .less_is_better = true,
                              .peer = b->peer != NULL ? name : NULL,
                              .run_ours = ms_ours,
                              .run_peers = b->peer != NULL ? ms_peers : NULL,
                              .arg = b,
                              .rounds = ROUNDS});
    inf_encoder_close(b->encoder);
}

int main(void)
{
    static bench b;
    anc_err err = {0};
    anc_arena *mem = anc_arena_new((size_t)1 << 30);
    if (mem == NULL)
        bench_fail("no memory");
    bench_texts passages = {0}, questions = {0};
    bench_read_texts(mem, "scifact/corpus.jsonl", &passages);
    bench_read_texts(mem, "scifact/queries.jsonl", &questions);
    const anc_str folder = cross_encoder_make(mem, bench_model(mem));
    const anc_str window = os_path_join(mem, folder, ANC_STR("sentence_bert_config.json"));
    bench_must(os_file_replace(window, ANC_STR("{\"max_seq_length\": 128}\n"), &err), &err);
    inf_tokenizer *tokenizer;
    bench_must(inf_tokenizer_open(folder, &tokenizer, &err), &err);
    choose(&b, tokenizer, &questions, &passages);
    inf_tokenizer_close(tokenizer);
    b.peer = peer_open(folder);
    run_precision(&b, folder, INF_F32, "fp32", 0.9999);
    run_precision(&b, folder, INF_BF16, "fp32", 0.99);
    run_precision(&b, folder, INF_INT8, "int8", 0.5);
    peer_close(b.peer);
    bench_must(os_folder_remove(folder, &err), &err);
    anc_arena_free(mem);
    return 0;
}
