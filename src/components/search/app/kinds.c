/* kinds.c - conditions that nothing can fit, since they compare a field with a value of another kind, or one that no
 * document has.
 *
 * An answer without hits to {"field": "year", "op": "gte", "value": "abc"} would look as if there were no such
 * documents. Whether a field has values of a kind is asked of the index with filters of its own, over what the caller
 * may read. Only conditions that all hits must fit are refused, so that the fault does not depend on the question. A
 * field that no document has may come with the next one, so it is a warning; also where there are hits, since a mistyped
 * name lets too much through in a `not`, a `ne` or a `nin`, and too little in an `or`.
 */
#include <stdio.h>

#include "base/utf8.h"
#include "query_impl.h"
#include "search/domain/fields.h"

enum {
    POINTER_BYTES = 128,
    MOST_ASKED = 32 /* conditions looked into, where there are hits */
};

/* Where in the tree. */
typedef struct place {
    const char *pointer;
    bool must;    /* every hit must fit it */
    bool negated; /* within an odd number of nots */
} place;

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

/* Whether documents without the field, too, fit the condition. */
static bool fits_without(const srch_filter *leaf)
{
    return leaf->op == SRCH_EXISTS || leaf->op == SRCH_NE || leaf->op == SRCH_NIN;
}

static anc_status warn(srch_asking *a, anc_str field, const char *pointer)
{
    srch_result *r = &a->result;
    if (r->n_warnings == SRCH_MAX_WARNINGS)
        return ANC_OK;
    const srch_warning w = {anc_arena_printf(a->call->mem, "%s/field", pointer),
                            anc_arena_printf(a->call->mem,
                                             "no document that was searched has a field \"%.*s\"",
                                             ANC_FMT(brief(field)))};
    if (w.pointer.ptr == NULL || w.message.ptr == NULL)
        return srch_no_room(a->call);
    r->warnings[r->n_warnings++] = w;
    return ANC_OK;
}

static anc_status check_kind(srch_asking *a, const srch_filter *leaf, const char *pointer)
{
    bool fits = false;
    if (leaf->op < SRCH_EQ || leaf->op > SRCH_LTE || leaf->n_values != 1)
        return ANC_OK;
    const srch_value *value = leaf->values;
    const bool number = value->kind == SRCH_INT || value->kind == SRCH_REAL;
    if (!number && value->kind != SRCH_STRING)
        return ANC_OK;
    ANC_TRY(number ? has_number(a, leaf->field, &fits) : has_string(a, leaf->field, &fits));
    if (fits)
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

/* Who asks for documents without a field means it to be absent. */
static bool asks_for_absence(const srch_filter *leaf, place p)
{
    return leaf->op == SRCH_EXISTS && p.negated;
}

/* Some hit has the field, so nothing is to be said. */
static bool hits_have_it(const srch_asking *a, const srch_filter *leaf, place p)
{
    return a->n > 0 && p.must && (leaf->op == SRCH_EXISTS || !fits_without(leaf));
}

static anc_status check_leaf(srch_asking *a, const srch_filter *leaf, place p, uint32_t *asked)
{
    const srch_filter exists = {.op = SRCH_EXISTS, .field = leaf->field};
    srch_kind built_in;
    bool there = false;
    if (leaf->field.len == 0 || srch_built_in(leaf->field, &built_in) ||
        asks_for_absence(leaf, p) || hits_have_it(a, leaf, p) ||
        (a->n > 0 && (*asked)++ >= MOST_ASKED))
        return ANC_OK;
    ANC_TRY(is_there(a, &exists, &there));
    if (!there)
        return warn(a, leaf->field, p.pointer);
    return p.must && a->n == 0 && !fits_without(leaf) ? check_kind(a, leaf, p.pointer) : ANC_OK;
}

static anc_status check_tree(srch_asking *a, const srch_filter *filter, place p, uint32_t *asked)
{
    char at[POINTER_BYTES];
    if (filter->op == SRCH_NOT) {
        if (filter->children[0].op == SRCH_EXISTS) /* {"exists": false} is read so */
            return ANC_OK;
        if (snprintf(at, sizeof at, "%s/not", p.pointer) >= (int)sizeof at)
            return ANC_OK;
        return check_tree(a, &filter->children[0], (place){at, false, !p.negated}, asked);
    }
    if (filter->op != SRCH_AND && filter->op != SRCH_OR)
        return check_leaf(a, filter, p, asked);
    const char *name = filter->op == SRCH_AND ? "and" : "or";
    const bool must = p.must && filter->op == SRCH_AND;
    for (size_t i = 0; i < filter->n_children; i++) {
        if (snprintf(at, sizeof at, "%s/%s/%zu", p.pointer, name, i) >= (int)sizeof at)
            return ANC_OK;
        ANC_TRY(check_tree(a, &filter->children[i], (place){at, must, p.negated}, asked));
    }
    return ANC_OK;
}

anc_status srch_kinds_check(srch_asking *a)
{
    uint32_t asked = 0;
    if (a->filter == NULL)
        return ANC_OK;
    return check_tree(a, a->filter, (place){"/filters", true, false}, &asked);
}
