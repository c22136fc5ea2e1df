/* restore.c - an old version of a document made current again.
 *
 * A restored version is a new one with the old one's bytes, text, chunks, title and metadata: its text is
 * not parsed again, and only what has lost its vector is embedded. Who may read it is not restored, so
 * that nothing becomes public by going back; when somebody puts the document meanwhile, theirs stands.
 *
 * What the version had attached is read from its original and put once more, before the version, as a
 * put of it would do; what is attached to the present version alone is retired with the publication. The
 * rows of a file of records follow it (rows_back.c).
 */
#include "hash/sha256.h"
#include "knowledge/domain/limits.h"
#include "knowledge/domain/rules.h"
#include "put_impl.h"

/* ---- the version ----------------------------------------------------------------------------- */

/* A put of the old version's bytes by its source would find itself unchanged, unless who may read it
 * has changed since: then it finds something else and makes a version. */
static anc_status take_fingerprint(kno_put *put, const kno_version_record *old)
{
    put->fingerprint = old->fingerprint;
    const kno_labels now = put->acl;
    if (kno_labels_eq(old->acl, now))
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
    put->version.acl = put->acl;
    put->version.fingerprint = put->fingerprint;
    put->version.restored = old->number;
    ANC_TRY(kno_fold_names(put));
    ANC_TRY(
        h.ops->chunks(h.self, &put->call, old->id, 0, KNO_CHUNKS, &put->chunks, &put->n_chunks));
    return with->raw.ops->open(with->raw.self, &old->text, old->text_bytes, KNO_LOOK_ONCE,
                               &put->view, put->call.err);
}

/* ---- what it had attached -------------------------------------------------------------------- */

static anc_status pass_over(void *arg, const kno_block *block, anc_err *err)
{
    const kno_put *put = arg;
    krn_call call = put->call;
    (void)block;
    call.err = err;
    return krn_call_check(put->kno->with.clock, &call);
}

static anc_status on_part(void *arg, const kno_part *part, anc_err *err)
{
    return kno_put_part(arg, part, err);
}

static anc_status open_original(const kno_put *put, const kno_version_record *old,
                                kno_raw_view *ret)
{
    const kno_raw_store raw = put->kno->with.raw;
    anc_err *err = put->call.err;
    const anc_status status =
        raw.ops->open(raw.self, &old->content, old->bytes, KNO_LOOK_ONCE, ret, err);
    if (status != ANC_NOT_FOUND)
        return status;
    return ANC_FAIL(err, ANC_CORRUPT,
                    "the original of version %u of '%.*s' is not in the raw store, and what was "
                    "attached to it neither",
                    old->number, ANC_FMT(put->name));
}

/* With the settings that the version had, and who may read it now. */
static anc_status put_parts(kno_put *put, const kno_version_record *old, anc_str original)
{
    const kno_parser parser = put->kno->with.parser;
    const kno_document_input *wanted = put->input;
    kno_document_input then = *wanted;
    then.uri = old->uri;
    then.source = old->source;
    then.metadata = old->given;
    const kno_source source = {
        .bytes = original, .content_type = old->content_type, .name = old->name};
    const kno_block_sink sink = {.arg = put, .on_block = pass_over, .on_part = on_part};
    kno_parsed ignored;
    anc_err why;
    anc_err_clear(&why);
    krn_call call = put->call;
    call.err = &why;
    put->input = &then;
    const anc_status status = parser.ops->parse(parser.self, &call, &source, &sink, &ignored);
    put->input = wanted;
    if (status != ANC_OK)
        return ANC_FAIL(put->call.err, status, "'%.*s', version %u: %s", ANC_FMT(put->name),
                        old->number, why.text);
    return ANC_OK;
}

/* Does it with the version's original, where that may have parts. */
static anc_status with_original(kno_put *put, const kno_version_record *old,
                                anc_status (*fn)(kno_put *put, const kno_version_record *old,
                                                 anc_str original))
{
    const kno_raw_store raw = put->kno->with.raw;
    kno_raw_view view = {0};
    ANC_TRY(open_original(put, old, &view));
    const anc_status status = fn(put, old, view.bytes);
    raw.ops->close_view(raw.self, &view);
    return status;
}

/* The publication then retires those that the version had not. */
static anc_status bring_parts_back(kno_put *put, const kno_version_record *old)
{
    const kno_parser parser = put->kno->with.parser;
    put->takes_parts = true;
    if (put->rows != NULL)
        return with_original(put, old, kno_rows_name);
    if (!parser.ops->holds_parts(parser.self, old->content_type))
        return ANC_OK;
    ANC_TRY(kno_parts_find_depth(put));
    return with_original(put, old, put_parts);
}

/* It is current; rows may be lacking. */
static anc_status mend_rows(kno_put *put, const kno_version_record *old)
{
    bool complete = true;
    if (put->rows != NULL)
        ANC_TRY(kno_parts_complete(put, &complete));
    return complete ? ANC_OK : with_original(put, old, kno_rows_put);
}

/* ---- the path ------------------------------------------------------------------------------ */

/* `*old` is held as live: its rows and objects stay while they are taken over. */
static anc_status restore(kno_put *put, int64_t held, uint32_t number, kno_put_status *ret)
{
    kno_version_record old;
    ANC_TRY(kno_version_get(put->kno, &put->call, &put->present, number, &old));
    if (old.id != held)
        return ANC_FAIL(put->call.err, ANC_CONFLICT, "the document '%.*s' was changed meanwhile",
                        ANC_FMT(put->name));
    put->only_over = put->present.current.id; /* who may read it is taken from there */
    put->acl = put->present.current.acl;
    ANC_TRY(take_fingerprint(put, &old));
    *ret = KNO_UNCHANGED;
    put->same_number = put->present.current.number;
    put->same_chunks = put->present.current.chunks;
    kno_rows_wanted *rows = anc_arena_alloc(put->call.mem, 1, sizeof *rows);
    if (rows == NULL)
        return ANC_FAIL(put->call.err, anc_arena_refusal(put->call.mem),
                        "no room for what rows are");
    ANC_TRY(kno_rows_remember(&put->call, old.found, rows));
    put->rows = kno_is_rows(old.found) ? rows : NULL;
    if (kno_digest_eq(&put->fingerprint, &put->present.current.fingerprint))
        return mend_rows(put, &old);
    put->content = old.content;
    put->cut_for = put->collection;
    ANC_TRY(bring_parts_back(put, &old));
    ANC_TRY(fill(put, &old));
    ANC_TRY(kno_parts_mark_vanished(put));
    ANC_TRY(kno_put_publish_at_last(put));
    *ret = KNO_UPDATED;
    return put->rows != NULL ? with_original(put, &old, kno_rows_put) : ANC_OK;
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

anc_status kno_version_restore_handing_rows(kno_service *kno, krn_call *call, anc_str collection,
                                            anc_str id, uint32_t number, uint32_t expected_version,
                                            const kno_rows_wanted *rows, kno_put_result *ret)
{
    ANC_ARENA(mem, KNO_PUT_ARENA_BYTES);
    if (mem == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory to restore a document");
    const kno_document_input input = {
        .collection = collection, .id = id, .expected_version = expected_version};
    kno_put put = {.kno = kno,
                   .call = *call,
                   .input = &input,
                   .rows_to = rows,
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

anc_status kno_version_restore(kno_service *kno, krn_call *call, anc_str collection, anc_str id,
                               uint32_t number, uint32_t expected_version, kno_put_result *ret)
{
    return kno_version_restore_handing_rows(kno, call, collection, id, number, expected_version,
                                            NULL, ret);
}
