/* routes.c - which way is asked: of two rows with the same words, "from Aveiro to Torreira" is answered by the one that
 * departs there, and not by the way back.
 *
 * It is known of a table with a column for where things come from and one for where they go. A place is what stands in a
 * cell of one of them, the longest where several begin at a word; what stands before it in the question says which end
 * it is. English, French, German, Spanish, Italian, Portuguese.
 */
#include "routes_impl.h"

#include "base/str.h"
#include "rag/domain/tables.h"

/* ---- the columns ---------------------------------------------------------------------------------- */

static bool is_called(anc_str name, const char *whole, const char *words)
{
    name = anc_str_trim(name);
    if (rag_is_phrase_of(name, whole))
        return true;
    for (anc_str one; anc_str_split(&name, ' ', &one);)
        if (rag_is_any_of(one, words))
            return true;
    return false;
}

static bool is_origin(anc_str name)
{
    return is_called(name, "from|von|ab|de|da|desde|start|leaves|départ de|aus",
                     "departure departs origin abfahrt abfahrtsort abflug startort départ "
                     "provenance origine salida origen partenza provenienza partida origem");
}

static bool is_destination(anc_str name)
{
    return is_called(name, "to|nach|à|a|para|hasta|vers|per|bis",
                     "destination arrival arrives ziel zielort ankunft ankunftsort arrivée destino "
                     "llegada destinazione arrivo chegada");
}

/* "07:15": when things go, not where. */
static bool is_figure(anc_str cell)
{
    return cell.len == 0 || (cell.ptr[0] >= '0' && cell.ptr[0] <= '9');
}

/* The columns of both ends of row i; false: it has not both. */
static bool find_ends(const rag_extraction *x, size_t i, rag_route *ret)
{
    const rag_unit *u = &x->units.items[i];
    const anc_str names = rag_unit_columns(&x->units, u, x->passages);
    const anc_str row = rag_unit_text(u, x->passages);
    size_t at_name = 0, at_cell = 0;
    anc_str name, cell;
    ret->from = ret->to = SIZE_MAX;
    for (size_t k = 0; rag_cell_next(row, &at_cell, &cell) && rag_cell_next(names, &at_name, &name);
         k++) {
        if (is_figure(cell))
            continue;
        if (ret->from == SIZE_MAX && is_origin(name))
            ret->from = k;
        else if (ret->to == SIZE_MAX && is_destination(name))
            ret->to = k;
    }
    return u->cells > 0 && ret->from != SIZE_MAX && ret->to != SIZE_MAX;
}

/* ---- the places ------------------------------------------------------------------------------------ */

typedef struct lists {
    const char *from, *to;
    const char *at, *arrives; /* "arrives in Aveiro" */
    const char *articles;
    const char *bare; /* says where to, where it is no article: "de Aveiro a Torreira" */
} lists;

static const lists of_languages[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] = {"from leave leaves leaving left depart departs departing",
                "to for toward towards reach reaches reaching into", "in at",
                "arrive arrives arriving arrival land lands get gets", "the city port", ""},
    [TXT_FR] = {"de du des d depuis quitte quittent quittant", "à au aux pour vers", "à en",
                "arrive arrivent arrivée", "la le les l ville port", ""},
    [TXT_DE] = {"von vom ab aus verlässt verlassen", "nach zum zur bis richtung", "in an",
                "ankommt kommt ankunft an", "der die das den dem", ""},
    [TXT_ES] = {"de del desde", "a al para hasta hacia", "en", "llega llegan llegada",
                "la el los las", ""},
    [TXT_IT] = {"da dal dalla dallo dall dai dagli di del della", "a al alla allo all per verso",
                "in", "arriva arrivano arrivo", "la il lo i le gli l", ""},
    [TXT_PT] = {"de do da dos das desde", "para até à ao às aos", "em no na",
                "chega chegam chegada", "a o as os", "a"},
};

static anc_str word_of(const rag_extraction *x, size_t k)
{
    return rag_word_text(x->terms.question, &x->terms.asked.items[k]);
}

static bool asks_of_arrival(const rag_extraction *x, const lists *l)
{
    for (size_t k = 0; k < x->terms.asked.n; k++)
        if (rag_is_any_of(word_of(x, k), l->arrives))
            return true;
    return false;
}

/* Which end the place that begins with word q is, by what stands before it. */
static rag_end end_by(const rag_extraction *x, size_t q, const lists *l)
{
    enum { BACK = 3 };
    for (size_t k = q; k-- > 0 && q - k <= BACK;) {
        const anc_str word = word_of(x, k);
        if (rag_is_any_of(word, l->from))
            return RAG_END_FROM;
        if (rag_is_any_of(word, l->to) || (rag_is_any_of(word, l->at) && asks_of_arrival(x, l)))
            return RAG_END_TO;
        if (!rag_is_any_of(word, l->articles))
            break;
    }
    return q > 0 && rag_is_any_of(word_of(x, q - 1), l->bare) ? RAG_END_BARE : RAG_END_ANY;
}

/* In the language of the question, then in that of the rows: a short question may not tell which it is in. */
static rag_end end_before(const rag_extraction *x, size_t i, size_t q)
{
    txt_language of_rows = TXT_UND;
    rag_end end = RAG_END_ANY;
    (void)txt_language_find(x->passages[x->units.items[i].passage].language, &of_rows);
    if (of_languages[x->read_as].from != NULL)
        end = end_by(x, q, &of_languages[x->read_as]);
    if (end == RAG_END_ANY && of_languages[of_rows].from != NULL)
        end = end_by(x, q, &of_languages[of_rows]);
    return end == RAG_END_ANY ? end_by(x, q, &of_languages[TXT_EN]) : end;
}

/* The word of the question behind those of the cell, where they stand from word q on; else q. */
static size_t said_from(const rag_extraction *x, size_t i, anc_str cell, size_t q)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const rag_words asked = x->terms.asked;
    const size_t start = (size_t)(cell.ptr - x->passages[u->passage].text.ptr);
    size_t at = q;
    for (size_t w = rag_words_at(words, start);
         w < words.n && words.items[w].start < start + cell.len; w++) {
        if (words.items[w].whole)
            continue;
        while (at < asked.n && asked.items[at].whole)
            at++;
        if (at == asked.n || asked.items[at].key != words.items[w].key)
            return q;
        at++;
    }
    return at;
}

/* The longest place of the table that begins with word q; the word behind it, or q. */
static size_t place_at(const rag_extraction *x, size_t i, const rag_route *r, size_t q,
                       anc_str *ret)
{
    size_t last = q;
    for (size_t k = 0; k < x->units.n; k++) {
        if (!rag_same_table(x, i, k))
            continue;
        const anc_str row = rag_unit_text(&x->units.items[k], x->passages);
        const anc_str cells[] = {rag_cell_at(row, r->from), rag_cell_at(row, r->to)};
        for (size_t c = 0; c < ANC_COUNT(cells); c++) {
            const size_t end = cells[c].len > 0 ? said_from(x, k, cells[c], q) : q;
            *ret = end > last ? cells[c] : *ret;
            last = end > last ? end : last;
        }
    }
    return last;
}

/* "De Aveiro a Torreira": beside a place that is the other end it says where to, else nothing. */
static void settle_bare(rag_route *r)
{
    bool from = false;
    for (size_t p = 0; p < r->n; p++)
        from = from || r->ends[p] == RAG_END_FROM;
    for (size_t p = 0; p < r->n; p++)
        if (r->ends[p] == RAG_END_BARE)
            r->ends[p] = from ? RAG_END_TO : RAG_END_ANY;
}

bool rag_route_read(const rag_extraction *x, size_t i, rag_route *ret)
{
    ret->n = 0;
    if (!find_ends(x, i, ret))
        return false;
    for (size_t q = 0; q < x->terms.asked.n && ret->n < RAG_ROUTE_PLACES;) {
        const size_t end = place_at(x, i, ret, q, &ret->places[ret->n]);
        if (end > q)
            ret->ends[ret->n++] = end_before(x, i, q);
        q = end > q ? end : q + 1;
    }
    settle_bare(ret);
    return ret->n > 0;
}

bool rag_route_fits(const rag_extraction *x, const rag_route *r, size_t k)
{
    const anc_str row = rag_unit_text(&x->units.items[k], x->passages);
    const anc_str from = rag_cell_at(row, r->from);
    const anc_str to = rag_cell_at(row, r->to);
    for (size_t p = 0; p < r->n; p++) {
        const bool is_from = anc_str_eq_nocase(from, r->places[p]);
        const bool is_to = anc_str_eq_nocase(to, r->places[p]);
        if (!(r->ends[p] == RAG_END_FROM ? is_from
              : r->ends[p] == RAG_END_TO ? is_to
                                         : is_from || is_to))
            return false;
    }
    return true;
}
