/* fields.c - a document's facts and metadata made flat. */
#include "search/domain/fields.h"

#include "base/str.h"
#include "json/json.h"

typedef struct flattening {
    anc_arena *mem;
    srch_field *fields;
    size_t n, cap;
} flattening;

static anc_status add(flattening *f, anc_str name, srch_value value, bool in_list)
{
    if (f->n == f->cap) {
        const size_t cap = f->cap < 16 ? 16 : f->cap * 2;
        srch_field *grown = anc_arena_alloc(f->mem, cap, sizeof *grown);
        if (grown == NULL)
            return anc_arena_refusal(f->mem);
        for (size_t i = 0; i < f->n; i++)
            grown[i] = f->fields[i];
        f->fields = grown;
        f->cap = cap;
    }
    f->fields[f->n++] = (srch_field){name, value, in_list};
    return ANC_OK;
}

static anc_status add_str(flattening *f, const char *name, anc_str s)
{
    if (s.len == 0)
        return ANC_OK;
    return add(f, anc_str_of(name), (srch_value){.kind = SRCH_STRING, .str = s}, false);
}

static anc_status add_time(flattening *f, const char *name, int64_t ms)
{
    return add(f, anc_str_of(name), (srch_value){.kind = SRCH_TIME, .integer = ms}, false);
}

bool srch_built_in(anc_str name, srch_kind *ret_kind)
{
    static const struct {
        const char *name;
        srch_kind kind;
    } rows[] = {{"document_id", SRCH_STRING}, {"title", SRCH_STRING},
                {"uri", SRCH_STRING},         {"source", SRCH_STRING},
                {"language", SRCH_STRING},    {"content_type", SRCH_STRING},
                {"created_at", SRCH_TIME},    {"updated_at", SRCH_TIME}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (anc_str_eq(name, anc_str_of(rows[i].name))) {
            *ret_kind = rows[i].kind;
            return true;
        }
    return false;
}

static anc_status add_json(flattening *f, anc_str name, const json_value *v, bool in_list);

static anc_status add_text(flattening *f, anc_str name, anc_str text, bool in_list)
{
    const anc_str s = anc_arena_copy(f->mem, text);
    if (s.ptr == NULL)
        return anc_arena_refusal(f->mem);
    return add(f, name, (srch_value){.kind = SRCH_STRING, .str = s}, in_list);
}

/* The members of an object under `name`; without a name they are the document's own. */
static anc_status add_members(flattening *f, anc_str name, const json_value *object, bool in_list)
{
    anc_str inner;
    const json_value *member;
    size_t cursor = 0;
    srch_kind kind;
    while (json_each(object, &cursor, &inner, &member)) {
        if (name.len == 0 && srch_built_in(inner, &kind))
            continue;
        const anc_str path =
            name.len == 0 ? anc_arena_copy(f->mem, inner)
                          : anc_arena_printf(f->mem, "%.*s.%.*s", ANC_FMT(name), ANC_FMT(inner));
        if (path.ptr == NULL)
            return anc_arena_refusal(f->mem);
        ANC_TRY(add_json(f, path, member, in_list));
    }
    return ANC_OK;
}

static anc_status add_json(flattening *f, anc_str name, const json_value *v, bool in_list)
{
    srch_value value = {.kind = SRCH_BOOL, .integer = json_bool(v, false)};
    switch (json_kind_of(v)) {
    case JSON_ABSENT:
    case JSON_NULL:
        return ANC_OK;
    case JSON_BOOL:
        return add(f, name, value, in_list);
    case JSON_INT:
        value = (srch_value){.kind = SRCH_INT, .integer = json_int(v, 0)};
        return add(f, name, value, in_list);
    case JSON_REAL:
        value = (srch_value){.kind = SRCH_REAL, .real = json_double(v, 0)};
        return add(f, name, value, in_list);
    case JSON_STRING:
        return add_text(f, name, json_str(v, ANC_STR("")), in_list);
    case JSON_OBJECT:
        return add_members(f, name, v, in_list);
    case JSON_ARRAY:
        break;
    }
    for (size_t i = 0; i < json_count(v); i++)
        ANC_TRY(add_json(f, name, json_element(v, i), true));
    return ANC_OK;
}

static anc_status add_metadata(flattening *f, anc_str metadata, anc_err *err)
{
    json_doc *doc = NULL;
    if (metadata.len == 0)
        return ANC_OK;
    ANC_TRY(json_parse(metadata, &doc, err));
    anc_status status = ANC_INVALID;
    if (json_kind_of(json_root(doc)) == JSON_OBJECT)
        status = add_json(f, ANC_STR_NONE, json_root(doc), false);
    else
        (void)ANC_FAIL(err, ANC_INVALID, "metadata is %s, not an object",
                       json_kind_name(json_kind_of(json_root(doc))));
    json_doc_free(doc);
    return status;
}

static anc_status add_all(flattening *f, const srch_facts *facts, anc_err *err)
{
    ANC_TRY(add_str(f, "document_id", facts->document_id));
    ANC_TRY(add_str(f, "title", facts->title));
    ANC_TRY(add_str(f, "uri", facts->uri));
    ANC_TRY(add_str(f, "source", facts->source));
    ANC_TRY(add_str(f, "language", facts->language));
    ANC_TRY(add_str(f, "content_type", facts->content_type));
    ANC_TRY(add_time(f, "created_at", facts->created_ms));
    ANC_TRY(add_time(f, "updated_at", facts->updated_ms));
    return add_metadata(f, facts->metadata, err);
}

anc_status srch_fields_of(anc_arena *mem, const srch_facts *facts, srch_field **ret, size_t *ret_n,
                          anc_err *err)
{
    flattening f = {.mem = mem};
    const anc_status status = add_all(&f, facts, err);
    if (status != ANC_OK)
        return ANC_FAIL(err, status, "the fields of document %.*s", ANC_FMT(facts->document_id));
    *ret = f.fields;
    *ret_n = f.n;
    return ANC_OK;
}
