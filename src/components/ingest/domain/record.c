/* record.c - a document read from its JSON object, member by member. */
#include "ingest/domain/record.h"

#include "base/base64.h"
#include "base/str.h"
#include "base/utf8.h"
#include "json/json.h"

enum { METADATA_BYTES = 1 << 20, CONTENT_BYTES = 256 << 20, SHOWN_BYTES = 64 };

typedef struct reading {
    anc_arena *mem;
    anc_err *err;
    ing_record record;
    anc_str text, base64; /* ptr NULL: not given */
} reading;

typedef anc_status read_member(reading *r, const char *pointer, const json_value *v, anc_str *to);

static anc_status no_room(const reading *r)
{
    return ANC_FAIL(r->err, anc_arena_refusal(r->mem), "no room for a document");
}

static anc_status wrong_kind(const reading *r, const char *pointer, const json_value *v,
                             const char *wanted)
{
    return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer, "%s is of the kind %s, expected is %s",
                          pointer, json_kind_name(json_kind_of(v)), wanted);
}

static anc_status read_text(reading *r, const char *pointer, const json_value *v, anc_str *to)
{
    if (json_kind_of(v) != JSON_STRING)
        return wrong_kind(r, pointer, v, "string");
    *to = anc_arena_copy(r->mem, json_str(v, ANC_STR_NONE));
    return to->ptr != NULL ? ANC_OK : no_room(r);
}

/* Looked at once all members are known; the document of the JSON outlives that. */
static anc_status read_view(reading *r, const char *pointer, const json_value *v, anc_str *to)
{
    if (json_kind_of(v) != JSON_STRING)
        return wrong_kind(r, pointer, v, "string");
    *to = json_str(v, ANC_STR_NONE);
    return ANC_OK;
}

static anc_status read_object(reading *r, const char *pointer, const json_value *v, anc_str *to)
{
    if (json_kind_of(v) != JSON_OBJECT)
        return wrong_kind(r, pointer, v, "object");
    ANC_BUF(dumped, METADATA_BYTES);
    json_dump(v, &dumped);
    ANC_TRY(anc_buf_status(&dumped, "the metadata", r->err));
    *to = anc_arena_copy(r->mem, anc_buf_view(&dumped));
    return to->ptr != NULL ? ANC_OK : no_room(r);
}

static anc_status read_labels(reading *r, const char *pointer, const json_value *v, anc_str *to)
{
    (void)to;
    const size_t n = json_count(v);
    if (json_kind_of(v) != JSON_ARRAY)
        return wrong_kind(r, pointer, v, "array");
    if (n == 0 || n > ING_RECORD_LABELS)
        return ANC_FAIL_FIELD(r->err, ANC_INVALID, pointer,
                              "%s has %zu labels; 1 to %d are allowed", pointer, n,
                              ING_RECORD_LABELS);
    anc_str *labels = anc_arena_alloc(r->mem, n, sizeof *labels);
    if (labels == NULL)
        return no_room(r);
    for (size_t i = 0; i < n; i++)
        ANC_TRY(read_text(r, pointer, json_element(v, i), &labels[i]));
    r->record.acl = labels;
    r->record.n_acl = n;
    return ANC_OK;
}

static anc_status read_named(reading *r, anc_str name, const json_value *v)
{
    ing_record *d = &r->record;
    const struct {
        const char *pointer;
        read_member *read;
        anc_str *to;
    } members[] = {{"/id", read_text, &d->id},
                   {"/collection", read_text, &d->collection},
                   {"/title", read_text, &d->title},
                   {"/text", read_view, &r->text},
                   {"/content_base64", read_view, &r->base64},
                   {"/content_type", read_text, &d->content_type},
                   {"/uri", read_text, &d->uri},
                   {"/metadata", read_object, &d->metadata},
                   {"/acl", read_labels, NULL}};
    if (json_kind_of(v) == JSON_NULL && anc_str_eq(name, ANC_STR("acl")))
        d->acl_is_null = true;
    for (size_t i = 0; i < ANC_COUNT(members); i++)
        if (anc_str_eq(name, anc_str_of(members[i].pointer + 1)))
            return json_kind_of(v) == JSON_NULL
                       ? ANC_OK
                       : members[i].read(r, members[i].pointer, v, members[i].to);
    const size_t shown = name.len < SHOWN_BYTES ? name.len : SHOWN_BYTES;
    return ANC_FAIL(r->err, ANC_INVALID, "a document has no member \"%.*s\"",
                    (int)anc_utf8_floor(name, shown), name.ptr);
}

static anc_status read_content(reading *r)
{
    if (r->text.ptr != NULL && r->base64.ptr != NULL)
        return ANC_FAIL_FIELD(r->err, ANC_INVALID, "/content_base64",
                              "text and content_base64 stand beside each other; send one");
    if (r->text.ptr == NULL && r->base64.ptr == NULL)
        return ANC_FAIL_FIELD(r->err, ANC_INVALID, "/text",
                              "the content is missing: text or content_base64");
    ANC_BUF(decoded, CONTENT_BYTES);
    if (r->base64.ptr != NULL) {
        anc_err why;
        anc_err_clear(&why);
        const anc_status status = anc_base64_read(r->base64, &decoded, &why);
        if (status != ANC_OK)
            return ANC_FAIL_FIELD(r->err, status, "/content_base64", "/content_base64: %s",
                                  why.text);
    }
    const anc_str content = r->text.ptr != NULL ? r->text : anc_buf_view(&decoded);
    r->record.content = anc_arena_copy(r->mem, content);
    return r->record.content.ptr != NULL ? ANC_OK : no_room(r);
}

static anc_status read_members(reading *r, const json_value *root)
{
    size_t cursor = 0;
    anc_str name;
    const json_value *v;
    if (json_kind_of(root) != JSON_OBJECT)
        return ANC_FAIL(r->err, ANC_INVALID, "a document is an object; this is of the kind %s",
                        json_kind_name(json_kind_of(root)));
    while (json_each(root, &cursor, &name, &v))
        ANC_TRY(read_named(r, name, v));
    return read_content(r);
}

anc_status ing_record_read(anc_str json, anc_arena *mem, ing_record *ret, anc_err *err)
{
    json_doc *doc = NULL;
    anc_err why;
    anc_err_clear(&why);
    const anc_status parsed = json_parse(json, &doc, &why);
    if (parsed != ANC_OK)
        return ANC_FAIL(err, parsed, "it is not %s", why.text); /* "JSON: line 1, column 3: …" */
    reading r = {.mem = mem, .err = err};
    const anc_status status = read_members(&r, json_root(doc));
    json_doc_free(doc);
    ANC_TRY(status);
    *ret = r.record;
    return ANC_OK;
}
