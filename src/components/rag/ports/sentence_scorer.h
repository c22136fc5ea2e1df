/* sentence_scorer.h - port: how near sentences are to a question in meaning.
 *
 * Adapters: the embedding component, by way of app/scorer.c. Contract: any thread but the loop;
 * results only in `out`; UNAVAILABLE when there is no model, and whoever asked goes on without.
 */
#ifndef ANC_RAG_PORTS_SENTENCE_SCORER_H
#define ANC_RAG_PORTS_SENTENCE_SCORER_H

#include "kernel/domain/call.h"

typedef struct rag_sentence_scorer_ops {
    const char *name;
    /* Cosines of `sentences` [n], 1 <= n <= 64, with `question`, in `out` [n]: -1 to 1. */
    ANC_MUST_CHECK anc_status (*score)(void *self, krn_call *call, anc_str question,
                                       const anc_str *sentences, size_t n, float *out);
    /* Whether the model has that word whole, as it has what is often written; true where there is no model. */
    bool (*knows)(void *self, anc_str word);
} rag_sentence_scorer_ops;

typedef struct rag_sentence_scorer {
    const rag_sentence_scorer_ops *ops; /* NULL: there is none */
    void *self;
} rag_sentence_scorer;

#endif
