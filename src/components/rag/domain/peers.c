/* peers.c - rows of one table that answer alike are told together.
 *
 * A row that was chosen is no more the answer than another of its table which has all that it has of the question: then
 * both are told, in their order. Where the question says which way something goes, the rows of the other way are none of
 * them (routes.c). A row that has nothing of the question itself has others like it only where several are asked for.
 */
#include "base/str.h"
#include "base/utf8.h"
#include "routes_impl.h"

enum { MARKER_CHARS = 6 };

static bool is_record(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    return u->card && anc_str_find(rag_unit_text(u, x->passages), ANC_STR("\n")) != SIZE_MAX;
}

bool rag_same_table(const rag_extraction *x, size_t a, size_t b)
{
    const rag_unit *s = &x->units.items[a];
    const rag_unit *t = &x->units.items[b];
    const rag_passage *p = &x->passages[s->passage];
    const rag_passage *q = &x->passages[t->passage];
    if (s->kind != RAG_UNIT_PROSE || t->kind != RAG_UNIT_PROSE || !anc_str_eq(p->title, q->title))
        return false;
    if (is_record(x, a))
        return is_record(x, b);
    const anc_str names = rag_unit_columns(&x->units, s, x->passages);
    return s->cells > 0 && t->cells > 0 && names.len > 0 &&
           anc_str_eq(names, rag_unit_columns(&x->units, t, x->passages));
}

/* What it has of what the question is about. */
static uint64_t told_by(const rag_extraction *x, size_t i)
{
    return (x->views[i].own | x->views[i].near) & rag_terms_real(&x->terms);
}

static bool says_the_same(const rag_extraction *x, size_t a, size_t b)
{
    return anc_str_eq(rag_unit_text(&x->units.items[a], x->passages),
                      rag_unit_text(&x->units.items[b], x->passages));
}

/* Whether row k answers as row i does. */
static bool is_peer(const rag_extraction *x, size_t i, size_t k, const rag_route *route)
{
    const double *f = x->views[k].features;
    return rag_same_table(x, i, k) && (told_by(x, i) & ~told_by(x, k)) == 0 &&
           (route == NULL || rag_route_fits(x, route, k)) &&
           f[RAG_F_NO_CUE] <= x->views[i].features[RAG_F_NO_CUE] && f[RAG_F_OTHER] <= 0;
}

/* Whether a row before k, or row i, says the same. */
static bool is_repeated(const rag_extraction *x, size_t i, size_t k, const rag_route *route)
{
    for (size_t before = 0; before < k; before++)
        if (is_peer(x, i, before, route) && says_the_same(x, before, k))
            return true;
    return false;
}

static size_t unit_of(const rag_extraction *x, const rag_pick *pick)
{
    for (size_t i = 0; i < x->units.n; i++) {
        const rag_unit *u = &x->units.items[i];
        if (u->passage == pick->passage && u->start == pick->start && u->end == pick->end)
            return i;
    }
    return SIZE_MAX;
}

/* The row that answers best, where that is one. */
static size_t best_row(const rag_extraction *x, const rag_choice *choice)
{
    const rag_pick *best = &choice->picks[0];
    for (size_t i = 1; i < choice->n; i++)
        best = choice->picks[i].score > best->score ? &choice->picks[i] : best;
    const size_t i = unit_of(x, best);
    return i != SIZE_MAX && rag_same_table(x, i, i) ? i : SIZE_MAX;
}

/* The best row of the table of row i that goes that way, or SIZE_MAX. */
static size_t best_that_way(const rag_extraction *x, size_t i, const rag_route *route)
{
    size_t best = SIZE_MAX;
    for (size_t k = 0; k < x->units.n; k++)
        if (rag_same_table(x, i, k) && rag_route_fits(x, route, k) &&
            (best == SIZE_MAX || x->views[k].score > x->views[best].score))
            best = k;
    return best;
}

static size_t chars_of(const rag_extraction *x, const rag_pick *pick)
{
    const anc_str text = x->passages[pick->passage].text;
    return anc_utf8_count(anc_str_sub(text, pick->start, pick->end - pick->start)) +
           anc_utf8_count(pick->columns) + MARKER_CHARS;
}

/* Makes the choice row i and its peers, in their order: as many as fit. */
static void tell_all(const rag_extraction *x, size_t i, const rag_route *route, bool several,
                     rag_choice *choice)
{
    const size_t most = several ? RAG_ROWS_MAX : RAG_READ_PICKS;
    const size_t room = several ? RAG_ROWS_MAX_CHARS : RAG_READ_MAX_CHARS;
    size_t chars = 0;
    choice->n = choice->more = 0;
    for (size_t k = 0; k < x->units.n; k++) {
        if (!is_peer(x, i, k, route) || is_repeated(x, i, k, route))
            continue;
        const rag_pick pick = rag_pick_of(x, k);
        chars += chars_of(x, &pick);
        if (choice->n == most || (choice->n > 0 && chars > room))
            choice->more++;
        else
            choice->picks[choice->n++] = pick;
    }
}

static size_t count_peers(const rag_extraction *x, size_t i, const rag_route *route)
{
    size_t n = 0;
    for (size_t k = 0; k < x->units.n; k++)
        n += k != i && is_peer(x, i, k, route) && !says_the_same(x, i, k);
    return n;
}

void rag_choice_tell_peers(const rag_extraction *x, rag_choice *choice)
{
    rag_route route;
    const size_t chosen =
        choice->n > 0 && choice->n <= RAG_PICKS_MAX ? best_row(x, choice) : SIZE_MAX;
    if (chosen == SIZE_MAX)
        return;
    const rag_route *way = rag_route_read(x, chosen, &route) ? &route : NULL;
    const bool turned = way != NULL && !rag_route_fits(x, way, chosen);
    const size_t i = turned ? best_that_way(x, chosen, way) : chosen;
    const bool several = rag_asks_for_several(x);
    if (i == SIZE_MAX) {
        choice->n = 0; /* the way back is no answer */
        return;
    }
    if (turned || ((told_by(x, i) != 0 || several) && count_peers(x, i, way) > 0))
        tell_all(x, i, way, several, choice);
}
