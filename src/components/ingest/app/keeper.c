/* keeper.c - the step that takes over what hangs and removes what need not be kept. */
#include "service_impl.h"

enum { PIECE = 500, STEP_ARENA_BYTES = 16 << 20 };
#define STEP_NS  ((int64_t)60 * 1000000000)
#define EVERY_NS ((int64_t)5 * 1000000000)

typedef struct keep_work {
    ing_service *ing;
    ing_keep keep;
    size_t taken;
    bool more;
    int64_t unused[PIECE]; /* segments */
    size_t n_unused;
} keep_work;

static anc_status write_kept(void *arg, krn_tx *tx, anc_err *err)
{
    keep_work *w = arg;
    const ing_item_writer i = w->ing->with.items;
    const ing_batch_writer b = w->ing->with.batch_writer;
    w->keep.before_ms = tx->wall_ms - w->ing->with.keep_ms;
    ANC_TRY(i.ops->take_back(i.self, tx, tx->wall_ms, 0, PIECE, &w->taken, err));
    ANC_TRY(b.ops->prune(b.self, tx, &w->keep, PIECE, &w->more, err));
    const ing_upload_writer u = w->ing->with.uploads;
    return u.ops->segments_unused(u.self, tx, PIECE, w->unused, &w->n_unused, err);
}

/* Their rows are gone; a file that stays is found at the next start. */
static anc_status remove_segments(ing_service *ing, krn_call *call, const int64_t *ids, size_t n)
{
    const ing_spool spool = ing->with.spool;
    for (size_t i = 0; spool.ops != NULL && i < n; i++) {
        uint64_t bytes = 0;
        ANC_TRY(spool.ops->remove(spool.self, ids[i], &bytes, call->err));
        (void)atomic_fetch_sub(&ing->spooled, bytes);
    }
    return ANC_OK;
}

void ing_orphan_add(ing_service *ing, int64_t key)
{
    pthread_mutex_lock(&ing->lock);
    if (ing->n_orphans < ING_MAX_ORPHANS)
        ing->orphans[ing->n_orphans++] = key;
    pthread_mutex_unlock(&ing->lock);
}

typedef struct orphan_work {
    ing_service *ing;
    int64_t key; /* 0: none */
    ing_counts after;
} orphan_work;

static anc_status write_orphan(void *arg, krn_tx *tx, anc_err *err)
{
    orphan_work *w = arg;
    const ing_upload_writer u = w->ing->with.uploads;
    return u.ops->seal(u.self, tx, w->key,
                       ANC_STR("the upload broke off; the documents that had come whole are kept"),
                       &w->after, err);
}

static int64_t next_orphan(ing_service *ing)
{
    pthread_mutex_lock(&ing->lock);
    const int64_t key = ing->n_orphans > 0 ? ing->orphans[ing->n_orphans - 1] : 0;
    pthread_mutex_unlock(&ing->lock);
    return key;
}

static void orphan_done(ing_service *ing, int64_t key)
{
    pthread_mutex_lock(&ing->lock);
    for (size_t i = 0; i < ing->n_orphans; i++)
        if (ing->orphans[i] == key) {
            ing->orphans[i] = ing->orphans[--ing->n_orphans];
            break;
        }
    ing->look = true; /* it may have been held until now */
    pthread_mutex_unlock(&ing->lock);
}

static anc_status seal_orphans(ing_service *ing, krn_call *call)
{
    orphan_work work = {.ing = ing};
    while ((work.key = next_orphan(ing)) != 0) {
        const anc_status status = krn_writer_run(ing->with.writer, call, write_orphan, &work);
        if (status != ANC_OK && status != ANC_NOT_FOUND)
            return status;
        anc_err_clear(call->err);
        orphan_done(ing, work.key);
        if (status == ANC_OK)
            ing_saw(ing, work.key, &work.after);
        ing_changed(ing);
        ing_wake(ing);
    }
    return ANC_OK;
}

/* The figures of all runs, since somebody else's items may be among those taken back. */
static anc_status look_again(ing_service *ing, krn_call *call)
{
    const ing_batch_store s = ing->with.batches;
    ing_batch_record *batches = NULL;
    size_t n = 0;
    ANC_TRY(s.ops->open(s.self, call, 0, ING_MAX_RUNS, &batches, &n));
    for (size_t i = 0; i < n; i++)
        ing_saw(ing, batches[i].key, &batches[i].now);
    ing_changed(ing);
    ing_wake(ing);
    return ANC_OK;
}

static anc_status keep(ing_service *ing, krn_call *call, bool *ret_more)
{
    srch_service *search = ing->with.search;
    keep_work work = {
        .ing = ing,
        .keep = {.batches = ing->with.keep_batches,
                 .visible_seq = search != NULL ? srch_status(search).cursor : UINT64_MAX}};
    ANC_TRY(ing_recover(ing, call));
    ANC_TRY(seal_orphans(ing, call));
    ANC_TRY(krn_writer_run(ing->with.writer, call, write_kept, &work));
    ANC_TRY(remove_segments(ing, call, work.unused, work.n_unused));
    *ret_more = work.more || work.taken == PIECE || work.n_unused == PIECE;
    if (work.taken == 0)
        return ANC_OK;
    krn_count(ing->count.taken_over, work.taken);
    krn_log_write(ing->with.log, KRN_WARN, "ingest", "items taken over from workers that hang",
                  KRN_INT("documents", work.taken));
    return look_again(ing, call);
}

int64_t ing_keeper_step(void *arg, int64_t now_ns)
{
    ing_service *ing = arg;
    if (atomic_load(&ing->stopping))
        return INT64_MAX;
    anc_err err;
    anc_err_clear(&err);
    ANC_ARENA(mem, STEP_ARENA_BYTES);
    bool more = false;
    if (mem == NULL)
        return now_ns + EVERY_NS;
    krn_call call = ing_call_of(ing, NULL, mem, &err, now_ns + STEP_NS);
    if (keep(ing, &call, &more) != ANC_OK && !atomic_load(&ing->stopping))
        krn_log_write(ing->with.log, KRN_WARN, "ingest", "looking after the batches failed",
                      KRN_STR("error", anc_str_of(err.text)));
    return more ? now_ns : now_ns + EVERY_NS;
}
