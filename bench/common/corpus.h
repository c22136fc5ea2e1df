/* corpus.h - passages of any number with the words of real ones, their vectors, and real questions.
 *
 * A passage is a window of 50 words over the passages of SciFact, squad-dev-a and Cranfield, one behind the other, from
 * a place of a fixed generator: words are as frequent as they are, and neighbours stay neighbours. Its vector is of the
 * mixture in bench/engine. Questions are those of the collections, with vectors of the same topics.
 */
#ifndef ANC_BENCH_CORPUS_H
#define ANC_BENCH_CORPUS_H

#include "common/texts.h"
#include "engine/engine.h"

enum {
    CORPUS_DIMS = 384,
    CORPUS_WORDS = 50,  /* of a passage */
    CORPUS_CHUNKS = 10, /* of a document */
    CORPUS_TERMS = 64   /* of a question at most */
};

typedef struct corpus {
    bench_words words; /* of all passages */
    float *vectors; /* [n * CORPUS_DIMS] owned; those of later documents begin again at the first */
    size_t n;
    bench_words *questions; /* [n_questions], none of them empty */
    float *asked;           /* [n_questions * CORPUS_DIMS] owned */
    size_t n_questions;
    uint64_t seed;
} corpus;

/* For the life of the program. */
void corpus_make(anc_arena *mem, size_t n, corpus *ret);

/* Publishes document `number` with CORPUS_CHUNKS passages; a number that is there already is replaced. */
void corpus_publish(corpus *c, eng_index *index, size_t number);

/* A search by both sides for question `i`, modulo how many there are, with lists of `k`. */
eng_query corpus_query(const corpus *c, size_t i, uint32_t k, eng_query_term terms[CORPUS_TERMS]);

#endif
