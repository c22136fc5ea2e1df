/* tracking.c - a million queries kept: how fast they go in, what lists and statistics cost.
 *
 * The peer is what one does without a log made for it: the same rows in the same file, read from the
 * first to the last by plain SQLite. N (the environment's) changes the number of queries.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "common/bench.h"
#include "db/sqlite/sqlite.h"
#include "os/file.h"
#include "tracking/adapters/sqlite/trk_sqlite.h"

enum { BATCH = 500, PASSAGES = 5, DOCUMENTS = 20000, USERS = 2000, ROUNDS = 3, QUESTIONS = 50000 };

static const int64_t DAYS_MS = 30 * (int64_t)TRK_DAY_MS;
static const int64_t NOW_MS = 1767322800000;

static const char *const words[] = {"leave",   "invoice",  "server",  "contract",
                                    "holiday", "travel",   "printer", "budget",
                                    "badge",   "password", "canteen", "safety"};

typedef struct world {
    anc_arena *mem;
    anc_err err;
    atomic_bool never;
    krn_call call;
    trk_sqlite *file;
    trk_repository r;
    db_sqlite *plain;
    uint64_t n, seq, random;
} world;

static uint64_t draw(world *w, uint64_t below)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return w->random % below;
}

/* Few are asked often. */
static uint64_t skewed(world *w, uint64_t below)
{
    const double u = (double)draw(w, 1U << 30) / (1U << 30);
    return (uint64_t)((double)below * u * u * u);
}

/* ---- filling ---- */

static anc_str text(world *w, const char *before, unsigned long long n)
{
    char out[128];
    (void)snprintf(out, sizeof out, "%s%012llx", before, n);
    const anc_str kept = anc_arena_copy(w->mem, anc_str_of(out));
    if (kept.ptr == NULL)
        bench_fail("no memory");
    return kept;
}

static anc_str question(world *w)
{
    char out[200];
    const uint64_t n = skewed(w, QUESTIONS);
    (void)snprintf(out, sizeof out, "What about the %s and the %s of case %llu%s?",
                   words[n % ANC_COUNT(words)], words[(n / 7) % ANC_COUNT(words)],
                   (unsigned long long)n, n % 1000 == 999 ? " rarissime" : "");
    const anc_str kept = anc_arena_copy(w->mem, anc_str_of(out));
    if (kept.ptr == NULL)
        bench_fail("no memory");
    return kept;
}

static const trk_retrieval *passages(world *w, size_t n)
{
    trk_retrieval *r = anc_arena_alloc(w->mem, n, sizeof *r);
    if (r == NULL)
        bench_fail("no memory");
    for (size_t i = 0; i < n; i++)
        r[i] = (trk_retrieval){.position = (uint32_t)i + 1,
                               .document_id = text(w, "document-", skewed(w, DOCUMENTS)),
                               .chunk_id = ANC_STR("document.1.3"),
                               .version = 1,
                               .collection = ANC_STR("handbook"),
                               .title = ANC_STR("A title of a document"),
                               .score = 0.8,
                               .keyword = 5.1,
                               .semantic = 0.6,
                               .fused = 0.7,
                               .rerank = (double)NAN,
                               .cited = i == 0};
    return r;
}

static trk_query query(world *w, uint64_t i)
{
    static const anc_str collections[] = {ANC_STR_INIT("handbook"), ANC_STR_INIT("sales"),
                                          ANC_STR_INIT("law"), ANC_STR_INIT("it")};
    static const anc_str models[] = {ANC_STR_INIT("extractive"), ANC_STR_INIT("gpt-4o-mini"),
                                     ANC_STR_INIT("llama")};
    const int64_t us = 2000 + (int64_t)pow(10, 1 + (double)draw(w, 6000) / 1000);
    const int64_t ms = NOW_MS - DAYS_MS + (int64_t)((double)DAYS_MS * (double)i / (double)w->n);
    const size_t n = draw(w, 50) == 0 ? 0 : PASSAGES;
    return (trk_query){.has = TRK_HAS_REQUEST | TRK_HAS_RETRIEVALS | TRK_HAS_END,
                       .query_id = text(w, "01a2261b-2f1f-76ca-91eb-", i),
                       .requested_ms = ms,
                       .ended_ms = ms + us / 1000,
                       .user_id = text(w, "user-", skewed(w, USERS)),
                       .question = question(w),
                       .collections = &collections[skewed(w, ANC_COUNT(collections))],
                       .n_collections = 1,
                       .retrievals = passages(w, n),
                       .n_retrievals = n,
                       .retrieved = (uint32_t)n,
                       .status = draw(w, 100) == 0 ? TRK_FAILED : TRK_COMPLETED,
                       .duration_us = us,
                       .answer = ANC_STR("… [1]"),
                       .model = models[draw(w, ANC_COUNT(models))],
                       .provider = ANC_STR("p"),
                       .input_tokens = 900,
                       .output_tokens = 80,
                       .cost_nano = 1000,
                       .timings = ANC_STR("{\"total\":12.5}"),
                       .route = ANC_STR("{\"tier\":\"Q2\",\"intent\":\"semantic\"}")};
}

static void fill(world *w)
{
    trk_change *changes = bench_alloc(BATCH, sizeof *changes);
    const double start = bench_seconds();
    for (uint64_t i = 0; i < w->n; i += BATCH) {
        anc_arena_reset(w->mem);
        for (size_t k = 0; k < BATCH; k++)
            changes[k] = (trk_change){.subject = TRK_QUERY, .query = query(w, i + k)};
        bench_must(w->r.ops->apply(w->r.self, &w->call, changes, BATCH, w->seq, w->seq + BATCH),
                   &w->err);
        w->seq += BATCH;
    }
    const bench_figure f = {.name = "queries taken in a second, with five passages each",
                            .unit = "1/s"};
    bench_print(&f, (double)w->n / (bench_seconds() - start), 0);
}

/* ---- reading ---- */

typedef struct reading {
    world *w;
    trk_filter filter;
    const char *plain; /* what the peer reads */
} reading;

static double list_ours(void *arg)
{
    reading *r = arg;
    trk_query *items;
    size_t n;
    anc_arena_reset(r->w->mem);
    const double start = bench_seconds();
    bench_must(r->w->r.ops->list(r->w->r.self, &r->w->call, &r->filter, &items, &n), &r->w->err);
    const double took = bench_seconds() - start;
    if (n == 0)
        bench_fail("a list is empty");
    return took * 1000;
}

static double scan_plain(void *arg)
{
    const reading *r = arg;
    DB_STMT(s);
    bool row = true;
    const double start = bench_seconds();
    bench_must(db_prepare(r->w->plain, r->plain, &s, &r->w->err), &r->w->err);
    while (row)
        bench_must(db_step(s, &row, &r->w->err), &r->w->err);
    return (bench_seconds() - start) * 1000;
}

static double stats_ours(void *arg)
{
    reading *r = arg;
    trk_stats stats;
    const trk_span span = {
        .since_ms = NOW_MS - DAYS_MS, .until_ms = NOW_MS + TRK_HOUR_MS, .bucket_ms = TRK_HOUR_MS};
    anc_arena_reset(r->w->mem);
    const double start = bench_seconds();
    bench_must(r->w->r.ops->stats(r->w->r.self, &r->w->call, &span, 20, &stats), &r->w->err);
    const double took = bench_seconds() - start;
    if ((uint64_t)stats.all.total.counts.queries != r->w->n)
        bench_fail("%lld queries are counted", (long long)stats.all.total.counts.queries);
    return took * 1000;
}

#define SCAN(where) \
    "SELECT * FROM query NOT INDEXED WHERE " where " ORDER BY requested_ms DESC LIMIT 50"

static void measure(world *w)
{
    const struct {
        const char *name;
        trk_filter filter;
        const char *plain;
    } lists[] = {
        {"list, the newest", {.limit = 50}, SCAN("1")},
        {"list by a user that asks much",
         {.user_id = ANC_STR("user-000000000000")},
         SCAN("user_id='user-000000000000'")},
        {"list by a user that asks little",
         {.user_id = ANC_STR("user-0000000007cf")},
         SCAN("user_id='user-0000000007cf'")},
        {"list by collection", {.collection = ANC_STR("it")}, SCAN("collections='[\"it\"]'")},
        {"list of a day, long ago",
         {.since_ms = NOW_MS - DAYS_MS + TRK_DAY_MS,
          .until_ms = NOW_MS - DAYS_MS + 2 * (int64_t)TRK_DAY_MS},
         SCAN("requested_ms BETWEEN 1764817200000 AND 1764903600000")},
        {"list of what was slow", {.min_us = 9000000}, SCAN("duration_us>=9000000")},
        {"list of what took some time", {.min_us = 10000}, SCAN("duration_us>=10000")},
        {"list of what found nothing", {.empty = true}, SCAN("empty=1")},
        {"list of what failed", {.with_status = true, .status = TRK_FAILED}, SCAN("status=2")},
        {"list by a word that many have",
         {.text = ANC_STR("invoice")},
         SCAN("question LIKE '%invoice%'")},
        {"list by two words",
         {.text = ANC_STR("invoice canteen")},
         SCAN("question LIKE '%invoice%' AND question LIKE '%canteen%'")},
        {"list by a word that few have",
         {.text = ANC_STR("rarissime")},
         SCAN("question LIKE '%rarissime%'")},
    };
    for (size_t i = 0; i < ANC_COUNT(lists); i++) {
        reading r = {w, lists[i].filter, lists[i].plain};
        r.filter.limit = 50;
        const bench_figure f = {.name = lists[i].name,
                                .unit = "ms",
                                .less_is_better = true,
                                .peer = "SQLite, all rows",
                                .run_ours = list_ours,
                                .run_peers = scan_plain,
                                .arg = &r,
                                .rounds = ROUNDS};
        bench_run(&f);
    }
    reading r = {w,
                 {.limit = 1},
                 "SELECT requested_ms/3600000, model, count(*), sum(input_tokens), sum(cost_nano),"
                 " avg(duration_us) FROM query NOT INDEXED GROUP BY 1, 2"};
    const bench_figure f = {.name = "statistics of 30 days by the hour",
                            .unit = "ms",
                            .less_is_better = true,
                            .peer = "SQLite, GROUP BY over all rows, means alone",
                            .run_ours = stats_ours,
                            .run_peers = scan_plain,
                            .arg = &r,
                            .rounds = ROUNDS};
    bench_run(&f);
}

int main(void)
{
    char folder[] = "/tmp/anc-bench-tracking-XXXXXX";
    char path[64];
    os_stat file;
    const char *wanted = getenv("N");
    world w = {.random = 4711, .n = wanted != NULL ? strtoull(wanted, NULL, 10) : 1000000};
    w.n -= w.n % BATCH;
    w.mem = anc_arena_new(512 << 20);
    if (w.mem == NULL || w.n == 0 || mkdtemp(folder) == NULL)
        bench_fail("no place to work");
    w.call =
        (krn_call){.mem = w.mem, .err = &w.err, .deadline_ns = INT64_MAX, .cancelled = &w.never};
    (void)snprintf(path, sizeof path, "%s/tracking.db", folder);
    const trk_sqlite_options options = {.path = anc_str_of(path), .now_ms = 1};
    const db_options read_only = {.read_only = true};
    bench_must(trk_sqlite_open(&options, &w.file, &w.r, &w.err), &w.err);
    fill(&w);
    bench_must(db_open(anc_str_of(path), &read_only, &w.plain, &w.err), &w.err);
    measure(&w);
    bench_must(os_stat_of(anc_str_of(path), &file, &w.err), &w.err);
    const bench_figure size = {.name = "file, a query", .unit = "bytes", .less_is_better = true};
    bench_print(&size, (double)file.bytes / (double)w.n, 0);
    db_close(w.plain);
    trk_sqlite_close(w.file);
    bench_must(os_folder_remove(anc_str_of(folder), &w.err), &w.err);
    anc_arena_free(w.mem);
    return 0;
}
