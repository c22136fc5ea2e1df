/* read.c - documents, texts and chunks for those who may see them. */
#include <string.h>

#include "base/id.h"
#include "kernel/domain/ids.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/names.h"
#include "knowledge/domain/places.h"
#include "knowledge/domain/rules.h"
#include "service_impl.h"
#include "text/normalize.h"

enum { MAX_PAGE = 1000, MAX_QUERY_BYTES = 1024 };

/* ---- documents ----------------------------------------------------------------------------- */

anc_status kno_document_to_public(krn_call *call, const kno_document_record *d,
                                  const kno_version_record *v, kno_document *ret)
{
    char hex[2 * KNO_DIGEST_BYTES + 1];
    anc_hex_text(v->content.bytes, KNO_DIGEST_BYTES, hex);
    const anc_str sha = anc_arena_copy(call->mem, anc_str_of(hex));
    const kno_digest unknown = {0};
    anc_str made_for = ANC_STR("");
    anc_hex_text(d->made_for.bytes, KNO_DIGEST_BYTES, hex);
    if (!kno_digest_eq(&d->made_for, &unknown))
        made_for = anc_arena_copy(call->mem, anc_str_of(hex));
    if (sha.ptr == NULL || made_for.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a document");
    *ret = (kno_document){.collection = d->collection,
                          .id = d->name,
                          .parent = d->parent,
                          .made_for = made_for,
                          .title = v->title,
                          .uri = v->uri,
                          .source = v->source,
                          .file_name = v->name,
                          .content_type = v->content_type,
                          .language = v->language,
                          .metadata = v->given,
                          .found = v->found,
                          .version = v->number,
                          .chunks = v->chunks,
                          .bytes = v->bytes,
                          .text_bytes = v->text_bytes,
                          .content_sha256 = sha,
                          .acl = d->acl.items,
                          .n_acl = d->acl.n,
                          .created_ms = d->created_ms,
                          .updated_ms = d->updated_ms};
    return ANC_OK;
}

anc_status kno_document_find(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                             kno_document *ret)
{
    return kno_document_find_at(kno, call, collection, id, 0, ret);
}

anc_status kno_document_find_at(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                                uint32_t version, kno_document *ret)
{
    kno_document_record d;
    kno_version_record v;
    ANC_TRY(kno_document_get(kno, call, collection, id, &d));
    ANC_TRY(kno_version_get(kno, call, &d, version, &v));
    return kno_document_to_public(call, &d, &v, ret);
}

/* The words looked for, folded as the stored ones are. */
static anc_status fold_query(krn_call *call, anc_str q, anc_str *ret)
{
    ANC_TRY(kno_line_check(q, MAX_QUERY_BYTES, "q", "/q", call->err));
    ANC_BUF(folded, 8 * MAX_QUERY_BYTES);
    ANC_TRY(txt_fold(anc_str_trim(q), &folded, call->err));
    const anc_str copy = anc_arena_copy(call->mem, anc_buf_view(&folded));
    if (copy.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for the words of a list");
    *ret = copy;
    return ANC_OK;
}

static anc_status list_query(kno_service *kno, krn_call *call, anc_str collection, anc_str q,
                             anc_str after, size_t limit, kno_labels *space,
                             kno_document_query *ret)
{
    kno_document_query query = {.held = kno_held(call, space),
                                .limit = limit < MAX_PAGE ? limit : MAX_PAGE};
    ANC_TRY(fold_query(call, q, &query.text));
    if (collection.len > 0) {
        kno_collection_record record;
        ANC_TRY(kno_collection_get(kno, call, collection, &record));
        query.collection_id = record.id;
        query.after_name = after;
    } else if (after.len > 0) {
        anc_str rest = after;
        if (!anc_str_split(&rest, '\n', &query.after_collection))
            query.after_collection = after;
        query.after_name = rest;
    }
    *ret = query;
    return ANC_OK;
}

anc_status kno_document_list(kno_service *kno, krn_call *call, anc_str collection, anc_str q,
                             anc_str after, size_t limit, kno_document **ret, size_t *ret_n)
{
    kno_document_query query;
    kno_labels held;
    ANC_TRY(list_query(kno, call, collection, q, after, limit, &held, &query));
    const kno_document_store d = kno->with.catalog.documents;
    kno_document_record *records = NULL;
    size_t n = 0;
    ANC_TRY(d.ops->list(d.self, call, &query, &records, &n));
    kno_document *out = anc_arena_alloc(call->mem, n, sizeof *out);
    if (out == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu documents", n);
    for (size_t i = 0; i < n; i++)
        ANC_TRY(kno_document_to_public(call, &records[i], &records[i].current, &out[i]));
    *ret = out;
    *ret_n = n;
    return ANC_OK;
}

/* ---- text and original --------------------------------------------------------------------- */

/* The object of a version; NOT_FOUND where the document was deleted since its row was read, CORRUPT where the file is
 * damaged or missing. */
static anc_status open_object(kno_service *kno, krn_call *call, const kno_object *o, uint64_t bytes,
                              kno_raw_look look, kno_raw_view *ret)
{
    const kno_raw_store raw = kno->with.raw;
    const anc_status status = raw.ops->open(raw.self, &o->digest, bytes, look, ret, call->err);
    return status == ANC_OK ? ANC_OK : kno_unreadable_name(kno, call, o, status);
}

static kno_object text_of(const kno_document_record *d, const kno_version_record *v)
{
    return (kno_object){d->collection, d->name, v->number, v->text};
}

anc_status kno_text_open(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                         uint32_t version, kno_text *ret)
{
    kno_document_record d;
    kno_version_record v;
    kno_raw_view view = {0};
    ANC_TRY(kno_document_get(kno, call, collection, id, &d));
    ANC_TRY(kno_version_get(kno, call, &d, version, &v));
    const kno_object o = text_of(&d, &v);
    ANC_TRY(open_object(kno, call, &o, v.text_bytes, KNO_LOOK_ONCE, &view));
    *ret = (kno_text){.text = view.bytes, .owner = view.owner, .mapped = view.mapped};
    return ANC_OK;
}

void kno_text_close(kno_service *kno, kno_text *text)
{
    kno_raw_view view = {.bytes = text->text, .owner = text->owner};
    kno->with.raw.ops->close_view(kno->with.raw.self, &view);
    *text = (kno_text){0};
}

anc_status kno_raw_open(kno_service *kno, krn_call *call, const kno_document *of, bool whole,
                        kno_raw *ret)
{
    kno_object o = {of->collection, of->id, of->version, {{0}}};
    kno_raw_view view = {0};
    if (!kno_digest_of_hex(of->content_sha256, &o.digest))
        return ANC_FAIL(call->err, ANC_BUG, "the original of '%.*s' has no digest",
                        ANC_FMT(of->id));
    ANC_TRY(open_object(kno, call, &o, of->bytes, whole ? KNO_LOOK_ANEW : KNO_LOOK_ONCE, &view));
    *ret = (kno_raw){.bytes = view.bytes, .owner = view.owner, .mapped = view.mapped};
    return ANC_OK;
}

void kno_raw_close(kno_service *kno, kno_raw *raw)
{
    kno_raw_view view = {.bytes = raw->bytes, .owner = raw->owner};
    kno->with.raw.ops->close_view(kno->with.raw.self, &view);
    *raw = (kno_raw){0};
}

/* ---- chunks -------------------------------------------------------------------------------- */

static anc_status read_places(krn_call *call, const kno_chunk_record *k, kno_chunk *ret)
{
    kno_mark *marks = NULL;
    size_t n = 0;
    ANC_TRY(kno_places_read(k->places, k->start, call->mem, &marks, &n, call->err));
    kno_place *places = anc_arena_alloc(call->mem, n, sizeof *places);
    if (places == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu places", n);
    for (size_t i = 0; i < n; i++)
        places[i] = (kno_place){marks[i].at, marks[i].page, marks[i].row};
    ret->places = places;
    ret->n_places = n;
    return ANC_OK;
}

anc_status kno_chunk_to_public(krn_call *call, const kno_document_record *d,
                               const kno_version_record *v, const kno_chunk_record *k, anc_str text,
                               kno_chunk *ret)
{
    if (k->end < k->start || k->end > text.len)
        return ANC_FAIL(call->err, ANC_CORRUPT, "chunk %u of '%.*s' lies outside of its text",
                        k->ordinal, ANC_FMT(d->name));
    const anc_str id = krn_chunk_id(call->mem, d->name, v->number, k->ordinal);
    const anc_str passage =
        anc_arena_copy(call->mem, anc_str_sub(text, k->start, k->end - k->start));
    if (id.ptr == NULL || passage.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a chunk of '%.*s'",
                        ANC_FMT(d->name));
    *ret = (kno_chunk){.ref = {.collection = d->collection,
                               .document_id = d->name,
                               .version = v->number,
                               .ordinal = k->ordinal},
                       .id = id,
                       .title = v->title,
                       .uri = v->uri,
                       .language = v->language,
                       .heading = k->heading,
                       .columns = k->columns,
                       .page = k->page,
                       .start = k->start,
                       .end = k->end,
                       .text = passage,
                       .tokens = k->tokens,
                       .metadata = v->metadata};
    return k->places.len > 0 ? read_places(call, k, ret) : ANC_OK;
}

/* The text of the version that was opened last, kept for the next chunk of the same. */
typedef struct open_text {
    kno_service *kno;
    kno_digest digest;
    kno_raw_view view;
    bool open;
    anc_str trouble; /* of `digest`, where it was not opened; NULL: none */
} open_text;

static void open_text_close(open_text *t)
{
    if (t->open)
        t->kno->with.raw.ops->close_view(t->kno->with.raw.self, &t->view);
    t->open = false;
}

/* OK with `view.bytes` of the version's text, NOT_FOUND where the document was deleted since the rows
 * were read, CORRUPT where its file is damaged or missing. */
static anc_status open_text_of(open_text *t, krn_call *call, const kno_document_record *d,
                               const kno_version_record *v)
{
    const kno_object o = text_of(d, v);
    if (t->open && kno_digest_eq(&t->digest, &v->text))
        return ANC_OK;
    open_text_close(t);
    ANC_TRY(open_object(t->kno, call, &o, v->text_bytes, KNO_LOOK_ONCE, &t->view));
    t->open = true;
    t->digest = v->text;
    return ANC_OK;
}

/* The same; where it is CORRUPT `t->trouble` says why, and the file is not read once more for the next chunk. */
static anc_status try_text_of(open_text *t, krn_call *call, const kno_document_record *d,
                              const kno_version_record *v)
{
    if (t->trouble.ptr != NULL && kno_digest_eq(&t->digest, &v->text))
        return ANC_CORRUPT;
    t->trouble = ANC_STR_NONE;
    const anc_status status = open_text_of(t, call, d, v);
    if (status != ANC_CORRUPT && status != ANC_NOT_FOUND)
        return status;
    if (status == ANC_CORRUPT) {
        t->digest = v->text;
        t->trouble = anc_arena_copy(call->mem, anc_str_of(call->err->text));
    }
    anc_err_clear(call->err);
    if (status == ANC_CORRUPT && t->trouble.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a chunk");
    return status;
}

anc_status kno_chunks_fetch(kno_service *kno, krn_call *call, const kno_chunk_ref *refs, size_t n,
                            kno_chunk *ret)
{
    kno_chunk_address *at = anc_arena_alloc(call->mem, n, sizeof *at);
    kno_chunk_place *places = anc_arena_alloc(call->mem, n, sizeof *places);
    if (at == NULL || places == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu chunks", n);
    for (size_t i = 0; i < n; i++)
        at[i] = (kno_chunk_address){.collection = refs[i].collection,
                                    .document = refs[i].document_id,
                                    .version = refs[i].version,
                                    .ordinal = refs[i].ordinal};
    const kno_document_store d = kno->with.catalog.documents;
    ANC_TRY(d.ops->locate(d.self, call, at, n, places));
    ANC_CLEANUP(open_text_close) open_text text = {.kno = kno};
    for (size_t i = 0; i < n; i++) {
        const kno_chunk_place *p = &places[i];
        ret[i] = (kno_chunk){.ref = refs[i]};
        if (!p->found ||
            !kno_labels_meet(p->document.acl, call->principal.labels, call->principal.n_labels))
            continue;
        const anc_status status = try_text_of(&text, call, &p->document, &p->document.current);
        ret[i].trouble = text.trouble;
        if (status == ANC_NOT_FOUND || status == ANC_CORRUPT)
            continue;
        ANC_TRY(status);
        ANC_TRY(kno_chunk_to_public(call, &p->document, &p->document.current, &p->chunk,
                                    text.view.bytes, &ret[i]));
    }
    return ANC_OK;
}

anc_status kno_chunk_list(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                          uint32_t version, uint32_t from, size_t limit, kno_chunk **ret,
                          size_t *ret_n)
{
    kno_document_record document;
    kno_version_record v;
    ANC_TRY(kno_document_get(kno, call, collection, id, &document));
    ANC_TRY(kno_version_get(kno, call, &document, version, &v));
    const kno_version_store d = kno->with.catalog.history;
    kno_chunk_record *records = NULL;
    size_t n = 0;
    ANC_TRY(
        d.ops->chunks(d.self, call, v.id, from, limit < MAX_PAGE ? limit : MAX_PAGE, &records, &n));
    kno_chunk *out = anc_arena_alloc(call->mem, n, sizeof *out);
    if (out == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu chunks", n);
    ANC_CLEANUP(open_text_close) open_text text = {.kno = kno};
    if (n > 0)
        ANC_TRY(open_text_of(&text, call, &document, &v));
    for (size_t i = 0; i < n; i++)
        ANC_TRY(kno_chunk_to_public(call, &document, &v, &records[i], text.view.bytes, &out[i]));
    *ret = out;
    *ret_n = n;
    return ANC_OK;
}
