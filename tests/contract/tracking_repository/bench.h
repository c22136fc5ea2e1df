/* bench.h - a repository with what is written into it: what the tests of repositories share. */
#ifndef ANC_TESTS_TRACKING_REPOSITORY_BENCH_H
#define ANC_TESTS_TRACKING_REPOSITORY_BENCH_H

#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "os/file.h"
#include "support/call.h"
#include "tracking/adapters/sqlite/trk_sqlite.h"

typedef struct bench {
    trk_repository r;
    uint64_t at; /* cursor */
    char folder[64];
    trk_sqlite *sqlite;
    test_call call;
} bench;

static inline void open_sqlite(bench *b)
{
    char path[96];
    (void)snprintf(path, sizeof path, "%s/tracking.db", b->folder);
    const trk_sqlite_options options = {.path = anc_str_of(path), .now_ms = 1};
    ASSERT_OK(trk_sqlite_open(&options, &b->sqlite, &b->r, &b->call.err), &b->call.err);
}

static inline void close_sqlite(bench *b)
{
    trk_sqlite_close(b->sqlite);
}

/* An adapter is a row. */
static const struct adapter {
    const char *name;
    void (*open)(bench *b);
    void (*close)(bench *b);
} adapters[] = {{"sqlite", open_sqlite, close_sqlite}};

static inline void bench_open(bench *b, const struct adapter *row)
{
    *b = (bench){0};
    (void)strcpy(b->folder, "/tmp/anc-tracking-XXXXXX");
    assert_non_null(mkdtemp(b->folder));
    test_call_init(&b->call);
    row->open(b);
}

static inline void bench_close(bench *b, const struct adapter *row)
{
    row->close(b);
    assert_int_equal(os_folder_remove(anc_str_of(b->folder), NULL), ANC_OK);
    test_call_done(&b->call);
}

/* ---- changes ---- */

static const int64_t BASE_MS = 1767322800000; /* a whole hour */

static inline trk_change request_of(const char *id, const char *user, const char *text,
                                    const anc_str *collections, size_t n, int64_t ms)
{
    return (trk_change){.subject = TRK_QUERY,
                        .query = {.has = TRK_HAS_REQUEST,
                                  .query_id = anc_str_of(id),
                                  .requested_ms = ms,
                                  .user_id = anc_str_of(user),
                                  .question = anc_str_of(text),
                                  .collections = collections,
                                  .n_collections = n,
                                  .duration_us = -1,
                                  .cost_nano = -1}};
}

static inline trk_change retrieved_of(const char *id, const trk_retrieval *list, size_t n,
                                      int64_t ms)
{
    return (trk_change){.subject = TRK_QUERY,
                        .query = {.has = TRK_HAS_RETRIEVALS,
                                  .query_id = anc_str_of(id),
                                  .requested_ms = ms,
                                  .retrievals = list,
                                  .n_retrievals = n,
                                  .retrieved = (uint32_t)n,
                                  .duration_us = -1,
                                  .cost_nano = -1}};
}

static inline trk_change end_of(const char *id, trk_status status, int64_t us, int64_t ms)
{
    return (trk_change){.subject = TRK_QUERY,
                        .query = {.has = TRK_HAS_END,
                                  .query_id = anc_str_of(id),
                                  .requested_ms = ms - us / 1000,
                                  .ended_ms = ms,
                                  .status = status,
                                  .duration_us = us,
                                  .answer = ANC_STR("… [1]"),
                                  .model = ANC_STR("m1"),
                                  .provider = ANC_STR("p"),
                                  .input_tokens = 100,
                                  .output_tokens = 10,
                                  .cost_nano = 21}};
}

static inline trk_retrieval passage_of(const char *document, uint32_t position, bool cited)
{
    return (trk_retrieval){.position = position,
                           .chunk_id = ANC_STR("chunk"),
                           .document_id = anc_str_of(document),
                           .version = 1,
                           .collection = ANC_STR("hr"),
                           .title = ANC_STR("A title"),
                           .score = 0.9,
                           .keyword = 2.5,
                           .semantic = 0.5,
                           .fused = 0.7,
                           .rerank = (double)NAN,
                           .cited = cited};
}

static inline void apply(bench *b, const trk_change *changes, size_t n)
{
    ASSERT_OK(b->r.ops->apply(b->r.self, &b->call.call, changes, n, b->at, b->at + n),
              &b->call.err);
    b->at += n;
}

static inline size_t list(bench *b, trk_filter f, trk_query **ret)
{
    size_t n;
    f.limit = f.limit > 0 ? f.limit : 100;
    ASSERT_OK(b->r.ops->list(b->r.self, &b->call.call, &f, ret, &n), &b->call.err);
    return n;
}

static inline trk_stats stats_of(bench *b)
{
    const trk_span span = {.since_ms = BASE_MS - 2 * (int64_t)TRK_DAY_MS,
                           .until_ms = BASE_MS + 2 * (int64_t)TRK_DAY_MS,
                           .bucket_ms = TRK_HOUR_MS};
    trk_stats s;
    ASSERT_OK(b->r.ops->stats(b->r.self, &b->call.call, &span, 10, &s), &b->call.err);
    return s;
}

/* ---- tests ---- */

#endif
