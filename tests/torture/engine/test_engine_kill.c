/* test_engine_kill.c - a process that writes, merges and saves is killed at any moment, again and again. What it said
 * was kept is there, document by document, and everything verifies.
 */
#include "support/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "os/file.h"
#include "support/engine_story.h"

enum { DEFAULT_KILLS = 5, LIVES_A_KILL = 6, MOST_MS = 120 };

static const eng_thresholds soon = {.exact = 4, .bits = 20, .graph = 40};
static char folder[64] = "/tmp/anc-engine-kill-XXXXXX";

static void open_index(eng_index **ret)
{
    anc_err err = {0};
    const eng_options options = {
        .dims = ENGINE_WORLD_DIMS, .from = soon, .folder = anc_str_of(folder)};
    ASSERT_OK(eng_index_open(&options, ret, &err), &err);
}

/* Steps, saves and merges for ever; tells through the pipe what a save has kept. */
static void live(int told)
{
    anc_err err = {0};
    eng_index *index;
    bool did;
    const eng_options options = {
        .dims = ENGINE_WORLD_DIMS, .from = soon, .folder = anc_str_of(folder)};
    if (eng_index_open(&options, &index, &err) != ANC_OK)
        _exit(2);
    uint64_t step = eng_stats(index).cursor;
    for (uint32_t round = 1;; round++) {
        for (uint32_t i = 0; i < round % 7; i++)
            if (engine_story_step(index, ++step, &err) != ANC_OK)
                _exit(3);
        if (round % 5 == 0 &&
            eng_tidy(index, &(eng_tidy_options){.all = true}, &did, &err) != ANC_OK)
            _exit(4);
        if (eng_save(index, &(eng_tidy_options){0}, &err) != ANC_OK)
            _exit(5);
        if (write(told, &step, sizeof step) != sizeof step)
            _exit(6);
    }
}

/* The last that a process said before it was killed after so many milliseconds; `before` where it said nothing. */
static uint64_t live_and_die(unsigned ms, uint64_t before)
{
    int ends[2], status;
    uint64_t told, last = before;
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(ends[0]);
        live(ends[1]);
    }
    (void)close(ends[1]);
    (void)usleep(ms * 1000);
    assert_int_equal(kill(pid, SIGKILL), 0);
    while (read(ends[0], &told, sizeof told) == sizeof told)
        last = told;
    (void)close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return last;
}

static int kills(void)
{
    const char *text = getenv("ANC_ENGINE_KILLS");
    const int n = text != NULL ? (int)strtol(text, NULL, 10) : 0;
    return n > 0 ? n : DEFAULT_KILLS;
}

static void a_killed_process_keeps_what_it_saved(void **state)
{
    (void)state;
    uint64_t kept = 0, found = 0;
    srand(5);
    for (int i = 0; i < kills() * LIVES_A_KILL; i++) {
        anc_err err = {0};
        eng_index *index;
        kept = live_and_die(1 + (unsigned)rand() % MOST_MS, kept);
        open_index(&index);
        const uint64_t cursor = eng_stats(index).cursor;
        assert_int_equal(eng_index_opened(index).damaged, 0);
        assert_true(cursor >= kept && cursor <= kept + 7);
        assert_true(engine_story_agrees(index, cursor));
        ASSERT_OK(eng_verify(index, &(eng_verify_options){0}, &found, &err), &err);
        assert_int_equal(found, 0);
        kept = cursor;
        eng_index_close(index);
    }
    assert_true(kept > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_killed_process_keeps_what_it_saved)};
    if (mkdtemp(folder) == NULL)
        return 1;
    const int failed = cmocka_run_group_tests_name("engine killed", tests, NULL, NULL);
    return failed + (os_folder_remove(anc_str_of(folder), NULL) == ANC_OK ? 0 : 1);
}
