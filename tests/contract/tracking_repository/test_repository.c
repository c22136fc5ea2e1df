/* test_repository.c - the contract of tracking/ports/repository.h against every adapter. */
#include "bench.h"

static void check_whole(bench *b)
{
    trk_query q;
    trk_feedback f;
    ASSERT_OK(b->r.ops->find(b->r.self, &b->call.call, ANC_STR("q1"), &q, &f), &b->call.err);
    assert_int_equal(q.has, 7);
    assert_int_equal(q.status, TRK_COMPLETED);
    assert_int_equal(q.n_retrievals, 2);
    assert_int_equal(q.retrievals[0].position, 1);
    assert_true(q.retrievals[0].cited && q.retrievals[0].keyword == 2.5);
    assert_true(isnan(q.retrievals[1].rerank));
    assert_true(anc_str_eq(q.collections[0], ANC_STR("hr")));
    assert_true(anc_str_eq(q.user_id, ANC_STR("ada")));
    const trk_stats s = stats_of(b);
    assert_int_equal(s.all.total.counts.queries, 1);
    assert_int_equal(s.all.total.counts.completed, 1);
    assert_int_equal(s.all.total.counts.cost_nano, 21);
    assert_int_equal(s.all.n_series, 1);
    assert_int_equal(s.all.series[0].start_ms, BASE_MS);
    assert_true(fabs(s.all.total.p50 - 250) <= 250.0 / 32);
    assert_int_equal(s.n_models, 1);
    assert_int_equal(s.n_collections, 1);
    assert_int_equal(s.n_documents, 2);
    assert_int_equal(s.documents[0].retrieved, 1);
    assert_int_equal(s.n_questions, 1);
    assert_int_equal(s.questions[0].times, 1);
}

/* Together, apart, in any order, and all of it twice. */
static void test_orders(void **state)
{
    const struct adapter *row = *state;
    const anc_str hr = ANC_STR("hr");
    const trk_retrieval found[] = {passage_of("d1", 1, true), passage_of("d2", 2, false)};
    const trk_change all[] = {
        request_of("q1", "ada", "How many days of leave?", &hr, 1, BASE_MS + 5000),
        retrieved_of("q1", found, 2, BASE_MS + 5000),
        end_of("q1", TRK_COMPLETED, 250000, BASE_MS + 5000)};
    static const size_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                       {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (size_t o = 0; o < ANC_COUNT(orders); o++) {
        bench b;
        bench_open(&b, row);
        for (size_t i = 0; i < 3; i++)
            apply(&b, &all[orders[o][i]], 1);
        check_whole(&b);
        apply(&b, all, 3);
        check_whole(&b);
        bench_close(&b, row);
    }
    bench b;
    bench_open(&b, row);
    apply(&b, all, 3);
    check_whole(&b);
    bench_close(&b, row);
}

static void test_cursor_is_one_with_the_changes(void **state)
{
    const struct adapter *row = *state;
    bench b;
    uint64_t at;
    trk_query *items;
    bench_open(&b, row);
    const trk_change c = request_of("q1", "ada", "x", NULL, 0, BASE_MS);
    apply(&b, &c, 1);
    const trk_change d = request_of("q2", "ada", "x", NULL, 0, BASE_MS);
    assert_int_equal(b.r.ops->apply(b.r.self, &b.call.call, &d, 1, 77, 78), ANC_CONFLICT);
    anc_err_clear(&b.call.err);
    ASSERT_OK(b.r.ops->cursor(b.r.self, &b.call.call, &at), &b.call.err);
    assert_int_equal(at, 1);
    assert_int_equal(list(&b, (trk_filter){0}, &items), 1);
    row->close(&b);
    row->open(&b);
    ASSERT_OK(b.r.ops->cursor(b.r.self, &b.call.call, &at), &b.call.err);
    assert_int_equal(at, 1);
    assert_int_equal(list(&b, (trk_filter){0}, &items), 1);
    bench_close(&b, row);
}

static void fill(bench *b)
{
    static const anc_str names[] = {ANC_STR_INIT("hr"), ANC_STR_INIT("it")};
    const trk_retrieval one = passage_of("d1", 1, false);
    for (int i = 0; i < 40; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "q%02d", i);
        const int64_t ms = BASE_MS + i * INT64_C(1000) + 600000;
        const trk_change three[] = {
            request_of(id, i % 2 == 0 ? "ada" : "bob", i % 5 == 0 ? "red apples" : "green pears",
                       &names[i % 4 == 0], 1, ms),
            retrieved_of(id, &one, i % 10 == 0 ? 0 : 1, ms),
            end_of(id, i % 20 == 7 ? TRK_FAILED : TRK_COMPLETED, (i + 1) * INT64_C(1000), ms)};
        apply(b, three, 3);
    }
}

static void test_filters(void **state)
{
    const struct adapter *row = *state;
    const struct {
        trk_filter f;
        size_t n;
    } rows[] = {
        {{.limit = 100}, 40},
        {{.user_id = ANC_STR("ada")}, 20},
        {{.user_id = ANC_STR("nobody")}, 0},
        {{.user_id = ANC_STR("ada"), .also_user_id = ANC_STR("bob")}, 40},
        {{.user_id = ANC_STR("nobody"), .also_user_id = ANC_STR("ada")}, 20},
        {{.user_id = ANC_STR("ada"), .also_user_id = ANC_STR("h:"), .collection = ANC_STR("hr")},
         10},
        {{.text = ANC_STR("apples"), .user_id = ANC_STR("h:"), .also_user_id = ANC_STR("ada")}, 4},
        {{.min_us = 31000, .user_id = ANC_STR("ada"), .also_user_id = ANC_STR("h:")}, 5},
        {{.collection = ANC_STR("it")}, 10},
        {{.collection = ANC_STR("hr"), .user_id = ANC_STR("bob")}, 20},
        {{.text = ANC_STR("apples")}, 8},
        {{.text = ANC_STR("apples red")}, 8},
        {{.text = ANC_STR("apples OR pears")}, 0},
        {{.text = ANC_STR("\"quo*te (")}, 0},
        {{.text = ANC_STR("apples"), .user_id = ANC_STR("ada")}, 4},
        {{.empty = true}, 4},
        {{.with_status = true, .status = TRK_FAILED}, 2},
        {{.with_status = true, .status = TRK_COMPLETED}, 38},
        {{.min_us = 31000}, 10},
        {{.min_us = 31000, .user_id = ANC_STR("ada")}, 5},
        {{.min_us = 31000, .empty = true}, 1},
        {{.min_us = INT64_C(1) << 50}, 0},
        {{.since_ms = BASE_MS + 600000 + 20000}, 19},
        {{.until_ms = BASE_MS}, 0},
    };
    bench b;
    bench_open(&b, row);
    fill(&b);
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        trk_query *items;
        const size_t n = list(&b, rows[i].f, &items);
        if (n != rows[i].n)
            fail_msg("row %zu: %zu queries, %zu are wanted", i, n, rows[i].n);
        for (size_t k = 1; k < n; k++)
            assert_true(items[k].requested_ms < items[k - 1].requested_ms);
    }
    bench_close(&b, row);
}

/* Page by page is what one page has. */
static void test_pages(void **state)
{
    const struct adapter *row = *state;
    const trk_filter filters[] = {{.limit = 100},
                                  {.user_id = ANC_STR("ada")},
                                  {.user_id = ANC_STR("ada"), .also_user_id = ANC_STR("bob")},
                                  {.collection = ANC_STR("hr")},
                                  {.text = ANC_STR("pears")},
                                  {.min_us = 5000}};
    bench b;
    bench_open(&b, row);
    fill(&b);
    for (size_t i = 0; i < ANC_COUNT(filters); i++) {
        trk_query *whole, *page;
        trk_filter f = filters[i];
        const size_t all = list(&b, f, &whole);
        size_t seen = 0;
        f.limit = 3;
        for (size_t n = list(&b, f, &page); n > 0; n = list(&b, f, &page)) {
            for (size_t k = 0; k < n; k++)
                assert_true(anc_str_eq(page[k].query_id, whole[seen++].query_id));
            f.from_mark = true;
            f.mark_ms = page[n - 1].requested_ms;
            f.mark_place = page[n - 1].place;
        }
        assert_int_equal(seen, all);
    }
    bench_close(&b, row);
}

static void test_document(void **state)
{
    const struct adapter *row = *state;
    bench b;
    trk_life_story story = {0};
    bench_open(&b, row);
    fill(&b);
    const trk_life base = {.document_id = ANC_STR("d1"), .collection = ANC_STR("hr")};
    trk_change c[3];
    for (size_t i = 0; i < 3; i++) {
        c[i] = (trk_change){.subject = TRK_DOCUMENT, .life = base};
        c[i].life.op = (trk_life_op)i;
        c[i].life.version = (uint32_t)i + 1;
        c[i].life.at_ms = BASE_MS + (int64_t)i;
    }
    apply(&b, c, 3);
    apply(&b, c, 3);
    ASSERT_OK(b.r.ops->document(b.r.self, &b.call.call, ANC_STR("d1"), ANC_STR(""), &story),
              &b.call.err);
    assert_int_equal(story.n, 3);
    assert_true(anc_str_eq(story.use.collection, ANC_STR("hr")));
    assert_int_equal(story.items[2].op, TRK_DELETED);
    assert_int_equal(story.use.retrieved, 36);
    assert_int_equal(b.r.ops->document(b.r.self, &b.call.call, ANC_STR("d9"), ANC_STR(""), &story),
                     ANC_NOT_FOUND);
    bench_close(&b, row);
}

/* One id in two collections is two documents: each has its own life. */
static void test_document_of_two_collections(void **state)
{
    const struct adapter *row = *state;
    bench b;
    trk_life_story story = {0};
    bench_open(&b, row);
    fill(&b);
    trk_change c[2] = {{.subject = TRK_DOCUMENT,
                        .life = {.document_id = ANC_STR("d1"),
                                 .collection = ANC_STR("hr"),
                                 .version = 1,
                                 .at_ms = BASE_MS}}};
    c[1] = c[0];
    c[1].life.collection = ANC_STR("it");
    c[1].life.version = 7;
    apply(&b, c, 2);
    ASSERT_OK(b.r.ops->document(b.r.self, &b.call.call, ANC_STR("d1"), ANC_STR("it"), &story),
              &b.call.err);
    assert_int_equal(story.n, 1);
    assert_int_equal(story.items[0].version, 7);
    assert_int_equal(story.use.retrieved, 0);
    ASSERT_OK(b.r.ops->document(b.r.self, &b.call.call, ANC_STR("d1"), ANC_STR("hr"), &story),
              &b.call.err);
    assert_int_equal(story.n, 1);
    assert_int_equal(story.use.retrieved, 36);
    assert_int_equal(b.r.ops->document(b.r.self, &b.call.call, ANC_STR("d1"), ANC_STR(""), &story),
                     ANC_INVALID);
    assert_string_equal(b.call.err.pointer, "?collection");
    assert_non_null(strstr(b.call.err.text, "hr, it"));
    bench_close(&b, row);
}

/* An answer that says that there is none is an empty one, whatever was retrieved for it. */
static void test_declined(void **state)
{
    const struct adapter *row = *state;
    const trk_retrieval one = passage_of("d1", 1, false);
    bench b;
    trk_query *items;
    bench_open(&b, row);
    trk_change three[] = {request_of("q1", "ada", "Who?", NULL, 0, BASE_MS),
                          retrieved_of("q1", &one, 1, BASE_MS),
                          end_of("q1", TRK_COMPLETED, 1000, BASE_MS)};
    three[2].query.declined = true;
    for (size_t i = 3; i > 0; i--)
        apply(&b, &three[i - 1], 1);
    assert_int_equal(list(&b, (trk_filter){.empty = true}, &items), 1);
    assert_true(items[0].declined);
    assert_int_equal(items[0].retrieved, 1);
    assert_int_equal(stats_of(&b).all.total.counts.empty, 1);
    bench_close(&b, row);
}

/* Searches are counted apart, and are no questions. */
static void test_searches(void **state)
{
    const struct adapter *row = *state;
    const trk_retrieval one = passage_of("d1", 1, false);
    bench b;
    trk_query *items;
    bench_open(&b, row);
    fill(&b);
    const size_t asked = stats_of(&b).n_questions;
    trk_change three[] = {request_of("s1", "ada", "sought", NULL, 0, BASE_MS),
                          retrieved_of("s1", &one, 1, BASE_MS),
                          end_of("s1", TRK_COMPLETED, 1000, BASE_MS)};
    three[0].query.kind = TRK_SEARCH;
    for (size_t i = 3; i > 0; i--)
        apply(&b, &three[i - 1], 1);
    assert_int_equal(list(&b, (trk_filter){.text = ANC_STR("sought")}, &items), 1);
    assert_int_equal(items[0].kind, TRK_SEARCH);
    const trk_stats s = stats_of(&b);
    assert_int_equal(s.n_kinds, 2);
    assert_true(anc_str_eq(s.kinds[0].name, ANC_STR("answer")));
    assert_int_equal(s.kinds[0].total.counts.queries, 40);
    assert_int_equal(s.kinds[1].total.counts.queries, 1);
    assert_int_equal(s.all.total.counts.queries, 41);
    assert_int_equal(s.n_questions, asked);
    bench_close(&b, row);
}

/* Names that a client made up leave no numbers behind; the log says what was asked. */
static void test_refused_collections(void **state)
{
    const struct adapter *row = *state;
    bench b;
    trk_query *items;
    bench_open(&b, row);
    for (int i = 0; i < 20; i++) {
        char id[32], name[32];
        (void)snprintf(id, sizeof id, "q%02d", i);
        (void)snprintf(name, sizeof name, "typo-%d", i);
        const anc_str asked = anc_str_of(name);
        const trk_change two[] = {request_of(id, "ada", "x", &asked, 1, BASE_MS),
                                  end_of(id, TRK_FAILED, 1000, BASE_MS)};
        apply(&b, &two[0], 1);
        apply(&b, &two[1], 1);
    }
    const trk_stats s = stats_of(&b);
    assert_int_equal(s.n_collections, 0);
    assert_int_equal(s.all.total.counts.failed, 20);
    assert_int_equal(list(&b, (trk_filter){.collection = ANC_STR("typo-3")}, &items), 1);
    bench_close(&b, row);
}

static bool file_has(const char *path, const char *word)
{
    char command[200];
    (void)snprintf(command, sizeof command, "grep -qa '%s' '%s'", word, path);
    return system(command) == 0;
}

static void test_erase(void **state)
{
    const struct adapter *row = *state;
    bench b;
    trk_erased erased;
    trk_query *items;
    bool more = true;
    char path[96];
    bench_open(&b, row);
    fill(&b);
    const trk_change secret = request_of("q99", "eve", "the word xylophonist", NULL, 0, BASE_MS);
    const trk_change said = {.subject = TRK_FEEDBACK,
                             .feedback = {.query_id = ANC_STR("q99"),
                                          .rating = -1,
                                          .comment = ANC_STR("xylophonist again"),
                                          .at_ms = BASE_MS}};
    apply(&b, &secret, 1);
    apply(&b, &said, 1);
    (void)snprintf(path, sizeof path, "%s/tracking.db-wal", b.folder);
    assert_true(file_has(path, "xylophonist"));
    ASSERT_OK(
        b.r.ops->erase(b.r.self, &b.call.call, ANC_STR("eve"), ANC_STR_NONE, 10, &erased, &more),
        &b.call.err);
    assert_int_equal(erased.queries, 1);
    assert_int_equal(erased.feedback, 1);
    assert_false(more);
    ASSERT_OK(b.r.ops->scrub(b.r.self, &b.call.call), &b.call.err);
    assert_false(file_has(path, "xylophonist"));
    (void)snprintf(path, sizeof path, "%s/tracking.db", b.folder);
    assert_false(file_has(path, "xylophonist"));
    assert_int_equal(list(&b, (trk_filter){.text = ANC_STR("xylophonist")}, &items), 0);
    assert_int_equal(list(&b, (trk_filter){0}, &items), 40);
    assert_int_equal(stats_of(&b).all.total.counts.queries, 41);
    bench_close(&b, row);
}

static void test_prune(void **state)
{
    const struct adapter *row = *state;
    bench b;
    trk_query *items;
    bool more;
    const trk_limits limits = {.queries_ms = BASE_MS + 600000 + 19500,
                               .documents_ms = BASE_MS - TRK_DAY_MS,
                               .rollups_ms = BASE_MS - TRK_DAY_MS};
    bench_open(&b, row);
    fill(&b);
    ASSERT_OK(b.r.ops->prune(b.r.self, &b.call.call, &limits, 7, &more), &b.call.err);
    assert_true(more);
    assert_int_equal(list(&b, (trk_filter){0}, &items), 33);
    while (more)
        ASSERT_OK(b.r.ops->prune(b.r.self, &b.call.call, &limits, 7, &more), &b.call.err);
    assert_int_equal(list(&b, (trk_filter){0}, &items), 20);
    assert_int_equal(stats_of(&b).all.total.counts.queries, 40);
    bench_close(&b, row);
}

static void test_key_stays(void **state)
{
    const struct adapter *row = *state;
    bench b;
    unsigned char fresh[TRK_KEY_BYTES] = {1}, first[TRK_KEY_BYTES], second[TRK_KEY_BYTES];
    bench_open(&b, row);
    ASSERT_OK(b.r.ops->key(b.r.self, &b.call.call, fresh, first), &b.call.err);
    fresh[0] = 2;
    ASSERT_OK(b.r.ops->key(b.r.self, &b.call.call, fresh, second), &b.call.err);
    assert_memory_equal(first, second, sizeof first);
    bench_close(&b, row);
}

/* ---- a file of before ---- */

int main(void)
{
    return RUN_TABLE("orders", adapters, test_orders) +
           RUN_TABLE("cursor", adapters, test_cursor_is_one_with_the_changes) +
           RUN_TABLE("filters", adapters, test_filters) + RUN_TABLE("pages", adapters, test_pages) +
           RUN_TABLE("document", adapters, test_document) +
           RUN_TABLE("document of two collections", adapters, test_document_of_two_collections) +
           RUN_TABLE("declined", adapters, test_declined) +
           RUN_TABLE("searches", adapters, test_searches) +
           RUN_TABLE("refused collections", adapters, test_refused_collections) +
           RUN_TABLE("erase", adapters, test_erase) + RUN_TABLE("prune", adapters, test_prune) +
           RUN_TABLE("key", adapters, test_key_stays);
}
