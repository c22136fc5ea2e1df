/* weights.c - how much each feature counts in a unit's score. */
#include "extract_impl.h"

static const double weights[RAG_FEATURES] = {
    [RAG_F_OWN] = 3.0,     [RAG_F_HEADED] = 2.5,   [RAG_F_AROUND] = 1.0,   [RAG_F_RELATIVE] = 3.0,
    [RAG_F_PAIRS] = 1.0,   [RAG_F_FAQ] = 3.0,      [RAG_F_RANK] = 1.2,     [RAG_F_RELEVANCE] = 2.5,
    [RAG_F_PASSAGE] = 2.0, [RAG_F_CUE] = 0.8,      [RAG_F_NO_CUE] = -0.6,  [RAG_F_LENGTH] = 0.4,
    [RAG_F_NOVEL] = 0.6,   [RAG_F_QUESTION] = -3,  [RAG_F_HEADING] = -3.0, [RAG_F_BACK] = 1.4,
    [RAG_F_OPENING] = 0.1, [RAG_F_MEANING] = 3.0,  [RAG_F_OTHER] = -4.0,   [RAG_F_POLARITY] = 2.0,
    [RAG_F_NEAR] = 2.5,    [RAG_F_COUNTS] = 2.0,   [RAG_F_DEFINES] = 2.5,  [RAG_F_NAKED] = -2.0,
    [RAG_F_ENTRY] = 8.0,   [RAG_F_FOREIGN] = -1.5, [RAG_F_STRAY] = -1,
};

double rag_weights_score(const double features[RAG_FEATURES])
{
    double score = 0;
    for (size_t i = 0; i < RAG_FEATURES; i++)
        score += weights[i] * features[i];
    return score;
}
