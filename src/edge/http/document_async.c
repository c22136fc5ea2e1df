/* document_async.c - a document that is read in the background: a batch of one.
 *
 * It goes to the spool as a record, its content in base64, a piece at a time, so that no second copy of
 * it is held. What a batch refuses is refused at once; what its parser says of the content is for the
 * batch to tell.
 */
#include "base/base64.h"
#include "handlers.h"
#include "schemas.h"

enum { HEAD_BYTES = 8 << 20, PIECE_BYTES = 3 * (32 << 10) };

static void put_given(json_writer *w, const char *name, anc_str value)
{
    if (value.len > 0)
        json_put_str(w, name, value);
}

/* The record up to its content: {…,"content_base64":" */
static anc_status put_head(http_request *rq, const kno_document_input *in, anc_buf *out)
{
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    put_given(&w, "id", in->id);
    json_put_str(&w, "collection", in->collection);
    put_given(&w, "title", in->title);
    put_given(&w, "content_type", in->content_type);
    put_given(&w, "uri", in->uri);
    if (in->metadata.len > 0)
        json_put_raw(&w, "metadata", in->metadata);
    if (in->n_acl > 0)
        http_put_texts(&w, "acl", in->acl, in->n_acl);
    else if (!in->keeps_acl)
        json_put_null(&w, "acl");
    json_name(&w, "content_base64");
    (void)anc_buf_add_char(out, '"');
    return anc_buf_status(out, "a document", &rq->err);
}

static anc_status add_content(http_request *rq, ing_upload *upload, anc_str content)
{
    for (size_t at = 0; at < content.len; at += PIECE_BYTES) {
        ANC_BUF(piece, 2 * PIECE_BYTES);
        anc_base64_put(&piece, anc_str_sub(content, at, PIECE_BYTES));
        ANC_TRY(anc_buf_status(&piece, "a document", &rq->err));
        ANC_TRY(ing_upload_add(upload, &rq->call, anc_buf_view(&piece)));
    }
    return ing_upload_add(upload, &rq->call, ANC_STR("\"}"));
}

static anc_status send(http_request *rq, const kno_document_input *in, ing_upload *upload,
                       ing_batch *ret)
{
    ANC_BUF(head, HEAD_BYTES);
    ANC_TRY(put_head(rq, in, &head));
    ANC_TRY(
        ing_upload_begin(upload, &rq->call, ING_UPLOAD_RECORD, ANC_STR("document"), ANC_STR_NONE));
    ANC_TRY(ing_upload_add(upload, &rq->call, anc_buf_view(&head)));
    ANC_TRY(add_content(rq, upload, in->content));
    ANC_TRY(ing_upload_finish(upload, &rq->call));
    return ing_upload_end(upload, &rq->call, ANC_STR_NONE, ret);
}

anc_status http_answer_async(http_request *rq, const kno_document_input *in)
{
    const ing_upload_request request = {.name = ANC_STR("upload"),
                                        .collection = in->collection,
                                        .metadata = in->metadata,
                                        .acl = in->acl,
                                        .n_acl = in->n_acl};
    ing_upload *upload = NULL;
    ing_batch batch;
    bool made = false;
    ANC_TRY(http_batch_made(rq, &made, &batch));
    if (made)
        return http_answer_started(rq, &batch);
    if (in->expected_version > 0) {
        http_fault_add(&rq->faults, ANC_STR("?async"),
                       "does not go with a version that must be the current one: by the time the "
                       "document is read it may be another");
        return http_faults_status(&rq->faults, &rq->err);
    }
    if (!ing_upload_room(rq->edge->o.ing))
        return ANC_FAIL(&rq->err, ANC_UNAVAILABLE,
                        "documents that were sent before wait to be read; their spool is full");
    ANC_TRY(ing_upload_open(rq->edge->o.ing, &rq->call, &request, &upload));
    const anc_status status = send(rq, in, upload, &batch);
    ing_upload_close(upload);
    return status == ANC_OK ? http_answer_started(rq, &batch) : status;
}
