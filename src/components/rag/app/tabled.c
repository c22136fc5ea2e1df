/* tabled.c - see tabled_impl.h. */
#include "tabled_impl.h"

#include "base/str.h"
#include "sheets_impl.h"

enum {
    WINDOWS = 600, /* of RAG_WINDOW chunks, of a document */
    SCRATCH_BYTES = 64 << 20,
    NAMES_BYTES = 8 << 20, /* of the sheets of a workbook */
};

/* A document on its way through its chunks. */
typedef struct reading {
    rag_turn *turn;
    const rag_tabled_sink *sink;
    rag_sheets sheets; /* of a workbook */
    uint32_t last;     /* row; 0: none is open */
    uint32_t version;  /* 0: no row was seen */
    rag_tabled_end end;
} reading;

/* "Machines" of "Plant > Machines" */
static anc_str last_heading(anc_str path)
{
    anc_str rest = path;
    for (size_t at; (at = anc_str_find(rest, ANC_STR(" > "))) != SIZE_MAX;)
        rest = anc_str_sub(rest, at + 3, rest.len);
    return rest;
}

static anc_status begin_table(reading *r, const kno_chunk *c, const kno_place *place, bool *go_on)
{
    const rag_tabled_head head = {.heading = r->sheets.n > 0
                                                 ? rag_sheets_at(&r->sheets, c, place->at)
                                                 : last_heading(c->heading),
                                  .columns = rag_part_columns(c, place->at),
                                  .language = c->language};
    return r->sink->table(r->sink->self, &head, go_on);
}

static anc_status take_row(reading *r, anc_arena *scratch, const kno_chunk *c,
                           const kno_place *place, uint64_t end)
{
    bool go_on = true;
    const bool first = place->row == 1;
    if ((!first && (r->last == 0 || place->row != r->last + 1)) ||
        (r->version > 0 && c->ref.version != r->version)) {
        r->end = RAG_TABLED_TORN;
        return ANC_OK;
    }
    r->version = c->ref.version;
    r->last = place->row;
    if (first)
        ANC_TRY(begin_table(r, c, place, &go_on));
    const rag_tabled_row row = {
        .text = anc_str_trim(anc_str_sub(c->text, place->at - c->start, end - place->at)),
        .ref = c->ref,
        .start = place->at,
        .end = end};
    if (go_on)
        ANC_TRY(r->sink->row(r->sink->self, scratch, &row, &go_on));
    r->end = go_on ? r->end : RAG_TABLED_STOPPED;
    return ANC_OK;
}

static anc_status take_chunk(reading *r, anc_arena *scratch, const kno_chunk *c)
{
    for (size_t i = 0; i < c->n_places && r->end == RAG_TABLED_WHOLE; i++) {
        const uint64_t end = i + 1 < c->n_places ? c->places[i + 1].at : c->end;
        if (c->places[i].row > 0 && end > c->places[i].at)
            ANC_TRY(take_row(r, scratch, c, &c->places[i], end));
    }
    return ANC_OK;
}

/* Of the chunks from `from` on; *ret_n: how many there were. */
static anc_status take_window(reading *r, const rag_named *d, uint32_t from, size_t *ret_n)
{
    rag_turn *turn = r->turn;
    ANC_ARENA(mem, SCRATCH_BYTES);
    krn_call call = turn->call;
    kno_chunk *chunks = NULL;
    if (mem == NULL)
        return ANC_FAIL(&turn->err, ANC_NO_MEMORY, "no memory to read a document");
    call.mem = mem;
    bool gone = false;
    const anc_status status = rag_window_read(turn, &call, d, from, &chunks, ret_n, &gone);
    if (status == ANC_LIMIT || (status == ANC_OK && gone)) {
        anc_err_clear(call.err);
        r->end = RAG_TABLED_TORN;
        return ANC_OK;
    }
    ANC_TRY(status);
    for (size_t i = 0; i < *ret_n && r->end == RAG_TABLED_WHOLE; i++)
        ANC_TRY(take_chunk(r, mem, &chunks[i]));
    return ANC_OK;
}

/* The names of its sheets, in `mem`; *ret_there false: it was deleted. */
static anc_status begin(reading *r, anc_arena *mem, const rag_named *d, bool *ret_there)
{
    krn_call call = r->turn->call;
    kno_document found;
    call.mem = mem;
    const anc_status there =
        kno_document_find(r->turn->rag->with.knowledge, &call, d->collection, d->id, &found);
    *ret_there = there == ANC_OK;
    if (there == ANC_NOT_FOUND) {
        anc_err_clear(call.err);
        return ANC_OK;
    }
    ANC_TRY(there);
    ANC_TRY(rag_sheets_of(mem, &found, &r->sheets, call.err));
    rag_sheets_begin(&r->sheets);
    return ANC_OK;
}

anc_status rag_tabled_read(rag_turn *turn, const rag_named *d, int64_t until_ns,
                           const rag_tabled_sink *sink, rag_tabled_end *ret)
{
    reading r = {.turn = turn, .sink = sink, .end = RAG_TABLED_WHOLE};
    ANC_ARENA(mem, NAMES_BYTES);
    bool there = false;
    size_t n = RAG_WINDOW;
    if (mem == NULL)
        return ANC_FAIL(&turn->err, ANC_NO_MEMORY, "no memory to read a document");
    ANC_TRY(begin(&r, mem, d, &there));
    if (!there)
        r.end = RAG_TABLED_TORN;
    for (uint32_t from = 0; n == RAG_WINDOW && r.end == RAG_TABLED_WHOLE; from += RAG_WINDOW) {
        if (from >= (uint32_t)WINDOWS * RAG_WINDOW || krn_now_ns(turn->rag->with.clock) >= until_ns)
            r.end = RAG_TABLED_LATE;
        else
            ANC_TRY(take_window(&r, d, from, &n));
    }
    *ret = r.end;
    return ANC_OK;
}
