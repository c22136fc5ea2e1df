/* select.c - reading a little further than the passages that are shown.
 *
 * A search ranks passages by how much they are about the question's words. Whether one of their
 * sentences has what was asked for is known only once they are read, which extraction does anyway.
 */
#include "rag/domain/select.h"

#include "extract_impl.h"

/* The passage from `from` on with the best unit that is not beside the point, or SIZE_MAX when none of the first is beaten. */
static size_t further_down(rag_extraction *x, size_t from)
{
    enum { LOOKED_AT = 12 };
    uint32_t best[LOOKED_AT];
    const size_t n = rag_extraction_ask(x, LOOKED_AT, best);
    size_t at = 0;
    if (n == 0)
        return SIZE_MAX;
    while (at < n && rag_is_beside_point(x, best[at]))
        at++;
    const rag_unit *unit = &x->units.items[best[at < n ? at : 0]];
    return unit->passage >= from && unit->kind == RAG_UNIT_PROSE ? unit->passage : SIZE_MAX;
}

/* Whether the best unit of the only passage that is shown has not the kind of thing that was asked for. */
static bool lacks_kind(rag_extraction *x)
{
    const rag_view *best = NULL;
    for (size_t i = 0; i < x->units.n && x->units.items[i].passage == 0; i++)
        if (best == NULL || x->views[i].score > best->score)
            best = &x->views[i];
    return best == NULL || best->features[RAG_F_NO_CUE] > 0;
}

/* Whether the second of something is asked about, and only of another of its kind is there anything. */
static bool is_of_others_only(const rag_extraction *x)
{
    bool another = false;
    for (size_t i = 0; i < x->units.n; i++) {
        if (x->views[i].numbered)
            return false;
        another |= x->views[i].another;
    }
    return another;
}

/* Terms that say what kind of thing is asked for stand in no answer, so they are not missed. */
static double unread_share(const rag_extraction *x)
{
    uint64_t read = 0;
    if (is_of_others_only(x) || rag_names_rivals_only(x))
        return 1;
    for (size_t i = 0; i < x->units.n; i++)
        read |= x->views[i].own | x->views[i].above | x->views[i].near;
    return rag_terms_share(&x->terms, rag_terms_real(&x->terms) & ~read);
}

anc_status rag_select(anc_arena *mem, anc_str question, const rag_passage *passages, size_t n,
                      size_t top_k, size_t *keep, rag_selection *ret, anc_err *err)
{
    rag_extraction *x;
    ANC_TRY(rag_extraction_new(mem, question, passages, n, &x, err));
    *ret = (rag_selection){.n = n < top_k ? n : top_k, .unread = unread_share(x)};
    for (size_t i = 0; i < ret->n; i++)
        keep[i] = i;
    const size_t found = n > top_k ? further_down(x, top_k) : SIZE_MAX;
    if (found != SIZE_MAX && (top_k > 1 || lacks_kind(x)))
        keep[top_k - 1] = found;
    return ANC_OK;
}

anc_status rag_select_row(anc_arena *mem, anc_str question, const rag_passage *passages, size_t n,
                          size_t *ret, anc_err *err)
{
    rag_extraction *x;
    uint32_t best;
    *ret = n;
    ANC_TRY(rag_extraction_new(mem, question, passages, n, &x, err));
    if (rag_extraction_ask(x, 1, &best) == 0)
        return ANC_OK;
    const rag_unit *unit = &x->units.items[best];
    *ret = unit->cells > 0 || unit->card ? unit->passage : n;
    return ANC_OK;
}
