/* test_ingest_domain.c - patterns, states, pace. */
#include <string.h>

#include "base/str.h"
#include "ingest/domain/batch.h"
#include "ingest/domain/glob.h"
#include "support/test.h"

static const struct glob_row {
    const char *name;
    const char *pattern, *path;
    bool matches;
} globs[] = {
    {"empty means all", "", "a/b", true},
    {"ending", "*.md", "a.md", true},
    {"ending below a folder", "*.md", "x/y/a.md", true},
    {"other ending", "*.md", "a.mdx", false},
    {"whole path", "x/*.md", "x/a.md", true},
    {"one star stays in its folder", "x/*.md", "x/y/a.md", false},
    {"two stars do not", "x/**.md", "x/y/a.md", true},
    {"two stars in the middle", "**/2024/*", "a/b/2024/c", true},
    {"question mark", "a?c", "abc", true},
    {"question mark takes a character", "a?c",
     "a\xc3\xa9"
     "c",
     true},
    {"question mark takes one", "a?c", "ac", false},
    {"question mark takes no slash", "x/a?c", "x/a/c", false},
    {"set", "[a-c].txt", "b.txt", true},
    {"outside of a set", "[!a-c].txt", "b.txt", false},
    {"set of one", "[x]", "x", true},
    {"bracket in a set", "[]]", "]", true},
    {"accent", "\xc3\xa9*", "\xc3\xa9t\xc3\xa9", true},
    {"literal", "notes", "notes", true},
    {"longer than the pattern", "notes", "notes2", false},
    {"stars alone", "***", "a", true},
    {"not UTF-8", "*", "a\xff", false},
};

static void glob(void **state)
{
    const struct glob_row *row = *state;
    assert_int_equal(ing_glob_match(anc_str_of(row->pattern), anc_str_of(row->path)), row->matches);
}

static void many_stars_are_no_burden(void **state)
{
    (void)state;
    char pattern[200], path[4000];
    memset(path, 'a', sizeof path);
    for (size_t i = 0; i < sizeof pattern; i++)
        pattern[i] = i % 2 == 0 ? '*' : 'a';
    pattern[sizeof pattern - 1] = 'b';
    assert_false(ing_glob_match((anc_str){pattern, sizeof pattern}, (anc_str){path, sizeof path}));
}

static void patterns_that_cannot_be(void **state)
{
    (void)state;
    assert_true(ing_glob_valid(ANC_STR("a[b]")));
    assert_false(ing_glob_valid(ANC_STR("a[b")));
    assert_false(ing_glob_valid(ANC_STR("a\xff")));
    char longer[ING_MAX_GLOB_BYTES + 1];
    memset(longer, 'a', sizeof longer);
    assert_false(ing_glob_valid((anc_str){longer, sizeof longer}));
}

static const struct state_row {
    const char *name;
    ing_phase from, to;
    bool may;
} states[] = {
    {"begins", ING_PHASE_QUEUED, ING_PHASE_PROCESSING, true},
    {"ends", ING_PHASE_PROCESSING, ING_PHASE_COMPLETED, true},
    {"is cancelled before it begins", ING_PHASE_QUEUED, ING_PHASE_CANCELLED, true},
    {"is cancelled", ING_PHASE_PROCESSING, ING_PHASE_CANCELLED, true},
    {"fails", ING_PHASE_QUEUED, ING_PHASE_FAILED, true},
    {"does not end before it begins", ING_PHASE_QUEUED, ING_PHASE_COMPLETED, false},
    {"stays cancelled", ING_PHASE_CANCELLED, ING_PHASE_COMPLETED, false},
    {"does not go back", ING_PHASE_PROCESSING, ING_PHASE_QUEUED, false},
    {"ends once", ING_PHASE_COMPLETED, ING_PHASE_CANCELLED, false},
};

static void state_machine(void **state)
{
    const struct state_row *row = *state;
    assert_int_equal(ing_phase_may_become(row->from, row->to), row->may);
}

static void pace(void **state)
{
    (void)state;
    ing_batch_record b = {.now = {.phase = ING_PHASE_PROCESSING, .listed = true, .total = 100}};
    assert_true(ing_batch_pace(&b, 1000).eta_s < 0);
    b.rate_from_ms = 1000;
    b.now.processed = 20;
    b.now.failed = 4;
    b.now.skipped = 1;
    ing_pace p = ing_batch_pace(&b, 6000);
    assert_true(p.docs_per_s > 4.99 && p.docs_per_s < 5.01);
    assert_true(p.eta_s > 14.9 && p.eta_s < 15.1);
    assert_true(ing_batch_pace(&b, 2999).eta_s < 0); /* the first moments tell nothing */
    b.rate_from_done = 21;
    assert_true(ing_batch_pace(&b, 6000).eta_s < 0 && ing_batch_pace(&b, 6000).docs_per_s > 0);
    b.rate_from_done = 0;
    b.now.bytes_total = 10 << 20; /* the large one comes last: most of the work is left */
    b.now.bytes_done = 1 << 20;
    p = ing_batch_pace(&b, 6000);
    assert_true(p.docs_per_s > 4.99 && p.docs_per_s < 5.01);
    assert_true(p.eta_s > 43 && p.eta_s < 45);
    b.now.bytes_done = b.now.bytes_total; /* what is left has no bytes, and is some work */
    p = ing_batch_pace(&b, 6000);
    assert_true(p.eta_s > 0.01 && p.eta_s < 1);
    b.rate_from_done = 25; /* taken up again: nothing was done since */
    assert_true(ing_batch_pace(&b, 6000).eta_s < 0);
    b.rate_from_done = 0;
    b.now.phase = ING_PHASE_COMPLETED;
    b.completed_ms = 3500;
    p = ing_batch_pace(&b, 99999);
    assert_true(p.docs_per_s > 9.99 && p.docs_per_s < 10.01);
    assert_true(p.eta_s == 0);
    b.completed_ms = 1000; /* a clock that stood still */
    assert_true(ing_batch_pace(&b, 1000).docs_per_s > 0);
}

static const struct slow_row {
    const char *name;
    uint64_t us[ING_STAGES];
    unsigned workers;
    ing_stage slowest;
} slow[] = {
    {"nothing was measured", {0}, 2, ING_STAGES},
    {"embedding", {1, 2, 3, 40, 5, 6}, 2, ING_STAGE_EMBED},
    {"reading", {100, 2, 3, 40, 5, 6}, 2, ING_STAGE_READ},
    {"one follower against many workers", {1, 2, 3, 40, 5, 30}, 4, ING_STAGE_INDEX},
    {"one follower against one worker", {1, 2, 3, 40, 5, 30}, 1, ING_STAGE_EMBED},
};

static void slowest_stage(void **state)
{
    const struct slow_row *row = *state;
    assert_int_equal(ing_slowest_stage(row->us, row->workers), row->slowest);
}

static const struct counts_row {
    const char *name;
    ing_counts counts;
    bool fit, finished;
} figures[] = {
    {"nothing yet", {0}, true, false},
    {"nothing to read", {.phase = ING_PHASE_PROCESSING, .listed = true}, true, true},
    {"being listed", {.total = 2, .waiting = 2}, true, false},
    {"one is under way",
     {.phase = ING_PHASE_PROCESSING, .listed = true, .total = 2, .under_way = 1, .processed = 1},
     true,
     false},
    {"all done",
     {.phase = ING_PHASE_PROCESSING,
      .listed = true,
      .total = 3,
      .processed = 1,
      .failed = 1,
      .skipped = 1,
      .unchanged = 1},
     true,
     true},
    {"cancelled with one under way",
     {.phase = ING_PHASE_CANCELLED, .total = 3, .waiting = 2, .under_way = 1},
     true,
     false},
    {"cancelled", {.phase = ING_PHASE_CANCELLED, .total = 3, .waiting = 3}, true, true},
    {"one is lost", {.total = 3, .waiting = 2}, false, false},
    {"more unchanged than skipped", {.unchanged = 1}, false, false},
    {"more bytes than there are", {.bytes_done = 1}, false, false},
};

static void counts(void **state)
{
    const struct counts_row *row = *state;
    assert_int_equal(ing_counts_fit(&row->counts), row->fit);
    assert_int_equal(ing_counts_finished(&row->counts), row->finished);
}

static void retries_end(void **state)
{
    (void)state;
    int64_t last = 0;
    unsigned tries = 1;
    for (; ing_retry_after_ms(tries) >= 0; tries++) {
        assert_true(ing_retry_after_ms(tries) > last);
        last = ing_retry_after_ms(tries);
    }
    assert_int_equal(tries, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(many_stars_are_no_burden),
                                       cmocka_unit_test(patterns_that_cannot_be),
                                       cmocka_unit_test(pace), cmocka_unit_test(retries_end)};
    int failed = RUN_TABLE("glob", globs, glob);
    failed += RUN_TABLE("states", states, state_machine);
    failed += RUN_TABLE("slowest", slow, slowest_stage);
    failed += RUN_TABLE("figures", figures, counts);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
