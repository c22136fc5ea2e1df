/* test_folder.c - a folder that somebody else changes while it is read. */
#include "ingest/adapters/folder/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"
#include "support/test.h"

enum { MAX_BYTES = 1 << 20 };

typedef struct place {
    char top[64]; /* a folder of this test, with "inside" in it */
    char inside[96];
    anc_arena *mem;
    anc_err err;
    atomic_bool cancelled;
    unsigned listed;
} place;

static void path_in(const char *folder, const char *name, char out[160])
{
    (void)snprintf(out, 160, "%s/%s", folder, name);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[160];
    path_in(folder, name, path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void make_pipe(const char *folder, const char *name)
{
    char path[160];
    path_in(folder, name, path);
    (void)unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void make_link(const char *folder, const char *name, const char *to)
{
    char path[160];
    path_in(folder, name, path);
    (void)unlink(path);
    assert_int_equal(symlink(to, path), 0);
}

static krn_call call_of(place *p)
{
    anc_err_clear(&p->err);
    return (krn_call){
        .mem = p->mem, .err = &p->err, .deadline_ns = INT64_MAX, .cancelled = &p->cancelled};
}

static anc_status count_item(void *arg, const ing_item *item, anc_err *err)
{
    (void)item;
    (void)err;
    ((place *)arg)->listed++;
    return ANC_OK;
}

static anc_status walk(place *p)
{
    const ing_source source = ing_folder_source();
    const ing_item_sink sink = {.arg = p, .on_item = count_item};
    krn_call call = call_of(p);
    p->listed = 0;
    return source.ops->walk(source.self, &call, anc_str_of(p->inside), &sink);
}

static anc_status read_name(place *p, const char *name, ing_content *ret)
{
    const ing_source source = ing_folder_source();
    krn_call call = call_of(p);
    return source.ops->read(source.self, &call, anc_str_of(p->inside), anc_str_of(name), MAX_BYTES,
                            ret);
}

static int setup(void **state)
{
    place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    (void)snprintf(p->top, sizeof p->top, "/tmp/anchorage-folder-XXXXXX");
    assert_non_null(mkdtemp(p->top));
    (void)snprintf(p->inside, sizeof p->inside, "%s/inside", p->top);
    assert_int_equal(mkdir(p->inside, 0700), 0);
    p->mem = anc_arena_new((size_t)16 << 20);
    assert_non_null(p->mem);
    write_file(p->top, "outside.txt", "Nobody asked for this.");
    write_file(p->inside, "a.txt", "The first.");
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    place *p = *state;
    anc_err err;
    anc_err_clear(&err);
    ASSERT_OK(os_folder_remove(anc_str_of(p->top), &err), &err);
    anc_arena_free(p->mem);
    free(p);
    return 0;
}

static void patterns_in_a_pipe_are_refused(void **state)
{
    place *p = *state;
    make_pipe(p->inside, ".anchorageignore");
    assert_int_equal(walk(p), ANC_INVALID);
    assert_non_null(strstr(p->err.text, ".anchorageignore is not a regular file"));
}

static void patterns_in_a_folder_are_refused(void **state)
{
    place *p = *state;
    char path[160];
    path_in(p->inside, ".anchorageignore", path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(walk(p), ANC_INVALID);
    assert_non_null(strstr(p->err.text, ".anchorageignore is not a regular file"));
}

static void patterns_from_elsewhere_are_refused(void **state)
{
    place *p = *state;
    make_link(p->inside, ".anchorageignore", "../outside.txt");
    assert_int_equal(walk(p), ANC_FORBIDDEN);
    assert_non_null(strstr(p->err.text, "leads out of"));
}

static void a_pipe_in_place_of_a_file_is_refused(void **state)
{
    place *p = *state;
    ing_content content = {0};
    ASSERT_OK(walk(p), &p->err);
    assert_int_equal(p->listed, 1);
    make_pipe(p->inside, "a.txt");
    assert_int_equal(read_name(p, "a.txt", &content), ANC_INVALID);
    assert_non_null(strstr(p->err.text, "a.txt is not a regular file"));
}

static void a_link_in_place_of_a_file_does_not_lead_out(void **state)
{
    place *p = *state;
    ing_content content = {0};
    ASSERT_OK(walk(p), &p->err);
    make_link(p->inside, "a.txt", "../outside.txt");
    assert_int_equal(read_name(p, "a.txt", &content), ANC_FORBIDDEN);
    assert_non_null(strstr(p->err.text, "a.txt leads out of"));
    assert_null(content.bytes.ptr);
}

/* The folder on the way to it is another one by now. */
static void a_link_in_place_of_a_folder_does_not_lead_out(void **state)
{
    place *p = *state;
    char path[160];
    ing_content content = {0};
    path_in(p->inside, "sub", path);
    assert_int_equal(mkdir(path, 0700), 0);
    write_file(path, "outside.txt", "Inside.");
    ASSERT_OK(read_name(p, "sub/outside.txt", &content), &p->err);
    char moved[160];
    path_in(p->inside, "moved", moved);
    assert_int_equal(rename(path, moved), 0);
    make_link(p->inside, "sub", "..");
    assert_int_equal(read_name(p, "sub/outside.txt", &content), ANC_FORBIDDEN);
}

static void a_link_that_stays_inside_is_read(void **state)
{
    place *p = *state;
    char path[160];
    ing_content content = {0};
    path_in(p->inside, "a.txt", path);
    make_link(p->inside, "same.txt", path);
    make_link(p->inside, "near.txt", "a.txt");
    ASSERT_OK(walk(p), &p->err);
    assert_int_equal(p->listed, 3);
    ASSERT_OK(read_name(p, "same.txt", &content), &p->err);
    assert_true(anc_str_eq(content.bytes, ANC_STR("The first.")));
    ASSERT_OK(read_name(p, "near.txt", &content), &p->err);
    assert_true(anc_str_eq(content.bytes, ANC_STR("The first.")));
    assert_true(content.modified_ms > 0);
}

static void what_is_gone_or_too_large_is_named(void **state)
{
    place *p = *state;
    ing_content content = {0};
    char path[160];
    assert_int_equal(read_name(p, "b.txt", &content), ANC_NOT_FOUND);
    path_in(p->inside, "a.txt", path);
    assert_int_equal(truncate(path, MAX_BYTES + 1), 0);
    assert_int_equal(read_name(p, "a.txt", &content), ANC_LIMIT);
    assert_non_null(strstr(p->err.text, "more than 1048576"));
    assert_int_equal(truncate(path, 0), 0);
    ASSERT_OK(read_name(p, "a.txt", &content), &p->err);
    assert_int_equal(content.bytes.len, 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(patterns_in_a_pipe_are_refused),
        TEST(patterns_in_a_folder_are_refused),
        TEST(patterns_from_elsewhere_are_refused),
        TEST(a_pipe_in_place_of_a_file_is_refused),
        TEST(a_link_in_place_of_a_file_does_not_lead_out),
        TEST(a_link_in_place_of_a_folder_does_not_lead_out),
        TEST(a_link_that_stays_inside_is_read),
        TEST(what_is_gone_or_too_large_is_named),
    };
    return cmocka_run_group_tests_name("folder", tests, NULL, NULL);
}
