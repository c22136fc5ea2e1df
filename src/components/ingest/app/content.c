/* content.c - an item's document: read at its source, or out of what was sent along. */
#include "base/map.h"
#include "ingest/domain/name.h"
#include "ingest/domain/record.h"
#include "rows.h"
#include "service_impl.h"

#define MAX_FILE_BYTES ((size_t)256 << 20)

/* A name of the file system is bytes; a document's is text. */
static anc_status as_text(krn_call *call, anc_str name, anc_str *ret)
{
    *ret = ing_name_text(call->mem, name);
    return ret->ptr != NULL
               ? ANC_OK
               : ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a name");
}

static kno_document_input with_settings(const ing_batch_record *batch)
{
    return (kno_document_input){.collection = batch->collection,
                                .asked = batch->asked,
                                .metadata = batch->metadata,
                                .acl = batch->acl,
                                .n_acl = batch->n_acl,
                                .keeps_acl = batch->n_acl == 0};
}

static anc_status load_source(const ing_worker *w, krn_call *call, kno_document_input *ret)
{
    const ing_batch_record *batch = &w->run->batch;
    const ing_source source = w->ing->with.folder;
    ing_content content;
    ANC_TRY(
        source.ops->read(source.self, call, batch->path, w->item.path, MAX_FILE_BYTES, &content));
    kno_document_input input = with_settings(batch);
    ANC_TRY(as_text(call, w->item.path, &input.name));
    ANC_TRY(as_text(call, content.uri, &input.uri));
    input.id = input.name; /* below the folder */
    input.of_file = true;
    input.source = ANC_STR("folder");
    input.content = content.bytes;
    input.modified_ms = content.modified_ms;
    *ret = input;
    return ANC_OK;
}

static anc_status read_payload(const ing_worker *w, krn_call *call, anc_str *ret)
{
    const ing_spool spool = w->ing->with.spool;
    if (w->item.payload.segment == 0) {
        *ret = ANC_STR("");
        return ANC_OK;
    }
    return spool.ops->read(spool.self, call, &w->item.payload, ret);
}

/* What browsers send when they do not know says nothing. */
static anc_str unless_vague(anc_str type)
{
    const bool vague = anc_str_eq(type, ANC_STR("application/octet-stream")) ||
                       anc_str_eq(type, ANC_STR("text/plain"));
    return vague ? ANC_STR_NONE : type;
}

static anc_status load_file(const ing_worker *w, krn_call *call, kno_document_input *ret)
{
    kno_document_input input = with_settings(&w->run->batch);
    ANC_TRY(read_payload(w, call, &input.content));
    input.id = w->item.path;
    input.uri = w->item.path;
    input.source = ANC_STR("upload");
    input.name = w->item.path;
    input.content_type = unless_vague(w->item.content_type);
    *ret = input;
    return ANC_OK;
}

/* The same each time the item is read: a UUIDv7 of the batch's time. */
static anc_status made_id(const ing_worker *w, krn_call *call, anc_str *ret)
{
    const ing_batch_record *batch = &w->run->batch;
    unsigned char bytes[16];
    char text[ANC_UUID_TEXT + 1];
    for (unsigned i = 0; i < 2; i++) {
        const anc_str seed = anc_arena_printf(call->mem, "%.*s/%lld/%u", ANC_FMT(batch->id),
                                              (long long)w->item.ordinal, i);
        if (seed.ptr == NULL)
            return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for an id");
        const uint64_t hash = anc_hash64(seed);
        for (unsigned k = 0; k < 8; k++)
            bytes[8 * i + k] = (unsigned char)(hash >> (8 * k));
    }
    anc_uuid7_text(batch->created_ms, bytes, text);
    *ret = anc_arena_copy(call->mem, anc_str_of(text));
    return ret->ptr != NULL
               ? ANC_OK
               : ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for an id");
}

static anc_status load_record(const ing_worker *w, krn_call *call, kno_document_input *ret)
{
    anc_str json;
    ing_record record;
    if (w->item.bytes > ING_RECORD_BYTES)
        return ANC_FAIL(call->err, ANC_LIMIT,
                        "it has %llu bytes; a document among others may have %d: send it alone",
                        (unsigned long long)w->item.bytes, ING_RECORD_BYTES);
    ANC_TRY(read_payload(w, call, &json));
    ANC_TRY(ing_record_read(json, call->mem, &record, call->err));
    kno_document_input input = with_settings(&w->run->batch);
    if (record.collection.len > 0)
        input.collection = record.collection;
    if (record.metadata.len > 0)
        input.metadata = record.metadata;
    if (record.n_acl > 0 || record.acl_is_null) {
        input.acl = record.acl;
        input.n_acl = record.n_acl;
        input.keeps_acl = false;
    }
    input.id = record.id;
    if (record.id.len == 0)
        ANC_TRY(made_id(w, call, &input.id));
    input.title = record.title;
    input.uri = record.uri;
    input.source = ANC_STR("api");
    input.content_type = record.content_type;
    input.content = record.content;
    *ret = input;
    return ANC_OK;
}

static anc_status load_row(const ing_worker *w, krn_call *call, kno_document_input *ret)
{
    anc_str json;
    ANC_TRY(read_payload(w, call, &json));
    kno_document_input input = with_settings(&w->run->batch);
    input.source =
        w->run->batch.source == ING_SOURCE_UPLOAD ? ANC_STR("upload") : ANC_STR("folder");
    ANC_TRY(ing_row_read(json, call, &input));
    *ret = input;
    return ANC_OK;
}

anc_status ing_content_load(const ing_worker *w, krn_call *call, kno_document_input *ret)
{
    switch (w->item.kind) {
    case ING_ITEM_RECORD:
        return load_record(w, call, ret);
    case ING_ITEM_FILE:
        return load_file(w, call, ret);
    case ING_ITEM_ROW:
        return load_row(w, call, ret);
    case ING_ITEM_SOURCE:
    default:
        return load_source(w, call, ret);
    }
}
