/* keyword.c - BM25 top 10 of lib/engine against SQLite FTS5, over the same words.
 *
 * Passages are those of SciFact and of squad-dev-a, as prepared words (stems, no stop words).
 * Both engines get the same words and the same queries: an OR of the first 2, 4 or 8 words of real
 * questions. FTS5 is at its best: in memory, contentless, its ASCII tokenizer (there is nothing
 * left to fold), one transaction, optimised into one segment before it is asked, statements
 * prepared. Everything runs on one thread. The formulae differ in the idf; some 97 in 100 of the hits
 * are the same.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "common/bench.h"
#include "common/texts.h"
#include "engine/engine.h"

enum {
    TOP = 10,
    QUERIES = 400, /* of one length, in one round */
    MAX_WORDS = 8,
    ROUNDS = 5,
    INDEX_ROUNDS = 3,
    MATCH_MAX_BYTES = 1024
};

typedef struct passage {
    anc_str key;
    eng_chunk chunk;
    anc_str joined; /* the words with blanks between, for FTS5 */
} passage;

typedef struct query {
    eng_query_term terms[MAX_WORDS];
    char match[MATCH_MAX_BYTES]; /* "w" OR "w" … */
} query;

typedef struct bench {
    passage *passages; /* [n_passages] */
    size_t n_passages;
    size_t together;  /* passages in one load */
    eng_index *index; /* owned */
    sqlite3 *fts;     /* owned */
    sqlite3_stmt *select;
    anc_arena *scratch;
    unsigned n_words; /* of each query */
    query *queries;   /* [n_queries] */
    size_t n_queries;
} bench;

static const anc_str everybody = ANC_STR_INIT("public");

/* ---- input --------------------------------------------------------------------------------- */

static eng_term *terms_of(anc_arena *mem, bench_words title, bench_words text)
{
    eng_term *terms = anc_arena_alloc(mem, title.n + text.n, sizeof *terms);
    if (terms == NULL)
        bench_fail("the words do not fit their arena");
    for (size_t i = 0; i < title.n; i++)
        terms[i] = (eng_term){.text = title.items[i], .place = ENG_TITLE, .position = (uint32_t)i};
    for (size_t i = 0; i < text.n; i++)
        terms[title.n + i] =
            (eng_term){.text = text.items[i], .place = ENG_TEXT, .position = (uint32_t)i};
    return terms;
}

static anc_str joined(anc_arena *mem, const eng_term *terms, size_t n)
{
    ANC_BUF(all, 1 << 20);
    for (size_t i = 0; i < n; i++)
        if (!anc_buf_add(&all, terms[i].text) || !anc_buf_add_char(&all, ' '))
            bench_fail("a passage of %zu words is too long", n);
    return anc_arena_copy(mem, anc_buf_view(&all));
}

static void prepare_passages(bench *b, anc_arena *mem)
{
    bench_texts texts = {0};
    bench_read_texts(mem, "scifact/corpus.jsonl", &texts);
    bench_read_texts(mem, "squad-dev-a/corpus.jsonl", &texts);
    b->passages = bench_alloc(texts.n, sizeof *b->passages);
    b->n_passages = texts.n;
    for (size_t i = 0; i < texts.n; i++) {
        const bench_words title = bench_words_of(mem, texts.items[i].title);
        const bench_words text = bench_words_of(mem, texts.items[i].text);
        passage *p = &b->passages[i];
        p->key = anc_arena_printf(mem, "%zu", i);
        p->chunk.terms = terms_of(mem, title, text);
        p->chunk.n_terms = title.n + text.n;
        p->joined = joined(mem, p->chunk.terms, p->chunk.n_terms);
    }
}

static bool has(const query *q, unsigned n, anc_str word)
{
    for (unsigned i = 0; i < n; i++)
        if (anc_str_eq(q->terms[i].text, word))
            return true;
    return false;
}

/* The first `n` distinct words of a question; false when it has fewer. */
static bool make_query(query *q, bench_words words, unsigned n)
{
    unsigned found = 0;
    size_t len = 0;
    for (size_t i = 0; i < words.n && found < n; i++) {
        if (has(q, found, words.items[i]))
            continue;
        len += (size_t)snprintf(q->match + len, sizeof q->match - len, "%s\"%.*s\"",
                                found > 0 ? " OR " : "", ANC_FMT(words.items[i]));
        q->terms[found++] = (eng_query_term){.text = words.items[i], .weight = 1};
    }
    return found == n;
}

/* Questions of both collections by turns, from the start of each. */
static void prepare_queries(bench *b, anc_arena *mem, const bench_texts from[2], unsigned n_words)
{
    b->n_words = n_words;
    b->n_queries = 0;
    for (size_t i = 0; i < from[0].n || i < from[1].n; i++)
        for (size_t c = 0; c < 2 && b->n_queries < QUERIES; c++) {
            query *q = &b->queries[b->n_queries];
            if (i < from[c].n && make_query(q, bench_words_of(mem, from[c].items[i].text), n_words))
                b->n_queries++;
        }
}

/* ---- ours ---------------------------------------------------------------------------------- */

static double index_ours(void *arg)
{
    bench *b = arg;
    anc_err err = {0};
    eng_index_close(b->index);
    const double start = bench_cpu_seconds();
    bench_must(eng_index_open(&(eng_options){0}, &b->index, &err), &err);
    eng_load *load = NULL;
    for (size_t i = 0; i < b->n_passages; i++) {
        const eng_document d = {
            .key = b->passages[i].key, .version = 1, .labels = &everybody, .n_labels = 1};
        bench_must(load == NULL ? eng_load_open(b->index, &d, &load, &err)
                                : eng_load_next(load, &d, &err),
                   &err);
        bench_must(eng_load_add(load, &b->passages[i].chunk, &err), &err);
        if ((i + 1) % b->together == 0 || i + 1 == b->n_passages) {
            bench_must(eng_publish(b->index, load, &err), &err);
            load = NULL;
        }
    }
    return (double)b->n_passages / (bench_cpu_seconds() - start);
}

static double search_ours(void *arg)
{
    bench *b = arg;
    anc_err err = {0};
    size_t hits = 0;
    eng_snapshot *snapshot = eng_snapshot_acquire(b->index);
    const double start = bench_cpu_seconds();
    for (size_t i = 0; i < b->n_queries; i++) {
        const eng_query q = {.terms = b->queries[i].terms,
                             .n_terms = b->n_words,
                             .labels = &everybody,
                             .n_labels = 1,
                             .k_keyword = TOP};
        eng_result result;
        bench_must(eng_search(snapshot, &q, b->scratch, &result, &err), &err);
        hits += result.n;
        anc_arena_reset(b->scratch);
    }
    const double seconds = bench_cpu_seconds() - start;
    eng_snapshot_release(snapshot);
    bench_keep((double)hits);
    return (double)b->n_queries / seconds;
}

/* ---- the peer's ---------------------------------------------------------------------------- */

static void must_sql(bench *b, int rc)
{
    if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
        bench_fail("SQLite: %s", sqlite3_errmsg(b->fts));
}

static void exec_sql(bench *b, const char *sql)
{
    must_sql(b, sqlite3_exec(b->fts, sql, NULL, NULL, NULL));
}

static double index_peers(void *arg)
{
    bench *b = arg;
    (void)sqlite3_finalize(b->select);
    (void)sqlite3_close(b->fts);
    const double start = bench_cpu_seconds();
    must_sql(b, sqlite3_open(":memory:", &b->fts));
    exec_sql(b, "CREATE VIRTUAL TABLE t USING fts5(words, content='', tokenize='ascii'); BEGIN");
    sqlite3_stmt *insert;
    must_sql(b, sqlite3_prepare_v2(b->fts, "INSERT INTO t(rowid, words) VALUES(?1, ?2)", -1,
                                   &insert, NULL));
    for (size_t i = 0; i < b->n_passages; i++) {
        must_sql(b, sqlite3_bind_int64(insert, 1, (sqlite3_int64)i));
        must_sql(b, sqlite3_bind_text(insert, 2, b->passages[i].joined.ptr,
                                      (int)b->passages[i].joined.len, SQLITE_STATIC));
        must_sql(b, sqlite3_step(insert));
        must_sql(b, sqlite3_reset(insert));
    }
    must_sql(b, sqlite3_finalize(insert));
    exec_sql(b, "COMMIT");
    const double seconds = bench_cpu_seconds() - start;
    exec_sql(b, "INSERT INTO t(t) VALUES('optimize')");
    must_sql(b, sqlite3_prepare_v2(b->fts,
                                   "SELECT rowid FROM t WHERE t MATCH ?1 ORDER BY rank LIMIT ?2",
                                   -1, &b->select, NULL));
    return (double)b->n_passages / seconds;
}

static double search_peers(void *arg)
{
    bench *b = arg;
    size_t hits = 0;
    const double start = bench_cpu_seconds();
    for (size_t i = 0; i < b->n_queries; i++) {
        must_sql(b, sqlite3_bind_text(b->select, 1, b->queries[i].match, -1, SQLITE_STATIC));
        must_sql(b, sqlite3_bind_int(b->select, 2, TOP));
        int rc;
        while ((rc = sqlite3_step(b->select)) == SQLITE_ROW)
            hits++;
        must_sql(b, rc);
        must_sql(b, sqlite3_reset(b->select));
    }
    const double seconds = bench_cpu_seconds() - start;
    bench_keep((double)hits);
    return (double)b->n_queries / seconds;
}

int main(void)
{
    bench b = {.scratch = anc_arena_new(64 << 20)};
    anc_arena *mem = anc_arena_new((size_t)2 << 30);
    if (mem == NULL || b.scratch == NULL)
        bench_fail("no memory");
    prepare_passages(&b, mem);
    b.together = 1;
    bench_run(&(bench_figure){.name = "keyword: passages indexed, one by one",
                              .unit = "1/s",
                              .peer = "SQLite FTS5",
                              .run_ours = index_ours,
                              .run_peers = index_peers,
                              .arg = &b,
                              .rounds = INDEX_ROUNDS});
    b.together = 16384;
    bench_run(&(bench_figure){.name = "keyword: passages indexed",
                              .unit = "1/s",
                              .peer = "SQLite FTS5",
                              .run_ours = index_ours,
                              .run_peers = index_peers,
                              .arg = &b,
                              .rounds = INDEX_ROUNDS});
    bench_texts questions[2] = {0};
    bench_read_texts(mem, "scifact/queries.jsonl", &questions[0]);
    bench_read_texts(mem, "squad-dev-a/queries.jsonl", &questions[1]);
    b.queries = bench_alloc(QUERIES, sizeof *b.queries);
    for (unsigned n = 2; n <= MAX_WORDS; n *= 2) {
        char name[64];
        (void)snprintf(name, sizeof name, "keyword: top 10, OR of %u words", n);
        prepare_queries(&b, mem, questions, n);
        bench_run(&(bench_figure){.name = name,
                                  .unit = "queries/s",
                                  .peer = "SQLite FTS5",
                                  .run_ours = search_ours,
                                  .run_peers = search_peers,
                                  .arg = &b,
                                  .rounds = ROUNDS});
    }
    return 0;
}
