/* answer.h - the answer that both sides write and read, and jansson's side (its names and ours do not
 * meet in one file). */
#ifndef ANC_BENCH_JSON_ANSWER_H
#define ANC_BENCH_JSON_ANSWER_H

#include "base/str.h"

enum { SOURCES = 5, ANSWERS = 2000 /* a round */, ANSWER_TIMINGS = 6 };

typedef struct source {
    anc_str chunk_id, document_id, title, text;
    double score, keyword, semantic, fused;
} source;

typedef struct answer {
    source sources[SOURCES];
    anc_buf out;  /* what ours writes to */
    anc_str json; /* the whole, to be read */
    void *tree;   /* jansson's */
} answer;

static const struct {
    const char *name;
    double ms;
} answer_timings[ANSWER_TIMINGS] = {{"analyze", 0.03}, {"embed", 5.21},    {"search", 0.81},
                                    {"rerank", 0.0},   {"generate", 9.42}, {"total", 15.73}};

/* Makes the tree of the answer, and frees it. */
void jansson_open(answer *a);
void jansson_close(answer *a);

/* Rounds; each takes an answer and gives MB/s. */
double jansson_dump(void *arg);
double jansson_build_and_dump(void *arg);
double jansson_read(void *arg);

#endif
