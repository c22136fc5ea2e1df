/* kinds.c - conditions that nothing can fit, since they compare a field with a value of another kind.
 *
 * An answer without hits to {"field": "year", "op": "gte", "value": "abc"} would look as if there were no such
 * documents. Whether a field has values of a kind is asked of the index with filters of its own, over what the caller
 * may read. Only conditions that all hits must fit are looked at, so that the fault does not depend on the question.
 */
#include <stdio.h>

#include "base/utf8.h"
#include "query_impl.h"
#include "search/domain/fields.h"

enum { POINTER_BYTES = 128 };

static anc_status may_go_on(void *arg)
{
    const srch_asking *a = arg;
    return krn_call_check(a->srch->config.clock, a->call);
}

/* Whether a document of the collections of the request fits. */
static anc_status is_there(srch_asking *a, const srch_filter *filter, bool *ret)
{
    *ret = false;
    for (size_t i = 0; i < a->n_scopes && !*ret; i++) {
        const srch_index_query q = {.labels = a->call->principal.labels,
                                    .n_labels = a->call->principal.n_labels,
                                    .filter = filter,
                                    .k_documents = 1,
                                    .may_go_on = may_go_on,
                                    .arg = a};
        srch_index_result found = {0};
        ANC_TRY(a->index.ops->search(a->index.self, a->call, a->scopes[i].name, &q, &found));
        *ret = found.n > 0;
    }
    return ANC_OK;
}

/* Whether a document has the field with a string. */
static anc_status has_string(srch_asking *a, anc_str field, bool *ret)
{
    srch_value any = {.kind = SRCH_STRING, .str = ANC_STR("")};
    const srch_filter f = {.op = SRCH_PREFIX, .field = field, .values = &any, .n_values = 1};
    return is_there(a, &f, ret);
}

static anc_status has_number(srch_asking *a, anc_str field, bool *ret)
{
    srch_value zero = {.kind = SRCH_INT};
    srch_filter sides[] = {{.op = SRCH_GTE, .field = field, .values = &zero, .n_values = 1},
                           {.op = SRCH_LT, .field = field, .values = &zero, .n_values = 1}};
    const srch_filter f = {.op = SRCH_OR, .children = sides, .n_children = ANC_COUNT(sides)};
    return is_there(a, &f, ret);
}

static anc_str brief(anc_str s)
{
    enum { MOST_BYTES = 40 };
    return s.len <= MOST_BYTES ? s : anc_str_sub(s, 0, anc_utf8_floor(s, MOST_BYTES));
}

static anc_status check_leaf(srch_asking *a, const srch_filter *leaf, const char *pointer)
{
    const srch_filter exists = {.op = SRCH_EXISTS, .field = leaf->field};
    srch_kind built_in;
    bool there = false, fits = false;
    if (leaf->op < SRCH_EQ || leaf->op > SRCH_LTE || leaf->op == SRCH_NE || leaf->n_values != 1 ||
        srch_built_in(leaf->field, &built_in))
        return ANC_OK;
    const srch_value *value = leaf->values;
    const bool number = value->kind == SRCH_INT || value->kind == SRCH_REAL;
    if (!number && value->kind != SRCH_STRING)
        return ANC_OK;
    ANC_TRY(number ? has_number(a, leaf->field, &fits) : has_string(a, leaf->field, &fits));
    if (!fits)
        ANC_TRY(is_there(a, &exists, &there));
    if (fits || !there)
        return ANC_OK;
    char at[POINTER_BYTES + 8];
    (void)snprintf(at, sizeof at, "%s/value", pointer);
    const anc_str field = brief(leaf->field), text = brief(value->str);
    if (number)
        return ANC_FAIL_FIELD(a->call->err, ANC_INVALID, at,
                              "%.*s is compared with the number %g, but is no number in any "
                              "document",
                              ANC_FMT(field),
                              value->kind == SRCH_INT ? (double)value->integer : value->real);
    return ANC_FAIL_FIELD(a->call->err, ANC_INVALID, at,
                          "%.*s is compared with the text \"%.*s\", but is no text in any document",
                          ANC_FMT(field), ANC_FMT(text));
}

static anc_status check_tree(srch_asking *a, const srch_filter *filter, const char *pointer)
{
    char at[POINTER_BYTES];
    if (filter->op != SRCH_AND)
        return check_leaf(a, filter, pointer);
    for (size_t i = 0; i < filter->n_children; i++) {
        if (snprintf(at, sizeof at, "%s/and/%zu", pointer, i) >= (int)sizeof at)
            return ANC_OK;
        ANC_TRY(check_tree(a, &filter->children[i], at));
    }
    return ANC_OK;
}

anc_status srch_kinds_check(srch_asking *a)
{
    return a->filter != NULL ? check_tree(a, a->filter, "/filters") : ANC_OK;
}
