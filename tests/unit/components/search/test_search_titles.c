/* test_search_titles.c - a title counts as much as is said: in the order, in what is explained, and after a start that says
 * otherwise.
 */
#include "support/test.h"

#include <math.h>
#include <stdio.h>

#include "base/str.h"
#include "search/adapters/engine/engine_index.h"
#include "search/adapters/threads/watermark.h"
#include "search/app/service.h"
#include "support/catalog_double.h"
#include "support/engine_disk.h"

enum { DOCUMENTS = 50, STEPS = 200, TITLED = 3, TELLING = 5 };

static kno_service kno;
static emb_service emb;
static engine_disk *disk;
static srch_home *home;
static srch_service *srch;

/* One document has the word in its title, another one twice in its text. */
static void fill_catalog(void)
{
    kno = (kno_service){.collections = {{true, "alpha", "en", "public", 0, 0}}};
    emb = (emb_service){.available = true};
    for (size_t i = 0; i < DOCUMENTS; i++) {
        double_document *d = &kno.documents[i];
        *d = (double_document){.alive = true,
                               .version = 1,
                               .title = i == TITLED ? "herons" : "title",
                               .language = "en",
                               .metadata = "{}",
                               .chunks = {i == TELLING ? "red heron, herons" : "all red fish"},
                               .n_chunks = 1};
        (void)snprintf(d->id, sizeof d->id, "d%02zu", i);
    }
}

static void start(uint32_t title_weight)
{
    anc_err err = {0};
    const srch_home_options options = {.folder = ANC_STR("h"), .disk = engine_disk_ops(disk)};
    ASSERT_OK(srch_home_open(&options, &home, &err), &err);
    srch_config config = {.knowledge = &kno,
                          .embedding = &emb,
                          .changes = double_changes(&kno),
                          .clock = double_clock(&kno),
                          .open_index = srch_engine_index_open,
                          .index_place = home,
                          .title_weight = title_weight};
    ASSERT_OK(srch_threads_watermark_open(&config.watermark, &err), &err);
    ASSERT_OK(srch_service_open(&config, &srch, &err), &err);
}

static void stop(void)
{
    srch_service_close(srch);
    srch_home_close(home);
}

/* Steps over simulated time until nothing is left to do. */
static void settle(void)
{
    for (int i = 0; i < STEPS; i++) {
        const int64_t next = srch_follow(srch, kno.now_ns);
        if (srch_status(srch).ready && next > kno.now_ns + INT64_C(4900000000))
            return;
        kno.now_ns = next > kno.now_ns ? next : kno.now_ns;
    }
    fail_msg("the follower does not come to rest");
}

/* What is found, each mention once in `tf` and as often as it counts in `weighted_tf`; the best one's id. */
static void ask(uint32_t title_weight, const char *best)
{
    anc_err err = {0};
    const anc_str label = ANC_STR("public");
    ANC_ARENA(mem, 16 << 20);
    krn_call call = {.mem = mem,
                     .err = &err,
                     .deadline_ns = INT64_MAX,
                     .cancelled = &kno.never_cancelled,
                     .principal = {.labels = &label, .n_labels = 1}};
    const srch_request request = {
        .query = ANC_STR("heron"), .top_k = 5, .mode = SRCH_KEYWORD, .explain = true};
    srch_result r;
    ASSERT_OK(srch_query(srch, &call, &request, &r), &err);
    assert_int_equal(r.n, 2);
    assert_true(anc_str_eq(r.hits[0].document_id, anc_str_of(best)));
    for (size_t i = 0; i < r.n; i++) {
        const srch_explanation *e = r.hits[i].explained;
        const bool titled = anc_str_eq(r.hits[i].document_id, ANC_STR("d03"));
        const double tf = e->terms[0].weighted_tf;
        assert_int_equal(e->title_weight, title_weight);
        assert_int_equal(e->length, (titled ? 2 : 3) + title_weight); /* "all" does not count */
        assert_int_equal(e->terms[0].tf, titled ? 1 : 2);
        assert_int_equal(e->terms[0].n_matches, titled ? 1 : 2);
        assert_int_equal(e->terms[0].weighted_tf, titled ? title_weight : 2);
        assert_true(fabs(r.hits[i].keyword -
                         e->terms[0].idf * tf /
                             (tf + 1.2 * (0.25 + 0.75 * e->length / e->mean_length))) < 1e-6);
    }
}

static void a_title_that_is_to_count_otherwise_is_indexed_anew(void **state)
{
    (void)state;
    fill_catalog();
    disk = engine_disk_new(1);
    start(0);
    settle();
    assert_int_equal(srch_status(srch).title_weight, 1);
    ask(1, "d05");
    stop();

    start(4);
    (void)srch_follow(
        srch,
        kno.now_ns); /* it answers as it was kept, and what is published to it counts like the rest */
    (void)srch_follow(srch, kno.now_ns);
    assert_true(srch_status(srch).title_weight == 1 && srch_status(srch).rebuilding);
    ask(1, "d05");
    stop(); /* in the middle of it: the next start begins again */

    start(4);
    settle();
    assert_true(srch_status(srch).title_weight == 4 && !srch_status(srch).rebuilding);
    assert_int_equal(srch_status(srch).documents, DOCUMENTS);
    ask(4, "d03");
    stop();

    start(4);
    const uint64_t walks = kno.walks;
    settle();
    assert_int_equal(kno.walks, walks); /* nothing is read again */
    ask(4, "d03");
    stop();
    engine_disk_free(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_title_that_is_to_count_otherwise_is_indexed_anew)};
    return cmocka_run_group_tests_name("search titles", tests, NULL, NULL);
}
