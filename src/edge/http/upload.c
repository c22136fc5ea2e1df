/* upload.c - the form's fields collected; the file's bytes are gathered in the request's arena. */
#include "upload.h"

#include <string.h>

#include "labels.h"
#include "net/multipart.h"

enum { MAX_FIELD_BYTES = 16 << 20 };

typedef struct reading {
    http_ctx *cx;
    http_upload *up;
    anc_str field; /* name of the part at work */
    bool is_file;
    bool has_file;
    anc_buf value; /* of a plain field */
    char *bytes;   /* of the file, in the arena; room for the whole body */
    size_t n_bytes;
} reading;

static anc_str *slot_of(http_upload *up, anc_str name)
{
    const struct {
        const char *name;
        anc_str *slot;
    } slots[] = {{"collection", &up->collection}, {"id", &up->id},
                 {"title", &up->title},           {"uri", &up->uri},
                 {"metadata", &up->metadata},     {"content_type", &up->content_type}};
    for (size_t i = 0; i < ANC_COUNT(slots); i++)
        if (anc_str_eq(anc_str_of(slots[i].name), name))
            return slots[i].slot;
    return NULL;
}

static anc_status unknown_field(anc_str name, anc_err *err)
{
    ANC_BUF(pointer, 128);
    (void)anc_buf_printf(&pointer, "/%.*s", ANC_FMT(anc_str_sub(name, 0, 80)));
    return ANC_FAIL_FIELD(err, ANC_INVALID, pointer.ptr, "'%.*s' is an unknown field of the form",
                          ANC_FMT(anc_str_sub(name, 0, 80)));
}

static anc_status copy(http_ctx *cx, anc_str s, anc_str *ret)
{
    const anc_str c = anc_arena_copy(cx->mem, s);
    if (c.ptr == NULL)
        return ANC_FAIL(&cx->err, anc_arena_refusal(cx->mem), "a form");
    *ret = c;
    return ANC_OK;
}

static anc_status on_part(void *arg, const net_part *part, anc_err *err)
{
    reading *r = arg;
    r->is_file = anc_str_eq(part->name, ANC_STR("file"));
    if (!r->is_file && !anc_str_eq(part->name, ANC_STR("acl")) &&
        slot_of(r->up, part->name) == NULL)
        return unknown_field(part->name, err);
    if (r->is_file && r->has_file)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/file", "one file a request; this form has two");
    ANC_TRY(copy(r->cx, part->name, &r->field));
    anc_buf_clear(&r->value);
    if (!r->is_file)
        return ANC_OK;
    r->has_file = true;
    if (part->filename.ptr != NULL)
        ANC_TRY(copy(r->cx, part->filename, &r->up->file_name));
    /* what a client guesses from a name is no better than what the content says */
    if (r->up->content_type.len == 0 &&
        !anc_str_eq(part->content_type, ANC_STR("application/octet-stream")))
        ANC_TRY(copy(r->cx, part->content_type, &r->up->content_type));
    return ANC_OK;
}

static anc_status on_data(void *arg, anc_str bytes, anc_err *err)
{
    reading *r = arg;
    if (r->is_file) {
        memcpy(r->bytes + r->n_bytes, bytes.ptr, bytes.len);
        r->n_bytes += bytes.len;
        return ANC_OK;
    }
    (void)anc_buf_add(&r->value, bytes);
    return anc_buf_status(&r->value, "a field of the form", err);
}

static anc_status take_acl(reading *r, anc_str text, anc_err *err)
{
    json_doc *doc = NULL;
    const anc_str *items = NULL;
    anc_str *kept;
    size_t n = 0;
    if (json_parse(text, &doc, NULL) != ANC_OK || json_kind_of(json_root(doc)) != JSON_ARRAY) {
        json_doc_free(doc);
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/acl", "acl is not a JSON array of labels");
    }
    anc_status status = http_texts_read(r->cx, json_root(doc), &items, &n);
    kept = status == ANC_OK ? anc_arena_alloc(r->cx->mem, n + 1, sizeof *kept) : NULL;
    for (size_t i = 0; kept != NULL && status == ANC_OK && i < n; i++)
        status = copy(r->cx, items[i], &kept[i]);
    json_doc_free(doc);
    r->up->acl = kept;
    r->up->n_acl = kept != NULL ? n : 0;
    return status;
}

static anc_status on_part_end(void *arg, anc_err *err)
{
    reading *r = arg;
    const anc_str value = anc_buf_view(&r->value);
    if (r->is_file)
        return ANC_OK;
    if (anc_str_eq(r->field, ANC_STR("acl")))
        return take_acl(r, value, err);
    return copy(r->cx, value, slot_of(r->up, r->field));
}

static anc_status check_metadata(const http_upload *up, anc_err *err)
{
    json_doc *doc = NULL;
    if (up->metadata.len == 0)
        return ANC_OK;
    const bool ok = json_parse(up->metadata, &doc, NULL) == ANC_OK &&
                    json_kind_of(json_root(doc)) == JSON_OBJECT;
    json_doc_free(doc);
    return ok ? ANC_OK
              : ANC_FAIL_FIELD(err, ANC_INVALID, "/metadata", "metadata is not a JSON object");
}

static anc_status feed(http_ctx *cx, reading *r, anc_str boundary)
{
    const net_multipart_sink sink = {on_part, on_data, on_part_end};
    net_multipart *mp = net_multipart_new(boundary, &sink, r);
    if (mp == NULL)
        return ANC_FAIL(&cx->err, ANC_NO_MEMORY, "a form");
    anc_status status = net_multipart_feed(mp, anc_buf_view(&cx->body), &cx->err);
    if (status == ANC_OK)
        status = net_multipart_finish(mp, &cx->err);
    net_multipart_free(mp);
    return status;
}

anc_status http_upload_read(http_ctx *cx, http_upload *ret)
{
    http_upload up = {0};
    reading r = {.cx = cx, .up = &up, .value = anc_buf_init(MAX_FIELD_BYTES)};
    anc_str boundary;
    ANC_TRY(net_multipart_boundary(cx->content_type, &boundary, &cx->err));
    r.bytes = anc_arena_alloc(cx->mem, cx->body.len, 1);
    if (r.bytes == NULL)
        return ANC_FAIL(&cx->err, anc_arena_refusal(cx->mem), "a form of %zu bytes", cx->body.len);
    const anc_status status = feed(cx, &r, boundary);
    anc_buf_done(&r.value);
    ANC_TRY(status);
    if (!r.has_file)
        return ANC_FAIL_FIELD(&cx->err, ANC_INVALID, "/file", "the form has no part named file");
    ANC_TRY(check_metadata(&up, &cx->err));
    up.content = (anc_str){r.bytes, r.n_bytes};
    *ret = up;
    return ANC_OK;
}
