/* json.c - the answer of a question as JSON: our writer against jansson, and reading it back.
 *
 * The object has the members of an answer of POST /v1/chat/query, with five passages of squad-dev-a
 * as its sources. Ours writes straight from the fields; jansson must have a tree first, so it is
 * measured with and without building it. Reading is jansson behind our header, with a pass of our
 * own before it: what that costs is the figure.
 */
#include "json/json.h"

#include "common/bench.h"
#include "common/texts.h"
#include "json/answer.h"

enum { ROUNDS = 9, ANSWER_MAX = 1 << 20 };

/* ---- ours ---------------------------------------------------------------------------------- */

static void write_source(json_writer *w, const source *s, int position)
{
    json_open_object(w);
    json_put_int(w, "position", position);
    json_put_str(w, "chunk_id", s->chunk_id);
    json_put_str(w, "document_id", s->document_id);
    json_put_int(w, "version", 1);
    json_put_str(w, "collection", ANC_STR("squad"));
    json_put_str(w, "title", s->title);
    json_put_null(w, "page");
    json_put_int(w, "start", 0);
    json_put_int(w, "end", (int64_t)s->text.len);
    json_put_str(w, "text", s->text);
    json_put_fixed(w, "score", s->score, 4);
    json_name(w, "scores");
    json_open_object(w);
    json_put_real(w, "keyword", s->keyword);
    json_put_real(w, "semantic", s->semantic);
    json_put_real(w, "fused", s->fused);
    json_close_object(w);
    json_close_object(w);
}

static void write_answer(answer *b)
{
    anc_buf_clear(&b->out);
    json_writer w = json_writer_of(&b->out);
    json_open_object(&w);
    json_put_str(&w, "query_id", ANC_STR("01890a5d-ac96-774b-bcce-b302099a8057"));
    json_put_str(&w, "answer", b->sources[0].text);
    json_name(&w, "sources");
    json_open_array(&w);
    for (int i = 0; i < SOURCES; i++)
        write_source(&w, &b->sources[i], i + 1);
    json_close_array(&w);
    json_put_bool(&w, "degraded", false);
    json_name(&w, "timings_ms");
    json_open_object(&w);
    for (size_t i = 0; i < ANSWER_TIMINGS; i++)
        json_put_fixed(&w, answer_timings[i].name, answer_timings[i].ms, 2);
    json_close_object(&w);
    json_close_object(&w);
}

static double write_ours(void *arg)
{
    answer *b = arg;
    const double start = bench_cpu_seconds();
    for (int i = 0; i < ANSWERS; i++) {
        write_answer(b);
        bench_keep((double)b->out.len);
    }
    return ANSWERS * (double)b->out.len / (bench_cpu_seconds() - start) / 1e6;
}

static double read_ours(void *arg)
{
    const answer *b = arg;
    anc_err err = {0};
    const double start = bench_cpu_seconds();
    for (int i = 0; i < ANSWERS; i++) {
        json_doc *doc;
        bench_must(json_parse(anc_buf_view(&b->out), &doc, &err), &err);
        json_doc_free(doc);
    }
    return ANSWERS * (double)b->out.len / (bench_cpu_seconds() - start) / 1e6;
}

/* ---- figures ---------------------------------------------------------------------------------- */

static void prepare(answer *b, anc_arena *mem)
{
    bench_texts texts = {0};
    bench_read_texts(mem, "squad-dev-a/corpus.jsonl", &texts);
    if (texts.n < SOURCES)
        bench_fail("only %zu passages", texts.n);
    for (size_t i = 0; i < SOURCES; i++) {
        const bench_text *t = &texts.items[i * (texts.n / SOURCES)];
        b->sources[i] = (source){.chunk_id = anc_arena_printf(mem, "%.*s.1.0", ANC_FMT(t->id)),
                                 .document_id = t->id,
                                 .title = t->title,
                                 .text = t->text,
                                 .score = 0.9599 / (double)(i + 1),
                                 .keyword = 8.08112 / (double)(i + 1),
                                 .semantic = 0.815469 / (double)(i + 1),
                                 .fused = 1.0 / (double)(i + 1)};
    }
    write_answer(b);
    b->json = anc_buf_view(&b->out);
    jansson_open(b);
}

int main(void)
{
    answer b = {.out = anc_buf_init(ANSWER_MAX)};
    anc_arena *mem = anc_arena_new((size_t)64 << 20);
    if (mem == NULL)
        bench_fail("no memory");
    prepare(&b, mem);
    const bench_figure figures[] = {
        {"json: write an answer", "MB/s", false, "jansson, tree ready", write_ours, jansson_dump,
         &b, ROUNDS},
        {"json: write an answer from fields", "MB/s", false, "jansson, tree built", write_ours,
         jansson_build_and_dump, &b, ROUNDS},
        {"json: read an answer", "MB/s", false, "jansson alone", read_ours, jansson_read, &b,
         ROUNDS},
    };
    for (size_t i = 0; i < ANC_COUNT(figures); i++)
        bench_run(&figures[i]);
    jansson_close(&b);
    return 0;
}
