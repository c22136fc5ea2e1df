/* document_versions.c - the versions of a document, and an old one made current again. */
#include "handlers.h"
#include "replies.h"
#include "schemas.h"

static void put_changed(json_writer *w, const kno_version *v)
{
    const struct {
        bool is;
        const char *name;
    } changes[] = {{v->title_changed, "title"},       {v->content_changed, "content"},
                   {v->metadata_changed, "metadata"}, {v->acl_changed, "acl"},
                   {v->uri_changed, "uri"},           {v->cut_again, "chunking"}};
    json_name(w, "changed");
    json_open_array(w);
    for (size_t i = 0; i < ANC_COUNT(changes); i++)
        if (changes[i].is)
            json_write_str(w, anc_str_of(changes[i].name));
    json_close_array(w);
}

static void put_known(json_writer *w, const char *name, bool known, uint32_t n)
{
    if (known)
        json_put_int(w, name, n);
    else
        json_put_null(w, name);
}

static void put_version(json_writer *w, const kno_version *v)
{
    json_open_object(w);
    json_put_int(w, "version", v->number);
    json_put_bool(w, "current", v->current);
    json_put_str(w, "title", v->title);
    json_put_str(w, "uri", v->uri);
    json_put_str(w, "source", v->source);
    json_put_str(w, "file_name", v->file_name);
    json_put_str(w, "content_type", v->content_type);
    json_put_str(w, "language", v->language);
    http_put_object(w, "metadata", v->metadata);
    http_put_object(w, "found", v->found);
    if (v->n_acl > 0)
        http_put_texts(w, "acl", v->acl, v->n_acl);
    else
        json_put_null(w, "acl");
    json_put_int(w, "bytes", (int64_t)v->bytes);
    json_put_int(w, "text_bytes", (int64_t)v->text_bytes);
    json_put_str(w, "content_sha256", v->content_sha256);
    json_put_str(w, "fingerprint", v->fingerprint);
    put_changed(w, v);
    json_put_int(w, "chunks", v->chunks);
    put_known(w, "chunks_added", v->counted, v->chunks_added);
    put_known(w, "chunks_removed", v->counted, v->chunks_removed);
    put_known(w, "chunks_kept", v->counted, v->chunks_kept);
    put_known(w, "restored_from", v->restored_from != 0, v->restored_from);
    http_put_time(w, "created_at", v->created_ms);
    json_close_object(w);
}

uint32_t http_version_number(anc_str text)
{
    uint64_t n = 0;
    return anc_str_to_u64(text, &n) && n <= UINT32_MAX ? (uint32_t)n : 0;
}

anc_status http_versions_list(http_request *rq)
{
    http_document_query q;
    kno_version *items;
    size_t n;
    ANC_TRY(http_query(rq, &q));
    const uint32_t before = http_version_number(q.page.cursor);
    if (q.page.cursor.len > 0 && before == 0)
        http_fault_add(&rq->faults, ANC_STR("?cursor"), "is not a next_cursor of this list");
    ANC_TRY(http_faults_status(&rq->faults, &rq->err));
    ANC_TRY(kno_version_list(rq->edge->o.kno, &rq->call, q.collection, rq->params[0], before,
                             (size_t)q.page.limit, &items, &n));
    json_writer w = http_list_begin(rq);
    for (size_t i = 0; i < n; i++)
        put_version(&w, &items[i]);
    const bool more = n == (size_t)q.page.limit && items[n - 1].number > 1;
    return http_list_end(
        rq, &w, more, more ? anc_arena_printf(rq->mem, "%u", items[n - 1].number) : ANC_STR_NONE);
}

static anc_status number_of(http_request *rq, uint32_t *ret)
{
    *ret = http_version_number(rq->params[1]);
    if (*ret == 0)
        return ANC_FAIL(&rq->err, ANC_NOT_FOUND, "'%.*s' is no number of a version",
                        ANC_FMT(anc_str_sub(rq->params[1], 0, 80)));
    return ANC_OK;
}

anc_status http_versions_get(http_request *rq)
{
    http_document_query q;
    kno_version version;
    uint32_t number;
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(number_of(rq, &number));
    ANC_TRY(kno_version_find(rq->edge->o.kno, &rq->call, q.collection, rq->params[0], number,
                             &version));
    json_writer w = http_json(rq);
    put_version(&w, &version);
    return ANC_OK;
}

/* ---- restored with its rows behind it ---- */

typedef struct handing {
    http_request *rq;
    ing_upload *upload;
} handing;

static anc_status take_row(void *arg, const kno_row *row, anc_err *err)
{
    const handing *h = arg;
    krn_call call = h->rq->call;
    call.err = err;
    return ing_upload_row(h->upload, &call, row);
}

/* As if no row had come. */
static void give_up(const handing *h)
{
    anc_err why;
    anc_err_clear(&why);
    krn_call call = h->rq->call;
    call.err = &why;
    call.deadline_ns = INT64_MAX;
    if (ing_upload_discard(h->upload, &call) != ANC_OK)
        krn_log_write(h->rq->edge->o.log, KRN_WARN, "http", "an upload was not discarded",
                      KRN_STR("error", anc_str_of(why.text)));
}

static anc_status restore_handing(const handing *h, const http_document_query *q, uint32_t number,
                                  uint32_t expected)
{
    http_request *rq = h->rq;
    kno_put_result put;
    ing_batch batch;
    const kno_rows_wanted rows = {.on_row = take_row, .arg = (void *)(uintptr_t)h};
    ANC_TRY(kno_version_restore_handing_rows(rq->edge->o.kno, &rq->call, q->collection,
                                             rq->params[0], number, expected, &rows, &put));
    if (ing_upload_documents(h->upload) == 0)
        return http_answer_put(rq, &put);
    ANC_TRY(ing_upload_end(h->upload, &rq->call, ANC_STR_NONE, &batch));
    return http_answer_started(rq, &batch);
}

/* The version is current when this answers; its rows are items of a batch, which nobody reads before all are there. */
static anc_status restore_async(http_request *rq, const http_document_query *q, uint32_t number,
                                uint32_t expected)
{
    const ing_upload_request request = {
        .name =
            anc_arena_printf(rq->mem, "%.*s, version %u", ANC_FMT(rq->params[0]), (unsigned)number),
        .collection = q->collection,
        .held = true};
    ing_batch batch;
    bool made = false;
    handing h = {.rq = rq};
    ANC_TRY(http_batch_made(rq, &made, &batch));
    if (made)
        return http_answer_started(rq, &batch);
    if (request.name.ptr == NULL)
        return http_no_memory(rq, "a batch's name");
    if (!ing_upload_room(rq->edge->o.ing))
        return ANC_FAIL(&rq->err, ANC_UNAVAILABLE,
                        "documents that were sent before wait to be read; their spool is full");
    ANC_TRY(ing_upload_open(rq->edge->o.ing, &rq->call, &request, &h.upload));
    const anc_status status = restore_handing(&h, q, number, expected);
    if (status != ANC_OK)
        give_up(&h);
    ing_upload_close(h.upload);
    return status;
}

anc_status http_versions_restore(http_request *rq)
{
    http_document_query q;
    kno_put_result put;
    uint32_t expected, number;
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(http_expected_version(rq, &q, &expected));
    ANC_TRY(number_of(rq, &number));
    if (q.async)
        return http_name_expected(rq, restore_async(rq, &q, number, expected));
    ANC_TRY(http_name_expected(rq, kno_version_restore(rq->edge->o.kno, &rq->call, q.collection,
                                                       rq->params[0], number, expected, &put)));
    return http_answer_put(rq, &put);
}
