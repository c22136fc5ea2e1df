/* spool_contract.c - what every adapter of the spool must do; and of that on files, that no bit of a
 * segment can be flipped unseen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "ingest/adapters/spool_files/spool_files.h"
#include "os/clock.h"
#include "os/file.h"
#include "support/test.h"

enum { ARENA = 64 << 20, ID = 0x2a, RESERVE = 1 << 20 };
#define STALE_NS ((int64_t)300000000) /* after which a reserve asks the system again */

/* The disk, as the adapter sees it. */
static atomic_bool disk_full;

int __real_statvfs(const char *path, struct statvfs *st);
int __wrap_statvfs(const char *path, struct statvfs *st);

int __wrap_statvfs(const char *path, struct statvfs *st)
{
    const int result = __real_statvfs(path, st);
    if (result == 0)
        st->f_bavail = atomic_load(&disk_full) ? 1 : (fsblkcnt_t)RESERVE;
    return result;
}

typedef struct world {
    char folder[64], path[128];
    ing_spool spool;
    os_reserve *reserve; /* of RESERVE bytes */
    anc_arena *mem;
    anc_err err;
    atomic_bool cancelled;
    krn_call call;
} world;

static int setup(void **state)
{
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    memcpy(w->folder, "/tmp/anc-spool-XXXXXX", 22);
    assert_non_null(mkdtemp(w->folder));
    w->reserve = os_reserve_new(anc_str_of(w->folder), RESERVE);
    assert_non_null(w->reserve);
    (void)snprintf(w->path, sizeof w->path, "%s/%016x", w->folder, ID);
    ASSERT_OK(ing_spool_files_open(anc_str_of(w->folder), w->reserve, &w->spool, &w->err), &w->err);
    w->mem = anc_arena_new(ARENA);
    assert_non_null(w->mem);
    w->call = (krn_call){
        .mem = w->mem, .err = &w->err, .deadline_ns = INT64_MAX, .cancelled = &w->cancelled};
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    world *w = *state;
    ing_spool_files_close(&w->spool);
    os_reserve_free(w->reserve);
    ASSERT_OK(os_folder_remove(anc_str_of(w->folder), &w->err), &w->err);
    anc_arena_free(w->mem);
    free(w);
    return 0;
}

static anc_str made(world *w, size_t n, unsigned seed)
{
    char *bytes = anc_arena_alloc(w->mem, n + 1, 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525U + 1013904223U;
        bytes[i] = (char)(seed >> 24);
    }
    return (anc_str){bytes, n};
}

/* Adds it in pieces of `piece` bytes. */
static ing_payload added(world *w, ing_segment *segment, anc_str bytes, size_t piece)
{
    const ing_payload payload = {
        .segment = ID, .at = w->spool.ops->begin(segment), .bytes = bytes.len};
    for (size_t at = 0; at < bytes.len; at += piece)
        ASSERT_OK(w->spool.ops->add(segment, anc_str_sub(bytes, at, piece), &w->err), &w->err);
    return payload;
}

static ing_segment *create(world *w)
{
    ing_segment *segment = NULL;
    ASSERT_OK(w->spool.ops->create(w->spool.self, ID, &segment, &w->err), &w->err);
    return segment;
}

static void assert_reads(world *w, const ing_payload *payload, anc_str expected)
{
    anc_str got;
    ASSERT_OK(w->spool.ops->read(w->spool.self, &w->call, payload, &got), &w->err);
    assert_true(anc_str_eq(got, expected));
}

static void payloads_come_back(void **state)
{
    world *w = *state;
    static const size_t sizes[] = {0,     1,     15,    16,     17,     400,     65519,
                                   65520, 65521, 65535, 65536,  65537,  65552,   65553,
                                   70000, 0,     3,     131072, 131073, 1 << 20, 3 << 20};
    ing_payload payloads[ANC_COUNT(sizes)];
    anc_str texts[ANC_COUNT(sizes)];
    ing_segment *segment = create(w);
    uint64_t before = w->spool.ops->bytes(segment);
    for (size_t i = 0; i < ANC_COUNT(sizes); i++) {
        texts[i] = made(w, sizes[i], (unsigned)i);
        payloads[i] = added(w, segment, texts[i], i % 2 == 0 ? 1 << 20 : 7001);
        assert_true(w->spool.ops->bytes(segment) >= before + sizes[i]);
        before = w->spool.ops->bytes(segment);
        if (i % 3 == 0)
            ASSERT_OK(w->spool.ops->sync(segment, &w->err), &w->err);
    }
    ASSERT_OK(w->spool.ops->sync(segment, &w->err), &w->err);
    for (size_t i = 0; i < ANC_COUNT(sizes); i++)
        assert_reads(w, &payloads[i], texts[i]);
    const uint64_t bytes = w->spool.ops->bytes(segment);
    assert_int_equal(w->spool.ops->close(segment), bytes);
    ing_segment_row *rows;
    size_t n;
    ASSERT_OK(w->spool.ops->list(w->spool.self, &w->call, &rows, &n), &w->err);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].id, ID);
    assert_int_equal(rows[0].bytes, bytes);
    uint64_t removed = 0;
    ASSERT_OK(w->spool.ops->remove(w->spool.self, ID, &removed, &w->err), &w->err);
    assert_int_equal(removed, bytes);
    anc_str got;
    assert_int_equal(w->spool.ops->read(w->spool.self, &w->call, &payloads[1], &got),
                     ANC_NOT_FOUND);
}

/* Three payloads of which the middle one is read with every bit of the file flipped. */
static ing_payload small_segment(world *w, anc_str *ret_text)
{
    ing_segment *segment = create(w);
    (void)added(w, segment, made(w, 70, 1), 70);
    *ret_text = made(w, 90, 2);
    const ing_payload payload = added(w, segment, *ret_text, 40);
    (void)added(w, segment, made(w, 50, 3), 50);
    ASSERT_OK(w->spool.ops->sync(segment, &w->err), &w->err);
    (void)w->spool.ops->close(segment);
    return payload;
}

static void write_file(const world *w, anc_str bytes)
{
    FILE *file = fopen(w->path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

static uint64_t damaged(world *w)
{
    ing_spool_report report;
    ASSERT_OK(ing_spool_files_scan(anc_str_of(w->folder), &report, &w->err), &w->err);
    assert_int_equal(report.segments, 1);
    assert_string_equal(report.first, report.damaged > 0 ? w->path : "");
    return report.damaged;
}

static void no_bit_flips_unseen(void **state)
{
    world *w = *state;
    anc_str text, whole;
    const ing_payload payload = small_segment(w, &text);
    ASSERT_OK(os_file_read(w->mem, anc_str_of(w->path), 1 << 20, &whole, &w->err), &w->err);
    assert_int_equal(damaged(w), 0);
    char *bytes = anc_arena_alloc(w->mem, whole.len, 1);
    assert_non_null(bytes);
    unsigned refused = 0;
    for (size_t bit = 0; bit < whole.len * 8; bit++) {
        memcpy(bytes, whole.ptr, whole.len);
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
        write_file(w, (anc_str){bytes, whole.len});
        assert_int_equal(damaged(w), 1);
        anc_str got;
        const anc_status status = w->spool.ops->read(w->spool.self, &w->call, &payload, &got);
        if (status == ANC_OK)
            assert_true(anc_str_eq(got, text));
        else
            assert_int_equal(status, ANC_CORRUPT);
        if (status != ANC_OK)
            assert_non_null(strstr(w->err.text, w->path));
        refused += status != ANC_OK;
    }
    assert_int_equal(refused, (90 + 16) * 8);
}

/* What a kill or a loss of power leaves behind the last sync. */
static void an_end_that_was_never_synced_is_no_damage(void **state)
{
    world *w = *state;
    anc_str text, whole;
    const ing_payload payload = small_segment(w, &text);
    ASSERT_OK(os_file_read(w->mem, anc_str_of(w->path), 1 << 20, &whole, &w->err), &w->err);
    for (size_t n = 0; n < whole.len; n++) {
        write_file(w, (anc_str){whole.ptr, n});
        assert_int_equal(damaged(w), 0);
        anc_str got;
        const bool there = n >= payload.at + payload.bytes + 16;
        assert_int_equal(w->spool.ops->read(w->spool.self, &w->call, &payload, &got),
                         there ? ANC_OK : ANC_CORRUPT);
    }
    char *longer = anc_arena_alloc(w->mem, whole.len + 5000, 1);
    assert_non_null(longer);
    memcpy(longer, whole.ptr, whole.len);
    memset(longer + whole.len, 0, 5000);
    write_file(w, (anc_str){longer, whole.len + 5000});
    assert_int_equal(damaged(w), 0);
    longer[whole.len + 4000] = 1;
    write_file(w, (anc_str){longer, whole.len + 5000});
    assert_int_equal(damaged(w), 1);
}

static void fill_disk(bool full)
{
    atomic_store(&disk_full, full);
    os_sleep_ns(STALE_NS);
}

static void what_is_kept_free_stays_free(void **state)
{
    world *w = *state;
    ing_segment *segment = create(w), *other = NULL;
    const anc_str before = made(w, 100, 1);
    const ing_payload kept = added(w, segment, before, 100);
    ASSERT_OK(w->spool.ops->sync(segment, &w->err), &w->err);
    ASSERT_OK(w->spool.ops->room(w->spool.self, &w->err), &w->err);
    fill_disk(true);
    assert_int_equal(w->spool.ops->room(w->spool.self, &w->err), ANC_DISK_FULL);
    anc_err_clear(&w->err);
    assert_int_equal(w->spool.ops->create(w->spool.self, ID + 1, &other, &w->err), ANC_DISK_FULL);
    anc_err_clear(&w->err);
    const ing_payload late = added(w, segment, before, 100);
    assert_int_equal(w->spool.ops->sync(segment, &w->err), ANC_DISK_FULL);
    anc_err_clear(&w->err);
    os_stat stat;
    ASSERT_OK(os_stat_of(anc_str_of(w->path), &stat, &w->err), &w->err);
    assert_in_range(stat.bytes, 100, 199);
    assert_reads(w, &kept, before);
    fill_disk(false);
    ASSERT_OK(w->spool.ops->sync(segment, &w->err), &w->err);
    assert_reads(w, &late, before);
    (void)w->spool.ops->close(segment);
}

static void a_segment_is_made_once(void **state)
{
    world *w = *state;
    ing_segment *segment = create(w), *other = NULL;
    assert_int_equal(w->spool.ops->create(w->spool.self, ID, &other, &w->err), ANC_CONFLICT);
    assert_int_equal(w->spool.ops->close(segment), 0);
    assert_int_equal(w->spool.ops->close(NULL), 0);
    uint64_t bytes = 1;
    ASSERT_OK(w->spool.ops->remove(w->spool.self, ID, &bytes, &w->err), &w->err);
    ASSERT_OK(w->spool.ops->remove(w->spool.self, ID, &bytes, &w->err), &w->err);
    assert_int_equal(bytes, 0);
    ing_spool_report report;
    ASSERT_OK(ing_spool_files_scan(ANC_STR("/no/such/folder"), &report, &w->err), &w->err);
    assert_int_equal(report.segments, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(payloads_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(no_bit_flips_unseen, setup, teardown),
        cmocka_unit_test_setup_teardown(an_end_that_was_never_synced_is_no_damage, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_kept_free_stays_free, setup, teardown),
        cmocka_unit_test_setup_teardown(a_segment_is_made_once, setup, teardown),
    };
    return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
