/* test_os_old_kernel.c - children of strangers' bytes on kernels without landlock, without seccomp, without both:
 * the walls that stand still hold, the limits hold everywhere, and nothing is left running. The old kernel is
 * played by a filter that refuses the calls of the walls that it lacks. */
#include "support/test.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/child.h"
#include "os/sandbox.h"

enum { MEMORY = 256 << 20, OUTPUT = 8 << 20, MAX_CALLS = 4, SHORT_MS = 300, LONG_MS = 60000 };

typedef struct kernel {
    const char *name, *missing;
    int calls[MAX_CALLS]; /* that it does not know; 0 at the end */
    bool landlock, seccomp;
} kernel;

static const kernel kernels[] = {
    {"without landlock", "landlock", {SYS_landlock_create_ruleset, 0}, false, true},
    {"without seccomp", "seccomp", {SYS_seccomp, 0}, true, false},
    {"without both",
     "landlock and seccomp",
     {SYS_landlock_create_ruleset, SYS_seccomp, 0},
     false,
     false},
};

static const kernel *now; /* the one that is played */

/* From here on the calls of `k` are unknown to this process and its children. */
static bool become(const kernel *k)
{
    struct sock_filter code[2 * MAX_CALLS + 2];
    unsigned short n = 0;
    code[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; k->calls[i] != 0; i++) {
        code[n++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)k->calls[i], 0, 1);
        code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
    }
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const struct sock_fprog program = {.len = n, .filter = code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static anc_status pass(void *arg, anc_str bytes, anc_err *err)
{
    (void)arg;
    (void)bytes;
    (void)err;
    return ANC_OK;
}

static os_child_result run(const char *what, const char *path, int64_t wall_ms)
{
    const char *const argv[] = {"misbehave", what, path, NULL};
    const os_child_spec spec = {.program = getenv("ANC_TEST_MISBEHAVE"),
                                .argv = argv,
                                .memory_bytes = MEMORY,
                                .output_bytes = OUTPUT,
                                .cpu_s = 30,
                                .wall_ms = wall_ms,
                                .on_output = pass};
    os_child_result result;
    anc_err err = {0};
    ASSERT_OK(os_child_run(&spec, &result, &err), &err);
    return result;
}

static void the_missing_wall_is_named(void **state)
{
    (void)state;
    assert_string_equal(os_sandbox_missing(), now->missing);
}

static void the_limits_hold(void **state)
{
    (void)state;
    assert_int_equal(run("report", NULL, LONG_MS).end, OS_CHILD_EXITED);
    assert_int_equal(run("hang", NULL, SHORT_MS).end, OS_CHILD_TIME);
    assert_int_equal(run("eat memory", NULL, LONG_MS).end, OS_CHILD_MEMORY);
    assert_int_equal(run("flood", NULL, LONG_MS).end, OS_CHILD_OUTPUT);
    assert_int_equal(run("kill itself", NULL, LONG_MS).end, OS_CHILD_KILLED);
}

static void calls_are_forbidden_where_there_is_a_filter(void **state)
{
    (void)state;
    static const char *const calls[] = {"socket",
                                        "second program",
                                        "trace",
                                        "fork",
                                        "own signals of input",
                                        "own signals of input by kind",
                                        "choose the signal of input",
                                        "signal of input"};
    for (size_t i = 0; i < ANC_COUNT(calls); i++) {
        const os_child_result r = run(calls[i], NULL, LONG_MS);
        assert_int_equal(r.end, now->seccomp ? OS_CHILD_FORBIDDEN : OS_CHILD_EXITED);
    }
}

/* What the child has begun ends with it, with a filter or without. */
static void nothing_is_left_running(void **state)
{
    (void)state;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    (void)run("fork", NULL, SHORT_MS);
    int how = 0;
    for (pid_t pid; (pid = waitpid(-1, &how, 0)) > 0;)
        assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0), 0);
}

/* Without landlock a new file can be named, but nothing can be written to one. */
static void nothing_is_written(void **state)
{
    (void)state;
    char folder[] = "/tmp/anc-old-XXXXXX", path[64];
    struct stat st = {.st_size = 0};
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/new", folder);
    const os_child_result r = run("write", path, LONG_MS);
    assert_true(r.end == OS_CHILD_FORBIDDEN || (r.end == OS_CHILD_EXITED && r.code == 1));
    const bool made = stat(path, &st) == 0;
    assert_int_equal(st.st_size, 0);
    assert_false(made && now->landlock);
    (void)unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

static int play(const kernel *k)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_missing_wall_is_named),
        cmocka_unit_test(the_limits_hold),
        cmocka_unit_test(calls_are_forbidden_where_there_is_a_filter),
        cmocka_unit_test(nothing_is_left_running),
        cmocka_unit_test(nothing_is_written),
    };
    now = k;
    if (!become(k)) {
        (void)printf("skipped: this kernel takes no filter, so that none can be played\n");
        return 0;
    }
    return cmocka_run_group_tests_name(k->name, tests, NULL, NULL);
}

int main(void)
{
    int failed = 0, how = 0;
    if (os_sandbox_missing() != NULL) {
        (void)printf("skipped: this kernel itself lacks %s\n", os_sandbox_missing());
        return 77;
    }
    for (size_t i = 0; i < ANC_COUNT(kernels); i++) {
        (void)fflush(stdout);
        const pid_t pid = fork();
        if (pid == 0) {
            const int code = play(&kernels[i]);
            (void)fflush(stdout);
            _exit(code == 0 ? 0 : 1);
        }
        failed += pid < 0 || waitpid(pid, &how, 0) != pid || how != 0;
    }
    return failed;
}
