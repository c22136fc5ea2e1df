/* mend.c - an index goes on without what is damaged.
 *
 * The manifest on the disk still names what is set aside here: an index that is opened before the next save
 * finds it missing, and has no mark either.
 */
#include <stdio.h>
#include <stdlib.h>

#include "files.h"
#include "index.h"
#include "segment.h"

/* Under `writing`. The blocks that were taken out: taken [*ret_n], each counted once for the caller. */
static bool take_out(eng_index *index, eng_block **taken, uint32_t *ret_n)
{
    eng_snapshot *next = eng_snapshot_copy(index->current);
    size_t kept = 0;
    if (next == NULL)
        return false;
    for (size_t i = 0; i < next->n_parts; i++) {
        if (!eng_block_is_damaged(next->parts[i].block)) {
            next->parts[kept++] = next->parts[i];
            continue;
        }
        taken[(*ret_n)++] = eng_block_ref(next->parts[i].block);
        eng_part_unref(&next->parts[i]);
    }
    next->n_parts = kept;
    if (*ret_n > 0)
        next->cursor = 0;
    eng_swap_in(index, next);
    return true;
}

/* Under `tidying` and `keeping`: nobody adds parts that are files. */
static anc_status mend(eng_index *index, uint32_t *ret_n, anc_err *err)
{
    anc_status status = ANC_OK;
    eng_snapshot *now = eng_snapshot_acquire(index);
    eng_block **taken = calloc(now->n_parts + 1, sizeof *taken);
    eng_snapshot_release(now);
    if (taken == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to mend an index");
    (void)pthread_mutex_lock(&index->writing);
    const bool ok = take_out(index, taken, ret_n);
    (void)pthread_mutex_unlock(&index->writing);
    if (!ok)
        status = ANC_FAIL(err, ANC_NO_MEMORY, "no memory to mend an index");
    for (uint32_t i = 0; i < *ret_n; i++) {
        char name[ENG_NAME_BYTES];
        (void)snprintf(name, sizeof name, ENG_SEGMENT_PREFIX "%llu",
                       (unsigned long long)taken[i]->segment->number);
        const anc_status moved = eng_store_set_aside(&index->store, name, err);
        status = status == ANC_OK ? moved : status;
        eng_block_unref(taken[i]);
    }
    free(taken);
    return status;
}

anc_status eng_mend(eng_index *index, uint32_t *ret_n, anc_err *err)
{
    *ret_n = 0;
    (void)pthread_mutex_lock(&index->tidying);
    (void)pthread_mutex_lock(&index->keeping);
    const anc_status status = mend(index, ret_n, err);
    (void)pthread_mutex_unlock(&index->keeping);
    (void)pthread_mutex_unlock(&index->tidying);
    return status;
}
