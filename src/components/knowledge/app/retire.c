/* retire.c - documents go out of sight with their change and their event, parts before what they are
 * part of. */
#include "retire.h"
#include "kernel/domain/document_events.h"
#include "knowledge/domain/limits.h"

anc_status kno_retire_alone(kno_retirement *r, krn_tx *tx, const kno_part_row *d, anc_err *err)
{
    const kno_service_options *with = &r->kno->with;
    const kno_version_writer versions = with->catalog.versions;
    uint32_t number = 0;
    ANC_TRY(versions.ops->retire(versions.self, tx, d->document_id, &number, err));
    r->number = number;
    const krn_change change = {.op = KRN_CHANGE_DELETE,
                               .collection = r->collection,
                               .document_id = d->name,
                               .version = number};
    ANC_TRY(with->changes.ops->append(with->changes.self, tx, &change, &r->seq, err));
    const ev_document_deleted event = {
        .document_id = d->name, .collection = r->collection, .version = number};
    const ev_context context = {.component = ANC_STR("knowledge"),
                                .trace_id = r->call->trace_id,
                                .user_id = r->call->principal.user_id};
    ANC_TRY(krn_outbox_append(with->outbox, tx, EV_DOCUMENT_DELETED, &event, &context, err));
    if (r->n < ANC_COUNT(r->ids))
        r->ids[r->n++] = d->document_id;
    r->left--;
    return ANC_OK;
}

static anc_status retire_below(kno_retirement *r, krn_tx *tx, const kno_part_row *d, unsigned depth,
                               anc_err *err)
{
    const kno_version_writer versions = r->kno->with.catalog.versions;
    if (depth > KNO_PARTS_DEPTH)
        return ANC_FAIL(err, ANC_CORRUPT, "'%.*s' is part of more than %d documents",
                        ANC_FMT(d->name), KNO_PARTS_DEPTH);
    for (size_t n = KNO_GARBAGE_PIECE; n == KNO_GARBAGE_PIECE && r->left > 0;) {
        kno_part_row *parts = NULL;
        ANC_TRY(versions.ops->parts(versions.self, tx, r->collection_id, d->name, ANC_STR_NONE,
                                    KNO_GARBAGE_PIECE, r->call->mem, &parts, &n, err));
        for (size_t i = 0; i < n && r->left > 0; i++)
            ANC_TRY(retire_below(r, tx, &parts[i], depth + 1, err));
    }
    return r->left > 0 ? kno_retire_alone(r, tx, d, err) : ANC_OK;
}

anc_status kno_retire(kno_retirement *r, krn_tx *tx, const kno_part_row *document, anc_err *err)
{
    return retire_below(r, tx, document, 0, err);
}

bool kno_part_is_kept(const kno_parts *kept, anc_str name)
{
    uint64_t number;
    if (kept->rows != NULL && anc_map_find(kept->rows, name, &number))
        return true;
    for (size_t i = 0; i < kept->n; i++)
        if (kept->items[i].is_document && anc_str_eq(kept->items[i].id, name))
            return true;
    return false;
}

anc_status kno_retire_parts(kno_retirement *r, krn_tx *tx, anc_str parent, const kno_parts *kept,
                            anc_str *after, anc_err *err)
{
    const kno_version_writer versions = r->kno->with.catalog.versions;
    for (size_t n = KNO_GARBAGE_PIECE; n == KNO_GARBAGE_PIECE && r->left > 0;) {
        kno_part_row *parts = NULL;
        ANC_TRY(versions.ops->parts(versions.self, tx, r->collection_id, parent, *after,
                                    KNO_GARBAGE_PIECE, r->call->mem, &parts, &n, err));
        for (size_t i = 0; i < n && r->left > 0; i++) {
            if (!kno_part_is_kept(kept, parts[i].name))
                ANC_TRY(kno_retire(r, tx, &parts[i], err));
            if (r->left > 0)
                *after = parts[i].name;
        }
    }
    return ANC_OK;
}

void kno_retired_collect(const kno_retirement *r)
{
    anc_err ignored; /* they are gone; what cannot be cleared away now is the sweep's */
    anc_err_clear(&ignored);
    krn_call after = kno_call_after(r->kno, r->call, &ignored);
    for (size_t i = 0; i < r->n; i++)
        if (kno_garbage_collect_all(r->kno, &after, r->ids[i]) != ANC_OK) {
            kno_sweep_wake(r->kno);
            return;
        }
}
