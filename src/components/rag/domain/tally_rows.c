/* tally_rows.c - the rows of a table, one after the other: what of the question stands in which columns. */
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "rag/domain/tables.h"
#include "tally_impl.h"

enum { NAME_BYTES = 200 };

anc_status rag_tally_add_column(rag_tally *t, anc_str name, anc_err *err)
{
    rag_tally_column *c = &t->columns[t->n_columns];
    *c = (rag_tally_column){.name = anc_arena_copy(t->mem, name)};
    c->runs = anc_arena_alloc(t->mem, t->q.words.n * RAG_TALLY_RUN, sizeof *c->runs);
    if (c->name.ptr == NULL || c->runs == NULL)
        return ANC_FAIL(err, anc_arena_refusal(t->mem), "no room for a column");
    t->n_columns++;
    ANC_TRY(rag_plain_words(t->mem, c->name, t->q.language, &c->words, err));
    for (size_t i = 0; i < c->words.n; i++)
        c->pairs |= rag_synonyms_named(&t->synonyms, c->words.items[i].key);
    return ANC_OK;
}

/* ---- cells --------------------------------------------------------------------------------------- */

/* The column of a field of a record; new ones come while the rows are looked at. n_columns: there is no such. */
static anc_status field_column(rag_tally *t, anc_str name, size_t *ret, anc_err *err)
{
    *ret = 0;
    while (*ret < t->n_columns && !anc_str_eq(t->columns[*ret].name, name))
        ++*ret;
    const bool grows = *ret == t->n_columns && *ret < RAG_TALLY_COLUMNS && t->taken == 0;
    return grows ? rag_tally_add_column(t, name, err) : ANC_OK;
}

/* "name: value", a line each; a line that is none goes on with a value, and then it is not known with which. */
static anc_status cells_of_record(rag_tally *t, anc_str row, anc_str cells[RAG_TALLY_COLUMNS],
                                  anc_err *err)
{
    anc_str line;
    while (t->fits && anc_str_split(&row, '\n', &line)) {
        const size_t colon = anc_str_find(line, ANC_STR(": "));
        size_t k = 0;
        t->fits = colon != SIZE_MAX && colon > 0 && colon < NAME_BYTES;
        if (!t->fits)
            return ANC_OK;
        ANC_TRY(field_column(t, anc_str_sub(line, 0, colon), &k, err));
        t->fits = k < t->n_columns && cells[k].len == 0;
        if (t->fits)
            cells[k] = anc_str_trim(anc_str_sub(line, colon + 2, line.len));
    }
    return ANC_OK;
}

anc_status rag_tally_cells(rag_tally *t, anc_str row, anc_str cells[RAG_TALLY_COLUMNS],
                           anc_err *err)
{
    size_t cursor = 0;
    anc_str text;
    for (size_t k = 0; k < RAG_TALLY_COLUMNS; k++)
        cells[k] = ANC_STR("");
    if (t->table.columns.len == 0)
        return cells_of_record(t, row, cells, err);
    for (size_t k = 0; t->fits && rag_cell_next(row, &cursor, &text); k++) {
        t->fits = k < t->n_columns; /* else what stands where is not known */
        if (t->fits)
            cells[k] = text;
    }
    return ANC_OK;
}

/* ---- words and cells ------------------------------------------------------------------------------- */

anc_str rag_tally_said(const rag_tally *t, size_t first, size_t last)
{
    const rag_word *w = t->q.words.items;
    return anc_str_sub(t->q.text, w[first].start, w[last - 1].end - w[first].start);
}

/* Letters alone: its words are compared, not how it is written. */
static bool is_plain(anc_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
        if (!letter && c != ' ' && c != '-' && c != '\'')
            return false;
    }
    return text.len > 0;
}

bool rag_tally_is_cell(const rag_tally *t, anc_str cell, rag_words words, size_t first, size_t last)
{
    if (words.n != last - first || words.n == 0)
        return false;
    if (!is_plain(cell))
        return anc_str_eq_nocase(cell, rag_tally_said(t, first, last));
    for (size_t i = 0; i < words.n; i++)
        if (words.items[i].key != t->q.words.items[first + i].key)
            return false;
    /* "A" is a grade, and "a" none */
    return last > first + 1 || !rag_counting_holds(&t->q, first) ||
           anc_str_eq(cell, rag_tally_said(t, first, last));
}

static bool denies(anc_str cell, rag_words words)
{
    for (size_t i = 0; i < words.n; i++)
        if (rag_tally_denies(rag_word_text(cell, &words.items[i])))
            return true;
    return false;
}

/* A cell whose words from `at` on are those of the question from `first` on, `n` of them. */
static anc_status note_run(rag_tally *t, rag_tally_column *column, anc_str cell, rag_words words,
                           size_t first, size_t n, anc_err *err)
{
    rag_run *run = rag_tally_run(column, first, first + n);
    if (words.n > n) {
        run->more = run->more || !denies(cell, words);
        return ANC_OK;
    }
    if (!rag_tally_is_cell(t, cell, words, first, first + n))
        return ANC_OK;
    if (run->first.ptr == NULL) {
        run->first = anc_arena_copy(t->mem, cell);
        return run->first.ptr != NULL
                   ? ANC_OK
                   : ANC_FAIL(err, anc_arena_refusal(t->mem), "no room for a cell");
    }
    run->differs = run->differs || !anc_str_eq_nocase(run->first, cell);
    return ANC_OK;
}

/* *ret_any: whether it has a word of the question. */
static anc_status note_words(rag_tally *t, rag_tally_column *column, anc_str cell, rag_words words,
                             bool *ret_any, anc_err *err)
{
    const rag_words asked = t->q.words;
    *ret_any = false;
    for (size_t at = 0; at < words.n; at++)
        for (size_t i = 0; i < asked.n; i++)
            for (size_t n = 0; n < RAG_TALLY_RUN && i + n < asked.n && at + n < words.n &&
                               asked.items[i + n].key == words.items[at + n].key;
                 n++) {
                *ret_any = true;
                ANC_TRY(note_run(t, column, cell, words, i, n + 1, err));
            }
    return ANC_OK;
}

static anc_status look_at(rag_tally *t, anc_arena *scratch, size_t k, anc_str cell, anc_err *err)
{
    rag_tally_column *column = &t->columns[k];
    rag_words words;
    uint64_t number;
    rag_limits_look(column, cell);
    if (t->measure.says != RAG_TALLY_COUNT || t->measure.sums ||
        (t->q.n_limits > 0 && cell.len > 0))
        rag_amounts_look(&column->amounts, cell);
    if (cell.len == 0)
        return ANC_OK;
    if (t->measure.times)
        rag_days_look(&column->days, cell);
    column->filled++;
    column->whole_numbers += anc_str_to_u64(cell, &number);
    t->filled++;
    const uint64_t hash = anc_hash64(cell);
    uint64_t *dull = &t->dull[hash % RAG_TALLY_DULL];
    bool any = false;
    if (hash != 0 && *dull == hash)
        return ANC_OK;
    ANC_TRY(rag_plain_words(scratch, cell, t->q.language, &words, err));
    ANC_TRY(note_words(t, column, cell, words, &any, err));
    *dull = any ? *dull : hash;
    return ANC_OK;
}

/* "Total | 12", " | Total | 12": its first cell that is not empty says so. */
static bool is_sum_of_others(const rag_tally *t, const anc_str cells[RAG_TALLY_COLUMNS])
{
    size_t k = 0;
    while (k < t->n_columns && cells[k].len == 0)
        k++;
    return k < t->n_columns && rag_tally_is_sum(cells[k]);
}

anc_status rag_tally_look(rag_tally *t, anc_arena *scratch, anc_str row, anc_err *err)
{
    anc_str cells[RAG_TALLY_COLUMNS];
    if (!t->fits)
        return ANC_OK;
    t->full = t->rows == RAG_TALLY_ROWS;
    if (t->full)
        return ANC_OK;
    ANC_TRY(rag_tally_cells(t, row, cells, err));
    t->fits = t->fits && !is_sum_of_others(t, cells);
    for (size_t k = 0; k < t->n_columns && t->fits; k++)
        ANC_TRY(look_at(t, scratch, k, cells[k], err));
    t->rows++;
    return ANC_OK;
}

bool rag_tally_is_full(const rag_tally *t)
{
    return t->full;
}

/* ---- the second time -------------------------------------------------------------------------------- */

/* "Customers" where a row is an invoice: each of the rows has another one in that column. */
static void note_distinct(rag_tally_column *column, anc_str cell)
{
    char folded[NAME_BYTES];
    const size_t len = cell.len < sizeof folded ? cell.len : sizeof folded;
    column->repeats = column->repeats || cell.len == 0 || cell.len > sizeof folded;
    if (column->repeats)
        return;
    for (size_t i = 0; i < len; i++) {
        const char c = cell.ptr[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    const uint64_t hash = anc_hash64((anc_str){folded, len}) | 1; /* 0: an empty slot */
    size_t at = (size_t)(hash >> 1) % column->n_slots;
    for (; column->slots[at] != 0; at = (at + 1) % column->n_slots)
        if (column->slots[at] == hash) {
            column->repeats = true;
            return;
        }
    column->slots[at] = hash;
}

/* All cells that fit a condition are written alike, so most others need not be taken apart. */
static anc_status fits(const rag_tally *t, anc_arena *scratch, const rag_condition *c, anc_str cell,
                       bool *ret, anc_err *err)
{
    rag_words words;
    if (c->test != RAG_TEST_CELL) {
        *ret = rag_limits_fit(t, c, cell);
        return ANC_OK;
    }
    const rag_run *run = rag_tally_run(&t->columns[c->column], c->first, c->last);
    *ret = anc_str_eq_nocase(cell, run->first);
    if (!*ret)
        return ANC_OK;
    ANC_TRY(rag_plain_words(scratch, cell, t->q.language, &words, err));
    *ret = rag_tally_is_cell(t, cell, words, c->first, c->last);
    return ANC_OK;
}

/* Whether the row fits condition k, or one that is joined with it. */
static anc_status fits_group(const rag_tally *t, anc_arena *scratch, const anc_str *cells, size_t k,
                             bool *ret, anc_err *err)
{
    *ret = false;
    for (size_t i = k; i < t->n_conditions && !*ret; i++)
        if (t->conditions[i].group == k)
            ANC_TRY(fits(t, scratch, &t->conditions[i], cells[t->conditions[i].column], ret, err));
    return ANC_OK;
}

/* How many conditions the row does not fit, and the last of them; those that are joined count once, as the first. */
static anc_status misses_of(const rag_tally *t, anc_arena *scratch, const anc_str *cells,
                            size_t *ret_n, size_t *ret_last, anc_err *err)
{
    *ret_n = 0;
    for (size_t k = 0; k < t->n_conditions && *ret_n < 2; k++) {
        bool fit = false;
        if (t->conditions[k].group != k)
            continue;
        ANC_TRY(fits_group(t, scratch, cells, k, &fit, err));
        if (fit)
            continue;
        *ret_last = k;
        ++*ret_n;
    }
    return ANC_OK;
}

/* A row that is counted, among those that come first or last. */
static rag_tally_row put_in_order(rag_tally *t, anc_str cell)
{
    int64_t value = 0;
    t->fits = rag_days_read(&t->columns[t->column].days, cell, &value);
    const bool before = t->measure.says == RAG_TALLY_LEAST ? value < t->best : value > t->best;
    if (t->counted > 1 && !before)
        return value == t->best ? RAG_ROW_IN : RAG_ROW_OUT;
    t->best = value;
    t->fits = t->fits && cell.len < sizeof t->best_cell;
    if (t->fits) {
        memcpy(t->best_cell, cell.ptr, cell.len);
        t->best_cell[cell.len] = '\0';
    }
    return RAG_ROW_ANEW;
}

/* A row that is counted, into the figure. */
static rag_tally_row measure(rag_tally *t, anc_str cell)
{
    int64_t value = 0;
    const bool first = t->counted == 1;
    const rag_tally_says says = t->measure.says;
    if (t->measure.times)
        return put_in_order(t, cell);
    t->fits = rag_amounts_read(&t->columns[t->column].amounts, cell, &value) &&
              !__builtin_add_overflow(t->total, value, &t->total);
    if (says == RAG_TALLY_TOTAL || says == RAG_TALLY_MEAN)
        return RAG_ROW_IN;
    if (says == RAG_TALLY_DIFFERENCE) {
        t->best = first ? value : t->best > value ? t->best - value : value - t->best;
        t->fits = t->fits && t->counted <= 2 && (value >= 0 && t->best >= 0);
        return RAG_ROW_IN;
    }
    if (first || (says == RAG_TALLY_MOST ? value > t->best : value < t->best)) {
        t->best = value;
        return RAG_ROW_ANEW;
    }
    return value == t->best ? RAG_ROW_IN : RAG_ROW_OUT;
}

anc_status rag_tally_take(rag_tally *t, anc_arena *scratch, anc_str row, rag_tally_row *ret,
                          anc_err *err)
{
    anc_str cells[RAG_TALLY_COLUMNS];
    size_t misses = 0;
    size_t missed = 0;
    *ret = RAG_ROW_OUT;
    t->taken++;
    ANC_TRY(rag_tally_cells(t, row, cells, err));
    t->fits = t->fits && t->taken <= t->rows;
    if (!t->fits)
        return ANC_OK;
    ANC_TRY(misses_of(t, scratch, cells, &misses, &missed, err));
    for (size_t k = 0; k < t->n_conditions; k++)
        t->without[k] += misses == 0 || (misses == 1 && missed == k);
    if (misses > 0 || (t->measure.times && cells[t->column].len == 0))
        return ANC_OK;
    t->counted++;
    for (size_t k = 0; k < t->n_columns; k++)
        if (t->columns[k].slots != NULL)
            note_distinct(&t->columns[k], cells[k]);
    *ret = t->measure.says == RAG_TALLY_COUNT ? RAG_ROW_IN : measure(t, cells[t->column]);
    t->in = *ret == RAG_ROW_ANEW ? 1 : t->in + (*ret == RAG_ROW_IN);
    return ANC_OK;
}
