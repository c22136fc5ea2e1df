/* rag_extractive.h - the provider that needs no language model: it quotes the passages. */
#ifndef ANC_RAG_ADAPTERS_EXTRACTIVE_RAG_EXTRACTIVE_H
#define ANC_RAG_ADAPTERS_EXTRACTIVE_RAG_EXTRACTIVE_H

#include "kernel/ports/executor.h"
#include "rag/ports/provider.h"
#include "rag/ports/sentence_scorer.h"

#define RAG_EXTRACTIVE_NAME  "anchorage"
#define RAG_EXTRACTIVE_MODEL "extractive"

typedef struct rag_extractive_options {
    krn_executor cpu;           /* where sentences are weighed */
    krn_executor loop;          /* where the sink is called */
    rag_sentence_scorer scorer; /* ops NULL: words alone decide */
    uint32_t max_scored;        /* sentences given to the scorer, at most 64; 0: 6 */
} rag_extractive_options;

/* What `options` names is borrowed until close. NO_MEMORY. */
anc_status rag_extractive_open(const rag_extractive_options *options, rag_provider *ret,
                               anc_err *err) ANC_MUST_CHECK;

#endif
