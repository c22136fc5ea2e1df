/* joining.c - chunks of one version that lie side by side, made one passage.
 *
 * A passage is a run of ordinals. Its text is cut out of the stored text, from the least start to the
 * greatest end, so offsets stay true whatever lies between two chunks or in both of them. Everything
 * else that a hit says, its page too, is that of its best chunk.
 */
#include <string.h>

#include "base/str.h"
#include "query_impl.h"

static bool same_document(const srch_hit *hit, const kno_chunk_ref *ref)
{
    return hit->version == ref->version && anc_str_eq(hit->document_id, ref->document_id) &&
           anc_str_eq(hit->collection, ref->collection);
}

/* What a hit becomes with these chunks; false when that is too long. */
static bool grow(srch_hit *hit, uint32_t first, uint32_t last, uint64_t start, uint64_t end)
{
    const uint64_t from = start < hit->start ? start : hit->start;
    const uint64_t to = end > hit->end ? end : hit->end;
    first = first < hit->first_ordinal ? first : hit->first_ordinal;
    last = last > hit->last_ordinal ? last : hit->last_ordinal;
    if (last - first >= SRCH_MAX_JOINED_CHUNKS || to - from > SRCH_MAX_JOINED_BYTES)
        return false;
    hit->start = from;
    hit->end = to;
    hit->first_ordinal = first;
    hit->last_ordinal = last;
    return true;
}

static bool touch(const srch_hit *a, const srch_hit *b)
{
    const kno_chunk_ref ref = {b->collection, b->document_id, b->version, b->ordinal};
    return same_document(a, &ref) && a->first_ordinal <= b->last_ordinal + 1 &&
           b->first_ordinal <= a->last_ordinal + 1;
}

/* Joins what touches row `at`; the better of two stays where it is. */
static void join_touching(srch_row *rows, size_t *n, size_t at)
{
    for (size_t i = 0; i < *n; i++) {
        const size_t better = i < at ? i : at, worse = i < at ? at : i;
        const srch_hit *gone = &rows[worse].hit;
        if (i == at || !touch(&rows[better].hit, gone) ||
            !grow(&rows[better].hit, gone->first_ordinal, gone->last_ordinal, gone->start,
                  gone->end))
            continue;
        rows[better].hit.tokens += gone->tokens;
        rows[better].hit.duplicates += gone->duplicates;
        memmove(rows + worse, rows + worse + 1, (*n - worse - 1) * sizeof *rows);
        --*n;
        at = better;
        i = (size_t)-1; /* once more: it may touch others now */
    }
}

bool srch_join(srch_row *rows, size_t *n, const kno_chunk *chunk)
{
    const uint32_t o = chunk->ref.ordinal;
    for (size_t i = 0; i < *n; i++) {
        srch_hit *hit = &rows[i].hit;
        if (!same_document(hit, &chunk->ref) ||
            (o + 1 != hit->first_ordinal && o != hit->last_ordinal + 1) ||
            !grow(hit, o, o, chunk->start, chunk->end))
            continue;
        hit->tokens += chunk->tokens;
        join_touching(rows, n, i);
        return true;
    }
    return false;
}

/* Whether another row has the chunk already. */
static bool taken(const srch_row *rows, size_t n, const srch_hit *hit, uint32_t ordinal)
{
    const kno_chunk_ref ref = {hit->collection, hit->document_id, hit->version, ordinal};
    for (size_t i = 0; i < n; i++)
        if (same_document(&rows[i].hit, &ref) && ordinal >= rows[i].hit.first_ordinal &&
            ordinal <= rows[i].hit.last_ordinal)
            return true;
    return false;
}

/* Adds fetched chunks in their order for as long as they are there and free. */
static void take_side(const srch_row *rows, size_t n, srch_hit *hit, const kno_chunk *chunks,
                      size_t n_chunks)
{
    for (size_t i = 0; i < n_chunks; i++) {
        const kno_chunk *c = &chunks[i];
        if (c->text.ptr == NULL || taken(rows, n, hit, c->ref.ordinal) ||
            !grow(hit, c->ref.ordinal, c->ref.ordinal, c->start, c->end))
            return;
        hit->tokens += c->tokens;
    }
}

static anc_status widen(srch_asking *a, const srch_row *rows, size_t n, srch_hit *hit)
{
    kno_chunk_ref refs[2 * SRCH_MAX_CONTEXT_CHUNKS];
    kno_chunk chunks[2 * SRCH_MAX_CONTEXT_CHUNKS];
    size_t before = 0, behind = 0;
    const kno_chunk_ref ref = {hit->collection, hit->document_id, hit->version, 0};
    for (; before < a->request->context_chunks && before < hit->first_ordinal; before++) {
        refs[before] = ref;
        refs[before].ordinal = hit->first_ordinal - 1 - (uint32_t)before;
    }
    for (; behind < a->request->context_chunks; behind++) {
        refs[before + behind] = ref;
        refs[before + behind].ordinal = hit->last_ordinal + 1 + (uint32_t)behind;
    }
    ANC_TRY(kno_chunks_fetch(a->srch->config.knowledge, a->call, refs, before + behind, chunks));
    take_side(rows, n, hit, chunks, before);
    take_side(rows, n, hit, chunks + before, behind);
    return ANC_OK;
}

/* The passage's text out of the stored text; where that is gone, the hit is its best chunk again. */
static anc_status read_text(srch_asking *a, srch_row *row)
{
    krn_call *call = a->call;
    srch_hit *hit = &row->hit;
    kno_text text;
    const anc_status status = kno_text_open(a->srch->config.knowledge, call, hit->collection,
                                            hit->document_id, hit->version, &text);
    if (status != ANC_OK && status != ANC_NOT_FOUND && status != ANC_CORRUPT)
        return status;
    if (status == ANC_OK && hit->end <= text.text.len)
        hit->text = anc_arena_copy(
            call->mem, anc_str_sub(text.text, hit->start, (size_t)(hit->end - hit->start)));
    else {
        anc_err_clear(call->err);
        hit->start = row->chunk.start;
        hit->end = row->chunk.end;
        hit->tokens = row->chunk.tokens;
        hit->first_ordinal = hit->last_ordinal = hit->ordinal;
    }
    if (status == ANC_OK)
        kno_text_close(a->srch->config.knowledge, &text);
    return hit->text.ptr != NULL ? ANC_OK : srch_no_room(call);
}

anc_status srch_join_finish(srch_asking *a, srch_row *rows, size_t *n)
{
    if (a->request->context_chunks > 0)
        for (size_t i = 0; i < *n; i++)
            ANC_TRY(widen(a, rows, *n, &rows[i].hit));
    for (size_t i = 0; i < *n; i++)
        join_touching(rows, n, i);
    for (size_t i = 0; i < *n; i++)
        if (rows[i].hit.first_ordinal != rows[i].hit.last_ordinal)
            ANC_TRY(read_text(a, &rows[i]));
    return ANC_OK;
}
