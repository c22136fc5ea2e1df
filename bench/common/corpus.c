/* corpus.c - passages made of windows over real ones, and the questions of the collections. */
#include "common/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "common/bench.h"
#include "engine/mixture.h"

static const anc_str everybody = ANC_STR_INIT("public");

static uint32_t chance(corpus *c, uint32_t below)
{
    c->seed = c->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(c->seed >> 33) % below;
}

static void read_words(corpus *c, anc_arena *mem)
{
    const char *const paths[] = {"scifact/corpus.jsonl", "squad-dev-a/corpus.jsonl",
                                 "cranfield/corpus.jsonl"};
    for (size_t p = 0; p < ANC_COUNT(paths); p++) {
        bench_texts texts = {0};
        bench_read_texts(mem, paths[p], &texts);
        for (size_t i = 0; i < texts.n; i++) {
            const bench_words more = bench_words_of(mem, texts.items[i].text);
            c->words.items =
                realloc(c->words.items, (c->words.n + more.n + 1) * sizeof *c->words.items);
            if (c->words.items == NULL)
                bench_fail("no memory");
            if (more.n > 0)
                memcpy(c->words.items + c->words.n, more.items, more.n * sizeof *more.items);
            c->words.n += more.n;
        }
    }
}

static void read_questions(corpus *c, anc_arena *mem)
{
    enum { MOST = 2000 };
    bench_texts texts = {0};
    bench_read_texts(mem, "scifact/queries.jsonl", &texts);
    bench_read_texts(mem, "squad-dev-a/queries.jsonl", &texts);
    c->questions = bench_alloc(MOST, sizeof *c->questions);
    const size_t step = texts.n > MOST ? texts.n / MOST : 1;
    for (size_t i = 0; i < texts.n && c->n_questions < MOST; i += step) {
        const bench_words words = bench_words_of(mem, texts.items[i].text);
        if (words.n > 0 && words.n <= CORPUS_TERMS)
            c->questions[c->n_questions++] = words;
    }
    c->asked = bench_alloc(c->n_questions * CORPUS_DIMS, sizeof *c->asked);
    mixture_make(2, c->n_questions, CORPUS_DIMS, c->asked);
}

void corpus_make(anc_arena *mem, size_t n, corpus *ret)
{
    *ret = (corpus){.n = n, .seed = 1};
    read_words(ret, mem);
    read_questions(ret, mem);
    ret->vectors = bench_alloc(n * CORPUS_DIMS, sizeof *ret->vectors);
    mixture_make(1, n, CORPUS_DIMS, ret->vectors);
}

static void add_chunk(corpus *c, eng_load *load, uint32_t ordinal, size_t at)
{
    anc_err err = {0};
    eng_term terms[CORPUS_WORDS];
    const size_t from = chance(c, (uint32_t)(c->words.n - CORPUS_WORDS));
    for (uint32_t i = 0; i < CORPUS_WORDS; i++)
        terms[i] = (eng_term){.text = c->words.items[from + i],
                              .place = ENG_TEXT,
                              .position = i,
                              .form = c->words.items[from + i]};
    const eng_chunk chunk = {.ordinal = ordinal,
                             .terms = terms,
                             .n_terms = CORPUS_WORDS,
                             .vector = c->vectors + at % c->n * CORPUS_DIMS};
    bench_must(eng_load_add(load, &chunk, &err), &err);
}

void corpus_publish(corpus *c, eng_index *index, size_t number)
{
    anc_err err = {0};
    char key[32];
    const int len = snprintf(key, sizeof key, "document-%zu", number);
    const eng_field field = {.name = ANC_STR("year"),
                             .value = {.kind = ENG_INT, .integer = 1990 + (int64_t)(number % 30)}};
    const eng_document d = {.key = {key, (size_t)len},
                            .version = 1,
                            .fields = &field,
                            .n_fields = 1,
                            .labels = &everybody,
                            .n_labels = 1};
    eng_load *load;
    bench_must(eng_load_open(index, &d, &load, &err), &err);
    for (uint32_t i = 0; i < CORPUS_CHUNKS; i++)
        add_chunk(c, load, i, number * CORPUS_CHUNKS + i);
    bench_must(eng_publish(index, load, &err), &err);
}

eng_query corpus_query(const corpus *c, size_t i, uint32_t k, eng_query_term terms[CORPUS_TERMS])
{
    const bench_words *words = &c->questions[i % c->n_questions];
    for (size_t t = 0; t < words->n; t++)
        terms[t] = (eng_query_term){.text = words->items[t], .weight = 1};
    return (eng_query){.terms = terms,
                       .n_terms = words->n,
                       .vector = c->asked + i % c->n_questions * CORPUS_DIMS,
                       .dims = CORPUS_DIMS,
                       .labels = &everybody,
                       .n_labels = 1,
                       .k_keyword = k,
                       .k_semantic = k};
}
