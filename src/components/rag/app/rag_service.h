/* rag_service.h - opens the rag component; for the composition root and tests. */
#ifndef ANC_RAG_APP_RAG_SERVICE_H
#define ANC_RAG_APP_RAG_SERVICE_H

#include "embedding/embedding.h"
#include "kernel/domain/veil.h"
#include "kernel/ports/clock.h"
#include "kernel/ports/executor.h"
#include "kernel/ports/feed.h"
#include "kernel/ports/log.h"
#include "kernel/ports/metrics.h"
#include "kernel/ports/outbox.h"
#include "kernel/ports/writer.h"
#include "knowledge/knowledge.h"
#include "rag/ports/conversation_store.h"
#include "rag/ports/provider.h"
#include "rag/ports/sentence_scorer.h"
#include "rag/rag.h"
#include "routing/routing.h"
#include "search/search.h"

enum { RAG_PROVIDERS_MAX = 8 }; /* of a chain, the extractive one not counted */

/* Zeroed numbers and empty texts get their defaults. */
typedef struct rag_config {
    uint32_t max_question_chars; /* 4000 */
    uint32_t history_turns;      /* 5; at most 20 */
    uint32_t top_k;              /* 5; at most 50 */
    uint32_t context_tokens;     /* 6000: of passages in a prompt */
    double relevance_threshold;  /* 0..1, calibrated score below which a passage is not relevant;
                                    zero: RAG_RELEVANCE_DEFAULT; negative: none */
    anc_str system_prompt;       /* empty: rag_instructions */
    anc_str prompt_template;     /* empty: rag_layout */
    uint32_t rewrite_timeout_ms; /* for a model to say what a follow-up means; 0: the rule alone */
    uint32_t breaker_failures;   /* 3: in a row open a provider's circuit */
    uint32_t breaker_open_ms;    /* 30,000: for so long */
    bool leave_texts_out; /* events have no questions, answers, comments and texts of errors */
    krn_veil
        veil; /* of the log's lines and of conversations that events name; its key is borrowed */
} rag_config;

#define RAG_RELEVANCE_DEFAULT 0.35

/* Everything is borrowed until rag_service_close. */
typedef struct rag_service_options {
    srch_service *search;
    kno_service *knowledge; /* what collections say of the prompt */
    rte_service *routing;   /* how hard questions are */
    rag_conversation_store conversations;
    const rag_provider *providers; /* [n_providers], tried in this order */
    size_t n_providers;
    rag_provider extractive; /* the last of every chain */
    rag_sentence_scorer
        scorer; /* tells words that are misspelt; ops NULL: none is taken for another */
    krn_writer writer;
    krn_outbox outbox;
    krn_clock clock;
    krn_log log;         /* ops NULL: nothing is written */
    krn_metrics metrics; /* ops NULL: nothing is counted */
    krn_feed feed;       /* ops NULL: nobody watches */
    krn_executor loop;   /* where sinks are called */
    rag_config config;   /* its texts are copied */
} rag_service_options;

/* INVALID names a setting that cannot be; NO_MEMORY. */
anc_status rag_service_open(const rag_service_options *options, rag_service **ret,
                            anc_err *err) ANC_MUST_CHECK;

/* Every turn has been freed and the writer has ended. NULL is a no-op. */
void rag_service_close(rag_service *rag);

/* A krn_step_fn: tells the events of the searches that wait. `wake` is called when the first comes; only while wiring. */
int64_t rag_searches_step(void *service, int64_t now_ns);
void rag_searches_listen(rag_service *rag, void (*wake)(void *arg), void *arg);

/* Tells those that wait, when no step runs any more and the writer still does; what cannot be told then is counted and
 * logged. NULL is a no-op. */
void rag_searches_settle(rag_service *rag);

/* Sentences scored by the embedding component, for the extractive provider. */
rag_sentence_scorer rag_embedding_scorer(emb_service *embedding);

#endif
