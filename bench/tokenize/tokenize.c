/* tokenize.c - texts to token ids: WordPiece and unigram on one thread, against Hugging Face's tokenizers.
 *
 * Texts are documents of SciFact, a few megabytes. WordPiece has the vocabulary of bert-base-uncased;
 * the unigram vocabulary is that of a tiny model, with the charsmap of the large ones. The peer
 * (peer.py) counts the same tokens, or nothing is compared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "common/bench.h"
#include "common/texts.h"
#include "infer/tokenizer.h"
#include "support/places.h"

enum { ROUNDS = 5, BYTES = 3 << 20, COUNT_MAX = 1 << 28 };

typedef struct bench {
    char folder[PLACE_MAX];
    inf_tokenizer *tok;
    bench_texts texts; /* the first BYTES */
    size_t bytes, tokens;
} bench;

static double ours(void *arg)
{
    bench *b = arg;
    const double start = bench_cpu_seconds();
    b->tokens = 0;
    for (size_t i = 0; i < b->texts.n; i++)
        b->tokens += inf_tokenizer_count(b->tok, b->texts.items[i].text, COUNT_MAX);
    return (double)b->bytes / (bench_cpu_seconds() - start) / 1e6;
}

/* One run of peer.py: "seconds tokens". */
static double peers(void *arg)
{
    const bench *b = arg;
    char script[PLACE_MAX], command[3 * PLACE_MAX];
    double seconds = 0;
    size_t tokens = 0;
    (void)snprintf(command, sizeof command, "\"$BENCH_PEER_PYTHON\" '%s' '%s' %d",
                   place_in_source(script, "bench/tokenize/peer.py"), b->folder, BYTES);
    FILE *out = popen(command, "r");
    if (out == NULL || fscanf(out, "%lf %zu", &seconds, &tokens) != 2 || pclose(out) != 0)
        bench_fail("the peer does not count");
    if (tokens != b->tokens)
        bench_fail("%s: %zu tokens, the peer's %zu", b->folder, b->tokens, tokens);
    return (double)b->bytes / seconds / 1e6;
}

static void run(bench *b, const char *kind, const char *folder)
{
    char figure[64];
    anc_err err = {0};
    const char *python = getenv("BENCH_PEER_PYTHON");
    const bool peer = python != NULL && *python != '\0';
    if (place_in_data(b->folder, folder) == NULL)
        return;
    (void)snprintf(figure, sizeof figure, "tokenize: %s", kind);
    bench_must(inf_tokenizer_open(anc_str_of(b->folder), &b->tok, &err), &err);
    bench_run(&(bench_figure){.name = figure,
                              .unit = "MB/s",
                              .peer = peer ? "Hugging Face tokenizers" : NULL,
                              .run_ours = ours,
                              .run_peers = peer ? peers : NULL,
                              .arg = b,
                              .rounds = ROUNDS});
    inf_tokenizer_close(b->tok);
}

int main(void)
{
    static bench b;
    anc_arena *mem = anc_arena_new((size_t)1 << 30);
    if (mem == NULL)
        bench_fail("no memory");
    bench_read_texts(mem, "scifact/corpus.jsonl", &b.texts);
    size_t n = 0;
    while (n < b.texts.n && b.bytes < BYTES)
        b.bytes += b.texts.items[n++].text.len;
    b.texts.n = n;
    run(&b, "WordPiece", "bert-base-uncased");
    run(&b, "unigram", "tiny-models/xlm-roberta-cls");
    anc_arena_free(mem);
    return 0;
}
