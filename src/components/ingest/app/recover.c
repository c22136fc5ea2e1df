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

static anc_status recover(ing_service *ing, krn_call *call)
{
    /* the data folder is this process's alone, so whoever else holds an item is dead */
    recover_work work = {.ing = ing, .taken = PIECE};
    uint64_t all = 0;
    while (work.taken == PIECE) {
        ANC_TRY(krn_writer_run(ing->with.writer, call, write_taken_back, &work));
        all += work.taken;
    }
    if (all > 0)
        krn_log_write(ing->with.log, KRN_INFO, "ingest", "items of an earlier run taken back",
                      KRN_INT("documents", all));
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
