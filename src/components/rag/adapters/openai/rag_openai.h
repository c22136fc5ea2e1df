/* rag_openai.h - a provider over a server that speaks OpenAI's chat completions. */
#ifndef ANC_RAG_ADAPTERS_OPENAI_RAG_OPENAI_H
#define ANC_RAG_ADAPTERS_OPENAI_RAG_OPENAI_H

#include "clients/openai/openai.h"
#include "kernel/ports/clock.h"
#include "rag/ports/provider.h"

typedef struct rag_openai_options {
    anc_str name;              /* as configured: [a-z0-9_-]+, the first half of "provider/model" */
    anc_str model;             /* asked for unless a question names another */
    clt_openai_options client; /* address, key (the value, already resolved), timers */
    double temperature;        /* negative: the server's own */
    int64_t max_tokens;        /* 0: the server's own */
    net_loop *loop;            /* borrowed until close, as are http and clock */
    net_http *http;
    krn_clock clock; /* the one that deadlines are counted by */
} rag_openai_options;

/* Texts are copied. INVALID for an empty name or model, an address or key that cannot be one;
 * NO_MEMORY. On the loop, as is close. */
anc_status rag_openai_open(const rag_openai_options *options, rag_provider *ret,
                           anc_err *err) ANC_MUST_CHECK;

#endif
