/* knowledge_fixture.h - a knowledge service over a real catalog in a folder of its own.
 *
 * Real: SQLite stores, raw files, domain, use cases. Simple stand-ins: a writer that commits each
 * closure on the caller's thread and can be told to die after n commits, outbox and change log as
 * two tables of the same file (so that they are undone with their transaction), a clock that ticks,
 * a parser of paragraphs, and an embedding service whose vectors follow from the text's hash.
 */
#ifndef ANC_TESTS_SUPPORT_KNOWLEDGE_FIXTURE_H
#define ANC_TESTS_SUPPORT_KNOWLEDGE_FIXTURE_H

#include <pthread.h>

#include "db/sqlite/readers.h"
#include "knowledge/adapters/raw_files/raw_files.h"
#include "knowledge/adapters/sqlite/kno_sqlite.h"
#include "knowledge/app/knowledge_service.h"

/* The embedding service that the tests link instead of the real one. */
struct emb_service {
    const char *model; /* NULL: "fake" */
    bool available;
    const char *revision;
    uint32_t dims, max_tokens;
    bool fails;
    anc_status failure;          /* with `fails`; ANC_OK: UNAVAILABLE */
    void (*on_embed)(void *arg); /* called before each batch; NULL: nobody */
    void *arg;
    atomic_uint_least64_t embedded; /* texts */
    atomic_uint_least64_t kept;     /* of them, that were to stay in the cache */
};

/* The models that collections may ask for: the fixture's, and these. */
enum { FIXTURE_MODELS = 2 };
struct emb_library {
    struct emb_service *configured;
    struct emb_service
        others[FIXTURE_MODELS]; /* "wide" and "narrow"; not available: not installed */
    atomic_int held;            /* not let go yet */
};

typedef struct kno_fixture kno_fixture;

/* Another caller: `call` is its own. */
typedef void fixture_caller(kno_fixture *f, krn_call *call, void *arg);

struct kno_fixture {
    char told[128]; /* the beginning of the content in the last event of a document; empty: none */
    char folder[64];
    db_sqlite *db; /* the writer's */
    pthread_mutex_t lock;
    long commits_left; /* negative: no end; 0: the writer is dead */
    uint64_t commits;
    db_readers *readers;
    kno_sqlite *sqlite;
    kno_service_options options;
    kno_service *kno;
    struct emb_service emb;
    struct emb_library library;
    atomic_int_least64_t ticks;
    int64_t stands_at_ns;          /* of the monotonic clock; 0: it runs */
    atomic_int_least64_t later_ns; /* how far it was put on */

    /* the call that tests use: reset with fixture_call */
    anc_arena *mem;
    anc_err err;
    atomic_bool cancelled;
    anc_str labels[4];
    krn_call call;

    /* who comes meanwhile */
    fixture_caller *other;
    void *other_arg;
    bool other_came;
};

/* The disk of the fixtures that are opened from now on; zeroed: the system's, without waiting for it. */
typedef struct fixture_disk_options {
    const char *vfs; /* of SQLite's files */
    bool synced;     /* commits are synced */
} fixture_disk_options;

extern fixture_disk_options fixture_disk;

void fixture_open(kno_fixture *f);
/* A fixture as the state of a cmocka test; the end checks the catalog. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

void fixture_close(kno_fixture *f); /* and removes the folder */

/* Closes the service and the file, and opens them again, as after a kill: nothing is tidied up. */
void fixture_reopen(kno_fixture *f);

/* A fresh arena and error; principal with the labels "public" and "user:admin". */
krn_call *fixture_call(kno_fixture *f);

/* A call of its own for a thread. */
krn_call fixture_thread_call(kno_fixture *f, anc_arena *mem, anc_err *err);

/* While something is embedded next, `other` comes, once; other_came then. */
void fixture_meanwhile(kno_fixture *f, fixture_caller *other, void *arg);

/* A put of `text` into the collection "notes" (made where it is missing). */
anc_status fixture_put(kno_fixture *f, const char *id, const char *text, kno_put_result *ret);

/* Runs the sweep until it has done a round. False when a step failed. */
bool fixture_sweep(kno_fixture *f);

/* Runs the recut step until it idles. False when a step failed. */
bool fixture_recut(kno_fixture *f);

/* Runs the backfill step until it sleeps, or waits for documents to be cut again. False when a step failed. */
bool fixture_backfill(kno_fixture *f);

/* Runs both until nothing is left to do. False when a step failed, or there is no end. */
bool fixture_settle(kno_fixture *f);

/* The number that a query gives. */
int64_t fixture_count(kno_fixture *f, const char *sql);

/* Documents that the collection "notes" has for those who read; its list, its figures and the walk of
 * projections agree. */
size_t fixture_seen(kno_fixture *f);

/* Objects in the raw store. */
size_t fixture_objects(kno_fixture *f);

/* Asserts what must hold whenever nothing is under way: counters equal the rows, every current
 * version's text is there, its chunks cut it, vectors are complete where a model is, and after a
 * sweep (`swept`) no row and no object is there that nobody names. */
void fixture_check(kno_fixture *f, bool swept);

#endif
