/* kept_read.c - a kept turn as it is shown: texts of documents that are there and may be read.
 *
 * Each source's chunk is fetched anew, with the reader's labels. Where one that the answer stands on is gone
 * (deleted, replaced and no longer kept, or no longer the reader's), the answer is withheld: what it said of
 * the document is not said any more. A source that is gone keeps its place and its scores, and so does one whose file is
 * damaged or missing.
 */
#include <string.h>

#include "base/str.h"
#include "kernel/domain/ids.h"
#include "pieces.h"
#include "service_impl.h"

enum { KEPT_BYTES = 8 << 20, SCRATCH_BYTES = 64 << 20 };

size_t rag_kept_fields(const kno_chunk *c, uint32_t source, rag_piece_field *out)
{
    const rag_piece_field all[RAG_KEPT_FIELDS] = {
        {source, "text", c->text, c->start},
        {source, "heading", c->heading, 0},
        {source, "columns", c->columns, 0},
        {source, "title", c->title, 0},
    };
    size_t n = 0;
    for (size_t i = 0; c->text.ptr != NULL && i < RAG_KEPT_FIELDS; i++)
        if (all[i].text.len > 0)
            out[n++] = all[i];
    return n;
}

/* ---- the sources ---- */

typedef struct found {
    kno_chunk chunks[RAG_TOP_K_MAX];
    rag_piece_field fields[RAG_TOP_K_MAX * RAG_KEPT_FIELDS];
    size_t n, n_fields;
} found;

static uint32_t ordinal_of(anc_str chunk_id)
{
    uint64_t n = 0;
    size_t dot = chunk_id.len;
    while (dot > 0 && chunk_id.ptr[dot - 1] != '.')
        dot--;
    return anc_str_to_u64(anc_str_sub(chunk_id, dot, chunk_id.len), &n) ? (uint32_t)n : UINT32_MAX;
}

static kno_chunk_ref ref_of(const json_value *source)
{
    return (kno_chunk_ref){.collection = json_str(json_member(source, "collection"), ANC_STR("")),
                           .document_id = json_str(json_member(source, "document_id"), ANC_STR("")),
                           .version = (uint32_t)json_int(json_member(source, "version"), 0),
                           .ordinal =
                               ordinal_of(json_str(json_member(source, "chunk_id"), ANC_STR("")))};
}

static uint64_t number_of(const json_value *object, const char *name)
{
    const int64_t n = json_int(json_member(object, name), 0);
    return n > 0 ? (uint64_t)n : 0;
}

static bool reaches(const kno_chunk *c, uint64_t start, uint64_t end)
{
    return c->text.ptr != NULL && c->start <= start && start <= end &&
           end - c->start <= c->text.len;
}

/* What the disk refuses is a failure. A text that is damaged or missing is no deletion: it has a trouble, and may come back. */
static anc_status fetch(rag_service *rag, krn_call *call, const json_value *sources, found *ret)
{
    ret->n = json_count(sources) < RAG_TOP_K_MAX ? json_count(sources) : RAG_TOP_K_MAX;
    ret->n_fields = 0;
    for (size_t i = 0; i < ret->n; i++) {
        const json_value *s = json_element(sources, i);
        const kno_chunk_ref ref = ref_of(s);
        ANC_TRY(kno_chunks_fetch(rag->with.knowledge, call, &ref, 1, &ret->chunks[i]));
        if (!reaches(&ret->chunks[i], number_of(s, "start"), number_of(s, "end")))
            ret->chunks[i].text = ANC_STR_NONE;
        ret->n_fields +=
            rag_kept_fields(&ret->chunks[i], (uint32_t)i + 1, &ret->fields[ret->n_fields]);
    }
    return ANC_OK;
}

anc_status rag_sources_readable(rag_service *rag, krn_call *call, const json_value *sources,
                                bool *ret)
{
    krn_call own = *call;
    ANC_ARENA(scratch, SCRATCH_BYTES);
    found *f = scratch != NULL ? anc_arena_alloc(scratch, 1, sizeof *f) : NULL;
    if (f == NULL)
        return ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory for the sources of an answer");
    own.mem = scratch;
    ANC_TRY(fetch(rag, &own, sources, f));
    *ret = true;
    for (size_t i = 0; i < f->n; i++)
        *ret = *ret && f->chunks[i].text.ptr != NULL;
    return ANC_OK;
}

/* ---- the turn ---- */

/* The text from start to end of source `marker`; NULL: it is gone. */
static anc_str text_at(const found *f, uint64_t marker, uint64_t start, uint64_t end)
{
    if (marker < 1 || marker > f->n || !reaches(&f->chunks[marker - 1], start, end))
        return ANC_STR_NONE;
    const kno_chunk *c = &f->chunks[marker - 1];
    return anc_str_sub(c->text, start - c->start, end - start);
}

static bool cites_what_is_gone(const found *f, const json_value *citations)
{
    for (size_t i = 0; i < json_count(citations); i++) {
        const json_value *c = json_element(citations, i);
        if (text_at(f, number_of(c, "marker"), number_of(c, "start"), number_of(c, "end")).ptr ==
            NULL)
            return true;
    }
    return false;
}

static void write_member(json_writer *w, const json_value *from, const char *name)
{
    const json_value *v = json_member(from, name);
    ANC_BUF(text, KEPT_BYTES);
    if (v != NULL)
        json_dump(v, &text);
    json_put_raw(w, name, v != NULL ? anc_buf_view(&text) : ANC_STR("null"));
}

/* Whether the file of source `marker` is damaged or missing. */
static bool is_missing(const found *f, uint64_t marker)
{
    return marker >= 1 && marker <= f->n && f->chunks[marker - 1].trouble.ptr != NULL;
}

static void write_standing(json_writer *w, bool there, bool missing)
{
    json_put_bool(w, "deleted", !there && !missing);
    json_put_bool(w, "missing", missing);
}

static void write_citation(json_writer *w, const found *f, const json_value *c)
{
    const anc_str quote =
        text_at(f, number_of(c, "marker"), number_of(c, "start"), number_of(c, "end"));
    json_open_object(w);
    write_member(w, c, "marker");
    write_member(w, c, "chunk_id");
    write_member(w, c, "start");
    write_member(w, c, "end");
    json_put_str_or_null(w, "quote", quote);
    write_member(w, c, "page");
    write_member(w, c, "row");
    write_standing(w, quote.ptr != NULL, is_missing(f, number_of(c, "marker")));
    json_close_object(w);
}

static void write_source(json_writer *w, const found *f, const json_value *s, size_t i)
{
    const kno_chunk *c = &f->chunks[i];
    const bool there = c->text.ptr != NULL;
    json_open_object(w);
    write_member(w, s, "position");
    write_member(w, s, "chunk_id");
    write_member(w, s, "document_id");
    write_member(w, s, "version");
    write_member(w, s, "collection");
    json_put_str_or_null(w, "title", there ? c->title : ANC_STR_NONE);
    json_put_str_or_null(w, "uri", there ? c->uri : ANC_STR_NONE);
    write_member(w, s, "page");
    json_put_str_or_null(w, "heading", there ? c->heading : ANC_STR_NONE);
    write_member(w, s, "start");
    write_member(w, s, "end");
    json_put_str_or_null(w, "text", text_at(f, i + 1, number_of(s, "start"), number_of(s, "end")));
    write_member(w, s, "score");
    write_member(w, s, "scores");
    write_standing(w, there, is_missing(f, i + 1));
    json_close_object(w);
}

static void write_shown(const json_value *kept, const found *f, anc_buf *out)
{
    const json_value *citations = json_member(kept, "citations");
    const json_value *sources = json_member(kept, "sources");
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    json_name(&w, "citations");
    json_open_array(&w);
    for (size_t i = 0; i < json_count(citations); i++)
        write_citation(&w, f, json_element(citations, i));
    json_close_array(&w);
    json_name(&w, "sources");
    json_open_array(&w);
    for (size_t i = 0; i < f->n; i++)
        write_source(&w, f, json_element(sources, i), i);
    json_close_array(&w);
    write_member(&w, kept, "model_used");
    write_member(&w, kept, "provider");
    write_member(&w, kept, "degraded");
    write_member(&w, kept, "no_answer");
    json_close_object(&w);
}

static anc_status show(rag_service *rag, krn_call *call, krn_call *scratch, const json_value *kept,
                       rag_message *m)
{
    const json_value *pieces = json_member(kept, "pieces");
    ANC_BUF(shown, KEPT_BYTES);
    ANC_BUF(answer, KEPT_BYTES);
    found *f = anc_arena_alloc(scratch->mem, 1, sizeof *f);
    if (f == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(scratch->mem), "no room for a turn");
    ANC_TRY(fetch(rag, scratch, json_member(kept, "sources"), f));
    m->withheld = cites_what_is_gone(f, json_member(kept, "citations"));
    if (pieces != NULL && !rag_pieces_join(pieces, f->fields, f->n_fields, &answer)) {
        ANC_TRY(anc_buf_status(&answer, "kept answer", call->err));
        m->withheld = true;
    }
    write_shown(kept, f, &shown);
    ANC_TRY(anc_buf_status(&shown, "kept answer", call->err));
    m->answer_json = anc_arena_copy(call->mem, anc_buf_view(&shown));
    if (m->withheld)
        m->answer = ANC_STR("");
    else if (pieces != NULL)
        m->answer = anc_arena_copy(call->mem, anc_buf_view(&answer));
    if (m->answer_json.ptr == NULL || m->answer.ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for a turn");
    return ANC_OK;
}

anc_status rag_kept_read(rag_service *rag, krn_call *call, const rag_message_record *r,
                         rag_message *ret)
{
    json_doc *kept = NULL;
    krn_call scratch = *call;
    *ret = (rag_message){
        .id = r->id,
        .query_id = r->query_id,
        .question = r->question,
        .answer = r->answer,
        .answer_json = ANC_STR("{}"),
        .at_ms = r->at_ms,
        .position = r->position,
        .rating = r->rating,
        .comment = r->comment,
    };
    if (r->answer_json.len == 0 || json_parse(r->answer_json, &kept, NULL) != ANC_OK)
        return ANC_OK;
    ANC_ARENA(mem, SCRATCH_BYTES);
    scratch.mem = mem;
    anc_status status = ANC_OK;
    if (mem == NULL)
        status = ANC_FAIL(call->err, ANC_NO_MEMORY, "no memory for a turn");
    else if (json_member(json_root(kept), "sources") != NULL)
        status = show(rag, call, &scratch, json_root(kept), ret);
    json_doc_free(kept);
    return status;
}
