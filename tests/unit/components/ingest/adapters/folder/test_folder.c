/* test_folder.c - a folder that somebody else changes while it is read. */
#include "ingest/adapters/folder/folder.h"

#include <errno.h>
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
    const char *wanted; /* by is_it */
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

/* ---- what a stranger names ---- */

static const struct pick_row {
    const char *name, *item;
    anc_status status;
} picks[] = {
    {"a file", "a.txt", ANC_OK},
    {"a file further down", "sub/deep/b.txt", ANC_OK},
    {"a link that stays inside", "near.txt", ANC_OK},
    {"a file that was taken back", "sub/kept.log", ANC_OK},
    {"absent", "b.txt", ANC_NOT_FOUND},
    {"absent folder", "none/b.txt", ANC_NOT_FOUND},
    {"a file as a folder", "a.txt/b.txt", ANC_NOT_FOUND},
    {"left out", "x.log", ANC_NOT_FOUND},
    {"left out further down", "sub/deep/x.log", ANC_NOT_FOUND},
    {"in a folder that is left out", "build/b.txt", ANC_NOT_FOUND},
    {"the patterns", ".anchorageignore", ANC_NOT_FOUND},
    {"hidden", ".env", ANC_NOT_FOUND},
    {"in a hidden folder", ".git/b.txt", ANC_NOT_FOUND},
    {"climbing", "../outside.txt", ANC_NOT_FOUND},
    {"climbing on the way", "sub/../../outside.txt", ANC_NOT_FOUND},
    {"standing still", "./a.txt", ANC_NOT_FOUND},
    {"absolute", "/etc/passwd", ANC_NOT_FOUND},
    {"two slashes", "sub//kept.log", ANC_NOT_FOUND},
    {"nothing", "", ANC_NOT_FOUND},
    {"a link that leads out", "out.txt", ANC_FORBIDDEN},
    {"a link to a folder", "linked/outside.txt", ANC_NOT_FOUND},
    {"a link to a folder inside", "again/b.txt", ANC_NOT_FOUND},
    {"a folder", "sub", ANC_INVALID},
    {"a pipe", "pipe", ANC_INVALID},
};

static void make_folder(const char *folder, const char *name)
{
    char path[160];
    path_in(folder, name, path);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void fill(place *p)
{
    static const char *const folders[] = {"sub", "sub/deep", "build", ".git"};
    static const char *const files[] = {"sub/deep/b.txt", "sub/kept.log",   "x.log",
                                        "build/b.txt",    "sub/deep/x.log", ".env",
                                        ".git/b.txt"};
    for (size_t i = 0; i < ANC_COUNT(folders); i++)
        make_folder(p->inside, folders[i]);
    for (size_t i = 0; i < ANC_COUNT(files); i++)
        write_file(p->inside, files[i], "Further down.");
    write_file(p->inside, ".anchorageignore", "*.log\nbuild/\n");
    write_file(p->inside, "sub/.anchorageignore", "!kept.log\n");
    make_link(p->inside, "near.txt", "a.txt");
    make_link(p->inside, "out.txt", "../outside.txt");
    make_link(p->inside, "linked", "..");
    make_link(p->inside, "again", "sub/deep");
    make_pipe(p->inside, "pipe");
}

static anc_status pick(place *p, const char *folder, const char *item, ing_content *ret)
{
    const ing_source source = ing_folder_source();
    krn_call call = call_of(p);
    return source.ops->pick(source.self, &call, anc_str_of(folder), anc_str_of(item), MAX_BYTES,
                            ret);
}

/* What is picked is what a walk hands over, and nothing else. */
static anc_status is_it(void *arg, const ing_item *item, anc_err *err)
{
    place *p = arg;
    (void)err;
    p->listed += anc_str_eq(item->path, anc_str_of(p->wanted));
    return ANC_OK;
}

static void a_name_is_picked_or_not(void **state)
{
    const struct pick_row *row = *state;
    void *world = NULL;
    ing_content content = {0};
    (void)setup(&world);
    place *p = world;
    fill(p);
    assert_int_equal(pick(p, p->inside, row->item, &content), row->status);
    assert_int_equal(content.bytes.ptr != NULL, row->status == ANC_OK);
    assert_int_equal(p->err.text[0] != '\0', row->status != ANC_OK);
    const ing_source source = ing_folder_source();
    const ing_item_sink sink = {.arg = p, .on_item = is_it};
    krn_call call = call_of(p);
    p->wanted = row->item;
    ASSERT_OK(source.ops->walk(source.self, &call, anc_str_of(p->inside), &sink), &p->err);
    assert_int_equal(p->listed, row->status == ANC_OK);
    (void)teardown(&world);
}

static void a_folder_that_is_none_has_no_files(void **state)
{
    place *p = *state;
    char path[160];
    ing_content content = {0};
    path_in(p->inside, "a.txt", path);
    assert_int_equal(pick(p, path, "a.txt", &content), ANC_INVALID);
    path_in(p->inside, "none", path);
    assert_int_equal(pick(p, path, "a.txt", &content), ANC_NOT_FOUND);
    make_pipe(p->inside, ".anchorageignore");
    assert_int_equal(pick(p, p->inside, "a.txt", &content), ANC_INVALID);
    assert_non_null(strstr(p->err.text, ".anchorageignore is not a regular file"));
}

static void patterns_that_lead_nowhere_are_not_as_none(void **state)
{
    place *p = *state;
    ing_content content = {0};
    make_link(p->inside, ".anchorageignore", "none");
    assert_int_equal(pick(p, p->inside, "a.txt", &content), ANC_NOT_FOUND);
    assert_non_null(strstr(p->err.text, ".anchorageignore"));
    assert_int_equal(walk(p), ANC_NOT_FOUND);
}

static void a_picked_file_may_be_too_large(void **state)
{
    place *p = *state;
    char path[160];
    ing_content content = {0};
    path_in(p->inside, "a.txt", path);
    assert_int_equal(truncate(path, MAX_BYTES + 1), 0);
    assert_int_equal(pick(p, p->inside, "a.txt", &content), ANC_LIMIT);
}

/* A file in the folder that lies `depth` folders below the root. */
static anc_status pick_at_depth(place *p, size_t depth)
{
    char item[256] = "", path[512];
    ing_content content = {0};
    for (size_t i = 0; i < depth; i++) {
        (void)strcat(item, i == 0 ? "d" : "/d");
        (void)snprintf(path, sizeof path, "%s/%s", p->inside, item);
        assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
    }
    (void)strcat(path, "/a");
    (void)strcat(item, "/a");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    return pick(p, p->inside, item, &content);
}

static void a_walk_does_not_go_down_for_ever(void **state)
{
    place *p = *state;
    ASSERT_OK(pick_at_depth(p, 64), &p->err);
    ASSERT_OK(walk(p), &p->err);
    assert_int_equal(p->listed, 2);
    assert_int_equal(pick_at_depth(p, 65), ANC_NOT_FOUND);
    assert_int_equal(walk(p), ANC_LIMIT);
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
        TEST(a_folder_that_is_none_has_no_files),
        TEST(patterns_that_lead_nowhere_are_not_as_none),
        TEST(a_picked_file_may_be_too_large),
        TEST(a_walk_does_not_go_down_for_ever),
    };
    return cmocka_run_group_tests_name("folder", tests, NULL, NULL) +
           RUN_TABLE("picked", picks, a_name_is_picked_or_not);
}
