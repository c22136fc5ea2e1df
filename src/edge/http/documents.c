/* documents.c - documents as they are: list, read, remove, chunks, numbers. */
#include "base/base64.h"
#include "handlers.h"
#include "schemas.h"

static void put_document(json_writer *w, const kno_document *d)
{
    json_open_object(w);
    json_put_str(w, "document_id", d->id);
    json_put_str(w, "collection", d->collection);
    json_put_str(w, "title", d->title);
    json_put_str(w, "uri", d->uri);
    json_put_str(w, "source", d->source);
    json_put_str(w, "content_type", d->content_type);
    json_put_str(w, "language", d->language);
    json_put_str(w, "file_name", d->file_name);
    json_put_str_or_null(w, "parent", d->parent.len > 0 ? d->parent : ANC_STR_NONE);
    json_put_str_or_null(w, "made_for", d->made_for.len > 0 ? d->made_for : ANC_STR_NONE);
    http_put_object(w, "metadata", d->metadata);
    http_put_object(w, "found", d->found);
    json_put_int(w, "version", d->version);
    json_put_int(w, "chunks", d->chunks);
    json_put_int(w, "bytes", (int64_t)d->bytes);
    json_put_int(w, "text_bytes", (int64_t)d->text_bytes);
    json_put_str(w, "content_sha256", d->content_sha256);
    http_put_texts(w, "acl", d->acl, d->n_acl);
    http_put_time(w, "created_at", d->created_ms);
    http_put_time(w, "updated_at", d->updated_ms);
    json_close_object(w);
}

/* The next page begins behind `last`: its id, or collection and id where all are listed. */
static anc_str cursor_behind(http_request *rq, const kno_document *last, bool one_collection)
{
    if (one_collection)
        return http_cursor_of(rq, last->id);
    const anc_str key =
        anc_arena_printf(rq->mem, "%.*s\n%.*s", ANC_FMT(last->collection), ANC_FMT(last->id));
    return http_cursor_of(rq, key);
}

anc_status http_documents_list(http_request *rq)
{
    http_document_query q;
    anc_str after;
    kno_document *items;
    size_t n;
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(http_cursor_read(rq, q.page.cursor, &after));
    ANC_TRY(kno_document_list(rq->edge->o.kno, &rq->call, q.collection, q.q, after,
                              (size_t)q.page.limit, &items, &n));
    json_writer w = http_list_begin(rq);
    for (size_t i = 0; i < n; i++)
        put_document(&w, &items[i]);
    const bool more = n == (size_t)q.page.limit;
    return http_list_end(
        rq, &w, more, more ? cursor_behind(rq, &items[n - 1], q.collection.len > 0) : ANC_STR_NONE);
}

anc_status http_documents_get(http_request *rq)
{
    http_document_query q;
    kno_document found;
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(kno_document_find_at(rq->edge->o.kno, &rq->call, q.collection, rq->params[0],
                                 (uint32_t)q.version, &found));
    json_writer w = http_json(rq);
    put_document(&w, &found);
    const anc_str tag = anc_arena_printf(rq->mem, "\"%u\"", found.version);
    if (tag.ptr == NULL)
        return http_no_memory(rq, "a version");
    http_answer_header(rq, "ETag", tag);
    return ANC_OK;
}

anc_status http_answer_deleted(http_request *rq, uint64_t seq)
{
    anc_err ignored;
    anc_err_clear(&ignored);
    krn_call call = rq->call;
    call.err = &ignored;
    const int64_t now_ns = krn_now_ns(rq->edge->o.clock);
    if (call.deadline_ns > now_ns)
        call.deadline_ns = now_ns + (call.deadline_ns - now_ns) / 2;
    (void)!srch_wait_visible(rq->edge->o.srch, &call, seq);
    rq->answer.status = 204;
    return ANC_OK;
}

anc_status http_documents_delete(http_request *rq)
{
    http_document_query q;
    uint64_t seq = 0;
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(kno_document_delete(rq->edge->o.kno, &rq->call, q.collection, rq->params[0], &seq));
    return http_answer_deleted(rq, seq);
}

static void put_chunk(json_writer *w, const kno_chunk *c)
{
    json_open_object(w);
    json_put_str(w, "chunk_id", c->id);
    json_put_int(w, "ordinal", c->ref.ordinal);
    json_put_int(w, "version", c->ref.version);
    json_put_str_or_null(w, "heading", c->heading);
    if (c->page > 0)
        json_put_int(w, "page", c->page);
    else
        json_put_null(w, "page");
    json_put_int(w, "start", (int64_t)c->start);
    json_put_int(w, "end", (int64_t)c->end);
    json_put_str(w, "text", c->text);
    json_put_str_or_null(w, "columns", c->columns);
    json_put_int(w, "tokens", c->tokens);
    json_close_object(w);
}

/* The cursor of chunks is the ordinal that comes next. */
static anc_status read_ordinal(http_request *rq, anc_str cursor, uint32_t *ret)
{
    uint64_t ordinal = 0;
    if (cursor.len > 0 && (!anc_str_to_u64(cursor, &ordinal) || ordinal > UINT32_MAX))
        http_fault_add(&rq->faults, ANC_STR("?cursor"), "is not a next_cursor of this list");
    *ret = (uint32_t)ordinal;
    return http_faults_status(&rq->faults, &rq->err);
}

anc_status http_chunks_list(http_request *rq)
{
    http_document_query q;
    kno_chunk *items;
    size_t n;
    uint32_t from;
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(read_ordinal(rq, q.page.cursor, &from));
    ANC_TRY(kno_chunk_list(rq->edge->o.kno, &rq->call, q.collection, rq->params[0],
                           (uint32_t)q.version, from, (size_t)q.page.limit, &items, &n));
    json_writer w = http_list_begin(rq);
    for (size_t i = 0; i < n; i++)
        put_chunk(&w, &items[i]);
    const bool more = n == (size_t)q.page.limit;
    return http_list_end(rq, &w, more,
                         more ? anc_arena_printf(rq->mem, "%u", items[n - 1].ref.ordinal + 1)
                              : ANC_STR_NONE);
}

static anc_status put_base64(http_request *rq, json_writer *w, const char *name,
                             const unsigned char *bytes, size_t n)
{
    ANC_BUF(text, (size_t)2 * KNO_TAKEN_BYTES);
    anc_base64_put(&text, (anc_str){(const char *)bytes, n});
    ANC_TRY(anc_buf_status(&text, "vectors", &rq->err));
    json_put_str(w, name, anc_buf_view(&text));
    return ANC_OK;
}

anc_status http_vectors_get(http_request *rq)
{
    http_document_query q;
    kno_taken_vectors v;
    ANC_TRY(http_query(rq, &q));
    ANC_TRY(kno_version_vectors(rq->edge->o.kno, &rq->call, q.collection, rq->params[0],
                                (uint32_t)q.version, &v));
    json_writer w = http_json(rq);
    json_open_object(&w);
    json_put_str_or_null(&w, "model", v.n > 0 ? v.model : ANC_STR_NONE);
    json_put_int(&w, "dimensions", v.dims);
    json_put_int(&w, "chunks", (int64_t)v.n);
    ANC_TRY(put_base64(rq, &w, "digests", v.digests, v.n * KNO_DIGEST_SIZE));
    ANC_TRY(put_base64(rq, &w, "values", v.values, 2 * v.n * v.dims));
    json_close_object(&w);
    return ANC_OK;
}

static void put_stats(json_writer *w, const kno_stats_row *s, const srch_figures_row *index)
{
    json_open_object(w);
    json_put_str(w, "collection", s->collection);
    json_put_int(w, "documents", (int64_t)s->documents);
    json_put_int(w, "versions", (int64_t)s->versions);
    json_put_int(w, "chunks", (int64_t)s->chunks);
    json_put_int(w, "bytes", (int64_t)s->bytes);
    json_put_int(w, "text_bytes", (int64_t)s->text_bytes);
    http_put_object(w, "languages", s->languages);
    json_put_int(w, "index_documents", (int64_t)index->documents);
    json_put_int(w, "index_chunks", (int64_t)index->chunks);
    json_put_int(w, "index_bytes", (int64_t)index->stored_bytes);
    http_put_time(w, "last_change_at", s->last_change_ms);
    json_close_object(w);
}

anc_status http_stats_get(http_request *rq)
{
    kno_stats_row *rows;
    size_t n;
    ANC_TRY(kno_stats(rq->edge->o.kno, &rq->call, &rows, &n));
    const srch_status_row index = srch_status(rq->edge->o.srch);
    json_writer w = http_list_begin(rq);
    for (size_t i = 0; i < n; i++) {
        const srch_figures_row held = srch_collection_figures(rq->edge->o.srch, rows[i].collection);
        put_stats(&w, &rows[i], &held);
    }
    json_close_array(&w);
    json_name(&w, "index");
    http_put_index(&w, &index, rq->is_owner);
    json_close_object(&w);
    return ANC_OK;
}
