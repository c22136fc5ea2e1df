/* test_engine_calls.c - the calls of the system fail one after the other under an index in a real folder: interrupted,
 * short, refused. The index goes on, and opens as it was saved.
 */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "os/file.h"
#include "support/engine_story.h"
#include "support/fault_calls.h"

static const eng_thresholds soon = {.exact = 4, .bits = 20, .graph = 40};
static char top[64] = "/tmp/anc-engine-calls-XXXXXX";

static anc_status open_index(anc_str folder, eng_index **ret, anc_err *err)
{
    const eng_options options = {.dims = ENGINE_WORLD_DIMS, .from = soon, .folder = folder};
    return eng_index_open(&options, ret, err);
}

static void check_error(anc_status status, const anc_err *err, int error)
{
    assert_true(error != 0); /* an interruption or a short transfer is nobody's business */
    assert_int_not_equal(status, ANC_CORRUPT);
    assert_true(err->text[0] != 0);
    assert_true(error != ENOSPC || status == ANC_DISK_FULL);
    assert_true(error != EMFILE || status == ANC_UNAVAILABLE);
}

/* Some steps and a save, which may fail once. */
static void save_some(eng_index *index, uint64_t *step, int error)
{
    anc_err err = {0};
    for (int i = 0; i < 8; i++)
        ASSERT_OK(engine_story_step(index, ++*step, &err), &err);
    const anc_status status = eng_save(index, &(eng_tidy_options){0}, &err);
    if (status == ANC_OK)
        return;
    check_error(status, &err, error);
    assert_true(engine_story_agrees(index, *step));
    anc_err_clear(&err);
    ASSERT_OK(eng_save(index, &(eng_tidy_options){0}, &err), &err);
}

/* Whether the call came. */
static bool run(anc_str folder, fault_kind kind, long at, int error)
{
    anc_err err = {0};
    eng_index *index = NULL;
    uint64_t step = 0, found = 0;
    fault_calls_arm(kind, at, error);
    for (int days = 0; days < 3; days++) {
        const anc_status status = open_index(folder, &index, &err);
        if (status != ANC_OK) {
            check_error(status, &err, error);
            anc_err_clear(&err);
            ASSERT_OK(open_index(folder, &index, &err), &err);
        }
        assert_int_equal(eng_index_opened(index).damaged, 0);
        assert_int_equal(eng_stats(index).cursor, step);
        assert_true(engine_story_agrees(index, step));
        save_some(index, &step, error);
        save_some(index, &step, error);
        eng_index_close(index);
    }
    const bool hit = fault_calls_hit();
    fault_calls_heal();
    ASSERT_OK(open_index(folder, &index, &err), &err);
    ASSERT_OK(eng_verify(index, &(eng_verify_options){0}, &found, &err), &err);
    assert_int_equal(found, 0);
    assert_true(engine_story_agrees(index, step));
    eng_index_close(index);
    return hit;
}

typedef struct row {
    const char *name;
    fault_kind kind;
    int error;
} row;

static const row rows[] = {
    {"input and output fail", FAULT_ERROR, EIO},   {"the disk is full", FAULT_WRITE, ENOSPC},
    {"no descriptor is left", FAULT_OPEN, EMFILE}, {"calls are interrupted", FAULT_INTERRUPT, 0},
    {"transfers are short", FAULT_SHORT, 0},
};

static void every_call(void **state)
{
    const row *r = *state;
    bool came = true;
    long n = 0;
    for (; came; n += 1 + n / 40) {
        char folder[96];
        (void)snprintf(folder, sizeof folder, "%s/%d-%ld", top, (int)(r - rows), n);
        came = run(anc_str_of(folder), r->kind, n, r->error);
        assert_int_equal(os_folder_remove(anc_str_of(folder), NULL), ANC_OK);
        assert_true(n < 10000);
    }
    assert_true(n > 10);
}

int main(void)
{
    if (mkdtemp(top) == NULL)
        return 1;
    const int failed = RUN_TABLE("engine calls", rows, every_call);
    return failed + (os_folder_remove(anc_str_of(top), NULL) == ANC_OK ? 0 : 1);
}
