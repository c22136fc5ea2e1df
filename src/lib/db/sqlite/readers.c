/* readers.c - read-only connections, idle ones on a stack.
 *
 * The mutex guards idle, n_idle and n_open; `returned` wakes who waits. A connection is opened
 * without the mutex, its place counted before.
 */
#include "db/sqlite/readers.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "os/wait.h"

enum { READERS_MAX = 64 };

struct db_readers {
    pthread_mutex_t mutex;
    pthread_cond_t returned;
    db_options options;
    char *path; /* owned */
    unsigned max, n_open, n_idle;
    db_sqlite *idle[READERS_MAX]; /* owned; [n_idle] */
};

anc_status db_readers_open(anc_str path, const db_options *options, unsigned max, db_readers **ret,
                           anc_err *err)
{
    assert(max >= 1 && max <= READERS_MAX);
    db_readers *r = calloc(1, sizeof *r);
    if (r != NULL)
        r->path = strndup(path.ptr, path.len);
    if (r == NULL || r->path == NULL) {
        free(r);
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the readers of %.*s", ANC_FMT(path));
    }
    if (options != NULL)
        r->options = *options;
    r->options.read_only = true;
    r->max = max;
    (void)pthread_mutex_init(&r->mutex, NULL);
    os_cond_init(&r->returned);
    *ret = r;
    return ANC_OK;
}

void db_readers_close(db_readers *readers)
{
    if (readers == NULL)
        return;
    assert(readers->n_idle == readers->n_open);
    for (unsigned i = 0; i < readers->n_idle; i++)
        db_close(readers->idle[i]);
    (void)pthread_cond_destroy(&readers->returned);
    (void)pthread_mutex_destroy(&readers->mutex);
    free(readers->path);
    free(readers);
}

static anc_status open_another(db_readers *r, db_sqlite **ret, anc_err *err)
{
    const anc_status status = db_open(anc_str_of(r->path), &r->options, ret, err);
    if (status != ANC_OK) {
        (void)pthread_mutex_lock(&r->mutex);
        r->n_open--;
        (void)pthread_cond_signal(&r->returned);
        (void)pthread_mutex_unlock(&r->mutex);
    }
    return status;
}

anc_status db_readers_take(db_readers *readers, int64_t deadline_ns, db_sqlite **ret, anc_err *err)
{
    db_readers *r = readers;
    db_sqlite *db = NULL;
    bool in_time = true;
    (void)pthread_mutex_lock(&r->mutex);
    while (r->n_idle == 0 && r->n_open == r->max && in_time)
        in_time = os_cond_wait(&r->returned, &r->mutex, deadline_ns);
    const bool may_open = r->n_idle == 0 && r->n_open < r->max;
    if (r->n_idle > 0)
        db = r->idle[--r->n_idle];
    else if (may_open)
        r->n_open++;
    (void)pthread_mutex_unlock(&r->mutex);
    if (db != NULL) {
        *ret = db;
        return ANC_OK;
    }
    if (may_open)
        return open_another(r, ret, err);
    return ANC_FAIL(err, ANC_DEADLINE, "all %u connections that read are busy", r->max);
}

void db_readers_give(db_readers *readers, db_sqlite *db)
{
    if (db == NULL)
        return;
    db_check_set(db, NULL, NULL);
    db_rollback(db);
    (void)pthread_mutex_lock(&readers->mutex);
    assert(readers->n_idle < readers->n_open);
    readers->idle[readers->n_idle++] = db;
    (void)pthread_cond_signal(&readers->returned);
    (void)pthread_mutex_unlock(&readers->mutex);
}
