/* chat_json.c - an answer as it is sent. */
#include "handlers.h"

void http_put_source(json_writer *w, const srch_hit *s)
{
    json_open_object(w);
    http_put_passage(w, s);
    http_put_scores(w, s);
    json_close_object(w);
}

static void put_place(json_writer *w, const char *name, uint32_t number)
{
    if (number > 0)
        json_put_int(w, name, number);
    else
        json_put_null(w, name);
}

static void put_citations(json_writer *w, const rag_answer *a)
{
    json_name(w, "citations");
    json_open_array(w);
    for (size_t i = 0; i < a->n_citations; i++) {
        const rag_citation *c = &a->citations[i];
        json_open_object(w);
        json_put_int(w, "marker", c->marker);
        json_put_str(w, "chunk_id", c->chunk_id);
        json_put_int(w, "start", (int64_t)c->start);
        json_put_int(w, "end", (int64_t)c->end);
        json_put_str(w, "quote", c->quote);
        put_place(w, "page", c->page);
        put_place(w, "row", c->row);
        json_close_object(w);
    }
    json_close_array(w);
}

void http_put_answer(json_writer *w, const rag_answer *a, bool with_sources)
{
    json_open_object(w);
    json_put_str(w, "query_id", a->query_id);
    json_put_str(w, "conversation_id", a->conversation_id);
    json_put_str(w, "message_id", a->message_id);
    json_put_str(w, "answer", a->text);
    put_citations(w, a);
    if (with_sources) {
        json_name(w, "sources");
        json_open_array(w);
        for (size_t i = 0; i < a->n_sources; i++)
            http_put_source(w, &a->sources[i]);
        json_close_array(w);
    }
    rag_put_route(w, a, a->route_reason);
    json_put_str(w, "model_used", a->model_used);
    json_put_str(w, "provider", a->provider);
    json_put_int(w, "input_tokens", a->input_tokens);
    json_put_int(w, "output_tokens", a->output_tokens);
    json_name(w, "cache");
    json_open_object(w);
    json_put_str(w, "query", a->query_cached ? ANC_STR("hit") : ANC_STR("miss"));
    json_put_str(w, "embedding", a->embedding_cached ? ANC_STR("hit") : ANC_STR("miss"));
    json_close_object(w);
    rag_put_timings(w, &a->timings_ms);
    rag_put_reranked(w, &a->reranked, true);
    http_put_warnings(w, a->warnings, a->n_warnings);
    json_put_bool(w, "degraded", a->degraded);
    json_put_bool(w, "no_answer", a->no_answer);
    http_put_time(w, "generated_at", a->generated_at_ms);
    json_put_str(w, "trace_id", a->trace_id);
    json_close_object(w);
}
