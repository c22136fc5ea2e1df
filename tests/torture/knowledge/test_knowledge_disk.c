/* test_knowledge_disk.c - every call to the disk fails once, each in its own run of a short story.
 *
 * The calls are those of our own files (objects of the raw store) and the operations of SQLite's. The
 * step that meets the failure says so in words, or goes well in spite of it; what was acknowledged is
 * there after the next start, what was not is whole or absent, and a sweep leaves nothing behind.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fault_calls.h"
#include "support/fault_vfs.h"
#include "support/knowledge_fixture.h"
#include "support/test.h"

enum { CALLS_MAX = 3000, SENTENCES = 40 };

typedef struct row {
    const char *name;
    bool of_catalog; /* operations of SQLite's files, else calls of ours */
    fault_kind kind;
    int error;          /* errno, or SQLite's code */
    anc_status allowed; /* beside OK; OK: every step has to go well */
    long step;          /* every so many calls is tried */
} row;

static const row rows[] = {
    {"an error of a call", false, FAULT_ERROR, EIO, ANC_IO, 1},
    {"no room for a call that writes", false, FAULT_WRITE, ENOSPC, ANC_DISK_FULL, 1},
    {"a quota for a call that writes", false, FAULT_WRITE, EDQUOT, ANC_DISK_FULL, 3},
    {"no descriptor", false, FAULT_OPEN, EMFILE, ANC_UNAVAILABLE, 1},
    {"a read-only disk", false, FAULT_WRITE, EROFS, ANC_FORBIDDEN, 3},
    {"an interrupted call", false, FAULT_INTERRUPT, EINTR, ANC_OK, 1},
    {"a short transfer", false, FAULT_SHORT, 0, ANC_OK, 1},
    {"an error of the catalog", true, FAULT_ERROR, SQLITE_IOERR_WRITE, ANC_IO, 3},
    {"a failed sync of the catalog", true, FAULT_ERROR, SQLITE_IOERR_FSYNC, ANC_IO, 3},
    {"a read of the catalog", true, FAULT_ERROR, SQLITE_IOERR_READ, ANC_IO, 5},
    {"no room for the catalog", true, FAULT_ERROR, SQLITE_FULL, ANC_DISK_FULL, 3},
};

typedef struct story {
    anc_buf first, second;
    bool put_first, put_second, updated, deleted, read;
} story;

static void make_text(anc_buf *out, const char *word)
{
    *out = anc_buf_init(1 << 20);
    for (int i = 0; i < SENTENCES; i++)
        (void)anc_buf_printf(out, "%sSentence %d is about the %s and nothing else at all.",
                             i == 0       ? ""
                             : i % 4 == 0 ? "\n\n"
                                          : " ",
                             i, word);
}

static void check_status(const kno_fixture *f, const row *r, anc_status status)
{
    if (status == ANC_OK)
        return;
    if (r->allowed == ANC_OK || status != r->allowed)
        fail_msg("%s: %s: %s", r->of_catalog ? "the catalog" : fault_calls_which(),
                 anc_status_info(status)->name, f->err.text);
    assert_true(strlen(f->err.text) > 10);
}

static bool put(kno_fixture *f, const row *r, const char *id, const anc_buf *text)
{
    kno_put_result result;
    const anc_status status = fixture_put(f, id, text->ptr, &result);
    check_status(f, r, status);
    return status == ANC_OK;
}

static bool read_text(kno_fixture *f, const row *r, const char *id, const anc_buf *text)
{
    kno_text got;
    const anc_status status =
        kno_text_open(f->kno, fixture_call(f), ANC_STR("notes"), anc_str_of(id), 0, &got);
    check_status(f, r, status);
    if (status != ANC_OK)
        return false;
    assert_true(anc_str_eq(got.text, anc_buf_view(text)));
    kno_text_close(f->kno, &got);
    return true;
}

static void tell(kno_fixture *f, const row *r, story *s)
{
    uint64_t seq;
    s->put_second = put(f, r, "second", &s->first);
    s->updated = put(f, r, "first", &s->second);
    s->read = read_text(f, r, "kept", &s->first);
    const anc_status status =
        kno_document_delete(f->kno, fixture_call(f), ANC_STR("notes"), ANC_STR("gone"), &seq);
    check_status(f, r, status);
    s->deleted = status == ANC_OK;
}

/* What is there now: version 0 for nothing, and the text that belongs to it. */
static uint32_t version_of(kno_fixture *f, const char *id, const anc_buf *one, const anc_buf *two)
{
    kno_document d;
    kno_text got;
    const anc_status status =
        kno_document_find(f->kno, fixture_call(f), ANC_STR("notes"), anc_str_of(id), &d);
    if (status == ANC_NOT_FOUND)
        return 0;
    ASSERT_OK(status, &f->err);
    const uint32_t version = d.version;
    ASSERT_OK(kno_text_open(f->kno, fixture_call(f), ANC_STR("notes"), anc_str_of(id), 0, &got),
              &f->err);
    assert_true(anc_str_eq(got.text, anc_buf_view(version == 1 ? one : two)));
    kno_text_close(f->kno, &got);
    return version;
}

static void verify(kno_fixture *f, const story *s)
{
    const uint32_t second = version_of(f, "second", &s->first, &s->first);
    const uint32_t first = version_of(f, "first", &s->first, &s->second);
    const uint32_t gone = version_of(f, "gone", &s->first, &s->first);
    assert_true(second == 1 || (second == 0 && !s->put_second));
    assert_true(first == 2 || (first == 1 && !s->updated));
    assert_true(gone == 0 || (gone == 1 && !s->deleted));
    assert_int_equal(version_of(f, "kept", &s->first, &s->first), 1);
}

static void arm(const row *r, long n)
{
    fault_vfs_count_reads(r->error == SQLITE_IOERR_READ);
    if (r->of_catalog)
        fault_vfs_arm(n, r->error, r->error == SQLITE_IOERR_FSYNC, false);
    else
        fault_calls_arm(r->kind, n, r->error);
}

static bool heal(const row *r)
{
    const bool hit = r->of_catalog ? fault_vfs_hit() : fault_calls_hit();
    fault_vfs_heal();
    fault_calls_heal();
    return hit;
}

/* Whether call number `n` came. */
static bool one_run(const row *r, story *s, long n)
{
    kno_fixture f;
    kno_put_result result;
    fixture_disk =
        (fixture_disk_options){.vfs = r->of_catalog ? "fault" : NULL, .synced = r->of_catalog};
    fixture_open(&f);
    ASSERT_OK(fixture_put(&f, "first", s->first.ptr, &result), &f.err);
    ASSERT_OK(fixture_put(&f, "kept", s->first.ptr, &result), &f.err);
    ASSERT_OK(fixture_put(&f, "gone", s->first.ptr, &result), &f.err);
    arm(r, n);
    tell(&f, r, s);
    const bool hit = heal(r);
    fixture_reopen(&f);
    verify(&f, s);
    fixture_check(&f, false);
    assert_true(fixture_sweep(&f));
    fixture_check(&f, true);
    verify(&f, s);
    fixture_close(&f);
    fixture_disk = (fixture_disk_options){0};
    return hit;
}

static void every_call_fails_once(void **state)
{
    const row *r = *state;
    story s = {0};
    long n = 0;
    make_text(&s.first, "harbour");
    make_text(&s.second, "lighthouse");
    while (one_run(r, &s, n)) {
        n += r->step;
        assert_true(n < CALLS_MAX);
    }
    assert_true(n > 0);
    anc_buf_done(&s.first);
    anc_buf_done(&s.second);
}

/* The start before may have died between making the folders and syncing their names. */
static void names_of_folders_are_synced_at_every_start(void **state)
{
    kno_fixture f;
    (void)state;
    fixture_open(&f);
    char path[512];
    (void)snprintf(path, sizeof path, "%s/raw", f.folder);
    const kno_raw_files_options options = {.root = anc_str_of(path)};
    bool hit = true, of_store = false, of_shards = false;
    for (long n = 0; hit; n++) {
        kno_raw_store store;
        anc_err err;
        anc_err_clear(&err);
        fault_calls_arm(FAULT_ERROR, n, EIO);
        const anc_status status = kno_raw_files_open(&options, &store, &err);
        hit = fault_calls_hit();
        const bool sync = hit && strcmp(fault_calls_which(), "fsync") == 0;
        fault_calls_heal();
        if (status == ANC_OK)
            store.ops->close(store.self);
        assert_true(sync ? status == ANC_IO : status == ANC_OK || (hit && status == ANC_IO));
        of_store = of_store || (sync && strstr(err.text, "/raw/..:") != NULL);
        of_shards = of_shards || (sync && strstr(err.text, "/raw:") != NULL);
        assert_true(n < CALLS_MAX);
    }
    assert_true(of_store && of_shards);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest starts[] = {
        cmocka_unit_test(names_of_folders_are_synced_at_every_start),
    };
    fault_vfs_register();
    const int failed = cmocka_run_group_tests_name("starts", starts, NULL, NULL);
    return failed + RUN_TABLE("a failing disk", rows, every_call_fails_once);
}
