/* announce.c - parts of a turn's events that are JSON: passages with their scores, and how the answer came
 * about. Places and figures, and titles as document.* events have them; no other text of a document. */
#include <math.h>

#include "base/str.h"
#include "service_impl.h"

static void put_score(json_writer *w, const char *name, double v)
{
    if (isnan(v))
        json_put_null(w, name);
    else
        json_put_fixed(w, name, v, 6);
}

static bool is_cited(const rag_answer *a, size_t source)
{
    for (size_t i = 0; i < a->n_citations; i++)
        if (a->citations[i].marker == source + 1)
            return true;
    return false;
}

static void put_retrieval(json_writer *w, const rag_answer *a, size_t i)
{
    const srch_hit *s = &a->sources[i];
    json_open_object(w);
    json_put_int(w, "position", (int64_t)i + 1);
    json_put_str(w, "chunk_id", s->chunk_id);
    json_put_str(w, "document_id", s->document_id);
    json_put_int(w, "version", s->version);
    json_put_str(w, "collection", s->collection);
    json_put_str(w, "title", s->title);
    put_score(w, "score", s->score);
    json_name(w, "scores");
    json_open_object(w);
    put_score(w, "keyword", s->keyword);
    put_score(w, "semantic", s->semantic);
    put_score(w, "fused", s->fused);
    put_score(w, "rerank", s->is_reranked ? s->rerank : (double)NAN);
    json_close_object(w);
    json_put_bool(w, "cited", is_cited(a, i));
    json_close_object(w);
}

static bool is_same_document(const srch_hit *a, const srch_hit *b)
{
    return anc_str_eq(a->document_id, b->document_id) && anc_str_eq(a->collection, b->collection);
}

size_t rag_documents_of(const rag_answer *answer, anc_str *out)
{
    size_t n = 0;
    for (size_t i = 0; i < answer->n_sources; i++) {
        bool known = false;
        for (size_t k = 0; k < i && !known; k++)
            known = is_same_document(&answer->sources[k], &answer->sources[i]);
        if (!known)
            out[n++] = answer->sources[i].document_id;
    }
    return n;
}

anc_status rag_retrievals_write(const rag_answer *a, anc_buf *out, anc_err *err)
{
    json_writer w = json_writer_of(out);
    json_open_array(&w);
    for (size_t i = 0; i < a->n_sources; i++)
        put_retrieval(&w, a, i);
    json_close_array(&w);
    return anc_buf_status(out, "the retrievals of an event", err);
}

anc_status rag_completion_write(const rag_answer *a, const krn_veil *veil, anc_buf *out,
                                anc_err *err)
{
    char room[KRN_VEILED_BYTES];
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    json_put_str(&w, "component", ANC_STR("rag"));
    json_put_str(&w, "model_used", a->model_used);
    json_put_int(&w, "input_tokens", a->input_tokens);
    json_put_int(&w, "output_tokens", a->output_tokens);
    json_put_str(&w, "conversation_id", krn_veil_conversation(veil, a->conversation_id, room));
    rag_put_route(&w, a, a->route_parts);
    rag_put_timings(&w, &a->timings_ms);
    rag_put_reranked(&w, &a->reranked, false);
    json_put_bool(&w, "degraded", a->degraded);
    json_put_bool(&w, "no_answer", a->no_answer);
    json_close_object(&w);
    return anc_buf_status(out, "event metadata", err);
}

ev_strs rag_told_collections(rag_service *rag, const krn_call *call, ev_strs names)
{
    if (!rag->with.config.leave_texts_out)
        return names;
    anc_str *items = anc_arena_alloc(call->mem, names.n, sizeof *items);
    size_t n = 0;
    for (size_t i = 0; items != NULL && i < names.n; i++) {
        anc_err unsaid = {0};
        krn_call asking = *call;
        kno_collection found;
        asking.err = &unsaid;
        if (kno_collection_find(rag->with.knowledge, &asking, names.items[i], &found) == ANC_OK)
            items[n++] = names.items[i];
    }
    return (ev_strs){items, n};
}
