/* raw_store_contract.c - what every adapter of the raw store must do. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/id.h"
#include "base/str.h"
#include "hash/sha256.h"
#include "knowledge/adapters/raw_files/raw_files.h"
#include "os/file.h"
#include "small.h"
#include "support/test.h"

/* The system's, counted: which folders were synced. */
static unsigned folders_synced;

int fsync(int fd)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        folders_synced++;
    return (int)syscall(SYS_fsync, fd);
}

typedef struct store {
    char folder[64];
    kno_raw_store raw;
    anc_err err;
} store;

static anc_status open_store(store *s, os_reserve *reserve, kno_raw_store *ret)
{
    const kno_raw_files_options options = {.root = anc_str_of(s->folder), .reserve = reserve};
    return kno_raw_files_open(&options, ret, &s->err);
}

static int setup(void **state)
{
    store *s = calloc(1, sizeof *s);
    assert_non_null(s);
    memcpy(s->folder, "/tmp/anc-raw-XXXXXX", 20);
    assert_non_null(mkdtemp(s->folder));
    ASSERT_OK(open_store(s, NULL, &s->raw), &s->err);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    store *s = *state;
    s->raw.ops->close(s->raw.self);
    ASSERT_OK(os_folder_remove(anc_str_of(s->folder), &s->err), &s->err);
    free(s);
    return 0;
}

static kno_spool spooled(store *s, const char *a, const char *b, kno_digest *ret)
{
    kno_spool spool = {0};
    ASSERT_OK(s->raw.ops->create(s->raw.self, &spool, &s->err), &s->err);
    ASSERT_OK(spool.ops->add(spool.self, anc_str_of(a), &s->err), &s->err);
    ASSERT_OK(spool.ops->add(spool.self, anc_str_of(b), &s->err), &s->err);
    ASSERT_OK(spool.ops->finish(spool.self, ret, &s->err), &s->err);
    return spool;
}

/* The name of an object that is there from now on. */
static kno_digest kept(store *s, const char *a, const char *b)
{
    kno_digest digest;
    kno_spool spool = spooled(s, a, b, &digest);
    kno_spool_close(&spool);
    return digest;
}

static bool is_there(store *s, const kno_digest *digest, const char *text)
{
    kno_raw_view view = {0};
    anc_err err;
    anc_err_clear(&err);
    const anc_status status =
        s->raw.ops->open(s->raw.self, digest, strlen(text), KNO_LOOK_ONCE, &view, &err);
    if (status == ANC_NOT_FOUND) {
        assert_null(strchr(err.text, '/')); /* where it would lie is not told */
        return false;
    }
    ASSERT_OK(status, &err);
    assert_true(anc_str_eq(view.bytes, anc_str_of(text)));
    s->raw.ops->close_view(s->raw.self, &view);
    return true;
}

static size_t count_all(store *s)
{
    size_t all = 0;
    ANC_ARENA(mem, 1 << 20);
    for (unsigned shard = 0; shard < 256; shard++) {
        kno_digest *digests = NULL;
        size_t n = 0;
        ASSERT_OK(s->raw.ops->list(s->raw.self, shard, mem, &digests, &n, &s->err), &s->err);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(digests[i].bytes[0], shard);
        all += n;
    }
    return all;
}

static void an_object_is_named_by_its_bytes(void **state)
{
    store *s = *state;
    kno_digest wanted;
    const kno_digest digest = kept(s, "hello ", "world");
    ASSERT_OK(anc_sha256_of(ANC_STR("hello world"), wanted.bytes, &s->err), &s->err);
    assert_memory_equal(&digest, &wanted, sizeof digest);
    assert_true(is_there(s, &digest, "hello world"));
    kno_raw_view view = {0};
    assert_int_equal(s->raw.ops->open(s->raw.self, &digest, 5, KNO_LOOK_ONCE, &view, &s->err),
                     ANC_CORRUPT);
    assert_int_equal(count_all(s), 1);
}

static void the_same_bytes_are_kept_once(void **state)
{
    store *s = *state;
    kno_digest a, b;
    kno_spool first = spooled(s, "x", "y", &a), second = spooled(s, "", "xy", &b);
    assert_memory_equal(&a, &b, sizeof a);
    kno_spool_close(&first);
    kno_spool_close(&second);
    assert_int_equal(count_all(s), 1);
}

/* Who gave the object its name may have died before the name was safe. */
static void an_object_that_is_there_is_made_durable_too(void **state)
{
    store *s = *state;
    kno_digest digest = kept(s, "xy", "");
    folders_synced = 0;
    kno_spool spool = spooled(s, "x", "y", &digest);
    assert_int_equal(folders_synced, 1);
    kno_spool_close(&spool);
}

static void no_put_has_to_make_a_folder(void **state)
{
    store *s = *state;
    char path[128];
    for (unsigned shard = 0; shard < 256; shard++) {
        (void)snprintf(path, sizeof path, "%s/%02x", s->folder, shard);
        assert_true(os_exists(anc_str_of(path)));
    }
}

static void nothing_is_an_object_too(void **state)
{
    store *s = *state;
    const kno_digest digest = kept(s, "", "");
    assert_true(is_there(s, &digest, ""));
}

static void what_is_not_finished_leaves_nothing(void **state)
{
    store *s = *state;
    kno_spool spool = {0};
    ASSERT_OK(s->raw.ops->create(s->raw.self, &spool, &s->err), &s->err);
    ASSERT_OK(spool.ops->add(spool.self, ANC_STR("half"), &s->err), &s->err);
    kno_spool_close(&spool);
    assert_int_equal(count_all(s), 0);
}

static void a_held_object_cannot_be_condemned(void **state)
{
    store *s = *state;
    kno_digest digest;
    kno_spool spool = spooled(s, "held", "", &digest);
    assert_false(s->raw.ops->condemn(s->raw.self, &digest));
    ASSERT_OK(s->raw.ops->remove(s->raw.self, &digest, &s->err), &s->err);
    assert_true(is_there(s, &digest, "held"));
    kno_spool_close(&spool);
    assert_true(s->raw.ops->condemn(s->raw.self, &digest));
    ASSERT_OK(s->raw.ops->remove(s->raw.self, &digest, &s->err), &s->err);
    assert_false(is_there(s, &digest, "held"));
}

/* The race that the two steps are for: somebody needs the object after it was condemned. */
static void spooled_again_after_the_verdict_it_stays(void **state)
{
    store *s = *state;
    const kno_digest digest = kept(s, "again", "");
    assert_true(s->raw.ops->condemn(s->raw.self, &digest));
    (void)kept(s, "again", "");
    ASSERT_OK(s->raw.ops->remove(s->raw.self, &digest, &s->err), &s->err);
    assert_true(is_there(s, &digest, "again"));
}

static void without_a_verdict_nothing_is_removed(void **state)
{
    store *s = *state;
    const kno_digest digest = kept(s, "safe", "");
    ASSERT_OK(s->raw.ops->remove(s->raw.self, &digest, &s->err), &s->err);
    assert_true(is_there(s, &digest, "safe"));
}

static void a_view_outlives_its_object(void **state)
{
    store *s = *state;
    const kno_digest digest = kept(s, "view", "");
    kno_raw_view view = {0};
    ASSERT_OK(s->raw.ops->open(s->raw.self, &digest, 4, KNO_LOOK_ONCE, &view, &s->err), &s->err);
    assert_true(s->raw.ops->condemn(s->raw.self, &digest));
    ASSERT_OK(s->raw.ops->remove(s->raw.self, &digest, &s->err), &s->err);
    assert_true(anc_str_eq(view.bytes, ANC_STR("view")));
    s->raw.ops->close_view(s->raw.self, &view);
    s->raw.ops->close_view(s->raw.self, &view);
}

static void a_kill_leaves_no_litter(void **state)
{
    store *s = *state;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/tmp/0.part", s->folder);
    ASSERT_OK(os_file_replace(anc_str_of(path), ANC_STR("half"), &s->err), &s->err);
    s->raw.ops->close(s->raw.self);
    ASSERT_OK(open_store(s, NULL, &s->raw), &s->err);
    assert_false(os_exists(anc_str_of(path)));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static void a_disk_without_room_refuses_before_it_is_full(void **state)
{
    store *s = *state;
    kno_raw_store full = {0};
    kno_raw_view view = {0};
    kno_spool spool = {0};
    const kno_digest digest = kept(s, "kept ", "before");
    os_reserve *reserve = os_reserve_new(anc_str_of(s->folder), UINT64_C(1) << 60);
    assert_non_null(reserve);
    ASSERT_OK(open_store(s, reserve, &full), &s->err);
    assert_int_equal(full.ops->create(full.self, &spool, &s->err), ANC_DISK_FULL);
    anc_err_clear(&s->err);
    ASSERT_OK(full.ops->open(full.self, &digest, 11, KNO_LOOK_ONCE, &view, &s->err), &s->err);
    full.ops->close_view(full.self, &view);
    assert_true(full.ops->condemn(full.self, &digest));
    ASSERT_OK(full.ops->remove(full.self, &digest, &s->err), &s->err);
    full.ops->close(full.self);
    os_reserve_free(reserve);
}

/* ---- damage -------------------------------------------------------------------------------- */

static void path_of_object(const store *s, const kno_digest *digest, char out[200])
{
    char hex[2 * KNO_DIGEST_BYTES + 1];
    anc_hex_text(digest->bytes, KNO_DIGEST_BYTES, hex);
    (void)snprintf(out, 200, "%s/%.2s/%s", s->folder, hex, hex);
}

/* A bit of the object is changed, or its end is cut off. */
static void spoil(const char *path, long at)
{
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    if (at < 0) {
        assert_int_equal(truncate(path, 3), 0);
    } else {
        assert_int_equal(fseek(f, at, SEEK_SET), 0);
        const int c = fgetc(f);
        assert_int_equal(fseek(f, at, SEEK_SET), 0);
        assert_true(fputc(c ^ 4, f) != EOF);
    }
    assert_int_equal(fclose(f), 0);
}

static void damage_is_named_and_mended_by_the_same_bytes(void **state)
{
    static const long places[] = {0, 6, 12, -1};
    store *s = *state;
    for (size_t i = 0; i < ANC_COUNT(places); i++) {
        char path[200];
        kno_raw_view view = {0};
        const kno_digest digest = kept(s, "before ", "it flips");
        /* a later process, which has not seen the object yet */
        s->raw.ops->close(s->raw.self);
        path_of_object(s, &digest, path);
        kno_raw_report report;
        ASSERT_OK(kno_raw_files_scan(anc_str_of(s->folder), &report, &s->err), &s->err);
        assert_true(report.objects == 1 && report.damaged == 0);
        spoil(path, places[i]);
        ASSERT_OK(kno_raw_files_scan(anc_str_of(s->folder), &report, &s->err), &s->err);
        assert_int_equal(report.damaged, 1);
        assert_string_equal(report.first, path);
        ASSERT_OK(open_store(s, NULL, &s->raw), &s->err);
        assert_int_equal(s->raw.ops->open(s->raw.self, &digest, 15, KNO_LOOK_ONCE, &view, &s->err),
                         ANC_CORRUPT);
        assert_non_null(strstr(s->err.text, path));
        assert_non_null(strstr(s->err.text, "is damaged"));
        anc_err_clear(&s->err);
        (void)kept(s, "before ", "it flips");
        assert_true(is_there(s, &digest, "before it flips"));
    }
}

/* While the store is open, after it was read and found sound. */
static void damage_that_comes_later_is_found_too(void **state)
{
    store *s = *state;
    char path[200];
    kno_raw_view view = {0};
    const kno_digest digest = kept(s, "before ", "it flips");
    assert_true(is_there(s, &digest, "before it flips"));
    path_of_object(s, &digest, path);
    const struct timespec more_than_a_tick = {.tv_nsec = 50000000};
    (void)nanosleep(&more_than_a_tick, NULL); /* times of files are those of the system's ticks */
    spoil(path, 3);
    assert_int_equal(s->raw.ops->open(s->raw.self, &digest, 15, KNO_LOOK_ONCE, &view, &s->err),
                     ANC_CORRUPT);
    assert_non_null(strstr(s->err.text, path));
    anc_err_clear(&s->err);
    spoil(path, 3); /* as it was */
    assert_true(is_there(s, &digest, "before it flips"));
    ASSERT_OK(s->raw.ops->open(s->raw.self, &digest, 15, KNO_LOOK_ANEW, &view, &s->err), &s->err);
    assert_true(anc_str_eq(view.bytes, ANC_STR("before it flips")));
    s->raw.ops->close_view(s->raw.self, &view);
}

/* A page that was written before may be written again without a change of the file's times: only who looks anew is
 * sure to see it. */
static void damage_without_a_trace_is_found_by_who_looks_anew(void **state)
{
    store *s = *state;
    char path[200];
    kno_raw_view view = {0};
    const kno_digest digest = kept(s, "before ", "it flips");
    assert_true(is_there(s, &digest, "before it flips"));
    path_of_object(s, &digest, path);
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    char *page = mmap(NULL, 15, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(page != MAP_FAILED);
    *(volatile char *)page = 'b'; /* as it was, but written */
    assert_true(is_there(s, &digest, "before it flips"));
    *(volatile char *)page = 'B';
    assert_int_equal(s->raw.ops->open(s->raw.self, &digest, 15, KNO_LOOK_ANEW, &view, &s->err),
                     ANC_CORRUPT);
    assert_non_null(strstr(s->err.text, "is damaged"));
    assert_int_equal(munmap(page, 15), 0);
    assert_int_equal(close(fd), 0);
}

static void a_large_object_is_seen_whole(void **state)
{
    enum { PIECE = 5 << 20, PIECES = 4 };
    store *s = *state;
    kno_digest digest;
    kno_raw_view view = {0};
    kno_spool spool = {0};
    char *piece = malloc(PIECE);
    assert_non_null(piece);
    ASSERT_OK(s->raw.ops->create(s->raw.self, &spool, &s->err), &s->err);
    for (int i = 0; i < PIECES; i++) {
        memset(piece, 'a' + i, PIECE);
        ASSERT_OK(spool.ops->add(spool.self, (anc_str){piece, PIECE}, &s->err), &s->err);
    }
    ASSERT_OK(spool.ops->finish(spool.self, &digest, &s->err), &s->err);
    kno_spool_close(&spool);
    free(piece);
    ASSERT_OK(s->raw.ops->open(s->raw.self, &digest, (uint64_t)PIECE * PIECES, KNO_LOOK_ONCE, &view,
                               &s->err),
              &s->err);
    s->raw.ops->close_view(s->raw.self, &view);
}

/* ---- in memory ----------------------------------------------------------------------------- */

static kno_raw_view opened(store *s, const kno_digest *digest, uint64_t bytes)
{
    kno_raw_view view = {0};
    ASSERT_OK(s->raw.ops->open(s->raw.self, digest, bytes, KNO_LOOK_ONCE, &view, &s->err), &s->err);
    assert_int_equal(view.bytes.len, bytes);
    return view;
}

/* Whether two that have it open at once read the same memory. */
static bool is_shared(store *s, const kno_digest *digest, uint64_t bytes)
{
    kno_raw_view a = opened(s, digest, bytes), b = opened(s, digest, bytes);
    const bool same = a.bytes.ptr == b.bytes.ptr;
    assert_memory_equal(a.bytes.ptr, b.bytes.ptr, bytes);
    s->raw.ops->close_view(s->raw.self, &a);
    s->raw.ops->close_view(s->raw.self, &b);
    return same;
}

static void a_small_object_stays_in_memory(void **state)
{
    enum { LARGE = 65537 };
    store *s = *state;
    char *large = calloc(1, LARGE + 1);
    assert_non_null(large);
    memset(large, 'x', LARGE);
    const kno_digest small = kept(s, "a", "b"), other = kept(s, large, "");
    free(large);
    assert_true(is_shared(s, &small, 2));
    assert_false(is_shared(s, &other, LARGE));
    kno_raw_view view = opened(s, &small, 2);
    assert_true(s->raw.ops->condemn(s->raw.self, &small));
    ASSERT_OK(s->raw.ops->remove(s->raw.self, &small, &s->err), &s->err);
    assert_false(is_there(s, &small, "ab"));
    assert_true(anc_str_eq(view.bytes, ANC_STR("ab")));
    s->raw.ops->close_view(s->raw.self, &view);
}

static kno_digest digest_number(size_t i)
{
    kno_digest d = {{0}};
    memcpy(d.bytes, &i, sizeof i);
    return d;
}

/* 300 of 60,000 bytes are more than 16 MiB: the first go, but for the one that is asked for again and again. */
static void what_stays_in_memory_is_bounded(void **state)
{
    enum { OBJECTS = 300, BYTES = 60000, STAMP = 7 };
    (void)state;
    static const char bytes[BYTES];
    kno_small *s = kno_small_new();
    assert_non_null(s);
    size_t there = 0;
    for (size_t i = 0; i < OBJECTS; i++) {
        const kno_digest d = digest_number(i), first = digest_number(0);
        kno_small_object *o = kno_small_keep(s, &d, STAMP, (anc_str){bytes, BYTES});
        assert_non_null(o);
        kno_small_let_go(o);
        o = kno_small_hold(s, &first, STAMP);
        assert_non_null(o);
        kno_small_let_go(o);
    }
    for (size_t i = 0; i < OBJECTS; i++) {
        const kno_digest d = digest_number(i);
        kno_small_object *o = kno_small_hold(s, &d, STAMP);
        assert_true(o != NULL || (i > 0 && i < OBJECTS / 2));
        if (o != NULL)
            kno_small_let_go(o);
        there += o != NULL;
    }
    assert_int_equal(there, (16 << 20) / (BYTES + 100)); /* and what each is kept in */
    const kno_digest last = digest_number(OBJECTS - 1);
    kno_small_object *held = kno_small_hold(s, &last, STAMP);
    assert_null(kno_small_hold(s, &last, STAMP + 1)); /* its file was changed */
    assert_null(kno_small_hold(s, &last, STAMP));
    kno_small_free(s);
    assert_int_equal(kno_small_bytes(held).len, BYTES);
    kno_small_let_go(held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_small_object_stays_in_memory),
        cmocka_unit_test(what_stays_in_memory_is_bounded),
        TEST(an_object_is_named_by_its_bytes),
        TEST(the_same_bytes_are_kept_once),
        TEST(an_object_that_is_there_is_made_durable_too),
        TEST(no_put_has_to_make_a_folder),
        TEST(nothing_is_an_object_too),
        TEST(what_is_not_finished_leaves_nothing),
        TEST(a_held_object_cannot_be_condemned),
        TEST(spooled_again_after_the_verdict_it_stays),
        TEST(without_a_verdict_nothing_is_removed),
        TEST(a_view_outlives_its_object),
        TEST(a_disk_without_room_refuses_before_it_is_full),
        TEST(damage_is_named_and_mended_by_the_same_bytes),
        TEST(damage_that_comes_later_is_found_too),
        TEST(damage_without_a_trace_is_found_by_who_looks_anew),
        TEST(a_large_object_is_seen_whole),
        TEST(a_kill_leaves_no_litter),
    };
    return cmocka_run_group_tests_name("raw store on files", tests, NULL, NULL);
}
