/* sectioned.c - "What does article 6 of the lease say?": the passages that a question names by their heading. On a pool.
 *
 * The document is one of those that the search found, and is named, or no document is and one alone has such a heading. Its chunks
 * are walked through from where the section begins to where the next of its kind does, or what stands under one heading ends.
 */
#include "base/str.h"
#include "part_impl.h"
#include "rag/domain/section.h"

enum {
    DOCUMENTS = 8, /* of the hits that are looked into */
    PASSAGES = 4,  /* that a section may have */
    WINDOWS = 16,  /* of RAG_WINDOW chunks, of a document */
    SCRATCH_BYTES = 64 << 20,
};

typedef struct reading {
    rag_turn *turn;
    const rag_section *section;
    srch_hit hits[PASSAGES];
    size_t n;
    bool over; /* the section has ended */
} reading;

/* The part of a chunk that is of the section. */
static anc_status take_part(reading *r, const rag_named *d, const kno_chunk *c)
{
    const size_t begin = r->n == 0 ? rag_section_begins(r->section, c->text) : 0;
    bool there = false;
    if (begin == SIZE_MAX)
        return ANC_OK;
    r->over = r->n > 0 && !anc_str_eq(c->heading, r->hits[0].heading);
    if (r->over)
        return ANC_OK;
    const size_t end = rag_section_ends(r->section, c->text, begin + (r->n == 0));
    const uint64_t told = r->n > 0 ? r->hits[r->n - 1].end : 0;
    const uint64_t start = c->start + begin > told ? c->start + begin : told;
    if (start < c->start + end)
        ANC_TRY(rag_part_take(r->turn, d, &c->ref, start, c->start + end, &r->hits[r->n], &there));
    r->n += there;
    r->over = end < c->text.len;
    return ANC_OK;
}

static anc_status read_section(reading *r, const rag_named *d)
{
    bool more = true;
    r->n = 0;
    r->over = false;
    for (uint32_t k = 0; k < WINDOWS && more && !r->over && r->n < PASSAGES; k++) {
        ANC_ARENA(scratch, SCRATCH_BYTES);
        if (scratch == NULL)
            return ANC_FAIL(&r->turn->err, ANC_NO_MEMORY, "no memory for chunks");
        krn_call call = r->turn->call;
        kno_chunk *chunks;
        size_t n;
        bool gone;
        call.mem = scratch;
        ANC_TRY(rag_window_read(r->turn, &call, d, k * RAG_WINDOW, &chunks, &n, &gone));
        for (size_t i = 0; i < n && !r->over && r->n < PASSAGES; i++)
            ANC_TRY(take_part(r, d, &chunks[i]));
        more = !gone && n == RAG_WINDOW;
    }
    return ANC_OK;
}

typedef struct candidates {
    rag_named items[DOCUMENTS];
    size_t n;
} candidates;

static bool is_known(const candidates *all, const srch_hit *h)
{
    for (size_t i = 0; i < all->n; i++)
        if (anc_str_eq(all->items[i].collection, h->collection) &&
            anc_str_eq(all->items[i].id, h->document_id))
            return true;
    return false;
}

/* The documents of the hits that are named; all of them where none is said. */
static anc_status candidates_of(rag_turn *turn, anc_arena *mem, const rag_section *section,
                                const srch_result *found, candidates *ret)
{
    bool open = false;
    ret->n = 0;
    ANC_TRY(rag_pointer_is_open(mem, turn->query, &section->of, &open, &turn->err));
    for (size_t i = 0; i < found->n && ret->n < DOCUMENTS; i++) {
        const rag_named d = rag_named_of_hit(&found->hits[i]);
        bool is = false;
        if (is_known(ret, &found->hits[i]))
            continue;
        ANC_TRY(rag_named_is(turn, mem, turn->query, &section->of, &d, &is));
        if (is || open)
            ret->items[ret->n++] = d;
    }
    return ANC_OK;
}

anc_status rag_sectioned_take(rag_turn *turn, srch_result *found)
{
    const rag_section section = rag_section_of(turn->query);
    reading one = {.turn = turn, .section = &section};
    const rag_named *of = NULL;
    candidates all;
    if (section.kind == SIZE_MAX || turn->pointed || turn->counted || turn->mode == SRCH_METADATA ||
        turn->sought.len > 0)
        return ANC_OK;
    ANC_ARENA(scratch, SCRATCH_BYTES);
    if (scratch == NULL)
        return ANC_FAIL(&turn->err, ANC_NO_MEMORY, "no memory to look for a section");
    ANC_TRY(candidates_of(turn, scratch, &section, found, &all));
    for (size_t i = 0; i < all.n; i++) {
        reading r = {.turn = turn, .section = &section};
        ANC_TRY(read_section(&r, &all.items[i]));
        if (r.n > 0 && of != NULL)
            return ANC_OK; /* which of them is meant is not said */
        if (r.n == 0)
            continue;
        one = r;
        of = &all.items[i];
    }
    if (of == NULL)
        return ANC_OK;
    srch_hit *hits = anc_arena_alloc(turn->mem, one.n, sizeof *hits);
    if (hits == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for %zu passages",
                        one.n);
    for (size_t i = 0; i < one.n; i++)
        hits[i] = one.hits[i];
    ANC_TRY(rag_pointer_rest(turn->mem, turn->query, &section.of, of->title, of->uri,
                             &turn->besides, &turn->err));
    found->hits = hits;
    found->n = one.n;
    turn->more_there = one.n == PASSAGES && !one.over;
    turn->pointed = true;
    return ANC_OK;
}
