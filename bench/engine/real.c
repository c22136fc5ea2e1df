/* real.c - see real.h. */
#include "real.h"

#include <string.h>

#include "base/str.h"
#include "common/bench.h"
#include "common/texts.h"
#include "infer/encoder.h"
#include "os/file.h"

enum { TOGETHER = 64, CACHE_MAX_BYTES = 256 << 20 };

static float *encode(inf_encoder *encoder, inf_kind kind, const bench_texts *texts, uint32_t dims)
{
    anc_err err = {0};
    os_pool *pool;
    bench_must(os_pool_open("bench", 0, TOGETHER, &pool, &err), &err);
    float *all = bench_alloc(texts->n * dims, sizeof *all);
    for (size_t i = 0; i < texts->n; i += TOGETHER) {
        anc_str some[TOGETHER];
        const size_t n = texts->n - i < TOGETHER ? texts->n - i : TOGETHER;
        for (size_t k = 0; k < n; k++)
            some[k] = texts->items[i + k].text;
        bench_must(inf_encoder_encode(encoder, kind, some, n, pool, (inf_check){0}, all + i * dims,
                                      NULL, &err),
                   &err);
    }
    os_pool_free(pool);
    return all;
}

/* The vectors of the texts as the folder has them, or made and put there. */
static float *kept_or_made(anc_arena *mem, inf_encoder *encoder, inf_kind kind,
                           const bench_texts *texts, const char *folder, const char *name)
{
    anc_err err = {0};
    anc_str kept;
    const uint32_t dims = inf_encoder_about(encoder).dims;
    const size_t bytes = texts->n * dims * sizeof(float);
    const anc_str path = anc_arena_printf(mem, "%s/%s.f32", folder, name);
    if (os_file_read(mem, path, CACHE_MAX_BYTES, &kept, &err) == ANC_OK && kept.len == bytes) {
        float *copy = bench_alloc(bytes, 1);
        memcpy(copy, kept.ptr, bytes);
        return copy;
    }
    anc_err_clear(&err);
    float *made = encode(encoder, kind, texts, dims);
    bench_must(os_file_replace(path, (anc_str){(const char *)made, bytes}, &err), &err);
    return made;
}

real_vectors real_make(const char *folder)
{
    anc_err err = {0};
    inf_encoder *encoder;
    bench_texts passages = {0}, questions = {0};
    anc_arena *mem = anc_arena_new((size_t)1 << 30);
    if (mem == NULL)
        bench_fail("no memory");
    bench_read_texts(mem, "scifact/corpus.jsonl", &passages);
    bench_read_texts(mem, "squad-dev-a/corpus.jsonl", &passages);
    bench_read_texts(mem, "cranfield/corpus.jsonl", &passages);
    bench_read_texts(mem, "scifact/queries.jsonl", &questions);
    bench_read_texts(mem, "squad-dev-a/queries.jsonl", &questions);
    bench_must(inf_encoder_open(bench_model(mem), NULL, &encoder, &err), &err);
    real_vectors v = {.dims = inf_encoder_about(encoder).dims,
                      .n_passages = passages.n,
                      .n_questions = questions.n};
    v.passages = kept_or_made(mem, encoder, INF_PASSAGE, &passages, folder, "real-passages");
    v.questions = kept_or_made(mem, encoder, INF_QUERY, &questions, folder, "real-questions");
    inf_encoder_close(encoder);
    return v;
}
