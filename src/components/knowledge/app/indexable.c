/* indexable.c - what projections read: one version whole, and the walk over all documents. */
#include "knowledge/domain/half.h"
#include "knowledge/domain/limits.h"
#include "service_impl.h"

/* The document without regard to labels: a projection keeps them, it does not obey them. */
static anc_status find_any(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                           kno_collection_record *ret_in, kno_document_record *ret)
{
    const kno_catalog *catalog = &kno->with.catalog;
    kno_collection_record in = {0};
    kno_document_record record = {0};
    ANC_TRY(catalog->collections.ops->find(catalog->collections.self, call, collection, &in));
    if (in.id != 0)
        ANC_TRY(catalog->documents.ops->find(catalog->documents.self, call, in.id, id, &record));
    if (record.id == 0)
        return ANC_FAIL(call->err, ANC_NOT_FOUND,
                        "there is no document '%.*s' in the collection '%.*s'", ANC_FMT(id),
                        ANC_FMT(collection));
    *ret_in = in;
    *ret = record;
    return ANC_OK;
}

typedef struct searched {
    anc_str model;
    uint32_t dims;
} searched;

static searched searched_of(const kno_collection_record *c)
{
    return c->model.len > 0 ? (searched){c->model, c->model_dims}
                            : (searched){c->target, c->target_dims};
}

anc_status kno_searched_model(kno_service *kno, krn_call *call, anc_str collection,
                              anc_str *ret_model, uint32_t *ret_dims)
{
    const kno_collection_store c = kno->with.catalog.collections;
    kno_collection_record in;
    ANC_TRY(c.ops->find(c.self, call, collection, &in));
    if (in.id == 0)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no collection '%.*s'",
                        ANC_FMT(collection));
    const searched own = searched_of(&in);
    *ret_model = own.model;
    *ret_dims = own.dims;
    return ANC_OK;
}

static anc_status read_chunks(kno_service *kno, krn_call *call, const kno_document_record *d,
                              kno_chunk **ret, size_t *ret_n)
{
    const kno_version_store store = kno->with.catalog.history;
    const kno_raw_store raw = kno->with.raw;
    kno_chunk_record *records = NULL;
    size_t n = 0;
    ANC_TRY(store.ops->chunks(store.self, call, d->current.id, 0, KNO_CHUNKS, &records, &n));
    kno_chunk *chunks = anc_arena_alloc(call->mem, n, sizeof *chunks);
    if (chunks == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu chunks", n);
    kno_raw_view view = {0};
    ANC_TRY(raw.ops->open(raw.self, &d->current.text, d->current.text_bytes, KNO_LOOK_ONCE, &view,
                          call->err));
    anc_status status = ANC_OK;
    for (size_t i = 0; status == ANC_OK && i < n; i++) {
        status = kno_chunk_to_public(call, d, &d->current, &records[i], view.bytes, &chunks[i]);
        chunks[i].metadata = ANC_STR_NONE;
    }
    raw.ops->close_view(raw.self, &view);
    ANC_TRY(status);
    *ret = chunks;
    *ret_n = n;
    return ANC_OK;
}

/* No text for a version: deleted since its row was read, or lost. */
static anc_status text_is_missing(kno_service *kno, krn_call *call, const kno_document_record *d)
{
    kno_document_record again;
    kno_collection_record in;
    anc_err_clear(call->err);
    ANC_TRY(find_any(kno, call, d->collection, d->name, &in, &again));
    if (again.id != d->id)
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "the document '%.*s' was deleted meanwhile",
                        ANC_FMT(d->name));
    return ANC_FAIL(call->err, ANC_CORRUPT, "the text of '%.*s' is not in the raw store",
                    ANC_FMT(d->name));
}

static anc_status read_vectors(kno_service *kno, krn_call *call, anc_str model, int64_t version_id,
                               size_t n, float **ret, uint32_t *ret_dims)
{
    const kno_vector_store v = kno->with.catalog.vectors;
    unsigned char *bytes = NULL;
    uint32_t dims = 0;
    if (model.len > 0 && n > 0)
        ANC_TRY(v.ops->read(v.self, call, model, version_id, n, &bytes, &dims));
    float *vectors = NULL;
    if (bytes != NULL) {
        vectors = anc_arena_alloc(call->mem, n * dims, sizeof *vectors);
        if (vectors == NULL)
            return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu vectors", n);
        for (size_t i = 0; i < n; i++)
            kno_half_unpack_unit(bytes + 2 * i * dims, dims, vectors + i * dims);
    }
    *ret = vectors;
    *ret_dims = dims;
    return ANC_OK;
}

anc_status kno_indexable_read(kno_service *kno, krn_call *call, anc_str collection,
                              anc_str document_id, anc_str model, kno_indexable *ret)
{
    kno_document_record d;
    kno_collection_record in;
    kno_chunk *chunks = NULL;
    size_t n = 0;
    float *vectors = NULL;
    uint32_t dims = 0;
    ANC_TRY(find_any(kno, call, collection, document_id, &in, &d));
    const searched own = searched_of(&in);
    const anc_str wanted = model.len > 0 ? model : own.model;
    const anc_status read = read_chunks(kno, call, &d, &chunks, &n);
    if (read == ANC_NOT_FOUND)
        return text_is_missing(kno, call, &d);
    ANC_TRY(read);
    ANC_TRY(read_vectors(kno, call, wanted, d.current.id, n, &vectors, &dims));
    if (vectors == NULL && anc_str_eq(wanted, own.model))
        dims = own.dims;
    const kno_version_record *v = &d.current;
    *ret = (kno_indexable){.collection = d.collection,
                           .document_id = d.name,
                           .title = v->title,
                           .uri = v->uri,
                           .source = v->source,
                           .content_type = v->content_type,
                           .language = v->language,
                           .version = v->number,
                           .metadata = v->metadata,
                           .acl = d.acl.items,
                           .n_acl = d.acl.n,
                           .created_ms = d.created_ms,
                           .updated_ms = d.updated_ms,
                           .model = wanted,
                           .dims = dims,
                           .n_chunks = n,
                           .chunks = chunks,
                           .vectors = vectors};
    return ANC_OK;
}

anc_status kno_walk(kno_service *kno, krn_call *call, const kno_walk_row *after, size_t limit,
                    kno_walk_row **ret, size_t *ret_n)
{
    const kno_document_store d = kno->with.catalog.documents;
    const kno_walk_record from = {.collection = after != NULL ? after->collection : ANC_STR_NONE,
                                  .document = after != NULL ? after->document_id : ANC_STR_NONE};
    kno_walk_record *records = NULL;
    size_t n = 0;
    ANC_TRY(d.ops->walk(d.self, call, &from, limit, &records, &n));
    kno_walk_row *rows = anc_arena_alloc(call->mem, n, sizeof *rows);
    if (rows == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu documents", n);
    for (size_t i = 0; i < n; i++)
        rows[i] = (kno_walk_row){.collection = records[i].collection,
                                 .document_id = records[i].document,
                                 .version = records[i].version};
    *ret = rows;
    *ret_n = n;
    return ANC_OK;
}
