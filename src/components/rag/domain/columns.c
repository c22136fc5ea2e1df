/* columns.c - what the names of a row's columns mean of the question: "Age" answers "how old".
 *
 * A name counts for a row that has something in that column; title and headings name what a table is of.
 */
#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/card.h"
#include "rag/domain/tables.h"

/* The terms of the question that the words from byte `start` to `end` mean as the name of a column. */
static uint64_t meant_by(const rag_terms *terms, rag_words words, size_t start, size_t end)
{
    uint64_t meant = 0;
    for (size_t i = rag_words_at(words, start); i < words.n && words.items[i].start < end; i++) {
        const uint32_t pairs = rag_synonyms_named(&terms->synonyms, words.items[i].key);
        for (size_t t = 0; t < terms->n; t++)
            meant |= (terms->pairs[t] & pairs) != 0 ? UINT64_C(1) << t : 0;
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
