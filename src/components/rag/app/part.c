/* part.c - bytes of a chunk as a passage that was found. */
#include "part_impl.h"

#include <math.h>

#include "base/str.h"
#include "rag/domain/context.h"
#include "rag/domain/tables.h"

static anc_str uri_or_id(anc_str uri, anc_str id)
{
    return uri.len > 0 ? uri : id;
}

rag_named rag_named_of_hit(const srch_hit *h)
{
    return (rag_named){h->collection, h->document_id, h->title, uri_or_id(h->uri, h->document_id)};
}

rag_named rag_named_of_document(const kno_document *d)
{
    return (rag_named){d->collection, d->id, d->title, uri_or_id(d->uri, d->id)};
}

anc_status rag_named_is(rag_turn *turn, anc_arena *mem, anc_str question, const rag_pointer *p,
                        const rag_named *d, bool *ret)
{
    *ret = false;
    ANC_TRY(rag_pointer_names(mem, question, p, d->title, d->uri, ret, &turn->err));
    if (!*ret && p->file.len > 0)
        ANC_TRY(rag_pointer_names(mem, question, p, d->title, d->id, ret, &turn->err));
    return ANC_OK;
}

anc_status rag_window_read(rag_turn *turn, krn_call *call, const rag_named *d, uint32_t from,
                           kno_chunk **ret, size_t *ret_n, bool *ret_gone)
{
    *ret = NULL;
    *ret_n = 0;
    ANC_TRY(krn_call_check(turn->rag->with.clock, call));
    const anc_status status = kno_chunk_list(turn->rag->with.knowledge, call, d->collection, d->id,
                                             0, from, RAG_WINDOW, ret, ret_n);
    *ret_gone = status == ANC_NOT_FOUND || status == ANC_CORRUPT;
    if (!*ret_gone)
        return status;
    anc_err_clear(call->err);
    *ret_n = 0;
    return ANC_OK;
}

anc_str rag_part_columns(const kno_chunk *c, uint64_t at)
{
    size_t i = c->n_places;
    while (i > 0 && c->places[i - 1].at > at)
        i--;
    if (i == 0 || c->places[i - 1].row == 0)
        return at == c->start ? c->columns : ANC_STR_NONE;
    while (i > 0 && c->places[i - 1].row > 1)
        i--;
    if (i == 0 || c->places[i - 1].row == 0)
        return c->columns;
    const anc_str above = anc_str_sub(c->text, 0, c->places[i - 1].at - c->start);
    size_t end = above.len;
    while (end > 0 && above.ptr[end - 1] == '\n')
        end--;
    size_t start = end;
    while (start > 0 && above.ptr[start - 1] != '\n')
        start--;
    const anc_str line = anc_str_sub(above, start, end - start);
    if (above.len == 0)
        return c->columns;
    return above.len - end == 1 && rag_cell_count(line) > 1 ? line : ANC_STR_NONE;
}

static srch_hit hit_of(const rag_named *d, const kno_chunk *c, anc_str text, uint64_t start)
{
    return (srch_hit){.collection = d->collection,
                      .document_id = d->id,
                      .chunk_id = c->id,
                      .version = c->ref.version,
                      .ordinal = c->ref.ordinal,
                      .first_ordinal = c->ref.ordinal,
                      .last_ordinal = c->ref.ordinal,
                      .title = c->title,
                      .uri = c->uri,
                      .language = c->language,
                      .heading = c->heading,
                      .columns = rag_part_columns(c, start),
                      .page = c->page,
                      .start = start,
                      .end = start + text.len,
                      .text = text,
                      .metadata = c->metadata,
                      .tokens = rag_tokens_estimate(text),
                      .score = (double)NAN,
                      .fused = (double)NAN,
                      .keyword = (double)NAN,
                      .semantic = (double)NAN};
}

static anc_status place(rag_turn *turn, const kno_chunk *c, srch_hit *hit)
{
    srch_position *places = anc_arena_alloc(turn->mem, c->n_places, sizeof *places);
    if (places == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for %zu places",
                        c->n_places);
    for (size_t i = 0; i < c->n_places; i++)
        places[i] = (srch_position){c->places[i].at, c->places[i].page, c->places[i].row};
    hit->places = places;
    hit->n_places = c->n_places;
    hit->places_end = c->end;
    const uint32_t page = srch_position_at(hit, hit->start).page;
    hit->page = page > 0 ? page : hit->page;
    return ANC_OK;
}

anc_status rag_part_take(rag_turn *turn, const rag_named *d, const kno_chunk_ref *ref,
                         uint64_t start, uint64_t end, srch_hit *ret, bool *ret_there)
{
    kno_chunk c;
    *ret_there = false;
    ANC_TRY(kno_chunks_fetch(turn->rag->with.knowledge, &turn->call, ref, 1, &c));
    if (c.text.ptr == NULL || start < c.start || end > c.end)
        return ANC_OK; /* it is gone, or another version's */
    anc_str text = anc_str_sub(c.text, start - c.start, end - start);
    while (text.len > 0 && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == ' '))
        text.len--;
    if (text.len == 0)
        return ANC_OK;
    *ret_there = true;
    *ret = hit_of(d, &c, text, start);
    return place(turn, &c, ret);
}
