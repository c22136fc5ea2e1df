/* peer.h - ONNX Runtime in a Python process of its own, spoken to over pipes.
 *
 * peer.py, beside this file, builds the same encoder from the same model file. A request is a line,
 * an answer is a line:
 *
 *   use <fp32|int8> <threads>  ok              the graph that runs from now on, and how many threads share one text
 *   vector <second> <id> …     <float> …       the unit vector of one text's token ids; of a model that scores pairs the
 *                                              score; ids from number <second> on are of the second type
 *   texts <n>                  ok              n such lines without the word follow: what `run` runs
 *   run                        <seconds>       each text once, one after the other; processor time
 *   race <callers>             <seconds>       each text once, by so many callers at a time; of the clock
 */
#ifndef ANC_BENCH_EMBED_PEER_H
#define ANC_BENCH_EMBED_PEER_H

#include "base/base.h"

typedef struct peer peer;

/* The process, with the model of `folder` loaded; NULL when BENCH_PEER_PYTHON is empty or the
 * process ended, which says why on stderr. */
peer *peer_open(anc_str folder);
void peer_close(peer *p); /* NULL is a no-op */

bool peer_use(peer *p, const char *graph, unsigned threads);

typedef struct peer_text {
    const uint32_t *ids;
    size_t n;
    size_t second; /* ids from here on are of the second type; n: none */
} peer_text;

bool peer_vector(peer *p, const peer_text *text, float *out, size_t dims);

bool peer_texts(peer *p, const peer_text *texts, size_t n);
bool peer_run(peer *p, double *ret_seconds);
bool peer_race(peer *p, unsigned callers, double *ret_seconds);

#endif
