/* ingest.c - batches: start, list, look, stop, try again. */
#include "base/utf8.h"

#include "handlers.h"
#include "schemas.h"

enum { METADATA_BYTES = 1 << 20, STATES_MAX = 5 };

void http_put_batch(json_writer *w, const ing_batch *b)
{
    json_open_object(w);
    json_put_str(w, "batch_id", b->id);
    json_put_str(w, "status", anc_str_of(ing_state_name(b->state)));
    json_put_str(w, "collection", b->collection);
    http_put_texts(w, "collections", b->collections, b->n_collections);
    json_put_str(w, "source", b->source);
    json_put_int(w, "total_documents", (int64_t)b->total);
    json_put_int(w, "waiting_documents", (int64_t)b->waiting);
    json_put_int(w, "unread_documents", (int64_t)b->unread);
    json_put_int(w, "active_documents", (int64_t)b->under_way);
    json_put_int(w, "processed_documents", (int64_t)b->processed);
    json_put_int(w, "failed_documents", (int64_t)b->failed);
    json_put_int(w, "skipped_documents", (int64_t)b->skipped);
    json_put_int(w, "unsupported_documents", (int64_t)b->unsupported);
    json_put_int(w, "searchable_documents", (int64_t)b->searchable);
    json_put_int(w, "total_bytes", (int64_t)b->bytes_total);
    json_put_int(w, "processed_bytes", (int64_t)b->bytes_done);
    json_put_str_or_null(w, "error_message", b->error_message);
    json_put_fixed(w, "rate_docs_per_s", b->rate_docs_per_s, 2);
    if (b->eta_s < 0)
        json_put_null(w, "eta_s");
    else
        json_put_fixed(w, "eta_s", b->eta_s, 1);
    json_put_str_or_null(w, "slowest_stage", b->slowest_stage);
    http_put_time(w, "created_at", b->created_ms);
    http_put_time(w, "updated_at", b->updated_ms);
    http_put_time(w, "completed_at", b->completed_ms);
    json_close_object(w);
}

static anc_status add_glob(http_request *rq, anc_str glob, ing_folder_request *request)
{
    anc_str *all = anc_arena_alloc(rq->mem, request->n_globs + 1, sizeof *all);
    if (all == NULL)
        return http_no_memory(rq, "patterns");
    for (size_t i = 0; i < request->n_globs; i++)
        all[i] = request->globs[i];
    all[request->n_globs] = glob;
    request->globs = all;
    request->n_globs++;
    return ANC_OK;
}

/* NULL in `ret` where a file is one document. */
static void read_rows(http_request *rq, const http_ingest_in *in, ing_rows *space,
                      const ing_rows **ret)
{
    *space = (ing_rows){.id_field = in->id_field,
                        .title_field = in->title_field,
                        .text_fields = in->text_fields.items,
                        .n_text_fields = in->text_fields.n};
    const bool wanted = anc_str_eq(in->rows, ANC_STR("document"));
    *ret = wanted ? space : NULL;
    if (!wanted && in->id_field.len + in->title_field.len + in->text_fields.n > 0)
        http_fault_add(&rq->faults, ANC_STR("/rows"),
                       "is not \"document\": id_field, title_field and text_fields are columns of "
                       "records that become documents");
}

static anc_status read_folder(http_request *rq, const http_ingest_in *in, ing_folder_request *ret)
{
    const http_folder_in *p = &in->params;
    ANC_BUF(metadata, METADATA_BYTES);
    *ret = (ing_folder_request){.path = p->path.len > 0 ? p->path : in->table_or_collection,
                                .collection = in->collection,
                                .globs = p->globs.items,
                                .n_globs = p->globs.n,
                                .acl = p->acl.items,
                                .n_acl = p->acl.n};
    if (ret->path.len == 0)
        http_fault_add(&rq->faults, ANC_STR("/connection_params/path"),
                       "is missing: absolute path of a folder or file on the server's machine");
    else if (ret->path.ptr[0] != '/')
        http_fault_add(&rq->faults, ANC_STR("/connection_params/path"),
                       "\"%.*s\" is not an absolute path",
                       (int)anc_utf8_floor(ret->path, ret->path.len < 100 ? ret->path.len : 100),
                       ret->path.ptr);
    ANC_TRY(http_faults_status(&rq->faults, &rq->err));
    if (p->glob.len > 0)
        ANC_TRY(add_glob(rq, p->glob, ret));
    if (p->metadata == NULL)
        return ANC_OK;
    json_dump(p->metadata, &metadata);
    ANC_TRY(anc_buf_status(&metadata, "metadata", &rq->err));
    ret->metadata = anc_arena_copy(rq->mem, anc_buf_view(&metadata));
    return ret->metadata.ptr != NULL ? ANC_OK : http_no_memory(rq, "metadata");
}

anc_status http_answer_started(http_request *rq, const ing_batch *batch)
{
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str(&w, "message", ANC_STR("the batch is queued"));
    json_put_str(&w, "batch_id", batch->id);
    json_put_str(&w, "status", ANC_STR("queued")); /* whatever has been read of it already */
    json_close_object(&w);
    rq->answer.status = 202;
    return ANC_OK;
}

anc_status http_batch_made(http_request *rq, bool *ret_made, ing_batch *ret)
{
    ing_batch found;
    *ret_made = false;
    if (!rq->resumed)
        return ANC_OK;
    const anc_status status = ing_batch_find(rq->edge->o.ing, &rq->call, rq->begun_as, &found);
    if (status == ANC_NOT_FOUND) {
        anc_err_clear(&rq->err);
        return ANC_OK;
    }
    ANC_TRY(status);
    *ret_made =
        found.state != ING_FAILED; /* an upload that broke off is no batch that was asked for */
    *ret = found;
    return ANC_OK;
}

anc_status http_ingest_start(http_request *rq)
{
    http_ingest_query q;
    http_ingest_in in;
    ing_folder_request request;
    ing_rows rows;
    ing_batch batch;
    bool made = false;
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(http_body(rq, &in));
    ANC_TRY(read_folder(rq, &in, &request));
    read_rows(rq, &in, &rows, &request.rows);
    ANC_TRY(http_faults_status(&rq->faults, &rq->err));
    ANC_TRY(http_batch_made(rq, &made, &batch));
    if (!made)
        ANC_TRY(ing_folder_start(rq->edge->o.ing, &rq->call, &request, &batch));
    if (q.wait)
        return http_batch_await(rq, batch.id);
    http_finish(rq, http_answer_started(rq, &batch));
    return ANC_OK;
}

static anc_status read_states(http_request *rq, const http_texts *names, ing_state *out)
{
    for (size_t i = 0; i < names->n; i++)
        if (!ing_state_parse(names->items[i], &out[i]))
            http_fault_add(&rq->faults, ANC_STR("?status"), "\"%.*s\" is no status of a batch",
                           (int)anc_utf8_floor(names->items[i], names->items[i].len < 100
                                                                    ? names->items[i].len
                                                                    : 100),
                           names->items[i].ptr);
    return http_faults_status(&rq->faults, &rq->err);
}

anc_status http_ingest_list(http_request *rq)
{
    http_batches_query q;
    anc_str before;
    ing_state states[STATES_MAX];
    ing_batch *items;
    size_t n;
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(read_states(rq, &q.states, states));
    ANC_TRY(http_cursor_read(rq, q.page.cursor, &before));
    ANC_TRY(ing_batch_list(rq->edge->o.ing, &rq->call, before, states, q.states.n,
                           (size_t)q.page.limit, &items, &n));
    json_writer w = http_list_begin(rq);
    for (size_t i = 0; i < n; i++)
        http_put_batch(&w, &items[i]);
    const bool more = n == (size_t)q.page.limit;
    return http_list_end(rq, &w, more, more ? http_cursor_of(rq, items[n - 1].id) : ANC_STR_NONE);
}

static anc_status answer_batch(http_request *rq, const ing_batch *batch)
{
    json_writer w = http_json(rq);
    http_put_batch(&w, batch);
    return ANC_OK;
}

anc_status http_ingest_get(http_request *rq)
{
    ing_batch batch;
    ANC_TRY(ing_batch_find(rq->edge->o.ing, &rq->call, rq->params[0], &batch));
    return answer_batch(rq, &batch);
}

anc_status http_ingest_cancel(http_request *rq)
{
    ing_batch batch;
    ANC_TRY(ing_batch_cancel(rq->edge->o.ing, &rq->call, rq->params[0], &batch));
    if (batch.under_way > 0) /* its figures move until these are let be */
        return http_batch_await(rq, rq->params[0]);
    http_finish(rq, answer_batch(rq, &batch));
    return ANC_OK;
}

anc_status http_ingest_replay(http_request *rq)
{
    ing_batch batch;
    bool made = false;
    ANC_TRY(http_batch_made(rq, &made, &batch));
    if (!made)
        ANC_TRY(ing_batch_replay(rq->edge->o.ing, &rq->call, rq->params[0], &batch));
    return http_answer_started(rq, &batch);
}
