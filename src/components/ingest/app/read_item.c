/* read_item.c - one item: read, put into the catalog, counted. */
#include "kernel/domain/document_events.h"
#include "service_impl.h"

enum { SMALL_ARENA_BYTES = 8 << 20 };
#define MAX_FILE_BYTES     ((size_t)256 << 20)
#define CONTENT_ARENA      (MAX_FILE_BYTES + ((size_t)32 << 20))
#define DOCUMENT_NS        ((int64_t)600 * 1000000000)
#define AGAIN_WHEN_IDLE_MS 1000 /* the catalog did not take the result */

static const char *stage_name(kno_put_stage stage)
{
    switch (stage) {
    case KNO_STAGE_PARSE:
        return "parse";
    case KNO_STAGE_CHUNK:
        return "chunk";
    case KNO_STAGE_EMBED:
        return "embed";
    case KNO_STAGE_WRITE:
        return "write";
    case KNO_STAGE_CHECK:
    default:
        return "read";
    }
}

/* What one try came to. */
typedef struct attempt {
    anc_status status;
    const char *stage;
    kno_put_result put;
    uint64_t bytes;
} attempt;

/* A document's id is its path below the folder; where another file has that id already, the whole
 * path, so that folders read into one collection do not overwrite each other. */
static anc_str id_of(const ing_worker *w, krn_call *call, anc_str uri)
{
    anc_err ignored = {0};
    kno_document there;
    krn_call look = *call;
    look.err = &ignored;
    const anc_status status = kno_document_find(w->ing->with.knowledge, &look,
                                                w->run->batch.collection, w->item.path, &there);
    return status == ANC_OK && !anc_str_eq(there.uri, uri) ? uri : w->item.path;
}

static attempt put_item(const ing_worker *w, krn_call *call)
{
    ing_service *ing = w->ing;
    const ing_batch_record *batch = &w->run->batch;
    const ing_source source = ing->with.folder;
    attempt a = {.stage = "read", .bytes = w->item.bytes};
    ing_content content;
    if (ing_name_is_records(w->item.path)) {
        a.stage = "parse";
        a.status = ANC_FAIL(call->err, ANC_UNSUPPORTED, "a file of records is not one document");
        return a;
    }
    a.status =
        source.ops->read(source.self, call, batch->path, w->item.path, MAX_FILE_BYTES, &content);
    if (a.status != ANC_OK)
        return a;
    kno_put_stage stage = KNO_STAGE_CHECK;
    const kno_document_input input = {.collection = batch->collection,
                                      .make_collection = true,
                                      .id = id_of(w, call, content.uri),
                                      .uri = content.uri,
                                      .source = ANC_STR("folder"),
                                      .name = w->item.path,
                                      .metadata = batch->metadata,
                                      .acl = batch->acl,
                                      .n_acl = batch->n_acl,
                                      .content = content.bytes,
                                      .modified_ms = content.modified_ms,
                                      .stage = &stage};
    a.status = kno_document_put(ing->with.knowledge, call, &input, false, &a.put);
    a.stage = stage_name(stage);
    return a;
}

/* ---- counted ------------------------------------------------------------------------------- */

typedef struct finish_work {
    const ing_worker *worker;
    anc_arena *mem;
    ing_item_result result;
} finish_work;

static anc_status write_finish(void *arg, krn_tx *tx, anc_err *err)
{
    finish_work *w = arg;
    ing_service *ing = w->worker->ing;
    const ing_batch_writer b = ing->with.batch_writer;
    const ing_batch_record *batch = &w->worker->run->batch;
    ing_batch_record after;
    bool due = false;
    ANC_TRY(b.ops->finish_item(b.self, tx, batch->key, &w->result, w->mem, &after, &due, err));
    if (w->result.outcome == ING_ITEM_FAILED) {
        const ev_deadletter_added event = {.dead_letter_id = w->result.failure_id,
                                           .batch_id = batch->id,
                                           .stage = w->result.stage,
                                           .reason = w->result.reason};
        const ev_context context = {.component = ANC_STR("ingest"), .user_id = batch->user_id};
        ANC_TRY(
            krn_outbox_append(ing->with.outbox, tx, EV_DEADLETTER_ADDED, &event, &context, err));
    }
    return due ? ing_announce_state(ing, tx, &after, err) : ANC_OK;
}

static ing_outcome outcome_of(const attempt *a)
{
    if (a->status == ANC_UNSUPPORTED)
        return ING_PASSED_OVER;
    if (a->status != ANC_OK)
        return ING_ITEM_FAILED;
    return a->put.status == KNO_UNCHANGED ? ING_UNCHANGED : ING_DONE;
}

static void tell(const ing_worker *w, const ing_item_result *r)
{
    krn_series *by_outcome[] = {[ING_DONE] = w->ing->count.done,
                                [ING_UNCHANGED] = w->ing->count.unchanged,
                                [ING_PASSED_OVER] = w->ing->count.passed_over,
                                [ING_ITEM_FAILED] = w->ing->count.failed};
    krn_count(by_outcome[r->outcome], 1);
    if (r->outcome == ING_ITEM_FAILED)
        krn_log_write(w->ing->with.log, KRN_WARN, "ingest", "document failed",
                      KRN_STR("batch_id", w->run->batch.id), KRN_STR("document", r->document),
                      KRN_STR("stage", r->stage), KRN_STR("reason", r->reason));
}

static anc_status finish(const ing_worker *w, const attempt *a, const anc_err *why)
{
    ANC_ARENA(mem, SMALL_ARENA_BYTES);
    anc_err err;
    anc_err_clear(&err);
    if (mem == NULL)
        return ANC_NO_MEMORY;
    char id[ANC_UUID_TEXT + 1];
    krn_id_new(w->ing->with.clock, id);
    finish_work work = {.worker = w,
                        .mem = mem,
                        .result = {.ordinal = w->item.ordinal,
                                   .outcome = outcome_of(a),
                                   .bytes = a->bytes,
                                   .seq = a->status == ANC_OK ? a->put.change_seq : 0,
                                   .failure_id = anc_str_of(id),
                                   .document = w->item.path,
                                   .stage = anc_str_of(a->stage),
                                   .reason = anc_str_of(why->text)}};
    krn_call call = ing_call_of(w->ing, &w->run->batch, mem, &err, INT64_MAX);
    const anc_status status = krn_writer_run(w->ing->with.writer, &call, write_finish, &work);
    if (status == ANC_CONFLICT) /* it was counted before */
        return ANC_OK;
    if (status == ANC_OK)
        tell(w, &work.result);
    return status;
}

/* A reason that may pass by itself; a document that took ten minutes will take them again. */
static bool may_pass(anc_status status)
{
    return anc_status_info(status)->retry_may_help && status != ANC_DEADLINE;
}

anc_status ing_item_read(ing_worker *w, int64_t now_ns, int64_t *ret_wait_ms)
{
    ANC_ARENA(mem, CONTENT_ARENA);
    anc_err why;
    anc_err_clear(&why);
    attempt a = {.status = ANC_NO_MEMORY, .stage = "read"};
    if (mem != NULL) {
        krn_call call = ing_call_of(w->ing, &w->run->batch, mem, &why, now_ns + DOCUMENT_NS);
        a = put_item(w, &call);
    }
    if (atomic_load(&w->ing->stopping) && a.status != ANC_OK)
        return ANC_CANCELLED; /* it waits, and is read after the next start */
    w->tries++;
    const int64_t again_ms = may_pass(a.status) ? ing_retry_after_ms(w->tries) : -1;
    if (again_ms >= 0) {
        *ret_wait_ms = again_ms;
        return ANC_OK;
    }
    const anc_status status = finish(w, &a, &why);
    if (status != ANC_OK && atomic_load(&w->ing->stopping))
        return ANC_CANCELLED;
    *ret_wait_ms = status == ANC_OK ? 0 : AGAIN_WHEN_IDLE_MS;
    return ANC_OK;
}
