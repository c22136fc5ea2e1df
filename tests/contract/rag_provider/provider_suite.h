/* provider_suite.h - the contract of rag/ports/provider.h, run against one adapter at a time. */
#ifndef ANC_TESTS_CONTRACT_RAG_PROVIDER_PROVIDER_SUITE_H
#define ANC_TESTS_CONTRACT_RAG_PROVIDER_PROVIDER_SUITE_H

#include "rag/ports/provider.h"

/* An adapter with the world it needs, set up so that an answer about the passages comes. */
typedef struct provider_bench {
    const char *name;
    /* Opens a provider; `self` is the bench's own. */
    void *(*open)(rag_provider *ret);
    /* Lets the loop do one piece of work; false when there is nothing left to do. */
    bool (*step)(void *self);
    void (*close)(void *self, rag_provider provider);
} provider_bench;

/* Number of failed tests. */
int provider_suite_run(const provider_bench *bench);

#endif
