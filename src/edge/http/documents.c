/* documents.c - documents put, listed, read and deleted. */
#include <string.h>

#include "labels.h"
#include "upload.h"

enum { MAX_SOURCE_BYTES = 256 << 20 };

static anc_str collection_of(const http_ctx *cx)
{
    const anc_str name = http_param(cx, "collection");
    return name.len > 0 ? name : ANC_STR("default");
}

/* ---- putting ---- */

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* RFC 4648, either alphabet, with or without padding; blanks and line ends are passed over. */
static anc_status decode_base64(http_ctx *cx, anc_str text, anc_str *ret)
{
    char *out = anc_arena_alloc(cx->mem, text.len / 4 * 3 + 4, 1);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    if (out == NULL)
        return ANC_FAIL(&cx->err, anc_arena_refusal(cx->mem), "content of %zu bytes", text.len);
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (c == '=' || c == '\n' || c == '\r' || c == ' ')
            continue;
        const int digit = base64_digit(c);
        if (digit < 0)
            return ANC_FAIL_FIELD(&cx->err, ANC_INVALID, "/content_base64",
                                  "content_base64 is not base64 at character %zu", i + 1);
        bits = bits << 6 | (uint32_t)digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[n++] = (char)(bits >> held & 255);
        }
    }
    *ret = (anc_str){out, n};
    return ANC_OK;
}

static anc_status read_content(http_ctx *cx, const json_value *root, kno_document_input *in)
{
    const json_value *text = json_member(root, "text");
    const json_value *encoded = json_member(root, "content_base64");
    const bool has_text = json_kind_of(text) == JSON_STRING;
    const bool has_bytes = json_kind_of(encoded) == JSON_STRING;
    if (has_text == has_bytes)
        return ANC_FAIL_FIELD(&cx->err, ANC_INVALID, has_text ? "/content_base64" : "/text",
                              has_text ? "text and content_base64 cannot both be given"
                                       : "text or content_base64 is missing");
    if (has_text) {
        in->content = json_str(text, ANC_STR(""));
        if (in->content_type.len == 0)
            in->content_type = ANC_STR("text/plain");
        return ANC_OK;
    }
    return decode_base64(cx, json_str(encoded, ANC_STR("")), &in->content);
}

static anc_status dump_object(http_ctx *cx, const json_value *object, anc_str *ret)
{
    ANC_BUF(text, 16 << 20);
    if (json_kind_of(object) != JSON_OBJECT)
        return ANC_OK;
    json_dump(object, &text);
    ANC_TRY(anc_buf_status(&text, "metadata", &cx->err));
    *ret = anc_arena_copy(cx->mem, anc_buf_view(&text));
    return ret->ptr != NULL ? ANC_OK : ANC_FAIL(&cx->err, anc_arena_refusal(cx->mem), "metadata");
}

static anc_status read_document(http_ctx *cx, kno_document_input *in)
{
    const json_value *root = http_body_root(cx);
    in->title = json_str(json_member(root, "title"), ANC_STR(""));
    in->uri = json_str(json_member(root, "uri"), ANC_STR(""));
    in->content_type = json_str(json_member(root, "content_type"), ANC_STR(""));
    ANC_TRY(dump_object(cx, json_member(root, "metadata"), &in->metadata));
    ANC_TRY(http_texts_read(cx, json_member(root, "acl"), &in->acl, &in->n_acl));
    return read_content(cx, root, in);
}

static anc_status read_form(http_ctx *cx, kno_document_input *in)
{
    http_upload up = {0};
    ANC_TRY(http_upload_read(cx, &up));
    if (up.collection.len > 0)
        in->collection = up.collection;
    in->id = up.id;
    in->title = up.title;
    in->uri = up.uri.len > 0 ? up.uri : up.file_name;
    in->metadata = up.metadata;
    in->acl = up.acl;
    in->n_acl = up.n_acl;
    in->name = up.file_name;
    in->content_type = up.content_type;
    in->content = up.content;
    return ANC_OK;
}

/* Puts, and answers when the index shows it. */
static anc_status put(http_ctx *cx, kno_document_input *in)
{
    static const char *const names[] = {
        [KNO_CREATED] = "created", [KNO_UPDATED] = "updated", [KNO_UNCHANGED] = "unchanged"};
    kno_put_result r = {0};
    if (in->content.len > MAX_SOURCE_BYTES)
        return ANC_FAIL(&cx->err, ANC_LIMIT, "the content has %zu bytes; a source may have %d MiB",
                        in->content.len, MAX_SOURCE_BYTES >> 20);
    ANC_TRY(kno_document_put(cx->edge->o.kno, &cx->call, in, false, &r));
    ANC_TRY(srch_wait_visible(cx->edge->o.srch, &cx->call, r.change_seq));
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_put_str(&w, "document_id", r.document_id);
    json_put_str(&w, "collection", r.collection);
    json_put_int(&w, "version", r.version);
    json_put_int(&w, "chunks", r.chunks);
    json_put_str(&w, "status", anc_str_of(names[r.status]));
    json_close_object(&w);
    cx->status = r.status == KNO_CREATED ? 201 : 200;
    return ANC_OK;
}

anc_status http_handle_document_create(http_ctx *cx)
{
    const anc_str later = http_param(cx, "async");
    kno_document_input in = {
        .collection = ANC_STR("default"), .make_collection = true, .source = ANC_STR("upload")};
    if (later.ptr != NULL && !anc_str_eq(later, ANC_STR("false")))
        return ANC_FAIL_FIELD(&cx->err, ANC_INVALID, "?async",
                              "?async is not available yet; leave it out");
    if (cx->doc == NULL) {
        ANC_TRY(read_form(cx, &in));
    } else {
        const json_value *root = http_body_root(cx);
        in.collection = json_str(json_member(root, "collection"), in.collection);
        in.id = json_str(json_member(root, "id"), ANC_STR(""));
        ANC_TRY(read_document(cx, &in));
    }
    return put(cx, &in);
}

anc_status http_handle_document_put(http_ctx *cx)
{
    kno_document_input in = {.collection = collection_of(cx),
                             .make_collection = true,
                             .source = ANC_STR("upload"),
                             .id = cx->path_params[0]};
    ANC_TRY(read_document(cx, &in));
    return put(cx, &in);
}

/* ---- reading ---- */

static void write_document(json_writer *w, const kno_document *d)
{
    json_open_object(w);
    json_put_str(w, "document_id", d->id);
    json_put_str(w, "collection", d->collection);
    json_put_str(w, "title", d->title);
    json_put_str_or_null(w, "uri", d->uri.len > 0 ? d->uri : ANC_STR_NONE);
    json_put_str(w, "source", d->source);
    json_put_str(w, "content_type", d->content_type);
    json_put_str(w, "language", d->language);
    json_put_int(w, "version", d->version);
    json_put_int(w, "chunks", d->chunks);
    json_put_int(w, "bytes", (int64_t)d->bytes);
    json_put_int(w, "text_bytes", (int64_t)d->text_bytes);
    json_put_str(w, "content_sha256", d->content_sha256);
    json_put_raw(w, "metadata", d->metadata.len > 0 ? d->metadata : ANC_STR("{}"));
    http_texts_write(w, "acl", d->acl, d->n_acl);
    http_time_put(w, "created_at", d->created_ms);
    http_time_put(w, "updated_at", d->updated_ms);
    json_close_object(w);
}

anc_status http_handle_document_list(http_ctx *cx)
{
    const uint64_t limit = http_param_number(cx, "limit", HTTP_DEFAULT_LIMIT, 1, HTTP_MAX_LIMIT);
    const anc_str collection = http_param(cx, "collection");
    kno_document *rows = NULL;
    size_t n = 0;
    anc_str after, next = ANC_STR_NONE;
    ANC_TRY(http_faults_status(cx));
    ANC_TRY(http_cursor_read(cx, &after));
    ANC_TRY(kno_document_list(cx->edge->o.kno, &cx->call, collection, http_param(cx, "q"), after,
                              limit, &rows, &n));
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_name(&w, "items");
    json_open_array(&w);
    for (size_t i = 0; i < n; i++)
        write_document(&w, &rows[i]);
    json_close_array(&w);
    if (n == limit)
        next = collection.len > 0
                   ? rows[n - 1].id
                   : anc_arena_printf(cx->mem, "%.*s\n%.*s", ANC_FMT(rows[n - 1].collection),
                                      ANC_FMT(rows[n - 1].id));
    json_put_str_or_null(&w, "next_cursor", next.ptr != NULL ? http_cursor_make(cx, next) : next);
    json_close_object(&w);
    return ANC_OK;
}

anc_status http_handle_document_get(http_ctx *cx)
{
    kno_document d = {0};
    ANC_TRY(
        kno_document_find(cx->edge->o.kno, &cx->call, collection_of(cx), cx->path_params[0], &d));
    json_writer w = json_writer_of(&cx->out);
    write_document(&w, &d);
    return ANC_OK;
}

anc_status http_handle_document_delete(http_ctx *cx)
{
    uint64_t seq = 0;
    ANC_TRY(kno_document_delete(cx->edge->o.kno, &cx->call, collection_of(cx), cx->path_params[0],
                                &seq));
    ANC_TRY(srch_wait_visible(cx->edge->o.srch, &cx->call, seq));
    cx->status = 204;
    return ANC_OK;
}

static void write_chunk(json_writer *w, const kno_chunk *c)
{
    json_open_object(w);
    json_put_str(w, "chunk_id", c->id);
    json_put_int(w, "ordinal", c->ref.ordinal);
    json_put_int(w, "version", c->ref.version);
    json_put_str_or_null(w, "heading", c->heading);
    if (c->page > 0)
        json_put_int(w, "page", c->page);
    else
        json_put_null(w, "page");
    json_put_int(w, "start", (int64_t)c->start);
    json_put_int(w, "end", (int64_t)c->end);
    json_put_int(w, "tokens", c->tokens);
    json_put_str(w, "text", c->text);
    json_close_object(w);
}

anc_status http_handle_document_chunks(http_ctx *cx)
{
    const uint64_t limit = http_param_number(cx, "limit", HTTP_DEFAULT_LIMIT, 1, HTTP_MAX_LIMIT);
    kno_chunk *rows = NULL;
    size_t n = 0;
    uint64_t from = 0;
    anc_str cursor;
    ANC_TRY(http_faults_status(cx));
    ANC_TRY(http_cursor_read(cx, &cursor));
    if (cursor.len > 0 && (!anc_str_to_u64(cursor, &from) || from > UINT32_MAX))
        return ANC_FAIL_FIELD(&cx->err, ANC_INVALID, "?cursor", "the cursor is none of ours");
    ANC_TRY(kno_chunk_list(cx->edge->o.kno, &cx->call, collection_of(cx), cx->path_params[0],
                           (uint32_t)from, limit, &rows, &n));
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_name(&w, "items");
    json_open_array(&w);
    for (size_t i = 0; i < n; i++)
        write_chunk(&w, &rows[i]);
    json_close_array(&w);
    json_put_str_or_null(
        &w, "next_cursor",
        n == limit ? http_cursor_make(
                         cx, anc_arena_printf(cx->mem, "%llu", (unsigned long long)(from + n)))
                   : ANC_STR_NONE);
    json_close_object(&w);
    return ANC_OK;
}

anc_status http_handle_document_text(http_ctx *cx)
{
    const uint64_t version = http_param_number(cx, "version", 0, 1, UINT32_MAX);
    kno_text text = {0};
    ANC_TRY(http_faults_status(cx));
    ANC_TRY(kno_text_open(cx->edge->o.kno, &cx->call, collection_of(cx), cx->path_params[0],
                          (uint32_t)version, &text));
    (void)anc_buf_add(&cx->out, text.text);
    kno_text_close(cx->edge->o.kno, &text);
    cx->out_type = ANC_STR("text/plain; charset=utf-8");
    return ANC_OK;
}
