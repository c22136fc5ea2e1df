/* fuzz_filter.c - any JSON as a predicate tree: taken within its bounds, or refused with its place. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "search/domain/filter.h"
#include "json/json.h"

enum { MEM_BYTES = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t check(const srch_filter *f, int depth)
{
    size_t nodes = 1 + f->n_values;
    const bool inner = f->op == SRCH_AND || f->op == SRCH_OR || f->op == SRCH_NOT;
    /* one deeper than the JSON: {"op": "exists", "value": false} becomes a negation */
    if (depth > SRCH_MAX_FILTER_DEPTH + 1 || (inner && f->n_values > 0) ||
        (!inner && (f->n_children > 0 || f->field.len == 0)) ||
        (f->op == SRCH_NOT && f->n_children != 1))
        abort();
    for (size_t i = 0; i < f->n_children; i++)
        nodes += check(&f->children[i], depth + 1);
    return nodes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_doc *doc = NULL;
    srch_filter tree;
    anc_err err = {0};
    ANC_ARENA(mem, MEM_BYTES);
    if (mem == NULL || json_parse((anc_str){(const char *)data, size}, &doc, NULL) != ANC_OK)
        return 0;
    const anc_status status = srch_filter_parse(mem, json_root(doc), "/filters", &tree, &err);
    json_doc_free(doc);
    if (status == ANC_OK) {
        if (check(&tree, 1) > 2 * SRCH_MAX_FILTER_NODES)
            abort();
    } else if (status == ANC_INVALID && strncmp(err.pointer, "/filters", 8) != 0) {
        abort();
    }
    return 0;
}
