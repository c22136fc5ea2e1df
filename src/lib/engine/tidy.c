/* tidy.c - the long work on an index, beside its writers and readers.
 *
 * What is to become one block is chosen and held under the lock, merged and given its graph without it, and put in
 * under the lock again. What died meanwhile in the old blocks dies in the new one too: a document of it whose old block
 * does not show it any more. That, too, is looked up without the lock, and under it for what died in the moment
 * between. A save meanwhile writes the chosen blocks too, but leaves them where they are, so that they are found again
 * at the end.
 */
#include <stdlib.h>

#include "index.h"
#include "segment.h"

static bool has_work(const eng_index *index, const eng_snapshot *s, const eng_tidy_options *options,
                     bool *chosen)
{
    if (!options->all)
        return eng_parts_choose(index, s, true, chosen);
    bool dead = false;
    for (size_t i = 0; i < s->n_parts; i++) {
        chosen[i] = true;
        dead = dead || s->parts[i].dead != NULL;
    }
    return s->n_parts > 1 || dead || eng_parts_choose(index, s, true, chosen);
}

/* The part of a snapshot that has this block; NULL: none has. */
static const eng_part *part_of(const eng_snapshot *s, const eng_block *block)
{
    for (size_t i = 0; i < s->n_parts; i++)
        if (s->parts[i].block == block)
            return &s->parts[i];
    return NULL;
}

/* Whether anything happened to the chosen parts since. */
static bool is_same(const eng_snapshot *now, const eng_snapshot *before, const bool *chosen)
{
    for (size_t i = 0; i < before->n_parts; i++) {
        bool found = !chosen[i];
        for (size_t j = 0; j < now->n_parts && !found; j++)
            found = now->parts[j].block == before->parts[i].block &&
                    now->parts[j].dead == before->parts[i].dead;
        if (!found)
            return false;
    }
    return true;
}

/* A bit for each of 64 documents that lived in `before` and do not now. */
static uint64_t died_since(const eng_part *now, const eng_part *before, size_t word)
{
    const uint64_t *was = eng_part_dead(before), *is = now != NULL ? eng_part_dead(now) : NULL;
    const uint64_t lived = was != NULL ? ~was[word] : UINT64_MAX;
    if (now == NULL)
        return lived;
    return is != NULL ? lived & is[word] : 0;
}

/* Lets die in `part` what died in one of the parts that it was made of. */
static bool bury_some(eng_part *part, const eng_part *now, const eng_part *before)
{
    const eng_block *b = before->block;
    for (uint32_t from = 0; from < b->documents.n; from += 64) {
        uint64_t died = died_since(now, before, from / 64);
        for (; died != 0; died &= died - 1) {
            const uint32_t row = from + (uint32_t)__builtin_ctzll(died);
            if (row >= b->documents.n)
                break;
            const uint32_t here =
                eng_block_find(part->block, eng_block_text(b, b->documents.ptr[row].key));
            if (here != UINT32_MAX && !eng_part_kill(part, here))
                return false;
        }
    }
    return true;
}

/* Lets die in `part` what the chosen parts do not show any more. */
static bool bury(eng_part *part, const eng_snapshot *now, const eng_snapshot *before,
                 const bool *chosen)
{
    for (size_t i = 0; i < before->n_parts; i++)
        if (chosen[i] && !bury_some(part, part_of(now, before->parts[i].block), &before->parts[i]))
            return false;
    return true;
}

bool eng_part_is_taken(const eng_index *index, const eng_part *part)
{
    const eng_snapshot *s = index->merging;
    for (size_t i = 0; s != NULL && i < s->n_parts; i++)
        if (index->merging_parts[i] && s->parts[i].block == part->block)
            return true;
    return false;
}

/* Marks the chosen parts of `before` among those of `next`; how many of them are still there. */
static size_t find_again(const eng_snapshot *next, const eng_snapshot *before, const bool *chosen,
                         bool *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < next->n_parts; i++) {
        ret[i] = false;
        for (size_t j = 0; j < before->n_parts && !ret[i]; j++)
            ret[i] = chosen[j] && before->parts[j].block == next->parts[i].block;
        n += ret[i] ? 1 : 0;
    }
    return n;
}

eng_snapshot *eng_parts_catch_up(eng_index *index, const eng_snapshot *before, const bool *chosen,
                                 eng_part *part, bool **ret_left)
{
    eng_snapshot *now = eng_snapshot_acquire(index);
    bool *left = calloc(now->n_parts + 1, sizeof *left);
    if (left == NULL || !bury(part, now, before, chosen)) {
        free(left);
        eng_snapshot_release(now);
        return NULL;
    }
    (void)find_again(now, before, chosen, left);
    *ret_left = left;
    return now;
}

bool eng_parts_put_in(eng_index *index, const eng_snapshot *before, const bool *chosen,
                      eng_part part)
{
    eng_snapshot *next = eng_snapshot_copy(index->current);
    bool *again = next != NULL ? calloc(next->n_parts + 1, sizeof *again) : NULL;
    bool ok = again != NULL;
    if (ok && !is_same(next, before, chosen))
        ok = bury(&part, next, before, chosen);
    if (ok && find_again(next, before, chosen, again) > 0) {
        eng_parts_replace(next, again, part);
        eng_swap_in(index, next);
        next = NULL;
    } else {
        eng_part_unref(&part); /* of all of it nothing is left, or memory is out */
    }
    eng_snapshot_release(next);
    free(again);
    return ok;
}

static bool put_in(eng_index *index, const eng_snapshot *before, const bool *chosen, eng_part part)
{
    bool *left = NULL;
    eng_snapshot *now = eng_parts_catch_up(index, before, chosen, &part, &left);
    if (now == NULL) {
        eng_part_unref(&part);
        return false;
    }
    (void)pthread_mutex_lock(&index->writing);
    const bool ok = eng_parts_put_in(index, now, left, part);
    (void)pthread_mutex_unlock(&index->writing);
    eng_snapshot_release(now);
    free(left);
    return ok;
}

static anc_status merge(eng_index *index, const eng_snapshot *before, const bool *chosen,
                        const eng_tidy_options *options, anc_err *err)
{
    if (options->may_go_on != NULL)
        ANC_TRY(options->may_go_on(options->arg));
    eng_graph_seed seed = {0};
    eng_block *merged = eng_parts_merge(before, chosen, &seed);
    if (merged == NULL) {
        for (size_t i = 0; i < before->n_parts; i++)
            if (chosen[i])
                ANC_TRY(eng_block_fault(before->parts[i].block, err));
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory to merge the blocks of an index");
    }
    const anc_status status = eng_block_prepare(merged, &before->from, options, &seed, err);
    if (status != ANC_OK) {
        eng_block_unref(merged);
        return status;
    }
    return put_in(index, before, chosen, (eng_part){merged, NULL})
               ? ANC_OK
               : ANC_FAIL(err, ANC_NO_MEMORY, "no memory to put a merged block into an index");
}

/* Chooses what is merged, and lets saves know of it. False where there is nothing, or memory is out (*ret_chosen is
 * NULL then). */
static bool begin(eng_index *index, const eng_tidy_options *options, eng_snapshot **ret_before,
                  bool **ret_chosen)
{
    (void)pthread_mutex_lock(&index->writing);
    *ret_before = eng_snapshot_acquire(index);
    *ret_chosen = calloc((*ret_before)->n_parts + 1, sizeof **ret_chosen);
    const bool works = *ret_chosen != NULL && has_work(index, *ret_before, options, *ret_chosen);
    index->merging = works ? *ret_before : NULL;
    index->merging_parts = *ret_chosen;
    (void)pthread_mutex_unlock(&index->writing);
    return works;
}

static void end(eng_index *index, eng_snapshot *before, bool *chosen)
{
    (void)pthread_mutex_lock(&index->writing);
    index->merging = NULL;
    index->merging_parts = NULL;
    (void)pthread_mutex_unlock(&index->writing);
    free(chosen);
    eng_snapshot_release(before);
}

anc_status eng_tidy(eng_index *index, const eng_tidy_options *options, bool *ret_did, anc_err *err)
{
    anc_status status = ANC_OK;
    eng_snapshot *before;
    bool *chosen;
    *ret_did = false;
    (void)pthread_mutex_lock(&index->tidying);
    if (begin(index, options, &before, &chosen)) {
        status = merge(index, before, chosen, options, err);
        *ret_did = status == ANC_OK;
    } else if (chosen == NULL) {
        status = ANC_FAIL(err, ANC_NO_MEMORY, "no memory to look after an index");
    }
    end(index, before, chosen);
    (void)pthread_mutex_unlock(&index->tidying);
    return status;
}
