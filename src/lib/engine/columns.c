/* columns.c - which documents have which value of a field, and conditions answered from that.
 *
 * A leaf is about one field, a field has a column for each kind of value, a column has its values in order: so a
 * comparison is a run of values, found by halving, and the documents of the run. Where the order of a column is not
 * that of the comparison (strings that are instants, parts of strings) its distinct values are looked at one by one;
 * there are few of them, or the column is one that nobody filters so.
 */
#include <stdlib.h>
#include <string.h>

#include "filter.h"

enum { COLUMNS_FROM = 64 }; /* documents; fewer are looked at one by one in as little time */

/* ---- making ----------------------------------------------------------------------------------- */

typedef struct entry {
    uint32_t field, document;
} entry;

/* Values of one kind. */
static int order_of_kind(const eng_value *a, const eng_value *b)
{
    if (a->kind == ENG_STRING)
        return anc_str_cmp(a->str, b->str);
    if (a->kind == ENG_REAL)
        return a->real < b->real ? -1 : a->real > b->real;
    return a->integer < b->integer ? -1 : a->integer > b->integer;
}

static int order_columns(const eng_block_field *a, const eng_block_field *b)
{
    if (a->name != b->name)
        return a->name < b->name ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return (int)a->in_list - (int)b->in_list;
}

static int order_fields(const eng_block *b, uint32_t x, uint32_t y)
{
    const eng_block_field *f = &b->fields.ptr[x], *g = &b->fields.ptr[y];
    const int column = order_columns(f, g);
    if (column != 0)
        return column;
    const eng_value v = eng_field_value(b, f), w = eng_field_value(b, g);
    return order_of_kind(&v, &w);
}

static int by_value(const void *a, const void *b, void *block)
{
    const entry *x = a, *y = b;
    const int order = order_fields(block, x->field, y->field);
    if (order != 0)
        return order;
    return x->document < y->document ? -1 : x->document > y->document;
}

static bool add_entry(eng_block *b, const entry *e, const entry *before)
{
    const eng_block_field *f = &b->fields.ptr[e->field];
    const bool new_column = before == NULL || order_columns(f, &b->fields.ptr[before->field]) != 0;
    if (!ENG_ROOM(b->columns, 1) || !ENG_ROOM(b->distinct, 2) || !ENG_ROOM(b->holders, 1))
        return false;
    if (new_column)
        b->columns.ptr[b->columns.n++] = (eng_block_column){.name = f->name,
                                                            .kind = f->kind,
                                                            .in_list = f->in_list,
                                                            .first = (uint32_t)b->distinct.n};
    if (new_column || order_fields(b, e->field, before->field) != 0) {
        b->columns.ptr[b->columns.n - 1].n++;
        b->distinct.ptr[b->distinct.n++] =
            (eng_block_distinct){.field = e->field, .first = (uint32_t)b->holders.n};
    } else if (e->document == before->document) {
        return true; /* the same value twice */
    }
    b->holders.ptr[b->holders.n++] = e->document;
    return true;
}

bool eng_block_columns(eng_block *b)
{
    if (b->documents.n < COLUMNS_FROM || b->fields.n == 0)
        return true;
    entry *entries = malloc(b->fields.n * sizeof *entries);
    size_t n = 0;
    if (entries == NULL)
        return false;
    for (uint32_t d = 0; d < b->documents.n; d++) {
        const eng_block_document *row = &b->documents.ptr[d];
        for (uint32_t i = 0; i < row->n_fields; i++)
            entries[n++] = (entry){row->first_field + i, d};
    }
    qsort_r(entries, n, sizeof *entries, by_value, b);
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++)
        ok = add_entry(b, &entries[i], i > 0 ? &entries[i - 1] : NULL);
    free(entries);
    if (ok && n > 0)
        b->distinct.ptr[b->distinct.n++] = (eng_block_distinct){.first = (uint32_t)b->holders.n};
    return ok;
}

/* ---- asking ----------------------------------------------------------------------------------- */

typedef struct asked {
    const eng_block *block;
    anc_arena *mem;
    uint64_t *bits; /* of the leaf */
    anc_err *err;
} asked;

static eng_value value_at(const eng_block *b, uint32_t row)
{
    return eng_field_value(b, &b->fields.ptr[b->distinct.ptr[row].field]);
}

static void take(const asked *a, uint32_t from, uint32_t to)
{
    const eng_block *b = a->block;
    if (from >= to)
        return;
    for (uint32_t i = b->distinct.ptr[from].first; i < b->distinct.ptr[to].first; i++)
        eng_bit_set(a->bits, b->holders.ptr[i]);
}

/* The first value of the column for which `is_past` holds, which it does from there on. */
static uint32_t halve(const eng_block *b, const eng_block_column *c, const eng_value *want,
                      bool (*is_past)(const eng_value *have, const eng_value *want))
{
    uint32_t low = c->first, high = c->first + c->n;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const eng_value have = value_at(b, middle);
        if (is_past(&have, want))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool is_not_less(const eng_value *have, const eng_value *want)
{
    return eng_filter_order(have, want) != ENG_LESS;
}

static bool is_greater(const eng_value *have, const eng_value *want)
{
    return eng_filter_order(have, want) == ENG_GREATER;
}

static bool is_past_prefix(const eng_value *have, const eng_value *want)
{
    return anc_str_cmp(have->str, want->str) >= 0 && !anc_str_starts(have->str, want->str);
}

static bool is_not_before(const eng_value *have, const eng_value *want)
{
    return anc_str_cmp(have->str, want->str) >= 0;
}

/* Whether the column's order is the one in which its values stand to the wanted one. */
static bool is_in_order(const eng_block_column *c, const eng_value *want)
{
    eng_value other = *want;
    if (c->kind != ENG_STRING || want->kind != ENG_STRING)
        return c->kind != ENG_STRING;
    /* two instants compare as such: a string that is one has an order of its own */
    other.kind = ENG_TIME;
    other.integer = 0;
    return eng_filter_order(want, &other) == ENG_UNORDERED;
}

static void take_compared(const asked *a, const eng_block_column *c, eng_op op,
                          const eng_value *want)
{
    const eng_block *b = a->block;
    const uint32_t first = c->first, end = c->first + c->n;
    const eng_value some = value_at(b, first);
    if (eng_filter_order(&some, want) == ENG_UNORDERED)
        return; /* kinds that do not compare: so do none of the column */
    const uint32_t low = halve(b, c, want, is_not_less), high = halve(b, c, want, is_greater);
    switch (op) {
    case ENG_GT:
        take(a, high, end);
        break;
    case ENG_GTE:
        take(a, low, end);
        break;
    case ENG_LT:
        take(a, first, low);
        break;
    case ENG_LTE:
        take(a, first, high);
        break;
    case ENG_EQ:
    case ENG_NE:
    case ENG_IN:
    case ENG_NIN:
    case ENG_CONTAINS:
        take(a, low, high);
        break;
    case ENG_AND:
    case ENG_OR:
    case ENG_NOT:
    case ENG_EXISTS:
    case ENG_PREFIX:
        break;
    }
}

static void take_one_by_one(const asked *a, const eng_block_column *c, const eng_filter *f)
{
    for (uint32_t i = c->first; i < c->first + c->n; i++) {
        const eng_value have = value_at(a->block, i);
        if (eng_filter_value_fits(f, &have, c->in_list != 0))
            take(a, i, i + 1);
    }
}

/* Conditions for which a run of values will do. */
static bool take_runs(const asked *a, const eng_block_column *c, const eng_filter *f)
{
    const eng_block *b = a->block;
    if (f->op == ENG_EXISTS) {
        take(a, c->first, c->first + c->n);
        return true;
    }
    if (f->op == ENG_PREFIX) {
        if (c->kind == ENG_STRING && f->values->kind == ENG_STRING)
            take(a, halve(b, c, f->values, is_not_before), halve(b, c, f->values, is_past_prefix));
        return true;
    }
    if (f->op == ENG_CONTAINS && c->kind == ENG_STRING && c->in_list == 0)
        return false;
    for (size_t i = 0; i < f->n_values; i++)
        if (!is_in_order(c, &f->values[i]))
            return false;
    for (size_t i = 0; i < f->n_values; i++)
        take_compared(a, c, f->op, &f->values[i]);
    return true;
}

static void ask_leaf(const asked *a, const eng_filter *f)
{
    const eng_block *b = a->block;
    for (size_t i = 0; i < b->columns.n; i++) {
        const eng_block_column *c = &b->columns.ptr[i];
        if (eng_filter_is_about(f, eng_block_text(b, b->names.ptr[c->name])) && !take_runs(a, c, f))
            take_one_by_one(a, c, f);
    }
}

static void turn(uint64_t *bits, size_t documents)
{
    for (size_t w = 0; w <= documents / 64; w++)
        bits[w] = ~bits[w];
    bits[documents / 64] &= (UINT64_C(1) << (documents % 64)) - 1;
}

static anc_status ask_children(const asked *a, const eng_filter *f)
{
    const size_t n = a->block->documents.n, words = n / 64 + 1;
    asked child = *a;
    child.bits = anc_arena_alloc(a->mem, words, sizeof *child.bits);
    if (child.bits == NULL)
        return ANC_FAIL(a->err, anc_arena_refusal(a->mem), "no room for a filter");
    if (f->op == ENG_AND)
        turn(a->bits, n);
    for (size_t i = 0; i < f->n_children; i++) {
        if (i > 0)
            memset(child.bits, 0, words * sizeof *child.bits);
        ANC_TRY(eng_filter_select(&f->children[i], a->block, a->mem, child.bits, a->err));
        for (size_t w = 0; w < words; w++)
            a->bits[w] = f->op == ENG_AND ? a->bits[w] & child.bits[w] : a->bits[w] | child.bits[w];
    }
    if (f->op == ENG_NOT)
        turn(a->bits, n);
    return ANC_OK;
}

anc_status eng_filter_select(const eng_filter *filter, const eng_block *b, anc_arena *mem,
                             uint64_t *bits, anc_err *err)
{
    const asked a = {b, mem, bits, err};
    if (filter->op == ENG_AND || filter->op == ENG_OR || filter->op == ENG_NOT)
        return ask_children(&a, filter);
    ask_leaf(&a, filter);
    if (filter->op == ENG_NE || filter->op == ENG_NIN)
        turn(bits, b->documents.n);
    return ANC_OK;
}
