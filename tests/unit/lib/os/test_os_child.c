/* test_os_child.c - children that do what they should, and every way in which they do not. */
#include "support/test.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/child.h"
#include "os/clock.h"
#include "os/sandbox.h"

enum { MEMORY = 256 << 20, OUTPUT = 8 << 20, LONG_MS = 60000, SHORT_MS = 200 };

static const char *helper(void)
{
    return getenv("ANC_TEST_MISBEHAVE");
}

typedef struct heard {
    anc_buf text;
    anc_status answer;
    unsigned asked;
    unsigned stop_at; /* of may_go_on; 0: never */
} heard;

static anc_status hear(void *arg, anc_str bytes, anc_err *err)
{
    heard *h = arg;
    (void)anc_buf_add(&h->text, bytes);
    return h->answer == ANC_OK ? ANC_OK : ANC_FAIL(err, h->answer, "the listener has had enough");
}

static anc_status go_on(void *arg, anc_err *err)
{
    heard *h = arg;
    h->asked++;
    return h->stop_at > 0 && h->asked >= h->stop_at ? ANC_FAIL(err, ANC_CANCELLED, "stopped")
                                                    : ANC_OK;
}

static os_child_spec spec_of(const char *const *argv, heard *h)
{
    return (os_child_spec){.program = helper(),
                           .argv = argv,
                           .memory_bytes = MEMORY,
                           .output_bytes = OUTPUT,
                           .cpu_s = 30,
                           .wall_ms = LONG_MS,
                           .on_output = hear,
                           .arg = h};
}

static void input_comes_back_whole(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 65536, 5 << 20};
    const char *const argv[] = {"misbehave", "echo", NULL};
    for (size_t i = 0; i < ANC_COUNT(sizes); i++) {
        heard h = {.text = anc_buf_init(OUTPUT)};
        os_child_result result;
        anc_err err = {0};
        char *input = malloc(sizes[i] + 1);
        assert_non_null(input);
        for (size_t k = 0; k < sizes[i]; k++)
            input[k] = (char)(k * 31 + k / 257);
        os_child_spec spec = spec_of(argv, &h);
        spec.input = (anc_str){input, sizes[i]};
        ASSERT_OK(os_child_run(&spec, &result, &err), &err);
        assert_int_equal(result.end, OS_CHILD_EXITED);
        assert_int_equal(result.code, 0);
        assert_int_equal(result.output_bytes, sizes[i]);
        assert_true(anc_str_eq(anc_buf_view(&h.text), spec.input));
        anc_buf_done(&h.text);
        free(input);
    }
}

typedef struct end_row {
    const char *name; /* what the helper does */
    os_child_end end;
    int code;
    const char *complaint;
    int64_t wall_ms;
    unsigned cpu_s;
} end_row;

static const end_row end_rows[] = {
    {"complain", OS_CHILD_EXITED, 7, "something is wrong\n", LONG_MS, 30},
    {"nothing known", OS_CHILD_EXITED, 99, "", LONG_MS, 30},
    {"hang", OS_CHILD_TIME, SIGKILL, "", SHORT_MS, 30},
    {"hang without output", OS_CHILD_TIME, SIGKILL, "", SHORT_MS, 30},
    {"spin", OS_CHILD_TIME, SIGXCPU, "", LONG_MS, 1},
    {"eat memory", OS_CHILD_MEMORY, 3, "no more\n", LONG_MS, 30},
    {"flood", OS_CHILD_OUTPUT, SIGKILL, "", LONG_MS, 30},
    {"flood complaints", OS_CHILD_OUTPUT, SIGKILL, NULL, LONG_MS, 30},
    {"kill itself", OS_CHILD_KILLED, SIGKILL, "", LONG_MS, 30},
    {"abort", OS_CHILD_KILLED, SIGABRT, "", LONG_MS, 30},
};

static void ends_have_names(void **state)
{
    const end_row *row = *state;
    const char *const argv[] = {"misbehave", row->name, NULL};
    heard h = {.text = anc_buf_init(OUTPUT)};
    os_child_result result;
    anc_err err = {0};
    os_child_spec spec = spec_of(argv, &h);
    spec.wall_ms = row->wall_ms;
    spec.cpu_s = row->cpu_s;
    ASSERT_OK(os_child_run(&spec, &result, &err), &err);
    assert_int_equal(result.end, row->end);
    assert_int_equal(result.code, row->code);
    if (row->complaint != NULL)
        assert_string_equal(result.complaints, row->complaint);
    else
        assert_int_equal(strlen(result.complaints), OS_CHILD_COMPLAINTS);
    anc_buf_done(&h.text);
}

/* What seccomp ends; without it landlock and the limits refuse some of it, and the rest succeeds. */
static const end_row forbidden_rows[] = {
    {"fork", OS_CHILD_FORBIDDEN, SIGSYS, "", LONG_MS, 30},
    {"second program", OS_CHILD_FORBIDDEN, SIGSYS, "", LONG_MS, 30},
    {"kill parent", OS_CHILD_FORBIDDEN, SIGSYS, "", LONG_MS, 30},
    {"socket", OS_CHILD_FORBIDDEN, SIGSYS, "", LONG_MS, 30},
    {"trace", OS_CHILD_FORBIDDEN, SIGSYS, "", LONG_MS, 30},
    {"own signals of input", OS_CHILD_FORBIDDEN, SIGSYS, "", LONG_MS, 30},
    {"own signals of input by kind", OS_CHILD_FORBIDDEN, SIGSYS, "", LONG_MS, 30},
    {"choose the signal of input", OS_CHILD_FORBIDDEN, SIGSYS, "", LONG_MS, 30},
    {"signal of input", OS_CHILD_FORBIDDEN, SIGSYS, "", LONG_MS, 30},
    {"harmless of descriptors", OS_CHILD_EXITED, 0, "", LONG_MS, 30},
};

static void forbidden_calls_end_it(void **state)
{
    if (os_sandbox_missing() != NULL && strstr(os_sandbox_missing(), "seccomp") != NULL)
        skip();
    ends_have_names(state);
}

static os_child_result run_on_path(const char *what, const char *path, const char *const *readable)
{
    const char *const argv[] = {"misbehave", what, path, NULL};
    heard h = {.text = anc_buf_init(OUTPUT)};
    os_child_result result;
    anc_err err = {0};
    os_child_spec spec = spec_of(argv, &h);
    spec.readable = readable;
    ASSERT_OK(os_child_run(&spec, &result, &err), &err);
    anc_buf_done(&h.text);
    return result;
}

static void files_are_out_of_reach(void **state)
{
    (void)state;
    if (os_sandbox_missing() != NULL && strstr(os_sandbox_missing(), "landlock") != NULL)
        skip();
    char folder[] = "/tmp/anc-child-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/new", folder);
    const char *const also[] = {folder, "/nothing/here", NULL};
    assert_int_equal(run_on_path("read", folder, NULL).code, 1);
    assert_int_equal(run_on_path("read", "/etc/passwd", NULL).code, 1);
    assert_int_equal(run_on_path("read", folder, also).code, 0);
    assert_int_equal(run_on_path("write", path, also).code, 1);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void a_child_has_little(void **state)
{
    (void)state;
    const char *const argv[] = {"misbehave", "report", NULL};
    heard h = {.text = anc_buf_init(OUTPUT)};
    os_child_result result;
    anc_err err = {0};
    const os_child_spec spec = spec_of(argv, &h);
    ASSERT_OK(os_child_run(&spec, &result, &err), &err);
    assert_string_equal(h.text.ptr,
                        "environment empty\nfolder /\ndescriptors 3\ncore 0\nsession own\n");
    anc_buf_done(&h.text);
}

static void the_caller_may_stop_it(void **state)
{
    (void)state;
    const char *const hanging[] = {"misbehave", "hang", NULL};
    const char *const flooding[] = {"misbehave", "flood", NULL};
    heard h = {.text = anc_buf_init(OUTPUT), .stop_at = 2};
    os_child_result result;
    anc_err err = {0};
    os_child_spec spec = spec_of(hanging, &h);
    spec.may_go_on = go_on;
    assert_int_equal(os_child_run(&spec, &result, &err), ANC_CANCELLED);
    h = (heard){.text = h.text, .answer = ANC_DISK_FULL};
    anc_err_clear(&err);
    spec = spec_of(flooding, &h);
    assert_int_equal(os_child_run(&spec, &result, &err), ANC_DISK_FULL);
    assert_string_equal(err.text, "the listener has had enough");
    anc_buf_done(&h.text);
}

static void what_is_no_program(void **state)
{
    (void)state;
    static const char *const paths[] = {"/no/such/program", "/tmp", "/etc/passwd"};
    const char *const argv[] = {"x", NULL};
    for (size_t i = 0; i < ANC_COUNT(paths); i++) {
        heard h = {.text = anc_buf_init(OUTPUT)};
        os_child_result result;
        anc_err err = {0};
        os_child_spec spec = spec_of(argv, &h);
        spec.program = paths[i];
        assert_int_equal(os_child_run(&spec, &result, &err), ANC_NOT_FOUND);
        assert_non_null(strstr(err.text, paths[i]));
    }
}

static void nothing_is_left_open(void **state)
{
    (void)state;
    const int before = dup(0);
    (void)close(before);
    input_comes_back_whole(NULL);
    what_is_no_program(NULL);
    const int after = dup(0);
    (void)close(after);
    assert_int_equal(before, after);
}

/* From here on a program that this process or a child of it begins waits for an answer that never comes. */
static bool let_programs_hang(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const struct sock_fprog program = {.len = ANC_COUNT(code), .filter = code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                   &program) >= 0;
}

enum { NOTHING_HANGS = 77 };

/* 0 when a program whose start hangs is stopped in time. */
static int start_what_hangs(void)
{
    const char *const argv[] = {"misbehave", "echo", NULL};
    heard h = {.text = anc_buf_init(OUTPUT)};
    os_child_result result = {.end = OS_CHILD_EXITED};
    os_child_spec spec = spec_of(argv, &h);
    spec.wall_ms = SHORT_MS;
    if (!let_programs_hang())
        return NOTHING_HANGS;
    return os_child_run(&spec, &result, NULL) == ANC_OK && result.end == OS_CHILD_TIME ? 0 : 1;
}

static void a_start_that_hangs_has_an_end(void **state)
{
    (void)state;
    int how = 0;
    (void)fflush(NULL);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(start_what_hangs());
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_true(WIFEXITED(how));
    if (WEXITSTATUS(how) == NOTHING_HANGS)
        skip();
    assert_int_equal(WEXITSTATUS(how), 0);
}

int main(void)
{
    if (os_sandbox_missing() != NULL)
        (void)printf("this kernel lacks %s\n", os_sandbox_missing());
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(input_comes_back_whole),
        cmocka_unit_test(files_are_out_of_reach),
        cmocka_unit_test(a_child_has_little),
        cmocka_unit_test(the_caller_may_stop_it),
        cmocka_unit_test(what_is_no_program),
        cmocka_unit_test(nothing_is_left_open),
        cmocka_unit_test(a_start_that_hangs_has_an_end),
    };
    int failed = cmocka_run_group_tests_name("child", tests, NULL, NULL);
    failed += RUN_TABLE("ends", end_rows, ends_have_names);
    failed += RUN_TABLE("forbidden", forbidden_rows, forbidden_calls_end_it);
    return failed;
}
