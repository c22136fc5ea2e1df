/* access.c - which chunks of each block a query may see, as one bitmap.
 *
 * Documents of a block name their labels by the number of an access set, and there are few sets, so
 * labels are compared once a set. Where all sets are open and there is no filter no bitmap is made: nothing died,
 * or what lives is known.
 */
#include "filter.h"
#include "search.h"

static bool holds(const eng_query *query, anc_str label)
{
    for (size_t i = 0; i < query->n_labels; i++)
        if (anc_str_eq(query->labels[i], label))
            return true;
    return false;
}

static bool set_is_open(const eng_query *query, const eng_block *b, const eng_block_access *set)
{
    for (uint32_t i = 0; i < set->n; i++) {
        const uint32_t label = b->access_labels.ptr[set->first + i];
        if (holds(query, eng_block_text(b, b->labels.ptr[label])))
            return true;
    }
    return false;
}

/* Sets the bits of [from, from + n). */
static void set_run(uint64_t *bits, uint32_t from, uint32_t n)
{
    for (uint32_t i = from; i < from + n;) {
        if (i % 64 == 0 && from + n - i >= 64) {
            bits[i / 64] = UINT64_MAX;
            i += 64;
        } else {
            eng_bit_set(bits, i++);
        }
    }
}

static void *no_room(eng_run *run)
{
    (void)ANC_FAIL(run->err, anc_arena_refusal(run->mem), "no room for a search");
    return NULL;
}

/* Whether each access set of the block is open to the query. */
static bool *open_sets(eng_run *run, const eng_block *b, bool *ret_all)
{
    bool *open = anc_arena_alloc(run->mem, b->access.n, sizeof *open);
    if (open == NULL)
        return no_room(run);
    for (size_t i = 0; i < b->access.n; i++) {
        open[i] = set_is_open(run->query, b, &b->access.ptr[i]);
        *ret_all = *ret_all && open[i];
    }
    return open;
}

/* The documents that fit the filter, where there is one and the block has columns; else *ret is NULL. */
static anc_status select_documents(eng_run *run, const eng_block *b, uint64_t **ret)
{
    *ret = NULL;
    if (run->query->filter == NULL || b->columns.n == 0)
        return ANC_OK;
    *ret = anc_arena_alloc(run->mem, b->documents.n / 64 + 1, sizeof(uint64_t));
    if (*ret == NULL) {
        (void)no_room(run);
        return anc_arena_refusal(run->mem);
    }
    return eng_filter_select(run->query->filter, b, run->mem, *ret, run->err);
}

static anc_status part_access(eng_run *run, size_t at)
{
    enum { DOCUMENTS_A_CHECK = 4096 };
    const eng_part *part = &run->snapshot->parts[at];
    const eng_block *b = part->block;
    const eng_filter *filter = run->query->filter;
    bool all = true;
    const bool *open = open_sets(run, b, &all);
    if (open == NULL)
        return anc_arena_refusal(run->mem);
    if (all && filter == NULL && part->dead == NULL)
        return ANC_OK;
    if (all && filter == NULL) {
        run->allowed[at] = eng_part_live(part);
        return run->allowed[at] != NULL
                   ? ANC_OK
                   : ANC_FAIL(run->err, ANC_NO_MEMORY, "no memory for what lives in an index");
    }
    uint64_t *bits = anc_arena_alloc(run->mem, eng_block_chunks(b) / 64 + 1, sizeof *bits);
    if (bits == NULL) {
        (void)no_room(run);
        return anc_arena_refusal(run->mem);
    }
    uint64_t *documents;
    ANC_TRY(select_documents(run, b, &documents));
    for (uint32_t d = 0; d < b->documents.n; d++) {
        const eng_block_document *row = &b->documents.ptr[d];
        if (d % DOCUMENTS_A_CHECK == 0)
            ANC_TRY(eng_run_may_go_on(run));
        if (documents != NULL && documents[d / 64] == 0) {
            d |= 63; /* none of these */
            continue;
        }
        if (!open[row->access] || (part->dead != NULL && eng_bit(part->dead->bits, d)))
            continue;
        if (documents != NULL ? eng_bit(documents, d)
                              : filter == NULL || eng_filter_fits(filter, b, d))
            set_run(bits, row->first_chunk, row->n_chunks);
    }
    run->allowed[at] = bits;
    return ANC_OK;
}

anc_status eng_run_access(eng_run *run)
{
    run->allowed = anc_arena_alloc(run->mem, run->snapshot->n_parts, sizeof *run->allowed);
    if (run->allowed == NULL) {
        (void)no_room(run);
        return anc_arena_refusal(run->mem);
    }
    for (size_t i = 0; i < run->snapshot->n_parts; i++)
        ANC_TRY(part_access(run, i));
    return ANC_OK;
}
