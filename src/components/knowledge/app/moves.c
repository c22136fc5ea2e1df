/* moves.c - collections whose change to another model waits for an index of its vectors.
 *
 * Where knowledge is followed (kno_service_options), a collection of which every document has the vectors of
 * the model aimed at is not switched over at once: it is announced, something fills an index beside the one
 * that is searched and says so, and then the switch is one commit. So a document that is put is never without
 * vectors of the model that is searched.
 *
 *   ready ──announced──▶ index is filled ──kno_index_prepared──▶ switched over
 *              ▲                                │
 *              └────── kno_index_unprepared ────┘      another model is aimed at: forgotten
 *
 * Nothing of it is stored: after a start what is ready is announced again.
 */
#include "base/map.h"
#include "base/str.h"
#include "service_impl.h"

enum { NAME_BYTES = 640 };

static anc_str key_of(anc_buf *space, anc_str collection, anc_str model)
{
    anc_buf_clear(space);
    (void)anc_buf_printf(space, "%.*s\n%.*s", ANC_FMT(collection), ANC_FMT(model));
    return anc_buf_view(space);
}

bool kno_move_find(kno_service *kno, anc_str collection, anc_str model, bool *ret_prepared)
{
    uint64_t prepared = 0;
    ANC_BUF(key, NAME_BYTES);
    (void)key_of(&key, collection, model);
    (void)pthread_mutex_lock(&kno->moves.lock);
    const bool there = anc_map_find(kno->moves.rows, anc_buf_view(&key), &prepared);
    (void)pthread_mutex_unlock(&kno->moves.lock);
    *ret_prepared = there && prepared != 0;
    return there;
}

static anc_status add(kno_service *kno, anc_str collection, anc_str model, anc_err *err)
{
    ANC_BUF(key, NAME_BYTES);
    (void)key_of(&key, collection, model);
    (void)pthread_mutex_lock(&kno->moves.lock);
    const bool added = anc_map_put(kno->moves.rows, anc_buf_view(&key), false);
    (void)pthread_mutex_unlock(&kno->moves.lock);
    return added ? ANC_OK
                 : ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the change of %.*s",
                            ANC_FMT(collection));
}

void kno_move_drop(kno_service *kno, anc_str collection, anc_str model)
{
    ANC_BUF(key, NAME_BYTES);
    (void)key_of(&key, collection, model);
    (void)pthread_mutex_lock(&kno->moves.lock);
    (void)anc_map_remove(kno->moves.rows, anc_buf_view(&key));
    (void)pthread_mutex_unlock(&kno->moves.lock);
}

/* ---- what the index says -------------------------------------------------------------------- */

void kno_index_prepared(kno_service *kno, anc_str collection, anc_str model)
{
    uint64_t prepared = true;
    ANC_BUF(key, NAME_BYTES);
    (void)key_of(&key, collection, model);
    (void)pthread_mutex_lock(&kno->moves.lock);
    if (anc_map_find(kno->moves.rows, anc_buf_view(&key), &prepared) && prepared == 0)
        (void)!anc_map_put(kno->moves.rows, anc_buf_view(&key), true); /* it is there already */
    (void)pthread_mutex_unlock(&kno->moves.lock);
    if (prepared == 0)
        kno_backfill_wake(kno);
}

void kno_index_unprepared(kno_service *kno)
{
    anc_str key;
    uint64_t prepared;
    (void)pthread_mutex_lock(&kno->moves.lock);
    for (size_t cursor = 0; anc_map_next(kno->moves.rows, &cursor, &key, &prepared);)
        if (prepared != 0)
            (void)!anc_map_put(kno->moves.rows, key, false);
    (void)pthread_mutex_unlock(&kno->moves.lock);
}

anc_status kno_next_model(kno_service *kno, krn_call *call, anc_str collection, anc_str *ret_model,
                          uint32_t *ret_dims)
{
    const kno_collection_store c = kno->with.catalog.collections;
    kno_collection_record in;
    bool prepared;
    *ret_model = ANC_STR("");
    *ret_dims = 0;
    ANC_TRY(c.ops->find(c.self, call, collection, &in));
    if (in.id == 0 || anc_str_eq(in.model, in.target) ||
        !kno_move_find(kno, collection, in.target, &prepared))
        return ANC_OK;
    *ret_model = in.target;
    *ret_dims = in.target_dims;
    return ANC_OK;
}

/* ---- what comes to nothing ------------------------------------------------------------------- */

typedef struct forget_work {
    kno_service *kno;
    anc_str collection;
} forget_work;

static anc_status tell(void *arg, krn_tx *tx, anc_err *err)
{
    const forget_work *w = arg;
    const krn_changes log = w->kno->with.changes;
    const krn_change change = {.op = KRN_CHANGE_MODEL, .collection = w->collection};
    uint64_t seq = 0;
    return log.ops->append(log.self, tx, &change, &seq, err);
}

anc_status kno_move_announce(kno_service *kno, krn_call *call, anc_str collection, anc_str model)
{
    forget_work work = {kno, collection};
    ANC_TRY(add(kno, collection, model, call->err));
    const anc_status status = krn_writer_run(kno->with.writer, call, tell, &work);
    if (status != ANC_OK)
        kno_move_drop(kno, collection, model);
    return status;
}

/* The row at the cursor, with a name of its own; false at the end. */
static bool row_at(kno_service *kno, size_t *cursor, anc_buf *space)
{
    anc_str key;
    uint64_t prepared;
    anc_buf_clear(space);
    (void)pthread_mutex_lock(&kno->moves.lock);
    const bool there = anc_map_next(kno->moves.rows, cursor, &key, &prepared);
    if (there)
        (void)anc_buf_add(space, key);
    (void)pthread_mutex_unlock(&kno->moves.lock);
    return there;
}

anc_status kno_moves_tidy(kno_service *kno, krn_call *call)
{
    const kno_collection_store c = kno->with.catalog.collections;
    ANC_BUF(space, NAME_BYTES);
    for (size_t cursor = 0; row_at(kno, &cursor, &space);) {
        anc_str model = anc_buf_view(&space), collection;
        kno_collection_record in;
        (void)anc_str_split(&model, '\n', &collection);
        ANC_TRY(c.ops->find(c.self, call, collection, &in));
        if (in.id != 0 && anc_str_eq(in.target, model) && !anc_str_eq(in.model, model))
            continue;
        forget_work work = {kno, collection};
        if (in.id != 0)
            ANC_TRY(krn_writer_run(kno->with.writer, call, tell, &work));
        kno_move_drop(kno, collection, model);
        cursor--; /* another may have moved there */
    }
    return ANC_OK;
}
