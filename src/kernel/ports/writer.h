/* writer.h - port: the unit of work. All that changes the catalog goes through here.
 *
 * Adapters: sqlite (one thread, one connection, group commit). A closure is run inside an open
 * transaction that it may share with closures of others; what it did becomes durable as a whole or
 * not at all. A component's own store adapter takes the krn_tx and writes with the connection in
 * it; outbox and change log do the same, so a fact and its event are one commit.
 *
 * Contract:
 *   thread   run and post: any thread but the loop (run) / any thread (post). The closure runs on
 *            the writer's thread; it must not wait for anything, nor call run or post.
 *   order    closures run in the order they were accepted.
 *   failure  a closure that gives another status than OK is undone alone; run gives that status back
 *            and its text in call->err. When the commit fails, every closure of the group fails with
 *            IO, CORRUPT or DISK_FULL. After a failed sync the writer is stopped: UNAVAILABLE; after
 *            another failure the next group is tried.
 *            A full queue is UNAVAILABLE at once. A call whose deadline passes while it waits in the
 *            queue is DEADLINE and its closure is not run; once it began, run waits for the end.
 */
#ifndef ANC_KERNEL_PORTS_WRITER_H
#define ANC_KERNEL_PORTS_WRITER_H

#include "kernel/domain/call.h"

/* An open transaction, good inside one closure. */
typedef struct krn_tx {
    void *connection; /* the adapter's: db_sqlite * for sqlite */
    int64_t wall_ms;  /* the time of this group, one for all that it writes */
} krn_tx;

typedef anc_status krn_work_fn(void *arg, krn_tx *tx, anc_err *err);

/* Told once about a posted closure, on the writer's thread, after the commit or the failure; frees
 * what `arg` needs freed. */
typedef void krn_work_done_fn(void *arg, anc_status status, const anc_err *err);

typedef enum krn_condition {
    KRN_SOUND,
    KRN_FAILING, /* the last transaction could not be written; the next one tries again */
    KRN_DAMAGED, /* part of what is kept was changed from outside; the rest is read and written */
    KRN_STOPPED  /* a failure ended the writing; reading may go on */
} krn_condition;

enum { KRN_CONDITION_TEXT = 600 };

typedef struct krn_writer_ops {
    const char *name;
    /* Runs `work(arg, tx, err)` and waits until it is durable. */
    ANC_MUST_CHECK anc_status (*run)(void *self, krn_call *call, krn_work_fn *work, void *arg);
    /* Queues it and returns. When the queue is full: UNAVAILABLE, and `done` is not called. */
    ANC_MUST_CHECK anc_status (*post)(void *self, krn_work_fn *work, void *arg,
                                      krn_work_done_fn *done, anc_err *err);
    size_t (*queued)(void *self);
    /* How the catalog is; `out` gets one line about what is wrong, "" when nothing is.
     * Any thread, at once. */
    krn_condition (*condition)(void *self, char out[KRN_CONDITION_TEXT]);
} krn_writer_ops;

typedef struct krn_writer {
    const krn_writer_ops *ops;
    void *self;
} krn_writer;

static inline ANC_MUST_CHECK anc_status krn_writer_run(krn_writer w, krn_call *call,
                                                       krn_work_fn *work, void *arg)
{
    return w.ops->run(w.self, call, work, arg);
}

static inline ANC_MUST_CHECK anc_status krn_writer_post(krn_writer w, krn_work_fn *work, void *arg,
                                                        krn_work_done_fn *done, anc_err *err)
{
    return w.ops->post(w.self, work, arg, done, err);
}

#endif
