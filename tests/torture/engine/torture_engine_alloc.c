/* torture_engine_alloc.c - every allocation of the engine fails once: a named error, nothing leaks, and
 * the index shows what it showed. */
#include "support/test.h"

#include <stdio.h>

#include "engine_help.h"
#include "support/fail_alloc.h"

enum { DOCUMENTS = 20 };

static const float EAST[2] = {1, 0};
static bool lenient; /* an allocation of this run fails */

/* A status that a run may give: OK, or out of memory where that was arranged. */
static bool went_well(anc_status status, const anc_err *err)
{
    if (status != ANC_OK) {
        assert_true(lenient);
        assert_int_equal(status, ANC_NO_MEMORY);
        assert_true(err->text[0] != '\0');
    }
    return status == ANC_OK;
}

/* Documents found by the word that all have; the arena may fail too, then -1. */
static long found(eng_index *index)
{
    anc_err err = {0};
    long n = -1;
    ANC_ARENA(mem, 4 << 20);
    if (mem == NULL)
        return -1;
    const anc_str label = ANC_STR("public");
    const eng_query_term term = {.text = ANC_STR("all"), .weight = 1};
    const anc_str phrase[] = {ANC_STR("all"), ANC_STR("of"), ANC_STR("these")};
    const eng_wording wording = {ENG_HAS_PHRASE, phrase, 3, 0};
    const eng_demand demand = {&wording, 1, false};
    const eng_query q = {.terms = &term,
                         .n_terms = 1,
                         .vector = EAST,
                         .dims = 2,
                         .labels = &label,
                         .n_labels = 1,
                         .k_keyword = 100,
                         .k_semantic = 100,
                         .k_documents = 100,
                         .demands = &demand,
                         .n_demands = 1,
                         .explain = true};
    eng_result r;
    eng_snapshot *s = eng_snapshot_acquire(index);
    if (went_well(eng_search(s, &q, mem, &r, &err), &err))
        n = r.n == r.n_documents ? (long)r.n : -2;
    eng_snapshot_release(s);
    return n;
}

static long publish_all(eng_index *index)
{
    long there = 0;
    for (int i = 0; i < DOCUMENTS; i++) {
        anc_err err = {0};
        char key[16];
        (void)snprintf(key, sizeof key, "d%d", i);
        if (went_well(help_publish(index, key, 1, "title", "all of these words", EAST, &err), &err))
            there++;
    }
    return there;
}

static void scenario(bool may_fail)
{
    anc_err err = {0};
    eng_index *index = NULL;
    const eng_options options = {.dims = 2};
    lenient = may_fail;
    if (!went_well(eng_index_open(&options, &index, &err), &err))
        return;
    const long there = publish_all(index);
    anc_err_clear(&err);
    const uint64_t before = eng_stats(index).documents;
    assert_int_equal(before, there);
    const bool deleted = went_well(eng_delete(index, ANC_STR("d3"), &err), &err);
    const uint64_t after = eng_stats(index).documents;
    assert_true(deleted ? after + 1 == before || there < DOCUMENTS : after == before);
    const long n = found(index);
    assert_true(n == -1 || n == (long)after);
    eng_index_close(index);
}

static void out_of_memory_is_survived(void **state)
{
    (void)state;
    assert_true(fail_alloc_torture(scenario) > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(out_of_memory_is_survived)};
    return cmocka_run_group_tests_name("engine without memory", tests, NULL, NULL);
}
