/* collections.c - named sets of documents and their settings. */
#include <stdio.h>

#include "labels.h"

static const anc_str strategies[] = {
    [KNO_CHUNK_STRUCTURE] = ANC_STR_INIT("structure"), [KNO_CHUNK_WHOLE] = ANC_STR_INIT("whole")};

static void write_collection(json_writer *w, const kno_collection *c)
{
    json_open_object(w);
    json_put_str(w, "name", c->name);
    json_put_str(w, "description", c->description);
    json_put_str(w, "language", c->language);
    json_name(w, "chunking");
    json_open_object(w);
    json_put_str(w, "strategy", strategies[c->chunking]);
    if (c->chunk_tokens > 0)
        json_put_int(w, "max_tokens", c->chunk_tokens);
    else
        json_put_null(w, "max_tokens");
    json_put_int(w, "overlap_sentences", c->overlap_sentences);
    json_close_object(w);
    json_put_str_or_null(w, "model", c->model.len > 0 ? c->model : ANC_STR_NONE);
    http_texts_write(w, "acl", c->acl, c->n_acl);
    json_put_int(w, "documents", (int64_t)c->documents);
    json_put_int(w, "chunks", (int64_t)c->chunks);
    http_time_put(w, "created_at", c->created_ms);
    http_time_put(w, "updated_at", c->updated_ms);
    json_close_object(w);
}

/* What a body says, over what `c` holds already. */
static anc_status read_settings(http_ctx *cx, kno_collection *c)
{
    const json_value *root = http_body_root(cx), *chunking = json_member(root, "chunking");
    const json_value *acl = json_member(root, "acl");
    c->description = json_str(json_member(root, "description"), c->description);
    c->language = json_str(json_member(root, "language"), c->language);
    if (chunking != NULL && json_kind_of(chunking) == JSON_OBJECT) {
        const anc_str strategy =
            json_str(json_member(chunking, "strategy"), strategies[c->chunking]);
        c->chunking = anc_str_eq(strategy, strategies[KNO_CHUNK_WHOLE]) ? KNO_CHUNK_WHOLE
                                                                        : KNO_CHUNK_STRUCTURE;
        c->chunk_tokens = (uint32_t)json_int(json_member(chunking, "max_tokens"), c->chunk_tokens);
        c->overlap_sentences =
            (uint32_t)json_int(json_member(chunking, "overlap_sentences"), c->overlap_sentences);
    }
    if (json_kind_of(acl) == JSON_ARRAY)
        ANC_TRY(http_texts_read(cx, acl, &c->acl, &c->n_acl));
    return ANC_OK;
}

anc_status http_handle_collection_create(http_ctx *cx)
{
    kno_collection wanted = {0}, made = {0};
    wanted.name = json_str(json_member(http_body_root(cx), "name"), ANC_STR(""));
    ANC_TRY(read_settings(cx, &wanted));
    const anc_status status = kno_collection_create(cx->edge->o.kno, &cx->call, &wanted, &made);
    if (anc_str_eq(anc_str_of(cx->err.pointer), ANC_STR("/collection")))
        (void)snprintf(cx->err.pointer, sizeof cx->err.pointer,
                       "/name"); /* as this body calls it */
    ANC_TRY(status);
    json_writer w = json_writer_of(&cx->out);
    write_collection(&w, &made);
    cx->status = 201;
    return ANC_OK;
}

anc_status http_handle_collection_list(http_ctx *cx)
{
    const uint64_t limit = http_param_number(cx, "limit", HTTP_DEFAULT_LIMIT, 1, HTTP_MAX_LIMIT);
    kno_collection *rows = NULL;
    size_t n = 0;
    anc_str after;
    ANC_TRY(http_faults_status(cx));
    ANC_TRY(http_cursor_read(cx, &after));
    ANC_TRY(kno_collection_list(cx->edge->o.kno, &cx->call, after, limit, &rows, &n));
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_name(&w, "items");
    json_open_array(&w);
    for (size_t i = 0; i < n; i++)
        write_collection(&w, &rows[i]);
    json_close_array(&w);
    json_put_str_or_null(&w, "next_cursor",
                         n == limit ? http_cursor_make(cx, rows[n - 1].name) : ANC_STR_NONE);
    json_close_object(&w);
    return ANC_OK;
}

anc_status http_handle_collection_get(http_ctx *cx)
{
    kno_collection c = {0};
    ANC_TRY(kno_collection_find(cx->edge->o.kno, &cx->call, cx->path_params[0], &c));
    json_writer w = json_writer_of(&cx->out);
    write_collection(&w, &c);
    return ANC_OK;
}

anc_status http_handle_collection_patch(http_ctx *cx)
{
    kno_collection wanted = {0}, made = {0};
    ANC_TRY(kno_collection_find(cx->edge->o.kno, &cx->call, cx->path_params[0], &wanted));
    ANC_TRY(read_settings(cx, &wanted));
    ANC_TRY(kno_collection_update(cx->edge->o.kno, &cx->call, &wanted, &made));
    json_writer w = json_writer_of(&cx->out);
    write_collection(&w, &made);
    return ANC_OK;
}

anc_status http_handle_collection_delete(http_ctx *cx)
{
    uint64_t seq = 0;
    ANC_TRY(kno_collection_delete(cx->edge->o.kno, &cx->call, cx->path_params[0], &seq));
    ANC_TRY(srch_wait_visible(cx->edge->o.srch, &cx->call, seq));
    cx->status = 204;
    return ANC_OK;
}

anc_status http_handle_stats(http_ctx *cx)
{
    kno_stats_row *rows = NULL;
    size_t n = 0;
    ANC_TRY(kno_stats(cx->edge->o.kno, &cx->call, &rows, &n));
    const srch_status_row index = srch_status(cx->edge->o.srch);
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_name(&w, "collections");
    json_open_array(&w);
    for (size_t i = 0; i < n; i++) {
        json_open_object(&w);
        json_put_str(&w, "collection", rows[i].collection);
        json_put_int(&w, "documents", (int64_t)rows[i].documents);
        json_put_int(&w, "versions", (int64_t)rows[i].versions);
        json_put_int(&w, "chunks", (int64_t)rows[i].chunks);
        json_put_int(&w, "bytes", (int64_t)rows[i].bytes);
        json_put_int(&w, "text_bytes", (int64_t)rows[i].text_bytes);
        json_put_raw(&w, "languages",
                     rows[i].languages.len > 0 ? rows[i].languages : ANC_STR("{}"));
        http_time_put(&w, "last_change_at", rows[i].last_change_ms);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_put_int(&w, "index_bytes", (int64_t)index.bytes);
    json_close_object(&w);
    return ANC_OK;
}

anc_status http_handle_sync(http_ctx *cx)
{
    if (json_bool(json_member(http_body_root(cx), "rebuild"), false))
        srch_rebuild(cx->edge->o.srch);
    const srch_status_row index = srch_status(cx->edge->o.srch);
    json_writer w = json_writer_of(&cx->out);
    json_open_object(&w);
    json_put_str(&w, "status", index.ready ? ANC_STR("up to date") : ANC_STR("processing"));
    json_put_int(&w, "cursor", (int64_t)index.cursor);
    json_put_str(&w, "detail", index.detail);
    json_close_object(&w);
    cx->status = 202;
    return ANC_OK;
}
