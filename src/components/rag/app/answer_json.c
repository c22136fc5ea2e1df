/* answer_json.c - an answer's citations and sources as they are kept with its turn. */
#include <math.h>

#include "base/str.h"
#include "service_impl.h"

enum { ANSWER_JSON_MAX_BYTES = 8 << 20 };

static void write_place(json_writer *w, const char *name, uint32_t number)
{
    if (number != 0)
        json_put_int(w, name, number);
    else
        json_put_null(w, name);
}

static void write_citation(json_writer *w, const rag_citation *c)
{
    json_open_object(w);
    json_put_int(w, "marker", c->marker);
    json_put_str(w, "chunk_id", c->chunk_id);
    json_put_int(w, "start", (int64_t)c->start);
    json_put_int(w, "end", (int64_t)c->end);
    json_put_str(w, "quote", c->quote);
    write_place(w, "page", c->page);
    write_place(w, "row", c->row);
    json_close_object(w);
}

static void write_source(json_writer *w, const srch_hit *s)
{
    json_open_object(w);
    json_put_int(w, "position", s->position);
    json_put_str(w, "chunk_id", s->chunk_id);
    json_put_str(w, "document_id", s->document_id);
    json_put_int(w, "version", s->version);
    json_put_str(w, "collection", s->collection);
    json_put_str(w, "title", s->title);
    json_put_str(w, "uri", s->uri);
    write_place(w, "page", s->page);
    json_put_str_or_null(w, "heading", s->heading);
    json_put_int(w, "start", (int64_t)s->start);
    json_put_int(w, "end", (int64_t)s->end);
    json_put_str(w, "text", s->text);
    json_put_fixed(w, "score", s->score, 4);
    json_name(w, "scores");
    json_open_object(w);
    json_put_fixed(w, "keyword", s->keyword, 4);
    if (isnan(s->semantic))
        json_put_null(w, "semantic");
    else
        json_put_fixed(w, "semantic", s->semantic, 4);
    json_put_fixed(w, "fused", s->fused, 4);
    json_put_null(w, "rerank");
    json_close_object(w);
    json_close_object(w);
}

anc_status rag_answer_encode(rag_turn *turn, anc_str *ret)
{
    const rag_answer *a = &turn->answer;
    ANC_BUF(out, ANSWER_JSON_MAX_BYTES);
    json_writer w = json_writer_of(&out);
    json_open_object(&w);
    json_name(&w, "citations");
    json_open_array(&w);
    for (size_t i = 0; i < a->n_citations; i++)
        write_citation(&w, &a->citations[i]);
    json_close_array(&w);
    json_name(&w, "sources");
    json_open_array(&w);
    for (size_t i = 0; i < a->n_sources; i++)
        write_source(&w, &a->sources[i]);
    json_close_array(&w);
    json_put_str(&w, "model_used", a->model_used);
    json_put_str(&w, "provider", a->provider);
    json_put_bool(&w, "degraded", a->degraded);
    json_put_bool(&w, "no_answer", a->no_answer);
    json_close_object(&w);
    ANC_TRY(anc_buf_status(&out, "kept answer", &turn->err));
    const anc_str text = anc_arena_copy(turn->mem, anc_buf_view(&out));
    if (text.ptr == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for a kept answer");
    *ret = text;
    return ANC_OK;
}
