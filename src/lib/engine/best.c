/* best.c - the best k of a stream of scored chunks. */
#include "search.h"

static anc_str key_of(const eng_snapshot *s, eng_place_of at)
{
    const eng_block *b = s->parts[at.part].block;
    return eng_block_text(b, b->documents.ptr[b->document_of.ptr[at.chunk]].key);
}

bool eng_found_before(const eng_snapshot *snapshot, const eng_found *a, const eng_found *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    const int order = anc_str_cmp(key_of(snapshot, a->at), key_of(snapshot, b->at));
    if (order != 0)
        return order < 0;
    /* a key is alive in one part only, and its chunks ascend there */
    return a->at.chunk < b->at.chunk;
}

static void sink(eng_best *best, size_t at, size_t n)
{
    const eng_found row = best->rows[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= n)
            break;
        if (child + 1 < n &&
            eng_found_before(best->snapshot, &best->rows[child], &best->rows[child + 1]))
            child++;
        if (!eng_found_before(best->snapshot, &row, &best->rows[child]))
            break;
        best->rows[at] = best->rows[child];
        at = child;
    }
    best->rows[at] = row;
}

static void rise(eng_best *best, size_t at)
{
    const eng_found row = best->rows[at];
    while (at > 0) {
        const size_t parent = (at - 1) / 2;
        if (!eng_found_before(best->snapshot, &best->rows[parent], &row))
            break;
        best->rows[at] = best->rows[parent];
        at = parent;
    }
    best->rows[at] = row;
}

void eng_best_offer(eng_best *best, const eng_found *row)
{
    if (best->n < best->k) {
        best->rows[best->n] = *row;
        rise(best, best->n++);
    } else if (best->k > 0 && eng_found_before(best->snapshot, row, &best->rows[0])) {
        best->rows[0] = *row;
        sink(best, 0, best->n);
    }
}

void eng_best_sort(eng_best *best)
{
    for (size_t n = best->n; n > 1; n--) {
        const eng_found worst = best->rows[0];
        best->rows[0] = best->rows[n - 1];
        sink(best, 0, n - 1);
        best->rows[n - 1] = worst;
    }
    for (size_t i = 0; i < best->n; i++)
        best->rows[i].rank = (uint32_t)(i + 1);
}

int eng_found_by_place(const void *a, const void *b)
{
    const eng_found *x = *(eng_found *const *)a, *y = *(eng_found *const *)b;
    if (x->at.part != y->at.part)
        return x->at.part < y->at.part ? -1 : 1;
    return x->at.chunk < y->at.chunk ? -1 : x->at.chunk > y->at.chunk;
}
