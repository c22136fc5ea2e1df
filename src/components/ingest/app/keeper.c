/* keeper.c - the step that takes over what hangs and removes what need not be kept. */
#include "service_impl.h"

enum { PIECE = 500, SEALED_PIECE = 64, STEP_ARENA_BYTES = 16 << 20 };
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
    return u.ops->segments_unused(u.self, tx, w->ing->unused_after, PIECE, w->unused, &w->n_unused,
                                  err);
}

/* ---- segments that nobody needs ------------------------------------------------------------- */

static anc_status write_forgotten(void *arg, krn_tx *tx, anc_err *err)
{
    const keep_work *w = arg;
    const ing_upload_writer u = w->ing->with.uploads;
    for (size_t i = 0; i < w->n_unused; i++)
        ANC_TRY(u.ops->segment_forget(u.self, tx, w->unused[i], err));
    return ANC_OK;
}

/* Files first, then the rows of those that are gone: one that cannot be removed is tried again in the next
 * round, and holds up no other. */
static anc_status remove_segments(keep_work *w, krn_call *call)
{
    ing_service *ing = w->ing;
    const ing_spool spool = ing->with.spool;
    size_t gone = 0;
    anc_status failed = ANC_OK;
    ing->unused_after = w->n_unused == PIECE ? w->unused[PIECE - 1] : 0;
    for (size_t i = 0; spool.ops != NULL && i < w->n_unused; i++) {
        uint64_t bytes = 0;
        const anc_status status = spool.ops->remove(spool.self, w->unused[i], &bytes, call->err);
        failed = failed == ANC_OK ? status : failed;
        if (status != ANC_OK)
            continue;
        (void)atomic_fetch_sub(&ing->spooled, bytes);
        w->unused[gone++] = w->unused[i];
    }
    w->n_unused = gone;
    if (gone > 0)
        ANC_TRY(krn_writer_run(ing->with.writer, call, write_forgotten, w));
    return failed;
}

/* ---- uploads that ended without a word ------------------------------------------------------ */

void ing_uploads_orphan(ing_service *ing)
{
    pthread_mutex_lock(&ing->lock);
    ing->orphaned = true;
    pthread_mutex_unlock(&ing->lock);
}

typedef struct orphan_work {
    ing_service *ing;
    int64_t after;
    bool more;
    int64_t keys[SEALED_PIECE]; /* [n] that were sealed, with their figures */
    ing_counts counts[SEALED_PIECE];
    size_t n;
} orphan_work;

static anc_status write_orphans(void *arg, krn_tx *tx, anc_err *err)
{
    orphan_work *w = arg;
    const ing_upload_writer u = w->ing->with.uploads;
    int64_t keys[SEALED_PIECE];
    size_t n = 0;
    ANC_TRY(u.ops->receiving(u.self, tx, w->after, SEALED_PIECE, keys, &n, err));
    w->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (ing_uploads_hold(w->ing, keys[i]))
            continue;
        w->keys[w->n] = keys[i];
        ANC_TRY(
            u.ops->seal(u.self, tx, keys[i],
                        ANC_STR("the upload broke off; the documents that had come whole are kept"),
                        &w->counts[w->n++], err));
    }
    w->more = n == SEALED_PIECE;
    w->after = n > 0 ? keys[n - 1] : w->after;
    return ANC_OK;
}

static bool take_orphaned(ing_service *ing, bool again)
{
    pthread_mutex_lock(&ing->lock);
    const bool orphaned = ing->orphaned;
    ing->orphaned = again;
    ing->look = ing->look || orphaned; /* they may have been held until now */
    pthread_mutex_unlock(&ing->lock);
    return orphaned;
}

static anc_status seal_orphans(ing_service *ing, krn_call *call)
{
    orphan_work work = {.ing = ing, .more = take_orphaned(ing, false)};
    const bool some = work.more;
    while (work.more) {
        const anc_status status = krn_writer_run(ing->with.writer, call, write_orphans, &work);
        if (status != ANC_OK) {
            (void)take_orphaned(ing, true);
            return status;
        }
        for (size_t i = 0; i < work.n; i++)
            ing_saw(ing, work.keys[i], &work.counts[i]);
    }
    if (some) {
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
    *ret_more = work.more || work.taken == PIECE || work.n_unused == PIECE;
    const anc_status removed = remove_segments(&work, call);
    if (work.taken == 0)
        return removed;
    krn_count(ing->count.taken_over, work.taken);
    krn_log_write(ing->with.log, KRN_WARN, "ingest", "items taken over from workers that hang",
                  KRN_INT("documents", work.taken));
    ANC_TRY(look_again(ing, call));
    return removed;
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
