/* ingest.c - batches: started, listed, followed, cancelled. */
#include <stdlib.h>

#include "impl.h"
#include "net/sse.h"

enum { WAIT_SLICE_MS = 1000, POLL_MS = 100, KEEP_ALIVE_POLLS = 150, EVENT_BYTES = 1 << 20 };

void http_batch_write(json_writer *w, const ing_batch *b)
{
    json_open_object(w);
    json_put_str(w, "batch_id", b->id);
    json_put_str(w, "status", anc_str_of(ing_state_name(b->state)));
    json_put_str(w, "collection", b->collection);
    json_put_str(w, "source", b->source);
    json_put_int(w, "total_documents", (int64_t)b->total);
    json_put_int(w, "processed_documents", (int64_t)b->processed);
    json_put_int(w, "failed_documents", (int64_t)b->failed);
    json_put_int(w, "skipped_documents", (int64_t)b->skipped);
    json_put_int(w, "searchable_documents", (int64_t)b->searchable);
    json_put_str_or_null(w, "error_message", b->error_message);
    json_put_fixed(w, "rate_docs_per_s", b->rate_docs_per_s, 2);
    if (b->eta_s >= 0)
        json_put_fixed(w, "eta_s", b->eta_s, 1);
    else
        json_put_null(w, "eta_s");
    http_time_put(w, "created_at", b->created_ms);
    http_time_put(w, "updated_at", b->updated_ms);
    http_time_put(w, "completed_at", b->completed_ms);
    json_close_object(w);
}

static bool has_ended(const ing_batch *b)
{
    return b->state != ING_QUEUED && b->state != ING_PROCESSING;
}

/* The folder that a request names, and what it wants with it. */
static anc_status read_request(http_ctx *cx, ing_folder_request *r)
{
    const json_value *root = http_body_root(cx), *params = json_member(root, "connection_params");
    const anc_str kind = json_str(json_member(root, "db_type"), ANC_STR(""));
    if (!anc_str_eq(kind, ANC_STR("folder")))
        return ANC_FAIL(&cx->err, ANC_NOT_IMPLEMENTED, "db_type `%.*s` is not available yet",
                        ANC_FMT(kind));
    *r = (ing_folder_request){
        .path = json_str(json_member(params, "path"),
                         json_str(json_member(root, "table_or_collection"), ANC_STR(""))),
        .glob = json_str(json_member(params, "glob"), ANC_STR("")),
        .collection = json_str(json_member(root, "collection"), ANC_STR("default"))};
    if (r->path.len == 0)
        return ANC_FAIL_FIELD(&cx->err, ANC_INVALID, "/connection_params/path",
                              "connection_params.path is missing: the folder to read");
    if (r->path.ptr[0] != '/')
        return ANC_FAIL_FIELD(&cx->err, ANC_INVALID, "/connection_params/path",
                              "'%.*s' is not an absolute path",
                              ANC_FMT(anc_str_sub(r->path, 0, 200)));
    if (json_kind_of(json_member(root, "metadata")) == JSON_OBJECT) {
        ANC_BUF(text, 1 << 20);
        json_dump(json_member(root, "metadata"), &text);
        ANC_TRY(anc_buf_status(&text, "metadata", &cx->err));
        r->metadata = anc_arena_copy(cx->mem, anc_buf_view(&text));
    }
    return ANC_OK;
}

/* Waits in slices, so that a client that leaves is noticed. */
static anc_status wait_for_end(http_ctx *cx, ing_batch *batch)
{
    while (!has_ended(batch)) {
        ANC_TRY(krn_call_check(cx->edge->o.clock, &cx->call));
        ANC_TRY(ing_batch_wait(cx->edge->o.ing, &cx->call, batch->id, batch->revision,
                               WAIT_SLICE_MS, batch));
    }
    return ANC_OK;
}

anc_status http_handle_ingest_start(http_ctx *cx)
{
    const anc_str wait = http_param(cx, "wait");
    ing_folder_request request;
    ing_batch batch = {0};
    ANC_TRY(read_request(cx, &request));
    ANC_TRY(ing_folder_start(cx->edge->o.ing, &cx->call, &request, &batch));
    json_writer w = json_writer_of(&cx->out);
    if (anc_str_eq(wait, ANC_STR("true"))) {
        ANC_TRY(wait_for_end(cx, &batch));
        http_batch_write(&w, &batch);
        return ANC_OK;
    }
    json_open_object(&w);
    json_put_str(&w, "message", ANC_STR("the folder is read in the background"));
    json_put_str(&w, "batch_id", batch.id);
    json_put_str(&w, "status", anc_str_of(ing_state_name(batch.state)));
    json_close_object(&w);
    cx->status = 202;
    return ANC_OK;
}

anc_status http_handle_ingest_get(http_ctx *cx)
{
    ing_batch batch = {0};
    ANC_TRY(ing_batch_find(cx->edge->o.ing, &cx->call, cx->path_params[0], &batch));
    json_writer w = json_writer_of(&cx->out);
    http_batch_write(&w, &batch);
    return ANC_OK;
}

anc_status http_handle_ingest_cancel(http_ctx *cx)
{
    ing_batch batch = {0};
    ANC_TRY(ing_batch_cancel(cx->edge->o.ing, &cx->call, cx->path_params[0], &batch));
    json_writer w = json_writer_of(&cx->out);
    http_batch_write(&w, &batch);
    return ANC_OK;
}

anc_status http_handle_ingest_list(http_ctx *cx)
{
    const uint64_t limit = http_param_number(cx, "limit", HTTP_DEFAULT_LIMIT, 1, HTTP_MAX_LIMIT);
    ing_batch *rows = NULL;
    size_t n = 0;
    anc_str before;
    ANC_TRY(http_faults_status(cx));
    ANC_TRY(http_cursor_read(cx, &before));
    ANC_TRY(ing_batch_list(cx->edge->o.ing, &cx->call, before, limit, &rows, &n));
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_name(&w, "items");
    json_open_array(&w);
    for (size_t i = 0; i < n; i++)
        http_batch_write(&w, &rows[i]);
    json_close_array(&w);
    json_put_str_or_null(&w, "next_cursor",
                         n == limit ? http_cursor_make(cx, rows[n - 1].id) : ANC_STR_NONE);
    json_close_object(&w);
    return ANC_OK;
}

anc_status http_handle_dead_letters(http_ctx *cx)
{
    const uint64_t limit = http_param_number(cx, "limit", HTTP_DEFAULT_LIMIT, 1, HTTP_MAX_LIMIT);
    ing_failure *rows = NULL;
    size_t n = 0;
    ANC_TRY(http_faults_status(cx));
    ANC_TRY(
        ing_failure_list(cx->edge->o.ing, &cx->call, http_param(cx, "batch_id"), limit, &rows, &n));
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_name(&w, "items");
    json_open_array(&w);
    for (size_t i = 0; i < n; i++) {
        json_open_object(&w);
        json_put_str(&w, "id", rows[i].id);
        json_put_str(&w, "batch_id", rows[i].batch_id);
        json_put_str(&w, "document", rows[i].document);
        json_put_str(&w, "stage", rows[i].stage);
        json_put_str(&w, "reason", rows[i].reason);
        http_time_put(&w, "failed_at", rows[i].at_ms);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_put_null(&w, "next_cursor");
    json_close_object(&w);
    return ANC_OK;
}

/* ---- progress as a stream: a look at the batch every tenth of a second, on the pool ---- */

typedef struct follow {
    http_ctx *cx;
    uint64_t revision;
    uint64_t polls; /* since the last event */
    uint64_t event_id;
    bool began;
    net_timer *timer;
} follow;

static void poll_later(void *arg);

static void send_batch(follow *f, const ing_batch *b)
{
    ANC_BUF(data, EVENT_BYTES);
    ANC_BUF(out, EVENT_BYTES);
    ANC_BUF(id, 32);
    json_writer w = json_writer_of(&data);
    http_batch_write(&w, b);
    (void)anc_buf_printf(&id, "%llu", (unsigned long long)++f->event_id);
    net_sse_put(&out, anc_buf_view(&id), has_ended(b) ? ANC_STR("done") : ANC_STR("progress"),
                anc_buf_view(&data));
    (void)net_exchange_write(f->cx->ex, anc_buf_view(&out));
    f->revision = b->revision;
    f->polls = 0;
}

static void end_follow(follow *f)
{
    http_ctx *cx = f->cx;
    cx->stream = NULL;
    free(f);
    http_stream_end(cx);
}

/* On the pool. The call's deadline does not count for a stream; only leaving ends it early. */
static void poll(void *arg)
{
    follow *f = arg;
    http_ctx *cx = f->cx;
    ing_batch b = {0};
    anc_arena_reset(cx->call.mem);
    anc_err_clear(&cx->err);
    if (atomic_load(&cx->cancelled) ||
        ing_batch_find(cx->edge->o.ing, &cx->call, anc_str_of((const char *)(f + 1)), &b) !=
            ANC_OK) {
        end_follow(f);
        return;
    }
    if (b.revision != f->revision || f->event_id == 0)
        send_batch(f, &b);
    else if (++f->polls % KEEP_ALIVE_POLLS == 0)
        (void)net_exchange_write(cx->ex, ANC_STR(": still here\n\n"));
    if (has_ended(&b) || !net_loop_post(cx->edge->o.loop, poll_later, f))
        end_follow(f);
}

static void poll_now(void *arg)
{
    follow *f = arg;
    if (krn_submit(f->cx->edge->o.io, poll, f, NULL) != ANC_OK)
        poll_later(f); /* the pool is busy: try again at the next beat */
}

static void poll_later(void *arg)
{
    follow *f = arg;
    if (!net_timer_start(f->cx->edge->o.loop, POLL_MS, poll_now, f, &f->timer))
        end_follow(f);
}

anc_status http_handle_ingest_progress(http_ctx *cx)
{
    ing_batch b = {0};
    const anc_str id = cx->path_params[0];
    ANC_TRY(ing_batch_find(cx->edge->o.ing, &cx->call, id, &b));
    follow *f = calloc(1, sizeof *f + id.len + 1); /* the id behind it outlives the arena's reset */
    if (f == NULL)
        return ANC_FAIL(&cx->err, ANC_NO_MEMORY, "progress");
    for (size_t i = 0; i < id.len; i++)
        ((char *)(f + 1))[i] = id.ptr[i];
    f->cx = cx;
    cx->streaming = true;
    cx->call.deadline_ns = INT64_MAX;
    (void)http_stream_begin(cx);
    send_batch(f, &b);
    if (has_ended(&b) || !net_loop_post(cx->edge->o.loop, poll_later, f))
        end_follow(f);
    return ANC_OK;
}
