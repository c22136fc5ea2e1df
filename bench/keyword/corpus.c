/* corpus.c - makes passages of the shared collections, and reads what it made. */
#include "keyword/corpus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "common/bench.h"
#include "common/texts.h"

/* ---- files ------------------------------------------------------------------------------------ */

static FILE *open_file(const char *folder, const char *name, const char *mode)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, mode);
    if (f == NULL)
        bench_fail("%s: %s", path, strerror(errno));
    return f;
}

static void close_file(FILE *f)
{
    if (ferror(f) != 0 || fclose(f) != 0)
        bench_fail("a file of the corpus: %s", strerror(errno));
}

static char *read_file(const char *folder, const char *name, size_t *ret_bytes)
{
    FILE *f = open_file(folder, name, "rb");
    (void)fseek(f, 0, SEEK_END);
    const long n = ftell(f);
    rewind(f);
    char *bytes = bench_alloc((size_t)n + 1, 1);
    if (n < 0 || fread(bytes, 1, (size_t)n, f) != (size_t)n)
        bench_fail("%s/%s cannot be read", folder, name);
    (void)fclose(f);
    *ret_bytes = (size_t)n;
    return bytes;
}

static void put(FILE *f, const uint32_t *numbers, size_t n)
{
    if (fwrite(numbers, sizeof *numbers, n, f) != n)
        bench_fail("the corpus cannot be written: %s", strerror(errno));
}

/* ---- making ----------------------------------------------------------------------------------- */

typedef struct numbers {
    uint32_t *items;
    size_t n, cap;
} numbers;

/* A run of words of one text. */
typedef struct window {
    size_t first, n; /* of the words of all windows */
    size_t text;     /* which it is cut from */
} window;

typedef struct maker {
    anc_arena *mem;
    anc_map *known; /* word to number */
    FILE *vocabulary;
    numbers words;             /* of all titles and sentences, one after the other */
    window *titles;            /* [n_texts] */
    window *sentences, *pairs; /* sentences, and two that follow each other */
    size_t n_texts, n_sentences, n_pairs, cap;
} maker;

static uint64_t seed = 20260829;

static size_t chance(size_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)((seed >> 33) % n);
}

static uint32_t number_of(maker *m, anc_str word)
{
    uint64_t number = 0;
    if (anc_map_find(m->known, word, &number))
        return (uint32_t)number;
    number = anc_map_count(m->known);
    if (!anc_map_put(m->known, word, number))
        bench_fail("no memory for a word");
    (void)fprintf(m->vocabulary, "%.*s\n", ANC_FMT(word));
    return (uint32_t)number;
}

static window take(maker *m, anc_str text, size_t which)
{
    const bench_words words = bench_words_of(m->mem, text);
    const window w = {m->words.n, words.n, which};
    for (size_t i = 0; i < words.n; i++) {
        if (m->words.n == m->words.cap) {
            m->words.cap = 2 * m->words.cap + 4096;
            m->words.items = realloc(m->words.items, m->words.cap * sizeof *m->words.items);
            if (m->words.items == NULL)
                bench_fail("no memory for the words");
        }
        m->words.items[m->words.n++] = number_of(m, words.items[i]);
    }
    anc_arena_reset(m->mem);
    return w;
}

/* Behind the next '.', '?' or '!' that a blank follows, or the end. */
static size_t sentence_end(anc_str text, size_t at)
{
    for (; at + 1 < text.len; at++)
        if (strchr(".?!", text.ptr[at]) != NULL && text.ptr[at + 1] == ' ')
            return at + 1;
    return text.len;
}

static void cut(maker *m, const bench_text *text, size_t which)
{
    bool follows = false;
    m->titles[which] = take(m, text->title, which);
    for (size_t at = 0, end; at < text->text.len; at = end) {
        end = sentence_end(text->text, at);
        const window w = take(m, anc_str_sub(text->text, at, end - at), which);
        if (w.n == 0)
            continue;
        if (m->n_sentences == m->cap) {
            m->cap = 2 * m->cap + 4096;
            m->sentences = realloc(m->sentences, m->cap * sizeof *m->sentences);
            m->pairs = realloc(m->pairs, m->cap * sizeof *m->pairs);
            if (m->sentences == NULL || m->pairs == NULL)
                bench_fail("no memory for the sentences");
        }
        if (follows) {
            const window *last = &m->sentences[m->n_sentences - 1];
            m->pairs[m->n_pairs++] = (window){last->first, last->n + w.n, which};
        }
        m->sentences[m->n_sentences++] = w;
        follows = true;
    }
}

static void write_passages(maker *m, size_t n, const char *folder)
{
    FILE *f = open_file(folder, "passages", "wb");
    for (size_t i = 0; i < n; i++) {
        const window *pair = &m->pairs[chance(m->n_pairs)];
        const window parts[] = {m->titles[pair->text], *pair, m->sentences[chance(m->n_sentences)]};
        uint32_t head[2] = {(uint32_t)parts[0].n, 0};
        for (size_t p = 0; p < ANC_COUNT(parts); p++)
            head[1] += (uint32_t)parts[p].n;
        if (head[1] > CORPUS_MAX_PASSAGE) {
            i--;
            continue;
        }
        put(f, head, 2);
        for (size_t p = 0; p < ANC_COUNT(parts); p++)
            put(f, m->words.items + parts[p].first, parts[p].n);
    }
    close_file(f);
}

/* The first `n` distinct words of a question that a passage may have; false when it has fewer. */
static bool make_query(maker *m, anc_str question, unsigned n, uint32_t *ret)
{
    unsigned found = 0;
    const bench_words words = bench_words_of(m->mem, question);
    for (size_t i = 0; i < words.n && found < n; i++) {
        uint64_t number = 0;
        bool is_new = anc_map_find(m->known, words.items[i], &number);
        for (unsigned k = 0; is_new && k < found; k++)
            is_new = ret[k] != (uint32_t)number;
        if (is_new)
            ret[found++] = (uint32_t)number;
    }
    anc_arena_reset(m->mem);
    return found == n;
}

/* Questions of the collections by turns, from the start of each. */
static void write_queries(maker *m, const bench_texts *from, size_t n_from, const char *folder)
{
    for (size_t length = 0; length < CORPUS_LENGTHS; length++) {
        const unsigned words = corpus_words_of(length);
        char name[32];
        (void)snprintf(name, sizeof name, "queries-%u", words);
        FILE *f = open_file(folder, name, "wb");
        size_t n = 0, left = 1;
        for (size_t i = 0; left > 0 && n < CORPUS_QUERIES; i++) {
            left = 0;
            for (size_t c = 0; c < n_from && n < CORPUS_QUERIES; c++) {
                uint32_t query[CORPUS_MAX_WORDS];
                if (i >= from[c].n)
                    continue;
                left++;
                if (!make_query(m, from[c].items[i].text, words, query))
                    continue;
                put(f, query, words);
                n++;
            }
        }
        close_file(f);
    }
}

void corpus_make(size_t n_passages, const char *folder)
{
    static const char *const collections[] = {"scifact", "squad-dev-a", "cranfield"};
    maker m = {.mem = anc_arena_new(64 << 20), .known = anc_map_new()};
    anc_arena *texts_mem = anc_arena_new((size_t)1 << 30);
    bench_texts texts = {0}, questions[ANC_COUNT(collections)] = {0};
    if (m.mem == NULL || m.known == NULL || texts_mem == NULL)
        bench_fail("no memory");
    for (size_t c = 0; c < ANC_COUNT(collections); c++) {
        char file[64];
        (void)snprintf(file, sizeof file, "%s/corpus.jsonl", collections[c]);
        bench_read_texts(texts_mem, file, &texts);
        (void)snprintf(file, sizeof file, "%s/queries.jsonl", collections[c]);
        bench_read_texts(texts_mem, file, &questions[c]);
    }
    m.vocabulary = open_file(folder, "vocabulary", "wb");
    m.n_texts = texts.n;
    m.titles = bench_alloc(texts.n, sizeof *m.titles);
    for (size_t i = 0; i < texts.n; i++)
        cut(&m, &texts.items[i], i);
    close_file(m.vocabulary);
    write_queries(&m, questions, ANC_COUNT(questions), folder);
    write_passages(&m, n_passages, folder);
}

/* ---- reading ---------------------------------------------------------------------------------- */

static void read_words(const char *folder, corpus *c)
{
    size_t bytes;
    char *text = read_file(folder, "vocabulary", &bytes);
    for (size_t i = 0; i < bytes; i++)
        c->n_words += text[i] == '\n' ? 1 : 0;
    c->words = bench_alloc(c->n_words, sizeof *c->words);
    for (size_t i = 0; i < c->n_words; i++) {
        char *end = strchr(text, '\n');
        c->words[i] = (anc_str){text, (size_t)(end - text)};
        text = end + 1;
    }
}

corpus corpus_read(const char *folder)
{
    corpus c = {0};
    size_t bytes;
    read_words(folder, &c);
    const uint32_t *at = (const uint32_t *)(const void *)read_file(folder, "passages", &bytes);
    const uint32_t *const end = at + bytes / sizeof *at;
    for (const uint32_t *p = at; p < end; p += 2 + p[1])
        c.n_passages++;
    c.passages = bench_alloc(c.n_passages, sizeof *c.passages);
    for (size_t i = 0; i < c.n_passages; i++, at += 2 + at[1])
        c.passages[i] = (corpus_passage){at[0], at[1], at + 2};
    for (size_t length = 0; length < CORPUS_LENGTHS; length++) {
        char name[32];
        (void)snprintf(name, sizeof name, "queries-%u", corpus_words_of(length));
        c.queries[length] = (const uint32_t *)(const void *)read_file(folder, name, &bytes);
        c.n_queries[length] = bytes / sizeof(uint32_t) / corpus_words_of(length);
    }
    return c;
}

void corpus_write_hits(const char *folder, const char *name, unsigned words, const uint32_t *hits,
                       size_t n_queries, size_t top)
{
    char file[64];
    (void)snprintf(file, sizeof file, "%s-%u", name, words);
    FILE *f = open_file(folder, file, "w");
    for (size_t q = 0; q < n_queries; q++)
        for (size_t i = 0; i < top; i++)
            (void)fprintf(f, "%u%c", hits[q * top + i], i + 1 < top ? ' ' : '\n');
    close_file(f);
}
