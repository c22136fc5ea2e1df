/* put_document.c - the path of a document from bytes to a current version.
 *
 * check → unchanged? → parse → cut → embed what is new → stage → publish (one small transaction
 * with the change and the event). Two puts of one document at once: each is whole, and the one that
 * publishes later wins. It notices that the document moved on, reads it again, and publishes over
 * it; what was parsed and embedded is kept.
 */
#include <string.h>

#include "hash/sha256.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/names.h"
#include "knowledge/domain/rules.h"
#include "put_impl.h"
#include "json/json.h"

enum { MAX_TRIES = 8, UNDO_ARENA_BYTES = 1 << 20 };
#define UNDO_NS (INT64_C(5) * 1000000000)

/* Part of the fingerprint; a change in how texts are extracted or cut counts it up, so that a put of
 * the same bytes is done again. */
static const char pipeline[] = "4";

/* ---- check --------------------------------------------------------------------------------- */

static anc_status check_metadata(kno_put *put)
{
    const anc_str given = anc_str_trim(put->input->metadata);
    anc_err *err = put->call.err;
    put->metadata = ANC_STR("{}");
    if (given.len == 0)
        return ANC_OK;
    if (given.len > KNO_METADATA_BYTES)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/metadata",
                              "the metadata has %zu bytes; at most %d are allowed", given.len,
                              KNO_METADATA_BYTES);
    json_doc *doc = NULL;
    anc_err why;
    anc_err_clear(&why);
    const anc_status status = json_parse(given, &doc, &why);
    if (status == ANC_NO_MEMORY)
        return ANC_FAIL(err, status, "%s", why.text);
    if (status != ANC_OK)
        return ANC_FAIL_FIELD(err, ANC_INVALID, "/metadata", "the metadata is not JSON: %s",
                              why.text);
    const anc_status fits = kno_metadata_check(json_root(doc), "/metadata", err);
    ANC_BUF(compact, 4 * (size_t)KNO_METADATA_BYTES);
    json_dump(json_root(doc), &compact);
    const bool is_null = json_kind_of(json_root(doc)) == JSON_NULL;
    json_doc_free(doc);
    ANC_TRY(fits);
    if (is_null)
        return ANC_OK;
    ANC_TRY(anc_buf_status(&compact, "the metadata", err));
    put->metadata = anc_arena_copy(put->call.mem, anc_buf_view(&compact));
    if (put->metadata.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(put->call.mem), "no room for the metadata");
    return ANC_OK;
}

anc_status kno_settings_check(krn_call *call, const kno_document_input *input)
{
    kno_put put = {.call = *call, .input = input};
    ANC_TRY(kno_collection_name_check(input->collection, "/collection", call->err));
    ANC_TRY(kno_acl_check(input->acl, input->n_acl, "/acl", call->err));
    return check_metadata(&put);
}

/* Both names are copied for the result now: after the commit nothing may fail any more. */
static anc_status keep_names(kno_put *put)
{
    char id[ANC_UUID_TEXT + 1];
    put->name = put->input->id;
    if (put->name.len == 0) {
        krn_id_new(put->kno->with.clock, id);
        put->name = anc_str_of(id);
    }
    ANC_TRY(kno_document_id_check(put->name, "/id", put->call.err));
    put->name = anc_arena_copy(put->results, put->name);
    put->into = anc_arena_copy(put->results, put->input->collection);
    if (put->name.ptr == NULL || put->into.ptr == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->results), "no room for a result");
    return ANC_OK;
}

static anc_status check_input(kno_put *put)
{
    const kno_document_input *in = put->input;
    anc_err *err = put->call.err;
    ANC_TRY(kno_collection_name_check(in->collection, "/collection", err));
    ANC_TRY(keep_names(put));
    ANC_TRY(kno_line_check(in->title, KNO_TITLE_BYTES, "title", "/title", err));
    ANC_TRY(kno_line_check(in->uri, KNO_URI_BYTES, "uri", "/uri", err));
    ANC_TRY(kno_line_check(in->source, KNO_SOURCE_NAME_BYTES, "source", "/source", err));
    ANC_TRY(kno_line_check(in->content_type, KNO_CONTENT_TYPE_BYTES, "content type",
                           "/content_type", err));
    ANC_TRY(kno_line_check(in->name, KNO_URI_BYTES, "file name", "/name", err));
    ANC_TRY(kno_labels_sorted(put->call.mem, in->acl, in->n_acl, &put->acl, err));
    ANC_TRY(check_metadata(put));
    if (in->content.len > KNO_SOURCE_BYTES)
        return ANC_FAIL(err, ANC_LIMIT, "the document '%.*s' has %zu bytes; at most %d are taken",
                        ANC_FMT(put->name), in->content.len, KNO_SOURCE_BYTES);
    return ANC_OK;
}

static void add_field(anc_sha256 *sha, anc_str field)
{
    const uint64_t len = field.len;
    anc_sha256_add(sha, (anc_str){(const char *)&len, sizeof len});
    anc_sha256_add(sha, field);
}

/* Two puts with the same fingerprint would make the same version. */
static anc_status take_fingerprint(kno_put *put)
{
    const kno_document_input *in = put->input;
    ANC_TRY(anc_sha256_of(in->content, put->content.bytes, put->call.err));
    anc_sha256 *sha = anc_sha256_new();
    if (sha == NULL)
        return ANC_FAIL(put->call.err, ANC_NO_MEMORY, "no memory for a digest");
    const anc_str fields[] = {anc_str_of(pipeline),
                              {(const char *)put->content.bytes, sizeof put->content.bytes},
                              in->title,
                              in->uri,
                              in->source,
                              in->content_type,
                              kno_put_file_name(put),
                              put->metadata};
    for (size_t i = 0; i < ANC_COUNT(fields); i++)
        add_field(sha, fields[i]);
    for (size_t i = 0; i < put->acl.n; i++)
        add_field(sha, put->acl.items[i]);
    if (in->rows != NULL) {
        const anc_str rows[] = {ANC_STR("rows"), in->rows->id_field, in->rows->title_field};
        for (size_t i = 0; i < ANC_COUNT(rows); i++)
            add_field(sha, rows[i]);
        for (size_t i = 0; i < in->rows->n_text_fields; i++)
            add_field(sha, in->rows->text_fields[i]);
    }
    anc_sha256_end(sha, put->fingerprint.bytes);
    anc_sha256_free(sha);
    return ANC_OK;
}

/* ---- what is there ------------------------------------------------------------------------- */

/* A collection that was there, or was deleted since the put was asked for, is not made again: it would
 * be open to everybody, whoever could read what it was. Nor will another of its name do. */
static anc_status is_the_same(kno_put *put, int64_t id)
{
    const kno_document_input *in = put->input;
    const kno_collection_store c = put->kno->with.catalog.collections;
    bool same = put->into_id == 0 || put->into_id == id;
    uint64_t dropped = 0;
    if (same && in->asked != 0) {
        ANC_TRY(c.ops->dropped(c.self, &put->call, in->collection, &dropped));
        same = dropped < in->asked;
    }
    if (!same)
        return ANC_FAIL_FIELD(put->call.err, ANC_NOT_FOUND, "/collection",
                              "the collection '%.*s' was deleted after this was asked for",
                              ANC_FMT(in->collection));
    put->into_id = id;
    return ANC_OK;
}

static anc_status read_collection(kno_put *put)
{
    const kno_document_input *in = put->input;
    const kno_collection_store c = put->kno->with.catalog.collections;
    kno_collection_record found;
    ANC_TRY(c.ops->find(c.self, &put->call, in->collection, &found));
    ANC_TRY(is_the_same(put, found.id));
    if (found.id == 0 && in->make_collection)
        found = kno_collection_defaults(in->collection);
    else if (found.id == 0 || (!kno_may_open(&put->call, found.acl) && !in->make_collection))
        return ANC_FAIL_FIELD(put->call.err, ANC_NOT_FOUND, "/collection",
                              "there is no collection '%.*s'", ANC_FMT(in->collection));
    else if (!kno_may_open(&put->call, found.acl))
        return ANC_FAIL_FIELD(put->call.err, ANC_FORBIDDEN, "/collection",
                              "the collection '%.*s' is not yours to write to",
                              ANC_FMT(in->collection));
    put->collection = found;
    return ANC_OK;
}

/* The document that a row is a part of, at the version that it was read from. */
static anc_status check_parent(kno_put *put)
{
    const kno_document_input *in = put->input;
    const kno_document_store d = put->kno->with.catalog.documents;
    kno_document_record parent = {0};
    if (in->parent.len == 0)
        return ANC_OK;
    if (put->collection.id != 0)
        ANC_TRY(d.ops->find(d.self, &put->call, put->collection.id, in->parent, &parent));
    if (parent.id == 0)
        return ANC_FAIL(put->call.err, ANC_NOT_FOUND,
                        "'%.*s' is a part of '%.*s', which is not there any more",
                        ANC_FMT(put->name), ANC_FMT(in->parent));
    put->parent_acl = parent.current.acl;
    put->of.has_version = true;
    put->of.bound = true;
    put->of.version = put->of.parent_at = parent.current.fingerprint;
    if (in->made_for.len > 0 && !kno_digest_of_hex(in->made_for, &put->of.version))
        return ANC_FAIL(put->call.err, ANC_INVALID, "'%.*s' is no fingerprint of a version",
                        ANC_FMT(anc_str_sub(in->made_for, 0, 80)));
    if (!kno_digest_eq(&put->of.version, &parent.current.fingerprint))
        return ANC_FAIL(put->call.err, ANC_NOT_FOUND,
                        "'%.*s' is a part of an earlier version of '%.*s'; version %u has come "
                        "since",
                        ANC_FMT(put->name), ANC_FMT(in->parent), parent.current.number);
    return ANC_OK;
}

anc_status kno_put_read_present(kno_put *put)
{
    ANC_TRY(read_collection(put));
    ANC_TRY(check_parent(put));
    put->present = (kno_document_record){0};
    const kno_document_store d = put->kno->with.catalog.documents;
    if (put->input->of_file)
        ANC_TRY(kno_put_find_file(put));
    else if (put->collection.id != 0)
        ANC_TRY(d.ops->find(d.self, &put->call, put->collection.id, put->name, &put->present));
    if (put->input->settled_id != NULL)
        *put->input->settled_id = put->name;
    if (put->input->keeps_acl)
        put->acl = put->present.id != 0 ? put->present.current.acl : put->parent_acl;
    if (put->present.id == 0)
        return kno_expected_check(put->input->expected_version, &put->present, put->name,
                                  put->call.err);
    if (put->must_be_new)
        return ANC_FAIL_FIELD(put->call.err, ANC_CONFLICT, "/id",
                              "the document '%.*s' exists in the collection '%.*s'",
                              ANC_FMT(put->name), ANC_FMT(put->collection.name));
    if (!kno_may_open(&put->call, put->present.acl))
        return ANC_FAIL_FIELD(put->call.err, ANC_FORBIDDEN, "/id",
                              "the document '%.*s' is not yours to replace", ANC_FMT(put->name));
    if (put->of.parent.len > 0 && !anc_str_eq(put->present.parent, put->of.parent))
        return ANC_FAIL(put->call.err, ANC_FORBIDDEN,
                        "'%.*s' is the id of another document, which is no part of '%.*s'",
                        ANC_FMT(put->name), ANC_FMT(put->of.parent));
    return kno_expected_check(put->input->expected_version, &put->present, put->name,
                              put->call.err);
}

static anc_status open_object(const kno_put *put, const kno_digest *digest, uint64_t bytes)
{
    const kno_raw_store raw = put->kno->with.raw;
    kno_raw_view view = {0};
    const anc_status status = raw.ops->open(raw.self, digest, bytes, KNO_LOOK_ONCE, &view, NULL);
    raw.ops->close_view(raw.self, &view);
    return status;
}

/* Whether what the version stands on was damaged or lost: the same content then mends it. */
static bool is_spoilt(const kno_put *put)
{
    const kno_version_record *v = &put->present.current;
    const anc_status original = open_object(put, &v->content, v->bytes);
    const anc_status text = open_object(put, &v->text, v->text_bytes);
    return original == ANC_CORRUPT || original == ANC_NOT_FOUND || text == ANC_CORRUPT ||
           text == ANC_NOT_FOUND;
}

static anc_status is_unchanged(kno_put *put, bool *ret)
{
    if (put->input->past != NULL)
        return kno_past_check(put, ret);
    const kno_version_record *v = &put->present.current;
    put->same_number = v->number;
    put->same_chunks = v->chunks;
    *ret = put->present.id != 0 && kno_digest_eq(&v->fingerprint, &put->fingerprint) &&
           !is_spoilt(put);
    return *ret ? kno_parts_complete(put, ret) : ANC_OK;
}

/* ---- the path ------------------------------------------------------------------------------ */

static bool cuts_alike(const kno_collection_record *a, const kno_collection_record *b)
{
    return a->chunking == b->chunking && a->chunk_tokens == b->chunk_tokens &&
           a->overlap_sentences == b->overlap_sentences && anc_str_eq(a->language, b->language) &&
           anc_str_eq(a->wanted_model, b->wanted_model);
}

anc_status kno_put_make_collection(kno_put *put)
{
    if (put->collection.id != 0)
        return ANC_OK;
    const anc_status status = kno_collection_store_new(put->kno, &put->call, &put->collection);
    if (status != ANC_OK && status != ANC_CONFLICT)
        return status;
    anc_err_clear(put->call.err);
    return kno_put_read_present(put);
}

/* The collection's row. Somebody may have changed its settings: then the version is cut again in the
 * background. */
static anc_status settle_collection(kno_put *put)
{
    ANC_TRY(kno_put_make_collection(put));
    if (cuts_alike(&put->cut_for, &put->collection))
        return ANC_OK;
    if (put->version_id == 0)
        put->version.cut = KNO_CUT_UNKNOWN;
    else if (put->version.cut ==
             put->collection.cut) /* made anew, and by chance as often changed */
        return ANC_FAIL(put->call.err, ANC_CONFLICT,
                        "the settings of the collection '%.*s' changed meanwhile",
                        ANC_FMT(put->collection.name));
    return ANC_OK;
}

/* Who may read it is what was read last: nothing becomes public that was hidden meanwhile. */
static anc_status settle_labels(kno_put *put)
{
    if (!put->input->keeps_acl || kno_labels_eq(put->version.acl, put->acl))
        return ANC_OK;
    if (put->version_id != 0)
        return ANC_FAIL(put->call.err, ANC_CONFLICT, "the document '%.*s' was changed meanwhile",
                        ANC_FMT(put->name));
    ANC_TRY(take_fingerprint(put));
    put->version.acl = put->acl;
    put->version.fingerprint = put->fingerprint;
    return ANC_OK;
}

anc_status kno_put_publish_at_last(kno_put *put)
{
    for (int tries = 1;; tries++) {
        ANC_TRY(krn_call_check(put->kno->with.clock, &put->call));
        ANC_TRY(settle_collection(put));
        ANC_TRY(settle_labels(put));
        bool again = false;
        const anc_status status = kno_put_publish(put, &again);
        if (status == ANC_OK || !again || tries == MAX_TRIES)
            return status;
        anc_err_clear(put->call.err);
        ANC_TRY(kno_put_read_present(put));
        if (put->only_over != 0 && put->present.current.id != put->only_over)
            return ANC_FAIL(put->call.err, ANC_CONFLICT,
                            "the document '%.*s' was changed meanwhile", ANC_FMT(put->name));
    }
}

static anc_status run(kno_put *put, kno_put_status *ret)
{
    kno_put_stage_is(put, KNO_STAGE_CHECK);
    ANC_TRY(check_input(put));
    ANC_TRY(kno_put_read_present(put));
    ANC_TRY(kno_parts_find_depth(put));
    ANC_TRY(take_fingerprint(put));
    bool unchanged = false;
    ANC_TRY(is_unchanged(put, &unchanged));
    *ret = KNO_UNCHANGED;
    if (unchanged)
        return kno_part_adopt(put);
    put->cut_for = put->collection;
    ANC_TRY(kno_put_extract(put));
    ANC_TRY(kno_put_goes_on(put, 0, 0));
    ANC_TRY(kno_put_cut(put));
    ANC_TRY(kno_put_goes_on(put, 0, put->n_chunks));
    kno_put_stage_is(put, KNO_STAGE_WRITE);
    ANC_TRY(kno_parts_mark_vanished(put));
    ANC_TRY(kno_put_publish_at_last(put));
    *ret = put->present.id == 0 ? KNO_CREATED : KNO_UPDATED;
    return ANC_OK;
}

/* Takes back what a put that failed has kept, with a call of its own: the put's may have passed its
 * deadline. What cannot be taken back now is the sweep's. */
static void take_back(const kno_put *put)
{
    kno_service *kno = put->kno;
    anc_err ignored;
    anc_err_clear(&ignored);
    ANC_ARENA(mem, UNDO_ARENA_BYTES);
    if (mem == NULL)
        return;
    krn_call call = kno_own_call(kno, mem, &ignored, krn_now_ns(kno->with.clock) + UNDO_NS);
    anc_status status = ANC_OK;
    if (put->version_id != 0)
        status = kno_version_discard(kno, &call, put->version_id);
    if (status == ANC_OK && put->text_kept)
        status = kno_object_collect(kno, &call, &put->version.text);
    if (status == ANC_OK && put->original_kept)
        status = kno_object_collect(kno, &call, &put->content);
    if (status == ANC_OK)
        status = kno_parts_take_back(put, &call);
    if (status != ANC_OK)
        krn_log_write(kno->with.log, KRN_WARN, "knowledge", "a failed put is left to the sweep",
                      KRN_STR("document_id", put->name),
                      KRN_STR("error", anc_str_of(ignored.text)));
}

void kno_put_done(kno_put *put)
{
    kno_service *kno = put->kno;
    kno->with.raw.ops->close_view(kno->with.raw.self, &put->view);
    kno_spool_close(&put->text);
    kno_spool_close(&put->original);
    anc_map_free(put->parts.rows);
    put->parts.rows = NULL;
    kno_live_end(kno, &put->live);
    emb_let_go(&put->cut_with);
    emb_let_go(&put->embed_with);
    emb_let_go(&put->also_with);
    if (put->published.document_id == 0)
        take_back(put);
    else if (put->vanished != NULL)
        kno_retired_collect(put->vanished);
    if (put->published.document_id != 0 && put->going.token != 0)
        kno_sweep_wake(kno);
}

kno_put_result kno_put_result_of(const kno_put *put, kno_put_status status)
{
    const bool same = status == KNO_UNCHANGED;
    return (kno_put_result){.collection = put->into,
                            .document_id = put->name,
                            .version = same ? put->same_number : put->published.number,
                            .chunks = same ? put->same_chunks : (uint32_t)put->n_chunks,
                            .status = status,
                            .change_seq = same ? 0 : put->change_seq,
                            .embedded = put->embedded};
}

static void tell(const kno_put *put, kno_put_status status)
{
    kno_service *kno = put->kno;
    krn_series *by_status[] = {[KNO_CREATED] = kno->count.created,
                               [KNO_UPDATED] = kno->count.updated,
                               [KNO_UNCHANGED] = kno->count.unchanged};
    krn_count(by_status[status], 1);
    if (status == KNO_UNCHANGED)
        return;
    krn_log_write(kno->with.log, KRN_DEBUG, "knowledge", "document published",
                  KRN_STR("collection", put->input->collection), KRN_STR("document_id", put->name),
                  KRN_INT("version", put->published.number), KRN_INT("chunks", put->n_chunks),
                  KRN_INT("embedded", put->embedded));
}

static anc_status put_document(kno_service *kno, krn_call *call, const kno_document_input *input,
                               bool must_be_new, const kno_part_of *of, kno_put_result *ret)
{
    const int64_t start_ns = krn_now_ns(kno->with.clock);
    ANC_ARENA(mem, KNO_PUT_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory to put a document");
    kno_put put = {.kno = kno,
                   .call = *call,
                   .input = input,
                   .must_be_new = must_be_new,
                   .rows = input->rows,
                   .takes_parts = input->past == NULL,
                   .of = *of,
                   .results = call->mem,
                   .stage_from_ns = start_ns};
    put.call.mem = mem;
    kno_put_status came_of_it = KNO_UNCHANGED;
    const anc_status status = run(&put, &came_of_it);
    if (input->stage_ns != NULL)
        input->stage_ns[put.stage] += krn_now_ns(kno->with.clock) - put.stage_from_ns;
    kno_put_done(&put);
    krn_observe(kno->count.put_seconds, krn_ms_since(kno->with.clock, start_ns) / 1e3);
    if (status != ANC_OK) {
        krn_count(kno->count.failed, 1);
        return status;
    }
    tell(&put, came_of_it);
    kno_unreadable_drop(kno, put.into, put.name);
    kno_put_remove_twins(&put, call);
    *ret = kno_put_result_of(&put, came_of_it);
    return ANC_OK;
}

anc_status kno_document_put(kno_service *kno, krn_call *call, const kno_document_input *input,
                            bool must_be_new, kno_put_result *ret)
{
    const anc_str parent = input->past != NULL ? input->past->parent : input->parent;
    const kno_part_of of = {.parent = parent, .depth = input->parent.len > 0 ? 1 : 0};
    return put_document(kno, call, input, must_be_new, &of, ret);
}

anc_status kno_put_as_part(kno_service *kno, krn_call *call, const kno_document_input *input,
                           const kno_part_of *of, kno_put_result *ret)
{
    return put_document(kno, call, input, false, of, ret);
}
