/* search_json.c - a passage that was found, as it is sent. */
#include <math.h>

#include "handlers.h"

static void put_real(json_writer *w, const char *name, double v)
{
    if (isnan(v))
        json_put_null(w, name);
    else
        json_put_fixed(w, name, v, 6);
}

static void put_highlights(json_writer *w, const srch_hit *h)
{
    json_name(w, "highlights");
    json_open_array(w);
    for (size_t i = 0; i < h->n_highlights; i++) {
        const srch_highlight *l = &h->highlights[i];
        json_open_object(w);
        json_put_str(w, "text", l->text);
        json_put_int(w, "start", (int64_t)l->start);
        json_put_int(w, "end", (int64_t)l->end);
        json_name(w, "marks");
        json_open_array(w);
        for (size_t m = 0; m < l->n_marks; m++) {
            json_open_object(w);
            json_put_int(w, "start", (int64_t)l->marks[m].start);
            json_put_int(w, "end", (int64_t)l->marks[m].end);
            json_close_object(w);
        }
        json_close_array(w);
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_match(json_writer *w, const srch_hit *h, const srch_match *m)
{
    static const char *const places[] = {"title", "heading", "columns", "text"};
    const bool in_text = m->place == SRCH_IN_TEXT;
    const uint64_t from = in_text ? h->start : 0;
    json_open_object(w);
    json_put_str(w, "field", anc_str_of(places[m->place]));
    json_put_int(w, "start", (int64_t)(from + m->start));
    json_put_int(w, "end", (int64_t)(from + m->end));
    if (in_text) {
        json_put_int(w, "text_start", (int64_t)m->start);
        json_put_int(w, "text_end", (int64_t)m->end);
    } else {
        json_put_null(w, "text_start");
        json_put_null(w, "text_end");
    }
    json_close_object(w);
}

static void put_terms(json_writer *w, const srch_hit *h)
{
    json_name(w, "terms");
    json_open_array(w);
    for (size_t i = 0; i < h->explained->n_terms; i++) {
        const srch_term_detail *t = &h->explained->terms[i];
        json_open_object(w);
        json_put_str(w, "term", t->term);
        json_put_fixed(w, "weight", t->weight, 3);
        json_put_int(w, "df", (int64_t)t->df);
        json_put_fixed(w, "idf", t->idf, 6);
        json_put_bool(w, "scored", t->scored);
        json_put_int(w, "tf", t->tf);
        json_put_int(w, "weighted_tf", t->weighted_tf);
        json_put_fixed(w, "score", t->bm25, 6);
        json_name(w, "matches");
        json_open_array(w);
        for (size_t m = 0; m < t->n_matches; m++)
            put_match(w, h, &t->matches[m]);
        json_close_array(w);
        json_close_object(w);
    }
    json_close_array(w);
}

static void put_side(json_writer *w, const char *name, const srch_side_detail *s)
{
    json_name(w, name);
    json_open_object(w);
    json_put_int(w, "rank", s->rank);
    json_put_fixed(w, "share", s->share, 6);
    json_put_fixed(w, "least", s->least, 6);
    json_put_fixed(w, "greatest", s->greatest, 6);
    json_put_fixed(w, "width", s->width, 6);
    json_put_fixed(w, "scaled", s->scaled, 6);
    json_close_object(w);
}

static void put_bm25(json_writer *w, const srch_hit *h)
{
    const srch_explanation *e = h->explained;
    json_name(w, "bm25");
    json_open_object(w);
    json_put_fixed(w, "score", h->keyword, 6);
    json_put_fixed(w, "bound", e->bm25_bound, 6);
    json_put_int(w, "title_weight", e->title_weight);
    json_put_int(w, "length", e->length);
    json_put_fixed(w, "mean_length", e->mean_length, 3);
    json_put_int(w, "chunks", (int64_t)e->chunks);
    put_terms(w, h);
    json_close_object(w);
}

static void put_explanation(json_writer *w, const srch_hit *h)
{
    const srch_explanation *e = h->explained;
    json_name(w, "explain");
    json_open_object(w);
    json_put_str(w, "language", e->language);
    put_bm25(w, h);
    put_real(w, "cosine", h->semantic);
    json_put_fixed(w, "coverage", h->coverage, 6);
    json_name(w, "fused");
    json_open_object(w);
    json_put_str(w, "how", e->weighted ? ANC_STR("weighted") : ANC_STR("reciprocal"));
    put_real(w, "score", h->fused);
    put_side(w, "keyword", &e->keyword);
    put_side(w, "semantic", &e->semantic);
    json_close_object(w);
    json_name(w, "relevance");
    json_open_object(w);
    put_real(w, "score", h->score);
    json_put_fixed(w, "constant", e->constant, 6);
    json_put_fixed(w, "cosine", e->cosine_part, 6);
    json_put_fixed(w, "coverage", e->coverage_part, 6);
    json_put_fixed(w, "bm25", e->bm25_part, 6);
    json_close_object(w);
    json_close_object(w);
}

void http_put_passage(json_writer *w, const srch_hit *h)
{
    json_put_int(w, "position", h->position);
    json_put_str(w, "chunk_id", h->chunk_id);
    json_put_str(w, "document_id", h->document_id);
    json_put_int(w, "version", h->version);
    json_put_str(w, "collection", h->collection);
    json_put_str(w, "title", h->title);
    json_put_str(w, "uri", h->uri);
    if (h->page > 0)
        json_put_int(w, "page", h->page);
    else
        json_put_null(w, "page");
    json_put_str_or_null(w, "heading", h->heading);
    json_put_int(w, "start", (int64_t)h->start);
    json_put_int(w, "end", (int64_t)h->end);
    json_put_str(w, "text", h->text);
}

void http_put_scores(json_writer *w, const srch_hit *h)
{
    put_real(w, "score", h->score);
    json_name(w, "scores");
    json_open_object(w);
    put_real(w, "keyword", h->keyword);
    put_real(w, "semantic", h->semantic);
    put_real(w, "fused", h->fused);
    put_real(w, "rerank", h->is_reranked ? h->rerank : (double)NAN);
    json_close_object(w);
}

void http_put_warnings(json_writer *w, const srch_warning *warnings, size_t n)
{
    json_name(w, "warnings");
    json_open_array(w);
    for (size_t i = 0; i < n; i++) {
        json_open_object(w);
        json_put_str(w, "pointer", warnings[i].pointer);
        json_put_str(w, "message", warnings[i].message);
        json_close_object(w);
    }
    json_close_array(w);
}

void http_put_hit(json_writer *w, const srch_hit *h, bool highlighted)
{
    json_open_object(w);
    http_put_passage(w, h);
    json_put_str_or_null(w, "columns", h->columns);
    json_put_int(w, "first_chunk", h->first_ordinal);
    json_put_int(w, "last_chunk", h->last_ordinal);
    json_put_int(w, "duplicates", h->duplicates);
    http_put_scores(w, h);
    if (highlighted)
        put_highlights(w, h);
    if (h->explained != NULL)
        put_explanation(w, h);
    json_close_object(w);
}
