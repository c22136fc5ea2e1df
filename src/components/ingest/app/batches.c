/* batches.c - batches started, looked at, cancelled. */
#include <string.h>

#include "base/str.h"
#include "ingest/domain/glob.h"
#include "rows.h"
#include "service_impl.h"
#include "json/json.h"

enum { MAX_PAGE = 1000, MAX_METADATA_BYTES = 64 << 10, MAX_GLOBS = 100 };

/* ---- as others see it ----------------------------------------------------------------------- */

static anc_status count_searchable(ing_service *ing, krn_call *call, const ing_batch_record *b,
                                   uint64_t *ret)
{
    if (ing->with.search == NULL || srch_visible(ing->with.search, b->now.max_seq)) {
        *ret = b->now.processed + b->now.unchanged;
        return ANC_OK;
    }
    const uint64_t cursor = srch_status(ing->with.search).cursor;
    const ing_batch_store s = ing->with.batches;
    return s.ops->searchable(s.self, call, b->key, cursor, ret);
}

/* Until a document is through: what is done now. */
static anc_str slowest_stage(const ing_service *ing, const ing_batch_record *b, bool embeds)
{
    const ing_stage measured = ing_slowest_stage(b->now.stage_us, ing->with.workers);
    const ing_stage slowest = measured == ING_STAGES && embeds ? ING_STAGE_EMBED : measured;
    return slowest < ING_STAGES ? anc_str_of(ing_stage_name(slowest)) : ANC_STR_NONE;
}

/* Where what was read is: in the batch's collection, if not all of it named another. What was found
 * unchanged was read as well. */
static anc_status list_collections(krn_call *call, const ing_batch_record *b, ing_batch *ret)
{
    const bool own = b->now.processed + b->now.unchanged > b->n_read_elsewhere;
    anc_str *names = anc_arena_alloc(call->mem, b->n_elsewhere + 1, sizeof *names);
    if (names == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem),
                        "no room for the collections of a batch");
    size_t n = 0;
    bool listed = !own;
    for (size_t i = 0; i < b->n_elsewhere; i++) {
        if (!listed && anc_str_cmp(b->collection, b->elsewhere[i]) < 0) {
            names[n++] = b->collection;
            listed = true;
        }
        names[n++] = b->elsewhere[i];
    }
    if (!listed)
        names[n++] = b->collection;
    ret->collections = names;
    ret->n_collections = n;
    if (n > 0 && !own)
        ret->collection = names[0];
    return ANC_OK;
}

/* What is embedded of the documents under way is done as well, for who looks. Whoever was counted just now may be
 * among them still. */
static bool add_under_way(ing_service *ing, ing_counts *now, int64_t batch)
{
    bool embeds = false;
    const uint64_t bytes = now->under_way > 0 ? ing_progress_bytes(ing, batch, &embeds) : 0;
    const uint64_t left = now->bytes_total - now->bytes_done;
    now->bytes_done += bytes < left ? bytes : left;
    return embeds;
}

static anc_status to_public(ing_service *ing, krn_call *call, const ing_batch_record *stored,
                            ing_batch *ret)
{
    uint64_t searchable = 0;
    ing_batch_record copy = *stored;
    const ing_batch_record *b = &copy;
    ANC_TRY(count_searchable(ing, call, b, &searchable));
    const bool embeds = add_under_way(ing, &copy.now, b->key);
    const ing_counts *now = &b->now;
    const bool ended = ing_phase_ended(now->phase);
    const ing_pace pace = ing_batch_pace(b, krn_wall_ms(ing->with.clock));
    *ret = (ing_batch){.id = b->id,
                       .state = (ing_state)now->phase,
                       .collection = b->collection,
                       .source = b->path,
                       .total = now->total,
                       .waiting = ended ? 0 : now->waiting,
                       .unread = ended ? now->waiting : 0,
                       .under_way = now->under_way,
                       .processed = now->processed,
                       .failed = now->failed,
                       .skipped = now->skipped,
                       .unsupported = now->skipped - now->unchanged,
                       .searchable = searchable,
                       .bytes_total = now->bytes_total,
                       .bytes_done = now->bytes_done,
                       .error_message = b->error,
                       .rate_docs_per_s = pace.docs_per_s,
                       .eta_s = pace.eta_s,
                       .created_ms = b->created_ms,
                       .updated_ms = b->updated_ms,
                       .completed_ms = b->completed_ms,
                       .slowest_stage = slowest_stage(ing, b, embeds),
                       .revision = now->revision};
    return list_collections(call, b, ret);
}

anc_status ing_batch_get(ing_service *ing, krn_call *call, anc_str id, ing_batch_record *ret)
{
    const ing_batch_store s = ing->with.batches;
    ing_batch_record b;
    ANC_TRY(s.ops->find(s.self, call, id, &b));
    if (b.key == 0) {
        const anc_str shown = anc_str_sub(id, 0, 64);
        return ANC_FAIL(call->err, ANC_NOT_FOUND, "there is no batch '%.*s'", ANC_FMT(shown));
    }
    *ret = b;
    return ANC_OK;
}

anc_status ing_batch_find(ing_service *ing, krn_call *call, anc_str id, ing_batch *ret)
{
    ing_batch_record b;
    ANC_TRY(ing_batch_get(ing, call, id, &b));
    return to_public(ing, call, &b, ret);
}

anc_status ing_batch_list(ing_service *ing, krn_call *call, anc_str before, const ing_state *states,
                          size_t n_states, size_t limit, ing_batch **ret, size_t *ret_n)
{
    const ing_batch_store s = ing->with.batches;
    ing_batch_record *records = NULL;
    size_t n = 0;
    unsigned phases = 0;
    for (size_t i = 0; i < n_states; i++)
        phases |= 1U << states[i];
    ANC_TRY(s.ops->list(s.self, call, before, phases, limit < MAX_PAGE ? limit : MAX_PAGE, &records,
                        &n));
    ing_batch *out = anc_arena_alloc(call->mem, n, sizeof *out);
    if (out == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for %zu batches", n);
    for (size_t i = 0; i < n; i++)
        ANC_TRY(to_public(ing, call, &records[i], &out[i]));
    *ret = out;
    *ret_n = n;
    return ANC_OK;
}

/* ---- started ------------------------------------------------------------------------------- */

static anc_status check_globs(krn_call *call, const ing_folder_request *r)
{
    if (r->n_globs > MAX_GLOBS)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/globs",
                              "there are %zu patterns; at most %d are allowed", r->n_globs,
                              MAX_GLOBS);
    for (size_t i = 0; i < r->n_globs; i++) {
        const anc_str glob = r->globs[i];
        if (!ing_glob_valid(glob) || memchr(glob.ptr, '\n', glob.len) != NULL)
            return ANC_FAIL_FIELD(
                call->err, ANC_INVALID, "/globs",
                "the pattern '%.*s' is empty, has an open '[' or a line break, or "
                "is longer than %d bytes",
                (int)(glob.len < 100 ? glob.len : 100), glob.ptr, ING_MAX_GLOB_BYTES);
    }
    return ANC_OK;
}

anc_status ing_metadata_check(krn_call *call, anc_str metadata)
{
    if (metadata.len > MAX_METADATA_BYTES)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/metadata",
                              "the metadata has %zu bytes; at most %d are allowed", metadata.len,
                              MAX_METADATA_BYTES);
    if (metadata.len == 0)
        return ANC_OK;
    json_doc *doc = NULL;
    anc_err why;
    anc_err_clear(&why);
    const anc_status status = json_parse(metadata, &doc, &why);
    const bool object = status == ANC_OK && json_kind_of(json_root(doc)) == JSON_OBJECT;
    json_doc_free(doc);
    if (status == ANC_NO_MEMORY)
        return ANC_FAIL(call->err, status, "%s", why.text);
    if (!object)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/metadata",
                              "the metadata is not a JSON object: %s", why.text);
    return ANC_OK;
}

static anc_status check_request(ing_service *ing, krn_call *call, const ing_folder_request *r)
{
    const ing_source source = ing->with.folder;
    ANC_TRY(check_globs(call, r));
    if (r->collection.len == 0)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/collection", "no collection is named");
    const kno_document_input settings = {
        .collection = r->collection, .metadata = r->metadata, .acl = r->acl, .n_acl = r->n_acl};
    ANC_TRY(ing_metadata_check(call, r->metadata));
    ANC_TRY(kno_settings_check(call, &settings));
    return source.ops->check(source.self, call, r->path);
}

typedef struct start_work {
    ing_service *ing;
    const ing_batch_record *batch;
} start_work;

static anc_status write_start(void *arg, krn_tx *tx, anc_err *err)
{
    const start_work *w = arg;
    const ing_batch_writer b = w->ing->with.batch_writer;
    int64_t key = 0;
    ANC_TRY(b.ops->insert(b.self, tx, w->batch, &key, err));
    return ing_announce_state(w->ing, tx, w->batch, &w->batch->now, ANC_STR_NONE, err);
}

anc_status ing_batch_queue(ing_service *ing, krn_call *call, const ing_batch_record *wanted,
                           ing_batch *ret)
{
    char id[ANC_UUID_TEXT + 1];
    krn_call_id_new(ing->with.clock, call, id);
    ing_batch_record batch = *wanted;
    batch.id = anc_str_of(id);
    batch.now = (ing_counts){.phase = ING_PHASE_QUEUED};
    ANC_TRY(kno_moment(ing->with.knowledge, call, &batch.asked));
    start_work work = {.ing = ing, .batch = &batch};
    ANC_TRY(krn_writer_run(ing->with.writer, call, write_start, &work));
    krn_log_write(ing->with.log, KRN_INFO, "ingest", "batch queued", KRN_STR("batch_id", batch.id),
                  KRN_STR("collection", batch.collection), KRN_STR("path", batch.path));
    pthread_mutex_lock(&ing->lock);
    ing->look = true;
    pthread_mutex_unlock(&ing->lock);
    ing_wake(ing);
    return ing_batch_find(ing, call, batch.id, ret);
}

anc_status ing_folder_start(ing_service *ing, krn_call *call, const ing_folder_request *request,
                            ing_batch *ret)
{
    ANC_TRY(check_request(ing, call, request));
    ANC_BUF(globs, MAX_GLOBS * (ING_MAX_GLOB_BYTES + 1));
    for (size_t i = 0; i < request->n_globs; i++) {
        (void)anc_buf_add(&globs, request->globs[i]);
        (void)anc_buf_add_char(&globs, '\n');
    }
    ANC_TRY(anc_buf_status(&globs, "the patterns", call->err));
    ANC_BUF(rows, ING_ROWS_BYTES);
    ANC_TRY(ing_rows_encode(request->rows, &rows, call->err));
    const ing_batch_record wanted = {.source = ING_SOURCE_FOLDER,
                                     .rows = anc_buf_view(&rows),
                                     .collection = request->collection,
                                     .path = request->path,
                                     .globs = anc_buf_view(&globs),
                                     .metadata = request->metadata,
                                     .acl = request->acl,
                                     .n_acl = request->n_acl,
                                     .user_id = call->principal.user_id,
                                     .labels = call->principal.labels,
                                     .n_labels = call->principal.n_labels};
    return ing_batch_queue(ing, call, &wanted, ret);
}

/* ---- cancelled ----------------------------------------------------------------------------- */

typedef struct cancel_work {
    ing_service *ing;
    krn_call *call;
    int64_t key;
    ing_batch_record after;
} cancel_work;

static anc_status write_cancel(void *arg, krn_tx *tx, anc_err *err)
{
    cancel_work *w = arg;
    const ing_batch_writer b = w->ing->with.batch_writer;
    ANC_TRY(b.ops->move(b.self, tx, w->key, ING_PHASE_CANCELLED, ANC_STR_NONE, w->call->mem,
                        &w->after, err));
    return ing_announce_state(w->ing, tx, &w->after, &w->after.now, ANC_STR_NONE, err);
}

anc_status ing_batch_cancel(ing_service *ing, krn_call *call, anc_str id, ing_batch *ret)
{
    ing_batch_record b;
    ANC_TRY(ing_batch_get(ing, call, id, &b));
    cancel_work work = {.ing = ing, .call = call, .key = b.key};
    ANC_TRY(krn_writer_run(ing->with.writer, call, write_cancel, &work));
    ing_saw(ing, b.key, &work.after.now);
    krn_log_write(ing->with.log, KRN_INFO, "ingest", "batch cancelled", KRN_STR("batch_id", id));
    ing_wake(ing);
    return to_public(ing, call, &work.after, ret);
}
