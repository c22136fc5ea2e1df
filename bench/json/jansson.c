/* jansson.c - the peer of bench/json. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/bench.h"
#include "json/answer.h"

static json_t *text_of(anc_str s)
{
    return json_stringn(s.ptr, s.len);
}

static json_t *tree_of_source(const source *s, int position)
{
    return json_pack("{s:i,s:o,s:o,s:i,s:s,s:o,s:n,s:i,s:I,s:o,s:f,s:{s:f,s:f,s:f}}", "position",
                     position, "chunk_id", text_of(s->chunk_id), "document_id",
                     text_of(s->document_id), "version", 1, "collection", "squad", "title",
                     text_of(s->title), "page", "start", 0, "end", (json_int_t)s->text.len, "text",
                     text_of(s->text), "score", s->score, "scores", "keyword", s->keyword,
                     "semantic", s->semantic, "fused", s->fused);
}

static json_t *tree_of(const answer *b)
{
    json_t *sources = json_array(), *times = json_object();
    for (int i = 0; i < SOURCES; i++)
        (void)json_array_append_new(sources, tree_of_source(&b->sources[i], i + 1));
    for (size_t i = 0; i < ANSWER_TIMINGS; i++)
        (void)json_object_set_new(times, answer_timings[i].name, json_real(answer_timings[i].ms));
    return json_pack("{s:s,s:o,s:o,s:b,s:o}", "query_id", "01890a5d-ac96-774b-bcce-b302099a8057",
                     "answer", text_of(b->sources[0].text), "sources", sources, "degraded", 0,
                     "timings_ms", times);
}

static size_t dump(json_t *tree)
{
    char *text = json_dumps(tree, JSON_COMPACT);
    if (text == NULL)
        bench_fail("jansson does not write the answer");
    const size_t len = strlen(text);
    free(text);
    return len;
}

void jansson_open(answer *a)
{
    a->tree = tree_of(a);
    if (a->tree == NULL)
        bench_fail("jansson makes no tree of the answer");
}

void jansson_close(answer *a)
{
    json_decref(a->tree);
}

double jansson_dump(void *arg)
{
    const answer *b = arg;
    size_t bytes = 0;
    const double start = bench_cpu_seconds();
    for (int i = 0; i < ANSWERS; i++)
        bytes += dump(b->tree);
    return (double)bytes / (bench_cpu_seconds() - start) / 1e6;
}

double jansson_build_and_dump(void *arg)
{
    const answer *b = arg;
    size_t bytes = 0;
    const double start = bench_cpu_seconds();
    for (int i = 0; i < ANSWERS; i++) {
        json_t *tree = tree_of(b);
        bytes += dump(tree);
        json_decref(tree);
    }
    return (double)bytes / (bench_cpu_seconds() - start) / 1e6;
}

double jansson_read(void *arg)
{
    const answer *b = arg;
    const double start = bench_cpu_seconds();
    for (int i = 0; i < ANSWERS; i++) {
        json_error_t error;
        json_t *tree = json_loadb(b->json.ptr, b->json.len, JSON_REJECT_DUPLICATES, &error);
        if (tree == NULL)
            bench_fail("jansson does not read the answer: %s", error.text);
        json_decref(tree);
    }
    return ANSWERS * (double)b->json.len / (bench_cpu_seconds() - start) / 1e6;
}
