/* fields.h - a document's facts and metadata as typed fields.
 *
 * The built-in fields are document_id, title, uri, source, language, content_type (strings) and
 * created_at, updated_at (instants). Metadata is a JSON object: a nested member is "outer.inner",
 * an array gives its field several values, null gives none. A member that has the name of a
 * built-in field is left out.
 */
#ifndef ANC_SEARCH_DOMAIN_FIELDS_H
#define ANC_SEARCH_DOMAIN_FIELDS_H

#include "base/arena.h"
#include "search/domain/value.h"

typedef struct srch_field {
    anc_str name;
    srch_value value;
    bool in_list; /* an element of an array */
} srch_field;

/* Whether `name` is a built-in field, and which kind its value has: SRCH_STRING or SRCH_TIME. */
bool srch_built_in(anc_str name, srch_kind *ret_kind);

typedef struct srch_facts {
    anc_str document_id, title, uri, source, language, content_type;
    int64_t created_ms, updated_ms;
    anc_str metadata; /* a JSON object; empty: none */
} srch_facts;

/* The fields of one document in `mem`; strings may point into `facts`. INVALID when the metadata is
 * no JSON object; LIMIT or NO_MEMORY from the arena. */
anc_status srch_fields_of(anc_arena *mem, const srch_facts *facts, srch_field **ret, size_t *ret_n,
                          anc_err *err) ANC_MUST_CHECK;

#endif
