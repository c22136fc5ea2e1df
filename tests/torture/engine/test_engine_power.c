/* test_engine_power.c - the power is lost at any call to the disk; each call fails once. After either the index is as
 * it was at the last save or at the one that was under way, nothing of it is damaged, and it goes on.
 */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/engine_disk.h"
#include "support/engine_story.h"

enum { LOSSES = 30 };

static const eng_thresholds soon = {.exact = 4, .bits = 20, .graph = 40};

typedef struct life {
    engine_disk *disk;
    uint64_t seed;
    uint64_t saved;  /* steps that a save has kept */
    uint64_t saving; /* of the save that was under way */
} life;

static uint32_t chance(life *l, uint32_t below)
{
    l->seed = l->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(l->seed >> 33) % below;
}

static anc_status open_index(const life *l, eng_index **ret, anc_err *err)
{
    const eng_options options = {.dims = ENGINE_WORLD_DIMS,
                                 .from = soon,
                                 .folder = ANC_STR("index"),
                                 .disk = engine_disk_ops(l->disk)};
    return eng_index_open(&options, ret, err);
}

/* Steps, merges and saves until the disk fails; false when it did. */
static bool live(life *l, eng_index *index, uint64_t *step)
{
    anc_err err = {0};
    bool did;
    for (uint32_t i = chance(l, 12); i > 0; i--)
        ASSERT_OK(engine_story_step(index, ++*step, &err), &err);
    if (chance(l, 4) == 0)
        ASSERT_OK(eng_tidy(index, &(eng_tidy_options){.all = true}, &did, &err), &err);
    l->saving = *step;
    if (eng_save(index, &(eng_tidy_options){0}, &err) != ANC_OK)
        return false;
    l->saved = *step;
    return true;
}

/* Whether everything is sound; the disk may fail once while it is read. */
static bool verifies(eng_index *index)
{
    uint64_t found = 1;
    anc_status status = eng_verify(index, &(eng_verify_options){0}, &found, NULL);
    if (status != ANC_OK)
        status = eng_verify(index, &(eng_verify_options){0}, &found, NULL);
    return status == ANC_OK && found == 0;
}

/* Whether the index is one that it may be; where it is not, *ret_why says. */
static bool is_good(const life *l, eng_index *index, const char **ret_why)
{
    anc_err err = {0};
    uint64_t answers;
    const uint64_t cursor = eng_stats(index).cursor;
    *ret_why = NULL;
    eng_snapshot *s = eng_snapshot_acquire(index);
    if (eng_index_opened(index).damaged > 0)
        *ret_why = eng_index_opened(index).text;
    else if (cursor != l->saved && cursor != l->saving)
        *ret_why = "it stands neither at the last save nor at the one before";
    else if (!engine_story_agrees(index, cursor))
        *ret_why = "it does not hold what it held";
    else if (engine_world_answers(s, &answers, &err) != ANC_OK || !verifies(index))
        *ret_why = "it does not verify";
    eng_snapshot_release(s);
    return *ret_why == NULL;
}

/* A life with many losses; false, and why, where one of them took what was kept. */
static bool survives(uint64_t seed, bool forgets, char why[600])
{
    life l = {.disk = engine_disk_new(seed), .seed = seed};
    bool good = true;
    if (forgets)
        engine_disk_forget_syncs(l.disk);
    for (int loss = 0; loss < LOSSES && good; loss++) {
        anc_err err = {0};
        eng_index *index = NULL;
        const char *fault;
        good = open_index(&l, &index, &err) == ANC_OK;
        (void)snprintf(why, 600, "seed %llu, loss %d: %s", (unsigned long long)seed, loss,
                       err.text);
        if (!good)
            break;
        good = is_good(&l, index, &fault);
        if (!good)
            (void)snprintf(why, 600, "seed %llu, loss %d: %s", (unsigned long long)seed, loss,
                           fault);
        uint64_t step = l.saved = l.saving = eng_stats(index).cursor;
        engine_disk_fail(l.disk, (long)chance(&l, 400), ANC_IO, true);
        for (int i = 0; i < 20 && good && live(&l, index, &step); i++)
            continue;
        eng_index_close(index);
        engine_disk_lose_power(l.disk);
    }
    engine_disk_free(l.disk);
    return good;
}

static uint64_t rounds(void)
{
    const char *text = getenv("ANC_ENGINE_ROUNDS");
    const unsigned long long n = text != NULL ? strtoull(text, NULL, 10) : 0;
    return n > 0 ? n : 5;
}

static void power_is_lost(void **state)
{
    (void)state;
    char why[600];
    for (uint64_t seed = 1; seed <= rounds(); seed++)
        if (!survives(seed, false, why))
            fail_msg("%s", why);
}

/* The test itself: a program that does not sync is found out. */
static void without_syncs_it_would_not_survive(void **state)
{
    (void)state;
    char why[600];
    int found_out = 0;
    for (uint64_t seed = 1; seed <= 5; seed++)
        found_out += survives(seed, true, why) ? 0 : 1;
    assert_int_equal(found_out, 5);
}

/* ---- each call fails once --------------------------------------------------------------------- */

/* A life in which call `at` fails; whether it came so far. */
static bool fails_once(long at, anc_status status)
{
    life l = {.disk = engine_disk_new(1), .seed = 3};
    eng_index *index = NULL;
    uint64_t step = 0;
    engine_disk_fail(l.disk, at, status, false);
    for (int days = 0; days < 3; days++) {
        anc_err err = {0};
        const char *fault;
        anc_status opened = open_index(&l, &index, &err);
        if (opened != ANC_OK) { /* the disk failed: nothing is given up for that */
            assert_int_equal(opened, status);
            assert_true(err.text[0] != 0);
            anc_err_clear(&err);
            ASSERT_OK(open_index(&l, &index, &err), &err);
        }
        if (!is_good(&l, index, &fault))
            fail_msg("call %ld: %s", at, fault);
        step = l.saved = l.saving = eng_stats(index).cursor;
        for (int i = 0; i < 3; i++)
            if (!live(&l, index, &step)) {
                assert_true(engine_story_agrees(index, step)); /* it goes on in memory */
                anc_err_clear(&err);
                ASSERT_OK(eng_save(index, &(eng_tidy_options){0}, &err), &err);
                l.saved = step;
            }
        eng_index_close(index);
    }
    const bool hit = engine_disk_hit(l.disk);
    assert_true(hit || engine_disk_count(l.disk, "index/damaged") == 0);
    engine_disk_free(l.disk);
    return hit;
}

static void every_call_fails(void **state)
{
    (void)state;
    const anc_status statuses[] = {ANC_IO, ANC_DISK_FULL, ANC_UNAVAILABLE, ANC_FORBIDDEN};
    for (size_t i = 0; i < ANC_COUNT(statuses); i++) {
        long n = 0;
        for (; fails_once(n, statuses[i]); n += i == 0 ? 1 : 1 + n / 25)
            assert_true(n < 10000);
        assert_true(n > 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_is_lost),
        cmocka_unit_test(without_syncs_it_would_not_survive),
        cmocka_unit_test(every_call_fails),
    };
    return cmocka_run_group_tests_name("engine power", tests, NULL, NULL);
}
