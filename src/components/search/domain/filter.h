/* filter.h - the predicate tree of the interface, read and checked.
 *
 *   {"and": [tree, …]}  {"or": [tree, …]}  {"not": tree}
 *   {"field": "year", "op": "gte", "value": 2020}
 *
 * Operators: eq ne gt gte lt lte in nin contains exists prefix. `in` and `nin` take an array,
 * `exists` true (the default) or false, the others one string, number or boolean. `prefix` takes a
 * string, `gt gte lt lte` no boolean. A built-in field is compared with a string, created_at and
 * updated_at with an RFC 3339 time or date, of which there are no parts.
 *
 * A field with several values (an array) fits where one of them does; `ne` and `nin` are the negations
 * of `eq` and `in`, so they fit where the field is absent too. Numbers compare as numbers, whatever
 * their spelling; strings by bytes, but two RFC 3339 times as times. Values of different kinds
 * never fit. `exists` is true of an object of which any member has a value.
 */
#ifndef ANC_SEARCH_DOMAIN_FILTER_H
#define ANC_SEARCH_DOMAIN_FILTER_H

#include "base/arena.h"
#include "search/domain/value.h"
#include "json/json.h"

enum { SRCH_MAX_FILTER_DEPTH = 16, SRCH_MAX_FILTER_NODES = 1000 };

typedef enum srch_filter_op {
    SRCH_AND,
    SRCH_OR,
    SRCH_NOT,
    SRCH_EQ,
    SRCH_NE,
    SRCH_GT,
    SRCH_GTE,
    SRCH_LT,
    SRCH_LTE,
    SRCH_IN,
    SRCH_NIN,
    SRCH_CONTAINS,
    SRCH_EXISTS,
    SRCH_PREFIX
} srch_filter_op;

typedef struct srch_filter {
    srch_filter_op op;
    anc_str field;      /* leaves */
    srch_value *values; /* leaves [n_values] */
    size_t n_values;
    struct srch_filter *children; /* SRCH_AND, SRCH_OR, SRCH_NOT [n_children] */
    size_t n_children;
} srch_filter;

/* The tree in `mem`; its strings are copied. `pointer` is where `json` stands in the request
 * ("/filters"). INVALID with the pointer of what is wrong. */
anc_status srch_filter_parse(anc_arena *mem, const json_value *json, const char *pointer,
                             srch_filter *ret, anc_err *err) ANC_MUST_CHECK;

#endif
