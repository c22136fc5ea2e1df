/* document_put.c - a document put: by JSON or by form, new or a new version.
 *
 * Answers when the index shows the version, or at once where it is to be read in the background. The bytes of a base64 content are held beside the arena,
 * so that the arena's ceiling is that of the work and not of the source.
 */
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "handlers.h"
#include "schemas.h"
#include "upload.h"

enum { METADATA_BYTES = 1 << 20 };

static const char *const status_names[] = {
    [KNO_CREATED] = "created",
    [KNO_UPDATED] = "updated",
    [KNO_UNCHANGED] = "unchanged",
};

static anc_str orelse(anc_str s, anc_str otherwise)
{
    return s.len > 0 ? s : otherwise;
}

anc_status http_metadata_of(http_request *rq, const json_value *metadata, anc_str *ret)
{
    ANC_BUF(text, METADATA_BYTES);
    if (metadata == NULL)
        return ANC_OK;
    json_dump(metadata, &text);
    if (text.refused)
        return ANC_FAIL_FIELD(&rq->err, ANC_LIMIT, "/metadata", "metadata is over %d bytes",
                              METADATA_BYTES);
    *ret = anc_arena_copy(rq->mem, anc_buf_view(&text));
    return ret->ptr != NULL ? ANC_OK : http_no_memory(rq, "metadata");
}

anc_status http_content_of(http_request *rq, const http_document_in *in, anc_buf *decoded,
                           anc_str *ret)
{
    anc_err why = {0};
    const anc_str name = http_shown(orelse(in->id, rq->params[0]));
    if (in->text.ptr != NULL && in->content_base64.ptr != NULL)
        http_fault_add(&rq->faults, ANC_STR("/content_base64"), "stands beside text; send one");
    else if (in->text.ptr == NULL && in->content_base64.ptr == NULL)
        http_fault_add(&rq->faults, ANC_STR("/text"), "is missing: text or content_base64");
    else if (in->content_base64.ptr != NULL) {
        const anc_status status = anc_base64_read(in->content_base64, decoded, &why);
        if (status == ANC_INVALID)
            http_fault_add(&rq->faults, ANC_STR("/content_base64"), "%s", why.text);
        else if (status != ANC_OK)
            return ANC_FAIL_FIELD(&rq->err, status, "/content_base64",
                                  "the content%s%.*s is over %llu bytes, the limit of a source",
                                  name.len > 0 ? " of " : "", ANC_FMT(name),
                                  (unsigned long long)rq->edge->o.max_source_bytes);
    }
    ANC_TRY(http_faults_status(&rq->faults, &rq->err));
    *ret = in->text.ptr != NULL ? in->text : anc_buf_view(decoded);
    return ANC_OK;
}

static anc_status input_of_json(http_request *rq, anc_buf *decoded, kno_document_input *ret)
{
    http_document_in in;
    ANC_TRY(http_body(rq, &in));
    ANC_TRY(http_content_of(rq, &in, decoded, &ret->content));
    ANC_TRY(http_metadata_of(rq, in.metadata, &ret->metadata));
    ret->collection = in.collection;
    ret->id = in.id;
    ret->title = in.title;
    ret->uri = in.uri;
    ret->source = ANC_STR("api");
    ret->content_type = in.content_type;
    ret->acl = in.acl.items;
    ret->n_acl = in.acl.n;
    ret->keeps_acl = in.acl.items == NULL && !in.acl.is_null;
    return ANC_OK;
}

/* A form's metadata is JSON text. */
static anc_status form_metadata(http_request *rq, anc_str text, anc_str *ret)
{
    anc_err why = {0};
    if (text.len == 0)
        return ANC_OK;
    json_doc *doc = NULL;
    if (json_parse(text, &doc, &why) != ANC_OK)
        return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/metadata", "metadata: %s", why.text);
    const bool is_object = json_kind_of(json_root(doc)) == JSON_OBJECT;
    json_doc_free(doc);
    if (!is_object)
        return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/metadata", "metadata is not a JSON object");
    *ret = text;
    return ANC_OK;
}

static anc_status form_labels(http_request *rq, anc_str text, kno_document_input *ret)
{
    size_t n = 0;
    anc_str part;
    anc_str *labels = anc_arena_alloc(rq->mem, text.len + 1, sizeof *labels);
    if (labels == NULL)
        return http_no_memory(rq, "labels");
    while (anc_str_split(&text, ',', &part))
        if (anc_str_trim(part).len > 0)
            labels[n++] = anc_str_trim(part);
    ret->acl = labels;
    ret->n_acl = n;
    return ANC_OK;
}

static anc_status input_of_form(http_request *rq, kno_document_input *ret)
{
    http_form form;
    ANC_TRY(http_upload_form(rq, &form));
    if (form.version.ptr != NULL)
        http_fault_add(&rq->faults, ANC_STR("/version"),
                       "stands with a version that is put back under its number alone");
    ANC_TRY(http_faults_status(&rq->faults, &rq->err));
    ANC_TRY(form_metadata(rq, form.metadata, &ret->metadata));
    ret->keeps_acl = form.acl.len == 0;
    if (form.acl.len > 0)
        ANC_TRY(form_labels(rq, form.acl, ret));
    /* what browsers send when they do not know says nothing */
    const bool vague = anc_str_eq(form.file_type, ANC_STR("application/octet-stream")) ||
                       anc_str_eq(form.file_type, ANC_STR("text/plain"));
    ret->collection = form.collection;
    ret->id = form.id;
    ret->title = form.title;
    ret->uri = form.uri;
    ret->source = ANC_STR("upload");
    ret->content_type = orelse(form.content_type, vague ? ANC_STR("") : form.file_type);
    ret->name = form.file_name;
    ret->content = form.content;
    return ANC_OK;
}

static anc_status answer(http_request *rq, const kno_put_result *put)
{
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "document_id", put->document_id);
    json_put_str(&w, "collection", put->collection);
    json_put_int(&w, "version", put->version);
    json_put_int(&w, "chunks", put->chunks);
    json_put_str(&w, "status", anc_str_of(status_names[put->status]));
    json_close_object(&w);
    rq->answer.status = put->status == KNO_CREATED ? 201 : 200;
    const anc_str tag = anc_arena_printf(rq->mem, "\"%u\"", put->version);
    if (tag.ptr == NULL)
        return http_no_memory(rq, "a version");
    http_answer_header(rq, "ETag", tag);
    return ANC_OK;
}

anc_status http_answer_put(http_request *rq, const kno_put_result *put)
{
    if (put->change_seq > 0 &&
        srch_wait_visible(rq->edge->o.srch, &rq->call, put->change_seq) != ANC_OK) {
        const anc_status status = rq->err.code != ANC_OK ? rq->err.code : ANC_DEADLINE;
        anc_err_clear(&rq->err);
        return ANC_FAIL(&rq->err, status,
                        "document %.*s is stored as version %u and not searchable yet",
                        ANC_FMT(put->document_id), put->version);
    }
    return answer(rq, put);
}

anc_status http_expected_version(http_request *rq, const http_document_query *q, uint32_t *ret)
{
    const anc_str tag = net_exchange_header(rq->ex, "if-match");
    uint64_t n = 0;
    *ret = (uint32_t)q->expected_version;
    if (tag.ptr == NULL)
        return ANC_OK;
    const bool quoted = tag.len > 2 && tag.ptr[0] == '"' && tag.ptr[tag.len - 1] == '"';
    if (!quoted || !anc_str_to_u64(anc_str_sub(tag, 1, tag.len - 2), &n) || n == 0 ||
        n > UINT32_MAX)
        http_fault_add(&rq->faults, ANC_STR("If-Match"),
                       "is not the ETag of a version, such as \"3\"");
    else if (*ret != 0 && *ret != n)
        http_fault_add(&rq->faults, ANC_STR("If-Match"), "says another version than the address");
    *ret = (uint32_t)n;
    return http_faults_status(&rq->faults, &rq->err);
}

anc_status http_name_expected(http_request *rq, anc_status status)
{
    if (status == ANC_CONFLICT && strcmp(rq->err.pointer, "/expected_version") == 0)
        (void)snprintf(rq->err.pointer, sizeof rq->err.pointer, "%s",
                       net_exchange_header(rq->ex, "if-match").ptr != NULL ? "If-Match"
                                                                           : "?expected_version");
    return status;
}

static anc_status put_and_answer(http_request *rq, const http_document_query *q,
                                 kno_document_input *input)
{
    kno_put_result put;
    input->make_collection = true;
    input->collection = orelse(input->collection, ANC_STR("default"));
    ANC_TRY(http_expected_version(rq, q, &input->expected_version));
    if (q->async)
        return http_answer_async(rq, input);
    ANC_TRY(
        http_name_expected(rq, kno_document_put(rq->edge->o.kno, &rq->call, input, false, &put)));
    /* made before the server ended, and found again: the answer is what it would have been */
    if (rq->resumed && put.version == 1 && put.status == KNO_UNCHANGED)
        put.status = KNO_CREATED;
    return http_answer_put(rq, &put);
}

static anc_status read_input(http_request *rq, anc_buf *decoded, kno_document_input *ret)
{
    *ret = (kno_document_input){0};
    return http_is_upload(rq) ? input_of_form(rq, ret) : input_of_json(rq, decoded, ret);
}

anc_status http_documents_create(http_request *rq)
{
    http_document_query q;
    kno_document_input input;
    ANC_BUF(decoded, (size_t)rq->edge->o.max_source_bytes);
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(read_input(rq, &decoded, &input));
    if (input.id.len == 0)
        input.id = rq->seed; /* the same when it comes again */
    return put_and_answer(rq, &q, &input);
}

/* `given` (of the body) must be absent or what the address says; `otherwise` is what to do about it. */
static void check_same(http_request *rq, const char *pointer, anc_str given, anc_str address,
                       const char *otherwise)
{
    const anc_str shown =
        anc_str_sub(given, 0, anc_utf8_floor(given, given.len < 80 ? given.len : 80));
    if (given.len > 0 && !anc_str_eq(given, address))
        http_fault_add(&rq->faults, anc_str_of(pointer),
                       "says \"%.*s\", but the address says \"%.*s\": %s", ANC_FMT(shown),
                       ANC_FMT(address), otherwise);
}

anc_status http_documents_replace(http_request *rq)
{
    http_document_query q;
    kno_document_input input;
    ANC_BUF(decoded, (size_t)rq->edge->o.max_source_bytes);
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(read_input(rq, &decoded, &input));
    check_same(rq, "/id", input.id, rq->params[0], "leave it out of the body");
    check_same(rq, "/collection", input.collection, q.collection,
               "leave it out of the body, or name the collection with ?collection= in the address");
    ANC_TRY(http_faults_status(&rq->faults, &rq->err));
    input.id = rq->params[0];
    input.collection = q.collection;
    return put_and_answer(rq, &q, &input);
}
