/* ingest_fixture.h - an ingest service over the knowledge fixture, with a folder to read.
 *
 * No threads: the workers' steps are called in turn, so a run is the same each time. A search
 * service stands in whose index has reached `cursor`.
 */
#ifndef ANC_TESTS_SUPPORT_INGEST_FIXTURE_H
#define ANC_TESTS_SUPPORT_INGEST_FIXTURE_H

#include "ingest/adapters/folder/folder.h"
#include "ingest/adapters/spool_files/spool_files.h"
#include "ingest/adapters/sqlite/ing_sqlite.h"
#include "ingest/app/ingest_service.h"
#include "knowledge_fixture.h"

struct srch_service {
    atomic_uint_least64_t cursor;
};

enum { INGEST_WORKERS = 3 };

typedef struct ing_fixture {
    kno_fixture k;
    struct srch_service search;
    ing_spool spool; /* its ops are spool_ops */
    ing_spool_ops spool_ops;
    ing_service *ing;
    char source[96];           /* the folder that is read, and that events may name files in */
    anc_str event_folder;      /* the same */
    int64_t lease_ms, keep_ms; /* 0: as usual; taken at the next open */
    uint64_t keep_batches, spool_bytes;
    size_t rows_piece;
    ing_source other_source; /* ops NULL: folders of this machine; taken at the next open */
    krn_scheduler scheduler; /* ops NULL: the test calls the steps; taken at the next open */
} ing_fixture;

void ingest_open(ing_fixture *f);
void ingest_close(ing_fixture *f);
void ingest_reopen(ing_fixture *f); /* as after a kill */

/* A fixture as the state of a cmocka test; the end checks the catalog. */
int ingest_setup(void **state);
int ingest_teardown(void **state);

/* Writes `text` to `name` (folders are made) below the source folder. */
void ingest_write(ing_fixture *f, const char *name, const char *text);

/* Starts a batch over the source folder into "notes". */
anc_status ingest_start(ing_fixture *f, const char *glob, ing_batch *ret);

/* Calls the workers in turn until all sleep or one wants to wait, at most `max_steps` steps; true
 * when all sleep. */
bool ingest_run(ing_fixture *f, size_t max_steps);

/* Runs the keeper until it sleeps, at most `max_steps` steps. */
void ingest_keep(ing_fixture *f, size_t max_steps);

/* How often payloads were read out of the spool, for all fixtures. */
uint64_t ingest_payloads_read(void);

/* Whether the disk has no room to spare, for all fixtures. */
void ingest_fill_disk(bool full);

ing_batch ingest_batch(ing_fixture *f, const char *id);
void ingest_id_of(const ing_batch *batch, char out[64]); /* outlives the call's memory */

#endif
