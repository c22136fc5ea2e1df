/* sync.c - bringing the index up to date, as something that can be watched. */
#include <string.h>

#include "base/str.h"
#include "kernel/ports/clock.h"
#include "service_impl.h"

static uint64_t reached(srch_service *srch)
{
    return srch->config.watermark.ops->read(srch->config.watermark.self);
}

/* Under the lock. */
static void describe(srch_service *srch, const srch_sync_row *row, srch_sync *ret)
{
    srch_sync s = {.id = ret->id,
                   .state = row->done                     ? SRCH_SYNC_DONE
                            : row->begun || !row->rebuild ? SRCH_SYNC_PROCESSING
                                                          : SRCH_SYNC_QUEUED,
                   .rebuild = row->rebuild,
                   .created_ms = row->created_ms,
                   .completed_ms = row->completed_ms};
    if (!row->rebuild) {
        const uint64_t at = reached(srch);
        s.total = row->target - row->from;
        s.processed = at >= row->target ? s.total : at > row->from ? at - row->from : 0;
    } else if (row->done) {
        s.total = s.processed = row->total;
    } else if (row->begun) {
        s.processed = atomic_load(&srch->walk_done);
        s.total = atomic_load(&srch->walk_total);
        s.total = s.total < s.processed ? s.processed : s.total;
    }
    *ret = s;
}

void srch_syncs_note(srch_service *srch, bool walk_ended)
{
    if (atomic_load(&srch->syncs.open) == 0)
        return;
    const uint64_t at = reached(srch);
    const int64_t now_ms = srch->config.clock.ops->wall_ms(srch->config.clock.self);
    pthread_mutex_lock(&srch->syncs.lock);
    for (size_t i = 0; i < SRCH_SYNCS; i++) {
        srch_sync_row *row = &srch->syncs.rows[i];
        if (row->id[0] == '\0' || row->done)
            continue;
        const bool taken = row->rebuild && row->ticket <= srch->follow.taken;
        row->begun = row->begun || taken;
        if (row->rebuild ? !(taken && walk_ended) : at < row->target)
            continue;
        row->total = atomic_load(&srch->walk_done);
        row->done = true;
        row->completed_ms = now_ms;
        (void)atomic_fetch_sub(&srch->syncs.open, 1);
    }
    pthread_mutex_unlock(&srch->syncs.lock);
}

static anc_status keep_id(krn_call *call, const char *id, anc_str *ret)
{
    *ret = anc_arena_copy(call->mem, anc_str_of(id));
    if (ret->ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for an id");
    return ANC_OK;
}

anc_status srch_sync_start(srch_service *srch, krn_call *call, bool rebuild, srch_sync *ret)
{
    const krn_changes changes = srch->config.changes;
    srch_sync_row row = {.rebuild = rebuild, .from = reached(srch)};
    srch_sync made = {0};
    ANC_TRY(changes.ops->head(changes.self, call, &row.target));
    krn_id_new(srch->config.clock, row.id);
    ANC_TRY(keep_id(call, row.id, &made.id));
    row.created_ms = srch->config.clock.ops->wall_ms(srch->config.clock.self);
    if (rebuild)
        row.ticket = atomic_fetch_add(&srch->rebuild_asked, 1) + 1;
    row.done = !rebuild && row.from >= row.target;
    if (row.done)
        row.completed_ms = row.created_ms;
    row.from = row.from < row.target ? row.from : row.target;
    pthread_mutex_lock(&srch->syncs.lock);
    srch_sync_row *slot = &srch->syncs.rows[srch->syncs.next++ % SRCH_SYNCS];
    if (slot->id[0] != '\0' && !slot->done) /* forgotten before its end */
        (void)atomic_fetch_sub(&srch->syncs.open, 1);
    *slot = row;
    if (!row.done)
        (void)atomic_fetch_add(&srch->syncs.open, 1);
    describe(srch, slot, &made);
    pthread_mutex_unlock(&srch->syncs.lock);
    srch_wake(srch);
    *ret = made;
    return ANC_OK;
}

anc_status srch_sync_find(srch_service *srch, krn_call *call, anc_str id, srch_sync *ret)
{
    srch_sync found = {0};
    bool there = false;
    found.id = anc_arena_copy(call->mem, id);
    if (found.id.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for an id");
    pthread_mutex_lock(&srch->syncs.lock);
    for (size_t i = 0; i < SRCH_SYNCS && !there; i++) {
        const srch_sync_row *row = &srch->syncs.rows[i];
        there = row->id[0] != '\0' && anc_str_eq(id, anc_str_of(row->id));
        if (there)
            describe(srch, row, &found);
    }
    pthread_mutex_unlock(&srch->syncs.lock);
    if (!there)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no sync '%.*s', or it was long ago",
                        ANC_FMT(anc_str_sub(id, 0, 80)));
    *ret = found;
    return ANC_OK;
}
