/* real.h - vectors of real texts, made by the embedding model: the passages and questions of SciFact, squad-dev-a and
 * Cranfield. The model works for some minutes in the first run; what it gave is kept in a folder.
 */
#ifndef ANC_BENCH_ENGINE_REAL_H
#define ANC_BENCH_ENGINE_REAL_H

#include "base/base.h"

typedef struct real_vectors {
    uint32_t dims;
    size_t n_passages, n_questions;
    float *passages;  /* [n_passages * dims] of unit length, for the life of the program */
    float *questions; /* [n_questions * dims] */
} real_vectors;

/* Skips the benchmark where there is no model, or no collection. */
real_vectors real_make(const char *folder);

#endif
