/* test_ingest_disk.c - every call to the disk fails once while documents are sent along and a folder is read.
 *
 * The calls are those of our own files (the spool's segments, objects of the raw store, the folder that is
 * read) and the operations of SQLite's. What was acknowledged is there after the next start and ends by
 * itself; what was not is there as a whole, or has left nothing; and the figures fit.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"
#include "support/fault_calls.h"
#include "support/fault_vfs.h"
#include "support/ingest_fixture.h"
#include "support/test.h"

enum { CALLS_MAX = 6000, RECORDS = 3, FILES = 2, STEPS = 400, ROUNDS = 40 };

typedef struct row {
    const char *name;
    bool of_catalog; /* operations of SQLite's files, else calls of ours */
    fault_kind kind;
    int error; /* errno, or SQLite's code */
    long step; /* every so many calls is tried */
} row;

static const row rows[] = {
    {"an error of a call", false, FAULT_ERROR, EIO, 1},
    {"no room for a call that writes", false, FAULT_WRITE, ENOSPC, 1},
    {"no descriptor", false, FAULT_OPEN, EMFILE, 1},
    {"an interrupted call", false, FAULT_INTERRUPT, EINTR, 2},
    {"a short transfer", false, FAULT_SHORT, 0, 2},
    {"an error of the catalog", true, FAULT_ERROR, SQLITE_IOERR_WRITE, 11},
    {"a failed sync of the catalog", true, FAULT_ERROR, SQLITE_IOERR_FSYNC, 2},
    {"a read of the catalog", true, FAULT_ERROR, SQLITE_IOERR_READ, 23},
    {"no room for the catalog", true, FAULT_ERROR, SQLITE_FULL, 11},
};

typedef struct story {
    char upload[64], folder[64]; /* ids of batches that were acknowledged; "" when they were not */
} story;

static anc_status send(ing_fixture *f, ing_upload *u, int n)
{
    char name[32], text[200];
    krn_call *call = fixture_call(&f->k);
    (void)snprintf(name, sizeof name, "line %d", n);
    (void)snprintf(text, sizeof text, "{\"id\":\"sent %d\",\"text\":\"The text of record %d.\"}", n,
                   n);
    ANC_TRY(ing_upload_begin(u, call, ING_UPLOAD_RECORD, anc_str_of(name), ANC_STR_NONE));
    ANC_TRY(ing_upload_add(u, call, anc_str_of(text)));
    ANC_TRY(ing_upload_finish(u, call));
    return n == 1 ? ing_upload_flush(u, call) : ANC_OK;
}

static void upload(ing_fixture *f, story *s)
{
    const ing_upload_request request = {.name = ANC_STR("upload"), .collection = ANC_STR("notes")};
    ing_upload *u = NULL;
    ing_batch batch;
    if (ing_upload_open(f->ing, fixture_call(&f->k), &request, &u) != ANC_OK)
        return;
    anc_status status = ANC_OK;
    for (int n = 0; n < RECORDS && status == ANC_OK; n++)
        status = send(f, u, n);
    if (status == ANC_OK && ing_upload_end(u, fixture_call(&f->k), ANC_STR_NONE, &batch) == ANC_OK)
        (void)snprintf(s->upload, sizeof s->upload, "%.*s", ANC_FMT(batch.id));
    ing_upload_close(u);
}

static void tell(ing_fixture *f, story *s)
{
    ing_batch batch;
    upload(f, s);
    (void)ingest_run(f, STEPS);
    if (ingest_start(f, "", &batch) == ANC_OK)
        (void)snprintf(s->folder, sizeof s->folder, "%.*s", ANC_FMT(batch.id));
    (void)ingest_run(f, STEPS);
    ingest_keep(f, 3);
}

static bool is_over(ing_fixture *f)
{
    return fixture_count(&f->k, "SELECT count(*) FROM ing_batch WHERE closed = 0") == 0;
}

/* Workers that were told to try again later are asked sooner: a minute passes for them with every round. */
static void run_to_the_end(ing_fixture *f)
{
    for (int round = 0; round < ROUNDS && !is_over(f); round++) {
        const int64_t now_ns = os_mono_ns() + round * (int64_t)60 * 1000000000;
        ingest_keep(f, 3);
        for (int i = 0; i < STEPS; i++)
            (void)ing_worker_step(ing_worker_of(f->ing, (unsigned)(i % INGEST_WORKERS)), now_ns);
    }
    assert_true(is_over(f));
    ingest_keep(f, 10);
}

static void check_batch(ing_fixture *f, const char *id, uint64_t documents)
{
    if (id[0] == '\0')
        return;
    const ing_batch b = ingest_batch(f, id);
    assert_int_equal(b.state, ING_COMPLETED);
    assert_int_equal(b.total, documents);
    assert_int_equal(b.processed + b.skipped + b.failed, documents);
}

static void verify(ing_fixture *f, const story *s)
{
    check_batch(f, s->upload, RECORDS);
    check_batch(f, s->folder, FILES);
    /* what came whole of an upload that was not acknowledged may be there, never a part of one */
    assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM ing_batch WHERE total <> waiting +"
                                          " under_way + processed + failed + skipped"),
                     0);
    const int64_t failed = fixture_count(&f->k, "SELECT count(*) FROM ing_failure");
    assert_int_equal(fixture_count(&f->k, "SELECT coalesce(sum(processed), 0) FROM ing_batch"),
                     fixture_count(&f->k, "SELECT count(*) FROM kno_document"));
    if (s->upload[0] != '\0' && s->folder[0] != '\0' && failed == 0)
        assert_int_equal(fixture_count(&f->k, "SELECT count(*) FROM kno_document"),
                         RECORDS + FILES);
    ing_segment_row *segments = NULL;
    size_t n = 0;
    ASSERT_OK(f->spool.ops->list(f->spool.self, fixture_call(&f->k), &segments, &n), &f->k.err);
    assert_int_equal((int64_t)n, fixture_count(&f->k, "SELECT count(DISTINCT segment) FROM"
                                                      " ing_failure WHERE segment <> 0"));
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
static bool one_run(const row *r, long n)
{
    ing_fixture f;
    story s = {.upload = ""};
    fixture_disk =
        (fixture_disk_options){.vfs = r->of_catalog ? "fault" : NULL, .synced = r->of_catalog};
    ingest_open(&f);
    ingest_write(&f, "one.txt", "The text of a file.");
    ingest_write(&f, "sub/two.txt", "The text of another.");
    arm(r, n);
    tell(&f, &s);
    const bool hit = heal(r);
    ingest_reopen(&f);
    run_to_the_end(&f);
    verify(&f, &s);
    fixture_check(&f.k, false);
    ingest_close(&f);
    fixture_disk = (fixture_disk_options){0};
    return hit;
}

static void every_call_fails_once(void **state)
{
    const row *r = *state;
    long n = 0;
    while (one_run(r, n)) {
        n += r->step;
        assert_true(n < CALLS_MAX);
    }
    assert_true(n > 0);
}

int main(void)
{
    fault_vfs_register();
    return RUN_TABLE("a failing disk", rows, every_call_fails_once);
}
