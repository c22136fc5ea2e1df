/* versions.c - the versions of a document: found and listed. */
#include "base/id.h"
#include "service_impl.h"

enum { MAX_PAGE = 1000 };

anc_status kno_expected_check(uint32_t expected, const kno_document_record *d, anc_str name,
                              anc_err *err)
{
    if (expected == 0 || (d->id != 0 && expected == d->current.number))
        return ANC_OK;
    if (d->id == 0)
        return ANC_FAIL_FIELD(err, ANC_CONFLICT, "/expected_version",
                              "the document '%.*s' is not there, and not at version %u",
                              ANC_FMT(name), expected);
    return ANC_FAIL_FIELD(err, ANC_CONFLICT, "/expected_version",
                          "the document '%.*s' is at version %u, not at %u", ANC_FMT(name),
                          d->current.number, expected);
}

anc_status kno_version_get(kno_service *kno, krn_call *call, const kno_document_record *d,
                           uint32_t number, kno_version_record *ret)
{
    kno_version_record v = d->current;
    const kno_version_store h = kno->with.catalog.history;
    if (number != 0 && number != v.number)
        ANC_TRY(h.ops->find(h.self, call, d->id, number, &v));
    if (v.id == 0)
        return ANC_FAIL(call->err, ANC_NOT_FOUND,
                        "the document '%.*s' has no version %u, or has it no more",
                        ANC_FMT(d->name), number);
    *ret = v;
    return ANC_OK;
}

static anc_status to_public(krn_call *call, const kno_document_record *d,
                            const kno_version_record *v, kno_version *ret)
{
    char hex[2 * KNO_DIGEST_BYTES + 1];
    anc_hex_text(v->content.bytes, KNO_DIGEST_BYTES, hex);
    const anc_str sha = anc_arena_copy(call->mem, anc_str_of(hex));
    anc_hex_text(v->fingerprint.bytes, KNO_DIGEST_BYTES, hex);
    const anc_str fingerprint = anc_arena_copy(call->mem, anc_str_of(hex));
    if (sha.ptr == NULL || fingerprint.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a version");
    const kno_difference *diff = &v->difference;
    *ret = (kno_version){.number = v->number,
                         .current = v->number == d->current.number,
                         .title = v->title,
                         .uri = v->uri,
                         .source = v->source,
                         .file_name = v->name,
                         .content_type = v->content_type,
                         .language = v->language,
                         .metadata = v->given,
                         .found = v->found,
                         .chunks = v->chunks,
                         .bytes = v->bytes,
                         .text_bytes = v->text_bytes,
                         .content_sha256 = sha,
                         .fingerprint = fingerprint,
                         .acl = v->acl.items,
                         .n_acl = v->acl.n,
                         .created_ms = v->created_ms,
                         .restored_from = v->restored,
                         .title_changed = (diff->changes & KNO_CHANGED_TITLE) != 0,
                         .content_changed = (diff->changes & KNO_CHANGED_CONTENT) != 0,
                         .metadata_changed = (diff->changes & KNO_CHANGED_METADATA) != 0,
                         .acl_changed = (diff->changes & KNO_CHANGED_ACL) != 0,
                         .uri_changed = (diff->changes & KNO_CHANGED_URI) != 0,
                         .cut_again = (diff->changes & KNO_CHANGED_CUT) != 0,
                         .counted = diff->counted,
                         .chunks_added = diff->added,
                         .chunks_removed = diff->removed,
                         .chunks_kept = v->chunks - (diff->counted ? diff->added : 0)};
    return ANC_OK;
}

anc_status kno_version_list(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                            uint32_t before, size_t limit, kno_version **ret, size_t *ret_n)
{
    kno_document_record d;
    ANC_TRY(kno_document_get(kno, call, collection, id, &d));
    const kno_version_store h = kno->with.catalog.history;
    kno_version_record *records = NULL;
    size_t n = 0;
    ANC_TRY(
        h.ops->list(h.self, call, d.id, before, limit < MAX_PAGE ? limit : MAX_PAGE, &records, &n));
    kno_version *out = anc_arena_alloc(call->mem, n, sizeof *out);
    if (out == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu versions", n);
    for (size_t i = 0; i < n; i++)
        ANC_TRY(to_public(call, &d, &records[i], &out[i]));
    *ret = out;
    *ret_n = n;
    return ANC_OK;
}

anc_status kno_version_find(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                            uint32_t number, kno_version *ret)
{
    kno_document_record d;
    kno_version_record v;
    ANC_TRY(kno_document_get(kno, call, collection, id, &d));
    ANC_TRY(kno_version_get(kno, call, &d, number, &v));
    return to_public(call, &d, &v, ret);
}
