/* extract_impl.h - what the rooms of extraction share: the question's terms and each unit's view. */
#ifndef ANC_RAG_DOMAIN_EXTRACT_IMPL_H
#define ANC_RAG_DOMAIN_EXTRACT_IMPL_H

#include "rag/domain/cues.h"
#include "rag/domain/extract.h"
#include "rag/domain/synonyms.h"

enum { RAG_TERMS_MAX = 64 }; /* so that a set of them is one word */

typedef struct rag_terms {
    rag_words asked; /* every word of the question */
    uint64_t keys[RAG_TERMS_MAX];
    double weight[RAG_TERMS_MAX];
    bool dull[RAG_TERMS_MAX]; /* says what is asked for, seldom stands in the answer ("name") */
    bool asks[RAG_TERMS_MAX]; /* is an asking word ("minimum") */
    uint32_t pairs[RAG_TERMS_MAX]; /* of synonyms that ask with it */
    rag_synonyms synonyms;
    uint32_t code[RAG_TERMS_MAX]; /* shape of a code ("E11"); 0: it is none */
    size_t n;
    double total; /* of the weights */
    unsigned cues;
} rag_terms;

/* What one unit has. Sets of terms are bits: bit t stands for term t of the question. */
typedef struct rag_view {
    uint64_t own; /* terms in its words */
    uint64_t
        above; /* in title, heading path and the line that heads it; of a row what its columns mean */
    uint64_t beside; /* in the units before and after it */
    double features[RAG_FEATURES];
    double score;
    double cosine; /* NaN: not told */
} rag_view;

struct rag_extraction {
    const rag_passage *passages; /* borrowed, [n_passages] */
    size_t n_passages;
    rag_terms terms;
    rag_units units;
    rag_words *column_words; /* [n_passages]: of passage.columns */
    rag_view *views;         /* [units.n] */
};

/* terms.c */
anc_status rag_terms_of(anc_arena *mem, anc_str question, txt_language language, rag_terms *ret,
                        anc_err *err) ANC_MUST_CHECK;
/* Weights by rarity among `sets` [n], one set of terms for each unit. */
void rag_terms_weigh(rag_terms *terms, const rag_view *views, size_t n);
uint64_t rag_terms_in(const rag_terms *terms, rag_words words, size_t first, size_t last);
double rag_terms_share(const rag_terms *terms, uint64_t set);

/* features.c */
anc_status rag_features_fill(anc_arena *mem, rag_extraction *x, txt_language language,
                             anc_err *err) ANC_MUST_CHECK;
void rag_features_meaning(rag_extraction *x);

/* columns.c: the terms of the question that the names of unit i's columns mean in other words. */
uint64_t rag_columns_meant(const rag_extraction *x, size_t i);

/* choose.c: the unit as a pick, with the names of its columns where they fit. */
rag_pick rag_pick_of(const rag_extraction *x, size_t unit);
anc_str rag_plain_line(anc_str line); /* a heading's words without its signs */

/* weights.c */
double rag_weights_score(const double features[RAG_FEATURES]);

#endif
