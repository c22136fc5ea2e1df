/* provider.h - port: whatever writes an answer from a prompt, piece by piece.
 *
 * Adapters: extractive (quotes the passages, always there), openai (any OpenAI-compatible server).
 *
 * Contract:
 *   thread   start and cancel on the event loop, and every sink function there too, never inside
 *            start or cancel. info from any thread.
 *   order    any number of on_token, then on_done exactly once, also after cancel (CANCELLED, unless
 *            the end was already on its way). After on_done the job is gone. Once the loop has ended
 *            (CANCELLED from its executor) nothing is told any more, and the job goes by itself.
 *   failure  start that gives another status than OK calls nothing. on_done gives PROVIDER (it
 *            failed or answered nonsense), UNAVAILABLE (could not be reached), DEADLINE (a time
 *            limit of the provider or of the call), RATE_LIMITED, LIMIT (an answer without end),
 *            CANCELLED, NO_MEMORY. With OK there was at least one token.
 *   bounds   an answer is at most RAG_ANSWER_MAX_BYTES; every wait has a limit of its own besides
 *            the call's deadline.
 *   memory   the request and what it points at are borrowed until on_done; a token's text and the
 *            usage are good during the call that brings them. Tokens are valid UTF-8, joined.
 */
#ifndef ANC_RAG_PORTS_PROVIDER_H
#define ANC_RAG_PORTS_PROVIDER_H

#include "kernel/domain/call.h"
#include "rag/domain/citations.h"
#include "rag/domain/passage.h"
#include "rag/domain/pointer.h"
#include "rag/domain/prompt.h"

enum { RAG_ANSWER_MAX_BYTES = 1 << 20, RAG_OWN_QUOTES_MAX = 20 };

typedef struct rag_request {
    krn_call *call;   /* for deadline, cancel flag and trace; its arena is not to be used */
    anc_str question; /* without the words that say where to look, where it does */
    const rag_passage *passages; /* [n_passages] */
    size_t n_passages;
    double threshold; /* calibrated score from which a passage counts as relevant; <= 0: any */
    double unread;    /* share of what is asked about that stands in nothing that was read, 0..1 */
    bool read; /* the question says where to look and asks nothing else: the passages are that */
    bool more_there;       /* with `read`: and there is more than these */
    txt_language language; /* of an answer without a document's words; UND: the question's */
    rag_pointed seeks;     /* whose number is asked for: an extractive answer begins with it */
    anc_str lead;          /* an extractive answer begins with it; may be empty */
    size_t counted;        /* with `lead`: rows that were counted, more than the passages may be */
    anc_str reply;         /* known without passages: the extractive adapter says it as it stands */
    const rag_prompt *prompt;
    anc_str model; /* empty: the provider's own */
} rag_request;

typedef struct rag_usage {
    anc_str model; /* that answered */
    uint32_t input_tokens, output_tokens;
    bool abstained; /* it says that nothing answers the question */
    bool
        quotes_itself; /* `quotes` are its citations; what stands in brackets in its text is quoted too */
    const rag_quote *quotes; /* [n_quotes], at most RAG_OWN_QUOTES_MAX */
    size_t n_quotes;
} rag_usage;

typedef struct rag_provider_sink {
    void *arg;
    void (*on_token)(void *arg, anc_str text);
    void (*on_done)(void *arg, anc_status status, const anc_err *err, const rag_usage *usage);
} rag_provider_sink;

typedef struct rag_provider_info {
    anc_str name;    /* as configured, the first half of "provider/model" */
    anc_str model;   /* the second half */
} rag_provider_info; /* views live as long as the provider */

typedef struct rag_provider_job rag_provider_job; /* the adapter's */

typedef struct rag_provider_ops {
    const char *name; /* of the technology; literal */
    rag_provider_info (*info)(void *self);
    ANC_MUST_CHECK anc_status (*start)(void *self, const rag_request *request,
                                       const rag_provider_sink *sink, rag_provider_job **ret,
                                       anc_err *err);
    void (*cancel)(void *self, rag_provider_job *job);
    void (*close)(void *self); /* every job must have ended */
} rag_provider_ops;

typedef struct rag_provider {
    const rag_provider_ops *ops;
    void *self;
} rag_provider;

static inline rag_provider_info rag_provider_info_of(rag_provider p)
{
    return p.ops->info(p.self);
}

static inline void rag_provider_close(rag_provider p) /* ops NULL is a no-op */
{
    if (p.ops != NULL)
        p.ops->close(p.self);
}

#endif
