/* test_packed.c - packed weights in a file beside the model: the same vectors, and never those of another file. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "infer/encoder.h"
#include "model_copy.h"

enum { DIMS = 64, TEXTS = 3, FILE_MAX_BYTES = 8 << 20, HEAD_BYTES = 4096 };

static const anc_str texts[TEXTS] = {ANC_STR_INIT("When do bees make honey?"), ANC_STR_INIT(""),
                                     ANC_STR_INIT("The invoice is due within thirty days.")};

static void encode(model_copy *f, inf_precision precision, const char *digest, bool kept,
                   float out[TEXTS * DIMS])
{
    inf_encoder *enc = NULL;
    const inf_encoder_options options = {.precision = precision, .digest = anc_str_of(digest)};
    ASSERT_OK(inf_encoder_open(anc_str_of(f->folder), &options, &enc, &f->err), &f->err);
    assert_int_equal(inf_encoder_about(enc).kept, kept);
    ASSERT_OK(inf_encoder_encode(enc, INF_PASSAGE, texts, TEXTS, NULL, (inf_check){0}, out, NULL,
                                 &f->err),
              &f->err);
    inf_encoder_close(enc);
}

/* The one file of panels in the folder; "" where there is none. */
static anc_str find_panels(model_copy *f)
{
    anc_str *names = NULL, found = ANC_STR("");
    size_t n = 0;
    ASSERT_OK(os_folder_list(f->mem, anc_str_of(f->folder), 100, &names, &n, &f->err), &f->err);
    for (size_t i = 0; i < n; i++) {
        assert_true(anc_str_find(names[i], ANC_STR(".tmp")) == SIZE_MAX);
        if (!anc_str_ends(names[i], ANC_STR(".panels")))
            continue;
        assert_int_equal(found.len, 0);
        found = os_path_join(f->mem, anc_str_of(f->folder), names[i]);
    }
    return found;
}

static anc_str read_panels(model_copy *f)
{
    anc_str bytes;
    ASSERT_OK(os_file_read(f->mem, find_panels(f), FILE_MAX_BYTES, &bytes, &f->err), &f->err);
    return bytes;
}

static ino_t inode_of(anc_str path)
{
    struct stat s;
    assert_int_equal(stat(path.ptr, &s), 0);
    return s.st_ino;
}

static void kept_weights_give_the_same(void **state)
{
    (void)state;
    for (inf_precision p = INF_F32; p < INF_PRECISIONS; p++) {
        model_copy f;
        float own[TEXTS * DIMS], first[TEXTS * DIMS], second[TEXTS * DIMS];
        model_copy_begin(&f);
        encode(&f, p, "", false, own);
        assert_int_equal(find_panels(&f).len, 0);
        encode(&f, p, "d", true, first);
        const anc_str path = find_panels(&f);
        assert_true(anc_str_find(path, anc_str_of(inf_precision_name(p))) != SIZE_MAX);
        const ino_t inode = inode_of(path);
        encode(&f, p, "d", true, second);
        assert_int_equal(inode_of(path), inode);
        assert_memory_equal(own, first, sizeof own);
        assert_memory_equal(own, second, sizeof own);
        model_copy_end(&f);
    }
}

/* In its place, so that it stays the same file. */
static void write_over(model_copy *f, anc_str path)
{
    const anc_str whole = read_panels(f);
    FILE *file = fopen(path.ptr, "r+b");
    assert_non_null(file);
    for (size_t i = 0; i < whole.len; i++)
        assert_int_not_equal(fputc(0x7f, file), EOF);
    assert_int_equal(fclose(file), 0);
}

static void cut(anc_str path, off_t len)
{
    assert_int_equal(truncate(path.ptr, len), 0);
}

/* What becomes of the file once it was read is no matter of those who run the model. */
static void an_open_model_stays_as_it_is(void **state)
{
    (void)state;
    for (unsigned change = 0; change < 5; change++) {
        model_copy f;
        float before[TEXTS * DIMS], after[TEXTS * DIMS];
        inf_encoder *enc = NULL;
        const inf_encoder_options options = {.precision = INF_INT8, .digest = ANC_STR("d")};
        model_copy_begin(&f);
        encode(&f, INF_INT8, "d", true, before);
        ASSERT_OK(inf_encoder_open(anc_str_of(f.folder), &options, &enc, &f.err), &f.err);
        const anc_str path = find_panels(&f);
        const ino_t inode = inode_of(path);
        if (change == 0)
            cut(path, 0);
        else if (change == 1)
            cut(path, HEAD_BYTES + 100);
        else if (change == 2)
            write_over(&f, path);
        else if (change == 3)
            ASSERT_OK(os_file_remove(path, &f.err), &f.err);
        else
            encode(&f, INF_INT8, "e", true, after);
        assert_int_equal(change == 4, os_exists(path) && inode_of(path) != inode);
        ASSERT_OK(inf_encoder_encode(enc, INF_PASSAGE, texts, TEXTS, NULL, (inf_check){0}, after,
                                     NULL, &f.err),
                  &f.err);
        assert_memory_equal(before, after, sizeof before);
        inf_encoder_close(enc);
        encode(&f, INF_INT8, "d", true, after);
        assert_memory_equal(before, after, sizeof before);
        model_copy_end(&f);
    }
}

static anc_status has_changed(void *arg)
{
    ++*(unsigned *)arg;
    return ANC_UNAVAILABLE;
}

/* Neither made nor, where it was kept before, used. */
static void what_is_no_longer_there_is_not_kept(void **state)
{
    (void)state;
    model_copy f;
    float out[TEXTS * DIMS];
    unsigned asked = 0;
    inf_encoder *enc = NULL;
    const inf_encoder_options options = {
        .precision = INF_INT8, .digest = ANC_STR("d"), .unchanged = {has_changed, &asked}};
    model_copy_begin(&f);
    for (unsigned kept = 0; kept < 2; kept++) {
        assert_int_equal(inf_encoder_open(anc_str_of(f.folder), &options, &enc, &f.err),
                         ANC_UNAVAILABLE);
        assert_non_null(strstr(f.err.text, "its files were changed while they were read"));
        assert_null(enc);
        assert_int_equal(asked, kept + 1);
        assert_int_equal(find_panels(&f).len > 0, kept);
        anc_err_clear(&f.err);
        encode(&f, INF_INT8, "d", true, out);
    }
    model_copy_end(&f);
}

static const struct damage_row {
    const char *name;
    long at;            /* byte that is changed; from the end where it is negative */
    long length;        /* of the file, in bytes more or less; 0: as it is */
    const char *digest; /* that it is then opened with; NULL: the same */
} damage_rows[] = {
    {.name = "another magic", .at = 0},
    {.name = "another version", .at = 8},
    {.name = "another checksum of the head", .at = 12},
    {.name = "another layout", .at = 16},
    {.name = "another checksum of the weights", .at = 20},
    {.name = "another length", .at = 24},
    {.name = "another plan", .at = 32},
    {.name = "a digest longer than its room", .at = 38},
    {.name = "another digest in the file", .at = 40},
    {.name = "something in the reserved part", .at = HEAD_BYTES - 1},
    {.name = "a changed weight", .at = HEAD_BYTES + 5},
    {.name = "a changed last byte", .at = -1},
    {.name = "one byte less", .length = -1},
    {.name = "one byte more", .length = 1},
    {.name = "half a head", .length = -1000000000},
    {.name = "another model", .digest = "e"},
};

/* The vectors are right all the same, and the file is as it should be afterwards. */
static void what_does_not_fit_is_made_anew(void **state)
{
    const struct damage_row *row = *state;
    model_copy f;
    float own[TEXTS * DIMS], after[TEXTS * DIMS];
    model_copy_begin(&f);
    encode(&f, INF_INT8, "d", true, own);
    const anc_str path = find_panels(&f), whole = read_panels(&f);
    const long least = HEAD_BYTES / 2, asked = (long)whole.len + row->length;
    const size_t len = (size_t)(asked > least ? asked : least);
    char *bytes = anc_arena_alloc(f.mem, whole.len + 1, 1);
    assert_non_null(bytes);
    memcpy(bytes, whole.ptr, whole.len);
    bytes[whole.len] = 7;
    if (row->length == 0 && row->digest == NULL)
        bytes[row->at < 0 ? whole.len - 1 : (size_t)row->at] ^= 0x11;
    ASSERT_OK(os_file_replace(path, (anc_str){bytes, len}, &f.err), &f.err);
    encode(&f, INF_INT8, row->digest != NULL ? row->digest : "d", true, after);
    assert_memory_equal(own, after, sizeof own);
    const anc_str mended = read_panels(&f);
    if (row->digest != NULL)
        assert_memory_equal(mended.ptr + 40, row->digest, strlen(row->digest) + 1);
    else
        assert_true(anc_str_eq(mended, whole));
    model_copy_end(&f);
}

static bool has_panels(model_copy *f, const char *precision)
{
    anc_str *names = NULL;
    size_t n = 0;
    ASSERT_OK(os_folder_list(f->mem, anc_str_of(f->folder), 100, &names, &n, &f->err), &f->err);
    for (size_t i = 0; i < n; i++)
        if (anc_str_ends(names[i], ANC_STR(".panels")) &&
            anc_str_find(names[i], anc_str_of(precision)) != SIZE_MAX)
            return true;
    return false;
}

/* Neither read nor written for `days`. */
static void leave(const char *path, time_t days)
{
    const time_t then = time(NULL) - days * 86400;
    const struct timespec times[2] = {{.tv_sec = then}, {.tv_sec = then}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void what_another_precision_left_goes_after_a_week(void **state)
{
    (void)state;
    model_copy f;
    float out[TEXTS * DIMS];
    model_copy_begin(&f);
    encode(&f, INF_F32, "d", true, out);
    const anc_str old = find_panels(&f);
    const anc_str other = os_path_join(f.mem, anc_str_of(f.folder), ANC_STR("vocab.txt"));
    leave(other.ptr, 400);
    leave(old.ptr, 6);
    encode(&f, INF_INT8, "d", true, out);
    assert_true(has_panels(&f, "f32-f32") && has_panels(&f, "int8-"));
    leave(old.ptr, 8);
    encode(&f, INF_INT8, "d", true, out);
    assert_false(has_panels(&f, "f32-f32"));
    assert_true(has_panels(&f, "int8-"));
    assert_true(os_exists(other));
    encode(&f, INF_INT8, "d", true, out);
    assert_true(has_panels(&f, "int8-"));
    model_copy_end(&f);
}

/* A folder stands where the file would be. */
static void a_folder_that_takes_nothing_is_no_failure(void **state)
{
    (void)state;
    model_copy f;
    float own[TEXTS * DIMS], after[TEXTS * DIMS];
    model_copy_begin(&f);
    encode(&f, INF_INT8, "d", true, own);
    const anc_str path = find_panels(&f);
    ASSERT_OK(os_file_remove(path, &f.err), &f.err);
    ASSERT_OK(os_folder_make(os_path_join(f.mem, path, ANC_STR("x")), &f.err), &f.err);
    encode(&f, INF_INT8, "d", false, after);
    assert_memory_equal(own, after, sizeof own);
    model_copy_end(&f);
}

static void a_digest_without_end_is_not_kept(void **state)
{
    (void)state;
    model_copy f;
    float out[TEXTS * DIMS];
    char digest[130] = {0};
    memset(digest, 'd', sizeof digest - 1);
    model_copy_begin(&f);
    encode(&f, INF_INT8, digest, false, out);
    assert_int_equal(find_panels(&f).len, 0);
    model_copy_end(&f);
}

/* What stands in the safetensors file is looked at even where the packed weights are there. */
static void a_model_that_lost_its_weights_does_not_open(void **state)
{
    (void)state;
    model_copy f;
    float out[TEXTS * DIMS];
    inf_encoder *enc = NULL;
    const inf_encoder_options options = {.precision = INF_INT8, .digest = ANC_STR("d")};
    model_copy_begin(&f);
    encode(&f, INF_INT8, "d", true, out);
    ASSERT_OK(
        os_file_replace(model_copy_path(&f, "model.safetensors"), ANC_STR("PK and so on"), &f.err),
        &f.err);
    assert_int_equal(inf_encoder_open(anc_str_of(f.folder), &options, &enc, &f.err), ANC_CORRUPT);
    assert_non_null(strstr(f.err.text, "model.safetensors"));
    model_copy_end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_weights_give_the_same),
        cmocka_unit_test(an_open_model_stays_as_it_is),
        cmocka_unit_test(what_is_no_longer_there_is_not_kept),
        cmocka_unit_test(what_another_precision_left_goes_after_a_week),
        cmocka_unit_test(a_folder_that_takes_nothing_is_no_failure),
        cmocka_unit_test(a_digest_without_end_is_not_kept),
        cmocka_unit_test(a_model_that_lost_its_weights_does_not_open),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + RUN_TABLE("damage", damage_rows, what_does_not_fit_is_made_anew);
}
