/* impl.h - the catalog's file from inside. */
#ifndef ANC_KERNEL_ADAPTERS_SQLITE_IMPL_H
#define ANC_KERNEL_ADAPTERS_SQLITE_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "kernel/adapters/sqlite/sqlite.h"
#include "os/thread.h"

enum { LISTENERS_MAX = 16 };

/* Who is woken after a commit that touched a log. Filled while wiring, then only read. */
typedef struct listeners {
    struct {
        void (*wake)(void *arg);
        void *arg;
    } list[LISTENERS_MAX];
    size_t n;
    bool touched; /* something was appended in this group; the writer's thread only */
} listeners;

typedef struct request request;

struct krn_sqlite {
    krn_clock clock;
    db_sqlite *db;       /* owned; the writer's thread only */
    db_readers *readers; /* owned */
    os_thread *thread;   /* owned; NULL without one */
    bool without_thread;
    krn_log log;
    atomic_uint_least32_t damaged_page; /* the first that was found; 0: none */
    size_t max_queued;
    krn_veil veil; /* of events */

    /* the mutex guards from here to `closing`, and the state of every request */
    pthread_mutex_t mutex;
    pthread_cond_t work;     /* something was queued, or closing */
    pthread_cond_t finished; /* requests of `run` have ended */
    request *first, *last;   /* queue; owned when posted, else on the stack of their caller */
    size_t queued;
    bool stopped; /* a failure ended the writer; failure_text says which */
    bool failing; /* the last transaction could not be written, the next may be */
    char failure_text[256];
    bool closing;

    /* the writer's thread only */
    uint64_t outbox_seq; /* the last that was given */
    listeners outbox_listeners;
    listeners changes_listeners;

    krn_series *commits, *closures, *failures, *commit_seconds, *waiting;
};

/* The kernel's own migrations, then those of the options; the caller frees *ret. */
anc_status krn_sqlite_migrations(const krn_sqlite_options *options, db_migration **ret,
                                 size_t *ret_n, anc_err *err) ANC_MUST_CHECK;

anc_status krn_listeners_add(listeners *l, void (*wake)(void *arg), void *arg,
                             anc_err *err) ANC_MUST_CHECK;
void krn_listeners_wake(listeners *l); /* when touched, which it then no longer is */

/* Queues nothing more, runs what is queued, ends the thread. */
void krn_sqlite_writer_stop(krn_sqlite *k);
anc_status krn_sqlite_writer_start(krn_sqlite *k, anc_err *err) ANC_MUST_CHECK;

/* A reader for the time of one call, interrupted when the call's time is over. */
typedef struct reading {
    krn_sqlite *k;
    krn_call *call;
    db_sqlite *db;
} reading;

anc_status krn_reading_begin(reading *r, krn_sqlite *k, krn_call *call) ANC_MUST_CHECK;
void krn_reading_end(reading *r);
#define READING(name) ANC_CLEANUP(krn_reading_end) reading name = {0}

extern const krn_writer_ops krn_sqlite_writer_ops;
extern const krn_outbox_ops krn_sqlite_outbox_ops;
extern const krn_changes_ops krn_sqlite_changes_ops;
extern const krn_replies_ops krn_sqlite_replies_ops;
extern const krn_inbox_ops krn_sqlite_inbox_ops;

/* The greatest seq ever committed to `table`, one of ours with AUTOINCREMENT. */
anc_status krn_sqlite_head(db_sqlite *db, const char *table, uint64_t *ret,
                           anc_err *err) ANC_MUST_CHECK;

#endif
