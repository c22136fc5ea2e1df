/* engine_model.h - a plain model of the index: the current version of each document as lists of words, random
 * ones, and every chunk scored by the formula. */
#ifndef ANC_TESTS_ENGINE_MODEL_H
#define ANC_TESTS_ENGINE_MODEL_H

#include "base/str.h"
#include "engine/engine.h"

enum {
    DOCUMENTS = 40,
    CHUNKS = 6,
    WORDS = 30,
    VOCABULARY = 60,
    DIMS = 5,
    STEPS = 1500,
    TERMS = 6,
    DEMANDS = 2,
    PHRASE = 3,
    ENDINGS = 2,
    LANGUAGES = 3
};

typedef struct model_chunk {
    uint32_t ordinal;
    int words[WORDS];   /* numbers of the vocabulary; below STOPS: stop words */
    int endings[WORDS]; /* of their forms */
    size_t n_words, n_title;
    bool has_vector;
    float vector[DIMS];
    uint32_t language; /* the document's */
} model_chunk;

typedef struct model_document {
    bool alive;
    uint32_t version;
    int label, year;
    uint32_t language;
    size_t n_chunks;
    model_chunk chunks[CHUNKS];
} model_document;

enum { STOPS = 5, LABELS = 3 };

typedef struct expected {
    size_t document, chunk;
    double bm25, coverage, cosine;
} expected;

/* One wording a demand: a term, a phrase of forms, or a beginning of forms. */
typedef struct wanted {
    eng_wording_kind kind;
    bool excluded;
    int words[PHRASE], endings[PHRASE];
    size_t n;
    anc_str texts[PHRASE];
    uint64_t languages; /* of a term */
} wanted;

/* A term as it is asked for: a word of the vocabulary, or the beginning of forms. */
typedef struct asked {
    int word;
    bool begins;
    anc_str text;
    uint32_t number; /* readings of one word have the same; 0: a word of its own */
    uint64_t languages;
} asked;

typedef struct question {
    asked terms[TERMS];
    size_t n_terms;
    bool has_vector;
    float vector[DIMS];
    int label;
    int year_from; /* 0: no filter */
    uint32_t k;
    wanted demands[DEMANDS];
    size_t n_demands;
} question;

/* A word of the question: readings that are not asked for earlier, side by side. */
typedef struct asked_word {
    asked readings[TERMS];
    double weights[TERMS]; /* mentions */
    size_t n;
    bool scored;
    double df;
} asked_word;

typedef struct statistics {
    double chunks, length;
    asked_word words[TERMS];
    size_t n_words;
} statistics;

extern model_document model[DOCUMENTS];
extern char vocabulary[VOCABULARY][16];
extern char forms[VOCABULARY][ENDINGS][16];
extern const anc_str label_names[LABELS];
extern uint64_t seed;
extern uint32_t title_weight; /* of all documents; 0: as not given */

uint32_t chance(uint32_t below);
anc_str word(int number);
int any_word(void);
void random_vector(float *v);
void random_document(model_document *d);
void key_of(size_t number, char out[16]);
void publish(eng_index *index, size_t number, anc_err *err);
void random_demand(wanted *d);
size_t count_of(const model_chunk *m, const asked *t);
bool is_stop(const asked *t);
double length_of(const model_chunk *m);
size_t score_all(const question *q, expected *out);
int by_bm25(const void *a, const void *b);

#endif
