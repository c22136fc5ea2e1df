/* put_past.c - a version put back as another data folder had it, with its number and its times.
 *
 * Versions come in the order of their numbers. One that is there already is unchanged, so that an
 * import may be run again from its beginning; one whose number stands for something else is refused,
 * since two histories of a document cannot be made one. What is attached to a document is in an export
 * with a history of its own, so it is not made from the document again.
 */
#include "knowledge/domain/names.h"
#include "knowledge/domain/rules.h"
#include "put_impl.h"

static anc_status take_fingerprint(kno_put *put)
{
    const anc_str hex = put->input->past->fingerprint;
    kno_digest digest;
    if (hex.len == 0)
        return ANC_OK;
    if (!kno_digest_of_hex(hex, &digest))
        return ANC_FAIL_FIELD(put->call.err, ANC_INVALID, "/fingerprint",
                              "the fingerprint is not %d hex digits in small letters",
                              2 * KNO_DIGEST_BYTES);
    put->fingerprint = digest;
    return ANC_OK;
}

/* Of the version that is current then: those before it were made for others. */
static anc_status take_made_for(kno_put *put)
{
    const kno_past *past = put->input->past;
    const kno_document_record *d = &put->present;
    if (past->made_for.len == 0 || (d->id != 0 && past->number < d->current.number))
        return ANC_OK;
    if (!kno_digest_of_hex(past->made_for, &put->of.version))
        return ANC_FAIL_FIELD(put->call.err, ANC_INVALID, "/made_for",
                              "made_for is not %d hex digits in small letters",
                              2 * KNO_DIGEST_BYTES);
    put->of.has_version = true;
    return ANC_OK;
}

anc_status kno_past_check(kno_put *put, bool *ret_there)
{
    const kno_past *past = put->input->past;
    const kno_document_record *d = &put->present;
    kno_version_record v = d->current;
    ANC_TRY(take_fingerprint(put));
    ANC_TRY(take_made_for(put));
    if (past->parent.len > 0)
        ANC_TRY(kno_document_id_check(past->parent, "/parent", put->call.err));
    for (size_t i = 0; i < past->n_unread; i++)
        ANC_TRY(kno_parts_unread(put, past->unread[i]));
    *ret_there = false;
    if (d->id == 0 || past->number > v.number)
        return ANC_OK;
    const kno_version_store h = put->kno->with.catalog.history;
    if (past->number < v.number)
        ANC_TRY(h.ops->find(h.self, &put->call, d->id, past->number, &v));
    if (v.id != 0 && !kno_digest_eq(&v.fingerprint, &put->fingerprint))
        return ANC_FAIL_FIELD(put->call.err, ANC_CONFLICT, "/version",
                              "the document '%.*s' has another version %u", ANC_FMT(put->name),
                              past->number);
    put->same_number = past->number;
    put->same_chunks = v.chunks;
    *ret_there = true;
    return ANC_OK;
}

void kno_past_apply(kno_put *put)
{
    const kno_past *past = put->input->past;
    if (past == NULL)
        return;
    put->version.restored = past->restored_from;
    if (past->compared)
        put->difference =
            (kno_difference){.changes = (past->title_changed ? KNO_CHANGED_TITLE : 0u) |
                                        (past->content_changed ? KNO_CHANGED_CONTENT : 0u) |
                                        (past->metadata_changed ? KNO_CHANGED_METADATA : 0u) |
                                        (past->acl_changed ? KNO_CHANGED_ACL : 0u) |
                                        (past->uri_changed ? KNO_CHANGED_URI : 0u) |
                                        (past->cut_again ? KNO_CHANGED_CUT : 0u),
                             .counted = past->counted,
                             .added = past->counted ? past->chunks_added : 0,
                             .removed = past->counted ? past->chunks_removed : 0};
}
