/* columns.c - what the names of a row's columns mean of the question: "Age" answers "how old".
 *
 * A name counts for a row that has something in that column; title and headings name what a table is of.
 */
#include "base/str.h"
#include "base/utf8.h"
#include "cues_impl.h"
#include "extract_impl.h"
#include "rag/domain/card.h"
#include "rag/domain/tables.h"
#include "tally_impl.h"

/* The terms of the question that the words from byte `start` to `end` mean as the name of a column. */
static uint64_t meant_by(const rag_terms *terms, rag_words words, size_t start, size_t end)
{
    uint64_t meant = 0;
    for (size_t i = rag_words_at(words, start); i < words.n && words.items[i].start < end; i++) {
        const uint32_t pairs = rag_synonyms_named(&terms->synonyms, words.items[i].key);
        for (size_t t = 0; t < terms->n; t++)
            meant |= (terms->pairs[t] & pairs) != 0 ? rag_term_bit(t) : 0;
    }
    return meant;
}

uint64_t rag_columns_meant_over(const rag_terms *terms, rag_words words)
{
    return meant_by(terms, words, 0, SIZE_MAX);
}

/* `names` is a line of `text`, whose words are `words`. */
static uint64_t of_row(const rag_terms *terms, anc_str row, anc_str names, anc_str text,
                       rag_words words)
{
    uint64_t meant = 0;
    size_t at_name = 0;
    size_t at_cell = 0;
    anc_str name;
    anc_str cell;
    while (rag_cell_next(row, &at_cell, &cell) && rag_cell_next(names, &at_name, &name)) {
        const size_t start = (size_t)(name.ptr - text.ptr);
        if (cell.len > 0 && name.len > 0)
            meant |= meant_by(terms, words, start, start + name.len);
    }
    return meant;
}

static uint64_t of_card(const rag_terms *terms, anc_str lines, anc_str text, rag_words words)
{
    uint64_t meant = 0;
    anc_str line;
    while (anc_str_split(&lines, '\n', &line)) {
        const size_t name = rag_card_name(line);
        const size_t start = (size_t)(line.ptr - text.ptr);
        if (name > 0 && anc_str_trim(anc_str_sub(line, name, line.len)).len > 0)
            meant |= meant_by(terms, words, start, start + name);
    }
    return meant;
}

/* The names of the columns of a row with the text that they stand in, and its words; false where none are known. */
typedef struct named_row {
    anc_str names, text;
    rag_words words;
} named_row;

static bool names_over(const rag_extraction *x, size_t i, named_row *ret)
{
    const rag_unit *u = &x->units.items[i];
    const rag_passage *p = &x->passages[u->passage];
    const bool above = u->columns == RAG_NO_UNIT;
    *ret = (named_row){rag_unit_columns(&x->units, u, x->passages), above ? p->columns : p->text,
                       above ? x->over_words[u->passage][RAG_OVER_COLUMNS]
                             : x->units.words[u->passage]};
    return u->cells > 0 && ret->names.len > 0;
}

/* The words of one name: [*ret_first, *ret_last) of row->words. */
static void words_of_name(const named_row *row, anc_str name, size_t *ret_first, size_t *ret_last)
{
    const size_t start = (size_t)(name.ptr - row->text.ptr);
    *ret_first = rag_words_at(row->words, start);
    *ret_last = rag_words_at(row->words, start + name.len);
}

static size_t digits_in(anc_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.ptr[i] >= '0' && s.ptr[i] <= '9';
    return n;
}

bool rag_columns_have(const rag_extraction *x, size_t i, uint32_t pairs, size_t digits)
{
    const anc_str row = rag_unit_text(&x->units.items[i], x->passages);
    named_row over;
    size_t at_name = 0, at_cell = 0, first, last;
    anc_str name, cell;
    if (!names_over(x, i, &over))
        return false;
    while (rag_cell_next(row, &at_cell, &cell) && rag_cell_next(over.names, &at_name, &name)) {
        words_of_name(&over, name, &first, &last);
        for (size_t w = first; digits_in(cell) >= digits && w < last; w++)
            if ((rag_synonyms_named(&x->terms.synonyms, over.words.items[w].key) & pairs) != 0)
                return true;
    }
    return false;
}

/* Whether a row of names and figures stands under a heading or a title of prices: "5 Prices". */
static bool is_in_price_list(const rag_extraction *x, size_t i)
{
    static const char prices[] =
        "price|prices|price list|pricing|fees|fares|charges|prix|tarif|tarifs|"
        "preis|preise|preisliste|gebühren|kosten|"
        "precios|tarifas|prezzi|tariffe|listino|preços";
    const rag_unit *u = &x->units.items[i];
    const anc_str row = rag_unit_text(u, x->passages);
    size_t cursor = 0, n = 0, figures = 0;
    for (anc_str cell; rag_cell_next(row, &cursor, &cell); n++)
        figures += n > 0 && digits_in(cell) > 0 && digits_in(cell) * 2 >= cell.len;
    if (u->cells == 0 || figures == 0 || figures + 1 < n)
        return false;
    return rag_has_phrase_of(x->passages[u->passage].heading, prices) ||
           rag_has_phrase_of(x->passages[u->passage].title, prices);
}

/* Whether a text says that sums stand below it. */
static bool is_of_sums(anc_str text)
{
    static const char words[] =
        "budget|expenses|expenditure|spending|household|rent|salary|wage|income|revenue|"
        "dépenses|loyer|salaire|revenu|ausgaben|haushalt|miete|gehalt|lohn|einnahmen|umsatz|"
        "gastos|alquiler|sueldo|presupuesto|spese|affitto|stipendio|bilancio|despesas|aluguel|"
        "orçamento";
    return rag_has_phrase_of(text, words);
}

/* "Strom | 71" of a table of what is spent: a column is called by one word that was asked about, and has a figure here. */
static bool is_of_spending(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_passage *p = &x->passages[u->passage];
    const anc_str row = rag_unit_text(u, x->passages);
    named_row over;
    size_t at_name = 0, at_cell = 0, first, last;
    anc_str name, cell;
    if (u->cells == 0 || !names_over(x, i, &over) ||
        !(is_of_sums(over.names) || is_of_sums(p->heading) || is_of_sums(p->title)))
        return false;
    for (size_t k = 0;
         rag_cell_next(row, &at_cell, &cell) && rag_cell_next(over.names, &at_name, &name); k++) {
        words_of_name(&over, name, &first, &last);
        if (k > 0 && digits_in(cell) * 2 >= cell.len && digits_in(cell) > 0 && last == first + 1 &&
            rag_terms_in(&x->terms, over.words, first, last) != 0)
            return true;
    }
    return false;
}

bool rag_columns_priced(const rag_extraction *x, size_t i)
{
    return rag_columns_have(x, i, RAG_SYNONYM_PRICE, 1) || is_in_price_list(x, i) ||
           is_of_spending(x, i);
}

/* What the words of a name say that its figures measure: "Weight (kg)", "Length cm". */
static unsigned unit_of_name(const named_row *row, anc_str name, size_t first, size_t last)
{
    unsigned cues = 0;
    for (size_t w = first; w < last; w++) {
        const rag_word *word = &row->words.items[w];
        const size_t start = (size_t)(name.ptr - row->text.ptr);
        const anc_str before = anc_str_sub(row->text, start, word->start - start);
        const bool behind = w > first && (w + 1 == last || anc_str_ends(before, ANC_STR("(")) ||
                                          anc_str_ends(before, ANC_STR("[")));
        cues |= behind ? rag_cues_of_unit(rag_word_text(row->text, word)) : 0;
    }
    return cues;
}

/* What a name says by itself, without a unit: "Weight". */
static unsigned measure_of_name(const rag_extraction *x, const named_row *row, size_t first,
                                size_t last)
{
    unsigned cues = 0;
    for (size_t w = first; w < last; w++) {
        const uint32_t pairs = rag_synonyms_named(&x->terms.synonyms, row->words.items[w].key);
        cues |= (pairs & RAG_SYNONYM_WEIGHT) != 0 ? RAG_CUE_WEIGHT : 0;
        cues |= (pairs & RAG_SYNONYM_LENGTHS) != 0 ? RAG_CUE_LENGTH : 0;
    }
    return cues;
}

unsigned rag_columns_measure(const rag_extraction *x, size_t i)
{
    const anc_str row = rag_unit_text(&x->units.items[i], x->passages);
    named_row over;
    unsigned cues = 0;
    size_t at_name = 0, at_cell = 0, first, last;
    anc_str name, cell;
    if (!names_over(x, i, &over))
        return 0;
    while (rag_cell_next(row, &at_cell, &cell) && rag_cell_next(over.names, &at_name, &name)) {
        words_of_name(&over, name, &first, &last);
        const size_t start = (size_t)(name.ptr - over.text.ptr);
        const uint64_t asked = rag_terms_in(&x->terms, over.words, first, last) |
                               meant_by(&x->terms, over.words, start, start + name.len);
        if (asked != 0 && digits_in(cell) > 0 && 2 * digits_in(cell) >= cell.len)
            cues |= unit_of_name(&over, name, first, last) | measure_of_name(x, &over, first, last);
    }
    return cues;
}

/* The terms that cell `cell` of unit i has. */
static uint64_t terms_of_cell(const rag_extraction *x, size_t i, anc_str cell)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const size_t start = (size_t)(cell.ptr - x->passages[u->passage].text.ptr);
    return rag_terms_in(&x->terms, words, rag_words_at(words, start),
                        rag_words_at(words, start + cell.len));
}

/* Whether the question asks for what stands in a column of that name. */
static bool asks_for_name(const rag_extraction *x, const named_row *over, anc_str name)
{
    size_t first, last;
    words_of_name(over, name, &first, &last);
    const size_t start = (size_t)(name.ptr - over->text.ptr);
    const unsigned measures = RAG_CUE_WEIGHT | RAG_CUE_LENGTH | RAG_CUE_HEAT;
    return (rag_terms_in(&x->terms, over->words, first, last) |
            meant_by(&x->terms, over->words, start, start + name.len)) != 0 ||
           (x->terms.cues & measures &
            (unit_of_name(over, name, first, last) | measure_of_name(x, over, first, last))) != 0;
}

/* The first cells of a row that has nothing of the question but what it is the row of. */
static uint64_t first_cells(anc_str row)
{
    enum { CELLS = 8 };
    uint64_t shown = 0;
    size_t at = 0;
    anc_str cell;
    for (size_t k = 0; k < CELLS && rag_cell_next(row, &at, &cell); k++)
        shown |= UINT64_C(1) << k;
    return shown;
}

uint64_t rag_columns_shown(const rag_extraction *x, size_t i)
{
    enum { BITS = 64, SHOWN_MAX = 12 };
    const rag_unit *u = &x->units.items[i];
    const anc_str row = rag_unit_text(u, x->passages);
    named_row over;
    uint64_t shown = 0;
    size_t at_name = 0, at_cell = 0, n = 0;
    anc_str name = ANC_STR(""), cell;
    if (u->cells == 0)
        return 0;
    const bool named = names_over(x, i, &over);
    for (size_t k = 0; k < BITS && n < SHOWN_MAX && rag_cell_next(row, &at_cell, &cell); k++) {
        const bool asked =
            named && rag_cell_next(over.names, &at_name, &name) && asks_for_name(x, &over, name);
        if (cell.len == 0 || (shown != 0 && !asked && terms_of_cell(x, i, cell) == 0))
            continue;
        shown |= UINT64_C(1) << k;
        n++;
    }
    return n > 1 ? shown : first_cells(row);
}

size_t rag_shown_chars(anc_str columns, anc_str row, uint64_t shown)
{
    enum { BITS = 64, LINKS = 4 }; /* ": " and "; " */
    size_t at_name = 0, at_cell = 0, chars = 0;
    anc_str name, cell;
    for (size_t k = 0; k < BITS && rag_cell_next(row, &at_cell, &cell); k++) {
        if (!rag_cell_next(columns, &at_name, &name))
            name = ANC_STR("");
        if ((shown >> k & 1) != 0)
            chars += anc_utf8_count(name) + anc_utf8_count(cell) + LINKS;
    }
    return chars;
}

/* "Stock", "Headcount" */
static bool is_quantity(anc_str name)
{
    for (anc_str one; anc_str_split(&name, ' ', &one);)
        if (rag_tally_is_quantity(one))
            return true;
    return false;
}

bool rag_columns_count(const rag_extraction *x, size_t i, uint64_t counted)
{
    const anc_str row = rag_unit_text(&x->units.items[i], x->passages);
    named_row over;
    size_t at_name = 0, at_cell = 0, first, last;
    anc_str name, cell;
    if (!names_over(x, i, &over))
        return false;
    for (size_t k = 0;
         rag_cell_next(row, &at_cell, &cell) && rag_cell_next(over.names, &at_name, &name); k++) {
        words_of_name(&over, name, &first, &last);
        const size_t start = (size_t)(name.ptr - over.text.ptr);
        const uint64_t named = rag_terms_meant(&x->terms, over.words, first, last) |
                               meant_by(&x->terms, over.words, start, start + name.len);
        if (k > 0 && digits_in(cell) > 0 && ((named & counted) != 0 || is_quantity(name)))
            return true;
    }
    return false;
}

/* The terms that the names of a card's lines mean. */
static uint64_t named_in_card(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const anc_str text = x->passages[u->passage].text;
    const rag_words words = x->units.words[u->passage];
    anc_str lines = rag_unit_text(u, x->passages);
    uint64_t set = 0;
    for (anc_str line; anc_str_split(&lines, '\n', &line);) {
        const size_t name = rag_card_name(line);
        const size_t start = (size_t)(line.ptr - text.ptr);
        if (name > 0)
            set |= rag_terms_meant(&x->terms, words, rag_words_at(words, start),
                                   rag_words_at(words, start + name)) |
                   meant_by(&x->terms, words, start, start + name);
    }
    return set;
}

/* Of a record that is quoted whole: what is asked of it is a field of other records of the document, and not of it. */
static bool lacks_field(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const anc_str title = x->passages[u->passage].title;
    uint64_t others = 0;
    if (!u->card || anc_str_find(rag_unit_text(u, x->passages), ANC_STR("\n")) == SIZE_MAX)
        return false;
    for (size_t k = 0; k < x->units.n; k++)
        if (k != i && x->units.items[k].card &&
            anc_str_eq(x->passages[x->units.items[k].passage].title, title))
            others |= named_in_card(x, k);
    others &= ~(x->views[i].own | named_in_card(x, i));
    return (others & rag_terms_real(&x->terms)) != 0;
}

/* What is asked that the names of empty columns of a row say or mean, and none of its cells or other columns. */
static uint64_t asked_of_empty(const rag_extraction *x, size_t i)
{
    const anc_str row = rag_unit_text(&x->units.items[i], x->passages);
    named_row over;
    uint64_t empty = 0, filled = x->views[i].own;
    uint64_t said =
        0; /* by the very words of empty columns: then a dull one counts too, and one that asks ("cost") */
    size_t at_name = 0, at_cell = 0, first, last;
    anc_str name, cell;
    if (!names_over(x, i, &over))
        return 0;
    while (rag_cell_next(over.names, &at_name, &name)) {
        if (!rag_cell_next(row, &at_cell, &cell))
            cell = ANC_STR("");
        words_of_name(&over, name, &first, &last);
        const size_t start = (size_t)(name.ptr - over.text.ptr);
        *(cell.len > 0 ? &filled : &empty) |=
            rag_terms_meant(&x->terms, over.words, first, last) |
            meant_by(&x->terms, over.words, start, start + name.len);
        if (cell.len == 0)
            said |= rag_terms_in(&x->terms, over.words, first, last);
    }
    return empty & ~filled & (rag_terms_real(&x->terms) | said);
}

bool rag_columns_empty(const rag_extraction *x, size_t i)
{
    named_row over;
    return names_over(x, i, &over) ? asked_of_empty(x, i) != 0 : lacks_field(x, i);
}

/* Names, codes and numbers of the question. */
static uint64_t identifying(const rag_terms *terms)
{
    return terms->names | rag_terms_digits(terms) | rag_terms_codes(terms);
}

bool rag_columns_empty_elsewhere(const rag_extraction *x, size_t i)
{
    const rag_view *v = &x->views[i];
    const uint64_t of = identifying(&x->terms) & v->own;
    if (x->units.items[i].cells == 0 || of == 0)
        return false;
    const uint64_t told = v->own | v->above | v->near | rag_columns_meant(x, i);
    for (size_t k = 0; k < x->units.n; k++)
        if (k != i && x->units.items[k].cells > 0 &&
            (x->views[k].own & identifying(&x->terms)) == of && (asked_of_empty(x, k) & ~told) != 0)
            return true;
    return false;
}

uint64_t rag_columns_meant(const rag_extraction *x, size_t i)
{
    const rag_unit *unit = &x->units.items[i];
    const rag_passage *p = &x->passages[unit->passage];
    const anc_str own = rag_unit_text(unit, x->passages);
    uint32_t pairs = 0;
    for (size_t t = 0; t < x->terms.n; t++)
        pairs |= x->terms.pairs[t];
    if (pairs == 0)
        return 0;
    const uint64_t over = unit->cells > 0 ? x->meant_over[unit->passage] : 0;
    if (unit->card)
        return of_card(&x->terms, own, p->text, x->units.words[unit->passage]);
    if (unit->columns != RAG_NO_UNIT)
        return over | of_row(&x->terms, own, rag_unit_columns(&x->units, unit, x->passages),
                             p->text, x->units.words[unit->passage]);
    return unit->continues ? over | of_row(&x->terms, own, p->columns, p->columns,
                                           x->over_words[unit->passage][RAG_OVER_COLUMNS])
                           : over;
}
