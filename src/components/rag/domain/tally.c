/* tally.c - see tally.h. What the rows say is gathered in tally_rows.c, what the words mean in tally_sense.c,
 * which row comes first in tally_order.c. */
#include "rag/domain/tally.h"

#include "base/str.h"
#include "measure_impl.h"
#include "rag/domain/pointer.h"
#include "rag/domain/tables.h"

/* ---- what is asked -------------------------------------------------------------------------------- */

/* Among the names, the longest first; one that is no longer than the last of them has no place where they are full. */
static void add_name(rag_tally_wish *wish, anc_str word)
{
    size_t at = wish->n_names;
    while (at > 0 && wish->names[at - 1].len < word.len)
        at--;
    if (at == RAG_TALLY_NAMES)
        return;
    wish->n_names += wish->n_names < RAG_TALLY_NAMES;
    for (size_t k = wish->n_names - 1; k > at; k--)
        wish->names[k] = wish->names[k - 1];
    wish->names[at] = word;
}

/* Words that may name a table: of what is counted, or all that a figure is asked with. */
static void find_names(const rag_counting *c, const rag_measure *m, rag_tally_wish *ret)
{
    const bool figure = m->says != RAG_TALLY_COUNT;
    for (size_t i = figure ? 0 : c->first; i < (figure ? c->words.n : c->end); i++)
        if (!figure || (!m->used[i] && !rag_measure_holds(c, i)))
            add_name(ret, rag_word_text(c->text, &c->words.items[i]));
}

anc_status rag_tally_wished(anc_arena *mem, anc_str question, rag_tally_wish *ret, anc_err *err)
{
    rag_counting c;
    rag_measure m;
    ANC_TRY(rag_counting_read(mem, question, &c, err));
    ANC_TRY(rag_measure_read(mem, &c, &m, err));
    *ret = (rag_tally_wish){.says = m.says,
                            .asks = c.first < c.words.n || m.says != RAG_TALLY_COUNT,
                            .lists = c.lists && c.first < c.words.n &&
                                     (m.says == RAG_TALLY_COUNT || m.times),
                            .by_row = c.kind >= RAG_LISTS_PERSONS && m.says == RAG_TALLY_COUNT,
                            .compares = c.n_limits > 0,
                            .what = ANC_STR("")};
    if (ret->asks)
        find_names(&c, &m, ret);
    if (m.says != RAG_TALLY_COUNT)
        ret->what = ret->n_names > 0 ? ret->names[0] : ANC_STR("");
    else if (c.end > c.first)
        ret->what = anc_str_sub(question, c.words.items[c.first].start,
                                c.words.items[c.end - 1].end - c.words.items[c.first].start);
    return ANC_OK;
}

/* ---- a table -------------------------------------------------------------------------------------- */

static anc_status read_names(rag_tally *t, anc_err *err)
{
    const txt_language in = t->q.language;
    size_t cursor = 0;
    anc_str name;
    ANC_TRY(rag_synonyms_of(t->mem, in, &t->synonyms, err));
    for (size_t i = 0; i < t->q.words.n; i++)
        t->asked[i] = rag_synonyms_asked(&t->synonyms, t->q.words.items[i].key);
    ANC_TRY(rag_plain_words(t->mem, t->table.title, in, &t->title, err));
    ANC_TRY(rag_plain_words(t->mem, rag_pointer_last_part(t->table.uri), in, &t->file_name, err));
    ANC_TRY(rag_plain_words(t->mem, t->table.heading, in, &t->heading, err));
    if (t->table.columns.len == 0)
        return ANC_OK;
    const size_t columns = rag_cell_count(t->table.columns);
    t->fits = columns > 1 && columns <= RAG_TALLY_COLUMNS;
    while (t->fits && rag_cell_next(t->table.columns, &cursor, &name))
        ANC_TRY(rag_tally_add_column(t, name, err));
    t->fits = t->fits &&
              (t->measure.says == RAG_TALLY_COUNT || t->measure.times || rag_tally_may_measure(t));
    return ANC_OK;
}

anc_status rag_tally_new(anc_arena *mem, anc_str question, const rag_tally_table *table,
                         rag_tally **ret, anc_err *err)
{
    rag_tally *t = anc_arena_alloc(mem, 1, sizeof *t);
    if (t == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room to count rows");
    t->mem = mem;
    t->table = *table;
    t->table.heading = anc_arena_copy(mem, table->heading);
    t->table.columns = anc_arena_copy(mem, table->columns);
    t->file = rag_pointer_of(question).file;
    if (t->table.heading.ptr == NULL || t->table.columns.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room to count rows");
    ANC_TRY(rag_counting_read(mem, question, &t->q, err));
    ANC_TRY(rag_measure_read(mem, &t->q, &t->measure, err));
    t->fits = t->q.first < t->q.words.n || t->measure.says != RAG_TALLY_COUNT;
    if (t->fits)
        ANC_TRY(read_names(t, err));
    *ret = t;
    return ANC_OK;
}

/* Records have the same fields: the first stands in each, and most of them have most. */
static bool are_alike(const rag_tally *t)
{
    return t->n_columns > 1 && t->columns[0].filled == t->rows &&
           t->filled * 2 >= t->rows * t->n_columns;
}

/* Whether rows have to differ in the column that word i names: else what it names is none of them. They cannot where a
 * condition is on it ("from Porto"). */
static bool wants_distinct(const rag_tally *t, size_t i)
{
    const size_t k = rag_tally_column_named(t, i);
    return t->measure.says != RAG_TALLY_TOTAL &&
           (t->measure.says != RAG_TALLY_COUNT || !t->q.lists) && rag_tally_is_noun(t, i) &&
           rag_tally_condition(t, i) == NULL && k < t->n_columns && !rag_tally_has_condition(t, k);
}

static anc_status want_distinct(rag_tally *t, anc_err *err)
{
    for (size_t i = 0; i < t->q.words.n; i++) {
        if (!wants_distinct(t, i))
            continue;
        rag_tally_column *c = &t->columns[rag_tally_column_named(t, i)];
        if (c->slots != NULL)
            continue;
        c->n_slots = 2 * t->rows + 1;
        c->slots = anc_arena_alloc(t->mem, c->n_slots, sizeof *c->slots);
        if (c->slots == NULL)
            return ANC_FAIL(err, anc_arena_refusal(t->mem), "no room to compare rows");
    }
    return ANC_OK;
}

anc_status rag_tally_settle(rag_tally *t, bool *ret, anc_err *err)
{
    t->fits = t->fits && t->rows > 0 && (t->table.columns.len > 0 || are_alike(t)) &&
              rag_tally_understood(t);
    *ret = t->fits;
    return t->fits ? want_distinct(t, err) : ANC_OK;
}

/* ---- the answer ----------------------------------------------------------------------------------- */

/* What is counted may be a condition too ("invoices" in a column of kinds): then it must not matter. */
static bool is_certain(const rag_tally *t)
{
    for (size_t i = 0; i < t->q.words.n; i++) {
        const rag_condition *is = rag_tally_condition(t, i);
        const bool named = rag_tally_in_names(t, i) || rag_tally_column_named(t, i) < t->n_columns;
        if (is != NULL && named && rag_tally_is_noun(t, i) && t->without[is->group] != t->counted)
            return false;
    }
    for (size_t k = 0; k < t->n_columns; k++)
        if (t->columns[k].slots != NULL && t->columns[k].repeats)
            return false;
    return true;
}

static anc_str figure_of(const rag_tally *t)
{
    const rag_amounts *a = &t->columns[t->column].amounts;
    if (t->measure.times)
        return anc_arena_copy(t->mem, anc_str_of(t->best_cell));
    switch (t->measure.says) {
    case RAG_TALLY_TOTAL:
        return rag_amounts_write(a, t->mem, t->total, 0);
    case RAG_TALLY_MEAN:
        return rag_amounts_write_mean(a, t->mem, t->total, t->counted);
    case RAG_TALLY_MOST:
    case RAG_TALLY_LEAST:
    case RAG_TALLY_DIFFERENCE:
        return rag_amounts_write(a, t->mem, t->best, 0);
    case RAG_TALLY_COUNT:
        break;
    }
    return ANC_STR("");
}

void rag_tally_end(const rag_tally *t, rag_tally_answer *ret)
{
    const bool figure = t->measure.says != RAG_TALLY_COUNT;
    *ret = (rag_tally_answer){.says = t->measure.says, .of = t->rows, .in = t->in};
    /* a figure of one row is in that */
    if (!t->fits || t->taken != t->rows || !is_certain(t) || (figure && t->counted < 2))
        return;
    ret->times = t->measure.times;
    ret->figure = figure_of(t);
    ret->column = figure ? t->columns[t->column].name : ANC_STR("");
    ret->n = ret->figure.ptr != NULL ? t->counted : 0;
    const bool by_column = rag_tally_is_by_column(t);
    const bool ranks = t->measure.says == RAG_TALLY_MOST || t->measure.says == RAG_TALLY_LEAST;
    ret->called = rag_tally_is_called(t) || (ranks && by_column);
    ret->by_column = !ret->called && !t->table.named && by_column;
}
