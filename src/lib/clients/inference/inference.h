/* inference.h - vectors and scores from servers of models: embeddings as OpenAI and Gemini have them, and the forms
 * of reranking.
 *
 *   form          is posted to                                  asks for
 *   openai        <url>/embeddings                              {"model","input",…}
 *   gemini        <url>/models/<model>:batchEmbedContents       {"requests":[{"content":{"parts":[{"text"}]}}]}
 *   jina          <url>                                         {"model","query","documents","return_documents"}
 *   cohere        <url>                                         {"model","query","documents"}; v1 and v2
 *   llama         <url>                                         the same; llama-server, vLLM
 *   tei           <url>                                         {"query","texts"}; text-embeddings-inference
 *
 * A client is one endpoint with its key and a bounded number of connections; any number of threads may be
 * inside it, those beyond that number wait for a place. A request that is refused with 429 or 5xx, or that
 * does not get through, is tried again after a pause that doubles and is drawn by lot, or the one that the
 * server asks for (Retry-After), as long as there is time: the caller's, and a minute for all pauses together.
 *
 * Failures: UNAVAILABLE (after all tries: refused, unreachable, 429, 5xx, no answer in time), DEADLINE (the time
 * that the caller gave is over), CANCELLED, PROVIDER (the key or the request is refused, the answer is none:
 * its count, an index, a dimension or a number is wrong, which the text names), LIMIT (a request over 16 MiB),
 * NO_MEMORY. The text names host and port and the server's own message; never the key, nor the rest of the URL.
 */
#ifndef ANC_CLIENTS_INFERENCE_INFERENCE_H
#define ANC_CLIENTS_INFERENCE_INFERENCE_H

#include <stdatomic.h>

#include "base/str.h"

typedef struct clt_inference clt_inference;

typedef enum clt_inference_form {
    CLT_VECTORS_OPENAI,
    CLT_VECTORS_GEMINI,
    CLT_SCORES_JINA,
    CLT_SCORES_COHERE,
    CLT_SCORES_LLAMA,
    CLT_SCORES_TEI
} clt_inference_form;

/* A field that is 0 takes the value in brackets. */
typedef struct clt_inference_options {
    clt_inference_form form;
    anc_str url;                /* see above */
    anc_str api_key;            /* a bearer token, of gemini its x-goog-api-key; may be empty */
    anc_str model;              /* may be empty where the server has but one */
    uint32_t dims;              /* components to ask for; 0: as many as the model has */
    unsigned parallel;          /* [4] requests at once, at most 64 */
    int retries;                /* [3] after the first try; negative: none */
    int64_t connect_timeout_ms; /* [5 s] */
    int64_t timeout_ms;         /* [30 s] of one try */
    int64_t pause_ms;           /* [250 ms] before the second try */
    size_t max_answer_bytes;    /* [64 MiB] */
} clt_inference_options;

/* The options are copied. INVALID when the URL, the key or the model cannot be one; the text does not show the URL. */
anc_status clt_inference_open(const clt_inference_options *options, clt_inference **ret,
                              anc_err *err) ANC_MUST_CHECK;
void clt_inference_close(clt_inference *client); /* nobody is inside; NULL is a no-op */

/* Host and port, for texts; lives as long as the client. */
anc_str clt_inference_where(const clt_inference *client);

/* How long the caller waits. */
typedef struct clt_patience {
    int64_t left_ms;              /* 0: as long as it takes */
    const atomic_bool *cancelled; /* looked at a few times a second; NULL: never set */
} clt_patience;

/* Vectors of `texts` [n] in out [n * dims], as the server gives them. `query`: they are questions, where the form
 * can say so. Tokens as the server counts them in `ret_tokens`, 0 where it does not. */
anc_status clt_inference_vectors(clt_inference *client, clt_patience patience, bool query,
                                 const anc_str *texts, size_t n, uint32_t dims, float *out,
                                 uint64_t *ret_tokens, anc_err *err) ANC_MUST_CHECK;

/* How many components the vector of a text has. */
anc_status clt_inference_dims(clt_inference *client, clt_patience patience, anc_str text,
                              uint32_t *ret, anc_err *err) ANC_MUST_CHECK;

/* Scores of `documents` [n] for `query` in out [n], in the order of the documents. */
anc_status clt_inference_scores(clt_inference *client, clt_patience patience, anc_str query,
                                const anc_str *documents, size_t n, float *out,
                                uint64_t *ret_tokens, anc_err *err) ANC_MUST_CHECK;

#endif
