/* ingest_fixture.c - see the header. */
#include "ingest_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"
#include "os/file.h"
#include "support/inbox_double.h"
#include "support/test.h"

bool srch_visible(srch_service *srch, uint64_t seq)
{
    return atomic_load(&srch->cursor) >= seq;
}

srch_status_row srch_status(srch_service *srch)
{
    return (srch_status_row){.ready = true, .cursor = atomic_load(&srch->cursor)};
}

uint64_t srch_index_busy_ns(srch_service *srch)
{
    return atomic_load(&srch->cursor) * 1000;
}

static void must(anc_status status, const anc_err *err)
{
    if (status != ANC_OK)
        fail_msg("%s: %s", anc_status_info(status)->name, err->text);
}

static atomic_bool disk_full;
static anc_status (*real_read)(void *self, krn_call *call, const ing_payload *payload,
                               anc_str *ret);

void ingest_fill_disk(bool full)
{
    atomic_store(&disk_full, full);
}

static atomic_uint_least64_t payloads_read;

uint64_t ingest_payloads_read(void)
{
    return atomic_load(&payloads_read);
}

static anc_status read_payload(void *self, krn_call *call, const ing_payload *payload, anc_str *ret)
{
    atomic_fetch_add(&payloads_read, 1);
    return real_read(self, call, payload, ret);
}

static anc_status room(void *self, anc_err *err)
{
    (void)self;
    return atomic_load(&disk_full) ? ANC_FAIL(err, ANC_DISK_FULL, "the disk is full") : ANC_OK;
}

static void open_ingest(ing_fixture *f)
{
    anc_err err;
    anc_err_clear(&err);
    must(db_migrate(f->k.db, ing_migrations, ing_n_migrations, 1, &err), &err);
    must(db_exec(f->k.db, INBOX_DOUBLE_TABLE, &err), &err);
    f->event_folder = anc_str_of(f->source);
    char spool[128];
    (void)snprintf(spool, sizeof spool, "%s/spool", f->k.folder);
    must(ing_spool_files_open(anc_str_of(spool), NULL, &f->spool, &err), &err);
    f->spool_ops = *f->spool.ops;
    f->spool_ops.room = room;
    real_read = f->spool.ops->read;
    f->spool_ops.read = read_payload;
    f->spool.ops = &f->spool_ops;
    const ing_service_options options = {
        .batches = ing_sqlite_store(f->k.readers),
        .batch_writer = ing_sqlite_writer(),
        .items = ing_sqlite_items(),
        .uploads = ing_sqlite_uploads(),
        .spool = f->spool,
        .folder = f->other_source.ops != NULL ? f->other_source : ing_folder_source(),
        .scheduler = f->scheduler,
        .writer = f->k.options.writer,
        .outbox = f->k.options.outbox,
        .inbox = inbox_double(f->k.readers),
        .event_folders = &f->event_folder,
        .n_event_folders = 1,
        .clock = f->k.options.clock,
        .knowledge = f->k.kno,
        .search = &f->search,
        .lease_ms = f->lease_ms,
        .keep_ms = f->keep_ms,
        .keep_batches = f->keep_batches,
        .spool_bytes = f->spool_bytes,
        .rows_piece = f->rows_piece,
        .workers = INGEST_WORKERS};
    must(ing_service_open(&options, &f->ing, &err), &err);
}

void ingest_open(ing_fixture *f)
{
    memset(f, 0, sizeof *f);
    fixture_open(&f->k);
    (void)snprintf(f->source, sizeof f->source, "%s/source", f->k.folder);
    anc_err err;
    anc_err_clear(&err);
    must(os_folder_make(anc_str_of(f->source), &err), &err);
    open_ingest(f);
}

void ingest_close(ing_fixture *f)
{
    ingest_fill_disk(false);
    ing_service_close(f->ing);
    ing_spool_files_close(&f->spool);
    fixture_close(&f->k);
}

void ingest_reopen(ing_fixture *f)
{
    ing_service_close(f->ing);
    ing_spool_files_close(&f->spool);
    fixture_reopen(&f->k);
    open_ingest(f);
}

void ingest_write(ing_fixture *f, const char *name, const char *text)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", f->source, name);
    anc_err err;
    anc_err_clear(&err);
    char folder[512];
    memcpy(folder, path, sizeof folder);
    *strrchr(folder, '/') = '\0';
    must(os_folder_make(anc_str_of(folder), &err), &err);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

anc_status ingest_start(ing_fixture *f, const char *glob, ing_batch *ret)
{
    const anc_str pattern = anc_str_of(glob);
    const ing_folder_request request = {.path = anc_str_of(f->source),
                                        .collection = ANC_STR("notes"),
                                        .globs = &pattern,
                                        .n_globs = pattern.len > 0 ? 1 : 0};
    return ing_folder_start(f->ing, fixture_call(&f->k), &request, ret);
}

bool ingest_run(ing_fixture *f, size_t max_steps)
{
    unsigned asleep = 0;
    for (size_t i = 0; i < max_steps && asleep < INGEST_WORKERS; i++) {
        const int64_t now = krn_now_ns(f->k.options.clock);
        const int64_t next =
            ing_worker_step(ing_worker_of(f->ing, (unsigned)(i % INGEST_WORKERS)), now);
        if (next > now && next != INT64_MAX)
            return false;
        asleep = next == INT64_MAX ? asleep + 1 : 0;
    }
    return asleep == INGEST_WORKERS;
}

ing_batch ingest_batch(ing_fixture *f, const char *id)
{
    ing_batch batch = {0};
    must(ing_batch_find(f->ing, fixture_call(&f->k), anc_str_of(id), &batch), &f->k.err);
    return batch;
}

void ingest_keep(ing_fixture *f, size_t max_steps)
{
    for (size_t i = 0; i < max_steps; i++) {
        const int64_t now = os_mono_ns();
        if (ing_keeper_step(f->ing, now) > now)
            return;
    }
}

int ingest_setup(void **state)
{
    ing_fixture *f = malloc(sizeof *f);
    assert_non_null(f);
    ingest_open(f);
    *state = f;
    return 0;
}

int ingest_teardown(void **state)
{
    ing_fixture *f = *state;
    fixture_check(&f->k, false);
    ingest_close(f);
    free(f);
    return 0;
}

void ingest_id_of(const ing_batch *batch, char out[64])
{
    (void)snprintf(out, 64, "%.*s", ANC_FMT(batch->id));
}
