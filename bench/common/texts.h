/* texts.h - the real input of the benchmarks: documents and questions of the shared collections.
 *
 * The collections lie in the folder ANCHORAGE_TEST_DATA, default ../shared/data beside the source
 * tree. A benchmark without its collection is skipped.
 */
#ifndef ANC_BENCH_COMMON_TEXTS_H
#define ANC_BENCH_COMMON_TEXTS_H

#include "base/arena.h"

typedef struct bench_text {
    anc_str id, title, text; /* the title of a question is empty */
} bench_text;

typedef struct bench_texts {
    bench_text *items; /* [n] */
    size_t n;
} bench_texts;

/* Appends the lines of `file` ("scifact/corpus.jsonl", or the same with .gz) to `texts`; all lives
 * in `mem`. Skips the benchmark when the file is absent. */
void bench_read_texts(anc_arena *mem, const char *file, bench_texts *texts);

/* The words of an English text as terms that are letters and digits only, without stop words and
 * joined forms, so that every engine cuts them alike. */
typedef struct bench_words {
    anc_str *items; /* [n], in `mem` */
    size_t n;
} bench_words;

bench_words bench_words_of(anc_arena *mem, anc_str text);

/* The folder of the embedding model (ANCHORAGE_TEST_MODEL); skips the benchmark without. */
anc_str bench_model(anc_arena *mem);

#endif
