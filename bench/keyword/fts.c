/* fts.c - SQLite FTS5 loaded and asked. */
#include "keyword/fts.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "common/bench.h"

enum {
    TOP = 10,
    ASKED = 50, /* it ranks every match: a round of all would take an hour on a million */
    ROUNDS = 3,
    DELETED_EVERY = 100,
    TEXT_BYTES = 1 << 16
};

static sqlite3 *db;

static void must(int rc)
{
    if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
        bench_fail("SQLite: %s", sqlite3_errmsg(db));
}

static void exec(const char *sql)
{
    must(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static sqlite3_stmt *prepare(const char *sql)
{
    sqlite3_stmt *statement;
    must(sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
    return statement;
}

static anc_str join(const corpus *c, const corpus_passage *p, anc_buf *text)
{
    anc_buf_clear(text);
    for (uint32_t i = 0; i < p->n; i++)
        if (!anc_buf_add(text, c->words[p->words[i]]) || !anc_buf_add_char(text, ' '))
            bench_fail("a passage of %u words is too long", p->n);
    return anc_buf_view(text);
}

static void write_passage(const corpus *c, sqlite3_stmt *to, size_t i, anc_buf *text)
{
    const anc_str words = join(c, &c->passages[i], text);
    must(sqlite3_bind_int64(to, 1, (sqlite3_int64)i));
    must(sqlite3_bind_text(to, 2, words.ptr, (int)words.len, SQLITE_STATIC));
    must(sqlite3_step(to));
    must(sqlite3_reset(to));
}

static void load(const corpus *c)
{
    ANC_BUF(text, TEXT_BYTES);
    must(sqlite3_open(":memory:", &db));
    const double start = bench_cpu_seconds();
    exec("CREATE VIRTUAL TABLE t USING fts5(words, content='', tokenize='ascii'); BEGIN");
    sqlite3_stmt *insert = prepare("INSERT INTO t(rowid, words) VALUES(?1, ?2)");
    for (size_t i = 0; i < c->n_passages; i++)
        write_passage(c, insert, i, &text);
    must(sqlite3_finalize(insert));
    exec("COMMIT");
    printf("index %.1f\n", (double)c->n_passages / (bench_cpu_seconds() - start));
    sqlite3_stmt *away = prepare("INSERT INTO t(t, rowid, words) VALUES('delete', ?1, ?2)");
    exec("BEGIN");
    for (size_t i = 0; i < c->n_passages; i += DELETED_EVERY)
        write_passage(c, away, i, &text);
    must(sqlite3_finalize(away));
    exec("COMMIT; INSERT INTO t(t) VALUES('optimize')");
}

static void ask(const corpus *c, sqlite3_stmt *select, const uint32_t *words, unsigned n,
                uint32_t *hits)
{
    ANC_BUF(match, 4096);
    for (unsigned i = 0; i < n; i++)
        if (!anc_buf_printf(&match, "%s\"%.*s\"", i > 0 ? " OR " : "", ANC_FMT(c->words[words[i]])))
            bench_fail("a query of %u words is too long", n);
    const anc_str text = anc_buf_view(&match);
    int rc;
    size_t found = 0;
    must(sqlite3_bind_text(select, 1, text.ptr, (int)text.len, SQLITE_STATIC));
    must(sqlite3_bind_int(select, 2, TOP));
    while ((rc = sqlite3_step(select)) == SQLITE_ROW)
        hits[found++] = (uint32_t)sqlite3_column_int64(select, 0);
    must(rc);
    must(sqlite3_reset(select));
    for (; found < TOP; found++)
        hits[found] = UINT32_MAX;
}

void fts_run(const corpus *c, const char *folder)
{
    load(c);
    sqlite3_stmt *select = prepare("SELECT rowid FROM t WHERE t MATCH ?1 ORDER BY rank LIMIT ?2");
    for (size_t length = 0; length < CORPUS_LENGTHS; length++) {
        const unsigned words = corpus_words_of(length);
        const size_t n = c->n_queries[length] < ASKED ? c->n_queries[length] : ASKED;
        uint32_t *hits = bench_alloc(ASKED * TOP, sizeof *hits);
        double rates[ROUNDS];
        for (size_t r = 0; r < ROUNDS; r++) {
            const double start = bench_cpu_seconds();
            for (size_t q = 0; q < n; q++)
                ask(c, select, c->queries[length] + q * words, words, hits + q * TOP);
            rates[r] = (double)n / (bench_cpu_seconds() - start);
        }
        printf("query %u %.1f\n", words, bench_median(rates, ROUNDS));
        corpus_write_hits(folder, "fts", words, hits, n, TOP);
    }
    (void)sqlite3_finalize(select);
    (void)sqlite3_close(db);
}
