/* tally.c - see tally.h.
 *
 * The words behind "how many" are gone through once: at each, the longest run of them that is all of what stands in some
 * cell is a condition on that cell's column. What is then neither condition, nor name, nor holds the sentence together
 * makes the number uncertain, and so does a value that may or may not be meant ("partly paid" beside "paid"), the same
 * value in two columns, and a table with a row of sums.
 */
#include "rag/domain/tally.h"

#include <string.h>

#include "base/str.h"
#include "rag/domain/pointer.h"
#include "rag/domain/tables.h"
#include "tally_impl.h"

enum { CONDITIONS = 8, CELLS_MAX = 60000, NAMES = 4, SLOTS = 8192 };
_Static_assert(SLOTS >= 2 * RAG_TALLY_ROWS, "half of the slots stay empty");

typedef struct cell {
    anc_str text;
    rag_words words;
    bool plain; /* letters alone: its words are compared, not how it is written */
} cell;

/* Words [first, last) of the question are what stands in cells of `column`. */
typedef struct condition {
    size_t first, last;
    size_t column;
} condition;

typedef enum column_is { COLUMN_UNSEEN, COLUMN_DISTINCT, COLUMN_REPEATS } column_is;

typedef struct tally {
    anc_arena *mem;
    const rag_tally_table *table;
    rag_counting q;
    rag_words names[NAMES]; /* of title, file, heading; and of the columns all together */
    size_t n_columns;
    rag_words columns[RAG_TALLY_COLUMNS];
    cell *cells; /* [n * n_columns] */
    anc_str file;
    condition conditions[CONDITIONS];
    size_t n_conditions;
    const anc_str **slots; /* [SLOTS] for one column at a time; NULL until it is needed */
    column_is is_seen[RAG_TALLY_COLUMNS]; /* of the rows that are counted */
} tally;

enum { TITLE, FILE_NAME, HEADING, COLUMNS };

anc_status rag_tally_counted(anc_arena *mem, anc_str question, bool *ret_counts, anc_str *ret,
                             anc_err *err)
{
    rag_counting c;
    ANC_TRY(rag_counting_read(mem, question, &c, err));
    *ret_counts = c.first < c.words.n;
    *ret = ANC_STR("");
    if (c.end > c.first)
        *ret = anc_str_sub(question, c.words.items[c.first].start,
                           c.words.items[c.end - 1].end - c.words.items[c.first].start);
    return ANC_OK;
}

/* ---- the table ----------------------------------------------------------------------------------- */

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

static cell *cell_at(const tally *t, size_t row, size_t column)
{
    return &t->cells[row * t->n_columns + column];
}

/* False: it has more cells than there are columns, so what stands where is not known. */
static anc_status read_row(tally *t, size_t row, bool *ret_fits, anc_err *err)
{
    size_t cursor = 0;
    anc_str text;
    for (size_t k = 0; rag_cell_next(t->table->rows[row], &cursor, &text); k++) {
        *ret_fits = k < t->n_columns;
        if (!*ret_fits)
            return ANC_OK;
        cell *c = cell_at(t, row, k);
        c->text = text;
        c->plain = is_plain(text);
        ANC_TRY(rag_plain_words(t->mem, text, t->q.language, &c->words, err));
    }
    return ANC_OK;
}

static anc_status read_names(tally *t, anc_err *err)
{
    const rag_tally_table *table = t->table;
    const anc_str names[NAMES] = {table->title, rag_pointer_last_part(table->uri), table->heading,
                                  table->columns};
    for (size_t i = 0; i < NAMES; i++)
        ANC_TRY(rag_plain_words(t->mem, names[i], t->q.language, &t->names[i], err));
    size_t cursor = 0;
    anc_str name;
    while (t->n_columns < RAG_TALLY_COLUMNS && rag_cell_next(table->columns, &cursor, &name)) {
        ANC_TRY(rag_plain_words(t->mem, name, t->q.language, &t->columns[t->n_columns], err));
        t->n_columns++;
    }
    return ANC_OK;
}

/* Whether a column says itself how many: then a row is not one of what is counted. */
static bool has_quantities(const tally *t)
{
    size_t cursor = 0;
    anc_str name;
    for (size_t k = 0; k < t->n_columns && rag_cell_next(t->table->columns, &cursor, &name); k++)
        for (size_t i = 0; i < t->columns[k].n; i++)
            if (rag_tally_is_quantity(rag_word_text(name, &t->columns[k].items[i])))
                return true;
    return false;
}

/* *ret_fits: false where the table is not one that can be counted. */
static anc_status read_table(tally *t, bool *ret_fits, anc_err *err)
{
    const size_t columns = rag_cell_count(t->table->columns);
    *ret_fits = columns > 1 && columns <= RAG_TALLY_COLUMNS && t->table->n > 0 &&
                t->table->n <= RAG_TALLY_ROWS && t->table->n * columns <= CELLS_MAX;
    if (!*ret_fits)
        return ANC_OK;
    ANC_TRY(read_names(t, err));
    *ret_fits = !has_quantities(t);
    if (!*ret_fits)
        return ANC_OK;
    t->cells = anc_arena_alloc(t->mem, t->table->n * t->n_columns, sizeof *t->cells);
    if (t->cells == NULL)
        return ANC_FAIL(err, anc_arena_refusal(t->mem), "no room for %zu rows", t->table->n);
    memset(t->cells, 0, t->table->n * t->n_columns * sizeof *t->cells);
    for (size_t i = 0; i < t->table->n && *ret_fits; i++) {
        ANC_TRY(read_row(t, i, ret_fits, err));
        *ret_fits = *ret_fits && !rag_tally_is_sum(cell_at(t, i, 0)->text);
    }
    return ANC_OK;
}

/* ---- words and cells ----------------------------------------------------------------------------- */

static bool has_word(rag_words words, uint64_t key)
{
    for (size_t i = 0; i < words.n; i++)
        if (words.items[i].key == key)
            return true;
    return false;
}

static anc_str said(const tally *t, size_t first, size_t last)
{
    const rag_word *w = t->q.words.items;
    return anc_str_sub(t->q.text, w[first].start, w[last - 1].end - w[first].start);
}

/* Whether the words [first, last) of the question are all that stands in the cell. */
static bool is_cell(const tally *t, const cell *c, size_t first, size_t last)
{
    if (c->words.n != last - first || c->words.n == 0)
        return false;
    if (!c->plain)
        return anc_str_eq_nocase(c->text, said(t, first, last));
    for (size_t i = 0; i < c->words.n; i++)
        if (c->words.items[i].key != t->q.words.items[first + i].key)
            return false;
    /* "A" is a grade, and "a" none */
    return last > first + 1 || !rag_counting_holds(&t->q, first) ||
           anc_str_eq(c->text, said(t, first, last));
}

/* Whether the cell has these words and others. */
static bool has_more(const tally *t, const cell *c, size_t first, size_t last)
{
    for (size_t i = 0; i + (last - first) <= c->words.n; i++) {
        size_t k = 0;
        while (k < last - first && c->words.items[i + k].key == t->q.words.items[first + k].key)
            k++;
        if (k == last - first)
            return c->words.n > last - first;
    }
    return false;
}

static bool denies(const cell *c)
{
    for (size_t i = 0; i < c->words.n; i++)
        if (rag_tally_denies(rag_word_text(c->text, &c->words.items[i])))
            return true;
    return false;
}

/* Whether what is meant by the condition is certain: no cell says the same in more words, but for those that say the
 * opposite, and all that fit are written alike. */
static bool is_certain(const tally *t, const condition *is)
{
    anc_str first = ANC_STR_NONE;
    for (size_t i = 0; i < t->table->n; i++) {
        const cell *c = cell_at(t, i, is->column);
        if (is_cell(t, c, is->first, is->last)) {
            if (first.ptr != NULL && !anc_str_eq_nocase(first, c->text))
                return false;
            first = c->text;
        } else if (has_more(t, c, is->first, is->last) && !denies(c)) {
            return false;
        }
    }
    return true;
}

/* The columns that have such a cell: the first, and how many. */
static size_t columns_with(const tally *t, size_t first, size_t last, size_t *ret_column)
{
    size_t n = 0;
    for (size_t k = 0; k < t->n_columns; k++)
        for (size_t i = 0; i < t->table->n; i++)
            if (is_cell(t, cell_at(t, i, k), first, last)) {
                *ret_column = n == 0 ? k : *ret_column;
                n++;
                break;
            }
    return n;
}

/* ---- what the question says ----------------------------------------------------------------------- */

static bool in_file_name(const tally *t, size_t i)
{
    const size_t at = t->file.len > 0 ? (size_t)(t->file.ptr - t->q.text.ptr) : 0;
    const rag_word *w = &t->q.words.items[i];
    return w->start < at + t->file.len && w->end > at;
}

/* Finds the conditions; *ret_sure: false where one of them is uncertain. */
static void find_conditions(tally *t, bool *ret_sure)
{
    enum { LONGEST = 8 };
    const size_t n = t->q.words.n;
    for (size_t i = t->q.first; i < n && *ret_sure;) {
        size_t last = i + LONGEST < n ? i + LONGEST : n;
        size_t columns = 0;
        condition c = {.first = i};
        while (last > i && !in_file_name(t, i) &&
               (columns = columns_with(t, i, last, &c.column)) == 0)
            last--;
        if (columns == 0) {
            i++;
            continue;
        }
        c.last = last;
        *ret_sure = columns == 1 && t->n_conditions < CONDITIONS && is_certain(t, &c);
        if (*ret_sure)
            t->conditions[t->n_conditions++] = c;
        i = last;
    }
}

static const condition *condition_of(const tally *t, size_t i)
{
    for (size_t k = 0; k < t->n_conditions; k++)
        if (i >= t->conditions[k].first && i < t->conditions[k].last)
            return &t->conditions[k];
    return NULL;
}

/* The column whose name has the word; n_columns: none. */
static size_t column_named(const tally *t, size_t i)
{
    for (size_t k = 0; k < t->n_columns; k++)
        if (has_word(t->columns[k], t->q.words.items[i].key))
            return k;
    return t->n_columns;
}

static bool is_in_names(const tally *t, size_t i)
{
    const uint64_t key = t->q.words.items[i].key;
    return in_file_name(t, i) || has_word(t->names[TITLE], key) ||
           has_word(t->names[FILE_NAME], key) || has_word(t->names[HEADING], key);
}

/* "In the depots table", "of depots.csv": nothing but what holds a sentence together stands between that and word i. */
static bool is_placed(const tally *t, size_t i)
{
    for (size_t k = i; k-- > 0;) {
        if (rag_counting_places(&t->q, k))
            return true;
        if (!rag_counting_holds(&t->q, k) && !is_in_names(t, k))
            return false;
    }
    return false;
}

/* Whether a condition is on the column that word i names ("with status overdue"). */
static bool names_condition(const tally *t, size_t i)
{
    for (size_t k = 0; k < t->n_conditions; k++)
        if (has_word(t->columns[t->conditions[k].column], t->q.words.items[i].key))
            return true;
    return false;
}

/* Whether every word is accounted for. */
static bool is_understood(const tally *t)
{
    bool counted = t->q.end == t->q.first && t->table->named;
    bool placed = t->table->named;
    for (size_t i = 0; i < t->q.words.n; i++) {
        const bool asked = i + 2 >= t->q.first && i < t->q.first; /* "how many" */
        const bool noun = i >= t->q.first && i < t->q.end;
        const bool named = is_in_names(t, i) || rag_counting_is_rows(&t->q, i) ||
                           (noun && column_named(t, i) < t->n_columns);
        const bool is = condition_of(t, i) != NULL;
        counted = counted || (noun && (named || is));
        placed = placed || (!noun && is_in_names(t, i) && is_placed(t, i));
        if (asked || is || rag_counting_holds(&t->q, i) || (noun && named) ||
            (is_in_names(t, i) && is_placed(t, i)) || names_condition(t, i))
            continue;
        return false;
    }
    /* how many there are at all is asked of a table that is named, else of the world */
    return counted && (t->n_conditions > 0 || placed);
}

/* ---- the rows ------------------------------------------------------------------------------------- */

static bool fits(const tally *t, size_t row, const condition *but)
{
    for (size_t k = 0; k < t->n_conditions; k++) {
        const condition *c = &t->conditions[k];
        if (c != but && !is_cell(t, cell_at(t, row, c->column), c->first, c->last))
            return false;
    }
    return true;
}

static size_t count(const tally *t, const condition *but, bool *ret_rows)
{
    size_t n = 0;
    for (size_t i = 0; i < t->table->n; i++) {
        const bool is = fits(t, i, but);
        if (ret_rows != NULL)
            ret_rows[i] = is;
        n += is;
    }
    return n;
}

/* FNV-1a over the bytes as anc_str_eq_nocase compares them, mixed at the end. */
static uint64_t hash_nocase(anc_str text)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        h = (h ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * 1099511628211u;
    }
    return h ^ h >> 29;
}

/* False: it is among the slots already. */
static bool take_slot(tally *t, const anc_str *text)
{
    size_t at = (size_t)(hash_nocase(*text) % SLOTS);
    for (; t->slots[at] != NULL; at = (at + 1) % SLOTS)
        if (anc_str_eq_nocase(*t->slots[at], *text))
            return false;
    t->slots[at] = text;
    return true;
}

/* "Customers" where a row is an invoice: each of the rows has another one in that column. */
static anc_status are_distinct(tally *t, size_t column, const bool *rows, bool *ret, anc_err *err)
{
    column_is *is = &t->is_seen[column];
    if (t->slots == NULL)
        t->slots = anc_arena_alloc(t->mem, SLOTS, sizeof *t->slots);
    if (t->slots == NULL)
        return ANC_FAIL(err, anc_arena_refusal(t->mem), "no room to compare rows");
    if (*is == COLUMN_UNSEEN) {
        *is = COLUMN_DISTINCT;
        for (size_t i = 0; i < SLOTS; i++)
            t->slots[i] = NULL;
        for (size_t i = 0; i < t->table->n && *is == COLUMN_DISTINCT; i++) {
            const anc_str *one = &cell_at(t, i, column)->text;
            if (rows[i] && (one->len == 0 || !take_slot(t, one)))
                *is = COLUMN_REPEATS;
        }
    }
    *ret = *is == COLUMN_DISTINCT;
    return ANC_OK;
}

/* Whether a column but the first has nothing but figures: it may say how many there are of what a row names. */
static bool has_figures(const tally *t)
{
    for (size_t k = 1; k < t->n_columns; k++) {
        size_t figures = 0;
        size_t others = 0;
        for (size_t i = 0; i < t->table->n; i++) {
            const anc_str text = cell_at(t, i, k)->text;
            uint64_t n;
            figures += anc_str_to_u64(text, &n);
            others += text.len > 0 && !anc_str_to_u64(text, &n);
        }
        if (figures > 0 && others == 0)
            return true;
    }
    return false;
}

/* Whether what is counted is what the table or a column is called, or rows; else it is what stands in cells. */
static bool is_called_so(const tally *t)
{
    bool called = t->q.first == t->q.end;
    for (size_t i = t->q.first; i < t->q.end; i++)
        called = called || is_in_names(t, i) || column_named(t, i) < t->n_columns ||
                 rag_counting_is_rows(&t->q, i);
    return called;
}

/* What is counted may be a condition too ("invoices" in a column of kinds): then it must not matter. */
static anc_status is_certain_what(tally *t, size_t n, const bool *rows, bool *ret, anc_err *err)
{
    *ret = true;
    for (size_t i = t->q.first; i < t->q.end && *ret; i++) {
        const condition *is = condition_of(t, i);
        const size_t column = column_named(t, i);
        if (is != NULL && (is_in_names(t, i) || column < t->n_columns))
            *ret = count(t, is, NULL) == n;
        else if (is == NULL && column < t->n_columns)
            ANC_TRY(are_distinct(t, column, rows, ret, err));
    }
    return ANC_OK;
}

anc_status rag_tally_count(anc_arena *mem, anc_str question, const rag_tally_table *table,
                           bool *ret_rows, size_t *ret, anc_err *err)
{
    tally *t = anc_arena_alloc(mem, 1, sizeof *t);
    bool sure = true;
    *ret = 0;
    if (t == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room to count rows");
    *t = (tally){.mem = mem, .table = table, .file = rag_pointer_of(question).file};
    ANC_TRY(rag_counting_read(mem, question, &t->q, err));
    if (t->q.first == t->q.words.n)
        return ANC_OK;
    ANC_TRY(read_table(t, &sure, err));
    if (!sure)
        return ANC_OK;
    find_conditions(t, &sure);
    if (!sure || !is_understood(t))
        return ANC_OK;
    if (!is_called_so(t) && has_figures(t))
        return ANC_OK;
    const size_t n = count(t, NULL, ret_rows);
    ANC_TRY(is_certain_what(t, n, ret_rows, &sure, err));
    *ret = sure ? n : 0;
    return ANC_OK;
}
