/* kept_write.c - an answer as it is kept with its turn: places and figures, no text of a document.
 *
 * What it says word for word of a document is kept as the place where that stands (pieces.h), so that it
 * goes with the document and with the right to read it; kept_read.c puts it together again. An extractive
 * answer is cut into words, an answer of a language model where it repeats at least MODEL_WORDS of them.
 */
#include <math.h>

#include "base/str.h"
#include "pieces.h"
#include "service_impl.h"

enum { ANSWER_JSON_MAX_BYTES = 8 << 20, MODEL_WORDS = 3, MODEL_BYTES = 16 };

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
    write_place(w, "page", s->page);
    json_put_int(w, "start", (int64_t)s->start);
    json_put_int(w, "end", (int64_t)s->end);
    json_put_fixed(w, "score", s->score, 4);
    json_name(w, "scores");
    json_open_object(w);
    json_put_fixed(w, "keyword", s->keyword, 4);
    if (isnan(s->semantic))
        json_put_null(w, "semantic");
    else
        json_put_fixed(w, "semantic", s->semantic, 4);
    json_put_fixed(w, "fused", s->fused, 4);
    if (s->is_reranked)
        json_put_fixed(w, "rerank", s->rerank, 4);
    else
        json_put_null(w, "rerank");
    json_close_object(w);
    json_close_object(w);
}

/* ---- what the answer says ---- */

typedef struct words {
    rag_piece_field fields[RAG_TOP_K_MAX * RAG_KEPT_FIELDS];
    size_t n;
} words;

static bool is_cited(const rag_answer *a, size_t source)
{
    for (size_t i = 0; i < a->n_citations; i++)
        if (a->citations[i].marker == source + 1)
            return true;
    return false;
}

/* The columns of what the question pointed at may be a line of the chunk: they are looked up in all of it. */
static anc_status take_chunks(rag_turn *turn, words *ret)
{
    const rag_answer *a = &turn->answer;
    kno_chunk chunks[RAG_TOP_K_MAX];
    kno_chunk_ref refs[RAG_TOP_K_MAX];
    for (size_t i = 0; i < a->n_sources; i++)
        refs[i] = (kno_chunk_ref){a->sources[i].collection, a->sources[i].document_id,
                                  a->sources[i].version, a->sources[i].ordinal};
    ANC_TRY(kno_chunks_fetch(turn->rag->with.knowledge, &turn->call, refs, a->n_sources, chunks));
    for (size_t i = 0; i < a->n_sources; i++)
        if (!turn->quotes_itself || a->no_answer || is_cited(a, i))
            ret->n += rag_kept_fields(&chunks[i], (uint32_t)i + 1, &ret->fields[ret->n]);
    return ANC_OK;
}

/* An extractive answer has its words from what it cites; a model may have them from anywhere. */
static void take_hits(const rag_turn *turn, words *ret)
{
    const rag_answer *a = &turn->answer;
    for (size_t i = 0; i < a->n_sources; i++) {
        const srch_hit *s = &a->sources[i];
        if (turn->quotes_itself && !a->no_answer && !is_cited(a, i))
            continue;
        const kno_chunk as_chunk = {.title = s->title,
                                    .heading = s->heading,
                                    .columns = s->columns,
                                    .start = s->start,
                                    .text = s->text};
        ret->n += rag_kept_fields(&as_chunk, (uint32_t)i + 1, &ret->fields[ret->n]);
    }
}

/* A figure that was made of what stands in documents is told no more than that is. */
static anc_status tell_without_lead(rag_turn *turn, const words *from, rag_piece_least least,
                                    anc_buf *told)
{
    ANC_BUF(pieces, ANSWER_JSON_MAX_BYTES);
    ANC_BUF(rest, ANSWER_JSON_MAX_BYTES);
    json_writer w = json_writer_of(&pieces);
    const anc_str text = turn->answer.text;
    const size_t lead = anc_str_starts(text, turn->lead) ? turn->lead.len : 0;
    ANC_TRY(rag_pieces_cut(turn->mem, anc_str_sub(text, lead, text.len), from->fields, from->n,
                           least, &w, &rest, &turn->err));
    anc_buf_clear(told);
    if (lead > 0)
        (void)anc_buf_add(told, ANC_STR("… "));
    (void)anc_buf_add(told, anc_buf_view(&rest));
    return ANC_OK;
}

static anc_status cut_answer(rag_turn *turn, json_writer *w, anc_buf *told)
{
    const bool own_words = turn->answer.no_answer || !turn->quotes_itself;
    const rag_piece_least least =
        own_words ? (rag_piece_least){MODEL_WORDS, MODEL_BYTES} : (rag_piece_least){1, 1};
    words *from = anc_arena_alloc(turn->mem, 1, sizeof *from);
    if (from == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for a kept answer");
    from->n = 0;
    if (turn->pointed)
        ANC_TRY(take_chunks(turn, from));
    else
        take_hits(turn, from);
    /* what documents there were is nobody's source, and is gone with them all the same */
    const anc_str text = turn->reply.len > 0 ? RAG_INVENTORY_KEPT : turn->answer.text;
    json_name(w, "pieces");
    ANC_TRY(rag_pieces_cut(turn->mem, text, from->fields, from->n, least, w, told, &turn->err));
    return turn->computed ? tell_without_lead(turn, from, least, told) : ANC_OK;
}

static anc_status copy_of(rag_turn *turn, const anc_buf *text, anc_str *ret)
{
    ANC_TRY(anc_buf_status(text, "kept answer", &turn->err));
    *ret = anc_arena_copy(turn->mem, anc_buf_view(text));
    if (ret->ptr == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for a kept answer");
    return ANC_OK;
}

anc_status rag_kept_write(rag_turn *turn)
{
    const rag_answer *a = &turn->answer;
    ANC_BUF(out, ANSWER_JSON_MAX_BYTES);
    ANC_BUF(told, ANSWER_JSON_MAX_BYTES);
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
    ANC_TRY(cut_answer(turn, &w, &told));
    json_close_object(&w);
    ANC_TRY(copy_of(turn, &told, &turn->told));
    return copy_of(turn, &out, &turn->answer_json);
}
