/* writer.c - one thread that runs everybody's changes, many in one transaction.
 *
 *   run/post ──► queue ──► BEGIN IMMEDIATE
 *                            SAVEPOINT, closure 1, RELEASE (or ROLLBACK TO)
 *                            SAVEPOINT, closure 2, …
 *                          COMMIT (one fsync) ──► all that waited are told
 *
 * A group is what had gathered while the one before was being committed, so that groups grow with
 * the load by themselves and a lone closure never waits for company.
 *
 * Failures. A closure that fails is undone alone by its savepoint. Some of SQLite's failures (full
 * disk, I/O, memory) undo the whole transaction: then what ran in it before fails too, and the rest
 * of the group goes on in a new one. When a sync fails or the file is damaged, nobody can say any
 * more what the disk holds (a second fsync after a failed one may lie), so the writer stops for good:
 * what waits and all that comes gets UNAVAILABLE with the cause. Another failure of BEGIN or COMMIT
 * stops nothing: no reader sees the pages that came into the log, the next commit is written over
 * them, and space or the disk may come back. Until then health tells of it.
 *
 * A request of `run` lies on its caller's stack: once its state is ENDED, which is said under the
 * mutex, it must not be touched any more. A request of `post` is owned by the queue, then by the
 * group, and freed after its `done`.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "impl.h"
#include "os/clock.h"
#include "os/wait.h"

enum { GROUP_MAX = 256 };

typedef enum request_state { WAITING, RUNNING, ENDED } request_state;

struct request {
    request *next;
    krn_work_fn *work;
    void *arg;
    krn_call *call;         /* of `run`, borrowed; NULL: posted */
    krn_work_done_fn *done; /* of `post`; may be NULL */
    request_state state;
    anc_status status;
    anc_err err;
};

typedef struct group {
    request *all[GROUP_MAX];
    size_t n;
    size_t posted; /* how many of them are posted */
} group;

/* ---- queue (with the mutex held) ----------------------------------------------------------- */

static anc_status queue_add(krn_sqlite *k, request *r, anc_err *err)
{
    if (k->stopped)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the catalog's writer has stopped: %s",
                        k->failure_text);
    if (k->closing)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "the catalog's writer is closing");
    if (k->queued == k->max_queued)
        return ANC_FAIL(err, ANC_UNAVAILABLE, "%zu changes wait for the catalog's writer already",
                        k->queued);
    if (k->last != NULL)
        k->last->next = r;
    else
        k->first = r;
    k->last = r;
    k->queued++;
    (void)pthread_cond_signal(&k->work);
    return ANC_OK;
}

static void queue_remove(krn_sqlite *k, const request *r)
{
    request *before = NULL;
    for (request *at = k->first; at != NULL; before = at, at = at->next) {
        if (at != r)
            continue;
        if (before != NULL)
            before->next = at->next;
        else
            k->first = at->next;
        if (k->last == at)
            k->last = before;
        k->queued--;
        return;
    }
}

static void queue_take(krn_sqlite *k, group *g)
{
    g->n = 0;
    g->posted = 0;
    while (k->first != NULL && g->n < GROUP_MAX) {
        request *r = k->first;
        k->first = r->next;
        k->queued--;
        r->state = RUNNING;
        g->posted += r->call == NULL;
        g->all[g->n++] = r;
    }
    if (k->first == NULL)
        k->last = NULL;
    krn_gauge_set(k->waiting, (int64_t)k->queued);
}

/* ---- a group (on the writer's thread, without the mutex) ----------------------------------- */

/* Gives `status` to those of group[from, to) that have none worse. */
static void fail_range(group *g, size_t from, size_t to, anc_status status, const char *text)
{
    for (size_t i = from; i < to; i++)
        if (g->all[i]->status == ANC_OK)
            g->all[i]->status = ANC_FAIL(&g->all[i]->err, status, "%s", text);
}

/* BEGIN or COMMIT gave `status`: whether writing has ended, fails and may be well again, or is well. */
static void remember(krn_sqlite *k, anc_status status, const anc_err *cause)
{
    const bool unknown = status == ANC_CORRUPT || (status == ANC_IO && db_sync_failed(k->db));
    (void)pthread_mutex_lock(&k->mutex);
    k->stopped = k->stopped || unknown;
    k->failing = status == ANC_IO;
    if (unknown || k->failing)
        (void)snprintf(k->failure_text, sizeof k->failure_text, "%.250s", cause->text);
    (void)pthread_mutex_unlock(&k->mutex);
}

static anc_status still_wanted(const krn_sqlite *k, request *r)
{
    if (r->call == NULL)
        return ANC_OK;
    if (r->call->deadline_ns != INT64_MAX && krn_now_ns(k->clock) >= r->call->deadline_ns)
        return ANC_FAIL(&r->err, ANC_DEADLINE, "the deadline passed before the change was begun");
    if (atomic_load(r->call->cancelled))
        return ANC_FAIL(&r->err, ANC_CANCELLED, "the caller left before the change was begun");
    return ANC_OK;
}

/* Runs one closure inside a savepoint. Afterwards either its part is kept, or undone, or there is
 * no transaction any more. */
static anc_status run_closure(krn_sqlite *k, request *r, krn_tx *tx)
{
    ANC_TRY(still_wanted(k, r));
    ANC_TRY(db_savepoint_begin(k->db, &r->err));
    anc_status status = r->work(r->arg, tx, &r->err);
    if (status == ANC_OK)
        status = db_savepoint_keep(k->db, &r->err);
    if (status != ANC_OK && db_in_transaction(k->db) && db_savepoint_undo(k->db, NULL) != ANC_OK)
        db_rollback(k->db);
    return status;
}

static void commit(krn_sqlite *k, group *g, size_t from, size_t to)
{
    anc_err err = {0};
    const int64_t start = krn_now_ns(k->clock);
    const anc_status status = db_commit(k->db, &err);
    krn_observe(k->commit_seconds, krn_ms_since(k->clock, start) / 1000.0);
    remember(k, status, &err);
    if (status == ANC_OK) {
        krn_count(k->commits, 1);
        return;
    }
    db_rollback(k->db);
    fail_range(g, from, to, status, err.text);
}

/* One transaction over the group from `from` on; where the next one has to begin. */
static size_t run_transaction(krn_sqlite *k, group *g, size_t from)
{
    anc_err err = {0};
    krn_tx tx = {k->db, krn_wall_ms(k->clock)};
    size_t kept = 0;
    const anc_status begun = db_begin(k->db, &err);
    if (begun != ANC_OK) {
        remember(k, begun, &err);
        fail_range(g, from, g->n, begun, err.text);
        return g->n;
    }
    for (size_t i = from; i < g->n; i++) {
        request *r = g->all[i];
        r->status = run_closure(k, r, &tx);
        if (!db_in_transaction(k->db)) {
            fail_range(g, from, i, r->status == ANC_DISK_FULL ? ANC_DISK_FULL : ANC_IO,
                       r->err.text);
            return i + 1;
        }
        kept += r->status == ANC_OK;
    }
    if (kept > 0)
        commit(k, g, from, g->n);
    db_rollback(k->db);
    return g->n;
}

static bool is_stopped(krn_sqlite *k)
{
    (void)pthread_mutex_lock(&k->mutex);
    const bool stopped = k->stopped;
    (void)pthread_mutex_unlock(&k->mutex);
    return stopped;
}

/* Tells everybody how it ended. */
static void finish(krn_sqlite *k, const group *g)
{
    request *posted[GROUP_MAX];
    size_t n_posted = 0;
    for (size_t i = 0; i < g->n; i++)
        krn_count(g->all[i]->status == ANC_OK ? k->closures : k->failures, 1);
    (void)pthread_mutex_lock(&k->mutex);
    for (size_t i = 0; i < g->n; i++) {
        request *r = g->all[i];
        if (r->call == NULL)
            posted[n_posted++] = r;
        else
            r->state = ENDED;
    }
    if (n_posted < g->n)
        (void)pthread_cond_broadcast(&k->finished);
    (void)pthread_mutex_unlock(&k->mutex);
    krn_listeners_wake(&k->outbox_listeners);
    krn_listeners_wake(&k->changes_listeners);
    for (size_t i = 0; i < n_posted; i++) {
        if (posted[i]->done != NULL)
            posted[i]->done(posted[i]->arg, posted[i]->status, &posted[i]->err);
        free(posted[i]);
    }
}

static void run_group(krn_sqlite *k, group *g)
{
    for (size_t next = 0; next < g->n;) {
        if (is_stopped(k)) {
            fail_range(g, next, g->n, ANC_UNAVAILABLE, "the catalog's writer has stopped");
            break;
        }
        next = run_transaction(k, g, next);
    }
    finish(k, g);
}

/* Runs the next group; false when nothing waits. */
static bool drain(krn_sqlite *k)
{
    group g;
    (void)pthread_mutex_lock(&k->mutex);
    queue_take(k, &g);
    (void)pthread_mutex_unlock(&k->mutex);
    if (g.n > 0)
        run_group(k, &g);
    return g.n > 0;
}

static void writer_thread(void *arg)
{
    krn_sqlite *k = arg;
    bool closing = false;
    while (drain(k) || !closing) {
        (void)pthread_mutex_lock(&k->mutex);
        while (k->first == NULL && !k->closing)
            os_cond_wait_slice(&k->work, &k->mutex);
        closing = k->closing;
        (void)pthread_mutex_unlock(&k->mutex);
    }
}

anc_status krn_sqlite_writer_start(krn_sqlite *k, anc_err *err)
{
    if (k->without_thread)
        return ANC_OK;
    return os_thread_start("anc-writer", writer_thread, k, &k->thread, err);
}

void krn_sqlite_writer_stop(krn_sqlite *k)
{
    (void)pthread_mutex_lock(&k->mutex);
    k->closing = true;
    (void)pthread_cond_signal(&k->work);
    (void)pthread_mutex_unlock(&k->mutex);
    os_thread_join(k->thread);
    while (drain(k)) {
        /* what was left without a thread */
    }
}

int64_t krn_sqlite_step(void *k, int64_t now_ns)
{
    krn_sqlite *self = k;
    assert(self->without_thread);
    return drain(self) ? now_ns : INT64_MAX;
}

/* ---- the port ------------------------------------------------------------------------------ */

/* Waits for the end of `r`; when the call's time is over before it was begun, it is taken back. */
static void wait_for(krn_sqlite *k, request *r)
{
    int64_t until = r->call->deadline_ns;
    while (r->state != ENDED) {
        const bool in_time = os_cond_wait(&k->finished, &k->mutex, until);
        if (in_time || r->state == ENDED)
            continue;
        until = INT64_MAX;
        if (r->state != WAITING)
            continue;
        queue_remove(k, r);
        r->state = ENDED;
        r->status =
            ANC_FAIL(&r->err, ANC_DEADLINE, "the deadline passed before the change was begun");
    }
}

static anc_status writer_run(void *self, krn_call *call, krn_work_fn *work, void *arg)
{
    krn_sqlite *k = self;
    request r = {.work = work, .arg = arg, .call = call};
    ANC_TRY(krn_call_check(k->clock, call));
    (void)pthread_mutex_lock(&k->mutex);
    const anc_status queued = queue_add(k, &r, call->err);
    if (queued == ANC_OK && !k->without_thread)
        wait_for(k, &r);
    (void)pthread_mutex_unlock(&k->mutex);
    ANC_TRY(queued);
    while (k->without_thread && r.state != ENDED)
        (void)drain(k);
    if (r.status == ANC_OK)
        return ANC_OK;
    if (r.err.code == ANC_OK || call->err->code != ANC_OK)
        return anc_fail_at(call->err, r.status, r.err.where, "%s", r.err.text);
    *call->err = r.err; /* with the pointer of the field, where it names one */
    return r.status;
}

static anc_status writer_post(void *self, krn_work_fn *work, void *arg, krn_work_done_fn *done,
                              anc_err *err)
{
    krn_sqlite *k = self;
    request *r = calloc(1, sizeof *r);
    if (r == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for a change");
    r->work = work;
    r->arg = arg;
    r->done = done;
    (void)pthread_mutex_lock(&k->mutex);
    const anc_status queued = queue_add(k, r, err);
    (void)pthread_mutex_unlock(&k->mutex);
    if (queued != ANC_OK)
        free(r);
    return queued;
}

static size_t writer_queued(void *self)
{
    krn_sqlite *k = self;
    (void)pthread_mutex_lock(&k->mutex);
    const size_t n = k->queued;
    (void)pthread_mutex_unlock(&k->mutex);
    return n;
}

static krn_condition writer_condition(void *self, char out[KRN_CONDITION_TEXT])
{
    krn_sqlite *k = self;
    const uint32_t page = atomic_load(&k->damaged_page);
    (void)pthread_mutex_lock(&k->mutex);
    const bool stopped = k->stopped, failing = k->failing;
    out[0] = '\0';
    if (stopped)
        (void)snprintf(out, KRN_CONDITION_TEXT,
                       "writing stopped after a failure (%s): mend its cause, then restart",
                       k->failure_text);
    else if (failing)
        (void)snprintf(out, KRN_CONDITION_TEXT, "the last change could not be written (%s)",
                       k->failure_text);
    (void)pthread_mutex_unlock(&k->mutex);
    if (stopped || failing)
        return stopped ? KRN_STOPPED : KRN_FAILING;
    if (page == 0)
        return KRN_SOUND;
    (void)snprintf(out, KRN_CONDITION_TEXT,
                   "%.300s is damaged at page %u, and what stands there is not served",
                   db_path(k->db), page);
    return KRN_DAMAGED;
}

const krn_writer_ops krn_sqlite_writer_ops = {
    .name = "sqlite",
    .run = writer_run,
    .post = writer_post,
    .queued = writer_queued,
    .condition = writer_condition,
};
