/* version_put.c - a version put back under its number, as an export has it. */
#include "base/base64.h"
#include "handlers.h"
#include "schemas.h"
#include "upload.h"

static bool has(const http_texts *texts, const char *name)
{
    for (size_t i = 0; i < texts->n; i++)
        if (anc_str_eq(texts->items[i], anc_str_of(name)))
            return true;
    return false;
}

static void check_changed(http_request *rq, const http_texts *changed)
{
    static const char *const known[] = {"title", "content", "metadata", "acl", "uri", "chunking"};
    for (size_t i = 0; i < changed->n; i++) {
        bool fits = false;
        for (size_t k = 0; k < ANC_COUNT(known) && !fits; k++)
            fits = anc_str_eq(changed->items[i], anc_str_of(known[k]));
        if (!fits)
            http_fault_add(&rq->faults, ANC_STR("/changed"),
                           "\"%.*s\" is none of title, content, metadata, acl, uri, chunking",
                           ANC_FMT(anc_str_sub(changed->items[i], 0, 80)));
    }
}

static kno_past past_of(const http_version_in *in, uint32_t number)
{
    const bool counted = in->chunks_added >= 0 && in->chunks_removed >= 0;
    return (kno_past){.number = number,
                      .created_ms = in->created_ms,
                      .document_created_ms = in->document_created_ms,
                      .restored_from = (uint32_t)in->restored_from,
                      .fingerprint = in->fingerprint,
                      .parent = in->parent,
                      .made_for = in->made_for,
                      .unread = in->attachments_unread.items,
                      .n_unread = in->attachments_unread.n,
                      .compared = in->changed.items != NULL,
                      .title_changed = has(&in->changed, "title"),
                      .content_changed = has(&in->changed, "content"),
                      .metadata_changed = has(&in->changed, "metadata"),
                      .acl_changed = has(&in->changed, "acl"),
                      .uri_changed = has(&in->changed, "uri"),
                      .cut_again = has(&in->changed, "chunking"),
                      .counted = counted,
                      .chunks_added = counted ? (uint32_t)in->chunks_added : 0,
                      .chunks_removed = counted ? (uint32_t)in->chunks_removed : 0};
}

static void read_base64(http_request *rq, const char *pointer, anc_str text, anc_buf *out)
{
    anc_err why = {0};
    if (anc_base64_read(text, out, &why) != ANC_OK)
        http_fault_add(&rq->faults, anc_str_of(pointer), "%s", why.text);
}

/* Of as many digests as there are vectors; `digests` and `values` hold their bytes. */
static anc_status read_vectors(http_request *rq, const http_version_in *in, anc_buf *digests,
                               anc_buf *values, kno_taken_vectors *ret)
{
    *ret = (kno_taken_vectors){.n = 0};
    if (in->vectors_model.len == 0)
        return ANC_OK;
    read_base64(rq, "/vectors_digests", in->vectors_digests, digests);
    read_base64(rq, "/vectors_values", in->vectors_values, values);
    ANC_TRY(http_faults_status(&rq->faults, &rq->err));
    const size_t n = digests->len / KNO_DIGEST_SIZE;
    const size_t dims = n > 0 ? values->len / (2 * n) : 0;
    if (n == 0 || digests->len != n * KNO_DIGEST_SIZE || dims == 0 || values->len != 2 * n * dims ||
        dims > UINT16_MAX)
        http_fault_add(&rq->faults, ANC_STR("/vectors_values"),
                       "are %zu bytes, which are no vectors for %zu bytes of digests", values->len,
                       digests->len);
    *ret = (kno_taken_vectors){.model = in->vectors_model,
                               .dims = (uint32_t)dims,
                               .n = n,
                               .digests = (const unsigned char *)digests->ptr,
                               .values = (const unsigned char *)values->ptr};
    return http_faults_status(&rq->faults, &rq->err);
}

static kno_rows_wanted rows_of(const http_texts *columns)
{
    if (columns->n < 2)
        return (kno_rows_wanted){.on_row = NULL};
    return (kno_rows_wanted){.id_field = columns->items[0],
                             .title_field = columns->items[1],
                             .text_fields = columns->items + 2,
                             .n_text_fields = columns->n - 2};
}

/* A form's `version` is what a JSON body would be, and its file the content. */
static anc_status read_form(http_request *rq, json_doc **ret_doc, http_version_in *ret,
                            anc_str *ret_content)
{
    http_form form;
    anc_err why = {0};
    ANC_TRY(http_upload_form(rq, &form));
    if (form.version.ptr == NULL)
        return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/version", "the form has no version");
    if (json_parse(form.version, ret_doc, &why) != ANC_OK)
        return ANC_FAIL_FIELD(&rq->err, ANC_INVALID, "/version", "version: %s", why.text);
    http_schema_read(&http_version_schema, json_root(*ret_doc), ret, &rq->faults);
    if (ret->document.text.ptr != NULL || ret->document.content_base64.ptr != NULL)
        http_fault_add(&rq->faults, ANC_STR("/version"),
                       "has a content, which is the form's file to have");
    *ret_content = form.content;
    return http_faults_status(&rq->faults, &rq->err);
}

static anc_status put(http_request *rq, const http_document_query *q, const http_version_in *in,
                      anc_str content)
{
    kno_put_result result;
    const uint32_t number = http_version_number(rq->params[1]);
    if (number == 0)
        return ANC_FAIL(&rq->err, ANC_NOT_FOUND, "'%.*s' is no number of a version",
                        ANC_FMT(anc_str_sub(rq->params[1], 0, 80)));
    check_changed(rq, &in->changed);
    ANC_TRY(http_faults_status(&rq->faults, &rq->err));
    ANC_BUF(digests, KNO_TAKEN_BYTES + 1);
    ANC_BUF(values, KNO_TAKEN_BYTES + 1);
    kno_past past = past_of(in, number);
    ANC_TRY(read_vectors(rq, in, &digests, &values, &past.vectors));
    const kno_rows_wanted rows = rows_of(&in->row_columns);
    kno_document_input input = {.collection = q->collection,
                                .make_collection = true,
                                .id = rq->params[0],
                                .title = in->document.title,
                                .uri = in->document.uri,
                                .source = in->source,
                                .content_type = in->document.content_type,
                                .name = in->file_name,
                                .acl = in->document.acl.items,
                                .n_acl = in->document.acl.n,
                                .content = content,
                                .rows = anc_str_eq(in->rows, ANC_STR("document")) ? &rows : NULL,
                                .past = &past};
    ANC_TRY(http_metadata_of(rq, in->document.metadata, &input.metadata));
    ANC_TRY(kno_document_put(rq->edge->o.kno, &rq->call, &input, false, &result));
    return http_answer_put(rq, &result);
}

anc_status http_versions_put(http_request *rq)
{
    http_document_query q;
    http_version_in in;
    anc_str content;
    ANC_BUF(decoded, (size_t)rq->edge->o.max_source_bytes);
    ANC_TRY(http_query(rq, &q));
    if (!http_is_upload(rq)) {
        ANC_TRY(http_body(rq, &in));
        ANC_TRY(http_content_of(rq, &in.document, &decoded, &content));
        return put(rq, &q, &in, content);
    }
    json_doc *doc = NULL;
    anc_status status = read_form(rq, &doc, &in, &content);
    if (status == ANC_OK)
        status = put(rq, &q, &in, content);
    json_doc_free(doc);
    return status;
}
