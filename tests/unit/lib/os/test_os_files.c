/* test_os_files.c - files, folders and locks, with a system that is short of breath. */
#include "support/test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/file.h"
#include "os/output.h"
#include "os/reserve.h"
#include "os/thread.h"

/* What the wrapped calls do: at most `most` bytes a call, every other one interrupted first, and
 * `fail` (an errno) in call number `fail_at` of fsync, rename or write. */
static struct {
    size_t most;
    bool interrupts;
    int fail;
    const char *fail_call;
    bool interrupted;
} fault;

static bool fails(const char *call)
{
    if (fault.fail == 0 || strcmp(call, fault.fail_call) != 0)
        return false;
    errno = fault.fail;
    return true;
}

static bool interrupts(void)
{
    fault.interrupted = fault.interrupts && !fault.interrupted;
    if (fault.interrupted)
        errno = EINTR;
    return fault.interrupted;
}

ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n)
{
    if (fails("write") || interrupts())
        return -1;
    return __real_write(fd, bytes, fault.most > 0 && n > fault.most ? fault.most : n);
}

ssize_t __real_read(int fd, void *bytes, size_t n);
ssize_t __wrap_read(int fd, void *bytes, size_t n);
ssize_t __wrap_read(int fd, void *bytes, size_t n)
{
    if (interrupts())
        return -1;
    return __real_read(fd, bytes, fault.most > 0 && n > fault.most ? fault.most : n);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    return fails("fsync") ? -1 : __real_fsync(fd);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    return fails("rename") ? -1 : __real_rename(from, to);
}

static char folder[] = "/tmp/anc-os-XXXXXX";
static anc_arena *mem;

static anc_str in_folder(const char *name)
{
    return anc_arena_printf(mem, "%s/%s", folder, name);
}

static int set_up(void **state)
{
    (void)state;
    mem = anc_arena_new(64 << 20);
    return mkdtemp(folder) == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    const anc_status status = os_folder_remove(anc_str_of(folder), NULL);
    const bool there = os_exists(anc_str_of(folder));
    anc_arena_free(mem);
    return status != ANC_OK || there;
}

static int no_faults(void **state)
{
    (void)state;
    memset(&fault, 0, sizeof fault);
    return 0;
}

static anc_str big_text(size_t n)
{
    char *p = anc_arena_alloc(mem, n, 1);
    for (size_t i = 0; i < n; i++)
        p[i] = (char)('a' + i % 23);
    return (anc_str){p, n};
}

static void short_transfers_are_made_whole(void **state)
{
    (void)state;
    anc_err err = {0};
    anc_str got;
    const anc_str text = big_text(200001);
    fault.most = 777;
    fault.interrupts = true;
    ASSERT_OK(os_file_replace(in_folder("short"), text, &err), &err);
    ASSERT_OK(os_file_read(mem, in_folder("short"), 1 << 20, &got, &err), &err);
    assert_true(anc_str_eq(got, text));
    assert_int_equal(os_file_read(mem, in_folder("short"), 200000, &got, &err), ANC_LIMIT);
    assert_non_null(strstr(err.text, "200001"));
}

typedef struct {
    const char *name;
    const char *call;
    int fail;
    anc_status want;
} replace_row;

static const replace_row replace_rows[] = {
    {"a full disk while writing", "write", ENOSPC, ANC_DISK_FULL},
    {"a quota while writing", "write", EDQUOT, ANC_DISK_FULL},
    {"an error of the disk in fsync", "fsync", EIO, ANC_IO},
    {"a read-only disk in rename", "rename", EROFS, ANC_FORBIDDEN},
};

static void a_failed_replace_leaves_the_old(void **state)
{
    const replace_row *row = *state;
    anc_err err = {0};
    anc_str got, *names;
    size_t n;
    const anc_str sub = in_folder("replace"), path = in_folder("replace/f");
    no_faults(NULL);
    ASSERT_OK(os_folder_make(sub, &err), &err);
    ASSERT_OK(os_file_replace(path, ANC_STR("old"), &err), &err);
    fault.fail = row->fail;
    fault.fail_call = row->call;
    assert_int_equal(os_file_replace(path, ANC_STR("new"), &err), row->want);
    assert_non_null(strstr(err.text, "replace/f"));
    no_faults(NULL);
    ASSERT_OK(os_file_read(mem, path, 100, &got, &err), &err);
    assert_true(anc_str_eq(got, ANC_STR("old")));
    ASSERT_OK(os_folder_list(mem, sub, 10, &names, &n, &err), &err);
    assert_int_equal(n, 1); /* no temporary file stays */
}

static void a_writer_shows_nothing_before_commit(void **state)
{
    (void)state;
    anc_err err = {0};
    anc_str got;
    os_writer *w = NULL;
    const anc_str path = in_folder("whole"), other = in_folder("other"), big = big_text(150000);
    ASSERT_OK(os_writer_open(path, &w, &err), &err);
    ASSERT_OK(os_writer_add(w, ANC_STR("head "), &err), &err);
    ASSERT_OK(os_writer_add(w, big, &err), &err);
    ASSERT_OK(os_writer_add(w, ANC_STR(" tail"), &err), &err);
    assert_false(os_exists(path));
    ASSERT_OK(os_writer_commit(w, other, &err), &err);
    assert_false(os_exists(path));
    ASSERT_OK(os_file_read(mem, other, 1 << 20, &got, &err), &err);
    assert_int_equal(got.len, 150010);
    assert_true(anc_str_starts(got, ANC_STR("head abc")) && anc_str_ends(got, ANC_STR(" tail")));
    ASSERT_OK(os_writer_open(path, &w, &err), &err);
    os_writer_abort(w);
    assert_false(os_exists(path));
}

static void a_move_takes_the_other_name(void **state)
{
    (void)state;
    anc_err err = {0};
    anc_str got;
    ASSERT_OK(os_file_replace(in_folder("from"), ANC_STR("new"), &err), &err);
    ASSERT_OK(os_file_replace(in_folder("to"), ANC_STR("old"), &err), &err);
    ASSERT_OK(os_file_move(in_folder("from"), in_folder("to"), &err), &err);
    assert_false(os_exists(in_folder("from")));
    ASSERT_OK(os_file_read(mem, in_folder("to"), 100, &got, &err), &err);
    assert_true(anc_str_eq(got, ANC_STR("new")));
    assert_int_equal(os_file_move(in_folder("from"), in_folder("to"), &err), ANC_NOT_FOUND);
}

static void maps(void **state)
{
    (void)state;
    anc_err err = {0};
    os_map map = {0};
    ASSERT_OK(os_file_replace(in_folder("map"), ANC_STR("bytes"), &err), &err);
    ASSERT_OK(os_map_open(in_folder("map"), &map, &err), &err);
    assert_int_equal(map.len, 5);
    assert_memory_equal(map.bytes, "bytes", 5);
    os_map_close(&map);
    os_map_close(&map);
    ASSERT_OK(os_file_replace(in_folder("map"), ANC_STR(""), &err), &err);
    ASSERT_OK(os_map_open(in_folder("map"), &map, &err), &err);
    assert_int_equal(map.len, 0);
    os_map_close(&map);
}

static void read_all(void *arg)
{
    enum { PAGE = 65536 };
    const os_map *map = arg;
    for (size_t at = 0; at < map->len; at += PAGE / 2)
        assert_int_equal(map->bytes[at], at < PAGE ? 'x' : 0);
}

/* A file that is cut under its map: zeros, and the map knows; others are as they were. So in any thread. */
static void a_cut_file_is_zeros(void **state)
{
    enum { PAGES = 3, PAGE = 65536 };
    (void)state;
    anc_err err = {0};
    os_map map = {0}, other = {0};
    os_thread *reader;
    static char bytes[PAGES * PAGE];
    memset(bytes, 'x', sizeof bytes);
    ASSERT_OK(os_maps_guard(&err), &err);
    ASSERT_OK(os_file_replace(in_folder("cut"), (anc_str){bytes, sizeof bytes}, &err), &err);
    ASSERT_OK(os_file_replace(in_folder("whole"), (anc_str){bytes, sizeof bytes}, &err), &err);
    for (int turn = 0; turn < 2; turn++) { /* a row that is used again begins anew */
        ASSERT_OK(os_map_open(in_folder("cut"), &map, &err), &err);
        ASSERT_OK(os_map_open(in_folder("whole"), &other, &err), &err);
        assert_false(os_map_lost(&map));
        if (turn == 0)
            assert_int_equal(truncate(in_folder("cut").ptr, PAGE), 0);
        ASSERT_OK(os_thread_start("reader", read_all, &map, &reader, &err), &err);
        os_thread_join(reader);
        read_all(&map);
        assert_int_equal(os_map_lost(&map), turn == 0);
        assert_true(other.bytes[PAGES * PAGE - 1] == 'x' && !os_map_lost(&other));
        os_map_close(&map);
        os_map_close(&other);
    }
    assert_false(os_map_lost(&map));
}

static void reads_at_any_place(void **state)
{
    (void)state;
    anc_err err = {0};
    os_reader *r = NULL;
    char got[6] = {0};
    const anc_str path = in_folder("read");
    ASSERT_OK(os_file_replace(path, ANC_STR("0123456789"), &err), &err);
    ASSERT_OK(os_reader_open(path, &r, &err), &err);
    assert_int_equal(os_reader_bytes(r), 10);
    ASSERT_OK(os_reader_get(r, 7, 3, got, &err), &err);
    assert_string_equal(got, "789");
    ASSERT_OK(os_reader_get(r, 10, 0, got, &err), &err);
    assert_int_equal(os_reader_get(r, 7, 4, got, &err), ANC_CORRUPT);
    assert_non_null(strstr(err.text, "read was cut short"));
    ASSERT_OK(os_file_replace(path, ANC_STR("another"), NULL), &err);
    ASSERT_OK(os_file_remove(path, NULL), &err);
    ASSERT_OK(os_reader_get(r, 0, 5, got, &err), &err);
    assert_string_equal(got, "01234"); /* what was opened, whatever has the name */
    os_reader_close(r);
    os_reader_close(NULL);
    assert_int_equal(os_reader_open(path, &r, NULL), ANC_NOT_FOUND);
    assert_int_equal(os_reader_open(anc_str_of(folder), &r, NULL), ANC_IO);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    anc_err err = {0};
    anc_str got = ANC_STR("as before"), *names;
    os_map map;
    os_stat st;
    size_t n;
    const anc_str missing = in_folder("no/such");
    assert_int_equal(os_file_read(mem, missing, 10, &got, &err), ANC_NOT_FOUND);
    assert_non_null(strstr(err.text, "no/such"));
    assert_true(anc_str_eq(got, ANC_STR("as before")));
    assert_int_equal(os_map_open(missing, &map, NULL), ANC_NOT_FOUND);
    assert_int_equal(os_stat_of(missing, &st, NULL), ANC_NOT_FOUND);
    assert_int_equal(os_path_real(mem, missing, &got, NULL), ANC_NOT_FOUND);
    assert_int_equal(os_folder_list(mem, missing, 10, &names, &n, NULL), ANC_NOT_FOUND);
    assert_int_equal(os_file_replace(missing, ANC_STR("x"), NULL), ANC_NOT_FOUND);
    assert_int_equal(os_file_remove(missing, NULL), ANC_OK);
    assert_int_equal(os_folder_remove(missing, NULL), ANC_OK);
    assert_false(os_exists(missing));
    assert_int_equal(os_file_read(mem, anc_str_of(folder), 10, &got, NULL), ANC_IO);
    assert_int_equal(os_file_read(mem, ANC_STR(""), 10, &got, NULL), ANC_INVALID);
    assert_int_equal(os_file_read(mem, (anc_str){"a\0b", 3}, 10, &got, NULL), ANC_INVALID);
    assert_int_equal(os_file_read(mem, big_text(OS_PATH_MAX), 10, &got, NULL), ANC_INVALID);
}

static void a_pipe_is_refused_at_once(void **state)
{
    (void)state;
    anc_err err = {0};
    anc_str got = ANC_STR("as before");
    os_map map;
    const anc_str pipe = in_folder("pipe");
    assert_int_equal(mkfifo(pipe.ptr, 0600), 0);
    assert_int_equal(os_file_read(mem, pipe, 10, &got, &err), ANC_CORRUPT);
    assert_non_null(strstr(err.text, "pipe is no regular file"));
    assert_true(anc_str_eq(got, ANC_STR("as before")));
    assert_int_equal(os_map_open(pipe, &map, NULL), ANC_CORRUPT);
    assert_int_equal(os_file_remove(pipe, NULL), ANC_OK);
    ASSERT_OK(os_file_read(mem, ANC_STR("/dev/null"), 10, &got, &err), &err);
    assert_int_equal(got.len, 0);
}

static void folders(void **state)
{
    (void)state;
    anc_err err = {0};
    anc_str *names, real;
    size_t n;
    os_stat st;
    const anc_str top = in_folder("top");
    ASSERT_OK(os_folder_make(in_folder("top//a/b/"), &err), &err);
    ASSERT_OK(os_folder_make(in_folder("top/a/b"), &err), &err);
    for (int i = 40; i-- > 0;)
        ASSERT_OK(
            os_file_replace(anc_arena_printf(mem, "%s/top/f%02d", folder, i), ANC_STR(""), &err),
            &err);
    ASSERT_OK(os_folder_list(mem, top, 100, &names, &n, &err), &err);
    assert_int_equal(n, 41);
    assert_true(anc_str_eq(names[0], ANC_STR("a")) && anc_str_eq(names[40], ANC_STR("f39")));
    assert_int_equal(os_folder_list(mem, top, 40, &names, &n, NULL), ANC_LIMIT);
    ASSERT_OK(os_stat_of(top, &st, &err), &err);
    assert_true(st.is_folder && !st.is_file && st.modified_ms > 1500000000000);
    assert_int_equal(os_folder_make(in_folder("top/f00"), NULL), ANC_CONFLICT);
    ASSERT_OK(os_path_real(mem, in_folder("top/a/../f01"), &real, &err), &err);
    assert_true(anc_str_ends(real, ANC_STR("/top/f01")));
    /* a link out of the folder is removed, what it leads to stays */
    ASSERT_OK(os_file_replace(in_folder("kept"), ANC_STR("x"), &err), &err);
    assert_int_equal(symlink("../../kept", in_folder("top/a/link").ptr), 0);
    ASSERT_OK(os_folder_remove(top, &err), &err);
    assert_false(os_exists(top));
    assert_true(os_exists(in_folder("kept")));
}

static void a_lock_held_by_another_process_names_it(void **state)
{
    (void)state;
    anc_err err = {0};
    os_lock *lock = NULL;
    int ready[2], end[2];
    char byte = 0;
    const anc_str path = in_folder("lock");
    assert_true(pipe(ready) == 0 && pipe(end) == 0);
    const pid_t child = fork();
    if (child == 0) {
        const bool ok = os_lock_take(path, &lock, NULL) == ANC_OK;
        os_lock_note(lock, "is starting, and has a long way to go");
        os_lock_note(lock, "is stopping");
        _exit(!ok || write(ready[1], "x", 1) != 1 || read(end[0], &byte, 1) != 1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    bool held = false;
    uint64_t pid = 0;
    assert_int_equal(os_lock_take(path, &lock, &err), ANC_CONFLICT);
    ASSERT_OK(os_lock_holder(path, &held, &pid, &err), &err);
    assert_true(held && pid == (uint64_t)child);
    assert_true(anc_str_ends(
        anc_str_of(err.text),
        anc_arena_printf(mem, "lock is held by process %d, which is stopping", (int)child)));
    assert_null(lock);
    assert_int_equal(write(end[1], "x", 1), 1);
    int code = -1;
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(code, 0);
    ASSERT_OK(os_lock_holder(path, &held, &pid, &err), &err);
    assert_false(held); /* though its pid still stands there */
    ASSERT_OK(os_lock_holder(in_folder("no-lock"), &held, &pid, &err), &err);
    assert_true(!held && pid == 0 && !os_exists(in_folder("no-lock")));
    ASSERT_OK(os_lock_take(path, &lock, &err), &err); /* the end of its process freed it */
    os_lock *again = NULL;
    assert_int_equal(os_lock_take(path, &again, NULL), ANC_CONFLICT);
    os_lock_drop(lock);
    ASSERT_OK(os_lock_take(path, &lock, &err), &err);
    os_lock_drop(lock);
    os_lock_drop(NULL);
}

static void joins_and_space(void **state)
{
    (void)state;
    anc_err err = {0};
    uint64_t bytes = 0;
    assert_string_equal(os_path_join(mem, ANC_STR("a"), ANC_STR("b")).ptr, "a/b");
    assert_string_equal(os_path_join(mem, ANC_STR("/"), ANC_STR("b")).ptr, "/b");
    assert_string_equal(os_path_join(mem, ANC_STR(""), ANC_STR("b")).ptr, "b");
    ASSERT_OK(os_disk_free(anc_str_of(folder), &bytes, &err), &err);
    assert_true(bytes > 0);
}

static void a_reserve_is_kept(void **state)
{
    static const struct {
        uint64_t kept;
        anc_status status;
    } rows[] = {{0, ANC_OK}, {1, ANC_OK}, {UINT64_C(1) << 60, ANC_DISK_FULL}};
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(rows); i++) {
        anc_err err = {0};
        uint64_t bytes = 0, kept = 0;
        os_reserve *r = os_reserve_new(anc_str_of(folder), rows[i].kept);
        assert_non_null(r);
        assert_int_equal(os_reserve_check(r, &err), rows[i].status);
        assert_int_equal(os_reserve_check(r, NULL), rows[i].status);
        if (rows[i].status != ANC_OK)
            assert_non_null(strstr(err.text, "storage.reserve_mb"));
        anc_err_clear(&err);
        ASSERT_OK(os_reserve_look(r, &bytes, &kept, &err), &err);
        assert_true(bytes > 0 && kept == rows[i].kept);
        os_reserve_free(r);
    }
    anc_err err = {0};
    os_reserve *nowhere = os_reserve_new(ANC_STR("/no/such/folder"), 1);
    assert_int_equal(os_reserve_check(nowhere, &err), ANC_NOT_FOUND);
    os_reserve_free(nowhere);
    ASSERT_OK(os_reserve_check(NULL, &err), &err);
    os_reserve_free(NULL);
}

static void an_output_is_written_step_by_step(void **state)
{
    (void)state;
    anc_err err = {0};
    os_output *o = NULL;
    anc_str got;
    const anc_str first = os_path_join(mem, anc_str_of(folder), ANC_STR("first"));
    const anc_str second = os_path_join(mem, anc_str_of(folder), ANC_STR("second"));
    const anc_str third = os_path_join(mem, anc_str_of(folder), ANC_STR("third"));
    for (int again = 0; again < 2; again++) { /* the second one empties what is there */
        ASSERT_OK(os_output_open(first, &o, &err), &err);
        ASSERT_OK(os_output_add(o, ANC_STR("some "), &err), &err);
        ASSERT_OK(os_output_add(o, ANC_STR("bytes"), &err), &err);
        ASSERT_OK(os_output_sync(o, &err), &err);
        os_output_close(o);
    }
    ASSERT_OK(os_file_rename(first, second, &err), &err);
    assert_false(os_exists(first));
    ASSERT_OK(os_file_link(second, third, &err), &err);
    assert_int_equal(os_file_link(second, third, NULL), ANC_CONFLICT);
    ASSERT_OK(os_file_remove(second, &err), &err);
    ASSERT_OK(os_file_read(mem, third, 100, &got, &err), &err);
    assert_true(anc_str_eq(got, ANC_STR("some bytes")));
    assert_int_equal(os_file_rename(first, second, &err), ANC_NOT_FOUND);
    assert_non_null(strstr(err.text, "first"));
    assert_int_equal(os_output_open(ANC_STR("/no/such/folder/x"), &o, NULL), ANC_NOT_FOUND);
    ASSERT_OK(os_file_remove(third, &err), &err);
    os_output_close(NULL);
}

static void an_output_names_what_failed(void **state)
{
    (void)state;
    anc_err err = {0};
    os_output *o = NULL;
    const anc_str path = os_path_join(mem, anc_str_of(folder), ANC_STR("failing"));
    ASSERT_OK(os_output_open(path, &o, &err), &err);
    fault.fail = ENOSPC;
    fault.fail_call = "write";
    assert_int_equal(os_output_add(o, ANC_STR("x"), &err), ANC_DISK_FULL);
    assert_non_null(strstr(err.text, "failing"));
    fault.fail_call = "fsync";
    fault.fail = EIO;
    assert_int_equal(os_output_sync(o, NULL), ANC_IO);
    fault.fail = 0;
    os_output_close(o);
    ASSERT_OK(os_file_remove(path, &err), &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(short_transfers_are_made_whole, no_faults),
        cmocka_unit_test_setup(a_writer_shows_nothing_before_commit, no_faults),
        cmocka_unit_test_setup(a_move_takes_the_other_name, no_faults),
        cmocka_unit_test_setup(maps, no_faults),
        cmocka_unit_test_setup(a_cut_file_is_zeros, no_faults),
        cmocka_unit_test_setup(reads_at_any_place, no_faults),
        cmocka_unit_test_setup(what_is_missing_is_named, no_faults),
        cmocka_unit_test_setup(a_pipe_is_refused_at_once, no_faults),
        cmocka_unit_test_setup(folders, no_faults),
        cmocka_unit_test_setup(a_lock_held_by_another_process_names_it, no_faults),
        cmocka_unit_test_setup(joins_and_space, no_faults),
        cmocka_unit_test_setup(a_reserve_is_kept, no_faults),
        cmocka_unit_test_setup(an_output_is_written_step_by_step, no_faults),
        cmocka_unit_test_setup(an_output_names_what_failed, no_faults),
    };
    if (set_up(NULL) != 0)
        return 1;
    int failed = cmocka_run_group_tests_name("os files", tests, NULL, NULL);
    failed += RUN_TABLE("replace", replace_rows, a_failed_replace_leaves_the_old);
    return failed + tear_down(NULL);
}
