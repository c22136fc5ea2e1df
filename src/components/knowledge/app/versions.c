/* versions.c - the versions of a document: listed, and an old one made current again.
 *
 * A restored version is a new one with the old one's bytes, text, chunks, title and metadata: nothing
 * is parsed, and only what has lost its vector is embedded. Who may read it is not restored, so that
 * nothing becomes public by going back.
 */
#include <string.h>

#include "base/id.h"
#include "hash/sha256.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/rules.h"
#include "put_impl.h"
#include "text/normalize.h"

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

/* ---- listed -------------------------------------------------------------------------------- */

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

/* ---- restored ------------------------------------------------------------------------------ */

/* A put of the old version's bytes by its source would find itself unchanged, unless who may read it
 * has changed since: then it finds something else and makes a version. */
static anc_status take_fingerprint(kno_put *put, const kno_version_record *old)
{
    put->fingerprint = old->fingerprint;
    const kno_labels now = put->present.current.acl;
    bool same = old->acl.n == now.n;
    for (size_t i = 0; same && i < now.n; i++)
        same = anc_str_eq(old->acl.items[i], now.items[i]);
    if (same)
        return ANC_OK;
    anc_sha256 *sha = anc_sha256_new();
    if (sha == NULL)
        return ANC_FAIL(put->call.err, ANC_NO_MEMORY, "no memory for a digest");
    anc_sha256_add(sha, (anc_str){(const char *)old->fingerprint.bytes, KNO_DIGEST_BYTES});
    for (size_t i = 0; i < now.n; i++) {
        anc_sha256_add(sha, now.items[i]);
        anc_sha256_add(sha, ANC_STR("\n"));
    }
    anc_sha256_end(sha, put->fingerprint.bytes);
    anc_sha256_free(sha);
    return ANC_OK;
}

static anc_status fill(kno_put *put, const kno_version_record *old)
{
    const kno_service_options *with = &put->kno->with;
    const kno_version_store h = with->catalog.history;
    put->version = *old;
    put->version.acl = put->present.current.acl;
    put->version.fingerprint = put->fingerprint;
    put->version.restored = old->number;
    ANC_TRY(kno_fold_names(put));
    ANC_TRY(
        h.ops->chunks(h.self, &put->call, old->id, 0, KNO_CHUNKS, &put->chunks, &put->n_chunks));
    return with->raw.ops->open(with->raw.self, &old->text, old->text_bytes, &put->view,
                               put->call.err);
}

/* `*old` is held as live: its rows and objects stay while they are taken over. */
static anc_status restore(kno_put *put, int64_t held, uint32_t number, kno_put_status *ret)
{
    kno_version_record old;
    ANC_TRY(kno_version_get(put->kno, &put->call, &put->present, number, &old));
    if (old.id != held)
        return ANC_FAIL(put->call.err, ANC_CONFLICT, "the document '%.*s' was changed meanwhile",
                        ANC_FMT(put->name));
    ANC_TRY(take_fingerprint(put, &old));
    *ret = KNO_UNCHANGED;
    put->same_number = put->present.current.number;
    put->same_chunks = put->present.current.chunks;
    if (kno_digest_eq(&put->fingerprint, &put->present.current.fingerprint))
        return ANC_OK;
    put->content = old.content;
    put->cut_for = put->collection;
    ANC_TRY(fill(put, &old));
    ANC_TRY(kno_put_publish_at_last(put));
    *ret = KNO_UPDATED;
    return ANC_OK;
}

static anc_status restore_held(kno_put *put, uint32_t number, kno_put_status *ret)
{
    kno_version_record old;
    kno_document_record d;
    ANC_TRY(kno_document_get(put->kno, &put->call, put->into, put->input->id, &d));
    ANC_TRY(kno_version_get(put->kno, &put->call, &d, number, &old));
    kno_live hold = {0};
    kno_live_begin(put->kno, &hold, old.id);
    anc_status status = kno_put_read_present(put);
    if (status == ANC_OK && put->present.id != d.id)
        status = ANC_FAIL(put->call.err, ANC_CONFLICT, "the document '%.*s' was changed meanwhile",
                          ANC_FMT(put->name));
    if (status == ANC_OK)
        status = restore(put, old.id, number, ret);
    kno_live_end(put->kno, &hold);
    return status;
}

anc_status kno_version_restore(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                               uint32_t number, uint32_t expected_version, kno_put_result *ret)
{
    ANC_ARENA(mem, KNO_PUT_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory to restore a document");
    const kno_document_input input = {
        .collection = collection, .id = id, .expected_version = expected_version};
    kno_put put = {.kno = kno,
                   .call = *call,
                   .input = &input,
                   .results = call->mem,
                   .name = anc_arena_copy(call->mem, id),
                   .into = anc_arena_copy(call->mem, collection)};
    put.call.mem = mem;
    if (put.name.ptr == NULL || put.into.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a result");
    kno_put_status came_of_it = KNO_UNCHANGED;
    const anc_status status = restore_held(&put, number, &came_of_it);
    kno_put_done(&put);
    ANC_TRY(status);
    if (came_of_it != KNO_UNCHANGED)
        krn_log_write(kno->with.log, KRN_INFO, "knowledge", "version restored",
                      KRN_STR("collection", collection), KRN_STR("document_id", id),
                      KRN_INT("restored", number), KRN_INT("version", put.published.number));
    *ret = kno_put_result_of(&put, came_of_it);
    return ANC_OK;
}
