/* keyword.c - BM25 top 10 of lib/engine beside Xapian, Lucene and SQLite FTS5, over the same words.
 *
 * Passages are made of real text: SciFact, squad-dev-a and Cranfield are cut into sentences; a passage is the title of a
 * text, two sentences of it that follow each other, and one sentence of any text, drawn evenly with a fixed seed: some
 * 60 words as they are written. So each word is about as frequent, and as often beside its neighbours, as in the
 * collections. Every engine gets the same prepared words (stems, no stop words), one field, and the same queries: an OR
 * of the first 2, 4 or 8 words of real questions. One passage in a hundred is deleted after all are in one segment.
 *
 * keyword.py runs this program and its peers and prints the figures; a program prints lines
 *
 *   memory R         passages a second into an index in memory, all visible
 *   index R          passages a second until they are one segment, kept and synced
 *   bytes N          of the postings
 *   query L R p50 p99    queries a second of L words, and microseconds of one
 *
 * each by the processor time of one thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "common/bench.h"
#include "engine/engine.h"
#include "keyword/corpus.h"
#include "keyword/fts.h"
#include "os/file.h"

enum { TOP = 10, ROUNDS = 5, INDEX_ROUNDS = 3, TOGETHER = 16384, DELETED_EVERY = 100 };

static const anc_str everybody = ANC_STR_INIT("public");

static anc_str key_of(size_t passage, char ret[24])
{
    (void)snprintf(ret, 24, "%zu", passage);
    return anc_str_of(ret);
}

static uint32_t passage_of(anc_str key)
{
    uint32_t n = 0;
    for (size_t i = 0; i < key.len; i++)
        n = n * 10 + (uint32_t)(key.ptr[i] - '0');
    return n;
}

/* ---- loading ---------------------------------------------------------------------------------- */

static void add(const corpus *c, const corpus_passage *p, eng_load *load)
{
    static eng_term terms[CORPUS_MAX_PASSAGE];
    anc_err err = {0};
    for (uint32_t i = 0; i < p->n; i++)
        terms[i] = (eng_term){.text = c->words[p->words[i]],
                              .place = i < p->n_title ? ENG_TITLE : ENG_TEXT,
                              .position = i < p->n_title ? i : i - p->n_title};
    bench_must(eng_load_add(load, &(eng_chunk){.terms = terms, .n_terms = p->n}, &err), &err);
}

static void publish_all(const corpus *c, eng_index *index)
{
    anc_err err = {0};
    eng_load *load = NULL;
    char key[24];
    for (size_t i = 0; i < c->n_passages; i++) {
        const eng_document d = {
            .key = key_of(i, key), .version = 1, .labels = &everybody, .n_labels = 1};
        bench_must(load == NULL ? eng_load_open(index, &d, &load, &err)
                                : eng_load_next(load, &d, &err),
                   &err);
        add(c, &c->passages[i], load);
        if ((i + 1) % TOGETHER == 0 || i + 1 == c->n_passages) {
            bench_must(eng_publish(index, load, &err), &err);
            load = NULL;
        }
    }
}

static double load_in_memory(const corpus *c)
{
    anc_err err = {0};
    eng_index *index;
    const double start = bench_cpu_seconds();
    bench_must(eng_index_open(&(eng_options){0}, &index, &err), &err);
    publish_all(c, index);
    const double seconds = bench_cpu_seconds() - start;
    eng_index_close(index);
    return (double)c->n_passages / seconds;
}

/* Loaded, one segment, kept. */
static eng_index *load_and_keep(const corpus *c, anc_str folder, double *ret_rate)
{
    anc_err err = {0};
    eng_index *index;
    bool did = true;
    const eng_tidy_options all = {.all = true};
    bench_must(os_folder_remove(folder, &err), &err);
    const double start = bench_cpu_seconds();
    bench_must(eng_index_open(&(eng_options){.folder = folder}, &index, &err), &err);
    publish_all(c, index);
    while (did)
        bench_must(eng_tidy(index, &all, &did, &err), &err);
    bench_must(eng_save(index, &all, &err), &err);
    *ret_rate = (double)c->n_passages / (bench_cpu_seconds() - start);
    return index;
}

static void delete_some(const corpus *c, eng_index *index)
{
    anc_err err = {0};
    char key[24];
    for (size_t i = 0; i < c->n_passages; i += DELETED_EVERY)
        bench_must(eng_delete(index, key_of(i, key), &err), &err);
}

/* ---- searching -------------------------------------------------------------------------------- */

static void ask(const corpus *c, const eng_snapshot *s, anc_arena *mem, const uint32_t *words,
                unsigned n, uint32_t *hits)
{
    anc_err err = {0};
    eng_query_term terms[CORPUS_MAX_WORDS];
    eng_result r;
    for (unsigned i = 0; i < n; i++)
        terms[i] = (eng_query_term){.text = c->words[words[i]], .weight = 1};
    const eng_query q = {
        .terms = terms, .n_terms = n, .labels = &everybody, .n_labels = 1, .k_keyword = TOP};
    bench_must(eng_search(s, &q, mem, &r, &err), &err);
    for (size_t i = 0; i < TOP; i++)
        hits[i] = i < r.n ? passage_of(r.candidates[i].document) : UINT32_MAX;
    anc_arena_reset(mem);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void search(const corpus *c, const eng_snapshot *s, size_t length, const char *folder)
{
    anc_arena *mem = anc_arena_new(64 << 20);
    const unsigned words = corpus_words_of(length);
    const size_t n = c->n_queries[length];
    uint32_t *hits = bench_alloc(n * TOP + 1, sizeof *hits);
    double rates[ROUNDS], *micros = bench_alloc(n + 1, sizeof *micros);
    if (mem == NULL || n == 0)
        bench_fail("no memory, or no query of %u words", words);
    for (size_t r = 0; r <= ROUNDS; r++) { /* the first one warms up */
        const double start = bench_cpu_seconds();
        for (size_t q = 0; q < n; q++) {
            const double before = bench_cpu_seconds();
            ask(c, s, mem, c->queries[length] + q * words, words, hits + q * TOP);
            micros[q] = (bench_cpu_seconds() - before) * 1e6;
        }
        rates[r > 0 ? r - 1 : 0] = (double)n / (bench_cpu_seconds() - start);
    }
    qsort(micros, n, sizeof *micros, ascending);
    printf("query %u %.1f %.1f %.1f\n", words, bench_median(rates, ROUNDS), micros[n / 2],
           micros[n * 99 / 100]);
    (void)fflush(stdout);
    corpus_write_hits(folder, "ours", words, hits, n, TOP);
    anc_arena_free(mem);
}

static void search_all(const corpus *c, eng_index *index, const char *folder)
{
    delete_some(c, index);
    eng_snapshot *s = eng_snapshot_acquire(index);
    for (size_t length = 0; length < CORPUS_LENGTHS; length++)
        search(c, s, length, folder);
    eng_snapshot_release(s);
    eng_index_close(index);
}

static void run(const char *folder)
{
    const corpus c = corpus_read(folder);
    double rates[INDEX_ROUNDS];
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/ours-index", folder);
    for (size_t r = 0; r < INDEX_ROUNDS; r++)
        rates[r] = load_in_memory(&c);
    printf("memory %.1f\n", bench_median(rates, INDEX_ROUNDS));
    (void)fflush(stdout);
    eng_index *index = NULL;
    for (size_t r = 0; r < INDEX_ROUNDS; r++) {
        eng_index_close(index);
        index = load_and_keep(&c, anc_str_of(path), &rates[r]);
    }
    const eng_figures f = eng_stats(index);
    printf("index %.1f\nbytes %llu\npostings %llu\n", bench_median(rates, INDEX_ROUNDS),
           (unsigned long long)f.posting_bytes, (unsigned long long)f.postings);
    (void)fflush(stdout);
    search_all(&c, index, folder);
}

/* What `run` left in the folder, searched. */
static void search_again(const char *folder)
{
    anc_err err = {0};
    eng_index *index;
    const corpus c = corpus_read(folder);
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/ours-index", folder);
    bench_must(eng_index_open(&(eng_options){.folder = anc_str_of(path)}, &index, &err), &err);
    search_all(&c, index, folder);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "make") == 0) {
        corpus_make(strtoul(argv[2], NULL, 10), argv[3]);
    } else if (argc == 3 && strcmp(argv[1], "ours") == 0) {
        run(argv[2]);
    } else if (argc == 3 && strcmp(argv[1], "search") == 0) {
        search_again(argv[2]);
    } else if (argc == 3 && strcmp(argv[1], "fts") == 0) {
        const corpus c = corpus_read(argv[2]);
        fts_run(&c, argv[2]);
    } else {
        bench_fail("bench_keyword make <n> <folder> | ours|search|fts <folder>");
    }
    return 0;
}
