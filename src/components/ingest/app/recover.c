/* recover.c - what an earlier life of the service left, taken back once. */
#include "service_impl.h"

enum { PIECE = 1000 };

typedef struct recover_work {
    ing_service *ing;
    size_t taken;
} recover_work;

static anc_status write_taken_back(void *arg, krn_tx *tx, anc_err *err)
{
    recover_work *w = arg;
    const ing_item_writer i = w->ing->with.items;
    return i.ops->take_back(i.self, tx, tx->wall_ms, w->ing->owner, PIECE, &w->taken, err);
}

/* ---- uploads that were cut short ------------------------------------------------------------- */

typedef struct seal_work {
    ing_service *ing;
    size_t sealed;
} seal_work;

static anc_status write_sealed(void *arg, krn_tx *tx, anc_err *err)
{
    seal_work *w = arg;
    const ing_upload_writer u = w->ing->with.uploads;
    return u.ops->seal_all(u.self, tx,
                           ANC_STR("the server stopped while the documents arrived; those that had "
                                   "come whole are kept"),
                           &w->sealed, err);
}

/* ---- segments that nobody names ---------------------------------------------------------------- */

typedef struct known_work {
    ing_service *ing;
    const ing_segment_row *rows;
    size_t n;
    bool *known; /* [n] */
} known_work;

static anc_status write_known(void *arg, krn_tx *tx, anc_err *err)
{
    known_work *w = arg;
    const ing_upload_writer u = w->ing->with.uploads;
    for (size_t i = 0; i < w->n; i++)
        ANC_TRY(u.ops->segment_known(u.self, tx, w->rows[i].id, &w->known[i], err));
    return ANC_OK;
}

static anc_status sweep_segments(ing_service *ing, krn_call *call)
{
    const ing_spool spool = ing->with.spool;
    known_work work = {.ing = ing};
    ing_segment_row *rows = NULL;
    ANC_TRY(spool.ops->list(spool.self, call, &rows, &work.n));
    work.rows = rows;
    work.known = anc_arena_alloc(call->mem, work.n, sizeof *work.known);
    if (work.known == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu segments",
                        work.n);
    ANC_TRY(krn_writer_run(ing->with.writer, call, write_known, &work));
    uint64_t bytes = 0, ignored;
    for (size_t i = 0; i < work.n; i++) {
        if (work.known[i])
            bytes += rows[i].bytes;
        else
            ANC_TRY(spool.ops->remove(spool.self, rows[i].id, &ignored, call->err));
    }
    atomic_store(&ing->spooled, bytes);
    return ANC_OK;
}

/* ---- all of it --------------------------------------------------------------------------------- */

static anc_status recover(ing_service *ing, krn_call *call)
{
    /* the data folder is this process's alone, so whoever else holds an item is dead */
    recover_work work = {.ing = ing, .taken = PIECE};
    seal_work seal = {.ing = ing};
    uint64_t all = 0;
    while (work.taken == PIECE) {
        ANC_TRY(krn_writer_run(ing->with.writer, call, write_taken_back, &work));
        all += work.taken;
    }
    ANC_TRY(krn_writer_run(ing->with.writer, call, write_sealed, &seal));
    if (ing->with.spool.ops != NULL)
        ANC_TRY(sweep_segments(ing, call));
    if (all + seal.sealed > 0)
        krn_log_write(ing->with.log, KRN_INFO, "ingest", "work of an earlier run taken back",
                      KRN_INT("documents", all), KRN_INT("uploads", seal.sealed));
    return ANC_OK;
}

anc_status ing_recover(ing_service *ing, krn_call *call)
{
    pthread_mutex_lock(&ing->recovery);
    anc_status status = ANC_OK;
    if (!ing->recovered)
        status = recover(ing, call);
    ing->recovered = ing->recovered || status == ANC_OK;
    pthread_mutex_unlock(&ing->recovery);
    return status;
}
