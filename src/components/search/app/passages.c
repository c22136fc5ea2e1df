/* passages.c - the best candidates fetched from the catalog, as what a caller sees.
 *
 * A candidate can be gone by the time it is fetched (its version was replaced): it is passed over, and told.
 * One whose document's file is damaged or missing is passed over with a warning.
 * So is a passage that says the same as a better one, of whatever document and collection; the better
 * one counts it. Both make room for the next candidate, so that a caller gets as many as it asked for
 * while there are any. A list of documents by filter alone leaves no copies out.
 */
#include <string.h>

#include "base/str.h"
#include "query_impl.h"

enum {
    COMPARED = 100, /* a passage is compared with so many better ones */
    MORE = 2,       /* candidates in each further round */
    MOST_ROUNDS = 4,
    AT_ONCE = 64
};

typedef struct gathering {
    srch_asking *a;
    srch_row *rows; /* [most] */
    size_t n, most;
    size_t looked_at; /* candidates */
} gathering;

static void complete(srch_row *row)
{
    if (row->sketch.n < SRCH_SKETCH_SIZE)
        srch_sketch_of(row->chunk.text, &row->sketch);
}

static bool are_alike(srch_row *a, srch_row *b)
{
    if (!srch_may_be_alike(&a->sketch, &b->sketch))
        return false;
    complete(a);
    complete(b);
    return srch_likeness(&a->sketch, &b->sketch) >= SRCH_DUPLICATE_LIKENESS;
}

/* The better passage that says the same; NULL when there is none. */
static srch_row *original_of(const gathering *g, srch_row *row)
{
    for (size_t i = 0; i < g->n && i < COMPARED; i++)
        if (are_alike(&g->rows[i], row))
            return &g->rows[i];
    return NULL;
}

static srch_hit hit_of(const srch_candidate *c, const kno_chunk *chunk)
{
    return (srch_hit){.collection = chunk->ref.collection,
                      .document_id = chunk->ref.document_id,
                      .chunk_id = chunk->id,
                      .version = chunk->ref.version,
                      .ordinal = chunk->ref.ordinal,
                      .first_ordinal = chunk->ref.ordinal,
                      .last_ordinal = chunk->ref.ordinal,
                      .title = chunk->title,
                      .uri = chunk->uri,
                      .language = chunk->language,
                      .heading = chunk->heading,
                      .columns = chunk->columns.len > 0 ? chunk->columns : ANC_STR_NONE,
                      .page = chunk->page,
                      .start = chunk->start,
                      .end = chunk->end,
                      .text = chunk->text,
                      .metadata = chunk->metadata,
                      .tokens = chunk->tokens,
                      .score = c->score,
                      .fused = c->fused,
                      .keyword = c->bm25,
                      .semantic = c->semantic,
                      .is_reranked = c->is_reranked,
                      .rerank = c->rerank,
                      .coverage = c->coverage};
}

static void add(gathering *g, const srch_candidate *c, const kno_chunk *chunk)
{
    const srch_request *r = g->a->request;
    if (r->join_neighbours && srch_join(g->rows, &g->n, chunk))
        return;
    srch_row row = {.hit = hit_of(c, chunk), .chunk = *chunk, .candidate = c};
    srch_sketch_begin(chunk->text, &row.sketch);
    srch_row *original = r->mode != SRCH_METADATA ? original_of(g, &row) : NULL;
    if (original != NULL) {
        original->hit.duplicates++;
        g->a->result.duplicates++;
        return;
    }
    g->rows[g->n++] = row;
}

/* Once for each document, however many passages it has and however often they are fetched. */
static void warn(srch_asking *a, anc_str trouble)
{
    srch_result *r = &a->result;
    for (size_t i = 0; i < r->n_warnings; i++)
        if (anc_str_eq(r->warnings[i].message, trouble))
            return;
    if (r->n_warnings < SRCH_MAX_WARNINGS)
        r->warnings[r->n_warnings++] = (srch_warning){.pointer = ANC_STR(""), .message = trouble};
}

/* Fetches `n` candidates at once and keeps those that are there and new. */
static anc_status gather(gathering *g, const srch_candidate *candidates, size_t n)
{
    krn_call *call = g->a->call;
    kno_chunk_ref *refs = anc_arena_alloc(call->mem, n, sizeof *refs);
    kno_chunk *chunks = anc_arena_alloc(call->mem, n, sizeof *chunks);
    if (refs == NULL || chunks == NULL)
        return srch_no_room(call);
    for (size_t i = 0; i < n; i++)
        refs[i] = (kno_chunk_ref){.collection = g->a->scopes[candidates[i].collection].name,
                                  .document_id = candidates[i].document_id,
                                  .version = candidates[i].version,
                                  .ordinal = candidates[i].ordinal};
    ANC_TRY(kno_chunks_fetch(g->a->srch->config.knowledge, call, refs, n, chunks));
    for (size_t i = 0; i < n && g->n < g->most; i++, g->looked_at++)
        if (chunks[i].text.ptr != NULL)
            add(g, &candidates[i], &chunks[i]);
        else if (chunks[i].trouble.ptr != NULL)
            warn(g->a, chunks[i].trouble);
        else
            g->a->gone = true;
    return ANC_OK;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Where many were copies, many are fetched at once. */
static anc_status gather_all(gathering *g)
{
    const srch_asking *a = g->a;
    while (g->looked_at < a->n && g->n < g->most) {
        const size_t wanted = larger(g->most - g->n, smaller(g->looked_at, AT_ONCE));
        const size_t batch = smaller(wanted, a->n - g->looked_at);
        ANC_TRY(krn_call_check(a->srch->config.clock, a->call));
        ANC_TRY(gather(g, a->candidates + g->looked_at, batch));
    }
    return ANC_OK;
}

static anc_status place(srch_asking *a, srch_row *row)
{
    const kno_chunk *c = &row->chunk;
    srch_position *places = anc_arena_alloc(a->call->mem, c->n_places, sizeof *places);
    if (places == NULL)
        return srch_no_room(a->call);
    for (size_t i = 0; i < c->n_places; i++)
        places[i] = (srch_position){c->places[i].at, c->places[i].page, c->places[i].row};
    row->hit.places = places;
    row->hit.n_places = c->n_places;
    row->hit.places_end = c->end;
    return ANC_OK;
}

/* Positions given, details added, the rest of the rows left behind. */
static anc_status hand_over(gathering *g)
{
    srch_asking *a = g->a;
    srch_hit *hits = anc_arena_alloc(a->call->mem, g->n, sizeof *hits);
    if (hits == NULL)
        return srch_no_room(a->call);
    for (size_t i = 0; i < g->n; i++) {
        g->rows[i].hit.position = (uint32_t)i + 1;
        ANC_TRY(srch_detail(a, &g->rows[i]));
        ANC_TRY(place(a, &g->rows[i]));
        hits[i] = g->rows[i].hit;
    }
    a->result.hits = hits;
    a->result.n = g->n;
    return ANC_OK;
}

/* The best `most` candidates that are there and new, joined where that is asked for. */
static anc_status gather_most(srch_asking *a, size_t most, gathering *ret)
{
    *ret = (gathering){
        .a = a, .rows = anc_arena_alloc(a->call->mem, most, sizeof *ret->rows), .most = most};
    if (ret->rows == NULL)
        return srch_no_room(a->call);
    a->result.duplicates = 0;
    a->gone = false;
    ANC_TRY(gather_all(ret));
    return a->request->join_neighbours ? srch_join_finish(a, ret->rows, &ret->n) : ANC_OK;
}

/* What is joined with what lies around it may become fewer than were asked for: then once more, of more. */
anc_status srch_passages(srch_asking *a)
{
    const size_t top_k = a->request->top_k;
    gathering g;
    size_t most = top_k;
    for (int round = 0;; round++, most *= MORE) {
        most = most < a->n ? most : a->n;
        ANC_TRY(gather_most(a, most, &g));
        if (g.n >= top_k || g.looked_at == a->n || round == MOST_ROUNDS)
            break;
    }
    a->wanting = g.n < top_k;
    g.n = g.n < top_k ? g.n : top_k;
    return hand_over(&g);
}
