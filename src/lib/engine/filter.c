/* filter.c - typed comparisons and the walk over a tree of conditions.
 *
 * A document has few fields and a tree few leaves, so a leaf looks at each value of the document
 * and compares names as bytes. A value that does not compare with the wanted one (other kinds, an
 * absent field) makes a leaf false, and its negation true.
 */
#include "filter.h"

#include <math.h>

#include "base/id.h"

static bool wants_one_value(eng_op op)
{
    return op == ENG_EQ || op == ENG_NE || op == ENG_GT || op == ENG_GTE || op == ENG_LT ||
           op == ENG_LTE || op == ENG_CONTAINS || op == ENG_PREFIX;
}

static anc_status check(const eng_filter *f, int depth, size_t *nodes, anc_err *err)
{
    if (depth > ENG_MAX_FILTER_DEPTH)
        return ANC_FAIL(err, ANC_INVALID, "a filter is more than %d levels deep",
                        (int)ENG_MAX_FILTER_DEPTH);
    *nodes += 1 + f->n_values;
    if (*nodes > ENG_MAX_FILTER_NODES)
        return ANC_FAIL(err, ANC_INVALID, "a filter has more than %d conditions and values",
                        (int)ENG_MAX_FILTER_NODES);
    if (f->op == ENG_NOT && f->n_children != 1)
        return ANC_FAIL(err, ANC_INVALID, "a filter's NOT has %zu children, not 1", f->n_children);
    if (wants_one_value(f->op) && f->n_values != 1)
        return ANC_FAIL(err, ANC_INVALID, "a filter's condition on %.*s has %zu values, not 1",
                        ANC_FMT(f->field), f->n_values);
    if (f->op == ENG_AND || f->op == ENG_OR || f->op == ENG_NOT)
        for (size_t i = 0; i < f->n_children; i++)
            ANC_TRY(check(&f->children[i], depth + 1, nodes, err));
    return ANC_OK;
}

anc_status eng_filter_check(const eng_filter *filter, anc_err *err)
{
    size_t nodes = 0;
    return check(filter, 1, &nodes, err);
}

static eng_order order_ints(int64_t a, int64_t b)
{
    return a < b ? ENG_LESS : a > b ? ENG_GREATER : ENG_EQUAL;
}

static eng_order order_reals(double a, double b)
{
    return a < b ? ENG_LESS : a > b ? ENG_GREATER : a == b ? ENG_EQUAL : ENG_UNORDERED;
}

/* Exact, also where the integer has no double of its own. */
static eng_order order_int_real(int64_t a, double b)
{
    if (isnan(b))
        return ENG_UNORDERED;
    if (b >= 0x1p63)
        return ENG_LESS;
    if (b < -0x1p63)
        return ENG_GREATER;
    const int64_t whole = (int64_t)b;
    return a != whole ? order_ints(a, whole) : order_reals(0, b - (double)whole);
}

static eng_order reversed(eng_order o)
{
    return o == ENG_LESS ? ENG_GREATER : o == ENG_GREATER ? ENG_LESS : o;
}

/* Two strings: as instants when both are, else by bytes. */
static eng_order order_strings(anc_str a, anc_str b)
{
    int64_t at_a, at_b;
    if (a.len >= 10 && b.len >= 10 && anc_time_parse(a, &at_a) && anc_time_parse(b, &at_b))
        return order_ints(at_a, at_b);
    const int c = anc_str_cmp(a, b);
    return c < 0 ? ENG_LESS : c > 0 ? ENG_GREATER : ENG_EQUAL;
}

eng_order eng_filter_order(const eng_value *a, const eng_value *b)
{
    int64_t at;
    if (a->kind == ENG_STRING && b->kind == ENG_STRING)
        return order_strings(a->str, b->str);
    if (a->kind == ENG_REAL && b->kind == ENG_REAL)
        return order_reals(a->real, b->real);
    if (a->kind == ENG_INT && b->kind == ENG_REAL)
        return order_int_real(a->integer, b->real);
    if (a->kind == ENG_REAL && b->kind == ENG_INT)
        return reversed(order_int_real(b->integer, a->real));
    if (a->kind == ENG_TIME && b->kind == ENG_STRING)
        return anc_time_parse(b->str, &at) ? order_ints(a->integer, at) : ENG_UNORDERED;
    if (a->kind == ENG_STRING && b->kind == ENG_TIME)
        return anc_time_parse(a->str, &at) ? order_ints(at, b->integer) : ENG_UNORDERED;
    if (a->kind == b->kind)
        return order_ints(a->integer, b->integer);
    return ENG_UNORDERED;
}

static bool equal(const eng_value *a, const eng_value *b)
{
    return eng_filter_order(a, b) == ENG_EQUAL;
}

eng_value eng_field_value(const eng_block *b, const eng_block_field *row)
{
    eng_value v = {.kind = (eng_kind)row->kind};
    if (row->kind == ENG_STRING)
        v.str = (anc_str){b->text.ptr + row->u.str_at, row->str_len};
    else if (row->kind == ENG_REAL)
        v.real = row->u.real;
    else
        v.integer = row->u.integer;
    return v;
}

bool eng_filter_value_fits(const eng_filter *f, const eng_value *have, bool in_list)
{
    const eng_value *want = f->values;
    const bool strings = f->n_values > 0 && have->kind == ENG_STRING && want->kind == ENG_STRING;
    eng_order o;
    switch (f->op) {
    case ENG_EQ:
    case ENG_NE:
        return equal(have, want);
    case ENG_GT:
        return eng_filter_order(have, want) == ENG_GREATER;
    case ENG_GTE:
        o = eng_filter_order(have, want);
        return o == ENG_GREATER || o == ENG_EQUAL;
    case ENG_LT:
        return eng_filter_order(have, want) == ENG_LESS;
    case ENG_LTE:
        o = eng_filter_order(have, want);
        return o == ENG_LESS || o == ENG_EQUAL;
    case ENG_IN:
    case ENG_NIN:
        for (size_t i = 0; i < f->n_values; i++)
            if (equal(have, &f->values[i]))
                return true;
        return false;
    case ENG_CONTAINS:
        if (strings && !in_list)
            return anc_str_find(have->str, want->str) != SIZE_MAX;
        return equal(have, want);
    case ENG_PREFIX:
        return strings && anc_str_starts(have->str, want->str);
    case ENG_EXISTS:
        return true;
    case ENG_AND:
    case ENG_OR:
    case ENG_NOT:
        break;
    }
    return false;
}

/* Whether the condition is about the field `name`; of an outer name ("a" of "a.b") only whether it is
 * there can be asked. */
bool eng_filter_is_about(const eng_filter *f, anc_str name)
{
    if (anc_str_eq(name, f->field))
        return true;
    return f->op == ENG_EXISTS && name.len > f->field.len && name.ptr[f->field.len] == '.' &&
           anc_str_starts(name, f->field);
}

/* Whether some value of the field fits. */
static bool leaf_fits(const eng_filter *f, const eng_block *b, const eng_block_document *row)
{
    for (uint32_t i = 0; i < row->n_fields; i++) {
        const eng_block_field *field = &b->fields.ptr[row->first_field + i];
        if (!eng_filter_is_about(f, eng_block_text(b, b->names.ptr[field->name])))
            continue;
        const eng_value have = eng_field_value(b, field);
        if (eng_filter_value_fits(f, &have, field->in_list != 0))
            return true;
    }
    return false;
}

bool eng_filter_fits(const eng_filter *filter, const eng_block *b, uint32_t row)
{
    if (filter->op == ENG_NOT)
        return !eng_filter_fits(&filter->children[0], b, row);
    if (filter->op == ENG_AND || filter->op == ENG_OR) {
        const bool decides = filter->op == ENG_OR;
        for (size_t i = 0; i < filter->n_children; i++)
            if (eng_filter_fits(&filter->children[i], b, row) == decides)
                return decides;
        return !decides;
    }
    const bool fits = leaf_fits(filter, b, &b->documents.ptr[row]);
    return filter->op == ENG_NE || filter->op == ENG_NIN ? !fits : fits;
}
